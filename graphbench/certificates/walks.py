"""Random walks: every hop is an edge, walks end only where they must, and hops are drawn evenly.

Fairness is tested by two moments of the hops' positions among neighbours (:func:`chance_fault`), by how often hops from
one vertex coincide (:func:`repetition_fault`), and by the number of hops that lead straight back (:func:`memory_fault`,
with Freedman's inequality, Ann. Probab. 3 (1975) 100-118).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.certificates import rows
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Walks: TypeAlias = "npt.NDArray[Any]"
SIGMAS = 6.0
"""Standard deviations that fair walks do not exceed, but for a probability of 2e-9."""
_EXPONENT = 20.7
"""The same for a one-sided bound: exp(-20.7) is 1e-9."""


def form_fault(walks: Walks, starts: npt.NDArray[np.int64], length: int, num_vertices: int) -> str:
    """Why these are not walks of vertices from the given starts.

    Args:
        walks: integer, shape (k, at most length + 1): the vertices of each walk in their order, then -1 to the end of
            its row. Columns after the end of the longest walk may be left out.
        starts: shape (k,).
        length: how many hops a walk may have.
        num_vertices: ids are below it.
    """
    if walks.ndim != 2 or len(walks) != len(starts) or not 1 <= walks.shape[1] <= length + 1:
        return f"walks of shape {walks.shape} where ({len(starts)}, {length + 1}) was expected"
    if not np.issubdtype(walks.dtype, np.integer):
        return f"walks are {walks.dtype} where integer values were expected"
    if walks.min() < -1 or walks.max() >= num_vertices:
        walk, step = np.argwhere((walks < -1) | (walks >= num_vertices))[0]
        return f"walk {walk:,} is at {walks[walk, step]:,} after {step:,} steps, which is not a vertex"
    elsewhere = np.flatnonzero(walks[:, 0] != starts)
    if len(elsewhere):
        walk = elsewhere[0]
        return f"walk {walk:,} starts at vertex {walks[walk, 0]:,}, not at {starts[walk]:,}"
    back = np.argwhere((walks[:, 1:] >= 0) & (walks[:, :-1] < 0))
    if len(back):
        walk, step = back[0]
        return f"walk {walk:,} goes on after its end, at step {step + 1:,}"
    return ""


def hops_fault(edges: EdgeList, walks: Walks, length: int) -> str:
    """Why these are not random walks on the graph: hops that are not edges, walks that end early, or unfair hops.

    Args:
        edges: the posed graph; an undirected edge can be walked both ways.
        walks: as :func:`form_fault` accepts them.
        length: number of hops of a walk that meets no vertex without out-edges.
    """
    n = edges.num_vertices
    matrix = edges.to_scipy()
    matrix.sort_indices()
    starts, degree = matrix.indptr.astype(np.int64), np.diff(matrix.indptr).astype(np.int64)
    steps = (walks >= 0).sum(axis=1) - 1
    last = walks[np.arange(len(walks)), steps]
    early = np.flatnonzero((steps < length) & (degree[last] > 0))
    if len(early):
        walk, at = early[0], last[early[0]]
        return (
            f"walk {walk:,} ends after {steps[walk]:,} steps at vertex {at:,}, which has {degree[at]:,} out-edges; "
            f"{len(early):,} such walks found"
        )
    hop = walks[:, 1:] >= 0
    tails, heads = walks[:, :-1][hop].astype(np.int64), walks[:, 1:][hop].astype(np.int64)
    if len(tails) == 0:
        return ""
    keys = np.repeat(np.arange(n), degree) * n + matrix.indices
    place, there = rows.search_sorted(tails * n + heads, keys)
    alien = np.flatnonzero(~there)
    if len(alien):
        u, v = tails[alien[0]], heads[alien[0]]
        return f"the hop {u:,} -> {v:,} is no edge of the graph; {len(alien):,} such hops found"
    if fault := chance_fault(place - starts[tails], degree[tails]):
        return fault
    again = hop[:, 1:]  # hops that have one before them
    before, at, after = (walks[:, i : walks.shape[1] - 2 + i][again].astype(np.int64) for i in range(3))
    _, can_return = rows.search_sorted(at * n + before, keys)
    fault = memory_fault((before == after)[can_return], degree[at[can_return]])
    return fault or repetition_fault(tails, place, degree)


def chance_fault(chosen: npt.NDArray[np.int64], choices: npt.NDArray[np.int64]) -> str:
    """Why hops were not drawn evenly among neighbours: two moments of their positions in the rows of the graph.

    Let a hop take neighbour j of d, in ascending order, and x = (2j + 1 - d) / d, between -1 and 1. If all d are
    equally likely, then E x = 0, E x^2 = (d^2 - 1) / (3 d^2) and E x^4 = (d^2 - 1)(3 d^2 - 7) / (15 d^4). Given the
    walk so far, each hop is independent, so the sums of x and of x^2 - E x^2 are close to normal with the summed
    variance. A walker that prefers low, high, middle or outer numbers deviates in one of them.

    Args:
        chosen: j, from 0, shape (number of hops,).
        choices: d, likewise.
    """
    d = choices.astype(np.float64)
    x = (2 * chosen + 1 - d) / d
    second = (d**2 - 1) / (3 * d**2)
    fourth = (d**2 - 1) * (3 * d**2 - 7) / (15 * d**4)
    moments = {
        "neighbours of low or of high number": (x, second),
        "the first and last neighbours, or those between them": (x**2 - second, fourth - second**2),
    }
    for preferred, (deviation, variance) in moments.items():
        spread = math.sqrt(max(float(variance.sum()), 0.0))
        off = abs(float(deviation.sum()))
        if spread > 0 and off > SIGMAS * spread:
            return f"the hops prefer {preferred}: {off / spread:.1f} standard deviations from even chances"
    return ""


def repetition_fault(tails: npt.NDArray[np.int64], place: npt.NDArray[Any], degree: npt.NDArray[np.int64]) -> str:
    """Why hops were not drawn evenly and independently: from some vertices they coincide too often or too rarely.

    Let N hops leave a vertex with d neighbours. Of the N (N - 1) / 2 pairs of hops, each takes the same neighbour with
    probability 1 / d, and pairs are uncorrelated, so X, the number of pairs that coincide, has mean E = N (N - 1) / 2d
    and variance V = E (1 - 1 / d). A walker that never visits half of the neighbours has twice as many such pairs,
    whichever half it is; one that visits all in turn has too few. X is N / 2d times Pearson's statistic, plus a
    constant: with many hops per neighbour its tail is that of chi-squared (Laurent, Massart, Ann. Stat. 28 (2000)
    1302-1338), with few that of a Poisson variable, and it exceeds E by sqrt(2 V x) + (1 + N / d) x with a probability
    of at most exp(-x) in both. Each vertex is tested alone, then vertices of similar N and d together.

    Args:
        tails: where each hop starts, shape (number of hops,).
        place: which entry of the adjacency matrix it takes, likewise.
        degree: out-degrees of all vertices.
    """
    n = len(degree)
    _, first, times = np.unique(place, return_index=True, return_counts=True)
    origin = tails[first]
    pairs = times.astype(np.float64) * (times - 1) / 2
    same = np.bincount(origin, weights=pairs, minlength=n)
    hops = np.bincount(tails, minlength=n).astype(np.float64)
    tested = np.flatnonzero((hops > 1) & (degree > 1))
    same, hops, d = same[tested], hops[tested], degree[tested].astype(np.float64)
    groups = np.floor(np.log2(hops)).astype(np.int64) * 64 + np.floor(np.log2(d)).astype(np.int64)
    _, group = np.unique(groups, return_inverse=True)
    expected = hops * (hops - 1) / (2 * d)
    step = 1 + hops / d
    for kind in (np.arange(len(tested)), group):
        count = int(kind.max(initial=-1)) + 1
        found, mean, variance = (
            np.bincount(kind, weights=values, minlength=count) for values in (same, expected, expected * (1 - 1 / d))
        )
        largest = np.zeros(count)
        np.maximum.at(largest, kind, step)
        bound = _EXPONENT + math.log(max(count, 1))
        off = np.abs(found - mean) - (np.sqrt(2 * variance * bound) + largest * bound)
        if len(off) and off.max() > 0:
            at = int(np.argmax(off))
            v = tested[np.argmax(kind == at)]
            often = "more" if found[at] > mean[at] else "less"
            return (
                f"hops from {'vertex' if count == len(tested) else 'vertices such as'} {v:,}, which has {degree[v]:,} "
                f"neighbours, take the same one {often} often than by chance: {found[at]:,.0f} pairs of hops do, where "
                f"{mean[at]:,.1f} were expected"
            )
    return ""


def memory_fault(returned: npt.NDArray[np.bool_], choices: npt.NDArray[np.int64]) -> str:
    """Why hops depend on where a walk came from: too many or too few lead straight back.

    A hop from a vertex with d neighbours, one of which is the previous vertex, leads back with probability 1 / d. A
    walker that bounces, one that never turns, and the biased walks of node2vec deviate from that. Returns from hubs are
    too rare for their number to be normal, so the bound is Freedman's (Ann. Probab. 3 (1975) 100-118): with V the
    summed variance, the number deviates by t or more to one side with a probability of at most
    exp(-t^2 / (2 V + 2 t / 3)).

    Args:
        returned: whether a hop leads back, for each hop that could.
        choices: d, likewise.
    """
    chance = 1 / choices.astype(np.float64)
    variance = float((chance * (1 - chance)).sum())
    off = float((returned - chance).sum())
    if abs(off) <= _EXPONENT / 3 + math.sqrt(_EXPONENT**2 / 9 + 2 * _EXPONENT * variance):
        return ""
    often = "more" if off > 0 else "less"
    return (
        f"the hops lead straight back {often} often than by chance: {int(returned.sum()):,} of {len(returned):,} do, "
        f"where {float(chance.sum()):,.1f} were expected"
    )
