"""Communities by the Louvain method: greedy maximisation of modularity, level by level.

Blondel, Guillaume, Lambiotte, Lefebvre, "Fast unfolding of communities in large networks", J. Stat. Mech. (2008)
P10008. The graph is undirected; the dataset's weights are used. A directed dataset is symmetrised: where there is an
edge each way, the smaller weight is kept.

A heuristic: engines visit vertices in different orders and stop by different rules, so they return different
partitions, all of them valid answers. Engines are compared by quality: the modularity of every partition is recomputed
in float64, whatever the engine reports.

How engines differ. NetworkX and cuGraph stop a level when modularity gains less than `threshold`; igraph moves vertices
until nothing gains; NetworKit stops after 32 rounds per level and runs in parallel, so its answer changes from run to
run. cuGraph has no seed; nx-cugraph takes one and ignores it. By default NetworkX has no limit on levels, nx-cugraph
stops at 500 and cuGraph at 100, which no known graph reaches; igraph and NetworKit have no such option. No engine gets
weights for an unweighted graph.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from graphbench.algorithms._communities import cugraph_dtype, modularity_finding
from graphbench.algorithms._parameters import RESOLUTION
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter
from graphbench.graphs.edgelist import EdgeList

if TYPE_CHECKING:
    import numpy.typing as npt

louvain = Algorithm(
    name="louvain",
    revision=1,
    aliases=("communities",),
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
            also=("max_levels",),
            type=int,
            default=None,
            minimum=1,
            maximum=500,
            help="Stop after this many levels. By default each library's own limit applies.",
        ),
    ],
)


@louvain.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every vertex is in exactly one community. The modularity is recomputed."""
    return modularity_finding(edges, answer, resolution=p.resolution)


@louvain.on("networkx")
@louvain.on("nx-cugraph", no_equivalent=("seed",), parameters_used=cugraph_dtype)
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


@louvain.on("cugraph", no_equivalent=("seed",), parameters_used=cugraph_dtype)
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.louvain(graph, max_level=p.max_level, resolution=p.resolution, threshold=p.threshold)[0]
