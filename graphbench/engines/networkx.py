"""NetworkX: pure Python on dictionaries of dictionaries; the usual baseline.

Graphs are plain `nx.Graph` and `nx.DiGraph` objects, so NetworkX dispatches to a backend only if its configuration
says so; the worker that measures removes the environment variables that do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from graphbench.algorithms._lists import disorder, external_ids
from graphbench.algorithms.base import Kind
from graphbench.engines.base import (
    ByPair,
    ByVertex,
    Collected,
    CompressedRows,
    Ends,
    Engine,
    Entries,
    Groups,
    Numbering,
    Settings,
    concatenated,
    unzipped,
)
from graphbench.graphs.edgelist import Columns, EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt


class NetworkX(Engine):
    """Graphs as dictionaries; answers as dictionaries, sets and lists of tuples."""

    name = "networkx"
    title = "NetworkX"
    revision = 2
    library = "networkx"
    distributions: ClassVar[tuple[str, ...]] = ("networkx",)
    extra = "cpu"
    speed_class = 2

    def start(self, settings: Settings) -> Any:
        """Import NetworkX, and the modules that some of its functions import in their first call."""
        import scipy.sparse.linalg  # noqa: F401

        return super().start(settings)

    def build(self, columns: Columns, edges: EdgeList, *, listed: Literal["external"] | None = None, **_: Any) -> Any:
        """All vertices first, in order, so that isolated ones exist and answers come back in order.

        Args:
            columns: the edges.
            edges: for counts.
            listed: a graph of external ids, made from edges in random order, without isolated vertices.
        """
        import networkx as nx

        graph: Any = nx.DiGraph() if edges.directed else nx.Graph()
        if listed == "external":
            ids, order = external_ids(edges.num_vertices), disorder(len(columns.src))
            ends = (ids[end[order]].tolist() for end in (columns.src, columns.dst))
            graph.add_edges_from(zip(*ends, strict=True))
            return graph
        graph.add_nodes_from(range(edges.num_vertices))
        # Plain integers: NumPy scalars as vertices would be several times slower to hash.
        src, dst = columns.src.tolist(), columns.dst.tolist()
        if columns.weight is None:
            graph.add_edges_from(zip(src, dst, strict=True))
        else:
            graph.add_weighted_edges_from(zip(src, dst, columns.weight.tolist(), strict=True))
        return graph

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> list[tuple[int, int]]:
        """A list of tuples."""
        return list(map(tuple, pairs.tolist()))

    def labels(self, labels: npt.NDArray[np.int64], edges: EdgeList) -> list[set[int]]:
        """A list of sets."""
        order = np.argsort(labels, kind="stable")
        cuts = np.flatnonzero(np.diff(labels[order])) + 1
        return [set(group.tolist()) for group in np.split(order, cuts)]

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Sets and dictionaries become arrays. Subgraphs are graphs, sparse matrices are SciPy's."""
        match kind:
            case "partition" | "labels":
                return Groups(*concatenated(raw))
            case "pair_scores":
                first, second, scores = unzipped(raw, len(raw), width=3, dtype=np.float64)
                return ByPair(first.astype(np.int64), second.astype(np.int64), scores)
            case "depths" | "distances" | "scores":
                return _column(raw, np.int64 if kind == "depths" else np.float64)
            case "vectors":
                return [_column(scores, np.float64) for scores in raw]
            case "edges":
                return Ends(*_ends(raw))
            case "arcs" if hasattr(raw, "indptr"):
                return CompressedRows(raw.indptr, raw.indices, raw.data if edges.weighted else None)
            case "arcs" if edges.weighted:
                src, dst, weight = unzipped(raw.edges(data="weight"), raw.number_of_edges(), width=3, dtype=np.float64)
                return Entries(src, dst, weight)
            case "arcs":
                return Entries(*_ends(raw))
            case "numbering":
                return Numbering(np.array(raw.vertices, dtype=np.int64), *_ends(raw.graph))
            case "walks" | "quantities":
                return np.array(raw)


def _column(values: dict[int, Any], dtype: Any) -> ByVertex:
    size = len(values)
    return ByVertex(np.fromiter(values, np.int64, count=size), np.fromiter(values.values(), dtype, count=size))


def _ends(graph: Any) -> npt.NDArray[np.int64]:
    return unzipped(graph.edges, graph.number_of_edges())


engine = NetworkX()
