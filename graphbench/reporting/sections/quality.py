"""Heuristics: what time buys in quality, every trial of every engine."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import msgspec

from graphbench.records.model import Outcome
from graphbench.reporting.case import Case, call_time
from graphbench.reporting.charts.marks import Axis, Line, Mark, Panel, timed
from graphbench.reporting.document import Block, Chart, Section, Text
from graphbench.reporting.measured import Measured, by_graph, legend
from graphbench.reporting.numbers import quantity
from graphbench.reporting.sections.every_record import link
from graphbench.reporting.wording import slug

MAX_PANELS = 8


def section(measured: Measured) -> Section | None:
    """A panel for each graph with several engines; problems whose answers have no quality are left out."""
    blocks: list[Block] = []
    for problem, cases in measured.problems.items():
        own = [case for case in cases if case.record.quality and _trials(case)]
        graphs = [(graph, group) for graph, group in by_graph(own).items() if len(group) > 1]
        if graphs:
            chart = _chart(graphs[-MAX_PANELS:], f"{measured.key}quality-{slug(problem)}", problem)
            numbers = link(f"Numbers of {problem}", measured, "warm call", "n", "quality", problem=problem)
            blocks += [Text(problem, strong=True), chart, numbers]
    if not blocks:
        return None
    how = Text(
        "A mark is the median of an engine; a small dot is one trial, each with its own seed. An engine below the line "
        "is slower than another whose answers are as good. graphbench recomputes every quality in float64.",
        quiet=True,
    )
    return Section("Time against quality", f"{measured.key}quality", [how, *blocks])


def _trials(case: Case) -> list[tuple[float, float]]:
    """Seconds and quality of each trial."""
    record = case.record
    if record.outcome is not Outcome.OK:
        return []
    return [pair for pair in zip(record.phases.call_s, record.trials.quality, strict=False) if pair[0] > 0]


def _chart(graphs: Sequence[tuple[str, Sequence[Case]]], name: str, problem: str) -> Chart:
    cases = [case for _, group in graphs for case in group]
    measure = cases[0].record.quality
    return Chart(
        name=name,
        caption=f"{problem}: {measure} against time; the line joins those that no other beats in both",
        panels=[_panel(graph, group) for graph, group in graphs],
        x=timed("time of one call; left is faster"),
        y=Axis(f"{measure}; up is better", "{:.6g}".format, base=0),
        key=legend(cases),
    )


def _panel(graph: str, cases: Sequence[Case]) -> Panel:
    lines, marks = [], []
    for case in cases:
        trials = _trials(case)
        x, y = (median(values) for values in zip(*trials, strict=True))
        tip, words = f"{case.label} {quantity(y)} in {call_time(case)}", ", first call" if case.first_only else ""
        lines.append(Line(trials, case.colour, look="cloud"))
        marks.append(Mark(x, y, tip, case.colour, case.shape, case.look, label=f"{case.label}{words}"))
    front = pareto(marks)
    named = [mark if mark in front else msgspec.structs.replace(mark, label="") for mark in marks]
    stairs = [(front[0].x, front[0].y)]
    for mark in front[1:]:
        stairs += [(mark.x, stairs[-1][1]), (mark.x, mark.y)]
    return Panel(graph, marks=named, lines=[*lines, Line(stairs)])


def pareto(marks: Sequence[Mark]) -> list[Mark]:
    """Those that no other beats in both time and quality, the fastest first."""
    front: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.x, -mark.y)):
        if not front or mark.y > front[-1].y:
            front.append(mark)
    return front
