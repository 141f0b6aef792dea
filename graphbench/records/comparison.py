"""Comparisons of records: ratios with intervals, bounds where a time limit was reached, and a verdict on each.

A ratio is baseline time over engine time: how many times faster the engine is. Pure functions of records; the rules
are in :mod:`graphbench.records.rules`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from graphbench.records import ratios, times
from graphbench.records.best_cpu import Total, best_cpu, did_the_work, left_out
from graphbench.records.break_even import BreakEven, break_even
from graphbench.records.matching import differing, groups, nearest, newest, peers
from graphbench.records.model import Outcome, Record
from graphbench.records.ratios import Bound, CallRatio
from graphbench.records.rules import RULES, Effect, Pair, Verdict, evaluate, rule_of
from graphbench.records.rules.quality import won_by_the_worse
from graphbench.records.statistics import Estimate

Role = Literal["baseline", "best_cpu", "best_cpu_first_answer", "best_cpu_whole_script"]
RatioName = Literal["ratio_call", "ratio_first_answer", "ratio_whole_script"]
RATIO_OF: dict[Total, RatioName] = {
    "call": "ratio_call",
    "first_answer": "ratio_first_answer",
    "whole_script": "ratio_whole_script",
}
"""The ratio of each total."""
_ROLES: dict[Total, Role] = {
    "call": "best_cpu",
    "first_answer": "best_cpu_first_answer",
    "whole_script": "best_cpu_whole_script",
}


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison of two records.

    Attributes:
        algorithm: what was computed.
        dataset: on which graph.
        engine: the engine that is compared.
        baseline: the engine that it is compared with.
        role: `baseline`: the one that was asked for; `best_cpu`: the CPU engine with the fastest warm calls on the same
            machine whose answer is as good as that of slower ones (:mod:`graphbench.records.best_cpu`);
            `best_cpu_first_answer`: the one with the quickest first answer, if that is another;
            `best_cpu_whole_script`: the one with the quickest whole script, if that is another than by first answer.
        also_best_cpu: the baseline is the best of several CPU engines, so that there is no `best_cpu` beside it.
        ratio_call: baseline time over engine time, of one warm call; None where the comparison is refused.
        first_calls: `ratio_call` is that of first calls, because a side has no warm call.
        interval: the 95 % interval of `ratio_call`, over rounds from three on each side; None from too few trials, and
            for bounds.
        range: the smallest and largest ratio of single trials, where there are too few for an interval.
        n: from how many trials, rounds, or sources that both sides ran; of the smaller side.
        ratio_first_answer: the same for read + build + first + collect; None, too, if the faster side by this total is
            the slower one by calls, and its answer is worse.
        ratio_whole_script: the same for start + first answer.
        break_even_runs: of a GPU engine against a CPU engine: after how many calls on one graph its fixed cost (start +
            read + build + first call) is recovered; `never` if it is not, `not known` if it is not at once and no
            difference was found between calls; None where a time is missing.
        bound: `lower` if the true ratio is this or more, `upper` if it is this or less, None if it is this.
        verdict: `like`, `unlike`, `undecided` (only a bound, or quality of one seed) or `refused`.
        reasons: why it is not like: a code, a colon, a sentence (:class:`graphbench.records.rules.Rule`).
        notes: what does not change the verdict, in the same form.
        matched: whether both sides ran at the fastest setting of equal quality that was found for them.
        params: of the engine's task.
        record: the id of the engine's record.
        baseline_record: the id of the baseline's record; None if no record of it fits.
    """

    algorithm: str
    dataset: str
    engine: str
    baseline: str
    role: Role = "baseline"
    also_best_cpu: bool = False
    ratio_call: float | None = None
    first_calls: bool = False
    interval: tuple[float, float] | None = None
    range: tuple[float, float] | None = None
    n: int = 0
    ratio_first_answer: float | None = None
    ratio_whole_script: float | None = None
    break_even_runs: BreakEven | None = None
    bound: Bound | None = None
    verdict: Verdict
    reasons: list[str] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)
    matched: bool = False
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    record: str = ""
    baseline_record: str | None = None

    def __repr__(self) -> str:
        what = f"{self.algorithm} on {self.dataset}, {self.engine} against {self.baseline}"
        ratio = "" if self.ratio_call is None else f"{self.ratio_call:.3g} times as fast per call, "
        return f"<Comparison: {what}: {ratio}{self.verdict}>"

    @property
    def leads(self) -> RatioName:
        """The ratio that is shown first: that of first answers where a side did its work in `build`."""
        heavy = any(rule_of(note).code == "heavy_build" for note in self.notes)
        return "ratio_first_answer" if heavy else "ratio_call"

    @property
    def calls_work(self) -> bool:
        """Whether no side reuses work between calls, leaves it to `collect`, or does it in `build`."""
        aside = {"reuses_work", "lazy_answer", "heavy_build"}
        return not any(rule_of(note).code in aside for note in self.notes)

    @property
    def doubtful(self) -> bool:
        """Whether it has a ratio that is no bound, and not known to compare like with like: no sentence quotes it."""
        return self.verdict in {Verdict.UNLIKE, Verdict.UNDECIDED} and self.bound is None

    @property
    def is_short(self) -> bool:
        """Whether the calls of both sides take less than a millisecond: most of that is no work of the problem."""
        return any(rule_of(note).code == "short_calls" for note in self.notes)

    def counts(self, name: RatioName) -> bool:
        """Whether a ratio may be averaged: of like with like, of warm calls only, and of calls that are long enough."""
        if self.verdict is not Verdict.LIKE or self.bound is not None or getattr(self, name) is None or self.is_short:
            return False
        return name != "ratio_call" or (not self.first_calls and self.leads == "ratio_call")


def compare(
    records: Iterable[Record], baseline: str = "networkx", *, stale: Mapping[str, str] | None = None
) -> list[Comparison]:
    """Compare every engine with the baseline, and every GPU engine with the best CPU library as well.

    The best CPU library is chosen by warm calls, and once more by first answers: a fast library may build its graph
    slowly. Of a task that was measured several times on one machine, the newest record counts. If the baseline does not
    support a problem, or was not measured on a dataset, engines are not compared with it there. A task that was not
    started because its end was predicted is not compared.

    Args:
        records: in any order; each side is paired only within its algorithm and dataset.
        baseline: the engine to compare the others with; where no record is of it, that of :func:`baseline_among`.
        stale: what changed since a record was made, for each stale record's id: its ratios are refused.

    Returns:
        Comparisons in the order of the records; those with the best CPU libraries follow that with the baseline. There
        is no `best_cpu` if the baseline has the fastest warm calls, and none by first answer or whole script if it is
        the best by the total before: :func:`best_by_total` fills these in.
    """
    stale = stale or {}
    records = list(records)
    baseline = baseline_among(records, baseline, stale=stale)
    kept = [record for record in newest(records) if not record.predicted]
    best_of = _BestCpu(stale)
    found: list[Comparison] = []
    for group in groups(kept):
        usual = times.usual_builds(group)
        own = [record for record in group if record.task.engine == baseline]
        baselines = [record for record in own if record.outcome is not Outcome.UNSUPPORTED]
        for record in group:
            if record.task.engine == baseline:
                continue
            near = peers(record, group)
            best = _against_best_cpu(record, near, best_of, usual) if record.device == "gpu" else []
            if not baselines:
                found += best
                continue
            main = _against_baseline(record, baselines, stale, usual)
            same = next((one for one in best if one.role == "best_cpu" and _same_sides(one, main)), main)
            found.append(msgspec.structs.replace(main, also_best_cpu=_is_best_cpu(main, best, near), notes=same.notes))
            found += [one for one in best if one.role != "best_cpu" or not _same_sides(one, main)]
    return found


def _same_sides(one: Comparison, other: Comparison) -> bool:
    return one.baseline_record == other.baseline_record


def baseline_among(records: Iterable[Record], asked: str, *, stale: Mapping[str, str] | None = None) -> str:
    """The engine to compare the others with: that which was asked for, else the CPU engine that is best most often.

    An empty name asks for none.
    """
    records = list(records)
    if not asked or any(record.task.engine == asked for record in records):
        return asked
    best: Counter[str] = Counter()
    for group in groups(records):
        usual = times.usual_builds(group)
        chosen = (best_cpu(peers(record, group), "call", stale=stale, usual_build=usual) for record in group)
        best.update({record.id: record.task.engine for record in chosen if record is not None}.values())
    return min(best, key=lambda name: (-best[name], name), default=asked)


def set_against(
    baseline: Record,
    engine: Record,
    *,
    stale: Mapping[str, str] | None = None,
    usual_build: Mapping[str, float] | None = None,
    left_out: Sequence[str] = (),
    ratio: CallRatio | None = None,
) -> Comparison:
    """The comparison of one record with another.

    Args:
        baseline: the record whose time is divided.
        engine: the record whose time divides.
        stale: what changed since a record was made, for each stale record's id.
        usual_build: as :func:`graphbench.records.times.usual_builds` gives it.
        left_out: where the baseline is the best CPU library, what :func:`graphbench.records.best_cpu.left_out` gives.
        ratio: of calls, if not that of :func:`graphbench.records.ratios.of_calls`.
    """
    ratio = ratio or ratios.of_calls(baseline, engine)
    pair = Pair(
        baseline=baseline,
        engine=engine,
        ratio=ratio.estimate,
        bound=ratio.bound,
        first_calls=ratio.first_calls,
        stale=stale or {},
        usual_build=usual_build or {},
        left_out=left_out,
    )
    applied = list(evaluate(pair))
    reasons = [text for rule, text in applied if rule.effect is not Effect.NOTE]
    notes = [text for rule, text in applied if rule.effect is Effect.NOTE]
    verdict = Verdict(applied[0][0].effect.value) if reasons else Verdict.LIKE  # the gravest effect comes first
    common = _common(baseline, engine)
    if verdict is Verdict.REFUSED or ratio.estimate is None:
        return msgspec.structs.replace(common, verdict=Verdict.REFUSED, reasons=reasons)
    without = won_by_the_worse(pair)
    return msgspec.structs.replace(
        common,
        ratio_call=ratio.estimate.value,
        first_calls=ratio.first_calls,
        interval=ratio.estimate.interval,
        range=ratio.estimate.range,
        n=ratio.estimate.n,
        ratio_first_answer=None if "first answer" in without else ratios.of_first_answers(baseline, engine),
        ratio_whole_script=None if "whole script" in without else ratios.of_whole_scripts(baseline, engine),
        break_even_runs=_break_even(baseline, engine, ratio.estimate),
        bound=ratio.bound,
        verdict=verdict,
        reasons=reasons,
        notes=notes,
    )


def _break_even(baseline: Record, engine: Record, ratio: Estimate) -> BreakEven | None:
    """Of a GPU engine against a CPU engine. Beyond the first call it depends on which side has the faster calls."""
    runs = break_even(baseline, engine) if (baseline.device, engine.device) == ("cpu", "gpu") else None
    return "not known" if runs not in (None, 1) and ratio.no_difference else runs


def _common(baseline: Record, engine: Record) -> Comparison:
    return Comparison(
        algorithm=engine.problem,
        dataset=engine.task.dataset,
        engine=engine.task.engine,
        baseline=baseline.task.engine,
        verdict=Verdict.REFUSED,
        matched=baseline.matched is not None and engine.matched is not None,
        params=engine.task.params,
        record=engine.id,
        baseline_record=baseline.id,
    )


def _against_baseline(
    record: Record, baselines: Sequence[Record], stale: Mapping[str, str], usual_build: Mapping[str, float]
) -> Comparison:
    if (other := nearest(record, baselines)) is not None:
        return set_against(other, record, stale=stale, usual_build=usual_build)
    name = baselines[0].task.engine
    parameters = ", ".join(differing(record, baselines[-1]))
    text = RULES["no_time"].message(f"{name} was not measured with the same parameters ({parameters})")
    refused = msgspec.structs.replace(_common(baselines[-1], record), baseline_record=None)
    return msgspec.structs.replace(refused, reasons=[text])


class _BestCpu:
    """The best CPU library among some records by a total, found once: all GPU engines of a group ask for it."""

    def __init__(self, stale: Mapping[str, str]) -> None:
        self.stale = stale
        self._known: dict[tuple[str, ...], Record | None] = {}
        self._left_out: dict[tuple[str, ...], list[str]] = {}

    def __call__(self, group: Sequence[Record], total: Total, usual_build: Mapping[str, float]) -> Record | None:
        on_cpu = [record for record in group if record.device == "cpu"]
        key = (total, *(record.id for record in on_cpu))
        if key not in self._known:
            self._known[key] = best_cpu(on_cpu, total, stale=self.stale, usual_build=usual_build)
        return self._known[key]

    def left_out(self, group: Sequence[Record], best: Record, usual_build: Mapping[str, float]) -> list[str]:
        """As :func:`graphbench.records.best_cpu.left_out`."""
        key = (best.id, *(record.id for record in group if record.device == "cpu"))
        if key not in self._left_out:
            self._left_out[key] = left_out(group, best, stale=self.stale, usual_build=usual_build)
        return self._left_out[key]


def _against_best_cpu(
    record: Record, group: Sequence[Record], best_of: _BestCpu, usual_build: Mapping[str, float]
) -> list[Comparison]:
    """The comparisons with the best CPU library by each total, if that is another than by the total before."""
    found: list[Comparison] = []
    before = ""
    for total, role in _ROLES.items():
        best = best_of(group, total, usual_build)
        if best is not None and best.id != before:
            passed_over = best_of.left_out(group, best, usual_build) if total == "call" else []
            made = set_against(best, record, stale=best_of.stale, usual_build=usual_build, left_out=passed_over)
            found.append(msgspec.structs.replace(made, role=role))
            before = best.id
    return [made for made in found if made.verdict is not Verdict.REFUSED]


def best_by_total(own: Iterable[Comparison], *, like: bool = True) -> dict[Total, Comparison]:
    """The comparisons of one record with the best CPU library by each total, as far as there are some.

    Where the best one by a total does not compare like with like, there is none by that total: no slower replaces it.

    Args:
        own: all comparisons of the record.
        like: only those that compare like with like.
    """
    roles = {one.role: one for one in own}
    main = roles.get("baseline")
    latest = main if main is not None and main.also_best_cpu else None
    found: dict[Total, Comparison] = {}
    for total, role in _ROLES.items():
        latest = roles.get(role, latest)
        if latest is not None and (not like or latest.verdict is Verdict.LIKE):
            found[total] = latest
    return found


def _is_best_cpu(main: Comparison, best: Sequence[Comparison], group: Sequence[Record]) -> bool:
    """Whether the baseline of a comparison is the best of several CPU engines."""
    several = len({record.task.engine for record in group if did_the_work(record)}) > 1
    return several and any(one.role == "best_cpu" and one.baseline_record == main.baseline_record for one in best)
