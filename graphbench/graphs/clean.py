"""From raw rows to the canonical edge list: the one place where a graph is tidied, before any engine sees it.

The rules, the same for every dataset: ids become int32 where the number of vertices fits, else int64; self-loops are
dropped; parallel edges become one that keeps the smallest weight; isolated vertices stay. The smallest, because
shortest paths do not change by it, because cleaning twice is then cleaning once, and because an unweighted graph stays
the special case of weight 1. Weights become float64. What was done is counted. Only impossible ids are refused.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench.errors import InputError
from graphbench.graphs.base import Raw
from graphbench.graphs.edgelist import INT32_VERTICES, EdgeList, Ids, Weights, merge_parallel

CLEANER_VERSION = 2
"""Raised when the rules of reading or cleaning change: edges made by other rules are never taken from the cache."""


class Cleaning(msgspec.Struct, frozen=True, kw_only=True):
    """What cleaning did, and what it found.

    The last three count the edges that remain, not raw rows.
    """

    loops_dropped: int = 0
    duplicates_merged: int = 0
    """Rows that went into another row: parallel edges and, in an undirected graph, (v, u) beside (u, v)."""
    num_isolated: int = 0
    zero_weights: int = 0
    negative_weights: int = 0
    nonfinite_weights: int = 0


def clean(raw: Raw, name: str) -> tuple[EdgeList, Cleaning]:
    """Make the canonical edge list of raw rows.

    Args:
        raw: the rows; they are not changed.
        name: what to call the dataset.

    Raises:
        InputError: if an id is negative or not below the number of vertices, or if columns differ in length.
    """
    _check(raw, name)
    dtype = np.int32 if raw.num_vertices <= INT32_VERTICES else np.int64
    src: Ids = raw.src.astype(dtype, copy=False)
    dst: Ids = raw.dst.astype(dtype, copy=False)
    weight = None if raw.weight is None else _tidy_weights(raw.weight)

    proper = src != dst
    loops = len(src) - int(np.count_nonzero(proper))
    if loops:
        src, dst, weight = src[proper], dst[proper], None if weight is None else weight[proper]
    if not raw.directed:
        src, dst = _low_high(src, dst)
    src, dst, weight, merged = merge_parallel(src, dst, weight, raw.num_vertices)

    edges = EdgeList.from_columns(
        src, dst, weight, num_vertices=raw.num_vertices, directed=raw.directed, name=name, names=raw.names
    )
    return edges, Cleaning(
        loops_dropped=loops,
        duplicates_merged=merged,
        num_isolated=edges.num_isolated,
        zero_weights=0 if weight is None else int(np.count_nonzero(weight == 0)),
        negative_weights=0 if weight is None else int(np.count_nonzero(weight < 0)),
        nonfinite_weights=0 if weight is None else int(np.count_nonzero(~np.isfinite(weight))),
    )


def _check(raw: Raw, name: str) -> None:
    lengths = {len(column) for column in (raw.src, raw.dst, raw.weight) if column is not None}
    if len(lengths) > 1:
        raise InputError(f"{name}: the columns have different lengths ({', '.join(map(str, sorted(lengths)))}).")
    if raw.names is not None and len(raw.names) != raw.num_vertices:
        raise InputError(f"{name}: {len(raw.names):,} names for {raw.num_vertices:,} vertices.")
    for ends in (raw.src, raw.dst):
        if len(ends) and (ends.min() < 0 or ends.max() >= raw.num_vertices):
            row = int(np.argmax((ends < 0) | (ends >= raw.num_vertices)))
            expected = (
                f"expected ids from 0 to {raw.num_vertices - 1:,}" if raw.num_vertices else "there are no vertices"
            )
            raise InputError(f"{name}: row {row:,} names vertex {ends[row]}; {expected}.")


def _tidy_weights(weight: npt.NDArray[np.generic]) -> Weights:
    """Float64, with one zero and one NaN: equal weights then have equal bytes, and equal graphs equal digests."""
    tidy = weight.astype(np.float64) + 0.0  # -0.0 + 0.0 is 0.0
    tidy[np.isnan(tidy)] = np.nan
    return tidy


def _low_high(src: Ids, dst: Ids) -> tuple[Ids, Ids]:
    if not bool(np.any(src > dst)):
        return src, dst
    return np.minimum(src, dst), np.maximum(src, dst)
