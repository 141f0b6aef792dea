"""Certificates of graphs that are made on a device, where those of the host rest on SciPy.

Memory is bounded by a few numbers for each vertex, and what a chunk of the edges takes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.graphs.on_device.edges import MadeOnDevice

SMALL = 1 << 22
"""Edges up to which triangles are counted on the host, at all vertices if that is little work."""
MOST_SAMPLED = 2_000
"""Vertices whose triangles are counted at most."""
MOST_NEIGHBOURS = 200_000
"""And how many neighbours they may have together."""
MOST_BETWEEN = 1 << 27
"""And how many edges between these are brought to the host: 1 GB of them."""


def components(edges: MadeOnDevice, within: Any = None) -> int:
    """The number of (weakly) connected components, in one pass over the edges.

    Every vertex points at another of its component with a lower id, or at itself: a root. An edge between two trees
    has the higher root point at the lower, and pointers are halved until all lead to roots again (hooking and pointer
    jumping: Shiloach, Vishkin, J. Algorithms 3 (1982) 57-67). Where several edges hook one root at once, any of them
    may win: the others still join different trees and come again. A chunk is done when each of its edges lies in a
    tree, so that no chunk is needed twice.

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
            parent = _flat(parent)
            one, two = parent[one], parent[two]
    return int(np.count_nonzero(parent == every))


def _flat(parent: Any) -> Any:
    while True:
        further = parent[parent]
        if bool((further == parent).all()):
            return parent
        parent = further


def triangles(edges: MadeOnDevice, *, seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The number of triangles at each vertex of a seeded sample; of a small graph, as the host counts them.

    A pass over the edges gathers the neighbours of the sample, another the edges between these neighbours: what lies
    between neighbours of v is what v has triangles with. Vertices are taken in a seeded order, those that have more
    neighbours than are left to spend being passed over: the sample has hubs only where they fit.

    Args:
        edges: undirected.
        seed: of the sample.

    Returns:
        The vertices in ascending order, and their counts, both of shape (k,), k at least 1.
    """
    if edges.num_edges <= SMALL:
        from graphbench.certificates import checks

        return checks.triangles(edges.on_host(), seed=seed)
    drawn = _drawn(edges.degrees, seed)
    while True:
        tail, head, _ = edges.around(drawn)
        around = np.unique(head)
        src, dst = edges.between(around, most=MOST_BETWEEN)
        if len(src) <= MOST_BETWEEN or len(drawn) == 1:
            break
        drawn = drawn[::2]  # still ascending
    return drawn, _counted(drawn, around, (tail, head), (src, dst))


def _drawn(degrees: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.int64]:
    order = np.random.default_rng(seed).permutation(np.flatnonzero(degrees >= 2))
    taken: list[int] = []
    left = MOST_NEIGHBOURS
    for vertex in order[: 2 * MOST_SAMPLED].tolist():
        if degrees[vertex] <= left and len(taken) < MOST_SAMPLED:
            taken.append(vertex)
            left -= int(degrees[vertex])
    return np.sort(np.array(taken or [int(np.argmin(degrees))], dtype=np.int64))


def _counted(drawn: Any, around: Any, arcs: tuple[Any, Any], edges: tuple[Any, Any]) -> npt.NDArray[np.int64]:
    """For each drawn vertex, by its arcs to those around it, how many edges lie between two of its neighbours."""
    from scipy.sparse import coo_array

    def matrix(rows: Any, columns: Any, height: int) -> Any:
        ones = np.ones(len(rows), dtype=np.int64)
        return coo_array((ones, (rows, columns)), shape=(height, max(len(around), 1))).tocsr()

    (tail, head), (src, dst) = arcs, edges
    neighbours = matrix(np.searchsorted(drawn, tail), np.searchsorted(around, head), len(drawn))
    between = matrix(np.searchsorted(around, src), np.searchsorted(around, dst), max(len(around), 1))
    return np.asarray((neighbours @ between).multiply(neighbours).sum(axis=1)).ravel().astype(np.int64)
