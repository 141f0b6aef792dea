"""What certificates of cores and trusses rest on: a graph is peeled level by level, and nothing wrong remains.

Both theorems have two halves. An answer claims no too much if what it keeps has enough neighbours (or triangles) within
itself; it claims enough if all the rest can be peeled off, one weak vertex (or edge) after another. The second half is
easier here than for an engine, because the answer says what is to be peeled, and from where.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench.certificates import checks
from graphbench.certificates.rows import csr_positions, symmetric_rows
from graphbench.graphs.edgelist import EdgeList

Mask = npt.NDArray[np.bool_]
MOST_EDGES = 2_000_000
"""How many edges of a truss are recomputed at most: a few seconds."""
MOST_WORK = 200_000_000
"""How many pairs of vertices are looked up at most to peel off what is not in a truss: 100 ns each."""
_BLOCK = 1 << 22


def core_fault(edges: EdgeList, core: npt.NDArray[Any]) -> str:
    """Why these are not the core numbers of an undirected graph.

    Theorem. Let c be a number for each vertex. If every v has at least c(v) neighbours u with c(u) >= c(v), then no
    c(v) is above the core number: the vertices with c >= k have k neighbours among themselves each, so they lie in the
    k-core. If the vertices of each level k can be taken away in some order so that each has, when it goes, at most k
    neighbours among those of its level that are left and those above, then no c(v) is below it: let v with c(v) = k be
    in the (k+1)-core K, and let w, of the lowest level in K, be the first vertex of that level in K to go. All of K is
    left then, so w has more than k >= c(w) neighbours: a contradiction.

    All levels are peeled at the same time, each by its own vertices, so it takes as many rounds as the longest of
    them, and O(n + m) altogether. (Cores: Seidman 1983; peeling: Batagelj, Zaversnik, arXiv cs/0310049.)

    Args:
        edges: undirected.
        core: the claimed numbers, integer, shape (num_vertices,).
    """
    left = np.zeros(edges.num_vertices, dtype=np.int64)
    for tail, head, _ in checks.arcs(edges):
        left += np.bincount(tail[core[head] >= core[tail]], minlength=len(left))
    few = np.flatnonzero(left < core)
    if len(few):
        v = few[0]
        return (
            f"vertex {v:,} is said to be in the {core[v]:,}-core, but has {left[v]:,} neighbours there; "
            f"{len(few):,} such vertices found"
        )
    src, dst, _ = edges.to_numpy()
    level = core[src] == core[dst]
    starts, neighbours = symmetric_rows(src[level], dst[level], edges.num_vertices)
    gone = left <= core
    leaving = np.flatnonzero(gone)
    while len(leaving):
        lost = neighbours[csr_positions(starts, leaving)[1]]
        touched, times = np.unique(lost[~gone[lost]], return_counts=True)
        left[touched] -= times
        leaving = touched[left[touched] <= core[touched]]
        gone[leaving] = True
    stay = np.flatnonzero(~gone)
    if len(stay) == 0:
        return ""
    v = stay[0]
    return (
        f"vertex {v:,} is said to be in no core above the {core[v]:,}-core, but its level cannot be peeled off: "
        f"{left[v]:,} neighbours keep it in a higher one; {len(stay):,} such vertices found"
    )


class Checked(NamedTuple):
    """What was found of a truss: a fault, or what was shown, in words."""

    fault: str = ""
    shown: str = ""


def truss(
    edges: EdgeList,
    mask: Mask,
    k: int,
    *,
    seed: int,
    most_edges: int = MOST_EDGES,
    most_work: int = MOST_WORK,
) -> Checked:
    """Whether these edges are the k-truss of an undirected graph.

    Theorem. Let T be a set of edges. If each lies in at least k - 2 triangles of T, then T is part of the k-truss,
    which is the union of all such sets. If the other edges can be taken away in some order so that each lies, when it
    goes, in fewer than k - 2 triangles of what is left, then T contains the k-truss: the first of its edges to go would
    still have all its triangles. (Cohen, "Trusses", NSA technical report, 2008.)

    Both halves look for common neighbours of an edge's ends among those of the end that has fewer, and only until there
    are enough. Where the truss has more than `most_edges` edges, a seeded sample of them is looked at; where the others
    have more than `most_work` neighbours to look up, only those around a few drawn vertices are; what was shown says
    so.

    Args:
        edges: undirected.
        mask: the edges of the answer, shape (num_edges,).
        k: at least 3.
        seed: of the sample.
        most_edges: how many edges of the answer to look at.
        most_work: how many neighbours to look up for the others.
    """
    src, dst, _ = edges.to_numpy()
    inside = np.flatnonzero(mask)
    sample = inside
    if len(inside) > most_edges:
        sample = np.sort(np.random.default_rng(seed).choice(inside, size=most_edges, replace=False))
    weak = sample[~_supported(edges, inside, sample, k - 2)]
    if len(weak):
        u, v = src[weak[0]], dst[weak[0]]
        fault = f"the edge {u:,} - {v:,} lies in fewer than {k - 2} triangles; {len(weak):,} such edges found"
        return Checked(fault=fault)
    all_of = "all" if len(sample) == len(inside) else f"a sample of {len(sample):,} of"
    shown = f"{all_of} {len(inside):,} edges lie in at least {k - 2} triangles of them"
    left = np.flatnonzero(~mask)
    work = int(np.minimum(edges.degrees[src[left]], edges.degrees[dst[left]]).sum())
    doubtful = left if work <= most_work else _around(edges, left, seed=seed, most_work=most_work)
    rest = _unpeeled(edges, mask, doubtful, k - 2)
    if len(rest):
        u, v = src[rest[0]], dst[rest[0]]
        fault = f"the edge {u:,} - {v:,} is missing; {len(rest):,} edges left out lie in {k - 2} triangles each"
        return Checked(fault=fault)
    if len(doubtful) == len(left):
        return Checked(shown=f"{shown}, and all others can be peeled off")
    if len(doubtful) == 0:
        return Checked(shown=f"{shown}; that no edge is missing is not shown, it would take {work:,} look-ups")
    return Checked(shown=f"{shown}; of {len(left):,} others, a sample of {len(doubtful):,} can be peeled off")


def _around(edges: EdgeList, left: npt.NDArray[np.int64], *, seed: int, most_work: int) -> npt.NDArray[np.int64]:
    """Those of the edges left out that are near a few drawn vertices, as many as may be looked at.

    They must be near each other, as a truss is: edges drawn one by one would have no triangles among themselves. What
    cannot be peeled off of some of the edges, beside those of the answer, cannot be of all of them.
    """
    src, dst, _ = edges.to_numpy()
    one, two = src[left], dst[left]
    degree = edges.degrees
    fewer = np.minimum(degree[one], degree[two])
    drawn = np.random.default_rng(seed).permutation(len(left))
    centres = np.where(degree[one] <= degree[two], one, two)[drawn]  # no hub, around which everything is
    found = left[:0]
    count = 1
    while count < 4 * len(left):
        centre = np.zeros(edges.num_vertices, dtype=bool)
        centre[centres[:count]] = True
        near = centre.copy()
        near[two[centre[one]]] = True
        near[one[centre[two]]] = True
        inside = near[one] & near[two]
        if fewer[inside].sum() > most_work:
            break
        found = left[inside]
        count *= 4
    return found


def _unpeeled(edges: EdgeList, mask: Mask, doubtful: npt.NDArray[np.int64], need: int) -> npt.NDArray[np.int64]:
    """Doubtful edges that remain when those in too few triangles are taken away, again and again."""
    src, dst, _ = edges.to_numpy()
    kept = mask.copy()
    kept[doubtful] = True
    while len(doubtful):
        weak = doubtful[~_supported(edges, np.flatnonzero(kept), doubtful, need)]
        kept[weak] = False
        touched = np.zeros(edges.num_vertices, dtype=bool)
        touched[src[weak]] = touched[dst[weak]] = True
        # Only an edge that shares an end with one that went has lost a triangle.
        rest = np.flatnonzero(kept & ~mask)
        doubtful = rest[touched[src[rest]] | touched[dst[rest]]]
    return np.flatnonzero(kept & ~mask)


def _supported(edges: EdgeList, among: npt.NDArray[np.int64], asked: npt.NDArray[np.int64], need: int) -> Mask:
    """Which of the edges `asked` have at least `need` triangles whose other two edges are `among` the given ones."""
    from scipy.sparse import csr_array

    src, dst, _ = edges.to_numpy()
    n = edges.num_vertices
    starts, neighbours = symmetric_rows(src[among], dst[among], n)
    adjacency: Any = csr_array((np.ones(len(neighbours), dtype=np.int8), neighbours, starts), shape=(n, n))
    degree = np.diff(starts)
    one, two = src[asked], dst[asked]
    swap = degree[one] > degree[two]
    fewer, more = np.where(swap, two, one), np.where(swap, one, two)
    found = np.zeros(len(asked), dtype=np.int64)
    open_ = np.flatnonzero(degree[fewer] >= need)
    begin, width = 0, 4
    while len(open_):
        for piece in np.array_split(open_, -(-len(open_) * width // _BLOCK)):
            row, place = csr_positions(starts, fewer[piece], begin, width)
            closed = np.asarray(adjacency[neighbours[place], more[piece][row]])
            found[piece] += np.bincount(row, weights=closed, minlength=len(piece)).astype(np.int64)
        begin, width = begin + width, 2 * width
        open_ = open_[(found[open_] < need) & (degree[fewer[open_]] > begin)]
    return found >= need
