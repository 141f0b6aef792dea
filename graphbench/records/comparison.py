"""Comparisons of records: ratios with intervals, bounds where a time limit was reached, and a verdict on each.

A ratio is baseline time over engine time: how many times faster the engine is. Pure functions of records; the rules
are in :mod:`graphbench.records.rules`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Literal

import msgspec

from graphbench.records import statistics
from graphbench.records.model import Outcome, Record, Revisions
from graphbench.records.rules import RULES, Effect, Pair, Verdict, evaluate, quality_of, rule_of
from graphbench.records.statistics import Estimate

MAY_DIFFER = frozenset(
    {"allocator", "device", "gpus", "ignore_weights", "pairs", "seed", "source", "sources", "threads"}
)
"""Parameters that may differ between the two sides of a comparison: a rule or a label then reports it."""

_TICK_S = 1e-9
"""One tick of the clock, the shortest time of a trial."""


Runs = int | Literal["never"]
Role = Literal["baseline", "best_cpu", "best_cpu_first_answer"]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison of two records.

    Attributes:
        algorithm: what was computed.
        dataset: on which graph.
        engine: the engine that is compared.
        baseline: the engine that it is compared with.
        role: `baseline`: the one that was asked for; `best_cpu`: the CPU engine with the fastest warm calls on the same
            machine, of those that are like or have a better answer (then the verdict is unlike, and the ratio does not
            count); `best_cpu_first_answer`: the fastest end to end, if that is another.
        ratio_call: baseline time over engine time, of one warm call; None where the comparison is refused.
        interval: the 95 % bootstrap interval of `ratio_call`; None from fewer than five trials, and for bounds.
        range: the smallest and largest ratio of single trials, where there are too few for an interval.
        n: from how many trials, or sources that both sides ran; of the smaller side.
        ratio_first_answer: the same for read + build + first + collect.
        break_even_runs: of a GPU engine against a CPU engine: after how many runs on one graph its fixed cost (start +
            read + build + first call) is recovered; `never` if it is not, None if unknown.
        bound: `lower` if the true ratio is this or more, `upper` if it is this or less, None if it is this.
        verdict: `like`, `unlike` or `refused`.
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
    ratio_call: float | None = None
    interval: tuple[float, float] | None = None
    range: tuple[float, float] | None = None
    n: int = 0
    ratio_first_answer: float | None = None
    break_even_runs: Runs | None = None
    bound: Literal["lower", "upper"] | None = None
    verdict: Verdict
    reasons: list[str] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)
    matched: bool = False
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    record: str = ""
    baseline_record: str | None = None


def compare(
    records: Iterable[Record], baseline: str = "networkx", *, stale: Mapping[str, str] | None = None
) -> list[Comparison]:
    """Compare every engine with the baseline, and every GPU engine with the best CPU engine as well.

    The best CPU engine is chosen by warm calls, and once more end to end: a fast library may build its graph slowly.

    Of a task that was measured several times on one machine, the newest record counts. If the baseline was not measured
    on an algorithm and dataset, or does not support them, engines are not compared with it there.

    Args:
        records: in any order; each side is paired only within its algorithm and dataset.
        baseline: the engine to compare the others with.
        stale: what changed since a record was made, for each stale record's id: its ratios are refused.

    Returns:
        Comparisons in the order of the records; those with the best CPU engines follow that with the baseline. There is
        no `best_cpu` if the baseline has the fastest warm calls, and no `best_cpu_first_answer` if the same engine has
        the quickest first answer.
    """
    stale = stale or {}
    found: list[Comparison] = []
    for group in _groups(newest(records)):
        own = [record for record in group if record.task.engine == baseline]
        baselines = [record for record in own if record.outcome is not Outcome.UNSUPPORTED]
        for record in group:
            if record.task.engine == baseline:
                continue
            if baselines:
                found.append(_against_baseline(record, baselines, stale))
            if record.device == "gpu":
                found += _against_best_cpu(record, group, baseline, stale)
    return found


def newest(records: Iterable[Record]) -> list[Record]:
    """The last record of each task, dataset version and machine; order is kept.

    A limit of host memory is not part of a task, so running out of it does not replace an earlier success of the same
    code that needed more memory than the limit.
    """
    found: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        machine = record.environment.machine if record.environment else ""
        digest = record.dataset.digest if record.dataset else ""
        found.setdefault((record.task.key, machine, digest), []).append(record)
    return [_representative(group) for group in found.values()]


def _representative(group: Sequence[Record]) -> Record:
    """The last record of a task, or the last success if that needed more host memory than the last record's limit."""
    last = _last(group)
    limit = last.censored.limit_bytes if last.censored else None
    if limit is None or last.outcome is not Outcome.OUT_OF_MEMORY:
        return last
    right = [record for record in group if record.outcome is Outcome.OK and _code(record) == _code(last)]
    if not right:
        return last
    held = _last(right).memory.host_peak_bytes
    return _last(right) if held is None or held > limit else last


def _last(records: Sequence[Record]) -> Record:
    return max(reversed(records), key=lambda record: record.measured_at)


def _code(record: Record) -> tuple[Revisions | None, str | None]:
    return record.revisions, record.environment.engine_version if record.environment else None


def set_against(baseline: Record, engine: Record, *, stale: Mapping[str, str] | None = None) -> Comparison:
    """The comparison of one record with another."""
    stale = stale or {}
    ratio, bound = _ratio_call(baseline, engine)
    reasons: list[str] = []
    notes: list[str] = []
    verdict = Verdict.LIKE
    for rule, text in evaluate(Pair(baseline=baseline, engine=engine, ratio=ratio, bound=bound, stale=stale)):
        (notes if rule.effect is Effect.NOTE else reasons).append(text)
        if rule.effect is not Effect.NOTE and verdict is not Verdict.REFUSED:
            verdict = Verdict(rule.effect.value)
    common = _common(baseline, engine)
    if verdict is Verdict.REFUSED or ratio is None:
        return msgspec.structs.replace(common, verdict=Verdict.REFUSED, reasons=reasons)
    return msgspec.structs.replace(
        common,
        ratio_call=ratio.value,
        interval=ratio.interval,
        range=ratio.range,
        n=ratio.n,
        ratio_first_answer=_ratio_first_answer(baseline, engine),
        break_even_runs=break_even(baseline, engine) if (baseline.device, engine.device) == ("cpu", "gpu") else None,
        bound=bound,
        verdict=verdict,
        reasons=reasons,
        notes=notes,
    )


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


# Which records are compared


def _groups(records: list[Record]) -> list[list[Record]]:
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record.problem, record.task.dataset), []).append(record)
    return list(groups.values())


def _against_baseline(record: Record, baselines: list[Record], stale: Mapping[str, str]) -> Comparison:
    fitting = [other for other in baselines if same_problem(record, other)]
    if fitting:
        return set_against(max(fitting, key=lambda other: _affinity(record, other)), record, stale=stale)
    name = baselines[0].task.engine
    differing = ", ".join(_differing(record, baselines[-1]))
    text = RULES["no_time"].message(f"{name} was not measured with the same parameters ({differing})")
    refused = msgspec.structs.replace(_common(baselines[-1], record), baseline_record=None)
    return msgspec.structs.replace(refused, reasons=[text])


def timed_on_cpu(record: Record) -> bool:
    """Whether a record has a time on a CPU, and so may be that of the best CPU engine."""
    return record.device == "cpu" and record.outcome is Outcome.OK and bool(record.phases.call_s)


def _against_best_cpu(
    record: Record, group: list[Record], baseline: str, stale: Mapping[str, str]
) -> Iterator[Comparison]:
    """The comparisons with the CPU engines that are the fastest in warm calls and end to end."""
    candidates = [other for other in group if timed_on_cpu(other) and same_problem(record, other)]
    candidates.sort(key=lambda candidate: median(candidate.phases.call_s))
    on_run = _first_fit(record, candidates, stale)
    if on_run is not None and on_run.baseline != baseline:
        yield msgspec.structs.replace(on_run, role="best_cpu")
    known = [(seconds, place) for place, other in enumerate(candidates) if (seconds := other.phases.first_answer_s)]
    whole = _first_fit(record, [candidates[place] for _, place in sorted(known)], stale)
    if whole is not None and on_run is not None and whole.baseline_record != on_run.baseline_record:
        yield msgspec.structs.replace(whole, role="best_cpu_first_answer")


def _first_fit(record: Record, others: Iterable[Record], stale: Mapping[str, str]) -> Comparison | None:
    """The first comparison that is like, or unlike because the other answer is better.

    Skipping the better answer in favour of a slower engine would reward the worse one.
    """
    for other in others:
        made = set_against(other, record, stale=stale)
        by_quality = made.verdict is Verdict.UNLIKE and any(rule_of(text).code == "quality" for text in made.reasons)
        if made.verdict is Verdict.LIKE or (by_quality and _is_worse(record, other)):
            return made
    return None


def _is_worse(record: Record, other: Record) -> bool:
    mine, theirs = quality_of(record), quality_of(other)
    return mine is not None and theirs is not None and mine < theirs


def _differing(one: Record, two: Record) -> list[str]:
    """Common parameters that make the two different problems; those varied for equal quality do not count."""
    shared = one.task.params.keys() & two.task.params.keys()
    if one.matched and two.matched:
        shared -= one.matched.setting.keys() | two.matched.setting.keys()
    return sorted(name for name in shared - MAY_DIFFER if one.task.params[name] != two.task.params[name])


def same_problem(one: Record, two: Record) -> bool:
    """Whether two records agree in all common parameters but :data:`MAY_DIFFER`."""
    return not _differing(one, two)


def _affinity(record: Record, other: Record) -> tuple[bool, bool, int, str]:
    """A key to sort by: the same machine first, then the same graph, the most equal parameters, the newest."""
    machines = (side.environment.machine if side.environment else None for side in (record, other))
    digests = (side.dataset.digest if side.dataset else None for side in (record, other))
    alike = sum(other.task.params.get(name) == value for name, value in record.task.params.items())
    return len(set(machines)) == 1, len(set(digests)) == 1, alike, other.measured_at


# Times


def _ratio_call(baseline: Record, engine: Record) -> tuple[Estimate | None, Literal["lower", "upper"] | None]:
    one, two = _trials(baseline), _trials(engine)
    if one and two:
        return _ratio_of_trials(baseline, engine), None
    if two and (limit := _stopped_in_call(baseline)):
        two = _of_first_source(engine)
        return statistics.ratio([limit], two)._replace(interval=None, range=None, n=len(two)), "lower"
    if one and (limit := _stopped_in_call(engine)):
        one = _of_first_source(baseline)
        return statistics.ratio(one, [limit])._replace(interval=None, range=None, n=len(one)), "upper"
    return None, None


def _trials(record: Record) -> list[float]:
    """The warm trials of a record with an answer; a rule of its own refuses a wrong one."""
    if record.outcome not in (Outcome.OK, Outcome.INVALID):
        return []
    return [max(seconds, _TICK_S) for seconds in record.phases.call_s]


def _of_first_source(record: Record) -> list[float]:
    """The trials to compare with a first call that did not end: those from the same source, if there are sources."""
    sources, trials = record.trials.sources, _trials(record)
    return [seconds for source, seconds in zip(sources, trials, strict=False) if source == sources[0]] or trials


def _stopped_in_call(record: Record) -> float | None:
    """How long the call had run at the time limit; None if no call was running."""
    if record.outcome is not Outcome.TIMEOUT or record.censored is None:
        return None
    return record.censored.after_s if record.censored.phase in ("first", "call") else None


def _ratio_of_trials(baseline: Record, engine: Record) -> Estimate:
    """The ratio over the sources that both sides ran, paired; over all trials if there are no sources.

    Too few sources are no sample of sources: then the trials from them are resampled.
    """
    sources = baseline.trials.sources, engine.trials.sources
    common = set(sources[0]) & set(sources[1])
    if not common:
        return statistics.ratio(_trials(baseline), _trials(engine))
    of_baseline, of_engine = (
        statistics.by_question(record.trials.sources, _trials(record)) for record in (baseline, engine)
    )
    both = [source for source in of_baseline if source in of_engine]
    if len(both) < statistics.MIN_SAMPLES:
        one, two = (
            [
                seconds
                for source, seconds in zip(record.trials.sources, _trials(record), strict=False)
                if source in common
            ]
            for record in (baseline, engine)
        )
        return statistics.ratio(one, two)
    return statistics.paired_ratio([of_baseline[source] for source in both], [of_engine[source] for source in both])


def _ratio_first_answer(baseline: Record, engine: Record) -> float | None:
    one, two = _first_answer(baseline), _first_answer(engine)
    return one / two if one and two else None


def _first_answer(record: Record) -> float | None:
    """Seconds from the cache to the answer; for a timeout, the seconds until the limit."""
    if record.outcome is not Outcome.TIMEOUT or record.censored is None:
        return record.phases.first_answer_s
    done = (record.phases.read_s, record.phases.build_s, record.phases.first_s)
    return sum(part for part in done if part is not None) + record.censored.after_s


# Break-even


def break_even(baseline: Record, engine: Record) -> Runs | None:
    """The fewest runs on one graph after which the engine has cost no more than the baseline.

    A GPU engine starts slowly (imports, device context, moving the graph to the device, compiling at the first call)
    and then runs fast. N runs cost start + read + build + first + (N - 1) call.

    Args:
        baseline: with trials, or stopped by the limit inside a call; then the result is 1 or None.
        engine: with trials.

    Returns:
        1 if the engine is ahead after the first run, "never" if it does not catch up, None if a time is missing.
    """
    cost, other = fixed_cost(engine), _spent(baseline)
    if cost is None or other is None or not engine.phases.call_s:
        return None
    if cost <= other:
        return 1
    if baseline.outcome is Outcome.TIMEOUT or not baseline.phases.call_s:
        return None
    gain = median(baseline.phases.call_s) - median(engine.phases.call_s)
    return 1 + math.ceil((cost - other) / gain) if gain > 0 else "never"


def fixed_cost(record: Record) -> float | None:
    """Seconds up to the end of the first call, the engine's start included; None if a phase was not reached."""
    phases = record.phases
    parts = (phases.start_s, phases.read_s, phases.build_s, phases.first_s)
    return None if None in parts else sum(part for part in parts if part is not None)


def _spent(record: Record) -> float | None:
    """The fixed cost; if the time limit ended a call, a lower bound: the seconds until then."""
    if record.outcome is not Outcome.TIMEOUT:
        return fixed_cost(record)
    if record.censored is None or record.censored.phase not in ("first", "call"):
        return None
    phases = record.phases
    return sum(part or 0.0 for part in (phases.start_s, phases.read_s, phases.build_s)) + (
        record.censored.after_s if record.censored.phase == "first" else phases.first_s or 0.0
    )
