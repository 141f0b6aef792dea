"""What pages of iterative methods share: rules for stopping, and one error at the iteration limit."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Adapter, Call
from graphbench.errors import ConvergenceError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

_NOT_CONVERGED = {"PowerIterationFailedConvergence", "FailedToConvergeError", "ArpackNoConvergence"}
"""Errors of NetworkX and nx-cugraph, of cuGraph's PageRank, and of SciPy at the iteration limit."""
_NOT_CONVERGED_TEXT = ("failed to converge", "Not enough eigenvalues/vectors")
"""Parts of the errors of cuGraph's other iterative methods, and of igraph's eigensolver."""


def tolerance_refusal(edges: EdgeList, params: Mapping[str, Any]) -> str:
    """Why a tolerance below eps * sqrt(n) is refused.

    A sum of k terms is rounded by about sqrt(k) * eps of its value (Higham, Accuracy and Stability of Numerical
    Algorithms, 2002, section 2.8), and k is at most n for a score: iterations may never change the scores by less.
    """
    least = sys.float_info.epsilon * math.sqrt(edges.num_vertices)
    if params["tolerance"] >= least:
        return ""
    return (
        f"A tolerance of {params['tolerance']:g} is below what float64 can resolve on {edges.num_vertices:,} vertices. "
        f"Use at least --tolerance {10.0 ** math.ceil(math.log10(least)):g}."
    )


def stop_at_total(p: Call, *, half: bool = False) -> dict[str, Any]:
    """What a library gets that stops when an iteration changes less than tol in total.

    Args:
        p: the call.
        half: stop at half the tolerance; the page says why.
    """
    tolerance = p.tolerance / 2 if half else p.tolerance
    return {"tol": tolerance, "stops_at": tolerance, "max_iter": p.max_iterations}


def stop_per_vertex(p: Call, *, half: bool = False) -> dict[str, Any]:
    """What a library gets that stops when an iteration changes less than n * tol in total, for n vertices."""
    return stop_at_total(p, half=half) | {"tol": half_per_vertex(p) if half else p.tolerance / p.num_vertices}


def half_per_vertex(p: Call) -> float:
    """The tol that stops such a library at half the tolerance."""
    tol: float = p.tolerance / (2 * p.num_vertices)
    return tol


def lanczos_tolerance(p: Call) -> float:
    """For ARPACK, whose residual, relative to the eigenvalue, is a Euclidean length.

    A total over n vertices is at most sqrt(n) times that.
    """
    return float(p.tolerance / np.sqrt(p.num_vertices))


def unit(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A vector divided by its length.

    `np.linalg.norm` wakes BLAS's threads for one sum: an iteration of GraphBLAS's eigenvector took 1.1 to 2 times as
    long with it, even where they sleep again at once.
    """
    scaled: npt.NDArray[np.float64] = vector / np.sqrt(np.square(vector).sum())
    return scaled


def raises_convergence_error(call: Adapter) -> Adapter:
    """Let an adapter raise ConvergenceError instead of its library's own error at the iteration limit."""
    return _translated(call, own_limit=False)


def raises_own_convergence_error(call: Adapter) -> Adapter:
    """The same for an adapter whose library has a limit that `max_iterations` does not change."""
    return _translated(call, own_limit=True)


def _translated(call: Adapter, *, own_limit: bool) -> Adapter:
    @functools.wraps(call)
    def within_limit(library: Any, graph: Any, p: Call) -> Any:
        try:
            return call(library, graph, p)
        except Exception as error:
            text = " ".join(str(error).split())
            if type(error).__name__ in _NOT_CONVERGED or any(part in text for part in _NOT_CONVERGED_TEXT):
                limit = None if own_limit else p.max_iterations
                raise ConvergenceError(limit, f"{type(error).__name__}: {text[:200]}") from error
            raise

    return within_limit
