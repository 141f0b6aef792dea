"""Triangles at each vertex: row sums of (A L) o A, with every edge led from its end of lower degree to the other.

Led so, no vertex has more than sqrt(2m) arcs (Chiba, Nishizeki, SIAM J. Comput. 14 (1985) 210-223), so a hub does not
make its neighbours expensive. On a device a sample is counted, from the edges between its neighbours.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

    from graphbench.graphs.on_device.edges import DeviceEdgeList

_BLOCK_OF_WORK = 5_000_000
MAX_EDGES_ON_HOST = 1 << 22
"""Edges of a graph made on a device up to which triangles are counted on the host, at all vertices if that is quick."""
MAX_SAMPLED = 2_000
"""Vertices in the sample on a device, at most."""
MAX_NEIGHBOURS = 200_000
"""Neighbours that these vertices have together, at most."""
MAX_BETWEEN = 1 << 27
"""Edges between these neighbours that are brought to the host, at most: 1 GB of them."""


def count_triangles(
    edges: EdgeList, *, seed: int, max_work: int = 200_000_000
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The number of triangles at each vertex of a seeded sample: of all vertices if that is little work.

    Let every edge lead from its end of lower degree to the other, and let L be the matrix of these arcs and A that of
    the undirected graph. t(v), the number of edges between neighbours of v, is row v of (A L) o A, summed: it follows
    each arc from a neighbour of v, and counts those that end at another neighbour.

    Args:
        edges: undirected.
        seed: of the order in which vertices are drawn.
        max_work: arcs to follow; 200 million take about two seconds on two cores.

    Returns:
        The vertices in ascending order, and their counts, both of shape (k,): k = num_vertices, or as many as
        `max_work` allows, and at least one.
    """
    from graphbench.graphs.on_device.edges import DeviceEdgeList

    if isinstance(edges, DeviceEdgeList):
        return _count_on_device(edges, seed=seed)
    src, dst, _ = edges.to_numpy()
    return _count(src, dst, np.ones(len(src), dtype=np.int32), edges.degrees, seed=seed, max_work=max_work)


def count_arcs_around(
    edges: EdgeList, *, seed: int, max_work: int = 200_000_000
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The number of arcs among the neighbours of each vertex of a sample, as :func:`count_triangles` draws it.

    Neighbours are joined by an arc in either direction; an undirected edge is two arcs. The count is that of triangles,
    with each edge between two neighbours counted as often as it is an arc.

    Returns:
        The vertices in ascending order, their counts, and their numbers of neighbours, all of shape (k,).
    """
    src, dst, _ = edges.to_numpy()
    ends = np.stack([np.minimum(src, dst), np.maximum(src, dst)])
    arcs = np.full(len(src), 2, dtype=np.int32)
    if edges.directed:
        order = np.lexsort(ends[::-1])
        ends = ends[:, order]
        first = np.flatnonzero(np.append(True, (np.diff(ends) != 0).any(axis=0))[: len(src)])
        ends, arcs = ends[:, first], np.diff(np.append(first, len(src))).astype(np.int32)
    degrees = np.bincount(ends.ravel(), minlength=edges.num_vertices)
    vertices, counts = _count(ends[0], ends[1], arcs, degrees, seed=seed, max_work=max_work)
    return vertices, counts, degrees[vertices]


def _count(
    src: npt.NDArray[Any],
    dst: npt.NDArray[Any],
    values: npt.NDArray[np.int32],
    degrees: npt.NDArray[np.int64],
    *,
    seed: int,
    max_work: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The values of edges between neighbours of each vertex of a sample, summed; `src` is below `dst`."""
    from scipy.sparse import coo_array

    n = len(degrees)
    upwards = degrees[src] <= degrees[dst]  # src < dst, so no tie makes a cycle
    ends = np.where(upwards, src, dst), np.where(upwards, dst, src)
    up = coo_array((values, ends), shape=(n, n)).tocsr()
    adjacency = (up + up.T).tocsr()
    adjacency.data[:] = 1
    work = np.asarray(adjacency @ np.diff(up.indptr).astype(np.int64))
    drawn = np.arange(n)
    if work.sum() > max_work:
        order = np.random.default_rng(seed).permutation(n)
        drawn = np.sort(order[: max(1, int(np.searchsorted(np.cumsum(work[order]), max_work, side="right")))])

    def count(vertices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        rows = adjacency[vertices]
        return np.asarray((rows @ up).multiply(rows).sum(axis=1, dtype=np.int64))

    # Blocks of even work bound the memory of their product; SciPy multiplies without holding the interpreter.
    cuts = np.flatnonzero(np.diff(np.cumsum(work[drawn]) // _BLOCK_OF_WORK)) + 1
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return drawn, np.concatenate(list(pool.map(count, np.split(drawn, cuts))))


def _count_on_device(edges: DeviceEdgeList, *, seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The number of triangles at each vertex of a seeded sample; of a small graph, as the host counts them.

    One pass over the edges collects the neighbours of the sample, another the edges between these neighbours: each edge
    between neighbours of v is a triangle of v. Vertices are taken in a seeded order; one with more neighbours than the
    rest of MAX_NEIGHBOURS is skipped, so the sample has hubs only if they fit.

    Args:
        edges: undirected.
        seed: of the sample.

    Returns:
        The vertices in ascending order, and their counts, both of shape (k,), k at least 1.
    """
    if edges.num_edges <= MAX_EDGES_ON_HOST:
        return count_triangles(edges.on_host(), seed=seed)
    drawn = _sample(edges.degrees, seed)
    while True:
        tail, head, _ = edges.around(drawn)
        around = np.unique(head)
        src, dst = edges.between(around, most=MAX_BETWEEN)
        if len(src) <= MAX_BETWEEN or len(drawn) == 1:
            break
        drawn = drawn[::2]  # still ascending
    return drawn, _counts(drawn, around, (tail, head), (src, dst))


def _sample(degrees: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.int64]:
    order = np.random.default_rng(seed).permutation(np.flatnonzero(degrees >= 2))
    taken: list[int] = []
    left = MAX_NEIGHBOURS
    for vertex in order[: 2 * MAX_SAMPLED].tolist():
        if degrees[vertex] <= left and len(taken) < MAX_SAMPLED:
            taken.append(vertex)
            left -= int(degrees[vertex])
    return np.sort(np.array(taken or [int(np.argmin(degrees))], dtype=np.int64))


def _counts(drawn: Any, around: Any, arcs: tuple[Any, Any], edges: tuple[Any, Any]) -> npt.NDArray[np.int64]:
    """For each drawn vertex, by its arcs to those around it, how many edges lie between two of its neighbours."""
    from scipy.sparse import coo_array

    def matrix(rows: Any, columns: Any, height: int) -> Any:
        ones = np.ones(len(rows), dtype=np.int64)
        return coo_array((ones, (rows, columns)), shape=(height, max(len(around), 1))).tocsr()

    (tail, head), (src, dst) = arcs, edges
    neighbours = matrix(np.searchsorted(drawn, tail), np.searchsorted(around, head), len(drawn))
    between = matrix(np.searchsorted(around, src), np.searchsorted(around, dst), max(len(around), 1))
    return np.asarray((neighbours @ between).multiply(neighbours).sum(axis=1)).ravel().astype(np.int64)
