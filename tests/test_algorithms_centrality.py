"""Link analysis, centrality and strong components on every engine, against answers worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from graphbench import registry
from graphbench.algorithms.base import Scaled
from graphbench.certificates.agreement import agreement
from graphbench.errors import ConvergenceError, UsageError
from helpers import reference
from helpers.engines import ENGINES, having
from helpers.graphs import GRAPHS, certify, graph, path, posed, raw, solve


def parameters_used(algorithm, engine, edges, **given):
    page, _, _, p = posed(algorithm, edges, **given)
    return page.adapter(engine).parameters_used(p)


IN_TOTAL, PER_VERTEX = {"cugraph", "cugraph-mg"}, {"networkx", "nx-cugraph"}


# Parameters, draws and limits


@pytest.mark.parametrize("algorithm", ["eigenvector", "hits", "katz", "pagerank"])
@pytest.mark.parametrize(
    ("says", "raised"), [("HITS failed to converge.", ConvergenceError), ("out of memory", RuntimeError)]
)
def test_cugraphs_errors_at_the_iteration_limit_become_one_error(algorithm, says, raised):
    def call(*_, **__):
        raise RuntimeError(says)

    page, _, _, p = posed(algorithm, GRAPHS["path"], max_iterations=3)
    cugraph = SimpleNamespace(eigenvector_centrality=call, hits=call, katz_centrality=call, pagerank=call)
    with pytest.raises(raised, match="within 3 iterations" if raised is ConvergenceError else says):
        page.adapter("cugraph").call(cugraph, None, p)


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("personalized-pagerank", {"damping": 0.85, "tolerance": 1e-6, "max_iterations": 500, "vertices": 64}),
        ("katz", {"attenuation": 0.85, "tolerance": 1e-6, "max_iterations": 1000}),
        ("eigenvector", {"tolerance": 1e-6, "max_iterations": 1000}),
        ("hits", {"tolerance": 1e-6, "max_iterations": 1000}),
        ("betweenness", {"vertices": 16}),
        ("scc", {}),
    ],
)
def test_defaults_are_those_that_are_documented(algorithm, expected):
    assert registry.algorithm(algorithm).resolve({}) == expected


@pytest.mark.parametrize("algorithm", ["betweenness", "personalized-pagerank"])
def test_a_smaller_set_is_a_prefix_of_a_larger_one_and_depends_on_the_seed(algorithm):
    long = graph(path(200), 200)
    drawn = [posed(algorithm, long, vertices=count)[2].vertices.tolist() for count in (3, 50)]
    assert drawn[0] == drawn[1][:3]
    assert len(set(drawn[1])) == 50
    assert posed(algorithm, long, vertices=3, seed=1)[2].vertices.tolist() != drawn[0]


def test_jumps_lead_to_vertices_with_out_edges():
    drawn = posed("personalized-pagerank", GRAPHS["dangling vertices"])[2].vertices
    assert sorted(drawn.tolist()) == [0, 1, 2, 4]


@pytest.mark.parametrize("algorithm", ["katz", "eigenvector", "hits", "betweenness", "scc"])
def test_weights_are_ignored(algorithm):
    assert not posed(algorithm, GRAPHS["weighted, directed"])[1].weighted


@pytest.mark.parametrize(
    ("algorithm", "directed"),
    [("katz", True), ("hits", True), ("scc", True), ("eigenvector", False), ("betweenness", False)],
)
def test_direction_is_kept_for_directed_problems(algorithm, directed):
    assert posed(algorithm, GRAPHS["directed path"])[1].directed is directed


@pytest.mark.parametrize("algorithm", ["katz", "eigenvector", "hits", "personalized-pagerank"])
def test_a_tolerance_that_float64_cannot_resolve_is_refused(algorithm):
    with pytest.raises(UsageError, match="below what float64 can resolve"):
        posed(algorithm, GRAPHS["path"], tolerance=1e-18)


def test_hits_is_refused_on_a_graph_without_edges():
    with pytest.raises(UsageError, match="hubs and authorities are undefined"):
        posed("hits", GRAPHS["no edges"])


# Personalized PageRank


@pytest.mark.parametrize("name", ["dangling vertices", "weighted, directed", "weighted", "mostly isolated"])
@pytest.mark.parametrize("engine", having("personalized-pagerank"))
def test_jumps_and_dangling_rank_go_to_the_set(engine, name):
    given = {"vertices": 2, "tolerance": 1e-10}
    back = posed("personalized-pagerank", GRAPHS[name], **given)[2].vertices
    right = reference.personalized_ranks(GRAPHS[name], back)
    assert solve(engine, "personalized-pagerank", GRAPHS[name], **given) == pytest.approx(right, abs=1e-9)


@pytest.mark.parametrize("engine", having("personalized-pagerank"))
def test_vertices_unreachable_from_the_set_have_rank_zero(engine):
    ranks = solve(engine, "personalized-pagerank", GRAPHS["mostly isolated"], vertices=1)
    assert ranks[4:] == pytest.approx(np.zeros(56), abs=1e-12)
    assert ranks.sum() == pytest.approx(1)


@pytest.mark.parametrize("engine", having("personalized-pagerank"))
def test_personalized_pagerank_with_damping_zero_is_uniform_on_the_set(engine):
    (back,) = posed("personalized-pagerank", GRAPHS["path"], vertices=1)[2].vertices
    ranks = solve(engine, "personalized-pagerank", GRAPHS["path"], vertices=1, damping=0)
    assert ranks == pytest.approx((np.arange(12) == back).astype(float))


# Katz


@pytest.mark.parametrize("engine", having("katz"))
def test_katz_sums_over_in_edges(engine):
    scores = solve(engine, "katz", graph([(0, 1), (1, 2)], 3, directed=True), tolerance=1e-12)
    assert scores / scores[0] == pytest.approx([1, 1.85, 1 + 0.85 * 1.85])


@pytest.mark.parametrize("name", ["star", "weighted", "dangling vertices", "mostly isolated", "no edges"])
@pytest.mark.parametrize("engine", having("katz"))
def test_katz_solves_its_equation_and_has_length_1(engine, name):
    for attenuation in (0.1, 0.99):
        given = {"attenuation": attenuation, "tolerance": 1e-10, "max_iterations": 5_000}
        scores = solve(engine, "katz", GRAPHS[name], **given)
        right = reference.katz(GRAPHS[name], attenuation) if name != "no edges" else np.full(5, 5**-0.5)
        assert scores == pytest.approx(right, abs=4e-10 / (1 - attenuation))


def test_alpha_is_the_same_for_every_engine_and_follows_from_the_largest_out_degree():
    for edges, degree in ((GRAPHS["star"], 8), (GRAPHS["dangling vertices"], 2), (GRAPHS["no edges"], 1)):
        alphas = {parameters_used("katz", each.values[0], edges)["alpha"] for each in having("katz")}
        assert alphas == {0.85 / degree}


@pytest.mark.parametrize("engine", having("katz"))
def test_slow_convergence_raises_the_same_error_on_every_engine(engine):
    with pytest.raises(ConvergenceError, match="did not converge within 3 iterations; raise --max-iterations"):
        solve(engine, "katz", GRAPHS["clique"], tolerance=1e-10, max_iterations=3)


@pytest.mark.parametrize("algorithm", ["katz", "eigenvector"])
def test_libraries_with_a_tolerance_per_vertex_get_it_per_vertex(algorithm):
    page = registry.algorithm(algorithm)
    for engine in (PER_VERTEX | IN_TOTAL) & set(page.adapters):
        found = parameters_used(algorithm, engine, GRAPHS["path"], tolerance=1e-4)
        by_vertex = engine in PER_VERTEX or algorithm == "eigenvector"
        assert found["tol"] == pytest.approx(5e-5 / 12 if by_vertex else 5e-5)
        assert found["stops_at"] == 5e-5


def test_hits_on_cugraph_gets_a_tolerance_per_vertex():
    path = GRAPHS["path"]
    for engine in {"cugraph", "nx-cugraph", "cugraph-mg"} & set(registry.algorithm("hits").adapters):
        found = parameters_used("hits", engine, path, tolerance=1e-4)
        assert (found["tol"], found["stops_at"]) == (pytest.approx(5e-5 / 12), 5e-5)
    found = parameters_used("hits", "networkx", path, tolerance=1e-4)
    assert (found["tol"], found["stops_at"]) == (5e-5, 5e-5)


# Eigenvector centrality


@pytest.mark.parametrize("name", ["star", "path", "clique", "directed path", "mostly isolated"])
@pytest.mark.parametrize("engine", having("eigenvector"))
def test_eigenvectors_are_found_on_bipartite_and_disconnected_graphs(engine, name):
    scores = solve(engine, "eigenvector", GRAPHS[name], tolerance=1e-10, max_iterations=20_000)
    assert scores / np.linalg.norm(scores) == pytest.approx(reference.eigenvector(GRAPHS[name]), abs=1e-6)


@pytest.mark.parametrize("tolerance", [1e-2, 1e-6, 1e-10])
@pytest.mark.parametrize("algorithm", ["katz", "eigenvector", "hits"])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_requested_tolerance_is_reached(engine, algorithm, tolerance):
    if engine not in registry.algorithm(algorithm).adapters:
        pytest.skip(f"{engine} does not have {algorithm}")
    given = {"tolerance": tolerance, "max_iterations": 20_000}
    for name in ("weighted", "dangling vertices", "path", "clique", "mostly isolated"):
        answer = solve(engine, algorithm, GRAPHS[name], **given)
        finding = certify(algorithm, GRAPHS[name], answer, **given)
        assert finding.valid, f"{name}: {finding.detail}"


# HITS


@pytest.mark.parametrize("engine", having("hits"))
def test_hubs_point_and_authorities_are_pointed_to(engine):
    # 0 and 1 point to 2; 0 also to 3.
    answer = solve(engine, "hits", graph([(0, 2), (1, 2), (0, 3)], 5, directed=True), tolerance=1e-10)
    hubs, authorities = answer.T
    golden = (1 + 5**0.5) / 2
    assert hubs / hubs[1] == pytest.approx([golden, 1, 0, 0, 0], abs=1e-6)
    assert authorities / authorities[3] == pytest.approx([0, 0, golden, 1, 0], abs=1e-6)


@pytest.mark.parametrize("name", ["directed cycle", "dangling vertices", "weighted, directed", "disconnected"])
@pytest.mark.parametrize("engine", having("hits"))
def test_a_repeated_largest_singular_value_gives_a_finite_valid_answer(engine, name):
    for _ in range(3):
        answer = solve(engine, "hits", GRAPHS[name])
        assert np.isfinite(answer).all()
        assert certify("hits", GRAPHS[name], answer).valid


@pytest.mark.parametrize("engine", [each for each in having("hits") if each.values[0] in {"cugraph", "nx-cugraph"}])
def test_unfinished_hits_of_cugraph_raise_at_the_iteration_limit(engine):
    with pytest.raises(ConvergenceError, match="did not converge within 2 iterations; raise --max-iterations"):
        solve(engine, "hits", GRAPHS["path"], tolerance=1e-12, max_iterations=2)


def test_hits_after_two_iterations_is_reported_as_unfinished():
    edges, given = GRAPHS["path"], {"tolerance": 1e-12, "max_iterations": 2}
    matrix = edges.to_scipy()
    hubs = matrix @ (matrix.T @ (matrix @ (matrix.T @ np.ones(edges.num_vertices))))
    finding = certify("hits", edges, np.stack([hubs, matrix.T @ hubs], axis=1), **given)
    assert not finding.valid
    assert "one more iteration changes" in finding.detail


# Betweenness


@pytest.mark.parametrize("engine", having("betweenness"))
def test_betweenness_from_every_vertex_of_a_path_counts_pairs_on_both_sides(engine):
    scores = solve(engine, "betweenness", graph(path(5), 5))
    assert scores == pytest.approx(np.array([0, 2 * 3, 2 * 4, 2 * 3, 0]) / (5 * 3), rel=1e-5)


@pytest.mark.parametrize("engine", having("betweenness"))
def test_betweenness_is_shared_among_equally_short_paths(engine):
    square = graph([(0, 1), (1, 2), (2, 3), (3, 0)], 5)
    assert solve(engine, "betweenness", square) == pytest.approx(np.array([1, 1, 1, 1, 0]) / (4 * 3), rel=1e-5)


@pytest.mark.parametrize("count", [1, 2, 8, 9])
@pytest.mark.parametrize("engine", having("betweenness"))
def test_the_scale_of_betweenness_does_not_depend_on_the_number_of_sources(engine, count):
    """Libraries scale the sources unlike the rest, except where k = n or n - 1, and leave none where k = 1."""
    star = GRAPHS["star"]
    sources = posed("betweenness", star, vertices=count)[2].vertices
    assert len(sources) == count
    scores = solve(engine, "betweenness", star, vertices=count)
    assert scores == pytest.approx(reference.betweenness(star, sources), rel=1e-5, abs=1e-12)
    assert scores[4] == pytest.approx(sum(s != 4 for s in sources) / count)


@pytest.mark.parametrize("engine", having("betweenness"))
def test_betweenness_of_a_tiny_graph_is_zero(engine):
    for name in ("one edge", "one vertex", "no edges"):
        assert not solve(engine, "betweenness", GRAPHS[name]).any()


def test_scores_on_a_librarys_scale_are_rescaled():
    engine, edges = registry.engine("igraph"), graph([], 4)
    scaled = Scaled([1.0, 2.0, 3.0, np.nan], 2.0, [1, 3], 0.0)
    assert engine.answer(scaled, "scores", edges, None).tolist() == [2.0, 0.0, 6.0, 0.0]
    scaled = Scaled([1.0, 2.0, 3.0, 4.0], 2.0, [1], 10.0)
    assert engine.answer(scaled, "scores", edges, None).tolist() == [2.0, 20.0, 6.0, 8.0]
    assert engine.answer(Scaled([1.0, 2.0], 3.0), "scores", edges, None).tolist() == [3.0, 6.0]


# Strong components


@pytest.mark.parametrize("engine", having("scc"))
def test_strong_components_need_paths_in_both_directions(engine):
    rows = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3), (5, 0)]
    answer = solve(engine, "scc", graph(rows, 7, directed=True))
    assert agreement("labels", answer, np.array([0, 0, 0, 1, 1, 2, 3])).kind == "equivalent"


@pytest.mark.parametrize("engine", having("scc"))
def test_strong_components_of_an_undirected_graph_are_its_components(engine):
    answer = solve(engine, "scc", GRAPHS["disconnected"])
    assert agreement("labels", answer, np.array([0, 0, 0, 1, 1, 1])).kind == "equivalent"


def test_nx_cugraph_says_why_it_has_no_strong_components():
    assert registry.algorithm("scc").gaps["nx-cugraph"] == "not in the library"


@pytest.mark.parametrize("engine", having("eigenvector"))
@pytest.mark.filterwarnings("error")
def test_a_librarys_warnings_about_meaning_are_suppressed(engine):
    for name in ("no edges", "disconnected", "mostly isolated"):
        raw(engine, "eigenvector", GRAPHS[name])
