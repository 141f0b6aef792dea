"""Weakly connected components: the component of each vertex when edge directions are ignored.

Hopcroft, Tarjan, "Algorithm 447: efficient algorithms for graph manipulation", Comm. ACM 16 (1973) 372-378; as a
benchmark, GAP and LDBC Graphalytics. A directed dataset is symmetrised, weights are ignored. An isolated vertex is a
component.

Labels are arbitrary: two answers are equal if renaming labels turns one into the other.

How engines differ. NetworkX yields one set of vertices after another, all of which are read inside the timer. igraph,
NetworKit and cuGraph return a label for each vertex: igraph searches breadth-first on one thread; so does NetworKit on
up to two threads, and propagates labels in parallel on more; cuGraph processes all vertices in parallel. GraphBLAS runs
FastSV on SuiteSparse's products, with the hooking of trees in NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Quantities
from graphbench.certificates import components
from graphbench.certificates.checks import Wrong, labels_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

wcc = Algorithm(
    name="wcc",
    revision=1,
    title="WCC",
    family="components",
    aliases=("components",),
    form=Form(directed=False, weights="ignored"),
    kind="labels",
    headline="components",
    on_device=True,
)


@wcc.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """The ends of every edge have the same label, and there are as many labels as components.

    Theorem. By the first rule a label is constant on each component, so labels are a map from components onto the
    labels in use. A surjective map between two finite sets of equal size is one to one: different components have
    different labels. The number of components is counted by a traversal that uses no engine.
    """
    raise_if(labels_fault(answer, edges.num_vertices))
    _, sizes = np.unique(answer, return_counts=True)
    quantities: Quantities = {"components": len(sizes), "largest": int(sizes.max())}
    raise_if(components.split_fault(edges, answer), quantities)
    expected = components.count_components(edges)
    if len(sizes) != expected:
        raise Wrong(f"{len(sizes):,} labels, but there are {expected:,} components", quantities)
    detail = f"both ends of every edge share a label, and {expected:,} labels for as many components"
    return Finding(detail=detail, quantities=quantities)


@wcc.on("networkx", "nx-cugraph")
def _(nx: Any, graph: Any, _p: Call) -> Any:
    return list(nx.connected_components(graph))


@wcc.on("igraph")
def _(_igraph: Any, graph: Any, _p: Call) -> Any:
    return graph.connected_components(mode="weak")


@wcc.on("networkit")
def _(networkit: Any, graph: Any, _p: Call) -> Any:
    # The parallel algorithm propagates labels, about twice the work of a search: it is faster from three threads on
    # (6 M edges: search 175 ms; label propagation 304 ms on one thread, 162 ms on two).
    components = networkit.components
    parallel = networkit.getMaxNumberOfThreads() > 2
    search = components.ParallelConnectedComponents if parallel else components.ConnectedComponents
    return search(graph).run().getPartition()


@wcc.on("cugraph")
def _(cugraph: Any, graph: Any, _p: Call) -> Any:
    return cugraph.weakly_connected_components(graph)
