"""Ratios of the times of two records: of calls, of first answers and of whole scripts. Pure.

A ratio is baseline time over engine time: how many times as fast the engine is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import accumulate, pairwise
from statistics import median
from typing import Literal, NamedTuple

from graphbench.records import statistics, times
from graphbench.records.model import Outcome, Record
from graphbench.records.statistics import Estimate

Bound = Literal["lower", "upper"]
Calls = Literal["warm", "rebuilt", "first"]
"""Which calls are compared: warm ones, those on graphs built anew, or first ones."""


class CallRatio(NamedTuple):
    """The ratio of calls.

    Attributes:
        estimate: None where a side has no time.
        bound: `lower` or `upper` where a side was stopped by the time limit.
        first_calls: first calls are compared, as a side has no warm call.
    """

    estimate: Estimate | None
    bound: Bound | None = None
    first_calls: bool = False


class SameCalls(NamedTuple):
    """The ratio of one engine's calls at two times, of one kind on both sides.

    Attributes:
        estimate: old time over new time.
        seconds: the two times that it is the ratio of.
        calls: of which kind.
        rounds: of each side; 0 where one has first calls only and the other has not.
    """

    estimate: Estimate
    seconds: tuple[float, float]
    calls: Calls
    rounds: tuple[int, int]


def of_calls(baseline: Record, engine: Record) -> CallRatio:
    """Warm calls over warm calls, where both sides have them; else first calls over first calls.

    Of a side that reuses work between calls, those on rebuilt graphs count. Where an answer is lazy, `collect` is added
    on both sides.
    """
    if limit := _stopped_in_call(baseline):
        return _bound(limit, engine, "lower")
    if limit := _stopped_in_call(engine):
        return _bound(limit, baseline, "upper")
    lazy = times.is_lazy(baseline) or times.is_lazy(engine)
    if times.warm_calls(baseline) and times.warm_calls(engine):
        return CallRatio(_of_warm_calls(baseline, engine, lazy=lazy))
    one, two = times.first_call(baseline), times.first_call(engine)
    if one is None or two is None:
        return CallRatio(None)
    ratio = statistics.ratio(_collected([one], baseline, lazy), _collected([two], engine, lazy))
    return CallRatio(ratio, first_calls=True)


def of_first_answers(baseline: Record, engine: Record) -> float | None:
    """The ratio of read + build + first + collect; None where a side has no such time."""
    one, two = _first_answer(baseline), _first_answer(engine)
    return one / two if one and two else None


def of_whole_scripts(baseline: Record, engine: Record) -> float | None:
    """The ratio of start + first answer; None where a side has no such time."""
    one, two = _whole_script(baseline), _whole_script(engine)
    return one / two if one and two else None


def _stopped_in_call(record: Record) -> float | None:
    """How long the call had run at the time limit; None if no call was running."""
    if record.outcome is not Outcome.TIMEOUT or record.censored is None:
        return None
    return record.censored.after_s if record.censored.phase in ("first", "call") else None


def _bound(limit: float, answered: Record, bound: Bound) -> CallRatio:
    """The ratio of a call that was stopped and the first call of the other side: warm ones have no counterpart."""
    first = times.first_call(answered)
    if first is None:
        return CallRatio(None)
    one, two = (limit, first) if bound == "lower" else (first, limit)
    return CallRatio(statistics.ratio([one], [two]), bound, first_calls=True)


def _of_warm_calls(baseline: Record, engine: Record, *, lazy: bool) -> Estimate:
    """The ratio over rounds, where both sides have enough; else over common sources, paired; else over all calls.

    Too few sources are no sample of sources: then the calls from them are resampled. Rebuilt calls solve the problem of
    the first call, so where a side has to be judged by them, the other side's calls from that source count.
    """
    if times.reuses_work(baseline) or times.reuses_work(engine):
        one, two = (
            times.rebuilt_calls(record) if times.reuses_work(record) else times.of_first_source(record)
            for record in (baseline, engine)
        )
        return statistics.ratio(_collected(one, baseline, lazy), _collected(two, engine, lazy))
    if min(len(_rounds(baseline)), len(_rounds(engine))) >= statistics.MIN_ROUNDS:
        medians = round_medians([baseline, engine])
        return statistics.ratio_of_rounds(_collected(medians[0], baseline, lazy), _collected(medians[1], engine, lazy))
    return _ratio(*_common_calls(baseline, engine, lazy=lazy))


def of_same_calls(old: Record, new: Record, confidence: float) -> SameCalls:
    """As :func:`of_calls`, of one engine at two times: what is found to reuse work once counts so on both sides.

    Args:
        old: a record with the time of a call.
        new: another one of the same engine.
        confidence: of the interval over rounds.
    """
    sides, calls, lazy = (old, new), _calls_of(old, new), times.is_lazy(old) or times.is_lazy(new)
    first_only = {record.trials.stopped == "first_only" for record in sides}
    rounds = compared_rounds(old, new) if len(first_only) == 1 else [[], []]
    number = len(rounds[0]), len(rounds[1])
    if min(number) >= statistics.MIN_ROUNDS:
        middles = statistics.geometric_mean(rounds[0]), statistics.geometric_mean(rounds[1])
        return SameCalls(statistics.ratio_of_rounds(rounds[0], rounds[1], confidence), middles, calls, number)
    paired = False
    if calls == "warm":
        one, two, paired = _common_calls(old, new, lazy=lazy)
    else:
        of = times.rebuilt_calls if calls == "rebuilt" else _first
        one, two = (_collected(of(record), record, lazy) for record in sides)
    return SameCalls(_ratio(one, two, paired), (median(one), median(two)), calls, number)


def seconds_of(record: Record) -> float | None:
    """The time that :func:`of_same_calls` takes of a record, when it is set against itself; None without an answer."""
    if record.outcome is not Outcome.OK:
        return None
    (rounds,), calls = compared_rounds(record), _calls_of(record)
    if len(rounds) >= statistics.MIN_ROUNDS:
        return statistics.geometric_mean(rounds)
    of = {"warm": times.warm_calls, "rebuilt": times.rebuilt_calls, "first": _first}[calls]
    own = _collected(of(record), record, times.is_lazy(record))
    return median(own) if own else None


def _first(record: Record) -> list[float]:
    return [seconds for seconds in (times.first_call(record),) if seconds is not None]


def _calls_of(*records: Record) -> Calls:
    """The calls of one engine to compare: as soon as one record reuses work, those on rebuilt graphs, if all have them.

    A record that is close to the threshold of reuse may be on either side of it.
    """
    if not all(map(times.warm_calls, records)):
        return "first"
    rebuilt = all(len(record.phases.rebuilt_s) >= times.MIN_REBUILT for record in records)
    return "rebuilt" if rebuilt and any(map(times.reuses_work, records)) else "warm"


def _ratio(one: Sequence[float], two: Sequence[float], paired: bool) -> Estimate:
    return statistics.paired_ratio(one, two) if paired else statistics.ratio(one, two)


def _common_calls(baseline: Record, engine: Record, *, lazy: bool) -> tuple[list[float], list[float], bool]:
    """The warm calls of both sides, from sources that both ran; and whether these are pairs, one for each source."""
    one, two = (_collected(times.warm_calls(record), record, lazy) for record in (baseline, engine))
    sources = baseline.trials.sources, engine.trials.sources
    common = set(sources[0]) & set(sources[1])
    if not common:
        return one, two, False
    of_baseline, of_engine = statistics.by_question(sources[0], one), statistics.by_question(sources[1], two)
    both = [source for source in of_baseline if source in of_engine]
    if len(both) < statistics.MIN_SAMPLES:
        return _from(common, sources[0], one), _from(common, sources[1], two), False
    return [of_baseline[source] for source in both], [of_engine[source] for source in both], True


def round_medians(records: Sequence[Record]) -> list[list[float]]:
    """The median of a call in each round of each record; of searches, over the sources that all rounds ran."""
    if not any(record.trials.sources for record in records):
        return [_medians(record) for record in records]
    rounds = [_rounds(record) for record in records]
    everywhere = set.intersection(*({source for source, _ in calls} for own in rounds for calls in own or [[]]))
    return [[_median_over(calls, everywhere) for calls in own] for own in rounds]


def compared_rounds(*records: Record) -> list[list[float]]:
    """As :func:`round_medians`, of one engine at several times: of the calls of one kind that all have.

    Without three rebuilt calls in every round, those of a record count as one round. Where an answer is lazy, `collect`
    is added.
    """
    lazy = any(map(times.is_lazy, records))
    rebuilt = _calls_of(*records) == "rebuilt"
    rounds = [_rebuilt_rounds(record) for record in records] if rebuilt else round_medians(records)
    return [_collected(own, record, lazy) for own, record in zip(rounds, records, strict=True)]


def _rebuilt_rounds(record: Record) -> list[float]:
    calls, size = times.rebuilt_calls(record), times.MIN_REBUILT
    if len(calls) != size * len(_rounds(record)):
        return [median(calls)]
    return [median(calls[start : start + size]) for start in range(0, len(calls), size)]


@times.once
def _rounds(record: Record) -> list[list[tuple[int | None, float]]]:
    """The calls of each round, with their sources (None for other problems)."""
    calls = [max(seconds, times.TICK_S) for seconds in record.phases.call_s]
    sources: list[int | None] = [*record.trials.sources] or [None] * len(calls)
    asked = list(zip(sources, calls, strict=False))
    ends = [0, *accumulate(record.trials.rounds or [len(asked)])]
    return [asked[start:end] for start, end in pairwise(ends) if asked[start:end]]


@times.once
def _medians(record: Record) -> list[float]:
    return [median([seconds for _, seconds in calls]) for calls in _rounds(record)]


def _median_over(calls: Sequence[tuple[int | None, float]], sources: Collection[int | None]) -> float:
    """The median of the calls from these sources: of each source's median, as sources may have several calls."""
    chosen = [(source, seconds) for source, seconds in calls if source in sources] or calls
    of_source = statistics.by_question(*zip(*chosen, strict=True))
    return median(of_source.values() if len(of_source) > 1 else [seconds for _, seconds in chosen])


def _collected(calls: Sequence[float], record: Record, lazy: bool) -> list[float]:
    """Calls with the time to collect their answers, where the comparison includes it."""
    return [call + ((times.collect_seconds(record) or 0.0) if lazy else 0.0) for call in calls]


def _from(chosen: Collection[int], sources: Sequence[int], calls: Sequence[float]) -> list[float]:
    return [seconds for source, seconds in zip(sources, calls, strict=False) if source in chosen]


def _first_answer(record: Record) -> float | None:
    """Seconds from the cache to the answer; for a timeout, the seconds until the limit."""
    if record.outcome is not Outcome.TIMEOUT or record.censored is None:
        return record.phases.first_answer_s
    phases = record.phases
    done = (phases.read_s, phases.build_s, phases.inputs_s, phases.first_s)
    return sum(part for part in done if part is not None) + record.censored.after_s


def _whole_script(record: Record) -> float | None:
    start, answer = record.phases.start_s, _first_answer(record)
    return None if start is None or answer is None else start + answer
