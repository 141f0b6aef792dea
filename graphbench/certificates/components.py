"""Weakly and strongly connected components: their number, and labels that name them.

Weak components are counted by hooking and pointer jumping (Shiloach, Vishkin, J. Algorithms 3 (1982) 57-67). Strong
ones are checked by searches inside labels and Kahn's algorithm between them (Comm. ACM 5 (1962) 558-562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.certificates.rows import out_arcs, unreached
from graphbench.graphs.columns import components, compressed_rows
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

    from graphbench.graphs.on_device.edges import DeviceEdgeList

Integers: TypeAlias = "npt.NDArray[np.int64]"
_EDGES_AT_ONCE = 1 << 19
"""Edges that are joined at once on the host, or the number of vertices if that is more."""


def count_components(edges: EdgeList, *, within: npt.NDArray[Any] | None = None) -> int:
    """The number of (weakly) connected components, counted on the host or on the graph's device.

    Args:
        edges: the graph.
        within: labels, shape (num_vertices,); only edges between vertices of one label count then.
    """
    from graphbench.graphs.on_device.edges import DeviceEdgeList

    if isinstance(edges, DeviceEdgeList):
        return _count_on_device(edges, within)
    return int(np.count_nonzero(_smallest(edges, within) == np.arange(edges.num_vertices)))


def _smallest(edges: EdgeList, within: npt.NDArray[Any] | None) -> npt.NDArray[Any]:
    """The smallest vertex in the component of each vertex, by edges inside the labels alone."""
    parts = ((src, dst) for src, dst, _ in edges.chunks(max(_EDGES_AT_ONCE, edges.num_vertices)))
    if within is None:
        return components(parts, edges.num_vertices)
    inside = ((src, dst, within[src] == within[dst]) for src, dst in parts)
    return components(((src[kept], dst[kept]) for src, dst, kept in inside), edges.num_vertices)


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
    split = _split_edge(edges, labels)
    if split is None:
        return ""
    u, v = split
    return f"the edge {u:,} - {v:,} joins vertices of different labels, {int(labels[u]):,} and {int(labels[v]):,}"


def _split_edge(edges: EdgeList, labels: npt.NDArray[Any]) -> tuple[int, int] | None:
    for src, dst, _ in edges.chunks():
        split = np.flatnonzero(labels[src] != labels[dst])
        if len(split):
            return int(src[split[0]]), int(dst[split[0]])
    return None


def strong_fault(edges: EdgeList, labels: npt.NDArray[Any]) -> str:
    """Why these labels are not the strongly connected components.

    Of a directed graph: two breadth-first searches by SciPy, along and against the arcs inside labels, and Kahn's
    algorithm between labels: O(arcs), in seconds for tens of millions; a chain of a million components takes half a
    minute. An undirected edge is a cycle, so that weak components inside labels, and no edge between, are all.

    Args:
        edges: the posed graph.
        labels: shape (num_vertices,), non-negative.
    """
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    label = label.astype(edges.id_type)
    if edges.directed:
        return _one_way_fault(edges, first, label)
    component = _smallest(edges, label)
    if (apart := component != first[label]).any():
        lost = int(np.argmax(apart))
        return _lost_fault(lost, int(first[label[lost]]), "is not reached from")
    return _circle_fault(_split_edge(edges, label))


def _one_way_fault(edges: EdgeList, first: Integers, label: npt.NDArray[Any]) -> str:
    """As :func:`strong_fault`, of a directed graph.

    Args:
        edges: the graph.
        first: the first vertex of each label.
        label: of each vertex, from 0 on.
    """
    src, dst, _ = edges.to_numpy()
    inside = label[src] == label[dst]
    tails, heads = src[inside], dst[inside]
    kept: Any = compressed_rows(tails, heads, np.zeros(len(heads), dtype=np.int8), edges.num_vertices)
    del tails, heads
    for fault in ("is not reached from", "does not lead back to"):
        lost = unreached(kept, first)
        if lost is not None:
            return _lost_fault(lost, int(first[label[lost]]), fault)
        kept = kept.T.tocsr()
    del kept
    stuck = _edge_of_a_cycle(label[src[~inside]], label[dst[~inside]], len(first))
    return _circle_fault(None if stuck is None else (int(first[stuck[0]]), int(first[stuck[1]])))


def _lost_fault(lost: int, other: int, fault: str) -> str:
    return f"vertices {lost:,} and {other:,} share a label, but {lost:,} {fault} {other:,} inside it"


def _circle_fault(pair: tuple[int, int] | None) -> str:
    if pair is None:
        return ""
    one, two = pair
    return f"vertices {one:,} and {two:,} have different labels, but a cycle leads through these labels"


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
