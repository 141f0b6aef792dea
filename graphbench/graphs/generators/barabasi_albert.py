"""Graphs that grow by preferential attachment."""

from __future__ import annotations

from graphbench.graphs.clean import Raw, id_type
from graphbench.system.lazy import np


def barabasi_albert(*, n: int, m: int, seed: int) -> Raw:
    """A graph that grows by preferential attachment; see :mod:`.spec`.

    A vertex is drawn in proportion to its degree by drawing from the ends of all edges so far (Batagelj, Brandes:
    Efficient Generation of Large Random Networks, Phys. Rev. E 71, 036113, 2005). Vertices are added in blocks: all
    draws of a block are looked up at once, and only vertices that drew an end inside the block, or a vertex twice, are
    processed one by one. This does not change the distribution.
    """
    rng = np.random.default_rng(seed)
    # Ends of edges in order of generation: edge i joins ends[i, 0], the newer vertex, and ends[i, 1].
    ends = np.empty((m * (n - m), 2), dtype=id_type(n))
    ends[:m, 0], ends[:m, 1] = np.arange(1, m + 1), 0
    ends[m:, 0] = np.repeat(np.arange(m + 1, n, dtype=ends.dtype), m)
    drawn_from = ends.reshape(-1)
    first = m + 1
    while first < n:
        # Blocks grow with the graph, so that few draws hit the block itself.
        vertices = np.arange(first, min(n, first + max(1, first // 64)))
        # Vertex v draws from the m (v - m) edges before it.
        limits = 2 * m * (vertices - m)
        draws = (rng.random((len(vertices), m)) * limits[:, None]).astype(np.int64)
        targets = drawn_from[np.minimum(draws, limits[0] - 1)]
        ordered = np.sort(targets, axis=1)
        single = (draws >= limits[0]).any(axis=1) | (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        rows = m * (vertices - m)
        ends[rows[0] : rows[-1] + m, 1] = targets.reshape(-1)
        for index in np.flatnonzero(single):
            chosen: dict[int, None] = {}
            for draw in draws[index]:
                chosen[int(drawn_from[draw])] = None
            while len(chosen) < m:
                chosen[int(drawn_from[rng.integers(limits[index])])] = None
            ends[rows[index] : rows[index] + m, 1] = list(chosen)
        first = int(vertices[-1]) + 1
    return Raw(src=ends[:, 1].copy(), dst=ends[:, 0].copy(), weight=None, num_vertices=n, directed=False)
