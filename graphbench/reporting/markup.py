"""Views as Markdown, to paste into an issue or a job's summary, and as HTML tables for notebooks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from graphbench.reporting.problem import Column, View


def to_markdown(views: Sequence[View]) -> str:
    """GitHub-flavoured Markdown."""
    return "\n\n".join(_markdown(view) for view in views) + "\n" if views else ""


def to_html(views: Sequence[View]) -> str:
    """HTML without styles or scripts of its own, every text escaped."""
    return "\n".join(["<div>", *(_html(view) for view in views), "</div>"])


def filled(columns: Sequence[Column]) -> list[Column]:
    """Columns for a page, where a column without a title is the spread of the one before it: the two in one."""
    found: list[Column] = []
    for column in columns:
        if column.title or not found:
            found.append(column)
            continue
        before = found.pop()
        pairs = zip(before.cells, column.cells, strict=True)
        found.append(
            Column(title=before.title, cells=[" ".join(filter(None, pair)) for pair in pairs], right=before.right)
        )
    return found


def safe(text: str) -> str:
    """Escape what Markdown, and HTML within it, would take for its own; `@name` and `#1` must not notify anybody."""
    text = html.escape(text, quote=False)
    text = re.sub(r"([\\`*_|\[\]~])", r"\\\1", text)
    return re.sub(r"([@#])(?=\w)", "\\1\u2060", text)


def piped(rows: Iterable[Iterable[str]]) -> str:
    """The lines of a table, its cells escaped already."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _markdown(view: View) -> str:
    columns = filled(view.columns)
    heads = [safe(column.title.replace("\n", " ")) for column in columns]
    rules = ["---:" if column.right else "---" for column in columns]
    rows = [[safe(column.cells[place]) for column in columns] for place in range(len(columns[0].cells))]
    table = piped([heads, rules, *rows])
    lines = [*view.remarks, *(f"{_superscript(number)} {text}" for number, text in view.footnotes), view.legend]
    notes = "\n".join(f"- {safe(line)}" for line in lines if line)
    parts = [f"### {safe(view.title)}", "\n".join(f"- {safe(fact)}" for fact in view.facts), table, notes]
    if view.answer:
        parts.append(f"**{safe(view.answer)}**")
    return "\n\n".join(part for part in parts if part)


def _superscript(number: int) -> str:
    from graphbench.reporting.numbers import mark

    return mark(number)


def _html(view: View) -> str:
    columns = filled(view.columns)
    heads = "".join(f"<th>{_escaped(column.title).replace(chr(10), '<br>')}</th>" for column in columns)
    rows = "".join(
        "<tr>" + "".join(_cell(column, place) for column in columns) + "</tr>" for place in range(len(columns[0].cells))
    )
    facts = "<br>".join(map(_escaped, view.facts))
    below = [*view.remarks, *(f"{_superscript(number)} {text}" for number, text in view.footnotes), view.legend]
    notes = "<br>".join(_escaped(line) for line in below if line)
    parts = [
        f"<p><strong>{_escaped(view.title)}</strong><br>{facts}</p>",
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>",
        f"<p>{notes}</p>" if notes else "",
        f"<p><strong>{_escaped(view.answer)}</strong></p>" if view.answer else "",
    ]
    return "\n".join(part for part in parts if part)


def _cell(column: Column, place: int) -> str:
    align = ' style="text-align: right"' if column.right else ' style="text-align: left"'
    return f"<td{align}>{_escaped(column.cells[place])}</td>"


def _escaped(text: str) -> str:
    return html.escape(text)
