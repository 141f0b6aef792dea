"""Tables of edges: CSV, TSV, and the blank-separated lists of SNAP and NetworkX, plain or gzip.

One edge per row. Lines before the first row that begin with `#` or `%` are comments. The delimiter and a header are
detected from the first rows (:mod:`.table_layout`), and so are the roles of the columns (:mod:`.table_roles`); what is
not clear is refused. Numbers have a decimal point. Vertices are integers, or names if any of them is not an integer in
its only spelling: `007` is a name. A mistake among integers is refused (:mod:`.mixed_ids`).
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench.errors import FormatError
from graphbench.graphs.arrow import to_numpy
from graphbench.graphs.clean import SHOWN_ROWS, Raw, kind_of_ids
from graphbench.graphs.columns import Ids
from graphbench.graphs.formats import mixed_ids, table_layout, table_roles, vertex_ids
from graphbench.graphs.formats.mixed_ids import Rows
from graphbench.graphs.formats.packed import opened
from graphbench.graphs.formats.table_layout import EXPECTED, SAMPLE, Layout
from graphbench.graphs.formats.table_roles import Refusal, TableOptions
from graphbench.graphs.formats.table_rows import (
    BYTE_ORDER_MARK,
    NamesFoundError,
    Part,
    by_hand,
    filled_lines,
    parsed,
    rows_of,
)
from graphbench.graphs.formats.table_values import MISSING
from graphbench.graphs.formats.text import TEXT, blocks, count_lines, matches, shown
from graphbench.records.model import Reading
from graphbench.system.text import count

BLOCK_BYTES = 1 << 23  # pyarrow splits it further, one piece per thread
_AHEAD = 2
"""Blocks that are parsed at once: what Python checks of one passes while pyarrow reads another."""
_MIN_SIZED = 4
"""Rows of which the number is not above them by chance."""
_MORE = 20_000
"""Rows in which the names of a possible header are looked for."""


@dataclass
class _State:
    """What was found while reading."""

    layout: Layout | None = None
    comments: int = 0
    suspects: list[tuple[int, str]] = field(default_factory=list)
    """The first comments, with their lines."""
    rows: int = 0
    dropped: int = 0
    dropped_rows: list[Rows] = field(default_factory=list)
    """Rows with a missing value, counted from the first row of the file."""
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
    except NamesFoundError:
        state = _State()
        parts = list(_parts(path, options, state, integers=False))
    if state.missing and not options.drop_missing:
        words = _numbered(parts, path, options, state) if parts else None
        also = f" Also, {words.problem}" if isinstance(words, Refusal) else ""
        raise FormatError(path, _missing(state.missing) + also)
    if not parts or state.layout is None:
        problem = f"no edges found; expected {EXPECTED} in each row."
        if state.comments:
            skipped = f"{count(state.comments, 'line')} skipped as comments"
            problem = f"{problem} {skipped}: put a name that begins with # or % in quotation marks."
        raise FormatError(path, problem)
    found = _numbered(parts, path, options, state)
    if isinstance(found, Refusal):
        raise FormatError(path, found.problem)
    src, dst, names, kept, unclear = found
    if not state.layout.header and options.header is None:
        _refuse_size(found, state.layout, path)
    weights = [weight for *_, weight in parts if weight is not None]
    weight = np.concatenate([*map(to_numpy, weights)]) if weights else None
    layout = state.layout
    if kept is not None:
        state.rows, layout = len(src), replace(layout, first=[])
        weight = None if weight is None else weight[kept]
    source, target = (layout.names[end] for end in (layout.roles.source, layout.roles.target))
    num_vertices = vertex_ids.count(src, dst, names)
    chosen = options.source is not None or options.target is not None
    apart = [] if chosen else table_roles.apart(source, target, src, dst, num_vertices)
    integers = layout.header and kind_of_ids(names) == "integers"
    shared = table_roles.shared_ids(source, target, src, dst, num_vertices) if integers else []
    if directed is None and (column := table_roles.type_column(layout.names, layout.roles)) is not None:
        directed = _direction(path, options, layout, column)
    return Raw(
        src=src,
        dst=dst,
        weight=weight,
        num_vertices=num_vertices,
        directed=bool(directed),
        names=names,
        reading=_reading(layout, state, kind_of_ids(names), [*unclear, *apart, *shared]),
    )


def _numbered(parts: list[Part], path: Path, options: TableOptions, state: _State) -> mixed_ids.Numbered | Refusal:
    """The vertices by number, mistakes among them refused or left out."""
    import pyarrow as pa

    sources, targets, _ = zip(*parts, strict=True)
    return mixed_ids.numbered(
        pa.chunked_array([chunk for part in sources for chunk in part.chunks]),
        pa.chunked_array([chunk for part in targets for chunk in part.chunks]),
        options,
        lambda rows, words: _places(path, options, state, rows, words),
        as_text=False,
    )


def _refuse_size(found: mixed_ids.Numbered, layout: Layout, path: Path) -> None:
    """Refuse a first row that has the numbers of vertices and of the rows below it.

    Raises:
        FormatError: if it may be one.
    """
    src, dst, names, *_ = found
    first, below = layout.first[0], len(src) - 1
    if kind_of_ids(names) != "integers" or first[-1] != str(below) or below < _MIN_SIZED:
        return
    if first[-1] in layout.first[1][:2]:  # a path
        return
    *sizes, _ = map(int, first)
    if _are_below(src[1:], names, sizes[0]) and _are_below(dst[1:], names, sizes[-1]):
        problem = f"the first row ({', '.join(first)}) may be an edge, or the numbers of vertices and of rows below it"
        raise FormatError(path, f"{problem}. Delete the line, or pass --no-header if it is an edge.")


def _are_below(ids: Ids, names: npt.NDArray[Any] | None, size: int) -> bool:
    """Whether vertices are among so many, counted from 0 or 1."""
    least, largest = (int(vertex if names is None else names[vertex]) for vertex in (ids.min(), ids.max()))
    return least >= 0 and largest < size + (least > 0)


def _missing(missing: dict[str, _Missing]) -> str:
    """What is missing where, and what to do."""
    parts = (
        f"{count(rows, 'row')} {'has' if rows == 1 else 'have'} no {role}, the first at line {line:,} ({found!r})"
        for role, (rows, line, found) in missing.items()
    )
    without = ", or pass --no-weight" if [*missing] == ["weight"] else ""
    return f"{'; '.join(parts)}. Fill them in{without}, or pass --drop-missing to leave these rows out."


def _places(
    path: Path, options: TableOptions, state: _State, rows: Rows, words: list[str]
) -> Iterator[tuple[int, str]]:
    """Which of these rows have words that are no names, and their lines; in quotation marks, `"NA"` is a name."""
    dropped = np.concatenate([np.empty(0, dtype=np.int64), *state.dropped_rows])
    in_file = rows + np.searchsorted(dropped - np.arange(len(dropped)), rows, side="right")
    lines = _lines(path, options, in_file)
    for row, word, (number, line) in zip(rows.tolist(), words, lines, strict=False):  # ends with the last word
        if word not in MISSING or f'"{word}"' not in line:
            yield row, f"line {number:,}"


def _lines(path: Path, options: TableOptions, rows: Rows) -> Iterator[tuple[int, str]]:
    """The line numbers and lines of these rows of the file, in their order."""
    before_block = 0
    for text, before in _blocks_of_rows(path, options, _State()):
        size = filled_lines(text)
        inside = rows[(rows >= before_block) & (rows < before_block + size)].tolist()
        lines = list(rows_of(text, before, path)) if inside else []
        yield from (lines[row - before_block] for row in inside)
        before_block += size


def _direction(path: Path, options: TableOptions, layout: Layout, column: str) -> bool | None:
    """What Gephi's column of types says of all rows; None if it has other words.

    Raises:
        FormatError: if rows differ.
    """
    end = layout.names[layout.roles.source]
    as_end = replace(options, source=column, target=end, weight=None, no_weight=True, header=True, drop_missing=True)
    types = (part[0].unique().to_pylist() for part in _parts(path, as_end, _State(), integers=False))
    found = table_roles.direction(itertools.chain.from_iterable(types), column)
    if isinstance(found, Refusal):
        raise FormatError(path, found.problem)
    return found


def _reading(layout: Layout, state: _State, ids: str, unclear: Sequence[str]) -> Reading:
    roles = layout.roles
    warnings = [*dict.fromkeys([*roles.warnings, *unclear])]
    if state.dropped:
        warnings.append(f"{count(state.dropped, 'row')} with a missing value left out.")
    rows = [] if state.dropped else [[row[index] for index in roles.used] for row in layout.first[:SHOWN_ROWS]]
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
        first_rows=rows,
        warnings=warnings,
    )


def _parts(path: Path, options: TableOptions, state: _State, *, integers: bool | None) -> Iterator[Part]:
    """The columns, block by block; if `integers` is None, the first rows decide."""
    with ThreadPoolExecutor(_AHEAD) as pool:
        ahead: deque[tuple[Future[Part | None], bytes, int, Layout]] = deque()

        def next_part() -> Iterator[Part]:
            future, text, before, layout = ahead.popleft()
            part = future.result() or by_hand(text, before, path, layout)
            if options.header is None and layout.header:
                _refuse_header(part, state, path)
            part = _without_missing(part, text, before, state, path)
            state.rows += len(part[0])
            if len(part[0]):
                yield part

        for text, before in _blocks_of_rows(path, options, state):
            assert state.layout is not None
            as_integers = not options.names and (state.layout.integers if integers is None else integers)
            missing = MISSING if as_integers or options.drop_missing else frozenset({""})
            layout = replace(state.layout, integers=as_integers, missing=missing)
            ahead.append((pool.submit(parsed, text, layout), text, before, layout))
            if len(ahead) > _AHEAD:
                yield from next_part()
        while ahead:
            yield from next_part()


def _without_missing(part: Part, text: bytes, before: int, state: _State, path: Path) -> Part:
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
            line, row = next(itertools.islice(rows_of(text, before, path), at, None))
            found = table_layout.split(row, state.layout.delimiter, path, line)[place]
            state.missing[role] = _Missing(0, line, found)
        counted = state.missing[role]
        state.missing[role] = counted._replace(rows=counted.rows + column.null_count)
    if complete is None:
        return part
    src, dst, weight = part
    incomplete = np.flatnonzero(pc.invert(complete).to_numpy(zero_copy_only=False))
    state.dropped_rows.append(state.rows + state.dropped + incomplete)
    state.dropped += len(incomplete)
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


def _refuse_header(part: Part, state: _State, path: Path) -> None:
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
    text = text.removeprefix(BYTE_ORDER_MARK)
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
    lines = rows_of(block, before, path)
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
