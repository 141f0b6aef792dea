"""How many times faster, on each graph and for each engine: a chart of bars for each problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphbench.records.best_cpu import best_cpu
from graphbench.records.comparison import Comparison, RatioName, set_against
from graphbench.records.model import NEVER_RAN, Outcome
from graphbench.records.rules import Verdict, readable
from graphbench.records.times import first_call, usual_builds, warm_calls
from graphbench.reporting import numbers, speeds
from graphbench.reporting.charts.marks import Key, Line, Look, Mark, Panel, Picture, Row, factors, timed
from graphbench.reporting.document import Block, Chart, Column, Fold, Section, Table, Text, Tone
from graphbench.reporting.measured import MAX_ROWS, Case, Measured, by_graph, call_time, largest
from graphbench.reporting.numbers import NOTHING, plain, seconds
from graphbench.reporting.reproduce import command
from graphbench.reporting.sections.scaling import rate
from graphbench.reporting.wording import brief, codes, outcome, slug, twin_note
from graphbench.system.text import listed


def section(measured: Measured, key: str) -> Section | None:
    """Bars on a logarithmic axis with intervals, and under each chart its numbers and commands."""
    blocks: list[Block] = []
    alone: dict[str, list[Case]] = {}
    for problem, cases in measured.problems.items():
        chart = speedup_chart(cases, measured, name=f"{key}speedup-{slug(problem)}", title=problem)
        others = [case for case in cases if case.record.task.engine != measured.baseline]
        if chart is not None:
            blocks += [
                Text(problem, strong=True),
                chart,
                Fold(f"Numbers and commands: {problem}", [_numbers(cases, measured)]),
                Fold(f"Every trial: {problem}", [trials_chart(cases, measured, name=f"{key}trials-{slug(problem)}")]),
            ]
        elif others:
            alone[problem] = others
    if not blocks and not alone:
        return None
    title = "Speedup, graph by graph" if blocks else "Times, graph by graph"
    if blocks:
        how = (
            f"Baseline time over engine time: right of 1 is faster than {measured.baseline}, or than the best CPU "
            "engine where that is named. The bar is that of warm calls, the diamond first answer (read + build + "
            "first + collect), the triangle whole script (start + first answer, with the garbage collector off); the "
            "line is an interval or a range. Each value shows on hover."
        )
        synthetic = twin_note(case.record.task.dataset for case in measured.cases)
        blocks.insert(0, Text(f"{how} {synthetic}".rstrip(), quiet=True))
    if alone:
        why = f"No bars: {measured.baseline} does not have these problems, or was not measured on these graphs."
        blocks.append(Fold("Measured without a ratio", [Text(why, quiet=True), _times(alone, measured)]))
    return Section(title, f"{key}speedup", blocks)


def speedup_chart(cases: Sequence[Case], measured: Measured, *, name: str, title: str) -> Chart | None:
    """The chart of one problem; None where there is nothing to compare."""
    panels = [
        panel for graph, group in by_graph(cases).items() if (panel := _panel(graph, group, measured)) is not None
    ]
    kept = _largest(panels)
    if not kept:
        return None
    caption = f"{title}: speedup over {measured.baseline}, or over the best CPU engine where that has no time"
    absent: dict[str, dict[str, None]] = {}
    for case in cases:
        if case.record.outcome in NEVER_RAN:
            absent.setdefault(outcome(case.record), {})[case.record.task.engine] = None
    caption += "".join(f"; {why}: {listed(list(names))}" for why, names in absent.items())
    if len(kept) < len(panels):
        caption += f"; the largest graphs, {len(panels) - len(kept)} more are in the table of all records"
    return Chart(name=name, caption=plain(caption), picture=ratios(kept))


def ratios(panels: Sequence[Panel]) -> Picture:
    """Bars on a logarithmic axis, from 1 outward; marks are the ratios of the other totals."""
    marks = [mark for panel in panels for mark in panel.marks]
    looks = {mark.look for mark in marks if mark.shape == "bar"}
    shapes = {mark.shape for mark in marks}
    keys = [Key(words, "muted", "bar", look) for look, words in _LOOKS.items() if look in looks]
    keys += [Key(words, "ink", shape) for words, shape in _TOTALS.items() if shape in shapes]
    return Picture(panels, factors(), key=keys)


MAX_TRIALS = 200
"""How many warm calls of a record are drawn."""
_LOOKS: dict[Look, str] = {
    "solid": "warm call, like with like",
    "hollow": "first call, or first answer of a heavy build",
    "hatched": "unlike",
    "bound": "bound, from a time limit",
}
_TOTALS = {"first answer": "diamond", "whole script": "up"}


def picture(measured: Measured) -> Chart | None:
    """The chart of the first problem; None where there is nothing to draw."""
    problem, cases = next(iter(measured.problems.items()))
    return speedup_chart(cases, measured, name="speedup", title=problem)


def _largest(panels: Sequence[Panel]) -> list[Panel]:
    """Those of the largest graphs that a chart has room for, in their order."""
    kept: list[Panel] = []
    for panel in reversed(panels):
        if kept and sum(len(one.rows) for one in kept) + len(panel.rows) > MAX_ROWS:
            break
        kept.insert(0, panel)
    return kept


def _panel(graph: str, cases: Sequence[Case], measured: Measured) -> Panel | None:
    """The ratios on one graph; None where no engine has a time to compare with."""
    base, found = _comparisons(cases, measured)
    if base is None or not any(comparison.ratio_call for comparison in found.values()):
        return None
    shown = [
        case for case in cases if case is base or (case.record.id in found and case.record.outcome not in NEVER_RAN)
    ]
    shown.sort(key=lambda case: _rank(found.get(case.record.id)))
    rows, marks = [], []
    for place, case in enumerate(shown):
        comparison = found.get(case.record.id)
        if comparison is None:
            limit = case.record.censored
            time = f"≥ {seconds(limit.after_s)}" if limit is not None else f"= {seconds(case.call)}"
            rows.append(Row(case.label, f"1× {time}"))  # noqa: RUF001 - the sign for multiplication
            tip = f"{case.label} {call_time(case) if case.call else outcome(case.record)}, taken as 1"
            marks.append(Mark(1, place, tip, measured.colours[case.label], "tick"))
            continue
        own = _marks(case, comparison, place, measured.colours[case.label])
        rows.append(Row(case.label, _words(comparison) if own else _gap(case, comparison)))
        marks += own
    what = measured.baseline if base.record.task.engine == measured.baseline else "the best CPU engine"
    aside = f"{base.edges:,} edges, against {base.label}"
    return Panel(graph, aside=aside, rows=rows, marks=marks, x_title=f"times as fast as {what}")


def _rank(comparison: Comparison | None) -> tuple[bool, bool, float]:
    """The fastest first; bounds after ratios, and last what has neither."""
    if comparison is None:
        return False, False, -1.0
    value = getattr(comparison, comparison.leads)
    return value is None, comparison.bound is not None, -(value or 0.0)


def _comparisons(cases: Sequence[Case], measured: Measured) -> tuple[Case | None, dict[str, Comparison]]:
    """What the engines on one graph are compared with, and how each compares, by the id of its record.

    That is the baseline where a ratio to it is known, else the best CPU engine.
    """
    main = {case.record.id: case.main for case in cases if case.main is not None}
    if any(comparison.ratio_call for comparison in main.values()):
        return next(case for case in cases if case.record.task.engine == measured.baseline), main
    best = best_cpu([case.record for case in cases], "call", stale=measured.stale)
    base = next((case for case in cases if case.record is best), None)
    if base is None:
        return None, {}
    usual = usual_builds(case.record for case in cases)
    return base, {
        case.record.id: set_against(base.record, case.record, stale=measured.stale, usual_build=usual)
        for case in cases
        if case is not base and case.record.task.engine != measured.baseline
    }


def _marks(case: Case, comparison: Comparison, place: int, colour: str) -> list[Mark]:
    """A bar of the ratio that leads, and smaller marks of the others."""
    marks: list[Mark] = []
    for speed in speeds.speeds(comparison):
        tip = f"{case.label} {speed.total} {speeds.in_words(speed)}"
        if not marks:
            tip += f", unlike: {listed(codes(comparison.reasons))}" if comparison.verdict is Verdict.UNLIKE else ""
            marks.append(Mark(speed.value, place, tip, colour, "bar", _look(comparison), ends=speed.ends))
        elif speed.total in _TOTALS:
            marks.append(Mark(speed.value, place, tip, shape=_TOTALS[speed.total], size=3.6))
    return marks


def _look(comparison: Comparison) -> Look:
    if comparison.bound:
        return "bound"
    if comparison.verdict is Verdict.UNLIKE:
        return "hatched"
    return "hollow" if comparison.first_calls or comparison.leads != "ratio_call" else "solid"


def _words(comparison: Comparison) -> str:
    words = numbers.ratio(getattr(comparison, comparison.leads), bound=comparison.bound)
    aside = {"hatched": " unlike", "hollow": " first"}.get(_look(comparison), "")
    return f"{words}{aside}"


def _gap(case: Case, comparison: Comparison) -> str:
    if case.record.outcome is not Outcome.OK:
        return outcome(case.record)
    reasons = codes(comparison.reasons)
    if reasons == ["no time"] and case.call is not None:
        return f"{seconds(case.call)}, nothing to compare with"
    return f"no ratio: {listed(reasons)}" if reasons else "no ratio"


def _vs(comparison: Comparison | None, which: RatioName) -> str:
    shown = speeds.cell(comparison, which)
    return f"{shown} {comparison.baseline}" if comparison is not None and shown else ""


_TONES: dict[Verdict, Tone] = {
    Verdict.LIKE: "good",
    Verdict.UNLIKE: "doubtful",
    Verdict.UNDECIDED: "doubtful",
    Verdict.REFUSED: "bad",
}


def trials_chart(cases: Sequence[Case], measured: Measured, *, name: str) -> Chart:
    """The seconds of every call of every engine, on the graphs of :func:`speedup_chart`."""
    panels = []
    for graph, group in by_graph(cases).items():
        ran = [case for case in group if case.call is not None]
        marks, lines = [], []
        for place, case in enumerate(ran):
            colour, first, warm = measured.colours[case.label], first_call(case.record), warm_calls(case.record)
            lines.append(Line([(call, place) for call in warm[:MAX_TRIALS] if call > 0], colour, look="cloud"))
            if case.call:
                tip = f"{case.label} {call_time(case)}, median of {len(warm)}"
                marks += [Mark(case.call, place, tip, shape="tick", size=3)] if warm else []
            if first:
                tip = f"{case.label} first call {seconds(first)}"
                marks.append(Mark(first, place, tip, colour, look="hollow", size=3.5))
        rows = [Row(case.label, call_time(case).replace(" (first call)", ", first")) for case in ran]
        panels.append(Panel(graph, rows=rows, marks=marks, lines=lines))
    keys = [Key("warm call"), Key("their median", "ink", "tick"), Key("first call", look="hollow")]
    picture = Picture(_largest([panel for panel in panels if panel.marks]), timed(), key=keys)
    return Chart(name=name, caption="Every call that was timed", picture=picture)


def _numbers(cases: Sequence[Case], measured: Measured) -> Table[Case]:
    baseline = measured.baseline
    return Table(
        [case for case in largest(cases) if case.record.task.engine != baseline],
        [
            Column("graph", lambda case: case.graph),
            Column("engine", lambda case: case.label),
            Column("warm call", _time, right=True),
            Column(f"warm call vs {baseline}", lambda case: _ratio_with_spread(case.main), right=True),
            Column("first answer", lambda case: speeds.cell(case.main, "ratio_first_answer") or NOTHING, right=True),
            Column("whole script", lambda case: speeds.cell(case.main, "ratio_whole_script") or NOTHING, right=True),
            Column("warm call vs best CPU", lambda case: _vs(case.best, "ratio_call")),
            Column("first answer vs best CPU", lambda case: _vs(case.first, "ratio_first_answer")),
            Column("whole script vs best CPU", lambda case: _vs(case.whole, "ratio_whole_script")),
            Column(
                "verdict",
                lambda case: str(case.main.verdict) if case.main else "",
                tone=lambda case: _TONES[case.main.verdict] if case.main else "",
            ),
            Column("why", lambda case: _why(case, [*case.main.reasons, *case.main.notes] if case.main else [])),
            _command(measured),
        ],
    )


def _times(problems: Mapping[str, Sequence[Case]], measured: Measured) -> Table[Case]:
    """A row for each record, whatever its problem, where there are no ratios."""
    return Table(
        [case for cases in problems.values() for case in largest(cases)],
        [
            Column("problem", lambda case: case.problem),
            Column("graph", lambda case: case.graph),
            Column("edges", lambda case: f"{case.edges:,}" if case.edges else NOTHING, right=True),
            Column("engine", lambda case: case.label),
            Column("warm call", _time, right=True),
            Column(
                "first answer",
                lambda case: seconds(case.record.phases.first_answer_s) if case.call is not None else NOTHING,
                right=True,
            ),
            Column(
                "whole script",
                lambda case: seconds(case.record.phases.whole_script_s) if case.call is not None else NOTHING,
                right=True,
            ),
            Column("edges/s", rate, right=True),
            Column("why", lambda case: _why(case, case.main.reasons if case.main else [])),
            _command(measured),
        ],
    )


def _time(case: Case) -> str:
    return call_time(case) if case.call is not None else outcome(case.record)


def _ratio_with_spread(comparison: Comparison | None) -> str:
    return f"{speeds.cell(comparison, 'ratio_call')} {speeds.spread(comparison)}".strip() or NOTHING


def _why(case: Case, reasons: Sequence[str]) -> str:
    return plain("; ".join(brief(readable(reason)) for reason in reasons) or brief(case.record.reason))


def _command(measured: Measured) -> Column[Case]:
    return Column("command", lambda case: command(case.record, measured.baseline if case.main else ""), code=True)
