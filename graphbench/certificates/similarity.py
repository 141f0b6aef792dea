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
    index = index.reshape(pairs.shape)
    common = np.zeros(len(pairs))
    for k, (u, v) in enumerate(index):
        (one, weight_of_one), (two, weight_of_two) = (_row(matrix, row) for row in (u, v))
        at_one, at_two = _places(one, two)
        common[k] = np.minimum(weight_of_one[at_one], weight_of_two[at_two]).sum()
    return Neighbourhoods(common, sizes[index[:, 0]], sizes[index[:, 1]])


def _row(matrix: Any, row: int) -> tuple[npt.NDArray[Any], Floats]:
    """The neighbours in one row of a CSR matrix, sorted, and the weights of the edges to them."""
    here = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[here], matrix.data[here]


def _places(one: npt.NDArray[Any], two: npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Positions of the common values in two sorted arrays of distinct values, in O(short * log(long))."""
    if len(one) > len(two):
        there, here = _places(two, one)
        return here, there
    place = np.searchsorted(two, one)
    place[place == len(two)] = 0  # beyond the last value, so it equals none
    shared = np.flatnonzero(two[place] == one)
    return shared, place[shared]
