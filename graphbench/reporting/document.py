"""A report as a tree of plain blocks, whatever it is written as: the sections make it, a page and Markdown show it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar
from urllib.parse import urlencode

import msgspec

from graphbench.errors import UsageError
from graphbench.reporting.charts.marks import Picture, alternative
from graphbench.reporting.numbers import NOTHING
from graphbench.system.text import listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Tone = Literal["", "good", "doubtful", "bad", "quiet"]
Need = Literal["essential", "useful", "detail"]
Item = TypeVar("Item")


class Text(msgspec.Struct, frozen=True):
    """Plain text: `lead` opens the report, `strong` is the point of its section, `quiet` is an aside."""

    text: str
    strong: bool = False
    quiet: bool = False
    lead: bool = False


class Bullets(msgspec.Struct, frozen=True):
    """A list of plain texts; on a page, the text of a link leads to its records."""

    items: Sequence[str]
    links: Sequence[RecordsLink] = ()


class Answers(msgspec.Struct, frozen=True):
    """Questions, each with its answer; links as in a list."""

    items: Sequence[tuple[str, str]]
    links: Sequence[RecordsLink] = ()


class Column(msgspec.Struct, Generic[Item], frozen=True):
    """A column of a table: its title, and how the text of a cell is made from the item of a row.

    Attributes:
        title: a line break splits it into two lines; without a title it belongs to the column before it.
        cell: makes the text.
        right: align at the right, as numbers are.
        tone: makes the colour of a cell.
        code: the cells are commands.
        optional: left out of tables where it is empty in every row.
        breaks: in a narrow terminal, what is in brackets goes to a line of its own.
        link: makes the address that a cell of a page leads to.
        need: how much a reader needs it: a narrow terminal leaves out what is useful before what is essential, and
            details are shown on request or where there is room.
    """

    title: str
    cell: Callable[[Item], str]
    right: bool = False
    tone: Callable[[Item], Tone] | None = None
    code: bool = False
    optional: bool = False
    breaks: bool = False
    link: Callable[[Item], str] | None = None
    need: Need = "essential"


class Table(Generic[Item]):
    """A row for each item, of any kind that the columns can read."""

    def __init__(self, items: Iterable[Item], columns: Sequence[Column[Item]]) -> None:
        self.items = list(items)
        self.columns = [
            column
            for column in columns
            if not column.optional or any(column.cell(item) not in {"", NOTHING} for item in self.items)
        ]

    @property
    def heads(self) -> list[str]:
        """The title of each column."""
        return [column.title for column in self.columns]

    @cached_property
    def rows(self) -> list[list[str]]:
        """The texts."""
        return [[column.cell(item) for column in self.columns] for item in self.items]

    @cached_property
    def tones(self) -> list[list[Tone]]:
        """The tone of each text."""
        return [[column.tone(item) if column.tone else "" for column in self.columns] for item in self.items]

    def only(self, *needs: Need) -> Table[Item]:
        """The same with the columns of these needs."""
        return Table(self.items, [column for column in self.columns if column.need in needs])

    def merged(self, between: str = " ") -> Table[Item]:
        """The same with each column that has no title merged into the column before it."""
        found: list[Column[Item]] = []
        for column in self.columns:
            if column.title or not found:
                found.append(column)
            else:
                found[-1] = _joined(found[-1], column, between)
        return Table(self.items, found)


def _joined(one: Column[Item], two: Column[Item], between: str) -> Column[Item]:
    return msgspec.structs.replace(one, cell=lambda item: between.join(filter(None, (one.cell(item), two.cell(item)))))


class Cards(msgspec.Struct, frozen=True):
    """A table with a card for each row on a page, without details; a column `a vs b` is the cell of line a under b."""

    table: Table[Any]

    @property
    def others(self) -> list[str]:
        """What the ratios are against: the heads of a card's own little table."""
        return list(dict.fromkeys(title.partition(" vs ")[2] for title in self.table.heads if " vs " in title))

    def card(self, row: int) -> Card:
        """The card of a row."""
        name, *_ = self.table.rows[row]
        lines: dict[str, dict[str, tuple[str, Tone]]] = {}
        asides = []
        for column, text, tone in [*zip(self.table.columns, self.table.rows[row], self.table.tones[row], strict=True)][
            1:
        ]:
            line, versus, other = column.title.partition(" vs ")
            if versus:
                lines.setdefault(line, {})[other] = text, tone
            elif text not in {"", NOTHING} and column.need != "detail":
                asides.append((column.title, text))
        return Card(
            name, [(line, [own.get(other, ("", "")) for other in self.others]) for line, own in lines.items()], asides
        )


class Card(NamedTuple):
    """A row as a card: its name, lines of cells with their tones, and what else there is, with titles."""

    name: str
    lines: Sequence[tuple[str, Sequence[tuple[str, Tone]]]]
    asides: Sequence[tuple[str, str]]


class HeatCell(msgspec.Struct, frozen=True):
    """What an engine took, or the outcome in words; how many times the least of its row; which colour; -1: none.

    `times` is the factor as a number, where it is compared.
    """

    text: str
    factor: str = ""
    level: int = -1
    times: float | None = None

    def __str__(self) -> str:
        return f"{self.text} ({self.factor})" if self.factor else self.text


class HeatRow(msgspec.Struct, frozen=True):
    """One problem on one graph of one machine: of each engine a cell for each metric, and the id of its record.

    `page` has the machine's table of every record; empty: this page.
    """

    machine: str
    problem: str
    graph: str
    twin: bool
    cells: Mapping[str, Sequence[HeatCell]]
    records: Mapping[str, str] = {}
    page: str = ""

    def link(self, engine: str) -> str:
        """The address of the record of an engine's cell."""
        return f"{self.page}{RecordsLink('', [('id', self.records[engine])]).address}"


MAX_ROWS = 64
"""How many rows of a heat map are shown before anything is chosen."""


class HeatMap(msgspec.Struct, frozen=True, dict=True):
    """Every graph and engine; a page has choosers of problem, metric, machine, and whether to show twins."""

    rows: Sequence[HeatRow]
    engines: Sequence[str]
    metrics: Sequence[str]
    legend: Sequence[str]

    @cached_property
    def problem(self) -> str:
        """The problem that is shown before anything is chosen; empty: all, where they are few rows."""
        return self.rows[0].problem if len(self._first) > MAX_ROWS else ""

    @cached_property
    def start(self) -> list[HeatRow]:
        """The rows that are shown before anything is chosen: of the first machine, without twins."""
        return [row for row in self._first if self.problem in {"", row.problem}][-MAX_ROWS:]

    @cached_property
    def _first(self) -> list[HeatRow]:
        first = [row for row in self.rows if row.machine == self.rows[0].machine]
        return [row for row in first if not row.twin] or first

    @cached_property
    def table(self) -> Table[HeatRow]:
        """These rows with the first metric."""

        def column(engine: str) -> Column[HeatRow]:
            return Column(engine, lambda row: str(row.cells[engine][0]) if engine in row.cells else "", optional=True)

        first = [Column[HeatRow]("problem", lambda row: row.problem), Column[HeatRow]("graph", lambda row: row.graph)]
        return Table(self.start, [*first, *map(column, self.engines)])

    def data(self) -> str:
        """JSON of all rows for the script of the page."""
        rows = [
            [
                row.machine,
                row.problem,
                row.graph,
                int(row.twin),
                row.page,
                [row.records.get(one) for one in self.engines],
            ]
            + [[[cell.text, cell.factor, cell.level] for cell in row.cells.get(engine, ())] for engine in self.engines]
            for row in self.rows
        ]
        data = {"engines": self.engines, "metrics": self.metrics, "start": self.problem, "most": MAX_ROWS, "rows": rows}
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


class Chart(Picture, frozen=True, kw_only=True, dict=True):
    """A picture with a name and words.

    Attributes:
        name: of its file, without ending; unique in the report.
        caption: what is seen in it and how it is read.
    """

    name: str
    caption: str

    @property
    def alt(self) -> str:
        """What it shows, for those who cannot see it."""
        return f"{self.caption}. {alternative(self)}"

    @cached_property
    def svg(self) -> str:
        """A whole SVG document."""
        from graphbench.reporting.charts import svg

        return svg.document(self, self.alt)

    def figure(self) -> Figure:
        """A figure of matplotlib, which a notebook shows."""
        from graphbench.reporting.charts import figure

        return figure.draw(self)

    def to_file(self, form: str) -> bytes:
        """The bytes of a file.

        Args:
            form: one of :data:`graphbench.reporting.charts.FORMS`.

        Raises:
            UsageError: for any other form.
        """
        from graphbench.reporting.charts import FORMS, figure

        if form not in FORMS:
            raise UsageError(f"A chart is {listed(FORMS, 'or')}, not {form!r}.")
        if form == ".svg":
            return self.svg.encode()
        return figure.to_bytes(self.figure(), form)


class Fold(msgspec.Struct, frozen=True):
    """Blocks that open on a click."""

    summary: str
    blocks: Sequence[Block]

    @property
    def is_text(self) -> bool:
        """Whether it is short text, which is printed although it is folded."""
        return all(
            isinstance(block, Text) or (isinstance(block, Bullets) and len(block.items) < 9) for block in self.blocks
        )


class AllRecords(msgspec.Struct, frozen=True):
    """The table of every record: `data` is JSON of all for the script of a page; Markdown shows `table`, a part."""

    count: int
    table: Table[Any]
    data: str


class RecordsLink(msgspec.Struct, frozen=True):
    """A link to the table of every record on a page, with choices: of a chooser, `columns` or an `id`, each a value."""

    text: str
    choices: Sequence[tuple[str, str]]

    @property
    def address(self) -> str:
        """As the script of the page keeps choices."""
        return f"#records?{urlencode(self.choices)}"


Block = Text | Bullets | Answers | Table[Any] | Cards | HeatMap | Chart | Fold | RecordsLink | AllRecords


class Section(msgspec.Struct, frozen=True):
    """Blocks under a heading; `anchor` is unique in the report."""

    title: str
    anchor: str
    blocks: Sequence[Block]


class Part(msgspec.Struct, frozen=True):
    """Sections on one machine, under its name; no name: what concerns all machines."""

    title: str
    anchor: str
    sections: list[Section]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A whole report.

    Attributes:
        title: its heading.
        links: other pages, by name.
        facts: what was measured, when, on what; short lines.
        parts: one for each machine, then what concerns all.
        records: the records as JSON Lines, as they were measured.
    """

    title: str
    facts: Sequence[str]
    parts: Sequence[Part]
    links: Mapping[str, str] = {}
    records: bytes = b""

    @property
    def charts(self) -> list[Chart]:
        """Every chart, in order."""
        return [chart for part in self.parts for section in part.sections for chart in _charts(section.blocks)]


def _charts(blocks: Sequence[Block]) -> list[Chart]:
    found: list[Chart] = []
    for block in blocks:
        if isinstance(block, Chart):
            found.append(block)
        elif isinstance(block, Fold):
            found += _charts(block.blocks)
    return found
