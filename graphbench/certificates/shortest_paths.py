"""Betweenness: how much each source depends on each vertex.

Theorem 6 of Brandes, "A faster algorithm for betweenness centrality", J. Math. Sociology 25 (2001) 163-177:
delta_s(v) = sum over the out-neighbours w of v that are one farther from s than v, of sigma_sv / sigma_sw
(1 + delta_s(w)). Each level is a few array operations over the arcs that leave it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.certificates.rows import num_arcs, out_arcs
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float64]"
_MAX_PATHS = 1e100
"""Number of shortest paths above which counts are scaled down: in a grid they soon exceed float64."""


def dependencies(edges: EdgeList, sources: npt.NDArray[np.int64]) -> Floats:
    """The sum over sources s of how much s depends on each vertex, by Brandes' algorithm in float64.

    delta_s(v) = sum over t of sigma_st(v) / sigma_st, with sigma_st the number of shortest paths from s to t and
    sigma_st(v) of those with v in their inside (Brandes, J. Math. Sociology 25 (2001) 163-177). One source takes about
    a second for 10 million edges.

    Args:
        edges: the posed graph; every arc has length 1.
        sources: all different.

    Returns:
        Shape (num_vertices,).
    """
    matrix = edges.to_scipy()
    backwards = matrix.T if edges.directed else matrix
    total = np.zeros(edges.num_vertices)
    for source in sources.tolist():
        total += _dependency(matrix, backwards, source)
    return total


def _dependency(matrix: Any, backwards: Any, source: int) -> Floats:
    """One source's part: path counts outwards over the levels, then dependencies back.

    Where most arcs leave one level, a product with the whole matrix is cheaper than looking at each of them.
    """
    n, many_arcs = matrix.shape[0], matrix.nnz // 10
    seen = np.zeros(n, dtype=bool)
    paths, dependency, share = np.zeros(n), np.zeros(n), np.zeros(n)
    seen[source], paths[source] = True, 1.0
    level = np.array([source])
    levels, scales = [level], [1.0]
    while True:
        if num_arcs(matrix, level) > many_arcs:
            here = np.zeros(n)
            here[level] = paths[level]
            arriving = backwards @ here
            level = np.flatnonzero((arriving > 0) & ~seen)
            paths[level] = arriving[level]
        else:
            heads_seen = []
            for tails, heads in out_arcs(matrix, level):
                new = ~seen[heads]
                np.add.at(paths, heads[new], paths[tails[new]])
                heads_seen.append(heads[new])
            level = np.unique(np.concatenate(heads_seen))
        if len(level) == 0:
            break
        seen[level] = True
        most = float(paths[level].max())
        scales.append(most if most > _MAX_PATHS else 1.0)  # only ratios of neighbouring levels count
        paths[level] /= scales[-1]
        levels.append(level)
    for level, following, scale in zip(levels[-2:0:-1], levels[:1:-1], scales[:1:-1], strict=True):
        share[following] = (1.0 + dependency[following]) / (paths[following] * scale)
        if num_arcs(matrix, level) > many_arcs:
            dependency[level] = (matrix @ share)[level]
        else:
            for tails, heads in out_arcs(matrix, level):
                np.add.at(dependency, tails, share[heads])
        dependency[level] *= paths[level]
        share[following] = 0.0
    return dependency
