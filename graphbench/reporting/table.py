"""Tables for the terminal and for pipes.

On a terminal, columns that do not fit side by side are stacked in blocks, each headed by the engine's name; a number
is never cut. In a pipe there is one block, as wide as it needs to be.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from graphbench.reporting import numbers
from graphbench.reporting.numbers import Signs
from graphbench.reporting.problem import Column, View

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_GAP = 2
_STYLES = {"": "", "good": "green", "doubtful": "yellow", "bad": "red", "quiet": "dim"}
_ENDLESS = 1_000_000


def draw(views: Sequence[View], *, width: int | None, colour: bool, signs: Signs) -> str:
    """The views as text.

    Args:
        views: what to show.
        width: of the terminal, in columns; None: a pipe, where nothing is wrapped.
        colour: whether to colour with ANSI sequences.
        signs: which signs the stream can show.
    """
    console = _console(colour=colour)
    for number, view in enumerate(views):
        if number:
            console.print()
        _draw(view, console, width, signs)
    return _text(console)


def text_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """A plain table: columns two spaces apart, never wrapped, shortened or coloured.

    Args:
        headers: one for each column.
        rows: texts, as many as there are headers.
        right: numbers of the columns to align at the right.
    """
    columns = [
        Column(title=title, cells=[row[place] for row in rows], right=place in right)
        for place, title in enumerate(headers)
    ]
    console = _console(colour=False)
    console.print(_table(columns, rule=""))
    return _text(console).rstrip("\n")


def _draw(view: View, console: Console, width: int | None, signs: Signs) -> None:
    from rich.text import Text

    def say(text: str, style: str = "", indent: int = 0) -> None:
        if width is None:
            console.print(Text(text, style))
            return
        for number, line in enumerate(Text(text, style).wrap(console, max(width - indent, 20))):
            console.print(Text(" " * indent if number else "").append_text(line))

    say(view.title, "bold")
    for fact in view.facts:
        say(fact, "dim", 2 if width else 0)
    for block in blocks(view.columns, width):
        console.print()
        console.print(_table(block, rule=signs.rule))
    below = [*view.remarks, *(f"{numbers.mark(number, signs)} {text}" for number, text in view.footnotes), view.legend]
    if any(below):
        console.print()
    for line in below:
        if line:
            say(line, "dim" if line == view.legend else "", 2 if width else 0)
    if view.answer:
        console.print()
        say(view.answer, "bold")


def blocks(columns: Sequence[Column], width: int | None) -> list[list[Column]]:
    """Columns in as few blocks as fit the width, about equally wide, the first column repeated in each.

    Joined columns stay together where they can.
    """
    if width is None:
        return [list(columns)]
    first, *others = columns
    room = width - _size(first)
    units: list[list[Column]] = []
    for column in others:
        if column.joined and units and _wide(units[-1]) + _size(column) <= room:
            units[-1].append(column)
        else:
            units.append([column])
    fewest = len(_packed(units, room))
    widest = max(map(_wide, units))
    packed = next(each for less in range(widest, max(room, widest) + 1) if len(each := _packed(units, less)) <= fewest)
    return [[first, *block] for block in packed]


def _packed(units: Sequence[list[Column]], room: int) -> list[list[Column]]:
    """Units side by side as far as there is room; one that is wider than that has a block to itself."""
    found: list[list[Column]] = []
    for unit in units:
        if found and _wide(found[-1]) + _wide(unit) <= room:
            found[-1] += unit
        else:
            found.append(list(unit))
    return found


def _wide(columns: Sequence[Column]) -> int:
    return sum(map(_size, columns))


def _size(column: Column) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, [*column.title.split("\n"), *column.cells])) + _GAP


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


def _table(columns: Sequence[Column], *, rule: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold" if rule else "")
    for column in columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            no_wrap=True,
            vertical="bottom",
            min_width=_size(column) - _GAP,
        )
    if rule:
        table.add_row(*(Text(rule * (_size(column) - _GAP), "dim") for column in columns))
    for place in range(len(columns[0].cells)):
        table.add_row(
            *(Text(column.cells[place], _STYLES[column.tones[place] if column.tones else ""]) for column in columns)
        )
    return table
