"""Twins: seeded synthetic stand-ins for the graphs of the published table, at true size, without a network.

A twin has the numbers of vertices, edges and components of its original, taken from the catalogue, and the structure of
its kind: preferential attachment, or overlapping groups (:mod:`.affiliation`), with the parameters of `twins.toml`.
It is not the graph: no edge is the original's. How well each stands in is measured in `datasets/README.md`.
"""

from __future__ import annotations

import functools
import hashlib

import msgspec
import numpy as np

from graphbench.errors import UnknownNameError
from graphbench.graphs import catalogue
from graphbench.graphs.clean import Raw, id_type
from graphbench.graphs.generators.affiliation import Affiliation, affiliated
from graphbench.graphs.generators.barabasi_albert import barabasi_albert
from graphbench.system import files

FILE = "twins.toml"

VERSION = 1
"""Of the code that makes twins: another graph for the same parameters is another version."""


_EDGE_S = {"as-Skitter": 6e-6}
_USUAL_EDGE_S = 2e-6
"""Seconds that an edge of a twin takes, cleaning included, as measured on one core."""


class Attachment(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="model", tag=str.lower
):
    """Preferential attachment from a clique of `each` + 1 vertices on: `each choose 2` more edges than `ba` has."""

    each: int
    """Edges that a vertex brings."""


class Twin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What decides a twin, beside the counts of its original."""

    description: str
    structure: Attachment | Affiliation
    num_isolated: int = 0
    """Vertices without an edge, as far as that is known of the original."""
    island_vertices: int = 0
    """Vertices in small components, isolated ones apart."""


def names() -> list[str]:
    """The graphs that have a twin."""
    return list(_table())


def resolve(name: str) -> str:
    """The usual spelling of a graph that has a twin; `GROUP/NAME` will do, and upper and lower case are one.

    Raises:
        UnknownNameError: if there is none.
    """
    entry = catalogue.find(name.strip())
    if entry is None or entry.name not in _table():
        raise UnknownNameError("graph with a twin", name, names())
    return entry.name


def stand_in(name: str) -> str | None:
    """What the twin of a graph is called, `twin:NAME`; None if there is none."""
    try:
        return f"twin:{resolve(name)}"
    except UnknownNameError:
        return None


def find(name: str) -> Twin:
    """The twin of a graph, by the graph's usual spelling."""
    return _table()[name]


def original(name: str) -> catalogue.Entry:
    """What is known of the graph that a twin stands in for."""
    return catalogue.entries()[name]


def revision(name: str) -> str:
    """What decides a twin's edges beside its name and seed, so that none is taken from the cache after a change."""
    known = original(name)
    counts = (known.num_vertices, known.num_edges, known.num_components)
    digest = hashlib.sha256(msgspec.json.encode((VERSION, counts, find(name)))).hexdigest()[:12]
    return f"version {VERSION} parameters {digest}"


def seconds(name: str) -> float:
    """How long making and cleaning a twin takes, roughly."""
    return _EDGE_S.get(name, _USUAL_EDGE_S) * original(name).num_edges


def make(*, graph: str, seed: int) -> Raw:
    """The twin of a graph: exactly as many vertices, edges and components.

    Args:
        graph: the original's usual spelling.
        seed: another one gives another twin of the same structure.
    """
    known, twin = original(graph), find(graph)
    if isinstance(twin.structure, Attachment):
        return _attached(twin.structure.each, known.num_vertices, seed)
    src, dst = affiliated(
        twin.structure,
        num_vertices=known.num_vertices,
        num_edges=known.num_edges,
        num_components=known.num_components,
        num_isolated=twin.num_isolated,
        island_vertices=twin.island_vertices,
        rng=np.random.default_rng(seed),
    )
    dtype = id_type(known.num_vertices)
    return Raw(
        src=src.astype(dtype), dst=dst.astype(dtype), weight=None, num_vertices=known.num_vertices, directed=False
    )


def _attached(each: int, num_vertices: int, seed: int) -> Raw:
    raw = barabasi_albert(n=num_vertices, m=each, seed=seed)
    # The star around vertex 0 that it starts from becomes a clique.
    one, two = np.triu_indices(each, k=1)
    return Raw(
        src=np.concatenate([raw.src, (one + 1).astype(raw.src.dtype)]),
        dst=np.concatenate([raw.dst, (two + 1).astype(raw.dst.dtype)]),
        weight=None,
        num_vertices=num_vertices,
        directed=False,
    )


@functools.cache
def _table() -> dict[str, Twin]:
    return msgspec.toml.decode((files.data() / FILE).read_bytes(), type=dict[str, Twin])
