"""Certificates of subgraphs, trees, cores and trusses reject every kind of wrong answer."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphbench.certificates import components, cores, subgraphs
from graphbench.certificates.checks import Wrong
from helpers import reference
from helpers.graphs import GRAPHS, certify, graph, path, posed, rejected

BOWTIE = graph([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2), (4, 5)], 7)
CLIQUES = graph([*((u, v) for v in range(5) for u in range(v)), (4, 5), (5, 6), (6, 4), (6, 7)], 9)
"""A clique of five, a triangle at one of its vertices, a vertex at the triangle, an isolated one."""


def _random(seed, n=14, m=40, *, directed=False, weights=None):
    rng = np.random.default_rng(seed)
    rows = rng.integers(n, size=(m, 2)).tolist()
    if weights is not None:
        rows = [(u, v, float(w)) for (u, v), w in zip(rows, rng.choice(weights, size=m), strict=True)]
    return graph([tuple(row) for row in rows], n, directed=directed)


def without(rows, at):
    return np.delete(rows, at, axis=0)


# Which edges


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        ([[0, 1], [0, 1]], "the edge 0 - 1 is a duplicate or out of order"),
        ([[1, 2], [0, 1]], "the edge 0 - 1 is a duplicate or out of order"),
        ([[0, 3]], "0 - 3 is no edge of the graph; 1 such"),
        ([[1, 0]], "1 - 0 is no edge of the graph"),
        ([[-1, 2]], "the edge -1 - 2 has an end that is not a vertex"),
        ([[4, 7]], "the edge 4 - 7 has an end that is not a vertex"),
        ([[0, 1, 2]], "edges of shape (1, 3)"),
    ],
)
def test_an_answer_must_be_distinct_edges_of_the_graph_in_order(answer, because):
    with pytest.raises(Wrong, match=re.escape(because)):
        subgraphs.edge_mask(BOWTIE, np.array(answer))


def test_direction_counts_where_it_is_kept():
    arcs = graph([(0, 1), (2, 1)], 3, directed=True)
    assert subgraphs.edge_mask(arcs, np.array([[0, 1], [2, 1]])).tolist() == [True, True]
    with pytest.raises(Wrong, match="1 -> 2 is no edge"):
        subgraphs.edge_mask(arcs, np.array([[1, 2]]))


def test_the_only_subgraph_of_an_edgeless_graph_is_empty():
    nothing = GRAPHS["no edges"]
    assert len(subgraphs.edge_mask(nothing, np.empty((0, 2), dtype=np.int64))) == 0
    with pytest.raises(Wrong, match="0 - 1 is no edge"):
        subgraphs.edge_mask(nothing, np.array([[0, 1]]))


@given(
    seed=st.integers(0, 10_000), directed=st.booleans(), algorithm=st.sampled_from(["induced-subgraph", "ego-graph"])
)
def test_a_missing_or_additional_edge_of_a_subgraph_is_invalid(seed, directed, algorithm):
    _, edges, _, p = posed(algorithm, _random(seed, directed=directed), seed=seed)
    inside = p.vertices if algorithm == "induced-subgraph" else reference.ball(edges, p.source, 2)
    right = reference.induced(edges, inside)
    assert certify(algorithm, edges, right, seed=seed).valid
    everything = reference.rows(reference.pairs(edges))
    if len(right):
        rejected(algorithm, edges, without(right, seed % len(right)), "with both ends in the set is missing", seed=seed)
    if len(right) < len(everything):
        rejected(algorithm, edges, everything, "has an end outside the set", seed=seed)


def test_edges_between_neighbours_belong_to_an_ego_graph():
    star = reference.rows([(2, 0), (2, 1), (2, 3), (2, 4)])
    star.sort(axis=1)
    rejected("ego-graph", BOWTIE, reference.rows(star.tolist()), "the edge 0 - 1 with both", source="2", radius=1)


def test_a_ball_stops_growing_when_it_covers_the_component():
    assert subgraphs.ball(BOWTIE, 0, 10**9).tolist() == [True] * 6 + [False]


# Spanning forests


@given(
    seed=st.integers(0, 10_000), weights=st.sampled_from([(1.0, 2.0, 3.0), (0.0, 1.0), (0.1, 0.25, 0.7), (1e-9, 5.0)])
)
def test_only_minimum_spanning_forests_are_valid(seed, weights):
    edges = _random(seed, weights=weights)
    right = reference.forest(edges)
    finding = certify("mst", edges, right)
    assert finding.valid, finding.detail
    assert finding.quantities["weight"] == pytest.approx(subgraphs.least_forest(edges).sum(), rel=1e-12)
    src, dst, weight = edges.to_numpy()
    heavy = reference.forest(type(edges).from_columns(src, dst, weight.max() - weight, num_vertices=14, directed=False))
    least, most = finding.quantities["weight"], weight[subgraphs.edge_mask(edges, heavy)].sum()
    assert certify("mst", edges, heavy).valid == (most == pytest.approx(least, rel=1e-15))


def test_a_broken_cyclic_or_heavy_forest_is_explained():
    square = graph([(0, 1, 1), (1, 2, 1), (2, 3, 1), (0, 3, 5), (5, 6, 2)], 7)
    right = reference.rows([(0, 1), (1, 2), (2, 3), (5, 6)])
    finding = certify("mst", square, right)
    assert finding.valid
    assert finding.quantities == {"weight": 5.0, "edges": 4, "trees": 3}
    rejected("mst", square, without(right, 0), "leave 4 components, but the graph has 3")
    rejected("mst", square, reference.rows(reference.pairs(square)), "close 1 cycles: 5 edges")
    heavier = reference.rows([(0, 1), (1, 2), (0, 3), (5, 6)])
    rejected("mst", square, heavier, "weigh 9 together, the least forests 5")


def test_one_heavy_edge_is_found_in_any_total_weight():
    edges = graph([(0, 1, 0.1), (1, 2, 0.2), (0, 2, 0.3), (2, 3, 1e7)], 4)
    assert certify("mst", edges, np.array([(0, 1), (1, 2), (2, 3)])).valid
    finding = certify("mst", edges, np.array([(0, 1), (0, 2), (2, 3)]))
    assert not finding.valid
    assert "edge 2 by weight weighs 0.3, but that of the least forests 0.2" in finding.detail


def test_columns_may_be_views_of_one_array():
    rows = np.array([(0, 1), (1, 2), (3, 4)])
    edges = type(CLIQUES).from_columns(rows[:, 0], rows[:, 1], num_vertices=5, directed=False)
    assert components.count_components(edges) == 2


def test_integer_forest_weights_must_be_exact_and_fractional_ones_close():
    big = 2.0**40
    whole = graph([(0, 1, big), (1, 2, big), (0, 2, big + 1)], 3)
    rejected("mst", whole, reference.rows([(0, 1), (0, 2)]), "that of the least forests")
    close = graph([(0, 1, 0.5), (1, 2, 0.5), (0, 2, np.nextafter(0.5, 1))], 3)
    assert certify("mst", close, reference.rows([(0, 1), (0, 2)])).valid
    apart = graph([(0, 1, 0.5), (1, 2, 0.5), (0, 2, 0.5 + 1e-14)], 3)
    rejected("mst", apart, reference.rows([(0, 1), (0, 2)]), "that of the least forests")


def test_edges_of_weight_zero_are_edges():
    nothing = graph([(0, 1, 0), (1, 2, 0), (0, 2, 3), (2, 3, 2)], 4)
    assert certify("mst", nothing, reference.rows([(0, 1), (1, 2), (2, 3)])).quantities["weight"] == 2
    rejected("mst", nothing, reference.rows([(0, 1), (0, 2), (2, 3)]), "weigh 5 together, the least forests 2")


# Cores


@given(seed=st.integers(0, 10_000), at=st.integers(0, 13), by=st.sampled_from([-3, -1, 1, 2]))
def test_any_changed_core_number_is_invalid(seed, at, by):
    edges = _random(seed)
    right = reference.cores(edges)
    assert certify("core-number", edges, right).valid
    wrong = right.copy()
    wrong[at] += by
    assert not certify("core-number", edges, wrong).valid


def test_wrong_core_numbers_are_explained_with_their_place():
    right = reference.cores(CLIQUES)
    assert right.tolist() == [4, 4, 4, 4, 4, 2, 2, 1, 0]
    assert certify("core-number", CLIQUES, right).quantities == {"max_core": 4, "in_max_core": 5}
    rejected(
        "core-number", CLIQUES, np.where(right == 4, 3, right), "vertex 0 is said to be in no core above the 3-core"
    )
    rejected("core-number", CLIQUES, np.where(right == 1, 2, right), "vertex 7 is said to be in the 2-core, but has 1")
    rejected("core-number", CLIQUES, CLIQUES.degrees, "is said to be in the ")
    rejected("core-number", CLIQUES, np.zeros(9, dtype=np.int64), "8 such vertices found")


def test_a_long_level_is_peeled():
    long = graph(path(3_000), 3_000)
    assert certify("core-number", long, np.ones(3_000, dtype=np.int64)).valid
    ring = graph([*path(3_000), (0, 2_999)], 3_000)
    rejected("core-number", ring, np.ones(3_000, dtype=np.int64), "3,000 such vertices found")


# Trusses


@given(seed=st.integers(0, 10_000), k=st.integers(3, 5), at=st.integers(0, 100))
def test_a_missing_or_additional_edge_of_a_truss_is_invalid(seed, k, at):
    edges = _random(seed, m=60)
    right = reference.truss(edges, k)
    assert certify("k-truss", edges, right, k=k).valid
    everything = reference.rows(reference.pairs(edges))
    if len(right):
        assert not certify("k-truss", edges, without(right, at % len(right)), k=k).valid
        rejected("k-truss", edges, right[:0], "is missing", k=k)
    others = sorted(set(map(tuple, everything.tolist())) - set(map(tuple, right.tolist())))
    if others:
        one_more = reference.rows([*map(tuple, right.tolist()), others[at % len(others)]])
        rejected("k-truss", edges, one_more, f"lies in fewer than {k - 2} triangles", k=k)


def test_trusses_worked_out_by_hand():
    assert len(reference.truss(CLIQUES, 3)) == 13
    clique = reference.truss(CLIQUES, 4)
    assert (
        clique.tolist() == reference.truss(CLIQUES, 5).tolist() == [[u, v] for u in range(5) for v in range(u + 1, 5)]
    )
    assert certify("k-truss", CLIQUES, clique).quantities == {"edges": 10, "vertices": 5}
    rejected("k-truss", CLIQUES, reference.truss(CLIQUES, 3), "the edge 4 - 5 lies in fewer than 2 triangles; 3 such")
    rejected("k-truss", CLIQUES, clique, "the edge 4 - 5 is missing; 3 edges left out lie in 1 triangles", k=3)
    rejected("k-truss", CLIQUES, clique, "the edge 0 - 1 lies in fewer than 4 triangles; 10 such", k=6)


def test_a_missing_self_supporting_part_is_found():
    far = graph(
        [*((u, v) for v in range(4) for u in range(v)), *((u + 4, v + 4) for v in range(4) for u in range(v))], 8
    )
    half = reference.truss(far, 4)[:6]
    rejected("k-truss", far, half, "the edge 4 - 5 is missing; 6 edges left out")


def test_a_hub_with_many_neighbours_is_searched_in_blocks(monkeypatch):
    monkeypatch.setattr(cores, "_BLOCK", 8)
    edges = _random(3, n=30, m=200)
    right = reference.truss(edges, 5)
    assert 0 < len(right) < edges.num_edges
    assert certify("k-truss", edges, right, k=5).valid
    assert not certify("k-truss", edges, right[1:], k=5).valid


def test_an_expensive_truss_is_checked_on_a_sample_and_says_so():
    right = subgraphs.edge_mask(CLIQUES, reference.truss(CLIQUES, 4))
    found = cores.truss(CLIQUES, right, 4, seed=0, max_edges=3, max_work=1)
    assert found.fault == ""
    assert "a sample of 3 of 10 edges" in found.shown
    assert "that no edge is missing is not shown" in found.shown
    whole = cores.truss(CLIQUES, right, 4, seed=0)
    assert whole.shown == "all 10 edges lie in at least 2 triangles of them, and all others can be peeled off"
    everything = np.ones_like(right)
    assert all(cores.truss(CLIQUES, everything, 6, seed=seed, max_edges=1).fault for seed in range(5))


def test_a_missing_truss_is_found_in_a_sample():
    cliques = graph([(c + i, c + j) for c in range(0, 1_000, 10) for j in range(10) for i in range(j)], 1_000)
    work = 1_000 * 9 * 9 // 2
    for seed in range(5):
        found = cores.truss(cliques, np.zeros(cliques.num_edges, dtype=bool), 4, seed=seed, max_work=work // 10)
        assert "is missing" in found.fault
        enough = cores.truss(cliques, np.zeros(cliques.num_edges, dtype=bool), 11, seed=seed, max_work=work // 10)
        assert enough.fault == ""
        assert "of 4,500 others, a sample of " in enough.shown
