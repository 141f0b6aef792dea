"""Drawn sources and pairs: seeded, the same for every engine, and not trivial."""

import numpy as np
import pytest

from graphbench.algorithms import draws
from graphbench.errors import UsageError
from helpers.graphs import GRAPHS, graph, path


def test_sources_are_in_the_largest_component_and_have_out_edges():
    rows = [(0, 1), (5, 6), (6, 7), (8, 7), (7, 5)]
    two = graph(rows, 10, directed=True)
    assert sorted(draws.sources(two, 64, None, seed=3)) == [5, 6, 7, 8]
    sink = graph([(0, 1), (2, 1), (3, 1)], 4, directed=True)
    assert sorted(draws.sources(sink, 64, None, seed=3)) == [0, 2, 3]


def test_sources_are_distinct_and_as_many_as_requested():
    drawn = draws.sources(graph(path(500), 500), 64, None, seed=0)
    assert len(drawn) == len(set(drawn.tolist())) == 64
    assert drawn.dtype == np.int64


def test_a_seed_determines_the_draw():
    line = graph(path(500), 500)
    for draw in (lambda seed: draws.sources(line, 20, None, seed), lambda seed: draws.pairs(line, 20, seed)):
        first, other, again = (draw(seed).tolist() for seed in (7, 8, 7))
        assert first == again != other


def test_fewer_sources_are_a_prefix_of_more():
    line = graph(path(500), 500)
    assert draws.sources(line, 8, None, seed=1).tolist() == draws.sources(line, 64, None, seed=1).tolist()[:8]


def test_without_edges_the_search_starts_at_vertex_zero():
    assert draws.sources(GRAPHS["no edges"], 64, None, seed=0).tolist() == [0]


@pytest.mark.parametrize(("name", "expected"), [("ann", 0), ("dan", 3)])
def test_a_source_is_found_by_its_external_name(name, expected):
    assert draws.sources(GRAPHS["named"], 64, name, seed=0).tolist() == [expected]


@pytest.mark.parametrize("name", [4, "4"])
def test_a_source_without_a_name_is_found_by_its_id(name):
    assert draws.sources(GRAPHS["path"], 64, name, seed=0).tolist() == [4]


@pytest.mark.parametrize("name", ["12", "-1", "x", "1.0", ""])
def test_an_unknown_source_is_refused(name):
    with pytest.raises(UsageError, match="vertices are 0 to 11"):
        draws.sources(GRAPHS["path"], 64, name, seed=0)
    with pytest.raises(UsageError, match="no vertex named"):
        draws.sources(GRAPHS["named"], 64, name, seed=0)


def test_ids_with_gaps_are_not_called_a_range():
    gaps = graph(path(3), 3, names=np.array([-5, 3, 10]))
    with pytest.raises(UsageError, match=r"has no vertex '4'; the first is -5\.$"):
        draws.sources(gaps, 64, "4", seed=0)


def test_pairs_are_sorted_distinct_and_share_a_neighbour():
    rng = np.random.default_rng(0)
    some = graph(rng.integers(200, size=(600, 2)).tolist(), 200)
    pairs = draws.pairs(some, 300, seed=5)
    assert pairs.shape == (300, 2)
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert np.unique(pairs, axis=0).tolist() == pairs.tolist()
    matrix = some.to_scipy()
    shared = (matrix @ matrix).toarray()
    assert (shared[pairs[:, 0], pairs[:, 1]] > 0).all()


def test_pairs_are_drawn_once_for_all_problems_on_a_graph():
    pairs = draws.pairs(graph(path(500), 500), 20, seed=0)
    assert draws.pairs(graph(path(500), 500), 20, seed=0) is pairs
    assert draws.pairs(graph(path(499), 499), 20, seed=0).tolist() != pairs.tolist()


def test_a_small_graph_gives_all_its_pairs():
    assert draws.pairs(GRAPHS["path"], 100_000, seed=0).tolist() == [[v, v + 2] for v in range(10)]
    assert len(draws.pairs(GRAPHS["clique"], 100_000, seed=0)) == 21


def test_a_single_pair_of_a_path_is_found():
    assert draws.pairs(GRAPHS["path"], 1, seed=0).shape == (1, 2)


@pytest.mark.parametrize("name", ["one vertex", "no edges", "one edge"])
def test_without_wedges_there_are_no_pairs(name):
    assert draws.pairs(GRAPHS[name], 100, seed=0).shape == (0, 2)
