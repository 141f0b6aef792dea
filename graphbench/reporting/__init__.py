"""Records and comparisons to text: tables for people, JSON and CSV for programs, Markdown and HTML to pass on.

Pure: nothing here measures, and nothing knows an engine or a graph.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, TextIO

from graphbench.errors import UsageError

if TYPE_CHECKING:
    from graphbench.records.comparison import Comparison
    from graphbench.records.model import Record
    from graphbench.reporting.document import Chart, Table

FORMATS = ("table", "json", "csv", "markdown")


def render(
    records: Sequence[Record],
    comparisons: Sequence[Comparison],
    format: str = "table",  # noqa: A002 - the option's name
    *,
    width: int | None = None,
    colour: bool = False,
    ascii_only: bool = False,
    details: bool = False,
    python: bool = False,
) -> str:
    """Records and what was made of them, as text that ends with a line break.

    Args:
        records: of any number of problems and datasets.
        comparisons: made from these records.
        format: `table`, `json`, `csv` or `markdown`.
        width: tables: the terminal's width in columns; None: nothing is wrapped, as a pipe wants it.
        colour: tables: whether to colour with ANSI sequences.
        ascii_only: use no sign beyond ASCII (`us` for microseconds, `>=` for a bound).
        details: tables: show each engine at every number of threads, and all columns.
        python: tables: advice names arguments of Python instead of flags.

    Raises:
        UsageError: if there is no such format.
    """
    from graphbench.reporting import flat, markdown, terminal
    from graphbench.reporting.numbers import encodable
    from graphbench.reporting.result_table import problem_tables

    if format == "json":
        return flat.to_json(records, comparisons, ascii_only=ascii_only)
    if format == "csv":
        text = flat.to_csv(records, comparisons)
    elif format == "markdown":
        shown = problem_tables(records, comparisons, details=details, python=python)
        text = markdown.text([table.section() for table in shown]) + "\n" if shown else ""
    elif format == "table":
        wide = width is not None and width >= terminal.WIDE
        shown = problem_tables(records, comparisons, details=details, wide=wide, python=python)
        text = terminal.problem_tables(shown, width=width, colour=colour, details=details)
    else:
        raise UsageError(f"There is no format {format!r}; there are: {', '.join(FORMATS)}.")
    return encodable(text, "ascii") if ascii_only else text


def terminal_width(stream: TextIO) -> int | None:
    """How many columns a stream has; None where it is no terminal, and nothing is wrapped."""
    return shutil.get_terminal_size((100, 24)).columns if stream.isatty() else None


def show(
    records: Sequence[Record],
    comparisons: Sequence[Comparison],
    format: str,  # noqa: A002 - the option's name
    stream: TextIO,
    *,
    details: bool = False,
) -> None:
    """Write to a stream what fits it: coloured and as wide as the terminal, or plain and unwrapped in a pipe.

    `NO_COLOR` and `TERM=dumb` switch colours off.
    """
    from graphbench.reporting.numbers import encodable, fits

    terminal = stream.isatty()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    text = render(
        records,
        comparisons,
        format,
        width=terminal_width(stream),
        colour=terminal and not plain,
        ascii_only=not fits(stream.encoding),
        details=details,
    )
    stream.write(encodable(text, stream.encoding))


def html_table(records: Sequence[Record], comparisons: Sequence[Comparison], *, python: bool = False) -> str:
    """HTML for notebooks, without styles or scripts; every text is escaped; `python` as for :func:`render`."""
    from graphbench.reporting import page
    from graphbench.reporting.result_table import problem_tables

    return page.problem_tables(problem_tables(records, comparisons, python=python))


def chart(records: Sequence[Record], baseline: str) -> Chart:
    """The speedups over the baseline as a picture: of one problem, on any number of graphs.

    Args:
        records: of one algorithm; if they are of several machines, the one with the most is shown.
        baseline: the engine that ratios are taken against.

    Raises:
        UsageError: if there is nothing to compare with the baseline.
    """
    from graphbench.reporting.measured import group_by_machine
    from graphbench.reporting.sections import speedup

    measured = group_by_machine(records, baseline, {})
    drawn = speedup.picture(measured[0]) if measured else None
    if drawn is None:
        raise UsageError(f"There is nothing to draw: no engine was measured beside {baseline}.")
    return drawn


def text_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    width: int | None = None,
    lead: int = 1,
) -> str:
    """A plain table of texts, without a line break at its end.

    Args:
        headers: one for each column.
        rows: as many texts as there are headers.
        right: numbers of the columns to align at the right.
        width: of the terminal; None: never wrapped.
        lead: how many of the first columns name a row.
    """
    from graphbench.reporting import terminal

    return terminal.table(_table(headers, rows, right), width, lead=lead)


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """The same in GitHub-flavoured Markdown, every text escaped."""
    from graphbench.reporting import markdown

    return markdown.table(_table(headers, rows, right))


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> Table[Sequence[str]]:
    from graphbench.reporting.document import Column, Table

    columns: list[Column[Sequence[str]]] = [
        Column(title, itemgetter(place), right=place in right) for place, title in enumerate(headers)
    ]
    return Table(rows, columns)
