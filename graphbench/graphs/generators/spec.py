"""Generated graphs, from a specification such as `rmat:scale=20,edgefactor=16,seed=1`.

=====  ==========================================================================================================
name   graph
=====  ==========================================================================================================
ba     Barabási-Albert preferential attachment: a star of m + 1 vertices, then n - m - 1 vertices that each attach
       to m different older ones, drawn with probability proportional to their degree. Exactly m (n - m) edges,
       undirected. Barabási, Albert: Emergence of Scaling in Random Networks, Science 286, 509-512 (1999).
grid   a lattice of rows x cols vertices, as a road network: each edge between neighbours is missing with probability
       `drop`, weights are lengths (whole numbers around 100), ids run row by row. The diameter is above rows + cols.
       Undirected. At drop=0.3 vertices have 2.8 neighbours on average, in the road network of the USA 2.4.
knn    points in clusters and their k nearest neighbours, as a graph of single cells: n points in d dimensions, around
       one centre for about every 2,000 of them; an edge where one is among the k nearest of the other, weighted by
       similarity, in (0, 1]. Undirected.
rmat   the Kronecker graph of Graph500: 2^scale vertices; edgefactor x 2^scale draws, each of which picks one of
       four quadrants with probability a, b, c or 1 - a - b - c, scale times; then the vertices are shuffled, so
       that ids are independent of degrees. Cleaning drops loops and repeated draws; isolated vertices stay.
       Undirected unless `directed=1`. Chakrabarti, Zhan, Faloutsos: R-MAT: A Recursive Model for Graph Mining, SDM
       (2004); Graph500 specification 3.0, section 3. With `by=cugraph`, cuGraph generates another graph, with
       another name, which stays on the GPU (:mod:`graphbench.graphs.on_device`).
twin   a synthetic substitute for a graph of the catalogue: the same counts and a similar structure; see
       :mod:`.twins`. Undirected.
=====  ==========================================================================================================

The same specification gives the same graph on every machine, as long as NumPy keeps its random streams; with
`by=cugraph`, on every GPU of the same model with the same release of cuGraph.
"""

from __future__ import annotations

import contextlib
import importlib.util
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from graphbench.errors import InputError, UnknownNameError, UsageError
from graphbench.graphs.catalogue import Description
from graphbench.graphs.clean import Raw
from graphbench.graphs.generators import twins
from graphbench.graphs.generators.barabasi_albert import barabasi_albert
from graphbench.graphs.generators.grid import grid
from graphbench.graphs.generators.knn import knn
from graphbench.graphs.generators.rmat import rmat
from graphbench.graphs.on_device.recipe import MAX_SCALE, Recipe
from graphbench.system import gpus
from graphbench.system.text import format_bytes

VERSION = 1
"""Version of the generators; increase it when the same specification gives another graph."""

LARGE = 1 << 28
"""Draws above which a GPU, if available, generates the graph: a CPU takes minutes and 9 GB of memory."""


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a generator: its type, its range or choices, its default (None: required).

    `brief` parameters are omitted from a graph's name if they have their default.
    """

    type: type
    default: float | str | None
    low: float = 0
    high: float = 0
    help: str
    brief: bool = False
    choices: tuple[str, ...] = ()


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The first parameter of a generator, given without a key: the name of an existing graph.

    `resolve` returns its canonical spelling, or raises UnknownNameError.
    """

    key: str
    help: str
    resolve: Callable[[str], str]


class Generator(msgspec.Struct, frozen=True, kw_only=True):
    """A family of graphs."""

    name: str
    title: str
    options: Mapping[str, Option]
    num_rows: Callable[[Mapping[str, Any]], int]
    """Rows that it will generate, to check beforehand whether they fit into memory."""
    make: Callable[..., Raw]
    describe: Callable[[Mapping[str, Any]], Description]
    """What is known of a graph before it is generated."""
    seconds: Callable[[Mapping[str, Any]], float]
    """Rough time to generate and clean the graph on one core."""
    example: str
    subject: Subject | None = None
    problem: Callable[[Mapping[str, Any]], str | None] = lambda _: None
    """What is wrong with values that are in their ranges, but not together."""
    revision: Callable[[Mapping[str, Any]], str] = lambda _: f"version {VERSION}"
    """Identifies the rows together with the values."""

    @property
    def usage(self) -> str:
        """The parameters of a specification, in one line."""
        parts = (
            f"{key} ({option.help}{'' if option.default is None else f'; default {_text(option.default)}'})"
            for key, option in self.options.items()
        )
        subject = [] if self.subject is None else [f"{self.subject.key} ({self.subject.help})"]
        return f"{self.name} takes {', '.join([*subject, *parts])}; for example {self.example}"


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed specification: the generator and a value for each parameter."""

    generator: Generator
    values: Mapping[str, Any]
    given: frozenset[str] = frozenset()
    """The parameters that were given explicitly."""

    def __str__(self) -> str:
        """The shortest specification, in the usual order."""
        return self._spelt(
            key
            for key, option in self.generator.options.items()
            if not (option.brief and self.values[key] == option.default)
            or (key == "by" and key in self.given and self.is_large)
        )

    @property
    def key(self) -> str:
        """All parameters and the generator's version, which identify the rows."""
        keys = [key for key in self.generator.options if key != "by" or self.on_device]
        return f"{self._spelt(keys)} {self.generator.revision(self.values)}"

    @property
    def on_device(self) -> bool:
        """Whether the graph is generated on a GPU and stays there."""
        return bool(self.values.get("by", "numpy") != "numpy")

    @property
    def is_large(self) -> bool:
        """Whether a GPU, if available, generates it by default, as a CPU would take minutes."""
        return self.generator.num_rows(self.values) > LARGE

    def resolved(self) -> Spec:
        """With the generator chosen: a large graph without `by=` is generated on a GPU if there is one."""
        if "by" not in self.values or "by" in self.given or self.on_device or not self.is_large:
            return self
        if not gpus.probe().devices or importlib.util.find_spec("pylibcugraph") is None:
            return self
        return msgspec.structs.replace(self, values={**self.values, "by": "cugraph"})

    @property
    def seconds(self) -> float | None:
        """Rough time to generate and clean it; None on a GPU, where it is unknown."""
        return None if self.on_device else self.generator.seconds(self.values)

    def recipe(self) -> Recipe:
        """The recipe to generate it on a device.

        Raises:
            UsageError: if the scale is too large for the generator.
        """
        values = self.values
        if values["scale"] > MAX_SCALE:
            raise UsageError(
                f"{self} is too large: cuGraph generates graphs up to scale {MAX_SCALE}. Choose a smaller scale; for "
                "more edges, a larger edgefactor."
            )
        return Recipe(
            by=values["by"],
            scale=values["scale"],
            draws=self.generator.num_rows(values),
            a=float(values["a"]),
            b=float(values["b"]),
            c=float(values["c"]),
            seed=values["seed"],
            directed=bool(values["directed"]),
        )

    def _spelt(self, keys: Iterable[str]) -> str:
        subject = [] if self.generator.subject is None else [str(self.values[self.generator.subject.key])]
        return f"{self.generator.name}:" + ",".join([*subject, *(f"{key}={self.values[key]}" for key in keys)])

    def describe(self) -> Description:
        """What is known of the graph before it is generated."""
        known = self.generator.describe(self.values)
        return msgspec.structs.replace(
            known,
            name=str(self),
            num_entries=None if known.num_edges is None else 2 * known.num_edges,
            directed=bool(self.values.get("directed", 0)),
            weighted=known.weighted or False,
        )

    def make(self) -> Raw:
        """The graph.

        Raises:
            InputError: if it does not fit into this machine's memory.
        """
        # Source and destination, and about as much again while they are generated.
        needed = 32 * self.generator.num_rows(self.values)
        import psutil

        if needed > (there := psutil.virtual_memory().total):
            raise InputError(
                f"{self} needs about {format_bytes(needed)} of memory; this machine has {format_bytes(there)}. "
                "Choose a smaller graph."
            )
        return self.generator.make(**self.values)


def is_spec(text: str) -> bool:
    """Whether a text is a specification: the name of a generator and a colon."""
    return text.partition(":")[0].strip().casefold() in GENERATORS and ":" in text


def parse(text: str) -> Spec:
    """Parse a specification, `NAME:KEY=VALUE,...`, or `NAME:SUBJECT,KEY=VALUE,...`.

    Raises:
        UnknownNameError: if the generator or the subject is unknown.
        UsageError: if a parameter is unknown, missing, repeated, ill-typed or out of range.
    """
    name, _, rest = text.partition(":")
    generator = GENERATORS.get(name.strip().casefold())
    if generator is None:
        raise UnknownNameError("generator", name, GENERATORS)
    given: dict[str, str] = {}
    subject = generator.subject
    keys = [*generator.options] if subject is None else [subject.key, *generator.options]
    for part in filter(None, (part.strip() for part in rest.split(","))):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        key = key.casefold()
        if subject is not None and not equals and not given:
            key, equals, value = subject.key, "=", part
        if not equals or key not in keys:
            raise UsageError(f"{part!r} in {text!r} is not a parameter: {generator.usage}.")
        if key in given:
            raise UsageError(f"{key} is given twice in {text!r}: {generator.usage}.")
        given[key] = value
    values: dict[str, Any] = {}
    if subject is not None:
        if not given.get(subject.key):
            raise UsageError(f"{subject.key} is missing in {text!r}: {generator.usage}.")
        values[subject.key] = subject.resolve(given[subject.key])
    values |= {key: _value(generator, key, given.get(key), text) for key in generator.options}
    if problem := generator.problem(values):
        raise UsageError(f"{problem}, in {text!r}: {generator.usage}.")
    return Spec(generator=generator, values=values, given=frozenset(given))


def _value(generator: Generator, key: str, text: str | None, spec: str) -> float | str:
    option = generator.options[key]
    if text is None:
        if option.default is None:
            raise UsageError(f"{key} is missing in {spec!r}: {generator.usage}.")
        return option.default
    if option.choices:
        if text.casefold() not in option.choices:
            raise UsageError(f"{key} takes {' or '.join(option.choices)}, not {text!r}: {generator.usage}.")
        return text.casefold()
    number = _number(option.type, text)
    if not option.low <= number <= option.high:
        noun = "a whole number" if option.type is int else "a number"
        raise UsageError(f"{key} takes {noun} from {option.low:,} to {option.high:,}, not {text!r}: {generator.usage}.")
    return number


def _text(default: float | str) -> str:
    return default if isinstance(default, str) else f"{default:g}"


def _number(kind: type, text: str) -> float:
    """The number in a text, or NaN; 1e6 is also a whole number."""
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


def _describe_twin(graph: str) -> Description:
    original = twins.original(graph)
    return Description(
        kind="synthetic twin",
        description=f"Synthetic twin of {graph}, not the graph itself: {twins.find(graph).description}",
        num_vertices=original.num_vertices,
        num_edges=original.num_edges,
        num_components=original.num_components,
        num_isolated=twins.find(graph).num_isolated,
    )


def _too_probable(values: Mapping[str, Any]) -> str | None:
    total = math.fsum(values[key] for key in "abc")
    return f"a + b + c is {total:g}, above 1" if total > 1 + 1e-9 else None


_SEED = Option(type=int, default=1, low=0, high=2**63 - 1, help="seed of the draws")

GENERATORS: dict[str, Generator] = {
    "ba": Generator(
        name="ba",
        title="Barabási-Albert preferential attachment, m (n - m) edges",
        options={
            "n": Option(type=int, default=None, low=2, high=2**40, help="vertices"),
            "m": Option(type=int, default=5, low=1, high=2**20, help="edges of each new vertex"),
            "seed": _SEED,
        },
        num_rows=lambda values: values["m"] * (values["n"] - values["m"]),
        make=barabasi_albert,
        seconds=lambda values: 0.4e-6 * values["m"] * values["n"],
        describe=lambda values: Description(
            kind="generator",
            description="Barabási-Albert preferential attachment, m (n - m) edges.",
            num_vertices=values["n"],
            num_edges=values["m"] * (values["n"] - values["m"]),
            num_components=1,
            num_isolated=0,
        ),
        problem=lambda values: (
            "m must be below n, as each vertex attaches to m others" if values["m"] >= values["n"] else None
        ),
        example="ba:n=100000,m=5,seed=1",
    ),
    "grid": Generator(
        name="grid",
        title="Lattice with missing edges and lengths, as a road network",
        options={
            "rows": Option(type=int, default=None, low=1, high=2**20, help="rows of vertices"),
            "cols": Option(type=int, default=None, low=1, high=2**20, help="columns of vertices"),
            "drop": Option(
                type=float, default=0.3, low=0, high=1, help="probability that an edge is missing", brief=True
            ),
            "seed": _SEED,
        },
        num_rows=lambda values: 2 * values["rows"] * values["cols"],
        make=grid,
        seconds=lambda values: 0.3e-6 * values["rows"] * values["cols"],
        describe=lambda values: Description(
            kind="generator",
            description="Lattice with missing edges and lengths, as a road network.",
            num_vertices=values["rows"] * values["cols"],
            weighted=True,
        ),
        example="grid:rows=1000,cols=1000,seed=1",
    ),
    "knn": Generator(
        name="knn",
        title="Nearest neighbours of points in clusters, weighted, as a graph of single cells",
        options={
            "n": Option(type=int, default=None, low=2, high=2**32, help="points"),
            "d": Option(type=int, default=8, low=1, high=64, help="dimensions"),
            "k": Option(type=int, default=15, low=1, high=1000, help="neighbours of each point"),
            "seed": _SEED,
        },
        num_rows=lambda values: values["k"] * values["n"],
        make=knn,
        # Measured with SciPy 1.18 for d = 3, 5, 8, 16; k-d trees degenerate as dimensions grow.
        seconds=lambda values: 2e-6 * values["n"] * 1.4 ** values["d"],
        describe=lambda values: Description(
            kind="generator",
            description="Nearest neighbours of points in clusters, weighted by similarity, as a graph of single cells.",
            num_vertices=values["n"],
            num_isolated=0,
            weighted=True,
        ),
        problem=lambda values: (
            "k must be below n, as each point has k others near it" if values["k"] >= values["n"] else None
        ),
        example="knn:n=100000,d=8,k=15,seed=1",
    ),
    "rmat": Generator(
        name="rmat",
        title="Kronecker graph of Graph500, 2^scale vertices",
        options={
            "scale": Option(type=int, default=None, low=1, high=40, help="log2 of the number of vertices"),
            "edgefactor": Option(type=int, default=16, low=1, high=2**20, help="draws of an edge for each vertex"),
            "by": Option(
                type=str,
                default="numpy",
                choices=("numpy", "cugraph"),
                help="generator: numpy, on the CPU, or cugraph, on a GPU, where the graph stays",
                brief=True,
            ),
            "a": Option(
                type=float, default=0.57, low=0, high=1, help="probability of the upper left quadrant", brief=True
            ),
            "b": Option(type=float, default=0.19, low=0, high=1, help="probability of the upper right", brief=True),
            "c": Option(type=float, default=0.19, low=0, high=1, help="probability of the lower left", brief=True),
            "seed": _SEED,
            "directed": Option(type=int, default=0, low=0, high=1, help="1: arcs, 0: edges", brief=True),
        },
        num_rows=lambda values: values["edgefactor"] << values["scale"],
        make=rmat,
        seconds=lambda values: 0.02e-6 * values["scale"] * (values["edgefactor"] << values["scale"]),
        describe=lambda values: Description(
            kind="generator",
            description="Kronecker graph of Graph500, 2^scale vertices, generated by "
            + ("NumPy on the CPU." if values["by"] == "numpy" else "cuGraph on a GPU, where it stays."),
            num_vertices=1 << values["scale"],
        ),
        problem=_too_probable,
        example="rmat:scale=20,edgefactor=16,seed=1",
    ),
    "twin": Generator(
        name="twin",
        title="Synthetic twin of a graph of the catalogue: the same counts and a similar structure",
        subject=Subject(key="graph", help="a graph of the published table", resolve=twins.resolve),
        options={"seed": msgspec.structs.replace(_SEED, brief=True)},
        num_rows=lambda values: 4 * twins.original(values["graph"]).num_edges,
        make=twins.make,
        seconds=lambda values: twins.seconds(values["graph"]),
        describe=lambda values: _describe_twin(values["graph"]),
        revision=lambda values: twins.revision(values["graph"]),
        example="twin:coAuthorsDBLP,seed=2",
    ),
}
