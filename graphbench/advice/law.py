"""The law of one time: so much fixed, so much for each vertex, edge, level, ...; and how far it is wrong.

A time is a sum of work: seconds = fixed + a log(edges) + b sqrt(edges) + c vertices + d edges + e depth + f work +
g largest degree, each coefficient at least 0, fitted by least squares of relative errors. The logarithm is for rounds
and levels, the root for devices that a small graph does not fill. Such a law never falls with the size, grows at most
in proportion to it, and takes few graphs; of fewer than nine, only the fixed part and that of the edges are fitted.

The interval is a jackknife+ (Barber, Candès, Ramdas, Tibshirani: Predictive inference with the jackknife+, Annals of
Statistics 49, 2021) on logarithms: each graph is left out with its twin, and the law of the others is wrong there by
some error. Intervals widen in proportion to the distance from the nearest reference, where that is more than usual.
With fewer than nine graphs Student's t takes the place of the ranks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import median

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench.advice.features import Features

Floats = npt.NDArray[np.float64]

MISSES = 0.1
"""The share of intervals that may miss: they are to cover 90 %."""
MIN_GRAPHS = 3
"""With fewer graphs, twins not counted, there is no law."""
MIN_RANKED = math.ceil(1 / MISSES) - 1
"""With fewer graphs, their ranks give no interval of that coverage."""
USUAL = 0.5
"""A distance within which references resemble each other, whatever is usual among them."""
_ROUNDS = 4
_MAX_ITERATIONS = 1_000
_TINY = 1e-9


class Span(msgspec.Struct, frozen=True):
    """An estimate: the likely value, and the ends of its 90 % interval."""

    low: float
    typical: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> Span:
        """A value that is known, such as a measured time."""
        return cls(value, value, value)

    def times(self, factor: float) -> Span:
        """So many times the value, all with the same error."""
        return Span(self.low * factor, self.typical * factor, self.high * factor)

    def plus(self, other: Span) -> Span:
        """The sum; its interval covers at least as often."""
        return Span(self.low + other.low, self.typical + other.typical, self.high + other.high)

    def over(self, other: Span) -> Span:
        """The ratio, for independent errors: those of the logarithms add as squares."""
        typical = self.typical / other.typical
        down = math.hypot(math.log(self.typical / self.low), math.log(other.high / other.typical))
        up = math.hypot(math.log(self.high / self.typical), math.log(other.typical / other.low))
        return Span(typical * math.exp(-down), typical, typical * math.exp(up))

    def wider(self, factor: float) -> Span:
        """With an interval that is wider by a factor at each end."""
        return Span(self.low / factor, self.typical, self.high * factor)


@dataclass(frozen=True)
class Observation:
    """A value that was measured on a graph.

    Attributes:
        group: a graph and its twin are one group.
        fresh: whether it includes what the first use of a library in a process costs.
        indirect: it says something of the law, but is not what is estimated: the first call, where that is a warm one.
    """

    group: str
    features: Features
    value: float
    fresh: bool = False
    indirect: bool = False


@lru_cache(maxsize=4096)
def coordinates(features: Features) -> tuple[float, ...]:
    """Where a graph lies: natural logarithms of its size, mean degree and depth, and half that of its skew."""
    return (
        math.log(features.num_edges + 1),
        math.log(features.mean_degree + 1),
        math.log(features.depth + 1),
        0.5 * math.log(max(features.skew, 1.0)),
    )


def distance(one: Features, two: Features) -> float:
    """How different two graphs are: 1 is a factor of e in one feature."""
    return math.dist(coordinates(one), coordinates(two))


class Law:
    """A law fitted to observations, and its intervals.

    Args:
        observations: of one kind of value, each above 0.
        size_only: only vertices and edges count, as memory holds something for each. With all terms, graphs left out
            are estimated better, but triangles of R-MAT at scale 22 were to need 39 GB, and needed 6.7 GB.
    """

    def __init__(self, observations: Sequence[Observation], *, size_only: bool = False) -> None:
        self._size_only = size_only
        self.observations = list(observations)
        self._direct = [place for place, one in enumerate(observations) if not one.indirect]
        self.groups = sorted({observations[place].group for place in self._direct})
        self._few = len({one.group for one in observations}) < MIN_RANKED
        self._matrix = np.array([self._row(one.features, one.fresh) for one in observations])
        self._values = np.array([one.value for one in observations], dtype=float)

    @property
    def usable(self) -> bool:
        """Whether there are enough graphs."""
        return len(self.groups) >= MIN_GRAPHS

    def span(self, features: Features, *, fresh: bool = True) -> Span:
        """The value on another graph.

        Args:
            features: of the graph.
            fresh: include what the first use of a library in a process costs.
        """
        row = self._row(features, fresh)
        near = min(distance(features, self.observations[place].features) for place in self._direct)
        typical = math.log(_value(self._law, row))
        widths = self._errors * self._scale(near)
        number = len(widths)
        if number < MIN_RANKED:
            from scipy.special import stdtrit

            spread = float(np.sqrt(np.mean(widths**2)) * np.sqrt(1 + 1 / number) * stdtrit(number - 1, 1 - MISSES / 2))
            return Span(*np.exp([typical - spread, typical, typical + spread]).tolist())
        others = np.array([math.log(_value(self._left_out[group], row)) for group in self.groups])
        low = np.sort(others - widths)[math.floor(MISSES * (number + 1)) - 1]
        high = np.sort(others + widths)[math.ceil((1 - MISSES) * (number + 1)) - 1]
        return Span(*np.exp([min(low, typical), typical, max(high, typical)]).tolist())

    def _row(self, features: Features, fresh: bool) -> Floats:
        """The terms of the law for a graph."""
        edges = features.num_edges
        terms = [1.0, float(edges), float(fresh)]
        if not self._few:
            terms.append(features.num_vertices)
        if not self._few and not self._size_only:
            terms += [math.log(edges + 1), math.sqrt(edges), features.depth, features.work, features.max_degree]
        return np.array(terms, dtype=float)

    @cached_property
    def _law(self) -> Floats:
        return _fitted(self._matrix, self._values)

    @cached_property
    def _left_out(self) -> dict[str, Floats]:
        """The law without each group."""
        names = np.array([one.group for one in self.observations])
        return {group: _fitted(self._matrix[names != group], self._values[names != group]) for group in self.groups}

    @cached_property
    def _nearest(self) -> list[float]:
        """For each direct observation: the distance from the nearest one of another group."""
        own = [self.observations[place] for place in self._direct]
        return [min(distance(one.features, other.features) for other in own if other.group != one.group) for one in own]

    @cached_property
    def _errors(self) -> Floats:
        """For each group: how far the law of the others is wrong there, at a usual distance."""
        errors = dict.fromkeys(self.groups, 0.0)
        for place, near in zip(self._direct, self._nearest, strict=True):
            one, row = self.observations[place], self._matrix[place]
            wrong = abs(math.log(one.value / _value(self._left_out[one.group], row)))
            errors[one.group] = max(errors[one.group], wrong / self._scale(near))
        return np.array([errors[group] for group in self.groups])

    def _scale(self, near: float) -> float:
        """How much wider an interval is at that distance from the nearest graph than at a usual one."""
        return max(1.0, near / max(median(self._nearest), USUAL))


def _value(law: Floats, row: Floats) -> float:
    return max(float(row @ law), _TINY)


def _fitted(matrix: Floats, values: Floats) -> Floats:
    """Coefficients of least relative errors: the weights 1 / sqrt(value x fitted) make them errors of logarithms."""
    from scipy.optimize import nnls

    fitted, coefficients = values, np.zeros(matrix.shape[1])
    for _ in range(_ROUNDS):
        weights = 1 / np.sqrt(values * fitted)
        weighted = matrix * weights[:, None]
        norms = np.linalg.norm(weighted, axis=0)
        norms[norms == 0] = 1.0
        coefficients, _ = nnls(weighted / norms, values * weights, maxiter=_MAX_ITERATIONS)
        coefficients /= norms
        fitted = np.maximum(matrix @ coefficients, _TINY)
    return coefficients
