"""Sorensen-Dice similarity of vertex pairs: twice what two neighbourhoods share, in parts of what they hold together.

S(u, v) = 2 |N(u) & N(v)| / (|N(u)| + |N(v)|), with N(u) the neighbours of u, u itself not among them; 0 where neither
has a neighbour (Dice, Ecology 26 (1945) 297-302; Sorensen, Biol. Skr. 5:4 (1948) 1-34). The graph is undirected,
weights are ignored. One list of pairs, the ends of random paths of two edges, is given to every engine, as for Jaccard.
The answer is compared within 2e-6.

How engines differ. igraph has it under Dice's name, and counts each vertex as its own neighbour unless told otherwise;
cuGraph has it under Sorensen's, in float32. NetworkX and NetworKit count common neighbours, and the division by the
degrees is made here, inside the timer (by way of their Jaccard coefficients, which also make the unions, NetworkX would
take three times as long). nx-cugraph has Jaccard's J alone, and S = 2 J / (1 + J). SciPy has sparse matrices only: its
answer is the minimum of rows, in batches.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms._parameters import PAIRS
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList

sorensen = Algorithm(
    name="sorensen",
    revision=1,
    title="Sorensen-Dice",
    family="link prediction",
    aliases=("dice", "sorensen-dice"),
    form=Form(directed=False, weights="ignored"),
    kind="pair_scores",
    headline="mean",
    draws="pairs",
    on_device=True,
    epsilon=similarity.apart,
    parameters=[PAIRS],
)


def _sorensen(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    return similarity.ratio(2 * common, first + second)


@sorensen.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A seeded sample of the pairs and all that are disputed, recomputed exactly, agree; others lie between 0 and 1.

    This is a sample, and says so: with s of k pairs recomputed, an answer with w wrong values passes with probability
    of at most (1 - s/k)^w. Where there are no more than 1,000 pairs, all are recomputed.
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
    counted = networkit.linkprediction.CommonNeighborsIndex(graph).runOn(p.pairs)
    degrees = networkit.centrality.DegreeCentrality(graph).run().scores()
    return [((u, v), 2 * common / (degrees[u] + degrees[v])) for (u, v), common in counted]


@sorensen.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return _sorensen(*similarity.in_scipy(graph, p.pairs))


@sorensen.on("cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.sorensen(graph, p.pairs)


@sorensen.on("nx-cugraph", parameters_used=lambda _: {"from": "jaccard_coefficient", "dtype": "float32"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    found = nx.jaccard_coefficient(graph, p.pairs) if p.pairs else []  # it fails on an empty list
    return [(u, v, 2 * j / (1 + j)) for u, v, j in found]
