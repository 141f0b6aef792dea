"""What the two pages on PageRank share: parameters, the distance between right answers, and the certificate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms._parameters import max_iterations, tolerance
from graphbench.algorithms.base import Call, Finding, Parameter
from graphbench.certificates.checks import Wrong, form_fault, pagerank_step, raise_if
from graphbench.graphs.edgelist import EdgeList


def parameters(jumping: str) -> list[Parameter]:
    """The damping, the tolerance and the limit of iterations.

    Args:
        jumping: what the surfer does instead of following an edge.
    """
    return [
        Parameter(
            name="damping",
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
    slack = p.tolerance / (1 - p.damping) + 1e-12 * np.sqrt(len(ranks))
    if not abs(total - 1) <= slack:
        raise Wrong(f"the ranks sum to {total:.9g}, not to 1", quantities)
    if not residual <= p.tolerance:
        worst = int(np.argmax(change))
        raise Wrong(
            f"one more iteration changes the ranks by {residual:.3g} in total, more than the tolerance of "
            f"{p.tolerance:g}; most at vertex {worst:,} ({float(ranks[worst]):.6g} by {float(change[worst]):.3g})",
            quantities,
        )
    error = residual / (1 - p.damping)
    detail = f"L1 residual {residual:.3g}, at most {p.tolerance:g}: the total error is at most {error:.3g}"
    return Finding(detail=detail, quantities=quantities)
