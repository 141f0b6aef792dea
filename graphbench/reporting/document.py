"""A report as a tree of plain blocks, whatever it is written as: the sections make it, a page and Markdown show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A paragraph of plain text; `strong` where it is the point of the section, `quiet` where it is an aside."""

    text: str
    strong: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list of plain texts."""

    items: Sequence[str]


@dataclass(frozen=True)
class Code:
    """A command or a snippet, to be copied."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of plain texts.

    Attributes:
        heads: one for each column.
        rows: texts, as many as there are heads.
        right: numbers of the columns to align at the right.
        code: numbers of the columns that hold commands.
        tones: for each row, the tone of its cells where one is to stand out (`good`, `doubtful`, `bad`, `quiet`).
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    code: Sequence[int] = ()
    tones: Sequence[dict[int, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture.

    Attributes:
        name: of its file, without ending; unique in the report.
        svg: a whole SVG document.
        alt: what it shows, for those who cannot see it.
        caption: what is seen in it and how it is read.
    """

    name: str
    svg: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Fold:
    """Blocks that are shown when asked for."""

    summary: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class AllRecords:
    """Where the table of every record goes: searchable on a page, left to the data file in Markdown."""

    count: int


Block = Text | Bullets | Code | Table | Chart | Fold | AllRecords


@dataclass(frozen=True)
class Section:
    """Blocks under a heading; `anchor` is unique in the report."""

    title: str
    anchor: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Part:
    """Sections on one machine, under its name; no name: what concerns all machines."""

    title: str
    anchor: str
    sections: Sequence[Section]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole report.

    Attributes:
        title: its heading.
        facts: what was measured, when, on what; short lines.
        parts: one for each machine, then what concerns all.
        records: the records as JSON Lines, as they were measured.
        rows: JSON of the table of every record (:mod:`graphbench.reporting.rows`).
    """

    title: str
    facts: Sequence[str]
    parts: Sequence[Part]
    records: bytes = b""
    rows: str = ""

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
