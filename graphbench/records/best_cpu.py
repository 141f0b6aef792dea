"""The best CPU library of a problem: the fastest one that did the work and whose answer is as good. Pure.

Whatever names a fastest or best CPU library asks here. Records of one engine that differ in threads compete like those
of different engines, so the best is an engine at its best number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, get_args

from graphbench.records import times
from graphbench.records.model import Outcome, Record
from graphbench.records.rules import RULES, Effect, Pair, evaluate
from graphbench.records.statistics import Estimate
from graphbench.system.text import count, format_seconds

Total = Literal["call", "first_answer", "whole_script"]


_SECONDS_OF: Mapping[Total, Callable[[Record], float | None]] = {
    "call": times.call_seconds,
    "first_answer": lambda record: record.phases.first_answer_s,
    "whole_script": lambda record: record.phases.whole_script_s,
}


def best_cpu(
    records: Iterable[Record],
    total: Total,
    *,
    stale: Mapping[str, str] | None = None,
    usual_build: Mapping[str, float] | None = None,
) -> Record | None:
    """The record of the best CPU library by one of its totals; None where there is none.

    A record whose answer is worse than that of a slower one, or which differs from it in what was computed, is passed
    over. Where no engine has a warm call, first calls decide.

    Args:
        records: of one problem, graph and machine.
        total: by which of its times.
        stale: what changed since a record was made, for each stale record's id.
        usual_build: as :func:`graphbench.records.times.usual_builds` gives it.
    """
    outdated = stale or {}
    candidates = [record for record in records if did_the_work(record) and record.id not in outdated]
    if total == "call":
        candidates = [record for record in candidates if not times.builds_heavily(record, usual_build or {})]
        warm = [record for record in candidates if times.call_seconds(record) is not None]
        return fastest_call(warm) if warm else fastest_call(candidates, times.first_call_seconds)
    return fastest(candidates, _SECONDS_OF[total])


def left_out(
    records: Iterable[Record],
    best: Record,
    *,
    stale: Mapping[str, str] | None = None,
    usual_build: Mapping[str, float] | None = None,
) -> list[str]:
    """The records whose calls are faster than those of the best CPU library, each with why it is not the best.

    Args: as for :func:`best_cpu`.
    """
    seconds_of = times.call_seconds if times.call_seconds(best) is not None else times.first_call_seconds
    timed = [(record, seconds) for record in records if record.device == "cpu" and (seconds := seconds_of(record))]
    limit = seconds_of(best) or 0.0
    found = []
    for record, seconds in timed:
        current = record.outcome is Outcome.OK and not record.superseded and record.id not in (stale or {})
        if not current or seconds >= limit:
            continue
        heavy = "heavy build" if times.builds_heavily(record, usual_build or {}) else ""
        apart = (_apart(slower, record, other / seconds) for slower, other in timed if other > seconds)
        if why := not_computed(record) or heavy or next(filter(None, apart), ""):
            took, best_took = format_seconds(seconds), format_seconds(limit)
            found.append(f"{_named(record, best)} takes {took}, {_named(best, record)} {best_took} ({why})")
    return found


def _named(record: Record, other: Record) -> str:
    """The engine, with its number of threads where the other record is of the same engine."""
    name, where = record.task.engine, record.environment
    return f"{name} on {count(where.threads, 'thread')}" if name == other.task.engine and where is not None else name


def did_the_work(record: Record) -> bool:
    """Whether a record has a certified answer from a CPU, by today's rules, computed in its calls and its threads."""
    return record.device == "cpu" and computed(record)


def computed(record: Record) -> bool:
    """The same on any device."""
    return record.outcome is Outcome.OK and not record.superseded and not not_computed(record)


def not_computed(record: Record) -> str:
    """Why an answer is not a certified one that was computed in its calls and threads, in the words of rules."""
    if record.certificate is None:
        return RULES["not_certified"].words
    if times.after_return(record) is not None:
        return RULES["works_after_return"].words
    if times.faster_than_memory(record) is not None:
        return RULES["faster_than_memory"].words
    return RULES["threads_exceeded"].words if times.exceeds_threads(record) else ""


def fastest_call(
    records: Sequence[Record], seconds_of: Callable[[Record], float | None] = times.call_seconds
) -> Record | None:
    """As :func:`fastest`, of calls; against lazy answers with `collect` on both sides, as in ratios."""

    def collected(record: Record) -> float | None:
        seconds = seconds_of(record)
        return None if seconds is None else times.collected(record, seconds)

    best = fastest([record for record in records if not times.is_lazy(record)], seconds_of)
    lazy = [record for record in records if times.is_lazy(record)]
    return fastest([*lazy, *([best] if best is not None else [])], collected) if lazy else best


def fastest(records: Sequence[Record], seconds_of: Callable[[Record], float | None]) -> Record | None:
    """The fastest record whose answer is as good as that of every slower one; None where none has a time."""
    timed = [(seconds, record) for record in records if (seconds := seconds_of(record))]
    timed.sort(key=lambda pair: (pair[0], times.call_seconds(pair[1]) or math.inf))
    for place, (seconds, record) in enumerate(timed):
        if all(is_like(slower, record, other / seconds) for other, slower in timed[place + 1 :]):
            return record
    return None


_GRAVER = tuple(effect for effect in reversed(Effect) if effect is not Effect.NOTE)


def is_like(slower: Record, faster: Record, ratio: float) -> bool:
    """Whether two records compare like with like: no rule has an effect but a note. Worked out once for two records.

    Rules look at which side is faster, not by how much.
    """
    known: dict[tuple[str, bool], bool] = faster.__dict__.setdefault("is_like", {})
    asked = slower.id, ratio > 1
    if asked not in known:
        known[asked] = not _apart(slower, faster, ratio)
    return known[asked]


def _apart(slower: Record, faster: Record, ratio: float) -> str:
    """The rule by which two records do not compare like with like, in words; empty where they do."""
    pair = Pair(baseline=slower, engine=faster, ratio=Estimate(ratio, None, None, 1))
    return next((rule.words for rule, _ in evaluate(pair, _GRAVER)), "")


def at_best_threads(records: Sequence[Record], totals: Sequence[Total] = get_args(Total)) -> list[Record]:
    """Without the records of an engine at numbers of threads at which it is best by none of the totals.

    Args:
        records: of one problem, graph and machine.
        totals: by which of its times.
    """
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        other = {name: value for name, value in record.task.params.items() if name != "threads"}
        groups.setdefault((record.task.engine, repr(sorted(other.items()))), []).append(record)
    kept: set[str] = set()
    for group in groups.values():
        quickest = [_quickest(group, _SECONDS_OF[total]) for total in totals]
        best = [record for record in quickest if record is not None] or [_quickest(group, times.first_call) or group[0]]
        kept |= {record.id for record in best}
    return [record for record in records if record.id in kept]


def _quickest(records: Sequence[Record], seconds_of: Callable[[Record], float | None]) -> Record | None:
    timed = [record for record in records if record.outcome is Outcome.OK and seconds_of(record) is not None]
    return min(timed, key=lambda record: seconds_of(record) or 0.0, default=None)
