"""Ego graph: all edges between the vertices within a few hops of one vertex.

The subgraph induced by the ball B = {v : dist(source, v) <= radius}: edges between neighbours are included, not only
those that lead to them (Freeman, "Centered graphs and the structure of ego networks", Math. Soc. Sci. 3 (1982)
291-304). Direction is kept: the ball follows out-edges, and every edge between its vertices counts. Weights are
ignored; distance is in hops. Sources are drawn as for `bfs`; trial i uses source i mod k. The default radius is 2: at
most vertices one hop, the libraries' default, is so little work that only the overhead of a call would be measured.

The answer is a graph in the library's own form; its edges are compared exactly.

How engines differ. NetworkX copies the subgraph of a bounded search, and nx-cugraph does the same on the device. igraph
takes two calls, for the ball (`neighborhood`) and for the induced subgraph. cuGraph extracts the edges of the ball and
builds a graph from them; it refuses a radius as large as the number of vertices, so the largest accepted radius is
used. NetworKit has only an unbounded search. SciPy and GraphBLAS expand the ball hop by hop and then select its rows
and columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms._parameters import SOURCES
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter, Quantities, Renumbered
from graphbench.certificates import subgraphs
from graphbench.certificates.checks import raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

ego_graph = Algorithm(
    name="ego-graph",
    revision=1,
    title="ego graph",
    family="community",
    aliases=("ego",),
    form=Form(directed=True, weights="ignored"),
    kind="edges",
    headline="edges",
    draws="sources",
    parameters=[
        *SOURCES,
        Parameter(
            name="radius",
            type=int,
            default=2,
            minimum=1,
            also=("order", "hops"),
            help="Number of hops from the source.",
        ),
    ],
)


@ego_graph.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """The ball is recomputed; an edge is in the answer exactly if both its ends are in the ball."""
    mask = subgraphs.edge_mask(edges, answer)
    inside = subgraphs.ball(edges, p.source, p.radius)
    quantities: Quantities = {"edges": len(answer), "vertices": int(np.count_nonzero(inside))}
    raise_if(subgraphs.induced_fault(edges, mask, inside), quantities)
    detail = (
        f"exactly the {len(answer):,} edges between the {quantities['vertices']:,} vertices "
        f"within {p.radius} hops of vertex {p.source:,}"
    )
    return Finding(detail=detail, quantities=quantities)


@ego_graph.on("networkx", "nx-cugraph")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.ego_graph(graph, p.source, radius=p.radius)


@ego_graph.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    ball = graph.neighborhood(p.source, order=p.radius, mode="out")
    return Renumbered(graph.induced_subgraph(ball), ball)


def _radius(p: Call) -> int:
    """The largest radius that cuGraph accepts; the ball is the same, since no path has more than n - 1 hops."""
    return int(min(p.radius, p.num_vertices - 1))


@ego_graph.on("cugraph", parameters_used=lambda p: {"radius": _radius(p)} if _radius(p) != p.radius else {})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.ego_graph(graph, p.source, radius=_radius(p)) if p.num_vertices > 1 else None  # it refuses that


ego_graph.gap("networkit", "not in the library: its searches cannot be bounded")
