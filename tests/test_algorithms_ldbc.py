"""Label propagation and local clustering as LDBC Graphalytics defines them: by hand, by definition, and wrong."""

import networkx as nx
import numpy as np
import pytest

from graphbench.errors import UnsupportedError
from helpers import reference
from helpers.engines import having
from helpers.graphs import GRAPHS, certify, changed, graph, rejected, solve


def _random(seed, n=30, m=110, *, directed):
    rng = np.random.default_rng(seed)
    return graph([tuple(row) for row in rng.integers(n, size=(m, 2)).tolist()], n + 2, directed=directed)


@pytest.mark.parametrize("engine", having("lcc"))
@pytest.mark.parametrize("directed", [False, True])
def test_local_clustering_follows_its_definition(engine, directed):
    for seed in range(3):
        edges = _random(seed, directed=directed)
        if directed and engine not in {"scipy", "graphblas"}:
            with pytest.raises(UnsupportedError, match="would not be the same problem on a directed graph"):
                solve(engine, "lcc", edges)
            continue
        answer = solve(engine, "lcc", edges)
        assert answer == pytest.approx(reference.local_clustering(edges), rel=1e-6)
        assert certify("lcc", edges, answer).quantities["average"] == pytest.approx(answer.mean())


def test_undirected_clustering_is_networkxs_and_directed_clustering_is_not():
    known = nx.gnm_random_graph(30, 90, seed=1)
    edges = graph(list(known.edges), 30)
    answer = solve("scipy", "lcc", edges)
    assert answer == pytest.approx([nx.clustering(known)[v] for v in range(30)])
    assert certify("lcc", edges, answer).quantities["average"] == pytest.approx(nx.average_clustering(known))
    arcs = nx.gnm_random_graph(30, 200, seed=1, directed=True)
    fagiolo = np.array([nx.clustering(arcs)[v] for v in range(30)])
    rejected("lcc", graph(list(arcs.edges), 30, directed=True), fagiolo, "the coefficient of vertex")


@pytest.mark.parametrize("directed", [False, True])
def test_any_changed_coefficient_is_invalid(directed):
    edges = _random(5, directed=directed)
    right = reference.local_clustering(edges)
    assert certify("lcc", edges, right).valid
    for v in range(edges.num_vertices):
        wrong = changed(right, v, right[v] * (1 - 1e-5) if right[v] else 1e-9)
        rejected("lcc", edges, wrong, f"the coefficient of vertex {v:,} is")
    rejected("lcc", edges, changed(right, 3, 1.5), "not between 0 and 1")
    rejected("lcc", edges, changed(right, 3, -0.1), "not between 0 and 1")


@pytest.mark.parametrize("engine", having("cdlp"))
@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("iterations", [1, 2, 5, 30])
def test_labels_follow_their_definition(engine, directed, iterations):
    for seed in range(3):
        edges = _random(seed, m=45, directed=directed)
        answer = solve(engine, "cdlp", edges, iterations=iterations)
        assert answer.tolist() == reference.propagated_labels(edges, iterations).tolist()
        finding = certify("cdlp", edges, answer, iterations=iterations)
        assert finding.valid, finding.detail


def test_labels_by_hand():
    star = GRAPHS["star"]  # around vertex 4: its label is everywhere after one iteration, and 0 at its place
    assert reference.propagated_labels(star, 1).tolist() == [4, 4, 4, 4, 0, 4, 4, 4, 4]
    assert solve("scipy", "cdlp", star, iterations=1).tolist() == [4, 4, 4, 4, 0, 4, 4, 4, 4]
    twice = graph([(0, 1), (1, 0), (2, 1), (3, 1)], 4, directed=True)  # 0 counts twice at 1
    assert solve("scipy", "cdlp", twice, iterations=1).tolist() == [1, 0, 1, 1]


def test_any_other_labels_are_invalid():
    edges = _random(2, m=45, directed=False)
    right = reference.propagated_labels(edges, 10)
    for v in range(edges.num_vertices):
        rejected("cdlp", edges, changed(right, v, 1_000), f"vertex {v} has the label 1,000; expected {right[v]} after")
    rejected("cdlp", edges, (right + 1) % edges.num_vertices, "has the label")  # the same up to renaming
    rejected("cdlp", edges, changed(right, 4, -1), "vertex 4 has no label")
