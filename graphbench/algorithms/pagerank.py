"""PageRank: the stationary probability that a random surfer, who sometimes jumps to a random vertex, is at each vertex.

Page, Brin, Motwani, Winograd, "The PageRank citation ranking: bringing order to the web", Stanford (1999). Direction is
kept (an undirected edge leads both ways) and the dataset's weights are used. The rank of a dangling vertex, one without
out-edges, is spread evenly over all vertices. The ranks sum to 1. Edges of weight 0 are dropped: they are never
followed, so the ranks are the same, and a vertex with no other out-edges is dangling. (With such edges, NetworKit
divides by 0 and never stops.)

The problem has one absolute tolerance: an answer is right if one more iteration changes it by at most that, summed over
all vertices. All engines compute in float64; a tolerance that float64 cannot resolve is refused. An engine that has not
converged after `max_iterations` has no answer.

How engines differ. NetworkX and nx-cugraph stop when an iteration changes less than n * tol in total, for n vertices,
so they get tolerance / n. cuGraph stops below tol. NetworKit does so only if its norm is L1 (its default is L2) and its
sink handling is on, which works on directed graphs only: on an undirected graph with isolated vertices its ranks are
right up to a factor, and are scaled to a sum of 1 when they are collected. igraph solves the linear system directly,
without a tolerance or limit, and is always as accurate as float64 allows. SciPy and GraphBLAS have no such function:
their adapters are the iteration that NetworkX runs on SciPy's matrices, stopped below tol, with products by GraphBLAS
in parallel. graph-tool stops below tol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _pagerank
from graphbench.algorithms._iterating import raises_convergence_error, stop_at_total, stop_per_vertex, tolerance_refusal
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.errors import ConvergenceError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

pagerank = Algorithm(
    name="pagerank",
    revision=2,
    aliases=("page-rank",),
    title="PageRank",
    family="link analysis",
    form=Form(directed=True, weights="used", weight_values="non-negative", zero_weights="dropped"),
    kind="scores",
    headline="residual",
    on_device=True,
    epsilon=_pagerank.epsilon,
    refusal=tolerance_refusal,
    parameters=_pagerank.parameters("jumping anywhere"),
)


@pagerank.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """One more iteration, computed in float64, changes the ranks by at most the tolerance, and they sum to 1.

    Theorem. The operator G (:func:`graphbench.certificates.checks.pagerank_step`) contracts the L1 distance by the
    damping factor, so it has one fixed point x*, and |x - x*| <= |G(x) - x| / (1 - damping): a small residual proves a
    small error. G(x) - x sums to (1 - damping) (1 - sum(x)): a small residual also bounds how far the sum is from 1.

    With damping close to 1 the bound exceeds every error. Where it proves too little
    (:func:`graphbench.certificates.equations.error_limit`), the equations are solved and the ranks compared.
    """
    return _pagerank.finding(edges, answer, p)


@pagerank.on("networkx", parameters_used=stop_per_vertex)
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.pagerank(
        graph, alpha=p.damping, tol=p.tolerance / p.num_vertices, max_iter=p.max_iterations, weight=p.weight
    )


@pagerank.on("igraph", no_equivalent=("tolerance", "max_iterations"))
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return graph.pagerank(damping=p.damping, weights=p.weight)  # implementation="prpack", the documented choice


@pagerank.on(
    "networkit",
    build={"count_isolated": True},
    parameters_used=lambda p: stop_at_total(p) | {"norm": "L1", "distributes_sinks": p.directed},
)
def _(networkit: Any, graph: Any, p: Call) -> Any:
    centrality, tolerance = networkit.centrality, p.tolerance
    graph, isolated = graph
    if not p.directed:
        # NetworKit ignores sinks in an undirected graph: the rank of isolated vertices is lost and the other ranks keep
        # their proportions. They are scaled up to a sum of 1 later, so the tolerance is scaled down here.
        kept = 1 - p.damping * isolated / p.num_vertices
        tolerance *= kept / max(kept, p.damping)
    sinks = centrality.SinkHandling.DistributeSinks
    ranks = centrality.PageRank(graph, damp=p.damping, tol=tolerance, distributeSinks=sinks)
    ranks.norm = centrality.Norm.L1_NORM
    ranks.maxIterations = p.max_iterations + 1  # it stops silently at its limit: one more iteration shows that
    if ranks.run().numberOfIterations() > p.max_iterations:
        raise ConvergenceError(p.max_iterations)
    return ranks


pagerank.gap(
    "scikit-network", "would not be the same problem: jumps lead to dangling vertices more often than to others"
)


@pagerank.on("cugraph", build={"store_transposed": True, "float64_weights": True}, parameters_used=stop_at_total)
@raises_convergence_error
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.pagerank(graph, alpha=p.damping, tol=p.tolerance, max_iter=p.max_iterations)


# nx-cugraph's `dtype` converts weights and has no effect without any: weights of 1.0 make it compute in float64.
@pagerank.on(
    "nx-cugraph", build={"float64_weights": True}, parameters_used=lambda p: stop_per_vertex(p) | {"dtype": "float64"}
)
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    tol = p.tolerance / p.num_vertices
    return nx.pagerank(graph, alpha=p.damping, tol=tol, max_iter=p.max_iterations, weight="weight", dtype=np.float64)
