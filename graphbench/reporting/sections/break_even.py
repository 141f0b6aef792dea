"""After how many calls on one graph a GPU engine breaks even."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from graphbench.records.break_even import Runs, fixed_cost
from graphbench.records.comparison import Comparison
from graphbench.records.times import warm_or_first_call
from graphbench.reporting import means
from graphbench.reporting.charts.marks import Axis, Line, Mark, Panel, Picture, timed
from graphbench.reporting.document import Chart, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import Case, Measured, call_time, largest, legend
from graphbench.reporting.numbers import seconds
from graphbench.system.text import count


def section(measured: Measured, key: str) -> Section | None:
    """A chart of seconds against calls, and tables of calls, against the baseline and the best CPU engine."""
    cases = [
        case
        for own in measured.problems.values()
        for case in largest(own)
        if case.record.device == "gpu" and (_runs(case.main) or _runs(case.hardest))
    ]
    if not cases:
        return None
    table = Table(
        cases,
        [
            Column("problem", lambda case: case.problem),
            Column("graph", lambda case: case.graph),
            Column("engine", lambda case: case.label),
            Column("fixed cost", lambda case: seconds(fixed_cost(case.record)), right=True),
            Column("warm call", call_time, right=True),
            Column(f"calls vs {measured.baseline}", lambda case: _runs(case.main), right=True),
            Column("calls vs best CPU", lambda case: _runs(case.hardest), right=True),
            Column("best CPU", lambda case: case.hardest.baseline if case.hardest else ""),
        ],
    )
    how = Text(
        "N calls on one graph cost start + read + build + first call + (N - 1) warm calls. Break-even is the smallest "
        "N at which the GPU engine costs no more than the other engine; 1 is at once. Of the CPU engines that are best "
        "by warm call and best by first answer, the one with the larger N counts.",
        quiet=True,
    )
    chart = break_even_chart(measured, name=f"{key}break-even")
    folds = [
        Fold("Every GPU engine, over the graphs", [_overview(measured)]),
        Fold(f"Graph by graph ({len(cases)})", [table]),
    ]
    return Section("Break-even", f"{key}break-even", [how, *([chart] if chart else []), *folds])


def break_even_chart(measured: Measured, *, name: str) -> Chart | None:
    """Of each problem, what calls of one GPU engine cost on the largest graph, and of the CPU engines beside it."""
    lead = means.leader(measured)
    shown = {
        problem: max(known, key=lambda case: (case.label == lead, case.edges, case.label))
        for problem, cases in measured.problems.items()
        if (known := [case for case in cases if _runs(case.main) or _runs(case.hardest)])
    }
    if not shown:
        return None
    numbers = [number for case in shown.values() for number in _against(case).values() if isinstance(number, int)]
    last = 10.0 ** math.ceil(math.log10(2 * max([50, *numbers])))
    panels = [_panel(problem, case, measured, last) for problem, case in shown.items()]
    labels = {line.tip.partition(":")[0] for panel in panels for line in panel.lines}
    return Chart(
        name=name,
        caption="Seconds of a number of calls on one graph, start and build included; circles: the GPU pays off",
        picture=Picture(
            panels=panels,
            x=Axis("calls on one graph", "{:,.0f}".format),
            y=timed("seconds in all"),
            key=[replace(key, shape="line") for key in legend(measured.cases, measured) if key.label in labels],
        ),
    )


def _against(case: Case) -> dict[str, Runs]:
    """After how many calls an engine has cost no more than another, by the id of the other's record."""
    return {
        comparison.baseline_record: comparison.break_even_runs
        for comparison in case.comparisons
        if comparison and comparison.baseline_record and comparison.break_even_runs is not None
    }


def _panel(problem: str, case: Case, measured: Measured, last: float) -> Panel:
    against = _against(case)
    others = {other.record.id: other for other in measured.problems[problem] if other.record.id in against}
    lines = [line for one in (case, *others.values()) if (line := _line(one, last, measured)) is not None]
    marks, words = [], []
    for id_, other in others.items():
        number = against[id_]
        words.append(f"{number if isinstance(number, str) else count(number, 'call')} vs {other.label}")
        if isinstance(number, int) and (spent := _spent(case, number)) is not None:
            tip = f"{case.label} has cost no more than {other.label} after {count(number, 'call')}"
            colour = measured.colours[case.label]
            marks.append(Mark(number, spent, tip, colour=colour, look="hollow", label=count(number, "call")))
    title = f"{problem}, {case.label}"
    return Panel(
        title=title, aside=f"{case.graph}: {', '.join(words)}", lines=lines, marks=marks, says=", ".join(words)
    )


def _line(case: Case, last: float, measured: Measured) -> Line | None:
    numbers = [last ** (place / 40) for place in range(41)]
    points = [(number, spent) for number in numbers if (spent := _spent(case, number)) is not None]
    tip = f"{case.label}: {seconds(_spent(case, 1))} for the first answer, then {call_time(case)} each"
    return Line(points, colour=measured.colours[case.label], tip=tip) if points else None


def _spent(case: Case, calls: float) -> float | None:
    """Seconds of a number of calls on one graph."""
    cost, call = fixed_cost(case.record), warm_or_first_call(case.record)
    return None if cost is None or call is None else cost + (calls - 1) * call


class _Runs(NamedTuple):
    """The break-even calls of one engine on the graphs of one problem, against the baseline and the best CPU engine."""

    problem: str
    label: str
    graphs: int
    main: list[Runs]
    best: list[Runs]


def _overview(measured: Measured) -> Table[_Runs]:
    """Of each problem and engine, over its graphs: how often at once, how many calls else, how often never."""
    rows = []
    for problem, cases in measured.problems.items():
        for label in sorted({case.label for case in cases if case.record.device == "gpu"}):
            own = [case for case in cases if case.label == label]
            main, best = (
                [
                    comparison.break_even_runs
                    for comparison in found
                    if comparison is not None and comparison.break_even_runs is not None
                ]
                for found in ([case.main for case in own], [case.hardest for case in own])
            )
            if main or best:
                rows.append(_Runs(problem, label, len(own), main, best))
    return Table(
        rows,
        [
            Column("problem", lambda row: row.problem),
            Column("engine", lambda row: row.label),
            Column("graphs", lambda row: str(row.graphs), right=True),
            Column(f"calls vs {measured.baseline}", lambda row: _spread(row.main)),
            Column("calls vs best CPU", lambda row: _spread(row.best)),
        ],
    )


def _spread(runs: Sequence[Runs]) -> str:
    """`1 to 12 (5 at once, 1 never)`."""
    known = sorted(number for number in runs if not isinstance(number, str))
    never, once = len(runs) - len(known), known.count(1)
    if not known:
        return "never" if runs else ""
    words = f"{known[0]:,}" if known[0] == known[-1] else f"{known[0]:,} to {known[-1]:,}"
    aside = [f"{number} {what}" for number, what in ((once, "at once"), (never, "never")) if number]
    return f"{words} ({', '.join(aside)})" if aside and len(runs) > 1 else words


def _runs(comparison: Comparison | None) -> str:
    if comparison is None or comparison.break_even_runs is None:
        return ""
    runs = comparison.break_even_runs
    return runs if isinstance(runs, str) else f"{runs:,}"
