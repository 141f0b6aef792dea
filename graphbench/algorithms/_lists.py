"""Lists as they come from elsewhere: rows in no order, vertices called by large numbers.

Problems of structure begin where the others have already arrived: their input is not a graph but what graphs are made
from. A canonical edge list is sorted and its ids are dense, which would leave nothing to do; so engines lay it out anew
when they `build`, every one of them alike and in every run.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Call
from graphbench.errors import UnsupportedError
from graphbench.graphs.columns import INT32_VERTICES

_BITS = 62
_MASK = np.uint64((1 << _BITS) - 1)
_ODD = np.uint64(0xBF58476D1CE4E5B9 & int(_MASK)), np.uint64(0x94D049BB133111EB & int(_MASK))
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)


def disorder(count: int) -> npt.NDArray[np.int64]:
    """An order of rows without any order in it, the same one each time.

    Returns:
        A permutation of 0 to count - 1, shape (count,).
    """
    return np.random.default_rng(count).permutation(count)


def external_ids(num_vertices: int) -> npt.NDArray[np.int64]:
    """Ids of vertices as a hash or a database would give them: any of 0 to 2^62 - 1, in no order.

    The mixing function of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA
    2014) on 62 bits, so that ids fit signed integers. It takes shifts and products with odd numbers, each of which can
    be undone, so different vertices have different ids.

    Returns:
        The id of each vertex, shape (num_vertices,).
    """
    ids = np.arange(1, num_vertices + 1, dtype=np.uint64)
    ids ^= np.uint64(1) << np.uint64(_BITS - 1)  # away from 0, which every step would keep
    for shift, odd in zip(_SHIFTS, _ODD, strict=False):
        ids ^= ids >> shift
        ids *= odd
        ids &= _MASK
    ids ^= ids >> _SHIFTS[-1]
    return ids.astype(np.int64)


def refuse_wide(p: Call) -> None:
    """Refuse a graph whose compressed rows cuGraph cannot make: it casts the ids of vertices to 32 bits unasked.

    Raises:
        UnsupportedError: if they do not fit.
    """
    if p.num_vertices > INT32_VERTICES:
        raise UnsupportedError("compressed rows are counted in 32 bits, too few for the vertices of this graph")
