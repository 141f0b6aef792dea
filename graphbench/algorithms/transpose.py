"""Transpose: the same graph with every arc reversed.

Gustavson, "Two fast algorithms for sparse matrices: multiplication and permuted transposition", ACM Trans. Math. Softw.
4 (1978) 250-269. Backward searches, and all algorithms that pull along in-edges, need the transpose.

Input: the engine's own graph, directed, with the dataset's weights. An undirected edge is an arc each way, so an
undirected dataset is its own transpose: it takes as much work, but the certificate cannot distinguish a transpose from
a copy. Use a directed dataset to compare answers.
Output: a graph, or compressed rows of a matrix, with an arc (v, u) for each arc (u, v), with bitwise equal weights. The
input is left unchanged.

How engines differ. The work depends on how they store graphs. NetworkX builds new dictionaries; igraph copies its
indexed lists and reverses the copy (its only call changes the graph in place, by swapping the lists); NetworKit builds
new adjacency lists. SciPy reads compressed rows as columns and converts them to rows, with their values, 1.0 if there
are no weights. All four use one thread. cuGraph's `view_transposed_adj_list` builds compressed rows from the list that
a graph was made from, by a sort; its row offsets have 32 bits, so a graph with more vertices is refused. nx-cugraph
copies its two columns and swaps them: its graphs have no rows, which are built inside the calls that need them, so its
call does none of the work that the others do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _lists
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.certificates import structure
from graphbench.graphs.edgelist import EdgeList

if TYPE_CHECKING:
    import numpy.typing as npt

transpose = Algorithm(
    name="transpose",
    revision=2,
    title="transpose",
    family="structure",
    aliases=("reverse",),
    form=Form(directed=True, entries=True, weights="used", weight_values="finite"),
    kind="arcs",
    headline="entries",
)


@transpose.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """The answer's arcs, reversed, are those of the input, each once and with its weight, and no others."""
    quantities = structure.require_entries(edges, answer, transposed=True)
    detail = f"all {len(answer):,} arcs turned round, and no others"
    return Finding(detail=detail, quantities=quantities)


@transpose.on("networkx")
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
    _clear_cached_transpose(graph)
    return graph.view_transposed_adj_list()


transpose.gap(
    "nx-cugraph",
    "would not be the same problem: it swaps the columns of its list of arcs, and builds rows within each later call",
)
transpose.gap("pylibcugraph", "not in the library: it transposes the storage of a graph within other calls")


def _clear_cached_transpose(graph: Any) -> None:
    """Clear the rows that cuGraph caches in the first call: a later call would only return them.

    There is no public call for it; `delete_adj_list` clears the rows of the graph itself only.
    https://github.com/rapidsai/cugraph/blob/main/python/cugraph/cugraph/structure/graph_implementation/simpleGraph.py
    """
    graph._Impl.transposedadjlist = None  # noqa: SLF001
