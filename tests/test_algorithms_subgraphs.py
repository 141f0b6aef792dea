"""Subgraphs, trees, cores and walks on every engine, against answers worked out by hand."""

import numpy as np
import pytest

from graphbench import registry
from graphbench.errors import UsageError
from helpers import reference
from helpers.engines import having, marks
from helpers.graphs import certify, graph, library, not_drawn, path, posed, raw, solve


def on_each(algorithm):
    """Run the test on every engine that has the algorithm."""
    return pytest.mark.parametrize("engine", having(algorithm))


# A clique of 4 to 7 behind a path from 0, a triangle 7-8-9 at it, and an isolated vertex: what is left of it has
# other numbers wherever a library counts anew.
CLIQUE = [(4, 5), (4, 6), (4, 7), (5, 6), (5, 7), (6, 7)]
PATH = [(0, 1), (1, 2), (2, 3), (3, 4)]
LOLLIPOP = [*PATH, *CLIQUE, (7, 8), (8, 9), (7, 9)]
HAND = graph(LOLLIPOP, 11)
HEAVY = graph([(u, v, 1.0 + 100 * ((u, v) in CLIQUE)) for u, v in LOLLIPOP], 11)


def about(vertices, monkeypatch):
    """The problem of these vertices, in this order, instead of vertices that are drawn."""
    not_drawn(monkeypatch, "induced-subgraph", vertices=vertices)


# Induced subgraphs


@on_each("induced-subgraph")
def test_an_induced_subgraph_keeps_vertex_numbers_in_any_order(engine, monkeypatch):
    about([9, 2, 7, 3, 5, 8, 10, 0], monkeypatch)
    assert solve(engine, "induced-subgraph", HAND).tolist() == [[2, 3], [5, 7], [7, 8], [7, 9], [8, 9]]


@on_each("induced-subgraph")
def test_an_induced_subgraph_keeps_direction(engine, monkeypatch):
    about([3, 1, 0], monkeypatch)
    both = graph([(0, 1), (1, 0), (3, 1), (1, 2), (2, 3)], 4, directed=True)
    assert solve(engine, "induced-subgraph", both).tolist() == [[0, 1], [1, 0], [3, 1]]


@on_each("induced-subgraph")
def test_unconnected_vertices_induce_no_edge(engine, monkeypatch):
    about([0, 2, 9, 10], monkeypatch)
    for edges in (HAND, graph(PATH, 11, directed=True), graph([], 11)):
        assert solve(engine, "induced-subgraph", edges).shape == (0, 2)


def _drawn(share, seed=0):
    return posed("induced-subgraph", graph(path(500), 500), seed=seed, share=share)[2].vertices.tolist()


def test_a_smaller_share_of_the_vertices_is_part_of_a_larger_one():
    half = _drawn(0.5)
    assert len(half) == len(set(half)) == 250
    assert _drawn(0.1) == half[:50]
    assert sorted(_drawn(1)) == list(range(500))
    assert len(_drawn(1e-9)) == 1
    assert _drawn(0.5) == half != _drawn(0.5, seed=1)


def test_a_share_is_a_fraction():
    for share in (0, 1.5):
        with pytest.raises(UsageError, match="above 0 up to 1"):
            _drawn(share)


# Ego graphs


@on_each("ego-graph")
def test_an_ego_graph_has_the_edges_between_neighbours(engine):
    assert solve(engine, "ego-graph", HAND, source="9", radius=1).tolist() == [[7, 8], [7, 9], [8, 9]]
    assert solve(engine, "ego-graph", HAND, source="1", radius=2).tolist() == [[0, 1], [1, 2], [2, 3]]
    whole = solve(engine, "ego-graph", HAND, source="0", radius=50)
    assert whole.tolist() == [list(row) for row in sorted(LOLLIPOP)]


@on_each("ego-graph")
def test_an_ego_graph_follows_out_edges_and_keeps_all_between_its_vertices(engine):
    arcs = graph([(0, 1), (1, 2), (2, 0), (2, 3), (4, 0), (3, 1)], 5, directed=True)
    assert solve(engine, "ego-graph", arcs, source="0", radius=1).tolist() == [[0, 1]]
    assert solve(engine, "ego-graph", arcs, source="0", radius=2).tolist() == [[0, 1], [1, 2], [2, 0]]
    assert solve(engine, "ego-graph", arcs, source="4", radius=2).tolist() == [[0, 1], [4, 0]]


@on_each("ego-graph")
def test_the_radius_of_an_ego_graph_counts_hops(engine):
    far = graph([(0, 1, 50), (1, 2, 50), (2, 3, 0.1)], 4)
    assert solve(engine, "ego-graph", far, source="0").tolist() == [[0, 1], [1, 2]]


# Trusses


@on_each("k-truss")
def test_the_edges_of_a_truss_keep_vertex_numbers(engine):
    triangles = [[7, 8], [7, 9], [8, 9]]
    clique = [list(row) for row in CLIQUE]
    assert solve(engine, "k-truss", HAND, k=3).tolist() == [*clique, *triangles]
    assert solve(engine, "k-truss", HAND).tolist() == clique
    assert solve(engine, "k-truss", HAND, k=5).shape == (0, 2)


@on_each("k-truss")
def test_a_strip_of_triangles_is_peeled_off_completely(engine):
    # A strip of triangles: inner edges lie in two of them, outer edges in one.
    strip = graph([*path(30), *((v, v + 2) for v in range(28))], 30)
    assert solve(engine, "k-truss", strip).shape == (0, 2)
    assert len(solve(engine, "k-truss", strip, k=3)) == strip.num_edges


@on_each("k-truss")
def test_a_truss_ignores_weights_and_direction(engine):
    directed = graph([(v, u, 2.5) for u, v in LOLLIPOP] + [(4, 5, 1.0)], 11, directed=True)
    for edges in (HEAVY, directed):
        assert solve(engine, "k-truss", edges).tolist() == [list(row) for row in CLIQUE]


def test_a_truss_below_three_is_refused():
    with pytest.raises(UsageError, match="from 3"):
        posed("k-truss", HAND, k=2)


@pytest.mark.parametrize("engine", [pytest.param("nx-cugraph", marks=marks("nx-cugraph"))])
def test_nx_cugraph_still_forgets_which_vertices_a_truss_has(engine):
    """The declared gap is true: once this fails, an adapter can be written."""
    it = registry.engine(engine)
    nx, graph_there = library(engine), it.convert(it.build(it.read(HAND), HAND), HAND)
    answer = it.answer(nx.k_truss(graph_there, 4), "edges", HAND, None)
    assert len(answer) == len(CLIQUE)
    assert answer.max() < 4
    assert not certify("k-truss", HAND, answer).valid


# Spanning trees


@on_each("mst")
def test_a_spanning_forest_minimises_weight(engine):
    rows = [(0, 1, 4), (0, 2, 1), (2, 1, 2), (1, 3, 7), (2, 3, 8), (5, 6, 3)]
    assert solve(engine, "mst", graph(rows, 8)).tolist() == [[0, 2], [1, 2], [1, 3], [5, 6]]


@on_each("mst")
def test_edges_of_weight_zero_can_be_in_a_spanning_forest(engine):
    rows = [(0, 1, 0), (1, 2, 0), (0, 2, 1), (2, 3, 5), (3, 4, 0), (2, 4, 6)]
    assert solve(engine, "mst", graph(rows, 5)).tolist() == [[0, 1], [1, 2], [2, 3], [3, 4]]


@on_each("mst")
def test_weights_beyond_float32_are_distinguished(engine):
    heavy = 2.0**24
    rows = [(0, 1, heavy + 1), (1, 2, heavy), (2, 3, heavy + 1), (0, 3, heavy)]
    rows += [(0, 2, heavy + 2), (1, 3, heavy + 3)]
    answer = solve(engine, "mst", graph(rows, 4))
    assert certify("mst", graph(rows, 4), answer).quantities["weight"] == 3 * heavy + 1


@on_each("mst")
def test_the_smaller_weight_of_two_directions_counts(engine):
    arcs = graph([(0, 1, 9), (1, 0, 1), (1, 2, 5), (0, 2, 4)], 3, directed=True)
    answer = solve(engine, "mst", arcs)
    assert answer.tolist() == [[0, 1], [0, 2]]
    assert certify("mst", arcs, answer).quantities == {"weight": 5, "edges": 2, "trees": 1}


@on_each("mst")
def test_weights_with_ties_give_a_minimum_forest(engine):
    rng = np.random.default_rng(7)
    many = graph([tuple(row) for row in rng.integers(120, size=(900, 2)).tolist()], 125)
    finding = certify("mst", many, solve(engine, "mst", many))
    assert finding.valid, finding.detail
    assert finding.quantities["trees"] == 6
    ties = graph([(u, v, 1.0) for u, v in reference.pairs(many)], 125)
    assert certify("mst", ties, solve(engine, "mst", ties)).quantities == {"weight": 119, "edges": 119, "trees": 6}


# Cores


@on_each("core-number")
def test_core_numbers_ignore_weights(engine):
    by_hand = [1, 1, 1, 1, 3, 3, 3, 3, 2, 2, 0]
    for edges in (HAND, HEAVY, graph([*LOLLIPOP, *((v, u) for u, v in LOLLIPOP)], 11, directed=True)):
        assert solve(engine, "core-number", edges).tolist() == by_hand


@on_each("core-number")
def test_core_numbers_of_a_random_graph_follow_their_definition(engine):
    rng = np.random.default_rng(3)
    some = graph([tuple(row) for row in rng.integers(25, size=(90, 2)).tolist()], 27)
    assert solve(engine, "core-number", some).tolist() == reference.cores(some).tolist()


# Walks


@on_each("random-walks")
def test_walks_follow_out_edges_to_a_dead_end(engine):
    line = graph(path(6), 6, directed=True)
    _, _, inputs, _ = posed("random-walks", line, length=3)
    answer = solve(engine, "random-walks", line, length=3)
    expected = [[v + step if v + step < 6 else -1 for step in range(4)] for v in inputs.vertices]
    assert sorted(inputs.vertices) == [0, 1, 2, 3, 4]
    assert answer.tolist() == expected


@on_each("random-walks")
def test_number_and_length_of_walks_are_as_requested(engine):
    answer = solve(engine, "random-walks", HAND, vertices=5, length=33)
    assert answer.shape == (5, 34)
    assert certify("random-walks", HAND, answer, vertices=5, length=33).quantities["hops"] == 5 * 33


@on_each("random-walks")
def test_the_seed_decides_the_walks(engine):
    def walk(seed):
        page, at, inputs, _ = posed("random-walks", HAND)
        params = page.resolve({"length": 40})
        it, adapter = registry.engine(engine), page.adapter(engine)
        there = it.convert(it.build(it.read(at), at, **adapter.build), at, **adapter.build)
        p = page.call(at, params, inputs, seed=0, trial=seed)
        p.vertices = it.vertices(inputs.vertices, at)
        return it.answer(adapter.call(library(engine), there, p), "walks", at, None).tolist()

    assert walk(1) == walk(1) != walk(2)


@on_each("random-walks")
def test_walks_ignore_weights(engine):
    # By weight, nobody would ever leave the edge 0 - 1.
    star = graph([(0, v, 1.0 + 1e9 * (v == 1)) for v in range(1, 40)], 40)
    answer = solve(engine, "random-walks", star, length=60)
    assert certify("random-walks", star, answer, length=60).quantities["visited"] == 40


@on_each("random-walks")
def test_walks_are_complete_when_the_call_returns(engine):
    assert not hasattr(raw(engine, "random-walks", HAND), "__next__")
