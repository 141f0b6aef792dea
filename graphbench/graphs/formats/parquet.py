"""Edge lists in Parquet: the columns have the roles that :mod:`.table_roles` decides."""

from __future__ import annotations

from pathlib import Path

from graphbench.errors import FormatError
from graphbench.graphs import parquet as sealed
from graphbench.graphs.clean import Raw
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.formats import table_arrow, table_roles
from graphbench.graphs.formats.packed import failures_named
from graphbench.graphs.formats.table_roles import TableOptions


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
            if (written := _written_by_graphbench(path)) is not None:
                table_roles.refuse_options(options, f"{path.name} was written by graphbench")
                return written
            file = pq.ParquetFile(path)
            schema = file.schema_arrow
            first = file.read() if file.metadata.num_rows <= len(schema) else None
            if first is not None and table_arrow.may_be_matrix(first, options):
                raise fail("this may be an adjacency matrix; expected one edge in each row.")
            roles = table_arrow.find_roles(table_arrow.columns_of(schema), options, fail, python=False)
            used = [schema.names[at] for at in roles.used]
            table = file.read(columns=used).select(used)
        except pa.ArrowException as error:
            problem = f"not a readable Parquet file: {error}. Expected a table with an edge in each row."
            raise FormatError(path, problem) from error
    return table_arrow.read(table, schema.names, roles, "Parquet", fail, directed=bool(directed))


def _written_by_graphbench(path: Path) -> Raw | None:
    """The rows of a file that :meth:`EdgeList.write` wrote, with its number of vertices and direction; else None.

    Raises:
        FormatError: if it is one, and damaged.
    """
    return Raw.of_edges(EdgeList.open(path, verify=True)) if sealed.is_sealed(path) else None
