"""Sorensen-Dice similarity of vertex pairs: twice the number of common neighbours, divided by the sum of both degrees.

S(u, v) = 2 |N(u) & N(v)| / (|N(u)| + |N(v)|), where N(u) are the neighbours of u without u itself; 0 if neither vertex
has a neighbour (Dice, Ecology 26 (1945) 297-302; Sorensen, Biol. Skr. 5:4 (1948) 1-34).

The graph is undirected, weights are ignored. All engines get one list of pairs, the ends of random paths of two edges,
as for `jaccard`. Answers are compared within a relative 2e-6.

How engines differ. igraph has it under Dice's name and counts each vertex as its own neighbour by default; here it does
not. cuGraph has it under Sorensen's name, in float32. For NetworkX and NetworKit it is derived from the number of
common neighbours, with the division inside the timer (NetworkX's Jaccard coefficient, which also computes unions, would
take three times as long). NumPy divides for NetworKit: a loop over pairs took 1.3 to 1.6 times as long. nx-cugraph has
only Jaccard's J, and S = 2 J / (1 + J). SciPy multiplies sparse rows, in batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList

if TYPE_CHECKING:
    import numpy.typing as npt

sorensen = Algorithm(
    name="sorensen",
    revision=3,
    title="Sorensen-Dice",
    aliases=("dice", "sorensen-dice"),
    form=Form(directed=False, weights="ignored"),
    **similarity.PROBLEM,
)


def _sorensen(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    return similarity.ratio(2 * common, first + second)


@sorensen.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A sample of the pairs and all disputed pairs are recomputed exactly; all values are between 0 and 1.

    With s of k pairs recomputed, an answer with w wrong values passes with probability at most (1 - s/k)^w. Up to 1,000
    pairs are all recomputed.
    """
    return similarity.sampled(edges, answer, p, symbol="S", formula=_sorensen)


@sorensen.on("networkx", parameters_used=lambda _: {"from": "common_neighbors"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    return [(u, v, 2 * len(nx.common_neighbors(graph, u, v)) / (len(graph[u]) + len(graph[v]))) for u, v in p.pairs]


@sorensen.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return graph.similarity_dice(pairs=p.pairs, loops=False)


@sorensen.on("networkit", parameters_used=lambda _: {"from": "CommonNeighborsIndex"})
def _(networkit: Any, graph: Any, p: Call) -> Any:
    return _sorensen(*similarity.in_networkit(networkit, graph, p.pairs))


@sorensen.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return _sorensen(*similarity.in_scipy(graph, p.pairs))


@sorensen.on("cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.sorensen(graph, p.pairs)


@sorensen.on("nx-cugraph", parameters_used=lambda _: {"from": "jaccard_coefficient", "dtype": "float32"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    triples = nx.jaccard_coefficient(graph, p.pairs) if p.pairs else []  # it fails on an empty list
    return [(u, v, 2 * j / (1 + j)) for u, v, j in triples]
