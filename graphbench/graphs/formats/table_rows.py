"""Rows of a text table as columns, a block of lines at a time.

Blocks are parsed by pyarrow's CSV reader, which does not report the line of an error, and joins rows where a quotation
mark is not closed. A block that it rejects, or of which it finds another number of rows than there are lines, is
therefore parsed again line by line, which succeeds or finds the invalid line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphbench.errors import FormatError
from graphbench.graphs.clean import EXACT
from graphbench.graphs.formats.mixed_ids import as_integers
from graphbench.graphs.formats.table_layout import BLANKS, Layout, split
from graphbench.graphs.formats.table_values import CANONICAL, GROUPED, INTEGER, MISSING, NUMBER
from graphbench.graphs.formats.text import TEXT, count_controls, count_lines, matches, shown, single_blanks

if TYPE_CHECKING:
    import pyarrow as pa

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NO_NAME = "^$|[\x00-\x1f\x7f\ufeff]"
"""A name with a control character, or with a byte order mark, as in the middle of two files that were joined."""
_IN_CACHE = 1 << 16
_COMMENTED = re.compile(rb"(?m)^[ \t]*[#%]")
_REMARK = re.compile(rb"(?m)^[ \t]*[#%](?=[ \t\r\n])")
_CONTROL = re.compile("[\x00-\x1f\x7f\ufeff]")
_INT64 = np.iinfo(np.int64)
_OTHER_ENDS = "Correct it, or choose the columns of vertices: --source-column NAME --target-column NAME."
_NO_WEIGHT = "Correct it, or pass --no-weight."

Part = tuple["pa.ChunkedArray", "pa.ChunkedArray", "pa.ChunkedArray | None"]
"""Sources, targets and weights; a missing value is null."""


class NamesFoundError(Exception):
    """A vertex in a table that began with integers is not an integer, so all vertices are names."""


def parsed(block: bytes, table: Layout) -> Part | None:
    """The columns of a block, or None if it must be parsed line by line."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    if b"\r" in block or _may_be_remark(block, table.integers):
        return None
    block = block.lstrip(b"\n")  # in place of a header
    hexadecimal = table.integers and (b"x" in block or b"X" in block)  # pyarrow would read 0x10 as 16
    if hexadecimal or not block or block.isspace():
        return None
    if b'"' in block and (table.delimiter == BLANKS or not matches(_quoted(table.delimiter), block)):
        return None
    if table.delimiter != BLANKS:
        return _read(block, table.delimiter, table)
    mixed = b" " in block and b"\t" in block
    # An empty field would be found in a column that is used, so rows are as they must be if pyarrow reads them.
    if not mixed and len(table.roles.used) == table.width:
        part = _read(block, "\t" if b"\t" in block else BLANKS, table)
        if part is not None:
            return part
    return _read(single_blanks(block), BLANKS, table)


def _read(text: bytes, delimiter: str, table: Layout) -> Part | None:
    """The columns of a block whose fields are separated by one character, or None."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    columns = [(str(table.roles.source), pa.int64()), (str(table.roles.target), pa.int64())]
    if table.roles.weight is not None:
        columns.append((str(table.roles.weight), pa.float64()))
    nulls = [*table.missing - ({""} if table.delimiter == BLANKS else set())]  # there, it is a blank too many
    ways: list[tuple[pa.DataType, list[str]]] = [(pa.int64(), []), (pa.int64(), nulls), (pa.string(), nulls)]
    for kind, null_values in ways[2 if not table.integers or _may_be_padded(text) else 0 :]:
        types = dict(columns) | dict.fromkeys([str(table.roles.source), str(table.roles.target)], kind)
        try:
            read = arrow_csv.read_csv(
                pa.BufferReader(text),
                read_options=arrow_csv.ReadOptions(column_names=[str(index) for index in range(table.width)]),
                parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=types,
                    include_columns=list(types),
                    null_values=null_values,
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            continue
        if read.num_rows != count_lines(text) and read.num_rows != filled_lines(text):
            return None  # a quoted field has joined lines
        src, dst, *weight = read.columns
        part = _checked((src, dst, weight[0] if weight else None), text, delimiter, table.integers)
        if part is not None:
            return part
    return None


def _checked(part: Part, text: bytes, delimiter: str, integers: bool) -> Part | None:
    """The columns, or None if they contain something that is invalid or must be parsed line by line."""
    import pyarrow as pa
    import pyarrow.compute as pc

    src, dst, weight = part
    if weight is not None:
        # Overflow gives infinity; whole numbers may have been rounded.
        bad = pc.or_(pc.invert(pc.is_finite(weight)), pc.greater_equal(pc.abs(weight), EXACT))
        if pc.any(bad).as_py():
            return None
    if src.type == pa.int64():
        return part
    ends = [src, dst]
    if any(blank in text for blank in {b" ", b"\t"} - {delimiter.encode()}):
        ends = [pc.utf8_trim(end, characters=" \t") for end in ends]
    if integers:
        ends = [as_integers(end) for end in ends]
        return None if any(end is None for end in ends) else (ends[0], ends[1], weight)
    return (ends[0], ends[1], weight) if _are_names(ends, text, delimiter) else None


def _are_names(ends: list[pa.ChunkedArray], text: bytes, delimiter: str) -> bool:
    """Whether no name is empty or has a control character; bytes of a text are faster to test than names."""
    import pyarrow.compute as pc

    tabs = text.count(b"\t") if delimiter == "\t" else 0
    marked = b"\xef" in text and BYTE_ORDER_MARK in text
    if not marked and count_controls(text) == count_lines(text) + tabs:
        return all(pc.min(pc.binary_length(end)).as_py() for end in ends)
    return matches(TEXT, text) and not any(pc.any(pc.match_substring_regex(end, NO_NAME)).as_py() for end in ends)


def _may_be_padded(text: bytes) -> bool:
    """Whether an integer may have a leading zero, or a sign that does not belong to its only spelling."""
    if (b"-" in text and b"-0" in text) or b"+" in text:  # one character is found a hundred times as fast as two
        return True
    if re.match(rb"0[0-9]", text):
        return True
    characters = np.frombuffer(text, dtype=np.uint8)
    for start in range(0, len(characters), _IN_CACHE):
        part = characters[start : start + _IN_CACHE + 2]
        digit = (part - ord("0")) < 10  # bytes below wrap around
        leading = part[1:-1] == ord("0")
        leading &= digit[2:]
        leading &= ~digit[:-2]
        if leading.any() and bool(np.any(part[:-2][leading] != ord("."))):
            return True
    return False


def filled_lines(text: bytes) -> int:
    """How many lines of a block are rows."""
    return sum(bool(line.strip()) for line in text.split(b"\n"))


def _may_be_remark(block: bytes, integers: bool) -> bool:
    """Whether a line may be a comment, which is invalid after the first row."""
    if b"#" not in block and b"%" not in block:
        return False
    return (_COMMENTED if integers else _REMARK).search(block) is not None


def _quoted(delimiter: str) -> str:
    """A pattern of text in which quotation marks surround whole fields, are doubled within them, and are closed."""
    mark = re.escape(delimiter)
    one = rf'(?:"(?:[^"\n]|"")*"|(?:[^"\n{mark}][^\n{mark}]*)?)'
    return rf"(?:{one}(?:{mark}{one})*\n)*"


def rows_of(block: bytes, before: int, path: Path) -> Iterator[tuple[int, str]]:
    """The rows of a block that are not empty, with their line numbers."""
    for number, line in enumerate(io.BytesIO(block), before + 1):
        if not line.strip():
            continue
        try:
            yield number, line.removesuffix(b"\n").decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(path, "not UTF-8 text. Save the file as UTF-8.", number) from error


def by_hand(block: bytes, before: int, path: Path, table: Layout) -> Part:
    """The columns of a block, line by line.

    Raises:
        FormatError: at the first invalid line.
        NamesFoundError: if a vertex is not an integer, but could be a name.
    """
    import pyarrow as pa

    def missing(field: str, words: frozenset[str]) -> bool:
        return field in words and (not field or f'"{field}"' not in line)

    ends: tuple[list[Any], list[Any]] = ([], [])
    weights: list[float | None] = []
    for number, line in rows_of(block, before, path):
        if _may_be_remark(line.encode() + b"\n", table.integers):
            problem = f"found {shown(line.encode())}; comments are expected before the first row only"
            raise FormatError(path, f"{problem}. Delete the line; put a name in quotation marks.", number)
        fields = split(line, table.delimiter, path, number)
        if len(fields) != table.width:
            found = (
                f"expected {table.width} columns, as in the rows before, found {len(fields)}: {shown(line.encode())}"
            )
            raise FormatError(path, f"{found}. {_other_width(line, table, path)}", number)
        for values, vertex in zip(ends, (fields[table.roles.source], fields[table.roles.target]), strict=True):
            values.append(None if missing(vertex, table.missing) else _vertex(vertex, table.integers, path, number))
        if table.roles.weight is not None:
            weight = fields[table.roles.weight]
            weights.append(None if missing(weight, MISSING) else _weight(weight, path, number))
    kind = pa.int64() if table.integers else pa.string()
    src, dst = (pa.chunked_array([pa.array(values, type=kind)]) for values in ends)
    return src, dst, None if table.roles.weight is None else pa.chunked_array([pa.array(weights, type=pa.float64())])


def _other_width(line: str, table: Layout, path: Path) -> str:
    """What to do about a row of another width."""
    if not any(map(str.isalnum, line)):
        return "Delete the line."
    if re.search(r"\s[#%]", line):
        return "Delete the comment: comments are expected in lines above the first row."
    advice = f"Correct the line; put a name with {table.delimiter_in_words} in quotation marks."
    return f"{advice} If each row lists a vertex and its neighbours, rename the file to {path.stem}.adjlist."


def _vertex(field: str, integers: bool, path: Path, number: int) -> int | str:
    if _CONTROL.search(field):
        raise FormatError(
            path,
            f"expected a vertex (an integer or a name), found {shown(field.encode())}. Correct the name.",
            number,
        )
    if not integers:
        return field
    if CANONICAL.fullmatch(field):
        whole = field.partition(".")[0]
        if len(whole) < 25 and _INT64.min <= int(whole) <= _INT64.max:
            return int(whole)
        raise FormatError(
            path, f"vertex {shown(field.encode())} exceeds 64 bits. Pass --names, or renumber the vertices.", number
        )
    if NUMBER.fullmatch(field) and not INTEGER.fullmatch(field):
        raise FormatError(path, f"expected vertices that are integers or names, found {field!r}. {_OTHER_ENDS}", number)
    raise NamesFoundError


def _weight(field: str, path: Path, number: int) -> float:
    said = shown(field.encode())
    if not NUMBER.fullmatch(field):
        comma = NUMBER.fullmatch(field.replace(",", ".")) is not None
        advice = "Use a decimal point, or pass --no-weight." if comma else _NO_WEIGHT
        if GROUPED.fullmatch(field):
            point = f", or {field.replace(',', '.')!r} if it is a decimal comma" if comma else ""
            advice = f"Write {field.replace(',', '')!r} if commas separate thousands{point}; or pass --no-weight."
        raise FormatError(path, f"expected a number as the weight, found {said}. {advice}", number)
    value = float(field)
    if np.isinf(value) and "inf" not in field.casefold():
        raise FormatError(path, f"the weight {said} is too large for a 64-bit float. Rescale the weights.", number)
    if not np.isfinite(value):
        raise FormatError(path, f"expected a finite number as the weight, found {said}. {_NO_WEIGHT}", number)
    if abs(value) >= EXACT and INTEGER.fullmatch(field) and int(value) != int(field):
        problem = f"the weight {said} is beyond 2^53, where float64 rounds whole numbers"
        raise FormatError(path, f"{problem}. Rescale the weights.", number)
    return value
