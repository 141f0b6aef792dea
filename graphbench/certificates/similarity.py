"""What certificates of similar neighbourhoods share: the neighbourhoods of a few pairs of vertices, computed anew.

Every coefficient of link prediction by neighbourhoods is a function of three numbers for a pair: what its two
neighbourhoods have in common, and how large each of them is. They are counted here without any engine, from sorted
lists of neighbours.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench.graphs.edgelist import EdgeList

Floats = npt.NDArray[np.float64]


class Neighbourhoods(NamedTuple):
    """The two neighbourhoods of each of k pairs, all of shape (k,): sums of weights, an edge without one weighing 1.

    Attributes:
        common: for every common neighbour the lighter of its two edges: without weights, how many there are.
        first: all edges of the pair's first vertex: without weights, its degree.
        second: all edges of its second.
    """

    common: Floats
    first: Floats
    second: Floats


def neighbourhoods(edges: EdgeList, pairs: npt.NDArray[np.int64]) -> Neighbourhoods:
    """The neighbourhoods of a few pairs of vertices, open ones: no vertex is its own neighbour.

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
    """Where two sorted arrays of distinct values have the values that they share, in O(short * log(long))."""
    if len(one) > len(two):
        there, here = _places(two, one)
        return here, there
    place = np.searchsorted(two, one)
    place[place == len(two)] = 0  # beyond the last: no value of `two` equals it, and none will
    shared = np.flatnonzero(two[place] == one)
    return shared, place[shared]
