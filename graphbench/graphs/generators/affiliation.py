"""Graphs of overlapping groups: vertices join groups near them, and each group is a clique.

After the affiliation networks of Lattanzi and Sivakumar (STOC 2009: authors and papers, projected to a graph of
co-authors), but groups are drawn in space instead of sequentially, so that a few passes over arrays suffice:

1. The vertices lie on a ring. The number of memberships of each follows a heavy-tailed distribution.
2. Each membership is moved from its vertex's place by a heavy-tailed distance, which is larger for vertices with more
   memberships, so that a hub has many different neighbours; a share is placed anywhere on the ring.
3. Along the ring, memberships are cut into groups whose sizes follow a second distribution. A group is a clique.
4. Groups are taken in random order until the graph has its edges.
5. Vertices are numbered by their first group, groups in runs along the ring and the runs in random order. As in real
   collections, neighbours have close numbers within a community and any numbers between communities.

The distances give communities at all scales, and overlapping cliques give triangles. If most groups have size two, the
result is a graph with communities and a given heavy-tailed degree sequence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from graphbench.graphs.clean import id_type
from graphbench.graphs.columns import Ids, sort_by_both
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Integers: TypeAlias = "npt.NDArray[np.int64]"
Edges: TypeAlias = tuple[Ids, Ids]


class Law(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A distribution of integers with a power-law tail (Lomax, rounded down and shifted), truncated above.

    floor(low + scale ((1 - U)^(-1 / exponent) - 1)), at most `high`, for U uniform on [0, 1).
    """

    low: float
    scale: float
    exponent: float
    high: int

    def draw(self, count: int, rng: np.random.Generator) -> Integers:
        """Draws in random order, one from each of `count` equal strata, so that the mean hardly varies."""
        below = (rng.permutation(count) + rng.random(count)) / max(count, 1)
        values = self.low + self.scale * ((1 - below) ** (-1 / self.exponent) - 1)
        return np.minimum(values, self.high).astype(np.int64)


class Affiliation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="model", tag=str.lower
):
    """The parameters of a graph of overlapping groups, besides its counts."""

    memberships: Law
    """Memberships of a vertex."""
    group_size: Law
    """Memberships in a group; a vertex that is in a group twice counts once."""
    reach: float
    """Median distance of a membership along the ring, in vertices, for a vertex with one membership."""
    widening: float
    """A vertex with k memberships has k^widening times this median distance."""
    spread: float
    """Exponent of the distances' tail: a smaller one gives more long distances."""
    anywhere: float
    """Share of memberships that are placed anywhere on the ring."""
    run: int
    """Groups along the ring whose vertices are numbered one after another, before another place of the ring follows."""
    stray: float
    """Share of vertices with a random number."""


def affiliated(
    law: Affiliation,
    *,
    num_vertices: int,
    num_edges: int,
    num_components: int,
    num_isolated: int,
    island_vertices: int,
    rng: np.random.Generator,
) -> Edges:
    """The edges of a graph of overlapping groups with exactly the given counts.

    Args:
        law: its parameters.
        num_vertices: isolated ones included.
        num_edges: an undirected edge counts once.
        num_components: isolated vertices included. One is large; the others with several vertices are islands: groups
            that no other vertex joins.
        num_isolated: vertices without an edge.
        island_vertices: total number of vertices of the islands.
        rng: the source of random numbers.

    Returns:
        Ends of the edges, the smaller one first, without loops and parallel edges, in order; shape (num_edges,) each.
        Islands come after the large component, and isolated vertices last.

    Raises:
        ValueError: if the parameters do not yield that many edges, or the islands cannot have two vertices each.
    """
    inland = num_vertices - num_isolated - island_vertices
    members, sizes = _inland(law, inland, rng)
    number = _numbers(law, members, sizes, inland, rng)
    islands = _parts(island_vertices, num_components - num_isolated - 1, rng)
    members = np.concatenate([number[members], np.arange(inland, inland + island_vertices)])
    sizes = np.concatenate([sizes, islands])
    members, sizes = _shuffled(members.astype(id_type(num_vertices)), sizes, rng)
    src, dst, place = _distinct(*_pairs(members, sizes), num_vertices)
    kept = src >= inland  # All edges of the islands, so that they stay connected, and then as many others as needed.
    needed = num_edges - int(np.count_nonzero(kept))
    places = place[~kept]
    kept |= place < (np.partition(places, needed)[needed] if 0 <= needed < len(places) else len(members) ** 2)
    src, dst = connect(src[kept], dst[kept], number, rng)
    return thin(src, dst, num_vertices, num_edges, rng)


def _inland(law: Affiliation, count: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Members in the order of their groups, and the groups' sizes."""
    memberships = law.memberships.draw(count, rng)
    vertex = np.repeat(np.arange(count), memberships)
    # Half of all Lomax distances of scale 1 are below 2^(1 / spread) - 1.
    unit = law.reach * memberships**law.widening / (2 ** (1 / law.spread) - 1)
    distance = np.repeat(unit, memberships) * (rng.random(len(vertex)) ** (-1 / law.spread) - 1)
    distance = np.minimum(distance, count / 2) * (2 * rng.integers(2, size=len(vertex), dtype=np.int8) - 1)
    place = vertex + rng.random(len(vertex)) + distance
    lost = rng.random(len(vertex)) < law.anywhere
    place[lost] = rng.random(int(np.count_nonzero(lost))) * count
    members = vertex[_order(place % count / max(count, 1))]
    sizes = law.group_size.draw(1 + len(members) // int(law.group_size.low), rng)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), len(members)))]
    return members, np.append(sizes, len(members) - int(sizes.sum()))


def _order(place: npt.NDArray[np.float64]) -> Integers:
    """The order of numbers in [0, 1]; sorting whole numbers that carry the index is several times as fast."""
    bits = len(place).bit_length()
    keys = (place * 2.0 ** (62 - bits)).astype(np.int64) << bits
    keys |= np.arange(len(place))
    keys.sort()
    keys &= (1 << bits) - 1
    return keys


def _parts(total: int, count: int, rng: np.random.Generator) -> Integers:
    """Sizes of at least two that add up to a total."""
    if not count:
        return np.empty(0, dtype=np.int64)
    # Distribute the remaining vertices unevenly: most islands have two vertices or a few more.
    extra = rng.multinomial(total - 2 * count, rng.dirichlet(np.full(count, 0.5)))
    return 2 + extra


def _shuffled(members: Integers, sizes: Integers, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """The same groups in random order."""
    order = rng.permutation(len(sizes))
    starts = (np.cumsum(sizes) - sizes)[order]
    sizes = sizes[order]
    return members[np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(len(members))], sizes


def _pairs(members: Ids, sizes: Integers) -> Edges:
    """All pairs of members of a group, group after group."""
    places = np.arange(len(members), dtype=id_type(len(members)))
    partners = np.repeat(np.cumsum(sizes), sizes) - places - 1
    skipped = np.cumsum(partners) - partners - places - 1
    size = int(partners.sum())
    second = np.arange(size, dtype=id_type(size)) - np.repeat(skipped.astype(id_type(size)), partners)
    return np.repeat(members, partners), members[second]


def _distinct(one: Ids, two: Ids, num_vertices: int) -> tuple[Ids, Ids, Ids]:
    """The distinct edges without loops in order, and the place at which each appears first."""
    place = np.arange(len(one), dtype=id_type(len(one)))
    src, dst, place = sort_by_both(np.minimum(one, two), np.maximum(one, two), place, num_vertices)
    first = src != dst
    first[1:] &= (src[1:] != src[:-1]) | (dst[1:] != dst[:-1])
    return src[first], dst[first], place[first]


def _numbers(law: Affiliation, members: Integers, sizes: Integers, count: int, rng: np.random.Generator) -> Integers:
    """A number for each vertex by its first group, runs of groups in random order."""
    runs = rng.permutation(-(-len(sizes) // law.run))
    order = (runs[:, None] * law.run + np.arange(law.run)).ravel()
    order = order[order < len(sizes)]
    starts = np.empty(len(sizes), dtype=np.int64)
    starts[order] = np.cumsum(sizes[order]) - sizes[order]
    first = np.full(count, len(members))
    np.minimum.at(first, members, np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(len(members)))
    stray = np.flatnonzero(rng.random(count) < law.stray)
    first[stray] = rng.integers(max(len(members), 1), size=len(stray))
    number = np.empty(count, dtype=np.int64)
    number[np.argsort(first, kind="stable")] = np.arange(count)
    return number


def connect(src: Ids, dst: Ids, number: Integers, rng: np.random.Generator) -> Edges:
    """Make vertices one component, with one new edge for each component but the largest.

    An edge joins a random vertex of the component and the nearest one in the largest component, which preserves
    communities. No edge joins these vertices and others.

    Args:
        src: smaller ends of the edges.
        dst: larger ends; rows in order stay in order.
        number: of each of the vertices, along the ring.
        rng: the source of random numbers.
    """
    count = len(number)
    inside = dst < count
    labels = _components(src[inside], dst[inside], count)[number]
    sizes = np.bincount(labels)
    largest = int(sizes.argmax()) if count else 0
    outside = rng.permutation(np.flatnonzero(labels != largest))
    _, chosen = np.unique(labels[outside], return_index=True)
    loose = outside[chosen]
    main = np.flatnonzero(labels == largest)
    nearest = main[np.minimum(np.searchsorted(main, loose), len(main) - 1)]
    ends = np.sort([number[loose], number[nearest]], axis=0)
    ends = ends[:, np.lexsort(ends[::-1])]
    width = np.int64(max(count, 1))
    place = np.searchsorted(src[inside] * width + dst[inside], ends[0] * width + ends[1])
    return np.insert(src, place, ends[0]), np.insert(dst, place, ends[1])


def thin(src: Ids, dst: Ids, num_vertices: int, num_edges: int, rng: np.random.Generator) -> Edges:
    """Remove random edges until `num_edges` are left, without splitting any component.

    Removed edges whose ends became disconnected are put back, and others are removed instead. The method is for graphs
    with many more edges than a forest: of several removed edges between the same two parts, all are put back.

    Raises:
        ValueError: if there are too few edges, or no more can be removed.
    """
    if len(src) < num_edges:
        raise ValueError(f"The parameters yield {len(src):,} edges; expected at least {num_edges:,}.")
    needed = np.zeros(len(src), dtype=bool)
    kept = np.ones(len(src), dtype=bool)
    degree = np.bincount(src, minlength=num_vertices) + np.bincount(dst, minlength=num_vertices)
    thick = np.minimum(degree[src], degree[dst]) > 2
    while (surplus := int(np.count_nonzero(kept)) - num_edges) > 0:
        free = np.flatnonzero(kept & ~needed)
        if len(free) < surplus:
            raise ValueError(f"{num_edges:,} edges are too few to connect the components.")
        if np.count_nonzero(thick[free]) >= surplus:  # Few of these have to be put back.
            free = free[thick[free]]
        removed = rng.choice(free, surplus, replace=False, shuffle=False)
        kept[removed] = False
        labels = _components(src[kept], dst[kept], num_vertices)
        torn = removed[labels[src[removed]] != labels[dst[removed]]]
        kept[torn] = needed[torn] = True
    return src[kept], dst[kept]


def _components(src: Ids, dst: Ids, count: int) -> npt.NDArray[np.int32]:
    """Component labels of `count` vertices; rows are in order of their sources, so that SciPy need not sort them."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    starts = np.searchsorted(src, np.arange(count + 1, dtype=src.dtype)).astype(src.dtype)
    matrix: Any = csr_array((np.ones(len(src)), dst, starts), shape=(count, count))
    labels: npt.NDArray[np.int32] = connected_components(matrix, directed=False)[1]
    return labels
