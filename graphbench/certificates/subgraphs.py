"""Subgraphs: which of a graph's edges an answer holds, and whether these are induced or a minimum spanning forest.

An answer of kind `edges` becomes a mask over the edges of the posed graph (:func:`edge_mask`). The theorems on forests
(matroid exchange: Edmonds, Math. Programming 1 (1971) 127-136) are at :func:`forest_fault` and :func:`least_forest`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.certificates import checks, components, rows
from graphbench.certificates.checks import Wrong
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Mask: TypeAlias = "npt.NDArray[np.bool_]"
ROUNDING = 4 * sys.float_info.epsilon
"""How far an edge of a forest with fractional weights may exceed that of the least one, relative to it: cuGraph breaks
ties by adding amounts below the smallest difference of two weights, which rounding may make equal."""


def edge_mask(edges: EdgeList, answer: npt.NDArray[Any]) -> Mask:
    """Find an answer's edges among those of the posed graph.

    Args:
        edges: the posed graph.
        answer: kind `edges`: shape (k, 2), integer, rows ascending, an undirected edge once and its smaller end first.

    Returns:
        Shape (num_edges,), in the order of the posed graph's columns.

    Raises:
        Wrong: if the answer is not a set of edges of the graph.
    """
    n = edges.num_vertices
    if answer.ndim != 2 or answer.shape[1] != 2:
        raise Wrong(f"edges of shape {answer.shape} where (k, 2) was expected")
    if not np.issubdtype(answer.dtype, np.integer):
        raise Wrong(f"edges are {answer.dtype} where integer values were expected")
    if len(answer) and (answer.min() < 0 or answer.max() >= n):
        u, v = answer[np.argmax(((answer < 0) | (answer >= n)).any(axis=1))]
        raise Wrong(f"the edge {_name(edges, u, v)} has an end that is not a vertex of the graph")
    wanted = answer[:, 0].astype(np.int64) * n + answer[:, 1]
    late = np.flatnonzero(wanted[1:] <= wanted[:-1])
    if len(late):
        u, v = answer[late[0] + 1]
        raise Wrong(f"the edge {_name(edges, u, v)} is a duplicate or out of order")
    src, dst, _ = edges.to_numpy()
    keys = src.astype(np.int64) * n + dst
    place, there = rows.search_sorted(wanted, keys)
    alien = np.flatnonzero(~there)
    if len(alien):
        u, v = answer[alien[0]]
        raise Wrong(f"{_name(edges, u, v)} is no edge of the graph; {len(alien):,} such edges found")
    mask = np.zeros(edges.num_edges, dtype=bool)
    mask[place] = True
    return mask


def induced_fault(edges: EdgeList, mask: Mask, inside: Mask) -> str:
    """Why these are not all the edges between the vertices of a set, and no others.

    Args:
        edges: the posed graph.
        mask: the answer's edges, shape (num_edges,).
        inside: which vertices are in the set, shape (num_vertices,).
    """
    src, dst, _ = edges.to_numpy()
    expected = inside[src] & inside[dst]
    wrong = np.flatnonzero(mask != expected)
    if len(wrong) == 0:
        return ""
    at = wrong[0]
    what = "with both ends in the set is missing" if expected[at] else "has an end outside the set"
    return f"the edge {_name(edges, src[at], dst[at])} {what}; {len(wrong):,} edges are wrong"


def ball(edges: EdgeList, center: int, radius: int) -> Mask:
    """Which vertices are at most `radius` out-edges from the center, shape (num_vertices,); O(radius * edges)."""
    inside = np.zeros(edges.num_vertices, dtype=bool)
    inside[center] = True
    for _ in range(radius):
        before = inside.copy()
        for tail, head, _ in checks.arcs(edges):
            inside[head[before[tail]]] = True
        if np.array_equal(inside, before):
            break
    return inside


def vertices(edges: EdgeList, mask: Mask) -> int:
    """The number of vertices with at least one of these edges."""
    src, dst, _ = edges.to_numpy()
    touched = np.zeros(edges.num_vertices, dtype=bool)
    touched[src[mask]] = touched[dst[mask]] = True
    return int(np.count_nonzero(touched))


def forest_fault(edges: EdgeList, mask: Mask, trees: int) -> str:
    """Why these edges are not a spanning forest, which is acyclic and connects each component of the graph.

    Theorem. On n vertices, a set of edges with c components has n - c edges exactly if it has no cycle. A subgraph
    cannot have fewer components than its graph, and one with equally many connects the same vertices.

    Args:
        edges: the posed graph, undirected.
        mask: the answer's edges, shape (num_edges,).
        trees: how many components the posed graph has.
    """
    src, dst, _ = edges.to_numpy()
    forest = EdgeList.from_columns(src[mask], dst[mask], num_vertices=edges.num_vertices, directed=False)
    if (left := components.count_components(forest)) != trees:
        return f"the edges leave {left:,} components, but the graph has {trees:,}"
    if forest.num_edges != edges.num_vertices - trees:
        closing = forest.num_edges - (edges.num_vertices - trees)
        return f"the edges close {closing:,} cycles: {forest.num_edges:,} edges where a forest has fewer"
    return ""


def least_forest(edges: EdgeList) -> npt.NDArray[np.float64]:
    """The weights of a minimum spanning forest in ascending order, from SciPy's Kruskal, O(m log m).

    All minimum spanning forests have the same weights, and the i-th lightest edge of any other spanning forest is no
    lighter than theirs (the exchange property of matroids: Edmonds, Math. Programming 1 (1971) 127-136).

    SciPy ignores edges of weight 0. Which forests are least depends on the order of the weights alone, so SciPy gets
    their ranks, from 1, and the weights of the chosen edges are looked up here.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    src, dst, weight = edges.to_numpy()
    assert weight is not None
    values, rank = np.unique(weight, return_inverse=True)
    shape = (edges.num_vertices, edges.num_vertices)
    ranked = coo_array(((rank + 1).astype(np.float64), (src, dst)), shape=shape).tocsr()
    least = minimum_spanning_tree(ranked, overwrite=True)
    return np.asarray(values[np.sort(least.data.astype(np.int64)) - 1], dtype=np.float64)


def _name(edges: EdgeList, u: Any, v: Any) -> str:
    return f"{int(u):,} -> {int(v):,}" if edges.directed else f"{int(u):,} - {int(v):,}"
