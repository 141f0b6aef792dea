"""What certificates share: checks of an answer that rest on no engine.

Almost everything runs over chunks of the edge list in O(edges), in float64 or int64, without a Python loop over edges.
The functions named `..._fault` say in one sentence what is wrong and where, and give the empty string where nothing is.

Where nothing but array functions is needed (faults, modularity, a step of PageRank), chunks and answers may be any
arrays that implement NumPy's protocols, such as CuPy's: a graph that never leaves its device is certified there. What
rests on SciPy is the host's; for components and triangles :mod:`graphbench.certificates.device` takes its place.
How two answers compare with each other is in :mod:`graphbench.certificates.agreement`; neighbourhoods of pairs are in
:mod:`graphbench.certificates.similarity`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from graphbench.certificates.agreement import agreement
from graphbench.graphs.edgelist import EdgeList, Ids
from graphbench.graphs.on_device.edges import MadeOnDevice

Floats = npt.NDArray[np.float64]
_BLOCK_OF_WORK = 5_000_000


def labels_fault(labels: npt.NDArray[Any], num_vertices: int) -> str:
    """Why these are not one non-negative integer label for each vertex."""
    if fault := form_fault(labels, num_vertices, "integer", "labels"):
        return fault
    if labels.size and labels.min() < 0:
        return f"vertex {int(np.argmax(labels < 0)):,} has no label"
    return ""


def form_fault(values: npt.NDArray[Any], count: int, kind: Literal["integer", "floating"], noun: str) -> str:
    """Why these are not `count` values of that kind of number, none of them NaN.

    Args:
        values: the answer.
        count: how many values there must be, in one dimension.
        kind: what type of number.
        noun: what the values are, in the plural, for the sentence.
    """
    if values.shape != (count,):
        return f"{noun} of shape {values.shape} where ({count},) was expected"
    if not np.issubdtype(values.dtype, getattr(np, kind)):
        return f"{noun} are {values.dtype} where {kind} values were expected"
    if np.isnan(values).any():
        return f"{noun}: the value at {int(np.argmax(np.isnan(values))):,} is not a number"
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
        Q in float64; 0.0 for a graph whose edges weigh nothing, where the formula has no value.
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


def search_fault(edges: EdgeList, distance: Floats, source: int) -> str:
    """Why these are not the shortest distances from a source.

    Theorem. Let every arc u -> v have a length l > 0, and let d be infinite exactly where it claims that a vertex is
    unreached. If d(source) = 0, if d(v) <= d(u) + l for every arc, and if every v but the source with finite d(v) has
    an in-arc with d(v) = d(u) + l, then d is the distance from the source. *Not above:* along a shortest path the
    second rule adds up to d(v) <= dist(v); so whatever can be reached is reached. *Not below:* by the third rule one
    can walk back from v along arcs that d itself accounts for; since l > 0, d falls strictly, so the walk never turns
    in a circle and can only end at the source: it is a path of length d(v), and dist(v) <= d(v).

    Sums must be exact for this: no weights, or whole numbers, and finite distances below 2^53. (A sum that exceeds
    2^53 is rounded, but not to below it, so the comparisons come out the same.) With fractions d(u) + l may be d(u),
    and no slack in each step keeps the whole path close: :func:`distances_fault` is for them.

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
            u, v, reached, told = (each[short[0]] for each in (tail, head, along, after))
            return (
                f"the edge {int(u):,} -> {int(v):,} reaches vertex {int(v):,} at {float(reached):g}, "
                f"but the answer has it {_at(float(told))}"
            )
        tight = (after >= along) & (before < after)
        supported[head[tight]] = True
    supported[source] = True
    loose = np.flatnonzero(np.isfinite(distance) & ~supported)
    if len(loose):
        v, told = int(loose[0]), float(distance[loose[0]])
        return f"vertex {v:,} is said to be at {told:g}, but no edge leads there at that distance"
    return ""


def distances_fault(edges: EdgeList, distance: Floats, source: int, *, tolerance: float) -> str:
    """Where these are not the shortest distances from a source, computed anew by SciPy's Dijkstra, O(m log n).

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
    """Whether all weights are whole numbers (then sums below 2^53 are exact, in any order)."""
    if edges.weights == "drawn":
        return True
    return all(part.weight is None or bool((part.weight == np.floor(part.weight)).all()) for part in edges.chunks())


def components(edges: EdgeList, *, within: npt.NDArray[Any] | None = None) -> int:
    """The number of (weakly) connected components, counted by SciPy's graph traversal, or on the graph's device.

    Args:
        edges: the graph.
        within: labels, shape (num_vertices,); only edges between vertices of one label count then.
    """
    if isinstance(edges, MadeOnDevice):
        from graphbench.certificates import device

        return device.components(edges, within)
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    src, dst, _ = edges.to_numpy()
    if within is not None:
        inside = within[src] == within[dst]
        src, dst = src[inside], dst[inside]
    # Rows are sorted, so the columns are a CSR matrix already; SciPy adds the other direction itself.
    indptr = np.zeros(edges.num_vertices + 1, dtype=np.int64)
    np.cumsum(np.bincount(src, minlength=edges.num_vertices), out=indptr[1:])
    if len(src) <= np.iinfo(np.int32).max:
        indptr = indptr.astype(dst.dtype)
    matrix: Any = csr_array((np.ones(len(src)), np.ascontiguousarray(dst), indptr), shape=(edges.num_vertices,) * 2)
    count, _ = connected_components(matrix, directed=False)
    return int(count)


def split_fault(edges: EdgeList, labels: npt.NDArray[Any]) -> str:
    """Where an edge has its ends under different labels."""
    for src, dst, _ in edges.chunks():
        split = np.flatnonzero(labels[src] != labels[dst])
        if len(split):
            u, v = int(src[split[0]]), int(dst[split[0]])
            return (
                f"the edge {u:,} - {v:,} joins vertices of different labels, {int(labels[u]):,} and {int(labels[v]):,}"
            )
    return ""


def pagerank_step(
    edges: EdgeList, ranks: Floats, damping: float, *, teleport: npt.NDArray[np.int64] | None = None
) -> Floats:
    """One application of the PageRank operator, in float64.

    G(x)(v) = damping * (sum over u -> v of x(u) w(u, v) / W(u)  +  dangling * t(v)) + (1 - damping) * t(v), where W(u)
    is the weight of all arcs out of u, `dangling` the rank of the vertices that have W(u) = 0, and t the distribution
    of where a jump leads (Page, Brin, Motwani, Winograd, 1999, with dangling rank spread like jumps, as NetworkX,
    igraph and cuGraph do).

    Args:
        edges: the posed graph; weights count if there are any.
        ranks: x, shape (num_vertices,).
        damping: the probability of following an arc.
        teleport: vertices, all different, that jumps lead to, each as likely; None: all of them.
    """
    n = edges.num_vertices
    out = np.zeros_like(ranks)
    for tail, _, weight in arcs(edges):
        out += np.bincount(tail, weights=weight, minlength=n)
    share = np.where(out > 0, ranks / np.where(out > 0, out, 1.0), 0.0)
    arriving = np.zeros_like(ranks)
    for tail, head, weight in arcs(edges):
        flow = share[tail]
        arriving += np.bincount(head, weights=flow if weight is None else flow * weight, minlength=n)
    jumping = damping * float(ranks[out == 0].sum()) + (1 - damping)
    if teleport is None:
        return damping * arriving + jumping / n
    stepped = damping * arriving
    stepped[teleport] += jumping / len(teleport)
    return stepped


def triangles(
    edges: EdgeList, *, seed: int, most_work: int = 200_000_000
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The number of triangles at each vertex of a seeded sample: of all vertices where that is little work.

    Let every edge lead from its end of lower degree to the other, and let L be the matrix of these arcs and A that of
    the undirected graph. t(v), the number of edges between neighbours of v, is row v of (A L) o A, summed: it follows
    each arc from a neighbour of v, and counts those that end at another. Led so, no vertex has more than sqrt(2m) arcs
    (Chiba, Nishizeki, SIAM J. Comput. 14 (1985) 210-223), so no hub makes its neighbours dear.

    Args:
        edges: undirected.
        seed: of the order in which vertices are drawn.
        most_work: arcs to follow; 200 million take about two seconds on two cores.

    Returns:
        The vertices in ascending order, and their counts, both of shape (k,): k = num_vertices, or as many as
        `most_work` allows, and at least one.
    """
    if isinstance(edges, MadeOnDevice):
        from graphbench.certificates import device

        return device.triangles(edges, seed=seed)
    from scipy.sparse import coo_array

    n = edges.num_vertices
    src, dst, _ = edges.to_numpy()
    upwards = edges.degrees[src] <= edges.degrees[dst]  # edges are stored with src < dst, so that no tie makes a circle
    ends = np.where(upwards, src, dst), np.where(upwards, dst, src)
    up = coo_array((np.ones(len(src), dtype=np.int32), ends), shape=(n, n)).tocsr()
    adjacency = (up + up.T).tocsr()
    work = np.asarray(adjacency @ np.diff(up.indptr).astype(np.int64))
    drawn = np.arange(n)
    if work.sum() > most_work:
        order = np.random.default_rng(seed).permutation(n)
        drawn = np.sort(order[: max(1, int(np.searchsorted(np.cumsum(work[order]), most_work, side="right")))])

    def count(vertices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        rows = adjacency[vertices]
        return np.asarray((rows @ up).multiply(rows).sum(axis=1, dtype=np.int64))

    # Blocks of even work bound the memory of their product; SciPy multiplies without holding the interpreter.
    cuts = np.flatnonzero(np.diff(np.cumsum(work[drawn]) // _BLOCK_OF_WORK)) + 1
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return drawn, np.concatenate(list(pool.map(count, np.split(drawn, cuts))))


def arcs(edges: EdgeList) -> Iterator[tuple[Ids, Ids, Floats | None]]:
    """(tail, head, weight) of all arcs in chunks: an undirected edge is two arcs."""
    for src, dst, weight in edges.chunks():
        yield src, dst, weight
        if not edges.directed:
            yield dst, src, weight


def looked_up(
    wanted: npt.NDArray[np.int64], keys: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where each of the wanted numbers stands among sorted keys, and whether it does: if not, its place says nothing.

    Args:
        wanted: in any order, shape (k,).
        keys: ascending; there may be none.
    """
    if len(keys) == 0:
        return np.zeros(len(wanted), dtype=np.intp), np.zeros(len(wanted), dtype=bool)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, keys[place] == wanted


def _at(distance: float) -> str:
    return f"at {distance:.9g}" if np.isfinite(distance) else "unreached"


__all__ = [
    "agreement",
    "arcs",
    "components",
    "distances_fault",
    "form_fault",
    "integral",
    "labels_fault",
    "looked_up",
    "modularity",
    "pagerank_step",
    "search_fault",
    "split_fault",
    "triangles",
]
