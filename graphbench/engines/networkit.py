"""NetworKit: C++ with OpenMP behind a Python interface; a parallel engine for the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Kind
from graphbench.engines.base import Engine, Settings, edge_rows, matrix_rows
from graphbench.graphs.edgelist import Columns, EdgeList

_UNREACHED = np.finfo(np.float64).max
"""What NetworKit's searches return for an unreached vertex."""


class Counted(NamedTuple):
    """A graph and its number of isolated vertices."""

    graph: Any
    isolated: int


class NetworKit(Engine):
    """Graphs in C++; answers as algorithm objects, partitions and lists."""

    name = "networkit"
    title = "NetworKit"
    revision = 1
    library = "networkit"
    distributions = ("networkit",)
    speed_class = 0
    parallel = True

    def environment(self, settings: Settings) -> dict[str, str]:
        """OpenMP reads its number of threads once, when the library is loaded."""
        return {} if settings.threads is None else {"OMP_NUM_THREADS": str(settings.threads)}

    def start(self, settings: Settings) -> Any:
        """Import the library and set the number of threads, if one is given."""
        networkit = super().start(settings)
        if settings.threads is not None:
            networkit.setNumberOfThreads(settings.threads)
        return networkit

    def build(self, columns: Columns, edges: EdgeList, *, count_isolated: bool = False, **_: Any) -> Any:
        """From coordinates, the fastest way that the library documents.

        Args:
            columns: the edges.
            edges: for counts.
            count_isolated: return a :class:`Counted`.
        """
        import networkit

        # Only 64-bit ids: with others, GraphFromCoo refuses some forms of its input and crashes on the rest.
        ends = columns.src.astype(np.int64, copy=False), columns.dst.astype(np.int64, copy=False)
        weighted = columns.weight is not None
        graph = networkit.GraphFromCoo(
            (columns.weight, ends) if weighted else ends,
            n=edges.num_vertices,
            weighted=weighted,
            directed=edges.directed,
        )
        return Counted(graph, edges.num_isolated) if count_isolated else graph

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> list[tuple[int, int]]:
        """A list of tuples, as link predictors document."""
        return list(map(tuple, pairs.tolist()))

    def labels(self, labels: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """The library's own partition."""
        import networkit

        partition = networkit.Partition(len(labels), data=labels.tolist())
        partition.setUpperBound(int(labels.max(initial=-1)) + 1)
        return partition

    def collect(self, raw: Any, kind: Kind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
        """Copy the values out of the algorithm object that owns them."""
        match kind:
            case "partition" | "labels":
                return np.array(raw.getVector(), dtype=np.int64)
            case "depths":
                distances = np.array(raw.getDistances(asarray=True))
                return np.where(distances == _UNREACHED, -1, distances).astype(np.int64)
            case "distances":
                distances = np.array(raw.getDistances(asarray=True))
                return np.where(distances == _UNREACHED, np.inf, distances)
            case "pair_scores":
                return _in_given_order(raw, pairs)
            case "scores":
                return _scores(raw)
            case "edges":
                return _edges(raw, directed=edges.directed)
            case "arcs":
                entries = np.fromiter(raw.iterEdgesWeights(), np.dtype((np.float64, 3)), count=raw.numberOfEdges())
                return matrix_rows(*entries.T[: 3 if edges.weighted else 2])
            case _:
                return np.array(raw, dtype=np.int64 if kind == "walks" else np.float64)

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """OpenMP's number of threads in the loaded library."""
        import networkit

        return {"threads": networkit.getMaxNumberOfThreads()}


def _edges(graph: Any, *, directed: bool) -> npt.NDArray[np.int64]:
    """Edges of a graph whose vertices kept their numbers.

    The iterator yields an undirected edge once. `algebraic.adjacencyMatrix` takes twenty times as long, as it calls
    Python per edge, and loses edges of weight 0.
    """
    ends = np.fromiter(graph.iterEdges(), dtype=np.dtype((np.int64, 2)), count=graph.numberOfEdges())
    return edge_rows(ends[:, 0], ends[:, 1], directed=directed)


def _scores(raw: Any) -> npt.NDArray[np.float64]:
    """Scores. PageRank is normalised: with isolated vertices in an undirected graph, only its ratios are right."""
    import networkit

    scores = np.array(raw.scores(), dtype=np.float64)
    return scores / scores.sum() if isinstance(raw, networkit.centrality.PageRank) else scores


def _in_given_order(raw: Any, pairs: npt.NDArray[np.int64] | None) -> npt.NDArray[np.float64]:
    """Link predictors return ((u, v), score) sorted by pair, whatever the order of the pairs that they were given."""
    assert pairs is not None
    scores = np.empty(len(pairs))
    scores[np.lexsort((pairs[:, 1], pairs[:, 0]))] = np.fromiter((score for _, score in raw), np.float64, len(raw))
    return scores


engine = NetworKit()
