"""Weighted Jaccard similarity of vertex pairs: the share of their edge weight that two vertices have in common.

J_w(u, v) = sum over x of min(w(u, x), w(v, x)) / sum over x of max(w(u, x), w(v, x)), where w is the weight of an edge,
or 0 without an edge; 0 if neither vertex has an edge. Also called the Ruzicka similarity (Biologia, Bratislava 13
(1958) 647-661; for hashing: Ioffe, "Improved consistent sampling, weighted minhash and L1 sketching", ICDM (2010)
246-255). If all weights are 1 it is the Jaccard coefficient.

The graph is undirected. The dataset's weights are used; if it has none, integers from 1 to 255 are drawn with the
stored seed. Edges of weight 0 are dropped, because they add nothing to either sum. All engines get one list of pairs,
the ends of random paths of two edges, as for `jaccard`. Answers are compared within a relative 2e-6.

How engines differ. Few libraries have it. cuGraph takes the weights of both ends while it intersects adjacency lists,
in the type of the weights, here float64. SciPy computes the minimum of sparse rows, in batches; the sum of max follows
from the weights of both vertices and the sum of min.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList

if TYPE_CHECKING:
    import numpy.typing as npt

weighted_jaccard = Algorithm(
    name="weighted-jaccard",
    revision=3,
    title="weighted Jaccard",
    aliases=("ruzicka",),
    form=Form(
        directed=False, weights="required", weight_values="non-negative", zero_weights="dropped", unweighted="jaccard"
    ),
    **similarity.PROBLEM,
)


def _ruzicka(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    # min(a, b) + max(a, b) = a + b, summed over all x.
    return similarity.ratio(common, first + second - common)


@weighted_jaccard.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A sample of the pairs and all disputed pairs are recomputed in float64; all values are between 0 and 1.

    With s of k pairs recomputed, an answer with w wrong values passes with probability at most (1 - s/k)^w. Up to 1,000
    pairs are all recomputed.
    """
    return similarity.sampled(edges, answer, p, symbol="J_w", formula=_ruzicka)


@weighted_jaccard.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return _ruzicka(*similarity.in_scipy(graph, p.pairs, weighted=True))


@weighted_jaccard.on("cugraph", parameters_used=lambda _: {"dtype": "float64"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.jaccard(graph, p.pairs, use_weight=True)


weighted_jaccard.gap("networkx", "not in the library: its Jaccard coefficient ignores weights")
weighted_jaccard.gap("igraph", "not in the library: its Jaccard similarity ignores weights")
weighted_jaccard.gap("networkit", "not in the library: its Jaccard index ignores weights")
weighted_jaccard.gap("nx-cugraph", "not in the library: its Jaccard coefficient ignores weights")
