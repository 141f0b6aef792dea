"""What several certificates share: checks of an answer that rest on no engine.

Everything runs over chunks of the edge list in O(edges), in float64 or int64, without a Python loop over edges.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.edgelist import EdgeList


def labels_fault(labels: npt.NDArray[Any], num_vertices: int) -> str:
    """Why these are not one non-negative integer label for each vertex; empty if they are."""
    if labels.shape != (num_vertices,):
        return f"{labels.shape} labels for {num_vertices:,} vertices"
    if not np.issubdtype(labels.dtype, np.integer):
        return f"labels are {labels.dtype}, not integers"
    if num_vertices and labels.min() < 0:
        missing = int(np.argmax(labels < 0))
        return f"vertex {missing} has no label"
    return ""


def modularity(edges: EdgeList, labels: npt.NDArray[Any], *, resolution: float = 1.0) -> float:
    """Newman's modularity of a partition of an undirected graph.

    Q = sum over communities c of  W_c / W - resolution * (D_c / 2W)^2, with W the total edge weight, W_c the weight
    inside c and D_c the weighted degrees of c together (Clauset, Newman, Moore, Phys. Rev. E 70, 066111, 2004).

    Args:
        edges: undirected; weights count if there are any.
        labels: communities, shape (num_vertices,).
        resolution: gamma.

    Returns:
        Q in float64; 0.0 for a graph without edges, as igraph and NetworkX define no better value.
    """
    names, label = np.unique(labels, return_inverse=True)
    inside = total = 0.0
    degree = np.zeros(len(names))
    for src, dst, weight in edges.chunks():
        one, two = label[src], label[dst]
        values = np.ones(len(src)) if weight is None else weight
        inside += float(values[one == two].sum())
        total += float(values.sum())
        for ends in (one, two):
            degree += np.bincount(ends, weights=weight, minlength=len(names))
    if total == 0:
        return 0.0
    return inside / total - resolution * float(np.square(degree / (2 * total)).sum())
