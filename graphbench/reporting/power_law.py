"""Growth as a power law: the exponent of time in the edges with its interval, and where two such laws cross. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

MIN_SIZES = 3
"""Fewer sizes always lie on a line, and show no growth."""
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Student's t for 95 %, both ends, at 1 to 10 degrees of freedom."""
_NORMAL = 1.959964


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
    """The law through pairs of edges and seconds; None from fewer than three sizes."""
    known = [(edges, taken) for edges, taken in points if edges > 0 and taken > 0]
    if len({edges for edges, _ in known}) < MIN_SIZES:
        return None
    xs, ys = [math.log(edges) for edges, _ in known], [math.log(taken) for _, taken in known]
    middle_x, middle_y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    spread = math.fsum((x - middle_x) ** 2 for x in xs)
    exponent = math.fsum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True)) / spread
    intercept = middle_y - exponent * middle_x
    errors = [y - intercept - exponent * x for x, y in zip(xs, ys, strict=True)]
    squares = math.fsum(error**2 for error in errors)
    residual = math.sqrt(squares / len(errors))
    half = _student(len(errors) - 2) * math.sqrt(squares / (len(errors) - 2) / spread)
    low, high = min(edges for edges, _ in known), max(edges for edges, _ in known)
    return PowerLaw(exponent, intercept, low, high, len(known), residual, (exponent - half, exponent + half))


def _student(freedom: int) -> float:
    """Student's t for 95 %, both ends: tabulated, then by the Cornish-Fisher expansion, good to three digits there."""
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    z = _NORMAL
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def crossing(engine: PowerLaw, baseline: PowerLaw) -> float | None:
    """From how many edges on the engine is the quicker one; None if it never becomes so, 0 if it always is.

    Laws fitted to some sizes say little about others: the caller tells whether the crossing lies among them.
    """
    if engine.exponent >= baseline.exponent:
        low = max(engine.low, baseline.low)
        return 0.0 if engine.at(low) <= baseline.at(low) and engine.exponent == baseline.exponent else None
    power = (engine.intercept - baseline.intercept) / (baseline.exponent - engine.exponent)
    return math.exp(power) if power < 700 else None


_SCALE = re.compile(r"(?<=[:,])scale=\d+")
VARIOUS = "various"
"""What graphs are that belong to no series."""
TWINS = "twins"
"""What synthetic twins are: no series either, but never the graphs that they stand for, nor any other."""


def family(dataset: str) -> str:
    """What a line may be fitted to: of a series, its R-MAT specification without the scale; twins; empty: all others.

    Who made a graph is part of its specification, so graphs of NumPy's generator and of cuGraph's are two series.
    """
    if dataset.startswith("twin:"):
        return TWINS
    if not dataset.startswith("rmat:"):
        return ""
    return _SCALE.sub("scale=*", dataset).replace(",by=numpy", "")  # which only large graphs of NumPy's spell out
