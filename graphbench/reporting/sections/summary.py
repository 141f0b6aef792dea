"""The answer in one screen: how much faster for each problem, how often like with like, and when it pays off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median_low
from typing import NamedTuple

from graphbench.records.break_even import Runs
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.rules import Verdict
from graphbench.records.times import warm_calls
from graphbench.reporting import means, speeds, warned
from graphbench.reporting.document import Block, Cards, Column, Fold, Section, Table, Text, Tone
from graphbench.reporting.means import Against, fair, leader
from graphbench.reporting.measured import Case, Measured, pays_off_from
from graphbench.reporting.numbers import NOTHING, plain
from graphbench.reporting.sections import no_baseline
from graphbench.reporting.speeds import TOTALS, Speed
from graphbench.reporting.wording import EARLIER_RULES
from graphbench.system.text import count, listed

_HOW = (
    "Means are geometric, over the graphs on which both engines completed and like is compared with like. In brackets "
    "are the smallest and the largest ratio of a mean, which is no interval; of a single ratio its 95 % interval, or "
    "its range where calls were too few. Unlike and undecided ratios are counted but not averaged; ratios of first "
    "calls are averaged apart from those of warm calls, and shown where there are none of warm calls. Blue: every "
    "ratio is above 1; orange: every one is below. An engine pays off from the number of calls on one graph at which "
    "start + read + build + all calls take no longer than the other's: the median over the graphs."
)
_OF_BEST_CPU = (
    "The best CPU engine is the fastest one with a time, chosen separately for warm call, first answer and whole "
    "script; it may be the only one measured. If its answer is better by more than the quality rule allows, the ratio "
    "is unlike and does not count: no slower engine replaces it."
)
_OF_KINDS = (
    "Real graphs, generated graphs and synthetic twins are never averaged together, and a twin is left out where its "
    "original has a ratio."
)


def section(measured: Measured, key: str) -> Section:
    """The headline, a card for each problem, then the same for every graph and engine."""
    sentences = headline(measured)
    blocks: list[Block] = [
        Text(" ".join(sentences[:2]), lead=True),
        *map(Text, filter(None, [" ".join(sentences[2:])])),
    ]
    lead = leader(measured)
    if not lead:
        blocks += [Cards(no_baseline.table(measured)), Text(" ".join(_counts(measured, [])), quiet=True)]
        return Section("The answer", f"{key}answer", blocks)
    first, *others = means.by_kind(means.started(measured.cases, lead)).items()
    blocks += [Cards(_by_problem(measured, *first)), Text(" ".join(_counts(measured, first[1])), quiet=True)]
    for kind, cases in others:
        blocks.append(Fold(f"On {kind}s", [_by_problem(measured, kind, cases)]))
    aside = [_HOW, _OF_KINDS if others else "", _OF_BEST_CPU if any(case.best for case in first[1]) else ""]
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
    found += _of_gpus(measured, lead)
    if uncontested := _uncontested(measured, cases) if known.best else 0:
        found.append(f"In {count(uncontested, 'case')} the best CPU engine is the only one with a time.")
    return [plain(sentence) for sentence in found]


def _of_gpus(measured: Measured, lead: str) -> list[str]:
    """Which GPU engine and allocator is the fastest most often, and how it compares with the best CPU engine."""
    won = means.wins(measured, "gpu")
    if len({case.label for case in measured.cases if case.record.device == "gpu"}) < 2 or not won:
        return []
    label, number = min(won.items(), key=lambda one: (-one[1], one[0]))
    measured_in = {(case.problem, case.graph) for case in measured.cases if case.label == label}
    text = (
        f"Of the GPU engines, {label} has the fastest warm call in {count(number, 'case')} of the {len(measured_in)} "
        "where it was measured"
    )
    cases = next(iter(means.by_kind(means.started(measured.cases, label)).values()))
    speed = speeds.mean(means.against(cases).best, "ratio_call")
    than = f" Its warm call is {_than('the best CPU engine', speed, of=len(cases))}." if speed and label != lead else ""
    return [f"{text}.{than}"]


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


def _runs(found: Iterable[Comparison | None]) -> list[Runs]:
    return [runs for one in found if (runs := pays_off_from(one)) is not None]


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
    """What is averaged of the leading engine, over the graphs of a problem."""

    name: str
    kind: str
    own: list[Case]
    cases: Sequence[Case]
    against: Against

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
    rows = [row for row in rows if any(row.against)] or rows
    rows.sort(key=_call_ratio, reverse=True)
    if len(rows) > 1:
        every = [case for own in problems.values() for case in own]
        rows.insert(0, _Means(f"all {len(rows)} problems", kind, every, measured.cases, means.against(every)))
    best_cpu: list[Column[_Means]] = [
        *_ratios("best CPU", lambda row: (row.against.best, row.against.first, row.against.whole)),
        *_counted("best CPU", lambda case: case.hardest, lambda case: case.best),
        Column("best CPU", _best_of),
    ]
    return Table(
        rows,
        [
            Column(f"{cases[0].label} on", lambda row: row.name),
            *_ratios(measured.baseline, lambda row: (row.against.main,) * 3),
            *_counted(measured.baseline, lambda case: case.main, lambda case: case.main),
            *(best_cpu if any(case.best for case in cases) else []),  # a CPU engine has none
            Column("graphs", lambda row: count(row.graphs, row.kind).replace(" graphs", "").replace(" graph", "")),
        ],
    )


def _call_ratio(row: _Means) -> float:
    """By which problems are sorted: that to the best CPU engine, else that to the baseline."""
    found = speeds.mean(row.against.best, "ratio_call") or speeds.mean(row.against.main, "ratio_call")
    return found.value if found else 0.0


def _ratios(other: str, compared: Callable[[_Means], tuple[Sequence[Comparison], ...]]) -> list[Column[_Means]]:
    """The mean of each total against another engine; of first calls, where there is none of warm calls."""

    def column(place: int, name: RatioName) -> Column[_Means]:
        def mean(row: _Means) -> Speed | None:
            found = compared(row)[place]
            return speeds.mean(found, name) or (speeds.mean_of_first_calls(found) if name == "ratio_call" else None)

        def cell(row: _Means) -> str:
            return speeds.mean_cell(mean(row), "case" if row.graphs < len(row.own) else "graph")

        def tone(row: _Means) -> Tone:
            speed = mean(row)
            ends = (speed.ends or (speed.value, speed.value)) if speed else (1, 1)
            return "good" if min(ends) > 1 else "doubtful" if max(ends) < 1 else ""

        return Column(f"{TOTALS[name]} vs {other}", cell, right=True, tone=tone)

    return [column(place, name) for place, name in enumerate(TOTALS)]


def _counted(
    other: str, hardest: Callable[[Case], Comparison | None], compared: Callable[[Case], Comparison | None]
) -> list[Column[_Means]]:
    """From how many calls on it pays off, and how many comparisons have which verdict."""
    return [
        Column(f"pays off vs {other}", lambda row: pays_off(_runs(map(hardest, row.own))), optional=True),
        Column(f"verdicts vs {other}", lambda row: _verdicts(map(compared, row.own)), optional=True),
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
    return f"{row.against.best_cpu}, of {low if low == high else f'{low} to {high}'} measured"


def _uncontested(measured: Measured, cases: Sequence[Case]) -> int:
    """In how many cases the best CPU engine is the only one that finished."""
    done = Counter(
        (case.problem, case.record.task.dataset)
        for case in measured.cases
        if case.record.device == "cpu" and case.record.outcome is Outcome.OK
    )
    own = [case for case in cases if case.best is not None and fair(case.best)]
    return sum(done[case.problem, case.record.task.dataset] == 1 for case in own)


def _verdicts(found: Iterable[Comparison | None]) -> str:
    counted = Counter(comparison.verdict for comparison in found if comparison is not None)
    return ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict if counted[verdict]) or NOTHING


def _counts(measured: Measured, cases: Sequence[Case]) -> list[str]:
    """How tasks ended, how comparisons were judged, and how often the leading engine's cases were timed."""
    outcomes = Counter(case.record.outcome for case in measured.cases)
    ended = ", ".join(f"{number:,} {outcome.in_words}" for outcome, number in outcomes.most_common())
    lines = [f"{count(len(measured.cases), 'task')}: {ended}."]
    ran = [case for case in measured.cases if case.record.outcome not in NEVER_RAN]
    compared = {case.problem for case in cases if any(map(_counts_any, case.comparisons))}
    if lacking := sorted({case.problem for case in cases} - compared):
        lines.append(f"No ratio counts for {listed(lacking)}.")
    against = {measured.baseline: [case.main for case in ran], "the best CPU engine": [case.best for case in ran]}
    judged = [f"{_verdicts(found)} against {name}" for name, found in against.items() if any(found)]
    if judged:
        lines.append(f"Verdicts: {'; '.join(judged)}.")
    doubts = sum(len(kind) for kind in warned.kinds(case.record for case in ran) if warned.of_answers(kind))
    if doubts:
        lines.append(f"{count(doubts, 'answer')} passed the certificate but with a warning (under Agreement).")
    if calls := sorted(len(calls) for case in cases if (calls := warm_calls(case.record))):
        lines.append(
            f"Warm calls are medians of {calls[0]} to {calls[-1]} calls; start, read, build and the first call were "
            "timed once (n = 1), so first answers, whole scripts and break-even have no interval."
        )
    commands = {case.record.id: _run(case.record) for case in measured.cases}
    pairs = [one for case in cases if (one := case.best or case.main) and one.baseline_record in commands]
    if apart := sum(commands[one.record] != commands[one.baseline_record or ""] for one in pairs):
        lines.append(
            f"In {apart} of {count(len(pairs), 'case')} the two sides were measured by different runs of graphbench on "
            "this machine."
        )
    if (earlier := sum(case.record.superseded for case in ran)) and not measured.earlier:
        lines.append(f"{count(earlier, 'record')} marked {EARLIER_RULES!r}: measured before the rules changed.")
    return lines


def _counts_any(comparison: Comparison | None) -> bool:
    return comparison is not None and fair(comparison)


def _run(record: Record) -> str:
    return record.environment.command if record.environment is not None else ""
