"""Minimum spanning tree: the edges of least total weight that connect each component of the graph.

A spanning forest if the graph is not connected. Boruvka (1926); Kruskal, Proc. AMS 7 (1956) 48-50; Prim, Bell System
Technical Journal 36 (1957) 1389-1401. The graph is undirected. The dataset's weights are used, 0 and negative ones
included: adding a constant to all weights changes no minimum forest. If it has none, integers from 1 to 255 are drawn
with the stored seed, the same for every engine.

The answer is the edges. With equal weights several forests are right, so answers are not compared with each other; the
certificate compares each with the least total weight.

How engines differ. NetworkX, igraph and NetworKit run Kruskal's algorithm by default, and have Prim's as well, which
takes 0.7 to 2.2 times as long in igraph and 0.9 to 1.5 times in NetworKit; NetworKit sorts on all threads, and its
forest has no weights. cuGraph runs Boruvka's in parallel, breaks ties by adding tiny amounts to weights, and builds a
graph from the chosen edges; it fails on graphs without edges. SciPy runs Kruskal's, on one entry for each edge; it
marks edges outside the tree by weight 0, so edges of weight 0 get the smallest positive weight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates import components, search, subgraphs
from graphbench.certificates.checks import Wrong, raise_if
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np
from graphbench.system.text import count

if TYPE_CHECKING:
    import numpy.typing as npt

mst = Algorithm(
    name="mst",
    revision=2,
    title="minimum spanning tree",
    family="trees",
    aliases=("minimum-spanning-tree",),
    form=Form(directed=False, weights="required", weight_values="summable"),
    kind="edges",
    headline="weight",
    unique=False,
)


@mst.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """The edges are in the graph, form a spanning forest, and weigh no more than a forest of SciPy's.

    A spanning forest is shown by counting (:func:`graphbench.certificates.subgraphs.forest_fault`). All minimum
    spanning forests have the same sorted weights (:func:`graphbench.certificates.subgraphs.least_forest`). Integer
    weights must be equal, fractional weights within the rounding of float64, whatever their scale.
    """
    mask = subgraphs.edge_mask(edges, answer)
    _, _, weight = edges.to_numpy()
    assert weight is not None
    total, trees = float(weight[mask].sum()), components.count_components(edges)
    exact = search.integral(edges)
    whole = exact and abs(total) < 2**53
    quantities: Quantities = {"weight": int(total) if whole else total, "edges": len(answer), "trees": trees}
    raise_if(subgraphs.forest_fault(edges, mask, trees), quantities)
    lightest, chosen = subgraphs.least_forest(edges), np.sort(weight[mask])
    least = float(lightest.sum())
    heavy = np.flatnonzero(chosen - lightest > (0.0 if exact else subgraphs.ROUNDING) * np.abs(lightest))
    if len(heavy):
        at = heavy[0]
        raise Wrong(
            f"edge {at + 1:,} by weight weighs {float(chosen[at])}, but that of the least forests "
            f"{float(lightest[at])}; the edges weigh {total:.9g} together, the least forests {least:.9g}",
            quantities,
        )
    shown = "exactly" if exact else "but for rounding"
    forest = count(trees, "tree")
    detail = f"{len(answer):,} edges without a cycle span the graph in {forest}, of the least total weight {shown}"
    return Finding(detail=detail, quantities=quantities)


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
        raise UnsupportedError("it fails on a graph without edges") from error


mst.gap("nx-cugraph", "not in the library")
