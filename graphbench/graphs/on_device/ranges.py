"""Generate edges by ranges of their first end, as many at a time as fit into device memory.

Each range repeats all draws: every block is drawn again, loops are dropped, undirected edges are stored with the
smaller id first, and edges whose first end is in the range are kept, sorted and deduplicated. Ranges are disjoint and
in the order of vertices, so any split gives the canonical edge list. Fewer ranges need fewer passes over the draws.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from graphbench.graphs.on_device import edge_hash
from graphbench.graphs.on_device.generator import RmatGenerator
from graphbench.graphs.on_device.recipe import Recipe
from graphbench.system.lazy import np
from graphbench.system.memory import is_out_of_memory

if TYPE_CHECKING:
    import numpy.typing as npt

ROW_BYTES = 48
"""Device memory per row during generation: the key twice to sort, key and position to merge, and two ids."""
_MIN_ROWS = 1 << 22


class Range(NamedTuple):
    """Slices `first` to `last` of the vertices, and an estimate of the rows with their first end in them."""

    first: int
    last: int
    rows: int


class Keys(NamedTuple):
    """Distinct edges of a range, sorted, and the number of draws, without loops, that gave them."""

    keys: Any
    drawn: int


def max_rows(generator: RmatGenerator, share: float, reserved: int = 0) -> int:
    """The number of rows that fit into a share of the free memory, after `reserved` bytes are subtracted."""
    return max(int((generator.free_bytes() - reserved) * share) // ROW_BYTES, _MIN_ROWS)


def whole(recipe: Recipe) -> Range:
    """All edges."""
    return Range(0, recipe.num_slices, recipe.draws)


def expected(generator: RmatGenerator, recipe: Recipe) -> npt.NDArray[np.int64]:
    """An estimate, from the first block, of how many draws have their first end in each slice.

    Slices differ: the first end of an undirected edge is the smaller id, so low ids have more, and hubs have many.
    """
    if not recipe.draws:
        return np.zeros(recipe.num_slices, dtype=np.int64)
    return _expected(generator, recipe)


@functools.lru_cache(maxsize=8)
def _expected(generator: RmatGenerator, recipe: Recipe) -> npt.NDArray[np.int64]:
    seed, count = recipe.blocks[0]
    keys = _keys(generator, recipe, seed, count, whole(recipe))
    place = (keys >> 32) // recipe.slice_width
    found = generator.to_host(np.bincount(place, minlength=recipe.num_slices))
    most = np.int64(recipe.slice_width) * recipe.num_vertices  # the number of different pairs
    return np.minimum(np.ceil(found * (recipe.draws / count)).astype(np.int64), most)


def split(rows: npt.NDArray[np.int64], most: int) -> list[Range]:
    """The slices in ranges of at most `most` rows, unless a single slice has more; at least one range."""
    ranges, first, total = [], 0, 0
    for index, count in enumerate(rows.tolist()):
        if index > first and total + count > most:
            ranges.append(Range(first, index, total))
            first, total = index, 0
        total += count
    return [*ranges, Range(first, len(rows), total)]


def split_evenly(rows: npt.NDArray[np.int64], parts: int) -> list[Range]:
    """The slices in `parts` ranges with about equal numbers of rows; some are empty if the slices are few."""
    ends = np.cumsum(rows)
    cuts = np.searchsorted(ends, ends[-1] * np.arange(1, parts) / parts) + 1
    bounds = [0, *np.minimum(cuts, len(rows)).tolist(), len(rows)]
    return [Range(one, two, int(rows[one:two].sum())) for one, two in itertools.pairwise(bounds)]


def generate(generator: RmatGenerator, recipe: Recipe, at: Range) -> Keys:
    """Generate the edges of a range.

    Draws are collected in one array, which is sorted and deduplicated when it is full, so the memory is proportional to
    the distinct edges, not to the draws.

    Raises:
        MemoryError: if they do not fit, or another exception of the device's library.
    """
    xp = generator.arrays
    kept = xp.empty(at.rows + at.rows // 64 + 4096, dtype=np.int64)
    filled = drawn = 0
    for seed, count in recipe.blocks:
        keys = _keys(generator, recipe, seed, count, at)
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


def _keys(generator: RmatGenerator, recipe: Recipe, seed: int, count: int, at: Range) -> Any:
    """The draws of a block with their first end in the range, loops dropped, as unsorted keys."""
    first, second = generator.draw(recipe, seed, count)
    if not recipe.directed:
        first, second = np.minimum(first, second), np.maximum(first, second)
    wanted = first != second
    if (at.first, at.last) != (0, recipe.num_slices):
        wanted &= first >= at.first * recipe.slice_width
        wanted &= first < at.last * recipe.slice_width
    keys = edge_hash.pack(first, second)
    return keys[wanted]


def _distinct(keys: Any) -> Any:
    """The distinct values, sorted. Sorts the given array in place."""
    if len(keys) < 2:
        return keys.copy()
    keys.sort()
    fresh = np.ones_like(keys, dtype=bool)
    fresh[1:] = keys[1:] != keys[:-1]
    return keys[fresh]


def generate_in_parts(generator: RmatGenerator, recipe: Recipe, at: Range) -> Iterator[tuple[Range, Keys]]:
    """The edges of a range, which is halved repeatedly until it fits into memory.

    Raises:
        Exception: the out-of-memory exception of the device's library, if not even one slice fits.
    """
    try:
        generated = generate(generator, recipe, at)
    except Exception as error:
        if not is_out_of_memory(error) or at.last - at.first < 2:
            raise
        generated = None
    if generated is not None:
        yield at, generated
        return
    middle = (at.first + at.last) // 2
    for first, last in ((at.first, middle), (middle, at.last)):
        yield from generate_in_parts(generator, recipe, Range(first, last, at.rows // 2))
