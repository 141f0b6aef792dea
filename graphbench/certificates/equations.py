"""Linear equations x = c M^T x + b of a damped walk, solved where a residual proves too little.

If the rows of M sum to at most 1 and c < 1, then I - c M^T has an inverse of L1 norm at most 1 / (1 - c), so a residual
r proves an error of at most |r| / (1 - c). With c close to 1 that bound exceeds every possible error, and an answer far
from the solution can have a tiny residual: all rank on one of two components does. The solution found here is trusted
only as far as its own residual, which the caller checks by the same theorem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float64]"
DAMPING = 0.85
"""The usual c: up to it, the residual alone decides."""
MAX_ERROR = 0.1
"""The largest error of an answer of length 1 at a larger c, unless the tolerance allows more at the usual one."""
_DIRECT = 2_000
"""Up to this many vertices the equations are solved by elimination."""


def error_limit(allowed: float) -> float:
    """How far an answer may be off in total.

    Args:
        allowed: the residual that the problem allows.
    """
    return max(MAX_ERROR, allowed / (1 - DAMPING))


def solution(matrix: Any, factor: float, constant: Floats) -> Floats:
    """An approximate solution of x = factor * matrix^T x + constant; it may be inaccurate.

    Args:
        matrix: sparse, shape (n, n), entries of 0 or more; `factor` times any row sums to less than 1.
        factor: c.
        constant: b, shape (n,).
    """
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import bicgstab, spsolve

    n = matrix.shape[0]
    equations: Any = (eye_array(n) - factor * matrix.T).tocsc()
    if n <= _DIRECT:
        return np.asarray(spsolve(equations, constant), dtype=np.float64)
    found, _ = bicgstab(equations, constant, rtol=1e-13, maxiter=2_000)
    return np.asarray(found, dtype=np.float64)
