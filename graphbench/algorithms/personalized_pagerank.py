"""Personalized PageRank: as PageRank, for a random surfer who jumps back to one of a few given vertices.

Page, Brin, Motwani, Winograd, "The PageRank citation ranking: bringing order to the web", Stanford (1999), section 6;
Haveliwala, "Topic-sensitive PageRank", WWW (2002). Jumps lead to each vertex of a set with equal probability. The set
is drawn with the stored seed from the largest component, among vertices with out-edges, and is the same for every
engine. The rank of a dangling vertex, one without out-edges, also goes to the set. The rest is as for `pagerank`:
direction is kept (an undirected edge leads both ways), the dataset's weights are used, edges of weight 0 are dropped,
and the ranks sum to 1. Vertices that cannot be reached from the set have rank 0.

The problem has one absolute tolerance: an answer is right if one more iteration changes it by at most that, summed over
all vertices. All engines compute in float64, and answers are compared within 2 tolerance / (1 - damping). An engine
that has not converged after `max_iterations` has no answer.

How engines differ. NetworkX and nx-cugraph take a dictionary, and stop when an iteration changes less than n * tol in
total, for n vertices, so they get tolerance / n. cuGraph takes a frame, and stops below tol. igraph takes the vertices
and solves the linear system directly, without a tolerance or limit. NetworKit jumps to all vertices alike. The
dictionary and the frame are built inside the timer, as users have to build them. SciPy, GraphBLAS and graph-tool take
an array of probabilities and stop below tol; see `pagerank`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _pagerank
from graphbench.algorithms._iterating import raises_convergence_error, stop_at_total, stop_per_vertex, tolerance_refusal
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

personalized_pagerank = Algorithm(
    name="personalized-pagerank",
    revision=2,
    title="personalized PageRank",
    family="link analysis",
    aliases=("ppr",),
    form=Form(directed=True, weights="used", weight_values="non-negative", zero_weights="dropped"),
    kind="scores",
    headline="residual",
    draws="vertices",
    epsilon=_pagerank.epsilon,
    refusal=tolerance_refusal,
    parameters=[
        *_pagerank.parameters("jumping back to the set"),
        Parameter(
            name="vertices",
            type=int,
            default=64,
            minimum=1,
            help="Number of vertices to draw that jumps lead to.",
        ),
    ],
)


@personalized_pagerank.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """One more iteration, computed in float64, changes the ranks by at most the tolerance, and they sum to 1.

    Theorem. As for PageRank: wherever jumps lead, the operator G (:func:`graphbench.certificates.checks.pagerank_step`)
    contracts the L1 distance by the damping factor, so it has one fixed point x*, |x - x*| <= |G(x) - x| / (1 -
    damping), and a small residual proves a small error; where it proves too little, the equations are solved.
    """
    return _pagerank.finding(edges, answer, p, teleport=p.vertices)


@personalized_pagerank.on("networkx", parameters_used=stop_per_vertex)
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    back = dict.fromkeys(p.vertices, 1 / len(p.vertices))  # dangling rank follows it
    tol = p.tolerance / p.num_vertices
    return nx.pagerank(
        graph, alpha=p.damping, personalization=back, tol=tol, max_iter=p.max_iterations, weight=p.weight
    )


@personalized_pagerank.on("igraph", no_equivalent=("tolerance", "max_iterations"))
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return graph.personalized_pagerank(damping=p.damping, reset_vertices=p.vertices, weights=p.weight)


personalized_pagerank.gap(
    "scikit-network", "would not be the same problem: jumps lead to dangling vertices more often than to others"
)
personalized_pagerank.gap("networkit", "not in the library: its PageRank jumps to all vertices alike")


@personalized_pagerank.on(
    "cugraph", build={"store_transposed": True, "float64_weights": True}, parameters_used=stop_at_total
)
@raises_convergence_error
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    back = p.vertices.to_frame("vertex").assign(values=1 / len(p.vertices))
    return cugraph.pagerank(graph, alpha=p.damping, personalization=back, tol=p.tolerance, max_iter=p.max_iterations)


@personalized_pagerank.on(
    "nx-cugraph", build={"float64_weights": True}, parameters_used=lambda p: stop_per_vertex(p) | {"dtype": "float64"}
)
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.pagerank(
        graph,
        alpha=p.damping,
        personalization=dict.fromkeys(p.vertices, 1 / len(p.vertices)),
        tol=p.tolerance / p.num_vertices,
        max_iter=p.max_iterations,
        weight="weight",
        dtype=np.float64,
    )
