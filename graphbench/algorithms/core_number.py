"""Core numbers: the largest k for which each vertex belongs to the k-core.

The k-core is the largest subgraph in which every vertex has at least k neighbours (Seidman, "Network structure and
minimum degree", Social Networks 5 (1983) 269-287). All core numbers take O(m), by repeatedly removing a vertex of least
degree (Batagelj, Zaversnik, arXiv cs/0310049). The graph is undirected, weights are ignored. A vertex without edges has
core number 0.

The answer is exact, one integer for each vertex.

How engines differ. NetworkX, igraph and NetworKit remove vertices in order of degree; NetworKit can do so on all
threads, decides that alone, and returns floating-point numbers. cuGraph and nx-cugraph remove all vertices of one
degree at once; the parameter `degree_type` of cuGraph 26.10 has no effect. There are no loops, which some libraries
count twice and others refuse. SciPy and GraphBLAS remove all vertices of too low a degree at once, a few operations for
each round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates import cores
from graphbench.certificates.checks import form_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

core_number = Algorithm(
    name="core-number",
    revision=3,
    title="core number",
    family="cores",
    aliases=("coreness", "k-core"),
    form=Form(directed=False, weights="ignored"),
    kind="counts",
    headline="max_core",
)


@core_number.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """Every vertex has enough neighbours of its level or above, and each level can be removed vertex by vertex.

    The theorem and its proof are at :func:`graphbench.certificates.cores.core_fault`.
    """
    raise_if(form_fault(answer, edges.num_vertices, "integer", "core numbers"))
    quantities: Quantities = {
        "max_core": int(answer.max()),
        "in_max_core": int(np.count_nonzero(answer == answer.max())),
    }
    raise_if(cores.core_fault(edges, answer), quantities)
    detail = (
        f"every vertex has enough neighbours in its core, and none can stay in a higher one; "
        f"the {quantities['max_core']:,}-core has {quantities['in_max_core']:,} vertices"
    )
    return Finding(detail=detail, quantities=quantities)


@core_number.on("networkx", "nx-cugraph")
def _(nx: Any, graph: Any, _p: Call) -> Any:
    return nx.core_number(graph)


@core_number.on("igraph")
def _(_igraph: Any, graph: Any, _p: Call) -> Any:
    return graph.coreness()


@core_number.on("networkit")
def _(networkit: Any, graph: Any, _p: Call) -> Any:
    return networkit.centrality.CoreDecomposition(graph).run()


@core_number.on("cugraph")
def _(cugraph: Any, graph: Any, _p: Call) -> Any:
    return cugraph.core_number(graph)
