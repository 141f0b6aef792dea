"""Rows of numbers separated by blanks: checked by a grammar at several hundred MB/s, then parsed by pyarrow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.errors import FormatError
from graphbench.graphs.arrow import to_numpy
from graphbench.graphs.clean import EXACT
from graphbench.graphs.formats.packed import Bounded
from graphbench.graphs.formats.text import blocks, count_lines, matches, shown, single_blanks
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

GAP = r"[ \t]+"
ID = r"[0-9]{1,18}"
REAL = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_BLOCK_BYTES = 1 << 23
_ISOLATED = 1 << 22
_VERTICES_PER_BYTE = 32

Arrays: TypeAlias = "list[npt.NDArray[Any]]"


def read_rows(
    stream: Bounded,
    path: Path,
    row: str,
    *,
    expected: str,
    columns: dict[int, type[Any]],
    width: int,
    before: int = 0,
    comments: str = "[%#]",
    finite: bool = True,
) -> Arrays:
    """The chosen columns of all rows.

    Args:
        stream: the rest of the file.
        path: for messages.
        row: regular expression of a row (RE2), without the blanks around it.
        expected: a row in words, for messages.
        columns: positions to read, with their types (np.int64 or np.float64).
        width: the most fields that a row has.
        before: lines before these.
        comments: regular expression of the first characters of lines to skip.
        finite: refuse numbers that overflow, and whole ones that float64 rounds.

    Raises:
        FormatError: at the first row that does not match, or whose number does not fit.
    """
    line = rf"[ \t]*(?:{row})?[ \t\r]*"
    grammar = rf"(?:{line}\n)*"
    compiled = re.compile(rf"{line}".encode())
    skipped = re.compile(rf"(?m)^[ \t]*{comments}.*$".encode())
    found: list[Arrays] = []
    for block in blocks(stream, path, size=_BLOCK_BYTES):
        text = skipped.sub(b"", block) if re.search(comments.encode(), block) else block
        if not matches(grammar, text):
            _raise_at(text, compiled, before, expected, path)
        found.append(_parsed(text, columns, width, path, before if finite else None))
        before += count_lines(block)
    if not found:
        return [np.empty(0, dtype=kind) for kind in columns.values()]
    return [np.concatenate(parts) for parts in zip(*found, strict=True)]


def _raise_at(text: bytes, line: re.Pattern[bytes], before: int, expected: str, path: Path) -> None:
    for number, found in enumerate(text.split(b"\n"), before + 1):
        if not line.fullmatch(found):
            raise FormatError(path, f"expected {expected}, found {shown(found)}.", number)
    raise FormatError(path, f"expected {expected} in each row.")


def _parsed(text: bytes, columns: dict[int, type[Any]], width: int, path: Path, before: int | None) -> Arrays:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    plain = single_blanks(text.replace(b"\r", b""))
    if b" +" in plain:  # pyarrow reads no plus signs
        plain = plain.replace(b" +", b" ")
    if not plain.strip():
        return [np.empty(0, dtype=kind) for kind in columns.values()]
    table = arrow_csv.read_csv(
        pa.BufferReader(plain),
        read_options=arrow_csv.ReadOptions(column_names=[str(column) for column in range(width)]),
        parse_options=arrow_csv.ParseOptions(delimiter=" ", quote_char=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types={str(column): pa.from_numpy_dtype(kind) for column, kind in columns.items()},
            include_columns=[str(column) for column in columns],
            null_values=[],
        ),
    )
    arrays = [to_numpy(table.column(str(column))) for column in columns]
    for column, array in zip(columns, arrays, strict=True):
        if before is not None and array.dtype == np.float64 and bool(np.any(np.abs(array) >= EXACT)):
            _refuse_inexact(text, column, path, before)
    return arrays


def _refuse_inexact(text: bytes, column: int, path: Path, before: int) -> None:
    """Refuse weights that overflow, or whole ones that float64 rounds."""
    for number, line in enumerate(text.split(b"\n"), before + 1):
        fields = line.split()
        if len(fields) <= column:
            continue
        if np.isinf(float(fields[column])):
            problem = f"the weight {shown(fields[column])} is too large for a 64-bit float. Rescale the weights."
            raise FormatError(path, problem, number)
        if re.fullmatch(rb"[-+]?[0-9]+", fields[column]) and int(float(fields[column])) != int(fields[column]):
            problem = f"the weight {shown(fields[column])} is beyond 2^53, where float64 rounds whole numbers"
            raise FormatError(path, f"{problem}. Rescale the weights.", number)


def require_sensible(vertices: int, path: Path, line: int | None = None) -> None:
    """Refuse a number of vertices that is far beyond the size of the file; a few millions may be isolated.

    Raises:
        FormatError: if it is.
    """
    size = path.stat().st_size
    if vertices > _ISOLATED + _VERTICES_PER_BYTE * size:
        raise FormatError(path, f"{vertices:,} vertices in a file of {size:,} bytes. Correct the number.", line)
