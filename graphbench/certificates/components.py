"""Weakly and strongly connected components: their number, and labels that name them.

Weak components are counted by a traversal, on the host (SciPy) or on a graph's device (hooking and pointer jumping:
Shiloach, Vishkin, J. Algorithms 3 (1982) 57-67). Strong ones are checked by searches inside labels and Kahn's
algorithm between them (Comm. ACM 5 (1962) 558-562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.certificates.rows import out_arcs, unreached
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

    from graphbench.graphs.on_device.edges import DeviceEdgeList

Integers: TypeAlias = "npt.NDArray[np.int64]"


def count_components(edges: EdgeList, *, within: npt.NDArray[Any] | None = None) -> int:
    """The number of (weakly) connected components, counted by SciPy's graph traversal, or on the graph's device.

    Args:
        edges: the graph.
        within: labels, shape (num_vertices,); only edges between vertices of one label count then.
    """
    from graphbench.graphs.on_device.edges import DeviceEdgeList

    if isinstance(edges, DeviceEdgeList):
        return _count_on_device(edges, within)
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    src, dst, _ = edges.to_numpy()
    if within is not None:
        inside = within[src] == within[dst]
        src, dst = src[inside], dst[inside]
    # Rows are sorted, so the columns are a CSR matrix already; SciPy adds the other direction itself.
    indptr = np.zeros(edges.num_vertices + 1, dtype=np.int64)
    np.cumsum(np.bincount(src, minlength=edges.num_vertices), out=indptr[1:])
    if len(src) <= np.iinfo(np.int32).max:
        indptr = indptr.astype(dst.dtype)
    matrix: Any = csr_array((np.ones(len(src)), np.ascontiguousarray(dst), indptr), shape=(edges.num_vertices,) * 2)
    count, _ = connected_components(matrix, directed=False)
    return int(count)


def _count_on_device(edges: DeviceEdgeList, within: Any) -> int:
    """The number of (weakly) connected components, in one pass over the edges.

    Every vertex points at another vertex of its component with a lower id, or at itself if it is a root. An edge
    between two trees makes the higher root point at the lower, and pointers are halved until all lead to roots again
    (hooking and pointer jumping: Shiloach, Vishkin, J. Algorithms 3 (1982) 57-67). If several edges hook one root at
    once, any of them may win: the others still join different trees and are tried again. A chunk is done when each of
    its edges is inside one tree, so no chunk is read twice. Memory is a few numbers per vertex and what a chunk takes.

    Args:
        edges: the graph.
        within: labels, shape (num_vertices,), on the device; only edges between vertices of one label count then.
    """
    every = edges.arrays.arange(edges.num_vertices, dtype=np.int32)
    parent = every.copy()
    for src, dst, _ in edges.chunks():
        if within is None:
            one, two = parent[src], parent[dst]
        else:
            inside = np.flatnonzero(within[src] == within[dst])
            one, two = parent[src[inside]], parent[dst[inside]]
        while True:
            apart = np.flatnonzero(one != two)
            if not len(apart):
                break
            one, two = one[apart], two[apart]
            parent[np.maximum(one, two)] = np.minimum(one, two)
            parent = _compress(parent)
            one, two = parent[one], parent[two]
    return int(np.count_nonzero(parent == every))


def _compress(parent: Any) -> Any:
    while True:
        further = parent[parent]
        if bool((further == parent).all()):
            return parent
        parent = further


def split_fault(edges: EdgeList, labels: npt.NDArray[Any]) -> str:
    """Where an edge has its ends under different labels."""
    for src, dst, _ in edges.chunks():
        split = np.flatnonzero(labels[src] != labels[dst])
        if len(split):
            u, v = int(src[split[0]]), int(dst[split[0]])
            return (
                f"the edge {u:,} - {v:,} joins vertices of different labels, {int(labels[u]):,} and {int(labels[v]):,}"
            )
    return ""


def strong_fault(edges: EdgeList, labels: npt.NDArray[Any]) -> str:
    """Why these labels are not the strongly connected components.

    Two breadth-first searches by SciPy, along and against the arcs inside labels, and Kahn's algorithm between labels:
    O(arcs), in seconds for tens of millions; a chain of a million components takes half a minute.

    Args:
        edges: the posed graph; an undirected edge leads both ways.
        labels: shape (num_vertices,), non-negative.
    """
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    matrix = edges.to_scipy()
    label = label.astype(matrix.indices.dtype, copy=False)
    tail, head = np.repeat(label, np.diff(matrix.indptr)), label[matrix.indices]
    inside = tail == head
    kept = matrix if inside.all() else _rows_kept(matrix, inside)
    forwards = [(kept, "is not reached from")]
    backwards = [(kept.T.tocsr(), "does not lead back to")] if edges.directed else []  # an edge leads both ways
    for arcs, fault in forwards + backwards:
        lost = unreached(arcs, first)
        if lost is not None:
            other = int(first[label[lost]])
            return f"vertices {lost:,} and {other:,} share a label, but {lost:,} {fault} {other:,} inside it"
    stuck = _edge_of_a_cycle(tail[~inside], head[~inside], len(first))
    if stuck is None:
        return ""
    one, two = (int(first[name]) for name in stuck)
    return f"vertices {one:,} and {two:,} have different labels, but a cycle leads through these labels"


def _rows_kept(matrix: Any, kept: npt.NDArray[np.bool_]) -> Any:
    """The matrix with only those of its entries; their values do not matter."""
    from scipy.sparse import csr_array

    before = np.concatenate([[0], np.cumsum(kept)])[matrix.indptr].astype(matrix.indptr.dtype)
    return csr_array((np.ones(int(before[-1]), dtype=np.int8), matrix.indices[kept], before), shape=matrix.shape)


def _edge_of_a_cycle(tail: Any, head: Any, n: int) -> tuple[int, int] | None:
    """Two neighbours on a cycle of this graph on n vertices, or None."""
    from scipy.sparse import coo_array

    matrix = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n, n)).tocsr()
    arriving = np.bincount(matrix.indices, minlength=n)
    level = np.flatnonzero(arriving == 0)
    while len(level):
        following = []
        for _, heads in out_arcs(matrix, level):
            np.subtract.at(arriving, heads, 1)
            following.append(heads[arriving[heads] == 0])
        level = np.unique(np.concatenate(following))
    left = np.flatnonzero(arriving > 0)
    if len(left) == 0:
        return None
    # Each remaining vertex has a predecessor that remains too: following predecessors leads into a cycle.
    kept = arriving > 0
    rows = np.repeat(np.arange(n), np.diff(matrix.indptr))
    among = kept[rows] & kept[matrix.indices]
    before = np.zeros(n, dtype=np.int64)
    before[matrix.indices[among]] = rows[among]
    v = int(left[0])
    seen: set[int] = set()
    while v not in seen:
        seen.add(v)
        v = int(before[v])
    return int(before[v]), v
