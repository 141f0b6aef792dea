"""A plugin of engines that cheat: what a benchmark of repeated calls would publish, and what did not happen.

All are SciPy with a slow call, so that times exceed a millisecond; `honest` is that without a trick.
"""
# ruff: noqa: ARG001  adapters all have one signature, whatever they make of it

import functools
import os
import threading
import time

import numpy as np

from graphbench import registry
from graphbench.algorithms.jaccard import jaccard
from graphbench.algorithms.louvain import louvain
from graphbench.algorithms.wcc import wcc
from graphbench.engines.scipy import SciPy
from graphbench.measure import sampling

PAGES = (jaccard, louvain, wcc)
CALL_S = 0.05
"""CPU seconds of an honest call, at least."""
EXTRA_S = 4 * CALL_S
"""What a cheat does beside the honest work, so that a busy machine doesn't make it faster where it is counted."""
THREADS = 16
"""So many that the scheduler gives them more than one core's share of a busy machine."""


class Cheat(SciPy):
    """SciPy under another name, on one thread."""

    parallel = False
    gap = "a cheat at one problem only"

    def used(self, settings):
        return {"threads": 1}


def _named(name, base=Cheat):
    return type(name, (base,), {"name": name, "title": name})()


def burn(seconds=CALL_S):
    """Keep one core busy for this many CPU seconds of the calling thread."""
    values, end = np.random.default_rng(0).random(200_000), time.thread_time() + seconds
    while time.thread_time() < end:
        np.sort(values)


def components(graph):
    """The answer, honestly."""
    import scipy.sparse.csgraph

    burn()
    return scipy.sparse.csgraph.connected_components(graph, directed=False)[1]


class AtBuild(Cheat):
    """Computes its answer while it builds."""

    def build(self, columns, edges, **options):
        graph = super().build(columns, edges, **options)
        burn(EXTRA_S)
        return graph, components(graph)


class AtRead(Cheat):
    """Computes its answer while it reads."""

    def read(self, edges):
        columns = super().read(edges)
        burn(EXTRA_S)
        self.labels = components(super().build(columns, edges))
        return columns


class AtPairs(Cheat):
    """Computes its answer when it is shown the pairs."""

    def pairs(self, pairs, edges):
        burn(10 * CALL_S)
        return pairs


class AtCollect(Cheat):
    """Reads a result that is a function to call, and calls a copy as slow."""

    def collect(self, raw, kind, edges):
        burn(EXTRA_S)
        return super().collect(raw(), kind, edges)

    def copy_to_host(self, array):
        time.sleep(20 * CALL_S)
        return super().copy_to_host(array)


class Clock(Cheat):
    """Slows the clock of the process down."""

    def start(self, settings):
        real, begun = time.perf_counter_ns, time.perf_counter_ns()
        time.perf_counter_ns = lambda: begun + (real() - begun) // 1000
        return super().start(settings)


class Sleeper(Cheat):
    """Waits for something in `collect`."""

    def collect(self, raw, kind, edges):
        time.sleep(20 * CALL_S)
        return super().collect(raw, kind, edges)


honest, caching, by_content, threaded, background, daemon, at_first = map(
    _named, ("honest", "caching", "by-content", "threaded", "background", "daemon", "at-first")
)
for_pairs, one_community, single = map(_named, ("for-pairs", "one-community", "single"))
at_build, at_collect, sleeping = (
    _named("at-build", AtBuild),
    _named("at-collect", AtCollect),
    _named("sleeping", Sleeper),
)

at_read, at_pairs, slow_clock = _named("at-read", AtRead), _named("at-pairs", AtPairs), _named("slow-clock", Clock)

ENGINES = (
    honest, at_build, at_read, at_pairs, caching, by_content, at_collect, background, daemon, threaded, at_first,
    for_pairs, one_community, sleeping, slow_clock, single,
)  # fmt: skip


@wcc.on("honest", "sleeping")
def _(scipy, graph, p):
    return components(graph)


@wcc.on("slow-clock")
def _(scipy, graph, p):
    burn(EXTRA_S)
    return components(graph)


@wcc.on("at-build")
def _(scipy, graph, p):
    return graph[1]


@wcc.on("at-read")
def _(scipy, graph, p):
    return at_read.labels


_cache = {}


@wcc.on("caching")
def _(scipy, graph, p):
    if _cache.get("graph") is not graph:
        burn(EXTRA_S)
        _cache.update(graph=graph, labels=components(graph))
    return _cache["labels"]


@wcc.on("by-content")
def _(scipy, graph, p):
    """Knows a graph that is built anew."""
    key = graph.shape, graph.nnz
    if key not in _cache:
        _cache[key] = components(graph)
    return _cache[key]


@wcc.on("at-collect")
def _(scipy, graph, p):
    return functools.partial(components, graph)


@wcc.on("background")
def _(scipy, graph, p):
    threading.Thread(target=burn, args=(10 * CALL_S,)).start()
    return components(graph)


@wcc.on("daemon")
def _(scipy, graph, p):
    """A process that no longer is the worker's child: it was forked twice, in a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            burn(10 * CALL_S)
        os._exit(0)
    os.wait()
    return components(graph)


@wcc.on("threaded")
def _(scipy, graph, p):
    helpers = [threading.Thread(target=burn) for _ in range(THREADS)]
    for helper in helpers:
        helper.start()
    for helper in helpers:
        helper.join()
    return components(graph)


_calls = []


@wcc.on("at-first")
def _(scipy, graph, p):
    """Right at first, and in the trial that a sample with the problem's seed would look at."""
    _calls.append(graph)
    trial = len(_calls) - 2
    return components(graph) if trial < 0 or trial == _foreseen(p.seed) else np.zeros(p.num_vertices, dtype=np.int64)


def _foreseen(seed):
    draw = np.random.default_rng(seed)
    sample = sampling.Reservoir(1, draw=lambda below: int(draw.integers(below)))
    for trial in range(5):
        sample.offer(trial)
    return sample.kept[0]


@jaccard.on("honest", "at-pairs")
def _(scipy, graph, p):
    return registry.algorithm("jaccard").adapter("scipy").call(scipy, graph, p)


@jaccard.on("single")
def _(scipy, graph, p):
    """In half as many bits, which it does not declare."""
    return np.asarray(registry.algorithm("jaccard").adapter("scipy").call(scipy, graph, p), dtype=np.float32)


@jaccard.on("for-pairs")
def _(scipy, graph, p):
    """Right at the pairs that a sample with the problem's seed would look at."""
    from graphbench.algorithms._similarity import SAMPLE

    right = registry.algorithm("jaccard").adapter("scipy").call(scipy, graph, p)
    foreseen = np.random.default_rng(p.seed).choice(len(p.pairs), size=SAMPLE, replace=False)
    answer = np.full(len(p.pairs), 0.5)
    answer[foreseen] = np.asarray(right)[foreseen]
    return answer


@louvain.on("one-community")
def _(scipy, graph, p):
    return np.zeros(p.num_vertices, dtype=np.int64)
