"""A suite's random order: every task may come anywhere, but those on one built graph come one after the other."""

import random
from itertools import groupby
from types import SimpleNamespace

from graphbench import registry
from graphbench.measure.runner import _shuffled

PROBLEMS = ("bfs", "core-number", "louvain", "pagerank", "triangle-count", "wcc")


def question(algorithm, digest):
    return SimpleNamespace(
        prepared=SimpleNamespace(algorithm=registry.algorithm(algorithm), edges=SimpleNamespace(digest=digest))
    )


def order(seed):
    """Names and graphs of six problems on two graphs, shuffled, for an engine that builds all of them alike."""
    questions = [question(name, digest) for name in PROBLEMS for digest in ("directed", "undirected")]
    shuffled = _shuffled(questions, registry.engine("igraph"), random.Random(seed))
    return [(one.prepared.algorithm.name, one.prepared.edges.digest) for one in shuffled]


def test_tasks_on_one_built_graph_are_neighbours_in_every_order():
    for seed in range(20):
        assert [len(list(group)) for _, group in groupby(order(seed), key=lambda one: one[1])] == [6, 6]


def test_graphs_and_tasks_on_a_graph_come_in_random_order():
    orders = [order(seed) for seed in range(40)]
    assert {one[0][1] for one in orders} == {"directed", "undirected"}
    assert {one[0][0] for one in orders} == set(PROBLEMS)
    assert order(7) == order(7)


def test_graphs_that_are_built_with_other_options_are_groups_of_their_own():
    builds = [registry.algorithm(name).adapter("networkit").build for name in registry.algorithm_names()
              if registry.algorithm(name).find_adapter("networkit")]  # fmt: skip
    kinds = len({str(sorted(build.items())) for build in builds})
    names = [name for name in registry.algorithm_names() if registry.algorithm(name).find_adapter("networkit")]
    shuffled = _shuffled([question(name, "one") for name in names], registry.engine("networkit"), random.Random(1))
    found = [sorted(one.prepared.algorithm.adapter("networkit").build.items()) for one in shuffled]
    assert len([*groupby(found)]) == kinds
