"""Analysis of a given clustering: its modularity, edge cut and ratio cut.

For cluster c, let w(c) be the weight inside it, d(c) the sum of its vertices' weighted degrees, cut(c) the weight of
the edges with one end in it, n(c) its number of vertices; let W be the weight of all edges. The answer is, in this
order,

- modularity: the sum over clusters of  w(c) / W - (d(c) / 2W)^2  (Newman, Girvan, Phys. Rev. E 69 (2004) 026113);
- edge cut: half the sum of cut(c), so that an edge between two clusters counts once;
- ratio cut: the sum of cut(c) / n(c)  (Hagen, Kahng, IEEE Trans. CAD 11 (1992) 1074-1085).

The graph is undirected; the dataset's weights are used. A directed dataset is symmetrised: where there is an edge each
way, the smaller weight is kept. A graph without edges is refused, because its modularity is undefined. All engines get
one clustering, drawn with the stored seed: `clusters` vertices are drawn, and every other vertex joins the nearest of
them, so that clusters follow the graph.

The answer is exact but for rounding. All engines compute in float64.

How engines differ. For each cluster, cuGraph multiplies the modularity matrix and the Laplacian with the indicator
vector of its vertices: three calls, each with one pass over all edges per cluster. NetworkX passes over the edges of
each cluster, once for its modularity and once for its cut. igraph and NetworKit contract clusters to vertices, whose
degrees are the cuts (NetworKit 11 does not divide its expansion by the size, contrary to its documentation). GraphBLAS
multiplies by the marks of the clusters, masked by them, and SciPy's adapter adds up all entries by cluster in NumPy. An
engine that has only two of the three numbers does not solve this problem.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphbench.algorithms import draws
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Inputs, Parameter
from graphbench.certificates import partition
from graphbench.certificates.checks import Wrong, form_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

EPSILON = 1e-9
"""Largest error of a cut, relative to it, and of the modularity, whose scale is 1: float64 is enough."""
ROUNDING = 16 * sys.float_info.epsilon
"""Largest error of a cut relative to the weight of all edges: cuGraph subtracts sums of that size."""

NAMES = ("modularity", "edge_cut", "ratio_cut")


def _draw(edges: EdgeList, params: Mapping[str, Any], seed: int) -> Inputs:
    return Inputs(labels=draws.clustering(edges, params["clusters"], seed))


def _refusal(edges: EdgeList, _params: Mapping[str, Any]) -> str:
    return (
        ""
        if edges.num_edges
        else f"{edges.name} has no edges, so a clustering of it has no modularity: use a graph that has some."
    )


analyze_clustering = Algorithm(
    name="analyze-clustering",
    revision=4,
    title="analysis of a clustering",
    family="community",
    form=Form(directed=False, weights="used"),
    kind="quantities",
    headline="modularity",
    columns=NAMES,
    draws=_draw,
    refusal=_refusal,
    epsilon=lambda _: 2 * EPSILON,
    parameters=[
        Parameter(
            name="clusters",
            also=("num_clusters", "n_clusters"),
            type=int,
            default=8,
            minimum=2,
            help="Number of clusters to draw, at most one per vertex.",
        ),
    ],
)


@analyze_clustering.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """All three numbers, recomputed from the edges in float64, agree within 1e-9: both cuts relative to themselves."""
    raise_if(form_fault(answer, len(NAMES), "floating", "quantities"))
    cuts = partition.cuts(edges, p.labels)
    right = np.array([partition.modularity(edges, p.labels), cuts.edge_cut, cuts.ratio_cut])
    quantities = dict(zip(NAMES, map(float, answer), strict=True)) | {"clusters": len(cuts.sizes)}
    allowed = EPSILON * np.array([1.0, *right[1:]]) + ROUNDING * np.array([0.0, cuts.total, cuts.total])
    wrong = np.flatnonzero(~(np.abs(answer - right) <= allowed))
    if len(wrong):
        name, expected, claimed = NAMES[wrong[0]], right[wrong[0]], answer[wrong[0]]
        raise Wrong(f"the {name.replace('_', ' ')} is {expected:.12g}, not {claimed:.12g}", quantities)
    detail = f"modularity, edge cut and ratio cut recomputed in float64 agree within {EPSILON:g}, the cuts relatively"
    return Finding(detail=detail, quantities=quantities)


@analyze_clustering.on("networkx")
def _(nx: Any, graph: Any, p: Call) -> Any:
    modularity = nx.community.modularity(graph, p.labels, weight=p.weight)
    cuts = [nx.cut_size(graph, cluster, weight=p.weight) for cluster in p.labels]
    return modularity, sum(cuts) / 2, sum(cut / len(cluster) for cut, cluster in zip(cuts, p.labels, strict=True))


@analyze_clustering.on("igraph")
def _(igraph: Any, graph: Any, p: Call) -> Any:
    clustering = igraph.VertexClustering(graph, p.labels)
    modularity = graph.modularity(clustering, weights=p.weight)
    cuts = clustering.cluster_graph(combine_edges=False).strength(loops=False, weights=p.weight)
    return modularity, sum(cuts) / 2, sum(cut / size for cut, size in zip(cuts, clustering.sizes(), strict=True))


@analyze_clustering.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    modularity = networkit.community.Modularity().getQuality(p.labels, graph)
    coarsening = networkit.coarsening.ParallelPartitionCoarsening(graph, p.labels).run()
    contracted, members = coarsening.getCoarseGraph(), coarsening.getCoarseToFineNodeMapping()
    cuts = {
        c: sum(weight for other, weight in contracted.iterNeighborsWeights(c) if other != c)
        for c in contracted.iterNodes()
    }
    return modularity, sum(cuts.values()) / 2, sum(cut / len(members[c]) for c, cut in cuts.items())


@analyze_clustering.on("scipy")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    # One sum of all entries by cluster, those that leave it apart: a difference would lose a light cut. Products with
    # the clusters' indicators on both sides take 5 to 10 times as long.
    sizes = np.bincount(p.labels)
    labels = p.labels.astype(np.min_scalar_type(2 * len(sizes)))
    bins = np.repeat(labels, np.diff(graph.indptr))
    bins += (bins != labels[graph.indices]) * labels.dtype.type(len(sizes))
    inside, leaving = np.bincount(bins, graph.data, 2 * len(sizes)).reshape(2, -1)
    degrees = inside + leaving
    shares = degrees / degrees.sum()
    return inside.sum() / degrees.sum() - (shares**2).sum(), leaving.sum() / 2, (leaving / sizes).sum()


@analyze_clustering.on("cugraph", build={"float64_weights": True})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    clusters = min(p.clusters, p.num_vertices)
    return (
        cugraph.analyzeClustering_modularity(graph, clusters, p.labels),
        cugraph.analyzeClustering_edge_cut(graph, clusters, p.labels),
        cugraph.analyzeClustering_ratio_cut(graph, clusters, p.labels),
    )


analyze_clustering.gap("nx-cugraph", "not in the library")
