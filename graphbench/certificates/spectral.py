"""Eigenvectors and singular vectors: the largest eigenvalue, and the direction of a vector.

A small residual proves that a vector belongs to some eigenvalue. That it is the largest is shown by computing the
largest with Lanczos' method (SciPy's ARPACK), which igraph, SciPy and some calls of NetworkX use too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float64]"
ROUNDING = 1e-12
"""How far a vector's eigenvalue may be below the largest, relative to it, whatever the tolerance."""
_ATTEMPTS: tuple[dict[str, Any], ...] = ({"tol": 1e-8, "ncv": 8, "maxiter": 3}, {"tol": 1e-8}, {"tol": 1e-4})
"""Relative accuracies to ask of Lanczos' method, one after another until one is reached.

First a few vectors: where the largest eigenvalue is well apart, 9 products do instead of the 21 of SciPy's 20 vectors.
"""
_FEW = 16


def largest_eigenvalue(matrix: Any) -> float:
    """The largest eigenvalue of a symmetric sparse matrix; what is returned is never above it, but for rounding.

    Lanczos' method finds it in a few dozen products (Kuczynski, Wozniakowski, SIAM J. Matrix Anal. Appl. 13 (1992)
    1094-1122): seconds for tens of millions of entries.
    """
    n = matrix.shape[0]
    if n < _FEW:
        return float(np.linalg.eigvalsh(matrix.toarray()).max())
    if matrix.nnz == 0:
        return 0.0
    return _lanczos(matrix)


def largest_singular_value(matrix: Any) -> float:
    """The largest singular value of a sparse matrix, as the root of A^T A's eigenvalue; never above it either."""
    from scipy.sparse.linalg import LinearOperator

    n = matrix.shape[0]
    if n < _FEW:
        return float(np.linalg.norm(matrix.toarray(), 2))
    if matrix.nnz == 0:
        return 0.0
    transposed: Any = matrix.T
    squared: Any = LinearOperator((n, n), matvec=lambda x: transposed @ (matrix @ x), dtype=np.float64)
    return float(np.sqrt(max(_lanczos(squared), 0.0)))


def _lanczos(operator: Any) -> float:
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    for attempt in _ATTEMPTS:
        try:
            found = eigsh(operator, k=1, which="LA", v0=_start(operator.shape[0]), **attempt)
        except ArpackNoConvergence:
            continue
        return float(found[0][0])
    return -np.inf


def allowed_below(largest: float, tolerance: float) -> float:
    """The least Rayleigh quotient of a right answer, by an eigenvalue that is the largest in absolute value, too.

    Theorem. Let B be symmetric with largest eigenvalue L, x of length 1 and r = B x / |B x| - x. If at least a quarter
    of x's squared length is along eigenvectors for L, then x^T B x >= L (1 - 2 |r|). *Proof:* L - x^T B x is the mean
    of L - l over x's squared parts, and the squared deviations from that mean have a mean of at most (L |r|)^2; the
    parts with l = L alone contribute a quarter of the square of the mean. A vector that belongs to another eigenvalue
    has that as its quotient, however small its residual.

    Args:
        largest: L, or a lower bound.
        tolerance: an upper bound of |r|.
    """
    return largest * (1 - 2 * tolerance - ROUNDING)


def direction(values: npt.NDArray[Any]) -> Floats:
    """The vector scaled to length 1; a zero vector is returned unchanged."""
    out: Floats = values.astype(np.float64)
    peak = float(np.abs(out).max(initial=0.0))
    if peak == 0:
        return out
    out /= peak  # or squares might overflow or vanish
    return out / float(np.linalg.norm(out))


def scores_fault(values: Floats, noun: str) -> str:
    """Why scores have no direction: one is infinite, or all are zero.

    Args:
        values: shape (n,), no NaN.
        noun: what one of them is.
    """
    if not np.isfinite(values).all():
        bad = int(np.argmax(~np.isfinite(values)))
        return f"the {noun} of vertex {bad:,} is {values[bad]:g}"
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0:
        return f"the {noun} of every vertex is 0"
    return ""


def negative(scores: Floats, tolerance: float) -> int | None:
    """A vertex whose score differs in sign from the largest, by more than the tolerance, or None.

    Args:
        scores: of length 1, shape (n,).
        tolerance: what counts as rounding.
    """
    signed = scores if scores.max() >= -scores.min() else -scores
    return int(np.argmin(signed)) if signed.min() < -tolerance else None


def _start(n: int) -> Floats:
    """Lanczos' first vector: the same in every run, and almost surely not orthogonal to any eigenvector."""
    return np.random.default_rng(0).uniform(0.5, 1.5, size=n)


__all__ = ["allowed_below", "direction", "largest_eigenvalue", "largest_singular_value", "negative", "scores_fault"]
