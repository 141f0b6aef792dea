"""Balanced cut into a given number of clusters, by eigenvectors of the Laplacian.

Shi, Malik, "Normalized cuts and image segmentation", IEEE Trans. Pattern Anal. Mach. Intell. 22 (2000) 888-905; for
more than two clusters as in von Luxburg, "A tutorial on spectral clustering", Stat. Comput. 17 (2007) 395-416:
find a partition into at most `clusters` clusters between which little is cut, for the size of the clusters. The
eigenvectors of the `clusters` smallest eigenvalues of the normalised Laplacian give each vertex a place, and k-means
puts the places into clusters.

The graph is undirected; weights count where the dataset has them. Of a directed dataset the direction is dropped, and
where there is an edge each way, the smaller weight is kept. `clusters` must be smaller than the number of vertices.

A heuristic, compared by the ratio cut of every partition: the sum over clusters of the weight of the edges that leave
one, divided by how many vertices it has (Hagen, Kahng, 1992). Quality is its `separation`, recomputed here in float64:
how much is avoided of the ratio cut that chance would give, 1 where nothing is cut and 0 where it is as chance; see
`Cuts.separation`. `edge_cut` and `ratio_cut` are recorded beside it, and `largest`,
the size of the largest cluster: on social graphs the least ratio cuts split off small fringes, and balance nothing.

How engines differ. SciPy is the method as it is written above. cuGraph 26.10 is too (cuVS; its documentation calls the
function deprecated, in favour of one that takes the same path), in float32 where there are no weights; it uses two
eigenvectors unless told to use as many as there are clusters, as here. Its eigensolver needs six vertices and many
different eigenvalues: on graphs with many symmetries, such as rings of cliques, it fails or puts all vertices into one
cluster. NetworKit cuts at quantiles of one eigenvector of the unnormalised Laplacian after the other: its clusters are
of equal size, whatever they cut. Its eigensolver draws its own start, so its answer changes from run to run.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms import _spectral
from graphbench.algorithms.base import Algorithm, Call, Figures, Finding, Form
from graphbench.certificates import partition
from graphbench.certificates.checks import Wrong, labels_fault, raise_if
from graphbench.graphs.edgelist import EdgeList

spectral_balanced_cut = Algorithm(
    name="spectral-balanced-cut",
    revision=1,
    title="spectral balanced cut",
    family="community",
    aliases=("balanced-cut",),
    form=Form(directed=False, weights="used"),
    kind="partition",
    headline="separation",
    quality="separation",
    seeded=True,
    refusal=_spectral.refusal,
    parameters=[_spectral.CLUSTERS],
)


@spectral_balanced_cut.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every vertex is in one of at most `clusters` clusters, and what they cut is what we compute.

    How near to the best that is, no certificate can say: minimising the ratio cut is NP-hard (Wagner, Wagner, MFCS
    (1993) 744-750). What can be said is whether it is better than chance, which cuts the same whatever the sizes of
    the clusters.
    """
    raise_if(labels_fault(answer, edges.num_vertices))
    raise_if(partition.too_many_fault(answer, p.clusters))
    found = partition.cuts(edges, answer)
    separation = found.separation(p.clusters)
    if not math.isfinite(separation):
        raise Wrong(f"the separation of the partition comes to {separation}")
    figures: Figures = {
        "separation": separation,
        "edge_cut": found.edge_cut,
        "ratio_cut": found.ratio_cut,
        "clusters": len(found.sizes),
        "largest": int(found.sizes.max()),
    }
    detail = f"a partition of all {edges.num_vertices:,} vertices; what it cuts recomputed in float64"
    notes = ("what it cuts is no better than what chance would cut",) if separation <= 0 else ()
    return Finding(detail=detail, figures=figures, notes=notes)


@spectral_balanced_cut.on("networkit", no_equivalent=("seed",), parameters_used=lambda _: {"tolerance": 0.0})
def _(networkit: Any, graph: Any, p: Call) -> Any:
    partitioner = networkit.community.SpectralPartitioner(graph, p.clusters)
    partitioner.run()
    return partitioner.getPartition()


@spectral_balanced_cut.on(
    "scipy", parameters_used=lambda p: {"eigenvectors": p.clusters, "tolerance": _spectral.TOLERANCE}
)
def _(scipy: Any, graph: Any, p: Call) -> Any:
    laplacian, roots = scipy.sparse.csgraph.laplacian(graph, normed=True, return_diag=True)
    # The largest eigenvalues of I - L, not the smallest of L: a tolerance that is relative to values near 0 is not met.
    similarity = (scipy.sparse.eye_array(p.num_vertices) - laplacian).tocsr()
    start = np.random.default_rng(p.seed).random(p.num_vertices)
    # These eigenvalues lie close together: a basis of three times SciPy's usual size takes half the time.
    basis = min(p.num_vertices, 6 * p.clusters)
    _, vectors = scipy.sparse.linalg.eigsh(
        similarity, k=p.clusters, which="LA", ncv=basis, tol=_spectral.TOLERANCE, v0=start
    )
    return _spectral.k_means(scipy, vectors / roots[:, None], p)  # eigenvectors of D^-1 A now


@spectral_balanced_cut.on("cugraph", parameters_used=_spectral.cugraph_parameters)
@_spectral.on_gpu
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "spectralBalancedCutClustering is deprecated", FutureWarning)
        return cugraph.spectralBalancedCutClustering(
            graph,
            p.clusters,
            num_eigen_vects=_spectral.eigenvectors_on_gpu(p),
            evs_tolerance=_spectral.TOLERANCE,
            random_state=p.seed,
        )


spectral_balanced_cut.gap(
    "networkx", "would not be the same problem: its spectral bisection splits a graph in two, no more"
)
spectral_balanced_cut.gap("nx-cugraph", "not in the library")
spectral_balanced_cut.gap("igraph", "not in the library")
