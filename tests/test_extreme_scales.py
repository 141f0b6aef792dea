"""Certificates at extreme scales: a wrong answer is invalid and a right one valid, however small or large the numbers.

Each wrong answer here has a small residual, or a small absolute error, and passed a tolerance that was not relative to
the problem's own scale.
"""

import networkx as nx
import numpy as np
import pytest

from graphbench.certificates.agreement import agreement
from graphbench.measure.answers import digest, disputed
from helpers import reference
from helpers.engines import having
from helpers.graphs import GRAPHS, certify, changed, graph, not_drawn, path, posed, rejected, solve

SCALES = [1e-310, 1e-300, 1e-12, 1.0, 1e12, 1e300]


def clique(n, first=0):
    return [(first + u, first + v) for u in range(n) for v in range(u)]


def two_cliques(n=6, bridge=()):
    return [*clique(n), *clique(n, n), *bridge]


def weighted(rows, scale, seed=0):
    """The rows with random weights between 1 and 2, times the scale."""
    weights = np.random.default_rng(seed).uniform(1, 2, len(rows)) * scale
    return [(u, v, w) for (u, v), w in zip(rows, weights.tolist(), strict=True)]


# PageRank and Katz: damping close to 1


@pytest.mark.parametrize("damping", [0.9999995, 0.9999999, 1 - 1e-12])
@pytest.mark.parametrize("bridge", [[], [(0, 6, 1e-9)]], ids=["two components", "joined by a light edge"])
def test_all_rank_on_one_of_two_equal_parts_is_invalid_at_any_damping(damping, bridge):
    rows = [(u, v, 1.0) for u, v in two_cliques()]
    edges = graph([*rows, *bridge], 12)
    wrong = np.repeat([1 / 6, 0], 6)
    rejected("pagerank", edges, wrong, "the ranks are off by 1 in total", damping=damping)
    right = np.full(12, 1 / 12)
    finding = certify("pagerank", edges, right, damping=damping)
    assert finding.valid, finding.detail


@pytest.mark.parametrize("n", [6, 1_100])
def test_exact_ranks_are_valid_at_a_damping_close_to_1(n):
    rows = [(u, (u + k) % n) for u in range(n) for k in (1, 2)] + [(0, n), (n, n + 1)]
    edges = graph(rows, n + 3, directed=True)
    for damping in (0.99, 0.99999, 0.9999999):
        right = reference.personalized_ranks(edges, np.arange(n + 3), damping)
        finding = certify("pagerank", edges, right, damping=damping)
        assert finding.valid, finding.detail
        back = posed("personalized-pagerank", edges, vertices=3)[2].vertices
        right = reference.personalized_ranks(edges, back, damping)
        assert certify("personalized-pagerank", edges, right, vertices=3, damping=damping).valid


def test_personalized_rank_left_in_the_wrong_component_is_invalid():
    edges = graph(two_cliques(), 12)
    (back,) = posed("personalized-pagerank", edges, vertices=1)[2].vertices
    wrong = np.where((np.arange(12) < 6) == (back < 6), 0, 1 / 6)
    rejected("personalized-pagerank", edges, wrong, "the ranks are off by", vertices=1, damping=0.9999999)


def test_large_graphs_at_a_damping_close_to_1_are_solved_by_iterations():
    rows = [(v, v + 1) for part in (0, 1_500) for v in range(part, part + 1_499)] + [(0, 1_499), (1_500, 2_999)]
    edges = graph(rows, 3_000)
    right = np.full(3_000, 1 / 3_000)
    assert certify("pagerank", edges, right, damping=0.9999999).valid
    wrong = np.repeat([1 / 1_500, 0], 1_500)
    rejected("pagerank", edges, wrong, "the ranks are off by 1 in total", damping=0.9999999)


def test_a_tolerance_that_asks_for_little_gets_little():
    answer = solve("networkx", "pagerank", GRAPHS["path"], tolerance=2.5)
    assert certify("pagerank", GRAPHS["path"], answer, tolerance=2.5).valid


@pytest.mark.parametrize("attenuation", [0.99999, 0.9999999])
def test_katz_scores_on_one_of_two_equal_components_are_invalid_at_any_attenuation(attenuation):
    edges = graph(two_cliques(), 12)
    wrong = np.repeat([1, 0], 6) / np.sqrt(6)
    rejected("katz", edges, wrong, "the scores are off by 0.7", attenuation=attenuation, tolerance=1e-4)
    finding = certify("katz", edges, np.full(12, 12**-0.5), attenuation=attenuation)
    assert finding.valid, finding.detail


@pytest.mark.parametrize("attenuation", [0.999, 0.9999999])
def test_exact_katz_scores_are_valid_near_the_largest_eigenvalue(attenuation):
    for edges in (graph(two_cliques(bridge=[(0, 6)]), 13), graph(path(12), 12, directed=True)):
        finding = certify("katz", edges, reference.katz(edges, attenuation), attenuation=attenuation, tolerance=1e-9)
        assert finding.valid, finding.detail


# PageRank: weights


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("directed", [True, False])
def test_ranks_are_certified_at_any_scale_of_weights(scale, directed):
    rows = weighted([(0, 1), (1, 2), (2, 0), (0, 3), (3, 4)], 1.0)
    right = reference.personalized_ranks(graph(rows, 6, directed=directed), np.arange(6))
    edges = graph([(u, v, w * scale) for u, v, w in rows], 6, directed=directed)
    finding = certify("pagerank", edges, right, tolerance=1e-9)
    assert finding.valid, finding.detail
    unweighted = reference.personalized_ranks(graph([row[:2] for row in rows], 6, directed=directed), np.arange(6))
    rejected("pagerank", edges, unweighted, "one more iteration changes", tolerance=1e-9)


# Eigenvectors


@pytest.mark.parametrize("sizes", [(21, 20), (121, 120), (1_202, 1_201)])
def test_a_component_with_nearly_the_largest_eigenvalue_is_the_wrong_one(sizes):
    large, small = sizes
    edges = graph([*clique(large), *clique(small, large)], sum(sizes))
    right, wrong = np.repeat([1.0, 0.0], sizes), np.repeat([0.0, 1.0], sizes)
    rejected("eigenvector", edges, wrong, f"belong to the eigenvalue {small - 1}, but the largest is {large - 1}")
    assert certify("eigenvector", edges, right).valid
    both = {"hits": np.stack([wrong, wrong], axis=1)}
    rejected("hits", edges, both["hits"], f"to the singular value {small - 1}, but the largest is {large - 1}")
    assert certify("hits", edges, np.stack([right, right], axis=1)).valid


@pytest.mark.parametrize("engine", having("eigenvector"))
def test_engines_find_the_larger_of_two_close_eigenvalues(engine):
    edges = graph([*clique(31), *clique(30, 31)], 61)
    finding = certify("eigenvector", edges, solve(engine, "eigenvector", edges))
    assert finding.valid, finding.detail


# HITS: both columns are of one pair


def test_hubs_and_authorities_of_different_pairs_are_invalid():
    cycle = GRAPHS["directed cycle"]  # A A^T is the identity, so any hubs and any authorities fit alone
    rng = np.random.default_rng(1)
    hubs, others = rng.random((2, 6))
    right = np.stack([hubs, cycle.to_scipy().T @ hubs], axis=1)
    assert certify("hits", cycle, right).valid
    rejected("hits", cycle, np.stack([hubs, others], axis=1), "the authorities do not belong to the hubs")
    rejected("hits", cycle, right * [1, -1], "cosine -1")


@pytest.mark.parametrize("engine", having("hits"))
@pytest.mark.parametrize("name", ["directed cycle", "disconnected", "path", "weighted, directed"])
def test_every_engine_returns_one_pair_where_the_singular_value_repeats(engine, name):
    for _ in range(3):
        finding = certify("hits", GRAPHS[name], solve(engine, "hits", GRAPHS[name]))
        assert finding.valid, finding.detail


# Shortest paths


@pytest.mark.parametrize("scale", SCALES)
def test_distances_are_certified_at_any_scale_of_weights(scale):
    edges = graph(weighted([*path(12), (0, 5), (3, 9)], scale), 13)
    _, at, _, _ = posed("sssp", edges)
    known = nx.from_scipy_sparse_array(at.to_scipy())
    right = np.full(13, np.inf)
    for v, distance in nx.single_source_dijkstra_path_length(known, 0).items():
        right[v] = distance
    finding = certify("sssp", edges, right, source="0")
    assert finding.valid, finding.detail
    for factor in (1 + 1e-9, 1 - 1e-9, 0):
        rejected("sssp", edges, changed(right, 4, right[4] * factor), "vertex 4 is at", source="0")


def test_a_path_that_is_longer_by_a_little_is_invalid():
    rows = [(0, 1, 0.5), (1, 2, 0.5), (0, 2, 1 + 1e-10)]
    assert certify("sssp", graph(rows, 3), np.array([0, 0.5, 1]), source="0").valid
    rejected("sssp", graph(rows, 3), np.array([0, 0.5, 1 + 1e-10]), "off by more than rounding", source="0")


def test_a_light_tail_behind_a_heavy_edge_is_as_exact_as_float64_allows():
    edges = graph([(0, 1, 1e-12), (1, 2, 1e12), (0, 3, 3e-12)], 4)
    assert certify("sssp", edges, np.array([0, 1e-12, 1e12, 3e-12]), source="0").valid
    rejected("sssp", edges, np.array([0, 0, 1e12, 3e-12]), "vertex 1 is at", source="0")


ZEROS = graph([(0, 1, 0), (1, 2, 0), (2, 0, 0), (2, 3, 4), (4, 5, 0), (5, 4, 0), (3, 6, 0)], 8, directed=True)


def test_edges_of_length_0_lead_on_but_support_no_cycle():
    right = np.array([0, 0, 0, 4, np.inf, np.inf, 4, np.inf])
    assert certify("sssp", ZEROS, right, source="0").valid
    floating = changed(changed(right, 4, 7.0), 5, 7.0)  # 4 and 5 support each other only
    rejected("sssp", ZEROS, floating, "vertex 4 is said to be at 7, but no edge leads there", source="0")
    rejected("sssp", ZEROS, changed(right, 6, 3.0), "vertex 6 is said to be at 3", source="0")
    rejected("sssp", ZEROS, changed(right, 2, 1.0), "reaches vertex 2 at 0", source="0")
    fractional = graph([(0, 1, 0), (1, 2, 0.5), (2, 3, 0), (3, 2, 0)], 4, directed=True)
    assert certify("sssp", fractional, np.array([0, 0, 0.5, 0.5]), source="0").valid
    rejected("sssp", fractional, np.array([0, 0, 0.25, 0.25]), "vertex 2 is at 0.5", source="0")


@pytest.mark.parametrize("engine", having("sssp"))
def test_engines_find_paths_of_length_0(engine):
    answer = solve(engine, "sssp", ZEROS, source="0")
    assert answer.tolist() == [0, 0, 0, 4, np.inf, np.inf, 4, np.inf]
    nothing = graph([(0, 1, 0), (1, 2, 0), (0, 2, 0)], 4)
    assert solve(engine, "sssp", nothing, source="1").tolist() == [0, 0, 0, np.inf]


@pytest.mark.parametrize("engine", having("sssp"))
@pytest.mark.parametrize("scale", SCALES[1:])
def test_distances_of_every_engine_are_valid_at_any_scale(engine, scale):
    edges = graph(weighted([*path(40), (0, 7), (3, 30), (11, 35)], scale), 42)
    finding = certify("sssp", edges, solve(engine, "sssp", edges, source="0"), source="0")
    assert finding.valid, finding.detail


# Spanning trees


@pytest.mark.parametrize("scale", [-1e300, *SCALES])
def test_the_second_best_tree_is_invalid_at_any_scale(scale):
    best = [(0, 1, 0.3), (1, 2, 0.3 * (1 + 3e-7)), (0, 2, 0.3 * (1 + 6e-7))]
    edges = graph([(u, v, w * scale) for u, v, w in best], 3)
    right, wrong = ([(0, 1), (1, 2)], [(0, 1), (0, 2)]) if scale > 0 else ([(0, 2), (1, 2)], [(0, 1), (0, 2)])
    assert certify("mst", edges, np.array(right)).valid
    rejected("mst", edges, np.array(wrong), "that of the least forests")


@pytest.mark.parametrize("engine", having("mst"))
@pytest.mark.parametrize("weights", [(-5, 1, 2), (-1e300, -1e300, -2e299), (1e-310, 2e-310, 3e-310), (0, 0, 0)])
def test_engines_find_trees_of_any_weights(engine, weights):
    if engine == "scipy" and not any(weights):
        pytest.skip("it would lose edges of weight 0, and refuses the graph")
    edges = graph([(u, v, w) for (u, v), w in zip([(0, 1), (1, 2), (0, 2)], weights, strict=True)], 3)
    finding = certify("mst", edges, solve(engine, "mst", edges))
    assert finding.valid, finding.detail


# A clustering and its cuts


@pytest.mark.parametrize("engine", having("analyze-clustering"))
@pytest.mark.parametrize("scale", SCALES[1:])
def test_cuts_are_certified_at_any_scale_of_weights(engine, scale, monkeypatch):
    edges = graph(weighted(two_cliques(bridge=[(0, 6), (1, 8)]), scale), 12)
    not_drawn(monkeypatch, "analyze-clustering", labels=np.repeat([0, 1], 6))
    if engine == "networkx" and scale in {1e-300, 1e300}:
        pytest.skip("it divides by the square of the sum of weights, which is beyond float64")
    right = solve(engine, "analyze-clustering", edges)
    finding = certify("analyze-clustering", edges, right)
    assert finding.valid, finding.detail
    for at in (0, 1, 2):
        for factor in (0, 1 + 1e-6):
            rejected("analyze-clustering", edges, changed(right, at, right[at] * factor), "is")


@pytest.mark.parametrize("engine", having("analyze-clustering"))
def test_a_light_cut_between_heavy_clusters_is_exact(engine, monkeypatch):
    rows = [(u, v, 1.0) for u, v in two_cliques()]
    edges = graph([*rows, (0, 6, 1e-12)], 12)
    not_drawn(monkeypatch, "analyze-clustering", labels=np.repeat([0, 1], 6))
    right = solve(engine, "analyze-clustering", edges)
    assert certify("analyze-clustering", edges, right).valid
    rejected("analyze-clustering", edges, changed(right, 1, 0.0), "the edge cut is 1e-12, not 0")
    rejected("analyze-clustering", edges, changed(right, 2, 0.0), "the ratio cut is")


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("algorithm", ["louvain", "leiden", "spectral-modularity", "spectral-balanced-cut"])
def test_the_quality_of_a_partition_does_not_depend_on_the_scale_of_weights(algorithm, scale):
    rows = weighted(two_cliques(bridge=[(0, 6)]), 1.0)
    given = {"clusters": 2} if algorithm.startswith("spectral") else {}
    label = np.repeat([0, 1], 6)
    one = certify(algorithm, graph(rows, 12), label, **given)
    other = certify(algorithm, graph([(u, v, w * scale) for u, v, w in rows], 12), label, **given)
    headline = "separation" if algorithm == "spectral-balanced-cut" else "modularity"
    assert other.valid
    assert other.quantities[headline] == pytest.approx(one.quantities[headline], rel=1e-9)


# Similarities and betweenness


@pytest.mark.parametrize("similarity", ["jaccard", "overlap", "sorensen", "cosine", "weighted-jaccard"])
def test_a_small_similarity_is_not_0(similarity, monkeypatch):
    leaves = 3_000
    rows = [(0, 2), (1, 2)] + [(0, v) for v in range(3, leaves)] + [(1, v) for v in range(leaves, 2 * leaves)]
    if similarity == "weighted-jaccard":
        rows = [(u, v, 1e-9 if v == 2 else 1e3) for u, v in rows]
    edges = graph(rows, 2 * leaves)
    not_drawn(monkeypatch, similarity, pairs=[(0, 1)])
    right = solve("scipy", similarity, edges)
    assert certify(similarity, edges, right).valid
    assert certify(similarity, edges, right.astype(np.float32).astype(float)).valid
    rejected(similarity, edges, np.zeros(1), "not 0")
    rejected(similarity, edges, right * (1 + 1e-5), "wrong for 1 of the sample")


def test_small_similarities_are_compared_and_disputed_at_their_own_scale(tmp_path):
    mine, theirs = np.array([1e-8, 0.5, 0.25]), np.array([2e-8, 0.5 * (1 + 1e-6), 0.25])
    assert agreement("pair_scores", mine, theirs, 2e-6).at == 0
    files = [tmp_path / f"{digest(answer)}.npy" for answer in (mine, theirs)]
    for file, answer in zip(files, (mine, theirs), strict=True):
        np.save(file, answer)
    assert disputed(files[0], files[1:], 2e-6).tolist() == [0]
    assert agreement("pair_scores", mine[1:], theirs[1:], 2e-6).kind == "epsilon"


@pytest.mark.parametrize("scale", SCALES)
def test_weighted_similarities_are_certified_at_any_scale(scale, monkeypatch):
    rows = weighted([(0, 2), (1, 2), (0, 3), (1, 3), (1, 4)], scale)
    not_drawn(monkeypatch, "weighted-jaccard", pairs=[(0, 1), (2, 3)])
    right = solve("scipy", "weighted-jaccard", graph(rows, 5))
    assert certify("weighted-jaccard", graph(rows, 5), right).valid
    rejected("weighted-jaccard", graph(rows, 5), right * [1, 1 - 1e-5], "J_w(2, 3) is")


def betweenness(edges, sources):
    known = nx.from_scipy_sparse_array(edges.to_scipy())
    scores = nx.betweenness_centrality_subset(known, sources.tolist(), list(known))
    return np.array([scores[v] for v in known]) * 2 / (len(sources) * (len(known) - 2))


def test_betweenness_normalised_for_another_number_of_vertices_is_invalid():
    n = 1_500
    edges = graph(path(n), n)
    _, _, inputs, _ = posed("betweenness", edges, vertices=4)
    right = betweenness(edges, inputs.vertices)
    assert certify("betweenness", edges, right, vertices=4).valid
    noise = 1 + 1e-7 * np.random.default_rng(0).standard_normal(n)
    assert certify("betweenness", edges, right * noise, vertices=4).valid
    rejected("betweenness", edges, right * (n - 2) / (n - 1), "on another scale", vertices=4)


@pytest.mark.parametrize("engine", having("betweenness"))
def test_a_betweenness_of_0_may_be_off_by_rounding(engine):
    rng = np.random.default_rng(0)
    edges = graph([tuple(row) for row in rng.integers(300, size=(500, 2)).tolist()], 300)
    finding = certify("betweenness", edges, solve(engine, "betweenness", edges))
    assert finding.valid, finding.detail


def test_a_tiny_betweenness_is_not_0():
    rows = [
        *path(500),
        *((0, v) for v in range(500, 900)),
        *((v, 900) for v in range(500, 900)),
        (900, 901),
        (901, 499),
    ]
    edges = graph(rows, 902)
    _, _, inputs, _ = posed("betweenness", edges, vertices=4)
    right = betweenness(edges, inputs.vertices)
    small = int(np.argmin(np.where(right > 0, right, np.inf)))
    assert certify("betweenness", edges, right, vertices=4).valid
    rejected("betweenness", edges, changed(right, small, 0.0), f"the score of vertex {small:,} is 0", vertices=4)
