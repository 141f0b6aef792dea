"""Where everything of a panel is, in pixels: plot, scales, ticks, names of rows, labels. Both renderers use it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from graphbench.reporting.charts.marks import Axis, Line, Panel, Picture

NARROW, GAP = 420, 24
"""The width of a panel, and what is between two."""
_ROW, _HEAD, _PLOT = 23, 20, 200
MAX_TICKS = 9
_STEP = 6.0
POLYGONS = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "up": ((0, -1.2), (1.15, 0.85), (-1.15, 0.85)),
    "down": ((0, 1.2), (1.15, -0.85), (-1.15, -0.85)),
    "plus": ((-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
             (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)),
    "cross": ((0, -0.6), (0.6, -1.2), (1.2, -0.6), (0.6, 0), (1.2, 0.6), (0.6, 1.2),
              (0, 0.6), (-0.6, 1.2), (-1.2, 0.6), (-0.6, 0), (-1.2, -0.6), (-0.6, -1.2)),
}  # fmt: skip
"""Corners of marks by their size, y downwards."""


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


class Scale(NamedTuple):
    """Values of an axis to pixels."""

    axis: Axis
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        low, high = self._along(self.low), self._along(self.high)
        return self.start + (self.end - self.start) * (self._along(value) - low) / (high - low)

    def _along(self, value: float) -> float:
        return math.log10(value) if self.axis.base else value

    def ticks(self, *, tall: bool = False) -> list[tuple[float, str]]:
        """The ticks with their words."""
        return _ticks(self, tall=tall)


class Layout(NamedTuple):
    """A panel.

    Attributes:
        plot: where marks are.
        beside: the names of rows are at the left of the plot, else above each row.
        names: the room of the name of a row.
        row: the height of one.
    """

    plot: Box
    x: Scale
    y: Scale
    beside: bool = True
    names: float = 0.0
    row: float = 0.0

    @property
    def height(self) -> float:
        """Of the panel, from its heading to the title of its x axis."""
        return self.plot.bottom + 36

    def baseline(self, place: int) -> float:
        """Where the words of a row are."""
        return self.plot.top + self.row * place + (16 if self.beside else 13)


def arrange(panel: Panel, picture: Picture, width: float) -> Layout:
    """The layout of a panel of that width."""
    top = _HEAD + (16.0 if panel.aside else 0.0)
    layout = _rows(panel, picture, width, top) if panel.rows else _upright(panel, picture, width, top)
    alike = [one for one in picture.panels if one.x_title == panel.x_title]
    limits = _limits(picture.x, alike, horizontal=True)
    return layout._replace(x=Scale(picture.x, *limits, layout.plot.left, layout.plot.right))


def _rows(panel: Panel, picture: Picture, width: float, top: float) -> Layout:
    marked = [(panel, {int(mark.y) for mark in panel.marks}) for panel in picture.panels]
    names = max((width_of(row.label) for one in picture.panels for row in one.rows), default=0)
    words = max((width_of(one.rows[k].words, size=11) for one, places in marked for k in places), default=0)
    beside = names + words + 16 <= 0.62 * width
    tall = _ROW if beside else 1.7 * _ROW
    plot = Box(names + 8, top, width - words - 10, top + tall * len(panel.rows) + 4)
    start = top + (2 if beside else 0.3 * _ROW)
    y = Scale(Axis("", base=0), -0.5, len(panel.rows) - 0.5, start, start + tall * len(panel.rows))
    if not beside:
        plot, names = plot._replace(left=6, right=width - 6), width - words - 8
    return Layout(plot, y, y, beside, names, tall)


def _upright(panel: Panel, picture: Picture, width: float, top: float) -> Layout:
    assert picture.y is not None
    low, high = _limits(picture.y, picture.panels if picture.same_y else [panel], horizontal=False)
    plot = Box(0, top + 18, width - 8, top + 18 + _PLOT * (1.3 if width > NARROW else 1))
    y = Scale(picture.y, low, high, plot.bottom, plot.top)
    left = max((width_of(words, size=11) for _, words in y.ticks(tall=True)), default=0) + 8
    return Layout(plot._replace(left=left), y, y)


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


def _ticks(scale: Scale, *, tall: bool) -> list[tuple[float, str]]:
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


def _choices(scale: Scale) -> Iterable[list[float]]:
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


def guides(picture: Picture, x: Scale, y: Scale) -> Iterable[tuple[Line, str, tuple[float, float]]]:
    """The part of each y = factor * x that is in the plot, and its name with its middle, where it leaves."""
    for factor, name in picture.guides.items():
        low, high = max(x.low, y.low / factor), min(x.high, y.high / factor)
        if low < high:
            half = width_of(name, size=11) / 2
            at = min(x(high), x.end - half) - half, max(y(factor * high) + 12, y.end + 12)
            yield Line([(low, factor * low), (high, factor * high)], look="dashed"), name, at


def labels(panel: Panel, layout: Layout) -> Iterable[tuple[str, Box]]:
    """The words of marks, each where it covers neither a mark nor other words, and no line if possible; or nowhere."""
    plot, x, y = layout.plot, layout.x, layout.y
    taken = [
        Box(x(mark.x) - mark.size, y(mark.y) - mark.size, x(mark.x) + mark.size, y(mark.y) + mark.size)
        for mark in panel.marks
    ]
    named = [mark for mark in panel.marks if mark.label]
    lines = [*_along(panel.lines, layout)] if named else []
    for mark in named:
        wide, at, level = width_of(mark.label, size=11), x(mark.x), y(mark.y)
        gap = mark.size + 3
        places = (
            (at + gap, level - 7),
            (at - gap - wide, level - 7),
            (at - wide / 2, level - gap - 13),
            (at - wide / 2, level + gap),
            (at + gap, level - gap - 11),
            (at + gap, level + gap - 3),
        )
        boxes = [Box(left, top, left + wide, top + 13) for left, top in places]
        free = [box for box in boxes if box.within(plot) and not any(map(box.meets, taken))]
        best = next((box for box in free if not any(map(box.meets, lines))), free[0] if free else None)
        if best is not None:
            taken.append(best)
            yield mark.label, best


def _along(lines: Sequence[Line], layout: Layout) -> Iterable[Box]:
    """Where lines run: small boxes, some pixels apart."""
    for line in lines:
        pixels = [(layout.x(x), layout.y(y)) for x, y in line.points]
        for (left, top), (right, bottom) in pairwise(pixels):
            steps = 1 + int(math.hypot(right - left, bottom - top) / _STEP)
            for step in range(steps + 1):
                x, y = left + (right - left) * step / steps, top + (bottom - top) * step / steps
                yield Box(x - 1, y - 1, x + 1, y + 1)


def width_of(text: str, *, size: float = 12, bold: bool = False) -> float:
    """The most pixels that a text takes in the usual fonts; DejaVu Sans and Verdana are the widest of them."""
    return sum(map(_em, text)) * size * (1.1 if bold else 1.0)


@cache
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
