"""What certificates share that goes through a graph level by level: strong components and shortest paths.

Each level is a few array operations over the arcs that leave it, so that the whole is O(arcs) and a little for each
level.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.graphs.edgelist import EdgeList

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
    tail = np.repeat(np.arange(edges.num_vertices, dtype=matrix.indices.dtype), np.diff(matrix.indptr))
    inside = label[tail] == label[matrix.indices]
    kept = _rows_kept(matrix, inside)
    forwards = [(kept, "is not reached from")]
    backwards = [(kept.T.tocsr(), "does not lead back to")] if edges.directed else []  # an edge leads both ways
    for arcs, fault in forwards + backwards:
        lost = _unreached(arcs, first)
        if lost is not None:
            other = int(first[label[lost]])
            return f"vertices {lost:,} and {other:,} share a label, but {lost:,} {fault} {other:,} inside it"
    stuck = _on_or_behind_a_circle(label[tail[~inside]], label[matrix.indices[~inside]], len(first))
    if stuck is None:
        return ""
    one, two = (int(first[each]) for each in stuck)
    return f"vertices {one:,} and {two:,} have different labels, but these lie on one circle"


def _rows_kept(matrix: Any, kept: npt.NDArray[np.bool_]) -> Any:
    """The matrix with only those of its entries; their values do not matter."""
    from scipy.sparse import csr_array

    before = np.concatenate([[0], np.cumsum(kept)])[matrix.indptr].astype(matrix.indptr.dtype)
    return csr_array((np.ones(int(before[-1]), dtype=np.int8), matrix.indices[kept], before), shape=matrix.shape)


def _unreached(matrix: Any, seeds: Integers) -> int | None:
    """A vertex that no path leads to from any of the seeds."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    n = matrix.shape[0]
    ends = np.concatenate([matrix.indices, seeds.astype(matrix.indices.dtype)])  # of arcs from a root above the seeds
    rows = np.append(matrix.indptr, np.asarray(len(ends), dtype=matrix.indptr.dtype))
    rooted = csr_array((np.ones(len(ends), dtype=np.int8), ends, rows), shape=(n + 1, n + 1))
    reach: Any = breadth_first_order  # the stubs know no call that returns one array
    lost = np.ones(n + 1, dtype=bool)
    lost[reach(rooted, n, directed=True, return_predecessors=False)] = False
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
    backwards = matrix.T if edges.directed else matrix
    total = np.zeros(edges.num_vertices)
    for source in sources.tolist():
        total += _dependency(matrix, backwards, source)
    return total


def _dependency(matrix: Any, backwards: Any, source: int) -> Floats:
    """One source's part: path counts outwards over the levels, then dependencies back.

    Where most arcs leave one level, a product with the whole matrix is cheaper than looking at each of them.
    """
    n, dear = matrix.shape[0], matrix.nnz // 10
    seen = np.zeros(n, dtype=bool)
    paths, dependency, share = np.zeros(n), np.zeros(n), np.zeros(n)
    seen[source], paths[source] = True, 1.0
    level = np.array([source])
    levels, scales = [level], [1.0]
    while True:
        if _num_arcs(matrix, level) > dear:
            here = np.zeros(n)
            here[level] = paths[level]
            arriving = backwards @ here
            level = np.flatnonzero((arriving > 0) & ~seen)
            paths[level] = arriving[level]
        else:
            found = []
            for tails, heads in out_arcs(matrix, level):
                new = ~seen[heads]
                np.add.at(paths, heads[new], paths[tails[new]])
                found.append(heads[new])
            level = np.unique(np.concatenate(found))
        if len(level) == 0:
            break
        seen[level] = True
        most = float(paths[level].max())
        scales.append(most if most > _TOO_MANY else 1.0)  # only ratios of neighbouring levels count
        paths[level] /= scales[-1]
        levels.append(level)
    for level, following, scale in zip(levels[-2:0:-1], levels[:1:-1], scales[:1:-1], strict=True):
        share[following] = (1.0 + dependency[following]) / (paths[following] * scale)
        if _num_arcs(matrix, level) > dear:
            dependency[level] = (matrix @ share)[level]
        else:
            for tails, heads in out_arcs(matrix, level):
                np.add.at(dependency, tails, share[heads])
        dependency[level] *= paths[level]
        share[following] = 0.0
    return dependency


def _num_arcs(matrix: Any, vertices: npt.NDArray[Any]) -> int:
    return int((matrix.indptr[vertices + 1] - matrix.indptr[vertices]).sum())


def out_arcs(matrix: Any, vertices: npt.NDArray[Any]) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    """Tails and heads of the arcs out of some vertices, a few million at once; at least one pair, maybe empty.

    Args:
        matrix: SciPy's, in compressed sparse rows.
        vertices: all different, at least one.
    """
    count = matrix.indptr[vertices + 1].astype(np.int64) - matrix.indptr[vertices]
    cuts = np.flatnonzero(np.diff(np.cumsum(count) // _ARCS_AT_ONCE)) + 1
    for part in np.split(vertices, cuts):
        index, places = places_of(matrix.indptr, part)
        yield part[index], matrix.indices[places]


def places_of(
    starts: npt.NDArray[Any], vertices: npt.NDArray[Any], begin: int = 0, width: int | None = None
) -> tuple[Integers, Integers]:
    """Places in compressed rows: of each vertex's neighbours, those from number `begin` on, at most `width`.

    Returns:
        For each place, the index in `vertices` that it belongs to; and the place.
    """
    first = starts[vertices].astype(np.int64) + begin
    count = np.maximum(starts[vertices + 1] - first, 0)
    if width is not None:
        count = np.minimum(count, width)
    before = np.cumsum(count) - count
    index = np.repeat(np.arange(len(vertices)), count)
    return index, np.arange(len(index)) + np.repeat(first - before, count)


__all__ = ["dependencies", "out_arcs", "places_of", "strong_fault"]
