"""The quality of two answers to a heuristic problem, as several rules compare it."""

from __future__ import annotations

from statistics import median

from graphbench.records import ratios
from graphbench.records.model import Record
from graphbench.records.rules.base import Pair

LOWER_QUALITY = 0.01
"""By what fraction the faster side's quality may be below the other's."""
LOWER_QUALITY_ONE_SEED = 0.03
"""By what fraction a single seed may be below, without being known to be worse."""


def quality_of(record: Record) -> float | None:
    """The median over trials of the quality that graphbench recomputed; the certified answer's if none is recorded."""
    if record.trials.quality:
        return median(record.trials.quality)
    return record.answer.get(record.quality)


def fast_slow(pair: Pair) -> tuple[Record, Record]:
    """The faster side and the slower one, of a pair with a ratio."""
    assert pair.ratio is not None
    return (pair.engine, pair.baseline) if pair.ratio.value > 1 else (pair.baseline, pair.engine)


def shortfall_of(pair: Pair) -> float | None:
    """By what fraction the faster side's quality is below the other's; None if there is nothing to compare."""
    return None if pair.ratio is None or not _is_heuristic(pair) else _shortfall(*fast_slow(pair))


def won_by_the_worse(pair: Pair) -> list[str]:
    """The totals by which the side with the slower calls is faster, with an answer that is too much worse."""
    if pair.ratio is None or not _is_heuristic(pair):
        return []
    faster, slower = fast_slow(pair)
    if (_shortfall(slower, faster) or 0.0) <= LOWER_QUALITY:
        return []
    of = {
        "first answer": ratios.of_first_answers(pair.baseline, pair.engine),
        "whole script": ratios.of_whole_scripts(pair.baseline, pair.engine),
    }
    return [total for total, ratio in of.items() if ratio is not None and (ratio > 1) != (pair.ratio.value > 1)]


def _is_heuristic(pair: Pair) -> bool:
    return len(pair.answered) == 2 and all(record.quality for record in pair.sides)


def _shortfall(one: Record, other: Record) -> float | None:
    """By what fraction the quality of one record is below the other's; None if one is not known."""
    low, high = quality_of(one), quality_of(other)
    if low is None or high is None:
        return None
    if low >= high:
        return 0.0
    return (high - low) / abs(high) if high else float("inf")


def lower(pair: Pair, shortfall: float) -> str:
    """Both qualities, and that of the faster side as lower by so much."""
    fast, slow = fast_slow(pair)
    return (
        f"{fast.quality} {quality_of(fast):.4f} of {fast.task.engine} against {quality_of(slow):.4f} "
        f"of {slow.task.engine} ({100 * shortfall:.2g} % lower on the faster side)"
    )


def has_single_seed(pair: Pair) -> bool:
    """Whether a side's quality comes from one seed: one trial, or trials that all used the same seed."""
    return any(
        len(record.trials.quality) < 2
        or (len(set(record.trials.seeds)) == 1 and record.adapter.get("seed", record.trials.seeds) is not None)
        for record in pair.sides
    )
