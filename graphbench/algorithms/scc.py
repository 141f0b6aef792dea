"""Strongly connected components: vertices that can reach each other in both directions along directed edges.

Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972) 146-160; in parallel, Fleischer,
Hendrickson, Pinar, "On identifying strongly connected components in parallel", IPDPS (2000). Direction is kept, weights
are ignored. On an undirected dataset the answer is that of `wcc`. A vertex on no cycle is a component.

Labels are arbitrary: two answers are equal if renaming labels turns one into the other.

How engines differ. NetworkX yields one set of vertices after another, all of which are read inside the timer. NetworkX,
NetworKit and cuGraph refuse undirected graphs, which get their undirected search instead. NetworkX, igraph and
NetworKit search depth-first on one thread; cuGraph processes all vertices in parallel. nx-cugraph does not have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates import components
from graphbench.certificates.checks import labels_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

scc = Algorithm(
    name="scc",
    revision=1,
    title="SCC",
    family="components",
    form=Form(directed=True, weights="ignored"),
    kind="labels",
    headline="components",
)


@scc.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """Inside each label every vertex reaches every other, and no cycle leads through several labels.

    Theorem. By the first rule all vertices of a label are in one strong component. By the second, no two labels are
    parts of one component: they would reach each other, so a cycle would lead through both. The first rule is checked
    by two searches inside labels, forwards and backwards from one vertex of each; the second by removing labels without
    incoming arcs until none is left (Kahn, Comm. ACM 5 (1962) 558-562). Neither is an algorithm for strong components.
    """
    raise_if(labels_fault(answer, edges.num_vertices))
    _, sizes = np.unique(answer, return_counts=True)
    quantities: Quantities = {"components": len(sizes), "largest": int(sizes.max())}
    raise_if(components.strong_fault(edges, answer), quantities)
    detail = f"{len(sizes):,} labels, each strongly connected, and no cycle between them"
    return Finding(detail=detail, quantities=quantities)


@scc.on("networkx")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return list(nx.strongly_connected_components(graph) if p.directed else nx.connected_components(graph))


scc.gap("nx-cugraph", "not in the library")


@scc.on("igraph")
def _(_igraph: Any, graph: Any, _p: Call) -> Any:
    return graph.connected_components(mode="strong")


@scc.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    components = networkit.components
    search = components.StronglyConnectedComponents if p.directed else components.ConnectedComponents
    return search(graph).run().getPartition()


@scc.on("cugraph")
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    search = cugraph.strongly_connected_components if p.directed else cugraph.weakly_connected_components
    return search(graph)
