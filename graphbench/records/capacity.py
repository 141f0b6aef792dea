"""What belongs to one search for the largest R-MAT graph that completes, and where its boundary is. Pure.

A search raises the scale at one edge factor, and bisects the edge factor between two neighbouring scales. So its sizes
are all those of the factor that it began with and, at the largest scale that completed with it, the factors between it
and its double, at which the next scale begins. Searches that began with different factors are different searches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

LOWEST = 4
"""The smallest scale that is worth trying: where that did not complete, nothing fits."""
_SIZE = re.compile(r"^rmat:scale=(\d+),edgefactor=(\d+)")


class Size(NamedTuple):
    """An R-MAT graph before loops and repeated edges are dropped: `factor` draws for each of 2^scale vertices."""

    scale: int
    factor: int

    @property
    def draws(self) -> int:
        """How many edges are drawn."""
        return self.factor << self.scale


def size_of(dataset: str) -> Size | None:
    """The size in the name of an R-MAT graph; None: it is none."""
    found = _SIZE.match(dataset)
    return Size(int(found[1]), int(found[2])) if found else None


def generator_of(dataset: str) -> str:
    """The name of an R-MAT graph without its size: graphs of one search share it."""
    return _SIZE.sub("rmat:", dataset)


def own(factor: int, tried: Mapping[Size, bool]) -> list[Size]:
    """The sizes of the search that begins with an edge factor.

    Args:
        factor: that is kept while the scale is raised.
        tried: sizes, and whether they completed.
    """
    completed = [size.scale for size, ok in tried.items() if ok and size.factor == factor]
    bisected = max(completed, default=None)
    return [
        size
        for size in tried
        if size.factor == factor or (size.scale == bisected and factor < size.factor < 2 * factor)
    ]


def beginnings(tried: Mapping[Size, bool]) -> list[int]:
    """The edge factors that searches among these sizes began with: those that no search with a smaller one came to."""
    found: list[int] = []
    for factor in sorted({size.factor for size in tried}):
        sizes = {size for size in tried if size.factor == factor}
        if not any(sizes <= set(own(each, tried)) for each in found):
            found.append(factor)
    return found


def untried(largest: Size, failed: Size) -> range:
    """The whole edge factors between two sizes, at the scale of the smaller one; empty: they are neighbours."""
    return range(largest.factor + 1, ((failed.draws - 1) >> largest.scale) + 1)
