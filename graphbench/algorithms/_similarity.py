"""What the pages on similar neighbourhoods share: declaration, certificate, and neighbourhoods in libraries.

Each page is about one coefficient, a function of what the neighbourhoods of two vertices have in common and of their
sizes. All engines get the same pairs: the two ends of seeded random paths of two edges. So every pair has a common
neighbour, no neighbourhood is empty, and no right coefficient is 0 / 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.algorithms._parameters import PAIRS
from graphbench.algorithms.base import Call, Finding
from graphbench.certificates.checks import Wrong, check_seed, form_fault, raise_if
from graphbench.certificates.similarity import Neighbourhoods, neighbourhoods
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float64]"
Coefficient = Callable[[Floats, Floats, Floats], Floats]
"""From `common`, `first` and `second` of :class:`graphbench.certificates.similarity.Neighbourhoods` to the value."""

SAMPLE = 1_000
"""How many pairs a certificate recomputes; where there are no more, it recomputes all."""
EPSILON = 1e-6
"""How far a coefficient may be off, relative to the right one, however small: float32 is enough."""
_MAX_ENTRIES = 4_000_000
"""Entries of rows that SciPy multiplies at a time: about 64 MB for each of the two sides."""

PROBLEM: dict[str, Any] = {
    "family": "link prediction",
    "kind": "pair_scores",
    "headline": "mean",
    "draws": "pairs",
    "on_device": True,
    "epsilon": lambda _: 2 * EPSILON,
    "parameters": [PAIRS],
}
"""What the declarations of all these pages have in common."""


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """The quotient, 0 where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.zeros(len(numerator)), where=denominator > 0)


def sampled(edges: EdgeList, answer: npt.NDArray[Any], p: Call, *, symbol: str, formula: Coefficient) -> Finding:
    """Recompute a sample of the pairs and all disputed pairs; check that all values are between 0 and 1.

    With s of k pairs recomputed, an answer with w wrong values passes with probability at most (1 - s/k)^w.

    Args:
        edges: the posed graph.
        answer: one value for each pair.
        p: the call, with `p.pairs` and `p.disputed`.
        symbol: the coefficient's, for the verdict.
        formula: the coefficient's definition.

    Raises:
        Wrong: if a value is wrong.
    """
    pairs = np.asarray(p.pairs, dtype=np.int64).reshape(-1, 2)
    raise_if(form_fault(answer, len(pairs), "floating", "coefficients"))
    if len(pairs) == 0:
        detail = "the graph has no path of two edges, so there was no pair to compare"
        return Finding(detail=detail, quantities={"pairs": 0, "mean": 0.0})
    quantities = {"pairs": len(pairs), "mean": float(answer.mean(dtype=np.float64))}
    outside = np.flatnonzero((answer < 0) | (answer > 1 + EPSILON))
    if len(outside):
        pair, value = pairs[outside[0]], answer[outside[0]]
        raise Wrong(f"{_of(symbol, pair)} = {value:g} is not between 0 and 1", quantities)
    drawn = np.arange(len(pairs))
    if len(pairs) > SAMPLE:
        chosen = np.random.default_rng(check_seed(p)).choice(len(pairs), size=SAMPLE, replace=False)
        drawn = np.union1d(chosen, p.disputed)
    expected = formula(*neighbourhoods(edges, pairs[drawn]))
    wrong = np.flatnonzero(np.abs(answer[drawn] - expected) > EPSILON * expected)
    if len(wrong):
        at, right = drawn[wrong[0]], expected[wrong[0]]
        fault = f"{_of(symbol, pairs[at])} is {right:.9g}, not {answer[at]:.9g}; wrong for {len(wrong):,} of the sample"
        raise Wrong(fault, quantities)
    all_of = "all" if len(drawn) == len(pairs) else f"a sample of {len(drawn):,} of"
    detail = f"{all_of} {len(pairs):,} pairs recomputed exactly agree within a relative {EPSILON:g}"
    return Finding(detail=detail, quantities=quantities)


def in_scipy(matrix: Any, pairs: npt.NDArray[np.int64], *, weighted: bool = False) -> Neighbourhoods:
    """The neighbourhoods of pairs from a symmetric CSR matrix, by operations on batches of its rows.

    Args:
        matrix: the adjacency matrix, shape (n, n), float64, indices sorted; weights above 0.
        pairs: shape (k, 2).
        weighted: add up the smaller weight of each common neighbour. Without weights the product is the same as the
            minimum, and takes 0.6 to 0.8 of its time (SciPy 1.17).
    """
    sizes = np.asarray(matrix.sum(axis=1), dtype=np.float64)
    entries = np.diff(matrix.indptr)[pairs].max(axis=1, initial=0).cumsum(dtype=np.int64)
    cuts = np.flatnonzero(np.diff(entries // _MAX_ENTRIES)) + 1
    common = []
    for part in np.split(pairs, cuts):
        first, second = matrix[part[:, 0]], matrix[part[:, 1]]
        both = first.minimum(second) if weighted else first.multiply(second)
        common.append(np.asarray(both.sum(axis=1), dtype=np.float64))
    return Neighbourhoods(np.concatenate(common), sizes[pairs[:, 0]], sizes[pairs[:, 1]])


def ends(pairs: Collection[tuple[int, int]]) -> npt.NDArray[np.int64]:
    """The first and the second vertices of a list of pairs, shape (2, k); a third of the time of `np.array`."""
    return np.fromiter(chain.from_iterable(pairs), np.int64, count=2 * len(pairs)).reshape(-1, 2).T


def in_networkit(networkit: Any, graph: Any, pairs: Any) -> Neighbourhoods:
    """The neighbourhoods of pairs, sorted by pair as link predictors return them: NumPy divides, not a loop."""
    counted = networkit.linkprediction.CommonNeighborsIndex(graph).runOn(pairs)
    common = np.fromiter(map(itemgetter(1), counted), np.float64, count=len(counted))
    degrees = np.asarray(networkit.centrality.DegreeCentrality(graph).run().scores(asarray=True))
    first, second = degrees[ends(list(map(itemgetter(0), counted)))]
    return Neighbourhoods(common, first, second)


def in_igraph(graph: Any, pairs: Any) -> Neighbourhoods:
    """The neighbourhoods of pairs from their Dice similarity, the share of common neighbours in half of both sizes."""
    dice = np.array(graph.similarity_dice(pairs=pairs, loops=False), dtype=np.float64)
    first, second = np.array(graph.degree(), dtype=np.float64)[ends(pairs)]
    return Neighbourhoods(dice * (first + second) / 2, first, second)


def degrees_in_cugraph(graph: Any, num_vertices: int) -> Any:
    """The degree of each vertex, an array on the device, in float64: as int32, products of two would overflow."""
    import cupy

    frame, degrees = graph.out_degree(), cupy.zeros(num_vertices)
    degrees[frame["vertex"].values] = frame["degree"].values
    return degrees


def _of(symbol: str, pair: npt.NDArray[np.int64]) -> str:
    return f"{symbol}({pair[0]:,}, {pair[1]:,})"
