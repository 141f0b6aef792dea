"""What most certificates use: the error for a wrong answer, the form of an answer, arcs, and a step of PageRank.

No certificate trusts an engine. Almost all of them run over chunks of the edge list in O(edges), in float64 or int64,
without a Python loop over edges. A function named `..._fault` returns one sentence that says what is wrong and where,
or the empty string; a certificate passes it to :func:`raise_if`.

Chunks and answers may be any arrays that implement NumPy's protocols, such as CuPy's, where a certificate needs array
functions alone: a graph that is made on a device is certified there. What uses SciPy runs on the host;
:mod:`graphbench.certificates.components` and :mod:`graphbench.certificates.triangles` have a version for each side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from graphbench.graphs.edgelist import EdgeList, Ids
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float64]"


class Wrong(Exception):  # noqa: N818 - a verdict on an answer, not an error of the program
    """An answer is wrong. `Algorithm.certify` turns it into an invalid finding.

    Attributes:
        detail: one sentence: what is wrong, and where.
        quantities: the answer in a few numbers, as far as they are known.
    """

    def __init__(self, detail: str, quantities: Mapping[str, float | int] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.quantities = dict(quantities or {})


def raise_if(fault: str, quantities: Mapping[str, float | int] | None = None) -> None:
    """Raise :class:`Wrong` if there is a fault.

    Args:
        fault: one sentence, or the empty string if nothing is wrong.
        quantities: as in :class:`Wrong`.
    """
    if fault:
        raise Wrong(fault, quantities)


def labels_fault(labels: npt.NDArray[Any], num_vertices: int) -> str:
    """Why these are not one non-negative integer label for each vertex."""
    if fault := form_fault(labels, num_vertices, "integer", "labels"):
        return fault
    if labels.size and labels.min() < 0:
        return f"vertex {int(np.argmax(labels < 0)):,} has no label"
    return ""


def form_fault(values: npt.NDArray[Any], count: int, kind: Literal["integer", "floating"], noun: str) -> str:
    """Why these are not `count` values of that kind of number, none of them NaN.

    Args:
        values: the answer.
        count: how many values there must be, in one dimension.
        kind: what type of number.
        noun: what the values are, in the plural, for the sentence.
    """
    if values.shape != (count,):
        return f"{noun} of shape {values.shape} where ({count},) was expected"
    if not np.issubdtype(values.dtype, getattr(np, kind)):
        return f"{noun} are {values.dtype} where {kind} values were expected"
    if np.isnan(values).any():
        return f"{noun}: the value at {int(np.argmax(np.isnan(values))):,} is not a number"
    return ""


def pagerank_step(
    edges: EdgeList, ranks: Floats, damping: float, *, teleport: npt.NDArray[np.int64] | None = None
) -> Floats:
    """One application of the PageRank operator, in float64.

    G(x)(v) = damping * (sum over u -> v of x(u) w(u, v) / W(u)  +  dangling * t(v)) + (1 - damping) * t(v), where W(u)
    is the weight of all arcs out of u, `dangling` the rank of the vertices that have W(u) = 0, and t the distribution
    of where a jump leads (Page, Brin, Motwani, Winograd, 1999, with dangling rank spread like jumps, as NetworkX,
    igraph and cuGraph do).

    Args:
        edges: the posed graph; weights count if there are any.
        ranks: x, shape (num_vertices,).
        damping: the probability of following an arc.
        teleport: vertices, all different, that jumps lead to, each as likely; None: all of them.
    """
    n = edges.num_vertices
    out = np.zeros_like(ranks)
    for tail, _, weight in arcs(edges):
        out += np.bincount(tail, weights=weight, minlength=n)
    arriving = np.zeros_like(ranks)
    for tail, head, weight in arcs(edges):
        # First the share of the arc: rank / out overflows where weights are near the smallest number.
        share = (1.0 if weight is None else weight) / out[tail]
        arriving += np.bincount(head, weights=ranks[tail] * share, minlength=n)
    jumping = damping * float(ranks[out == 0].sum()) + (1 - damping)
    if teleport is None:
        return damping * arriving + jumping / n
    stepped = damping * arriving
    stepped[teleport] += jumping / len(teleport)
    return stepped


def check_seed(p: SimpleNamespace) -> int:
    """The seed of what a certificate samples: drawn after the answer, so that no engine can prepare for it.

    Args:
        p: the call; without such a seed, the problem's own is used.
    """
    return int(getattr(p, "check_seed", p.seed))


def arcs(edges: EdgeList) -> Iterator[tuple[Ids, Ids, Floats | None]]:
    """(tail, head, weight) of all arcs in chunks: an undirected edge is two arcs."""
    for src, dst, weight in edges.chunks():
        yield src, dst, weight
        if not edges.directed:
            yield dst, src, weight
