"""Edges by ranges of their first end: as many at a time as the device has room for.

A range is swept out of all draws: each block is drawn anew, loops are dropped, the ends of an undirected edge put in
order, and what begins in the range is kept, sorted, once. Ranges follow each other in the order of the vertices and
no edge is in two of them, so whatever they are cut into, together they are the canonical edge list, in its order.
Fewer ranges take fewer sweeps.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench.graphs.on_device import edge_hash
from graphbench.graphs.on_device.maker import Maker
from graphbench.graphs.on_device.recipe import Recipe
from graphbench.system.memory import is_out_of_memory

ROW_BYTES = 48
"""Device memory for a row while it is made: its key twice while keys are sorted, once more and its place while equal
ones are left out, and two ids."""
_LEAST_ROWS = 1 << 22


class Range(NamedTuple):
    """Vertices `first * width` to `last * width`, for slices of that width; `rows` are expected to begin there."""

    first: int
    last: int
    rows: int


class Keys(NamedTuple):
    """Distinct edges of a range, sorted, and how many draws they came from."""

    keys: Any
    drawn: int


def room_for_rows(maker: Maker, share: float, reserved: int = 0) -> int:
    """How many rows can be made at once.

    Args:
        maker: knows what memory is free.
        share: of it, for this.
        reserved: bytes that are needed for something else.
    """
    return max(int((maker.free_bytes() - reserved) * share) // ROW_BYTES, _LEAST_ROWS)


def whole(recipe: Recipe) -> Range:
    """All edges."""
    return Range(0, recipe.num_slices, recipe.draws)


def expected(maker: Maker, recipe: Recipe) -> npt.NDArray[np.int64]:
    """About how many draws begin in each slice, by the first block of them.

    Slices differ: the first end of an undirected edge is its smaller, so low ids have more, and hubs have many.
    """
    if not recipe.draws:
        return np.zeros(recipe.num_slices, dtype=np.int64)
    return _expected(maker, recipe)


@functools.lru_cache(maxsize=8)
def _expected(maker: Maker, recipe: Recipe) -> npt.NDArray[np.int64]:
    seed, count = recipe.blocks[0]
    keys = _keys(maker, recipe, seed, count, whole(recipe))
    place = (keys >> 32) // recipe.slice_width
    found = maker.to_host(np.bincount(place, minlength=recipe.num_slices))
    most = np.int64(recipe.slice_width) * recipe.num_vertices  # there are no more different pairs than that
    return np.minimum(np.ceil(found * (recipe.draws / count)).astype(np.int64), most)


def divided(rows: npt.NDArray[np.int64], most: int) -> list[Range]:
    """The slices in ranges of at most `most` rows, unless a single slice has more; at least one range.

    Args:
        rows: expected in each slice.
        most: rows at a time.
    """
    ranges, first, total = [], 0, 0
    for index, count in enumerate(rows.tolist()):
        if index > first and total + count > most:
            ranges.append(Range(first, index, total))
            first, total = index, 0
        total += count
    return [*ranges, Range(first, len(rows), total)]


def evenly(rows: npt.NDArray[np.int64], parts: int) -> list[Range]:
    """The slices in exactly so many ranges of about equal numbers of rows; some are empty where slices are few."""
    ends = np.cumsum(rows)
    cuts = np.searchsorted(ends, ends[-1] * np.arange(1, parts) / parts) + 1
    bounds = [0, *np.minimum(cuts, len(rows)).tolist(), len(rows)]
    return [Range(one, two, int(rows[one:two].sum())) for one, two in itertools.pairwise(bounds)]


def edges_of(maker: Maker, recipe: Recipe, at: Range) -> Keys:
    """Make the edges of a range.

    Draws are collected in one array, which is sorted and rid of repetitions whenever it is full: where edges are drawn
    many times over, the memory is that of the edges, not of the draws.

    Raises:
        MemoryError: if they do not fit, or whatever the device's library raises then.
    """
    xp = maker.arrays
    kept = xp.empty(at.rows + at.rows // 64 + 4096, dtype=np.int64)
    filled = drawn = 0
    for seed, count in recipe.blocks:
        keys = _keys(maker, recipe, seed, count, at)
        drawn += len(keys)
        if filled + len(keys) > len(kept):
            distinct = _distinct(kept[:filled])
            filled = len(distinct)
            if 4 * (filled + len(keys)) > 3 * len(kept):
                kept = xp.empty(2 * (filled + len(keys)), dtype=np.int64)
            kept[:filled] = distinct
            del distinct
        kept[filled : filled + len(keys)] = keys
        filled += len(keys)
        del keys
    return Keys(_distinct(kept[:filled]), drawn)


def _keys(maker: Maker, recipe: Recipe, seed: int, count: int, at: Range) -> Any:
    """The draws of a block that begin in the range and are no loops, as keys in no order."""
    first, second = maker.draw(recipe, seed, count)
    if not recipe.directed:
        first, second = np.minimum(first, second), np.maximum(first, second)
    wanted = first != second
    if (at.first, at.last) != (0, recipe.num_slices):
        wanted &= first >= at.first * recipe.slice_width
        wanted &= first < at.last * recipe.slice_width
    keys = edge_hash.pack(first, second)
    return keys[wanted]


def _distinct(keys: Any) -> Any:
    """The different values, sorted; the given array is sorted too."""
    if len(keys) < 2:
        return keys.copy()
    keys.sort()
    fresh = np.ones_like(keys, dtype=bool)
    fresh[1:] = keys[1:] != keys[:-1]
    return keys[fresh]


def with_fewer_rows(maker: Maker, recipe: Recipe, at: Range) -> Iterator[tuple[Range, Keys]]:
    """The edges of a range, in two halves or quarters if they do not fit at once.

    Raises:
        Exception: what the device's library raises, if not even one slice fits.
    """
    try:
        made = edges_of(maker, recipe, at)
    except Exception as error:
        if not is_out_of_memory(error) or at.last - at.first < 2:
            raise
        made = None
    if made is not None:
        yield at, made
        return
    middle = (at.first + at.last) // 2
    for first, last in ((at.first, middle), (middle, at.last)):
        yield from with_fewer_rows(maker, recipe, Range(first, last, at.rows // 2))
