"""Single-source shortest paths: the least total edge weight from a source to every vertex.

Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1 (1959) 269-271; as a benchmark,
GAP and LDBC Graphalytics. Direction is kept. The dataset's weights are used; they must be 0 or more, because Dijkstra's
algorithm needs that. If it has none, integers from 1 to 255 are drawn with the stored seed (GAP's choice), the same for
every engine. Sources are drawn as for `bfs`.

The answer is distances, not paths. They are float64 on every engine, so integer weights give exact answers.

How engines differ. NetworkX, igraph and NetworKit run Dijkstra's algorithm with a heap on one thread; cuGraph relaxes
buckets of vertices in parallel (as in delta stepping), which does more work in fewer steps. GraphBLAS relaxes the edges
of all vertices whose distance fell, as Bellman and Ford.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms._parameters import SOURCES
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.certificates import search
from graphbench.certificates.checks import form_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np
from graphbench.system.text import count

if TYPE_CHECKING:
    import numpy.typing as npt

EPSILON = 1e-9
"""Largest relative difference of two right distances with fractional weights, on up to four million vertices."""

sssp = Algorithm(
    name="sssp",
    revision=2,
    aliases=("shortest-paths",),
    title="SSSP",
    family="traversal",
    form=Form(directed=True, weights="required", weight_values="non-negative", unweighted="bfs"),
    kind="distances",
    headline="reached",
    draws="sources",
    on_device=True,
    epsilon=lambda _: EPSILON,
    parameters=SOURCES,
)


@sssp.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """No edge offers a shorter path, and edges account for the distance of every reached vertex but the source.

    For integer weights, these rules are checked exactly; the theorem and its proof are at
    :func:`graphbench.certificates.search.search_fault`. For fractional weights, sums are rounded: every distance must
    agree with SciPy's Dijkstra, O(m log n), but for rounding, at any scale of the weights.
    """
    raise_if(form_fault(answer, edges.num_vertices, "floating", "distances"))
    distance = answer.astype(np.float64, copy=False)
    reached = np.isfinite(distance)
    found = int(np.count_nonzero(reached))
    quantities = {"reached": found, "max_distance": float(distance[reached].max()) if found else 0.0}
    exact = search.integral(edges) and quantities["max_distance"] < 2**53
    if exact:
        fault = search.search_fault(edges, distance, p.source)
        shown = "no edge shortens a path and every distance is accounted for, exactly"
    else:
        fault = search.distances_fault(edges, distance, p.source)
        shown = "every distance agrees with SciPy's Dijkstra but for rounding"
    raise_if(fault, quantities)
    return Finding(detail=f"{shown}; {count(found, 'vertex')} reached", quantities=quantities)


@sssp.on("networkx", "nx-cugraph")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.single_source_dijkstra_path_length(graph, p.source, weight=p.weight)


@sssp.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return graph.distances(source=[p.source], weights=p.weight, mode="out", algorithm="dijkstra")[0]


@sssp.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    return networkit.distance.Dijkstra(graph, p.source, storePaths=False).run()


@sssp.on("cugraph")
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.sssp(graph, p.source)
