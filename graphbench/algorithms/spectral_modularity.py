"""Modularity maximisation into a given number of clusters, by eigenvectors.

White, Smyth, "A spectral clustering approach to finding communities in graphs", SIAM Data Mining (2005) 274-285, after
Newman, "Finding community structure in networks using the eigenvectors of matrices", Phys. Rev. E 74 (2006) 036104:
find a partition into at most `clusters` clusters whose modularity is high. The modularity matrix is
B = A - d d' / 2W, with A the (weighted) adjacency matrix, d its row sums and W the total weight. Its leading
clusters - 1 eigenvectors give each vertex a place, and k-means puts the places into clusters.

The graph is undirected; weights count where the dataset has them. Of a directed dataset the direction is dropped, and
where there is an edge each way, the smaller weight is kept. `clusters` must be smaller than the number of vertices.

A heuristic, compared by the modularity of every partition, recomputed here in float64. A partition is told on if it is
no better than one of the same sizes that a seed has drawn.

How engines differ. SciPy is the method as it is written above, each vertex's row of eigenvectors brought to length 1
(with two clusters: to its sign, which is Newman's division). igraph divides instead: from the graph's components on,
each time by the sign of the leading eigenvector of one part, as long as modularity gains, so it can end with fewer
clusters. It joins nothing: of a graph with more components than `clusters` it returns these, in no time, and that is
taken for no answer. cuGraph 26.10 takes one path for this problem and for `spectral-balanced-cut`: k-means on
eigenvectors of the normalised Laplacian (cuVS), which do not look for modularity; it uses two of them unless told to
use as many as there are clusters, as here. Its eigensolver needs six vertices and many different eigenvalues: on
graphs with many symmetries, such as rings of cliques, it fails or puts all vertices into one cluster.
"""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms import _spectral
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.certificates import partition
from graphbench.certificates.checks import Wrong, labels_fault, raise_if
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import EdgeList

spectral_modularity = Algorithm(
    name="spectral-modularity",
    revision=1,
    title="spectral modularity maximisation",
    family="community",
    aliases=("modularity-maximization", "modularity-maximisation"),
    form=Form(directed=False, weights="used"),
    kind="partition",
    headline="modularity",
    quality="modularity",
    seeded=True,
    refusal=_spectral.refusal,
    parameters=[_spectral.CLUSTERS],
)


@spectral_modularity.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every vertex is in one of at most `clusters` clusters, whose modularity is what we compute.

    How near to the best that is, no certificate can say: maximising modularity is NP-hard (Brandes et al., IEEE
    Trans. Knowl. Data Eng. 20 (2008) 172-188). What can be said is whether it is better than chance.
    """
    raise_if(labels_fault(answer, edges.num_vertices))
    raise_if(partition.too_many_fault(answer, p.clusters))
    quality = partition.modularity(edges, answer)
    if not math.isfinite(quality):
        raise Wrong(f"the modularity of the partition comes to {quality}")
    _, sizes = np.unique(answer, return_counts=True)
    figures = {"modularity": quality, "clusters": len(sizes), "largest": int(sizes.max())}
    detail = f"a partition of all {edges.num_vertices:,} vertices; modularity recomputed in float64"
    chance = partition.shuffled_modularity(edges, answer, seed=p.seed)
    if quality > chance:
        return Finding(detail=detail, figures=figures)
    poor = (
        f"its modularity of {quality:.4f} is no better than the {chance:.4f} of a partition of the same sizes that was "
        "drawn at random"
    )
    return Finding(detail=detail, figures=figures, notes=(poor,))


@spectral_modularity.on("igraph", parameters_used=lambda _: {"tolerance": 0.0})
def _(igraph: Any, graph: Any, p: Call) -> Any:
    igraph.set_random_number_generator(random.Random(p.seed))
    found = graph.community_leading_eigenvector(clusters=p.clusters, weights=p.weight)
    if len(found) > p.clusters:
        raise UnsupportedError(
            f"would not be the same problem: it splits components and joins none, so this graph's {len(found):,} "
            f"components do not become {p.clusters:,} clusters; ask for more clusters than components"
        )
    return found


@spectral_modularity.on(
    "scipy", parameters_used=lambda p: {"eigenvectors": p.clusters - 1, "tolerance": _spectral.TOLERANCE}
)
def _(scipy: Any, graph: Any, p: Call) -> Any:
    degrees = graph.sum(axis=1)
    twice_total = degrees.sum()
    modularity_matrix = scipy.sparse.linalg.LinearOperator(
        graph.shape, matvec=lambda x: graph @ x - degrees * (degrees @ x / twice_total), dtype=np.float64
    )
    start = np.random.default_rng(p.seed).random(p.num_vertices)
    _, vectors = scipy.sparse.linalg.eigsh(
        modularity_matrix, k=p.clusters - 1, which="LA", tol=_spectral.TOLERANCE, v0=start
    )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return _spectral.k_means(scipy, np.divide(vectors, lengths, out=vectors, where=lengths > 0), p)


@spectral_modularity.on("cugraph", parameters_used=_spectral.cugraph_parameters)
@_spectral.on_gpu
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.spectralModularityMaximizationClustering(
        graph,
        p.clusters,
        num_eigen_vects=_spectral.eigenvectors_on_gpu(p),
        evs_tolerance=_spectral.TOLERANCE,
        random_state=p.seed,
    )


spectral_modularity.gap("networkx", "would not be the same problem: its spectral method splits a graph in two, no more")
spectral_modularity.gap("nx-cugraph", "not in the library")
spectral_modularity.gap("networkit", "not in the library")
