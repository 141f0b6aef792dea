"""Communities by ensemble clustering (ECG): Louvain on edges weighted by how many partitions keep their ends together.

Poulin, Theberge, "Ensemble clustering for graphs: comparisons and applications", Applied Network Science 4 (2019) 51.
The first level of Louvain, run on different orders of the vertices, gives `ensemble_size` partitions. An edge whose
ends share a community in a fraction f of them gets the weight min_weight + (1 - min_weight) f, and Louvain on these
weights gives the answer. The graph is undirected; the dataset's weights are used. A directed dataset is symmetrised:
where there is an edge each way, the smaller weight is kept.

The defaults are the paper's: 16 partitions and a minimum weight of 0.05 (cuGraph's Python API: 100 and 0.0001).

A heuristic, compared like Louvain by the modularity of every partition, recomputed in float64 on the graph itself, not
on the ensemble's weights. The method does not maximise it, and it can be slightly below Louvain's: ECG aims at
partitions that stay the same from run to run.

How engines differ. Only cuGraph has it. It weights all edges by min_weight + w f, where w is the edge's own weight; the
paper leaves edges outside the 2-core at the minimum weight. The modularity that it returns is not that of the partition
on the graph, so it is not recorded. To compare ECG with CPU engines, let it replace Louvain:
`graphbench louvain GRAPH --match-quality --allow ecg`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms._communities import cugraph_dtype, modularity_finding
from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter
from graphbench.graphs.edgelist import EdgeList

if TYPE_CHECKING:
    import numpy.typing as npt

ecg = Algorithm(
    name="ecg",
    revision=1,
    title="ECG",
    family="community",
    form=Form(directed=False, weights="used"),
    kind="partition",
    headline="modularity",
    quality="modularity",
    seeded=True,
    parameters=[
        Parameter(
            name="ensemble_size",
            type=int,
            default=16,
            minimum=1,
            help="Number of partitions in the ensemble; more make the answer more stable.",
        ),
        Parameter(
            name="min_weight",
            type=float,
            default=0.05,
            minimum=0,
            maximum=1,
            exclusive_minimum=True,
            help="Weight of an edge that no partition of the ensemble keeps together.",
        ),
        Parameter(
            name="resolution",
            also=("gamma",),
            type=float,
            default=1.0,
            minimum=0,
            maximum=1,
            exclusive_minimum=True,
            help="Resolution gamma of the modularity, at most 1; larger values give smaller communities.",
        ),
        Parameter(
            name="threshold",
            type=float,
            default=1e-7,
            minimum=0,
            maximum=1,
            exclusive_minimum=True,
            help="Stop a level when modularity gains less than this.",
        ),
    ],
)


@ecg.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """Every vertex is in exactly one community. The modularity is recomputed."""
    return modularity_finding(edges, answer, resolution=p.resolution)


@ecg.on("cugraph", parameters_used=cugraph_dtype)
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    return cugraph.ecg(
        graph,
        min_weight=p.min_weight,
        ensemble_size=p.ensemble_size,
        threshold=p.threshold,
        resolution=p.resolution,
        random_state=p.seed,
    )[0]


for _engine in ("networkx", "nx-cugraph", "igraph", "networkit"):
    ecg.gap(_engine, "not in the library")
