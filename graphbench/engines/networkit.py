"""NetworKit: C++ with OpenMP behind a Python interface; a parallel engine for the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from graphbench.algorithms.base import Kind
from graphbench.engines.base import (
    ByPair,
    Collected,
    CompressedRows,
    Ends,
    Engine,
    Entries,
    Settings,
    SortedByPair,
    matrix,
    unzipped,
)
from graphbench.graphs.edgelist import Columns, EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt


class Counted(NamedTuple):
    """A graph and its number of isolated vertices."""

    graph: Any
    isolated: int


class NetworKit(Engine):
    """Graphs in C++; answers as algorithm objects, partitions and lists."""

    name = "networkit"
    title = "NetworKit"
    revision = 2
    library = "networkit"
    distributions = ("networkit",)
    extra = "cpu"
    speed_class = 0
    parallel = True

    def start(self, settings: Settings) -> Any:
        """Import the library and set the number of threads, if one is given."""
        networkit = super().start(settings)
        if settings.threads is not None:
            networkit.setNumberOfThreads(settings.threads)
        return networkit

    def build(self, columns: Columns, edges: EdgeList, *, count_isolated: bool = False, **_: Any) -> Any:
        """From compressed rows, which NetworKit 11.3 takes several times faster than coordinates; before, from these.

        Args:
            columns: the edges.
            edges: for counts.
            count_isolated: return a :class:`Counted`.
        """
        import networkit

        make = _from_compressed_rows if hasattr(networkit, "GraphFromCsr") else _from_coordinates
        graph = make(columns, edges.num_vertices, directed=edges.directed)
        return Counted(graph, edges.num_isolated) if count_isolated else graph

    def counts(self, raw: Any) -> Collected:
        """A measure of centrality copies its scores faster than it lists them."""
        return super().counts(raw.scores(asarray=True) if hasattr(raw, "scores") else raw)

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> list[tuple[int, int]]:
        """A list of tuples, as link predictors document."""
        return list(map(tuple, pairs.tolist()))

    def labels(self, labels: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """The library's own partition."""
        import networkit

        partition = networkit.Partition(len(labels), data=labels.tolist())
        partition.setUpperBound(int(labels.max(initial=-1)) + 1)
        return partition

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Copy the values out of the algorithm object that owns them."""
        match kind:
            case "partition" | "labels":
                return np.array(raw.getVector())
            case "depths" | "distances":
                return np.asarray(raw.getDistances(asarray=True))
            case "pair_scores" if isinstance(raw, np.ndarray):
                return SortedByPair(raw)
            case "pair_scores":
                # Link predictors return ((u, v), score) sorted by pair, whatever the order in which they got the pairs.
                triples = ((u, v, score) for (u, v), score in raw)
                first, second, scores = unzipped(triples, len(raw), width=3, dtype=np.float64)
                return ByPair(first.astype(np.int64), second.astype(np.int64), scores)
            case "scores":
                return _scores(raw)
            case "edges":
                # The iterator yields an undirected edge once. `algebraic.adjacencyMatrix` takes twenty times as long,
                # as it calls Python per edge, and loses edges of weight 0.
                src, dst = unzipped(raw.iterEdges(), raw.numberOfEdges())
                return Ends(src, dst)
            case "arcs" if edges.weighted:
                return Entries(*unzipped(raw.iterEdgesWeights(), raw.numberOfEdges(), width=3, dtype=np.float64))
            case "arcs":
                # Neighbours alone take 0.6 of the time of edges, which are tuples.
                vertices = range(raw.numberOfNodes())
                degrees = np.fromiter(map(raw.degreeOut, vertices), np.int64, count=len(vertices))
                neighbours = chain.from_iterable(map(raw.iterNeighbors, vertices))
                indices = np.fromiter(neighbours, np.int64, count=raw.numberOfEdges())
                return CompressedRows(np.r_[0, np.cumsum(degrees)], indices)
            case _:
                return np.array(raw)

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """OpenMP's number of threads in the loaded library."""
        import networkit

        return {"threads": networkit.getMaxNumberOfThreads()}


def _from_compressed_rows(columns: Columns, num_vertices: int, *, directed: bool) -> Any:
    """Of an undirected graph NetworKit takes one triangle of the matrix, which the columns are."""
    import networkit

    weighted = columns.weight is not None
    return networkit.GraphFromCsr(matrix(columns, num_vertices), directed=directed, weighted=weighted)


def _from_coordinates(columns: Columns, num_vertices: int, *, directed: bool) -> Any:
    """Only with 64-bit ids: with others, GraphFromCoo refuses some forms of its input and crashes on the rest."""
    import networkit

    ends = columns.src.astype(np.int64, copy=False), columns.dst.astype(np.int64, copy=False)
    weighted = columns.weight is not None
    edges = (columns.weight, ends) if weighted else ends
    return networkit.GraphFromCoo(edges, n=num_vertices, weighted=weighted, directed=directed)


def _scores(raw: Any) -> npt.NDArray[np.float64]:
    """Scores. PageRank is normalised: with isolated vertices in an undirected graph, only its ratios are right."""
    import networkit

    scores = np.asarray(raw.scores(asarray=True))
    return scores / scores.sum() if isinstance(raw, networkit.centrality.PageRank) else scores


engine = NetworKit()
