"""Tables of edges: CSV, TSV, and the blank-separated lists of SNAP and KONECT, plain or gzip.

One edge per row: source, destination and optionally a weight. Lines that begin with `#` or `%` are comments. The
delimiter (comma, semicolon, tab, blanks) and a header row are detected from the first rows; a header that names the
columns (`source`, `target`, `weight`, ...) selects them. Without a header, a third column is the weight; with one, only
a column named `weight`, `w`, `value`, `cost` or `distance` is. Numbers have a decimal point. Vertices are integers, or
names if any of them is not an integer.

Blocks are parsed by pyarrow's CSV reader, which does not report the line of an error and does not support comments. A
block that it rejects is therefore parsed again line by line, which succeeds or finds the invalid line.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats import table_layout, vertex_ids
from graphbench.graphs.formats.packed import opened
from graphbench.graphs.formats.table_layout import EXPECTED, INTEGER, NUMBER, Layout
from graphbench.graphs.formats.text import TEXT, blocks, count_lines, matches, shown

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK_BYTES = 1 << 23  # pyarrow splits it further, one piece per thread
_SAMPLE = 100
_COMMENT = re.compile(rb"(?m)^[ \t]*[#%].*$")
_INT64 = np.iinfo(np.int64)


class _NamesFoundError(Exception):
    """A vertex in a table that began with integers is not a number, so all vertices are names."""


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a table of edges.

    Args:
        path: the file.
        directed: True if rows are arcs; False or None if they are edges.

    Raises:
        FormatError: if a row is invalid or has another layout than the first rows; with its line.
    """
    try:
        parts = list(_parts(path, integers=None))
    except _NamesFoundError:
        parts = list(_parts(path, integers=False))
    if not parts:
        raise FormatError(path, f"no edges found; expected {EXPECTED} in each row.")
    sources, destinations, weights = zip(*parts, strict=True)
    src, dst, names = vertex_ids.numbered(sources, destinations)
    weight = None if weights[0] is None else np.concatenate([part.to_numpy() for part in weights])
    return Raw(
        src=src,
        dst=dst,
        weight=weight,
        num_vertices=vertex_ids.count(src, dst, names),
        directed=bool(directed),
        names=names,
    )


_Part = tuple["pa.ChunkedArray", "pa.ChunkedArray", "pa.ChunkedArray | None"]


def _parts(path: Path, *, integers: bool | None) -> Iterator[_Part]:
    """The columns, block by block; if `integers` is None, the first rows decide."""
    found: Layout | None = None
    before = 0
    with opened(path) as stream:
        for block in blocks(stream, path, size=_BLOCK_BYTES):
            text = block
            if found is None:
                if not matches(TEXT, text[: 1 << 16]):
                    raise FormatError(path, "found binary data; expected a text file of edges.")
                rows = list(itertools.islice(_rows(text, 0, path), _SAMPLE))
                if not rows:
                    before += count_lines(text)
                    continue
                found = table_layout.find([(before + at, line) for at, line in rows], path)
                if found.header:
                    lines = text.split(b"\n", rows[0][0])
                    text = b"\n" * rows[0][0] + lines[-1]
            as_integers = found.integers if integers is None else integers
            part = _parsed(text, found, as_integers) or _by_hand(text, before, path, found, as_integers)
            before += count_lines(text)
            if len(part[0]):
                yield part


def _parsed(block: bytes, table: Layout, integers: bool) -> _Part | None:
    """The columns of a block, or None if it must be parsed line by line."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    text = _plain(block, table.delimiter)
    hexadecimal = integers and (b"x" in text or b"X" in text)  # pyarrow would read 0x10 as 16
    if hexadecimal or not text.strip() or (table.delimiter == table_layout.BLANKS and b'"' in text):
        return None
    vertices = pa.int64() if integers else pa.string()
    types = {str(table.src): vertices, str(table.dst): vertices}
    if table.weight is not None:
        types[str(table.weight)] = pa.float64()
    try:
        read = arrow_csv.read_csv(
            pa.BufferReader(text),
            read_options=arrow_csv.ReadOptions(column_names=[str(index) for index in range(table.width)]),
            parse_options=arrow_csv.ParseOptions(delimiter=table.delimiter),
            convert_options=arrow_csv.ConvertOptions(
                column_types=types, include_columns=list(types), null_values=[], strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    part = tuple(read.columns) if table.weight is not None else (*read.columns, None)
    return _plausible(part if integers else (_trimmed(part[0]), _trimmed(part[1]), part[2]), text, integers)


def _trimmed(names: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.utf8_trim_whitespace(names)


def _plausible(part: _Part, text: bytes, integers: bool) -> _Part | None:
    """The columns, or None if they contain something that is invalid or must be parsed line by line."""
    import pyarrow.compute as pc

    src, dst, weight = part
    # Infinity is spelt out in the file, or is the result of an overflow.
    suspect = weight is not None and pc.any(pc.is_inf(weight)).as_py()
    if not integers:
        suspect = suspect or not matches(TEXT, text) or any(pc.any(pc.equal(ends, "")).as_py() for ends in (src, dst))
    return None if suspect else part


def _plain(block: bytes, delimiter: str) -> bytes:
    """A block without comments, and, if blanks delimit, with single blanks between columns."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    if b"#" in block or b"%" in block:
        block = _COMMENT.sub(b"", block)
    if delimiter == table_layout.BLANKS:
        if b"\t" in block:
            block = block.replace(b"\t", b" ")
        while b"  " in block:
            block = block.replace(b"  ", b" ")
        for stray in (b" \n", b"\n "):
            if stray in block:  # the test is several times as fast as the replacement
                block = block.replace(stray, b"\n")
        block = block.lstrip(b" ")
    return block


def _rows(block: bytes, before: int, path: Path) -> Iterator[tuple[int, str]]:
    """The rows of a block that are neither empty nor comments, with their line numbers."""
    for number, line in enumerate(block.split(b"\n"), before + 1):
        stripped = line.strip()
        if not stripped or stripped.startswith((b"#", b"%")):
            continue
        try:
            yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(path, "not UTF-8 text. Save the file as UTF-8.", number) from error


def _by_hand(block: bytes, before: int, path: Path, table: Layout, integers: bool) -> _Part:
    """The columns of a block, line by line.

    Raises:
        FormatError: at the first invalid line.
        _NamesFoundError: if a vertex is not an integer, but could be a name.
    """
    import pyarrow as pa

    ends: tuple[list[Any], list[Any]] = ([], [])
    weights: list[float] = []
    for number, line in _rows(block, before, path):
        try:
            fields = table.split(line)
        except csv.Error as error:
            raise FormatError(path, f"{error} in {shown(line.encode())}.", number) from error
        if len(fields) != table.width:
            problem = (
                f"expected {table.width} columns, as in the rows before, found {len(fields)}: {shown(line.encode())}."
            )
            raise FormatError(path, problem, number)
        for values, field in zip(ends, (fields[table.src], fields[table.dst]), strict=True):
            values.append(_vertex(field, integers, path, number))
        if table.weight is not None:
            weights.append(_weight(fields[table.weight], path, number, table))
    kind = pa.int64() if integers else pa.string()
    src, dst = (pa.chunked_array([pa.array(values, type=kind)]) for values in ends)
    return src, dst, None if table.weight is None else pa.chunked_array([pa.array(weights, type=pa.float64())])


def _vertex(field: str, integers: bool, path: Path, number: int) -> int | str:
    if not field or not field.isprintable():
        raise FormatError(path, f"expected a vertex (an integer or a name), found {shown(field.encode())}.", number)
    if not integers:
        return field
    if INTEGER.fullmatch(field):
        if len(field) < 25 and _INT64.min <= int(field) <= _INT64.max:
            return int(field)
        raise FormatError(path, f"vertex {shown(field.encode())} exceeds 64 bits. Renumber the vertices.", number)
    if NUMBER.fullmatch(field):
        raise FormatError(path, f"expected vertices that are integers or names, found {field!r}.", number)
    raise _NamesFoundError


def _weight(field: str, path: Path, number: int, table: Layout) -> float:
    if not NUMBER.fullmatch(field):
        advice = ""
        if NUMBER.fullmatch(field.replace(",", ".")):
            advice = " Use a decimal point."
        elif field and not table.header:
            advice = (
                " Without a header, the third column is the weight. To ignore it, add a header row such as "
                "source,target,kind."
            )
        raise FormatError(path, f"expected a number as the weight, found {shown(field.encode())}.{advice}", number)
    value = float(field)
    if np.isinf(value) and "inf" not in field.casefold():
        raise FormatError(
            path, f"the weight {shown(field.encode())} is too large for a 64-bit float. Rescale the weights.", number
        )
    return value
