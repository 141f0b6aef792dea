"""Renumber: vertices called by large numbers get the numbers from 0 on, and the edges are told in these.

The first step wherever data has ids of its own. It needs a dictionary from ids to numbers, by hashing (Knuth, The Art
of Computer Programming 3 (1998), section 6.4) or by sorting.

Input: the two columns of an edge list, in no order, its vertices called by ids of up to 62 bits that a hash makes of
them. An undirected edge is one row; weights are ignored, isolated vertices are in no row and get no number. The same
ids in the same disorder go to every engine. Laying the columns out is part of `build`, and so of end to end, which says
little here: `run` is what to compare.
Output: the edges in numbers 0 to k - 1, rows in any order, and a table that gives the id of each number. Any numbering
is right, so engines' answers are not compared with each other: the certificate proves each of them. No row is there
twice; of rows that are, all three engines would number each.

How engines differ. SciPy has no such function; its users take `pandas.factorize`, which hashes (`numpy.unique` sorts,
and took six times as long on 3 million ids), and so does its adapter. cuGraph renumbers inside every construction of a
graph, and shows neither numbers nor table; what its users can call is `NumberMap.renumber`, which it uses itself for
ids of text or of several columns: a grouping of both columns, then a join for each of them, in cuDF. The numbers inside
a graph, which order vertices by degree, are made in another way. NetworkX has no columns: a graph whose vertices are
these ids is made into one whose vertices are numbers, both of them dictionaries. igraph and NetworKit have numbered
vertices only.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from graphbench.algorithms import _lists
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Renumbered
from graphbench.certificates import structure
from graphbench.certificates.checks import raise_if
from graphbench.graphs.edgelist import EdgeList

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
    """The table is one to one, and the edges, their ends looked up in it, are those of the input, and no others.

    The theorem is at :func:`graphbench.certificates.structure.numbering_fault`.
    """
    raise_if(structure.numbering_fault(edges, answer, _lists.external_ids(edges.num_vertices)))
    numbers = len(answer) - edges.num_edges
    detail = f"{numbers:,} numbers for as many ids, and all {edges.num_edges:,} edges in them"
    return Finding(detail=detail, figures={"numbers": numbers, "edges": edges.num_edges})


@renumber.on("networkx", build={"listed": "external"})
def _(nx: Any, graph: Any, _p: Call) -> Any:
    numbered = nx.convert_node_labels_to_integers(graph, label_attribute="id")
    return Renumbered(numbered, list(nx.get_node_attributes(numbered, "id").values()))


@renumber.on("cugraph", build={"listed": "external"})
def _(cugraph: Any, frame: Any, _p: Call) -> Any:
    return Renumbered(*cugraph.structure.NumberMap.renumber(frame, ["source"], ["destination"]))


renumber.gap("igraph", "would not be the same problem: names get their numbers while a graph is built from them")
renumber.gap("networkit", "not in the library: a vertex is a number, and one of 62 bits would not fit")
renumber.gap("nx-cugraph", "not in the library: vertices are renumbered when a graph is converted")
