"""Tables of edges: CSV, TSV, and the blank-separated lists of SNAP and NetworkX, plain or gzip.

One edge per row. Lines before the first row that begin with `#` or `%` are comments. The delimiter and a header are
detected from the first rows (:mod:`.table_layout`), and so are the roles of the columns (:mod:`.table_roles`); what is
not clear is refused. Numbers have a decimal point. Vertices are integers, or names if any of them is not an integer in
its only spelling: `007` is a name.

Blocks are parsed by pyarrow's CSV reader, which does not report the line of an error, and joins rows where a quotation
mark is not closed. A block that it rejects, or of which it finds another number of rows than there are lines, is
therefore parsed again line by line, which succeeds or finds the invalid line.
"""

from __future__ import annotations

import io
import itertools
import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from graphbench.errors import FormatError
from graphbench.graphs.arrow import to_numpy
from graphbench.graphs.clean import EXACT, SHOWN_ROWS, Raw, kind_of_ids
from graphbench.graphs.columns import Ids
from graphbench.graphs.formats import table_layout, table_roles, vertex_ids
from graphbench.graphs.formats.packed import opened
from graphbench.graphs.formats.table_layout import BLANKS, CANONICAL, EXPECTED, INTEGER, MISSING, NUMBER, SAMPLE, Layout
from graphbench.graphs.formats.table_roles import TableOptions
from graphbench.graphs.formats.text import TEXT, blocks, count_controls, count_lines, matches, shown, single_blanks
from graphbench.records.model import Reading
from graphbench.system.text import count

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

BLOCK_BYTES = 1 << 23  # pyarrow splits it further, one piece per thread
_IN_CACHE = 1 << 16
_AHEAD = 2
"""Blocks that are parsed at once: what Python checks of one passes while pyarrow reads another."""
_MORE = 20_000
"""Rows in which the names of a possible header are looked for."""
_COMMENTED = re.compile(rb"(?m)^[ \t]*[#%]")
_REMARK = re.compile(rb"(?m)^[ \t]*[#%](?=[ \t\r\n])")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CONTROL = re.compile("[\x00-\x1f\x7f\ufeff]")
_WHOLE = r"^(0|-?[1-9][0-9]*)(\.0+)?$"
_INT64 = np.iinfo(np.int64)
NO_NAME = "^$|[\x00-\x1f\x7f\ufeff]"
"""A name with a control character, or with a byte order mark, as in the middle of two files that were joined."""
_OTHER_ENDS = "Correct it, or choose the columns of vertices: --source-column NAME --target-column NAME."
_NO_WEIGHT = "Correct it, or pass --no-weight."


class _NamesFoundError(Exception):
    """A vertex in a table that began with integers is not an integer, so all vertices are names."""


@dataclass
class _State:
    """What was found while reading."""

    layout: Layout | None = None
    comments: int = 0
    suspects: list[tuple[int, str]] = field(default_factory=list)
    """The first comments, with their lines."""
    rows: int = 0
    dropped: int = 0
    missing: dict[str, _Missing] = field(default_factory=dict)
    """Rows without a source, a target or a weight."""


class _Missing(NamedTuple):
    """Rows in which a value is missing: how many, and the line and the value of the first."""

    rows: int
    line: int
    found: str


def read(path: Path, *, directed: bool | None = None, options: TableOptions = table_roles.NONE) -> Raw:
    """Read a table of edges.

    Args:
        path: the file.
        directed: True if rows are arcs; False or None if they are edges.
        options: what the user says about the columns.

    Raises:
        FormatError: if a row is invalid or has another layout than the first rows; with its line.
    """
    state = _State()
    try:
        parts = list(_parts(path, options, state, integers=None))
    except _NamesFoundError:
        state = _State()
        parts = list(_parts(path, options, state, integers=False))
    if state.missing and not options.drop_missing:
        raise FormatError(path, _missing(state.missing))
    if not parts or state.layout is None:
        problem = f"no edges found; expected {EXPECTED} in each row."
        if state.comments:
            skipped = f"{count(state.comments, 'line')} skipped as comments"
            problem = f"{problem} {skipped}: put a name that begins with # or % in quotation marks."
        raise FormatError(path, problem)
    sources, destinations, weights = zip(*parts, strict=True)
    src, dst, names = vertex_ids.numbered(sources, destinations)
    unclear = _like_missing(path, options, src, dst, names)
    layout = state.layout
    if layout.header and kind_of_ids(names) == "integers":
        source, target = (layout.names[end] for end in (layout.roles.source, layout.roles.target))
        unclear += table_roles.shared_ids(source, target, src, dst, vertex_ids.count(src, dst, names))
    if directed is None and (column := table_roles.type_column(layout.names, layout.roles)) is not None:
        directed = _direction(path, options, layout, column)
    weight = None if weights[0] is None else np.concatenate([*map(to_numpy, weights)])
    return Raw(
        src=src,
        dst=dst,
        weight=weight,
        num_vertices=vertex_ids.count(src, dst, names),
        directed=bool(directed),
        names=names,
        reading=_reading(state.layout, state, kind_of_ids(names), unclear),
    )


def _missing(missing: dict[str, _Missing]) -> str:
    """What is missing where, and what to do."""
    parts = (
        f"{count(rows, 'row')} {'has' if rows == 1 else 'have'} no {role}, the first at line {line:,} ({found!r})"
        for role, (rows, line, found) in missing.items()
    )
    without = ", or pass --no-weight" if [*missing] == ["weight"] else ""
    return f"{'; '.join(parts)}. Fill them in{without}, or pass --drop-missing to leave these rows out."


def _like_missing(path: Path, options: TableOptions, src: Ids, dst: Ids, names: npt.NDArray[Any] | None) -> list[str]:
    """A warning if vertices have names such as NA.

    Raises:
        FormatError: if all others in such a column are integers.
    """
    if names is None or names.dtype != object or options.drop_missing:
        return []
    words = sorted(MISSING)
    places = np.minimum(np.searchsorted(names, words), len(names) - 1)  # names are sorted
    if not (names[places] == words).any():
        return []
    state = _State()
    for _ in _parts(path, replace(options, drop_missing=True), state, integers=False):
        pass  # which rows they are, and whether they are in quotation marks
    state.missing.pop("weight", None)
    for role, ends in (("source", src), ("target", dst)):
        others = {*names[np.unique(ends)].tolist()} - MISSING
        if role in state.missing and others and all(map(INTEGER.fullmatch, others)):
            raise FormatError(path, _missing({role: state.missing[role]}))
    if not state.missing:
        return []
    first = min(state.missing.values(), key=lambda missing: missing.line)
    rows = f"{count(state.dropped, 'row')} {'has a vertex' if state.dropped == 1 else 'have vertices'}"
    place = f"the first at line {first.line:,} ({first.found!r})"
    return [f"{rows} named like a missing value, {place}. If they are missing, pass --drop-missing."]


def _direction(path: Path, options: TableOptions, layout: Layout, column: str) -> bool | None:
    """What Gephi's column of types says of all rows; None if it has other words.

    Raises:
        FormatError: if rows differ.
    """
    end = layout.names[layout.roles.source]
    as_end = replace(options, source=column, target=end, weight=None, no_weight=True, header=True, drop_missing=True)
    types = (part[0].unique().to_pylist() for part in _parts(path, as_end, _State(), integers=False))
    found = table_roles.direction(itertools.chain.from_iterable(types), column)
    if isinstance(found, table_roles.Refusal):
        raise FormatError(path, found.problem)
    return found


def _reading(layout: Layout, state: _State, ids: str, unclear: list[str]) -> Reading:
    roles = layout.roles
    warnings = [*roles.warnings, *unclear]
    if state.dropped:
        warnings.append(f"{count(state.dropped, 'row')} with a missing value left out.")
    rows = [[row[index] for index in roles.used] for row in layout.first]
    rows = [row for row in rows if not (state.dropped and MISSING & {*row})]
    return Reading(
        format="table",
        source=layout.names[roles.source],
        target=layout.names[roles.target],
        weight="" if roles.weight is None else layout.names[roles.weight],
        ignored=[name for index, name in enumerate(layout.names) if index not in roles.used],
        header=layout.header,
        delimiter=f"columns separated by {layout.delimiter_in_words}",
        comments=state.comments,
        rows=state.rows,
        ids=ids,
        first_rows=rows[:SHOWN_ROWS],
        warnings=warnings,
    )


_Part = tuple["pa.ChunkedArray", "pa.ChunkedArray", "pa.ChunkedArray | None"]
"""Sources, targets and weights; a missing value is null."""


def _parts(path: Path, options: TableOptions, state: _State, *, integers: bool | None) -> Iterator[_Part]:
    """The columns, block by block; if `integers` is None, the first rows decide."""
    with ThreadPoolExecutor(_AHEAD) as pool:
        ahead: deque[tuple[Future[_Part | None], bytes, int, Layout]] = deque()

        def next_part() -> Iterator[_Part]:
            parsed, text, before, layout = ahead.popleft()
            part = parsed.result() or _by_hand(text, before, path, layout)
            if options.header is None and layout.header:
                _refuse_header(part, state, path)
            part = _without_missing(part, text, before, state, path)
            state.rows += len(part[0])
            if len(part[0]):
                yield part

        for text, before in _blocks_of_rows(path, options, state):
            assert state.layout is not None
            as_integers = state.layout.integers if integers is None else integers
            missing = MISSING if as_integers or options.drop_missing else frozenset({""})
            layout = replace(state.layout, integers=as_integers, missing=missing)
            ahead.append((pool.submit(_parsed, text, layout), text, before, layout))
            if len(ahead) > _AHEAD:
                yield from next_part()
        while ahead:
            yield from next_part()


def _without_missing(part: _Part, text: bytes, before: int, state: _State, path: Path) -> _Part:
    """The rows without a missing value; the others are counted."""
    import pyarrow.compute as pc

    assert state.layout is not None
    complete = None
    for role, place, column in zip(("source", "target", "weight"), state.layout.roles.used, part, strict=False):
        if column is None or not column.null_count:
            continue
        complete = column.is_valid() if complete is None else pc.and_(complete, column.is_valid())
        if role not in state.missing:
            at = pc.index(column.is_valid(), False).as_py()
            line, row = next(itertools.islice(_rows(text, before, path), at, None))
            found = table_layout.split(row, state.layout.delimiter, path, line)[place]
            state.missing[role] = _Missing(0, line, found)
        counted = state.missing[role]
        state.missing[role] = counted._replace(rows=counted.rows + column.null_count)
    if complete is None:
        return part
    src, dst, weight = part
    state.dropped += len(src) - pc.sum(complete).as_py()
    return src.filter(complete), dst.filter(complete), None if weight is None else weight.filter(complete)


def _blocks_of_rows(path: Path, options: TableOptions, state: _State) -> Iterator[tuple[bytes, int]]:
    """Blocks from the first row on, with empty lines for what is not data, and how many lines are before each."""
    before = 0
    with opened(path) as stream:
        for block in blocks(stream, path, size=BLOCK_BYTES):
            text = _started(block, path) if before == 0 else block
            if state.layout is None:
                text = _begin(text, before, path, options, state)
            if state.layout is not None:
                yield text, before
            before += count_lines(block)


def _refuse_header(part: _Part, state: _State, path: Path) -> None:
    """Refuse a row with the names of the header, as of a second file that was joined to the first.

    Raises:
        FormatError: at the first.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    table = state.layout
    assert table is not None
    ends = tuple(table.names[index] for index in (table.roles.source, table.roles.target))
    if part[0].type == pa.string():
        found = pc.and_(pc.equal(part[0], ends[0]), pc.equal(part[1], ends[1]))
        if (at := pc.index(found, True).as_py()) >= 0:
            problem = f"row {state.rows + at + 1:,} ({', '.join(ends)}) may be an edge, or a header of another file"
            raise FormatError(path, f"{problem}. Delete it, or pass --header if it is an edge.")


def _started(text: bytes, path: Path) -> bytes:
    """The first block without a byte order mark.

    Raises:
        FormatError: if it is not text, or its lines do not end in a newline.
    """
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError(path, "found UTF-16; expected UTF-8 text. Save the file as UTF-8.")
    text = text.removeprefix(_BYTE_ORDER_MARK)
    if not matches(TEXT, text[: 1 << 16]):
        raise FormatError(path, "found binary data; expected a text file of edges.")
    if b"\r" in text and b"\r" in text.replace(b"\r\n", b"\n"):
        number = 1 + text[: re.search(rb"\r(?!\n)", text).start()].count(b"\n")  # type: ignore[union-attr]
        problem = "found a carriage return without a newline; expected lines that end in a newline"
        raise FormatError(path, f"{problem}. Convert the ends of the lines (`dos2unix -c mac`).", number)
    return text


def _begin(text: bytes, before: int, path: Path, options: TableOptions, state: _State) -> bytes:
    """Find the layout if the block has a row; returns the block with empty lines for what is not data."""
    start, number = 0, before
    while (end := text.find(b"\n", start)) >= 0:
        number += 1
        line = text[start:end].strip()
        if line and not line.startswith((b"#", b"%")):
            break
        if line:
            state.comments += 1
            if len(state.suspects) < SAMPLE:
                state.suspects.append((number, line.decode("utf-8", errors="replace")))
        start = end + 1
    else:
        return b""
    block = b"\n" * (number - 1 - before) + text[start:]
    lines = _rows(block, before, path)
    rows = list(itertools.islice(lines, SAMPLE))
    more = (line for _, line in itertools.islice(lines, _MORE - SAMPLE))
    state.layout = table_layout.find(rows, path, options, more)
    _check_comments(state.suspects, state.layout, path)
    if state.layout.header:
        skipped = rows[0][0] - before
        block = b"\n" * skipped + block.split(b"\n", skipped)[-1]
    return block


def _check_comments(comments: list[tuple[int, str]], layout: Layout, path: Path) -> None:
    """Refuse comments that may be rows: they have as many fields, and vertices begin with the same mark.

    Raises:
        FormatError: at the first of them.
    """
    marks = {row[index][:1] for row in layout.first for index in (layout.roles.source, layout.roles.target)}
    for number, line in comments:
        if line[0] in marks and line[1:2].strip() and len(line.split(layout.delimiter)) == layout.width:
            problem = f"{shown(line.encode())} may be a comment or an edge, as names of vertices begin with {line[0]}"
            raise FormatError(path, f"{problem}. Put the name in quotation marks, or delete the line.", number)


def _parsed(block: bytes, table: Layout) -> _Part | None:
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


def _read(text: bytes, delimiter: str, table: Layout) -> _Part | None:
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
        if read.num_rows != count_lines(text) and read.num_rows != _filled_lines(text):
            return None  # a quoted field has joined lines
        src, dst, *weight = read.columns
        part = _checked((src, dst, weight[0] if weight else None), text, delimiter, table.integers)
        if part is not None:
            return part
    return None


def _checked(part: _Part, text: bytes, delimiter: str, integers: bool) -> _Part | None:
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
        ends = [_as_integers(end) for end in ends]
        return None if any(end is None for end in ends) else (ends[0], ends[1], weight)
    return (ends[0], ends[1], weight) if _are_names(ends, text, delimiter) else None


def _are_names(ends: list[pa.ChunkedArray], text: bytes, delimiter: str) -> bool:
    """Whether no name is empty or has a control character; bytes of a text are faster to test than names."""
    import pyarrow.compute as pc

    tabs = text.count(b"\t") if delimiter == "\t" else 0
    marked = b"\xef" in text and _BYTE_ORDER_MARK in text
    if not marked and count_controls(text) == count_lines(text) + tabs:
        return all(pc.min(pc.binary_length(end)).as_py() for end in ends)
    return matches(TEXT, text) and not any(pc.any(pc.match_substring_regex(end, NO_NAME)).as_py() for end in ends)


def _as_integers(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Integers from their only spelling, or that with `.0`; None if there is any other text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pc.all(pc.match_substring_regex(texts, _WHOLE)).as_py():
        return None
    try:
        return pc.replace_substring_regex(texts, r"\.0+$", "").cast(pa.int64())
    except pa.ArrowInvalid:
        return None


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


def _filled_lines(text: bytes) -> int:
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


def _rows(block: bytes, before: int, path: Path) -> Iterator[tuple[int, str]]:
    """The rows of a block that are not empty, with their line numbers."""
    for number, line in enumerate(io.BytesIO(block), before + 1):
        if not line.strip():
            continue
        try:
            yield number, line.removesuffix(b"\n").decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(path, "not UTF-8 text. Save the file as UTF-8.", number) from error


def _by_hand(block: bytes, before: int, path: Path, table: Layout) -> _Part:
    """The columns of a block, line by line.

    Raises:
        FormatError: at the first invalid line.
        _NamesFoundError: if a vertex is not an integer, but could be a name.
    """
    import pyarrow as pa

    def missing(field: str, words: frozenset[str]) -> bool:
        return field in words and (not field or f'"{field}"' not in line)

    ends: tuple[list[Any], list[Any]] = ([], [])
    weights: list[float | None] = []
    for number, line in _rows(block, before, path):
        if _may_be_remark(line.encode() + b"\n", table.integers):
            problem = f"found {shown(line.encode())}; comments are expected before the first row only"
            raise FormatError(path, f"{problem}. Delete the line; put a name in quotation marks.", number)
        fields = table_layout.split(line, table.delimiter, path, number)
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
        raise FormatError(path, f"vertex {shown(field.encode())} exceeds 64 bits. Renumber the vertices.", number)
    if NUMBER.fullmatch(field) and not INTEGER.fullmatch(field):
        raise FormatError(path, f"expected vertices that are integers or names, found {field!r}. {_OTHER_ENDS}", number)
    raise _NamesFoundError


def _weight(field: str, path: Path, number: int) -> float:
    said = shown(field.encode())
    if not NUMBER.fullmatch(field):
        comma = NUMBER.fullmatch(field.replace(",", ".")) is not None
        advice = "Use a decimal point, or pass --no-weight." if comma else _NO_WEIGHT
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
