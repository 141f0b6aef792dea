"""After how many calls on one graph a GPU engine breaks even."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from graphbench.records.break_even import BreakEven, fixed_cost
from graphbench.records.times import warm_or_first_call
from graphbench.reporting import means
from graphbench.reporting.case import Case, call_time, pays_off_from
from graphbench.reporting.charts.marks import Axis, Line, Mark, Panel, timed
from graphbench.reporting.document import Chart, Section, Text
from graphbench.reporting.measured import Measured, legend
from graphbench.reporting.numbers import seconds
from graphbench.reporting.sections.every_record import link
from graphbench.system.text import count


def section(measured: Measured) -> Section | None:
    """A chart of seconds against calls; the calls on every graph are in the table of every record."""
    chart = break_even_chart(measured)
    if chart is None:
        return None
    how = Text(
        "N calls on one graph cost start + read + build + first call + (N - 1) warm calls. Break-even is the smallest "
        "N at which the GPU engine costs no more; 1 is at once. It is not known where no difference was found between "
        "warm calls. Of the best CPU libraries by each total, the one with the largest N counts.",
        quiet=True,
    )
    columns = "warm call", f"pays off vs {measured.baseline}", "pays off vs best CPU"
    return Section(
        "Break-even", f"{measured.key}break-even", [how, chart, link("Every engine and graph", measured, *columns)]
    )


def break_even_chart(measured: Measured) -> Chart | None:
    """Of each problem, what calls of one GPU engine cost on the largest graph, and of the CPU engines beside it."""
    lead = means.leader(measured)
    shown = {
        problem: max(known, key=lambda case: (case.label == lead, case.edges, case.label))
        for problem, cases in measured.problems.items()
        if (known := [case for case in cases if case.record.device == "gpu" and _against(case)])
    }
    if not shown:
        return None
    numbers = [number for case in shown.values() for number in _against(case).values() if isinstance(number, int)]
    last = 10.0 ** math.ceil(math.log10(2 * max([50, *numbers])))
    panels = [_panel(problem, case, measured, last) for problem, case in shown.items()]
    labels = {line.tip.partition(":")[0] for panel in panels for line in panel.lines}
    return Chart(
        name=f"{measured.key}break-even",
        caption="Seconds of a number of calls on one graph, start and build included; circles: the GPU "
        "pays off; dashed: only a first call was timed",
        panels=panels,
        x=Axis("calls on one graph", "{:,.0f}".format),
        y=timed("seconds in all"),
        key=[msgspec.structs.replace(key, shape="line") for key in legend(measured.cases) if key.label in labels],
    )


def _against(case: Case) -> dict[str, BreakEven]:
    """After how many calls an engine has cost no more than another, by the id of the other's record."""
    return {
        one.baseline_record: runs
        for one in case.comparisons
        if one and one.baseline_record and (runs := pays_off_from(one)) is not None
    }


def _panel(problem: str, case: Case, measured: Measured, last: float) -> Panel:
    against = _against(case)
    others = {other.record.id: other for other in measured.problems[problem] if other.record.id in against}
    lines = [line for one in (case, *others.values()) if (line := _line(one, last)) is not None]
    marks, words = [], []
    for id_, other in others.items():
        number = against[id_]
        words.append(f"{number if isinstance(number, str) else count(number, 'call')} vs {other.label}")
        if isinstance(number, int) and (spent := _spent(case, number)) is not None:
            tip = f"{case.label} has cost no more than {other.label} after {count(number, 'call')}"
            marks.append(Mark(number, spent, tip, case.colour, look="hollow", label=count(number, "call")))
    title = f"{problem}, {case.label}"
    return Panel(
        title=title, aside=f"{case.graph}: {', '.join(words)}", lines=lines, marks=marks, says=", ".join(words)
    )


def _line(case: Case, last: float) -> Line | None:
    numbers = [last ** (place / 40) for place in range(41)]
    points = [(number, spent) for number in numbers if (spent := _spent(case, number)) is not None]
    tip = f"{case.label}: {seconds(_spent(case, 1))} for the first answer, then {call_time(case)} each"
    look: Literal["dashed", "solid"] = "dashed" if case.first_only else "solid"
    return Line(points, colour=case.colour, tip=tip, look=look) if points else None


def _spent(case: Case, calls: float) -> float | None:
    """Seconds of a number of calls on one graph."""
    cost, call = fixed_cost(case.record), warm_or_first_call(case.record)
    return None if cost is None or call is None else cost + (calls - 1) * call
