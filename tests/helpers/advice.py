"""References with a known law: each time is a sum of work, with noise that is drawn from a seed."""

import numpy as np

from graphbench.advice.features import Features
from graphbench.advice.reference import Graph, Machine, References, Timing

MACHINE = Machine(gpu="NVIDIA H100 80GB HBM3", memory_bytes=80 << 30, cpu="Example", cores=16, measured="2026-01-01")


def graph_features(rng, edges=(1e3, 1e7)):
    """Features of a graph that is drawn."""
    num_edges = round(float(np.exp(rng.uniform(*np.log(edges)))))
    num_vertices = max(round(num_edges / rng.uniform(2, 20)), 2)
    return Features(
        num_vertices=num_vertices,
        num_edges=num_edges,
        max_degree=round(rng.uniform(10, 2_000)),
        skew=float(rng.uniform(1, 20)),
        work=round(num_edges * rng.uniform(3, 100)),
        depth=round(rng.uniform(5, 400)),
    )


def law(features):
    """Seconds of a call on the GPU."""
    return 1e-4 + 2e-9 * features.num_vertices + 5e-9 * features.num_edges + 2e-6 * features.depth


def references(number=30, noise=0.05, seed=1, *, algorithm="pagerank", cpu=False):
    """References of cuGraph, and of a CPU engine that takes ten times as long and starts at once."""
    rng = np.random.default_rng(seed)
    graphs, timings = {}, []
    for place in range(number):
        graph = Graph(name=f"graph-{place}", features=graph_features(rng))
        graphs[graph.name] = graph
        seconds = law(graph.features) * float(rng.lognormal(0, noise))
        own = {"algorithm": algorithm, "graph": graph.name}
        timings.append(
            Timing(**own, engine="cugraph", device="gpu", warm_call_s=seconds, first_answer_s=5 * seconds, start_s=6.0,
                   device_peak_bytes=100 * graph.features.num_edges)
        )  # fmt: skip
        if cpu:
            times = {"warm_call_s": 10 * seconds, "first_answer_s": 20 * seconds, "start_s": 0.5}
            timings.append(Timing(**own, engine="igraph", device="cpu", **times))
    return References(machine=MACHINE, graphs=graphs, timings=timings)
