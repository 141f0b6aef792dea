"""HITS: hub scores, from the authorities that a vertex points to, and authority scores, from the hubs that point to it.

Kleinberg, "Authoritative sources in a hyperlinked environment", J. ACM 46 (1999) 604-632. With A the adjacency matrix,
authorities are A^T times the hubs and hubs are A times the authorities, up to a factor: the hubs are an eigenvector of
A A^T for its largest eigenvalue, the authorities one of A^T A (theorem 3.1 there). Direction is kept (an undirected
edge leads both ways), weights are ignored. A graph without edges is refused.

The answer has two columns, hubs and authorities. Each has a direction but no length, so the certificate scales both to
a Euclidean length of 1. They are singular vectors of one pair: the authorities are A^T times the hubs. Usually one
direction is right, and it has no negative score. If several components have the largest eigenvalue, or an undirected
graph is bipartite, many directions are right, some with scores of both signs, which are noted. So answers are not
compared with each other; the certificate alone decides.

The problem has one absolute tolerance: an answer is right if one more iteration, through A and A^T, changes the hubs,
the largest of which is 1, by at most that, summed over all vertices; if the authorities differ from A^T times the hubs,
both scaled to length 1, by at most that in Euclidean length; and if their singular value is the largest of A, as far as
the tolerance can distinguish them. All engines compute in float64. An engine that has not converged after
`max_iterations` has no answer.

How engines differ. NetworkX from 3.7 on, cuGraph and nx-cugraph iterate from uniform hubs until an iteration changes
the hubs, the largest of which is 1, by less than tol in total; cuGraph 26.10, and nx-cugraph on top of it, by less than
n * tol for n vertices. All get the tol that stops them at half the tolerance, because a further iteration could change
slightly more than the last one, and the authorities are half an iteration behind. At the limit of iterations all three
raise an error. NetworkX before 3.7 asks ARPACK for a singular vector from a random start, so scores of both signs
appear if the largest value is repeated; since their sum can be 0, normalisation is off. igraph also uses ARPACK, in one
call for each column, each from its own random start: if the largest value is repeated, its two columns belong to
different pairs. So it gets one call, for the hubs, and the authorities are their product with the adjacency matrix,
which is made while the graph is built. igraph scales the largest hub to 1. cuGraph and nx-cugraph scale to a sum of 1.
NetworKit does not have it. SciPy asks ARPACK for an eigenvector of A A^T from a uniform start; GraphBLAS iterates as
NetworkX 3.7 does.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphbench.algorithms._iterating import (
    half_per_vertex,
    raises_convergence_error,
    raises_own_convergence_error,
    stop_at_total,
    stop_per_vertex,
    tolerance_refusal,
)
from graphbench.algorithms._parameters import max_iterations, tolerance
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates.checks import Wrong, form_fault, raise_if
from graphbench.certificates.spectral import (
    allowed_below,
    direction,
    largest_singular_value,
    negative,
    products,
    proves_largest,
    scores_fault,
)
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

COLUMNS = ("hub", "authority")


def _refusal(edges: EdgeList, params: Mapping[str, Any]) -> str:
    if edges.num_edges == 0:
        return f"{edges.name} has no edges, so hubs and authorities are undefined. Use a graph with edges."
    return tolerance_refusal(edges, params)


hits = Algorithm(
    name="hits",
    revision=3,
    title="HITS",
    family="link analysis",
    form=Form(directed=True, weights="ignored"),
    kind="vectors",
    headline="residual",
    columns=COLUMNS,
    unique=False,
    refusal=_refusal,
    parameters=[
        tolerance("Largest change that one more iteration may make to hubs of at most 1, summed over all vertices."),
        max_iterations(1000),
    ],
)


@hits.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """One more iteration keeps the hubs, the authorities are A^T times them, and their singular value is the largest.

    Theorem. Let h have length 1, s = |A A^T h| and r = A A^T h / s - h. Then A A^T h = s h + s r, so h is an exact
    eigenvector of a matrix that differs from A A^T by at most s |r| (Wilkinson, The Algebraic Eigenvalue Problem,
    1965): the answer to a problem that close. A^T h / |A^T h| is then the other vector of the pair. That no singular
    value of A is larger than |A^T h| shows which pair it is
    (:func:`graphbench.certificates.spectral.proves_largest` and, where that proves nothing, the recomputed largest and
    :func:`graphbench.certificates.spectral.allowed_below`, with A A^T). By Perron and Frobenius one pair for it has no
    negative score; an answer with negative scores shows that it is not the only one.
    """
    if answer.shape != (edges.num_vertices, 2):
        raise Wrong(f"scores of shape {answer.shape} where ({edges.num_vertices}, 2) was expected")
    for column, name in zip(answer.T, COLUMNS, strict=True):
        raise_if(form_fault(column, edges.num_vertices, "floating", f"{name} scores"))
        raise_if(scores_fault(column, f"{name} score"))
    hubs, authorities = map(direction, answer.T)
    forwards, backwards = products(edges)
    pointed_to = backwards @ hubs
    product = forwards @ pointed_to
    change = np.abs(direction(product) - hubs)
    residual = float(change.sum() / np.abs(hubs).max())
    apart = float(np.linalg.norm(authorities - direction(pointed_to)))
    value = float(np.linalg.norm(pointed_to))
    quantities: Quantities = {"residual": max(residual, apart), "singular_value": value}
    if not residual <= p.tolerance:
        worst = int(np.argmax(change))
        raise Wrong(
            f"one more iteration changes the hub scores by {residual:.3g}, more than the tolerance of "
            f"{p.tolerance:g}; most at vertex {worst:,}",
            quantities,
        )
    if not apart <= p.tolerance:
        cosine = float(authorities @ direction(pointed_to))
        raise Wrong(
            f"the authorities do not belong to the hubs: they differ from A^T times the hubs, both of length 1, by "
            f"{apart:.3g} (cosine {cosine:.3g}), more than the tolerance of {p.tolerance:g}",
            quantities,
        )
    sums = forwards @ (backwards @ np.ones(len(hubs)))
    if not proves_largest(value**2, hubs, product, sums, p.tolerance):
        largest = largest_singular_value(forwards, backwards)
        if value**2 < allowed_below(largest**2, p.tolerance):
            fault = f"the scores belong to the singular value {value:.9g}, but the largest is {largest:.9g}"
            raise Wrong(fault, quantities)
    detail = (
        f"residual {quantities['residual']:.3g}, at most {p.tolerance:g}, of one pair of vectors at the largest "
        f"singular value, {value:.9g}"
    )
    notes = tuple(
        f"{name} scores of both signs: the largest singular value is (nearly) repeated, so other answers are right too"
        for name, column in zip(COLUMNS, (hubs, authorities), strict=True)
        if negative(column, p.tolerance) is not None
    )
    return Finding(detail=detail, quantities=quantities, notes=notes)


@hits.on("networkx", parameters_used=lambda p: stop_at_total(p, half=True))
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.hits(graph, max_iter=p.max_iterations, tol=p.tolerance / 2, normalized=False)


@hits.on(
    "igraph",
    build={"with_matrix": True},
    no_equivalent=("tolerance", "max_iterations"),
    parameters_used=lambda _: {"largest_score": 1, "authorities": "matrix product"},
)
@raises_own_convergence_error
def _(_igraph: Any, graph: Any, _p: Call) -> Any:
    graph, matrix = graph
    with warnings.catch_warnings():
        # igraph recommends eigenvectors for undirected graphs, and warns if many scores are 0.
        warnings.filterwarnings("ignore", ".*(hub (and|or) authority scores|eigenvector centralit)", RuntimeWarning)
        hubs = np.array(graph.hub_score())
    return hubs, matrix.T @ hubs


hits.gap("graph-tool", "would not be the same problem: on bipartite graphs its scores alternate and never settle")
hits.gap("networkit", "not in the library")


hits.gap("scikit-network", "not accepted: its singular vectors have no tolerance, and negative scores are cut off")


@hits.on(
    "cugraph",
    build={"store_transposed": True, "float64_weights": True},
    parameters_used=lambda p: stop_per_vertex(p, half=True),
)
@raises_convergence_error
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.hits(graph, max_iter=p.max_iterations, tol=half_per_vertex(p))


@hits.on(
    "nx-cugraph",
    build={"float64_weights": True},
    parameters_used=lambda p: stop_per_vertex(p, half=True) | {"dtype": "float64"},
)
@raises_convergence_error
def _(nx: Any, graph: Any, p: Call) -> Any:
    # Weights of 1.0 make it compute in float64.
    return nx.hits(graph, max_iter=p.max_iterations, tol=half_per_vertex(p), weight="weight", dtype=np.float64)
