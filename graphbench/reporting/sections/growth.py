"""How time grows with the graph, and from which size on an engine is worth it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from graphbench.records.model import Outcome
from graphbench.reporting.capacity import between_scales
from graphbench.reporting.case import Case, call_time, grouped, size
from graphbench.reporting.charts.marks import Axis, Line, Look, Mark, Panel, timed
from graphbench.reporting.document import Chart, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import FIRST_CALL, Measured, legend
from graphbench.reporting.numbers import NOTHING, compact, plain
from graphbench.reporting.power_law import TWINS, VARIOUS, PowerLaw, crossing, family, fit
from graphbench.reporting.wording import outcome
from graphbench.system.text import three

MAX_POINTS = 150
MIN_FACTOR = 1.9
"""Graphs that differ by less in their edges show no growth; those of one R-MAT series differ by about two."""
HOW = (
    "Lines are power laws, time = c x edges^b, fitted by least squares of logarithms to three or more sizes, the "
    "largest at least four times the smallest; an exponent b of 1 is linear in the edges. Each series of R-MAT graphs "
    "has separate lines; other graphs differ in more than size, so their line is only a tendency. Hollow points are "
    "first calls, those with a dashed edge time limits. Fitted first answers cross at the break-even size."
)
_TWINS = " Synthetic twins are pale and have separate lines."


def section(measured: Measured) -> Section | None:
    """A panel for each problem that was posed on several sizes, and the exponents of its lines; None without a line."""
    chart, fitted = picture(measured), exponents(measured)
    if chart is None or not fitted.rows:
        return None
    how = Text(HOW + (_TWINS if _has_twins(measured) else ""), quiet=True)
    return Section("Growth with size", f"{measured.key}growth", [how, chart, Fold("Exponents of the lines", [fitted])])


def _has_twins(measured: Measured) -> bool:
    return any(family(case.record.task.dataset) == TWINS for case in measured.cases)


def picture(measured: Measured) -> Chart | None:
    """The chart; None where no problem was posed on several sizes."""
    shown = [_panel(problem, cases) for problem, cases in _grown(measured).items() if _grows(cases)]
    if not shown:
        return None
    drawn = {mark.colour for panel in shown for mark in panel.marks}
    return Chart(
        name=f"{measured.key}growth",
        caption="Growth: time of a call against edges",
        panels=shown,
        x=Axis(f"edges, each counted once{' (pale: synthetic twins)' if _has_twins(measured) else ''}", compact),
        y=timed("time of one call"),
        key=[entry for entry in legend(measured.cases) if entry.colour in {*drawn, FIRST_CALL.colour}],
        same_y=True,
    )


def _grows(cases: Sequence[Case]) -> bool:
    """Whether an engine has times on graphs that differ enough in size to show growth."""
    engines = grouped((case for case in cases if case.call and case.edges), lambda case: case.label)
    sizes = ([case.edges for case in own] for own in engines.values())
    return any(max(own) >= MIN_FACTOR * min(own) for own in sizes)


def _panel(problem: str, cases: Sequence[Case]) -> Panel:
    marks: list[Mark] = []
    lines: list[Line] = []
    said: list[str] = []
    for (label, kind), own in _sorts(cases).items():
        known = [case for case in own if case.edges]
        if (law := fit(_times(known))) is not None:
            grows = f"{label} grows with exponent {law.exponent:.2f}"
            said.append(grows)
            ends = [(edges, law.at(edges)) for edges in (law.low, law.high)]
            lines.append(Line(ends, own[0].colour, tip=grows, look="faint" if kind == TWINS else "solid"))
        for case in known[:: -(-len(known) // MAX_POINTS) or 1]:
            limit = case.record.censored if case.record.outcome is Outcome.TIMEOUT else None
            if taken := case.call if limit is None else limit.after_s:
                words = call_time(case) if limit is None else outcome(case.record)
                tip = f"{label} {words} on {case.graph}, {size(case)}"
                look: Look = "bound" if limit is not None else "pale" if kind == TWINS else case.look
                marks.append(Mark(case.edges, taken, tip, case.colour, case.shape, look))
    return Panel(problem, marks=marks, lines=lines, says=", ".join(said) or "too few sizes")


def _grown(measured: Measured) -> dict[str, list[Case]]:
    """The cases of each problem, without the tries of a capacity search between two scales."""
    excluded = between_scales(measured)
    return {
        problem: [case for case in cases if case.record.id not in excluded]
        for problem, cases in measured.problems.items()
    }


def _sorts(cases: Sequence[Case]) -> dict[tuple[str, str], list[Case]]:
    """By engine and kind of graphs: a line is fitted to those of one series, to twins, or to all others."""
    known = grouped(cases, lambda case: (case.label, family(case.record.task.dataset)))
    return dict(sorted(known.items()))


class _Line(NamedTuple):
    """A line fitted to the times of one engine on one kind of graphs."""

    problem: str
    label: str
    kind: str
    law: PowerLaw
    rate: float
    break_even: str


def exponents(measured: Measured) -> Table[_Line]:
    """A row for each line that was fitted."""
    rows = []
    for problem, cases in _grown(measured).items():
        baseline = next((case.label for case in cases if case.engine == measured.baseline), "")
        sorts = _sorts(cases)
        for (label, kind), own in sorts.items():
            calls = _times(own)
            law = fit(calls)
            if law is None:
                continue
            most, taken = max(calls)
            whole, other = (fit(_times(sorts.get((one, kind), []), whole=True)) for one in (label, baseline))
            break_even = "" if label == baseline else _break_even(whole, other)
            rows.append(_Line(problem, label, plain(kind) or VARIOUS, law, most / taken, break_even))
    kinds = [Column[_Line]("graphs", lambda line: line.kind)] if any(line.kind != VARIOUS for line in rows) else []
    return Table(
        rows,
        [
            Column("problem", lambda line: line.problem),
            Column("engine", lambda line: line.label),
            *kinds,
            Column("exponent", lambda line: f"{line.law.exponent:.2f}", right=True),
            Column("95 % interval", lambda line: "[{:.2f}, {:.2f}]".format(*line.law.interval), right=True),
            Column("scatter", lambda line: f"{100 * line.law.residual:.0f} %", right=True),
            Column("edges", lambda line: f"{line.law.low:,.0f} to {line.law.high:,.0f}"),
            Column("sizes", lambda line: str(line.law.n), right=True),
            Column("edges/s at the largest", lambda line: three(line.rate), right=True),
            Column(f"break-even size vs {measured.baseline}", lambda line: line.break_even, optional=True),
        ],
    )


def _times(cases: Sequence[Case], *, whole: bool = False) -> list[tuple[float, float]]:
    """Edges and seconds of calls, or of whole first answers."""
    timed = ((case, case.record.phases.first_answer_s if whole else case.call) for case in cases)
    return [(float(case.edges), taken) for case, taken in timed if case.call is not None and taken is not None]


def _break_even(engine: PowerLaw | None, baseline: PowerLaw | None) -> str:
    """The size from which the engine's fitted first answer is shorter, within the sizes measured."""
    if engine is None or baseline is None:
        return NOTHING
    low, high = max(engine.low, baseline.low), min(engine.high, baseline.high)
    if engine.at(low) <= baseline.at(low) and engine.at(high) <= baseline.at(high):
        return f"faster at all sizes measured, from {low:,.0f}"
    if engine.at(low) > baseline.at(low) and engine.at(high) > baseline.at(high):
        edges = crossing(engine, baseline)
        beyond = f"; the fits would cross at {three(edges)}" if edges and high < edges < 1e3 * high else ""
        return f"slower at all sizes measured, up to {high:,.0f}{beyond}"
    edges = crossing(engine, baseline)
    return f"{three(edges)} edges" if edges else f"slower from {three(crossing(baseline, engine) or 0.0)} edges on"
