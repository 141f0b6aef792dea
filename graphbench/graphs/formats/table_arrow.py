"""Tables with typed columns, as Arrow: Parquet files, Arrow tables, and frames of pandas, Polars and cuDF."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graphbench.graphs.clean import EXACT, SHOWN_ROWS, Raw, kind_of_ids
from graphbench.graphs.formats import mixed_ids, table_layout, table_roles, table_values, vertex_ids
from graphbench.graphs.formats.mixed_ids import Rows
from graphbench.graphs.formats.table_roles import Column, Kind, Refusal, Roles, TableOptions
from graphbench.graphs.formats.table_rows import NO_NAME
from graphbench.records.model import Reading
from graphbench.system.text import count

if TYPE_CHECKING:
    import pyarrow as pa

Fail = Callable[[str], Exception]
"""Makes the error of a problem."""

_FILL_IN = "Fill them in, or pass --drop-missing to leave these rows out"
_MAX = np.iinfo(np.int64).max


def find_roles(columns: Sequence[Column], options: TableOptions, fail: Fail, *, python: bool) -> Roles:
    """The roles of the columns of a table.

    Args:
        columns: all of them.
        options: of the user.
        fail: makes the error.
        python: spell advice as arguments of a call.
    """
    found = table_roles.decide(columns, options, python=python)
    if isinstance(found, Refusal):
        raise fail(found.problem)
    return found


def roles_of(schema: pa.Schema, first: pa.Table, options: TableOptions, fail: Fail, *, python: bool) -> Roles:
    """The roles of the columns of an Arrow table, by its first rows."""
    index, ranges = _index_columns(schema)
    columns = [
        Column(
            name=field.name,
            kind=kind_of(field.type),
            index=field.name in index,
            values=[str(value) for value in first.column(at).to_pylist()],
        )
        for at, field in enumerate(schema)
    ]
    columns += [Column(name=name, kind="integer", index=True) for name in ranges]
    roles = find_roles(columns, options, fail, python=python)
    if any(place >= len(schema) for place in roles.used):
        raise fail(f"the index {ranges[0]!r} is not among the columns. Write frame.reset_index() instead of the frame.")
    return roles


def _index_columns(schema: pa.Schema) -> tuple[list[str], list[str]]:
    """The columns that pandas wrote for a frame's index; the names of ranges, which it writes as metadata."""
    try:
        described = json.loads((schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    except (ValueError, AttributeError):
        described = []
    named = [name for name in described if isinstance(name, str)]
    ranges = [str(each["name"]) for each in described if isinstance(each, dict) and each.get("name") is not None]
    return [*named, *(name for name in schema.names if name.startswith("__index_level_"))], ranges


def may_be_matrix(table: pa.Table, options: TableOptions) -> bool:
    """Whether a small table may be an adjacency matrix."""
    rows, width = table.num_rows, table.num_columns
    if options.source is not None or options.target is not None or width > 4096 or rows not in {width, width - 1}:
        return False
    columns = [[str(value) for value in column.to_pylist()] for column in table.columns]
    return table_layout.may_be_matrix(table.schema.names, [list(row) for row in zip(*columns, strict=True)])


def read(
    table: pa.Table,
    names: Sequence[str],
    roles: Roles,
    kind: str,
    fail: Fail,
    *,
    directed: bool,
    options: TableOptions = table_roles.NONE,
    integers: bool = False,
) -> Raw:
    """The rows of a table.

    Args:
        table: the columns that have roles, in the order source, target, weight.
        names: of all columns.
        roles: indices into these.
        kind: of the table, in words.
        fail: makes the error of a problem.
        directed: whether rows are arcs.
        options: what the user says about missing values and names.
        integers: whether vertices that are texts here were integers, so that they are integers again where the words
            among them are left out.
    """
    import pyarrow as pa

    source, target, *weights = (names[index] for index in roles.used)
    if not table.num_rows:  # pyarrow fails on columns without chunks
        table = table.from_arrays([np.empty(0, dtype=np.int64) for _ in roles.used], names=table.schema.names)
    rows = table.num_rows
    given = np.arange(rows)
    if options.drop_missing:
        table, given = _complete(table)
        if rows and not table.num_rows:
            raise fail("no edges found: a value is missing in every row. Fill them in, or name other columns.")
    dropped = rows - table.num_rows
    ends = [_vertices(table.column(place), name, fail) for place, name in enumerate((source, target))]
    padded = [name for place, name in enumerate((source, target)) if _has_blanks(table.column(place), ends[place])]
    warnings = [
        *roles.warnings,
        *(f"Names in column {name!r} have blanks around them, which are dropped." for name in padded),
    ]
    if options.names or ends[0].type != ends[1].type:
        ends = [_texts(end) for end in ends]
    found = mixed_ids.numbered(ends[0], ends[1], options, lambda at, _: _places(at, given[at]), as_text=not integers)
    if isinstance(found, Refusal):
        raise fail(found.problem)
    src, dst, vertices, kept, unclear = found
    warnings += unclear
    if kept is not None:
        table = table.filter(pa.array(kept))
    if dropped:
        warnings.append(f"{count(dropped, 'row')} with a missing value left out.")
    size = vertex_ids.count(src, dst, vertices)
    if options.source is None and options.target is None:
        warnings += table_roles.apart(source, target, src, dst, size)
    if kind_of_ids(vertices) == "integers":
        warnings += table_roles.shared_ids(source, target, src, dst, size)
    first = [column.to_pylist() for column in table.slice(0, SHOWN_ROWS).columns]
    return Raw(
        src=src,
        dst=dst,
        weight=_weights(table.column(2), weights[0], fail) if weights else None,
        num_vertices=size,
        directed=directed,
        names=vertices,
        reading=Reading(
            format=kind,
            source=source,
            target=target,
            weight=weights[0] if weights else "",
            ignored=[other for index, other in enumerate(names) if index not in roles.used],
            rows=table.num_rows,
            ids=kind_of_ids(vertices),
            first_rows=[[str(value) for value in row] for row in zip(*first, strict=True)],
            warnings=[*dict.fromkeys(warnings)],
        ),
    )


def direction(names: Sequence[str], roles: Roles, column: Callable[[int], pa.ChunkedArray], fail: Fail) -> bool | None:
    """What Gephi's column of types says of all rows; `column` reads a column by its index."""
    name = table_roles.type_column(names, roles)
    types = None if name is None else _decoded(column(names.index(name)))
    if name is None or types is None or kind_of(types.type) != "text":
        return None
    found = table_roles.direction(filter(None, types.to_pylist()), name)
    if isinstance(found, Refusal):
        raise fail(found.problem)
    return found


def kind_of(dtype: pa.DataType) -> Kind:
    """What the values of a type are."""
    from pyarrow import types

    if types.is_dictionary(dtype):
        return kind_of(dtype.value_type)
    if types.is_integer(dtype):
        return "integer"
    if types.is_floating(dtype) or types.is_decimal(dtype):
        return "number"
    if types.is_null(dtype):
        return "empty"
    text = types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype)
    return "text" if text else "other"


def _complete(table: pa.Table) -> tuple[pa.Table, Rows]:
    """The rows without a missing value, and where they are in the table."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [
        column.cast(pa.string()) if kind_of(column.type) == "text" else column
        for column in map(_decoded, table.columns)
    ]
    missing = [pc.is_null(column, nan_is_null=True) for column in columns]
    missing += [_is_word_for_missing(_trimmed(column)) for column in columns if column.type == pa.string()]
    complete = pc.invert(functools.reduce(pc.or_, missing))
    places = np.flatnonzero(complete.to_numpy(zero_copy_only=False))
    return pa.table(columns, names=table.schema.names).filter(complete), places


def _is_word_for_missing(names: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(names, value_set=pa.array(sorted(table_values.MISSING)))


def _places(rows: Rows, given: Rows) -> Iterator[tuple[int, str]]:
    """Rows with their places in the given table, which may have had more."""
    places = (f"row {row:,}{'' if at else ' (counted from 0)'}" for at, row in enumerate(given.tolist()))
    return zip(rows.tolist(), places, strict=True)


def _place(bad: pa.ChunkedArray | npt.NDArray[np.bool_]) -> str:
    """The first row for which a condition holds, in words."""
    values = bad if isinstance(bad, np.ndarray) else np.asarray(bad.to_numpy(zero_copy_only=False), dtype=bool)
    return f"row {int(np.argmax(values)):,} (counted from 0)"


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return column
    kind = pa.string() if kind_of(column.type) == "text" else column.type.value_type  # pyarrow decodes no string views
    return pa.chunked_array([part.dictionary.cast(kind).take(part.indices) for part in column.chunks], type=kind)


def _refuse_nulls(column: pa.ChunkedArray, name: str, advice: str, fail: Fail) -> None:
    import pyarrow.compute as pc

    missing = pc.is_null(column, nan_is_null=True)
    if empty := pc.sum(missing).as_py():
        raise fail(f"column {name!r} has {count(empty, 'empty value')}, the first in {_place(missing)}; {advice}.")


def _vertices(column: pa.ChunkedArray, name: str, fail: Fail) -> pa.ChunkedArray:
    """The column as int64 or string."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _decoded(column)
    kind = kind_of(column.type)
    if kind == "other":
        raise fail(f"column {name!r} has the type {column.type}; expected vertices (integers or names).")
    _refuse_nulls(column, name, f"expected a vertex. {_FILL_IN}", fail)
    if kind == "text":
        column = _trimmed(column.cast(pa.string()))
        bad = pc.match_substring_regex(column, NO_NAME)
        if pc.any(bad).as_py():
            raise fail(f"column {name!r} has an empty name or a control character in {_place(bad)}. Correct the name.")
        return column
    if kind == "number":
        values = column.cast(pa.float64(), safe=False).to_numpy()
        bad = ~np.isfinite(values) | (np.rint(values) != values)
        if bad.any():
            found = values[int(np.argmax(bad))]
            raise fail(
                f"column {name!r} has {found} in {_place(bad)}; expected vertices that are integers or names. Convert "
                "the column."
            )
        if (bad := np.abs(values) >= EXACT).any():
            raise fail(f"column {name!r} has a vertex beyond 2^53 as a float in {_place(bad)}. Convert the column.")
        return pa.chunked_array([pa.array(values.astype(np.int64))])
    if pa.types.is_uint64(column.type) and pc.any(bad := pc.greater(column, pa.scalar(_MAX, pa.uint64()))).as_py():
        raise fail(f"column {name!r} has a vertex beyond 64 bits with a sign in {_place(bad)}. Renumber the vertices.")
    return column.cast(pa.int64())


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Names without the blanks around them, as in files."""
    import pyarrow.compute as pc

    return pc.utf8_trim(column, characters=" \t")


def _has_blanks(given: pa.ChunkedArray, read: pa.ChunkedArray) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    return kind_of(given.type) == "text" and bool(pc.any(pc.not_equal(_decoded(given).cast(pa.string()), read)).as_py())


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return column.cast(pa.string())


def _weights(column: pa.ChunkedArray, name: str, fail: Fail) -> npt.NDArray[Any]:
    import pyarrow as pa

    column = _decoded(column)
    if kind_of(column.type) not in table_roles.NUMERIC:
        raise fail(f"column {name!r} has the type {column.type}; expected numeric weights. Convert the column.")
    _refuse_nulls(column, name, f"expected weights. {_FILL_IN}, or pass --no-weight", fail)
    if pa.types.is_integer(column.type):
        whole = column.to_numpy()
        large = np.flatnonzero((whole >= int(EXACT)) | (whole <= -int(EXACT)))
        for row in large.tolist():
            if int(float(whole[row])) != int(whole[row]):
                found = f"column {name!r} has the weight {whole[row]} in row {row:,} (counted from 0)"
                raise fail(f"{found}, beyond 2^53, where float64 rounds whole numbers. Rescale the weights.")
        return np.asarray(whole, dtype=np.float64)
    values: npt.NDArray[Any] = np.asarray(column.cast(pa.float64(), safe=False).to_numpy())
    if (bad := ~np.isfinite(values)).any():
        found = values[int(np.argmax(bad))]
        raise fail(
            f"column {name!r} has the weight {found} in {_place(bad)}; expected finite numbers. Fill in the weights, "
            "or read no weights."
        )
    return values
