"""Tables of edges: CSV, TSV, and the blank-separated lists of SNAP and KONECT, plain or gzip.

One edge a row: source, destination and perhaps a weight. Lines that begin with `#` or `%` are comments. The delimiter
(comma, semicolon, tab, blanks) and a header row are found from the first rows; a header that names the columns
(`source`, `target`, `weight`, ...) also says which they are. Without a header a third column is the weight; under one
only a column that is called so (`weight`, `w`, `value`, `cost`, `distance`). Numbers have a decimal point. Vertices are
integers, or, if any of them is not, names.

Blocks go through pyarrow's CSV reader. It says neither in which line it failed nor knows comments; so a block that it
refuses is read again line by line, which either understands it or finds the line to blame.
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
from graphbench.graphs.formats.table_layout import EXPECTED, INTEGER, NUMBER, Layout
from graphbench.graphs.formats.text import TEXT, blocks, count_lines, matches, opened, shown

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK_BYTES = 1 << 23  # pyarrow splits it further, one piece per thread
_SAMPLE = 100
_COMMENT = re.compile(rb"(?m)^[ \t]*[#%].*$")
_INT64 = np.iinfo(np.int64)


class _NamesFoundError(Exception):
    """A vertex of a table that began with integers is no number: the vertices are names after all."""


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a table of edges.

    Args:
        path: the file.
        directed: whether rows are arcs; None: they are edges.

    Raises:
        FormatError: with the line, if a row is not what the others are.
    """
    try:
        parts = list(_parts(path, integers=None))
    except _NamesFoundError:
        parts = list(_parts(path, integers=False))
    if not parts:
        raise FormatError(path, f"holds no edges; expected {EXPECTED} in each row.")
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
    """The columns, block by block; `integers` None: as the first rows suggest."""
    found: Layout | None = None
    before = 0
    with opened(path) as stream:
        for block in blocks(stream, path, size=_BLOCK_BYTES):
            text = block
            if found is None:
                if not matches(TEXT, text[: 1 << 16]):
                    raise FormatError(path, "holds binary data; expected a text file of edges.")
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
    """The columns of a block, or None where it takes a closer look, line by line."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    text = _plain(block, table.delimiter)
    hexadecimal = integers and (b"x" in text or b"X" in text)  # pyarrow would take 0x10 for 16
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
    """The columns, or None if they hold something that is wrong or takes a closer look."""
    import pyarrow.compute as pc

    src, dst, weight = part
    # Infinite: written so, or a number too large.
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
            if stray in block:  # looking is several times as quick as replacing
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
            raise FormatError(path, "is not UTF-8 text; save it as UTF-8.", number) from error


def _by_hand(block: bytes, before: int, path: Path, table: Layout, integers: bool) -> _Part:
    """The columns of a block, line by line.

    Raises:
        FormatError: at the first line that is wrong.
        _NamesFoundError: if a vertex is no integer, but could be a name.
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
                f"expected {table.width} columns, as in the rows before, not {len(fields)}: {shown(line.encode())}."
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
        raise FormatError(path, f"expected a vertex (an integer or a name), not {shown(field.encode())}.", number)
    if not integers:
        return field
    if INTEGER.fullmatch(field):
        if len(field) < 25 and _INT64.min <= int(field) <= _INT64.max:
            return int(field)
        raise FormatError(path, f"vertex {shown(field.encode())} does not fit 64 bits.", number)
    if NUMBER.fullmatch(field):
        raise FormatError(path, f"expected vertices that are integers or names, not {field!r}.", number)
    raise _NamesFoundError


def _weight(field: str, path: Path, number: int, table: Layout) -> float:
    if not NUMBER.fullmatch(field):
        advice = ""
        if NUMBER.fullmatch(field.replace(",", ".")):
            advice = " Write decimals with a point."
        elif field and not table.header:
            advice = (
                " A third column is the weight unless a header row gives it another name: put one in front, such as "
                "source,target,kind, to have it ignored."
            )
        raise FormatError(path, f"expected a number as the weight, not {shown(field.encode())}.{advice}", number)
    value = float(field)
    if np.isinf(value) and "inf" not in field.casefold():
        raise FormatError(path, f"the weight {shown(field.encode())} is too large for a 64-bit float.", number)
    return value
