"""Edge lists in Parquet: columns `src`/`dst` or `source`/`destination` (or the first two), and optionally `weight`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.formats import table_layout, vertex_ids
from graphbench.graphs.formats.packed import failures_named

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = "two columns of vertices (src, dst or source, destination) and optionally one named weight"


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read an edge list.

    Args:
        path: the file.
        directed: True if rows are arcs; False or None if they are edges.

    Raises:
        FormatError: if it is not a Parquet file, or its columns are not edges.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with failures_named(path):
        try:
            if (written := _written_by_graphbench(path)) is not None:
                return written
            schema = pq.read_schema(path)
            src_name, dst_name, weight_name = _columns(schema, path)
            table = pq.read_table(path, columns=[name for name in (src_name, dst_name, weight_name) if name])
        except pa.ArrowException as error:
            raise FormatError(path, f"not a readable Parquet file: {error}. Expected {_COLUMNS}.") from error
    ends = [_vertices(table.column(name), name, path) for name in (src_name, dst_name)]
    if ends[0].type != ends[1].type:
        problem = f"columns {src_name!r} and {dst_name!r} have different types, {ends[0].type} and {ends[1].type}"
        raise FormatError(path, f"{problem}; expected integers or names in both.")
    src, dst, names = vertex_ids.numbered([ends[0]], [ends[1]])
    weight = _weights(table.column(weight_name), weight_name, path) if weight_name else None
    size = vertex_ids.count(src, dst, names)
    return Raw(src=src, dst=dst, weight=weight, num_vertices=size, directed=bool(directed), names=names)


def _written_by_graphbench(path: Path) -> Raw | None:
    """The rows of a file that :meth:`EdgeList.write` wrote, with its number of vertices and direction; else None."""
    try:
        edges = EdgeList.open(path)
    except FormatError:
        return None
    src, dst, weight = edges.to_numpy()
    size, names = edges.num_vertices, edges.names
    return Raw(src=src, dst=dst, weight=weight, num_vertices=size, directed=edges.directed, names=names)


def _columns(schema: pa.Schema, path: Path) -> tuple[str, str, str | None]:
    def called(known: frozenset[str]) -> str | None:
        found = [name for name in schema.names if name.casefold() in known]
        return found[0] if len(found) == 1 else None

    if len(schema.names) < 2 or len(set(schema.names)) != len(schema.names):
        raise FormatError(path, f"found the columns {', '.join(schema.names) or '(none)'}; expected {_COLUMNS}.")
    src, dst, weight = called(table_layout.SOURCES), called(table_layout.DESTINATIONS), called(table_layout.WEIGHTS)
    if src is None or dst is None:
        src, dst = schema.names[:2]
    return src, dst, None if weight in {src, dst} else weight


def _vertices(column: pa.ChunkedArray, name: str, path: Path) -> pa.ChunkedArray:
    """The column as int64 or string."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if not pa.types.is_integer(kind) and not text:
        raise FormatError(path, f"column {name!r} has the type {kind}; expected vertices (integers or names).")
    if column.null_count:
        raise FormatError(path, f"column {name!r} has {column.null_count:,} nulls; drop these rows.")
    try:
        return column.cast(pa.string() if text else pa.int64())
    except pa.ArrowInvalid as error:
        raise FormatError(path, f"column {name!r} has ids beyond 64 bits: {error}. Renumber the vertices.") from error


def _weights(column: pa.ChunkedArray, name: str, path: Path) -> npt.NDArray[Any]:
    import pyarrow as pa

    kind = column.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not numeric:
        raise FormatError(path, f"column {name!r} has the type {kind}; expected numeric weights.")
    if column.null_count:
        raise FormatError(path, f"column {name!r} has {column.null_count:,} nulls; fill in the weights.")
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy())
