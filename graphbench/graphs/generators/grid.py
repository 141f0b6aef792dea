"""Lattices with missing edges, of the shape of a road network."""

from __future__ import annotations

from graphbench.graphs.clean import Raw, id_type
from graphbench.system.lazy import np

_SPACING = 100
"""Distance of two columns, in the unit of the weights."""


def grid(*, rows: int, cols: int, drop: float, seed: int) -> Raw:
    """Generate a lattice with missing edges; see :mod:`.spec`.

    A vertex lies somewhere in the inner half of its square, so that no length is below half the spacing. Vertices are
    numbered row by row, as road networks are numbered by place.
    """
    rng = np.random.default_rng(seed)
    squares = np.stack(np.meshgrid(np.arange(rows), np.arange(cols), indexing="ij"), axis=-1)
    places = _SPACING * (squares + 0.5 * rng.random(squares.shape))
    ids = np.arange(rows * cols, dtype=id_type(rows * cols)).reshape(rows, cols)
    sources, targets, lengths = [], [], []
    for here, there in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1, :], np.s_[1:, :])):
        kept = rng.random(ids[here].shape) >= drop
        sources.append(ids[here][kept])
        targets.append(ids[there][kept])
        lengths.append(np.rint(np.linalg.norm(places[here] - places[there], axis=-1)[kept]))
    src, dst, weight = (np.concatenate(parts) for parts in (sources, targets, lengths))
    return Raw(src=src, dst=dst, weight=weight, num_vertices=rows * cols, directed=False)
