"""The answer in one screen: how much faster for each problem, how often like with like, on what and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from graphbench.records.comparison import Comparison
from graphbench.records.model import NEVER_RAN, Outcome
from graphbench.records.rules import Verdict
from graphbench.records.statistics import common_geometric_means, geometric_mean
from graphbench.reporting.charts import bars, drawing, style
from graphbench.reporting.document import Block, Bullets, Chart, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import NOTHING, plain, ratio, three
from graphbench.reporting.sections import no_baseline
from graphbench.reporting.wording import is_twin, twin_note
from graphbench.system.text import count, listed


def section(measured: Measured, key: str) -> Section:
    """The headline of every problem, then the same for every engine."""
    blocks: list[Block] = []
    lead = leader(measured)
    if lead:
        blocks.append(Text(_sentence(measured, lead), strong=True))
        graphs = _by_graph(measured, lead)
        if len(graphs.rows) > 1:  # a mean over a small graph and a large one describes neither
            blocks.append(graphs)
            if synthetic := twin_note(row[0] for row in graphs.rows):
                blocks.append(Text(synthetic))
        chart = overview(measured, lead, name=f"{key}overview")
        if chart is not None:
            blocks.append(chart)
        blocks.append(_headlines(measured, lead))
        how = (
            "Means are geometric, over the graphs on which both engines completed and like is compared with like; the "
            "smallest and the largest ratio are in brackets. Unlike ratios and bounds are counted but not averaged."
        )
        if any(case.best for case in measured.cases if case.label == lead):
            how += (
                " The best CPU engine is the fastest one with a time, chosen separately for run and for end to end; "
                "it may be the only one measured. If its answer is better by more than the quality rule allows, there "
                "is no ratio: no slower engine replaces it."
            )
        blocks.append(Text(how, quiet=True))
    else:
        none = f"No engine can be compared with {measured.baseline} here."
        blocks.append(Text(f"{none} {no_baseline.sentence(measured)}".rstrip(), strong=True))
        largest = no_baseline.table(measured)
        if largest.rows:
            blocks.append(largest)
            if synthetic := twin_note(row[1] for row in largest.rows):
                blocks.append(Text(synthetic))
    blocks.append(Bullets(_counts(measured)))
    engines = _engines(measured)
    if engines.rows:
        blocks.append(Fold("Every engine, over the graphs that all of them completed", [engines]))
    return Section("The answer", f"{key}answer", blocks)


def leader(measured: Measured) -> str:
    """The engine that headlines are about.

    A GPU engine before others, then the one that has a ratio in most cases, then one as its import leaves it (the
    default allocator): never the one that happens to have the best ratios.
    """
    ranked: Counter[tuple[bool, bool, str]] = Counter()
    for case in measured.cases:
        comparison = case.main or case.best
        if comparison is not None and comparison.ratio_call is not None:
            where = case.record.environment
            plainly = where is None or where.allocator in {None, "default"}
            ranked[case.record.device == "gpu", plainly, case.label] += 1
    best = min(ranked, key=lambda engine: (not engine[0], -ranked[engine], not engine[1], engine[2]), default=None)
    return best[2] if best else ""


def fair(comparison: Comparison) -> bool:
    """Whether a ratio may be averaged: both sides finished, and like was compared with like."""
    return comparison.verdict is Verdict.LIKE and comparison.bound is None and comparison.ratio_call is not None


class _Fair(NamedTuple):
    """What may be averaged of some cases: against the baseline, and the best CPU engine on run and end to end."""

    main: list[Comparison]
    best: list[Comparison]
    whole: list[Comparison]

    @property
    def against(self) -> str:
        """The best CPU engines, those of most cases first; on run and end to end apart where they are not the same."""
        on_run, whole = (listed([name for name, _ in _engines_of(group)]) for group in (self.best, self.whole))
        return on_run if on_run == whole else f"{on_run} on run; {whole} end to end"


class _Means(NamedTuple):
    """What is averaged of the leading engine: over the graphs of a problem, or over the problems on a graph."""

    name: str
    own: list[Case]
    cases: Sequence[Case]
    fair: _Fair

    @property
    def edges(self) -> int | None:
        """Edges of the graph."""
        return max((case.record.dataset.num_edges for case in self.own if case.record.dataset), default=None)

    @property
    def graphs(self) -> set[str]:
        """The graphs that it started on."""
        return {case.record.task.dataset for case in self.own}


def _engines_of(found: Sequence[Comparison]) -> list[tuple[str, int]]:
    return sorted(Counter(comparison.baseline for comparison in found).items(), key=lambda item: (-item[1], item[0]))


def _fair(cases: Iterable[Case]) -> _Fair:
    cases = list(cases)
    return _Fair(
        [case.main for case in cases if case.main is not None and fair(case.main)],
        [case.best for case in cases if case.best is not None and fair(case.best)],
        [case.whole for case in cases if case.whole is not None and fair(case.whole)],
    )


_Name = Literal["ratio_call", "ratio_first_answer"]


def _ratios(found: Sequence[Comparison], name: _Name) -> list[float]:
    return [value for comparison in found if (value := getattr(comparison, name)) is not None]


def _mean(found: Sequence[Comparison], name: _Name) -> str:
    known = _ratios(found, name)
    if not known:
        return NOTHING
    if len(known) == 1:
        return ratio(known[0])
    return f"{ratio(geometric_mean(known))} ({three(min(known))} to {three(max(known))})"


def _ran(cases: Iterable[Case], label: str) -> list[Case]:
    """The cases that an engine started; it may not have the problem, or not be installed."""
    return [case for case in cases if case.label == label and case.record.outcome not in NEVER_RAN]


def _headlines(measured: Measured, lead: str) -> Table[_Means]:
    rows = [
        _Means(problem, own, cases, _fair(own))
        for problem, cases in measured.problems.items()
        if (own := _ran(cases, lead))
    ]
    best_cpu: list[Column[_Means]] = [
        *_best_cpu_means(),
        Column("best CPU, of how many", _best_of),
    ]
    return Table(
        rows,
        [
            Column(f"{lead} on", lambda row: row.name),
            Column("graphs", lambda row: str(len(row.graphs)), right=True),
            *_baseline_means(measured.baseline),
            *(best_cpu if any(case.best for row in rows for case in row.own) else []),  # a CPU engine has none
            Column("verdicts", lambda row: _verdicts([case.main for case in row.own if case.main is not None])),
        ],
    )


def _baseline_means(baseline: str) -> list[Column[_Means]]:
    return [
        Column(f"run vs {baseline}", lambda row: _mean(row.fair.main, "ratio_call"), right=True),
        Column(f"end to end vs {baseline}", lambda row: _mean(row.fair.main, "ratio_first_answer"), right=True),
    ]


def _best_cpu_means() -> list[Column[_Means]]:
    return [
        Column("run vs best CPU", lambda row: _mean(row.fair.best, "ratio_call"), right=True),
        Column("end to end vs best CPU", lambda row: _mean(row.fair.whole, "ratio_first_answer"), right=True),
    ]


def _best_of(row: _Means) -> str:
    """The best CPU engines, and of how many that have a time on a graph: the best of one was never contested."""
    if not row.fair.best:
        return NOTHING
    graphs = {case.record.task.dataset for case in row.own if case.best and fair(case.best)}
    finished = {
        (case.record.task.dataset, case.record.task.engine)
        for case in row.cases
        if case.record.device == "cpu" and case.record.outcome is Outcome.OK and case.record.task.dataset in graphs
    }
    numbers = sorted(Counter(graph for graph, _ in finished).values())
    low, high = numbers[0], numbers[-1]
    return f"{row.fair.against}, of {low if low == high else f'{low} to {high}'}"


def _by_graph(measured: Measured, lead: str) -> Table[_Means]:
    """The same means for each graph, over its problems, from the graph with the fewest edges to that with the most."""
    graphs: dict[str, list[Case]] = {}
    for case in _ran(measured.cases, lead):
        graphs.setdefault(case.record.task.dataset, []).append(case)
    rows = [_Means(graph, cases, cases, _fair(cases)) for graph, cases in graphs.items()]
    baseline = measured.baseline
    best_cpu: list[Column[_Means]] = [
        Column("cases vs best CPU", lambda row: str(len(row.fair.best)), right=True),
        *_best_cpu_means(),
        Column("best CPU", lambda row: row.fair.against or NOTHING),
    ]
    return Table(
        sorted(rows, key=lambda row: (row.edges or 0, row.name)),
        [
            Column(f"{lead} on", lambda row: row.name),
            Column("edges", lambda row: NOTHING if row.edges is None else f"{row.edges:,}", right=True),
            Column(f"cases vs {baseline}", lambda row: str(len(row.fair.main)), right=True),
            *_baseline_means(baseline),
            *(best_cpu if any(row.fair.best for row in rows) else []),  # a CPU engine has none
        ],
    )


def overview(measured: Measured, lead: str, *, name: str) -> Chart | None:
    """One row for each problem: the geometric mean of the leading engine's ratios, and their range."""
    rows = []
    for problem, cases in measured.problems.items():
        started = _ran(cases, lead)
        known = _fair(started)
        own = known.main
        runs, ends = _ratios(own, "ratio_call"), _ratios(own, "ratio_first_answer")
        text = f"{ratio(geometric_mean(ends))} end to end" if runs and ends else ""
        if not runs:
            text = _best_in_words(known) or "no ratio that compares like with like"
        if started:
            number = f" ({len(runs)})"
            room = (bars.LABEL if runs else bars.LABEL_ALONE) - len(number)
            rows.append(
                bars.Bar(
                    label=f"{bars.shortened(problem, room)}{number}",
                    value=ratio(geometric_mean(runs)) if runs else "",
                    text=text,
                    ratio=geometric_mean(runs) if runs else None,
                    ends=(min(runs), max(runs)) if len(runs) > 1 else None,
                    second=geometric_mean(ends) if runs and ends else None,
                    colour=measured.colours[lead],
                )
            )
    if not any(row.ratio for row in rows):
        return None
    title = f"{lead} against {measured.baseline}: mean and range over (n) graphs"
    heading = f"{lead} against {measured.baseline}: geometric mean and range over (n) graphs"
    if any(is_twin(case.record.task.dataset) for case in _ran(measured.cases, lead)):
        title += ", twins too"
        heading += ", synthetic twins among them"
    alt = f"{heading}: " + "; ".join(f"{row.label} {row.value} {row.text}" for row in rows)
    with style.style():
        svg = drawing.to_svg(bars.speedups([bars.Rows(title, rows)], baseline=measured.baseline), name, alt)
    return Chart(name=name, svg=svg, alt=alt, caption=f"{heading} (only like with like; on {measured.name})")


def _best_in_words(known: _Fair) -> str:
    """The means against the best CPU engines, with their names: what a row has without a bar."""
    if not known.best:
        return ""
    means = [
        f"{ratio(geometric_mean(ratios))} {word}"
        for word, ratios in (
            ("on run", _ratios(known.best, "ratio_call")),
            ("end to end", _ratios(known.whole, "ratio_first_answer")),
        )
        if ratios
    ]
    return f"{', '.join(means)} vs best CPU ({known.against})"


def _sentence(measured: Measured, lead: str) -> str:
    known = _fair(case for case in measured.cases if case.label == lead)
    main, best, whole = known
    parts = []
    if main:
        parts.append(f"{_factor(_ratios(main, 'ratio_call'))} {measured.baseline} on run")
        if ends := _ratios(main, "ratio_first_answer"):
            parts.append(f"{_factor(ends)} it end to end")
    if best:
        parts.append(f"{_factor(_ratios(best, 'ratio_call'))} the best CPU engine on run")
    if ends := _ratios(whole, "ratio_first_answer"):
        parts.append(f"{_factor(ends)} the best end to end")
    if not parts:
        return f"{lead} has no ratio that compares like with like."
    best_cpu = f"; the best CPU engine is {known.against}" if best else ""
    if best and (uncontested := _uncontested(measured, lead)):
        best_cpu += f", in {count(uncontested, 'case')} the only one with a time"
    return plain(f"{lead} is {listed(parts)} ({_over(measured, main, best)}{best_cpu}).")


def _uncontested(measured: Measured, lead: str) -> int:
    """In how many cases the best CPU engine is the only one that finished."""
    alone = 0
    for cases in measured.problems.values():
        done = Counter(
            case.record.task.dataset
            for case in cases
            if case.record.device == "cpu" and case.record.outcome is Outcome.OK
        )
        own = [case for case in cases if case.label == lead and case.best is not None and fair(case.best)]
        alone += sum(done[case.record.task.dataset] == 1 for case in own)
    return alone


def _over(measured: Measured, main: Sequence[Comparison], best: Sequence[Comparison]) -> str:
    """What the means are over; two numbers where the baseline has fewer cases than the best CPU engine."""
    if main and best and len(main) != len(best):
        return (
            f"geometric means of like with like, over {count(len(main), 'case')} against {measured.baseline} and "
            f"{count(len(best), 'case')} against the best CPU engine"
        )
    return f"geometric means, {count(len(main or best), 'case')} of like with like"


def _factor(ratios: Sequence[float]) -> str:
    mean = geometric_mean(ratios)
    return f"{three(mean)} times as fast as" if mean >= 1 else f"{three(1 / mean)} times slower than"


def _verdicts(found: Sequence[Comparison]) -> str:
    counted = Counter(str(comparison.verdict) for comparison in found)
    bounds = Counter(str(comparison.verdict) for comparison in found if comparison.bound is not None)
    aside = {verdict: f" ({number} only a bound)" if number else "" for verdict, number in bounds.items()}
    return (
        ", ".join(f"{counted[verdict]} {verdict}{aside.get(verdict, '')}" for verdict in Verdict if counted[verdict])
        or NOTHING
    )


def _counts(measured: Measured) -> list[str]:
    outcomes = Counter(case.record.outcome for case in measured.cases)
    ended = ", ".join(f"{number:,} {outcome.in_words}" for outcome, number in outcomes.most_common())
    verdicts = [case.main for case in measured.cases if case.main is not None and case.record.outcome not in NEVER_RAN]
    dates = sorted(case.record.measured_at[:10] for case in measured.cases if case.record.measured_at)
    when = "" if not dates else dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    shown = [
        f"Verdicts against {measured.baseline}: {_verdicts(verdicts)}." if verdicts else "",
        f"{count(len(measured.cases), 'record')}: {ended}.",
        f"Machine: {measured.name}.",
        f"Measured {when}." if when else "",
    ]
    return [line for line in shown if line]


class _Engine(NamedTuple):
    """The means of one engine over the graphs of a problem that all engines completed."""

    problem: str
    label: str
    run: float | None
    end_to_end: float | None
    common: int
    graphs: int
    completed: int


def _engines(measured: Measured) -> Table[_Engine]:
    """Each engine's mean over the graphs that all engines completed, so that the means can be compared."""
    rows = []
    for problem, cases in measured.problems.items():
        done: dict[str, dict[object, float]] = {}
        ends: dict[str, dict[object, float]] = {}
        for case in cases:
            if case.main is not None and fair(case.main):
                graph = case.record.task.dataset
                done.setdefault(case.label, {})[graph] = case.main.ratio_call or 1.0
                ends.setdefault(case.label, {})[graph] = case.main.ratio_first_answer or 1.0
        means, common = common_geometric_means(done)
        whole, _ = common_geometric_means(ends)
        graphs = len({case.record.task.dataset for case in cases})
        for label in sorted(done, key=lambda label: -means.get(label, 0.0)):
            completed = sum(case.label == label and case.run is not None for case in cases)
            rows.append(_Engine(problem, label, means.get(label), whole.get(label), len(common), graphs, completed))
    return Table(
        rows,
        [
            Column("problem", lambda row: row.problem),
            Column("engine", lambda row: row.label),
            Column(f"run vs {measured.baseline}", lambda row: ratio(row.run), right=True),
            Column("end to end", lambda row: ratio(row.end_to_end), right=True),
            Column("common graphs", lambda row: f"{row.common} of {row.graphs}", right=True),
            Column("graphs completed", lambda row: str(row.completed), right=True),
        ],
    )
