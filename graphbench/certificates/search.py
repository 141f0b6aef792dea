"""Distances from a source: the optimality conditions of shortest paths, or SciPy's Dijkstra where sums are rounded.

The conditions are those of Ahuja, Magnanti, Orlin, "Network Flows" (1993), section 5.2; the proof is at
:func:`search_fault`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.certificates import rows
from graphbench.certificates.checks import arcs
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float64]"


def search_fault(edges: EdgeList, distance: Floats, source: int) -> str:
    """Why these are not the shortest distances from a source.

    Theorem. Let every arc u -> v have a length l >= 0, and let d be infinite exactly at vertices claimed to be
    unreached. Call an arc tight if d(v) = d(u) + l, both finite. If d(source) = 0, if d(v) <= d(u) + l for every arc,
    and if tight arcs lead from the source to every v with finite d(v), then d is the distance from the source. *Not
    above:* along a shortest path the second rule adds up to d(v) <= dist(v); so whatever can be reached is reached.
    *Not below:* a path of tight arcs from the source to v is a path of length d(v), so dist(v) <= d(v).

    The third rule needs no search where l > 0: if every v but the source has a tight in-arc of positive length, one can
    walk back along such arcs; d falls strictly, so the walk ends at the source. Only from these vertices on are tight
    arcs of length 0 followed.

    Sums must be exact for this: no weights, or integers, and finite distances below 2^53. (A sum above 2^53 is rounded,
    but not to below it, so the comparisons are the same.) With fractions d(u) + l may be d(u), and a tolerance for each
    step does not bound the error of a path: :func:`distances_fault` is for them.

    Args:
        edges: the posed graph; without weights every arc has length 1.
        distance: shape (num_vertices,), infinity where unreached, no NaN.
        source: where the search began.
    """
    if distance[source] != 0:
        return f"the source, vertex {source:,}, is at distance {float(distance[source]):g}, not 0"
    below = np.flatnonzero(distance < 0)
    if len(below):
        return f"vertex {int(below[0]):,} is at distance {float(distance[below[0]]):g}, below 0"
    supported = np.zeros_like(distance, dtype=bool)
    level: list[tuple[Any, Any]] = []
    for tail, head, weight in arcs(edges):
        length = 1.0 if weight is None else weight
        before, after = distance[tail], distance[head]
        along = before + length
        short = np.flatnonzero(after > along)
        if len(short):
            u, v, reached, claimed = (column[short[0]] for column in (tail, head, along, after))
            return (
                f"the edge {int(u):,} -> {int(v):,} reaches vertex {int(v):,} at {float(reached):g}, "
                f"but the answer has it {_at(float(claimed))}"
            )
        tight = (after >= along) & (before < after)
        supported[head[tight]] = True
        if weight is not None and len(flat := np.flatnonzero((weight == 0) & (before == after))):
            level.append((tail[flat], head[flat]))
    supported[source] = True
    loose = np.isfinite(distance) & ~supported
    v = int(np.argmax(loose)) if loose.any() else None
    if v is not None and level:
        v = _unreached_over(level, np.flatnonzero(~loose), len(distance))
    if v is not None:
        claimed = float(distance[v])
        return f"vertex {v:,} is said to be at {claimed:g}, but no edge leads there at that distance"
    return ""


def _unreached_over(arcs_of_length_0: list[tuple[Any, Any]], seeds: npt.NDArray[np.int64], n: int) -> int | None:
    """A vertex that these arcs do not lead to from the seeds, or None."""
    from scipy.sparse import coo_array

    tails, heads = (np.concatenate(ends) for ends in zip(*arcs_of_length_0, strict=True))
    matrix = coo_array((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(n, n)).tocsr()
    return rows.unreached(matrix, seeds)


def distances_fault(edges: EdgeList, distance: Floats, source: int) -> str:
    """Where these are not the shortest distances from a source, as recomputed by SciPy's Dijkstra, O(m log n).

    A sum of k numbers that are not negative is off by a relative (k - 1) * eps / 2 at most (Higham, Accuracy and
    Stability of Numerical Algorithms, 2002, section 4.2), and k < n, so two right answers differ by a relative n * eps
    at most.

    Args:
        edges: the posed graph, weights of 0 or more.
        distance: shape (num_vertices,), infinity where unreached, no NaN.
        source: where the search began.
    """
    from scipy.sparse.csgraph import dijkstra

    search: Any = dijkstra  # the stubs know no single source
    right: Floats = search(edges.to_scipy(), indices=source)
    tolerance = rounding(edges.num_vertices)
    wrong = np.flatnonzero(~np.isclose(distance, right, rtol=tolerance, atol=0))
    if len(wrong) == 0:
        return ""
    v = int(wrong[0])
    return (
        f"vertex {v:,} is {_at(float(right[v]))}, but the answer has it {_at(float(distance[v]))}; "
        f"{len(wrong):,} distances are off by more than rounding, a relative {tolerance:.2g}"
    )


def rounding(num_vertices: int) -> float:
    """How far two right distances may differ, relative to them, because sums are rounded."""
    return float(max(num_vertices, 4) * np.finfo(np.float64).eps)


def integral(edges: EdgeList) -> bool:
    """Whether all weights are integers (then sums below 2^53 are exact in any order)."""
    if edges.weights == "drawn":
        return True
    return all(part.weight is None or bool((part.weight == np.floor(part.weight)).all()) for part in edges.chunks())


def _at(distance: float) -> str:
    return f"at {distance}" if np.isfinite(distance) else "unreached"
