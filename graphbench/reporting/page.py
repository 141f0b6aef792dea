"""A report as one page of HTML that holds all it needs: styles, charts, script and data; it asks for nothing else."""

from __future__ import annotations

import base64
import gzip
from importlib.resources import files

from graphbench.reporting.charts import drawing, style
from graphbench.reporting.document import Chart, Document

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
    )
    environment.filters["kind"] = lambda block: type(block).__name__

    def picture(chart: Chart) -> Markup:
        return Markup(drawing.inline(chart.svg))  # noqa: S704 - made here, its texts escaped by matplotlib

    return environment.get_template("page.html.j2").render(
        document=document,
        picture=picture,
        css=Markup(_text("page.css")),  # noqa: S704 - a file of ours
        script=Markup(_text("page.js")),  # noqa: S704 - a file of ours
        dark=Markup(style.dark_css()),  # noqa: S704 - made here
        rows=_packed(document.rows.encode()),
        records=_packed(document.records),
    )


def _text(name: str) -> str:
    return (files(_TEMPLATES) / name).read_text(encoding="utf-8")


def _packed(data: bytes) -> str:
    """Gzip in base64, without the time of day that gzip would write down."""
    return base64.b64encode(gzip.compress(data, compresslevel=9, mtime=0)).decode("ascii")
