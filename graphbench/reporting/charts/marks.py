"""What a chart is, before it is drawn: panels of marks and lines on two axes, one of which may be named rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from graphbench.reporting.numbers import memory, plain, ratio, seconds, short

Look = Literal["solid", "hatched", "hollow", "bound", "pale"]
"""How a mark is filled: what is unlike is hatched, a first call hollow, a bound hollow with a dashed edge."""


class Mark(msgspec.Struct, frozen=True):
    """A value.

    Attributes:
        x: where it is.
        y: the same; in a panel of rows, the number of its row.
        tip: what it is, in words; shown on hover.
        colour: a class of :mod:`graphbench.reporting.charts.style`.
        shape: `bar` begins at the origin, `tick` is a vertical line; else one of :data:`style.SHAPES`.
        look: how it is filled.
        size: the radius.
        ends: of its interval or range along x.
        label: words beside it, where there is room.
    """

    x: float
    y: float
    tip: str
    colour: str = "ink"
    shape: str = "dot"
    look: Look = "solid"
    size: float = 4.5
    ends: tuple[float, float] | None = None
    label: str = ""


class Line(msgspec.Struct, frozen=True):
    """Points that are joined, or a cloud of small dots."""

    points: Sequence[tuple[float, float]]
    colour: str = "muted"
    tip: str = ""
    look: Literal["solid", "dashed", "faint", "cloud"] = "solid"


class Row(msgspec.Struct, frozen=True):
    """A row's name, and the words at its end; without marks the words take their place."""

    label: str
    words: str = ""


class Axis(msgspec.Struct, frozen=True):
    """An axis.

    Attributes:
        title: what is on it.
        words: makes the text of a tick.
        base: of the logarithm; 0: linear.
        at: where the ticks are; empty: where they fall.
        origin: a value that is on it and has a line; bars begin there.
    """

    title: str
    words: Callable[[float], str] = "{:g}".format
    base: float = 10.0
    at: Sequence[float] = ()
    origin: float | None = None


def timed(title: str = "time") -> Axis:
    """An axis of durations."""
    return Axis(title, lambda value: short(seconds(value)))


def factors(title: str = "") -> Axis:
    """An axis of ratios, on which 1 is."""
    return Axis(title, lambda value: short(ratio(value)), origin=1.0)


def sized(title: str) -> Axis:
    """An axis of amounts of memory."""
    return Axis(title, lambda value: short(memory(int(value))), base=2)


class Panel(msgspec.Struct, frozen=True):
    """A pair of axes.

    Attributes:
        title: its heading.
        aside: a line under it.
        rows: the names of its rows, from the top; empty: y is an axis.
        x_title: of its own axis, in place of the chart's; panels with the same have the same limits.
        says: what it shows, in words; empty: the tips of its marks.
    """

    title: str
    aside: str = ""
    marks: Sequence[Mark] = ()
    lines: Sequence[Line] = ()
    rows: Sequence[Row] = ()
    x_title: str = ""
    says: str = ""


class Key(msgspec.Struct, frozen=True):
    """An entry of the legend."""

    label: str
    colour: str = "muted"
    shape: str = "dot"
    look: Look = "solid"


class Picture(msgspec.Struct, frozen=True):
    """Panels of one kind.

    Attributes:
        y: None in pictures of rows.
        guides: factors k for which a line y = k x is drawn, with their names.
        same_y: the panels share the limits of y.
        columns: at most so many of panels side by side.
    """

    panels: Sequence[Panel]
    x: Axis
    y: Axis | None = None
    key: Sequence[Key] = ()
    guides: Mapping[float, str] = {}
    same_y: bool = False
    columns: int = 3


def alternative(picture: Picture) -> str:
    """What a picture shows, for those who cannot see it."""
    return plain("; ".join(f"{panel.title}: {panel.says or _said(panel)}" for panel in picture.panels))


def _said(panel: Panel) -> str:
    gaps = {place: f"{row.label} {row.words}" for place, row in enumerate(panel.rows)}
    for mark in panel.marks:
        gaps.pop(int(mark.y), None)
    return ", ".join([*(mark.tip for mark in panel.marks), *gaps.values()])
