"""Cores and trusses: what is kept supports itself, and the rest can be peeled off.

Both theorems (Seidman 1983 and Batagelj, Zaversnik, arXiv cs/0310049, for cores; Cohen 2008 for trusses) have two
halves. An answer is not too large if each vertex that it keeps has enough neighbours (each edge enough triangles)
within the answer. It is not too small if all the rest can be removed one by one, each vertex (or edge) having too few
when it goes. Checking the second half is easier than computing an answer, because the answer says what is to be
removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from graphbench.certificates import checks
from graphbench.certificates.rows import csr_positions, symmetric_rows
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Mask: TypeAlias = "npt.NDArray[np.bool_]"
MAX_EDGES = 2_000_000
"""Edges of a truss that are recomputed, at most: a few seconds."""
MAX_WORK = 200_000_000
"""Pairs of vertices that are looked up to peel off what is not in a truss, at most: 100 ns each."""
_BLOCK = 1 << 22


def core_fault(edges: EdgeList, core: npt.NDArray[Any]) -> str:
    """Why these are not the core numbers of an undirected graph.

    Theorem. Let c be a number for each vertex. If every v has at least c(v) neighbours u with c(u) >= c(v), then no
    c(v) is above the core number: each vertex with c >= k has k neighbours among these vertices, so they are in the
    k-core. If the vertices of each level k can be removed in some order so that each has, when it goes, at most k
    neighbours among the remaining vertices of its level and those above, then no c(v) is below the core number: let v
    with c(v) = k be in the (k+1)-core K, and let w, of the lowest level in K, be the first vertex of that level in K to
    go. All of K remains then, so w has more than k >= c(w) neighbours: a contradiction.

    All levels are peeled at the same time, so it takes as many rounds as the longest of them, and O(n + m) in total.

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
    """The result of a check: a fault, or the sentence that says what was shown."""

    fault: str = ""
    shown: str = ""


def truss(
    edges: EdgeList,
    mask: Mask,
    k: int,
    *,
    seed: int,
    max_edges: int = MAX_EDGES,
    max_work: int = MAX_WORK,
) -> Checked:
    """Whether these edges are the k-truss of an undirected graph.

    Theorem. Let T be a set of edges. If each is in at least k - 2 triangles of T, then T is part of the k-truss, which
    is the union of all such sets. If the other edges can be removed in some order so that each is, when it goes, in
    fewer than k - 2 triangles of what remains, then T contains the k-truss: the first of its edges to go would still
    have all its triangles. (Cohen, "Trusses", NSA technical report, 2008.)

    Both halves look for common neighbours of an edge's ends among those of the end with fewer neighbours, until there
    are enough. If the truss has more than `max_edges` edges, a seeded sample of them is checked; if the others have
    more than `max_work` neighbours to look up, only those around a few drawn vertices are. The verdict says so.

    Args:
        edges: undirected.
        mask: the edges of the answer, shape (num_edges,).
        k: at least 3.
        seed: of the sample.
        max_edges: number of the answer's edges to check.
        max_work: number of neighbours to look up for the others.
    """
    src, dst, _ = edges.to_numpy()
    inside = np.flatnonzero(mask)
    sample = inside
    if len(inside) > max_edges:
        sample = np.sort(np.random.default_rng(seed).choice(inside, size=max_edges, replace=False))
    weak = sample[~_supported(edges, inside, sample, k - 2)]
    if len(weak):
        u, v = src[weak[0]], dst[weak[0]]
        fault = f"the edge {u:,} - {v:,} lies in fewer than {k - 2} triangles; {len(weak):,} such edges found"
        return Checked(fault=fault)
    all_of = "all" if len(sample) == len(inside) else f"a sample of {len(sample):,} of"
    shown = f"{all_of} {len(inside):,} edges lie in at least {k - 2} triangles of them"
    left = np.flatnonzero(~mask)
    work = int(np.minimum(edges.degrees[src[left]], edges.degrees[dst[left]]).sum())
    doubtful = left if work <= max_work else _around(edges, left, seed=seed, max_work=max_work)
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


def _around(edges: EdgeList, left: npt.NDArray[np.int64], *, seed: int, max_work: int) -> npt.NDArray[np.int64]:
    """The edges left out that are near a few drawn vertices, as many as `max_work` allows.

    They must be near each other, as a truss is: edges drawn one by one would have no triangles among themselves. An
    edge that cannot be peeled off some of the edges, together with the answer's, cannot be peeled off all of them.
    """
    src, dst, _ = edges.to_numpy()
    one, two = src[left], dst[left]
    degree = edges.degrees
    fewer = np.minimum(degree[one], degree[two])
    drawn = np.random.default_rng(seed).permutation(len(left))
    centres = np.where(degree[one] <= degree[two], one, two)[drawn]  # no hubs: everything is near a hub
    nearby = left[:0]
    count = 1
    while count < 4 * len(left):
        centre = np.zeros(edges.num_vertices, dtype=bool)
        centre[centres[:count]] = True
        near = centre.copy()
        near[two[centre[one]]] = True
        near[one[centre[two]]] = True
        inside = near[one] & near[two]
        if fewer[inside].sum() > max_work:
            break
        nearby = left[inside]
        count *= 4
    return nearby


def _unpeeled(edges: EdgeList, mask: Mask, doubtful: npt.NDArray[np.int64], need: int) -> npt.NDArray[np.int64]:
    """The doubtful edges that remain when those in too few triangles are removed repeatedly."""
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
    """Which of the edges `asked` are in at least `need` triangles whose other two edges are `among` the given ones."""
    from scipy.sparse import csr_array

    src, dst, _ = edges.to_numpy()
    n = edges.num_vertices
    starts, neighbours = symmetric_rows(src[among], dst[among], n)
    adjacency: Any = csr_array((np.ones(len(neighbours), dtype=np.int8), neighbours, starts), shape=(n, n))
    degree = np.diff(starts)
    one, two = src[asked], dst[asked]
    swap = degree[one] > degree[two]
    fewer, more = np.where(swap, two, one), np.where(swap, one, two)
    triangles = np.zeros(len(asked), dtype=np.int64)
    open_ = np.flatnonzero(degree[fewer] >= need)
    begin, width = 0, 4
    while len(open_):
        for piece in np.array_split(open_, -(-len(open_) * width // _BLOCK)):
            row, place = csr_positions(starts, fewer[piece], begin, width)
            closed = np.asarray(adjacency[neighbours[place], more[piece][row]])
            triangles[piece] += np.bincount(row, weights=closed, minlength=len(piece)).astype(np.int64)
        begin, width = begin + width, 2 * width
        open_ = open_[(triangles[open_] < need) & (degree[fewer[open_]] > begin)]
    return triangles >= need
