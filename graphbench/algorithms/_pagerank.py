"""What the two pages on PageRank share: parameters, the distance between right answers, and the certificate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphbench.algorithms._parameters import max_iterations, tolerance
from graphbench.algorithms.base import Call, Finding, Parameter
from graphbench.certificates.checks import Wrong, form_fault, pagerank_step, raise_if
from graphbench.certificates.equations import error_limit, solution
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt


def parameters(jumping: str) -> list[Parameter]:
    """The damping, the tolerance and the limit of iterations.

    Args:
        jumping: what the surfer does instead of following an edge.
    """
    return [
        Parameter(
            name="damping",
            also=("alpha", "damping_factor"),
            type=float,
            default=0.85,
            minimum=0,
            maximum=1,
            exclusive_maximum=True,
            help=f"Probability of following an edge rather than {jumping}.",
        ),
        tolerance("Largest change that one more iteration may make, summed over all vertices."),
        max_iterations(500),
    ]


def epsilon(params: Mapping[str, Any]) -> float:
    """How far two right answers may differ in one value: each is off by at most tolerance / (1 - damping)."""
    largest: float = 2 * params["tolerance"] / (1 - params["damping"])
    return largest


def finding(
    edges: EdgeList, answer: npt.NDArray[Any], p: Call, *, teleport: npt.NDArray[np.int64] | None = None
) -> Finding:
    """Certify ranks, for jumps to all vertices or to those of `teleport`.

    Raises:
        Wrong: if they are no fixed point within the tolerance.
    """
    raise_if(form_fault(answer, edges.num_vertices, "floating", "ranks"))
    ranks = answer.astype(np.float64, copy=False)
    if not np.isfinite(ranks).all() or ranks.min() < 0:
        bad = int(np.argmax(~np.isfinite(ranks) | (ranks < 0)))
        raise Wrong(f"the rank of vertex {bad:,} is {float(ranks[bad]):g}")
    change = np.abs(pagerank_step(edges, ranks, p.damping, teleport=teleport) - ranks)
    residual, total = float(change.sum()), float(ranks.sum())
    quantities = {"residual": residual, "sum": total}
    if not abs(total - 1) <= p.tolerance + 1e-12 * np.sqrt(len(ranks)):
        raise Wrong(f"the ranks sum to {total:.9g}, not to 1", quantities)
    if not residual <= p.tolerance:
        worst = int(np.argmax(change))
        raise Wrong(
            f"one more iteration changes the ranks by {residual:.3g} in total, more than the tolerance of "
            f"{p.tolerance:g}; most at vertex {worst:,} ({float(ranks[worst]):.6g} by {float(change[worst]):.3g})",
            quantities,
        )
    error, limit = residual / (1 - p.damping), error_limit(p.tolerance)
    shown = "the total error is at most"
    if error > limit:
        error, shown = _error(edges, ranks, p, teleport), "the total error, found by solving the equations, is"
    if not error <= limit:
        raise Wrong(
            f"the ranks are off by {error:.3g} in total, more than {limit:.3g}: at a damping of {p.damping:.9g} a "
            f"residual within the tolerance of {p.tolerance:g} proves little. Use a smaller --tolerance",
            quantities,
        )
    detail = f"L1 residual {residual:.3g}, at most {p.tolerance:g}: {shown} {error:.3g}"
    return Finding(detail=detail, quantities=quantities)


def _error(edges: EdgeList, ranks: npt.NDArray[np.float64], p: Call, teleport: npt.NDArray[np.int64] | None) -> float:
    """How far ranks are off in total, at most, by solving x = damping P^T x + t and scaling x to a sum of 1.

    P has a row of zeros for a dangling vertex: what it loses would go where jumps lead, t, so it is made up by scaling.
    The distance to the solution, and how far that may be off by its own residual, bound the error.
    """
    if edges.on_device:
        return float(np.abs(pagerank_step(edges, ranks, p.damping, teleport=teleport) - ranks).sum() / (1 - p.damping))
    matrix = edges.to_scipy()
    out = np.asarray(matrix.sum(axis=1), dtype=np.float64)
    matrix.data /= np.repeat(out, np.diff(matrix.indptr))
    jumps = np.full(len(ranks), 1 / len(ranks)) if teleport is None else np.zeros(len(ranks))
    if teleport is not None:
        jumps[teleport] = 1 / len(teleport)
    right = solution(matrix, p.damping, jumps)
    right /= right.sum()
    residual = float(np.abs(pagerank_step(edges, right, p.damping, teleport=teleport) - right).sum())
    return float(np.abs(ranks - right).sum() + residual / (1 - p.damping))
