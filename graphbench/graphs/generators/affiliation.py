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

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from graphbench.graphs.clean import id_type
from graphbench.graphs.columns import Ids, components, compressed_rows, sort_by
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Integers: TypeAlias = "npt.NDArray[np.int64]"
Edges: TypeAlias = tuple[Ids, Ids]

_BLOCK = 1 << 14
_PART = 1 << 22


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
        strata = rng.permutation(count)
        values = rng.random(count)
        for block in _blocks(count):
            below = (strata[block] + values[block]) / count
            values[block] = self.low + self.scale * ((1 - below) ** (-1 / self.exponent) - 1)
        return np.minimum(values, self.high, out=strata, casting="unsafe")


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
    number, members, sizes, order = _groups(
        law, inland, islands=num_components - num_isolated - 1, island_vertices=island_vertices, rng=rng
    )
    src, dst, place = _distinct(members, sizes, order, num_vertices)
    del members, sizes, order
    kept = src >= inland  # All edges of the islands, so that they stay connected, and then as many others as needed.
    needed = num_edges - int(np.count_nonzero(kept))
    places = place[~kept]
    if 0 <= needed < len(places):
        places.partition(needed)
        kept |= place < places[needed]
        src, dst = src[kept], dst[kept]
    del place, places, kept
    src, dst = connect(src, dst, number, rng)
    return thin(src, dst, num_vertices, num_edges, rng)


def _blocks(count: int) -> Iterator[slice]:
    """Parts of arrays that stay in a cache, also with the temporary ones of an expression."""
    return (slice(start, start + _BLOCK) for start in range(0, count, _BLOCK))


def _groups(
    law: Affiliation, inland: int, *, islands: int, island_vertices: int, rng: np.random.Generator
) -> tuple[Ids, Ids, Integers, Integers]:
    """Numbers of the vertices on the ring; members, group after group; sizes of groups; the order to take them in."""
    from concurrent.futures import ThreadPoolExecutor  # with logging, which `list` has no use for

    vertex, place = _memberships(law, inland, id_type(inland + island_vertices), rng)
    with ThreadPoolExecutor(1) as pool:  # sorting and drawing release the interpreter's lock
        sorting = pool.submit(_by_place, vertex, place, inland)
        sizes = _group_sizes(law, len(vertex), rng)
        placing = pool.submit(_places, sizes, _in_runs(law.run, len(sizes), rng))
        stray = np.flatnonzero(rng.random(inland) < law.stray)
        elsewhere = rng.integers(max(len(vertex), 1), size=len(stray))
        island_sizes = _parts(island_vertices, islands, rng)
        order = rng.permutation(len(sizes) + islands)
        members = sorting.result()
        del place
        number = _numbers(members, placing.result(), stray, elsewhere, inland)
    on_islands = np.arange(inland, inland + island_vertices, dtype=number.dtype)
    return number, np.concatenate([number[members], on_islands]), np.concatenate([sizes, island_sizes]), order


def _memberships(
    law: Affiliation, count: int, ids: npt.DTypeLike, rng: np.random.Generator
) -> tuple[Ids, npt.NDArray[np.float64]]:
    """The vertex of each membership, in order, and its place along the ring."""
    memberships = law.memberships.draw(count, rng)
    vertex = np.repeat(np.arange(count, dtype=ids), memberships)
    # Half of all Lomax distances of scale 1 are below 2^(1 / spread) - 1.
    unit = law.reach * memberships**law.widening / (2 ** (1 / law.spread) - 1)
    place = rng.random(len(vertex))
    ahead = rng.integers(2, size=len(vertex), dtype=np.int8)
    for block in _blocks(len(vertex)):
        near = vertex[block]
        distance = np.minimum(unit[near] * (place[block] ** (-1 / law.spread) - 1), count / 2)
        place[block] = near + rng.random(len(near)) + distance * (2 * ahead[block] - 1)
    lost = np.empty(len(vertex), dtype=bool)
    for block in _blocks(len(vertex)):
        lost[block] = rng.random(len(lost[block])) < law.anywhere
    place[lost] = rng.random(int(np.count_nonzero(lost))) * count
    return vertex, place


def _by_place(vertex: Ids, place: npt.NDArray[np.float64], count: int) -> Ids:
    """The vertices in order of their places; sorting whole numbers that carry them is several times as fast."""
    scale, bits = 2.0 ** (62 - max(len(place), count).bit_length()), count.bit_length()
    keys = place.view(np.int64)  # written over the places, which nobody reads again
    for block in _blocks(len(place)):
        keys[block] = (place[block] % count / count * scale).astype(np.int64) << bits | vertex[block]
    keys.sort()
    return np.bitwise_and(keys, (1 << bits) - 1, out=vertex, casting="unsafe")


def _group_sizes(law: Affiliation, count: int, rng: np.random.Generator) -> Integers:
    """Sizes of groups that add up to the number of memberships."""
    sizes = law.group_size.draw(1 + count // int(law.group_size.low), rng)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), count))]
    return np.append(sizes, count - int(sizes.sum()))


def _in_runs(run: int, count: int, rng: np.random.Generator) -> Integers:
    """Groups in runs of that many, which are in random order."""
    runs = rng.permutation(-(-count // run))
    groups = (runs[:, None] * run + np.arange(run)).ravel()
    return groups[groups < count]


def _parts(total: int, count: int, rng: np.random.Generator) -> Integers:
    """Sizes of at least two that add up to a total."""
    if not count:
        return np.empty(0, dtype=np.int64)
    # Distribute the remaining vertices unevenly: most islands have two vertices or a few more.
    extra = rng.multinomial(total - 2 * count, rng.dirichlet(np.full(count, 0.5)))
    return 2 + extra


def _places(sizes: Integers, order: Integers) -> Ids:
    """The place of each member of each group if the groups are put into this order."""
    size = int(sizes.sum())
    starts = np.empty(len(sizes), dtype=np.int64)
    starts[order] = _starts(sizes[order])
    starts -= _starts(sizes)
    places = np.repeat(starts.astype(id_type(size)), sizes)
    for block in _blocks(size):
        places[block] += np.arange(block.start, block.start + len(places[block]), dtype=places.dtype)
    return places


def _starts(sizes: Integers) -> Integers:
    starts = np.cumsum(sizes)
    starts -= sizes
    return starts


def _numbers(members: Ids, place: Ids, stray: Integers, elsewhere: Integers, count: int) -> Ids:
    """A number for each vertex by the first place at which it is a member, for strays by another one."""
    first = np.full(count, len(place), dtype=place.dtype)
    np.minimum.at(first, members, place)
    first[stray] = elsewhere
    number = np.empty(count, dtype=members.dtype)
    number[np.argsort(first, kind="stable")] = np.arange(count)
    return number


def _pairs(members: Ids, sizes: Integers) -> Edges:
    """All pairs of members of a group, the smaller one first, group after group."""
    counts = sizes * (sizes - 1) // 2
    src, dst = (np.empty(int(counts.sum()), dtype=members.dtype) for _ in range(2))
    start = pairs = 0
    for block in _blocks(len(sizes)):
        one, two = _pair_places(sizes[block])
        ends = start + int(sizes[block].sum()), pairs + len(one)
        part = members[start : ends[0]]
        np.minimum(part[one], part[two], out=src[pairs : ends[1]])
        np.maximum(part[one], part[two], out=dst[pairs : ends[1]])
        start, pairs = ends
    return src, dst


def _pair_places(sizes: Integers) -> tuple[Integers, Integers]:
    places = np.arange(int(sizes.sum()))
    partners = np.repeat(np.cumsum(sizes), sizes) - places - 1
    one = np.repeat(places, partners)
    return one, np.arange(len(one)) - (np.cumsum(partners) - partners - places - 1)[one]


def _distinct(members: Ids, sizes: Integers, order: Integers, num_vertices: int) -> tuple[Ids, Ids, Ids]:
    """The distinct edges of groups without loops, sorted, and the first place of each if groups are in this order."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        placing = pool.submit(_places, sizes * (sizes - 1) // 2, order)
        src, dst = _pairs(members, sizes)
        place = placing.result()
    src, dst, place = sort_by(src, dst, place, num_vertices)
    rows = compressed_rows(src, dst, place, num_vertices)
    rows.sort_indices()  # in place, so it takes less memory than a second pass of counting
    dst, place = rows.indices, rows.data
    del rows
    loop = src == dst
    place[loop] = len(place)  # so that it does not count as a place of the edge before
    first = ~loop
    first[1:] &= (src[1:] != src[:-1]) | (dst[1:] != dst[:-1])
    src, dst = src[first], dst[first]
    return src, dst, np.minimum.reduceat(place, np.flatnonzero(first))


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
    inside = int(np.searchsorted(src, count))
    labels = components(_parts_of(src[:inside], dst[:inside]), count)[number]
    sizes = np.bincount(labels)
    largest = int(sizes.argmax()) if count else 0
    outside = rng.permutation(np.flatnonzero(labels != largest))
    _, chosen = np.unique(labels[outside], return_index=True)
    loose = outside[chosen]
    main = np.flatnonzero(labels == largest)
    nearest = main[np.minimum(np.searchsorted(main, loose), len(main) - 1)]
    ends = np.sort([number[loose], number[nearest]], axis=0)
    ends = ends[:, np.lexsort(ends[::-1])]
    keys = src[:inside].astype(np.int64)
    keys *= count
    keys += dst[:inside]
    place = np.searchsorted(keys, ends[0].astype(np.int64) * count + ends[1])
    del keys
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
    thick = np.bincount(src, minlength=num_vertices) + np.bincount(dst, minlength=num_vertices) > 2
    while (surplus := int(np.count_nonzero(kept)) - num_edges) > 0:
        free = kept & ~needed
        if np.count_nonzero(free) < surplus:
            raise ValueError(f"{num_edges:,} edges are too few to connect the components.")
        between = free & thick[src] & thick[dst]
        if np.count_nonzero(between) >= surplus:  # Few of these have to be put back.
            free = between
        removed = rng.choice(np.flatnonzero(free), surplus, replace=False, shuffle=False)
        kept[removed] = False
        labels = components(_parts_of(src[kept], dst[kept]), num_vertices)
        torn = removed[labels[src[removed]] != labels[dst[removed]]]
        kept[torn] = needed[torn] = True
    return src[kept], dst[kept]


def _parts_of(src: Ids, dst: Ids) -> Iterator[Edges]:
    return ((src[start : start + _PART], dst[start : start + _PART]) for start in range(0, len(src), _PART))
