"""Clean raw rows into a canonical edge list, with the same rules for every dataset and every engine.

Ids become int32 if the number of vertices fits, else int64. Self-loops are dropped. Parallel edges are merged and keep
the smallest weight: shortest paths do not change, cleaning is idempotent, and an unweighted graph is the case of
weight 1. Isolated vertices stay. Weights become float64. Every change is counted. Only invalid ids are an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from graphbench.errors import InputError
from graphbench.graphs.columns import Columns
from graphbench.graphs.edgelist import INT32_VERTICES, EdgeList, Ids, Weights, merge_parallel
from graphbench.records.model import DatasetInfo, Reading
from graphbench.system.lazy import np
from graphbench.system.text import count

if TYPE_CHECKING:
    import numpy.typing as npt

CLEANER_VERSION = 8
"""Increase it when a rule of reading or cleaning changes, so that cached graphs are cleaned again."""

EXACT = 2.0**53
"""Whole numbers from here on are not all float64."""
SHOWN_ROWS = 5
"""Rows that the description of a dataset shows."""
MAX_CELL = 80
"""Characters of a name there."""


@dataclass(frozen=True, kw_only=True)
class Raw:
    """Rows from a reader or generator: loops, parallel edges and any order are allowed.

    Attributes:
        src: 0-based sources, shape (m,).
        dst: 0-based destinations, shape (m,).
        weight: numbers, shape (m,), or None.
        num_vertices: number of vertices.
        directed: whether a row is an arc.
        names: original names of the vertices, shape (num_vertices,), if they are not consecutive integers.
        first: what vertex 0 is called, if they are: 1 in formats that count from 1.
        reading: how the rows were understood, for people.
    """

    src: Ids
    dst: Ids
    weight: npt.NDArray[Any] | None
    num_vertices: int
    directed: bool
    names: npt.NDArray[Any] | None = None
    first: int = 0
    reading: Reading | None = None

    @classmethod
    def of_edges(cls, edges: EdgeList) -> Raw:
        """The rows of an edge list."""
        src, dst, weight = edges.to_numpy()
        return cls(
            src=src, dst=dst, weight=weight, num_vertices=edges.num_vertices, directed=edges.directed,
            names=None if edges.first else edges.names, first=edges.first,
        )  # fmt: skip


def kind_of_ids(names: npt.NDArray[Any] | None) -> str:
    """What vertices are called, for :attr:`Reading.ids`: `integers`, or `names`."""
    return "integers" if names is None or names.dtype != object else "names"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A cleaned edge list and its description in records."""

    info: DatasetInfo
    edges: EdgeList


def id_type(num_vertices: int) -> npt.DTypeLike:
    """The type of ids of a cleaned graph: int32 if they fit, else int64."""
    return np.int32 if num_vertices <= INT32_VERTICES else np.int64


class Cleaning(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of what cleaning changed; the last three count remaining edges, not raw rows."""

    loops_dropped: int = 0
    duplicates_merged: int = 0
    """Rows merged into another row: parallel edges and, in an undirected graph, (v, u) beside (u, v)."""
    num_isolated: int = 0
    zero_weights: int = 0
    negative_weights: int = 0
    nonfinite_weights: int = 0
    unequal_weights: int = 0
    """Edges of a table whose rows have different weights."""
    both_directions: int = 0
    """Edges of an undirected table with rows (u, v) and (v, u), unless all have."""
    reading: Reading | None = None
    """How the rows were understood."""

    @property
    def merged(self) -> list[str]:
        """Warnings about rows that were merged though they differ."""
        found = []
        if self.both_directions:
            edges = f"{count(self.both_directions, 'edge')} {'has' if self.both_directions == 1 else 'have'} rows"
            found.append(f"{edges} in both directions, which are merged. Pass --directed if (u, v) is not (v, u).")
        if self.unequal_weights:
            edges = f"{count(self.unequal_weights, 'edge')} {'has' if self.unequal_weights == 1 else 'have'} rows"
            found.append(
                f"{edges} of different weights; the smallest stays. Sum them first if they add up, as payments do."
            )
        return found


def clean(raw: Raw, name: str) -> tuple[EdgeList, Cleaning]:
    """The canonical edge list of raw rows, which are not modified.

    Raises:
        InputError: if an id is not in 0..num_vertices-1, or if columns differ in length.
    """
    _check(raw, name)
    dtype = id_type(raw.num_vertices)
    src: Ids = raw.src.astype(dtype, copy=False)
    dst: Ids = raw.dst.astype(dtype, copy=False)
    weight = None if raw.weight is None else _tidy_weights(raw.weight)

    proper = src != dst
    loops = len(src) - int(np.count_nonzero(proper))
    if loops:
        src, dst, weight = src[proper], dst[proper], None if weight is None else weight[proper]
    arcs = Columns(src, dst, None)
    if not raw.directed:
        src, dst = _low_high(src, dst)
    src, dst, weight, merged, unequal = merge_parallel(src, dst, weight, raw.num_vertices)
    table = merged > 0 and raw.reading is not None and raw.reading.source != ""

    edges = EdgeList.from_columns(
        src,
        dst,
        weight,
        num_vertices=raw.num_vertices,
        directed=raw.directed,
        name=name,
        names=raw.names,
        first=raw.first,
    )
    return edges, Cleaning(
        loops_dropped=loops,
        duplicates_merged=merged,
        num_isolated=edges.num_isolated,
        zero_weights=0 if weight is None else int(np.count_nonzero(weight == 0)),
        negative_weights=0 if weight is None else int(np.count_nonzero(weight < 0)),
        nonfinite_weights=0 if weight is None else int(np.count_nonzero(~np.isfinite(weight))),
        unequal_weights=unequal if table else 0,
        both_directions=_both_directions(arcs, len(src), raw.num_vertices) if table and not raw.directed else 0,
        reading=reading_of(raw),
    )


def _both_directions(arcs: Columns, num_edges: int, num_vertices: int) -> int:
    """Edges with rows in both directions; 0 if all have, as in a list of a symmetric matrix."""
    if int(np.count_nonzero(arcs.src < arcs.dst)) in {0, len(arcs.src)}:  # all rows point the same way
        return 0
    src, *_ = merge_parallel(arcs.src, arcs.dst, None, num_vertices)
    both = len(src) - num_edges
    return both if both < num_edges else 0


def reading_of(raw: Raw) -> Reading | None:
    """How the rows were understood, with the first of them: one line for each, long names cut."""
    if raw.reading is None:
        return None
    rows = raw.reading.first_rows
    if not rows:
        ids = [part[:SHOWN_ROWS] for part in (raw.src, raw.dst)]
        ends = [part + raw.first if raw.names is None else raw.names[part] for part in ids]
        columns = ends if raw.weight is None else [*ends, raw.weight[:SHOWN_ROWS]]
        rows = [[str(cell) for cell in row] for row in zip(*(column.tolist() for column in columns), strict=True)]
    return msgspec.structs.replace(raw.reading, first_rows=[[_cell(cell) for cell in row] for row in rows])


def _cell(text: str) -> str:
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 3]}..."


def _check(raw: Raw, name: str) -> None:
    lengths = {len(column) for column in (raw.src, raw.dst, raw.weight) if column is not None}
    if len(lengths) > 1:
        found = ", ".join(map(str, sorted(lengths)))
        raise InputError(f"{name}: the columns have different lengths ({found}); expected equal lengths.")
    if raw.names is not None and len(raw.names) != raw.num_vertices:
        raise InputError(f"{name}: {len(raw.names):,} names for {raw.num_vertices:,} vertices; expected one for each.")
    for ends in (raw.src, raw.dst):
        if len(ends) and (ends.min() < 0 or ends.max() >= raw.num_vertices):
            row = int(np.argmax((ends < 0) | (ends >= raw.num_vertices)))
            expected = (
                f"expected ids from 0 to {raw.num_vertices - 1:,}" if raw.num_vertices else "the graph has no vertices"
            )
            raise InputError(f"{name}: row {row:,} has vertex {ends[row]}; {expected}.")


def _tidy_weights(weight: npt.NDArray[np.generic]) -> Weights:
    """Weights as float64 with one zero and one NaN, so that equal weights have equal bytes and digests."""
    tidy = weight.astype(np.float64) + 0.0  # -0.0 + 0.0 is 0.0
    tidy[np.isnan(tidy)] = np.nan
    return tidy


def _low_high(src: Ids, dst: Ids) -> tuple[Ids, Ids]:
    if not bool(np.any(src > dst)):
        return src, dst
    return np.minimum(src, dst), np.maximum(src, dst)
