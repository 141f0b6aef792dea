"""Distances from a source: the optimality conditions of shortest paths, or SciPy's Dijkstra where sums are rounded.

The conditions are those of Ahuja, Magnanti, Orlin, "Network Flows" (1993), section 5.2; the proof is at
:func:`search_fault`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.certificates.checks import arcs
from graphbench.graphs.edgelist import EdgeList

Floats = npt.NDArray[np.float64]


def search_fault(edges: EdgeList, distance: Floats, source: int) -> str:
    """Why these are not the shortest distances from a source.

    Theorem. Let every arc u -> v have a length l > 0, and let d be infinite exactly at vertices claimed to be
    unreached. If d(source) = 0, if d(v) <= d(u) + l for every arc, and if every v but the source with finite d(v) has
    an in-arc with d(v) = d(u) + l, then d is the distance from the source. *Not above:* along a shortest path the
    second rule adds up to d(v) <= dist(v); so whatever can be reached is reached. *Not below:* by the third rule one
    can walk back from v along arcs that d itself accounts for; since l > 0, d falls strictly, so the walk has no
    cycle and can only end at the source: it is a path of length d(v), and dist(v) <= d(v).

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
    supported[source] = True
    loose = np.flatnonzero(np.isfinite(distance) & ~supported)
    if len(loose):
        v, claimed = int(loose[0]), float(distance[loose[0]])
        return f"vertex {v:,} is said to be at {claimed:g}, but no edge leads there at that distance"
    return ""


def distances_fault(edges: EdgeList, distance: Floats, source: int, *, tolerance: float) -> str:
    """Where these are not the shortest distances from a source, as recomputed by SciPy's Dijkstra, O(m log n).

    A sum of k positive terms is off by a relative k * 1.1e-16 at most: even on a path of a billion arcs that is far
    below any tolerance in use, which therefore bounds the error against the true distance.

    Args:
        edges: the posed graph, weights above 0.
        distance: shape (num_vertices,), infinity where unreached, no NaN.
        source: where the search began.
        tolerance: how far a distance may be off, relative to the right one.
    """
    from scipy.sparse.csgraph import dijkstra

    search: Any = dijkstra  # the stubs know no single source
    right: Floats = search(edges.to_scipy(), indices=source)
    wrong = np.flatnonzero(~np.isclose(distance, right, rtol=tolerance, atol=0))
    if len(wrong) == 0:
        return ""
    v = int(wrong[0])
    return (
        f"vertex {v:,} is {_at(float(right[v]))}, but the answer has it {_at(float(distance[v]))}; "
        f"{len(wrong):,} distances are off by more than a relative {tolerance:g}"
    )


def integral(edges: EdgeList) -> bool:
    """Whether all weights are integers (then sums below 2^53 are exact in any order)."""
    if edges.weights == "drawn":
        return True
    return all(part.weight is None or bool((part.weight == np.floor(part.weight)).all()) for part in edges.chunks())


def _at(distance: float) -> str:
    return f"at {distance:.9g}" if np.isfinite(distance) else "unreached"
