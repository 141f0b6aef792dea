"""Induced subgraph: all edges of a graph between the vertices of a given set.

G[S] = (S, {(u, v) in E : u in S and v in S}) (Diestel, "Graph Theory", 5th ed. (2017), 1.1). Direction is kept, weights
are ignored. The set is drawn once with the stored seed and is the same for every engine: a share of all vertices, by
default half of them, chosen uniformly. An edge is then kept with the square of that probability, a quarter, so there is
work on sparse graphs too. A smaller share gives a subset of the same set.

The answer is a graph in the library's own form, and its edges are compared exactly; isolated vertices of the subgraph
are not compared.

How engines differ. NetworkX's `subgraph` is a lazy view, so it is copied inside the timer, as its documentation
recommends. igraph renumbers the remaining vertices; NetworKit and cuGraph keep their ids. cuGraph documents that it
takes weighted graphs only (26.10 reads weights without checking that they exist), so its edges have weight 1 and it
extracts the weights too; then it builds a graph from them, with both directions of an undirected edge, and returns None
if no edge is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Inputs, Parameter, Quantities, Renumbered
from graphbench.certificates import subgraphs
from graphbench.certificates.checks import raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt


def _draw(posed: EdgeList, params: Mapping[str, Any], seed: int) -> Inputs:
    n = posed.num_vertices
    # A whole permutation, so that a smaller share is a prefix of a larger one.
    order = np.random.default_rng(seed).permutation(n)
    return Inputs(vertices=order[: max(1, round(params["share"] * n))].astype(np.int64))


induced_subgraph = Algorithm(
    name="induced-subgraph",
    revision=2,
    title="induced subgraph",
    family="community",
    aliases=("subgraph",),
    form=Form(directed=True, weights="ignored"),
    kind="edges",
    headline="edges",
    draws=_draw,
    parameters=[
        Parameter(
            name="share",
            type=float,
            default=0.5,
            minimum=0,
            exclusive_minimum=True,
            maximum=1,
            help="Fraction of all vertices to draw; at least one vertex is drawn.",
        ),
    ],
)


@induced_subgraph.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """An edge of the graph is in the answer exactly if both its ends are in the set, checked for every edge."""
    mask = subgraphs.edge_mask(edges, answer)
    inside = np.zeros(edges.num_vertices, dtype=bool)
    inside[np.asarray(p.vertices)] = True
    quantities: Quantities = {"edges": len(answer), "vertices": len(p.vertices)}
    raise_if(subgraphs.induced_fault(edges, mask, inside), quantities)
    detail = (
        f"exactly the {len(answer):,} of {edges.num_edges:,} edges with both ends among {len(p.vertices):,} vertices"
    )
    return Finding(detail=detail, quantities=quantities)


@induced_subgraph.on("networkx")
def _(_nx: Any, graph: Any, p: Call) -> Any:
    return graph.subgraph(p.vertices).copy()


@induced_subgraph.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return Renumbered(graph.induced_subgraph(p.vertices), p.vertices)


@induced_subgraph.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    return networkit.graphtools.subgraphFromNodes(graph, p.vertices)


@induced_subgraph.on("cugraph", build={"float64_weights": True}, parameters_used=lambda _: {"weights": 1.0})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    subgraph, _ = cugraph.induced_subgraph(graph, p.vertices)
    return subgraph


induced_subgraph.gap("nx-cugraph", "not in the library")
