"""A picture as a figure of matplotlib, for PNG, PDF and `plot()`: the same marks, colours and places as in SVG."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.ticker import NullLocator
from matplotlib.transforms import IdentityTransform

from graphbench.reporting.charts import style
from graphbench.reporting.charts.layout import (
    GAP,
    NARROW,
    POLYGONS,
    Layout,
    Scale,
    arrange,
    fitted,
    guides,
    labels,
    width_of,
)
from graphbench.reporting.charts.marks import Key, Line, Mark, Panel, Picture
from graphbench.reporting.numbers import plain

PX = 0.72
"""Points, the unit of matplotlib, in a pixel of 1/100 inch."""
_MARGIN, _KEY_LINE = 24, 20
_RC: dict[Any, Any] = {"font.family": "DejaVu Sans", "text.parse_math": False, "hatch.linewidth": 1.4 * PX}
"""DejaVu Sans comes with matplotlib; a dollar in a name is a dollar."""
_INK, _MUTED, _PAPER = style.INK.light, style.MUTED.light, style.PAPER.light
_LINES: dict[str, dict[str, Any]] = {
    "solid": {"linewidth": 1.4 * PX},
    "dashed": {"linewidth": PX, "linestyle": (0, (3, 3))},
    "faint": {"linewidth": 1.4 * PX, "alpha": 0.5},
    "cloud": {"linestyle": "none", "marker": "o", "markersize": 3 * PX, "markeredgewidth": 0, "alpha": 0.55},
}


class _Chart(Figure):
    """A figure that a notebook shows without pyplot."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        wide, tall = self.get_size_inches() * 100
        return to_bytes(self, ".png"), {"width": round(wide), "height": round(tall)}


def draw(picture: Picture) -> Figure:
    """The figure: the legend, and the panels in two columns, each its own axes."""
    columns = min(2, len(picture.panels))
    whole = 2 * NARROW + GAP
    width = NARROW if columns == 2 else whole
    keys = max(1, int(whole // max((width_of(key.label) + 44 for key in picture.key), default=whole)))
    y: float = _MARGIN + _KEY_LINE * math.ceil(len(picture.key) / keys)
    placed = []
    for place in range(0, len(picture.panels), columns):
        row = [(panel, arrange(panel, picture, width)) for panel in picture.panels[place : place + columns]]
        placed += [(panel, layout, _MARGIN + k * (width + GAP), y) for k, (panel, layout) in enumerate(row)]
        y += max(layout.height for _, layout in row) + 14
    wide, tall = whole + 2 * _MARGIN, y + 10
    with _defaults():
        figure = _Chart(figsize=(wide / 100, tall / 100), dpi=100, facecolor=_PAPER)
        FigureCanvasAgg(figure)
        for panel, layout, left, top in placed:
            plot = layout.plot
            frame = (left + plot.left, tall - top - plot.bottom, plot.right - plot.left, plot.bottom - plot.top)
            axes = figure.add_axes((frame[0] / wide, frame[1] / tall, frame[2] / wide, frame[3] / tall))
            _panel(axes, panel, picture, layout, width)
        if picture.key:
            figure.legend(
                handles=[_handle(key, whole) for key in picture.key],
                loc="upper left",
                bbox_to_anchor=((_MARGIN - 8) / wide, 1 - 6 / tall),
                ncols=keys,
                frameon=False,
                fontsize=12 * PX,
                labelcolor=_INK,
                handlelength=1.5,
                columnspacing=1.2,
            )
        figure.draw_without_rendering()  # texts of ticks are made now, with these settings
    return figure


def to_bytes(figure: Figure, form: str) -> bytes:
    """The bytes of a file, `.png` at two pixels for one or `.pdf`; without dates, the same for the same figure."""
    out = io.BytesIO()
    unsaid = {".png": ["Software"], ".pdf": ["Creator", "Producer", "CreationDate"]}[form]
    with _defaults():
        figure.savefig(out, format=form[1:], dpi=200, metadata=dict.fromkeys(unsaid))
    return out.getvalue()


@contextmanager
def _defaults() -> Iterator[None]:
    """Whatever the user's own settings are; a sign that the font does not have is no reason to warn."""
    defaults = {name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")}
    with mpl.rc_context({**defaults, **_RC}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


def _panel(axes: Axes, panel: Panel, picture: Picture, layout: Layout, width: float) -> None:
    plot, x, y = layout.plot, layout.x, layout.y
    wide, tall = plot.right - plot.left, plot.bottom - plot.top

    def text(left: float, top: float, words: str, size: float = 11, **look: Any) -> None:
        place = (left - plot.left) / wide, (plot.bottom - top) / tall
        halo = [withStroke(linewidth=3 * PX, foreground=_PAPER)]
        look = {"color": _INK, "path_effects": halo, "zorder": 5, **look}
        axes.text(*place, plain(words), transform=axes.transAxes, fontsize=size * PX, **look)

    axes.set_axisbelow(True)
    axes.set_facecolor(_PAPER)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, pad=4 * PX, labelsize=11 * PX, labelcolor=_MUTED)
    title = plain(fitted(panel.title, width, size=13, bold=True))
    axes.set_title(
        title, loc="left", x=-plot.left / wide, y=1.0, pad=(plot.top - 14) * PX, size=13 * PX, weight="bold", color=_INK
    )
    text(0, 30, fitted(panel.aside, width, size=11), color=_MUTED)
    _axis(axes, "x", x, x.ticks())
    x_title = plain(fitted(panel.x_title or picture.x.title, width - plot.left, size=11))
    axes.set_xlabel(x_title, loc="left", labelpad=2 * PX, size=11 * PX, color=_MUTED)
    if panel.rows:
        names = [(float(place), fitted(row.label, layout.names)) for place, row in enumerate(panel.rows)]
        _axis(axes, "y", y, names if layout.beside else [])
        axes.set_ylim(*((level - y.start) / layout.row - 0.5 for level in (plot.bottom, plot.top)))
        axes.tick_params(axis="y", labelsize=12 * PX, labelcolor=_INK)
        for place, row in enumerate(panel.rows):
            level, known = layout.baseline(place), any(mark.y == place for mark in panel.marks)
            room = width - (plot.left if layout.beside else width_of(row.label)) - 8
            if not layout.beside:
                text(0, level, names[place][1], 12)
            look: dict[str, Any] = {} if known else {"color": _MUTED, "style": "italic"}
            look |= {"va": "center_baseline"} if layout.beside else {}
            at = y(place) if layout.beside else level
            text(width - 2, at, fitted(row.words, room, size=11), ha="right", **look)
    else:
        assert picture.y is not None
        _axis(axes, "y", y, y.ticks(tall=True))
        axes.grid(axis="y", color=style.GRID.light, linewidth=PX)
        axes.set_ylabel(fitted(picture.y.title, width, size=11), rotation=0, ha="left", size=11 * PX, color=_MUTED)
        axes.yaxis.set_label_coords(-plot.left / wide, 1 + 6 / tall)
    axes.grid(axis="x", color=style.GRID.light, linewidth=PX)
    for line, name, (middle, level) in guides(picture, x, y):
        _line(axes, line, "guide")
        text(middle, level, name, color=_MUTED, ha="center")
    for line in panel.lines:
        _line(axes, line, "line")
    if picture.x.origin:
        axes.axvline(picture.x.origin, color=_MUTED, zorder=1.5, **_LINES["dashed"])
    for mark in panel.marks:
        _mark(axes, mark, layout)
    for words, box in labels(panel, layout):
        text(box.left, box.top + 10.5, words)


def _axis(axes: Axes, which: str, scale: Scale, ticks: list[tuple[float, str]]) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    if scale.axis.base:
        axes.set(**{f"{which}scale": "log"})
    axes.set(**{f"{which}lim": (scale.low, scale.high)})
    axis.set_ticks([value for value, _ in ticks], labels=[plain(words) for _, words in ticks])
    axis.set_minor_locator(NullLocator())


def _line(axes: Axes, line: Line, kind: str) -> None:
    xs, ys = [x for x, _ in line.points], [y for _, y in line.points]
    axes.plot(xs, ys, color=style.light(line.colour), gid=kind, **_LINES[line.look])


def _mark(axes: Axes, mark: Mark, layout: Layout) -> None:
    colour = style.light(mark.colour)
    if mark.shape == "bar":
        start, tall = layout.x.axis.origin or layout.x.low, 13 / layout.row
        at = (start, mark.y - tall / 2)
        axes.add_patch(Rectangle(at, mark.x - start, tall, gid="mark", zorder=3, **_look(mark.look, colour)))
    else:
        axes.scatter([mark.x], [mark.y], gid="mark", zorder=3, **_shape(mark.shape, mark.size, mark.look, colour))
    if mark.ends is not None:
        ends: dict[str, Any] = {
            "color": _INK if layout.row else colour,
            "linewidth": 1.4 * PX,
            "marker": "|",
            "markersize": 8 * PX,
        }
        axes.plot(mark.ends, [mark.y, mark.y], gid="ends", zorder=4, **ends)


def _look(look: str, colour: str) -> dict[str, Any]:
    """How a bar or point is filled."""
    if look in {"solid", "pale"}:
        return {"facecolor": colour, "edgecolor": _PAPER, "linewidth": 0.8 * PX, "alpha": 0.5 if look == "pale" else 1}
    hatch = "////" if look == "hatched" else None
    return {
        "facecolor": _PAPER,
        "edgecolor": colour,
        "linewidth": 1.4 * PX,
        "linestyle": (0, (2, 1.5)) if look == "bound" else "-",
        "hatch": hatch,
    }


def _shape(shape: str, size: float, look: str, colour: str) -> dict[str, Any]:
    """The marker of a point; matplotlib sets its largest coordinate to half the root of `s`."""
    if shape == "tick":
        line = {"facecolor": colour, "edgecolor": colour, "linewidth": 2.6 * PX}
        return {"marker": MarkerStyle(Path([(0, -1), (0, 1)])), "s": (2 * (size + 3) * PX) ** 2, **line}
    corners = [(a, -b) for a, b in POLYGONS.get(shape, ())]
    path = Path([*corners, corners[0]]) if corners else Path.unit_circle()
    most = max((abs(place) for corner in corners for place in corner), default=1.0)
    return {"marker": MarkerStyle(path), "s": (2 * most * size * PX) ** 2, **_look(look, colour)}


def _handle(key: Key, room: float) -> Line2D | Patch | PathCollection:
    """An entry of the legend."""
    colour, label = style.light(key.colour), plain(fitted(key.label, room - 44))
    if key.shape == "line":
        return Line2D([], [], color=colour, label=label, linewidth=1.4 * PX)
    if key.shape == "bar":
        return Patch(label=label, **_look(key.look, colour))
    given = _shape(key.shape, 4.5, key.look, colour)
    marker, area = given.pop("marker"), given.pop("s")
    points = PathCollection((marker.get_path().transformed(marker.get_transform()),), [area], label=label, **given)
    points.set_transform(IdentityTransform())
    return points
