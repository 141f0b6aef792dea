"""How many times faster, on each graph and for each engine: a chart of bars for each problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graphbench.records.best_cpu import best_cpu
from graphbench.records.comparison import Comparison, set_against
from graphbench.records.times import first_call, usual_builds, warm_calls
from graphbench.reporting import numbers, speeds
from graphbench.reporting.case import Case, call_time, size
from graphbench.reporting.charts.marks import Key, Line, Look, Mark, Panel, Row, factors, timed
from graphbench.reporting.document import Block, Chart, Fold, Section, Text
from graphbench.reporting.measured import MAX_ROWS, Measured, by_graph
from graphbench.reporting.numbers import plain, seconds
from graphbench.reporting.sections.every_record import link
from graphbench.reporting.wording import codes, outcome, slug
from graphbench.system.text import listed


def section(measured: Measured) -> Section | None:
    """Bars on a logarithmic axis with intervals, and under each chart its numbers; None where nothing has a ratio."""
    blocks: list[Block] = []
    for problem, cases in measured.problems.items():
        chart = speedup_chart(cases, measured, name=f"{measured.key}speedup-{slug(problem)}", title=problem)
        if chart is not None:
            numbers = link(
                f"Numbers and commands of {problem}",
                measured,
                *_COLUMNS,
                *_ratios(cases, measured),
                "why",
                "command",
                problem=problem,
            )
            trials = trials_chart(cases, name=f"{measured.key}trials-{slug(problem)}")
            blocks += [Text(problem, strong=True), chart, numbers, Fold(f"Every trial of {problem}", [trials])]
    if not blocks:
        return None
    how = (
        "Right of 1 is faster than the engine that a chart is against. Bar: warm call; diamond: first answer (read + "
        "build + first + collect); triangle: whole script (start + first answer); line: 95 % interval or, below six "
        "calls, a range. Hover for values."
    )
    blocks.insert(0, Text(how, quiet=True))
    return Section("Speedup, graph by graph", f"{measured.key}speedup", blocks)


_COLUMNS = ("warm call", "first answer", "whole script")


def _ratios(cases: Sequence[Case], measured: Measured) -> list[str]:
    """The columns of ratios that are not empty."""
    sides = {measured.baseline: any(case.main for case in cases), "best CPU": any(case.best for case in cases)}
    return [f"{total} vs {other}" for other, known in sides.items() if known for total in _COLUMNS]


def speedup_chart(cases: Sequence[Case], measured: Measured, *, name: str, title: str) -> Chart | None:
    """The chart of one problem; None where there is nothing to compare.

    All graphs have one baseline: the best CPU library, where one of them has no ratio to the report's.
    """
    over_best = any(map(_has_best_alone, by_graph(cases).values()))
    panels, all_shown = _of_largest(cases, lambda graph, group: _panel(graph, group, measured, over_best=over_best))
    if not panels:
        return None
    caption = f"{title}: speedup over {'the best CPU library' if over_best else measured.baseline}"
    absent: dict[str, dict[str, None]] = {}
    for case in cases:
        if not case.ran:
            absent.setdefault(outcome(case.record), {})[case.engine] = None
    caption += "".join(f"; {why}: {listed(list(names))}" for why, names in absent.items())
    if not all_shown:
        caption += f"; the {len(panels)} largest graphs, the others are in the table of all records"
    # Bars go from 1 outward; marks are the ratios of the other totals.
    marks = [mark for panel in panels for mark in panel.marks]
    looks = {mark.look for mark in marks if mark.shape == "bar"}
    shapes = {mark.shape for mark in marks}
    keys = [Key(words, "muted", "bar", look) for look, words in _LOOKS.items() if look in looks]
    keys += [Key(words, "ink", shape) for words, shape in _TOTALS.items() if shape in shapes]
    return Chart(panels, factors(), key=keys, name=name, caption=plain(caption))


MAX_TRIALS = 200
"""How many warm calls of a record are drawn."""
_LOOKS: dict[Look, str] = {
    "solid": "warm call, like with like",
    "hollow": "first call, or first answer of a heavy build",
    "hatched": "unlike or undecided",
    "bound": "bound, from a time limit",
}
_TOTALS = {"first answer": "diamond", "whole script": "up"}


def picture(measured: Measured) -> Chart | None:
    """The chart of the first problem; None where there is nothing to draw."""
    problem, cases = next(iter(measured.problems.items()))
    return speedup_chart(cases, measured, name="speedup", title=problem)


def _of_largest(cases: Sequence[Case], make: Callable[[str, Sequence[Case]], Panel | None]) -> tuple[list[Panel], bool]:
    """The panels of the largest graphs that a chart has room for, small graphs first, and whether these are all."""
    kept: list[Panel] = []
    for graph, group in reversed(by_graph(cases).items()):
        panel = make(graph, group)
        if panel is None:
            continue
        if kept and sum(len(one.rows) for one in kept) + len(panel.rows) > MAX_ROWS:
            return kept, False
        kept.insert(0, panel)
    return kept, True


def _has_best_alone(cases: Sequence[Case]) -> bool:
    """Whether the engines on one graph can be compared with its best CPU library alone."""
    timed = [case.record.device for case in cases if case.call is not None]
    return len(timed) > 1 and "cpu" in timed and not any(case.main and case.main.ratio_call for case in cases)


def _panel(graph: str, cases: Sequence[Case], measured: Measured, *, over_best: bool) -> Panel | None:
    """The ratios on one graph; None where no engine has a time to compare with."""
    base, found = _comparisons(cases, measured, over_best=over_best)
    if base is None or not any(comparison.ratio_call for comparison in found.values()):
        return None
    shown = [case for case in cases if case is base or (case.record.id in found and case.ran)]
    shown.sort(key=lambda case: _rank(found.get(case.record.id)))
    rows, marks = [], []
    for place, case in enumerate(shown):
        comparison = found.get(case.record.id)
        if comparison is None:
            limit = case.record.censored
            time = f"≥ {seconds(limit.after_s)}" if limit is not None else f"= {seconds(case.call)}"
            rows.append(Row(case.label, f"1× {time}"))  # noqa: RUF001 - the sign for multiplication
            tip = f"{case.label} {call_time(case) if case.call else outcome(case.record)}, taken as 1"
            marks.append(Mark(1, place, tip, case.colour, "tick"))
            continue
        own = _marks(case, comparison, place)
        rows.append(Row(case.label, _words(comparison) if own else _gap(case, comparison)))
        marks += own
    what = "the best CPU library" if over_best else measured.baseline
    aside = f"{size(base)}, against {base.label}"
    return Panel(graph, aside=aside, rows=rows, marks=marks, x_title=f"times as fast as {what}")


def _rank(comparison: Comparison | None) -> tuple[bool, bool, float]:
    """The fastest first; bounds after ratios, and last what has neither."""
    if comparison is None:
        return False, False, -1.0
    value = getattr(comparison, comparison.leads)
    return value is None, comparison.bound is not None, -(value or 0.0)


def _comparisons(
    cases: Sequence[Case], measured: Measured, *, over_best: bool
) -> tuple[Case | None, dict[str, Comparison]]:
    """What the engines on one graph are compared with, and how each compares, by the id of its record."""
    if not over_best:
        base = next((case for case in cases if case.is_baseline), None)
        return base, {case.record.id: case.main for case in cases if case.main is not None}
    best = best_cpu([case.record for case in cases], "call", stale=measured.stale)
    base = next((case for case in cases if case.record is best), None)
    if base is None:
        return None, {}
    usual = usual_builds(case.record for case in cases)
    return base, {
        case.record.id: set_against(base.record, case.record, stale=measured.stale, usual_build=usual)
        for case in cases
        if case is not base
    }


def _marks(case: Case, comparison: Comparison, place: int) -> list[Mark]:
    """A bar of the ratio that leads, and smaller marks of the others."""
    marks: list[Mark] = []
    for speed in speeds.speeds(comparison):
        tip = f"{case.label} {speed.total} {speeds.in_words(speed)}"
        if not marks:
            tip += f", {comparison.verdict}: {listed(codes(comparison.reasons))}" if comparison.doubtful else ""
            marks.append(Mark(speed.value, place, tip, case.colour, "bar", _look(comparison), ends=speed.ends))
        elif speed.total in _TOTALS:
            marks.append(Mark(speed.value, place, tip, shape=_TOTALS[speed.total], size=3.6))
    return marks


def _look(comparison: Comparison) -> Look:
    if comparison.bound:
        return "bound"
    if comparison.doubtful:
        return "hatched"
    return "hollow" if comparison.first_calls or comparison.leads != "ratio_call" else "solid"


def _words(comparison: Comparison) -> str:
    words = numbers.ratio(getattr(comparison, comparison.leads), bound=comparison.bound)
    aside = {"hatched": f" {comparison.verdict}", "hollow": " first"}.get(_look(comparison), "")
    return f"{words}{aside}"


def _gap(case: Case, comparison: Comparison) -> str:
    if not case.answered:
        return outcome(case.record)
    reasons = codes(comparison.reasons)
    if reasons == ["no time"] and case.call is not None:
        return f"{seconds(case.call)}, nothing to compare with"
    return f"no ratio: {listed(reasons)}" if reasons else "no ratio"


def trials_chart(cases: Sequence[Case], *, name: str) -> Chart:
    """The seconds of every call of every engine, on the graphs of :func:`speedup_chart`."""

    def panel(graph: str, group: Sequence[Case]) -> Panel | None:
        ran = [case for case in group if case.call is not None]
        marks, lines = [], []
        for place, case in enumerate(ran):
            colour, first, warm = case.colour, first_call(case.record), warm_calls(case.record)
            lines.append(Line([(call, place) for call in warm[:MAX_TRIALS] if call > 0], colour, look="cloud"))
            if case.call:
                tip = f"{case.label} {call_time(case)}, median of {len(warm)}"
                marks += [Mark(case.call, place, tip, shape="tick", size=3)] if warm else []
            if first:
                tip = f"{case.label} first call {seconds(first)}"
                marks.append(Mark(first, place, tip, colour, look="hollow", size=3.5))
        rows = [Row(case.label, call_time(case).replace(" (first call)", ", first")) for case in ran]
        return Panel(graph, rows=rows, marks=marks, lines=lines) if marks else None

    keys = [Key("warm call"), Key("their median", "ink", "tick"), Key("first call", look="hollow")]
    panels, _ = _of_largest(cases, panel)
    return Chart(panels, timed(), key=keys, name=name, caption="Every call that was timed")
