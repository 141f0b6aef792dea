"""Statistics of repeated timings, as pure functions: the same values give the same results, to the last digit.

Timings are skewed to the right, so they are summarized by their median, with a percentile bootstrap interval (Efron,
"Bootstrap methods: another look at the jackknife", Ann. Statist. 7, 1979). What is averaged and how follows Hoefler and
Belli, "Scientific benchmarking of parallel computing systems" (SC'15): ratios are averaged geometrically.

An interval needs five values: at three, a bootstrap interval of a median covers 74 % rather than 95 %. Below
:data:`MIN_SAMPLES` values the range is given instead, and labelled as one.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MIN_SAMPLES = 5
"""The fewest values from which an interval is given."""

CONFIDENCE = 0.95
_RESAMPLES = 9_999
_SEED = 20_191_105
_BLOCK = 1 << 20

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int32]


class Bounds(NamedTuple):
    """A lower and an upper end, in the unit of the values."""

    low: float
    high: float


class Estimate(NamedTuple):
    """A median, or a ratio of two, and how well it is known.

    Attributes:
        value: the estimate itself.
        interval: its 95 % bootstrap interval; None below :data:`MIN_SAMPLES` values.
        range: the smallest and the largest value seen, where there is no interval; None for a single value.
        n: from how many values; of the smaller side for a ratio.
    """

    value: float
    interval: Bounds | None
    range: Bounds | None
    n: int


def median(values: Sequence[float]) -> Estimate:
    """The median of timings.

    Args:
        values: at least one.

    Raises:
        ValueError: if it is empty.
    """
    data = _checked(values)
    interval = _percentiles(*_resampled_medians(data)) if len(data) >= MIN_SAMPLES else None
    spread = Bounds(float(data.min()), float(data.max())) if interval is None and len(data) > 1 else None
    return Estimate(float(np.median(data)), interval, spread, len(data))


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """The median of one side over the median of another, both sides resampled.

    Args:
        numerators: at least one positive value.
        denominators: at least one positive value; the two sides are independent and may differ in length.

    Raises:
        ValueError: if a side is empty or has a value that is not positive.
    """
    top, bottom = _checked(numerators, positive=True), _checked(denominators, positive=True)
    value = float(np.median(top) / np.median(bottom))
    fewest = min(len(top), len(bottom))
    if fewest >= MIN_SAMPLES:
        of_top, of_bottom = _resampled_medians(top, bottom)
        return Estimate(value, _percentiles(of_top / of_bottom), None, fewest)
    return Estimate(value, None, _extremes(top.min() / bottom.max(), top.max() / bottom.min()), fewest)


def paired_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """The median of one side over the median of the other, where value i of both belongs to the same question.

    Questions are resampled, and both sides together: a hard source is hard for every engine, and resampling the
    sides separately would count that as noise.

    Args:
        numerators: positive values, one for each question, of at least :data:`MIN_SAMPLES` questions.
        denominators: as many.

    Raises:
        ValueError: if the lengths differ, there are too few, or a value is not positive.
    """
    top, bottom = _checked(numerators, positive=True), _checked(denominators, positive=True)
    if len(top) != len(bottom):
        raise ValueError(f"{len(top)} values cannot be paired with {len(bottom)}")
    if (n := len(top)) < MIN_SAMPLES:
        raise ValueError(f"a paired ratio needs values of {MIN_SAMPLES} questions, not of {n}")
    value = float(np.median(top) / np.median(bottom))
    rng, made = _generator(), []
    for start in range(0, _RESAMPLES, step := max(1, _BLOCK // n)):
        chosen = rng.integers(n, size=(min(step, _RESAMPLES - start), n))
        made.append(_row_medians(top[chosen]) / _row_medians(bottom[chosen]))
    return Estimate(value, _percentiles(np.concatenate(made)), None, n)


def by_question(questions: Sequence[Hashable], values: Sequence[float]) -> dict[Hashable, float]:
    """The median of the values of each question (the source of a search), in the order of their first appearance."""
    found: dict[Hashable, list[float]] = {}
    for question, value in zip(questions, values, strict=False):
        found.setdefault(question, []).append(value)
    return {question: float(np.median(group)) for question, group in found.items()}


def geometric_mean(ratios: Sequence[float]) -> float:
    """The mean of ratios: swapping the two sides inverts it, which no arithmetic mean does.

    Raises:
        ValueError: if it is empty, or a value is not positive.
    """
    return float(np.exp(np.log(_checked(ratios, positive=True)).mean()))


def common_geometric_means(
    cells: Mapping[str, Mapping[Hashable, float]],
) -> tuple[dict[str, float], frozenset[Hashable]]:
    """Comparable geometric means: each over the cells that all sides completed.

    Args:
        cells: for each side, its ratio in each cell that it completed.

    Returns:
        The mean of each side, and the cells they are over; no means if no cell is common.
    """
    common = frozenset.intersection(*(frozenset(done) for done in cells.values())) if cells else frozenset()
    if not common:
        return {}, frozenset()
    means = {side: geometric_mean([done[cell] for cell in done if cell in common]) for side, done in cells.items()}
    return means, common


def _generator() -> np.random.Generator:
    return np.random.default_rng(_SEED)


def _checked(values: Sequence[float], *, positive: bool = False) -> Floats:
    data = np.asarray(values, dtype=np.float64)
    if data.ndim != 1 or len(data) == 0:
        raise ValueError("at least one value is needed")
    if positive and not (np.isfinite(data).all() and (data > 0).all()):
        raise ValueError("ratios and rates need positive, finite values")
    return data


def _resampled_medians(*samples: Floats) -> list[Floats]:
    """Medians of resamples with replacement, shape (_RESAMPLES,) for each sample, in memory that does not grow."""
    found: list[Floats] = []
    ranks = _ranks_of_medians(*map(len, samples))
    for data, (low, high) in zip(samples, ranks, strict=True):
        ordered = np.sort(data)
        found.append(ordered[low] if high is None else (ordered[low] + ordered[high]) / 2)
    return found


@lru_cache(maxsize=64)
def _ranks_of_medians(*sizes: int) -> list[tuple[Ranks, Ranks | None]]:
    """Which values resampled medians fall on, for samples of these sizes: the middle rank, or the middle two.

    The order statistics of n draws from n values are the values at the floor of n times those of n uniforms, whose
    k-th is Beta(k, n + 1 - k); given it, the next is the smallest of n - k uniforms above it (David and Nagaraja,
    Order Statistics, 2003, section 2). So the middle one or two ranks are drawn, and nothing else. They depend on
    the sizes alone: a report of thousands of comparisons draws them once for each pair of sizes.
    """
    rng, found = _generator(), []
    for n in sizes:
        k = (n + 1) // 2
        lower = rng.beta(k, n + 1 - k, size=_RESAMPLES)
        upper = lower + (1 - lower) * rng.beta(1, n - k, size=_RESAMPLES) if n % 2 == 0 else None
        found.append((_ranks(lower, n), None if upper is None else _ranks(upper, n)))
    return found


def _row_medians(rows: Floats) -> Floats:
    """Of each row; `rows` is reordered. Several times quicker than np.median on short rows."""
    n = rows.shape[1]
    low, high = (n - 1) // 2, n // 2
    rows.partition((low, high), axis=1)
    medians: Floats = (rows[:, low] + rows[:, high]) / 2
    return medians


def _ranks(uniform: Floats, n: int) -> Ranks:
    return np.minimum((n * uniform).astype(np.int32), n - 1)


def _percentiles(resampled: Floats) -> Bounds:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Bounds(float(low), float(high))


def _extremes(low: float, high: float) -> Bounds | None:
    return None if low == high else Bounds(float(low), float(high))
