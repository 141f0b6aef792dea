"""Partitions of the vertices: modularity, the edges that a partition cuts, and what a random partition would cut.

Modularity: Clauset, Newman, Moore, Phys. Rev. E 70, 066111 (2004). Ratio cut: Hagen, Kahng, IEEE Trans. CAD 11 (1992)
1074-1085. All functions run over chunks of the edge list in O(edges).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from graphbench.certificates.checks import Wrong, labels_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt


def modularity(edges: EdgeList, labels: npt.NDArray[Any], *, resolution: float = 1.0) -> float:
    """Newman's modularity of a partition of an undirected graph.

    Q = sum over communities c of  W_c / W - resolution * (D_c / 2W)^2, with W the total edge weight, W_c the weight
    inside c and D_c the weighted degrees of c together (Clauset, Newman, Moore, Phys. Rev. E 70, 066111, 2004).

    Args:
        edges: undirected; weights are used if there are any.
        labels: communities, any names, shape (num_vertices,).
        resolution: gamma.

    Returns:
        Q in float64; 0.0 if the total edge weight is 0, where Q is undefined.
    """
    names, label = np.unique(labels, return_inverse=True)
    inside = total = 0.0
    degree = np.zeros_like(label, dtype=np.float64, shape=(len(names),))
    for src, dst, weight in edges.chunks():
        one, two = label[src], label[dst]
        values = np.ones_like(one, dtype=np.float64) if weight is None else weight
        inside += float(values[one == two].sum())
        total += float(values.sum())
        for ends in (one, two):
            degree += np.bincount(ends, weights=weight, minlength=len(names))
    if total == 0:
        return 0.0
    return inside / total - resolution * float(np.square(degree / (2 * total)).sum())


def certified_modularity(edges: EdgeList, labels: npt.NDArray[Any], *, resolution: float = 1.0) -> float:
    """The modularity of an answer, once it is known to be a partition.

    Raises:
        Wrong: if the answer is no partition, or its modularity is not finite.
    """
    raise_if(labels_fault(labels, edges.num_vertices))
    quality = modularity(edges, labels, resolution=resolution)
    if not math.isfinite(quality):
        raise Wrong(f"the modularity of the partition comes to {quality}")
    return quality


class Cuts(NamedTuple):
    """What a partition cuts.

    Attributes:
        leaving: for each cluster in use, the weight of the edges with one end in it, shape (c,).
        sizes: how many vertices each of them has, shape (c,).
        total: the weight of all edges.
    """

    leaving: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int64]
    total: float

    @property
    def edge_cut(self) -> float:
        """The weight of the edges between clusters, each edge once."""
        return float(self.leaving.sum()) / 2

    @property
    def ratio_cut(self) -> float:
        """The sum over clusters of the weight that leaves one per vertex in it.

        Hagen, Kahng, "New spectral methods for ratio cut partitioning and clustering", IEEE Trans. CAD 11 (1992)
        1074-1085, for more than two clusters as in von Luxburg, Stat. Comput. 17 (2007) 395-416 (who halves it).
        """
        return float((self.leaving / self.sizes).sum())

    def separation(self, clusters: int) -> float:
        """The part of a random partition's ratio cut that this one avoids: 1 if it cuts nothing, 0 if it is as random.

        Put n vertices at random into clusters of given sizes. An edge leaves a cluster of size s with probability
        2 s (n - s) / (n (n - 1)), so with W the weight of all edges that cluster is expected to add
        2 W (n - s) / (n (n - 1)) to the ratio cut, and c clusters together 2 W (c - 1) / (n - 1), whatever their sizes.
        So each cluster after the first costs d = 2 W / (n - 1), nearly the mean degree. The separation is

            1 - (ratio cut + d * number of missing clusters) / (d * (clusters - 1)),

        so that leaving clusters out gains nothing: a single cluster has separation 0. Scaling all weights does not
        change it. It is negative for a partition that is worse than random, and 0 for a graph without edges.

        Args:
            clusters: the number that was asked for, at least 2; if the partition has more, their number is used.
        """
        each = 2 * self.total / max(int(self.sizes.sum()) - 1, 1)
        if each == 0:
            return 0.0
        asked = max(clusters, len(self.sizes))
        missing = asked - len(self.sizes)
        return 1 - (self.ratio_cut / each + missing) / (asked - 1)


def cuts(edges: EdgeList, labels: npt.NDArray[Any]) -> Cuts:
    """Compute what a partition cuts.

    Args:
        edges: undirected; weights are used if there are any.
        labels: clusters, any names, shape (num_vertices,).
    """
    names, label, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    leaving = np.zeros(len(names))
    total = 0.0
    for src, dst, weight in edges.chunks():
        ends = label[src], label[dst]
        across = ends[0] != ends[1]
        total += float(len(src) if weight is None else weight.sum())
        for side in ends:
            leaving += np.bincount(
                side[across], weights=None if weight is None else weight[across], minlength=len(names)
            )
    return Cuts(leaving, sizes, total)


def shuffled_modularity(edges: EdgeList, labels: npt.NDArray[Any], *, seed: int) -> float:
    """The modularity of a partition into clusters of the same sizes, drawn at random."""
    return modularity(edges, labels[np.random.default_rng(seed).permutation(len(labels))])


def too_many_fault(labels: npt.NDArray[Any], clusters: int) -> str:
    """Why there are more labels than the clusters that were asked for."""
    count = len(np.unique(labels))
    return f"{count:,} clusters, where at most {clusters:,} were asked for" if count > clusters else ""


def propagated_labels(edges: EdgeList, iterations: int) -> npt.NDArray[np.int64]:
    """Labels after synchronous label propagation from the vertices' ids, of equally frequent labels the smallest.

    Each iteration sorts the arcs by vertex and label: O(m log m).

    Args:
        edges: the posed graph; an arc counts at both ends.
        iterations: how many.
    """
    src, dst, _ = edges.to_numpy()
    vertex, neighbour = np.concatenate([src, dst]).astype(np.int64), np.concatenate([dst, src])
    labels = np.arange(edges.num_vertices)
    for _ in range(iterations if len(src) else 0):
        votes = np.sort(vertex * len(labels) + labels[neighbour])
        starts = np.flatnonzero(np.append(True, votes[1:] != votes[:-1]))
        voter, label = np.divmod(votes[starts], len(labels))
        count = np.diff(np.append(starts, len(votes)))
        # The last entry of each vertex: the largest count, and the smallest label among its equals.
        order = np.lexsort((-label, count, voter))
        last = order[np.append(np.diff(voter[order]) > 0, True)]
        after = labels.copy()
        after[voter[last]] = label[last]
        if np.array_equal(after, labels):
            break
        labels = after
    return labels
