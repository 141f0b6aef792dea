"""The columns of an edge list as arrays: sorting, merging parallel edges, and a digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Ids: TypeAlias = "npt.NDArray[np.signedinteger[Any]]"
Weights: TypeAlias = "npt.NDArray[np.float64]"

INT32_VERTICES = 2**31 - 1


class Columns(NamedTuple):
    """The columns of an edge list on the host: two of ids (int32 or int64), one of float64 weights or None."""

    src: Ids
    dst: Ids
    weight: Weights | None


def merge_parallel(
    src: Ids, dst: Ids, weight: Weights | None, num_vertices: int
) -> tuple[Ids, Ids, Weights | None, int]:
    """Sort rows by (src, dst) and merge equal ones, keeping the smallest weight.

    Returns:
        The three columns, and the number of rows merged. Strictly sorted rows are returned unchanged after one pass.
    """
    if len(src) < 2 or is_strictly_sorted(src, dst):
        return src, dst, weight, 0
    if weight is None and num_vertices <= INT32_VERTICES:
        # Two 31-bit ids fit into one key, which sorts several times as fast as two (np.unique is slower still).
        keys = _pack(src, dst)
        keys.sort()
        first = _firsts(keys)
        keys = keys[first]
        return (keys >> 32).astype(src.dtype), (keys & 0xFFFFFFFF).astype(dst.dtype), None, len(first) - len(keys)
    if weight is not None and num_vertices <= _MOST_COUNTERS * len(src):
        dst, src, weight = sort_by(dst, src, weight, num_vertices)
        src, dst, weight = sort_by(src, dst, weight, num_vertices)
    else:
        order = np.lexsort((dst, src))
        src, dst, weight = src[order], dst[order], None if weight is None else weight[order]
    starts = np.flatnonzero(_firsts(src) | _firsts(dst))
    merged = len(src) - len(starts)
    if not merged:
        return src, dst, weight, 0
    # fmin ignores NaN, so the result does not depend on the order of the rows.
    return src[starts], dst[starts], None if weight is None else np.fmin.reduceat(weight, starts), merged


_MOST_COUNTERS = 4
"""Vertices for each row up to which counting is faster than sorting."""


def sort_by(key: Ids, other: Ids, values: npt.NDArray[Any], num_vertices: int) -> tuple[Ids, Ids, npt.NDArray[Any]]:
    """Sort rows by their key, those of equal keys as they were, by SciPy's counting pass: O(rows + vertices).

    Sorting rows by the second id and then by the first one takes a third of the time of a sort by both.
    """
    from scipy.sparse import coo_array

    matrix: Any = coo_array((values, (key, other)), shape=(num_vertices, num_vertices))
    matrix.has_canonical_format = True  # or SciPy adds up the values of equal rows
    rows = matrix.tocsr()
    keys = np.repeat(np.arange(num_vertices, dtype=key.dtype), np.diff(rows.indptr))
    return keys, rows.indices.astype(other.dtype, copy=False), rows.data


def _firsts(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def is_strictly_sorted(src: Ids, dst: Ids) -> bool:
    """Whether rows are in order of (src, dst), and no two are equal."""
    step = 1 << 20
    for start in range(0, len(src) - 1, step):
        one, two = src[start : start + step + 1], dst[start : start + step + 1]
        if not bool(np.all((one[:-1] < one[1:]) | ((one[:-1] == one[1:]) & (two[:-1] < two[1:])))):
            return False
    return True


def _pack(src: Ids, dst: Ids) -> npt.NDArray[np.int64]:
    keys = src.astype(np.int64)
    keys <<= 32
    keys |= dst
    return keys


def digest(columns: Columns, num_vertices: int, directed: bool) -> str:
    """A digest of a canonical edge list: equal for equal graphs, weights included, names ignored."""
    from concurrent.futures import ThreadPoolExecutor

    present = [np.ascontiguousarray(column) for column in columns if column is not None]
    whole = hashlib.blake2b(f"{num_vertices} {directed} {columns.weight is not None}".encode(), digest_size=16)
    with ThreadPoolExecutor(len(present)) as pool:  # hashing releases the interpreter's lock
        for part in pool.map(lambda column: hashlib.blake2b(column.data, digest_size=32), present):
            whole.update(part.digest())
    return whole.hexdigest()
