"""Random walks: from each of many vertices, a walk that goes on to a random out-neighbour at every step.

Every out-neighbour is as likely as any other, whatever came before (Lovasz, "Random walks on graphs: a survey", in
"Combinatorics, Paul Erdos is eighty" 2 (1993) 1-46); such walks feed DeepWalk (Perozzi, Al-Rfou, Skiena, KDD 2014).
Direction is kept, weights are ignored. A walk ends early at a vertex without out-edges. The starts, all different, are
drawn with the stored seed from the largest component, have an out-edge each, and are the same for every engine; trial i
walks with seed + i. A walk takes 80 steps by default, as node2vec's do (Grover, Leskovec, KDD 2016).

No two engines walk the same way, so answers are not compared with each other: the certificate holds each walk against
the graph, and all of them against chance. Throughput is `hops`, the steps of all walks together, by the time.

How engines differ. igraph walks from one start in each call and asks Python's generator for every random number;
cuGraph takes all steps of one round at once.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Algorithm, Call, Figures, Finding, Form, Parameter
from graphbench.certificates import walks
from graphbench.certificates.checks import raise_if
from graphbench.graphs.edgelist import EdgeList

random_walks = Algorithm(
    name="random-walks",
    revision=1,
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
        Parameter(name="vertices", type=int, default=10_000, minimum=1, help="From how many vertices to start a walk."),
        Parameter(name="length", type=int, default=80, minimum=1, help="How many steps a walk takes."),
    ],
)


@random_walks.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Walks start where they should, every hop is an edge, none ends without need, and hops favour no neighbour.

    The first three are exact. The last is a test that chance fails with a probability below 1e-8
    (`walks.chance_fault`, `walks.memory_fault`); it finds walkers
    that prefer neighbours by their numbers, and those that turn back more or less often than others.
    """
    starts = np.asarray(p.vertices)
    raise_if(walks.form_fault(answer, starts, p.length, edges.num_vertices))
    steps = (answer >= 0).sum(axis=1) - 1
    visited = np.unique(answer[answer >= 0])
    ended = int(np.count_nonzero(steps < p.length))
    figures: Figures = {"hops": int(steps.sum()), "visited": len(visited), "ended_early": ended}
    raise_if(walks.hops_fault(edges, answer, p.length), figures)
    early = f", {ended:,} of them early, at vertices without out-edges" if ended else ""
    detail = (
        f"all {figures['hops']:,} hops of {len(starts):,} walks are edges and favour no neighbour; the walks ended"
        f" after {p.length} steps{early}"
    )
    return Finding(detail=detail, figures=figures)


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
