"""Points in panels, on logarithmic axes: time against quality, time against edges, memory against the edge list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphbench.reporting.charts import style
from graphbench.reporting.charts.bars import WIDTH, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_LONG = 24
"""Letters of a label that fit into four columns of the legend."""


@dataclass(frozen=True)
class Series:
    """Points of one engine: pairs of x and y; `line` are the ends of a fitted line; hollow points are bounds.

    Pale points and lines are another kind of the same engine's.
    """

    label: str
    points: Sequence[tuple[float, float]]
    line: Sequence[tuple[float, float]] = ()
    hollow: Sequence[tuple[float, float]] = ()
    pale: bool = False


@dataclass(frozen=True)
class Panel:
    """One pair of axes."""

    title: str
    series: Sequence[Series] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """What an axis is.

    Attributes:
        guides: factors k for which a line y = k x is drawn, with their names.
        at: where the ticks of x are; empty: where they fall.
    """

    x: str
    y: str
    log_y: bool = True
    guides: Mapping[float, str] = field(default_factory=dict)
    at: Sequence[float] = ()


def panels(shown: Sequence[Panel], axis: Axis, colours: Mapping[str, str], shapes: Mapping[str, str]) -> Figure:
    """Small multiples in two columns with one legend; shapes distinguish series as well as colours do."""
    from matplotlib.figure import Figure

    columns = min(2, len(shown))
    rows = -(-len(shown) // columns)
    labels = sorted({series.label for panel in shown for series in panel.series})
    lines = -(-len(labels) // _columns(labels))
    legend = 0.12 + 0.19 * lines
    height = 2.15 * rows + legend
    figure = Figure(figsize=(WIDTH, height))
    wide = (WIDTH - 0.1) / columns
    for place, panel in enumerate(shown):
        left = 0.1 + wide * (place % columns) + 0.62
        bottom = height - 2.15 * (place // columns + 1) + 0.48
        axes = figure.add_axes((left / WIDTH, bottom / height, (wide - 0.78) / WIDTH, 1.4 / height))
        _panel(axes, panel, axis, colours, shapes)
        if place % columns:
            axes.set_ylabel("")
    _legend(figure, labels, colours, shapes)
    return figure


def _panel(axes: Axes, panel: Panel, axis: Axis, colours: Mapping[str, str], shapes: Mapping[str, str]) -> None:
    axes.set_title(shortened(panel.title, 44), pad=5)
    axes.set_xscale("log")
    if axis.log_y:
        axes.set_yscale("log")
    axes.grid(True)
    axes.set_xlabel(axis.x)
    axes.set_ylabel(axis.y)
    for series in panel.series:
        colour, shape = colours[series.label], shapes[series.label]
        common: dict[str, Any] = {
            "linestyle": "", "marker": shape, "markersize": 4.6, "markeredgewidth": 0.7,
            "alpha": 0.4 if series.pale else 1.0,
        }  # fmt: skip
        if series.line:
            axes.plot(*zip(*series.line, strict=True), color=colour, linewidth=1.0, alpha=0.3 if series.pale else 0.75)
        if series.points:
            axes.plot(*zip(*series.points, strict=True), color=colour, markeredgecolor=style.PAPER, **common)
        if series.hollow:
            axes.plot(*zip(*series.hollow, strict=True), color=style.PAPER, markeredgecolor=colour, **common)
    _extent(axes, panel, log_y=axis.log_y)
    for factor, name in axis.guides.items():
        ends = axes.get_xlim()
        axes.plot(
            ends, [factor * end for end in ends], color=style.MUTED, linewidth=0.7, linestyle=(0, (2, 2)), zorder=1
        )
        low, high = axes.get_ylim()
        leaves = min(ends[1], high / factor)
        if leaves > ends[0] and leaves * factor > low:
            axes.annotate(
                name, (leaves, factor * leaves), xytext=(-9, -4), textcoords="offset points", ha="right", va="top",
                fontsize=6.6, color=style.MUTED, bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
    _ticks(axes, log_y=axis.log_y)
    if axis.at:
        axes.set_xticks(list(axis.at), [f"{place:g}" for place in axis.at], minor=False)
        axes.set_xticks([], minor=True)


def _extent(axes: Axes, panel: Panel, *, log_y: bool) -> None:
    """Some room around all points; set by hand, so that it depends on nothing but them."""
    points = [point for series in panel.series for point in (*series.points, *series.hollow)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    axes.set_xlim(min(xs) / 1.6, max(xs) * 1.6)
    if log_y:
        axes.set_ylim(min(ys) / 2, max(ys) * 2)
    else:
        room = 0.12 * (max(ys) - min(ys)) or 0.02
        axes.set_ylim(min(ys) - room, max(ys) + room)


def _ticks(axes: Axes, *, log_y: bool) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    for axis in (axes.xaxis, axes.yaxis):
        if axis is axes.yaxis and not log_y:
            axis.set_major_locator(MaxNLocator(5))
            continue
        low, high = axis.get_view_interval()
        narrow = high / low < 30
        axis.set_major_locator(LogLocator(numticks=6, subs=(1.0, 2.0, 5.0) if narrow else (1.0,)))
        axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(FuncFormatter(_plainly if narrow else _power))


def _plainly(value: float, _: object = None) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if unit == 'k' else size):g}{unit}"
    return f"{value:g}"


def _power(value: float, _: object = None) -> str:
    digits = "⁰¹²³⁴⁵⁶⁷⁸⁹"
    power = round(math.log10(value))
    if -3 <= power <= 3:
        return f"{10.0**power:,.0f}" if power >= 0 else f"{10.0**power:g}"
    sign = "⁻" if power < 0 else ""
    return "10" + sign + "".join(digits[int(digit)] for digit in str(abs(power)))


def _columns(labels: Sequence[str]) -> int:
    """Of the legend: four, fewer where a label is long or there are not as many."""
    return min(3 if max(map(len, labels), default=0) > _LONG else 4, max(len(labels), 1))


def _legend(figure: Figure, labels: Sequence[str], colours: Mapping[str, str], shapes: Mapping[str, str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], linestyle="", marker=shapes[label], markersize=5, color=colours[label],
               markeredgecolor=style.PAPER, markeredgewidth=0.7, label=shortened(label, 40))
        for label in labels
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="lower center", ncols=_columns(labels), fontsize=7.4, borderaxespad=0.3,
        handletextpad=0.2, columnspacing=1.6,
    )  # fmt: skip
