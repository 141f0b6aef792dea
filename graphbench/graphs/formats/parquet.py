"""Edge lists in Parquet: the columns have the roles that :mod:`.table_roles` decides."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from graphbench.errors import FormatError
from graphbench.graphs import parquet as sealed
from graphbench.graphs.clean import Raw
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.formats import table_arrow, table_roles, table_values
from graphbench.graphs.formats.packed import expansion_bound, failures_named
from graphbench.graphs.formats.table_roles import TableOptions

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_WORD = 8
"""Bytes of a vertex or weight in memory."""


def read(path: Path, *, directed: bool | None = None, options: TableOptions = table_roles.NONE) -> Raw:
    """Read an edge list.

    Args:
        path: the file.
        directed: True if rows are arcs; False or None if they are edges.
        options: what the user says about the columns.

    Raises:
        FormatError: if it is not a Parquet file, or its columns are not edges.
        UsageError: if options do not apply to the file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    def fail(problem: str) -> FormatError:
        return FormatError(path, problem)

    table_roles.refuse_text_options(options, f"{path.name} is a Parquet file")
    with failures_named(path):
        try:
            file = pq.ParquetFile(path)
            schema = file.schema_arrow
            groups = [file.metadata.row_group(at) for at in range(file.num_row_groups)]
            _refuse_bomb(sum(group.total_byte_size for group in groups), path)
            if (written := _written_by_graphbench(path)) is not None:
                table_roles.refuse_options(options, f"{path.name} was written by graphbench")
                return written
            flat = not any(pa.types.is_nested(kind) for kind in schema.types)
            first = file.read() if flat and file.metadata.num_rows <= len(schema) else None
            if first is not None and table_arrow.may_be_matrix(first, options):
                problem = "this may be an adjacency matrix; expected one edge in each row"
                raise fail(f"{problem}. Name the columns: --source-column NAME --target-column NAME.")
            roles = table_arrow.roles_of(schema, _first(file), options, fail, python=False)
            used = [schema.names[at] for at in roles.used]
            _refuse_bomb(file.metadata.num_rows * _WORD * len(used), path)
            # Dictionaries hold each name once, however often its rows repeat it.
            texts = [name for name in used if table_arrow.kind_of(schema.field(name).type) == "text"]
            table = pq.ParquetFile(path, read_dictionary=texts).read(columns=used).select(used)
            table.validate(full=True)
            _refuse_bomb(sum(map(_expanded, table.columns)), path)
            if directed is None:
                directed = table_arrow.direction(
                    schema.names, roles, lambda at: file.read([schema.names[at]]).column(0), fail
                )
            arcs = bool(directed)
            return table_arrow.read(table, schema.names, roles, "Parquet", fail, directed=arcs, options=options)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            problem = f"not a readable Parquet file: {error}. Expected a table with an edge in each row."
            raise FormatError(path, problem) from error


def _first(file: pq.ParquetFile) -> pa.Table:
    import pyarrow as pa

    batches = itertools.islice(file.iter_batches(table_values.SAMPLE), 1)
    return pa.Table.from_batches(batches, file.schema_arrow)


def _refuse_bomb(size: int, path: Path) -> None:
    bound = expansion_bound(path)
    if not 0 <= size <= bound:
        problem = f"its rows expand to {size:,} bytes; expected at most {bound:,} for a file of its size"
        raise FormatError(path, f"{problem}. If it is not a decompression bomb, write it without compression.")


def _expanded(column: pa.ChunkedArray) -> int:
    """Bytes of a column of names without its dictionary."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type) or table_arrow.kind_of(column.type) != "text":
        return int(column.nbytes)
    lengths = (pc.sum(pc.binary_length(part.dictionary).take(part.indices)).as_py() for part in column.chunks)
    return sum(length or 0 for length in lengths)


def _written_by_graphbench(path: Path) -> Raw | None:
    """The rows of a file that :meth:`EdgeList.write` wrote, with its number of vertices and direction; else None.

    Raises:
        FormatError: if it is one, and damaged.
    """
    return Raw.of_edges(EdgeList.open(path, verify=True)) if sealed.is_sealed(path) else None
