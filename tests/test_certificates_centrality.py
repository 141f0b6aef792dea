"""Certificates of link analysis, centrality and strong components reject every kind of wrong answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphbench.certificates import rows, shortest_paths, spectral
from helpers import reference
from helpers.graphs import GRAPHS, certify, changed, graph, path, posed, rejected, relabelled


def _random(seed, n=40, m=90, *, directed):
    rng = np.random.default_rng(seed)
    return graph([(0, 1), (1, 2), *map(tuple, rng.integers(n, size=(m, 2)).tolist())], n + 3, directed=directed)


DIRECTED, UNDIRECTED = _random(1, directed=True), _random(2, directed=False)


# Personalized PageRank


def _back(edges, **given):
    return posed("personalized-pagerank", edges, **given)[2].vertices


@pytest.mark.parametrize("damping", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("edges", [DIRECTED, UNDIRECTED, GRAPHS["weighted, directed"]])
def test_exact_personalized_ranks_are_valid(edges, damping):
    right = reference.personalized_ranks(edges, _back(edges, vertices=3), damping)
    finding = certify("personalized-pagerank", edges, right, damping=damping, vertices=3, tolerance=1e-12)
    assert finding.valid, finding.detail
    assert finding.quantities["sum"] == pytest.approx(1)


def test_ranks_with_other_jumps_are_invalid():
    given = {"vertices": 3}
    back = _back(DIRECTED, **given)
    everywhere = reference.personalized_ranks(DIRECTED, np.arange(43))
    rejected("personalized-pagerank", DIRECTED, everywhere, "one more iteration changes", **given)
    rejected("personalized-pagerank", DIRECTED, reference.personalized_ranks(DIRECTED, back[:2]), "changes", **given)
    assert certify("personalized-pagerank", DIRECTED, reference.personalized_ranks(DIRECTED, back), **given).valid


def test_dangling_rank_that_is_spread_evenly_is_invalid():
    edges = GRAPHS["dangling vertices"]
    (back,) = _back(edges, vertices=1)
    matrix = edges.to_scipy().toarray()
    out = matrix.sum(axis=1)
    step = np.where(out[:, None] > 0, matrix / np.maximum(out, 1)[:, None], 1 / 6)
    spread = np.linalg.solve(np.eye(6) - 0.85 * step.T, 0.15 * (np.arange(6) == back))
    assert spread.sum() == pytest.approx(1)
    rejected("personalized-pagerank", edges, spread, "one more iteration changes", vertices=1)


# Katz


@pytest.mark.parametrize("attenuation", [0.1, 0.85, 0.99])
@pytest.mark.parametrize("edges", [DIRECTED, UNDIRECTED, GRAPHS["weighted"], GRAPHS["directed path"]])
def test_exact_katz_scores_are_valid_for_their_own_alpha_only(edges, attenuation):
    finding = certify("katz", edges, reference.katz(edges, attenuation), attenuation=attenuation, tolerance=1e-12)
    assert finding.valid, finding.detail
    assert finding.quantities["length"] == pytest.approx(1)
    rejected("katz", edges, reference.katz(edges, 0.5), "is not constant", attenuation=attenuation)


def test_katz_scores_of_another_length_direction_or_order_are_invalid():
    right = reference.katz(DIRECTED)
    rejected("katz", DIRECTED, 2 * right, "of length 2, not 1")
    rejected("katz", DIRECTED, -right, "is not constant")
    reverse = graph(list(zip(*DIRECTED.to_numpy()[1::-1], strict=True)), 43, directed=True)
    rejected("katz", DIRECTED, reference.katz(reverse), "is not constant")
    rejected("katz", DIRECTED, right[::-1].copy(), "is not constant")
    rejected("katz", DIRECTED, np.zeros(43), "of every vertex is 0")
    rejected("katz", DIRECTED, changed(right, 5, np.inf), "the score of vertex 5 is inf")


def test_the_katz_residual_bounds_the_error():
    right = reference.katz(DIRECTED)
    off = changed(right, 5, right[5] + 1e-5)
    off /= np.linalg.norm(off)
    residual = certify("katz", DIRECTED, off, tolerance=1.0).quantities["residual"]
    assert np.abs(off - right).max() <= 2 * residual / (1 - 0.85)
    assert certify("katz", DIRECTED, off, tolerance=residual * 1.001).valid
    assert not certify("katz", DIRECTED, off, tolerance=residual * 0.999).valid


# Eigenvector centrality and HITS


def test_exact_eigenvectors_are_valid_at_any_length():
    for edges in (UNDIRECTED, DIRECTED, GRAPHS["star"], GRAPHS["path"]):
        for scale in (1.0, 1e-200, 1e200):
            finding = certify("eigenvector", edges, scale * reference.eigenvector(edges), tolerance=1e-12)
            assert finding.valid, finding.detail


def test_an_eigenvector_of_a_smaller_eigenvalue_is_invalid():
    _, vectors = np.linalg.eigh(UNDIRECTED.to_scipy().toarray())
    rejected("eigenvector", UNDIRECTED, vectors[:, -2].copy(), "scores of both signs")
    unequal = graph([*((u, v) for u in range(5) for v in range(u)), (5, 6), (6, 7), (7, 5)], 8)
    small = np.array([0, 0, 0, 0, 0, 1.0, 1, 1])
    rejected("eigenvector", unequal, small, "belong to the eigenvalue 2, but the largest is 4")
    assert certify("eigenvector", unequal, 1 - small).valid


def test_any_combination_of_eigenvectors_with_equal_eigenvalues_is_valid():
    two = GRAPHS["disconnected"]
    for weights in ((1, 1), (1, 0), (0.2, 0.9)):
        assert certify("eigenvector", two, np.repeat(np.array(weights, dtype=float), 3)).valid
    assert certify("eigenvector", GRAPHS["no edges"], np.arange(5.0)).valid


def test_degrees_and_uniform_scores_are_invalid_as_eigenvectors():
    for scores in (UNDIRECTED.degrees.astype(float), np.ones(43), reference.eigenvector(UNDIRECTED)[::-1].copy()):
        rejected("eigenvector", UNDIRECTED, scores, "one more step changes the scores")
    rejected("eigenvector", UNDIRECTED, np.zeros(43), "of every vertex is 0")


def test_networkits_scores_of_a_star_are_no_eigenvector():
    one_step = np.where(np.arange(9) == 4, 8.0, 1.0)
    rejected("eigenvector", GRAPHS["star"], one_step, "one more step changes the scores")


def test_exact_hubs_and_authorities_are_valid_at_any_length():
    right = reference.hits(DIRECTED)
    finding = certify("hits", DIRECTED, right * [5.0, 1e-100], tolerance=1e-12)
    assert finding.valid, finding.detail
    assert finding.quantities["singular_value"] == pytest.approx(np.linalg.norm(DIRECTED.to_scipy().toarray(), 2))
    assert finding.notes == ()
    rejected("hits", DIRECTED, right[:, ::-1].copy(), "one more iteration changes the hub scores")


def test_singular_vectors_of_a_smaller_value_are_invalid():
    left, _, right = np.linalg.svd(DIRECTED.to_scipy().toarray())
    rejected("hits", DIRECTED, np.stack([left[:, 1], right[1]], axis=1), "but the largest is")
    mixed = np.stack([reference.hits(DIRECTED)[:, 0], np.abs(right[1])], axis=1)
    rejected("hits", DIRECTED, mixed, "the authorities do not belong to the hubs")
    two = graph([(0, 1), (0, 2), (0, 3), (4, 5)], 6, directed=True)
    small = np.array([[0, 0], [0, 0], [0, 0], [0, 0], [1, 0], [0, 1.0]])
    rejected("hits", two, small, "belong to the singular value 1, but the largest is 1.73")


def test_scores_of_both_signs_are_valid_with_a_note_if_the_singular_value_repeats():
    cycle = GRAPHS["directed cycle"]
    scores = np.array([[1, 0], [-1, 1], [0, -1], [0, 0], [0, 0], [0, 0.0]])
    finding = certify("hits", cycle, scores)
    assert finding.valid
    assert [note.partition(" of both signs")[0] for note in finding.notes] == ["hub scores", "authority scores"]


def test_zero_infinite_and_misshapen_hubs_and_authorities_are_invalid():
    rejected("hits", DIRECTED, np.zeros((43, 2)), "the hub score of every vertex is 0")
    right = reference.hits(DIRECTED)
    rejected("hits", DIRECTED, changed(right, (7, 1), np.inf), "the authority score of vertex 7 is inf")
    rejected("hits", DIRECTED, changed(right, (7, 1), np.nan), "value at 7 is not a number")
    rejected("hits", DIRECTED, right[:, :1].copy(), "shape")


@pytest.mark.parametrize("n", [5, 15, 16, 60])
def test_the_largest_eigenvalue_and_singular_value_are_found_at_every_size(n):
    for seed in range(5):
        matrix = _random(seed, n, 3 * n, directed=True).to_scipy()
        both = matrix + matrix.T
        largest = np.linalg.eigvalsh(both.toarray()).max()
        assert spectral.largest_eigenvalue(both) == pytest.approx(largest, rel=1e-3)
        largest = np.linalg.norm(matrix.toarray(), 2)
        assert spectral.largest_singular_value(matrix, matrix.T) == pytest.approx(largest, rel=1e-3)
        assert spectral.largest_singular_value(both, both) == pytest.approx(np.linalg.norm(both.toarray(), 2), rel=1e-3)


@pytest.mark.parametrize("directed", [True, False])
def test_products_are_those_of_the_adjacency_matrix(directed):
    edges = _random(3, 30, 90, directed=directed)
    matrix, vectors = edges.to_scipy(), np.random.default_rng(0).random((edges.num_vertices, 4))
    for product, known in zip(spectral.products(edges), (matrix, matrix.T), strict=True):
        assert product @ vectors == pytest.approx(known @ vectors)
        assert product @ vectors[:, 0] == pytest.approx(known @ vectors[:, 0])


@given(seed=st.integers(0, 10_000), tolerance=st.sampled_from([1e-6, 1e-3, 0.1, 0.4]), signed=st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_vector_proves_that_a_smaller_eigenvalue_is_the_largest(seed, tolerance, signed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 7))
    matrix = np.triu(rng.integers(2, size=(n, n)).astype(float))
    matrix += matrix.T
    eigenvalues, vectors = np.linalg.eigh(matrix)
    scores = vectors[:, rng.integers(n)] if signed else rng.random(n) ** rng.integers(1, 9)
    scores = spectral.direction(scores)
    product = matrix @ scores
    value = float(scores @ product)
    if spectral.proves_largest(value, scores, product, matrix.sum(axis=1), tolerance):
        assert value >= spectral.allowed_below(eigenvalues[-1], tolerance) - 1e-12


def test_a_vector_of_both_signs_proves_nothing():
    matrix = np.zeros((7, 7))
    matrix[:4, :4] = matrix[4:, 4:] = 1  # the eigenvalues are 4 and 3
    scores = spectral.direction(np.repeat([-1.0, 4.0], [4, 3]))
    product = matrix @ scores
    assert not spectral.proves_largest(scores @ product, scores, product, matrix.sum(axis=1), 1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_right_scores_prove_that_their_eigenvalue_is_the_largest(seed):
    matrix = _random(seed, 60, 200, directed=False).to_scipy().toarray()
    eigenvalues, vectors = np.linalg.eigh(matrix)
    scores = np.abs(vectors[:, -1])
    assert spectral.proves_largest(eigenvalues[-1], scores, matrix @ scores, matrix.sum(axis=1), 1e-6)


def test_without_edges_every_eigenvalue_is_zero():
    matrix = graph([], 30).to_scipy()
    assert spectral.largest_eigenvalue(matrix) == spectral.largest_singular_value(matrix, matrix.T) == 0


# Betweenness


@given(seed=st.integers(0, 1_000), at=st.integers(0, 20), by=st.sampled_from([0.0, 0.9, 1.002, -1.0]))
@settings(max_examples=25, deadline=None)
def test_any_changed_betweenness_is_invalid(seed, at, by):
    edges = _random(seed, n=18, m=30, directed=False)
    _, _, inputs, _ = posed("betweenness", edges)
    right = reference.betweenness(edges, inputs.vertices)
    finding = certify("betweenness", edges, right)
    assert finding.valid, finding.detail
    wrong = changed(right, at, right[at] * by if right[at] else 1e-3)
    rejected("betweenness", edges, wrong, f"the score of vertex {at:,} is")


def test_betweenness_from_other_sources_or_on_another_scale_is_invalid():
    sources = posed("betweenness", UNDIRECTED, vertices=4)[2].vertices
    right = reference.betweenness(UNDIRECTED, sources)
    assert certify("betweenness", UNDIRECTED, right, vertices=4).valid
    for wrong in (reference.betweenness(UNDIRECTED, sources[:3]), right / 2, 2 * right, right[::-1].copy()):
        rejected("betweenness", UNDIRECTED, wrong, "is right", vertices=4)
    unlike_the_rest = right.copy()
    unlike_the_rest[sources] *= 4 / 3
    rejected("betweenness", UNDIRECTED, unlike_the_rest, "is right", vertices=4)


def test_path_counts_beyond_float64_are_rescaled():
    """A ladder of k diamonds has 2^k shortest paths from end to end; all of them go through every second vertex."""
    k = 1_200
    rows = [(3 * i + a, 3 * i + b) for i in range(k) for a, b in ((0, 1), (0, 2), (1, 3), (2, 3))]
    ladder = graph(rows, 3 * k + 1)
    delta = shortest_paths.dependencies(ladder, np.array([0]))
    joint = np.arange(1, k)
    assert delta[3 * joint] == pytest.approx(3 * (k - joint))
    assert delta[1::3] == pytest.approx(delta[2::3])
    assert delta[1::3] == pytest.approx((3 * (k - np.arange(k)) - 2) / 2)


def test_wide_levels_are_taken_in_parts(monkeypatch):
    whole = shortest_paths.dependencies(UNDIRECTED, np.arange(5))
    monkeypatch.setattr(rows, "_MAX_ARCS", 3)
    assert shortest_paths.dependencies(UNDIRECTED, np.arange(5)) == pytest.approx(whole, abs=1e-12)
    assert certify("scc", DIRECTED, reference.strong(DIRECTED)).valid


# Strong components


@given(seed=st.integers(0, 10_000), at=st.integers(0, 42), to=st.integers(0, 42))
@settings(max_examples=60, deadline=None)
def test_any_changed_strong_label_is_invalid(seed, at, to):
    edges = _random(seed, m=60, directed=True)
    relabelled("scc", edges, reference.strong(edges), at, to)


def test_split_and_merged_strong_components_are_explained_with_their_place():
    cycle = GRAPHS["directed cycle"]
    rejected("scc", cycle, np.array([0, 0, 0, 1, 1, 1]), "vertices 1 and 0 share a label, but 1 does not lead")
    rejected("scc", cycle, np.arange(6), "have different labels, but a cycle leads through these labels")
    line = GRAPHS["directed path"]
    rejected("scc", line, np.zeros(12, dtype=np.int64), "does not lead back to 0 inside it")
    assert certify("scc", line, np.arange(12)).quantities == {"components": 12, "largest": 1}


def test_weakly_connected_labels_are_invalid():
    chain = GRAPHS["one weak component, many strong"]
    rejected("scc", chain, np.zeros(5, dtype=np.int64), "share a label")
    assert certify("scc", chain, np.arange(5)).valid


def test_two_circles_joined_in_one_direction_are_two_components():
    rows = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3)]
    edges = graph(rows, 5, directed=True)
    assert certify("scc", edges, np.array([7, 7, 7, 3, 3])).quantities == {"components": 2, "largest": 3}
    rejected("scc", edges, np.array([0, 0, 0, 0, 0]), "share a label")
    rejected("scc", edges, np.array([0, 0, 0, 1, 2]), "vertices 4 and 3 have different labels")
    rejected("scc", edges, np.array([0, 0, 0, 1, -1]), "vertex 4 has no label")


def test_one_label_for_two_components_is_invalid():
    apart = graph([(0, 1), (1, 0), (2, 3), (3, 2)], 4, directed=True)
    rejected("scc", apart, np.zeros(4, dtype=np.int64), "2 is not reached from 0")


def test_a_circle_is_found_behind_a_long_tail():
    n = 3_000
    tail = graph([*path(n), (n - 1, n - 3)], n, directed=True)
    right = np.minimum(np.arange(n), n - 3)
    assert certify("scc", tail, right).valid
    rejected("scc", tail, np.arange(n), "a cycle leads through these labels")


def test_an_eigenvalue_close_to_the_next_is_found_after_more_steps():
    matrix = graph(path(3000), 3000).to_scipy()
    assert spectral.largest_eigenvalue(matrix) == pytest.approx(2 * np.cos(np.pi / 3001), rel=1e-5)
