"""Eigenvectors and singular vectors: the largest eigenvalue, and the direction of a vector.

A small residual proves that a vector belongs to some eigenvalue. That it is the largest is shown by computing the
largest with Lanczos' method (SciPy's ARPACK), which no engine uses except igraph and NetworkX's older HITS.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SLACK = 1e-3
"""How far a vector's eigenvalue may be below the largest, relative to it."""
_ACCURACY = 1e-4
_FEW = 16


def largest_eigenvalue(matrix: Any) -> float:
    """The largest eigenvalue of a symmetric sparse matrix, within a relative 1e-4.

    Lanczos' method finds it in a few dozen products (Kuczynski, Wozniakowski, SIAM J. Matrix Anal. Appl. 13 (1992)
    1094-1122): seconds for tens of millions of entries.
    """
    from scipy.sparse.linalg import eigsh

    n = matrix.shape[0]
    if n < _FEW:
        return float(np.linalg.eigvalsh(matrix.toarray()).max())
    if matrix.nnz == 0:
        return 0.0
    (eigenvalue,) = eigsh(matrix, k=1, which="LA", tol=_ACCURACY, v0=_start(n), return_eigenvectors=False)
    return float(eigenvalue)


def largest_singular_value(matrix: Any) -> float:
    """The largest singular value of a sparse matrix, within a relative 1e-4, as the root of A^T A's eigenvalue."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    n = matrix.shape[0]
    if n < _FEW:
        return float(np.linalg.norm(matrix.toarray(), 2))
    if matrix.nnz == 0:
        return 0.0
    transposed: Any = matrix.T
    squared: Any = LinearOperator((n, n), matvec=lambda x: transposed @ (matrix @ x), dtype=np.float64)
    (eigenvalue,) = eigsh(squared, k=1, which="LA", tol=_ACCURACY, v0=_start(n), return_eigenvectors=False)
    return float(np.sqrt(max(eigenvalue, 0.0)))


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


__all__ = ["SLACK", "direction", "largest_eigenvalue", "largest_singular_value", "negative", "scores_fault"]
