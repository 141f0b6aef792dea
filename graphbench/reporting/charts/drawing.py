"""A figure of matplotlib to a document: SVG with the same bytes for the same records, or PNG."""

from __future__ import annotations

import html
import io
import re
import warnings
from typing import TYPE_CHECKING

from graphbench.reporting.charts import style
from graphbench.reporting.numbers import plain, visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# How matplotlib writes SVG. It has no options for ids, precision or dark colours, so _tidied() changes its text.
_SHELL = re.compile(r'<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>', re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_ID = re.compile(r'\s+id="([^"]*)"')
_REFERENCE = re.compile(r'(?:url\(#|href="#)([^)"]+)')
_TAG = re.compile(r"<[^>]*>")
_COORDINATE = re.compile(r"-?\d+\.\d{3,}")
# How _tidied() writes it.
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_SIZE = re.compile(r'(<svg [^>]*?) width="[^"]*" height="[^"]*"')


def to_svg(figure: Figure, name: str, alt: str) -> str:
    """A whole SVG document, with light and dark colours, no dates, and ids that are unique to its name.

    Args:
        figure: drawn within :func:`graphbench.reporting.charts.style.style`.
        name: letters, digits and hyphens; begins every id, so that one page can hold several.
        alt: what it shows, for those who cannot see it.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the reader's fonts may have it
        FigureCanvasSVG(figure)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return visible(_tidied(out.getvalue(), name, plain(alt)))


def to_png(figure: Figure) -> bytes:
    """A PNG at 160 dots per inch, in light colours."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(out, format="png", dpi=160, metadata={"Software": None})
    return out.getvalue()


def to_file(figure: Figure, form: str, name: str, alt: str) -> bytes:
    """The bytes of a file, `.png` or else `.svg`; name and alternative text are as for :func:`to_svg`."""
    return to_png(figure) if form == ".png" else to_svg(figure, name, alt).encode()


def inline(svg: str) -> str:
    """The SVG as an element of a page: the page has the dark colours, and gives it its size."""
    bare = _STYLE.sub("", svg.partition("\n")[2], count=1)
    return _SIZE.sub(r"\1", bare, count=1).strip()


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _tidied(text: str, name: str, alt: str) -> str:
    """The SVG of matplotlib with our root element, ids that begin with the name, and coordinates of two digits.

    Only references and coordinates within tags change: the text between tags keeps its digits.
    """
    body = _METADATA.sub("", text[text.index("<svg") :])
    shell = _SHELL.match(body)
    assert shell is not None
    width, height = (f"{float(size):.0f}" for size in shell.groups())
    used = set(_REFERENCE.findall(body))
    body = _ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", body[shell.end() :])
    body = _REFERENCE.sub(lambda found: found[0].replace(f"#{found[1]}", f"#{name}-{found[1]}"), body)
    body = _TAG.sub(lambda tag: _COORDINATE.sub(_rounded, tag[0]), body)
    body = re.sub(r"\n\s*", "\n", body).replace("\n", " ").replace("> <", ">\n<").replace("xlink:href", "href")
    label = html.escape(alt)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{label}" '
        f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}">\n'
        f"<title>{label}</title>\n"
        f"<style>@media (prefers-color-scheme: dark){{{style.dark_css()}}}</style>\n{body.strip()}\n"
    )
