"""How far from the memory's limit: the least share of a plain copy's speed that calls reach, against the graph."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.records import limit
from graphbench.reporting.case import Case
from graphbench.reporting.charts.marks import Axis, Key, Look, Mark, Panel, sized
from graphbench.reporting.document import Chart, Section, Text
from graphbench.reporting.measured import Measured, legend
from graphbench.system.text import three

_CACHED = Key("hollow: the graph fits in the cache", look="hollow")


def section(measured: Measured) -> Section | None:
    """A panel for each problem with a bound."""
    known = [case for case in measured.cases if case.answered and limit.share(case.record)]
    problems = sorted({case.record.task.algorithm for case in known})
    panels = [
        Panel(problem, marks=_marks([case for case in known if case.record.task.algorithm == problem]))
        for problem in problems
    ]
    if not panels:
        return None
    how = (
        "A call must at least read each stored entry of the graph and each vertex's value once. The chart shows these "
        "bytes over the time of a call, as a share of what a plain copy moves in that time: the call reaches at least "
        "this much of the memory's speed. Where the graph fits in the last cache, memory sets no limit."
    )
    cached = [_CACHED] if any(limit.fits_in_cache(case.record) for case in known) else []
    chart = Chart(
        name=f"{measured.key}limit",
        caption="The least share of the memory's bandwidth that a call reaches, against the size of the graph",
        panels=panels,
        x=sized("ids and offsets of the graph"),
        y=Axis("at least, of a copy's speed", _percent),
        key=[*legend(known, calls=False), *cached],
        same_y=True,
    )
    return Section("How far from the limit", f"{measured.key}limit", [Text(how, quiet=True), chart])


def _marks(cases: Sequence[Case]) -> list[Mark]:
    marks = []
    for case in cases:
        share, bound = limit.share(case.record), case.record.limit
        if share is None or bound is None:
            continue
        inside = limit.fits_in_cache(case.record)
        tip = f"{case.label}, {case.graph}: at least {_percent(share)}{', fits in cache' if inside else ''}"
        look: Look = "hollow" if inside else "solid"
        marks.append(Mark(bound.graph_bytes, share, tip, case.colour, case.shape, look))
    return marks


def _percent(share: float) -> str:
    return f"{three(100 * share)} %"
