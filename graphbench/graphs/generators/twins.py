"""Twins: seeded synthetic substitutes of equal size for the graphs of the published table, without a download.

A twin has the numbers of vertices, edges and components of its original, taken from the catalogue, and a similar
structure: preferential attachment, or overlapping groups (:mod:`.affiliation`), with the parameters of `twins.toml`.
Its edges are not those of the original. `datasets/README.md` has measurements of how well twins match their originals.
"""

from __future__ import annotations

import functools
import hashlib

import msgspec

from graphbench.errors import UnknownNameError
from graphbench.graphs import catalogue
from graphbench.graphs.clean import Raw
from graphbench.graphs.generators.affiliation import Affiliation, affiliated
from graphbench.graphs.generators.barabasi_albert import barabasi_albert
from graphbench.system import files
from graphbench.system.lazy import np

FILE = "twins.toml"

VERSION = 2
"""Version of the code; increase it when the same parameters give another graph."""


_EDGE_S = {"as-Skitter": 1e-6}
_USUAL_EDGE_S = 0.5e-6
"""Seconds to generate and clean an edge of a twin, measured on one core."""


class Attachment(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="model", tag=str.lower
):
    """Preferential attachment from an initial clique of `each` + 1 vertices: `each choose 2` more edges than `ba`."""

    each: int
    """Edges of each new vertex."""


class Twin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters of a twin, besides the counts of its original."""

    description: str
    structure: Attachment | Affiliation
    num_isolated: int = 0
    """Vertices without an edge, if known of the original."""
    island_vertices: int = 0
    """Vertices in small components, without isolated ones."""
    gaps: tuple[float, ...] = ()
    """Of the original, if measured: the share of edges (%) whose ends' numbers differ by 2^i to 2^(i + 1) - 1."""


def names() -> list[str]:
    """The names of the graphs that have a twin."""
    return list(_table())


def resolve(name: str) -> str:
    """The canonical name of a graph that has a twin, from its name or `GROUP/NAME`, case-insensitive.

    Raises:
        UnknownNameError: if no such graph has a twin.
    """
    entry = catalogue.find(name.strip())
    if entry is None or entry.name not in _table():
        raise UnknownNameError("graph with a twin", name, names())
    return entry.name


def stand_in(name: str) -> str | None:
    """The name of the twin of a graph, `twin:NAME`; None if it has no twin."""
    try:
        return f"twin:{resolve(name)}"
    except UnknownNameError:
        return None


def find(name: str) -> Twin:
    """The twin of a graph, by the graph's canonical name."""
    return _table()[name]


def original(name: str) -> catalogue.Entry:
    """The catalogue's entry of a twin's original."""
    return catalogue.entries()[name]


def revision(name: str) -> str:
    """A text that changes with the code and parameters of a twin, so that the cache does not return an old twin."""
    known = original(name)
    counts = (known.num_vertices, known.num_edges, known.num_components)
    digest = hashlib.sha256(msgspec.json.encode((VERSION, counts, find(name)))).hexdigest()[:12]
    return f"version {VERSION} parameters {digest}"


def seconds(name: str) -> float:
    """Rough time to generate and clean a twin."""
    return _EDGE_S.get(name, _USUAL_EDGE_S) * original(name).num_edges


def make(*, graph: str, seed: int) -> Raw:
    """The twin of a graph, with exactly as many vertices, edges and components.

    Args:
        graph: the original's canonical name.
        seed: another seed gives another twin of the same structure.
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
    return Raw(src=src, dst=dst, weight=None, num_vertices=known.num_vertices, directed=False)


def _attached(each: int, num_vertices: int, seed: int) -> Raw:
    raw = barabasi_albert(n=num_vertices, m=each, seed=seed)
    # The initial star around vertex 0 becomes a clique.
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
