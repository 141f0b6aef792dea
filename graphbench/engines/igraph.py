"""igraph: a C library with a Python interface; only its PageRank runs on several threads (PRPACK, with OpenMP)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Kind, Renumbered
from graphbench.engines.base import Collected, Ends, Engine, Entries, Walks, concatenated, unzipped
from graphbench.graphs.edgelist import Columns, EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt


class IGraph(Engine):
    """Graphs in C; answers as lists and as `VertexClustering`."""

    name = "igraph"
    title = "igraph"
    revision = 2
    library = "igraph"
    distributions = ("igraph", "python-igraph")
    extra = "cpu"
    speed_class = 1
    parallel = ("pagerank", "personalized-pagerank")

    def build(self, columns: Columns, edges: EdgeList, *, with_matrix: bool = False, **_: Any) -> Any:
        """Edges as an iterator of pairs, weights as the edge attribute `weight`.

        Args:
            columns: the edges.
            edges: for counts.
            with_matrix: return the graph and its adjacency matrix, without weights. (`Graph.get_adjacency_sparse` makes
                it from Python lists: igraph 1.0, 600,000 edges: 740 ms, and 30 ms from the columns.)
        """
        import igraph

        # The constructor takes NumPy arrays too, but reads them through a memoryview element by element: four times
        # slower than an iterator over plain integers (igraph 1.0, a million edges: 0.69 s and 0.18 s).
        pairs = zip(columns.src.tolist(), columns.dst.tolist(), strict=True)
        attributes = {} if columns.weight is None else {"weight": columns.weight.tolist()}
        graph = igraph.Graph(n=edges.num_vertices, edges=pairs, directed=edges.directed, edge_attrs=attributes)
        return (graph, _matrix(columns, edges)) if with_matrix else graph

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> list[tuple[int, int]]:
        """A list of tuples, as `similarity_jaccard` documents."""
        return list(map(tuple, pairs.tolist()))

    def labels(self, labels: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A list, as `VertexClustering` documents."""
        return labels.tolist()

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Lists become arrays."""
        match kind:
            case "partition" | "labels":
                return np.array(raw.membership)
            case "vectors":
                return np.array(raw, dtype=np.float64).T
            case "edges":
                # A subgraph keeps the order of the vertices, not the order in which they were given.
                graph, ids = (raw.graph, np.sort(raw.vertices)) if isinstance(raw, Renumbered) else (raw, None)
                src, dst = _ends(graph)
                return Ends(src, dst, ids)
            case "arcs":
                src, dst = _ends(raw)
                return Entries(src, dst, np.array(raw.es["weight"]) if edges.weighted else None)
            case "walks":
                return Walks(*concatenated(raw))
            case _:
                return np.array(raw, dtype=np.float64)


def _ends(graph: Any) -> npt.NDArray[np.int64]:
    return unzipped(graph.get_edgelist(), graph.ecount())


def _matrix(columns: Columns, edges: EdgeList) -> Any:
    from scipy.sparse import coo_array

    src, dst, _ = columns
    ends = (src, dst) if edges.directed else (np.concatenate([src, dst]), np.concatenate([dst, src]))
    return coo_array((np.ones(len(ends[0])), ends), shape=(edges.num_vertices,) * 2).tocsr()


engine = IGraph()
