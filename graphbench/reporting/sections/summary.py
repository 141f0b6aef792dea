"""The answer in one screen: how much faster for each problem, how often like with like, on what and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from graphbench.records.comparison import Comparison
from graphbench.records.model import NEVER_RAN, Outcome
from graphbench.records.rules import Verdict
from graphbench.records.statistics import common_geometric_means
from graphbench.reporting import means, speeds
from graphbench.reporting.document import Block, Bullets, Column, Fold, Section, Table, Text
from graphbench.reporting.means import Against, fair, leader
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import NOTHING, plain, ratio
from graphbench.reporting.sections import no_baseline
from graphbench.reporting.sections.overview import overview
from graphbench.reporting.speeds import TOTALS
from graphbench.reporting.wording import EARLIER_RULES, twin_note
from graphbench.system.text import count


def section(measured: Measured, key: str) -> Section:
    """The headline of every problem, then the same for every engine."""
    blocks: list[Block] = []
    lead = leader(measured)
    if lead:
        kinds = means.by_kind(means.started(measured.cases, lead))
        blocks += [
            Text(_sentence(measured, lead, means.noun(kind, kinds), cases), strong=True)
            for kind, cases in kinds.items()
        ]
        graphs = _by_graph(measured, lead)
        if len(graphs.rows) > 1:  # a mean over a small graph and a large one describes neither
            blocks.append(graphs)
            if synthetic := twin_note(row[0] for row in graphs.rows):
                blocks.append(Text(synthetic))
        charts = [overview(measured, lead, kind, kinds, name=f"{key}overview{_suffix(kind, kinds)}") for kind in kinds]
        blocks += [chart for chart in charts if chart is not None]
        blocks.append(_headlines(measured, lead))
        how = (
            "Means are geometric, over the graphs on which both engines completed and like is compared with like; the "
            "smallest and the largest ratio are in brackets. Unlike and undecided ratios are counted but not averaged; "
            "ratios of first calls are averaged apart from those of warm calls. A whole script is start + first "
            "answer, with the garbage collector off."
        )
        if len(kinds) > 1:
            how += (
                " Real graphs, generated graphs and synthetic twins are never averaged together, and a twin is left "
                "out where its original has a ratio."
            )
        if any(case.best for case in measured.cases if case.label == lead):
            how += (
                " The best CPU engine is the fastest one with a time, chosen separately for warm call and first "
                "answer; it may be the only one measured. If its answer is better by more than the quality rule "
                "allows, there is no ratio: no slower engine replaces it."
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


def _suffix(kind: str, kinds: Iterable[str]) -> str:
    """Of the name of a chart: the first kind has none."""
    return "" if kind == next(iter(kinds)) else f"-{kind.replace(' ', '-')}s"


class _Means(NamedTuple):
    """What is averaged of the leading engine: over the graphs of a problem, or over the problems on a graph."""

    name: str
    kind: str
    own: list[Case]
    cases: Sequence[Case]
    against: Against

    @property
    def edges(self) -> int | None:
        """Edges of the graph."""
        return max((case.record.dataset.num_edges for case in self.own if case.record.dataset), default=None)

    @property
    def graphs(self) -> int:
        """How many graphs it started on."""
        return len({case.record.task.dataset for case in self.own})


def _headlines(measured: Measured, lead: str) -> Table[_Means]:
    kinds = means.by_kind(means.started(measured.cases, lead))
    rows = [
        _Means(problem, means.noun(kind, kinds), own, cases, means.against(own))
        for problem, cases in measured.problems.items()
        for kind, own in means.by_kind(means.started(cases, lead)).items()
    ]
    best_cpu: list[Column[_Means]] = [*_best_cpu_means(), Column("best CPU, of how many", _best_of)]
    return Table(
        rows,
        [
            Column(f"{lead} on", lambda row: row.name),
            Column("graphs", lambda row: count(row.graphs, row.kind)),
            *_baseline_means(measured.baseline),
            *(best_cpu if any(case.best for row in rows for case in row.own) else []),  # a CPU engine has none
            Column("verdicts", lambda row: _verdicts([case.main for case in row.own if case.main is not None])),
        ],
    )


def _baseline_means(baseline: str) -> list[Column[_Means]]:
    return [
        Column(
            f"warm call vs {baseline}",
            lambda row: speeds.mean_cell(speeds.mean(row.against.main, "ratio_call")),
            right=True,
        ),
        Column(
            f"first call vs {baseline}",
            lambda row: speeds.mean_cell(found) if (found := speeds.mean_of_first_calls(row.against.main)) else "",
            right=True,
            optional=True,
        ),
        Column(
            f"first answer vs {baseline}",
            lambda row: speeds.mean_cell(speeds.mean(row.against.main, "ratio_first_answer")),
            right=True,
        ),
        Column(
            f"whole script vs {baseline}",
            lambda row: speeds.mean_cell(speeds.mean(row.against.main, "ratio_whole_script")),
            right=True,
        ),
    ]


def _best_cpu_means() -> list[Column[_Means]]:
    return [
        Column(
            "warm call vs best CPU",
            lambda row: speeds.mean_cell(speeds.mean(row.against.best, "ratio_call")),
            right=True,
        ),
        Column(
            "first answer vs best CPU",
            lambda row: speeds.mean_cell(speeds.mean(row.against.whole, "ratio_first_answer")),
            right=True,
        ),
        Column(
            "whole script vs best CPU",
            lambda row: speeds.mean_cell(speeds.mean(row.against.whole, "ratio_whole_script")),
            right=True,
        ),
    ]


def _best_of(row: _Means) -> str:
    """The best CPU engines, and of how many that have a time on a graph: the best of one was never contested."""
    if not row.against.best:
        return NOTHING
    graphs = {case.record.task.dataset for case in row.own if case.best and fair(case.best)}
    finished = {
        (case.record.task.dataset, case.record.task.engine)
        for case in row.cases
        if case.record.device == "cpu" and case.record.outcome is Outcome.OK and case.record.task.dataset in graphs
    }
    numbers = sorted(Counter(graph for graph, _ in finished).values())
    low, high = numbers[0], numbers[-1]
    return f"{row.against.best_cpu}, of {low if low == high else f'{low} to {high}'}"


def _by_graph(measured: Measured, lead: str) -> Table[_Means]:
    """The same means for each graph, over its problems, from the graph with the fewest edges to that with the most."""
    graphs: dict[str, list[Case]] = {}
    for case in means.started(measured.cases, lead):
        graphs.setdefault(case.record.task.dataset, []).append(case)
    rows = [_Means(graph, "", cases, cases, means.against(cases)) for graph, cases in graphs.items()]
    best_cpu: list[Column[_Means]] = [
        Column("cases vs best CPU", lambda row: str(len(row.against.best)), right=True),
        *_best_cpu_means(),
        Column("best CPU", lambda row: row.against.best_cpu or NOTHING),
    ]
    return Table(
        sorted(rows, key=lambda row: (row.edges or 0, row.name)),
        [
            Column(f"{lead} on", lambda row: row.name),
            Column("edges", lambda row: NOTHING if row.edges is None else f"{row.edges:,}", right=True),
            Column(f"cases vs {measured.baseline}", lambda row: str(len(row.against.main)), right=True),
            *_baseline_means(measured.baseline),
            *(best_cpu if any(row.against.best for row in rows) else []),  # a CPU engine has none
        ],
    )


def _sentence(measured: Measured, lead: str, kind: str, cases: Sequence[Case]) -> str:
    known = means.against(cases)
    parts = []
    if over := known.over_baseline():
        parts.append(speeds.against(measured.baseline, over))
    if over := known.over_best_cpu():
        parts.append(speeds.against(f"the best CPU engine ({known.best_cpu})", over))
    where = f"on {count(len({case.record.task.dataset for case in cases}), kind)}"
    if not parts:
        return plain(f"{lead} has no ratio that compares like with like {where}.")
    alone = (
        f"; in {count(number, 'case')} the only one with a time" if (number := _uncontested(measured, cases)) else ""
    )
    return plain(f"{lead} {where} {'; '.join(parts)}{alone if known.best else ''}.")


def _uncontested(measured: Measured, cases: Sequence[Case]) -> int:
    """In how many cases the best CPU engine is the only one that finished."""
    done = Counter(
        (case.problem, case.record.task.dataset)
        for case in measured.cases
        if case.record.device == "cpu" and case.record.outcome is Outcome.OK
    )
    own = [case for case in cases if case.best is not None and fair(case.best)]
    return sum(done[case.problem, case.record.task.dataset] == 1 for case in own)


def _verdicts(found: Sequence[Comparison]) -> str:
    counted = Counter(str(comparison.verdict) for comparison in found)
    return ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict if counted[verdict]) or NOTHING


def _counts(measured: Measured) -> list[str]:
    outcomes = Counter(case.record.outcome for case in measured.cases)
    ended = ", ".join(f"{number:,} {outcome.in_words}" for outcome, number in outcomes.most_common())
    verdicts = [case.main for case in measured.cases if case.main is not None and case.record.outcome not in NEVER_RAN]
    dates = sorted(case.record.measured_at[:10] for case in measured.cases if case.record.measured_at)
    when = "" if not dates else dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    earlier = sum(case.record.superseded for case in measured.cases)
    shown = [
        f"Verdicts against {measured.baseline}: {_verdicts(verdicts)}." if verdicts else "",
        f"{count(len(measured.cases), 'record')}: {ended}.",
        f"{count(earlier, 'record')} marked {EARLIER_RULES!r}: measured before the rules changed; no ratio counts."
        if earlier
        else "",
        f"Machine: {measured.name}.",
        f"Measured {when}." if when else "",
    ]
    return [line for line in shown if line]


class _Engine(NamedTuple):
    """The means of one engine over the graphs of a problem and of a kind that all engines completed."""

    problem: str
    kind: str
    label: str
    means: dict[str, float]
    common: int
    graphs: int
    completed: int


def _engines(measured: Measured) -> Table[_Engine]:
    """Each engine's mean over the graphs that all engines completed, so that the means can be compared."""
    rows: list[_Engine] = []
    kinds = means.by_kind(measured.cases)
    for problem, cases in measured.problems.items():
        for kind, own in means.by_kind(cases).items():
            rows += _engines_on(problem, means.noun(kind, kinds), own)
    return Table(
        rows,
        [
            Column("problem", lambda row: row.problem),
            Column("engine", lambda row: row.label),
            Column(f"warm call vs {measured.baseline}", lambda row: ratio(row.means.get("ratio_call")), right=True),
            Column("first answer", lambda row: ratio(row.means.get("ratio_first_answer")), right=True),
            Column("whole script", lambda row: ratio(row.means.get("ratio_whole_script")), right=True),
            Column("common graphs", lambda row: f"{row.common} of {count(row.graphs, row.kind)}", right=True),
            Column("graphs completed", lambda row: str(row.completed), right=True),
        ],
    )


def _engines_on(problem: str, kind: str, cases: Sequence[Case]) -> list[_Engine]:
    found: dict[str, dict[str, float]] = {}
    common: frozenset[object] = frozenset()
    for name in TOTALS:
        done: dict[str, dict[object, float]] = {}
        for case in cases:
            if case.main is not None and case.main.counts(name):
                done.setdefault(case.label, {})[case.record.task.dataset] = getattr(case.main, name)
        averaged, shared = common_geometric_means(done)
        common = common or shared
        for label in done:
            found.setdefault(label, {})
        for label, value in averaged.items():
            found[label][name] = value
    graphs = len({case.record.task.dataset for case in cases})
    completed = Counter(case.label for case in cases if case.call is not None)
    return [
        _Engine(problem, kind, label, found[label], len(common), graphs, completed[label])
        for label in sorted(found, key=lambda label: -next(iter(found[label].values()), 0.0))
    ]
