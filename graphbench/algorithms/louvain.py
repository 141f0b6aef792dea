"""Communities by the Louvain method: greedy maximisation of modularity, level by level.

Blondel, Guillaume, Lambiotte, Lefebvre, "Fast unfolding of communities in large networks", J. Stat. Mech. (2008)
P10008. The graph is undirected; weights count where the dataset has them. Of a directed dataset the direction is
dropped, and where there is an edge each way, the smaller weight is kept.

A heuristic: engines visit vertices in different orders, stop by different rules and so return different partitions,
each of which is a right answer. What is compared is quality: the modularity of every partition, recomputed here in
float64 whatever the engine reports.

How engines differ. NetworkX and cuGraph stop a level when modularity gains less than `threshold`; igraph moves until
nothing gains; NetworKit stops after 32 rounds a level and runs in parallel, so its answer changes from run to run.
cuGraph has no seed. Left to themselves NetworkX has no limit to its levels, nx-cugraph one of 500 and cuGraph one of
100, which no graph is known to reach; igraph and NetworKit take none. Where the graph is unweighted nobody is given
weights.
"""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms._parameters import RESOLUTION
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter
from graphbench.certificates import partition
from graphbench.certificates.checks import Wrong, labels_fault, raise_if
from graphbench.graphs.edgelist import EdgeList

louvain = Algorithm(
    name="louvain",
    revision=1,
    title="Louvain",
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
            name="threshold",
            type=float,
            default=1e-7,
            minimum=0,
            help="Stop a level when modularity gains less than this.",
        ),
        Parameter(
            name="max_level",
            type=int,
            default=None,
            minimum=1,
            maximum=500,
            help="Stop after this many levels; by default each library goes on as far as it would by itself.",
        ),
    ],
)


@louvain.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every vertex is in exactly one community, and the modularity is what we compute of it."""
    raise_if(labels_fault(answer, edges.num_vertices))
    quality = partition.modularity(edges, answer, resolution=p.resolution)
    if not math.isfinite(quality):
        raise Wrong(f"the modularity of the partition comes to {quality}")
    communities = len(np.unique(answer))
    detail = f"a partition of all {edges.num_vertices:,} vertices; modularity recomputed in float64"
    return Finding(detail=detail, figures={"modularity": quality, "communities": communities})


@louvain.on("networkx")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.community.louvain_communities(
        graph,
        weight=p.weight,
        resolution=p.resolution,
        threshold=p.threshold,
        max_level=p.max_level,
        seed=p.seed,
    )


@louvain.on("igraph", no_equivalent=("threshold", "max_level"))
def _(igraph: Any, graph: Any, p: Call) -> Any:
    igraph.set_random_number_generator(random.Random(p.seed))
    return graph.community_multilevel(weights=p.weight, resolution=p.resolution)


@louvain.on("networkit", no_equivalent=("threshold", "max_level"))
def _(networkit: Any, graph: Any, p: Call) -> Any:
    networkit.engineering.setSeed(p.seed, useThreadId=True)
    return networkit.community.PLM(graph, refine=False, gamma=p.resolution).run().getPartition()


def _on_gpu(p: Call) -> dict[str, Any]:
    return {"dtype": "float64" if p.weighted else "float32"}  # cuGraph computes in the type of the weights


@louvain.on("cugraph", no_equivalent=("seed",), parameters_used=_on_gpu)
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.louvain(graph, max_level=p.max_level, resolution=p.resolution, threshold=p.threshold)[0]


@louvain.on("nx-cugraph", no_equivalent=("seed",), parameters_used=_on_gpu)  # it takes a seed and ignores it
def _(nx: Any, graph: Any, p: Call) -> Any:
    return nx.community.louvain_communities(
        graph,
        weight=p.weight,
        resolution=p.resolution,
        threshold=p.threshold,
        max_level=p.max_level,
        seed=p.seed,
    )
