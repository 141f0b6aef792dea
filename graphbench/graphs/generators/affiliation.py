"""Graphs of overlapping groups: vertices join groups near them, and each group is a clique.

After the affiliation networks of Lattanzi and Sivakumar (STOC 2009: authors and papers, projected to a graph of
co-authors), but groups are drawn in space instead of sequentially, so that a few passes over arrays suffice:

1. The vertices lie on a ring. The number of memberships of each follows a heavy-tailed distribution.
2. Each membership is moved from its vertex's place by a heavy-tailed distance, which is larger for vertices with more
   memberships, so that a hub has many different neighbours; a share is placed anywhere on the ring.
3. Along the ring, memberships are cut into groups whose sizes follow a second distribution. A group is a clique.
4. Groups are taken in random order until the graph has its edges, and vertices are numbered by first appearance. As in
   real collections, vertices of a group tend to have close numbers, and hubs low numbers.

The distances give communities at all scales, and overlapping cliques give triangles. If most groups have size two, the
result is a graph with communities and a given heavy-tailed degree sequence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Integers: TypeAlias = "npt.NDArray[np.int64]"


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


def affiliated(
    law: Affiliation,
    *,
    num_vertices: int,
    num_edges: int,
    num_components: int,
    num_isolated: int,
    island_vertices: int,
    rng: np.random.Generator,
) -> tuple[Integers, Integers]:
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
        Ends of the edges, without loops and parallel edges; shape (num_edges,) each.

    Raises:
        ValueError: if the parameters do not yield that many edges, or the islands cannot have two vertices each.
    """
    inland = num_vertices - num_isolated - island_vertices
    members, sizes = _inland(law, inland, rng)
    islands = _parts(island_vertices, num_components - num_isolated - 1, rng)
    members = np.concatenate([members, np.arange(inland, inland + island_vertices)])
    sizes = np.concatenate([sizes, islands])
    members, sizes = _shuffled(members, sizes, rng)
    src, dst = _distinct(*_pairs(members, sizes), num_vertices)
    kept = src >= inland  # All edges of the islands, so that they stay connected, and then as many others as needed.
    kept |= np.cumsum(~kept) <= num_edges - int(np.count_nonzero(kept))
    src, dst = connect(src[kept], dst[kept], inland, rng)
    src, dst = thin(src, dst, num_vertices, num_edges, rng)
    number = _numbers(members, num_vertices, rng)
    return number[src], number[dst]


def _inland(law: Affiliation, count: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Members in the order of their groups, and the groups' sizes."""
    memberships = law.memberships.draw(count, rng)
    vertex = np.repeat(np.arange(count), memberships)
    # Half of all Lomax distances of scale 1 are below 2^(1 / spread) - 1.
    unit = law.reach * memberships**law.widening / (2 ** (1 / law.spread) - 1)
    distance = np.repeat(unit, memberships) * (rng.random(len(vertex)) ** (-1 / law.spread) - 1)
    distance = np.minimum(distance, count / 2) * rng.choice([-1.0, 1.0], len(vertex))
    place = vertex + rng.random(len(vertex)) + distance
    lost = rng.random(len(vertex)) < law.anywhere
    place[lost] = rng.random(int(np.count_nonzero(lost))) * count
    members = vertex[np.argsort(place % count, kind="stable")]
    sizes = law.group_size.draw(1 + len(members) // int(law.group_size.low), rng)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), len(members)))]
    return members, np.append(sizes, len(members) - int(sizes.sum()))


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


def _pairs(members: Integers, sizes: Integers) -> tuple[Integers, Integers]:
    """All pairs of members of a group, group after group."""
    ends = np.repeat(np.cumsum(sizes), sizes)
    places = np.arange(len(members))
    partners = ends - places - 1
    first = np.repeat(places, partners)
    second = np.arange(len(first)) - np.repeat(np.cumsum(partners) - partners - places - 1, partners)
    return members[first], members[second]


def _distinct(one: Integers, two: Integers, num_vertices: int) -> tuple[Integers, Integers]:
    """The distinct edges in order of first appearance, without loops."""
    keys = np.minimum(one, two) * num_vertices + np.maximum(one, two)
    keys = keys[one != two]
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    keys = keys[np.sort(order[np.append(True, ordered[1:] != ordered[:-1])])]
    return keys // num_vertices, keys % num_vertices


def _numbers(members: Integers, num_vertices: int, rng: np.random.Generator) -> Integers:
    """A new number for each vertex, by first appearance; vertices that do not appear get random positions."""
    first = np.full(num_vertices, -1)
    first[members[::-1]] = np.arange(len(members))[::-1]
    absent = first < 0
    first[absent] = rng.integers(max(len(members), 1), size=int(np.count_nonzero(absent)))
    number = np.empty(num_vertices, dtype=np.int64)
    number[np.argsort(first, kind="stable")] = np.arange(num_vertices)
    return number


def connect(src: Integers, dst: Integers, count: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Make the first `count` vertices one component, with one new edge for each component but the largest.

    An edge joins a random vertex of the component and the nearest number in the largest one, which preserves
    communities. No edge joins the first vertices and the others.
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
    while (surplus := int(np.count_nonzero(kept)) - num_edges) > 0:
        free = np.flatnonzero(kept & ~needed)
        if len(free) < surplus:
            raise ValueError(f"{num_edges:,} edges are too few to connect the components.")
        removed = rng.choice(free, surplus, replace=False, shuffle=False)
        kept[removed] = False
        labels = _components(src[kept], dst[kept], num_vertices)
        torn = removed[labels[src[removed]] != labels[dst[removed]]]
        kept[torn] = needed[torn] = True
    return src[kept], dst[kept]


def _components(src: Integers, dst: Integers, count: int) -> npt.NDArray[np.int32]:
    """Component labels of the first `count` vertices; edges to other vertices are ignored."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    inside = (src < count) & (dst < count)
    ones = np.ones(int(np.count_nonzero(inside)), dtype=np.int8)
    matrix = coo_array((ones, (src[inside], dst[inside])), shape=(count, count))
    labels: npt.NDArray[np.int32] = connected_components(matrix, directed=False)[1]
    return labels
