"""A picture as SVG: the same bytes for the same picture, values on hover, light and dark, and no font of its own."""

from __future__ import annotations

import html
import itertools
from collections.abc import Sequence

from graphbench.reporting.charts import style
from graphbench.reporting.charts.layout import (
    GAP,
    NARROW,
    POLYGONS,
    Box,
    Layout,
    Scale,
    arrange,
    fitted,
    guides,
    labels,
    width_of,
)
from graphbench.reporting.charts.marks import Key, Line, Mark, Panel, Picture
from graphbench.reporting.numbers import plain, visible

_WIDE = {1: 1280, 2: 640}
"""The width on wide screens, by the number of columns of panels, where that is another."""
_KEY_LINE = 20


def page(picture: Picture, alt: str) -> str:
    """An element of a page, whose style sheet has :data:`style.PAGE`: panels that flow, and a legend above them."""
    columns = min(len(picture.panels), picture.columns)
    widths = dict.fromkeys((NARROW, _WIDE.get(columns, NARROW)))
    drawn = "".join(
        f'<svg class="{"narrow" if width == NARROW else "wide"}" viewBox="0 0 {width} {_px(height)}">{body}</svg>'
        for panel in picture.panels
        for width in widths
        for body, height in [_panel(panel, picture, width)]
    )
    keys = "".join(
        f'<span><svg width="16" height="14" viewBox="0 0 16 14">{_symbol(key, 8, 7)}</svg>{_safe(key.label)}</span>'
        for key in picture.key
    )
    few = f" few-{columns}" if len(widths) > 1 else ""
    return visible(
        f'<div class="chart" role="img" aria-label="{_safe(alt)}"><div class="key">{keys}</div>'
        f'<div class="panels{few}">{drawn}</div></div>'
    )


def document(picture: Picture, alt: str) -> str:
    """A whole SVG document: the legend, and the panels in two columns."""
    columns = min(2, len(picture.panels))
    width = NARROW if columns == 2 else 2 * NARROW + GAP
    whole = 2 * NARROW + GAP
    legend, y = _legend(picture.key, whole)
    parts = [legend]
    for place in range(0, len(picture.panels), columns):
        drawn = [_panel(panel, picture, width) for panel in picture.panels[place : place + columns]]
        for column, (body, _) in enumerate(drawn):
            parts.append(f'<g transform="translate({column * (width + GAP)},{_px(y)})">{body}</g>')
        y += max(height for _, height in drawn) + 14
    label = _safe(alt)
    return visible(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{label}" width="{whole}" '
        f'height="{_px(y)}" viewBox="0 0 {whole} {_px(y)}">\n<title>{label}</title>\n<style>{style.css()}</style>\n'
        '<rect width="100%" height="100%" class="paper" fill="currentColor"/>\n'
        f'<g class="ink">{"".join(parts)}</g></svg>\n'
    )


def _safe(text: str) -> str:
    return html.escape(plain(text))


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "") -> str:
    shown = f' class="{kind}"' if kind else ""
    shown += f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{_px(x)}" y="{_px(y)}"{shown}>{_safe(words)}</text>' if words else ""


# Legend


def _legend(keys: Sequence[Key], width: float) -> tuple[str, float]:
    """All entries in as many lines as they take, and the height of these."""
    parts, x, y = [], 0.0, 0.0
    for key in keys:
        label = fitted(key.label, width - 24)
        taken = 20 + width_of(label) + 14
        if x and x + taken > width:
            x, y = 0.0, y + _KEY_LINE
        parts.append(f"{_symbol(key, x + 8, y + 10)}{_text(x + 20, y + 14, label)}")
        x += taken
    return "".join(parts), y + _KEY_LINE + 8 if keys else 0.0


def _symbol(key: Key, x: float, y: float) -> str:
    if key.shape == "line":
        return f'<path d="M{_px(x - 7)} {_px(y)}h14" class="line {key.colour}"/>'
    if key.shape == "bar":
        drawn = _bar(Box(x - 7, y - 4.5, x + 7, y + 4.5), key.look)
    else:
        drawn = _shape(key.shape, x, y, 4.5, key.look)
    return f'<g class="{key.colour}">{drawn}</g>'


# Panels


def _panel(panel: Panel, picture: Picture, width: float) -> tuple[str, float]:
    """Everything of a panel, and its height."""
    layout = arrange(panel, picture, width)
    plot, x, y = layout.plot, layout.x, layout.y
    head = _text(0, 14, fitted(panel.title, width, size=13, bold=True), "bold")
    head += _text(0, 30, fitted(panel.aside, width, size=11), "small muted")
    side = _rows(panel, layout, width) if panel.rows else _upright(picture, layout, width)
    for value, words in x.ticks():
        head += _rule(x(value), plot.top, x(value), plot.bottom)
        half = width_of(words, size=11) / 2
        head += _text(min(max(x(value), half), width - half), plot.bottom + 14, words, "small muted", "middle")
    body = "".join(
        [
            *(
                _line(line, x, y) + _text(*at, name, "small muted halo", "middle")
                for line, name, at in guides(picture, x, y)
            ),
            *(_line(line, x, y) for line in panel.lines),
            *(_line(Line([(at, y.low), (at, y.high)], look="dashed"), x, y) for at in [picture.x.origin] if at),
            *(_mark(mark, x, y, rows=bool(panel.rows)) for mark in panel.marks),
            *(_text(box.left, box.top + 10.5, words, "small halo") for words, box in labels(panel, layout)),
        ]
    )
    title = fitted(panel.x_title or picture.x.title, width - plot.left, size=11)
    foot = _text(plot.left, plot.bottom + 30, title, "small muted")
    under, over = ("", side) if panel.rows else (side, "")  # rules are under marks, words over them
    return f'<g class="ink">{head}{under}{body}{over}{foot}</g>', layout.height


def _rows(panel: Panel, layout: Layout, width: float) -> str:
    """The names and words of rows, beside the plot, or above each row where that would leave it too narrow."""
    parts = []
    for place, row in enumerate(panel.rows):
        y, known = layout.baseline(place), any(mark.y == place for mark in panel.marks)
        room = width - (layout.plot.left if layout.beside else width_of(row.label)) - 8
        parts += [
            _text(0, y, fitted(row.label, layout.names), "halo"),
            _text(
                width - 2,
                y,
                fitted(row.words, room, size=11),
                "small halo" if known else "small halo muted italic",
                "end",
            ),
        ]
    return "".join(parts)


def _upright(picture: Picture, layout: Layout, width: float) -> str:
    """The y axis of a panel without rows."""
    assert picture.y is not None
    plot, y = layout.plot, layout.y
    parts = [_text(0, plot.top - 6, fitted(picture.y.title, width, size=11), "small muted")]
    for value, words in y.ticks(tall=True):
        parts += [_text(plot.left - 5, y(value) + 4, words, "small muted", "end")]
        parts += [_rule(plot.left, y(value), plot.right, y(value))]
    return "".join(parts)


# Marks


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{_px(x1)} {_px(y1)}L{_px(x2)} {_px(y2)}" class="rule grid"/>'


def _line(line: Line, x: Scale, y: Scale) -> str:
    if not line.points:
        return ""
    places = [(round(x(one), 1), round(y(other), 1)) for one, other in line.points]
    dot, step = ("h0", "m") if line.look == "cloud" else ("", "l")
    path = "M{} {}".format(*map(_px, places[0])) + dot
    path += "".join(f"{step}{way}{dot}" for way in _ways(places))
    tip = f"<title>{_safe(line.tip)}</title>" if line.tip else ""
    look = f" {line.look}" if line.look != "solid" else ""
    return f'<path d="{path}" class="line{look} {line.colour}">{tip}</path>'


def _mark(mark: Mark, x: Scale, y: Scale, *, rows: bool) -> str:
    at, level = x(mark.x), y(mark.y)
    if mark.shape == "bar":
        first, last = sorted((x(x.axis.origin or x.low), at))
        drawn = _bar(Box(first, level - 6.5, max(last, first + 1), level + 6.5), mark.look)
    else:
        drawn = _shape(mark.shape, at, level, mark.size, mark.look)
    if mark.ends is not None:
        low, high = (x(end) for end in mark.ends)
        ends = f"M{_px(low)} {_px(level - 4)}v8M{_px(high)} {_px(level - 4)}v8M{_px(low)} {_px(level)}H{_px(high)}"
        drawn += f'<path d="{ends}" class="line {"ink" if rows else mark.colour}"/>'
    return f'<g class="{mark.colour}">{drawn}<title>{_safe(mark.tip)}</title></g>'


def _bar(box: Box, look: str) -> str:
    wide, tall = box.right - box.left, box.bottom - box.top
    drawn = (
        f'<rect x="{_px(box.left)}" y="{_px(box.top)}" width="{_px(wide)}" height="{_px(tall)}" '
        f'class="{"hollow" if look == "hatched" else look}"/>'
    )
    if look != "hatched":
        return drawn
    strokes, step = "", 5.0
    for k in range(int((wide + tall) / step) + 1):
        # The line x + y = c, where it is in the bar.
        c = step * k
        one, two = max(0.0, c - tall), min(c, wide)
        strokes += f"M{_px(box.left + one)} {_px(box.top + c - one)}L{_px(box.left + two)} {_px(box.top + c - two)}"
    return f'{drawn}<path d="{strokes}" class="line"/>'


def _shape(shape: str, x: float, y: float, size: float, look: str) -> str:
    if shape == "tick":
        return f'<path d="M{_px(x)} {_px(y - size - 3)}v{_px(2 * size + 6)}" class="line heavy"/>'
    if shape == "dot":
        return f'<circle cx="{_px(x)}" cy="{_px(y)}" r="{_px(size)}" class="{look}"/>'
    corners = [(size * a, size * b) for a, b in POLYGONS[shape]]
    (left, top), ways = corners[0], " ".join(_ways(corners))
    return f'<path d="M{_px(x + left)} {_px(y + top)}l{ways}z" class="{look}"/>'


def _ways(places: Sequence[tuple[float, float]]) -> list[str]:
    """From each place to the next: shorter than the places themselves."""
    return [f"{_px(c - a)} {_px(d - b)}" for (a, b), (c, d) in itertools.pairwise(places)]
