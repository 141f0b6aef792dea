"""R-MAT (Kronecker) graphs on the CPU, by NumPy."""

from __future__ import annotations

from graphbench.graphs.clean import Raw, id_type
from graphbench.system.lazy import np

_BLOCK = 1 << 20


def rmat(*, scale: int, edgefactor: int, a: float, b: float, c: float, seed: int, directed: int, **_by: str) -> Raw:
    """Generate a Graph500 Kronecker graph; see :mod:`.spec` for the parameters."""
    rng = np.random.default_rng(seed)
    n, rows = 1 << scale, edgefactor << scale
    shuffled = rng.permutation(n).astype(id_type(n))
    src, dst = np.empty(rows, dtype=shuffled.dtype), np.empty(rows, dtype=shuffled.dtype)
    for start in range(0, rows, _BLOCK):
        size = min(_BLOCK, rows - start)
        row, column = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for _ in range(scale):
            # Quadrants in the order of [0, 1): upper left a, upper right b, lower left c, lower right the rest.
            draw = rng.random(size)
            lower = draw >= a + b
            right = (draw >= a) ^ lower ^ (draw >= a + b + c)
            row += row + lower
            column += column + right
        src[start : start + size], dst[start : start + size] = shuffled[row], shuffled[column]
    return Raw(src=src, dst=dst, weight=None, num_vertices=n, directed=bool(directed))
