"""Eigenvector centrality: scores proportional to the sum of the neighbours' scores.

Bonacich, "Power and centrality: a family of measures", Amer. J. Sociology 92 (1987) 1170-1182; Newman, Networks (2010),
section 7.2. The answer is a non-negative eigenvector of the adjacency matrix A for its largest eigenvalue. A directed
dataset is symmetrised (on a directed acyclic graph all scores would be 0), weights are ignored.

An eigenvector has no length, so the certificate scales every answer to a Euclidean length of 1. Several directions can
be right on a graph with several components, and right answers can be far apart if the second eigenvalue is close, so
answers are not compared with each other; the certificate alone decides. On a graph without edges every direction is
right.

The problem has one absolute tolerance: an answer is right if one more step x -> x + A x, scaled to length 1, changes it
by at most that, summed over all vertices, and if its eigenvalue is the largest, as far as the tolerance can
distinguish them. All engines compute in float64. An engine that has not converged after `max_iterations`
has no answer.

How engines differ. nx-cugraph and cuGraph, and NetworkX on graphs that are not connected, iterate x + A x from a
uniform vector until a step changes less than n * tol in total, for n vertices; they get tolerance / 2n, because a
further step could change slightly more than the last one. NetworkX on connected graphs, SciPy and igraph run ARPACK's
Lanczos method, igraph to the full accuracy of float64; it scales the largest score to 1. GraphBLAS has no such
function: its few lines iterate x + A x.
NetworKit iterates A x and stops as soon as the vector's length hardly changes: on a star that is after one step, far
from any eigenvector.
"""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING, Any

from graphbench.algorithms._iterating import (
    half_per_vertex,
    lanczos_tolerance,
    raises_convergence_error,
    raises_own_convergence_error,
    stop_per_vertex,
    tolerance_refusal,
)
from graphbench.algorithms._parameters import max_iterations, tolerance
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates.checks import Wrong, form_fault, raise_if
from graphbench.certificates.spectral import (
    allowed_below,
    direction,
    largest_eigenvalue,
    negative,
    products,
    proves_largest,
    scores_fault,
)
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

eigenvector = Algorithm(
    name="eigenvector",
    revision=3,
    title="eigenvector centrality",
    family="centrality",
    form=Form(directed=False, weights="ignored"),
    kind="scores",
    headline="residual",
    unique=False,
    refusal=tolerance_refusal,
    parameters=[
        tolerance("Largest change that one more step may make to scores of length 1, summed over all vertices."),
        max_iterations(1000),
    ],
)


@eigenvector.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """One more step changes the scores by at most the tolerance, and their eigenvalue is the largest.

    Theorem. Let x have length 1 and r = (x + A x) / |x + A x| - x. Then A x = m x + (m + 1) r for m = |x + A x| - 1, so
    x is an exact eigenvector of a matrix that differs from A by at most (m + 1) |r| (Wilkinson, The Algebraic
    Eigenvalue Problem, 1965): the answer to a problem that close. (The length |r| is at most the total change.)
    That no eigenvalue is larger than x^T A x shows which one it is
    (:func:`graphbench.certificates.spectral.proves_largest` and, where that proves nothing, the recomputed largest and
    :func:`graphbench.certificates.spectral.allowed_below`, with A + 1); by Perron and Frobenius a non-negative vector
    belongs to it on a connected graph.
    """
    raise_if(form_fault(answer, edges.num_vertices, "floating", "scores"))
    raise_if(scores_fault(answer, "score"))
    scores = direction(answer)
    if (bad := negative(scores, p.tolerance)) is not None:
        raise Wrong(f"scores of both signs: that of vertex {bad:,} is {answer[bad]:.6g}")
    matrix, _ = products(edges)
    product = matrix @ scores
    value = float(scores @ product)
    change = np.abs(direction(scores + product) - scores)
    residual = float(change.sum())
    quantities: Quantities = {"residual": residual, "eigenvalue": value}
    if not residual <= p.tolerance:
        worst = int(np.argmax(change))
        raise Wrong(
            f"one more step changes the scores by {residual:.3g} in total, more than the tolerance of {p.tolerance:g}; "
            f"most at vertex {worst:,} ({scores[worst]:.6g} by {change[worst]:.3g})",
            quantities,
        )
    sums = matrix @ np.ones(len(scores))
    if not proves_largest(1 + value, scores, scores + product, 1 + sums, p.tolerance):
        largest = largest_eigenvalue(matrix)
        if 1 + value < allowed_below(1 + largest, p.tolerance):
            fault = f"the scores belong to the eigenvalue {value:.9g}, but the largest is {largest:.9g}"
            raise Wrong(fault, quantities)
    detail = f"L1 residual {residual:.3g}, at most {p.tolerance:g}, at the largest eigenvalue, {value:.9g}"
    return Finding(detail=detail, quantities=quantities)


@eigenvector.on(
    "networkx", parameters_used=lambda p: {"tol_if_connected": lanczos_tolerance(p)} | stop_per_vertex(p, half=True)
)
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    # ARPACK takes 0.18 of the time of the power iteration on the largest component of email-Enron (NetworkX 3.6). It
    # needs three vertices, and NetworkX refuses it if a graph is not connected.
    if p.num_vertices > 2:
        with contextlib.suppress(nx.AmbiguousSolution):
            tol = lanczos_tolerance(p)
            return nx.eigenvector_centrality_numpy(graph, tol=tol, max_iter=p.max_iterations)
    return nx.eigenvector_centrality(graph, tol=half_per_vertex(p), max_iter=p.max_iterations)


@eigenvector.on("igraph", no_equivalent=("tolerance", "max_iterations"), parameters_used=lambda _: {"largest_score": 1})
@raises_own_convergence_error
def _(_igraph: Any, graph: Any, _p: Call) -> Any:
    with warnings.catch_warnings():
        # igraph warns on disconnected graphs; this page defines the scores there too.
        warnings.filterwarnings("ignore", ".*not meaningful for disconnected graphs", RuntimeWarning)
        return graph.eigenvector_centrality()


eigenvector.gap(
    "graph-tool", "would not be the same problem: on bipartite graphs its scores alternate and never settle"
)
eigenvector.gap(
    "networkit", "would not be the same problem: it stops when the vector's length, not the vector, settles"
)


@eigenvector.on(
    "cugraph",
    build={"store_transposed": True, "float64_weights": True},
    parameters_used=lambda p: stop_per_vertex(p, half=True),
)
@raises_convergence_error
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.eigenvector_centrality(graph, tol=half_per_vertex(p), max_iter=p.max_iterations)


@eigenvector.on(
    "nx-cugraph",
    build={"float64_weights": True},
    parameters_used=lambda p: stop_per_vertex(p, half=True) | {"dtype": "float64"},
)
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    # Weights of 1.0 make it compute in float64.
    tol, limit = half_per_vertex(p), p.max_iterations
    return nx.eigenvector_centrality(graph, tol=tol, max_iter=limit, weight="weight", dtype=np.float64)
