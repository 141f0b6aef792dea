"""Jaccard similarity of vertex pairs: the share of their neighbours that two vertices have in common.

J(u, v) = |N(u) & N(v)| / |N(u) | N(v)|, where N(u) are the neighbours of u without u itself; 0 if neither vertex has a
neighbour (Jaccard, Bull. Soc. Vaud. Sci. Nat. 37 (1901) 547-579; Liben-Nowell, Kleinberg, J. ASIST 58 (2007)
1019-1031).

The graph is undirected, weights are ignored. All engines get one list of pairs, drawn with the stored seed: the ends
of random paths of two edges, because uniform pairs of a sparse graph have no common neighbours. Answers are compared
within a relative 2e-6.

How engines differ. igraph counts each vertex as its own neighbour by default; here it does not. NetworkX returns a
generator, which is read to its end inside the timer. NetworKit returns scores sorted by pair and uses all threads.
SciPy multiplies sparse rows, in batches. cuGraph intersects adjacency lists in parallel, in float32: its values have
about seven digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList

if TYPE_CHECKING:
    import numpy.typing as npt

jaccard = Algorithm(
    name="jaccard",
    revision=3,
    title="Jaccard",
    form=Form(directed=False, weights="ignored"),
    **similarity.PROBLEM,
)


def _jaccard(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    return similarity.ratio(common, first + second - common)


@jaccard.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A sample of the pairs and all disputed pairs are recomputed exactly; all values are between 0 and 1.

    With s of k pairs recomputed, an answer with w wrong values passes with probability at most (1 - s/k)^w. Up to 1,000
    pairs are all recomputed.
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


@jaccard.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return _jaccard(*similarity.in_scipy(graph, p.pairs))


@jaccard.on("cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.jaccard(graph, p.pairs)


@jaccard.on("nx-cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    return list(nx.jaccard_coefficient(graph, p.pairs)) if p.pairs else []  # it fails on an empty list
