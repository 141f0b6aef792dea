"""What else to know of a ratio of like with like."""

from __future__ import annotations

from graphbench.records import times
from graphbench.records.rules.base import NOTE, Pair, names, rule
from graphbench.records.rules.quality import fast_slow, quality_of, won_by_the_worse
from graphbench.records.statistics import MIN_SAMPLES
from graphbench.system.text import count, format_seconds, listed

OVER_SOLVED = 0.01
"""A residual below this fraction of the tolerance is far more accurate than was asked for."""


@rule(
    "few_trials",
    NOTE,
    meaning="A side has too few warm calls for an interval, so the ratio is a range: the smallest to the largest.",
    remedy="Raise --budget, or pass --trials 10.",
)
def _few_trials(pair: Pair) -> str:
    if pair.ratio is None or pair.ratio.interval or pair.ratio.n >= MIN_SAMPLES or pair.first_calls:
        return ""
    warm = [record for record in pair.answered if not times.reuses_work(record)]
    few = [record for record in warm if len(record.phases.call_s) < MIN_SAMPLES]
    if not few and len(warm) < len(pair.answered):
        return ""  # rebuilt calls are compared, of which a process makes three at most
    trials = [f"{len(record.phases.call_s)} of {record.task.engine}" for record in few]
    counts = ", ".join(trials) or f"{pair.ratio.n} that compare"
    return f"too few warm calls for an interval ({counts}; {MIN_SAMPLES} are needed)"


@rule(
    "threads",
    NOTE,
    meaning="The two sides may use different numbers of CPU threads.",
    remedy="Pass --threads 1 to give every engine the same.",
)
def _threads(pair: Pair) -> str:
    one, two = (record.environment for record in pair.sides)
    if one is None or two is None or one.threads == two.threads or pair.baseline.device != pair.engine.device:
        return ""
    here, there = names(pair)
    return f"{there} may use {count(two.threads, 'thread')}, {here} {one.threads}"


@rule(
    "faster_left_out",
    NOTE,
    meaning="A CPU engine is faster than the best one and is left out, as it does other work or a worse job.",
    remedy="See its own row for the times, and its verdict for the reason.",
)
def _faster_left_out(pair: Pair) -> str:
    return "; ".join(pair.left_out)


@rule(
    "quality_by_total",
    NOTE,
    meaning="The side with the slower calls has the quicker first answer or whole script, and the worse answer.",
    remedy="Compare at equal quality: --match-quality.",
)
def _quality_by_total(pair: Pair) -> str:
    found = won_by_the_worse(pair)
    if not found:
        return ""
    better, worse = fast_slow(pair)
    return (
        f"no ratio of {listed(found)}: {worse.task.engine} is quicker by it, with {worse.quality} "
        f"{quality_of(worse):.4f} against {quality_of(better):.4f}"
    )


@rule(
    "dtype",
    NOTE,
    meaning="One side computes in less precise numbers than the other.",
    remedy="Choose a problem that is posed in float64 everywhere, or take the achieved accuracy into account.",
)
def _dtype(pair: Pair) -> str:
    one, two = (record.adapter.get("dtype") or "float64" for record in pair.sides)
    here, there = names(pair)
    return "" if one == two else f"{there} computes in {two}, {here} in {one}"


@rule(
    "over_solved",
    NOTE,
    meaning="A side computed much more accurately than was asked for, which takes longer.",
    remedy="Ask for a smaller --tolerance, so that every engine has to be as accurate.",
)
def _over_solved(pair: Pair) -> str:
    for record in pair.answered:
        residual, tolerance = record.answer.get("residual"), record.task.params.get("tolerance")
        if residual is not None and tolerance is not None and residual < OVER_SOLVED * tolerance:
            return f"{record.task.engine} reached a residual of {residual:.2g} where {tolerance:.2g} was asked for"
    return ""


@rule(
    "censored", NOTE, meaning="The time limit cut a trial off, and the median leaves it out.", remedy="Raise --timeout."
)
def _censored(pair: Pair) -> str:
    for record in pair.answered:
        if record.censored is not None:
            after = format_seconds(record.censored.after_s)
            return f"a trial of {record.task.engine} was cut off after {after} and is not in its median"
    return ""


@rule(
    "allocator",
    NOTE,
    meaning="The allocator of device memory changes GPU times up to threefold, so it is named.",
    remedy="Measure with --allocator default and async, and quote the one that will be used.",
)
def _allocator(pair: Pair) -> str:
    one, two = (record.environment.allocator if record.environment else None for record in pair.sides)
    if one == two:
        return ""
    named = [f"{name} from the {each} allocator" for each, name in zip((one, two), names(pair), strict=True) if each]
    return f"device memory of {' and of '.join(named)}"
