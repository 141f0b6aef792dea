"""Transpose: the same graph with every arc turned round.

Gustavson, "Two fast algorithms for sparse matrices: multiplication and permuted transposition", ACM Trans. Math. Softw.
4 (1978) 250-269. Searches backwards, and every algorithm that pulls along in-edges, need the transpose.

Input: the engine's own graph, directed, with weights where the dataset has them. An undirected edge is an arc each way,
so that an undirected dataset gives a graph that is its own transpose: there is as much to do as with any other, but the
certificate cannot tell a transpose from a copy. Use a directed dataset to compare answers.
Output: a graph, or the compressed rows of a matrix, with an arc (v, u) for each arc (u, v), weights unchanged to the
last bit. The graph that was given stays as it is.

How engines differ. What they turn round is what their graphs are. NetworkX builds new dictionaries, igraph copies its
indexed lists and turns the copy round (its only call changes the graph itself, and exchanges the lists),
NetworKit builds new adjacency lists. SciPy reads compressed rows as columns and makes rows of these, and of
their values, 1.0 where there are no weights. All four take one thread.
cuGraph's `view_transposed_adj_list` makes compressed rows from the list that a graph was made from, by
a sort; its rows are counted in 32 bits, so a graph with more vertices is refused. nx-cugraph copies its two columns and
exchanges them: its graphs have no rows, which are made in the calls that need some.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from graphbench.algorithms import _lists
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.certificates import structure
from graphbench.certificates.checks import raise_if
from graphbench.graphs.edgelist import EdgeList

transpose = Algorithm(
    name="transpose",
    revision=1,
    title="transpose",
    family="structure",
    aliases=("reverse",),
    form=Form(directed=True, entries=True, weights="used", zero_weights="any"),
    kind="arcs",
    headline="entries",
)


@transpose.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """The answer's arcs, turned round, are those of the input, each once and with its weight, and no others."""
    raise_if(structure.entries_fault(edges, answer, transposed=True))
    detail = f"all {len(answer):,} arcs turned round, and no others"
    return Finding(detail=detail, figures=structure.row_figures(answer))


@transpose.on("networkx", "nx-cugraph")
def _(nx: Any, graph: Any, _p: Call) -> Any:
    return nx.reverse(graph)


@transpose.on("igraph")
def _(_igraph: Any, graph: Any, _p: Call) -> Any:
    turned = graph.copy()
    turned.reverse_edges()
    return turned


@transpose.on("networkit")
def _(networkit: Any, graph: Any, _p: Call) -> Any:
    return networkit.graphtools.transpose(graph)


@transpose.on("cugraph")
def _(_cugraph: Any, graph: Any, p: Call) -> Any:
    _lists.refuse_wide(p)
    # It keeps the rows that it made, and has no call to forget these, as `delete_adj_list` is for the others.
    graph._Impl.transposedadjlist = None  # noqa: SLF001
    return graph.view_transposed_adj_list()
