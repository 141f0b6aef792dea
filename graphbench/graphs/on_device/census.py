"""The census: a graph is made once, range by range, and what there is to know of it is written down.

    python -m graphbench.graphs.on_device.census RECIPE NAME FILE

runs in a process of its own, so that the device's libraries and memory are gone with it. RECIPE is JSON; what came out
is written to FILE, whole or not at all.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench.errors import UnavailableError
from graphbench.graphs.on_device import edge_hash, ranges, recipe
from graphbench.graphs.on_device.maker import Maker, maker
from graphbench.graphs.on_device.ranges import Range
from graphbench.graphs.on_device.recipe import Census, Recipe, Stored, stored_integers
from graphbench.system.memory import is_out_of_memory

MOST_SOURCES = 4096
MOST_PAIRS = 200_000
_ROUNDS = 4
"""How many neighbours a chosen edge is paired with."""
_SALT = 1 << 20
"""Apart from those of weights and checksums."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no census: `unavailable`, `out_of_memory` or `error`, the reason, and what mends it."""

    kind: str
    reason: str
    fix: str = ""


def take(by: Maker, wanted: Recipe, rows: int | None = None) -> Census:
    """Make a graph and count it.

    Args:
        by: who draws.
        wanted: the recipe.
        rows: to be made at a time; None: as many as there is room for.

    Raises:
        MemoryError: if it does not fit, or whatever the device's library raises then.
    """
    n = wanted.num_vertices
    zeros = by.arrays.zeros
    leaving, entered = zeros(n, dtype=bool), zeros(n, dtype=bool)
    slices = np.zeros(wanted.num_slices, dtype=np.int64)
    drawn = total = 0
    pairs: list[npt.NDArray[np.int64]] = []
    for at, made in _made(by, wanted, rows):
        first, second = edge_hash.unpack(made.keys, np.int32)
        leaving[first] = True
        entered[second] = True
        place = first // wanted.slice_width - at.first
        slices[at.first : at.last] += by.to_host(np.bincount(place, minlength=at.last - at.first))
        drawn += made.drawn
        total += edge_hash.checksum(made.keys)
        if not wanted.directed:
            pairs.append(_wedges(by, wanted, made.keys, first, second))
        del made, first, second, place
    entered |= leaving
    num_edges = int(slices.sum())
    candidates = leaving if wanted.directed else entered
    return Census(
        origin=by.origin(),
        num_edges=num_edges,
        num_isolated=n - int(np.count_nonzero(entered)),
        loops_dropped=wanted.draws - drawn,
        duplicates_merged=drawn - num_edges,
        checksum=total % 2**64,
        slices=stored_integers(slices),
        sources=stored_integers(_sources(by, wanted, candidates)),
        pairs=stored_integers(_chosen(pairs, wanted.seed)),
    )


def _made(by: Maker, wanted: Recipe, rows: int | None) -> Iterator[tuple[Range, ranges.Keys]]:
    most = rows or ranges.room_for_rows(by, 0.6, reserved=2 * wanted.num_vertices)
    for at in ranges.divided(ranges.expected(by, wanted), most):
        yield from ranges.with_fewer_rows(by, wanted, at)


def _sources(by: Maker, wanted: Recipe, candidates: Any) -> npt.NDArray[np.int64]:
    """Different vertices among the candidates, uniformly, in random order; vertex 0 where there are none."""
    some = int(np.count_nonzero(candidates))
    if some == 0:
        return np.zeros(1, dtype=np.int64)
    rng = np.random.default_rng(wanted.seed)
    if wanted.num_vertices <= 1 << 20:
        return rng.permutation(np.flatnonzero(by.to_host(candidates)))[:MOST_SOURCES].astype(np.int64)
    found = np.empty(0, dtype=np.int64)
    goal = min(MOST_SOURCES, some // 2)
    while len(found) < goal:
        drawn = rng.integers(wanted.num_vertices, size=1 << 16)
        fit = drawn[by.to_host(candidates[by.to_device(drawn)])]
        found = np.concatenate([found, fit])
        found = found[np.sort(np.unique(found, return_index=True)[1])]  # the first of each, in the order of drawing
    return found[:MOST_SOURCES]


def _wedges(by: Maker, wanted: Recipe, keys: Any, first: Any, second: Any) -> npt.NDArray[np.int64]:
    """Keys of pairs of vertices that share a neighbour below both of them.

    Edges are chosen by bits of their own, and so is the other edge of the same vertex that each is paired with: the
    same pairs come out however the graph is cut into ranges, since all edges of a vertex are in one.
    """
    found = []
    share = min(1.0, 2 * MOST_PAIRS / max(wanted.draws, 1))
    for salt in range(_SALT, _SALT + _ROUNDS):
        bits = edge_hash.mixed(keys, salt)
        chosen = np.flatnonzero(bits <= np.uint64(int(share * (2**64 - 2**11))))
        centre, one = first[chosen], second[chosen]
        start, stop = np.searchsorted(first, centre, side="left"), np.searchsorted(first, centre, side="right")
        other = edge_hash.mixed(keys[chosen], salt + _ROUNDS) >> np.uint64(1)
        two = second[start + other.astype(np.int64) % np.maximum(stop - start, 1)]
        apart = one != two
        one, two = one[apart], two[apart]
        found.append(by.to_host(edge_hash.pack(np.minimum(one, two), np.maximum(one, two))))
    return np.concatenate(found)


def _chosen(pairs: list[npt.NDArray[np.int64]], seed: int) -> npt.NDArray[np.int64]:
    """Some of all pairs, shape (k, 2), in random order."""
    keys = np.unique(np.concatenate(pairs)) if pairs else np.empty(0, dtype=np.int64)
    keys = np.random.default_rng(seed).permutation(keys)[:MOST_PAIRS]
    return np.stack(edge_hash.unpack(keys, np.int64), axis=1)


def main(arguments: list[str]) -> int:
    """Take the census of a recipe into a file; what goes wrong is told in JSON on standard output."""
    wanted, file = msgspec.json.decode(arguments[0], type=Recipe), Path(arguments[2])
    try:
        by = maker(wanted.by)
        _quick_memory()
        found = take(by, wanted)
        recipe.write(file, Stored(name=arguments[1], recipe=wanted, census=found))
    except Exception as error:  # noqa: BLE001  a library of a device may raise anything
        failure = _failure(error)
        sys.stdout.write("\n" + msgspec.json.encode(failure).decode() + "\n")
        return 1
    return 0


def _failure(error: Exception) -> Failure:
    if isinstance(error, UnavailableError):
        return Failure(kind="unavailable", reason=error.reason, fix=error.fix)
    kind = "out_of_memory" if is_out_of_memory(error) else "error"
    return Failure(kind=kind, reason=" ".join(f"{type(error).__name__}: {error}".split())[:500])


def _quick_memory() -> None:
    """Let this process allocate from CUDA's own pool: each block takes a dozen arrays and gives them back."""
    with contextlib.suppress(ImportError):
        import rmm

        rmm.mr.set_current_device_resource(rmm.mr.CudaAsyncMemoryResource())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
