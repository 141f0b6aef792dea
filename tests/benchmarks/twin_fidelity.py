"""How twins resemble their originals: their structure, and the CPU time that NetworKit takes on both, on one thread.

    python tests/benchmarks/twin_fidelity.py reports/twins.json [FOLDER]

FOLDER may have NAME.parquet, earlier twins as graphbench caches them, to compare with. Calls alternate between the
graphs, so a busy machine slows all of them. `datasets/README.md` shows the result.
"""

import json
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from graphbench import graphs, registry
from graphbench.engines.base import Settings
from graphbench.graphs.edgelist import EdgeList

GRAPHS = ("caidaRouterLevel", "coAuthorsDBLP", "dblp-2010")
PROBLEMS = ("bfs", "wcc", "pagerank", "triangle-count", "jaccard")
ROUNDS = 7
LEAST_S = 0.05
"""A shorter call is repeated: CPU clocks are coarse."""

engine = registry.engine("networkit")


def call_of(problem, edges, library):
    """The call that graphbench times, on a built graph."""
    page = registry.algorithm(problem)
    edges = page.pose(edges, seed=0)
    params = page.resolve({})
    inputs = page.draw(edges, params, 0)
    p = page.call(edges, params, inputs, seed=0)
    if inputs.pairs is not None:
        p.pairs = engine.pairs(inputs.pairs, edges)
    adapter = page.adapter("networkit")
    graph = engine.convert(engine.build(engine.read(edges), edges, **adapter.build), edges, **adapter.build)
    return lambda: adapter.call(library, graph, p)


def cpu_seconds(call):
    started, calls = time.process_time(), 0
    while (spent := time.process_time() - started) < LEAST_S:
        call()
        calls += 1
    return spent / calls


def cost(problem, sides, library):
    """Of each of the graphs, the median CPU time of a call."""
    calls = {side: call_of(problem, edges, library) for side, edges in sides.items()}
    rounds = [{side: cpu_seconds(call) for side, call in calls.items()} for _ in range(ROUNDS + 1)]
    return {side: statistics.median(times[side] for times in rounds[1:]) for side in sides}


def structure(edges):
    """Quantiles of the degrees, clustering (0 for degree 1), transitivity, modularity, the largest component."""
    import networkit

    columns = edges.to_numpy()
    graph = networkit.GraphFromCoo((columns.src.astype(np.int64), columns.dst.astype(np.int64)), n=edges.num_vertices)
    degrees = np.bincount(np.concatenate([columns.src, columns.dst]), minlength=edges.num_vertices)
    local = np.nan_to_num(networkit.centrality.LocalClusteringCoefficient(graph, True).run().scores())
    triples = degrees * (degrees - 1) / 2
    networkit.setSeed(1, False)
    partition = networkit.community.PLM(graph, True).run().getPartition()
    components = networkit.components.ConnectedComponents(graph).run()
    return {
        "degrees": [int(np.quantile(degrees, share)) for share in (0.5, 0.9, 0.99, 1)],
        "clustering": round(float(np.where(degrees > 1, local, 0).mean()), 3),
        "transitivity": round(float((local * triples).sum() / triples.sum()), 3),
        "modularity": round(networkit.community.Modularity().getQuality(partition, graph), 3),
        "largest_component": max(components.getComponentSizes().values()),
    }


def main(result, earlier=None):
    library = engine.start(Settings(threads=1))
    found = {}
    for name in GRAPHS:
        sides = {"original": graphs.load(name).edges, "twin": graphs.load(f"twin:{name}").edges}
        if earlier is not None and (path := Path(earlier) / f"{name}.parquet").is_file():
            sides["earlier"] = EdgeList.open(path)
        found[name] = {problem: cost(problem, sides, library) for problem in PROBLEMS}
        print(name, json.dumps(found[name]), flush=True)
    names = [*GRAPHS, *graphs.twin_names()]
    shapes = {name: structure(graphs.load(name).edges) for name in names}
    known = {
        "measured": datetime.now(UTC).date().isoformat(),
        "networkit": engine.version(),
        "cpu_seconds": found,
        "structure": shapes,
    }
    Path(result).write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
