"""Results and tables for the terminal and for pipes.

No line is wider than the terminal, and a number is never cut. Of a result, a narrow terminal puts what is in brackets
on a line of its own, then leaves out columns that are useful, and says so; a wide one shows details as well. In a pipe
nothing is wrapped.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from graphbench.reporting.document import Block, Bullets, Column, Section, Table, Text, Tone
from graphbench.reporting.numbers import RULE, plain, visible
from graphbench.system.text import listed

if TYPE_CHECKING:
    from graphbench.reporting.result_table import ProblemTable

Item = TypeVar("Item")
WIDE = 160
"""From this width on, a result shows as many of its details as fit."""
_GAP = 2
_STYLES = {"": "", "good": "green", "doubtful": "yellow", "bad": "red", "quiet": "dim"}
_ANSI = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33}
_NARROW = "\u0300"
"""Every printable sign before it takes one column."""
_MIN_TEXT = 20
"""A column of texts is not made narrower than this."""


def problem_tables(shown: Sequence[ProblemTable], *, width: int | None, colour: bool, details: bool = False) -> str:
    """Results of problems, one below the other.

    Args:
        shown: the results, with all columns where details are asked for or the terminal is wide.
        width: of the terminal, in columns; None: a pipe, where nothing is wrapped.
        colour: whether to colour with ANSI sequences.
        details: show every column, in several tables where one is too wide.
    """
    lines: list[_Line] = []
    several = len({one.graph for one in shown}) > 1
    for number, one in enumerate(shown):
        lines += [[]] * bool(number) + _problem_table(one, width, details=details, name=several)
    return "".join(f"{_painted(line) if colour else _bare(line)}\n" for line in lines)


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
    block = _plain(block)
    if width is None:
        return _joined([block], rule="", width=None)
    whole = _narrowed(block, width)
    parts = [whole] if _width(whole) <= width else [_narrowed(part, width) for part in split(block, width, lead)]
    return _joined(parts, rule="", width=width)


def _plain(table: Table[Item]) -> Table[tuple[Item, list[str]]]:
    """The same with its texts made once, as they are measured many times.

    They have no line breaks and control characters, which are other people's texts.
    """

    def plainly(place: int, column: Column[Item]) -> Column[tuple[Item, list[str]]]:
        def tone(row: tuple[Item, list[str]]) -> Tone:
            return column.tone(row[0]) if column.tone else ""

        title, right, breaks, need = visible(column.title), column.right, column.breaks, column.need
        return Column(title, lambda row: row[1][place], right=right, tone=tone, breaks=breaks, need=need)

    texts = ([plain(text) for text in row] for row in table.rows)
    return Table(zip(table.items, texts, strict=True), [plainly(*column) for column in enumerate(table.columns)])


def _narrowed(whole: Table[Item], width: int) -> Table[Item]:
    """The same with the widest column of texts in lines, if the table then fits the width."""
    excess = _width(whole) - width
    texts = [column for column in whole.columns[1:] if not column.right]
    widest = max(texts, key=lambda column: _size(whole, column), default=None)
    if excess <= 0 or widest is None or (room := _size(whole, widest) - excess) < _MIN_TEXT:
        return whole
    lines = msgspec.structs.replace(widest, cell=lambda item: "\n".join(textwrap.wrap(widest.cell(item), room)))
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
    return "\n".join(map(_bare, _broken([(visible(line), "")], width, indent)))


def _problem_table(one: ProblemTable, width: int | None, *, details: bool, name: bool) -> list[_Line]:
    lines: list[_Line] = []

    def write(text: str, style: str = "", indent: int = 0) -> None:
        lines.extend(_broken([(visible(text), style)], width, indent))

    first, *rest = one.answer
    write(f"{one.graph}: {first}" if name else first, "bold")
    for line in rest:
        write(line)
    blocks, missing = layout(_plain(one.table), width, details=details) if one.table.items else ([], [])
    for block in blocks:
        lines += [[], *_drawn(block, rule=RULE, width=width)]
    for texts, mark, style in ((one.facts, "", "dim"), (one.notes, "- ", "")):
        lines += [[]] * bool(texts)
        for line in texts:
            write(mark + line, style, indent=2)
    left_out = f"not shown in {width} columns: {listed(missing)} (--details); " if missing else ""
    if legend := one.legend(*blocks):
        lines.append([])
        write(left_out + legend, "dim", indent=2)
    return lines


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
        return msgspec.structs.replace(column, cell=lambda item: column.cell(item).replace(" (", "\n(", 1))

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
    texts = [column.title, *map(column.cell, of.items)]
    return max(_columns(line) for text in texts for line in text.split("\n"))


def _width(of: Table[Any]) -> int:
    return sum(_size(of, column) for column in of.columns) + sum(
        _GAP if column.title else 1 for column in of.columns[1:]
    )


def _joined(blocks: Sequence[Table[Any]], *, rule: str, width: int | None) -> str:
    """Tables one below the other, without styles."""
    return "\n\n".join("\n".join(map(_bare, _drawn(block, rule=rule, width=width))) for block in blocks)


def _drawn(block: Table[Any], *, rule: str, width: int | None) -> list[_Line]:
    """Heads, a line below each, then the rows; what no column could make fit is broken, not cut."""
    sizes = [_size(block, column) for column in block.columns]
    titles = [column.title.split("\n") for column in block.columns]
    height = max(map(len, titles))
    lines: list[_Line] = []

    def put(cells: Sequence[Sequence[str]], styles: Sequence[str], between: str = " ") -> None:
        for texts in zip_longest(*cells, fillvalue=""):
            line: _Line = []
            for column, size, text, style in zip(block.columns, sizes, texts, styles, strict=True):
                if column is not block.columns[0]:
                    line.append((" " * _GAP, style) if column.title else (between, style))
                blanks = " " * (size - _columns(text))
                line.append((blanks + text if column.right else text + blanks, style))
            lines.extend(_broken(_stripped(line), width))

    put([[""] * (height - len(title)) + title for title in titles], ["bold" if rule else ""] * len(sizes))
    if rule:
        put([[rule * size] for size in sizes], ["dim"] * len(sizes), rule)
    for row, tones in zip(block.rows, block.tones, strict=True):
        put([cell.split("\n") for cell in row], [_STYLES[tone] for tone in tones])
    return lines


_Line = list[tuple[str, str]]
"""Texts and their styles, side by side."""


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii() or max(text) < _NARROW:
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _broken(line: _Line, width: int | None, indent: int = 0) -> list[_Line]:
    """A line broken at words where it is wider than the terminal, its further lines indented."""
    if width is None or _columns(_bare(line)) <= width:
        return [line]
    from rich.console import Console
    from rich.text import Text as RichText

    whole = RichText.assemble(*line)
    parts = whole.wrap(Console(width=width), max(width - indent, 20))
    found = [_stripped([(part.plain, line[0][1])]) for part in parts]
    return [found[0], *([(" " * indent, ""), *part] for part in found[1:])]


def _stripped(line: _Line) -> _Line:
    """The same without blanks at its end."""
    while line:
        text, style = line.pop()
        if kept := text.rstrip():
            return [*line, (kept, style)]
    return line


def _bare(line: _Line) -> str:
    return "".join(text for text, _ in line)


def _painted(line: _Line) -> str:
    """The line with ANSI sequences."""
    return "".join(f"\x1b[{_ANSI[style]}m{text}\x1b[0m" if style and text else text for text, style in line)
