"""Series: graphs of one generator that differ in size alone, known by their names. Pure."""

from __future__ import annotations

import re

_SCALE = re.compile(r"(?<=[:,])scale=\d+")
VARIOUS = "various"
"""What graphs are that belong to no series."""


def family(dataset: str) -> str:
    """What all graphs of a series share: an R-MAT specification without its scale; empty: it is of no series.

    Who made a graph is part of its specification, so graphs of NumPy's generator and of cuGraph's are two series.
    """
    if not dataset.startswith("rmat:"):
        return ""
    return _SCALE.sub("scale=*", dataset).replace(",by=numpy", "")  # which only large graphs of NumPy's spell out
