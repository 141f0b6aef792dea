"""Tables, arrays and lists of edges in memory as raw rows: frames of any library become Arrow tables."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from graphbench.errors import InputError, UsageError
from graphbench.graphs.clean import Raw, kind_of_ids
from graphbench.graphs.convert import WEIGHT_ADVICE, from_matrix, ignored_attributes, in_order, integers
from graphbench.graphs.formats import table_arrow, table_roles, table_values
from graphbench.graphs.formats.table_roles import Column, Roles, TableOptions
from graphbench.records.model import Reading
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa


def fail(problem: str) -> InputError:
    """The error of a problem that begins in lower case."""
    return InputError(f"{problem[:1].upper()}{problem[1:]}")


def arrow_table(graph: Any, libraries: set[str]) -> pa.Table | None:
    """The table of any library with the Arrow interface; None if it is no table."""
    if "cudf" in libraries and hasattr(graph, "to_arrow"):
        return graph.to_arrow()
    if "pyarrow" in libraries and hasattr(graph, "to_table"):  # a dataset
        return graph.to_table()
    import pyarrow as pa

    if isinstance(graph, pa.RecordBatch):
        return pa.Table.from_batches([graph])
    table = isinstance(graph, pa.Table | pa.RecordBatchReader) or hasattr(graph, "columns")
    return pa.table(graph) if table and hasattr(graph, "__arrow_c_stream__") else None


def from_arrow(table: pa.Table, kind: str, directed: bool | None, options: TableOptions) -> Raw:
    """The rows of an Arrow table; `kind` is where it comes from."""
    table_roles.refuse_text_options(options, "a table in memory has names of columns", python=True)
    if table_arrow.may_be_matrix(table, options):
        raise fail(_MATRIX)
    first = table.slice(0, table_values.SAMPLE)
    roles = table_arrow.roles_of(table.schema, first, options, fail, python=True)
    names = table.schema.names
    used = table.select(roles.used)
    if directed is None:
        directed = table_arrow.direction(names, roles, table.column, fail)
    return table_arrow.read(used, names, roles, kind, fail, directed=bool(directed), options=options)


_MATRIX = (
    "this may be an adjacency matrix; expected one edge in each row. Pass a matrix of SciPy, or name the columns: "
    "source_column=, target_column="
)


def from_pandas(frame: Any, directed: bool | None, options: TableOptions) -> Raw:
    """The rows of a pandas frame, or the entries of one whose index and columns have the same names."""
    import pyarrow as pa

    labels = frame.index.tolist()
    default = labels == list(range(len(labels)))
    if options == table_roles.NONE and labels == frame.columns.tolist() and (not default or len(labels) > 3):
        return _from_adjacency(frame, None if default else frame.columns, directed)
    levels = _levels(frame.index)
    names = [*levels, *(str(name) for name in frame.columns)]
    if levels:
        frame = frame.reset_index(allow_duplicates=True)
    columns: dict[int, pa.ChunkedArray] = {}

    def column(place: int) -> pa.ChunkedArray:
        if place not in columns:
            columns[place] = _arrow_column(frame.iloc[:, place], names[place])
        return columns[place]

    kinds = []
    for place, name in enumerate(names):
        series = frame.iloc[:, place]
        complex_ = getattr(series.dtype, "kind", "") == "c"
        kind = "number" if complex_ else _kind(series, column, place)
        values = [str(value) for value in series.iloc[: table_values.SAMPLE].tolist()]
        kinds.append(Column(name=name, kind=kind, index=place < len(levels), values=values))
    table_roles.refuse_text_options(options, "a frame has names of columns", python=True)
    if len(frame) <= len(names) and table_arrow.may_be_matrix(
        pa.table([column(place) for place in range(len(names))], names=names), options
    ):
        raise fail(_MATRIX)
    roles = table_arrow.find_roles(kinds, options, fail, python=True)
    if directed is None:
        directed = table_arrow.direction(names, roles, column, fail)
    table = pa.table([column(place) for place in roles.used], names=[names[place] for place in roles.used])
    integers = options.drop_missing and _have_numbers(frame.iloc[:, roles.source], frame.iloc[:, roles.target])
    return table_arrow.read(
        table, names, roles, "pandas frame", fail, directed=bool(directed), options=options, integers=integers
    )


def _levels(index: Any) -> list[str]:
    """The names of an index as pandas makes columns of it; none if it is only one level without a name."""
    if index.nlevels == 1 and index.name is None:
        return []
    return [f"level_{at}" if name is None else str(name) for at, name in enumerate(index.names)]


def _kind(series: Any, column: Any, place: int) -> table_roles.Kind:
    """The kind of a pandas column; only one of objects is converted to find out."""
    import pyarrow as pa

    if series.dtype == object:
        return table_arrow.kind_of(column(place).type)
    try:
        return table_arrow.kind_of(pa.array(series.iloc[:0], from_pandas=True).type)
    except (pa.ArrowException, TypeError):
        return "other"


def _arrow_column(values: Any, name: str) -> pa.ChunkedArray:
    """A column of pandas or Python objects as Arrow; integers among texts become texts."""
    import pyarrow as pa

    try:
        return pa.chunked_array([pa.array(values, from_pandas=True)])
    except (pa.ArrowException, TypeError, OverflowError):
        pass
    values = [None if _is_missing(value) else value for value in values]
    if any(isinstance(value, complex | np.complexfloating) for value in values):
        raise fail(f"column {name!r} has complex values; expected real numbers or names. Convert the column.")
    if not any(isinstance(value, str) for value in values) or not all(
        value is None or (isinstance(value, str | int | np.integer) and not isinstance(value, bool)) for value in values
    ):
        found = next((value for value in values if value is not None and not isinstance(value, str)), None)
        problem = f"column {name!r} has values such as {found!r}"
        raise fail(f"{problem}; expected integers within 64 bits, numbers or texts. Convert the column.")
    return pa.chunked_array([pa.array([None if value is None else str(value) for value in values], pa.string())])


def _have_numbers(*columns: Any) -> bool:
    """Whether each column has a value that is no text."""
    return all(any(not (isinstance(value, str) or _is_missing(value)) for value in values) for values in columns)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ == "NAType"


def _from_adjacency(frame: Any, labels: Any, directed: bool | None) -> Raw:
    """A frame whose index and columns name the same vertices."""
    from scipy.sparse import csr_array

    values = frame.to_numpy()
    if values.dtype.kind not in "biuf" or (values.dtype.kind == "f" and not np.isfinite(values).all()):
        raise fail("the adjacency frame has values that are not finite numbers. Fill in 0 for no edge: frame.fillna(0)")
    raw = from_matrix(csr_array(values), directed)
    if labels is not None:
        names, ids = named(labels.tolist())
        raw = dataclasses.replace(raw, src=ids[raw.src], dst=ids[raw.dst], names=names)
    reading = Reading(format="pandas frame, an adjacency matrix", rows=len(raw.src), ids=kind_of_ids(raw.names))
    return dataclasses.replace(raw, reading=reading)


def named(labels: list[Any]) -> tuple[npt.NDArray[Any] | None, npt.NDArray[np.int64]]:
    """Names in sorted order, or None if they are 0, 1, ..., and the id of each label."""
    if len(set(labels)) < len(labels):
        raise fail("two vertices have the same name. Rename one of them.")
    whole = integers(labels)
    return in_order(np.array([str(label) for label in labels], object) if whole is None else whole)


def from_array(array: npt.NDArray[Any], directed: bool | None, options: TableOptions) -> Raw:
    """The entries of a square matrix, or the rows of an array of two or three columns."""
    if isinstance(array, np.ma.MaskedArray):
        raise fail("the array is masked; expected 0 for no edge. Pass array.filled(0).")
    if array.ndim != 2 or array.dtype.kind not in "biufc":
        shape = " x ".join(f"{size:,}" for size in array.shape)
        problem = f"the array is {shape} of {array.dtype}; expected a square matrix, or two or three columns of numbers"
        raise fail(f"{problem}. Convert it.")
    rows, width = array.shape
    if rows != width and width in {2, 3}:
        import pyarrow as pa

        names = ["source", "target", "weight"][:width]
        table = pa.table([pa.array(np.ascontiguousarray(array[:, place])) for place in range(width)], names=names)
        return from_arrow(table, "array of edges", bool(directed), options)
    table_roles.refuse_options(
        dataclasses.replace(options, no_weight=False), "a matrix has no columns to choose", python=True
    )
    if rows == width and width in {2, 3} and not np.array_equal(array, array.T, equal_nan=array.dtype.kind in "fc"):
        raise fail(
            f"the {rows} x {width} array may be a matrix or {rows} edges. Pass scipy.sparse.csr_array(array) for a "
            "matrix, or [tuple(row) for row in array.tolist()] for edges."
        )
    from scipy.sparse import csr_array

    if array.dtype.kind == "f" and rows == width and not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0].tolist()
        raise fail(
            f"the matrix has {array[row, column]} in row {row:,}, column {column:,} (counted from 0). Correct it."
        )
    raw = from_matrix(csr_array(array), directed)
    weight = None if options.no_weight else raw.weight
    reading = Reading(format="array, an adjacency matrix", rows=len(raw.src), ids="integers")
    return dataclasses.replace(raw, weight=weight, reading=reading)


def from_edges(edges: list[Any], directed: bool, options: TableOptions) -> Raw:
    """Tuples of two ends and perhaps a weight, or a dictionary with one."""
    import pyarrow as pa

    key = options.weight or "weight"
    columns: list[list[Any]] = [[edge[0] for edge in edges], [edge[1] for edge in edges]]
    third = [edge[2] if len(edge) == 3 else None for edge in edges]
    ignored = list[str]()
    if any(isinstance(value, dict) for value in third):
        if options.weight is None and not options.no_weight:
            ignored = ignored_attributes((value for value in third if isinstance(value, dict)), WEIGHT_ADVICE)
        third = [value.get(key) if isinstance(value, dict) else value for value in third]
    elif options.weight is not None:
        raise UsageError(f"The edges have no dictionaries with {options.weight!r}. Leave out weight_column.")
    if not options.no_weight and any(value is not None for value in third):
        columns.append(third)
    names = ["source", "target", key][: len(columns)]
    table = pa.table([_arrow_column(values, name) for values, name in zip(columns, names, strict=True)], names=names)
    roles = Roles(source=0, target=1, weight=2 if len(columns) == 3 else None, warnings=ignored)
    integers = options.drop_missing and _have_numbers(*columns[:2])
    return table_arrow.read(
        table, names, roles, "list of edges", fail, directed=directed, options=options, integers=integers
    )
