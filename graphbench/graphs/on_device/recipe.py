"""The recipe of a graph, and the file that it travels in.

The file is JSON, a few megabytes at most: what to draw, and the census, what came out of it when it was first made.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench.errors import FormatError
from graphbench.graphs.parquet import atomically

SUFFIX = ".json"
VERSION = 1
"""Of the drawing and the cleaning: another graph for the same recipe is another version."""
BLOCK = 1 << 25
"""Draws that share one seed: 33.5 million, about 2 GB with all that is made of them on the way."""
SLICES = 1 << 12
"""Into how many ranges of equal width the vertices are divided, fewer where there are fewer vertices: the edges of any
of them, by their first end, can be made without the others."""
MOST_SCALE = 30
"""cuGraph draws 32-bit ids below scale 32, and refuses scale 31, where 2^31 vertices are one too many for them."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What to draw, and what the cleaned graph keeps of it.

    Attributes:
        by: who draws: a key of :data:`graphbench.graphs.on_device.maker.MAKERS`.
        scale: log2 of the number of vertices.
        draws: how many edges are drawn, loops and repeated ones included.
        a: probability of the upper left quadrant of R-MAT; `b`: upper right; `c`: lower left.
        seed: of the draws.
        directed: whether a draw is an arc.
    """

    by: str
    scale: int
    draws: int
    a: float
    b: float
    c: float
    seed: int
    directed: bool

    @property
    def num_vertices(self) -> int:
        """Vertices, isolated ones included."""
        return 1 << self.scale

    @property
    def num_slices(self) -> int:
        """Into how many ranges the vertices are divided."""
        return min(SLICES, self.num_vertices)

    @property
    def slice_width(self) -> int:
        """Vertices in a range."""
        return self.num_vertices // self.num_slices

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """Seed and number of draws of each block: the same on every machine, however many of them share the work."""
        counts = [min(BLOCK, self.draws - start) for start in range(0, self.draws, BLOCK)]
        return [(self._block_seed(index), count) for index, count in enumerate(counts)]

    def _block_seed(self, index: int) -> int:
        """64 bits that no other block and no other seed has, unless by an accident of one in 2^64."""
        return int.from_bytes(hashlib.blake2b(f"{self.seed} {index}".encode(), digest_size=8).digest(), "little")

    @property
    def key(self) -> str:
        """What decides the edges, in words."""
        return f"{msgspec.json.encode(self, order='sorted').decode()} version {VERSION}"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Who made a graph: another release or another kind of device may draw another graph from the same seed.

    Attributes:
        library: name and release ("cuGraph 26.10.0").
        device: the GPU's name.
        multiprocessors: how many it has; RAFT's random streams are laid out over them.
    """

    library: str
    device: str
    multiprocessors: int


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """What came out when the graph was first made.

    Attributes:
        origin: who made it.
        num_edges: edges, an undirected one counted once.
        num_isolated: vertices without any edge.
        loops_dropped: draws that were loops.
        duplicates_merged: draws that went into another.
        checksum: of all edges in any order, 64 bits; see :func:`graphbench.graphs.on_device.edge_hash.checksum`.
        slices: edges by the range that their first end is in, int64.
        sources: up to 4,096 different vertices with an out-edge, drawn uniformly, in random order, int64.
        pairs: up to 200,000 different pairs of vertices with a neighbour in common, (u, v) with u < v, in random
            order, int64; of undirected graphs only.
    """

    origin: Origin
    num_edges: int
    num_isolated: int
    loops_dropped: int
    duplicates_merged: int
    checksum: int
    slices: bytes
    sources: bytes
    pairs: bytes

    def without_draws(self) -> Census:
        """The same, small: what making edges takes."""
        return msgspec.structs.replace(self, sources=b"", pairs=b"")


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds.

    Attributes:
        name: what the user calls the dataset.
        recipe: what to draw.
        census: what came out.
        weights_seed: of whole-number weights that depend on the edge alone; None: there are none.
    """

    name: str
    recipe: Recipe
    census: Census
    weights_seed: int | None = None
    version: int = VERSION

    @property
    def digest(self) -> str:
        """Equal for equal graphs that were made on devices, weights included."""
        identity = (
            f"{self.recipe.num_vertices} {self.recipe.directed} {self.census.num_edges} {self.census.checksum} "
            f"{self.weights_seed}"
        )
        return hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()


def read(path: Path) -> Stored:
    """Read a recipe's file.

    Raises:
        FormatError: if it is none, or of another version, or damaged.
    """
    advice = "Delete it and load the dataset again."
    try:
        stored = decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise FormatError(path, f"no recipe of a graph made on a device ({error}). {advice}") from error
    if stored.version != VERSION:
        raise FormatError(path, f"a recipe of version {stored.version}, not {VERSION}. {advice}")
    if int(integers(stored.census.slices).sum()) != stored.census.num_edges:
        raise FormatError(path, f"the recipe is damaged: its counts contradict each other. {advice}")
    return stored


def write(path: Path, stored: Stored) -> None:
    """Write a recipe's file, whole or not at all.

    Raises:
        OSError: if it cannot be written.
    """
    atomically(path, lambda part: part.write_bytes(encode(stored)))


def encode(stored: Stored) -> bytes:
    """As JSON, arrays in base 64."""
    return msgspec.json.encode(stored)


def decode(text: bytes) -> Stored:
    """The opposite of :func:`encode`."""
    return msgspec.json.decode(text, type=Stored)


def integers(stored: bytes) -> npt.NDArray[np.int64]:
    """The array in a field of the census."""
    return np.frombuffer(stored, dtype="<i8").astype(np.int64)


def stored_integers(values: npt.NDArray[np.int64]) -> bytes:
    """The opposite of :func:`integers`."""
    return np.ascontiguousarray(values, dtype="<i8").tobytes()
