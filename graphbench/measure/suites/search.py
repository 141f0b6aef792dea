"""The search for the largest R-MAT graph that completes: which size to try next, from what the tries so far gave.

Sizes are rungs of one ladder: at each scale the edge factors from `factor` to below twice that, so that neighbours
differ by a sixteenth or less. The memory of the tries so far (before the first, that of earlier records) predicts the
largest that fits. That is tried, then its neighbours; where predictions do not help, the size is doubled, or the rungs
are bisected. A wrong prediction only costs a try: the boundary counts as found only when the largest size that
completed and the smallest that did not are neighbours.

Every failure bounds the sizes that are still to be tried, whether memory ran out or not: a time limit on a large size
says nothing about smaller ones. The kind of failure decides how the search ends. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from graphbench.records.capacity import MIN_SCALE, Size
from graphbench.records.model import Outcome

GUESSED = 4
"""How many tries near the boundary, within half or twice of the largest that completed, may follow a prediction."""
UNKNOWN_BYTES = 500.0
"""Memory of a drawn edge if unknown: more than most problems take, so that the first try completes."""

End = Literal["", "found", "nothing fits", "no larger graph", "other"]


class Try(NamedTuple):
    """How one size ended.

    Attributes:
        size: that was tried.
        outcome: how it ended.
        peak_bytes: the most memory that it held at once; None if unknown.
    """

    size: Size
    outcome: Outcome
    peak_bytes: int | None = None


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched.

    Attributes:
        factor: the smallest edge factor at each scale.
        limit_bytes: of memory.
        bytes_by_draw: what records of the same work took for each draw; None if unknown.
        lowest: the smallest scale that is worth trying.
        highest: the largest that can be made.
    """

    factor: int
    limit_bytes: int
    bytes_by_draw: float | None = None
    lowest: int = MIN_SCALE
    highest: int = 40

    def rung(self, draws: float) -> int:
        """The place on the ladder of the largest size with at most so many draws; beyond its ends, that of the end."""
        scale = math.floor(math.log2(draws / self.factor)) if draws >= self.factor else 0
        scale = min(max(scale, self.lowest), self.highest)
        above = min(max(math.floor(draws / (1 << scale)), self.factor), 2 * self.factor - 1) - self.factor
        return min(self.factor * scale + above, self.factor * self.highest)

    def size(self, rung: int) -> Size:
        """The size at a place on the ladder."""
        scale, above = divmod(rung, self.factor)
        return Size(scale, self.factor + above)


class State(NamedTuple):
    """How far a search is.

    Attributes:
        largest: the largest try that completed.
        failed: the smallest above it that did not.
        surprises: tries below the largest that did not complete though it did.
        following: what to try next; None: the search has ended.
        end: why: `found`; `nothing fits`; `no larger graph` can be made; `other`: the next larger size
            failed for another reason than memory.
    """

    largest: Try | None
    failed: Try | None
    surprises: list[Try]
    following: Size | None
    end: End


def state(search: Search, tries: Sequence[Try]) -> State:
    """How far the search is after these tries, in any order."""
    completed = [made for made in tries if made.outcome is Outcome.OK]
    largest = max(completed, key=_draws, default=None)
    others = [made for made in tries if made.outcome is not Outcome.OK]
    reached = _draws(largest) if largest else 0
    failed = min((other for other in others if _draws(other) > reached), key=_draws, default=None)
    surprises = sorted((other for other in others if _draws(other) <= reached), key=_draws)
    following, end = _following(search, tries, largest, failed)
    if following is None and failed is not None and failed.outcome is not Outcome.OUT_OF_MEMORY:
        end = "other"
    return State(largest, failed, surprises, following, end)


def _following(
    search: Search, tries: Sequence[Try], largest: Try | None, failed: Try | None
) -> tuple[Size | None, End]:
    bottom, top = search.factor * search.lowest, search.factor * search.highest
    low = bottom - 1 if largest is None else search.rung(_draws(largest))
    high = top + 1 if failed is None else _first_from(search, _draws(failed))
    if high - low <= 1:
        return None, "no larger graph" if failed is None else "nothing fits" if largest is None else "found"
    likely = search.rung(_predicted(search, tries))
    if largest is None and failed is not None:
        rung = search.rung(_draws(failed) * 0.5 ** (2 ** (len(tries) - 3)))  # by a sixth at first, then in longer steps
    elif largest is None or (likely < high and _near(tries, largest) <= GUESSED):
        rung = likely
    else:
        rung = search.rung(2 * _draws(largest)) if failed is None else (low + high) // 2
    return search.size(min(max(rung, low + 1), high - 1)), ""


def _first_from(search: Search, draws: int) -> int:
    """The place of the smallest size with at least so many draws."""
    rung = search.rung(draws)
    return rung if search.size(rung).draws >= draws else rung + 1


def _near(tries: Sequence[Try], largest: Try) -> int:
    """How many tries are near the boundary."""
    return sum(_draws(largest) <= 2 * _draws(made) <= 4 * _draws(largest) for made in tries)


def _draws(made: Try) -> int:
    return made.size.draws


def _predicted(search: Search, tries: Sequence[Try]) -> float:
    """Draws that are likely to fit, on a line through the two largest tries that completed."""
    known = sorted(
        (float(_draws(made)), float(made.peak_bytes))
        for made in tries
        if made.outcome is Outcome.OK and made.peak_bytes
    )
    if not known:
        return search.limit_bytes / (search.bytes_by_draw or UNKNOWN_BYTES)
    (least, base), (most, peak) = known[-2:] if len(known) > 1 else known * 2
    rate = (peak - base) / (most - least) if most > least else 0.0
    # A single size, or peaks that do not rise, give bytes by draw only, with the libraries' memory.
    return most + (search.limit_bytes - peak) / rate if rate > 0 else search.limit_bytes * most / peak
