"""The columns of an edge list as arrays: sorting, merging parallel edges, and a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

Ids: TypeAlias = "npt.NDArray[np.signedinteger[Any]]"
Weights: TypeAlias = "npt.NDArray[np.float64]"

INT32_VERTICES = 2**31 - 1


class Columns(NamedTuple):
    """The columns of an edge list on the host: two of ids (int32 or int64), one of float64 weights or None."""

    src: Ids
    dst: Ids
    weight: Weights | None


class Merged(NamedTuple):
    """Rows sorted by (src, dst), each once, and what was merged into them."""

    src: Ids
    dst: Ids
    weight: Weights | None
    merged: int = 0
    """Rows merged into another row."""
    unequal: int = 0
    """Merged rows whose weights differ, an edge counted once."""


def merge_parallel(src: Ids, dst: Ids, weight: Weights | None, num_vertices: int) -> Merged:
    """Sort rows by (src, dst) and merge equal ones, keeping the smallest weight.

    Strictly sorted rows are returned unchanged after one pass.
    """
    if len(src) < 2 or is_sorted(src, dst, strictly=True):
        return Merged(src, dst, weight)
    src, dst, weight = sort_rows(src, dst, weight, num_vertices)
    first = _firsts(src) | _firsts(dst)
    starts = np.flatnonzero(first)
    merged = len(src) - len(starts)
    if not merged:
        return Merged(src, dst, weight)
    unequal = 0
    if weight is not None:
        smallest = np.fmin.reduceat(weight, starts)  # ignores NaN, so rows may have any order
        unequal = int(np.count_nonzero(np.fmax.reduceat(weight, starts) > smallest))
        weight = smallest
    return Merged(src[first], dst[first], weight, merged, unequal)


def sort_rows(
    src: Ids, dst: Ids, values: npt.NDArray[Any] | None, num_vertices: int
) -> tuple[Ids, Ids, npt.NDArray[Any] | None]:
    """Sort rows by (src, dst), equal ones as they were, in the way that is fastest for so many vertices and rows."""
    if num_vertices <= _most_counters(weighted=values is not None) * len(src):
        unused = np.empty(len(src), dtype=np.int8)
        src, dst, sorted_values = sort_by_both(src, dst, unused if values is None else values, num_vertices)
        return src, dst, None if values is None else sorted_values
    if values is None and num_vertices <= INT32_VERTICES:
        # Two 31-bit ids fit into one key, which sorts several times as fast as two.
        keys = _pack(src, dst)
        keys.sort()
        return (keys >> 32).astype(src.dtype), (keys & 0xFFFFFFFF).astype(dst.dtype), None
    order = np.lexsort((dst, src))
    return src[order], dst[order], None if values is None else values[order]


def _most_counters(*, weighted: bool) -> float:
    """Vertices for each row up to which counting is faster than sorting."""
    if weighted:
        return 4
    from graphbench.system.machine import sorts_slowly

    return 0.25 if sorts_slowly() else 0


def sort_by_both(src: Ids, dst: Ids, values: npt.NDArray[Any], num_vertices: int) -> tuple[Ids, Ids, npt.NDArray[Any]]:
    """Sort rows by (src, dst), equal ones as they were, by two of SciPy's counting passes: O(rows + vertices)."""
    columns = _matrix(src, dst, values, num_vertices).tocsc()
    return _rows_of(columns.tocsr(), src, dst)


def sort_by(key: Ids, other: Ids, values: npt.NDArray[Any], num_vertices: int) -> tuple[Ids, Ids, npt.NDArray[Any]]:
    """Sort rows by their key, those of equal keys as they were, by one such pass."""
    return _rows_of(_matrix(key, other, values, num_vertices).tocsr(), key, other)


def _matrix(row: Ids, column: Ids, values: npt.NDArray[Any], size: int) -> Any:
    from scipy.sparse import coo_array

    matrix: Any = coo_array((values, (row, column)), shape=(size, size))
    matrix.has_canonical_format = True  # or SciPy adds up the values of equal rows
    return matrix


def _rows_of(matrix: Any, key: Ids, other: Ids) -> tuple[Ids, Ids, npt.NDArray[Any]]:
    """The entries of compressed rows, with ids of the types of these."""
    keys = np.repeat(np.arange(matrix.shape[0], dtype=key.dtype), np.diff(matrix.indptr))
    return keys, matrix.indices.astype(other.dtype, copy=False), matrix.data


def compressed_rows(src: Ids, dst: Ids, values: npt.NDArray[Any], num_vertices: int) -> csr_array[Any, tuple[int, int]]:
    """Rows in order of `src` as SciPy's compressed rows, which share `dst` and `values`: nothing is sorted."""
    from scipy.sparse import csr_array

    index = np.int32 if 2 * max(num_vertices, len(dst)) < 2**31 else np.int64  # SciPy's own choice is one of both
    starts = np.append(np.flatnonzero(_firsts(src)), len(src)).astype(index)
    # np.bincount takes twice as long, and 8 bytes for each row.
    offsets = np.repeat(starts, np.diff(src[starts[:-1]], prepend=-1, append=num_vertices))
    return csr_array((values, dst.astype(index, copy=False), offsets), shape=(num_vertices, num_vertices))


def _firsts(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def components(parts: Iterable[tuple[Ids, Ids]], num_vertices: int) -> Ids:
    """The smallest vertex in the weakly connected component of each vertex; the edges come in parts.

    Trees are hung under smaller ones and flattened until no edge joins two (hooking and pointer jumping: Shiloach,
    Vishkin, J. Algorithms 3 (1982) 57-67). Most edges of later parts are inside a tree already and cost a comparison:
    half of the time of SciPy's traversal, which also needs a matrix.
    """
    root: Ids = np.arange(num_vertices, dtype=np.int32 if num_vertices <= INT32_VERTICES else np.int64)
    for src, dst in parts:
        one, two = root[src], root[dst]
        while (apart := one != two).any():
            one, two = one[apart], two[apart]
            np.minimum.at(root, np.maximum(one, two), np.minimum(one, two))
            while not np.array_equal(root, above := root[root]):
                root = above
            one, two = root[one], root[two]
    return root


def is_sorted(src: Ids, dst: Ids, *, strictly: bool) -> bool:
    """Whether rows are in order of (src, dst); strictly, if no two are equal."""
    step, before = 1 << 20, np.less if strictly else np.less_equal
    for start in range(0, len(src) - 1, step):
        one, two = src[start : start + step + 1], dst[start : start + step + 1]
        if not bool(np.all((one[:-1] < one[1:]) | ((one[:-1] == one[1:]) & before(two[:-1], two[1:])))):
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
