"""What pages of iterative methods share: the tolerance, the limit of iterations, and one error for reaching it."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphbench.algorithms._parameter import Parameter
from graphbench.algorithms.base import Adapter, Call
from graphbench.errors import ConvergenceError
from graphbench.graphs.edgelist import EdgeList

_GAVE_UP = {"PowerIterationFailedConvergence", "FailedToConvergeError"}
"""What NetworkX and nx-cugraph, and cuGraph's PageRank, raise at the limit of iterations."""
_GAVE_UP_IN_WORDS = "failed to converge"
"""What cuGraph's other iterations say in a RuntimeError there."""


def tolerance_of(what: str) -> Parameter:
    """The parameter `tolerance`, 1e-6 unless given.

    Args:
        what: must be no more than that; the parameter's help.
    """
    return Parameter(name="tolerance", type=float, default=1e-6, minimum=0, exclusive_minimum=True, help=what)


def iteration_limit(default: int) -> Parameter:
    """The parameter `max_iterations`."""
    return Parameter(
        name="max_iterations", type=int, default=default, minimum=1, help="Give up after this many iterations."
    )


def beyond_float64(edges: EdgeList, params: Mapping[str, Any]) -> str:
    """Why the tolerance is refused: it is below eps * sqrt(n).

    A sum of k terms is rounded by about sqrt(k) * eps of its value (Higham, Accuracy and Stability of Numerical
    Algorithms, 2002, section 2.8), and k is at most n for a score: an iteration may change the scores by that for ever.
    """
    least = float(np.finfo(np.float64).eps) * math.sqrt(edges.num_vertices)
    if params["tolerance"] >= least:
        return ""
    return (
        f"A tolerance of {params['tolerance']:g} is below what float64 can resolve on {edges.num_vertices:,} vertices; "
        f"the least that makes sense is --tolerance {10.0 ** math.ceil(math.log10(least)):g}."
    )


def stop_per_vertex(p: Call) -> dict[str, Any]:
    """What a library is given that stops when an iteration changes less than n * tol in total."""
    return {"tol": p.tolerance / p.num_vertices, "stops_at": p.tolerance, "max_iter": p.max_iterations}


def stop_at_total(p: Call) -> dict[str, Any]:
    """What a library is given that stops when an iteration changes less than tol in total."""
    return {"tol": p.tolerance, "stops_at": p.tolerance, "max_iter": p.max_iterations}


def half_per_vertex(p: Call) -> float:
    """What makes a library stop at half the tolerance that stops when an iteration changes less than n * tol in total.

    Where half is wanted, the page says why.
    """
    tol: float = p.tolerance / (2 * p.num_vertices)
    return tol


def stop_at_half_per_vertex(p: Call) -> dict[str, Any]:
    """As `stop_at_half_total`, of a library that stops when an iteration changes less than n * tol in total."""
    return stop_at_half_total(p) | {"tol": half_per_vertex(p)}


def stop_at_half_total(p: Call) -> dict[str, Any]:
    """What a library is given for half the tolerance that stops when an iteration changes less than tol in total."""
    return {"tol": p.tolerance / 2, "stops_at": p.tolerance / 2, "max_iter": p.max_iterations}


def limited(call: Adapter) -> Adapter:
    """The adapter, with one error for every library's own when the iterations are used up."""

    @functools.wraps(call)
    def within_limit(library: Any, graph: Any, p: Call) -> Any:
        try:
            return call(library, graph, p)
        except Exception as error:
            if type(error).__name__ in _GAVE_UP or _GAVE_UP_IN_WORDS in str(error):
                raise ConvergenceError(p.max_iterations) from error
            raise

    return within_limit
