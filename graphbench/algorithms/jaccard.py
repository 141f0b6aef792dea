"""Jaccard similarity of vertex pairs: how much of their neighbourhoods two vertices share.

J(u, v) = |N(u) & N(v)| / |N(u) | N(v)|, with N(u) the neighbours of u, u itself not among them; 0 where neither has a
neighbour (Jaccard, Bull. Soc. Vaud. Sci. Nat. 37 (1901) 547-579; Liben-Nowell, Kleinberg, J. ASIST 58 (2007)
1019-1031). The graph is undirected, weights are ignored. One list of pairs, drawn with the stored seed from the ends
of paths of two edges, is given to every engine; uniform pairs of a sparse graph would share nothing.

How engines differ. igraph counts each vertex as its own neighbour unless told otherwise. NetworkX returns a generator,
which is read to its end here. NetworKit returns scores sorted by pair and uses all threads. cuGraph intersects
adjacency lists in parallel, in float32: its values are right to about seven digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench import certify
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter
from graphbench.edgelist import EdgeList

SAMPLE = 1_000
"""How many pairs the certificate recomputes."""

EPSILON = 1e-6
"""How far a coefficient may be off: float32 is enough."""

jaccard = Algorithm(
    name="jaccard",
    title="Jaccard",
    family="link prediction",
    form=Form(directed=False, weights="ignored"),
    kind="pair_scores",
    headline="mean",
    draws="pairs",
    epsilon=lambda _: 2 * EPSILON,
    parameters=[
        Parameter(name="pairs", type=int, default=100_000, minimum=1, help="How many pairs of vertices to draw."),
    ],
)


@jaccard.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A seeded sample of the pairs and all that are disputed, recomputed exactly, agree; others lie between 0 and 1.

    This is a sample, and says so: with s of k pairs recomputed, an answer with w wrong values passes with probability
    of at most (1 - s/k)^w. Where there are no more than 1,000 pairs, all are recomputed.
    """
    pairs = np.asarray(p.pairs, dtype=np.int64).reshape(-1, 2)
    if fault := certify.form_fault(answer, len(pairs), "floating", "coefficients"):
        return Finding(valid=False, detail=fault)
    if len(pairs) == 0:
        detail = "the graph has no path of two edges, so there was no pair to compare"
        return Finding(valid=True, detail=detail, figures={"pairs": 0, "mean": 0.0})
    figures = {"pairs": len(pairs), "mean": float(answer.mean(dtype=np.float64))}
    outside = np.flatnonzero((answer < 0) | (answer > 1 + EPSILON))
    if len(outside):
        (u, v), value = pairs[outside[0]], answer[outside[0]]
        return Finding(valid=False, detail=f"J({u:,}, {v:,}) = {value:g} is not between 0 and 1", figures=figures)
    sample = np.arange(len(pairs))
    if len(pairs) > SAMPLE:
        drawn = np.random.default_rng(p.seed).choice(len(pairs), size=SAMPLE, replace=False)
        sample = np.union1d(drawn, p.disputed)
    expected = certify.jaccard(edges, pairs[sample])
    wrong = np.flatnonzero(np.abs(answer[sample] - expected) > EPSILON)
    if len(wrong):
        (u, v), value = pairs[sample[wrong[0]]], answer[sample[wrong[0]]]
        detail = f"J({u:,}, {v:,}) is {expected[wrong[0]]:.9g}, not {value:.9g}; wrong for {len(wrong):,} of the sample"
        return Finding(valid=False, detail=detail, figures=figures)
    all_of = "all" if len(sample) == len(pairs) else f"a sample of {len(sample):,} of"
    detail = f"{all_of} {len(pairs):,} pairs recomputed exactly agree within {EPSILON:g}"
    return Finding(valid=True, detail=detail, figures=figures)


@jaccard.on("networkx")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return list(nx.jaccard_coefficient(graph, p.pairs))


@jaccard.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return graph.similarity_jaccard(pairs=p.pairs, loops=False)


@jaccard.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    return networkit.linkprediction.JaccardIndex(graph).runOn(p.pairs)


@jaccard.on("cugraph", told=lambda _: {"dtype": "float32"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.jaccard(graph, p.pairs)


@jaccard.on("nx-cugraph", told=lambda _: {"dtype": "float32"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    return list(nx.jaccard_coefficient(graph, p.pairs)) if p.pairs else []  # it fails on an empty list
