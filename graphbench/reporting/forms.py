"""A finding in the form that was asked for: blocks as a table or Markdown for people, or JSON or CSV for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from graphbench.reporting import markdown, terminal
from graphbench.reporting.document import Block, Section
from graphbench.reporting.numbers import indented_json, visible


def render(
    form: str,
    width: int | None,
    *,
    blocks: Callable[[], Sequence[Block | Section]],
    data: Callable[[], Any],
    rows: Callable[[], tuple[Iterable[str], Iterable[Iterable[Any]]]],
    lead: int = 1,
) -> str:
    """Text that ends with a line break.

    Args:
        form: `table`, `markdown`, `json` or `csv`.
        width: tables: of a terminal; None: nothing is wrapped.
        blocks: for people.
        data: structs and plain values, for JSON.
        rows: the header and the rows of CSV.
        lead: tables: how many of the first columns name a row.
    """
    if form == "json":
        return indented_json(data())
    if form == "csv":
        return csv_text(*rows())
    return markdown.text(blocks()) + "\n" if form == "markdown" else terminal.text(blocks(), width, lead=lead)


def csv_text(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A header and one line per row; what is None is an empty field."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([heads, *([no_formula(cell) for cell in row] for row in rows)])
    return out.getvalue()


def no_formula(cell: Any) -> Any:
    """A text that a spreadsheet would compute (`=1+1`, `@SUM`, `-x`), with an apostrophe before it; others unchanged.

    A number written as text, such as `-1`, is none. Signs that no reader should see become replacement characters.
    """
    if not isinstance(cell, str):
        return cell
    if cell.lstrip().startswith(("=", "+", "-", "@")) or cell.startswith(("\t", "\r")):
        try:
            float(cell)
        except ValueError:
            cell = f"'{cell}"
    return visible(cell)
