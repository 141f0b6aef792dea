"""Communities by the Leiden method: Louvain with a refinement step that keeps every community connected.

Traag, Waltman, van Eck, "From Louvain to Leiden: guaranteeing well-connected communities", Scientific Reports 9 (2019)
5233. The objective is modularity. The graph is undirected; the dataset's weights are used. A directed dataset is
symmetrised: where there is an edge each way, the smaller weight is kept.

A heuristic, compared like Louvain by the modularity of every partition, recomputed in float64. The method promises
connected communities. The certificate counts disconnected ones, and an engine that returns some is flagged; its
partition is still a valid answer.

How engines differ. igraph and NetworKit repeat the whole method from its own result, `iterations` times; cuGraph,
nx-cugraph and NetworkX go through the levels once. The default of 2 is that of igraph and of the authors' own program;
iterating until nothing changes (igraph's -1) would time the last ten-thousandth of modularity, which the others do not
search for. igraph and NetworkX optimise the constant Potts model by default; here they optimise modularity. The
randomness of the refinement (theta, igraph's beta) is each library's default: 0.01, and 1 for cuGraph. NetworKit runs
in parallel, so its answer changes from run to run. NetworkX has its own Leiden from 3.7 on, and nx-cugraph then has
none. cuGraph also returns a modularity, which is recorded but not used.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from graphbench.algorithms._communities import cugraph_dtype, modularity_finding
from graphbench.algorithms._parameters import RESOLUTION
from graphbench.algorithms.base import Algorithm, Call, Claimed, Finding, Form, Parameter
from graphbench.certificates import components
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.distributions import owners

if TYPE_CHECKING:
    import numpy.typing as npt

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
            also=("n_iterations",),
            type=int,
            default=2,
            minimum=1,
            help="How often to run the whole method, each time from the previous partition.",
        ),
    ],
)


@leiden.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every vertex is in exactly one community. The modularity is recomputed, and disconnected communities are counted.

    A community is connected if edges inside it connect its vertices. Without the edges between communities, the graph
    has as many components as there are connected pieces, so pieces - communities is the number of loose ones.
    """
    finding = modularity_finding(edges, answer, resolution=p.resolution)
    communities = finding.quantities["communities"]
    pieces = components.count_components(edges, within=answer)
    quantities = finding.quantities | {"loose_pieces": pieces - communities}
    if pieces == communities:
        return Finding(detail=f"{finding.detail}; every community is connected", quantities=quantities)
    note = f"its {communities:,} communities are in {pieces:,} pieces, though Leiden keeps them connected"
    return Finding(detail=finding.detail, quantities=quantities, notes=(note,))


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


def _cugraph_parameters(p: Call) -> dict[str, Any]:
    return cugraph_dtype(p) | {"theta": 1.0}


@leiden.on("cugraph", no_equivalent=("iterations",), parameters_used=_cugraph_parameters)
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    partition, modularity = cugraph.leiden(graph, resolution=p.resolution, random_state=p.seed, theta=1.0)
    return Claimed(partition, {"modularity": float(modularity)})


# Which of the two has Leiden depends on NetworkX's version. An adapter that finds out when it is called would be listed
# as available where it is not, so the page asks for the version; that imports nothing.
if [owner for owner in owners("networkx") if tuple(map(int, owner.version.split(".")[:2])) >= (3, 7)]:
    leiden.gap("nx-cugraph", "it leaves Leiden to NetworkX from NetworkX 3.7 on")

    @leiden.on("networkx", no_equivalent=("iterations",), parameters_used=lambda _: {"theta": 0.01})
    def _(nx: Any, graph: Any, p: Call) -> Any:
        return nx.community.leiden_communities(
            graph, weight=p.weight, resolution=p.resolution, seed=p.seed, metric="modularity", theta=0.01
        )
else:
    leiden.gap("networkx", "NetworkX has Leiden from 3.7 on (Python 3.12)")

    @leiden.on("nx-cugraph", no_equivalent=("iterations",), parameters_used=_cugraph_parameters)
    def _(nx: Any, graph: Any, p: Call) -> Any:
        return nx.community.leiden_communities(graph, weight=p.weight, resolution=p.resolution, seed=p.seed)
