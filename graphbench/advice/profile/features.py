"""The shape of the graphs that a program still has when it ends: estimates need more than their sizes.

A process that is about to exit can import little, so it gathers the edges (:func:`gather`), and the one that reports
looks at them (:func:`describe`).
"""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from graphbench.advice.profile.model import Profile, Site

if TYPE_CHECKING:
    from graphbench.graphs.edgelist import EdgeList

_SHARE, _SECONDS = 0.05, 1.0
"""What this may take: a part of the run, or a second if that is more."""
_SECONDS_PER_EDGE = 1e-6
_MIN_SHARE = 0.01
"""Functions below this part of the run need no estimate."""


class Gathered(NamedTuple):
    """One graph: the numbers of the sites that it is the largest graph of, its vertices, and both ends of each edge."""

    sites: list[int]
    vertices: int
    directed: bool
    ends: bytes


def gather(profile: Profile, graphs: Iterable[tuple[Site, Any]]) -> list[Gathered]:
    """The edges of the largest graph of each site, those that take longest first.

    Args:
        profile: of the run.
        graphs: sites of it, each with its largest graph that still exists.
    """
    left = max(_SHARE * profile.seconds, _SECONDS)
    numbers = {id(site): number for number, site in enumerate(profile.sites)}
    found: dict[int, Gathered] = {}
    for site, graph in sorted(graphs, key=lambda pair: -pair[0].seconds):
        cost = _SECONDS_PER_EDGE * (len(graph) + (site.edges or (0, 0))[1])
        if site.seconds < _MIN_SHARE * profile.seconds or cost > left:
            continue
        if id(graph) not in found:
            left -= cost
            with contextlib.suppress(Exception):  # a graph of another library; its size is known, and has to do
                number = dict(zip(graph, range(len(graph)), strict=True))
                ends = array("q", (number[end] for edge in graph.edges() for end in edge))
                found[id(graph)] = Gathered([], len(graph), bool(graph.is_directed()), ends.tobytes())
        if id(graph) in found:
            found[id(graph)].sites.append(numbers[id(site)])
    return list(found.values())


def describe(profile: Profile, gathered: Sequence[Gathered]) -> None:
    """Add the features of graphs to their sites."""
    from graphbench.advice.features import features

    for graph in gathered:
        found = msgspec.to_builtins(features(_edges(graph)))
        for number in graph.sites:
            profile.sites[number].features = found


def _edges(graph: Gathered) -> EdgeList:
    import numpy as np

    from graphbench.graphs.clean import Raw, clean

    src, dst = np.frombuffer(graph.ends, dtype=np.int64).reshape(-1, 2).T
    raw = Raw(src=src, dst=dst, weight=None, num_vertices=graph.vertices, directed=graph.directed)
    return clean(raw, "a graph of the program")[0]
