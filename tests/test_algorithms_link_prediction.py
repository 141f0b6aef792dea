"""Similarities of neighbourhoods on every engine, against values worked out by hand."""

import math

import numpy as np
import pytest

from graphbench import registry
from graphbench.algorithms import _similarity
from graphbench.certificates import similarity as certify_similarity
from graphbench.engines.base import Settings
from helpers.engines import ENGINES, each_with
from helpers.graphs import GRAPHS, certify, graph, library, not_drawn, path, posed, solve

SIMILARITIES = ("jaccard", "weighted-jaccard", "overlap", "sorensen", "cosine")
EACH = each_with(SIMILARITIES)


def asked(engine, similarity, edges, pairs, monkeypatch):
    """An engine's answer about these pairs, in this order, instead of pairs that are drawn."""
    not_drawn(monkeypatch, similarity, pairs=pairs)
    return solve(engine, similarity, edges)


# N(0) = {1, 2}, N(1) = {0, 3}, N(2) = {0, 3}, N(3) = {1, 2, 4}, N(4) = {3, 5}, N(5) = {4}: vertices 1 and 2 are twins.
SQUARE = [(0, 1, 1.0), (0, 2, 4.0), (3, 1, 2.0), (3, 2, 1.0), (3, 4, 3.0), (4, 5, 2.0)]
PAIRS = [[0, 3], [1, 2], [1, 4], [3, 5]]
BY_HAND = {
    "jaccard": [2 / 3, 1, 1 / 3, 1 / 3],
    "overlap": [1, 1, 1 / 2, 1],
    "sorensen": [4 / 5, 1, 1 / 2, 1 / 2],
    "cosine": [2 / math.sqrt(6), 1, 1 / 2, 1 / math.sqrt(3)],
    # (min(1, 2) + min(4, 1)) / (2 + 4 + 3), (1 + 1) / (4 + 2), 2 / (1 + 3 + 2), 2 / (2 + 1 + 3)
    "weighted-jaccard": [2 / 9, 2 / 6, 2 / 6, 2 / 6],
}


@pytest.mark.parametrize(("engine", "similarity"), EACH)
def test_similarities_agree_with_values_by_hand_in_the_order_of_pairs(engine, similarity, monkeypatch):
    edges = graph(SQUARE, 8)
    assert asked(engine, similarity, edges, PAIRS, monkeypatch) == pytest.approx(BY_HAND[similarity], abs=1e-6)
    turned = asked(engine, similarity, edges, PAIRS[::-1], monkeypatch)
    assert turned == pytest.approx(BY_HAND[similarity][::-1], abs=1e-6)


@pytest.mark.parametrize(("engine", "similarity"), EACH)
def test_an_edge_between_the_pair_does_not_count_as_common(engine, similarity, monkeypatch):
    """With closed neighbourhoods, the two ends of an edge share each other."""
    triangle = graph([(0, 1, 2.0), (1, 2, 2.0), (2, 0, 2.0)], 3)
    expected = {"jaccard": 1 / 3, "weighted-jaccard": 1 / 3, "overlap": 1 / 2, "sorensen": 1 / 2, "cosine": 1 / 2}
    assert asked(engine, similarity, triangle, [[0, 1]], monkeypatch) == pytest.approx([expected[similarity]], abs=1e-6)


@pytest.mark.parametrize(("engine", "similarity"), EACH)
def test_similarities_ignore_direction(engine, similarity, monkeypatch):
    fork = graph([(1, 0, 3.0), (1, 2, 3.0), (2, 1, 3.0)], 4, directed=True)
    assert asked(engine, similarity, fork, [[0, 2]], monkeypatch) == pytest.approx([1], abs=1e-6)


@pytest.mark.parametrize(("engine", "similarity"), EACH)
def test_degrees_of_hubs_are_multiplied_without_overflow(engine, similarity, monkeypatch):
    leaves = 70_000  # squared, more than int32 and uint32 hold
    hubs = graph([(hub, v, 1.0) for hub in (0, 1) for v in range(2, leaves + 2)], leaves + 2)
    assert asked(engine, similarity, hubs, [[0, 1]], monkeypatch) == pytest.approx([1], abs=1e-6)


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_every_drawn_pair_has_a_common_neighbour(similarity):
    """So no coefficient is 0 / 0, on which libraries have different opinions."""
    for edges in GRAPHS.values():
        _, at, inputs, _ = posed(similarity, edges)
        assert (certify_similarity.neighbourhoods(at, inputs.pairs).common > 0).all()
    empty = _similarity.ratio(np.array([0.0, 1.0]), np.array([0.0, 2.0]))
    assert empty.tolist() == [0, 0.5]


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_all_similarities_use_the_same_pairs(similarity):
    edges = graph([(u, v, 1.0 + u) for u, v in path(300)], 300)
    drawn = {name: posed(name, edges, pairs=50, seed=3)[2].pairs.tolist() for name in (similarity, "jaccard")}
    assert drawn[similarity] == drawn["jaccard"]
    assert len(drawn["jaccard"]) == 50


def test_weights_are_drawn_for_weighted_jaccard_on_unweighted_graphs():
    page, at, _, p = posed("weighted-jaccard", GRAPHS["clique"], seed=4)
    assert (at.weights, p.weight) == ("drawn", "weight")
    assert page.pose(GRAPHS["weighted"], seed=0, ignore_weights=True).weights == "drawn"
    assert posed("weighted-jaccard", GRAPHS["weighted"])[1].weights == "dataset"


def test_weighted_jaccard_drops_edges_of_weight_zero():
    rows = [(0, 1, 1.0), (1, 2, 2.0), (2, 3, 0.0), (3, 4, 0.0)]
    _, at, inputs, _ = posed("weighted-jaccard", graph(rows, 5))
    assert (at.num_edges, inputs.pairs.tolist()) == (2, [[0, 2]])
    _, at, inputs, _ = posed("weighted-jaccard", graph([(0, 1, 0.0), (1, 2, 0.0)], 3))
    assert (at.num_edges, len(inputs.pairs)) == (0, 0)


def test_weighted_jaccard_with_equal_weights_is_jaccard():
    _, at, inputs, _ = posed("weighted-jaccard", graph([(u, v, 7.0) for u, v in path(9)], 9))
    both = [np.array(certify_similarity.neighbourhoods(each, inputs.pairs)) for each in (at, at.unweighted())]
    assert both[0] == pytest.approx(7 * both[1])


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_similarities_do_not_depend_on_batches(similarity, monkeypatch):
    import scipy

    rng = np.random.default_rng(2)
    ends = rng.integers(40, size=(200, 2))
    edges = graph([(int(u), int(v), float(w)) for (u, v), w in zip(ends, rng.integers(1, 9, 200), strict=True)], 40)
    page, at, inputs, p = posed(similarity, edges)
    assert len(inputs.pairs) > 300
    matrix = at.to_scipy().astype(np.float64)
    matrix.sort_indices()
    whole = page.adapter("scipy").call(scipy, matrix, p)
    assert certify(similarity, edges, whole).valid
    monkeypatch.setattr(_similarity, "_MAX_ENTRIES", 17)
    assert page.adapter("scipy").call(scipy, matrix, p).tolist() == whole.tolist()


@pytest.mark.parametrize("engine", [each for each in ENGINES if each.values[0] == "cugraph"])
def test_what_cugraph_calls_cosine_is_rejected(engine):
    """It gives 1 to every pair with a common neighbour; once it does not, the page should call it."""
    cugraph = library(engine)
    page, at, inputs, p = posed("cosine", graph(SQUARE, 8))
    it = registry.engine(engine)
    built = it.build(it.read(at), at)
    answer = it.answer(cugraph.cosine(built, it.pairs(inputs.pairs, at)), page.kind, at, inputs.pairs)
    assert answer.tolist() == [1] * len(inputs.pairs)
    finding = page.certify(at, answer, p)
    assert not finding.valid
    assert "wrong for" in finding.detail


@pytest.mark.parametrize("engine", [each for each in ENGINES if each.values[0] == "igraph"])
def test_igraph_counts_a_vertex_as_its_own_neighbour_by_default(engine):
    igraph = registry.engine(engine).start(Settings())
    triangle = igraph.Graph.Full(3)
    assert triangle.similarity_dice(pairs=[(0, 1)]) == [1]
    assert triangle.similarity_dice(pairs=[(0, 1)], loops=False) == [0.5]
