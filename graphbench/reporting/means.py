"""Which ratios are averaged together: of like with like, of one kind of graphs, each graph once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from graphbench.records.best_cpu import computed, fastest_call
from graphbench.records.comparison import Comparison, set_against
from graphbench.records.rules import Verdict
from graphbench.records.times import builds_heavily, call_seconds, usual_builds
from graphbench.reporting import speeds
from graphbench.reporting.case import Case
from graphbench.reporting.heading import is_usual
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import ratio
from graphbench.reporting.speeds import TOTALS, Speed
from graphbench.reporting.wording import graph_of, is_twin, kind_of
from graphbench.system.text import count, listed, three


class Against(NamedTuple):
    """The comparisons of some cases: with the baseline, and with the best CPU library by each total."""

    main: list[Comparison]
    best: list[Comparison]
    first: list[Comparison]
    whole: list[Comparison]

    @property
    def best_cpu(self) -> str:
        """The best CPU libraries by any total, those by warm call first."""
        return listed([*dict.fromkeys(name for group in self[1:] for name in _engines(group))])

    def over_baseline(self) -> list[Speed]:
        """The means of the ratios to the baseline."""
        return speeds.means(self.main)

    def over_best_cpu(self) -> list[Speed]:
        """The means of the ratios to the best CPU libraries."""
        return [
            *speeds.means(self.best, ["ratio_call"]),
            *speeds.means(self.first, ["ratio_first_answer"]),
            *speeds.means(self.whole, ["ratio_whole_script"]),
        ]


def _engines(found: Sequence[Comparison]) -> list[str]:
    counted = Counter(comparison.baseline for comparison in found)
    return sorted(counted, key=lambda name: (-counted[name], name))


def against(cases: Iterable[Case]) -> Against:
    """The comparisons of cases of which any ratio counts."""
    cases = list(cases)
    return Against(*([one for one in found if one is not None and fair(one)] for found in (
        [case.main for case in cases], [case.best for case in cases],
        [case.first for case in cases], [case.whole for case in cases],
    )))  # fmt: skip


def too_short(comparisons: Iterable[Comparison | None]) -> str:
    """How many have calls too short for a mean: `2 cases in which ...`; empty without any."""
    short = sum(one is not None and one.is_short for one in comparisons)
    return f"{count(short, 'case')} in which the calls of both sides take less than a millisecond" if short else ""


def fair(comparison: Comparison) -> bool:
    """Whether any of its ratios may be averaged."""
    return any(comparison.counts(name) for name in TOTALS)


def has_fair(case: Case) -> bool:
    """Whether any of its comparisons has such a ratio."""
    return any(one is not None and fair(one) for one in case.comparisons)


def by_kind(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """The cases of each kind of graphs, real graphs first, then the user's own.

    A twin gives way to its original, where that has a ratio.
    """
    cases = list(cases)
    counted = {
        (case.problem, case.label, graph_of(case.record.task.dataset))
        for case in cases
        if not is_twin(case.record.task.dataset) and has_fair(case)
    }
    found: dict[str, list[Case]] = {
        kind: [] for kind in ("real graph", "file", "graph object", "generated graph", "synthetic twin")
    }
    for case in cases:
        dataset = case.record.task.dataset
        if not is_twin(dataset) or (case.problem, case.label, graph_of(dataset)) not in counted:
            found[kind_of(dataset, case.record.dataset)].append(case)
    return {kind: group for kind, group in found.items() if group}


def started(cases: Iterable[Case], label: str) -> list[Case]:
    """The cases that an engine started; it may not have the problem, or not be installed."""
    return [case for case in cases if case.label == label and case.ran]


class Win(NamedTuple):
    """The engine with the fastest warm calls of a case, and whether a difference to all others was found."""

    label: str
    clear: bool


def wins(measured: Measured, device: str = "cpu", among: Iterable[Case] | None = None) -> list[Win]:
    """The engine of a kind of device with the fastest warm calls, for each problem and graph.

    Without a case in which no two engines have warm calls that compare like with like.

    Args:
        measured: what was measured on a machine.
        device: `cpu` or `gpu`.
        among: cases; problems on graphs on which there is none of them do not count.
    """
    counted = None if among is None else {(case.problem, case.graph) for case in among}
    places: dict[tuple[str, str], dict[str, Case]] = {}
    for case in measured.cases:
        if case.record.device == device and (counted is None or (case.problem, case.graph) in counted):
            places.setdefault((case.problem, case.graph), {})[case.record.id] = case
    won = []
    for own in places.values():
        records = [case.record for id_, case in own.items() if computed(case.record) and id_ not in measured.stale]
        usual = usual_builds(records)
        warm = [record for record in records if call_seconds(record) and not builds_heavily(record, usual)]
        best = fastest_call(warm)
        if best is not None:
            label = own[best.id].label
            compared = [set_against(record, best) for record in warm if own[record.id].label != label]
            alike = [one for one in compared if one.verdict is Verdict.LIKE]
            if alike:
                won.append(Win(label, clear=not any(map(_no_difference, alike))))
    return won


def _no_difference(comparison: Comparison) -> bool:
    ends = comparison.interval or comparison.range
    return ends is not None and ends[0] <= 1 <= ends[1]


def rivals(cases: Iterable[Case]) -> Counter[tuple[str, str]]:
    """By problem and graph, how many CPU engines have a time: the best of one was never contested."""
    finished = {
        (case.problem, case.graph, case.engine) for case in cases if case.record.device == "cpu" and case.answered
    }
    return Counter((problem, graph) for problem, graph, _ in finished)


def as_fast_as(other: str, speed: Speed, of: int, on: str = "", mean: str = "mean") -> str:
    """`2.00x as fast as A (mean of 3 cases on 2 graphs, 1.00 to 4.00x)`, as cells of tables have the numbers.

    Args:
        other: the other side.
        speed: a ratio to it, or the mean of several.
        of: how many ratios there might be.
        on: which graphs.
        mean: what to call a mean.
    """
    ends = f"{three(speed.ends[0])} to {ratio(speed.ends[1])}" if speed.ends else ""
    asides = [f"{mean} of {count(speed.ratios, 'case')}{on}"] if speed.ratios > 1 else [f"1 case{on}"] if of > 1 else []
    value = ratio(speed.value, speed.bound)
    if ends and speed.ratios == 1 and not speed.is_interval:
        value, ends = ends, "range"  # too few calls for one number
    elif ends and speed.ratios == 1:
        ends = f"95 % interval {ends}"
    asides += [ends] if ends else []
    aside = f" ({', '.join(asides)})" if asides else ""
    if speed.no_difference:
        return f"not found to differ from {other}{aside}"
    return f"{value} as fast as {other}{aside}"


def on_cpus_only(measured: Measured) -> bool:
    """Whether no GPU engine ran: it may be missing on this machine."""
    return all(case.record.device == "cpu" for case in measured.cases if case.ran)


def leader(measured: Measured) -> str:
    """The engine that headlines are about.

    A GPU engine before others. Of GPU engines that whose calls did all of their work in most cases with a ratio that
    counts, then one as its import leaves it (the default allocator): never that which happens to have the best ratios.
    Without any GPU engine, the one that is the fastest in most cases.
    """
    ranks: dict[tuple[bool, bool, str], list[int]] = {}
    won = Counter(win.label for win in wins(measured)) if on_cpus_only(measured) else Counter[str]()
    for case in measured.cases:
        found = [one for one in case.comparisons if one is not None and one.ratio_call is not None]
        if not found:
            continue
        kind = case.record.device == "gpu", is_usual(case.record), case.label
        rank = ranks.setdefault(kind, [-won[case.label], 0, 0])
        counted = [one for one in found if fair(one)]
        rank[1] -= any(one.calls_work for one in counted)
        rank[2] -= bool(counted)
    best = min(ranks, key=lambda engine: (not engine[0], *ranks[engine], not engine[1], engine[2]), default=None)
    return best[2] if best else ""
