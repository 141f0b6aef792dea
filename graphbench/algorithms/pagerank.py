"""PageRank: how often a random surfer is at each vertex, who now and then jumps anywhere.

Page, Brin, Motwani, Winograd, "The PageRank citation ranking: bringing order to the web", Stanford (1999). Direction
is kept (an undirected edge leads both ways), weights count where the dataset has them, and the rank of a dangling
vertex, one without out-edges, is spread evenly over all vertices. The ranks sum to 1. Edges of weight 0 are left out
when the problem is posed: nobody ever follows one, so the ranks are the same by definition, and a vertex with no other
out-edges is dangling. (Given such a vertex with its edges, NetworKit divides by 0 and never stops.)

The problem states one absolute tolerance: the answer is right if one more iteration would change it by no more than
that, summed over all vertices. It is posed in float64 on every engine; a tolerance that float64 cannot resolve is
refused. An engine that has not met its tolerance after `max_iterations` has no answer.

How engines differ. NetworkX and nx-cugraph stop when an iteration changes less than n * tol in total, for n vertices,
so they are given tolerance / n. cuGraph stops below tol itself. NetworKit does so only once its norm is set to L1 (its
default is L2) and its sink handling is switched on, which it has for directed graphs only: of an undirected graph with
isolated vertices its ranks are right in proportion, and are brought to a sum of 1 when they are collected. igraph
solves the linear system directly and has neither tolerance nor limit: it is always as accurate as float64 allows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms import _pagerank
from graphbench.algorithms._iterating import raises_convergence_error, stop_at_total, stop_per_vertex, tolerance_refusal
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.errors import ConvergenceError
from graphbench.graphs.edgelist import EdgeList

pagerank = Algorithm(
    name="pagerank",
    revision=1,
    title="PageRank",
    family="link analysis",
    form=Form(directed=True, weights="used", zero_weights="dropped"),
    kind="scores",
    headline="residual",
    on_device=True,
    epsilon=_pagerank.apart,
    refusal=tolerance_refusal,
    parameters=_pagerank.parameters("jumping anywhere"),
)


@pagerank.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """One more iteration, made by us in float64, changes the ranks by at most the tolerance; they sum to 1.

    Theorem. The operator G (see `checks.pagerank_step`) contracts the L1 distance by the damping
    factor, so it has one fixed point x*, and |x - x*| <= |G(x) - x| / (1 - damping): a small residual proves a small
    error. G(x) - x sums to (1 - damping) (1 - sum(x)): a small residual also bounds how far the sum is from 1.
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
        # NetworKit sees no sinks in an undirected graph: the rank of its isolated vertices is lost and the others stay
        # in proportion. Scaled up to a sum of 1, they keep the tolerance only if it is scaled as well.
        kept = 1 - p.damping * isolated / p.num_vertices
        tolerance *= kept / max(kept, p.damping)
    sinks = centrality.SinkHandling.DistributeSinks
    ranks = centrality.PageRank(graph, damp=p.damping, tol=tolerance, distributeSinks=sinks)
    ranks.norm = centrality.Norm.L1_NORM
    ranks.maxIterations = p.max_iterations + 1  # it stops at its limit without a word, so that one more tells
    if ranks.run().numberOfIterations() > p.max_iterations:
        raise ConvergenceError(p.max_iterations)
    return ranks


@pagerank.on("cugraph", build={"store_transposed": True, "float64_weights": True}, parameters_used=stop_at_total)
@raises_convergence_error
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.pagerank(graph, alpha=p.damping, tol=p.tolerance, max_iter=p.max_iterations)


# nx-cugraph's `dtype` converts weights and does nothing without any: weights of 1.0 make it compute in float64.
@pagerank.on(
    "nx-cugraph", build={"float64_weights": True}, parameters_used=lambda p: stop_per_vertex(p) | {"dtype": "float64"}
)
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    tol = p.tolerance / p.num_vertices
    return nx.pagerank(graph, alpha=p.damping, tol=tol, max_iter=p.max_iterations, weight="weight", dtype=np.float64)
