"""The times of one record that ratios compare, and signs that its timed calls did less than the work. Pure.

A library may answer a repeated call from what it kept of an earlier one, leave work to `collect`, do it in `build`, or
finish it in a thread after the call. Each shows in the times of a record; thresholds leave out what is noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from statistics import median
from typing import NamedTuple, TypeVar

from graphbench.records.model import Outcome, Record

NOISE_S = 1e-3
"""Differences between calls below this say nothing: caches of the processor, the clock, the scheduler."""
MIN_REBUILT = 3
"""The fewest calls on rebuilt graphs from which reuse of work between calls is judged."""
REUSE_FACTOR = 2.0
LAZY_COPIES = 5.0
"""How many plain copies of the answer `collect` may take."""
HEAVY_BUILD = 3.0
"""How many usual builds a build may take."""
HEAVY_BUILD_S = 0.02
"""Shorter builds are not heavy: a build is timed once, and a busy machine holds any process up for milliseconds."""
HEAVY_BUILD_CALLS = 20
"""How many warm calls a build that takes longer than usual may take."""
SLOW_FIRST_CALL = 10.0
"""How many later calls, also on rebuilt graphs, the first call of an engine on the CPU may take."""
SHORT_CALL_S = 0.02
"""Shorter calls say nothing about threads, and less work after a call is not counted."""
AFTER_SHARE = 0.2
"""The share of a call's own work that may be done after it."""
THREADS_FACTOR = 1.2
MEMORY_FACTOR = 10.0
"""How many times as fast as memory a call may read the graph: caches are faster, and some searches skip most of it."""
TICK_S = 1e-9
"""One tick of the clock, the shortest time of a call."""

_Value = TypeVar("_Value")


def once(function: Callable[[Record], _Value]) -> Callable[[Record], _Value]:
    """Work a value out once for each record, which does not change: every comparison and table asks again.

    Nobody may change the value, such as a list.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def known(record: Record) -> _Value:
        values = record.__dict__
        if name not in values:
            values[name] = function(record)
        found: _Value = values[name]
        return found

    return known


class After(NamedTuple):
    """Work done after a call returned, in seconds: that of the call itself, and that in the idle time after it."""

    call_s: float
    after_s: float


class FasterThanMemory(NamedTuple):
    """A call that cannot have done its work, in seconds: its own time, and the time to read the graph from memory."""

    call_s: float
    read_s: float


def first_call(record: Record) -> float | None:
    """Seconds of the first call; None where it did not end."""
    if record.outcome not in (Outcome.OK, Outcome.INVALID) or record.phases.first_s is None:
        return None
    return max(record.phases.first_s, TICK_S)


@once
def warm_calls(record: Record) -> list[float]:
    """Seconds of the warm calls of a record with an answer; empty where the first call is the only one."""
    if record.outcome not in (Outcome.OK, Outcome.INVALID) or record.trials.stopped == "first_only":
        return []
    return _at_least_a_tick(record.phases.call_s)


@once
def of_first_source(record: Record) -> list[float]:
    """The warm calls that solve the problem of the first call: those from its source, where there are sources."""
    sources, calls = record.trials.sources, warm_calls(record)
    return [seconds for source, seconds in zip(sources, calls, strict=False) if source == sources[0]] or calls


@once
def rebuilt_calls(record: Record) -> list[float]:
    """Seconds of the calls on graphs that were built anew; empty where there are too few to judge.

    Of a CPU engine whose budget allowed too few, the first call, which is one. On a GPU that may load kernels.
    """
    calls, first = record.phases.rebuilt_s, record.phases.first_s
    if len(calls) < MIN_REBUILT:
        calls = [first] if first is not None and record.device == "cpu" and warm_calls(record) else []
    return _at_least_a_tick(calls)


def _at_least_a_tick(calls: list[float]) -> list[float]:
    return calls if min(calls, default=TICK_S) >= TICK_S else [max(seconds, TICK_S) for seconds in calls]


@once
def reuses_work(record: Record) -> bool:
    """Whether warm calls reuse work of earlier ones: every call on a fresh graph takes more than twice as long.

    One as quick refutes it, as a library cannot reuse what it has not computed; of few calls a median is often noise.
    The first call is on a fresh graph, too, unless an earlier task used the graph. Of an engine that does reuse work,
    the median is compared: the quickest call is better than usual, and the other side's is a median. Differences of
    less than a millisecond decide nothing: a warm call counts as one millisecond at least.
    """
    warm, calls, first = of_first_source(record), rebuilt_calls(record), record.phases.first_s
    if not warm or not calls or first is None:
        return False
    shared = record.worker is not None and record.worker.shared_build
    fresh = [*calls, *record.phases.rebuilt_s, *([] if shared else [first])]
    return min(fresh) > REUSE_FACTOR * max(median(warm), NOISE_S)


def collect_seconds(record: Record) -> float | None:
    """Seconds to copy an answer to the host: the median over warm answers, else that of the first."""
    return median(record.phases.collect_call_s) if record.phases.collect_call_s else record.phases.collect_s


@once
def is_lazy(record: Record) -> bool:
    """Whether work of the call was left to `collect`, which takes longer than the call and five plain copies.

    Answers on several GPUs are complete, too, when the call ends; gathering them takes longer than a copy of one array.
    """
    if "gpus" in record.task.params:
        return False
    collect, copy = collect_seconds(record), record.phases.copy_s
    calls = warm_calls(record) or [seconds for seconds in (first_call(record),) if seconds is not None]
    if collect is None or copy is None or not calls:
        return False
    return collect > max(median(calls), NOISE_S, LAZY_COPIES * copy)


@once
def call_seconds(record: Record) -> float | None:
    """The time of a warm call by which an engine is compared alone; None where there is no warm call.

    It is that on a rebuilt graph where the engine reuses work, and includes `collect` where the answer is lazy.
    """
    calls = rebuilt_calls(record) if reuses_work(record) else warm_calls(record)
    if not calls:
        return None
    return median(calls) + ((collect_seconds(record) or 0.0) if is_lazy(record) else 0.0)


def first_call_seconds(record: Record) -> float | None:
    """The same of the first call."""
    first = first_call(record)
    return None if first is None else first + ((collect_seconds(record) or 0.0) if is_lazy(record) else 0.0)


def collected(record: Record, seconds: float) -> float:
    """Seconds of :func:`call_seconds` with those of `collect`, which lazy answers have already."""
    return seconds if is_lazy(record) else seconds + (collect_seconds(record) or 0.0)


def warm_or_first_call(record: Record) -> float | None:
    """As :func:`call_seconds`; the first call where there is no warm one."""
    warm = call_seconds(record)
    return first_call(record) if warm is None else warm


@once
def is_slow_at_first(record: Record) -> bool:
    """Whether the first call takes more than ten times the median of later ones, on rebuilt graphs too, on the CPU.

    It loads code, or fills a cache that knows the graph when it is built anew; a GPU loads kernels. Later calls count
    as one millisecond at least.
    """
    warm, rebuilt, first = of_first_source(record), record.phases.rebuilt_s, record.phases.first_s
    if record.device != "cpu" or first is None or not warm or not rebuilt:
        return False
    return first > max(SLOW_FIRST_CALL * max(median(warm), median(rebuilt), NOISE_S), HEAVY_BUILD_S)


def usual_builds(records: Iterable[Record]) -> dict[str, float]:
    """By the id of each record: the median time of reading and building of the other engines on its kind of device.

    Args:
        records: of one problem and dataset. Only records of one machine and graph are set against each other.
    """
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        if record.phases.before_calls_s is not None and record.environment is not None:
            digest = record.dataset.digest if record.dataset else ""
            groups.setdefault((record.environment.machine, digest, record.device), []).append(record)
    return {
        record.id: median(others)
        for group in groups.values()
        for record in group
        if (others := _builds_of_others(record, group))
    }


def _builds_of_others(record: Record, group: list[Record]) -> list[float]:
    builds: dict[str, list[float]] = {}
    for other in group:
        if other.task.engine != record.task.engine and (taken := other.phases.before_calls_s) is not None:
            builds.setdefault(other.task.engine, []).append(taken)
    return [median(times) for times in builds.values()]


def builds_heavily(record: Record, usual_build: Mapping[str, float]) -> bool:
    """Whether reading and building take more than three times the usual, 20 ms, and twenty of the warm calls.

    Or whether the first call does such work (:func:`is_slow_at_first`).
    """
    if is_slow_at_first(record):
        return True
    build, usual = record.phases.before_calls_s, usual_build.get(record.id)
    if build is None or usual is None or build <= max(HEAVY_BUILD * usual, HEAVY_BUILD_S):
        return False
    call = warm_or_first_call(record)
    return call is not None and build > HEAVY_BUILD_CALLS * call


def faster_than_memory(record: Record, *, first: bool = False) -> FasterThanMemory | None:
    """The call that ratios compare, where it is more than ten times as fast as memory (:mod:`.limit`); else None.

    The fastest calls of libraries reach a hundredth of the memory's speed. The answer to one that outruns it tenfold
    was there before: computed in `build`, or kept from another graph.

    Args:
        record: of any outcome.
        first: the first call, not the warm ones.
    """
    calls = [] if first else rebuilt_calls(record) if reuses_work(record) else of_first_source(record)
    seconds = median(calls) if calls else first_call(record)
    if record.limit is None or seconds is None:
        return None
    seconds += (collect_seconds(record) or 0.0) if is_lazy(record) else 0.0
    found = FasterThanMemory(seconds, record.limit.least_bytes / record.limit.copy_bytes_s)
    return found if MEMORY_FACTOR * found.call_s < found.read_s else None


@once
def after_return(record: Record) -> After | None:
    """The most work that went on after a call, where it is more than 20 ms and a fifth of the call's own.

    Of an engine on the CPU it is CPU seconds; of one on a GPU, seconds for which the device was busy.
    """
    found = [
        After(own, after)
        for trial, after in record.cpu.after_s.items()
        if (own := _own_work(record, trial)) is not None and after > max(SHORT_CALL_S, AFTER_SHARE * own)
    ]
    return max(found, key=lambda work: work.after_s, default=None)


def _own_work(record: Record, trial: int) -> float | None:
    """Of a call, by its number; -1 is the first call. None where it is not known."""
    spent = record.phases if record.device == "gpu" else record.cpu
    if trial == -1:
        return spent.first_s
    return spent.call_s[trial] if 0 <= trial < len(spent.call_s) else None


def cpu_seconds(record: Record) -> float | None:
    """CPU seconds of a warm call, the median; of the first call, where it is the only one."""
    return median(record.cpu.call_s) if record.cpu.call_s and warm_calls(record) else record.cpu.first_s


@once
def threads_used(record: Record) -> float | None:
    """CPU seconds over wall seconds, the median of calls longer than 20 ms; None without such a call."""
    phases, cpu = record.phases, record.cpu
    pairs = [*zip(phases.call_s, cpu.call_s, strict=False)]
    if phases.first_s is not None and cpu.first_s is not None:
        pairs.append((phases.first_s, cpu.first_s))
    used = [spent / wall for wall, spent in pairs if wall > SHORT_CALL_S]
    return median(used) if used else None


def exceeds_threads(record: Record) -> bool:
    """Whether an engine on the CPU computed with more threads than it may."""
    used, where = threads_used(record), record.environment
    if record.device != "cpu" or used is None or where is None:
        return False
    return used > THREADS_FACTOR * where.threads


BUSY = "the machine was busy"
"""How the warning of a crowded machine begins: records keep it of every round, and the environment of one."""


def was_busy(record: Record) -> bool:
    """Whether other programs used the machine while it was measured: more ran than it has cores, or on its GPU."""
    where = record.environment
    if where is None:
        return False
    crowded = where.load_average is not None and where.load_average > where.cores
    return crowded or bool(where.clocks.get("other_processes", 0))
