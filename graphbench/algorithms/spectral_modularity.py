"""Modularity maximisation into a given number of clusters, by eigenvectors of the modularity matrix.

White, Smyth, "A spectral clustering approach to finding communities in graphs", SIAM Data Mining (2005) 274-285, after
Newman, "Finding community structure in networks using the eigenvectors of matrices", Phys. Rev. E 74 (2006) 036104:
find a partition into at most `clusters` clusters whose modularity is high. The modularity matrix is
B = A - d d' / 2W, where A is the (weighted) adjacency matrix, d its row sums and W the total weight. Its leading
clusters - 1 eigenvectors give each vertex a point, and k-means clusters the points.

The graph is undirected; the dataset's weights are used. A directed dataset is symmetrised: where there is an edge each
way, the smaller weight is kept. `clusters` must be smaller than the number of vertices.

A heuristic, compared by the modularity of every partition, recomputed in float64. A partition is flagged if its
modularity is no higher than that of a random one with the same sizes.

How engines differ. SciPy follows the method as written above, with each vertex's row of eigenvectors scaled to length 1
(with two clusters, to its sign, which is Newman's division). igraph divides instead: starting from the graph's
components, it splits one part at a time by the sign of its leading eigenvector, as long as modularity gains, so it can
end with fewer clusters. It never merges: for a graph with more components than `clusters` it returns the components at
once, which is not accepted as an answer. cuGraph 26.10 uses one code path for this problem and for
`spectral-balanced-cut`: k-means on eigenvectors of the normalised Laplacian (cuVS), which do not maximise modularity;
it uses two of them by default and one per cluster here. Its eigensolver needs six vertices and many different
eigenvalues: on graphs with many symmetries, such as rings of cliques, it fails or puts all vertices into one cluster.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _communities
from graphbench.algorithms._iterating import raises_own_convergence_error
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.certificates import partition
from graphbench.certificates.checks import check_seed, raise_if
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

spectral_modularity = Algorithm(
    name="spectral-modularity",
    revision=3,
    title="spectral modularity maximisation",
    family="community",
    aliases=("modularity-maximization", "modularity-maximisation"),
    form=Form(directed=False, weights="used"),
    kind="partition",
    headline="modularity",
    quality="modularity",
    seeded=True,
    refusal=_communities.refusal,
    parameters=[_communities.CLUSTERS],
)


@spectral_modularity.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every vertex is in one of at most `clusters` clusters. The modularity is recomputed.

    No certificate can show how close to the optimum that is: maximising modularity is NP-hard (Brandes et al., IEEE
    Trans. Knowl. Data Eng. 20 (2008) 172-188). It can show whether the partition is better than random.
    """
    quality = partition.certified_modularity(edges, answer)
    raise_if(partition.too_many_fault(answer, p.clusters))
    _, sizes = np.unique(answer, return_counts=True)
    quantities = {"modularity": quality, "clusters": len(sizes), "largest": int(sizes.max())}
    detail = f"a partition of all {edges.num_vertices:,} vertices; modularity recomputed in float64"
    random_quality = partition.shuffled_modularity(edges, answer, seed=check_seed(p))
    if quality > random_quality:
        return Finding(detail=detail, quantities=quantities)
    note = (
        f"its modularity of {quality:.4f} is no better than the {random_quality:.4f} of a partition of the same sizes "
        "that was drawn at random"
    )
    return Finding(detail=detail, quantities=quantities, notes=(note,))


@spectral_modularity.on("igraph", parameters_used=lambda _: {"tolerance": 0.0})
@raises_own_convergence_error
def _(igraph: Any, graph: Any, p: Call) -> Any:
    igraph.set_random_number_generator(random.Random(p.seed))
    clustering = graph.community_leading_eigenvector(clusters=p.clusters, weights=p.weight)
    if len(clustering) > p.clusters:
        raise UnsupportedError(
            f"would not be the same problem: it splits components and merges none, so this graph's {len(clustering):,} "
            f"components do not become {p.clusters:,} clusters; ask for more clusters than components"
        )
    return clustering


@spectral_modularity.on(
    "scipy", parameters_used=lambda p: {"eigenvectors": p.clusters - 1, "tolerance": _communities.TOLERANCE}
)
@raises_own_convergence_error
def _(scipy: Any, graph: Any, p: Call) -> Any:
    degrees = graph.sum(axis=1)
    twice_total = degrees.sum()
    modularity_matrix = scipy.sparse.linalg.LinearOperator(
        graph.shape, matvec=lambda x: graph @ x - degrees * (degrees @ x / twice_total), dtype=np.float64
    )
    start = np.random.default_rng(p.seed).random(p.num_vertices)
    _, vectors = scipy.sparse.linalg.eigsh(
        modularity_matrix, k=p.clusters - 1, which="LA", tol=_communities.TOLERANCE, v0=start
    )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return _communities.k_means(scipy, np.divide(vectors, lengths, out=vectors, where=lengths > 0), p)


@spectral_modularity.on("cugraph", parameters_used=_communities.cugraph_parameters)
@_communities.raises_unsupported
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.spectralModularityMaximizationClustering(
        graph,
        p.clusters,
        num_eigen_vects=_communities.cugraph_eigenvectors(p),
        evs_tolerance=_communities.TOLERANCE,
        random_state=p.seed,
    )


spectral_modularity.gap("networkx", "would not be the same problem: its spectral method only bisects a graph")
spectral_modularity.gap("nx-cugraph", "not in the library")
spectral_modularity.gap("networkit", "not in the library")
