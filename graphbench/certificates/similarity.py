"""Neighbourhoods of a few pairs of vertices, counted from sorted lists of neighbours.

Every coefficient of link prediction by neighbourhoods is a function of three numbers per pair: the size of what both
neighbourhoods have in common, and the size of each (Liben-Nowell, Kleinberg, J. ASIST 58 (2007) 1019-1031).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float64]"

_MAX_ENTRIES = 4_000_000
"""Neighbours that are looked up at a time: about 200 MB."""


class Neighbourhoods(NamedTuple):
    """The sizes of the neighbourhoods of k pairs as sums of edge weights, 1 without weights; each of shape (k,).

    Attributes:
        common: sum over common neighbours of the lighter of both edges; without weights, their number.
        first: all edges of the first vertex; without weights, its degree.
        second: all edges of the second vertex.
    """

    common: Floats
    first: Floats
    second: Floats


def neighbourhoods(edges: EdgeList, pairs: npt.NDArray[np.int64]) -> Neighbourhoods:
    """The open neighbourhoods of a few pairs of vertices: no vertex is its own neighbour.

    Args:
        edges: undirected, without loops and parallel edges.
        pairs: shape (k, 2); a thousand take less than a second, after one pass over the edges.
    """
    from scipy.sparse import coo_array

    vertices, index = np.unique(pairs, return_inverse=True)
    tail, head, weight = edges.around(vertices)
    values = np.ones(len(tail)) if weight is None else weight
    ends = np.searchsorted(vertices, tail), head
    matrix = coo_array((values, ends), shape=(len(vertices), edges.num_vertices)).tocsr()
    matrix.sort_indices()
    sizes = np.asarray(matrix.sum(axis=1), dtype=np.float64)
    first, second = index.reshape(pairs.shape).T
    return Neighbourhoods(_common(matrix, first, second), sizes[first], sizes[second])


def _common(matrix: Any, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> Floats:
    """The lighter edges to all common neighbours, summed: O(d log m) per pair of rows, d entries in the shorter one."""
    offsets, entries = matrix.indptr.astype(np.int64), np.diff(matrix.indptr)
    keys = np.repeat(np.arange(len(entries)), entries) * matrix.shape[1] + matrix.indices
    swapped = entries[first] > entries[second]
    short, long = np.where(swapped, second, first), np.where(swapped, first, second)
    ends = entries[short].cumsum(dtype=np.int64)
    common = np.zeros(len(short))
    for part in np.split(np.arange(len(short)), np.flatnonzero(np.diff(ends // _MAX_ENTRIES)) + 1):
        counts = entries[short[part]]
        pair = np.repeat(part, counts)
        here = np.repeat(offsets[short[part]] - counts.cumsum(dtype=np.int64) + counts, counts) + np.arange(len(pair))
        wanted = long[pair] * matrix.shape[1] + matrix.indices[here]
        there = np.searchsorted(keys, wanted)
        there[there == len(keys)] = 0  # beyond the last key, so it equals none
        both = keys[there] == wanted
        lighter = np.minimum(matrix.data[here[both]], matrix.data[there[both]])
        common += np.bincount(pair[both], lighter, minlength=len(common))
    return common
