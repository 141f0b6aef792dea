"""How many times faster, on each graph and for each engine: a chart of bars for each problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphbench.errors import UsageError
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.model import NEVER_RAN, Outcome
from graphbench.records.rules import Verdict, readable
from graphbench.reporting import speeds
from graphbench.reporting.charts import bars, drawing, style
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
        chart = speedup_chart(
            cases, measured.baseline, measured.colours, name=f"{key}speedup-{slug(problem)}", title=problem
        )
        others = [case for case in cases if case.record.task.engine != measured.baseline]
        if chart is not None:
            blocks += [
                Text(problem, strong=True),
                chart,
                Fold(f"Numbers and commands: {problem}", [_numbers(cases, measured)]),
            ]
        elif others:
            alone[problem] = others
    if not blocks and not alone:
        return None
    title = "Speedup, graph by graph" if blocks else "Times, graph by graph"
    if blocks:
        how = (
            f"Baseline time over engine time: above 1 is faster than {measured.baseline}. Solid bars compare like with "
            "like; hatched bars are unlike, for the reason beside them; hollow bars are bounds from a time limit. A "
            "bar is that of warm calls, or of first calls where it says so; the diamond is first answer (read + build "
            "+ first + collect), the triangle whole script (start + first answer, with the garbage collector off). A "
            "row without a bar gives the reason."
        )
        synthetic = twin_note(case.record.task.dataset for case in measured.cases)
        blocks.insert(0, Text(f"{how} {synthetic}".rstrip(), quiet=True))
    if alone:
        why = f"No bars: {measured.baseline} does not have these problems, or was not measured on these graphs."
        blocks.append(Fold("Measured without a ratio", [Text(why, quiet=True), _times(alone, measured)]))
    return Section(title, f"{key}speedup", blocks)


def speedup_chart(
    cases: Sequence[Case], baseline: str, colours: Mapping[str, str], *, name: str, title: str
) -> Chart | None:
    """The chart of one problem; None where there is nothing to compare."""
    made = _rows(cases, baseline, colours)
    if made is None:
        return None
    groups, left_out = made
    alt = plain(f"{title}: how many times faster than {baseline}. " + "; ".join(_alt(group) for group in groups))
    with style.style():
        svg = drawing.to_svg(bars.speedups(groups, baseline=baseline), name, alt)
    caption = f"{title}: speedup over {baseline}"
    if left_out:
        caption += f"; the largest graphs, {left_out} more are in the table of all records"
    return Chart(name=name, svg=svg, alt=alt, caption=caption)


def picture(measured: Measured, form: str) -> bytes | None:
    """The chart of the first problem as a file of the form `.svg` or `.png`; None where there is nothing to draw.

    Raises:
        UsageError: if there is no such form.
    """
    if form not in {".svg", ".png"}:
        raise UsageError(f"A chart is .svg or .png, not {form!r}.")
    problem, cases = next(iter(measured.problems.items()))
    if form == ".svg":
        chart = speedup_chart(cases, measured.baseline, measured.colours, name="speedup", title=problem)
        return chart.svg.encode() if chart else None
    made = _rows(cases, measured.baseline, measured.colours)
    if made is None:
        return None
    with style.style():
        return drawing.to_png(bars.speedups(made[0], baseline=measured.baseline))


def _rows(cases: Sequence[Case], baseline: str, colours: Mapping[str, str]) -> tuple[list[bars.Rows], int] | None:
    """The largest graphs with comparisons, and how many more there are."""
    groups: list[bars.Rows] = []
    for graph, group in by_graph(cases).items():
        others = [case for case in group if case.record.task.engine != baseline]
        if any(case.main or case.best for case in others):
            heading = _heading(graph, group, baseline)
            groups.append(bars.Rows(heading, [_bar(case, colours[case.label]) for case in others]))
    kept: list[bars.Rows] = []
    for rows in reversed(groups):
        if kept and sum(len(table.rows) for table in kept) + len(rows.rows) > MAX_ROWS:
            break
        kept.insert(0, rows)
    return (kept, len(groups) - len(kept)) if groups else None


def _heading(graph: str, cases: Sequence[Case], baseline: str) -> str:
    edges = max(case.edges for case in cases)
    parts = [bars.shortened(plain(graph), 40), f"{edges:,} edges" if edges else ""]
    own = next((case for case in cases if case.record.task.engine == baseline), None)
    if own is None:
        parts.append(f"{baseline} was not measured")
    else:
        parts.append(f"{baseline} {seconds(own.call) if own.call is not None else outcome(own.record)}")
    return " · ".join(part for part in parts if part)


def _bar(case: Case, colour: str) -> bars.Bar:
    comparison = case.main
    if comparison is None or comparison.ratio_call is None or case.record.outcome in NEVER_RAN:
        return bars.Bar(label=case.label, text=_gap(case), colour=colour)
    look: bars.Look = "bound" if comparison.bound else "unlike" if comparison.verdict is Verdict.UNLIKE else "like"
    return bars.Bar(
        label=case.label,
        value=speeds.cell(comparison, "ratio_call").replace("first calls", "first"),
        text=_words(case),
        ratio=comparison.ratio_call,
        ends=comparison.interval or comparison.range,
        first_answer=comparison.ratio_first_answer,
        whole_script=comparison.ratio_whole_script,
        look=look,
        colour=colour,
    )


def _words(case: Case) -> str:
    comparison = case.main
    assert comparison is not None
    if comparison.verdict is Verdict.UNLIKE:
        return f"unlike: {listed(codes(comparison.reasons))}"
    return bars.marks(*(speeds.cell(comparison, name) for name in ("ratio_first_answer", "ratio_whole_script")))


def _gap(case: Case) -> str:
    if case.record.outcome is not Outcome.OK:
        return outcome(case.record)
    if case.main is None and case.best is not None:
        return _vs_best(case)
    reasons = codes(case.main.reasons) if case.main else []
    if reasons == ["no time"] and case.call is not None:
        return f"{seconds(case.call)}, nothing to compare with"
    return f"no ratio: {listed(reasons)}" if reasons else "no ratio"


def _vs_best(case: Case) -> str:
    """Both ratios to the best on the CPU, which may be two engines."""
    best, whole = case.best, case.whole
    assert best is not None
    text = f"best on CPU: {speeds.cell(best, 'ratio_call')} vs {best.baseline}"
    if whole is None or whole.ratio_first_answer is None:
        return text
    against = f" vs {whole.baseline}" if whole.baseline != best.baseline else ""
    rest = bars.marks(*(speeds.cell(whole, name) for name in ("ratio_first_answer", "ratio_whole_script")))
    return f"{text}  {rest}{against}"


def _vs(comparison: Comparison | None, which: RatioName) -> str:
    shown = speeds.cell(comparison, which)
    return f"{shown} {comparison.baseline}" if comparison is not None and shown else ""


_TONES: dict[Verdict, Tone] = {
    Verdict.LIKE: "good",
    Verdict.UNLIKE: "doubtful",
    Verdict.UNDECIDED: "doubtful",
    Verdict.REFUSED: "bad",
}


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
            Column("first answer vs best CPU", lambda case: _vs(case.whole, "ratio_first_answer")),
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


def _alt(group: bars.Rows) -> str:
    return f"{group.heading}: " + ", ".join(
        " ".join(filter(None, (row.label, row.value, bars.in_prose(row.text)))) for row in group.rows
    )
