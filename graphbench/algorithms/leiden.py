"""Communities by the Leiden method: Louvain with a refinement that keeps every community in one piece.

Traag, Waltman, van Eck, "From Louvain to Leiden: guaranteeing well-connected communities", Scientific Reports 9 (2019)
5233. The graph is undirected; weights count where the dataset has them; what is maximised is modularity. Of a directed
dataset the direction is dropped, and where there is an edge each way, the smaller weight is kept.

A heuristic, compared like Louvain by the modularity of every partition, recomputed here in float64. That communities
are connected is the method's promise. It is counted here, and an engine that breaks it is told on; its partition is
still an answer to the problem, so it is not called wrong.

How engines differ. igraph and NetworKit run the whole method again from its own result, `iterations` times; cuGraph,
nx-cugraph and NetworkX go through its levels once. The default of 2 is that of igraph and of the authors' own program:
until nothing changes (igraph's -1) would time the last ten-thousandth of modularity, which the others never look for.
igraph and NetworkX optimise the constant Potts model unless told otherwise. The randomness of the refinement (theta,
igraph's beta) is each library's default: 0.01, cuGraph's 1. NetworKit runs in parallel, so its answer changes from run
to run. NetworkX has a Leiden of its own from 3.7 on, and with those versions nx-cugraph steps back. cuGraph also
returns a modularity: it is recorded, and never used.
"""

from __future__ import annotations

import importlib.metadata
import math
import random
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms._parameters import RESOLUTION
from graphbench.algorithms.base import Algorithm, Call, Claimed, Finding, Form, Parameter
from graphbench.certificates import components, partition
from graphbench.certificates.checks import Wrong, labels_fault, raise_if
from graphbench.graphs.edgelist import EdgeList

leiden = Algorithm(
    name="leiden",
    revision=1,
    title="Leiden",
    family="community",
    form=Form(directed=False, weights="used"),
    kind="partition",
    headline="modularity",
    quality="modularity",
    on_device=True,
    seeded=True,
    parameters=[
        RESOLUTION,
        Parameter(
            name="iterations",
            type=int,
            default=2,
            minimum=1,
            help="How often to run the whole method, each time from the partition before.",
        ),
    ],
)


@leiden.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every vertex is in exactly one community, the modularity is what we compute of it, and broken ones are counted.

    A community is in one piece if its vertices are connected by edges inside it. There are as many pieces as the graph
    has components once the edges between communities are gone, so (pieces - communities) are too many.
    """
    raise_if(labels_fault(answer, edges.num_vertices))
    quality = partition.modularity(edges, answer, resolution=p.resolution)
    if not math.isfinite(quality):
        raise Wrong(f"the modularity of the partition comes to {quality}")
    communities = len(np.unique(answer))
    loose = components.count_components(edges, within=answer) - communities
    figures = {"modularity": quality, "communities": communities, "loose_pieces": loose}
    detail = f"a partition of all {edges.num_vertices:,} vertices; modularity recomputed in float64"
    if not loose:
        return Finding(detail=f"{detail}; every community is connected", figures=figures)
    broken = (
        f"its {communities:,} communities are in {communities + loose:,} pieces, though Leiden keeps them connected"
    )
    return Finding(detail=detail, figures=figures, notes=(broken,))


@leiden.on("igraph", parameters_used=lambda _: {"beta": 0.01})
def _(igraph: Any, graph: Any, p: Call) -> Any:
    igraph.set_random_number_generator(random.Random(p.seed))
    return graph.community_leiden(
        "modularity", weights=p.weight, resolution=p.resolution, beta=0.01, n_iterations=p.iterations
    )


@leiden.on("networkit")
def _(networkit: Any, graph: Any, p: Call) -> Any:
    networkit.engineering.setSeed(p.seed, useThreadId=True)
    return networkit.community.ParallelLeiden(graph, iterations=p.iterations, gamma=p.resolution).run().getPartition()


def _on_gpu(p: Call) -> dict[str, Any]:
    # cuGraph computes in the type of the weights.
    return {"dtype": "float64" if p.weighted else "float32", "theta": 1.0}


@leiden.on("cugraph", no_equivalent=("iterations",), parameters_used=_on_gpu)
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    partition, modularity = cugraph.leiden(graph, resolution=p.resolution, random_state=p.seed, theta=1.0)
    return Claimed(partition, {"modularity": float(modularity)})


if tuple(map(int, importlib.metadata.version("networkx").split(".")[:2])) >= (3, 7):
    leiden.gap("nx-cugraph", "it leaves Leiden to NetworkX from NetworkX 3.7 on")

    @leiden.on("networkx", no_equivalent=("iterations",), parameters_used=lambda _: {"theta": 0.01})
    def _(nx: Any, graph: Any, p: Call) -> Any:
        return nx.community.leiden_communities(
            graph, weight=p.weight, resolution=p.resolution, seed=p.seed, metric="modularity", theta=0.01
        )
else:
    leiden.gap("networkx", "NetworkX has a Leiden of its own from 3.7 on (Python 3.12)")

    @leiden.on("nx-cugraph", no_equivalent=("iterations",), parameters_used=_on_gpu)
    def _(nx: Any, graph: Any, p: Call) -> Any:
        return nx.community.leiden_communities(graph, weight=p.weight, resolution=p.resolution, seed=p.seed)
