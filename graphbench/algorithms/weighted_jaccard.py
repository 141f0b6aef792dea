"""Weighted Jaccard similarity of vertex pairs: how much of the weight of their edges two vertices share.

J_w(u, v) = sum over x of min(w(u, x), w(v, x)) / sum over x of max(w(u, x), w(v, x)), where w is the weight of an edge
and 0 where there is none; 0 where neither vertex has an edge. Also named after Ruzicka (Biologia, Bratislava 13 (1958)
647-661); on hashing it: Ioffe, "Improved consistent sampling, weighted minhash and L1 sketching", ICDM (2010) 246-255.
Where all weights are 1 it is the Jaccard coefficient.

The graph is undirected. The dataset's weights are used; where it has none, whole numbers from 1 to 255 are drawn with
the stored seed, the same for every engine. An edge of weight 0 adds nothing to either sum, so such edges are left out
when the problem is posed. One list of pairs, the ends of random paths of two edges, is given to every engine, as for
Jaccard. The answer is compared within 2e-6.

How engines differ. Few libraries have it. cuGraph takes the weights of both ends where it intersects adjacency lists,
in the type of the weights, float64 here. SciPy has sparse matrices only: its answer is the minimum of rows, in batches,
and the sum of max is what both vertices weigh less the sum of min.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms._parameters import PAIRS
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList

weighted_jaccard = Algorithm(
    name="weighted-jaccard",
    revision=1,
    title="weighted Jaccard",
    family="link prediction",
    aliases=("ruzicka",),
    form=Form(directed=False, weights="required", zero_weights="dropped"),
    kind="pair_scores",
    headline="mean",
    draws="pairs",
    on_device=True,
    epsilon=similarity.apart,
    parameters=[PAIRS],
)


def _ruzicka(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    # min(a, b) + max(a, b) = a + b, summed over all x.
    return similarity.ratio(common, first + second - common)


@weighted_jaccard.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A seeded sample of the pairs and all that are disputed, recomputed in float64, agree; others are from 0 to 1.

    This is a sample, and says so: with s of k pairs recomputed, an answer with w wrong values passes with probability
    of at most (1 - s/k)^w. Where there are no more than 1,000 pairs, all are recomputed.
    """
    return similarity.sampled(edges, answer, p, symbol="J_w", formula=_ruzicka)


@weighted_jaccard.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return _ruzicka(*similarity.in_scipy(graph, p.pairs))


@weighted_jaccard.on("cugraph", parameters_used=lambda _: {"dtype": "float64"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.jaccard(graph, p.pairs, use_weight=True)


weighted_jaccard.gap("networkx", "not in the library: its Jaccard coefficient ignores weights")
weighted_jaccard.gap("igraph", "not in the library: its Jaccard similarity ignores weights")
weighted_jaccard.gap("networkit", "not in the library: its Jaccard index ignores weights")
weighted_jaccard.gap("nx-cugraph", "not in the library: its Jaccard coefficient ignores weights")
