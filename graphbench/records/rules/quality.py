"""The quality of two answers to a heuristic problem, as several rules compare it."""

from __future__ import annotations

from statistics import median

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
    if pair.ratio is None or len(pair.answered) < 2 or not all(record.quality for record in pair.sides):
        return None
    fast, slow = (quality_of(record) for record in fast_slow(pair))
    if fast is None or slow is None:
        return None
    if fast >= slow:
        return 0.0
    return (slow - fast) / abs(slow) if slow else float("inf")


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
