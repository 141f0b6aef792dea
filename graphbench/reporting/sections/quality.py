"""Heuristics: what time buys in quality, every trial of every engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from graphbench.records.model import Outcome
from graphbench.reporting.charts import drawing, points, style
from graphbench.reporting.document import Block, Chart, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import Case, Measured, by_graph, call_time, largest
from graphbench.reporting.numbers import plain, quantity
from graphbench.reporting.wording import slug

MAX_PANELS = 8


def section(measured: Measured, key: str) -> Section | None:
    """A panel for each graph; problems whose answers have no quality are left out."""
    blocks: list[Block] = []
    for problem, cases in measured.problems.items():
        own = [case for case in cases if case.record.quality and _points(case)]
        if own:
            chart = _chart(own, measured, f"{key}quality-{slug(problem)}", problem)
            blocks += [Text(problem, strong=True), chart, Fold(f"Numbers: {problem}", [_numbers(own)])]
    if not blocks:
        return None
    how = Text(
        "One point is one trial, each with a different seed: up is better, left is faster. graphbench recomputes the "
        "quality of every answer in float64.",
        quiet=True,
    )
    return Section("Time against quality", f"{key}quality", [how, *blocks])


def _points(case: Case) -> list[tuple[float, float]]:
    record = case.record
    if record.outcome is not Outcome.OK:
        return []
    return [pair for pair in zip(record.phases.call_s, record.trials.quality, strict=False) if pair[0] > 0]


def _chart(cases: Sequence[Case], measured: Measured, name: str, problem: str) -> Chart:
    measure = cases[0].record.quality
    graphs = list(by_graph(cases).items())[-MAX_PANELS:]
    panels = [
        points.Panel(plain(graph), [points.Series(case.label, _points(case)) for case in group])
        for graph, group in graphs
    ]
    alt = plain(
        f"{problem}, time against {measure}: "
        + "; ".join(f"{graph}: " + ", ".join(_alt(case) for case in group) for graph, group in graphs)
    )
    with style.style():
        axis = points.Axis(x="seconds of one warm call", y=measure, log_y=False)
        svg = drawing.to_svg(points.panels(panels, axis, measured.colours, measured.shapes), name, alt)
    return Chart(name=name, svg=svg, alt=alt, caption=f"{problem}: {measure} against time, all trials")


def _alt(case: Case) -> str:
    return f"{case.label} {quantity(median(case.record.trials.quality))} in {call_time(case)}"


def _numbers(cases: Sequence[Case]) -> Table[Case]:
    def quality(title: str, of: Callable[[Sequence[float]], float]) -> Column[Case]:
        return Column(title, lambda case: quantity(of(case.record.trials.quality)), right=True)

    return Table(
        largest(cases),
        [
            Column("graph", lambda case: case.graph),
            Column("engine", lambda case: case.label),
            Column("warm call", call_time, right=True),
            quality(f"{cases[0].record.quality}, median", median),
            quality("lowest", min),
            quality("highest", max),
            Column("trials", lambda case: str(len(case.record.trials.quality)), right=True),
        ],
    )
