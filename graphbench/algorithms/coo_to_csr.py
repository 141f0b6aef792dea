"""COO to CSR: a list of a matrix's entries, in no order, brought into compressed sparse rows.

Tinney, Walker, "Direct solutions of sparse network equations by optimally ordered triangular factorization", Proc. IEEE
55 (1967) 1801-1809, store rows so; for graphs it is the construction that Graph500 times as its first kernel.

Input: of each entry of the adjacency matrix the row, the column and, where the dataset has weights, the value, as
columns in the engine's own form. An undirected edge is two entries, a directed one is one. The entries come in no
order, the same disorder for every engine: a list sorted by rows would leave next to nothing to do. Laying the columns
out is part of `build`, and so of end to end, which says little here: `run` is what to compare.
Output: where each row begins, and the columns and values of all rows. In which order a row has its entries is left to
the engine. The answer is exact: the same entries, each once, their values unchanged to the last bit.

No entry is there twice: graphbench merged parallel edges when it cleaned the dataset. Of entries that are, SciPy adds
the values up, and cuGraph's conversion keeps them all.

How engines differ. SciPy counts the entries of each row, puts each in its place, and sorts the rows, on one thread.
Its matrices have values, 1.0 where the dataset has none, and they are moved too; cuGraph's lists then have none.
cuGraph sorts all entries by row on the device. Its `view_adj_list` converts the list that a graph was made from, as it
was given: an undirected `cugraph.Graph` has one direction of each edge in it, and half of the rows' entries would be
missing. So the graph is made directed, from the entries of both directions. Its rows are counted in 32 bits: a graph
with more vertices is refused. What the other libraries make of a list of edges is something else.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from graphbench.algorithms import _lists
from graphbench.algorithms.base import Algorithm, Call, Finding, Form
from graphbench.certificates import structure
from graphbench.certificates.checks import raise_if
from graphbench.graphs.edgelist import EdgeList

coo_to_csr = Algorithm(
    name="coo-to-csr",
    revision=1,
    title="COO to CSR",
    family="structure",
    form=Form(directed=True, entries=True, weights="used", zero_weights="any"),
    kind="arcs",
    headline="entries",
)


@coo_to_csr.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """The rows, taken apart again, hold the entries of the input, each once and with its value, and no others.

    Offsets that do not ascend from 0 to the number of entries are no rows at all: such an answer cannot be taken apart.
    """
    raise_if(structure.entries_fault(edges, answer))
    detail = f"all {len(answer):,} entries of the input, and no others"
    return Finding(detail=detail, figures=structure.row_figures(answer))


@coo_to_csr.on("cugraph", build={"listed": "entries"})
def _(_cugraph: Any, graph: Any, p: Call) -> Any:
    _lists.refuse_wide(p)
    graph.delete_adj_list()  # the rows of the trial before, which it would return again
    return graph.view_adj_list()


coo_to_csr.gap("networkx", "would not be the same problem: its graphs are dictionaries, never lists of entries")
coo_to_csr.gap("igraph", "would not be the same problem: its graphs are indexed lists, and it leaves rows to SciPy")
coo_to_csr.gap("networkit", "would not be the same problem: it makes adjacency lists, and leaves rows to SciPy")
coo_to_csr.gap("nx-cugraph", "not in the library: its graphs are lists of entries, made into rows within each call")
