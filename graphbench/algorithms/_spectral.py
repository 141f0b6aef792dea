"""What the two spectral pages share: how many clusters, how exact, and k-means on rows of eigenvectors."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Adapter, Call, Parameter
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import EdgeList

CLUSTERS = Parameter(
    name="clusters",
    type=int,
    default=8,
    minimum=2,
    help="How many clusters to look for: fewer than vertices.",
)

TOLERANCE = 1e-5
"""Relative tolerance of eigenvalues: cuGraph's default."""


def refusal(edges: EdgeList, params: Mapping[str, Any]) -> str:
    """Why a graph cannot be split into so many clusters."""
    if edges.num_edges == 0:
        return f"{edges.name} has no edges, so no partition of it is better than another: use a graph that has some."
    if params["clusters"] >= edges.num_vertices:
        most = edges.num_vertices - 1
        advice = f"give --clusters {most}, or fewer" if most >= 2 else "use a larger graph"
        return (
            f"{edges.name} has {edges.num_vertices:,} vertices, and can only be split into fewer clusters than that, "
            f"not into {params['clusters']:,}: {advice}."
        )
    return ""


def eigenvectors_on_gpu(p: Call) -> int:
    """How many eigenvectors cuGraph is asked for: one for each cluster.

    On a graph of at most twice as many vertices, fewer: of k eigenvectors its Lanczos method has a basis of at most
    n - k vectors, and when it restarts it writes to the place k + 1 of it, which must be there (by the sources of cuVS
    and RAFT; 26.10 ended the process on five vertices).
    """
    return int(min(p.clusters, (p.num_vertices - 2) // 2))


def cugraph_parameters(p: Call) -> dict[str, Any]:
    """What cuGraph is given: it computes in the type of the weights, and in float32 where there are none."""
    dtype = "float64" if p.weighted else "float32"
    return {"dtype": dtype, "eigenvectors": eigenvectors_on_gpu(p), "tolerance": TOLERANCE}


def on_gpu(call: Adapter) -> Adapter:
    """A call of cuGraph, unless its eigensolver cannot work on the graph.

    Its Lanczos method fills a basis of at least 20 vectors where there is room. Where the Laplacian has fewer different
    eigenvalues, as on graphs with many symmetries, it has vectors of zeros from then on, and either divides by their
    length, and says that it could not converge, or takes them for eigenvectors, and all vertices are in one cluster
    (by RAFT's source; 26.10 does both). The first is raised here; the second is an answer, and noted as poor.

    Raises:
        UnsupportedError: instead of the eigensolver's error, or on a graph too small for two eigenvectors.
    """

    @functools.wraps(call)
    def solvable(cugraph: Any, graph: Any, p: Call) -> Any:
        if eigenvectors_on_gpu(p) < 2:
            raise UnsupportedError(f"its eigensolver needs six vertices, and this graph has {p.num_vertices}")
        try:
            return call(cugraph, graph, p)
        except RuntimeError as error:
            if "eigensolver couldn't converge" not in str(error):
                raise
            raise UnsupportedError(
                "its eigensolver fails on this graph, as on others whose Laplacian has few different eigenvalues"
            ) from error

    return solvable


def k_means(scipy: Any, points: npt.NDArray[np.float64], p: Call) -> npt.NDArray[Any]:
    """The cluster of each point by Lloyd's method from k-means++ centres, seeded; some clusters may be empty."""
    with warnings.catch_warnings():
        # Where points coincide there are fewer clusters than centres, and where all do, nothing to draw centres by.
        warnings.filterwarnings("ignore", "One of the clusters is empty", UserWarning)
        warnings.filterwarnings("ignore", "invalid value encountered", RuntimeWarning)
        seed = np.random.default_rng(p.seed)
        _, labels = scipy.cluster.vq.kmeans2(points, p.clusters, iter=100, minit="++", seed=seed)
    return np.asarray(labels)
