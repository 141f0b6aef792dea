"""igraph: a C library with a Python interface; almost all of it runs on one thread."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Kind, Renumbered
from graphbench.engines.base import Engine, edge_rows, matrix_rows
from graphbench.graphs.edgelist import Columns, EdgeList


class IGraph(Engine):
    """Graphs in C; answers as lists and as `VertexClustering`."""

    name = "igraph"
    title = "igraph"
    revision = 1
    library = "igraph"
    distributions = ("igraph", "python-igraph")
    speed_class = 1

    def build(self, columns: Columns, edges: EdgeList, **options: Any) -> Any:
        """Edges as an iterator of pairs, weights as the edge attribute `weight`."""
        import igraph

        # The constructor takes NumPy arrays too, but reads them through a memoryview element by element: four times
        # slower than an iterator over plain integers (igraph 1.0, a million edges: 0.69 s and 0.18 s).
        pairs = zip(columns.src.tolist(), columns.dst.tolist(), strict=True)
        attributes = {} if columns.weight is None else {"weight": columns.weight.tolist()}
        return igraph.Graph(n=edges.num_vertices, edges=pairs, directed=edges.directed, edge_attrs=attributes)

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> list[tuple[int, int]]:
        """A list of tuples, as `similarity_jaccard` documents."""
        return list(map(tuple, pairs.tolist()))

    def labels(self, labels: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A list, as `VertexClustering` documents."""
        return labels.tolist()

    def collect(self, raw: Any, kind: Kind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
        """Lists become columns; igraph marks an unreached vertex with infinity."""
        match kind:
            case "partition" | "labels":
                return np.array(raw.membership, dtype=np.int64)
            case "depths":
                depths = np.array(raw, dtype=np.float64)
                return np.where(np.isinf(depths), -1, depths).astype(np.int64)
            case "vectors":
                return np.array(raw, dtype=np.float64).T
            case "edges":
                return _edges(raw, directed=edges.directed)
            case "arcs":
                ends = np.array(raw.get_edgelist(), dtype=np.int64).reshape(-1, 2)
                return matrix_rows(ends[:, 0], ends[:, 1], raw.es["weight"] if edges.weighted else None)
            case "walks":
                # One list per walk, of different lengths: shorter ones are filled up.
                return np.array(list(zip_longest(*raw, fillvalue=-1)), dtype=np.int64).T
            case _:
                return np.array(raw, dtype=np.float64)


def _edges(raw: Any, *, directed: bool) -> npt.NDArray[np.int64]:
    graph, old = raw if isinstance(raw, Renumbered) else (raw, None)
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    if old is not None:
        # The subgraph keeps the order of the vertices, not the order in which they were given.
        ends = np.sort(np.asarray(old, dtype=np.int64))[ends]
    return edge_rows(ends[:, 0], ends[:, 1], directed=directed)


engine = IGraph()
