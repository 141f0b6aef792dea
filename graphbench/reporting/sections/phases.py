"""Where the time goes: every phase of every engine, in a chart and in tables of seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, median

from graphbench.records.model import Record
from graphbench.records.times import warm_calls
from graphbench.reporting.case import Case, size
from graphbench.reporting.charts.marks import Key, Mark, Panel, Row, timed
from graphbench.reporting.charts.style import SHAPES
from graphbench.reporting.document import Chart, Section, Text
from graphbench.reporting.measured import MAX_ROWS, Measured, by_graph
from graphbench.reporting.numbers import seconds
from graphbench.reporting.sections.every_record import link
from graphbench.reporting.wording import outcome
from graphbench.system.text import listed

PHASES = ("start", "read", "build", "first", "call", "collect")
_COLUMNS = {"call": "warm call"}


def section(measured: Measured) -> Section | None:
    """A chart of all problems; the seconds on every graph are in the table of every record."""
    chart = phases_chart(measured.problems, name=f"{measured.key}phases")
    if chart is None:
        return None
    how = Text(
        "From the start of a process to its first answer, then one warm call. All rows share one axis. Beside each row "
        "is its whole script (start + read + build + first + collect) and its longest phase.",
        quiet=True,
    )
    numbers = link("Time of each phase on every graph", measured, *(_COLUMNS.get(name, name) for name in PHASES))
    return Section("Where the time goes", f"{measured.key}phases", [how, chart, numbers])


def seconds_of(record: Record) -> dict[str, float]:
    """The seconds of each phase that was timed; of `call`, the median of the warm calls."""
    phases = record.phases
    taken = {phase: getattr(phases, f"{phase}_s") for phase in PHASES if phase != "call"}
    taken["call"] = median(calls) if (calls := warm_calls(record)) else None
    return {phase: taken[phase] for phase in PHASES if taken[phase] is not None}


def in_words(cases: Sequence[Case]) -> str:
    """`It takes 4.98 s in the median case: 94 % start`: whole scripts, and what of them the longest phases take."""
    found = [
        {phase: spent for phase, spent in seconds_of(case.record).items() if phase != "call"}
        for case in cases
        if case.answered and case.record.phases.whole_script_s is not None
    ]
    if not found:
        return ""
    shares = {phase: fmean(taken.get(phase, 0.0) / sum(taken.values()) for taken in found) for phase in PHASES}
    longest = sorted((phase for phase in PHASES if shares[phase] >= _LARGE), key=lambda phase: -shares[phase])
    parts = listed([f"{100 * shares[phase]:.0f} % {_NAMES.get(phase, phase)}" for phase in longest])
    whole = seconds(median(sum(taken.values()) for taken in found))
    return f"It takes {whole}{' in the median case' if len(found) > 1 else ''}: {parts}."


def phases_chart(problems: Mapping[str, Sequence[Case]], *, name: str) -> Chart | None:
    """A panel for each problem, on the largest of the graphs that most engines finished; None where nothing ended."""
    panels = [panel for problem, cases in problems.items() if (panel := _panel(problem, cases)) is not None]
    if not panels:
        return None
    keys = [Key(_NAMES.get(phase, phase), f"phase-{phase}", _SHAPES[phase]) for phase in PHASES]
    return Chart(
        name=name,
        caption="Time of each phase; the area of a mark is its share of the whole script",
        panels=panels,
        x=timed(),
        key=keys,
        columns=2,
    )


_NAMES = {"call": "one warm call", "first": "first call"}
_LARGE = 0.1
"""The share of a whole script from which on the answer names a phase."""
_SHAPES = dict(zip(PHASES, SHAPES, strict=False)) | {"call": "tick"}


def _panel(problem: str, cases: Sequence[Case]) -> Panel | None:
    graphs = by_graph(cases)
    done = {graph: sum(case.answered for case in group) for graph, group in graphs.items()}
    most = max(done.values(), default=0)
    if not most:
        return None
    # The largest graph on which most engines finished says more than all the others beside it.
    graph = [graph for graph, number in done.items() if number == most][-1]
    started = [case for case in graphs[graph] if case.ran][:MAX_ROWS]
    started.sort(key=lambda case: (not case.answered, _whole(case.record)))
    rows, marks = [], []
    for place, case in enumerate(started):
        own = _marks(case, place) if case.answered else []
        warm = "; no warm call" if case.first_only else ""
        rows.append(Row(case.label, f"{_longest(case.record)}{warm}" if own else outcome(case.record)))
        marks += own
    aside = f"{graph}, {size(max(graphs[graph], key=lambda case: case.edges))}"
    return Panel(problem, aside=aside, rows=rows, marks=marks)


def _marks(case: Case, place: int) -> list[Mark]:
    taken = {phase: spent for phase, spent in seconds_of(case.record).items() if spent > 0}
    whole = _whole(case.record)
    marks = []
    for phase in PHASES:
        if phase in taken:
            share = taken[phase] / whole if whole else 0.0
            of_whole = "" if phase == "call" else f", {100 * share:.3g} % of the whole script"
            tip = f"{case.label} {_NAMES.get(phase, phase)} {seconds(taken[phase])}{of_whole}"
            radius = 4.0 if phase == "call" else 3.0 + 6.0 * share**0.5
            marks.append(Mark(taken[phase], place, tip, f"phase-{phase}", _SHAPES[phase], size=radius))
    return sorted(marks, key=lambda mark: -mark.size)


def _whole(record: Record) -> float:
    """Seconds of the whole script, or of what of it was timed."""
    return sum(spent for phase, spent in seconds_of(record).items() if phase != "call")


def _longest(record: Record) -> str:
    """`3.61 s, 92 % start`: the whole script and its longest phase."""
    taken = {phase: spent for phase, spent in seconds_of(record).items() if phase != "call"}
    phase, whole = max(taken, key=lambda phase: taken[phase]), _whole(record)
    return f"{seconds(whole)}, {100 * taken[phase] / whole:.0f} % {phase}"
