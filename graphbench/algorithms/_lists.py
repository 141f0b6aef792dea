"""Shuffled lists with arbitrary ids, as they come from other systems: the input of problems of structure.

These problems start from what graphs are made from, not from a graph. A canonical edge list is sorted and its ids are
dense, so engines shuffle it and rename vertices when they `build`, all in the same way and in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphbench.algorithms.base import Call
from graphbench.errors import UnsupportedError
from graphbench.graphs.columns import INT32_VERTICES
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

_BITS = 62
_MASK = (1 << _BITS) - 1
_ODD = 0xBF58476D1CE4E5B9 & _MASK, 0x94D049BB133111EB & _MASK
_SHIFTS = 30, 27, 31


def disorder(count: int) -> npt.NDArray[np.int64]:
    """A fixed pseudo-random order of rows.

    Returns:
        A permutation of 0 to count - 1, shape (count,).
    """
    return np.random.default_rng(count).permutation(count)


def external_ids(num_vertices: int) -> npt.NDArray[np.int64]:
    """Vertex ids as a hash or a database would assign them: pseudo-random, from 0 to 2^62 - 1.

    The mixing function of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA
    2014) on 62 bits, so that ids fit signed integers. Shifts and products with odd numbers are invertible, so different
    vertices have different ids.

    Returns:
        The id of each vertex, shape (num_vertices,).
    """
    ids = np.arange(1, num_vertices + 1, dtype=np.uint64)
    ids ^= 1 << (_BITS - 1)  # 0 would be mapped to 0
    for shift, odd in zip(_SHIFTS, _ODD, strict=False):
        ids ^= ids >> shift
        ids *= odd
        ids &= _MASK
    ids ^= ids >> _SHIFTS[-1]
    return ids.astype(np.int64)


def refuse_wide(p: Call) -> None:
    """Refuse a graph whose compressed rows cuGraph cannot make: it casts vertex ids to 32 bits without a check.

    Raises:
        UnsupportedError: if they do not fit.
    """
    if p.num_vertices > INT32_VERTICES:
        raise UnsupportedError("its compressed rows have 32-bit offsets, too small for the vertices of this graph")
