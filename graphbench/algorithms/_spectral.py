"""What the two spectral pages share: how many clusters, and k-means on rows of eigenvectors."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Call, Parameter
from graphbench.edgelist import EdgeList

CLUSTERS = Parameter(
    name="clusters",
    type=int,
    default=8,
    minimum=2,
    help="How many clusters to look for: fewer than vertices.",
)


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

    On a graph of at most twice as many vertices, fewer: its Lanczos method has room for `n - k` basis vectors, and
    needs more than the k that it is to find (cuVS 26.10).
    """
    return int(min(p.clusters, max(1, (p.num_vertices - 1) // 2)))


def k_means(scipy: Any, points: npt.NDArray[np.float64], p: Call) -> npt.NDArray[Any]:
    """The cluster of each point by Lloyd's method from k-means++ centres, seeded; some clusters may be empty."""
    with warnings.catch_warnings():
        # Where points coincide there are fewer clusters than centres, and where all do, nothing to draw centres by.
        warnings.filterwarnings("ignore", "One of the clusters is empty", UserWarning)
        warnings.filterwarnings("ignore", "invalid value encountered", RuntimeWarning)
        seed = np.random.default_rng(p.seed)
        _, labels = scipy.cluster.vq.kmeans2(points, p.clusters, iter=100, minit="++", seed=seed)
    return np.asarray(labels)
