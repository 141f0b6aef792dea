"""NetworkX: pure Python on dictionaries of dictionaries; the usual baseline.

Graphs are plain `nx.Graph` and `nx.DiGraph` objects, so NetworkX dispatches to a backend only if its configuration
says so; the worker that measures removes the environment variables that do.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from graphbench.algorithms._lists import disorder, external_ids
from graphbench.algorithms.base import Kind
from graphbench.engines.base import (
    Engine,
    Settings,
    compressed_rows,
    edge_rows,
    from_groups,
    matrix_rows,
    numbering_rows,
    scatter,
)
from graphbench.graphs.edgelist import Columns, EdgeList


class NetworkX(Engine):
    """Graphs as dictionaries; answers as dictionaries, sets and lists of tuples."""

    name = "networkx"
    title = "NetworkX"
    revision = 1
    library = "networkx"
    distributions: ClassVar[tuple[str, ...]] = ("networkx",)
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

    def collect(self, raw: Any, kind: Kind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
        """Sets become labels, dictionaries columns; a vertex missing from a search is unreached.

        Subgraphs are graphs, sparse matrices are SciPy's.
        """
        n = edges.num_vertices
        match kind:
            case "partition" | "labels":
                return from_groups(n, raw)
            case "pair_scores":
                return np.fromiter((score for _, _, score in raw), dtype=np.float64, count=len(raw))
            case "depths":
                return _column(n, raw, fill=-1, dtype=np.int64)
            case "distances":
                return _column(n, raw, fill=np.inf, dtype=np.float64)
            case "scores":
                return _column(n, raw, fill=np.nan, dtype=np.float64)
            case "vectors":
                return np.stack([_column(n, scores, fill=np.nan, dtype=np.float64) for scores in raw], axis=1)
            case "edges":
                src, dst = zip(*raw.edges, strict=True) if raw.number_of_edges() else ((), ())
                return edge_rows(src, dst, directed=edges.directed)
            case "arcs" if hasattr(raw, "indptr"):
                return compressed_rows(raw.indptr, raw.indices, raw.data if edges.weighted else None)
            case "arcs":
                rows = zip(*raw.edges(data="weight"), strict=True) if raw.number_of_edges() else ((), (), ())
                src, dst, weight = rows
                return matrix_rows(src, dst, weight if edges.weighted else None)
            case "numbering":
                graph, ids = raw
                src, dst = zip(*graph.edges, strict=True) if graph.number_of_edges() else ((), ())
                return numbering_rows(ids, src, dst, directed=edges.directed)
            case "walks":
                return np.array(raw, dtype=np.int64)
            case "quantities":
                return np.array(raw, dtype=np.float64)


def _column(n: int, values: dict[int, Any], *, fill: Any, dtype: Any) -> npt.NDArray[Any]:
    size = len(values)
    vertices = np.fromiter(values, dtype=np.int64, count=size)
    return scatter(n, vertices, np.fromiter(values.values(), dtype=dtype, count=size), fill=fill, dtype=dtype)


engine = NetworkX()
