"""The search for the largest R-MAT graph that completes: which size to try next, from what the tries so far gave.

The scale is raised by one, which doubles the draws of edges at a fixed edge factor, until memory runs out; then the
edge factor is bisected between the largest size that completed and the smallest that did not. The memory that the
tries took predicts the boundary, so that few steps reach it. A wrong prediction only costs a try: the boundary counts
as found only when the two sizes have no whole edge factor between them.

Every failure bounds the sizes that are still to be tried, whether memory ran out or not: a time limit on a large size
says nothing about smaller ones. The kind of failure decides how the search ends. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from graphbench.records.capacity import MIN_SCALE, Size, untried
from graphbench.records.model import Outcome

GUESSED = 2
"""How many tries between two edge factors may follow a prediction; later ones bisect."""
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
        factor: the edge factor while the scale is raised.
        limit_bytes: of memory.
        bytes_by_draw: what records of the same work took for each edge; None if unknown.
        lowest: the smallest scale that is worth trying.
        highest: the largest that can be made.
    """

    factor: int
    limit_bytes: int
    bytes_by_draw: float | None = None
    lowest: int = MIN_SCALE
    highest: int = 40


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
    if largest is None and failed is None:
        return Size(_within(search, _scale_of(search, _first_guess(search))), search.factor), ""
    if largest is None:
        assert failed is not None
        return _down(search, tries, failed)
    guess = _predicted(search, tries)
    if failed is None:
        scale = max(largest.size.scale + 1, _scale_of(search, guess))
        if largest.size.scale >= search.highest:
            return None, "no larger graph"
        return Size(_within(search, scale), search.factor), ""
    coarse = [
        scale
        for scale in range(search.lowest, search.highest + 1)
        if _draws(largest) < search.factor << scale < _draws(failed)
    ]
    if coarse:
        likely = _scale_of(search, guess)
        return Size(likely if likely in coarse else coarse[len(coarse) // 2], search.factor), ""
    return _between(tries, largest, failed, guess)


def _down(search: Search, tries: Sequence[Try], failed: Try) -> tuple[Size | None, End]:
    """A size below all that were tried, in growing steps: one scale, then two, then four."""
    if failed.size.scale <= search.lowest:
        return None, "nothing fits"
    step = 1 << (sum(made.size.factor == search.factor for made in tries) - 1)
    return Size(max(failed.size.scale - max(step, 1), search.lowest), search.factor), ""


def _between(tries: Sequence[Try], largest: Try, failed: Try, guess: float) -> tuple[Size | None, End]:
    """An edge factor at the scale of the largest size that completed."""
    scale, left = largest.size.scale, untried(largest.size, failed.size)
    if not left:
        return None, "found"
    low, high = left[0], left[-1]
    likely, middle = math.floor(guess / (1 << scale)), (low + high) // 2
    here = sum(made.size.scale == scale for made in tries)
    if here > GUESSED or likely > high:
        return Size(scale, middle), ""
    return Size(scale, max(likely, low)), ""


def _draws(made: Try) -> int:
    return made.size.draws


def _first_guess(search: Search) -> float:
    return search.limit_bytes / (search.bytes_by_draw or UNKNOWN_BYTES)


def _predicted(search: Search, tries: Sequence[Try]) -> float:
    """Draws that are likely to fit, on a line through the smallest and the largest try that completed."""
    known = sorted(
        (float(_draws(made)), float(made.peak_bytes))
        for made in tries
        if made.outcome is Outcome.OK and made.peak_bytes
    )
    if not known:
        return _first_guess(search)
    (least, base), (most, peak) = known[0], known[-1]
    rate = (peak - base) / (most - least) if most > least else 0.0
    # A single size, or peaks that do not rise, give bytes by edge only, with the libraries' memory.
    return most + (search.limit_bytes - peak) / rate if rate > 0 else search.limit_bytes * most / peak


def _scale_of(search: Search, draws: float) -> int:
    """The largest scale with at most this many draws at the fixed edge factor."""
    return math.floor(math.log2(draws / search.factor)) if draws >= search.factor else 0


def _within(search: Search, scale: int) -> int:
    return min(max(scale, search.lowest), search.highest)
