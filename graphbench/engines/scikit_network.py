"""scikit-network: graphs as SciPy's sparse matrices, with algorithms in Cython and in SciPy; on one thread.

Bonald et al., "Scikit-network: graph analysis in Python", J. Mach. Learn. Res. 21:185 (2020). It is measured where it
is installed; it is in no extra, because few use it and its versions lag behind SciPy's.

A graph is its adjacency matrix, a `csr_matrix` (it refuses arrays), with both directions of an undirected edge. Most
functions refuse a graph without edges, so such graphs are unsupported. It has no algorithms on pairs or subgraphs; its
Betweenness has no sample of sources, its Katz counts short paths only, its HITS has no tolerance.
"""

from __future__ import annotations

from typing import Any

from graphbench.algorithms.base import Call, Kind
from graphbench.engines.base import Collected, Engine, Settings, matrix
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import Columns, EdgeList
from graphbench.system.lazy import np


class ScikitNetwork(Engine):
    """Graphs as sparse matrices; answers as arrays."""

    name = "scikit-network"
    title = "scikit-network"
    revision = 1
    library = "sknetwork"
    distributions = ("scikit-network",)
    install = "pip install scikit-network"
    speed_class = 1
    gap = "not in the library"

    def start(self, settings: Settings) -> Any:
        """Import the library and the modules that adapters use."""
        import scipy.sparse.csgraph  # noqa: F401 - imported by the first call that needs it
        import sknetwork
        import sknetwork.clustering
        import sknetwork.path
        import sknetwork.ranking
        import sknetwork.topology

        return sknetwork

    def build(self, columns: Columns, edges: EdgeList, **_: Any) -> Any:
        """The adjacency matrix in compressed rows; without weights of booleans, as the library's loaders make it."""
        from scipy.sparse import csr_matrix

        rows = matrix(columns, edges.num_vertices)
        if not edges.directed:
            rows = rows.maximum(rows.T.tocsr())
        graph = csr_matrix(rows)
        return graph if edges.weighted else graph.astype(bool)

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Arrays are in the order of the vertices."""
        return np.asarray(raw)


engine = ScikitNetwork()


def _require_edges(graph: Any) -> None:
    if graph.nnz == 0:
        raise UnsupportedError("it refuses a graph without edges")


@engine.solves("bfs")
def _(sknetwork: Any, graph: Any, p: Call) -> Any:
    return sknetwork.path.get_distances(graph, source=p.source)


@engine.solves("wcc")
def _(sknetwork: Any, graph: Any, _p: Call) -> Any:
    _require_edges(graph)
    return sknetwork.topology.get_connected_components(graph, connection="weak")


@engine.solves("scc")
def _(sknetwork: Any, graph: Any, _p: Call) -> Any:
    _require_edges(graph)
    return sknetwork.topology.get_connected_components(graph, connection="strong")


@engine.solves("core-number")
def _(sknetwork: Any, graph: Any, _p: Call) -> Any:
    return sknetwork.topology.get_core_decomposition(graph)


@engine.solves("louvain", no_equivalent=("max_level",))
def _(sknetwork: Any, graph: Any, p: Call) -> Any:
    _require_edges(graph)
    return _clustering(sknetwork.clustering.Louvain, p, p.threshold).fit_predict(graph)


@engine.solves("leiden", no_equivalent=("iterations",))
def _(sknetwork: Any, graph: Any, p: Call) -> Any:
    _require_edges(graph)
    return _clustering(sknetwork.clustering.Leiden, p, 1e-3).fit_predict(graph)


def _clustering(method: Any, p: Call, tolerance: float) -> Any:
    return method(
        resolution=p.resolution,
        modularity="newman",
        tol_optimization=tolerance,
        tol_aggregation=tolerance,
        shuffle_nodes=True,
        random_state=p.seed,
        return_probs=False,
        return_aggregate=False,
    )
