"""graph-tool: C++ on Boost's graph library with OpenMP, behind a Python interface.

Peixoto, "The graph-tool python library", figshare (2014). It is no package of PyPI: conda-forge and Debian have it, so
it is measured where it is installed.

Weights are float64. Property maps are arrays in the order of the vertices. Its eigenvector centrality and HITS are not
called: they iterate A x, which never settles on a bipartite graph.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from graphbench.algorithms._iterating import stop_at_total
from graphbench.algorithms.base import Adapter, Call, Kind, Renumbered, Scaled
from graphbench.engines.base import Collected, Ends, Engine, Entries, Settings
from graphbench.errors import ConvergenceError
from graphbench.graphs.edgelist import Columns, EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

_VERSION = re.compile(r'#define PACKAGE_VERSION "([^" ]+)')


class Chosen(NamedTuple):
    """A graph and a property map that is true at some of its edges."""

    graph: Any
    edges: Any


class GraphTool(Engine):
    """Graphs in C++; answers as property maps and arrays."""

    name = "graph-tool"
    title = "graph-tool"
    revision = 1
    library = "graph_tool"
    distributions = ("graph-tool",)
    install = "conda install -c conda-forge graph-tool, or apt-get install python3-graph-tool for the system's Python"
    speed_class = 0
    parallel = True
    gap = "not in the library"

    def version(self) -> str | None:
        """From the header that it installs, as distributions other than PyPI's have no metadata."""
        spec = importlib.util.find_spec(self.library)
        header = Path(spec.origin).parent / "include" / "config.h" if spec and spec.origin else None
        if header is None or not header.is_file():
            return super().version()
        found = _VERSION.search(header.read_text(encoding="utf-8", errors="replace"))
        return found[1] if found else super().version()

    def start(self, settings: Settings) -> Any:
        """Import the library and the modules that adapters use, and set the number of threads, if one is given."""
        import graph_tool
        import graph_tool.centrality
        import graph_tool.clustering
        import graph_tool.topology

        if settings.threads is not None:
            graph_tool.openmp_set_num_threads(settings.threads)
        return graph_tool

    def build(self, columns: Columns, edges: EdgeList, **_: Any) -> Any:
        """Edges from an array, weights as the internal edge property `weight`."""
        import graph_tool

        graph = graph_tool.Graph(directed=edges.directed)
        graph.add_vertex(edges.num_vertices)
        graph.add_edge_list(np.stack([columns.src, columns.dst], axis=1))
        if columns.weight is not None:
            graph.edge_properties["weight"] = graph.new_edge_property("double", vals=columns.weight)
        return graph

    def vertices(self, vertices: npt.NDArray[np.int64], edges: EdgeList) -> npt.NDArray[np.int64]:
        """An array."""
        return vertices

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Copy the values of property maps: adapters return values, because a map does not keep its graph alive."""
        match kind:
            case "edges" if isinstance(raw, Chosen):
                rows = raw.graph.get_edges([raw.edges])
                return Ends(*rows[rows[:, 2] > 0, :2].T.astype(np.int64))
            case "edges":
                graph, ids = raw
                src, dst = graph.get_edges().T.astype(np.int64)
                return Ends(src, dst, ids)
            case "arcs" if edges.weighted:
                src, dst, weight = raw.get_edges([raw.edge_properties["weight"]]).T
                return Entries(src, dst, weight)
            case "arcs":
                src, dst = raw.get_edges().T.astype(np.int64)
                return Entries(src, dst)
            case _:
                return np.array(raw)

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """OpenMP's number of threads in the loaded library."""
        import graph_tool

        return {"threads": graph_tool.openmp_get_num_threads()}


engine = GraphTool()


def _weight(graph: Any, p: Call) -> Any:
    return graph.edge_properties["weight"] if p.weighted else None


@engine.solves("bfs")
def _(graph_tool: Any, graph: Any, p: Call) -> Any:
    return graph_tool.topology.shortest_distance(graph, source=p.source).a


@engine.solves("sssp")
def _(graph_tool: Any, graph: Any, p: Call) -> Any:
    return graph_tool.topology.shortest_distance(graph, source=p.source, weights=_weight(graph, p)).a


@engine.solves("wcc", "scc")
def _(graph_tool: Any, graph: Any, _p: Call) -> Any:
    return graph_tool.topology.label_components(graph)[0].a  # strong ones of a directed graph


@engine.solves("pagerank", "personalized-pagerank", parameters_used=stop_at_total)
def _(graph_tool: Any, graph: Any, p: Call) -> Any:
    back = None
    if hasattr(p, "vertices"):
        back = graph.new_vertex_property("double")
        back.a[p.vertices] = 1 / len(p.vertices)
    ranks, iterations = graph_tool.centrality.pagerank(
        graph,
        damping=p.damping,
        pers=back,
        weight=_weight(graph, p),
        epsilon=p.tolerance,
        max_iter=p.max_iterations + 1,  # it stops silently at its limit: one more iteration shows that
        ret_iter=True,
    )
    if iterations > p.max_iterations:
        raise ConvergenceError(p.max_iterations)
    return ranks.a


@engine.solves("betweenness")
def _(graph_tool: Any, graph: Any, p: Call) -> Any:
    # It also computes that of edges. An undirected path counts half.
    scores, _ = graph_tool.centrality.betweenness(graph, pivots=p.vertices, norm=False)
    return Scaled(scores.a, 2 / (len(p.vertices) * max(p.num_vertices - 2, 1)))


@engine.solves("core-number")
def _(graph_tool: Any, graph: Any, _p: Call) -> Any:
    return graph_tool.topology.kcore_decomposition(graph).a


@engine.solves("triangle-count")
def _(graph_tool: Any, graph: Any, _p: Call) -> Any:
    # It has the local clustering coefficient: the same work, and a division that is undone here.
    coefficients = graph_tool.clustering.local_clustering(graph)
    degree = graph.get_out_degrees(graph.get_vertices()).astype(np.int64)
    return np.rint(coefficients.a * (degree * (degree - 1) // 2)).astype(np.int64)


@engine.solves("mst")
def _(graph_tool: Any, graph: Any, p: Call) -> Any:
    return Chosen(graph, graph_tool.topology.min_spanning_tree(graph, weights=_weight(graph, p)))


def _similarity(measure: str) -> Adapter:
    def similarity(graph_tool: Any, graph: Any, p: Call) -> Any:
        weight = _weight(graph, p)
        return graph_tool.topology.vertex_similarity(graph, measure, vertex_pairs=p.pairs, eweight=weight)

    return similarity


engine.solves("jaccard", "weighted-jaccard")(_similarity("jaccard"))
engine.solves("sorensen")(_similarity("dice"))
engine.solves("cosine")(_similarity("salton"))
engine.solves("overlap")(_similarity("hub-suppressed"))


@engine.solves("induced-subgraph")
def _(graph_tool: Any, graph: Any, p: Call) -> Any:
    return _induced(graph_tool, graph, p.vertices)


@engine.solves("ego-graph")
def _(graph_tool: Any, graph: Any, p: Call) -> Any:
    distances = graph_tool.topology.shortest_distance(graph, source=p.source, max_dist=p.radius)
    return _induced(graph_tool, graph, np.flatnonzero(distances.a <= p.radius))


def _induced(graph_tool: Any, graph: Any, vertices: npt.NDArray[Any]) -> Renumbered:
    """A copy of the subgraph, whose vertices keep their order."""
    inside = graph.new_vertex_property("bool")
    inside.a[vertices] = True
    view = graph_tool.GraphView(graph, vfilt=inside)
    return Renumbered(graph_tool.Graph(view, prune=True), np.flatnonzero(inside.a))


@engine.solves("transpose")
def _(graph_tool: Any, graph: Any, _p: Call) -> Any:
    return graph_tool.Graph(graph_tool.GraphView(graph, reversed=True), prune=True)


@engine.solves(
    "katz",
    no_equivalent=("max_iterations",),
    parameters_used=lambda p: {"alpha": p.alpha, "beta": p.beta, "tol": p.tolerance / 2, "stops_at": p.tolerance / 2},
)
def _(graph_tool: Any, graph: Any, p: Call) -> Any:
    # It stops silently at its limit of iterations, so it gets none.
    beta = graph.new_vertex_property("double", val=p.beta)
    return graph_tool.centrality.katz(graph, alpha=p.alpha, beta=beta, epsilon=p.tolerance / 2).a
