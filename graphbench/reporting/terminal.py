"""Tables for the terminal and for pipes.

On a terminal, columns that do not fit side by side are stacked in blocks, each headed by the engine's name; a number
is never cut. In a pipe there is one block, as wide as it needs to be.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from graphbench.reporting.document import Block, Bullets, Column, Section, Table, Text
from graphbench.reporting.numbers import Signs, plain, visible
from graphbench.reporting.result_table import ProblemTable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

Item = TypeVar("Item")
_GAP = 2
_STYLES = {"": "", "good": "green", "doubtful": "yellow", "bad": "red", "quiet": "dim"}
_ENDLESS = 1_000_000


def problem_tables(shown: Sequence[ProblemTable], *, width: int | None, colour: bool, signs: Signs) -> str:
    """Tables of problems, one below the other.

    Args:
        shown: the tables.
        width: of the terminal, in columns; None: a pipe, where nothing is wrapped.
        colour: whether to colour with ANSI sequences.
        signs: which signs the stream can show.
    """
    console = _console(colour=colour)
    for number, one in enumerate(shown):
        if number:
            console.print()
        _problem_table(one, console, width, signs)
    return _text(console)


def text(blocks: Sequence[Block | Section]) -> str:
    """Sections, tables, lists and paragraphs as plain text, a blank line after each; other blocks are left out."""
    return "\n".join(line for block in blocks for line in _lines(block))


def table(block: Table[Any]) -> str:
    """A plain table: columns two spaces apart, never wrapped, shortened or coloured."""
    console = _console(colour=False)
    console.print(_rich(block, rule=""))
    return _text(console).rstrip("\n")


def _lines(block: Block | Section) -> list[str]:
    match block:
        case Section():
            return [visible(block.title), "", *(line for inner in block.blocks for line in _lines(inner))]
        case Table():
            return [table(block), ""]
        case Bullets():
            return [*map(visible, block.items), ""]
        case Text():
            return [visible(block.text), ""]
    return []


def _problem_table(one: ProblemTable, console: Console, width: int | None, signs: Signs) -> None:
    from rich.text import Text as RichText

    def write(line: str, style: str = "", indent: int = 0) -> None:
        if width is None:
            console.print(RichText(visible(line), style))
            return
        for number, part in enumerate(RichText(visible(line), style).wrap(console, max(width - indent, 20))):
            console.print(RichText(" " * indent if number else "").append_text(part))

    write(one.title, "bold")
    for fact in one.facts:
        write(fact, "dim", 2 if width else 0)
    for block in split(one.table, width):
        console.print()
        console.print(_rich(block, rule=signs.rule))
    below = one.below(signs)
    if below:
        console.print()
    for line in below:
        write(line, "dim" if line == one.legend else "", 2 if width else 0)
    if one.answer:
        console.print()
        write(one.answer, "bold")


def split(whole: Table[Item], width: int | None) -> list[Table[Item]]:
    """A table as the fewest blocks that fit the width, about equally wide, the first column repeated in each.

    Joined columns stay together where they can.
    """
    if width is None:
        return [whole]
    first, *others = whole.columns
    sizes = {id(column): _size(whole, column) for column in whole.columns}

    def wide(columns: Sequence[Column[Item]]) -> int:
        return sum(sizes[id(column)] for column in columns)

    def packed(units: Sequence[list[Column[Item]]], room: int) -> list[list[Column[Item]]]:
        """Units side by side as far as there is room; one that is wider than that has a block for itself."""
        found: list[list[Column[Item]]] = []
        for unit in units:
            if found and wide(found[-1]) + wide(unit) <= room:
                found[-1] = found[-1] + unit
            else:
                found.append(unit)
        return found

    room = width - sizes[id(first)]
    units: list[list[Column[Item]]] = []
    for column in others:
        if column.joined and units and wide([*units[-1], column]) <= room:
            units[-1].append(column)
        else:
            units.append([column])
    fewest = len(packed(units, room))
    widest = max(map(wide, units))
    blocks = next(
        blocks for limit in range(widest, max(room, widest) + 1) if len(blocks := packed(units, limit)) <= fewest
    )
    return [Table(whole.items, [first, *block]) for block in blocks]


def _size(of: Table[Item], column: Column[Item]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, [*column.title.split("\n"), *map(column.cell, of.items)])) + _GAP


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


def _rich(block: Table[Any], *, rule: str) -> RichTable:
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    made = RichTable(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold" if rule else "")
    sizes = [_size(block, column) - _GAP for column in block.columns]
    for column, size in zip(block.columns, sizes, strict=True):
        justify: Any = "right" if column.right else "left"
        made.add_column(
            RichText(visible(column.title)), justify=justify, no_wrap=True, vertical="bottom", min_width=size
        )
    if rule:
        made.add_row(*(RichText(rule * size, "dim") for size in sizes))
    for row, tones in zip(block.rows, block.tones, strict=True):
        made.add_row(*(RichText(plain(cell), _STYLES[tone]) for cell, tone in zip(row, tones, strict=True)))
    return made
