"""Renumbering: map arbitrary vertex ids to 0..n-1 and rewrite the edge list.

The first step for data with its own ids. It needs a dictionary from ids to numbers, by hashing (Knuth, The Art of
Computer Programming 3 (1998), section 6.4) or by sorting.

Input: the two columns of an edge list in shuffled order, with vertex ids of up to 62 bits from a hash. An undirected
edge is one row; weights are ignored; isolated vertices are in no row and get no number. Every engine gets the same ids
in the same order. Preparing the columns is part of `build`, so first answers say little here; compare warm calls.
Output: the edges in numbers 0 to k - 1, rows in any order, and a table with the id of each number. Any numbering is
right, so answers are not compared with each other; the certificate proves each of them. There are no duplicate rows;
all three engines would number each of them.

How engines differ. SciPy has no such function; its users call `pandas.factorize`, which hashes, and so does its adapter
(`numpy.unique` sorts, and took six times as long on 3 million ids). cuGraph renumbers inside every graph construction
and shows neither numbers nor table; users can call `NumberMap.renumber`, which cuGraph uses for ids that are text or
have several columns: a group-by of both columns, then a join for each of them, in cuDF. The numbers inside a graph,
which order vertices by degree, are made in another way. NetworkX has no columns: a graph with these ids as vertices is
converted to one whose vertices are numbers, both stored as dictionaries. igraph and NetworKit only have numbered
vertices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms import _lists
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Renumbered
from graphbench.certificates import structure
from graphbench.graphs.edgelist import EdgeList

if TYPE_CHECKING:
    import numpy.typing as npt

renumber = Algorithm(
    name="renumber",
    revision=1,
    title="renumbering",
    family="structure",
    form=Form(directed=True, weights="ignored"),
    kind="numbering",
    headline="numbers",
    unique=False,
)


@renumber.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], _p: Call) -> Finding:
    """The table is one to one, and the edges, mapped back by it, are those of the input, and no others.

    The theorem is at :func:`graphbench.certificates.structure.require_numbering`.
    """
    structure.require_numbering(edges, answer, _lists.external_ids(edges.num_vertices))
    numbers = len(answer) - edges.num_edges
    detail = f"{numbers:,} numbers for as many ids, and all {edges.num_edges:,} edges in them"
    return Finding(detail=detail, quantities={"numbers": numbers, "edges": edges.num_edges})


@renumber.on("networkx", build={"listed": "external"})
def _(nx: Any, graph: Any, _p: Call) -> Any:
    numbered = nx.convert_node_labels_to_integers(graph, label_attribute="id")
    return Renumbered(numbered, list(nx.get_node_attributes(numbered, "id").values()))


@renumber.on("cugraph", build={"listed": "external"})
def _(cugraph: Any, frame: Any, _p: Call) -> Any:
    return Renumbered(*cugraph.structure.NumberMap.renumber(frame, ["source"], ["destination"]))


renumber.gap("igraph", "would not be the same problem: it numbers names while it builds a graph")
renumber.gap("networkit", "not in the library: vertices are numbers from 0 to n-1, and ids of 62 bits do not fit")
renumber.gap("pylibcugraph", "would not be the same problem: it renumbers by a map that it is given")
renumber.gap("graphblas", "not in the library: rows are numbers below 2^60, and ids of 62 bits do not fit")
renumber.gap("nx-cugraph", "not in the library: vertices are renumbered when a graph is converted")
