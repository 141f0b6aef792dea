"""Communities by ensemble clustering: Louvain on edges that are weighted by how often an ensemble keeps them together.

Poulin, Theberge, "Ensemble clustering for graphs: comparisons and applications", Applied Network Science 4 (2019) 51.
`ensemble_size` partitions are made by the first level of Louvain from different orders of the vertices. An edge whose
ends share a community in a fraction f of them gets the weight min_weight + (1 - min_weight) f, and Louvain on these
weights gives the answer. The graph is undirected; weights count where the dataset has them. Of a directed dataset the
direction is dropped, and where there is an edge each way, the smaller weight is kept.

The defaults are the paper's: 16 partitions, a least weight of 0.05 (those of cuGraph's Python API are 100 and 0.0001).

A heuristic, compared like Louvain by the modularity of every partition, recomputed here in float64 on the graph itself,
not on the weights of the ensemble. That is not what the method maximises, and it can lie a little below Louvain's: what
ECG is after are partitions that stay the same from run to run.

How engines differ. Only cuGraph has it. Its weights are min_weight + w f, with w the edge's own weight, for all edges
alike; the paper leaves edges outside the 2-core at the least weight. What it returns as modularity is not that of the
partition on the graph, so it is not recorded. To set ECG against CPU engines, let it stand in for Louvain:
`graphbench louvain GRAPH --match-quality --allow ecg`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter
from graphbench.certificates import partition
from graphbench.certificates.checks import Wrong, labels_fault, raise_if
from graphbench.graphs.edgelist import EdgeList

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
            help="How many partitions the ensemble has; more give a steadier answer.",
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
    """Every vertex is in exactly one community, and the modularity is what we compute of it."""
    raise_if(labels_fault(answer, edges.num_vertices))
    quality = partition.modularity(edges, answer, resolution=p.resolution)
    if not math.isfinite(quality):
        raise Wrong(f"the modularity of the partition comes to {quality}")
    detail = f"a partition of all {edges.num_vertices:,} vertices; modularity recomputed in float64"
    figures = {"modularity": quality, "communities": len(np.unique(answer))}
    return Finding(detail=detail, figures=figures)


@ecg.on("cugraph", parameters_used=lambda p: {"dtype": "float64" if p.weighted else "float32"})
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
