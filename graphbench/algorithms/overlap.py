"""Overlap coefficient of vertex pairs: the share of the smaller neighbourhood that is also in the larger one.

O(u, v) = |N(u) & N(v)| / min(|N(u)|, |N(v)|), where N(u) are the neighbours of u without u itself; 0 if one vertex has
no neighbour. Also called the Szymkiewicz-Simpson coefficient (Simpson, "Notes on the measurement of faunal
resemblance", Am. J. Sci. 258-A (1960) 300-311) and, in link prediction, the "hub promoted index" (Lu, Zhou, Physica A
390 (2011) 1150-1170).

The graph is undirected, weights are ignored. All engines get one list of pairs, the ends of random paths of two edges,
as for `jaccard`. Answers are compared within a relative 2e-6.

How engines differ. cuGraph has the coefficient and computes it in float32. For the others it is derived inside the
timer, by a division by the smaller degree: from common neighbours pair by pair (NetworkX, as its own Jaccard
coefficient does) or for all pairs at once (NetworKit), or from the Dice similarity without self-neighbours (igraph; see
`sorensen`). NumPy divides: with a loop over 100,000 pairs NetworKit took 1.3 to 1.6 times as long, igraph 1.1 times.
SciPy multiplies sparse rows, in batches. nx-cugraph has none of these functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

overlap = Algorithm(
    name="overlap",
    revision=3,
    title="overlap coefficient",
    aliases=("szymkiewicz-simpson",),
    form=Form(directed=False, weights="ignored"),
    **similarity.PROBLEM,
)


def _overlap(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    return similarity.ratio(common, np.minimum(first, second))


@overlap.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A sample of the pairs and all disputed pairs are recomputed exactly; all values are between 0 and 1.

    With s of k pairs recomputed, an answer with w wrong values passes with probability at most (1 - s/k)^w. Up to 1,000
    pairs are all recomputed.
    """
    return similarity.sampled(edges, answer, p, symbol="O", formula=_overlap)


@overlap.on("networkx", parameters_used=lambda _: {"from": "common_neighbors"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    return [(u, v, len(nx.common_neighbors(graph, u, v)) / min(len(graph[u]), len(graph[v]))) for u, v in p.pairs]


@overlap.on("igraph", parameters_used=lambda _: {"from": "similarity_dice"})
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return _overlap(*similarity.in_igraph(graph, p.pairs))


@overlap.on("networkit", parameters_used=lambda _: {"from": "CommonNeighborsIndex"})
def _(networkit: Any, graph: Any, p: Call) -> Any:
    return _overlap(*similarity.in_networkit(networkit, graph, p.pairs))


@overlap.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return _overlap(*similarity.in_scipy(graph, p.pairs))


@overlap.on("cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.overlap(graph, p.pairs)


overlap.gap("nx-cugraph", "not in the library: its only similarity is Jaccard's")
