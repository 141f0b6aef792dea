"""Series: graphs of one generator that differ in size alone, known by their names, and twins, kept apart. Pure."""

from __future__ import annotations

import re

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
