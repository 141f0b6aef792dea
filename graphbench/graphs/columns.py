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
    if len(src) < 2 or _strictly_sorted(src, dst):
        return src, dst, weight, 0
    # Two 31-bit ids fit into one key, which sorts several times as fast as two (np.unique hashes and is slower still).
    packable = num_vertices <= INT32_VERTICES
    if packable and weight is None:
        keys = _pack(src, dst)
        keys.sort()
        first = _firsts(keys)
        keys = keys[first]
        return (keys >> 32).astype(src.dtype), (keys & 0xFFFFFFFF).astype(dst.dtype), None, len(first) - len(keys)
    if packable:
        keys = _pack(src, dst)
        order = np.argsort(keys)
        first = _firsts(keys[order])
    else:
        order = np.lexsort((dst, src))
        first = _firsts(src[order]) | _firsts(dst[order])
    starts = np.flatnonzero(first)
    kept = order[starts]
    # fmin ignores NaN, so the result does not depend on the order of the rows.
    smallest = None if weight is None else np.fmin.reduceat(weight[order], starts)
    return src[kept], dst[kept], smallest, len(first) - len(starts)


def _firsts(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def _strictly_sorted(src: Ids, dst: Ids) -> bool:
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
