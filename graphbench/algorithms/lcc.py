"""Local clustering coefficient: how many of the arcs that could join a vertex's neighbours exist.

C(v) = |{(u, w) in E : u, w in N(v)}| / (d (d - 1)), where N(v) are the d vertices joined to v by an arc in either
direction, and an undirected edge is two arcs; 0 if d < 2. On undirected graphs that is the share of pairs of neighbours
that are neighbours themselves (Watts, Strogatz, Nature 393 (1998) 440-442); on directed graphs it is the coefficient of
LDBC Graphalytics (specification 1.0, section 2.3.5). Direction is kept, weights are ignored. `average` is the mean over
all vertices, the average clustering.

All values are certified, and answers compared, within 1e-6, relative to the right value.

How engines differ. On undirected graphs C(v) is the number of triangles at v, divided by d (d - 1) / 2. NetworkX,
nx-cugraph, igraph and NetworKit have it. cuGraph and pylibcugraph count triangles; the division is inside the timer, as
it is for SciPy and GraphBLAS. On directed graphs NetworkX has another coefficient (Fagiolo, Phys. Rev. E 76 (2007)
026107), igraph ignores direction, and the others refuse such graphs: only SciPy and GraphBLAS, by a product of
matrices, have the one above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms._similarity import degrees_in_cugraph
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates import triangles
from graphbench.certificates.checks import Wrong, check_seed, form_fault, raise_if
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

RELATIVE = 1e-6
"""How far a coefficient may be off, relative to the right one: float32 is enough."""

lcc = Algorithm(
    name="lcc",
    revision=1,
    title="local clustering coefficient",
    family="community",
    aliases=("clustering-coefficient", "average-clustering"),
    form=Form(directed=True, weights="ignored"),
    kind="scores",
    headline="average",
    epsilon=lambda _: 2 * RELATIVE,
)


@lcc.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Coefficients are recomputed from counts: all of them if that is quick, otherwise those of a sample of vertices.

    Every value is between 0 and 1, and 0 at vertices with fewer than two neighbours. With a sample of s of n vertices,
    an answer with w wrong values passes with a probability of about (1 - s/n)^w.
    """
    raise_if(form_fault(answer, edges.num_vertices, "floating", "coefficients"))
    quantities: Quantities = {"average": float(answer.mean()), "largest": float(answer.max())}
    outside = np.flatnonzero(~((answer >= 0) & (answer <= 1 + RELATIVE)))
    if len(outside):
        v = outside[0]
        raise Wrong(f"the coefficient of vertex {v:,} is {answer[v]:g}, not between 0 and 1", quantities)
    vertices, arcs, neighbours = triangles.count_arcs_around(edges, seed=check_seed(p))
    possible = neighbours * (neighbours - 1)
    right = np.divide(arcs, possible, out=np.zeros(len(vertices)), where=possible > 0)
    wrong = np.flatnonzero(np.abs(answer[vertices] - right) > RELATIVE * right)
    if len(wrong):
        v, expected = vertices[wrong[0]], right[wrong[0]]
        raise Wrong(
            f"the coefficient of vertex {v:,} is {expected:.9g}, not {answer[v]:.9g}; "
            f"{len(wrong):,} such vertices found",
            quantities,
        )
    all_of = "all" if len(vertices) == len(answer) else f"a sample of {len(vertices):,} of"
    detail = f"the coefficients of {all_of} {len(answer):,} vertices, recomputed exactly, agree within {RELATIVE:g}"
    return Finding(detail=detail, quantities=quantities)


def require_undirected(p: Call, instead: str) -> None:
    """Refuse a directed graph, where a library computes something else.

    Raises:
        UnsupportedError: with the reason.
    """
    if p.directed:
        raise UnsupportedError(f"would not be the same problem on a directed graph: {instead}")


@lcc.on("networkx", "nx-cugraph")
def _(nx: Any, graph: Any, p: Call) -> Any:
    require_undirected(p, "it counts directed triangles (Fagiolo 2007)")
    return nx.clustering(graph)


@lcc.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    require_undirected(p, "it ignores direction")
    return graph.transitivity_local_undirected(mode="zero")


@lcc.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    require_undirected(p, "its coefficient is that of undirected graphs")
    return networkit.centrality.LocalClusteringCoefficient(graph, turbo=True).run()


@lcc.on("cugraph", parameters_used=lambda _: {"from": "triangle_count"})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    require_undirected(p, "it counts triangles of undirected graphs only")
    triangles = cugraph.triangle_count(graph)
    degree = degrees_in_cugraph(graph, p.num_vertices)[triangles["vertex"].values]
    arcs = 2.0 * triangles["counts"].values
    return triangles[["vertex"]].assign(lcc=arcs / (degree * (degree - 1)).clip(1))
