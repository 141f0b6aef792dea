"""Weighted nearest-neighbour graphs of points in clusters, of the shape of single-cell data."""

from __future__ import annotations

from graphbench.graphs.clean import Raw, id_type
from graphbench.system.lazy import np

_POINTS_PER_CLUSTER = 2000
_SEPARATION = 3.0
"""Standard deviation of the clusters' centres, where that of a cluster's points is 1 per dimension."""
_DIGITS = 6
"""Weights are rounded, so that machines whose `exp` differs in the last bit generate the same graph."""


def knn(*, n: int, d: int, k: int, seed: int) -> Raw:
    """Generate the graph of the k nearest neighbours of n points; see :mod:`.spec`.

    The similarity of two points at distance r is exp(-r^2 / (s t)), where s and t are their distances to their own
    k-th neighbours (Zelnik-Manor, Perona: Self-Tuning Spectral Clustering, NIPS 2004), so that it is the same seen
    from both.
    """
    # Imported here: listing generators stays quick without it.
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(seed)
    centres = _SEPARATION * rng.standard_normal((1 + n // _POINTS_PER_CLUSTER, d))
    points = centres[rng.integers(len(centres), size=n)] + rng.standard_normal((n, d))
    # The nearest point is the point itself: two points at the same place have probability zero.
    nearest = cKDTree(points).query(points, k=k + 1, workers=-1)
    distances, neighbours = (np.asarray(column)[:, 1:] for column in nearest)
    scale = distances[:, -1]
    weight = np.exp(-(distances**2) / (scale[:, None] * scale[neighbours]))
    return Raw(
        src=np.repeat(np.arange(n, dtype=id_type(n)), k),
        dst=neighbours.astype(id_type(n)).reshape(-1),
        weight=np.maximum(np.round(weight, _DIGITS), 10.0**-_DIGITS).reshape(-1),
        num_vertices=n,
        directed=False,
    )
