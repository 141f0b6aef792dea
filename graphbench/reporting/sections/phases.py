"""Where the time goes: every phase of every engine, in a chart of shares and in a table of seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from graphbench.records.model import Outcome, Record
from graphbench.reporting.charts import bars, drawing, style
from graphbench.reporting.document import Block, Chart, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import MAX_ROWS, Case, Measured, by_graph, largest
from graphbench.reporting.numbers import plain, seconds
from graphbench.reporting.wording import device_peak, host_peak, outcome, peak_note, slug

PHASES = ("start", "read", "build", "first", "call", "collect")


def section(measured: Measured, key: str) -> Section | None:
    """The largest graph of each problem that most engines finished; the others' seconds are in the tables."""
    blocks: list[Block] = []
    for problem, cases in measured.problems.items():
        chart = phases_chart(cases, name=f"{key}phases-{slug(problem)}", title=problem)
        if chart is not None:
            blocks += [Text(problem, strong=True), chart, Fold(f"Seconds of each phase: {problem}", [_seconds(cases)])]
    if not blocks:
        return None
    how = Text(
        "One row is one engine, from the cleaned edges to its answer, phase after phase; each row has a separate "
        "scale. The time beside the name is first answer: read + build + first + collect. Call is one warm call. Start "
        "(imports, device context) happens once per process and is at the end of the row. "
        f"{peak_note()}.",
        quiet=True,
    )
    return Section("Where the time goes", f"{key}phases", [how, *blocks])


def seconds_of(record: Record) -> dict[str, float]:
    """The seconds of each phase that was timed; of `call`, the median of the warm calls."""
    phases = record.phases
    taken = {phase: getattr(phases, f"{phase}_s") for phase in PHASES if phase != "call"}
    taken["call"] = median(phases.call_s) if phases.call_s else None
    return {phase: taken[phase] for phase in PHASES if taken[phase] is not None}


def _without_start(record: Record) -> dict[str, float]:
    """The phases in a bar, without start: a GPU library takes seconds to start, which would hide the rest."""
    return {phase: taken for phase, taken in seconds_of(record).items() if phase != "start"}


def phases_chart(cases: Sequence[Case], *, name: str, title: str) -> Chart | None:
    """The chart of one problem; None where nothing was timed to its end."""
    graphs = by_graph(cases)
    done = {graph: sum(case.record.outcome is Outcome.OK for case in group) for graph, group in graphs.items()}
    most = max(done.values(), default=0)
    if not most:
        return None
    # The largest graph on which most engines finished says more than all the others beside it.
    graph = [graph for graph, number in done.items() if number == most][-1]
    rows = []
    for case in graphs[graph][:MAX_ROWS]:
        record = case.record
        if record.outcome is not Outcome.OK or record.phases.first_answer_s is None:
            rows.append(bars.Stack(label=case.label, text=outcome(record)))
            continue
        started = record.phases.start_s
        text = "first answer" if started is None else f"first answer, and start {seconds(started)}"
        value = seconds(record.phases.first_answer_s)
        rows.append(bars.Stack(label=case.label, value=value, text=text, parts=_without_start(record)))
    edges = max(case.edges for case in graphs[graph])
    group = bars.Rows(f"{bars.shortened(plain(graph), 40)} · {edges:,} edges", rows)
    alt = plain(f"{title} on {graph}, where the time goes: " + "; ".join(_alt(row) for row in rows))
    with style.style():
        svg = drawing.to_svg(bars.stacks([group]), name, alt)
    return Chart(name=name, svg=svg, alt=alt, caption=f"{title} on {plain(graph)}: phases of each engine")


def _alt(row: bars.Stack) -> str:
    return f"{row.label} " + (", ".join(f"{phase} {seconds(taken)}" for phase, taken in row.parts.items()) or row.text)


def _listed(steps: Mapping[str, float]) -> str:
    return ", ".join(f"{step} {seconds(taken)}" for step, taken in steps.items())


def _seconds(cases: Sequence[Case]) -> Table[Case]:
    def phase(name: str) -> Column[Case]:
        return Column(name, lambda case: seconds(seconds_of(case.record).get(name)), right=True)

    return Table(
        largest(cases),
        [
            Column("graph", lambda case: case.graph),
            Column("engine", lambda case: case.label),
            Column("outcome", lambda case: outcome(case.record) if case.record.outcome is not Outcome.OK else "ok"),
            *map(phase, PHASES),
            Column("first answer", lambda case: seconds(case.record.phases.first_answer_s), right=True),
            Column("whole script", lambda case: seconds(case.record.phases.whole_script_s), right=True),
            Column("host peak", lambda case: host_peak(case.record), right=True),
            Column("device peak", lambda case: device_peak(case.record), right=True),
            Column("steps of start and build", _steps),
        ],
    )


def _steps(case: Case) -> str:
    phases = case.record.phases
    return "; ".join(_listed(steps) for steps in (phases.start_steps_s, phases.build_steps_s) if len(steps) > 1)
