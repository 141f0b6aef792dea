"""Breadth-first search: the number of edges from a source to every vertex.

Moore, "The shortest path through a maze", Proc. Int. Symp. Theory of Switching (1959); as a benchmark, Graph500 and
GAP. Direction is kept: depth counts out-edges. Weights are ignored. The sources are drawn with the stored seed from the
largest component and are the same for every engine; trial i searches from source i mod k.

The answer is the depths, not a tree: several trees can be right, the depths are unique. Every library is called so that
it returns depths and stores no paths.

How engines differ. NetworkX builds a dictionary of the reached vertices; igraph, NetworKit and cuGraph fill a column
and mark unreached vertices. NetworKit searches from one source on one thread. cuGraph also returns a column of
predecessors by default; here it does not, and its source is a frame, because it lists all vertices to check a number.
SciPy's `breadth_first_order` returns an order and predecessors, from which its adapter derives levels. GraphBLAS pushes
from small levels and pulls into large ones, as LAGraph does. scikit-network multiplies the matrix with each level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms._parameters import SOURCES
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates import search
from graphbench.certificates.checks import Wrong, form_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np
from graphbench.system.text import count

if TYPE_CHECKING:
    import numpy.typing as npt

bfs = Algorithm(
    name="bfs",
    revision=1,
    title="BFS",
    family="traversal",
    form=Form(directed=True, weights="ignored"),
    kind="depths",
    headline="reached",
    draws="sources",
    on_device=True,
    parameters=SOURCES,
)


@bfs.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """The depth rule: 0 at the source, no edge skips a level, and every other reached vertex has a parent.

    Theorem. If d(source) = 0; if for every edge u -> v with u reached, v is reached and d(v) <= d(u) + 1; and if every
    reached v but the source has an in-neighbour at depth d(v) - 1, then d is the depth of every vertex. The second rule
    excludes depths that are too large and vertices that were missed, the third depths that are too small and vertices
    that cannot be reached. The proof, also for other lengths, is at
    :func:`graphbench.certificates.search.search_fault`.
    """
    raise_if(form_fault(answer, edges.num_vertices, "integer", "depths"))
    if answer.min() < -1:
        raise Wrong(f"vertex {int(np.argmin(answer)):,} is at depth {int(answer.min()):,}")
    reached = int(np.count_nonzero(answer >= 0))
    quantities: Quantities = {"reached": reached, "max_distance": int(answer.max())}
    raise_if(search.search_fault(edges, np.where(answer < 0, np.inf, answer), p.source), quantities)
    detail = f"depth rule holds on every edge; {count(reached, 'vertex')} reached"
    return Finding(detail=detail, quantities=quantities)


@bfs.on("networkx", "nx-cugraph")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.single_source_shortest_path_length(graph, p.source)


@bfs.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    # Without weights this is a breadth-first search; `Graph.bfs`, which returns an order and parents, takes as long.
    return graph.distances(source=[p.source], mode="out")[0]


@bfs.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    return networkit.distance.BFS(graph, p.source, storePaths=False).run()


@bfs.on("cugraph")
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    import cudf

    # For a source given as a number, cuGraph lists and sorts all vertices in each call, to find the type of their ids.
    source = cudf.DataFrame({"vertex": np.array([p.source], dtype=graph.edgelist.edgelist_df["src"].dtype)})
    return cugraph.bfs(graph, source, return_predecessors=False)
