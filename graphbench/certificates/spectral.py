"""Eigenvectors and singular vectors: the largest eigenvalue, and the direction of a vector.

A small residual proves that a vector belongs to some eigenvalue. That it is the largest follows from the vector itself
in most cases (Collatz and Wielandt), in one more product. In the others, the largest is computed with Lanczos' method
(SciPy's ARPACK), which igraph, SciPy and some calls of NetworkX use too, in ten or more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.graphs.columns import compressed_rows
from graphbench.graphs.edgelist import EdgeList
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


def products(edges: EdgeList) -> tuple[Any, Any]:
    """The adjacency matrix and its transpose as SciPy's linear operators; of an undirected graph the same one twice.

    They multiply by the rows of the edge list as they are: both directions of an edge are one entry.
    """
    from scipy.sparse.linalg import aslinearoperator

    src, dst, weight = edges.to_numpy()
    rows: Any = compressed_rows(src, dst, np.ones(len(src)) if weight is None else weight, edges.num_vertices)
    forwards, backwards = aslinearoperator(rows), aslinearoperator(rows.T)
    if edges.directed:
        return forwards, backwards
    both = forwards + backwards
    return both, both


def largest_eigenvalue(matrix: Any) -> float:
    """The largest eigenvalue of a symmetric matrix; what is returned is never above it, but for rounding.

    Lanczos' method finds it in a few dozen products (Kuczynski, Wozniakowski, SIAM J. Matrix Anal. Appl. 13 (1992)
    1094-1122): seconds for tens of millions of entries.

    Args:
        matrix: SciPy's, or a linear operator; without negative entries.
    """
    n = matrix.shape[0]
    if n < _FEW:
        return float(np.linalg.eigvalsh(matrix @ np.eye(n)).max())
    return _lanczos(matrix)


def largest_singular_value(forwards: Any, backwards: Any) -> float:
    """The largest singular value of a matrix; never above it either.

    It is the largest eigenvalue of a symmetric matrix without negative entries (Perron, Frobenius), and the root of
    that of A^T A of any other.

    Args:
        forwards: the matrix, or a linear operator.
        backwards: its transpose; the same object if it is symmetric.
    """
    if forwards is backwards:
        return largest_eigenvalue(forwards)
    return float(np.sqrt(max(largest_eigenvalue(backwards @ forwards), 0.0)))


def _lanczos(operator: Any) -> float:
    from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, eigsh

    start = _start(operator.shape[0])
    for attempt in _ATTEMPTS:
        try:
            found = eigsh(operator, k=1, which="LA", v0=start, return_eigenvectors=False, **attempt)
        except ArpackNoConvergence:
            continue
        except ArpackError:  # it refuses a matrix without entries
            if (operator @ start).any():
                raise
            return 0.0
        return float(found[0])
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


def proves_largest(value: float, scores: Floats, product: Floats, sums: Floats, tolerance: float) -> bool:
    """Whether a vector proves that the eigenvalue is large enough for :func:`allowed_below`; False proves nothing.

    Theorem. Let B be symmetric without negative entries, y positive and B y <= b y. Then no eigenvalue of B is above b
    (Collatz, Math. Z. 48 (1942) 221-226; Wielandt, Math. Z. 52 (1950) 642-648). Here y = x + e 1: a right answer x and
    a small number e, because scores far from the centre are next to 0, where errors are large beside them. B y - b y =
    (B x - b x) + e (B 1 - b) grows with e where a row of B sums to more than b, and only there: the largest e that
    these rows allow, halved for rounding, is the one to try.

    Args:
        value: x^T B x.
        scores: x, of length 1, shape (n,).
        product: B x.
        sums: B 1.
        tolerance: as in :func:`allowed_below`.
    """
    share = allowed_below(1.0, tolerance)
    slack, gain = value * scores - share * product, value - share * sums  # those of b y - B y, for b = value / share
    falling = gain < 0
    step = float(np.min(slack[falling] / -gain[falling], initial=1.0)) / 2
    return step > 0 and bool((scores > -step).all() and (slack + step * gain >= 0).all())


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


__all__ = [
    "allowed_below",
    "direction",
    "largest_eigenvalue",
    "largest_singular_value",
    "negative",
    "products",
    "proves_largest",
    "scores_fault",
]
