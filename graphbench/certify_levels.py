"""What certificates share that goes through a graph level by level: strong components and shortest paths.

Each level is a few array operations over the arcs that leave it, so that the whole is O(arcs) and a little for each
level.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.edgelist import EdgeList

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_ARCS_AT_ONCE = 4_000_000
"""Bounds the memory that the arcs of a wide level take."""
_TOO_MANY = 1e100
"""Shortest paths, beyond which their number is scaled down: in a grid they soon are more than float64 can hold."""


def strong_fault(edges: EdgeList, labels: npt.NDArray[Any]) -> str:
    """Why these labels are not the strongly connected components.

    Two breadth-first searches by SciPy, along and against the arcs inside labels, and Kahn's algorithm between labels:
    O(arcs), in seconds for tens of millions; a chain of a million components takes half a minute.

    Args:
        edges: the posed graph; an undirected edge leads both ways.
        labels: shape (num_vertices,), non-negative.
    """
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    matrix = edges.to_scipy()
    tail = np.repeat(np.arange(edges.num_vertices), np.diff(matrix.indptr))
    head = matrix.indices
    inside = label[tail] == label[head]
    for start, end, place in ((tail, head, "is not reached from"), (head, tail, "does not lead back to")):
        lost = _unreached(start[inside], end[inside], first, edges.num_vertices)
        if lost is not None:
            other = int(first[label[lost]])
            return f"vertices {lost:,} and {other:,} share a label, but {lost:,} {place} {other:,} inside it"
    stuck = _on_or_behind_a_circle(label[tail[~inside]], label[head[~inside]], len(first))
    if stuck is None:
        return ""
    one, two = (int(first[each]) for each in stuck)
    return f"vertices {one:,} and {two:,} have different labels, but these lie on one circle"


def _unreached(start: Any, end: Any, seeds: Integers, n: int) -> int | None:
    """A vertex that no path leads to from any of the seeds."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    ends = np.concatenate([start, np.full(len(seeds), n)]), np.concatenate([end, seeds])  # a root above the seeds
    reach: Any = breadth_first_order  # the stubs know no call that returns one array
    matrix = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(n + 1, n + 1)).tocsr()
    lost = np.ones(n + 1, dtype=bool)
    lost[reach(matrix, n, directed=True, return_predecessors=False)] = False
    return int(np.argmax(lost)) if lost.any() else None


def _on_or_behind_a_circle(tail: Any, head: Any, n: int) -> tuple[int, int] | None:
    """Two neighbours on a circle of this graph on n vertices, if it has one."""
    from scipy.sparse import coo_array

    matrix = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n, n)).tocsr()
    arriving = np.bincount(matrix.indices, minlength=n)
    level = np.flatnonzero(arriving == 0)
    while len(level):
        following = []
        for _, heads in out_arcs(matrix, level):
            np.subtract.at(arriving, heads, 1)
            following.append(heads[arriving[heads] == 0])
        level = np.unique(np.concatenate(following))
    left = np.flatnonzero(arriving > 0)
    if len(left) == 0:
        return None
    # Each vertex that is left has one before it that is left too: going back from any, one comes to a circle.
    kept = arriving > 0
    rows = np.repeat(np.arange(n), np.diff(matrix.indptr))
    among = kept[rows] & kept[matrix.indices]
    before = np.zeros(n, dtype=np.int64)
    before[matrix.indices[among]] = rows[among]
    v = int(left[0])
    seen: set[int] = set()
    while v not in seen:
        seen.add(v)
        v = int(before[v])
    return int(before[v]), v


def dependencies(edges: EdgeList, sources: Integers) -> Floats:
    """The sum over sources s of how much s depends on each vertex, by Brandes' algorithm in float64.

    delta_s(v) = sum over t of sigma_st(v) / sigma_st, with sigma_st the number of shortest paths from s to t and
    sigma_st(v) of those with v in their inside (Brandes, J. Math. Sociology 25 (2001) 163-177). One source takes about
    a second for 10 million edges.

    Args:
        edges: the posed graph; every arc has length 1.
        sources: all different.

    Returns:
        Shape (num_vertices,).
    """
    matrix = edges.to_scipy()
    total = np.zeros(edges.num_vertices)
    for source in sources.tolist():
        total += _dependency(matrix, source)
    return total


def _dependency(matrix: Any, source: int) -> Floats:
    n = matrix.shape[0]
    depth = np.full(n, -1, dtype=np.int32)
    paths, dependency = np.zeros(n), np.zeros(n)
    depth[source], paths[source] = 0, 1.0
    level = np.array([source])
    steps: list[tuple[float, list[tuple[Any, Any]]]] = []
    while len(level):
        # The arcs that lead from one level to the next are those to vertices not seen on an earlier one.
        step, found = [], []
        for start, end in out_arcs(matrix, level):
            onward = (depth[end] < 0) | (depth[end] == len(steps) + 1)
            tails, heads = start[onward], end[onward]
            np.add.at(paths, heads, paths[tails])
            found.append(heads[depth[heads] < 0])
            depth[heads] = len(steps) + 1
            step.append((tails, heads))
        level = np.unique(np.concatenate(found))
        most = float(paths[level].max(initial=0.0))
        scale = most if most > _TOO_MANY else 1.0  # only ratios of neighbouring levels count
        paths[level] /= scale
        steps.append((scale, step))
    for scale, step in reversed(steps):
        for tails, heads in step:
            np.add.at(dependency, tails, paths[tails] / (paths[heads] * scale) * (1.0 + dependency[heads]))
    dependency[source] = 0.0
    return dependency


def out_arcs(matrix: Any, vertices: npt.NDArray[Any]) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    """Tails and heads of the arcs out of some vertices, a few million at once; at least one pair, maybe empty.

    Args:
        matrix: SciPy's, in compressed sparse rows.
        vertices: all different, at least one.
    """
    first = matrix.indptr[vertices].astype(np.int64)
    count = matrix.indptr[vertices + 1] - first
    cuts = np.flatnonzero(np.diff(np.cumsum(count) // _ARCS_AT_ONCE)) + 1
    for part in np.split(np.arange(len(vertices)), cuts):
        counts = count[part]
        before = np.cumsum(counts) - counts
        places = np.arange(int(counts.sum())) + np.repeat(first[part] - before, counts)
        yield np.repeat(vertices[part], counts), matrix.indices[places]


__all__ = ["dependencies", "out_arcs", "strong_fault"]
