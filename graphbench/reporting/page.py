"""HTML: a report as one page that holds all it needs (styles, charts, script and data), and tables for notebooks."""

from __future__ import annotations

import base64
import gzip
import html
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from graphbench.reporting import glossary
from graphbench.reporting.charts import style, svg
from graphbench.reporting.document import Chart, Document, RecordsLink
from graphbench.reporting.numbers import plain, visible
from graphbench.reporting.result_table import ProblemTable
from graphbench.reporting.wording import slug

if TYPE_CHECKING:
    from markupsafe import Markup

_TEMPLATES = "graphbench.reporting.templates"


def to_html(document: Document) -> str:
    """The whole page; every text of a record is escaped, and the records themselves are embedded once, compressed."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    # jinja2's own escaping goes by the name of the template, and these are pages throughout.
    environment = Environment(
        loader=PackageLoader("graphbench.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.filters["linked"] = _linked
    environment.filters["breakable"] = _breakable

    words = _Words()
    environment.filters["term"] = words.term

    def picture(chart: Chart) -> Markup:
        return Markup(svg.page(chart, chart.alt))  # noqa: S704 - made there, its texts escaped

    return environment.get_template("page.html.j2").render(
        document=document,
        picture=picture,
        again=words.again,
        words=words.used,
        slug=slug,
        css=Markup(_text("page.css")),  # noqa: S704 - a file of ours
        script=Markup(_text("page.js")),  # noqa: S704 - a file of ours
        charts=Markup(style.css() + style.PAGE),  # noqa: S704 - made there
        packed=lambda text: _packed(text.encode()),
        records=_packed(document.records),
    )


def _breakable(text: str) -> Markup:
    """A cell that may break after a comma within the name of a generated graph, so that wide tables fit a screen."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r",(?=[a-z]+=)", ",<wbr>", escape(plain(text))))  # noqa: S704 - escaped here


def _linked(text: str, links: Sequence[RecordsLink]) -> Markup:
    """A text in which that of each link leads to its records."""
    from markupsafe import Markup, escape

    made = escape(plain(text))
    for link in links:
        anchor = Markup('<a href="{}">{}</a>').format(link.address, link.text)
        made = made.replace(escape(link.text), anchor)
    return made


class _Words:
    """The words that a page explains: each is a button once in a section, and its meaning is at the page's end."""

    def __init__(self) -> None:
        self._known = glossary.meanings()
        self._here: set[str] = set()
        self.used: dict[str, str] = {}

    def again(self) -> str:
        """Begin a section, in which words are explained anew."""
        self._here.clear()
        return ""

    def term(self, text: str) -> str:
        """A title with its first words as a button that shows what they mean, where they have a meaning."""
        from markupsafe import Markup

        text = plain(text)
        entry = glossary.first_word(text, self._known)
        if entry is None or entry.word in self._here:
            return text
        self._here.add(entry.word)
        self.used[entry.word] = entry.meaning
        button = Markup('<button type="button" class="term" popovertarget="word-{}" title="{}">{}</button>{}')
        end = len(entry.word)
        return button.format(slug(entry.word), entry.meaning, text[:end], text[end:])


_LARGE = 4 << 20


def _text(name: str) -> str:
    return (files(_TEMPLATES) / name).read_text(encoding="utf-8")


def _packed(data: bytes) -> str:
    """Gzip in base64, without the time of day; the best level saves 1 % in twice the time, too much for large data."""
    level = 9 if len(data) < _LARGE else 6
    return base64.b64encode(gzip.compress(data, compresslevel=level, mtime=0)).decode("ascii")


def problem_tables(shown: Sequence[ProblemTable]) -> str:
    """Tables of problems for a notebook: every text escaped, no styles or scripts beyond alignment."""
    return "\n".join(["<div>", *map(_problem_table, shown), "</div>"])


def _problem_table(shown: ProblemTable) -> str:
    table = shown.table.merged()
    below = [line for line in (*shown.notes, shown.legend()) if line]
    heads = "".join(f"<th>{_lines(column.title.splitlines())}</th>" for column in table.columns)
    aligned = [f'<td style="text-align: {"right" if column.right else "left"}">' for column in table.columns]
    rows = "".join(
        "<tr>" + "".join(f"{td}{_safe(cell)}</td>" for td, cell in zip(aligned, row, strict=True)) + "</tr>"
        for row in table.rows
    )
    parts = [
        f"<p><strong>{_safe(shown.title)}: {_lines(shown.answer)}</strong></p>",
        f"<p>{_lines(shown.facts)}</p>" if shown.facts else "",
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if table.items else "",
        f"<p>{_lines(below)}</p>" if below else "",
    ]
    return "\n".join(filter(None, parts))


def _lines(texts: Sequence[str]) -> str:
    return "<br>".join(map(_safe, texts))


def _safe(text: str) -> str:
    return html.escape(visible(text))
