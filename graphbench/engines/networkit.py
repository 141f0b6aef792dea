"""NetworKit: C++ with OpenMP behind a Python interface; a parallel engine for the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Kind
from graphbench.engines.base import ByPair, Collected, Ends, Engine, Entries, Settings
from graphbench.graphs.edgelist import Columns, EdgeList


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

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Copy the values out of the algorithm object that owns them."""
        match kind:
            case "partition" | "labels":
                return np.array(raw.getVector())
            case "depths" | "distances":
                return np.array(raw.getDistances(asarray=True))
            case "pair_scores":
                return _by_pair(raw)
            case "scores":
                return _scores(raw)
            case "edges":
                # The iterator yields an undirected edge once. `algebraic.adjacencyMatrix` takes twenty times as long,
                # as it calls Python per edge, and loses edges of weight 0.
                ends = np.fromiter(raw.iterEdges(), dtype=np.dtype((np.int64, 2)), count=raw.numberOfEdges())
                return Ends(ends[:, 0], ends[:, 1])
            case "arcs":
                entries = np.fromiter(raw.iterEdgesWeights(), np.dtype((np.float64, 3)), count=raw.numberOfEdges())
                return Entries(*entries.T[: 3 if edges.weighted else 2])
            case _:
                return np.array(raw)

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """OpenMP's number of threads in the loaded library."""
        import networkit

        return {"threads": networkit.getMaxNumberOfThreads()}


def _scores(raw: Any) -> npt.NDArray[np.float64]:
    """Scores. PageRank is normalised: with isolated vertices in an undirected graph, only its ratios are right."""
    import networkit

    scores = np.array(raw.scores(), dtype=np.float64)
    return scores / scores.sum() if isinstance(raw, networkit.centrality.PageRank) else scores


def _by_pair(raw: Any) -> ByPair:
    """Link predictors return ((u, v), score) sorted by pair, whatever the order of the pairs that they were given."""
    rows = np.fromiter(((u, v, score) for (u, v), score in raw), np.dtype((np.float64, 3)), count=len(raw))
    return ByPair(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2])


engine = NetworKit()
