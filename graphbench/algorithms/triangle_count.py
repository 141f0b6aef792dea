"""Triangle counting: the number of triangles that each vertex is part of.

t(v) is the number of edges between neighbours of v. The graph is undirected, weights are ignored. The graph's total is
a third of the sum over vertices. Counting and listing: Latapy, "Main-memory triangle computations for very large
(sparse (power-law)) graphs", Theor. Comput. Sci. 407 (2008) 458-473; as a benchmark, GAP and Graph Challenge.

The answer is exact, one integer for each vertex.

How engines differ. NetworkX intersects sets of neighbours; nx-cugraph and cuGraph intersect adjacency lists in
parallel. igraph, NetworKit and graph-tool have no count per vertex, except by listing every triangle in memory or
scoring every edge. All three have the local clustering coefficient: the same work and a division by d(v) (d(v) - 1) /
2, which is undone inside the timer; rounding to the nearest integer is exact below 2^50. NetworKit runs in its turbo
mode, which orders edges by degree first as the others do; its plain mode is several times slower. (Listing all
triangles with igraph takes 4 to 10 times as long.) SciPy intersects the rows of both ends of each edge, from lower to
higher degrees. GraphBLAS counts the triangles at each edge by a masked product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates import triangles
from graphbench.certificates.checks import Wrong, check_seed, form_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

triangle_count = Algorithm(
    name="triangle-count",
    revision=2,
    title="triangle count",
    family="community",
    aliases=("triangles",),
    form=Form(directed=False, weights="ignored"),
    kind="counts",
    headline="triangles",
    on_device=True,
)


@triangle_count.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Counts are recomputed exactly: all of them if that is quick, otherwise those of a sample of vertices.

    Every count is between 0 and d(v) (d(v) - 1) / 2, and they sum to a multiple of 3, because each triangle counts at
    its three vertices. With a sample of s of n vertices, an answer with w wrong counts passes with a probability of
    about (1 - s/n)^w.
    """
    raise_if(form_fault(answer, edges.num_vertices, "integer", "counts"))
    total = int(answer.sum(dtype=np.int64))
    quantities: Quantities = {"triangles": total // 3, "most": int(answer.max())}
    most = edges.degrees * (edges.degrees - 1) // 2
    outside = np.flatnonzero((answer < 0) | (answer > most))
    if len(outside):
        v = outside[0]
        raise Wrong(
            f"vertex {v:,} with {edges.degrees[v]:,} neighbours cannot lie in {answer[v]:,} triangles", quantities
        )
    vertices, expected = triangles.count_triangles(edges, seed=check_seed(p))
    wrong = np.flatnonzero(answer[vertices] != expected)
    if len(wrong):
        v, right = vertices[wrong[0]], expected[wrong[0]]
        raise Wrong(
            f"vertex {v:,} lies in {right:,} triangles, not in {answer[v]:,}; {len(wrong):,} such vertices found",
            quantities,
        )
    if total % 3:
        raise Wrong(f"the counts sum to {total:,}, no multiple of 3", quantities)
    all_of = "all" if len(vertices) == len(answer) else f"a sample of {len(vertices):,} of"
    detail = (
        f"the counts of {all_of} {len(answer):,} vertices, recomputed exactly, agree; they sum to 3 x {total // 3:,}"
    )
    return Finding(detail=detail, quantities=quantities)


@triangle_count.on("networkx", "nx-cugraph")
def _(nx: Any, graph: Any, _p: Call) -> Any:
    return nx.triangles(graph)


def _from_coefficients(coefficients: Any, degrees: Any) -> npt.NDArray[np.int64]:
    degree: npt.NDArray[np.int64] = np.asarray(degrees, dtype=np.int64)
    triangles: npt.NDArray[np.int64] = np.rint(np.asarray(coefficients) * (degree * (degree - 1) // 2)).astype(np.int64)
    return triangles


@triangle_count.on("igraph")
def _(_igraph: Any, graph: Any, _p: Call) -> Any:
    return _from_coefficients(graph.transitivity_local_undirected(mode="zero"), graph.degree())


@triangle_count.on("networkit")
def _(networkit: Any, graph: Any, _p: Call) -> Any:
    measures = networkit.centrality
    coefficients = measures.LocalClusteringCoefficient(graph, turbo=True).run().scores(asarray=True)
    return _from_coefficients(coefficients, measures.DegreeCentrality(graph).run().scores(asarray=True))


triangle_count.gap("scikit-network", "not in the library: it counts the triangles of the whole graph only")


@triangle_count.on("cugraph")
def _(cugraph: Any, graph: Any, _p: Call) -> Any:
    return cugraph.triangle_count(graph)
