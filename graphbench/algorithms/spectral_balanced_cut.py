"""Balanced cut into a given number of clusters, by eigenvectors of the Laplacian.

Shi, Malik, "Normalized cuts and image segmentation", IEEE Trans. Pattern Anal. Mach. Intell. 22 (2000) 888-905; for
more than two clusters as in von Luxburg, "A tutorial on spectral clustering", Stat. Comput. 17 (2007) 395-416: find a
partition into at most `clusters` clusters with little edge weight between them, relative to their sizes. The
eigenvectors of the `clusters` smallest eigenvalues of the normalised Laplacian give each vertex a point, and k-means
clusters the points.

The graph is undirected; the dataset's weights are used. A directed dataset is symmetrised: where there is an edge each
way, the smaller weight is kept. `clusters` must be smaller than the number of vertices.

A heuristic, compared by the ratio cut of every partition: the sum over clusters of the weight of the edges that leave
the cluster, divided by its number of vertices (Hagen, Kahng, 1992). Quality is its `separation`, recomputed in
float64: the part of a random partition's ratio cut that is avoided, 1 if nothing is cut and 0 if the partition is as
good as a random one; see `Cuts.separation`. `edge_cut`, `ratio_cut` and `largest`, the size of the largest cluster,
are recorded too: on social graphs the smallest ratio cuts split off small fringes and balance nothing.

How engines differ. SciPy follows the method as written above. So does cuGraph 26.10 (cuVS; its documentation
deprecates the function in favour of one with the same code path), in float32 if there are no weights; it uses two
eigenvectors by default and one per cluster here. Its eigensolver needs six vertices and many different eigenvalues: on
graphs with many symmetries, such as rings of cliques, it fails or puts all vertices into one cluster. NetworKit cuts at
quantiles of one eigenvector of the unnormalised Laplacian after the other: its clusters have equal sizes, whatever they
cut. Its eigensolver draws its own start vector, so its answer changes from run to run.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _communities
from graphbench.algorithms._iterating import raises_own_convergence_error
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates import partition
from graphbench.certificates.checks import Wrong, labels_fault, raise_if
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

spectral_balanced_cut = Algorithm(
    name="spectral-balanced-cut",
    revision=4,
    title="spectral balanced cut",
    family="community",
    aliases=("balanced-cut",),
    form=Form(directed=False, weights="used"),
    kind="partition",
    headline="separation",
    quality="separation",
    seeded=True,
    refusal=_communities.refusal,
    parameters=[_communities.CLUSTERS],
)


@spectral_balanced_cut.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every vertex is in one of at most `clusters` clusters. What they cut is recomputed.

    No certificate can show how close to the optimum that is: minimising the ratio cut is NP-hard (Wagner, Wagner, MFCS
    (1993) 744-750). It can show whether the partition is better than random, which cuts the same whatever the sizes of
    the clusters.
    """
    raise_if(labels_fault(answer, edges.num_vertices))
    raise_if(partition.too_many_fault(answer, p.clusters))
    cuts = partition.cuts(edges, answer)
    separation = cuts.separation(p.clusters)
    if not math.isfinite(separation):
        raise Wrong(f"the separation of the partition comes to {separation}")
    quantities: Quantities = {
        "separation": separation,
        "edge_cut": cuts.edge_cut,
        "ratio_cut": cuts.ratio_cut,
        "clusters": len(cuts.sizes),
        "largest": int(cuts.sizes.max()),
    }
    detail = f"a partition of all {edges.num_vertices:,} vertices; what it cuts recomputed in float64"
    notes = ("its ratio cut is no better than that of a random partition",) if separation <= 0 else ()
    return Finding(detail=detail, quantities=quantities, notes=notes)


def _networkit_eigenvectors(p: Call) -> int:
    """How many eigenvectors NetworKit asks for, the constant one included; its solver needs more vertices than that."""
    return math.ceil(math.log2(p.clusters)) + 2


@spectral_balanced_cut.on(
    "networkit",
    no_equivalent=("seed",),
    parameters_used=lambda p: {"eigenvectors": _networkit_eigenvectors(p), "tolerance": 0.0},
)
@raises_own_convergence_error
def _(networkit: Any, graph: Any, p: Call) -> Any:
    if p.num_vertices <= _networkit_eigenvectors(p):
        raise UnsupportedError(
            f"its eigensolver finds fewer eigenvectors than there are vertices; it needs {_networkit_eigenvectors(p)} "
            f"for {p.clusters} clusters, and this graph has {p.num_vertices} vertices"
        )
    partitioner = networkit.community.SpectralPartitioner(graph, p.clusters)
    try:
        partitioner.run()
    except IndexError as error:  # the quantiles of an empty part
        raise UnsupportedError("its cuts at quantiles fail where eigenvectors have too few different values") from error
    return partitioner.getPartition()


@spectral_balanced_cut.on(
    "scipy", parameters_used=lambda p: {"eigenvectors": p.clusters, "tolerance": _communities.TOLERANCE}
)
@raises_own_convergence_error
def _(scipy: Any, graph: Any, p: Call) -> Any:
    laplacian, roots = scipy.sparse.csgraph.laplacian(graph, normed=True, return_diag=True)
    # The largest eigenvalues of I - L, not the smallest of L: a tolerance relative to values near 0 is never met.
    similarity = (scipy.sparse.eye_array(p.num_vertices) - laplacian).tocsr()
    start = np.random.default_rng(p.seed).random(p.num_vertices)
    # These eigenvalues lie close together: a basis of three times SciPy's usual size takes half the time.
    basis = min(p.num_vertices, 6 * p.clusters)
    _, vectors = scipy.sparse.linalg.eigsh(
        similarity, k=p.clusters, which="LA", ncv=basis, tol=_communities.TOLERANCE, v0=start
    )
    return _communities.k_means(scipy, vectors / roots[:, None], p)  # eigenvectors of D^-1 A now


@spectral_balanced_cut.on("cugraph", parameters_used=_communities.cugraph_parameters)
@_communities.raises_unsupported
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "spectralBalancedCutClustering is deprecated", FutureWarning)
        return cugraph.spectralBalancedCutClustering(
            graph,
            p.clusters,
            num_eigen_vects=_communities.cugraph_eigenvectors(p),
            evs_tolerance=_communities.TOLERANCE,
            random_state=p.seed,
        )


spectral_balanced_cut.gap(
    "networkx", "would not be the same problem: its spectral bisection splits a graph into two parts only"
)
spectral_balanced_cut.gap("nx-cugraph", "not in the library")
spectral_balanced_cut.gap("igraph", "not in the library")
