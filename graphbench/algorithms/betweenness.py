"""Betweenness: on how many shortest paths each vertex lies, of those that start at a few drawn vertices.

Freeman, "A set of measures of centrality based on betweenness", Sociometry 40 (1977) 35-41; Brandes, "A faster
algorithm for betweenness centrality", J. Math. Sociology 25 (2001) 163-177; from a sample of sources, Brandes, Pich,
Int. J. Bifurcation and Chaos 17 (2007) 2303-2318, and as a benchmark GAP. The graph is undirected (a directed dataset
is symmetrised first), weights are ignored: every edge has length 1.

b(v) = sum over sources s and all t of sigma_st(v) / sigma_st, divided by k (n - 2), for k sources and n vertices, with
sigma_st the number of shortest paths from s to t and sigma_st(v) of those with v in their inside. So b lies between 0
and 1; a vertex on all paths from all sources, itself none, has 1. The sources are drawn with the stored seed from the
largest component and are the same list for every engine. With all n vertices as sources b is the betweenness that
others normalise to at most 1, times (n - 1) / n, as nothing is left out of the k.

The answer is certified within a relative 1e-3 at each vertex, and answers are compared within 2e-3 of the whole.

How engines differ. NetworkX counts pairs of given sources and targets (all vertices) and halves them, igraph likewise.
cuGraph divides by k (n - 2), and at the sources by (k - 1)(n - 2), as NetworkX does since 3.5, which leaves no number
at the one source of k = 1; where k = n - 1 it divides by k (n - 2) everywhere, and with two vertices 0 by 0. All of
that is undone when answers are collected. nx-cugraph takes a number k and a random generator, not a list: it is given a
generator that draws the list. cuGraph is posed in float64; nx-cugraph computes in float32. cuGraph counts paths in
whole numbers as wide as its edge ids, so that on graphs with 2^31 shortest paths between two vertices its answer can be
wrong: the certificate tells. NetworKit can be given how many sources, not which.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Algorithm, Call, Figures, Finding, Form, Parameter, Scaled
from graphbench.certificates import shortest_paths
from graphbench.certificates.checks import Wrong, form_fault, raise_if
from graphbench.graphs.edgelist import EdgeList

RELATIVE = 1e-3
"""How far a score may be off, relative to the right one: sums in float32 of what many paths contribute."""
FLOOR = 1e-9
"""The same relative to the largest score of all."""

betweenness = Algorithm(
    name="betweenness",
    revision=1,
    title="betweenness",
    family="centrality",
    form=Form(directed=False, weights="ignored"),
    kind="scores",
    headline="largest",
    draws="vertices",
    epsilon=lambda _: 2 * RELATIVE,
    parameters=[
        Parameter(
            name="vertices",
            type=int,
            default=16,
            minimum=1,
            help="How many sources of paths to draw from the largest component.",
        )
    ],
)


@betweenness.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """All scores, recomputed from the same sources in float64 by Brandes' recursion, agree within a relative 1e-3.

    Theorem. delta_s(v) = sum over the out-neighbours w of v that are one farther from s than v, of sigma_sv / sigma_sw
    (1 + delta_s(w)) (Brandes, theorem 6): path counts go from level to level outwards, dependencies back. No cheaper
    proof is known than doing so: a second for 10 million edges and each source.
    """
    raise_if(form_fault(answer, edges.num_vertices, "floating", "scores"))
    scale = len(p.vertices) * max(edges.num_vertices - 2, 1)
    right = shortest_paths.dependencies(edges, p.vertices) / scale
    off = np.abs(answer - right)
    allowed = RELATIVE * right + FLOOR * right.max()
    figures: Figures = {
        "largest": float(answer.max()),
        "max_relative_error": float(np.max(off / np.where(right > 0, right, 1.0))),
    }
    wrong = np.flatnonzero(~(off <= allowed))
    if len(wrong):
        v = int(wrong[np.argmax(off[wrong])])
        raise Wrong(
            f"the score of vertex {v:,} is {answer[v]:.9g}, but {right[v]:.9g} is right; {len(wrong):,} scores are off "
            f"by more than a relative {RELATIVE:g}",
            figures,
        )
    detail = f"all scores, recomputed from the same {len(p.vertices):,} sources, agree within a relative {RELATIVE:g}"
    return Finding(detail=detail, figures=figures)


def _half(result: Any, p: Call) -> Scaled:
    """Of the sum over sources: an undirected path is counted once for both directions."""
    return Scaled(result, 2 / (len(p.vertices) * max(p.num_vertices - 2, 1)))


@betweenness.on("networkx")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return _half(nx.betweenness_centrality_subset(graph, p.vertices, graph), p)


@betweenness.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return _half(graph.betweenness(sources=p.vertices), p)


betweenness.gap("networkit", "would not be the same problem: it draws the sources itself")


def _without_own_scale(result: Any, sources: Any, p: Call) -> Scaled:
    """Of scores that are divided by (k - 1)(n - 2) at the k sources, and by k (n - 2) elsewhere."""
    if p.num_vertices <= 2:  # nothing lies between two vertices, and n - 2 is nothing to divide by
        return Scaled(result, 1.0, range(p.num_vertices), 0.0)
    k = len(sources)
    alike = k == p.num_vertices - 1
    return Scaled(result, 1.0, () if alike else sources, (k - 1) / k)


@betweenness.on("cugraph", build={"float64_weights": True})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    with warnings.catch_warnings():
        # It says so of `result_dtype`, whether or not it is given.
        warnings.filterwarnings("ignore", "This parameter is deprecated", PendingDeprecationWarning)
        scores = cugraph.betweenness_centrality(graph, k=p.vertices)
    return _without_own_scale(scores, p.vertices.to_numpy(), p)


class _Listed(random.Random):
    """A random generator whose samples are known."""

    def __init__(self, listed: Sequence[int]) -> None:
        super().__init__()
        self._listed = list(listed)

    def sample(self, population: Any, k: int, *, counts: Any = None) -> list[Any]:
        return self._listed[:k]


@betweenness.on("nx-cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    scores = nx.betweenness_centrality(graph, k=len(p.vertices), seed=_Listed(p.vertices))
    return _without_own_scale(scores, p.vertices, p)
