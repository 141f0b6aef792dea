"""Results and tables for the terminal and for pipes.

No line is wider than the terminal, and a number is never cut. Of a result, a narrow terminal puts what is in brackets
on a line of its own, then leaves out columns that are useful, and says so; a wide one shows details as well. In a pipe
nothing is wrapped.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeVar

from graphbench.reporting.document import Block, Bullets, Column, Section, Table, Text
from graphbench.reporting.numbers import Signs, plain, visible
from graphbench.reporting.result_table import ProblemTable
from graphbench.system.text import listed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text as RichText

Item = TypeVar("Item")
WIDE = 160
"""From this width on, a result shows as many of its details as fit."""
_GAP = 2
_STYLES = {"": "", "good": "green", "doubtful": "yellow", "bad": "red", "quiet": "dim"}
_ENDLESS = 1_000_000
_MIN_TEXT = 20
"""A column of texts is not made narrower than this."""


def problem_tables(
    shown: Sequence[ProblemTable], *, width: int | None, colour: bool, signs: Signs, details: bool = False
) -> str:
    """Results of problems, one below the other.

    Args:
        shown: the results, with all columns where details are asked for or the terminal is wide.
        width: of the terminal, in columns; None: a pipe, where nothing is wrapped.
        colour: whether to colour with ANSI sequences.
        signs: which signs the stream can show.
        details: show every column, in several tables where one is too wide.
    """
    console = _console(colour=colour)
    for number, one in enumerate(shown):
        if number:
            console.print()
        _problem_table(one, console, width, signs, details=details, name=len(shown) > 1)
    return _text(console)


def text(blocks: Sequence[Block | Section], width: int | None = None, *, lead: int = 1) -> str:
    """Sections, tables, lists and paragraphs as plain text, a blank line after each; other blocks are left out."""
    return "\n".join(line for block in blocks for line in _lines(block, width, lead))


def table(block: Table[Any], width: int | None = None, *, lead: int = 1) -> str:
    """A plain table: columns two spaces apart, uncoloured.

    Args:
        block: the table.
        width: of the terminal. Where the table is wider, its widest text is broken into lines; where that is not
            enough, it becomes several tables, one below the other.
        lead: how many of its first columns name a row: each of several tables has them.
    """
    console = _console(colour=False)
    block = _plain(block)
    whole = _narrowed(block, width)
    for number, part in enumerate([whole] if width is None or _width(whole) <= width else split(block, width, lead)):
        if number:
            console.print()
        _draw(_narrowed(part, width), console, rule="", width=width)
    return _text(console).rstrip("\n")


def _plain(table: Table[Item]) -> Table[Item]:
    """The same without line breaks and control characters in its cells, which are other people's texts."""

    def plainly(column: Column[Item]) -> Column[Item]:
        return replace(column, title=visible(column.title), cell=lambda item: plain(column.cell(item)))

    return Table(table.items, [plainly(column) for column in table.columns])


def _narrowed(whole: Table[Item], width: int | None) -> Table[Item]:
    """The same with the widest column of texts in lines, if the table then fits the width."""
    excess = _width(whole) - (width or _ENDLESS)
    texts = [column for column in whole.columns[1:] if not column.right]
    widest = max(texts, key=lambda column: _size(whole, column), default=None)
    if excess <= 0 or widest is None or (room := _size(whole, widest) - excess) < _MIN_TEXT:
        return whole
    lines = replace(widest, cell=lambda item: "\n".join(textwrap.wrap(widest.cell(item), room)))
    return Table(whole.items, [lines if column is widest else column for column in whole.columns])


def _lines(block: Block | Section, width: int | None, lead: int) -> list[str]:
    match block:
        case Section():
            return [visible(block.title), "", *(line for inner in block.blocks for line in _lines(inner, width, lead))]
        case Table():
            return [table(block, width, lead=lead), ""]
        case Bullets():
            return [*(wrapped(item, width) for item in block.items), ""]
        case Text():
            return [wrapped(block.text, width), ""]
    return []


def wrapped(line: str, width: int | None, indent: int = 0) -> str:
    """A text broken at words, its further lines indented."""
    console = _console(colour=False)
    _write(console, line, width, indent=indent)
    return _text(console).rstrip("\n")


def _problem_table(
    one: ProblemTable, console: Console, width: int | None, signs: Signs, *, details: bool, name: bool
) -> None:
    first, *rest = one.answer
    _write(console, f"{one.graph}: {first}" if name else first, width, "bold")
    for line in rest:
        _write(console, line, width)
    blocks, missing = layout(_plain(one.table), width, details=details) if one.table.items else ([], [])
    for block in blocks:
        console.print()
        _draw(block, console, rule=signs.rule, width=width)
    for lines, mark, style in ((one.facts, "", "dim"), (one.notes, "- ", "")):
        if lines:
            console.print()
        for line in lines:
            _write(console, mark + line, width, style, indent=2)
    left_out = f"not shown in {width} columns: {listed(missing)} (--details); " if missing else ""
    if legend := one.legend(*blocks):
        console.print()
        _write(console, left_out + legend, width, "dim", indent=2)


def layout(whole: Table[Item], width: int | None, *, details: bool) -> tuple[list[Table[Item]], list[str]]:
    """What of a result to draw: tables one below the other, and the titles of the columns that are left out."""
    if details:
        return split(whole.merged(), width), []
    core = whole.only("essential", "useful")
    if width is None:
        return [core], []
    if width >= WIDE:
        columns = [*whole.columns]
        while columns and columns[-1].need == "detail":
            if _width(candidate := Table(whole.items, columns)) <= width:
                return [candidate], []
            columns.pop()
    columns = [*core.columns]
    while True:
        shown = Table(whole.items, columns)
        for candidate in (shown, _stacked(shown)):
            if _width(candidate) <= width:
                return [candidate], [_title(column) for column in core.columns if column not in columns]
        useful = [column for column in columns if column.need == "useful"]
        if not useful:
            break
        columns.remove(useful[-1])
    return split(_stacked(core), width), []


def _title(column: Column[Any]) -> str:
    return " ".join(column.title.split())


def _stacked(table: Table[Item]) -> Table[Item]:
    """The same with what is in brackets on a line of its own."""

    def broken(column: Column[Item]) -> Column[Item]:
        return replace(column, cell=lambda item: column.cell(item).replace(" (", "\n(", 1))

    merged = table.merged("\n")
    return Table(merged.items, [broken(column) if column.breaks else column for column in merged.columns])


def split(whole: Table[Item], width: int | None, lead: int = 1) -> list[Table[Item]]:
    """A table as blocks that fit the width; its leading columns are repeated in each, as many as leave room."""
    if width is None:
        return [whole]
    blocks: list[Table[Item]] = []
    for column in whole.columns[lead:]:
        wider = Table(whole.items, [*blocks[-1].columns, column]) if blocks else None
        if wider is not None and (_width(wider) <= width or not column.title):
            blocks[-1] = wider
            continue
        candidates = [Table(whole.items, [*whole.columns[first:lead], column]) for first in range(lead)]
        fitting = (each for each in candidates if _width(_narrowed(each, width)) <= width)
        blocks.append(next(fitting, candidates[-1]))
    return blocks or [whole]


def _size(of: Table[Item], column: Column[Item]) -> int:
    from rich.cells import cell_len

    texts = [column.title, *map(column.cell, of.items)]
    return max(cell_len(line) for text in texts for line in text.split("\n"))


def _width(of: Table[Any]) -> int:
    return sum(_size(of, column) for column in of.columns) + sum(
        _GAP if column.title else 1 for column in of.columns[1:]
    )


def _draw(block: Table[Any], console: Console, *, rule: str, width: int | None) -> None:
    """Heads, a line below each, then the rows; what no column could make fit is broken, not cut."""
    from rich.text import Text as RichText

    sizes = [_size(block, column) for column in block.columns]
    titles = [column.title.split("\n") for column in block.columns]
    height = max(map(len, titles))

    def put(cells: Sequence[Sequence[str]], styles: Sequence[str], between: str = " ") -> None:
        for texts in zip_longest(*cells, fillvalue=""):
            line = RichText()
            for column, size, text, style in zip(block.columns, sizes, texts, styles, strict=True):
                if column is not block.columns[0]:
                    line.append(" " * _GAP if column.title else between, style)
                part = RichText(text, style)
                part.pad_left(size - part.cell_len) if column.right else part.pad_right(size - part.cell_len)
                line.append_text(part)
            line.rstrip()
            _write(console, line, width)

    put([[""] * (height - len(title)) + title for title in titles], ["bold" if rule else ""] * len(sizes))
    if rule:
        put([[rule * size] for size in sizes], ["dim"] * len(sizes), rule)
    for row, tones in zip(block.rows, block.tones, strict=True):
        put([cell.split("\n") for cell in row], [_STYLES[tone] for tone in tones])


def _write(console: Console, line: str | RichText, width: int | None, style: str = "", *, indent: int = 0) -> None:
    from rich.text import Text as RichText

    whole = RichText(visible(line), style) if isinstance(line, str) else line
    if width is None or whole.cell_len <= width:
        console.print(whole)
        return
    for number, part in enumerate(whole.wrap(console, max(width - indent, 20))):
        console.print(RichText(" " * indent if number else "").append_text(part))


def _console(*, colour: bool) -> Console:
    from rich.console import Console

    return Console(
        file=io.StringIO(),
        width=_ENDLESS,
        color_system="standard" if colour else None,
        force_terminal=colour,
        force_jupyter=False,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return "".join(f"{line.rstrip()}\n" for line in console.file.getvalue().splitlines())
