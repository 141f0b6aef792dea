"""Bars in rows, one row for each engine under the name of its graph: speedups, and where the time goes.

Each row has its ratio beside the engine's name, so that a narrow screen shows it first, and ends in words: the other
totals, why it is unlike, or why there is no ratio. There is never a bare bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from graphbench.reporting.charts import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.4
"""The width of every chart in inches: that of a page of text."""
Look = Literal["like", "unlike", "bound"]
LEFT, RIGHT = 2.0, 1.55
LABEL, LABEL_ALONE = 24, 32
"""Letters that a row's label has room for: beside a value, and without one."""
ROW, HEAD = 0.185, 0.27
MARKS = {"◇": "first answer", "△": "whole script"}
"""The signs of the marks in words at the end of a row."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A speedup.

    Attributes:
        label: the engine.
        value: the ratio in words, beside the label.
        text: shown at the end of the row, or in place of the bar where a row has none.
        ratio: how many times faster; None: a gap, whose text says why.
        ends: of its interval or range.
        first_answer: the ratio of first answers, drawn as a diamond.
        whole_script: the ratio of whole scripts, drawn as a triangle.
        look: `like` is solid, `unlike` hatched, a bound is hollow.
        colour: of the engine.
    """

    label: str
    text: str
    value: str = ""
    ratio: float | None = None
    ends: tuple[float, float] | None = None
    first_answer: float | None = None
    whole_script: float | None = None
    look: Look = "like"
    colour: str = style.GREY


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Shares of a whole, in order: seconds of each phase; `value` is the whole in words, `text` what else to say."""

    label: str
    text: str
    value: str = ""
    parts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """A graph's heading and the rows under it."""

    heading: str
    rows: Sequence[Bar | Stack]


def marks(first_answer: str, whole_script: str) -> str:
    """The ratios of the other totals, each after the sign of its mark; those that are empty are left out."""
    found = [f"{sign} {text}" for sign, text in zip(MARKS, (first_answer, whole_script), strict=True) if text]
    return "  ".join(found)


def in_prose(text: str) -> str:
    """The same for a reader without the chart: the signs of marks become names."""
    for sign, name in MARKS.items():
        text = text.replace(f"{sign} ", f"{name} ").replace("  ", ", ")
    return text


def speedups(groups: Sequence[Rows], *, baseline: str) -> Figure:
    """Bars on a logarithmic axis, from 1 outward; marks are the ratios of the other totals."""
    figure, axes, places = _canvas(groups, below=0.62)
    axes.set_xscale("log")
    bars = [row for group in groups for row in group.rows if isinstance(row, Bar)]
    low, high = _limits(bars)
    axes.set_xlim(low, high)
    for bar, y in zip(bars, places, strict=True):
        if bar.ratio is None:
            continue
        looks: dict[str, dict[str, Any]] = {
            "like": {"facecolor": bar.colour},
            "unlike": {"facecolor": style.PAPER, "hatch": "//////"},
            "bound": {"facecolor": style.PAPER, "linestyle": (0, (3, 2))},
        }
        axes.barh(y, bar.ratio - 1, left=1, height=0.68 * ROW, edgecolor=bar.colour, linewidth=1, **looks[bar.look])
        if bar.ends is not None:
            axes.plot(bar.ends, (y, y), color=style.INK, linewidth=1.1, marker="|", markersize=4.5, zorder=3)
        for value, mark in ((bar.first_answer, "D"), (bar.whole_script, "^")):
            if value is not None:
                axes.plot(
                    [value], [y], marker=mark, markersize=4.2, color=style.PAPER, zorder=4,
                    markeredgecolor=style.INK, markeredgewidth=0.9,
                )  # fmt: skip
    axes.axvline(1, color=style.MUTED, linewidth=0.9, zorder=1)
    _ticks(axes, low, high)
    axes.set_xlabel(f"times as fast as {baseline} (logarithmic)")
    _key(figure, bars)
    return figure


def stacks(groups: Sequence[Rows]) -> Figure:
    """Phases one after another, each row to its own whole."""
    figure, axes, places = _canvas(groups, below=0.62)
    axes.set_xlim(0, 100)
    rows = [row for group in groups for row in group.rows if isinstance(row, Stack)]
    for stack, y in zip(rows, places, strict=True):
        whole, done = sum(stack.parts.values()), 0.0
        for phase, seconds in stack.parts.items():
            share = 100 * seconds / whole if whole else 0.0
            axes.barh(
                y,
                share,
                left=done,
                height=0.68 * ROW,
                facecolor=style.PHASES[phase],
                edgecolor=style.PAPER,
                linewidth=0.4,
            )
            if share >= 9:
                on = style.ON_PHASES.get(phase, style.ON_BRIGHT)
                axes.text(done + share / 2, y, phase, ha="center", va="center", fontsize=6.2, color=on)
            done += share
    axes.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
    axes.set_xlabel("share of read, build, first, one warm call and collect")
    from matplotlib.patches import Patch

    used = [phase for phase in style.PHASES if any(phase in row.parts for row in rows)]
    handles = [Patch(facecolor=style.PHASES[phase], label=phase) for phase in used]
    _legend(figure, handles)
    return figure


def _canvas(groups: Sequence[Rows], *, below: float) -> tuple[Figure, Axes, list[float]]:
    """A figure with all words in place, and where the rows are, in inches below the top of the axes."""
    from matplotlib.figure import Figure

    places: list[float] = []
    heads: list[float] = []
    y = 0.0
    for group in groups:
        heads.append(y + 0.62 * HEAD)
        y += HEAD
        for _ in group.rows:
            places.append(y + ROW / 2)
            y += ROW
        y += 0.06
    above = 0.06
    height = y + above + below
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((LEFT / WIDTH, below / height, (WIDTH - LEFT - RIGHT) / WIDTH, y / height))
    axes.set_ylim(y, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    words = axes.get_yaxis_transform()
    for group, head in zip(groups, heads, strict=True):
        axes.text(
            (0.05 - LEFT) / (WIDTH - LEFT - RIGHT), head, group.heading, transform=words, weight="bold", va="center",
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip
    rows = [row for group in groups for row in group.rows]
    for row, place in zip(rows, places, strict=True):
        left = (0.05 - LEFT) / (WIDTH - LEFT - RIGHT)
        axes.text(
            left,
            place,
            shortened(row.label, LABEL if row.value else LABEL_ALONE),
            transform=words,
            ha="left",
            va="center",
            fontsize=7.4,
        )
        axes.text(-0.025, place, row.value, transform=words, ha="right", va="center", fontsize=7.4, weight="bold")
        drawn = bool(row.parts) if isinstance(row, Stack) else row.ratio is not None
        if drawn:
            axes.text(1.02, place, shortened(row.text, 30), transform=words, ha="left", va="center", fontsize=6.9)
        else:
            axes.annotate(
                shortened(row.text, 72), (0.0 if isinstance(row, Stack) else 1.0, place), xytext=(5, 0),
                textcoords="offset points", ha="left", va="center", fontsize=6.9, style="italic", color=style.MUTED,
            )  # fmt: skip
    return figure, axes, places


def shortened(text: str, most: int) -> str:
    """The text, cut with an ellipsis where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _limits(bars: Sequence[Bar]) -> tuple[float, float]:
    values = [1.0]
    for bar in bars:
        values += [value for value in (bar.ratio, bar.first_answer, bar.whole_script, *(bar.ends or ())) if value]
    return min(0.7, 0.8 * min(values)), max(3.0, 1.3 * max(values))


def _ticks(axes: Axes, low: float, high: float) -> None:
    from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

    decades = [10.0**power for power in range(-9, 13) if low <= 10.0**power <= high]
    if len(decades) < 2:
        decades = [value for value in (0.1, 0.2, 0.5, 1, 2, 5, 10) if low <= value <= high]
    every = max(1, -(-len(decades) // 7))
    one = decades.index(1.0)
    decades = [value for place, value in enumerate(decades) if (place - one) % every == 0]
    axes.xaxis.set_major_locator(FixedLocator(decades))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticklabels([_factor(value) for value in decades])


def _factor(value: float) -> str:
    return f"{value:,.0f}×" if value >= 1 else f"{value:g}×"  # noqa: RUF001 - the sign for multiplication


def _key(figure: Figure, bars: Sequence[Bar]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = [bar for bar in bars if bar.ratio is not None]
    handles: list[Patch | Line2D] = []
    if any(bar.look == "like" for bar in shown):
        handles.append(Patch(facecolor=style.GREY, edgecolor=style.GREY, label="call, like"))
    if any(bar.look == "unlike" for bar in shown):
        handles.append(Patch(facecolor=style.PAPER, edgecolor=style.GREY, hatch="//////", label="call, unlike"))
    if any(bar.look == "bound" for bar in shown):
        handles.append(Patch(facecolor=style.PAPER, edgecolor=style.GREY, linestyle=(0, (3, 2)), label="bound"))
    if any(bar.ends for bar in shown):
        handles.append(Line2D([], [], color=style.INK, marker="|", linewidth=1.1, label="interval or range"))
    for name, mark, drawn in (
        ("first answer", "D", any(bar.first_answer for bar in shown)),
        ("whole script", "^", any(bar.whole_script for bar in shown)),
    ):
        if drawn:
            handles.append(
                Line2D([], [], linestyle="", marker=mark, markersize=4.2, color=style.PAPER,
                       markeredgecolor=style.INK, label=name)
            )  # fmt: skip
    _legend(figure, handles)


def _legend(figure: Figure, handles: Sequence[object]) -> None:
    if handles:
        figure.legend(
            handles=handles, loc="lower left", ncols=len(handles), fontsize=7.2, bbox_to_anchor=(0.0, 0.0),
            borderaxespad=0.2, columnspacing=1.4, handlelength=1.6, handletextpad=0.5,
        )  # fmt: skip
