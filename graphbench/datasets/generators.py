"""Graphs made on the spot, from a specification such as `rmat:scale=20,edgefactor=16,seed=1`.

=====  ==========================================================================================================
name   graph
=====  ==========================================================================================================
ba     Barabási-Albert preferential attachment: a star of m + 1 vertices, then n - m - 1 vertices that each attach
       to m different older ones, drawn with probability proportional to their degree. Exactly m (n - m) edges,
       undirected. Barabási, Albert: Emergence of Scaling in Random Networks, Science 286, 509-512 (1999).
rmat   the Kronecker graph of Graph500: 2^scale vertices; edgefactor x 2^scale draws, each of which picks one of
       four quadrants with probability a, b, c or 1 - a - b - c, scale times; then the vertices are shuffled, so
       that an id says nothing of a degree. Loops and repeated draws are among them until cleaning drops them, and
       vertices without an edge stay. Undirected unless `directed=1`. Chakrabarti, Zhan, Faloutsos: R-MAT: A
       Recursive Model for Graph Mining, SDM (2004); Graph500 specification 3.0, section 3.
=====  ==========================================================================================================

The same specification gives the same graph: on every machine, as long as NumPy keeps the streams of its generators.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from graphbench.datasets.base import Raw
from graphbench.edgelist import INT32_VERTICES
from graphbench.errors import InputError, UnknownNameError, UsageError

VERSION = 1
"""Of the generators: another graph for the same specification is another version."""

_BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Option:
    """One parameter of a generator: its type, its range, and its default (None: it has to be given).

    `brief` parameters are left out of a graph's name where they have their default.
    """

    type: type
    default: float | None
    low: float
    high: float
    help: str
    brief: bool = False


@dataclass(frozen=True, kw_only=True)
class Generator:
    """A family of graphs."""

    name: str
    title: str
    options: Mapping[str, Option]
    num_rows: Callable[[Mapping[str, Any]], int]
    """How many rows it will make, for telling beforehand whether they fit into memory."""
    make: Callable[..., Raw]
    example: str

    @property
    def usage(self) -> str:
        """What the specification takes, in one line."""
        parts = (
            f"{key} ({option.help}{'' if option.default is None else f'; default {option.default:g}'})"
            for key, option in self.options.items()
        )
        return f"{self.name} takes {', '.join(parts)}; for example {self.example}"


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A specification, understood: the generator and a value for each of its parameters."""

    generator: Generator
    values: Mapping[str, Any]

    def __str__(self) -> str:
        """The specification in the usual order, as short as it can be."""
        return self._spelt(
            key
            for key, option in self.generator.options.items()
            if not (option.brief and self.values[key] == option.default)
        )

    @property
    def key(self) -> str:
        """All parameters and the generators' version: what decides the rows."""
        return f"{self._spelt(self.values)} version {VERSION}"

    def _spelt(self, keys: Iterable[str]) -> str:
        return f"{self.generator.name}:" + ",".join(f"{key}={self.values[key]}" for key in keys)

    def make(self) -> Raw:
        """The graph.

        Raises:
            InputError: if it would not fit into this machine's memory.
        """
        # Source and destination, and about as much again while they are made.
        needed = 32 * self.generator.num_rows(self.values)
        if needed > (there := psutil.virtual_memory().total):
            raise InputError(
                f"{self} needs about {needed / 2**30:,.0f} GiB of memory, and this machine has {there / 2**30:,.0f}. "
                "Choose a smaller graph."
            )
        return self.generator.make(**self.values)


def is_spec(text: str) -> bool:
    """Whether a text is meant as a specification: the name of a generator, then a colon."""
    return text.partition(":")[0].strip().casefold() in GENERATORS and ":" in text


def parse(text: str) -> Spec:
    """Understand a specification, `NAME:KEY=VALUE,...`.

    Raises:
        UnknownNameError: if there is no such generator.
        UsageError: if a parameter is unknown, missing, repeated, ill-typed or out of range.
    """
    name, _, rest = text.partition(":")
    generator = GENERATORS.get(name.strip().casefold())
    if generator is None:
        raise UnknownNameError("generator", name, GENERATORS)
    given: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in rest.split(","))):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        key = key.casefold()
        if not equals or key not in generator.options:
            raise UsageError(f"{part!r} in {text!r} is not understood: {generator.usage}.")
        if key in given:
            raise UsageError(f"{key} is given twice in {text!r}: {generator.usage}.")
        given[key] = value
    values = {key: _value(generator, key, given.get(key), text) for key in generator.options}
    if "m" in values and values["m"] >= values["n"]:
        raise UsageError(f"m must be below n, as each vertex attaches to m others, in {text!r}: {generator.usage}.")
    if "a" in values and (total := math.fsum(values[key] for key in "abc")) > 1 + 1e-9:
        raise UsageError(f"a + b + c is {total:g}, above 1, in {text!r}: {generator.usage}.")
    return Spec(generator=generator, values=values)


def _value(generator: Generator, key: str, text: str | None, spec: str) -> float:
    option = generator.options[key]
    if text is None:
        if option.default is None:
            raise UsageError(f"{key} is missing in {spec!r}: {generator.usage}.")
        return option.default
    number = _number(option.type, text)
    if not option.low <= number <= option.high:
        noun = "a whole number" if option.type is int else "a number"
        raise UsageError(f"{key} takes {noun} from {option.low:,} to {option.high:,}, not {text!r}: {generator.usage}.")
    return number


def _number(kind: type, text: str) -> float:
    """The number that a text says, NaN if it says none; 1e6 is a whole number too."""
    with contextlib.suppress(ValueError):
        if kind is int:
            return int(text)
    with contextlib.suppress(ValueError):
        number = float(text)
        if kind is float:
            return number
        if number.is_integer():
            return int(number)
    return math.nan


def barabasi_albert(*, n: int, m: int, seed: int) -> Raw:
    """A graph that grows by preferential attachment; see the module's docstring.

    A vertex is drawn in proportion to its degree by drawing from the ends of all edges so far (Batagelj, Brandes:
    Efficient Generation of Large Random Networks, Phys. Rev. E 71, 036113, 2005). Vertices come in blocks: all draws
    of a block are looked up at once, and only vertices that drew an end inside the block, or one vertex twice, are
    gone through one by one. Which vertices those are changes nothing in the distribution.
    """
    rng = np.random.default_rng(seed)
    # Ends of edges in the order of their making: edge i joins ends[i, 0], the younger vertex, and ends[i, 1].
    ends = np.empty((m * (n - m), 2), dtype=_id_type(n))
    ends[:m, 0], ends[:m, 1] = np.arange(1, m + 1), 0
    ends[m:, 0] = np.repeat(np.arange(m + 1, n, dtype=ends.dtype), m)
    drawn_from = ends.reshape(-1)
    first = m + 1
    while first < n:
        # Blocks grow with the graph, so that few draws fall into the block itself.
        vertices = np.arange(first, min(n, first + max(1, first // 64)))
        # Vertex v finds the m (v - m) edges that came before it.
        limits = 2 * m * (vertices - m)
        draws = (rng.random((len(vertices), m)) * limits[:, None]).astype(np.int64)
        targets = drawn_from[np.minimum(draws, limits[0] - 1)]
        ordered = np.sort(targets, axis=1)
        single = (draws >= limits[0]).any(axis=1) | (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        rows = m * (vertices - m)
        ends[rows[0] : rows[-1] + m, 1] = targets.reshape(-1)
        for each in np.flatnonzero(single):
            chosen: dict[int, None] = {}
            for draw in draws[each]:
                chosen[int(drawn_from[draw])] = None
            while len(chosen) < m:
                chosen[int(drawn_from[rng.integers(limits[each])])] = None
            ends[rows[each] : rows[each] + m, 1] = list(chosen)
        first = int(vertices[-1]) + 1
    return Raw(src=ends[:, 1].copy(), dst=ends[:, 0].copy(), weight=None, num_vertices=n, directed=False)


def rmat(*, scale: int, edgefactor: int, a: float, b: float, c: float, seed: int, directed: int) -> Raw:
    """A Kronecker graph after Graph500; see the module's docstring."""
    rng = np.random.default_rng(seed)
    n, rows = 1 << scale, edgefactor << scale
    shuffled = rng.permutation(n).astype(_id_type(n))
    src, dst = np.empty(rows, dtype=shuffled.dtype), np.empty(rows, dtype=shuffled.dtype)
    for start in range(0, rows, _BLOCK):
        size = min(_BLOCK, rows - start)
        row, column = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for _ in range(scale):
            # Quadrants in the order of [0, 1): upper left a, upper right b, lower left c, lower right the rest.
            draw = rng.random(size)
            lower = draw >= a + b
            right = (draw >= a) ^ lower ^ (draw >= a + b + c)
            row += row + lower
            column += column + right
        src[start : start + size], dst[start : start + size] = shuffled[row], shuffled[column]
    return Raw(src=src, dst=dst, weight=None, num_vertices=n, directed=bool(directed))


def _id_type(n: int) -> npt.DTypeLike:
    return np.int32 if n <= INT32_VERTICES else np.int64


_SEED = Option(type=int, default=1, low=0, high=2**63 - 1, help="seed of the draws")

GENERATORS: dict[str, Generator] = {
    "ba": Generator(
        name="ba",
        title="Barabási-Albert preferential attachment, m (n - m) edges",
        options={
            "n": Option(type=int, default=None, low=2, high=2**40, help="vertices"),
            "m": Option(type=int, default=5, low=1, high=2**20, help="edges that each vertex brings"),
            "seed": _SEED,
        },
        num_rows=lambda values: values["m"] * (values["n"] - values["m"]),
        make=barabasi_albert,
        example="ba:n=100000,m=5,seed=1",
    ),
    "rmat": Generator(
        name="rmat",
        title="Kronecker graph of Graph500, 2^scale vertices",
        options={
            "scale": Option(type=int, default=None, low=1, high=40, help="log2 of the number of vertices"),
            "edgefactor": Option(type=int, default=16, low=1, high=2**20, help="draws of an edge for each vertex"),
            "a": Option(
                type=float, default=0.57, low=0, high=1, help="probability of the upper left quadrant", brief=True
            ),
            "b": Option(type=float, default=0.19, low=0, high=1, help="of the upper right", brief=True),
            "c": Option(type=float, default=0.19, low=0, high=1, help="of the lower left", brief=True),
            "seed": _SEED,
            "directed": Option(type=int, default=0, low=0, high=1, help="1: arcs, 0: edges", brief=True),
        },
        num_rows=lambda values: values["edgefactor"] << values["scale"],
        make=rmat,
        example="rmat:scale=20,edgefactor=16,seed=1",
    ),
}
