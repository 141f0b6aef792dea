"""k-truss: the largest subgraph in which every edge is in at least k - 2 triangles.

Cohen, "Trusses: Cohesive subgraphs for social network analysis", NSA technical report (2008); Wang, Cheng, PVLDB 5
(2012) 812-823; as a benchmark, Graph Challenge. The graph is undirected, weights are ignored. The default k is 4: for
k = 3 one pass over the triangles is enough, because the three edges of a triangle support each other; from 4 on,
removing an edge can remove others. The truss of a graph without such edges is empty.

The answer is a graph in the library's own form; its edges are compared exactly.

How engines differ. NetworkX counts common neighbours of every edge again in each round. cuGraph counts triangles once,
updates the counts of the edges that lose one, in parallel, and builds a graph from the remaining edges. Some texts call
the same subgraph the (k - 2)-truss; NetworkX and cuGraph count as here. GraphBLAS counts the triangles at each edge
again in each round, as LAGraph does; SciPy lists all triangles once and then removes those that lose an edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter, Quantities
from graphbench.certificates import cores, subgraphs
from graphbench.certificates.checks import check_seed, raise_if
from graphbench.graphs.edgelist import EdgeList

if TYPE_CHECKING:
    import numpy.typing as npt

k_truss = Algorithm(
    name="k-truss",
    revision=2,
    title="k-truss",
    family="cores",
    aliases=("truss",),
    form=Form(directed=False, weights="ignored"),
    kind="edges",
    headline="edges",
    parameters=[
        Parameter(
            name="k", type=int, default=4, minimum=3, help="Every edge of the k-truss is in at least k - 2 triangles."
        ),
    ],
)


@k_truss.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every edge of the answer has its triangles within the answer, and all other edges can be removed one by one.

    The theorem, and the samples used on large graphs, are at :func:`graphbench.certificates.cores.truss`.
    """
    mask = subgraphs.edge_mask(edges, answer)
    quantities: Quantities = {"edges": len(answer), "vertices": subgraphs.vertices(edges, mask)}
    fault, shown = cores.truss(edges, mask, p.k, seed=check_seed(p))
    raise_if(fault, quantities)
    return Finding(detail=shown, quantities=quantities)


@k_truss.on("networkx")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.k_truss(graph, p.k)


@k_truss.on("cugraph")
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.k_truss(graph, p.k)


k_truss.gap("igraph", "not in the library")
k_truss.gap("networkit", "not in the library: it counts the triangles at each edge, but computes no truss")
k_truss.gap(
    "nx-cugraph",
    "would not be the same problem: its truss renumbers the remaining vertices and drops their ids",
)
