"""Certificates, and the search for what engines disagree on: linear in the edges, and run on every task's answers."""

import functools

import numpy as np
import pytest

from graphbench import api, registry
from graphbench.certificates import agreement
from helpers import graphs

GRAPH = "email-Enron"


@pytest.fixture(scope="module")
def edges(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHBENCH_HOME", str(tmp_path_factory.mktemp("home")))
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


@pytest.mark.parametrize("kind", ["labels", "partition", "scores"])
def test_agreement(benchmark, edges, kind):
    solved = answer({"labels": "wcc", "partition": "louvain", "scores": "pagerank"}[kind], edges)
    other = (
        np.random.default_rng(0).permutation(solved.max() + 1)[solved] if solved.dtype.kind == "i" else solved * 1.01
    )
    benchmark.group = f"agreement, {GRAPH}"
    agreed = benchmark(agreement.agreement, kind, solved, other, 1e-9)
    assert agreed.kind == {"labels": "equivalent", "partition": "nmi", "scores": "differs"}[kind]
