"""Overlap coefficient of vertex pairs: how much of the smaller neighbourhood lies in the other.

O(u, v) = |N(u) & N(v)| / min(|N(u)|, |N(v)|), with N(u) the neighbours of u, u itself not among them; 0 where one has
no neighbour. Named after Szymkiewicz and Simpson (Simpson, "Notes on the measurement of faunal resemblance", Am. J.
Sci. 258-A (1960) 300-311); in link prediction the "hub promoted index" (Lu, Zhou, Physica A 390 (2011) 1150-1170). The
graph is undirected, weights are ignored. One list of pairs, the ends of random paths of two edges, is given to every
engine, as for Jaccard. The answer is compared within 2e-6.

How engines differ. cuGraph has the coefficient itself, and computes it in float32. The others have the number of common
neighbours, or a coefficient that it follows from, and the division by the smaller degree is made here, inside the
timer: NetworkX as its own Jaccard coefficient does, pair by pair; NetworKit for all pairs at once; igraph from its Dice
similarity (see `sorensen`), told that no vertex is its own neighbour. nx-cugraph has neither. SciPy has sparse matrices
only: its answer is the minimum of rows, in batches.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms._parameters import PAIRS
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList

overlap = Algorithm(
    name="overlap",
    revision=1,
    title="overlap coefficient",
    family="link prediction",
    aliases=("szymkiewicz-simpson",),
    form=Form(directed=False, weights="ignored"),
    kind="pair_scores",
    headline="mean",
    draws="pairs",
    on_device=True,
    epsilon=similarity.apart,
    parameters=[PAIRS],
)


def _overlap(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    return similarity.ratio(common, np.minimum(first, second))


@overlap.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A seeded sample of the pairs and all that are disputed, recomputed exactly, agree; others lie between 0 and 1.

    This is a sample, and says so: with s of k pairs recomputed, an answer with w wrong values passes with probability
    of at most (1 - s/k)^w. Where there are no more than 1,000 pairs, all are recomputed.
    """
    return similarity.sampled(edges, answer, p, symbol="O", formula=_overlap)


@overlap.on("networkx", parameters_used=lambda _: {"from": "common_neighbors"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    return [(u, v, len(nx.common_neighbors(graph, u, v)) / min(len(graph[u]), len(graph[v]))) for u, v in p.pairs]


@overlap.on("igraph", parameters_used=lambda _: {"from": "similarity_dice"})
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    dice = graph.similarity_dice(pairs=p.pairs, loops=False)
    degrees = (graph.degree([pair[end] for pair in p.pairs]) for end in (0, 1))
    return [s * (d + e) / (2 * min(d, e)) for s, d, e in zip(dice, *degrees, strict=True)]


@overlap.on("networkit", parameters_used=lambda _: {"from": "CommonNeighborsIndex"})
def _(networkit: Any, graph: Any, p: Call) -> Any:
    counted = networkit.linkprediction.CommonNeighborsIndex(graph).runOn(p.pairs)
    degrees = networkit.centrality.DegreeCentrality(graph).run().scores()
    return [((u, v), common / min(degrees[u], degrees[v])) for (u, v), common in counted]


@overlap.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return _overlap(*similarity.in_scipy(graph, p.pairs))


@overlap.on("cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.overlap(graph, p.pairs)


overlap.gap("nx-cugraph", "not in the library, which of all similarities has Jaccard alone")
