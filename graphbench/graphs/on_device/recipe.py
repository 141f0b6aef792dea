"""The recipe of a generated graph and its file: sealed JSON with the parameters and the census, a few megabytes."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from graphbench.errors import FormatError
from graphbench.graphs.parquet import atomically
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

SUFFIX = ".json"
VERSION = 1
"""Version of generation and cleaning; increase it when the same recipe gives another graph."""
BLOCK = 1 << 25
"""Draws that share one seed: 33.5 million, about 2 GB with their temporary arrays."""
SLICES = 1 << 12
"""Number of slices of equal width into which the vertices are divided (at most one per vertex); the edges whose first
end is in a slice can be generated without the others."""
_SEAL = re.compile(rb'\A\{"seal":"[0-9a-f]{32}",')
MAX_SCALE = 30
"""cuGraph uses 32-bit ids below scale 32 and refuses scale 31, whose 2^31 vertices do not fit int32."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters that decide a generated graph.

    Attributes:
        by: the generator: a key of :data:`graphbench.graphs.on_device.generator.GENERATORS`.
        scale: log2 of the number of vertices.
        draws: edges drawn, loops and repeated ones included.
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
        """Slices of the vertices."""
        return min(SLICES, self.num_vertices)

    @property
    def slice_width(self) -> int:
        """Vertices in a slice."""
        return self.num_vertices // self.num_slices

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """Seed and number of draws of each block; the same on every machine and for any number of workers."""
        counts = [min(BLOCK, self.draws - start) for start in range(0, self.draws, BLOCK)]
        return [(self._block_seed(index), count) for index, count in enumerate(counts)]

    def _block_seed(self, index: int) -> int:
        """64 bits that differ between blocks and between seeds, except with a probability of 2^-64."""
        return int.from_bytes(hashlib.blake2b(f"{self.seed} {index}".encode(), digest_size=8).digest(), "little")

    @property
    def key(self) -> str:
        """A text that identifies the edges."""
        return f"{msgspec.json.encode(self, order='sorted').decode()} version {VERSION}"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Library and device that generated a graph; another release or GPU model may generate another one.

    Attributes:
        library: name and release ("cuGraph 26.10.0").
        device: the GPU's name.
        multiprocessors: how many it has; RAFT's random streams depend on it.
    """

    library: str
    device: str
    multiprocessors: int


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """Counts and samples taken when the graph was first generated.

    Attributes:
        origin: library and device.
        num_edges: edges, an undirected one counted once.
        num_isolated: vertices without any edge.
        loops_dropped: draws that were loops.
        duplicates_merged: draws that repeat another edge.
        checksum: of all edges, 64 bits, independent of their order; see :func:`.edge_hash.checksum`.
        slices: edges with their first end in each slice, int64.
        sources: up to 4,096 different vertices with an out-edge, drawn uniformly, in random order, int64.
        pairs: up to 200,000 different pairs of vertices with a common neighbour, (u, v) with u < v, in random order,
            int64; of undirected graphs only.
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
        """A copy without the samples, to send to workers."""
        return msgspec.structs.replace(self, sources=b"", pairs=b"")


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a recipe's file.

    Attributes:
        name: the user's name of the dataset.
        recipe: the parameters.
        census: counts and samples.
        weights_seed: of drawn weights; None: unweighted.
    """

    name: str
    recipe: Recipe
    census: Census
    weights_seed: int | None = None
    version: int = VERSION

    @property
    def digest(self) -> str:
        """Equal for equal graphs, weights included, among graphs generated on devices."""
        identity = (
            f"{self.recipe.num_vertices} {self.recipe.directed} {self.census.num_edges} {self.census.checksum} "
            f"{self.weights_seed}"
        )
        return hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()


def read(path: Path) -> Stored:
    """Read the file of a recipe.

    Raises:
        FormatError: if it is damaged, of another version, or not a recipe.
    """
    advice = "Delete it and load the dataset again."
    try:
        text = path.read_bytes() if path.is_file() else b""
        if text != _sealed(path, _SEAL.sub(b"{", text, count=1)):
            raise FormatError(path, f"damaged, or not the recipe of a generated graph. {advice}")
        stored = decode(text)
    except (OSError, msgspec.DecodeError) as error:
        raise FormatError(path, f"not the recipe of a generated graph ({error}). {advice}") from error
    if stored.version != VERSION:
        raise FormatError(path, f"a recipe of version {stored.version}; expected {VERSION}. {advice}")
    return stored


def write(path: Path, stored: Stored) -> None:
    """Write the file of a recipe atomically.

    Raises:
        OSError: if it cannot be written.
    """
    text = _sealed(path, encode(stored))
    atomically(path, lambda part: part.write_bytes(text))


def _sealed(path: Path, text: bytes) -> bytes:
    """JSON with a first field that is a checksum of the rest and of the file's name, the key it is cached under."""
    seal = hashlib.blake2b(path.name.encode() + text, digest_size=16).hexdigest()
    return b'{"seal":"%s",%s' % (seal.encode(), text[1:])


def encode(stored: Stored) -> bytes:
    """As JSON, arrays in base 64."""
    return msgspec.json.encode(stored)


def decode(text: bytes) -> Stored:
    """The inverse of :func:`encode`."""
    return msgspec.json.decode(text, type=Stored)


def integers(stored: bytes) -> npt.NDArray[np.int64]:
    """The array stored in a field of the census."""
    return np.frombuffer(stored, dtype="<i8").astype(np.int64)


def stored_integers(values: npt.NDArray[np.int64]) -> bytes:
    """The inverse of :func:`integers`."""
    return np.ascontiguousarray(values, dtype="<i8").tobytes()
