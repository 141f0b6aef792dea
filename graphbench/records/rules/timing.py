"""Whether the timed calls did the work, and did it alone: reuse, laziness, heavy builds, threads, other programs."""

from __future__ import annotations

from statistics import median

from graphbench.records import times
from graphbench.records.model import Record
from graphbench.records.rules.base import NOTE, UNLIKE, Pair, rule
from graphbench.records.rules.quality import fast_slow
from graphbench.system.text import format_seconds, listed


@rule(
    "works_after_return",
    UNLIKE,
    meaning="The library went on working after its call had returned, so the timed call is not all of the work.",
    remedy="Have the adapter wait for the library's threads before it returns.",
)
def _works_after_return(pair: Pair) -> str:
    for record in pair.answered:
        if work := times.after_return(record):
            kind = "of work on its device" if record.device == "gpu" else "CPU"
            after, call = format_seconds(work.after_s), format_seconds(work.call_s)
            return (
                f"{record.task.engine} went on after a call had returned: {after} {kind} in an idle tenth of a second, "
                f"beside {call} in the call"
            )
    return ""


@rule(
    "threads_exceeded",
    UNLIKE,
    meaning="A side computed with more CPU threads than it may use.",
    remedy="Limit the library's threads in its engine, or allow it more with --threads.",
)
def _threads_exceeded(pair: Pair) -> str:
    for record in pair.answered:
        if times.exceeds_threads(record):
            assert record.environment is not None
            return (
                f"{record.task.engine} may use {record.environment.threads} of the processor's threads and used "
                f"{times.threads_used(record):.2g} (CPU seconds over seconds)"
            )
    return ""


@rule(
    "faster_than_memory",
    UNLIKE,
    meaning="A call is over long before memory could move the graph once, so its work was done before it.",
    remedy="Look for what the engine computes in its build, or keeps from one graph to the next.",
)
def _faster_than_memory(pair: Pair) -> str:
    for record in pair.answered:
        if found := times.faster_than_memory(record, first=pair.first_calls):
            call, reading = map(format_seconds, found)
            return f"a call of {record.task.engine} takes {call}, and memory takes {reading} to move the graph once"
    return ""


@rule(
    "reuses_work",
    NOTE,
    meaning="A repeated call is faster because the library remembers work of an earlier one on the same graph.",
    remedy="The ratio is that of the calls on rebuilt graphs, at most three in a process: --rounds 3 makes more.",
)
def _reuses_work(pair: Pair) -> str:
    found = [record for record in pair.answered if not pair.first_calls and times.reuses_work(record)]
    return listed([_reused(record) for record in found])


def _reused(record: Record) -> str:
    medians = median(times.rebuilt_calls(record)), median(times.of_first_source(record))
    rebuilt, warm = map(format_seconds, medians)
    return f"{record.task.engine} takes {rebuilt} on a graph built anew and {warm} when called again"


@rule(
    "reuse_not_checked",
    NOTE,
    meaning="Whether a repeated call reuses work of an earlier one is not known.",
    remedy="Raise --budget, so that the graph can be built three times more.",
)
def _reuse_not_checked(pair: Pair) -> str:
    found = [
        record.task.engine
        for record in pair.answered
        if not pair.first_calls and len(record.phases.rebuilt_s) < times.MIN_REBUILT
    ]
    verb = "reuses" if len(found) == 1 else "reuse"
    return (
        f"whether {' and '.join(found)} {verb} work between calls is not known: too few rebuilt calls" if found else ""
    )


@rule(
    "lazy_answer",
    NOTE,
    meaning="The call returns before its answer is complete; copying the answer to the host does the rest.",
    remedy="The ratio is that of call + collect on both sides.",
)
def _lazy_answer(pair: Pair) -> str:
    found = [record for record in pair.answered if times.is_lazy(record)]
    return listed([_left_to_collect(record) for record in found])


def _left_to_collect(record: Record) -> str:
    collect, copy = (format_seconds(taken or 0.0) for taken in (times.collect_seconds(record), record.phases.copy_s))
    return (
        f"the call of {record.task.engine} leaves work to collect ({collect}, where a copy of the answer takes {copy})"
    )


@rule(
    "heavy_build",
    NOTE,
    meaning="The faster side does much more before its warm calls than others do, in its build or in its first call.",
    remedy="The ratio is that of first answers, which include both; load code in the engine's start.",
)
def _heavy_build(pair: Pair) -> str:
    if pair.ratio is None or (record := fast_slow(pair)[0]) not in pair.answered:
        return ""
    if not times.builds_heavily(record, pair.usual_build):
        return ""  # nor can a slow side win by its build
    if times.is_slow_at_first(record):
        first, warm = map(format_seconds, (record.phases.first_s or 0.0, median(times.of_first_source(record))))
        return f"the first call of {record.task.engine} takes {first}, later ones {warm}, also on graphs built anew"
    taken, others = map(format_seconds, (record.phases.before_calls_s or 0.0, pair.usual_build[record.id]))
    return f"{record.task.engine} reads and builds for {taken}, where the others take {others} (median)"


@rule(
    "short_calls",
    NOTE,
    meaning="The calls of both sides take less than a millisecond, so the ratio is left out of every mean.",
    remedy="Use a larger graph.",
)
def _short_calls(pair: Pair) -> str:
    seconds_of = times.first_call if pair.first_calls else times.call_seconds
    calls = [seconds_of(record) for record in pair.answered]
    short = [f"{record.task.engine} {format_seconds(call)}"
             for record, call in zip(pair.answered, calls, strict=True) if call and call < times.NOISE_S]  # fmt: skip
    return f"the calls of both sides take less than a millisecond ({', '.join(short)})" if len(short) == 2 else ""


@rule(
    "first_calls",
    NOTE,
    meaning="A side has no warm call, so the first calls of both are compared.",
    remedy="Raise --budget, so that warm calls fit.",
)
def _first_calls(pair: Pair) -> str:
    if not pair.first_calls:
        return ""
    without = [record.task.engine for record in pair.sides if not times.warm_calls(record)]
    return f"{' and '.join(without)} {'has' if len(without) == 1 else 'have'} no warm call, so first calls are compared"


@rule(
    "busy_machine",
    NOTE,
    meaning="Other programs used the machine during the measurement.",
    remedy="Close other programs and measure again.",
)
def _busy_machine(pair: Pair) -> str:
    found = [record.task.engine for record in pair.answered if times.was_busy(record)]
    verb = "was" if len(found) == 1 else "were"
    return f"other programs used the machine while {' and '.join(found)} {verb} measured" if found else ""
