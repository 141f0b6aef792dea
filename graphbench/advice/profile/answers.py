"""Answers of NetworkX's functions as plain Python values, so that two runs of one program can be compared.

Both runs write the same form, whatever types a backend returns. Only what has one right answer is compared value by
value: paths become their ends and lengths, breadth-first trees the depths of their vertices, communities also their
modularity.
"""

from __future__ import annotations

import hashlib
import pickle
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from graphbench.advice.profile.arguments import named
from graphbench.advice.profile.calls import Question

_MAX_ANSWERS = 25
"""How many answers of one function are kept; later calls are timed only."""
_MAX_BYTES = 256 * 2**20
_LABELS = {"connected_components", "strongly_connected_components", "weakly_connected_components"}
_PARTITIONS = {"greedy_modularity_communities", "leiden_communities", "louvain_communities"}
_TREES = {"bfs_edges", "bfs_predecessors", "bfs_successors", "bfs_tree", "generic_bfs_edges"}
_PATHS = {"all_pairs_dijkstra", "single_source_bellman_ford", "single_source_dijkstra"}
"""Functions with paths in their answers whose names do not end in `path`."""
_SAMPLED = {"betweenness_centrality", "edge_betweenness_centrality", "bipartite_betweenness_centrality"}


class Answer(NamedTuple):
    """One answer in plain values.

    Attributes:
        function: NetworkX's name for it in its dispatch.
        question: equal in two runs where function, graph and arguments are.
        form: `labels`, `partition`, `depths`, `paths`, `graph`, `values`, or `none`.
        value: of builtin types only; for `none` the reason.
        whole: whether a lazy answer was read to its end.
        quality: the modularity of a partition.
    """

    function: str
    question: str
    form: str
    value: Any
    whole: bool = True
    quality: float | None = None


class _NotPlainError(Exception):
    """A value that cannot be written in builtin types."""


class Answers:
    """What a run answered, in the order of the calls."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self._counts: Counter[str] = Counter()
        self._bytes = 0
        self._digests: dict[weakref.ref[Any], tuple[int, int, str]] = {}

    def keep(self, asked: Question, result: Any, whole: bool) -> None:
        """Keep an answer, unless there are enough of this function; a graph that is made empty is none."""
        function, args, kwargs = asked
        name = function.name
        self._counts[name] += 1
        if name.endswith("__new__") or self._counts[name] > _MAX_ANSWERS or self._bytes > _MAX_BYTES:
            return
        given = named(function, args, kwargs)
        question = ""
        try:
            question = self._question(function, given)
            form, value, quality = _formed(name, function, given, result)
            answer = Answer(name, question, form, value, whole, quality)
        except Exception as error:  # noqa: BLE001 - types of other libraries
            why = str(error) if isinstance(error, _NotPlainError) else f"{type(error).__name__}: {error}"
            answer = Answer(name, question, "none", why, whole)
        packed = pickle.dumps(tuple(answer))
        self._bytes += len(packed)
        self._kept.append(packed)

    def write(self, path: Path) -> None:
        """Write all of them."""
        path.write_bytes(pickle.dumps(self._kept))

    def _question(self, function: Any, given: Mapping[str, Any]) -> str:
        digest = hashlib.blake2b(digest_size=16)
        for name, value in sorted(given.items()):
            if name in function.graphs and hasattr(value, "is_directed"):
                digest.update(self._graph_digest(value).encode())
            elif name not in function.graphs and not hasattr(value, "__next__"):
                try:
                    digest.update(f"{name}={_ordered(plain(value))}".encode())
                except _NotPlainError:
                    digest.update(f"{name}: {type(value).__name__}".encode())
        return digest.hexdigest()

    def _graph_digest(self, graph: Any) -> str:
        vertices, edges = len(graph), graph.number_of_edges()
        reference = weakref.ref(graph)
        known = self._digests.get(reference)
        if known is None or known[:2] != (vertices, edges):
            total = sum(
                hash((hash(u) * hash(v) + hash(u) + hash(v), _ordered(list(data.items()))))
                for u, v, data in graph.edges(data=True)
            )
            known = vertices, edges, f"{vertices} {edges} {graph.is_directed()} {total}"
            self._digests[reference] = known
        return known[2]


def read(path: Path) -> list[Answer]:
    """What :meth:`Answers.write` wrote; it holds builtin types only."""
    return [Answer(*pickle.loads(packed)) for packed in pickle.loads(path.read_bytes())]  # noqa: S301 - our own file


def plain(value: Any) -> Any:  # noqa: PLR0911 - one line for each kind
    """A value in builtin types.

    Raises:
        _NotPlainError: if it has another kind of content.
    """
    if value is None or isinstance(value, (str, bytes)) or type(value) in {bool, int, float, complex}:
        return value
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, AbstractSet):
        return frozenset(map(plain, value))
    if isinstance(value, list):
        return list(map(plain, value))
    if hasattr(value, "tocoo"):
        entries = value.tocoo()
        return [tuple(entries.shape), entries.row.tolist(), entries.col.tolist(), entries.data.tolist()]
    if hasattr(value, "tolist"):  # NumPy's and CuPy's arrays and scalars
        return value.tolist()
    if isinstance(value, Iterable) and hasattr(value, "__len__"):
        return list(map(plain, value))
    raise _NotPlainError(f"it has values of type {type(value).__name__}")


def _formed(name: str, function: Any, given: Mapping[str, Any], result: Any) -> tuple[str, Any, float | None]:
    """The form of an answer, its value, and its quality."""
    import networkx as nx

    graph: Any = next((given[each] for each in function.graphs if each in given), None)
    form: str = "values"
    value: Any
    if name in _SAMPLED and given.get("k") is not None:
        raise _NotPlainError("each side draws its own sample (k)")
    quality = None
    if name in _LABELS:
        form, value = "labels", [list(map(plain, group)) for group in result]
    elif name in _PARTITIONS:
        communities = [set(group) for group in result]
        form, value = "partition", plain(communities)
        quality = float(nx.community.modularity(graph, communities, weight=given.get("weight", "weight")))
    elif name in _TREES:
        form, value = "depths", _depths(name, given, result)
    elif name.endswith("path") or name in _PATHS:
        form, value = "paths", _costs(graph, plain(result), given.get("weight"), function)
    elif hasattr(result, "is_directed") and hasattr(result, "edges"):
        form, value = "graph", _edges(result)
    elif name.startswith("edge_") and isinstance(result, Mapping) and not graph.is_directed():
        value = {frozenset(map(plain, edge)): plain(score) for edge, score in result.items()}
    else:
        value = plain(result)
    return form, value, quality


def _edges(graph: Any) -> tuple[Any, Any]:
    ends = [tuple(map(plain, edge[:2])) for edge in graph.edges]
    edges = Counter(ends if graph.is_directed() else map(frozenset, ends))
    return frozenset(map(plain, graph)), frozenset(edges.items())


def _depths(name: str, given: Mapping[str, Any], result: Any) -> dict[Any, int]:
    """The depth of each vertex of a breadth-first tree, from its edges in the order of the search."""
    edges = list(result.edges) if hasattr(result, "is_directed") else list(result)
    if name == "bfs_predecessors":
        edges = [(parent, child) for child, parent in edges]
    elif name == "bfs_successors":
        edges = [(parent, child) for parent, children in edges for child in children]
    children: dict[Any, list[Any]] = {}
    for parent, child in edges:
        children.setdefault(plain(parent), []).append(plain(child))
    depths = {plain(given["source"]): 0}
    queue = list(depths)
    for vertex in queue:
        for child in children.get(vertex, ()):
            if child not in depths:
                depths[child] = depths[vertex] + 1
                queue.append(child)
    return depths


def _costs(graph: Any, value: Any, weight: Any, function: Any) -> Any:
    """Paths in an answer become (first, last, cost): several shortest paths can be right."""
    if isinstance(value, dict):
        return {key: _costs(graph, item, weight, function) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_costs(graph, item, weight, function) for item in value)
    if isinstance(value, list) and value and all(not isinstance(item, list) and item in graph for item in value):
        attribute = weight if isinstance(weight, str) else ("weight" if "weight" in _defaults(function) else None)
        if attribute is None or graph.is_multigraph():
            return value[0], value[-1], len(value) - 1
        return value[0], value[-1], float(sum(graph[u][v].get(attribute, 1) for u, v in pairwise(value)))
    if isinstance(value, list):
        return [_costs(graph, item, weight, function) for item in value]
    return value


def _defaults(function: Any) -> set[str]:
    return {value for value in (function.__defaults__ or ()) if isinstance(value, str)}


def _ordered(value: Any) -> str:
    """A text that is the same for equal plain values, whatever the order of sets and dictionaries."""
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{_ordered(key)}:{_ordered(item)}" for key, item in value.items())) + "}"
    if isinstance(value, frozenset):
        return "{" + ",".join(sorted(map(_ordered, value))) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_ordered, value)) + "]"
    return repr(value)
