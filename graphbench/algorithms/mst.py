"""Minimum spanning tree: the lightest edges that connect whatever the graph connects.

A tree in each component, of least total weight: a spanning forest where the graph is not connected. Boruvka (1926);
Kruskal, Proc. AMS 7 (1956) 48-50; Prim, Bell System Technical Journal 36 (1957) 1389-1401. The graph is undirected.
Weights are the dataset's, 0 allowed; where it has none, whole numbers from 1 to 255 are drawn with the stored seed, as
for shortest paths, the same for every engine.

What is asked for is the edges. With equal weights several forests are right, so those of engines are not compared with
each other: the certificate holds each of them against the least total weight.

How engines differ. NetworkX runs Kruskal's algorithm; igraph chooses, Prim's where there are weights; NetworKit runs
Kruskal's, sorting on all threads, and its forest forgets the weights. cuGraph runs Boruvka's in parallel, makes equal
weights different by tiny amounts, and builds a graph from the edges that it finds; it fails on graphs without any.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Algorithm, Call, Figures, Finding, Form
from graphbench.certificates import components, search, subgraphs
from graphbench.certificates.checks import Wrong, raise_if
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.text import count

mst = Algorithm(
    name="mst",
    revision=1,
    title="minimum spanning tree",
    family="trees",
    aliases=("minimum-spanning-tree",),
    form=Form(directed=False, weights="required"),
    kind="edges",
    headline="weight",
    unique=False,
)


@mst.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """Edges of the graph, a forest that spans it, and no heavier than one of SciPy's.

    A spanning forest is shown by counting (`subgraphs.forest_fault`). All minimum spanning
    forests have the same weights, edge by edge in ascending order (`subgraphs.least_forest`),
    so one computed anew shows them. Whole numbers must come out equal; fractions, whose ties rounding may decide,
    within a relative 1e-6, each of them and all together.
    """
    mask = subgraphs.edge_mask(edges, answer)
    _, _, weight = edges.to_numpy()
    assert weight is not None
    total, trees = float(weight[mask].sum()), components.count_components(edges)
    exact = search.integral(edges) and total < 2**53
    figures: Figures = {"weight": int(total) if exact else total, "edges": len(answer), "trees": trees}
    raise_if(subgraphs.forest_fault(edges, mask, trees), figures)
    lightest = subgraphs.least_forest(edges)
    least = float(lightest.sum())
    if total > least and (exact or not np.isclose(total, least, rtol=subgraphs.RELATIVE, atol=0)):
        raise Wrong(f"the edges weigh {total:.17g} together, but a spanning forest of {least:.17g} exists", figures)
    chosen = np.sort(weight[mask])
    heavy = np.flatnonzero(chosen > lightest * (1 + subgraphs.RELATIVE))
    if len(heavy):
        at = heavy[0]
        raise Wrong(
            f"edge {at + 1:,} by weight weighs {chosen[at]:.9g}, but that of the least forests {lightest[at]:.9g}",
            figures,
        )
    shown = "exactly" if exact else f"within a relative {subgraphs.RELATIVE:g}"
    forest = count(trees, "tree")
    detail = f"{len(answer):,} edges without a cycle span the graph in {forest}, of the least total weight {shown}"
    return Finding(detail=detail, figures=figures)


@mst.on("networkx")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.minimum_spanning_tree(graph, weight=p.weight)


@mst.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return graph.spanning_tree(weights=p.weight)


@mst.on("networkit")
def _(networkit: Any, graph: Any, _p: Call) -> Any:
    return networkit.graph.KruskalMSF(graph).run().getForest()


@mst.on("cugraph")
def _(cugraph: Any, graph: Any, _p: Call) -> Any:
    try:
        return cugraph.minimum_spanning_tree(graph)
    except RuntimeError as error:
        if ": 0 edges" not in str(error):
            raise
        raise UnsupportedError("it fails on a graph without edges, which is its own spanning forest") from error


mst.gap("nx-cugraph", "not in the library")
