"""Warm calls of six libraries on one graph, by a plain script: nothing of graphbench is imported.

It repeats PageRank, BFS and components of six libraries. Builds, calls, parameters and sources are those of
graphbench's adapters. Each library runs in processes of its own, with its default allocator and on all its threads.

    python tests/gpu/plain.py GRAPH.mtx RECORDS.jsonl [LIBRARY ...]

RECORDS have the times of graphbench and the sources of the searches; those of other graphs are passed over. Prints a
line of JSON for each library and problem: the median of seven warm calls in each of three processes, in seconds, the
median of these, and what graphbench recorded. A library that is not installed is left out.
"""

import contextlib
import gc
import importlib
import itertools
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import scipy
import scipy.io
import scipy.sparse.csgraph

CALLS, PROCESSES = 7, 3
GRAPH = "coAuthorsDBLP"
DAMPING, TOLERANCE, ITERATIONS = 0.85, 1e-6, 500


class Library:
    """Its graph, made from both directions of each edge, and a call for each problem."""

    def synchronize(self):
        pass


class CuGraph(Library):
    def __init__(self, src, dst, n):
        import cudf
        import cugraph
        import cupy

        self.cudf, self.cugraph, self.cupy = cudf, cugraph, cupy
        self.graph = self.made(cudf.DataFrame({"source": src, "destination": dst}), n)
        weighted = cudf.DataFrame({"source": src, "destination": dst, "weight": np.ones(len(src))})
        self.transposed = self.made(weighted, n, weight="weight", store_transposed=True)

    def made(self, frame, n, **options):
        graph, vertices = self.cugraph.Graph(), self.cudf.Series(self.cupy.arange(n, dtype=np.int32))
        graph.from_cudf_edgelist(frame, symmetrize=False, vertices=vertices, **options)
        return graph

    def synchronize(self):
        self.cupy.cuda.Device().synchronize()

    def pagerank(self, _):
        return self.cugraph.pagerank(self.transposed, alpha=DAMPING, tol=TOLERANCE, max_iter=ITERATIONS)

    def bfs(self, source):
        start = self.cudf.DataFrame({"vertex": np.array([source], dtype=np.int32)})
        return self.cugraph.bfs(self.graph, start, return_predecessors=False)

    def wcc(self, _):
        return self.cugraph.weakly_connected_components(self.graph)


class PyLibCuGraph(Library):
    def __init__(self, src, dst, n):
        import cupy
        import pylibcugraph

        self.plc, self.cupy, self.handle = pylibcugraph, cupy, pylibcugraph.ResourceHandle()
        self.graph = self.made(src, dst, n, weight_array=None, store_transposed=False)
        self.transposed = self.made(src, dst, n, weight_array=cupy.ones(len(src)), store_transposed=True)

    def made(self, src, dst, n, **options):
        symmetric = self.plc.GraphProperties(is_symmetric=True, is_multigraph=False)
        ends, vertices = map(self.cupy.asarray, (src, dst)), self.cupy.arange(n, dtype=np.int32)
        options |= {"renumber": True, "do_expensive_check": False, "vertices_array": vertices}
        return self.plc.SGGraph(self.handle, symmetric, *ends, **options)

    def synchronize(self):
        self.cupy.cuda.Device().synchronize()

    def pagerank(self, _):
        guesses = [None] * 4
        return self.plc.pagerank(self.handle, self.transposed, *guesses, DAMPING, TOLERANCE, ITERATIONS, False)

    def bfs(self, source):
        start = self.cupy.array([source], dtype=np.int32)
        return self.plc.bfs(self.handle, self.graph, start, False, 2**31 - 1, False, False)

    def wcc(self, _):
        return self.plc.weakly_connected_components(self.handle, self.graph, *[None] * 4, False)


def rows(src, dst, n):
    return scipy.sparse.coo_array((np.ones(len(src)), (src, dst)), shape=(n, n)).tocsr()


class NetworKit(Library):
    def __init__(self, src, dst, n):
        import networkit

        self.networkit = networkit
        # In the order of compressed rows: from unsorted coordinates, its PageRank takes twice as long.
        once = rows(src[src < dst], dst[src < dst], n)
        self.graph = networkit.GraphFromCsr(once, directed=False, weighted=False)

    def pagerank(self, _):
        centrality = self.networkit.centrality
        sinks = centrality.SinkHandling.DistributeSinks
        ranks = centrality.PageRank(self.graph, damp=DAMPING, tol=TOLERANCE, distributeSinks=sinks)
        ranks.norm, ranks.maxIterations = centrality.Norm.L1_NORM, ITERATIONS + 1
        return ranks.run().numberOfIterations()

    def bfs(self, source):
        return self.networkit.distance.BFS(self.graph, source, storePaths=False).run()

    def wcc(self, _):
        components = self.networkit.components
        parallel = self.networkit.getMaxNumberOfThreads() > 2
        search = components.ParallelConnectedComponents if parallel else components.ConnectedComponents
        return search(self.graph).run().getPartition()


class SciPy(Library):
    def __init__(self, src, dst, n):
        self.graph, self.once = rows(src, dst, n), rows(src[src < dst], dst[src < dst], n)

    def pagerank(self, _):
        graph, n = self.graph, self.graph.shape[0]
        shares = graph.data / np.repeat(graph.sum(axis=1), np.diff(graph.indptr))
        follow = scipy.sparse.csr_array((DAMPING * shares, graph.indices, graph.indptr), shape=graph.shape)
        ranks = jump = np.full(n, 1 / n)
        for _iteration in range(ITERATIONS):
            last, ranks = ranks, ranks @ follow
            ranks += (1 - ranks.sum()) * jump
            if np.abs(ranks - last).sum() < TOLERANCE:
                return ranks
        raise RuntimeError("no convergence")

    def bfs(self, source):
        order, predecessor = scipy.sparse.csgraph.breadth_first_order(self.graph, source)
        reached = len(order)
        position = np.empty(self.graph.shape[0], dtype=order.dtype)
        position[order] = np.arange(reached, dtype=order.dtype)
        ends = 1 + np.cumsum(np.bincount(position[predecessor[order[1:]]], minlength=reached))
        cuts = [0, 1]
        while cuts[-1] < reached:
            cuts.append(int(ends[cuts[-1] - 1]))
        depths = np.full(self.graph.shape[0], -1)
        depths[order] = np.repeat(np.arange(len(cuts) - 1), np.diff(cuts))
        return depths

    def wcc(self, _):
        return scipy.sparse.csgraph.connected_components(self.once, directed=False)[1]


class IGraph(Library):
    def __init__(self, src, dst, n):
        import igraph

        once = src < dst
        pairs = zip(src[once].tolist(), dst[once].tolist(), strict=True)
        self.graph = igraph.Graph(n=n, edges=pairs)

    def pagerank(self, _):
        return self.graph.pagerank(damping=DAMPING)

    def bfs(self, source):
        return self.graph.distances(source=[source], mode="out")[0]

    def wcc(self, _):
        return self.graph.connected_components(mode="weak")


class NetworkX(Library):
    def __init__(self, src, dst, n):
        import networkx as nx

        self.nx, self.graph = nx, nx.Graph()
        once = src < dst
        self.graph.add_nodes_from(range(n))
        self.graph.add_edges_from(zip(src[once].tolist(), dst[once].tolist(), strict=True))

    def pagerank(self, _):
        tol = TOLERANCE / len(self.graph)
        return self.nx.pagerank(self.graph, alpha=DAMPING, tol=tol, max_iter=ITERATIONS, weight=None)

    def bfs(self, source):
        return self.nx.single_source_shortest_path_length(self.graph, source)

    def wcc(self, _):
        return list(self.nx.connected_components(self.graph))


PROBLEMS = ("pagerank", "bfs", "wcc")
LIBRARIES = {
    "cugraph": CuGraph,
    "pylibcugraph": PyLibCuGraph,
    "networkit": NetworKit,
    "scipy": SciPy,
    "igraph": IGraph,
    "networkx": NetworkX,
}


def read(path):
    """Both directions of each edge, without loops and duplicates, ids from 0 on; and the number of vertices."""
    matrix = scipy.sparse.coo_array(scipy.io.mmread(path))
    low, high = np.minimum(*matrix.coords), np.maximum(*matrix.coords)
    edges = np.unique(np.stack([low, high])[:, low != high], axis=1).astype(np.int32)
    return np.concatenate(edges), np.concatenate(edges[::-1]), matrix.shape[0]


def measure(library, problem, sources):
    """The median of seven calls after a first one, the device's work included."""
    call, times = getattr(library, problem), []
    for source in itertools.islice(itertools.cycle(sources), CALLS + 1):
        gc.collect()
        gc.disable()
        started = time.perf_counter()
        answer = call(source)
        library.synchronize()
        times.append(time.perf_counter() - started)
        gc.enable()
        del answer
    return statistics.median(times[1:])


def recorded(records, graph):
    """The warm calls of the newest record of each engine and problem without options, and the sources of searches."""
    calls, sources = {}, [0]
    for line in Path(records).read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        task = record["task"]
        options = {"allocator": "default", "renumber": True, "direction_optimizing": False, "from_networkx": False}
        usual = all(task["params"].get(name, value) == value for name, value in options.items())
        if task["dataset"] == graph and usual and record["phases"]["call_s"] and task["params"].get("threads", 2) > 1:
            calls[task["engine"], task["algorithm"]] = statistics.median(record["phases"]["call_s"])
            sources = record["trials"]["sources"] or sources
    return calls, sources


def installed(names):
    for name in names or LIBRARIES:
        with contextlib.suppress(Exception):  # not installed, or it needs a driver
            importlib.import_module(name)
            yield name


def main(path, records, *names, graph=GRAPH):
    calls, sources = recorded(records, graph)
    for name in installed(names):
        command = [sys.executable, __file__, "--process", path, json.dumps(sources), name]
        runs = [
            json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout) for _ in range(PROCESSES)
        ]
        for problem in PROBLEMS:
            times = [run[problem] for run in runs]
            known = calls.get((name, problem))
            row = {"engine": name, "algorithm": problem, "processes_s": times, "warm_call_s": statistics.median(times)}
            row |= {"recorded_s": known, "recorded_over_plain": known and known / statistics.median(times)}
            print(json.dumps(row), flush=True)


def one_process(path, sources, name):
    library = LIBRARIES[name](*read(path))
    print(json.dumps({problem: round(measure(library, problem, json.loads(sources)), 9) for problem in PROBLEMS}))


if __name__ == "__main__":
    one_process(*sys.argv[2:]) if sys.argv[1] == "--process" else main(*sys.argv[1:])
