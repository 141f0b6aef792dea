"""Seeded draws of sources, pairs and clusterings: made once per posed graph, stored, and the same for every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.errors import UnknownVertexError
from graphbench.graphs.columns import components
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Vertices: TypeAlias = "npt.NDArray[np.int64]"

_pairs: dict[tuple[str, int, int], Vertices] = {}
"""The pairs that were drawn last, by the graph's digest, their number and the seed: several problems ask for them."""


def sources(edges: EdgeList, count: int, source: int | str | None, seed: int) -> Vertices:
    """Source vertices for BFS and SSSP, as GAP draws them: at random among vertices where a search can start.

    They come from the largest (weakly) connected component, are all different and have at least one out-edge. A graph
    without edges gives vertex 0. A graph made on a device provides up to 4,096 vertices with an out-edge, drawn
    uniformly, as Graph500 draws them (specification 3.0, section 6), because its components are unknown.

    Args:
        edges: the posed graph.
        count: number to draw, if there are enough candidates. A smaller count gives a prefix.
        source: the name or number that the user has for a vertex; nothing is drawn then.
        seed: of the draw.

    Returns:
        Vertex ids, shape (at most count,).

    Raises:
        UsageError: if there is no such vertex.
    """
    if source is not None:
        return np.array([vertex(edges, source)], dtype=np.int64)
    if (candidates := edges.source_candidates) is not None:
        return np.random.default_rng(seed).permutation(candidates)[:count]
    rows, starts = max(1 << 22, edges.num_vertices), np.zeros(edges.num_vertices, dtype=bool)
    for src, dst, _ in edges.chunks(rows):
        starts[src] = True
        if not edges.directed:
            starts[dst] = True
    component = components(((src, dst) for src, dst, _ in edges.chunks(rows)), edges.num_vertices)
    candidates = np.flatnonzero((component == np.bincount(component).argmax()) & starts)
    if len(candidates) == 0:
        return np.zeros(1, dtype=np.int64)
    # A whole permutation, so that fewer sources are a prefix of more.
    return np.random.default_rng(seed).permutation(candidates)[:count].astype(np.int64)


def pairs(edges: EdgeList, count: int, seed: int) -> Vertices:
    """Vertex pairs for similarities: the two ends of random wedges u - v - w.

    Uniform pairs of a sparse graph have no common neighbours: every engine would be timed on zeros. A wedge is drawn by
    a random arc (u, v) and a random neighbour w of v. Pairs are all different and ordered `u < w`; if the graph has too
    few wedges, there are fewer pairs. A graph made on a device provides up to 200,000 pairs, each with a common
    neighbour below both, found from edges that its own seed chooses; the given seed draws among these.

    Returns:
        Vertex ids, shape (at most count, 2), sorted.
    """
    if (candidates := edges.pair_candidates) is not None:
        drawn = np.random.default_rng(seed).permutation(candidates)[:count]
        return drawn[np.lexsort((drawn[:, 1], drawn[:, 0]))]
    key = edges.digest, count, seed
    if key not in _pairs:
        _pairs.clear()
        _pairs[key] = _drawn_pairs(edges, count, seed)
    return _pairs[key]


def _drawn_pairs(edges: EdgeList, count: int, seed: int) -> Vertices:
    """As :func:`pairs`, of a graph on the host."""
    matrix = edges.to_scipy()
    n, indptr, indices = edges.num_vertices, matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    rng = np.random.default_rng(seed)
    wedges = np.empty(0, dtype=np.int64)
    for _ in range(20 if len(indices) else 0):
        arcs = rng.integers(len(indices), size=max(2 * count, 4096))
        u = np.searchsorted(indptr, arcs, side="right") - 1
        v = indices[arcs]
        w = indices[indptr[v] + rng.integers(np.maximum(indptr[v + 1] - indptr[v], 1))]
        low, high = np.minimum(u, w), np.maximum(u, w)
        known = len(wedges)
        wedges = np.unique(np.concatenate([wedges, (low * n + high)[low != high]]))
        if len(wedges) >= count or len(wedges) == known:  # enough, or no new pair among thousands: practically all
            break
    keys = np.sort(rng.permutation(wedges)[:count])
    return np.stack([keys // n, keys % n], axis=1)


def clustering(edges: EdgeList, clusters: int, seed: int) -> Vertices:
    """A partition that follows the graph: each vertex joins the nearest of a few drawn vertices.

    With uniform labels every clustering would be as bad as a random one. The searches from all drawn vertices run as
    one breadth-first search, O(m), from an extra vertex joined to them (graph Voronoi diagrams: Erwig, Networks 36
    (2000) 156-163). A vertex that none of them reaches gets a random label.

    Args:
        edges: undirected.
        clusters: their number, at most one per vertex. The vertices drawn for fewer clusters are a prefix.
        seed: of the draw.

    Returns:
        The cluster of each vertex, shape (num_vertices,); each of 0 to c - 1 occurs.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    n = edges.num_vertices
    rng = np.random.default_rng(seed)
    centres = sources(edges, clusters, None, seed)
    others = np.setdiff1d(np.arange(n), centres)  # isolated, or of another component
    centres = np.concatenate([centres, rng.permutation(others)[: max(clusters - len(centres), 0)]])
    matrix = edges.to_scipy()
    indices = np.concatenate([matrix.indices, centres]).astype(matrix.indices.dtype)
    indptr = np.append(matrix.indptr, len(indices)).astype(matrix.indptr.dtype)
    joined: Any = csr_array((np.ones(len(indices)), indices, indptr), shape=(n + 1, n + 1))
    _, before = breadth_first_order(joined, n)
    # Follow predecessors back to the drawn vertex: each pass doubles the number of steps.
    start = np.where(before[:n] >= 0, before[:n], np.arange(n)).astype(np.int64)
    start[centres] = centres
    while not np.array_equal(further := start[start], start):
        start = further
    label = np.full(n, -1)
    label[centres] = np.arange(len(centres))
    clusters_of = label[start]
    unreached = clusters_of < 0
    clusters_of[unreached] = rng.integers(len(centres), size=np.count_nonzero(unreached))
    return clusters_of


def vertex(edges: EdgeList, name: int | str) -> int:
    """The id of the vertex that a user calls `name`.

    Raises:
        UnknownVertexError: if the graph has no such vertex.
    """
    labels = edges.labels
    if labels.dtype == object:
        matches = np.flatnonzero(labels.astype(str) == str(name))
        problem = f"named {str(name)!r}; the first is {str(labels[0])!r}"
    else:
        matches = np.flatnonzero(labels == int(name)) if str(name).removeprefix("-").isdecimal() else labels[:0]
        known = f"the first is {labels[0]:,}" if len(labels) else "it has none"
        if len(labels) and labels[-1] - labels[0] < len(labels):
            known = f"its vertices are {labels[0]:,} to {labels[-1]:,}"
        problem = f"{str(name)!r}; {known}"
    if len(matches):
        return int(matches[0])
    raise UnknownVertexError(f"{edges.name} has no vertex {problem}.")
