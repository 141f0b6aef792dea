"""Growth as a power law: the exponent of time in the edges with its interval, and where two such laws cross. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from graphbench.records.statistics import CONFIDENCE

MIN_SIZES = 3
"""Fewer sizes always lie on a line, and show no growth."""
MIN_SPAN = 4.0
"""The least factor between the smallest and the largest size: within less, graphs differ in more than their size."""


class PowerLaw(NamedTuple):
    """time = exp(intercept) * edges ** exponent, fitted by least squares of the logarithms.

    Attributes:
        exponent: 1 is linear.
        intercept: the natural logarithm of the seconds at one edge.
        low: the fewest edges that it was fitted to.
        high: the most.
        n: how many sizes.
        residual: root mean square of the logarithms' deviations; 0.1 is about 10 %.
        interval: of the exponent, 95 %, as least squares give it; with three sizes there is one degree of freedom, and
            it is wide.
    """

    exponent: float
    intercept: float
    low: float
    high: float
    n: int
    residual: float
    interval: tuple[float, float]

    def at(self, edges: float) -> float:
        """Seconds at a number of edges."""
        return math.exp(self.intercept + self.exponent * math.log(edges))


def fit(points: Sequence[tuple[float, float]]) -> PowerLaw | None:
    """The law through pairs of edges and seconds; None from fewer than three sizes, or from too similar ones."""
    known = [(edges, taken) for edges, taken in points if edges > 0 and taken > 0]
    sizes = {edges for edges, _ in known}
    if len(sizes) < MIN_SIZES or max(sizes) < MIN_SPAN * min(sizes):
        return None
    from scipy import stats

    xs, ys = np.log(known).T
    line = stats.linregress(xs, ys)
    slope, intercept = float(line.slope), float(line.intercept)
    residual = float(np.sqrt(np.mean((ys - intercept - slope * xs) ** 2)))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(known) - 2) * line.stderr)
    low, high = min(edges for edges, _ in known), max(edges for edges, _ in known)
    return PowerLaw(slope, intercept, low, high, len(known), residual, (slope - half, slope + half))


def crossing(engine: PowerLaw, baseline: PowerLaw) -> float | None:
    """From how many edges on the engine is faster; None if it never becomes so, 0 if it always is.

    Laws fitted to some sizes say little about others: the caller checks whether the crossing lies among them.
    """
    if engine.exponent >= baseline.exponent:
        low = max(engine.low, baseline.low)
        return 0.0 if engine.at(low) <= baseline.at(low) and engine.exponent == baseline.exponent else None
    power = (engine.intercept - baseline.intercept) / (baseline.exponent - engine.exponent)
    return math.exp(power) if power < 700 else None


_SCALE = re.compile(r"(?<=[:,])scale=\d+")
VARIOUS = "various"
"""The family of graphs that belong to no series."""
TWINS = "twins"
"""The family of synthetic twins: no series, and kept apart from the graphs that they imitate."""


@cache
def family(dataset: str) -> str:
    """What a line may be fitted to: of a series, its R-MAT specification without the scale; twins; empty: all others.

    The generator is part of a specification, so R-MAT graphs by NumPy and by cuGraph are two series.
    """
    if dataset.startswith("twin:"):
        return TWINS
    if not dataset.startswith("rmat:"):
        return ""
    return _SCALE.sub("scale=*", dataset).replace(",by=numpy", "")  # which only large graphs of NumPy's spell out
