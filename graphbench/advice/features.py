"""What an estimate knows of a graph: its size, its degrees and its depth.

All are of the graph without direction: the references are undirected graphs.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from graphbench.errors import UnavailableError
from graphbench.graphs.edgelist import EdgeList

ROAD_DEPTH = 3.0
"""A graph is as deep as a road network if its depth exceeds this many logarithms (base 2) of its vertices."""


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """The features of a graph from which times are estimated."""

    num_vertices: int
    num_edges: int
    """An undirected edge counts once."""
    max_degree: int
    skew: float
    """The mean squared degree over the square of the mean degree: 1 where all degrees are equal."""
    work: int
    """The sum over edges of the smaller degree of the two ends: what counting triangles has to look at."""
    depth: int
    """Levels of a breadth-first search from a vertex far away from the one of largest degree."""
    weighted: bool = False
    directed: bool = False
    """Whether direction was dropped for these features."""

    @property
    def mean_degree(self) -> float:
        """Edges at a vertex, on average."""
        return 2 * self.num_edges / max(self.num_vertices, 1)

    @property
    def kind(self) -> str:
        """The diameter class: `road` for deep graphs, `social` for shallow ones."""
        return "road" if self.depth > ROAD_DEPTH * math.log2(self.num_vertices + 2) else "social"


def features(edges: EdgeList) -> Features:
    """Measure the features of a graph: degrees, and a breadth-first search from each end of a long path.

    Raises:
        UnavailableError: for a graph that is on a GPU.
    """
    if edges.on_device:
        raise UnavailableError("advise", "the graph is on the GPU", "Use by=numpy, or measure the GPU engines there.")
    graph = edges.undirected()
    degrees = graph.degrees
    work = sum(int(np.minimum(degrees[part.src], degrees[part.dst]).sum()) for part in graph.chunks())
    mean = float(degrees.mean()) if len(degrees) else 0.0
    return Features(
        num_vertices=graph.num_vertices,
        num_edges=graph.num_edges,
        max_degree=int(degrees.max(initial=0)),
        skew=float(np.square(degrees, dtype=float).mean()) / mean**2 if mean else 1.0,
        work=work,
        depth=_depth(graph, int(degrees.argmax())) if graph.num_edges else 0,
        weighted=edges.weighted,
        directed=edges.directed,
    )


def rough(num_vertices: int, num_edges: int, *, weighted: bool = False) -> Features:
    """The features of a social network of this size, where only the size is known."""
    mean = max(2 * num_edges / max(num_vertices, 1), 1.0)
    return Features(
        num_vertices=num_vertices,
        num_edges=num_edges,
        max_degree=round(mean * math.sqrt(max(num_vertices, 1))),
        skew=4.0,
        work=round(2 * mean * num_edges),
        depth=round(2 * math.log2(num_vertices + 2) / math.log2(mean + 1)),
        weighted=weighted,
    )


def _depth(graph: EdgeList, start: int) -> int:
    """The levels of a search from the last vertex that a search from `start` reaches."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    src, dst, _ = graph.to_numpy()
    ends = (np.concatenate([src, dst]), np.concatenate([dst, src]))
    matrix = coo_array((np.ones(len(ends[0])), ends), shape=(graph.num_vertices,) * 2).tocsr()
    first, _ = breadth_first_order(matrix, start)
    order, parent = breadth_first_order(matrix, int(first[-1]))
    place = np.empty(graph.num_vertices, dtype=np.int64)
    place[order] = np.arange(len(order))
    parents = place[parent[order[1:]]]  # they never decrease
    levels, end = 0, 1
    while end < len(order):  # a level ends where the parents are of this level
        end = 1 + int(np.searchsorted(parents, end))
        levels += 1
    return levels
