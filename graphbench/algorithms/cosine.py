"""Cosine similarity of vertex pairs: the cosine of the angle between two rows of the adjacency matrix.

C(u, v) = |N(u) & N(v)| / sqrt(|N(u)| |N(v)|), with N(u) the neighbours of u, u itself not among them; 0 where one has
no neighbour. It is Salton's index (Salton, McGill, "Introduction to Modern Information Retrieval", McGraw-Hill (1983);
Lu, Zhou, Physica A 390 (2011) 1150-1170). The graph is undirected, weights are ignored. One list of pairs, the ends of
random paths of two edges, is given to every engine, as for Jaccard. The answer is compared within 2e-6.

What cuGraph calls cosine is another thing. Its documentation states the formula above, but `cugraph.cosine` gives 1.0
to every pair that has a neighbour in common; with weights it leaves all that is not in common out of the norms, and
gives NaN to a pair without a common neighbour (release 26.10). That would not be the same problem, and this page's
certificate rejects it. What it times of cuGraph instead is the way that leads to the right answer: `sorensen`, which
makes the same intersections, and `out_degree`, since C = S (d(u) + d(v)) / (2 sqrt(d(u) d(v))).

How engines differ. NetworKit has the coefficient itself, as its neighbourhood distance. NetworkX counts the common
neighbours of a pair and igraph has Dice's similarity, from which C follows as above; degrees and division are inside
the timer. cuGraph's value is in float32. nx-cugraph has neither. SciPy has sparse matrices only: its answer is the
minimum of rows, in batches.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms import _similarity as similarity
from graphbench.algorithms._parameters import PAIRS
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.graphs.edgelist import EdgeList

cosine = Algorithm(
    name="cosine",
    revision=1,
    title="cosine similarity",
    family="link prediction",
    aliases=("salton",),
    form=Form(directed=False, weights="ignored"),
    kind="pair_scores",
    headline="mean",
    draws="pairs",
    on_device=True,
    epsilon=similarity.apart,
    parameters=[PAIRS],
)


def _salton(common: similarity.Floats, first: similarity.Floats, second: similarity.Floats) -> similarity.Floats:
    return similarity.ratio(common, np.sqrt(first * second))


@cosine.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """A seeded sample of the pairs and all that are disputed, recomputed exactly, agree; others lie between 0 and 1.

    This is a sample, and says so: with s of k pairs recomputed, an answer with w wrong values passes with probability
    of at most (1 - s/k)^w. Where there are no more than 1,000 pairs, all are recomputed.
    """
    return similarity.sampled(edges, answer, p, symbol="C", formula=_salton)


@cosine.on("networkx", parameters_used=lambda _: {"from": "common_neighbors"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    return [
        (u, v, len(nx.common_neighbors(graph, u, v)) / math.sqrt(len(graph[u]) * len(graph[v]))) for u, v in p.pairs
    ]


@cosine.on("igraph", parameters_used=lambda _: {"from": "similarity_dice"})
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    dice = graph.similarity_dice(pairs=p.pairs, loops=False)
    degrees = (graph.degree([pair[end] for pair in p.pairs]) for end in (0, 1))
    return [s * (d + e) / (2 * math.sqrt(d * e)) for s, d, e in zip(dice, *degrees, strict=True)]


@cosine.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    return networkit.linkprediction.NeighborhoodDistanceIndex(graph).runOn(p.pairs)


@cosine.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return _salton(*similarity.in_scipy(graph, p.pairs))


@cosine.on("cugraph", parameters_used=lambda _: {"from": "sorensen, out_degree", "dtype": "float32"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    scores = cugraph.sorensen(graph, p.pairs)
    degrees = graph.out_degree().astype({"degree": np.float64})  # as int32, the product of two hubs would overflow
    for end in ("first", "second"):
        scores = scores.merge(degrees.rename(columns={"vertex": end, "degree": f"degree_of_{end}"}), on=end)
    d, e = scores["degree_of_first"], scores["degree_of_second"]
    scores["cosine"] = scores["sorensen_coeff"] * (d + e) / (2 * (d * e) ** 0.5)
    return scores[["first", "second", "cosine"]]


cosine.gap("nx-cugraph", "not in the library, which of all similarities has Jaccard alone")
