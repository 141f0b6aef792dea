"""A picture as SVG: the same bytes for the same picture, values on hover, light and dark, and no font of its own."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from graphbench.errors import UsageError
from graphbench.reporting.charts import style
from graphbench.reporting.charts.marks import Axis, Key, Line, Mark, Panel, Picture
from graphbench.reporting.numbers import plain, visible

NARROW = 420
"""The width of a panel in pixels."""
_WIDE = {1: 1280, 2: 640}
"""The width on wide screens, by the number of columns of panels, where that is another."""
_GAP, _ROW, _HEAD, _PLOT = 24, 23, 20, 200
_KEY_LINE = 20
MAX_TICKS = 9
_POLYGONS = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "up": ((0, -1.2), (1.15, 0.85), (-1.15, 0.85)),
    "down": ((0, 1.2), (1.15, -0.85), (-1.15, -0.85)),
    "plus": ((-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
             (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)),
    "cross": ((0, -0.6), (0.6, -1.2), (1.2, -0.6), (0.6, 0), (1.2, 0.6), (0.6, 1.2),
              (0, 0.6), (-0.6, 1.2), (-1.2, 0.6), (-0.6, 0), (-1.2, -0.6), (-0.6, -1.2)),
}  # fmt: skip


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether two of them overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        """Whether it is inside another."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


class _Scale(NamedTuple):
    """Values of an axis to pixels."""

    axis: Axis
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        low, high = self._along(self.low), self._along(self.high)
        return self.start + (self.end - self.start) * (self._along(value) - low) / (high - low)

    def _along(self, value: float) -> float:
        return math.log10(value) if self.axis.base else value


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
    width = NARROW if columns == 2 else 2 * NARROW + _GAP
    whole = 2 * NARROW + _GAP
    legend, y = _legend(picture.key, whole)
    parts = [legend]
    for place in range(0, len(picture.panels), columns):
        drawn = [_panel(panel, picture, width) for panel in picture.panels[place : place + columns]]
        for column, (body, _) in enumerate(drawn):
            parts.append(f'<g transform="translate({column * (width + _GAP)},{_px(y)})">{body}</g>')
        y += max(height for _, height in drawn) + 14
    label = _safe(alt)
    return visible(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{label}" width="{whole}" '
        f'height="{_px(y)}" viewBox="0 0 {whole} {_px(y)}">\n<title>{label}</title>\n<style>{style.css()}</style>\n'
        '<rect width="100%" height="100%" class="paper" fill="currentColor"/>\n'
        f'<g class="ink">{"".join(parts)}</g></svg>\n'
    )


def to_file(text: str, form: str) -> bytes:
    """The bytes of a file with an SVG document: `.svg`, or `.png` at two pixels for one.

    Raises:
        UsageError: for `.png` where no font is installed, or for any other form.
    """
    if form == ".svg":
        return text.encode()
    if form != ".png":
        raise UsageError(f"A chart is .svg or .png, not {form!r}.")
    import resvg_py

    probe = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'
    blank, letter = (bytes(resvg_py.svg_to_bytes(svg_string=probe.format(it))) for it in ("", '<text y="18">M</text>'))
    if blank == letter:
        raise UsageError("No font is installed, so a PNG would have no words: install one, or write to an .svg file.")
    return bytes(resvg_py.svg_to_bytes(svg_string=text, zoom=2))


# Words


def width_of(text: str, *, size: float = 12, bold: bool = False) -> float:
    """The most pixels that a text takes in the usual fonts; DejaVu Sans and Verdana are the widest of them."""
    return sum(map(_em, text)) * size * (1.1 if bold else 1.0)


def _em(sign: str) -> float:
    other = 1.05 if sign > "ÿ" else 0.79 if sign.isupper() else 0.64
    return next((size for signs, size in _EMS.items() if sign in signs), other)


_EMS = {"ijlftrIJ.,:;!'|()[]/- ": 0.41, "cksvxyz": 0.6, "mwMW@%…": 1.0, "×≥≤µ·–": 0.84}  # noqa: RUF001 - signs of ours
"""The widths of some signs by the size of the font; of signs beyond Latin, at most 1.05."""


def fitted(text: str, room: float, *, size: float = 12, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider."""
    if width_of(text, size=size, bold=bold) <= room:
        return text
    while text and width_of(f"{text}…", size=size, bold=bold) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


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
    top = _HEAD + (16.0 if panel.aside else 0.0)
    head = _text(0, 14, fitted(panel.title, width, size=13, bold=True), "bold")
    head += _text(0, 30, fitted(panel.aside, width, size=11), "small muted")
    if panel.rows:
        side, plot, y = _rows(panel, picture, width, top)
    else:
        side, plot, y = _upright(panel, picture, width, top)
    alike = [one for one in picture.panels if one.x_title == panel.x_title]
    x = _Scale(picture.x, *_limits(picture.x, alike, horizontal=True), plot.left, plot.right)
    for value, words in _ticks(x, tall=False):
        head += _rule(x(value), plot.top, x(value), plot.bottom)
        half = width_of(words, size=11) / 2
        head += _text(min(max(x(value), half), width - half), plot.bottom + 14, words, "small muted", "middle")
    body = "".join(
        [
            *(_guide(factor, name, x, y) for factor, name in picture.guides.items()),
            *(_line(line, x, y) for line in panel.lines),
            *(_line(Line([(at, y.low), (at, y.high)], look="dashed"), x, y) for at in [picture.x.origin] if at),
            *(_mark(mark, x, y, rows=bool(panel.rows)) for mark in panel.marks),
            *(_labels(panel.marks, x, y, plot)),
        ]
    )
    title = fitted(panel.x_title or picture.x.title, width - plot.left, size=11)
    foot = _text(plot.left, plot.bottom + 30, title, "small muted")
    under, over = ("", side) if panel.rows else (side, "")  # rules are under marks, words over them
    return f'<g class="ink">{head}{under}{body}{over}{foot}</g>', plot.bottom + 36


def _rows(panel: Panel, picture: Picture, width: float, top: float) -> tuple[str, Box, _Scale]:
    """The names and words of rows, beside the plot, or above each row where that would leave it too narrow."""
    marked = [(panel, {int(mark.y) for mark in panel.marks}) for panel in picture.panels]
    names = max((width_of(row.label) for one in picture.panels for row in one.rows), default=0)
    words = max((width_of(one.rows[k].words, size=11) for one, places in marked for k in places), default=0)
    beside = names + words + 16 <= 0.62 * width
    tall = _ROW if beside else 1.7 * _ROW
    plot = Box(names + 8, top, width - words - 10, top + tall * len(panel.rows) + 4)
    parts = []
    for place, row in enumerate(panel.rows):
        y = top + tall * place + (16 if beside else 13)
        known = any(mark.y == place for mark in panel.marks)
        room = width - (plot.left if beside else width_of(row.label)) - 8
        parts += [
            _text(0, y, fitted(row.label, names if beside else width - words - 8), "halo"),
            _text(
                width - 2,
                y,
                fitted(row.words, room, size=11),
                "small halo" if known else "small halo muted italic",
                "end",
            ),
        ]
    start = top + (2 if beside else 0.3 * _ROW)
    y_scale = _Scale(Axis("", base=0), -0.5, len(panel.rows) - 0.5, start, start + tall * len(panel.rows))
    return "".join(parts), plot if beside else plot._replace(left=6, right=width - 6), y_scale


def _upright(panel: Panel, picture: Picture, width: float, top: float) -> tuple[str, Box, _Scale]:
    """The y axis of a panel without rows."""
    assert picture.y is not None
    low, high = _limits(picture.y, picture.panels if picture.same_y else [panel], horizontal=False)
    plot = Box(0, top + 18, width - 8, top + 18 + _PLOT * (1.3 if width > NARROW else 1))
    y = _Scale(picture.y, low, high, plot.bottom, plot.top)
    names = _ticks(y, tall=True)
    plot = plot._replace(left=max((width_of(words, size=11) for _, words in names), default=0) + 8)
    parts = [_text(0, top + 12, fitted(picture.y.title, width, size=11), "small muted")]
    for value, words in names:
        parts += [_text(plot.left - 5, y(value) + 4, words, "small muted", "end")]
        parts += [_rule(plot.left, y(value), plot.right, y(value))]
    return "".join(parts), plot, y


def _limits(axis: Axis, panels: Sequence[Panel], *, horizontal: bool) -> tuple[float, float]:
    values = [0.9 * axis.origin, 2 * axis.origin] if axis.origin else []
    for panel in panels:
        values += [point[not horizontal] for line in panel.lines for point in line.points]
        values += [mark.x if horizontal else mark.y for mark in panel.marks]
        values += [end for mark in panel.marks if horizontal for end in mark.ends or ()]
    low, high = min(values), max(values)
    if axis.base:
        room = max((high / low) ** 0.05, 1.15)
        return low / room, high * room
    room = 0.07 * (high - low) or 0.02 * abs(high) or 1.0
    return low - room, high + room


def _ticks(scale: _Scale, *, tall: bool) -> list[tuple[float, str]]:
    """Three to nine ticks with their words, as far as there is room; those that the axis asks for, if any."""
    best: list[tuple[float, str]] = []
    for values in _choices(scale):
        shown = [(value, scale.axis.words(value)) for value in values]
        needs = [14.0 if tall else width_of(words, size=11) + 10 for _, words in shown]
        gaps = [abs(scale(two) - scale(one)) for one, two in pairwise(values)]
        clear = all(gap >= (one + two) / 2 for gap, (one, two) in zip(gaps, pairwise(needs), strict=True))
        if clear and len({words for _, words in shown}) == len(shown) > len(best) and len(shown) <= MAX_TICKS:
            best = shown
        if len(best) >= (2 if scale.axis.at else 3):
            break
    return best


def _choices(scale: _Scale) -> Iterable[list[float]]:
    """Lists of ticks, the most wanted first."""
    low, high, base = scale.low, scale.high, scale.axis.base
    if scale.axis.at:
        yield [value for value in scale.axis.at if low <= value <= high]
    if base:
        powers = range(math.floor(math.log(low, base)), math.ceil(math.log(high, base)) + 1)
        for every in (1, 2, 3, 4, 5, 10):
            yield [base**power for power in powers if power % every == 0 and low <= base**power <= high]
        for steps in ((1, 3), (1, 2, 5)):
            yield [value for power in powers for step in steps if low <= (value := step * base**power) <= high]
    unit = 10.0 ** math.floor(math.log10(high - low))
    for step in (unit, unit / 2, unit / 5, unit / 10):
        yield [round(k * step, 12) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


# Marks


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{_px(x1)} {_px(y1)}L{_px(x2)} {_px(y2)}" class="rule grid"/>'


def _guide(factor: float, name: str, x: _Scale, y: _Scale) -> str:
    """The part of y = factor * x that is in the plot, with its name where it leaves."""
    low, high = max(x.low, y.low / factor), min(x.high, y.high / factor)
    if low >= high:
        return ""
    half = width_of(name, size=11) / 2
    at = min(x(high), x.end - half), max(y(factor * high) + 12, y.end + 12)
    line = Line([(low, factor * low), (high, factor * high)], look="dashed")
    return _line(line, x, y) + _text(at[0] - half, at[1], name, "small muted halo", "middle")


def _line(line: Line, x: _Scale, y: _Scale) -> str:
    places = [f"{_px(x(one))} {_px(y(other))}" for one, other in line.points]
    path = "".join(f"M{place}h0" for place in places) if line.look == "cloud" else f"M{'L'.join(places)}"
    tip = f"<title>{_safe(line.tip)}</title>" if line.tip else ""
    look = f" {line.look}" if line.look != "solid" else ""
    return f'<path d="{path}" class="line{look} {line.colour}">{tip}</path>'


def _mark(mark: Mark, x: _Scale, y: _Scale, *, rows: bool) -> str:
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
    corners = "L".join(f"{_px(x + size * a)} {_px(y + size * b)}" for a, b in _POLYGONS[shape])
    return f'<path d="M{corners}z" class="{look}"/>'


def _labels(marks: Sequence[Mark], x: _Scale, y: _Scale, plot: Box) -> Iterable[str]:
    """The words of marks, each where it covers neither a mark nor other words, or else nowhere."""
    taken = [
        Box(x(mark.x) - mark.size, y(mark.y) - mark.size, x(mark.x) + mark.size, y(mark.y) + mark.size)
        for mark in marks
    ]
    for mark in marks:
        wide, at, level = width_of(mark.label, size=11), x(mark.x), y(mark.y)
        gap = mark.size + 3
        for left, top in (
            (at + gap, level - 7),
            (at - gap - wide, level - 7),
            (at - wide / 2, level - gap - 13),
            (at - wide / 2, level + gap),
            (at + gap, level - gap - 11),
            (at + gap, level + gap - 3),
        ):
            box = Box(left, top, left + wide, top + 13)
            if mark.label and box.within(plot) and not any(map(box.meets, taken)):
                taken.append(box)
                yield _text(left, top + 10.5, mark.label, "small halo")
                break
