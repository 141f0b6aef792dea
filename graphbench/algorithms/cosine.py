"""Cosine similarity of vertex pairs: the cosine of the angle between two rows of the adjacency matrix.

C(u, v) = |N(u) & N(v)| / sqrt(|N(u)| |N(v)|), where N(u) are the neighbours of u without u itself; 0 if one vertex has
no neighbour. Also called Salton's index (Salton, McGill, "Introduction to Modern Information Retrieval", McGraw-Hill
(1983); Lu, Zhou, Physica A 390 (2011) 1150-1170).

The graph is undirected, weights are ignored. All engines get one list of pairs, the ends of random paths of two edges,
as for `jaccard`. Answers are compared within a relative 2e-6.

How engines differ. `cugraph.cosine` is not used, because it computes something else (release 26.10). Its documentation
states the formula above, but it returns 1.0 for every pair with a common neighbour; with weights, it leaves out of the
norms whatever is not in common, and returns NaN for a pair without a common neighbour. The certificate rejects that.
The adapter calls `sorensen`, which makes the same intersections, and `out_degree`, because
C = S (d(u) + d(v)) / (2 sqrt(d(u) d(v))); its values are in float32. igraph's are derived from its Dice similarity in
the same way and NetworkX's from common neighbours, inside the timer. NetworKit has the coefficient as its
neighbourhood distance. SciPy multiplies sparse rows, in batches. nx-cugraph has none of these functions.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

cosine = Algorithm(
    name="cosine",
    revision=3,
    title="cosine similarity",
    aliases=("salton",),
    form=Form(directed=False, weights="ignored"),
    **similarity.PROBLEM,
)


def _salton(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    return similarity.ratio(common, np.sqrt(first * second))


@cosine.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A sample of the pairs and all disputed pairs are recomputed exactly; all values are between 0 and 1.

    With s of k pairs recomputed, an answer with w wrong values passes with probability at most (1 - s/k)^w. Up to 1,000
    pairs are all recomputed.
    """
    return similarity.sampled(edges, answer, p, symbol="C", formula=_salton)


@cosine.on("networkx", parameters_used=lambda _: {"from": "common_neighbors"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    return [
        (u, v, len(nx.common_neighbors(graph, u, v)) / math.sqrt(len(graph[u]) * len(graph[v]))) for u, v in p.pairs
    ]


@cosine.on("igraph", parameters_used=lambda _: {"from": "similarity_dice"})
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return _salton(*similarity.in_igraph(graph, p.pairs))


@cosine.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    return networkit.linkprediction.NeighborhoodDistanceIndex(graph).runOn(p.pairs)


@cosine.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return _salton(*similarity.in_scipy(graph, p.pairs))


@cosine.on("cugraph", parameters_used=lambda _: {"from": "sorensen, out_degree", "dtype": "float32"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    scores, degrees = cugraph.sorensen(graph, p.pairs), similarity.degrees_in_cugraph(graph, p.num_vertices)
    d, e = degrees[scores["first"].values], degrees[scores["second"].values]
    return scores[["first", "second"]].assign(cosine=scores["sorensen_coeff"].values * (d + e) / (2 * (d * e) ** 0.5))


cosine.gap("nx-cugraph", "not in the library: its only similarity is Jaccard's")
