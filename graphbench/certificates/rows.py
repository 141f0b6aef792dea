"""Lookups in sorted arrays and in compressed sparse rows (CSR), without a Python loop over edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Integers: TypeAlias = "npt.NDArray[np.int64]"
_MAX_ARCS = 4_000_000
"""Arcs that :func:`out_arcs` gives at once: it bounds the memory that a wide level takes."""


def search_sorted(wanted: Integers, keys: Integers) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Find values among sorted keys.

    Args:
        wanted: the values, in any order, shape (k,).
        keys: ascending; may be empty.

    Returns:
        The position of each value, meaningless where it is not a key; and whether it is a key.
    """
    if len(keys) == 0:
        return np.zeros(len(wanted), dtype=np.intp), np.zeros(len(wanted), dtype=bool)
    position = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return position, keys[position] == wanted


def symmetric_rows(src: npt.NDArray[Any], dst: npt.NDArray[Any], n: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Both directions of edges as CSR: row offsets, and the neighbours of each row in ascending order."""
    from scipy.sparse import coo_array

    ends = np.concatenate([src, dst]), np.concatenate([dst, src])
    matrix = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(n, n)).tocsr()
    matrix.sort_indices()
    return matrix.indptr, matrix.indices


def csr_positions(
    indptr: npt.NDArray[Any], rows: npt.NDArray[Any], begin: int = 0, width: int | None = None
) -> tuple[Integers, Integers]:
    """Positions of the entries of some rows in a CSR matrix: of each row at most `width` entries, from `begin` on.

    Returns:
        For each position, the index in `rows` that it belongs to; and the positions.
    """
    first = indptr[rows].astype(np.int64) + begin
    count = np.maximum(indptr[rows + 1] - first, 0)
    if width is not None:
        count = np.minimum(count, width)
    before = np.cumsum(count) - count
    index = np.repeat(np.arange(len(rows)), count)
    return index, np.arange(len(index)) + np.repeat(first - before, count)


def num_arcs(matrix: Any, vertices: npt.NDArray[Any]) -> int:
    """How many arcs leave these vertices."""
    return int((matrix.indptr[vertices + 1] - matrix.indptr[vertices]).sum())


def out_arcs(matrix: Any, vertices: npt.NDArray[Any]) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    """Tails and heads of the arcs out of some vertices, a few million at once; at least one pair, maybe empty.

    Args:
        matrix: SciPy's, in compressed sparse rows.
        vertices: all different, at least one.
    """
    count = matrix.indptr[vertices + 1].astype(np.int64) - matrix.indptr[vertices]
    cuts = np.flatnonzero(np.diff(np.cumsum(count) // _MAX_ARCS)) + 1
    for part in np.split(vertices, cuts):
        index, positions = csr_positions(matrix.indptr, part)
        yield part[index], matrix.indices[positions]


def unreached(matrix: Any, seeds: Integers) -> int | None:
    """A vertex that no path from the seeds leads to, or None."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    n = matrix.shape[0]
    ends = np.concatenate([matrix.indices, seeds.astype(matrix.indices.dtype)])  # of arcs from a root above the seeds
    rows = np.append(matrix.indptr, np.asarray(len(ends), dtype=matrix.indptr.dtype))
    values = np.broadcast_to(1.0, len(ends))  # no memory: only their number matters
    rooted = csr_array((values, ends, rows), shape=(n + 1, n + 1))
    reach: Any = breadth_first_order  # the stubs know no call that returns one array
    lost = np.ones(n + 1, dtype=bool)
    lost[reach(rooted, n, directed=True, return_predecessors=False)] = False
    return int(np.argmax(lost)) if lost.any() else None
