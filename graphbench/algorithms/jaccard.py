"""Jaccard similarity of vertex pairs: how much of their neighbourhoods two vertices share.

J(u, v) = |N(u) & N(v)| / |N(u) | N(v)|, with N(u) the neighbours of u, u itself not among them; 0 where neither has a
neighbour (Jaccard, Bull. Soc. Vaud. Sci. Nat. 37 (1901) 547-579; Liben-Nowell, Kleinberg, J. ASIST 58 (2007)
1019-1031). The graph is undirected, weights are ignored. One list of pairs, drawn with the stored seed from the ends
of paths of two edges, is given to every engine; uniform pairs of a sparse graph would share nothing. The answer is
compared within 2e-6.

How engines differ. igraph counts each vertex as its own neighbour unless told otherwise. NetworkX returns a generator,
which is read to its end here. NetworKit returns scores sorted by pair and uses all threads. cuGraph intersects
adjacency lists in parallel, in float32: its values are right to about seven digits.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms._parameters import PAIRS
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList

jaccard = Algorithm(
    name="jaccard",
    revision=1,
    title="Jaccard",
    family="link prediction",
    form=Form(directed=False, weights="ignored"),
    kind="pair_scores",
    headline="mean",
    draws="pairs",
    on_device=True,
    epsilon=similarity.apart,
    parameters=[PAIRS],
)


def _jaccard(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    return similarity.ratio(common, first + second - common)


@jaccard.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A seeded sample of the pairs and all that are disputed, recomputed exactly, agree; others lie between 0 and 1.

    This is a sample, and says so: with s of k pairs recomputed, an answer with w wrong values passes with probability
    of at most (1 - s/k)^w. Where there are no more than 1,000 pairs, all are recomputed.
    """
    return similarity.sampled(edges, answer, p, symbol="J", formula=_jaccard)


@jaccard.on("networkx")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return list(nx.jaccard_coefficient(graph, p.pairs))


@jaccard.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return graph.similarity_jaccard(pairs=p.pairs, loops=False)


@jaccard.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    return networkit.linkprediction.JaccardIndex(graph).runOn(p.pairs)


@jaccard.on("cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.jaccard(graph, p.pairs)


@jaccard.on("nx-cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    return list(nx.jaccard_coefficient(graph, p.pairs)) if p.pairs else []  # it fails on an empty list
