"""What the community pages share: the certificate of heuristics for modularity, and the two spectral methods' parts."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Adapter, Call, Finding, Parameter
from graphbench.certificates import partition
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

CLUSTERS = Parameter(
    name="clusters",
    also=("num_clusters", "n_clusters"),
    type=int,
    default=8,
    minimum=2,
    help="How many clusters to look for: fewer than vertices.",
)

TOLERANCE = 1e-5
"""Relative tolerance of eigenvalues and of k-means: cuGraph's default."""


def modularity_finding(edges: EdgeList, answer: npt.NDArray[Any], *, resolution: float) -> Finding:
    """The finding for a partition, with its modularity recomputed.

    Raises:
        Wrong: if the answer is no partition.
    """
    quality = partition.certified_modularity(edges, answer, resolution=resolution)
    detail = f"a partition of all {edges.num_vertices:,} vertices; modularity recomputed in float64"
    return Finding(detail=detail, quantities={"modularity": quality, "communities": len(np.unique(answer))})


def cugraph_dtype(p: Call) -> dict[str, Any]:
    """CuGraph computes in the type of the weights, and in float32 if there are none."""
    return {"dtype": "float64" if p.weighted else "float32"}


def refusal(edges: EdgeList, params: Mapping[str, Any]) -> str:
    """Why a graph cannot be split into that many clusters."""
    if edges.num_edges == 0:
        return f"{edges.name} has no edges, so all its partitions are equally good. Use a graph with edges."
    if params["clusters"] >= edges.num_vertices:
        most = edges.num_vertices - 1
        advice = f"Use --clusters {most} or fewer" if most >= 2 else "Use a larger graph"
        return (
            f"{edges.name} has {edges.num_vertices:,} vertices and cannot be split into {params['clusters']:,} "
            f"clusters: there must be fewer clusters than vertices. {advice}."
        )
    return ""


def cugraph_eigenvectors(p: Call) -> int:
    """How many eigenvectors cuGraph is asked for: one per cluster, fewer on very small graphs.

    For k eigenvectors its Lanczos method has a basis of at most n - k vectors. When it restarts it writes to position
    k + 1 of that basis, which must exist (see the sources of cuVS and RAFT; 26.10 crashed on five vertices).
    """
    return int(min(p.clusters, (p.num_vertices - 2) // 2))


def cugraph_parameters(p: Call) -> dict[str, Any]:
    """What cuGraph is given."""
    return cugraph_dtype(p) | {"eigenvectors": cugraph_eigenvectors(p), "tolerance": TOLERANCE}


def raises_unsupported(call: Adapter) -> Adapter:
    """Let a call of cuGraph raise UnsupportedError where its eigensolver cannot work on the graph.

    Its Lanczos method fills a basis of at least 20 vectors if there is room. If the Laplacian has fewer different
    eigenvalues, as on graphs with many symmetries, further vectors are zero. The solver then either divides by their
    length and reports that it could not converge, or uses them as eigenvectors, which puts all vertices into one
    cluster (see RAFT's source; 26.10 does both). The first case is raised here; the second is an answer, noted as poor.

    Raises:
        UnsupportedError: instead of the eigensolver's error, or on a graph too small for two eigenvectors.
    """

    @functools.wraps(call)
    def solvable(cugraph: Any, graph: Any, p: Call) -> Any:
        if cugraph_eigenvectors(p) < 2:
            raise UnsupportedError(f"its eigensolver needs six vertices, and this graph has {p.num_vertices}")
        try:
            return call(cugraph, graph, p)
        except RuntimeError as error:
            if "eigensolver couldn't converge" not in str(error):
                raise
            raise UnsupportedError(
                "its eigensolver fails on graphs whose Laplacian has few different eigenvalues, such as this one"
            ) from error

    return solvable


def k_means(scipy: Any, points: npt.NDArray[np.float64], p: Call) -> npt.NDArray[Any]:
    """The cluster of each point by Lloyd's method from seeded k-means++ centres; clusters may be empty.

    Only `kmeans2` begins with k-means++, and only `kmeans` stops at a tolerance, which is absolute.
    """
    vq = scipy.cluster.vq
    with warnings.catch_warnings():
        # If points coincide there are fewer clusters than centres; if all do, k-means++ has no distances to draw by.
        warnings.filterwarnings("ignore", "One of the clusters is empty", UserWarning)
        warnings.filterwarnings("ignore", "invalid value encountered", RuntimeWarning)
        centres, _ = vq.kmeans2(points, p.clusters, iter=1, minit="++", seed=np.random.default_rng(p.seed))
    _, distances = vq.vq(points, centres)
    centres, _ = vq.kmeans(points, centres, thresh=TOLERANCE * distances.mean())
    labels, _ = vq.vq(points, centres)
    return np.asarray(labels)
