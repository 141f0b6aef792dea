"""Random walks: from each of many vertices, a walk that follows a random out-edge at every step.

Every out-neighbour is equally likely, whatever came before (Lovasz, "Random walks on graphs: a survey", in
"Combinatorics, Paul Erdos is eighty" 2 (1993) 1-46); such walks feed DeepWalk (Perozzi, Al-Rfou, Skiena, KDD 2014).
Direction is kept, weights are ignored. A walk ends early at a vertex without out-edges. The starts, all different, are
drawn with the stored seed from the largest component, have out-edges, and are the same for every engine; trial i walks
with seed + i. By default a walk has 80 steps, as in node2vec (Grover, Leskovec, KDD 2016).

No two engines walk the same way, so answers are not compared with each other: the certificate checks each walk against
the graph, and all of them against chance. Throughput is `hops`, the steps of all walks together, divided by the time.

How engines differ. igraph walks from one start per call and asks Python's generator for every random number; cuGraph
takes one step of all walks at once. SciPy's adapter takes one step of all walks at once in NumPy.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter, Quantities
from graphbench.certificates import walks
from graphbench.certificates.checks import raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

random_walks = Algorithm(
    name="random-walks",
    revision=3,
    title="random walks",
    family="sampling",
    aliases=("walks",),
    form=Form(directed=True, weights="ignored"),
    kind="walks",
    headline="hops",
    draws="vertices",
    seeded=True,
    unique=False,
    parameters=[
        Parameter(
            name="vertices", type=int, default=10_000, minimum=1, help="Number of walks, each from another vertex."
        ),
        Parameter(
            name="length",
            type=int,
            default=80,
            minimum=1,
            also=("max_depth", "walk_length", "steps"),
            help="Number of steps of a walk.",
        ),
    ],
)


@random_walks.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Walks begin at their starts, every hop is an edge, no walk ends early without need, and hops favour no neighbour.

    The first three are exact. The last is a statistical test (:func:`graphbench.certificates.walks.chance_fault`,
    :func:`graphbench.certificates.walks.repetition_fault`, :func:`graphbench.certificates.walks.memory_fault`) that
    rejects fair walks with a probability below 1e-8; it detects walkers that prefer neighbours by their numbers, that
    never visit some of them, and that turn back more or less often than others.
    """
    starts = np.asarray(p.vertices)
    raise_if(walks.form_fault(answer, starts, p.length, edges.num_vertices))
    steps = (answer >= 0).sum(axis=1) - 1
    visited = np.unique(answer[answer >= 0])
    ended = int(np.count_nonzero(steps < p.length))
    quantities: Quantities = {"hops": int(steps.sum()), "visited": len(visited), "ended_early": ended}
    raise_if(walks.hops_fault(edges, answer, p.length), quantities)
    early = f", {ended:,} of them early, at vertices without out-edges" if ended else ""
    detail = (
        f"all {quantities['hops']:,} hops of {len(starts):,} walks are edges and favour no neighbour; the walks ended"
        f" after {p.length} steps{early}"
    )
    return Finding(detail=detail, quantities=quantities)


@random_walks.on("igraph")
def _(igraph: Any, graph: Any, p: Call) -> Any:
    igraph.set_random_number_generator(random.Random(p.seed))
    return [graph.random_walk(start, p.length, mode="out", stuck="return") for start in p.vertices]


@random_walks.on("cugraph")
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    paths, _, _ = cugraph.uniform_random_walks(graph, p.vertices, max_depth=p.length, random_state=p.seed)
    return paths.to_cupy().reshape(len(p.vertices), -1)


random_walks.gap(
    "networkx",
    "would not be the same problem: its `generate_random_paths` makes a dense matrix of all vertices for each start, "
    "and cannot stop at a vertex without out-edges",
)
random_walks.gap("networkit", "would not be the same problem: its `Node2Vec` walks, but returns an embedding")
random_walks.gap("nx-cugraph", "not in the library")
