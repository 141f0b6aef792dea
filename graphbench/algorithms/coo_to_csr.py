"""COO to CSR: convert an unsorted list of matrix entries to compressed sparse rows.

Tinney, Walker, "Direct solutions of sparse network equations by optimally ordered triangular factorization", Proc. IEEE
55 (1967) 1801-1809, store rows this way; for graphs it is the construction that Graph500 times as its first kernel.

Input: row, column and, if the dataset has weights, value of each entry of the adjacency matrix, as columns in the
engine's own form. An undirected edge is two entries, a directed one is one. The entries are shuffled, in the same order
for every engine: a list sorted by rows would leave almost no work. Preparing the columns is part of `build`, so end to
end means little here; compare `run`.
Output: the offset of each row, and the columns and values of all rows. The order within a row is up to the engine. The
answer is exact: the same entries, each once, with bitwise equal values.

There are no duplicate entries, because graphbench merges parallel edges when it cleans a dataset. Of duplicates, SciPy
sums the values, unless it need not look for them, and cuGraph's conversion keeps all.

How engines differ. SciPy counts the entries of each row and moves each to its position, on one thread. Its matrix is
marked as free of duplicates (`has_canonical_format`): to find them it would sort the rows. Its matrices always have
values, of one byte if the dataset has none, which are moved too; cuGraph's lists then have none.
cuGraph sorts all entries by row on the device. Its `view_adj_list` converts the list that a graph was made from: for an
undirected `cugraph.Graph` that list has one direction of each edge, so half of the entries would be missing. Therefore
the graph is directed and made from the entries of both directions. Its row offsets have 32 bits: a graph with more
vertices is refused. The other libraries convert a list of edges to something other than CSR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _lists
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.certificates import structure
from graphbench.graphs.edgelist import EdgeList

if TYPE_CHECKING:
    import numpy.typing as npt

coo_to_csr = Algorithm(
    name="coo-to-csr",
    revision=2,
    title="COO to CSR",
    family="structure",
    form=Form(directed=True, entries=True, weights="used", weight_values="finite"),
    kind="arcs",
    headline="entries",
)


@coo_to_csr.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """The rows, converted back, hold the entries of the input, each once and with its value, and no others.

    Offsets that do not ascend from 0 to the number of entries are no CSR matrix; such an answer cannot be converted
    back.
    """
    quantities = structure.require_entries(edges, answer)
    detail = f"all {len(answer):,} entries of the input, and no others"
    return Finding(detail=detail, quantities=quantities)


@coo_to_csr.on("cugraph", build={"listed": "entries"})
def _(_cugraph: Any, graph: Any, p: Call) -> Any:
    _lists.refuse_wide(p)
    graph.delete_adj_list()  # it caches the rows of the previous trial
    return graph.view_adj_list()


coo_to_csr.gap("networkx", "would not be the same problem: its graphs are dictionaries, never lists of entries")
coo_to_csr.gap("igraph", "would not be the same problem: its graphs are indexed lists, and it leaves rows to SciPy")
coo_to_csr.gap("networkit", "would not be the same problem: its graphs are adjacency lists; it leaves rows to SciPy")
coo_to_csr.gap("pylibcugraph", "not in the library: it keeps the rows of its graphs to itself")
coo_to_csr.gap("nx-cugraph", "not in the library: its graphs are lists of entries, converted to rows within each call")
