"""Certificates, and the search for what engines disagree on: linear in the edges, and run on every task's answers.

A certificate should take no longer than the fastest CPU engine takes to build its graph and answer once, and 16 bytes
for each edge beside the graph. Run with `pytest tests/benchmarks/test_certificates.py -n 0`; `-k pagerank` chooses one.
"""

import functools

import numpy as np
import pytest
from targets import peak_of

from graphbench import api, registry
from graphbench.certificates import agreement
from graphbench.system import memory
from helpers import graphs

GRAPH, LARGE = "email-Enron", "rmat:scale=18,edgefactor=16"
ENGINES = ("igraph", "networkit", "scipy", "graphblas", "scikit-network")
"""The engines that are compared: NetworkX is the fastest nowhere, but takes minutes."""
TOO_SLOW = {"betweenness", "ecg", "spectral-balanced-cut", "spectral-modularity"}
"""Problems that take an engine minutes on the large graph."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHBENCH_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def edges(home):  # noqa: ARG001  the graph is cached there
    return api.load(GRAPH)


@functools.cache
def answer(algorithm, edges):
    """The answer of the first engine at hand that has one; None where no engine has."""
    for engine in ("igraph", "networkx"):
        if engine in registry.algorithm(algorithm).adapters:
            return graphs.solve(engine, algorithm, edges)
    return None


@pytest.mark.parametrize("algorithm", registry.algorithm_names())
def test_certificate(benchmark, edges, algorithm):
    solved = answer(algorithm, edges)
    if solved is None:
        pytest.skip(f"no CPU engine solves {algorithm}")
    page, at, _, p = graphs.posed(algorithm, edges)
    benchmark.group = f"certificates, {GRAPH}"
    assert benchmark(page.certify, at, solved, p).valid


def solvers():
    """Problems and engines that solve them here."""
    for algorithm in sorted(set(registry.algorithm_names()) - TOO_SLOW):
        adapters = registry.algorithm(algorithm).adapters
        for engine in ENGINES:
            if engine in adapters and registry.engine(engine).availability().ok:
                yield algorithm, engine


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("algorithm", "engine"), list(solvers()))
def test_certificate_against_engine(target, algorithm, engine):
    edges = api.load(LARGE)
    solved = graphs.solve(engine, algorithm, edges)
    page, at, _, p = graphs.posed(algorithm, edges)
    at.to_numpy()
    name = f"{algorithm}: certificate / {engine}, built and called"
    target.ratio(name, lambda: page.certify(at, solved, p), rebuilt(algorithm, engine, edges), at_most=1, rounds=2)
    extra, _ = peak_of(memory_of_certificate, algorithm, engine)
    target.report(f"{algorithm} of {engine}: bytes for each edge", extra / edges.num_edges, at_most=16)


def rebuilt(algorithm, engine, edges):
    """A function that builds the engine's graph and calls it once."""
    page, at, inputs, call = graphs.posed(algorithm, edges)
    library, module, adapter = registry.engine(engine), graphs.library(engine), page.adapter(engine)
    columns = library.read(at)
    for name in ("pairs", "vertices", "labels"):
        if (values := getattr(inputs, name)) is not None:
            setattr(call, name, getattr(library, name)(values, at))

    def build_and_call():
        graph = library.convert(library.build(columns, at, **adapter.build), at, **adapter.build)
        return adapter.call(module, graph, call)

    return build_and_call


def memory_of_certificate(algorithm, engine):
    """By how many bytes a certificate raises the peak of memory, once the graph is read and an engine has answered."""
    edges = api.load(LARGE)
    page, at, _, p = graphs.posed(algorithm, edges)
    solved = graphs.solve(engine, algorithm, edges)
    at.to_numpy()
    memory.reset_host_peak()
    before = memory.host_peak_bytes()
    page.certify(at, solved, p)
    return memory.host_peak_bytes() - before


@pytest.mark.parametrize("kind", ["labels", "partition", "scores"])
def test_agreement(benchmark, edges, kind):
    solved = answer({"labels": "wcc", "partition": "louvain", "scores": "pagerank"}[kind], edges)
    other = (
        np.random.default_rng(0).permutation(solved.max() + 1)[solved] if solved.dtype.kind == "i" else solved * 1.01
    )
    benchmark.group = f"agreement, {GRAPH}"
    agreed = benchmark(agreement.agreement, kind, solved, other, 1e-9)
    assert agreed.kind == {"labels": "equivalent", "partition": "nmi", "scores": "differs"}[kind]
