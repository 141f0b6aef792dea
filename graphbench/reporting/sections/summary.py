"""The answer in one screen: how much faster for each problem, how often like with like, and when it pays off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from statistics import median_low
from typing import NamedTuple

from graphbench.records.break_even import Runs
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.model import NEVER_RAN, Outcome
from graphbench.records.rules import Verdict
from graphbench.records.statistics import common_geometric_means
from graphbench.reporting import means, speeds
from graphbench.reporting.document import Block, Cards, Column, Fold, Section, Table, Text, Tone
from graphbench.reporting.means import Against, fair, leader
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import NOTHING, plain, ratio
from graphbench.reporting.sections import no_baseline
from graphbench.reporting.speeds import TOTALS, Speed
from graphbench.reporting.wording import EARLIER_RULES, twin_note
from graphbench.system.text import count, listed

_HOW = (
    "Means are geometric, over the graphs on which both engines completed and like is compared with like; the smallest "
    "and the largest ratio are in brackets. Unlike and undecided ratios are counted but not averaged; ratios of first "
    "calls are averaged apart from those of warm calls, and shown where there are none of warm calls. A whole script "
    "is start + first answer, with the garbage collector off. An engine pays off from the number of calls on one graph "
    "at which start + read + build + all calls take no longer than the other's; given is the median over the graphs."
)
_OF_BEST_CPU = (
    "The best CPU engine is the fastest one with a time, chosen separately for warm call and first answer; it may be "
    "the only one measured. If its answer is better by more than the quality rule allows, there is no ratio: no slower "
    "engine replaces it."
)
_OF_KINDS = (
    "Real graphs, generated graphs and synthetic twins are never averaged together, and a twin is left out where its "
    "original has a ratio."
)


def section(measured: Measured, key: str) -> Section:
    """The headline, a card for each problem, then the same for every graph and engine."""
    blocks: list[Block] = [Text(" ".join(headline(measured)), lead=True)]
    lead = leader(measured)
    if not lead:
        blocks += [Cards(no_baseline.table(measured)), Text(" ".join(_counts(measured)), quiet=True)]
        return Section("The answer", f"{key}answer", blocks)
    first, *others = means.by_kind(means.started(measured.cases, lead)).items()
    blocks += [Cards(_by_problem(measured, *first)), Text(" ".join(_counts(measured)), quiet=True)]
    for kind, cases in others:
        blocks.append(Fold(f"On {kind}s", [_by_problem(measured, kind, cases)]))
    graphs = _by_graph(measured, lead)
    if len(graphs.rows) > 1:  # a mean over a small graph and a large one describes neither
        blocks.append(Fold(f"Graph by graph ({len(graphs.rows)})", [graphs]))
    engines = _engines(measured)
    if engines.rows:
        blocks.append(Fold("Every engine, over the graphs that all of them completed", [engines]))
    aside = [_HOW, _OF_KINDS if others else "", _OF_BEST_CPU if any(case.best for case in first[1]) else ""]
    if synthetic := twin_note(case.record.task.dataset for case in measured.cases):
        blocks.append(Text(synthetic))
    blocks.append(Fold("How these numbers are made", [Text(" ".join(filter(None, aside)))]))
    return Section("The answer", f"{key}answer", blocks)


def headline(measured: Measured) -> list[str]:
    """What a set of records says, in two or three plain sentences: over real graphs alone wherever there are any."""
    lead = leader(measured)
    if not lead:
        return no_baseline.sentences(measured)
    kind, cases = next(iter(means.by_kind(means.started(measured.cases, lead)).items()))
    known = means.against(cases)
    where = f"On {count(len({case.record.task.dataset for case in cases}), kind)}"
    sides = {measured.baseline: known.over_baseline(), "the best CPU engine": known.over_best_cpu()}
    calls = _of_total(sides, "warm call") or _of_total(sides, "first call")
    if not calls:
        return [plain(f"{where}, {lead} has no ratio that compares like with like.")]
    one = {"the best CPU engine": f"the best CPU engine, {known.best_cpu}"} if known.best_cpu.isidentifier() else {}
    all_graphs = len({case.record.task.dataset for case in cases})

    def fewer(name: str, ratio: RatioName) -> str:
        """On how many graphs, where these are not all."""
        of_best = known.best if ratio == "ratio_call" else known.whole
        group = known.main if name == measured.baseline else of_best
        graphs = len({one.dataset for one in group if one.counts(ratio)})
        return f" on {count(graphs, 'graph')}" if graphs < all_graphs else ""

    than = " and ".join(
        _than(one.get(name, name), speed, of=len(cases), on=fewer(name, "ratio_call")) for name, speed in calls
    )
    found = [f"{where}, a {calls[0][1].total} of {lead} is {than}."]
    if scripts := _of_total(sides, "whole script"):
        than = " and ".join(_than(name, speed) + fewer(name, "ratio_whole_script") for name, speed in scripts)
        found.append(f"A whole script, which starts the library and calls once, is {than}.")
    if all(case.record.device == "cpu" for case in measured.cases) and len(won := means.wins(measured)) > 1:
        shares = [f"{engine} in {number}" for engine, number in sorted(won.items(), key=lambda one: (-one[1], one[0]))]
        found.append(f"Of {count(won.total(), 'case')}, the fastest warm call is that of {listed(shares)}.")
    against_cpu = _runs([case.hardest for case in cases])
    if runs := against_cpu or _runs([case.main for case in cases]):
        over = "the best CPU engine" if against_cpu else measured.baseline
        found.append(f"Called again on the same graph, it pays off against {over} {pays_off(runs)}.")
    if uncontested := _uncontested(measured, cases) if known.best else 0:
        found.append(f"In {count(uncontested, 'case')} the best CPU engine is the only one with a time.")
    return [plain(sentence) for sentence in found]


def _of_total(sides: Mapping[str, Sequence[Speed]], total: str) -> list[tuple[str, Speed]]:
    return [(name, speed) for name, found in sides.items() for speed in found if speed.total == total]


def _than(other: str, speed: Speed, of: int = 0, on: str = "") -> str:
    """`2.00x faster than A (mean of 3 cases, 1 to 4)`; in brackets only where it is one of several cases."""
    factor, ends = speeds.phrase(speed)
    ends = ends.replace(f"mean of {speed.ratios}", f"mean of {count(speed.ratios, 'case')}{on}")
    if speed.no_difference:
        return f"not found to differ from {other} {ends}"
    if speed.ratios == 1 < of:
        ends = f"(1 case{', ' if ends else ''}{ends.strip('()')})"
    return f"{factor} than {other} {ends if of else ''}".rstrip()


def _runs(found: Sequence[Comparison | None]) -> list[Runs]:
    return [one.break_even_runs for one in found if one is not None and one.break_even_runs is not None]


def pays_off(runs: Sequence[Runs]) -> str:
    """`from 12 calls (never in 3 of 8 cases)`: the median of all cases; where most never do, that of the others."""
    known = sorted(number for number in runs if isinstance(number, int))
    never = len(runs) - len(known)
    if not known:
        return "never" if runs else NOTHING
    aside = f"never in {never} of {len(runs)}"
    if never >= len(known):
        return f"{aside}, else from {count(median_low(known), 'call')}"
    median = known[(len(runs) - 1) // 2]
    return f"from {count(median, 'call')}" + (f" ({aside})" if never else "")


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


def _by_problem(measured: Measured, kind: str, cases: list[Case]) -> Table[_Means]:
    """The grand mean over graphs of one kind, then a row for each problem."""
    problems: dict[str, list[Case]] = {}
    for case in sorted(cases, key=lambda case: case.problem):
        problems.setdefault(case.problem, []).append(case)
    rows = [
        _Means(problem, kind, own, measured.problems[problem], means.against(own)) for problem, own in problems.items()
    ]
    rows.sort(key=_call_ratio, reverse=True)
    if len(rows) > 1:
        every = [case for own in problems.values() for case in own]
        rows.insert(0, _Means(f"all {len(rows)} problems", kind, every, measured.cases, means.against(every)))
    best_cpu: list[Column[_Means]] = [*_best_cpu_means(), Column("best CPU", _best_of)]
    return Table(
        rows,
        [
            Column(f"{cases[0].label} on", lambda row: row.name),
            *_baseline_means(measured.baseline),
            *(best_cpu if any(case.best for case in cases) else []),  # a CPU engine has none
            Column("graphs", lambda row: count(row.graphs, row.kind).replace(" graphs", "").replace(" graph", "")),
            Column("verdicts", lambda row: _verdicts([case.main for case in row.own if case.main is not None])),
        ],
    )


def _call_ratio(row: _Means) -> float:
    """By which problems are sorted: that to the best CPU engine, else that to the baseline."""
    found = speeds.mean(row.against.best, "ratio_call") or speeds.mean(row.against.main, "ratio_call")
    return found.value if found else 0.0


def _baseline_means(baseline: str) -> list[Column[_Means]]:
    def call(row: _Means) -> Speed | None:
        return speeds.mean(row.against.main, "ratio_call") or speeds.mean_of_first_calls(row.against.main)

    return [
        _ratios(f"warm call vs {baseline}", call),
        _ratios(f"first answer vs {baseline}", lambda row: speeds.mean(row.against.main, "ratio_first_answer")),
        _ratios(f"whole script vs {baseline}", lambda row: speeds.mean(row.against.main, "ratio_whole_script")),
        Column(f"pays off vs {baseline}", lambda row: pays_off(_runs([case.main for case in row.own])), optional=True),
    ]


def _best_cpu_means() -> list[Column[_Means]]:
    return [
        _ratios("warm call vs best CPU", lambda row: speeds.mean(row.against.best, "ratio_call")),
        _ratios("first answer vs best CPU", lambda row: speeds.mean(row.against.first, "ratio_first_answer")),
        _ratios("whole script vs best CPU", lambda row: speeds.mean(row.against.whole, "ratio_whole_script")),
        Column("pays off vs best CPU", lambda row: pays_off(_runs([case.hardest for case in row.own])), optional=True),
    ]


def _ratios(title: str, mean: Callable[[_Means], Speed | None]) -> Column[_Means]:
    def tone(row: _Means) -> Tone:
        speed = mean(row)
        return "" if speed is None or speed.no_difference else "good" if speed.value > 1 else "doubtful"

    return Column(title, lambda row: speeds.mean_cell(mean(row)), right=True, tone=tone)


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
    return f"{row.against.best_cpu}, of {low if low == high else f'{low} to {high}'} measured"


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
    earlier = sum(case.record.superseded for case in measured.cases)
    shown = [
        f"Verdicts against {measured.baseline}: {_verdicts(verdicts)}." if verdicts else "",
        f"{count(len(measured.cases), 'task')}: {ended}.",
        f"{count(earlier, 'record')} marked {EARLIER_RULES!r}: measured before the rules changed; no ratio counts."
        if earlier
        else "",
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
