"""Katz centrality: the number of walks that end at each vertex, with longer walks counting less.

Katz, "A new status index derived from sociometric analysis", Psychometrika 18 (1953) 39-43. The scores solve
x = alpha A^T x + beta and are scaled to a Euclidean length of 1. Direction is kept: a score comes in along in-edges (an
undirected edge leads both ways). Weights are ignored, as NetworkX does by default.

The sum converges if alpha is below 1 / lambda, where lambda, the largest eigenvalue of A, is at most the largest
out-degree D. So alpha is `attenuation` / D with an attenuation below 1: one number for all engines, computed from the
graph. (cuGraph's default is 1 / (2 D) on an undirected graph, NetworkX's is 0.1, which diverges on most graphs.) Beta
only scales the scores, which is undone; all engines get 1 / sqrt(n) for n vertices, so that the scaled scores are no
larger than the iterated ones.

The problem has one absolute tolerance: an answer is right if x - alpha A^T x is the same at every vertex, up to a total
deviation of at most that. All engines compute in float64, and answers are compared within 4 tolerance / (1 -
attenuation). An engine that has not converged after `max_iterations` has no answer.

How engines differ. All iterate the equation from 0 and scale at the end. NetworkX and nx-cugraph stop when an iteration
changes less than n * tol in total, cuGraph below tol. All get the tol that stops them at half the tolerance, because
the constant term, which scaling hides, can take the other half. cuGraph's documentation promises out-edges on directed
graphs, but it uses in-edges as NetworkX does. NetworKit's answer does not solve the equation: it does not add beta in
each step but sums rescaled terms, so that its normalised scores depend on beta. igraph does not have it. SciPy and
GraphBLAS iterate in the same way in a few lines, and stop below half the tolerance, as graph-tool does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphbench.algorithms._iterating import (
    half_per_vertex,
    raises_convergence_error,
    stop_at_total,
    stop_per_vertex,
    tolerance_refusal,
)
from graphbench.algorithms._parameters import max_iterations, tolerance
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter, Quantities
from graphbench.certificates.checks import Wrong, arcs, form_fault, raise_if
from graphbench.certificates.equations import error_limit, solution
from graphbench.certificates.spectral import direction, scores_fault
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt


def _alpha_and_beta(edges: EdgeList, params: Mapping[str, Any]) -> dict[str, float]:
    return {
        "alpha": params["attenuation"] / max(edges.largest_out_degree, 1),
        "beta": 1 / float(np.sqrt(edges.num_vertices)),
    }


katz = Algorithm(
    name="katz",
    revision=3,
    title="Katz centrality",
    family="centrality",
    form=Form(directed=True, weights="ignored"),
    kind="scores",
    headline="residual",
    derived=_alpha_and_beta,
    epsilon=lambda params: 4 * params["tolerance"] / (1 - params["attenuation"]),
    refusal=tolerance_refusal,
    parameters=[
        Parameter(
            name="attenuation",
            also=("alpha",),
            type=float,
            default=0.85,
            minimum=0,
            exclusive_minimum=True,
            maximum=1,
            exclusive_maximum=True,
            help="Alpha times the largest out-degree; larger values give long walks more weight.",
        ),
        tolerance("Largest deviation from the equation, summed over all vertices."),
        max_iterations(1000),
    ],
)


@katz.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """At every vertex x - alpha A^T x, computed in float64, is one positive number, up to the tolerance.

    Theorem. Let y = x - alpha A^T x, b its mean and e = y - b. The columns of alpha A^T sum to at most the attenuation,
    so I - alpha A^T has an inverse of L1 norm at most 1 / (1 - attenuation), and x differs from the solution with b on
    the right-hand side, a multiple of the wanted one, by at most |e| / (1 - attenuation) in total. With attenuation
    close to 1 that can exceed every error: where it does, the equations are solved.
    """
    raise_if(form_fault(answer, edges.num_vertices, "floating", "scores"))
    scores = answer.astype(np.float64, copy=False)
    raise_if(scores_fault(scores, "score"))
    length = float(np.linalg.norm(scores))
    quantities: Quantities = {"length": length, "largest": float(scores.max())}
    if abs(length - 1) > 1e-6:
        raise Wrong(f"the scores are of length {length:.9g}, not 1", quantities)
    scores = direction(scores)
    constant = _constants(edges, scores, p)
    off = np.abs(constant - constant.mean())
    residual = float(off.sum())
    quantities["residual"] = residual
    if constant.mean() <= 0 or not residual <= p.tolerance:
        worst = int(np.argmax(off))
        raise Wrong(
            f"x - alpha A^T x is not constant: it deviates from {constant.mean():.6g} by {residual:.3g} in total, more "
            f"than the tolerance of {p.tolerance:g}; most at vertex {worst:,}, where it is {constant[worst]:.6g}",
            quantities,
        )
    error, limit = 2 * residual / (1 - p.attenuation), error_limit(2 * p.tolerance)
    shown = "the total error is at most"
    if error > limit:
        error, shown = _error(edges, scores, p), "their distance from the solution of the equations is"
    if not error <= limit:
        raise Wrong(
            f"the scores are off by {error:.3g}, more than {limit:.3g}: at an attenuation of {p.attenuation:.9g} a "
            f"residual within the tolerance of {p.tolerance:g} proves little. Use a smaller --tolerance",
            quantities,
        )
    detail = f"L1 residual {residual:.3g}, at most {p.tolerance:g}: {shown} {error:.3g}"
    return Finding(detail=detail, quantities=quantities)


def _constants(edges: EdgeList, scores: npt.NDArray[np.float64], p: Call) -> npt.NDArray[np.float64]:
    """The constant of each vertex's equation, x - alpha A^T x."""
    arriving = np.zeros_like(scores)
    for tail, head, _ in arcs(edges):
        arriving += np.bincount(head, weights=scores[tail], minlength=len(scores))
    constant: npt.NDArray[np.float64] = scores - p.alpha * arriving
    return constant


def _error(edges: EdgeList, scores: npt.NDArray[np.float64], p: Call) -> float:
    """How far scores are off, at most, by solving the equations; as for PageRank, the solution's residual is added."""
    right = direction(solution(edges.to_scipy(), p.alpha, np.ones(len(scores))))
    constant = _constants(edges, right, p)
    off = 2 * np.abs(constant - constant.mean()).sum() / (1 - p.attenuation)
    return float(np.linalg.norm(scores - right) + off)


def _equation(p: Call) -> dict[str, Any]:
    return {"alpha": p.alpha, "beta": p.beta}


@katz.on("networkx", parameters_used=lambda p: _equation(p) | stop_per_vertex(p, half=True))
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    tol = half_per_vertex(p)
    return nx.katz_centrality(graph, alpha=p.alpha, beta=p.beta, tol=tol, max_iter=p.max_iterations)


katz.gap("igraph", "not in the library")
katz.gap("networkit", "would not be the same problem: its scores do not solve the equation, and depend on beta")


katz.gap(
    "scikit-network", "would not be the same problem: it counts paths of a few lengths, and does not solve the equation"
)


@katz.on(
    "cugraph",
    build={"store_transposed": True, "float64_weights": True},
    parameters_used=lambda p: _equation(p) | stop_at_total(p, half=True),
)
@raises_convergence_error
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    tol = p.tolerance / 2
    return cugraph.katz_centrality(graph, alpha=p.alpha, beta=p.beta, tol=tol, max_iter=p.max_iterations)


@katz.on(
    "nx-cugraph",
    build={"float64_weights": True},
    parameters_used=lambda p: _equation(p) | stop_per_vertex(p, half=True) | {"dtype": "float64"},
)
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.katz_centrality(
        graph,
        alpha=p.alpha,
        beta=p.beta,
        tol=half_per_vertex(p),
        max_iter=p.max_iterations,
        weight="weight",  # all 1.0: they make it compute in float64
        dtype=np.float64,
    )
