"""Growth as a power law: the exponent of time in the edges, and where two such laws cross. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

ENOUGH_SIZES = 3
"""Fewer sizes always lie on a line, and show no growth."""


class PowerLaw(NamedTuple):
    """time = exp(intercept) * edges ** exponent, fitted by least squares of the logarithms.

    Attributes:
        exponent: 1 is linear.
        intercept: the natural logarithm of the seconds at one edge.
        low: the fewest edges that it was fitted to.
        high: the most.
        n: how many sizes.
        residual: root mean square of the logarithms' deviations; 0.1 is about 10 %.
    """

    exponent: float
    intercept: float
    low: float
    high: float
    n: int
    residual: float

    def at(self, edges: float) -> float:
        """Seconds at a number of edges."""
        return math.exp(self.intercept + self.exponent * math.log(edges))


def fit(points: Sequence[tuple[float, float]]) -> PowerLaw | None:
    """The law through pairs of edges and seconds; None from fewer than three sizes."""
    known = [(edges, taken) for edges, taken in points if edges > 0 and taken > 0]
    if len({edges for edges, _ in known}) < ENOUGH_SIZES:
        return None
    xs, ys = [math.log(edges) for edges, _ in known], [math.log(taken) for _, taken in known]
    middle_x, middle_y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    spread = math.fsum((x - middle_x) ** 2 for x in xs)
    exponent = math.fsum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True)) / spread
    intercept = middle_y - exponent * middle_x
    errors = [y - intercept - exponent * x for x, y in zip(xs, ys, strict=True)]
    residual = math.sqrt(math.fsum(error**2 for error in errors) / len(errors))
    low, high = min(edges for edges, _ in known), max(edges for edges, _ in known)
    return PowerLaw(exponent, intercept, low, high, len(known), residual)


def crossing(engine: PowerLaw, baseline: PowerLaw) -> float | None:
    """From how many edges on the engine is the quicker one; None if it never becomes so, 0 if it always is.

    Laws fitted to some sizes say little about others: the caller tells whether the crossing lies among them.
    """
    if engine.exponent >= baseline.exponent:
        low = max(engine.low, baseline.low)
        return 0.0 if engine.at(low) <= baseline.at(low) and engine.exponent == baseline.exponent else None
    power = (engine.intercept - baseline.intercept) / (baseline.exponent - engine.exponent)
    return math.exp(power) if power < 700 else None
