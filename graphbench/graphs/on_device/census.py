"""The census: generate a graph once, range by range, and store its counts, checksum and samples.

    python -m graphbench.graphs.on_device.census RECIPE NAME FILE

runs in a separate process, which frees the device's memory when it ends. RECIPE is JSON; FILE is written atomically.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from graphbench.errors import DatasetError, FormatError, UnavailableError
from graphbench.graphs.on_device import edge_hash, ranges, recipe
from graphbench.graphs.on_device.generator import RmatGenerator, cugraph_and_gpu, generator
from graphbench.graphs.on_device.ranges import Range
from graphbench.graphs.on_device.recipe import Census, Recipe, Stored, stored_integers
from graphbench.system import files
from graphbench.system.lazy import np
from graphbench.system.memory import is_out_of_memory

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_SOURCES = 4096
MAX_PAIRS = 200_000
_ROUNDS = 4
"""Neighbours that a sampled edge is paired with."""
_SALT = 1 << 20
"""Differs from the salts of weights and checksums."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a census failed: the kind (`unavailable`, `out_of_memory` or `error`), the reason, and the fix."""

    kind: str
    reason: str
    fix: str = ""


def take(generator: RmatGenerator, wanted: Recipe, rows: int | None = None) -> Census:
    """Generate a graph and count it.

    Args:
        generator: draws the edges.
        wanted: the recipe.
        rows: maximum number of rows at a time; None: as many as fit into memory.

    Raises:
        MemoryError: if it does not fit, or another exception of the device's library.
    """
    n = wanted.num_vertices
    zeros = generator.arrays.zeros
    leaving, entered = zeros(n, dtype=bool), zeros(n, dtype=bool)
    slices = np.zeros(wanted.num_slices, dtype=np.int64)
    drawn = total = 0
    pairs: list[npt.NDArray[np.int64]] = []
    for at, part in _ranges(generator, wanted, rows):
        first, second = edge_hash.unpack(part.keys, np.int32)
        leaving[first] = True
        entered[second] = True
        place = first // wanted.slice_width - at.first
        slices[at.first : at.last] += generator.to_host(np.bincount(place, minlength=at.last - at.first))
        drawn += part.drawn
        total += edge_hash.checksum(part.keys)
        if not wanted.directed:
            pairs.append(_wedges(generator, wanted, part.keys, first, second))
        del part, first, second, place
    entered |= leaving
    num_edges = int(slices.sum())
    candidates = leaving if wanted.directed else entered
    return Census(
        origin=generator.origin(),
        num_edges=num_edges,
        num_isolated=n - int(np.count_nonzero(entered)),
        loops_dropped=wanted.draws - drawn,
        duplicates_merged=drawn - num_edges,
        checksum=total % 2**64,
        slices=stored_integers(slices),
        sources=stored_integers(_sources(generator, wanted, candidates)),
        pairs=stored_integers(_chosen(pairs, wanted.seed)),
    )


def _ranges(generator: RmatGenerator, wanted: Recipe, rows: int | None) -> Iterator[tuple[Range, ranges.Keys]]:
    most = rows or ranges.max_rows(generator, 0.6, reserved=2 * wanted.num_vertices)
    for at in ranges.split(ranges.expected(generator, wanted), most):
        yield from ranges.generate_in_parts(generator, wanted, at)


def _sources(generator: RmatGenerator, wanted: Recipe, candidates: Any) -> npt.NDArray[np.int64]:
    """Distinct candidates, uniformly, in random order; vertex 0 if no vertex is a candidate."""
    some = int(np.count_nonzero(candidates))
    if some == 0:
        return np.zeros(1, dtype=np.int64)
    rng = np.random.default_rng(wanted.seed)
    if wanted.num_vertices <= 1 << 20:
        return rng.permutation(np.flatnonzero(generator.to_host(candidates)))[:MAX_SOURCES].astype(np.int64)
    found = np.empty(0, dtype=np.int64)
    goal = min(MAX_SOURCES, some // 2)
    while len(found) < goal:
        drawn = rng.integers(wanted.num_vertices, size=1 << 16)
        fit = drawn[generator.to_host(candidates[generator.to_device(drawn)])]
        found = np.concatenate([found, fit])
        found = found[np.sort(np.unique(found, return_index=True)[1])]  # the first occurrences, in the order of drawing
    return found[:MAX_SOURCES]


def _wedges(generator: RmatGenerator, wanted: Recipe, keys: Any, first: Any, second: Any) -> npt.NDArray[np.int64]:
    """Keys of pairs of vertices that share a neighbour with a smaller id than both.

    A hash of each edge decides whether it is sampled and with which other edge of the same vertex it is paired. All
    edges of a vertex are in one range, so the pairs do not depend on how the graph is split into ranges.
    """
    found = []
    share = min(1.0, 2 * MAX_PAIRS / max(wanted.draws, 1))
    for salt in range(_SALT, _SALT + _ROUNDS):
        bits = edge_hash.hash64(keys, salt)
        chosen = np.flatnonzero(bits <= np.uint64(int(share * (2**64 - 2**11))))
        centre, one = first[chosen], second[chosen]
        start, stop = np.searchsorted(first, centre, side="left"), np.searchsorted(first, centre, side="right")
        other = edge_hash.hash64(keys[chosen], salt + _ROUNDS) >> np.uint64(1)
        two = second[start + other.astype(np.int64) % np.maximum(stop - start, 1)]
        apart = one != two
        one, two = one[apart], two[apart]
        found.append(generator.to_host(edge_hash.pack(np.minimum(one, two), np.maximum(one, two))))
    return np.concatenate(found)


def _chosen(pairs: list[npt.NDArray[np.int64]], seed: int) -> npt.NDArray[np.int64]:
    """A sample of the pairs, shape (k, 2), in random order."""
    keys = np.unique(np.concatenate(pairs)) if pairs else np.empty(0, dtype=np.int64)
    keys = np.random.default_rng(seed).permutation(keys)[:MAX_PAIRS]
    return np.stack(edge_hash.unpack(keys, np.int64), axis=1)


def load_or_generate(name: str, wanted: Recipe) -> Path:
    """The cached file of a recipe with its census; on a miss, a separate process generates the graph once.

    Raises:
        UnavailableError: if the graph is not cached and there is no GPU or no generator library.
        DatasetError: if generating it fails.
    """
    path = cached_path(wanted)
    if path.exists():
        try:
            recipe.read(path)
        except FormatError as error:
            files.log(f"The graph {name} is generated again. {error}")
        else:
            return path
    _generate(name, wanted, path)
    return path


def cached_path(wanted: Recipe) -> Path:
    """The cache file of a recipe. It depends on the library's release and the GPU model, as the graph does."""
    key = f"{wanted.key} by {cugraph_and_gpu()}"
    return files.home() / "cleaned" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}{recipe.SUFFIX}"


def _generate(name: str, wanted: Recipe, path: Path) -> None:
    request = msgspec.json.encode(wanted).decode()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "graphbench.graphs.on_device.census", request, name, str(path)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)},
    )
    if done.returncode == 0 and path.exists():
        return
    try:
        failure = msgspec.json.decode(done.stdout.strip().rpartition("\n")[2], type=Failure)
    except msgspec.DecodeError:
        last_line = done.stderr.strip().rpartition("\n")[2] or "no output"
        failure = Failure(kind="error", reason=f"the process exited with status {done.returncode}: {last_line}")
    raise _error(name, failure)


def _error(name: str, failure: Failure) -> Exception:
    if failure.kind == "unavailable":
        return UnavailableError("the generator by=cugraph", failure.reason, failure.fix)
    if failure.kind == "out_of_memory":
        advice = "Close other programs on the GPU (`nvidia-smi` lists them), or choose a smaller scale or a larger GPU."
        return DatasetError(f"The GPU ran out of memory while it generated {name} ({failure.reason}). {advice}")
    return DatasetError(f"The GPU could not generate {name}: {failure.reason}. Run `graphbench doctor`.")


def main(arguments: list[str]) -> int:
    """Write the census of a recipe to a file; a failure is reported as JSON on standard output."""
    wanted, file = msgspec.json.decode(arguments[0], type=Recipe), Path(arguments[2])
    try:
        drawing = generator(wanted.by)
        _use_async_memory_pool()
        census = take(drawing, wanted)
        recipe.write(file, Stored(name=arguments[1], recipe=wanted, census=census))
    except Exception as error:  # noqa: BLE001  a device library may raise anything
        failure = _failure(error)
        sys.stdout.write("\n" + msgspec.json.encode(failure).decode() + "\n")
        return 1
    return 0


def _failure(error: Exception) -> Failure:
    if isinstance(error, UnavailableError):
        return Failure(kind="unavailable", reason=error.reason, fix=error.fix)
    kind = "out_of_memory" if is_out_of_memory(error) else "error"
    return Failure(kind=kind, reason=" ".join(f"{type(error).__name__}: {error}".split())[:500])


def _use_async_memory_pool() -> None:
    """Allocate from CUDA's asynchronous pool, as each block allocates and frees a dozen arrays."""
    with contextlib.suppress(ImportError):
        import rmm

        rmm.mr.set_current_device_resource(rmm.mr.CudaAsyncMemoryResource())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
