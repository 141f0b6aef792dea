"""Statistics of repeated timings, as pure functions: the same values give the same results, to the last digit.

Timings are skewed to the right, so they are summarized by their median. Ratios are averaged geometrically (Hoefler and
Belli, "Scientific benchmarking of parallel computing systems", SC'15). There are three intervals:

- of a median: two order statistics, whose coverage is exact and given with them (David and Nagaraja, Order Statistics,
  2003, section 7.1);
- of a ratio of two medians: a bootstrap of how many trials lie below each true median, from quantiles, not from draws;
- of a ratio over rounds, each measured in processes of its own: a t-interval of the logarithms of the rounds' medians.

The first two are widened by the autocorrelation of the trials, as so many trials know less than independent ones.
Simulated at 3 to 10 % noise, they cover at least 93 % of true values: of independent trials, and of trials until the
stopping rule is satisfied with an autocorrelation up to 0.5; at 0.8 it is 87 %. Of 6 to 8 trials no two values enclose
more: a median's interval covers 87 to 92 % at 0.5, and 60 to 69 % at 0.8. (A plain bootstrap covers 88 % of 7
independent trials, 76 % at 0.5 with a rule that stops at the first narrow interval, and 51 % at 0.8.) Only rounds show
slow changes. `tests/test_coverage.py` has the simulations.

Below :data:`MIN_SAMPLES` values the range is given instead, and labelled as one: no interval of five has 95 %.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Hashable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

MIN_SAMPLES = 6
"""The fewest values from which an interval is given."""
MIN_ROUNDS = 3
"""The fewest rounds on each side from which the spread between processes is known."""

CONFIDENCE = 0.95
_MAX_AUTOCORRELATION = 0.95
_RESAMPLES = 9_999
_SEED = 20_191_105
_LOW, _HIGH = (_RESAMPLES - 1) * (1 - CONFIDENCE) / 2, (_RESAMPLES - 1) * (1 + CONFIDENCE) / 2
"""Where the ends of an interval lie among sorted resamples, from 0."""
_BLOCK = 1 << 20
_QUANTILES = 200
"""Of the median of each side, from which the distribution of their ratio is made."""
_BEYOND = round(_QUANTILES**2 * (1 - CONFIDENCE) / 2)
"""How many pairs of quantiles have their ratio beyond each end of an interval."""

Floats: TypeAlias = "npt.NDArray[np.float64]"


class Bounds(NamedTuple):
    """A lower and an upper end, in the unit of the values."""

    low: float
    high: float


class Estimate(NamedTuple):
    """A median, or a ratio of two, and how well it is known.

    Attributes:
        value: the estimate itself.
        interval: it contains the true value with probability `coverage`; None below :data:`MIN_SAMPLES` values.
        range: the smallest and the largest value seen, where there is no interval; None for a single value.
        n: from how many values; of the smaller side for a ratio.
        coverage: of the interval: for a median exact if trials are independent, else the one aimed at.
    """

    value: float
    interval: Bounds | None
    range: Bounds | None
    n: int
    coverage: float | None = None

    @property
    def no_difference(self) -> bool:
        """Of a ratio: whether its interval or its range contains 1, so that which side is faster is open."""
        ends = self.interval or self.range
        return ends is not None and ends.low <= 1 <= ends.high


def median(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The median of timings, in the order in which they were measured.

    Args:
        values: at least one.
        confidence: that the interval reaches at least.

    Raises:
        ValueError: if it is empty.
    """
    data = _checked(values)
    n, value, ordered = len(data), _middle(data), np.sort(data)
    if n < MIN_SAMPLES:
        return Estimate(value, None, Bounds(float(ordered[0]), float(ordered[-1])) if n > 1 else None, n)
    widened = ((n + 1) / 2 - _rank(n, confidence)) * math.sqrt(n / effective_samples(data))
    rank = max(math.floor((n + 1) / 2 - widened + 1e-9), 1)
    interval = Bounds(float(ordered[rank - 1]), float(ordered[n - rank]))
    return Estimate(value, interval, None, n, _coverages(n)[rank - 1])


def effective_samples(values: Sequence[float] | Floats) -> float:
    """How many independent trials know as much about the median as these, by their autocorrelation at lag 1.

    The sample's autocorrelation is too small by (1 + 4 r) / n on average (F. H. C. Marriott and J. A. Pope, Biometrika
    41, 1954), which is corrected. Negative ones count as none.
    """
    data = np.asarray(values, dtype=np.float64)
    n, apart = len(data), data - data.mean()
    if n < MIN_SAMPLES or data.min() == data.max():
        return float(n)
    sample = float(apart[1:] @ apart[:-1]) / float(apart @ apart)
    correlation = min(max((n * sample + 1) / (n - 4), 0.0), _MAX_AUTOCORRELATION)
    return n * (1 - correlation) / (1 + correlation)


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """The median of one side over the median of another, each in the order in which it was measured.

    Args:
        numerators: at least one positive value.
        denominators: at least one positive value; the two sides are independent and may differ in length.

    Raises:
        ValueError: if a side is empty or has a value that is not positive.
    """
    top, bottom = _checked(numerators, positive=True), _checked(denominators, positive=True)
    value = _middle(top) / _middle(bottom)
    fewest = min(len(top), len(bottom))
    if fewest >= MIN_SAMPLES:
        interval = _ends_of_ratio(_possible_medians(top), _possible_medians(bottom))
        return Estimate(value, interval, None, fewest, CONFIDENCE)
    return Estimate(value, None, _extremes(top.min() / bottom.max(), top.max() / bottom.min()), fewest)


def ratio_of_rounds(
    numerators: Sequence[float], denominators: Sequence[float], confidence: float = CONFIDENCE
) -> Estimate:
    """The ratio of the geometric means of the rounds' medians, with Student's interval of their logarithms.

    Both sides have one variance: of 3 rounds each, Welch's interval finds 37 % of the slowdowns by a tenth rather than
    52 %, for a protection that few rounds of like processes do not need.

    Args:
        numerators: a median of each round, at least :data:`MIN_ROUNDS`, positive.
        denominators: the same of the other side; the number of rounds may differ.
        confidence: of the interval.

    Raises:
        ValueError: if a side has too few rounds, or a value that is not positive.
    """
    from scipy.special import stdtrit

    top, bottom = (np.log(_checked(side, positive=True)) for side in (numerators, denominators))
    fewest, degrees = min(len(top), len(bottom)), len(top) + len(bottom) - 2
    if fewest < MIN_ROUNDS:
        raise ValueError(f"an interval over rounds needs {MIN_ROUNDS} on both sides, not {fewest}")
    squares = sum(float(((side - side.mean()) ** 2).sum()) for side in (top, bottom))
    error = math.sqrt(squares / degrees * (1 / len(top) + 1 / len(bottom)))
    difference = float(top.mean() - bottom.mean())
    half = float(stdtrit(degrees, (1 + confidence) / 2)) * error
    interval = Bounds(math.exp(difference - half), math.exp(difference + half))
    return Estimate(math.exp(difference), interval, None, fewest, confidence)


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
    value = _middle(top) / _middle(bottom)
    chosen = _resamples(n)
    made = _tails(_resampled_medians(top, chosen) / _resampled_medians(bottom, chosen))
    # A resample of n values varies less than a sample does, by a factor that matters for few.
    wider = value * (made / value) ** math.sqrt(n / (n - 2))
    ends = _ends(np.clip(wider, top.min() / bottom.max(), top.max() / bottom.min()))
    return Estimate(value, ends, None, n, CONFIDENCE)


def by_question(questions: Sequence[Hashable], values: Sequence[float]) -> dict[Hashable, float]:
    """The median of the values of each question (the source of a search), in the order of their first appearance."""
    found: dict[Hashable, list[float]] = {}
    for question, value in zip(questions, values, strict=False):
        found.setdefault(question, []).append(value)
    # Of few values: NumPy's median takes ten times as long.
    return {question: statistics.median(group) if len(group) > 1 else group[0] for question, group in found.items()}


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


def _checked(values: Sequence[float], *, positive: bool = False) -> Floats:
    data = np.asarray(values, dtype=np.float64)
    if data.ndim != 1 or len(data) == 0:
        raise ValueError("at least one value is needed")
    if positive and not 0 < data.min() <= data.max() < math.inf:  # NaN is neither
        raise ValueError("ratios and rates need positive, finite values")
    return data


def _middle(values: Floats) -> float:
    """The median, of short arrays in a tenth of np.median's time."""
    middle: float = statistics.median(values.tolist())
    return middle


@lru_cache(maxsize=256)
def _rank(n: int, confidence: float) -> int:
    """The largest k for which the k-th smallest and the k-th largest of n values enclose the median so surely."""
    rank = 1
    while 2 * (rank + 1) <= n and _coverages(n)[rank] >= confidence:
        rank += 1
    return rank


@lru_cache(maxsize=256)
def _coverages(n: int) -> list[float]:
    """How probably the k-th smallest and k-th largest of n values enclose the median, for k from 1 to n / 2.

    The number of values below the median is binomial.
    """
    below = accumulate(math.comb(n, number) for number in range(n // 2))
    return [1 - 2 * number / 2**n for number in below]


def _possible_medians(data: Floats) -> Floats:
    """Quantiles of where the true median may be: after a binomial number of the values, and uniformly until the next.

    Beyond the smallest and the largest value: there.
    """
    n = len(data)
    place = _places(n) * math.sqrt(n / effective_samples(data)) + (n + 1) / 2
    return np.interp(place, np.arange(1, n + 1), np.sort(data))


@lru_cache(maxsize=512)
def _places(n: int) -> Floats:
    """Quantiles of the place of the median among n ordered values, from their middle."""
    shares = (
        math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))
        for k in range(n + 1)
    )
    below = [0.0, *accumulate(shares)]
    return np.interp((np.arange(_QUANTILES) + 0.5) / _QUANTILES, below, np.arange(n + 2)) - (n + 1) / 2


def _ends_of_ratio(top: Floats, bottom: Floats) -> Bounds:
    """Between which the ratio lies, of all pairs of the quantiles of both sides."""
    few, many = _corner()
    low, high = top.take(few) / bottom.take(many), top.take(many) / bottom.take(few)
    low.partition(_BEYOND - 1)
    high.partition(len(high) - _BEYOND)
    return Bounds(float(low[_BEYOND - 1] + low[_BEYOND:].min()) / 2, float(high[-_BEYOND] + high[:-_BEYOND].max()) / 2)


@cache
def _corner() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The pairs of quantiles that may have one of the ratios up to the first within the interval; swapped: the largest.

    The ratio of the quantiles i of one side and j, from the largest, of the other is not below the (i + 1) (j + 1)
    ratios of the quantiles up to them, so no other needs to be looked at.
    """
    pairs = [
        (i, _QUANTILES - 1 - j) for i in range(_QUANTILES) for j in range(min(_QUANTILES, (_BEYOND + 1) // (i + 1)))
    ]
    few, many = np.array(pairs).T
    return np.ascontiguousarray(few), np.ascontiguousarray(many)


@lru_cache(maxsize=32)
def _resamples(n: int) -> npt.NDArray[np.unsignedinteger[Any]]:
    """How often each of n values (a row) is in each resample of n of them (a column)."""
    rng, found = np.random.default_rng(_SEED), np.empty((n, _RESAMPLES), np.min_scalar_type(n))
    for start in range(0, _RESAMPLES, step := max(1, _BLOCK // n)):
        size = min(step, _RESAMPLES - start)
        cells = rng.integers(n, size=(size, n)) + n * np.arange(size)[:, None]
        found[:, start : start + size] = np.bincount(cells.ravel(), minlength=n * size).reshape(size, n).T
    return found


def _resampled_medians(values: Floats, counts: npt.NDArray[np.unsignedinteger[Any]]) -> Floats:
    """The median of each resample: the smallest values that half of it does not exceed.

    Ten to forty times as quick as medians of the rows themselves.
    """
    n, order = len(values), np.argsort(values)
    ordered, up_to = values[order], counts[order]
    for place in range(1, n):  # np.cumsum takes several times as long
        up_to[place] += up_to[place - 1]

    def values_at(rank: int) -> Floats:
        below = (up_to <= rank).view(np.uint8)  # to add what is Boolean takes ten times as long
        found: Floats = ordered.take(below.sum(axis=0, dtype=counts.dtype))
        return found

    return values_at(n // 2) if n % 2 else (values_at(n // 2 - 1) + values_at(n // 2)) / 2


def _tails(resampled: Floats) -> Floats:
    """The two values between which each end of the interval lies; the values are left in another order.

    With :func:`_ends`, what np.quantile gives, in a tenth of its time: NumPy vectorises the search for one place.
    """
    low, high = int(_LOW), int(_HIGH)
    resampled.partition(low)
    above = resampled[low + 1 :]
    least = above.min()
    above.partition(high - low - 1)
    return np.array([resampled[low], least, resampled[high], resampled[high + 1 :].min()])


def _ends(tails: Floats) -> Bounds:
    low, after_low, high, after_high = tails.tolist()
    return Bounds(_interpolated(low, after_low, _LOW % 1), _interpolated(high, after_high, _HIGH % 1))


def _interpolated(one: float, two: float, share: float) -> float:
    """As NumPy does: from the nearer value."""
    return one + (two - one) * share if share < 0.5 else two - (two - one) * (1 - share)


def _extremes(low: float, high: float) -> Bounds | None:
    return None if low == high else Bounds(float(low), float(high))
