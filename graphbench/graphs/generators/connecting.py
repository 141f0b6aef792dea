"""Graphs given an exact number of components and edges, by as few changes as that takes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


def connect(src: Integers, dst: Integers, count: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Make the first `count` vertices one component, with one new edge for each component but the largest.

    An edge goes from any vertex of the component to the nearest number in the largest one, so that what lies close
    together stays a community. No edge joins the first vertices to the others.
    """
    labels = _components(src, dst, count)
    sizes = np.bincount(labels)
    largest = int(sizes.argmax()) if count else 0
    outside = rng.permutation(np.flatnonzero(labels != largest))
    _, chosen = np.unique(labels[outside], return_index=True)
    loose = outside[chosen]
    main = np.flatnonzero(labels == largest)
    nearest = main[np.minimum(np.searchsorted(main, loose), len(main) - 1)]
    return np.concatenate([src, loose]), np.concatenate([dst, nearest])


def thin(
    src: Integers, dst: Integers, num_vertices: int, num_edges: int, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Take away edges at random until `num_edges` are left, without breaking any component.

    Removed edges without which something falls apart are put back, and others removed in their place. It is meant for
    graphs with many more edges than a forest: of several removed edges that hold the same parts, all are put back.

    Raises:
        ValueError: if there are fewer edges already, or nothing more can go.
    """
    if len(src) < num_edges:
        raise ValueError(f"The parameters yield {len(src):,} edges, and {num_edges:,} are asked for.")
    needed = np.zeros(len(src), dtype=bool)
    kept = np.ones(len(src), dtype=bool)
    while (surplus := int(np.count_nonzero(kept)) - num_edges) > 0:
        free = np.flatnonzero(kept & ~needed)
        if len(free) < surplus:
            raise ValueError(f"{num_edges:,} edges are too few for so few components.")
        removed = rng.choice(free, surplus, replace=False, shuffle=False)
        kept[removed] = False
        labels = _components(src[kept], dst[kept], num_vertices)
        torn = removed[labels[src[removed]] != labels[dst[removed]]]
        kept[torn] = needed[torn] = True
    return src[kept], dst[kept]


def _components(src: Integers, dst: Integers, count: int) -> npt.NDArray[np.int32]:
    """A label for each of the first `count` vertices; edges to others are left out."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    inside = (src < count) & (dst < count)
    ones = np.ones(int(np.count_nonzero(inside)), dtype=np.int8)
    matrix = coo_array((ones, (src[inside], dst[inside])), shape=(count, count))
    labels: npt.NDArray[np.int32] = connected_components(matrix, directed=False)[1]
    return labels
