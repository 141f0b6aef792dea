"""Core numbers: the largest k for which each vertex belongs to the k-core.

The k-core is the largest subgraph in which every vertex has at least k neighbours (Seidman, "Network structure and
minimum degree", Social Networks 5 (1983) 269-287); all core numbers take O(m) by peeling off vertices of least degree
(Batagelj, Zaversnik, arXiv cs/0310049). The graph is undirected, weights are ignored: it is the number of neighbours
that counts. A vertex without edges has core number 0.

The answer is exact, one whole number for each vertex.

How engines differ. NetworkX, igraph and NetworKit peel vertices in order of degree; NetworKit can do so on all
threads, which it chooses by itself, and returns floating-point numbers. cuGraph and nx-cugraph peel all vertices of
one degree at once; cuGraph's parameter `degree_type` has no effect in its 26.10. Loops would count twice in some
libraries and are refused by others: there are none here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Algorithm, Call, Figures, Finding, Form
from graphbench.certificates import cores
from graphbench.certificates.checks import form_fault, raise_if
from graphbench.graphs.edgelist import EdgeList

core_number = Algorithm(
    name="core-number",
    revision=1,
    title="core number",
    family="cores",
    aliases=("coreness",),
    form=Form(directed=False, weights="ignored"),
    kind="counts",
    headline="max_core",
)


@core_number.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """Every vertex has enough neighbours of its level or above, and each level can be peeled off.

    The theorem and its proof are at :func:`graphbench.certificates.cores.core_fault`.
    """
    raise_if(form_fault(answer, edges.num_vertices, "integer", "core numbers"))
    figures: Figures = {"max_core": int(answer.max()), "in_max_core": int(np.count_nonzero(answer == answer.max()))}
    raise_if(cores.core_fault(edges, answer), figures)
    detail = (
        f"every vertex has enough neighbours in its core, and none can stay in a higher one; "
        f"the {figures['max_core']:,}-core has {figures['in_max_core']:,} vertices"
    )
    return Finding(detail=detail, figures=figures)


@core_number.on("networkx", "nx-cugraph")
def _(nx: Any, graph: Any, _p: Call) -> Any:
    return nx.core_number(graph)


@core_number.on("igraph")
def _(_igraph: Any, graph: Any, _p: Call) -> Any:
    return graph.coreness()


@core_number.on("networkit")
def _(networkit: Any, graph: Any, _p: Call) -> Any:
    return networkit.centrality.CoreDecomposition(graph).run().scores()


@core_number.on("cugraph")
def _(cugraph: Any, graph: Any, _p: Call) -> Any:
    return cugraph.core_number(graph)
