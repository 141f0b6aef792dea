"""Graphs of NetworkX and matrices of SciPy as raw rows: objects in memory, or files that these libraries read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from graphbench.errors import InputError
from graphbench.graphs.clean import EXACT, Raw
from graphbench.system.lazy import np
from graphbench.system.text import count

if TYPE_CHECKING:
    import numpy.typing as npt


WEIGHT_ADVICE = "To use it as the edge weight, pass weight_column={name!r}."
"""How an attribute of edges in memory becomes the weight."""
_IDS = frozenset({"id", "key", "source", "target"})
"""Attributes of edges that are no weights."""


def from_networkx(graph: Any, attribute: str = "weight") -> Raw:
    """The edges of a NetworkX graph, with an attribute as weight (1 where an edge has none, if any has it)."""
    nodes = list(graph.nodes)
    names, ids = _number_nodes(nodes)
    number = dict(zip(nodes, ids.tolist(), strict=True))
    rows = list(graph.edges(data=attribute))
    src = np.fromiter((number[one] for one, _, _ in rows), dtype=np.int64, count=len(rows))
    dst = np.fromiter((number[two] for _, two, _ in rows), dtype=np.int64, count=len(rows))
    weight = None
    if any(value is not None for _, _, value in rows):
        weight = weights([1.0 if value is None else value for _, _, value in rows])
    return Raw(
        src=src, dst=dst, weight=weight, num_vertices=len(nodes), directed=bool(graph.is_directed()), names=names
    )


def missing_weights(weights: Iterable[Any]) -> list[str]:
    """A warning of edges without a weight among others, which count as 1, as in NetworkX."""
    values = list(weights)
    missing = sum(value is None for value in values)
    if missing in {0, len(values)}:
        return []
    found = f"{count(missing, 'edge')} of {len(values):,} {'has' if missing == 1 else 'have'} no weight"
    return [f"{found}, taken as 1. Give all edges a weight if another is meant."]


def ignored_attributes(edges: Iterable[Mapping[str, Any]], advice: str) -> list[str]:
    """A warning of numeric attributes of edges that may be meant as weights, if no edge has a weight.

    Args:
        edges: the attributes of each edge.
        advice: how one of them becomes the weight; `{name}` is replaced by the most frequent one.
    """
    counts: Counter[str] = Counter()
    for data in edges:
        if data.get("weight") is not None:
            return []
        counts.update(key for key, value in data.items() if _is_number(value) and key not in _IDS)
    names = [name for name, _ in counts.most_common()]
    if not names:
        return []
    listed = ", ".join(map(repr, names[:5]))
    return [f"no edge has the attribute weight, so {listed} is ignored. {advice.format(name=names[0])}"]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _number_nodes(nodes: list[Any]) -> tuple[npt.NDArray[Any] | None, npt.NDArray[np.int64]]:
    """Names in sorted order (None if they are 0, 1, ...), and the id of each node in the given order.

    If the nodes are neither all integers nor all strings, they are named by `str(node)` and keep their order.
    """
    if (whole := integers(nodes)) is not None:
        return in_order(whole)
    if all(isinstance(node, str) for node in nodes):
        return in_order(np.array(nodes, dtype=object))
    texts = [str(node) for node in nodes]
    if len(set(texts)) < len(texts):
        raise InputError("Two different nodes have the same text str(node). Relabel the nodes.")
    return np.array(texts, dtype=object), np.arange(len(nodes), dtype=np.int64)


def integers(nodes: list[Any]) -> npt.NDArray[np.int64] | None:
    """Nodes as int64, or None if they are not all integers.

    Raises:
        InputError: if one exceeds 64 bits.
    """
    if not all(isinstance(node, int | np.integer) and not isinstance(node, bool) for node in nodes):
        return None
    try:
        return np.array([int(node) for node in nodes], dtype=np.int64)
    except OverflowError:
        raise InputError("An integer node exceeds 64 bits. Relabel the nodes.") from None


def in_order(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any] | None, npt.NDArray[np.int64]]:
    """The distinct values in sorted order (None if they are 0, 1, ...), and the position of each value among them."""
    names, ids = np.unique(values, return_inverse=True)
    if names.dtype != object and np.array_equal(names, np.arange(len(names))):
        return None, ids
    return names, ids


def from_matrix(matrix: Any, directed: bool | None) -> Raw:
    """The entries of a square SciPy matrix; undirected if it is symmetric and `directed` is None."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        shape = " x ".join(f"{size:,}" for size in matrix.shape)
        raise InputError(f"The matrix is {shape}; expected a square adjacency matrix. Pass a square matrix.")
    if np.issubdtype(matrix.dtype, np.complexfloating):
        raise InputError("The matrix has complex values; expected real weights. Convert the values.")
    rows = matrix.tocsr().tocoo()
    rows.sum_duplicates()
    symmetric = directed is None and _is_symmetric(rows)
    src, dst = rows.row.astype(np.int64), rows.col.astype(np.int64)
    plain = matrix.dtype == bool or bool(np.all(rows.data == 1))
    return Raw(
        src=src,
        dst=dst,
        weight=None if plain else weights(rows.data),
        num_vertices=matrix.shape[0],
        directed=not symmetric,
    )


def _is_symmetric(rows: Any) -> bool:
    """Whether a matrix without repeated coordinates equals its transpose; stored zeros are ignored."""
    stored = rows.data != 0
    row, col, data = rows.row[stored], rows.col[stored], rows.data[stored]
    own, mirrored = np.lexsort((col, row)), np.lexsort((row, col))
    return (
        np.array_equal(row[own], col[mirrored])
        and np.array_equal(col[own], row[mirrored])
        and np.array_equal(data[own], data[mirrored])
    )


def weights(values: Any) -> npt.NDArray[np.float64]:
    """Weights as float64.

    Raises:
        InputError: if they are not all finite real numbers, or float64 rounds a whole one.
    """
    try:
        given = np.asarray(values)
        floats = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"The weights are not all numbers: {error}. Convert or drop them.") from None
    if floats.ndim != 1:
        raise InputError(f"The weights have {floats.ndim} dimensions; expected one number for each edge.")
    if given.dtype.kind == "c":
        raise InputError("The weights are complex; expected real numbers. Convert them.")
    for row in np.flatnonzero(np.abs(floats) >= EXACT).tolist():
        if isinstance(given[row], int | np.integer) and int(floats[row]) != int(given[row]):
            problem = f"Edge {row:,} (counted from 0) has the weight {given[row]}, beyond 2^53, where float64 rounds"
            raise InputError(f"{problem} whole numbers. Rescale the weights.")
    bad = ~np.isfinite(floats)
    if bad.any():
        row = int(np.argmax(bad))
        problem = f"Edge {row:,} (counted from 0) has the weight {floats[row]}; expected finite numbers"
        raise InputError(f"{problem}. Correct the weights.")
    return floats
