"""Strongly connected components: which vertices can reach each other both ways along directed edges.

Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972) 146-160; in parallel, Fleischer,
Hendrickson, Pinar, "On identifying strongly connected components in parallel", IPDPS (2000). Direction is kept and
weights are ignored. On an undirected dataset every edge leads both ways, so that the answer is that of `wcc`; the
problem is meant for directed ones. A vertex on no circle is a component of its own.

Labels are arbitrary names: two answers are the same if one turns into the other by renaming.

How engines differ. NetworkX yields one set of vertices after another (all of them are read) and, like NetworKit and
cuGraph, refuses undirected graphs, which get its undirected search instead. igraph, NetworKit and NetworkX search
depth-first on one thread. cuGraph works on all vertices in parallel. nx-cugraph does not have it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Algorithm, Call, Figures, Finding, Form
from graphbench.certificates import components
from graphbench.certificates.checks import labels_fault, raise_if
from graphbench.graphs.edgelist import EdgeList

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
    """Inside each label every vertex reaches every other, and between labels no walk leads in a circle.

    Theorem. By the first rule all vertices of a label are in one strong component. By the second, two labels that
    were parts of one component cannot be: they would reach each other, and arcs between labels would lead in a
    circle. The first is shown by two searches inside labels, forwards and backwards from one vertex of each; the
    second by taking away labels that no arc leads to, until none is left (Kahn, Comm. ACM 5 (1962) 558-562). Neither
    is an algorithm for strong components.
    """
    raise_if(labels_fault(answer, edges.num_vertices))
    _, sizes = np.unique(answer, return_counts=True)
    figures: Figures = {"components": len(sizes), "largest": int(sizes.max())}
    raise_if(components.strong_fault(edges, answer), figures)
    detail = f"{len(sizes):,} labels, strongly connected inside each, without a circle between them"
    return Finding(detail=detail, figures=figures)


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
