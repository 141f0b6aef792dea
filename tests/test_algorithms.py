"""Algorithm pages: parameters, the graph that a problem is posed on, and what engines are given."""

import numpy as np
import pytest

from graphbench import registry
from graphbench.algorithms.base import Parameter
from graphbench.certificates.checks import pagerank_step
from graphbench.errors import InputError, UsageError
from helpers.graphs import GRAPHS, graph, posed

ARROWS = graph([(0, 1, 2.0), (1, 0, 5.0), (1, 2, 3.0)], 4, directed=True)


def _page(name):
    return registry.algorithm(name)


# Parameters


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("louvain", {"resolution": 1.0, "threshold": 1e-7, "max_level": None}),
        ("leiden", {"resolution": 1.0, "iterations": 2}),
        ("triangle-count", {}),
        ("pagerank", {"damping": 0.85, "tolerance": 1e-6, "max_iterations": 500}),
        ("bfs", {"sources": 64, "source": None}),
        ("sssp", {"sources": 64, "source": None}),
        ("jaccard", {"pairs": 100_000}),
        ("weighted-jaccard", {"pairs": 100_000}),
        ("overlap", {"pairs": 100_000}),
        ("sorensen", {"pairs": 100_000}),
        ("cosine", {"pairs": 100_000}),
        ("wcc", {}),
    ],
)
def test_defaults_are_those_that_are_documented(algorithm, expected):
    assert _page(algorithm).resolve({}) == expected


@pytest.mark.parametrize(
    ("algorithm", "given", "says"),
    [
        ("pagerank", {"damping": 1}, "from 0 below 1, not 1"),
        ("pagerank", {"damping": -0.1}, "from 0 below 1"),
        ("pagerank", {"damping": "much"}, "takes a number"),
        ("pagerank", {"tolerance": 0}, "above 0, not 0"),
        ("pagerank", {"tolerance": float("nan")}, "above 0, not nan"),
        ("pagerank", {"tolerance": float("inf")}, "above 0, not inf"),
        ("louvain", {"resolution": float("inf")}, "from 0, not inf"),
        ("pagerank", {"max_iterations": 0}, "a whole number from 1"),
        ("bfs", {"sources": 0}, "a whole number from 1"),
        ("jaccard", {"pairs": -5}, "a whole number from 1"),
        ("louvain", {"resolution": -1}, "from 0"),
        ("leiden", {"iterations": 0}, "a whole number from 1"),
        ("wcc", {"damping": 0.5}, "wcc has no parameter 'damping'; it has: none"),
        ("bfs", {"depth": 2}, "it has: sources, source"),
        *((name, {"source": 1, "sources": 3}, "remove --source to draw 3") for name in ("bfs", "sssp", "ego-graph")),
    ],
)
def test_a_value_without_meaning_is_refused(algorithm, given, says):
    with pytest.raises(UsageError, match=says):
        _page(algorithm).resolve(given)


def test_values_take_the_type_of_their_parameter():
    assert _page("pagerank").resolve({"damping": "0.5", "max_iterations": 7})["damping"] == 0.5
    assert _page("bfs").resolve({"source": 17})["source"] == "17"


@pytest.mark.parametrize(
    ("bounds", "value", "fits"),
    [
        ({"maximum": 1}, 1, True),
        ({"maximum": 1, "exclusive_maximum": True}, 1, False),
        ({"minimum": 0}, 0, True),
        ({"minimum": 0, "exclusive_minimum": True}, 0, False),
        ({"minimum": 0, "maximum": 1}, float("nan"), False),
        ({}, -1e300, True),
    ],
)
def test_bounds_are_inclusive_unless_they_say_otherwise(bounds, value, fits):
    parameter = Parameter(name="x", type=float, default=0.5, help="", **bounds)
    if fits:
        assert parameter.check(value) == value
    else:
        with pytest.raises(UsageError):
            parameter.check(value)


# The graph as posed


@pytest.mark.parametrize(
    ("algorithm", "directed", "weights"),
    [
        ("louvain", False, "dataset"),
        ("leiden", False, "dataset"),
        ("triangle-count", False, "none"),
        ("pagerank", True, "dataset"),
        ("bfs", True, "none"),
        ("sssp", True, "dataset"),
        ("jaccard", False, "none"),
        ("weighted-jaccard", False, "dataset"),
        ("overlap", False, "none"),
        ("sorensen", False, "none"),
        ("cosine", False, "none"),
        ("wcc", False, "none"),
    ],
)
def test_each_problem_keeps_the_direction_and_weights_it_needs(algorithm, directed, weights):
    _, at, _, p = posed(algorithm, ARROWS)
    assert (at.directed, at.weights) == (directed, weights)
    assert at.num_edges == (3 if directed else 2)
    assert at.num_vertices == 4
    assert p.weight == (None if weights == "none" else "weight")


def test_weights_are_drawn_for_shortest_paths_if_the_graphs_are_ignored():
    for algorithm, expected in (("sssp", "drawn"), ("pagerank", "none"), ("louvain", "none")):
        assert _page(algorithm).pose(ARROWS, seed=0, ignore_weights=True).weights == expected


def test_drawn_weights_are_whole_numbers_from_the_seed():
    line = graph([(v, v + 1) for v in range(2000)], 2001)
    weight = {seed: _page("sssp").pose(line, seed=seed).to_numpy().weight for seed in (1, 2)}
    again = _page("sssp").pose(line, seed=1).to_numpy().weight
    assert np.array_equal(weight[1], again)
    assert not np.array_equal(weight[1], weight[2])
    assert (weight[1] == np.floor(weight[1])).all()
    assert (weight[1].min(), weight[1].max()) == (1, 255)


@pytest.mark.parametrize(
    ("algorithm", "weight", "refused"),
    [
        ("sssp", 0.0, False),
        ("sssp", -1.0, True),
        ("pagerank", 0.0, False),
        ("pagerank", -1.0, True),
        ("louvain", 0.0, False),
        ("louvain", np.nan, True),
        ("louvain", np.inf, True),
        ("bfs", -1.0, False),
        ("wcc", np.nan, False),
        ("jaccard", -1.0, False),
        ("weighted-jaccard", -1.0, True),
        ("weighted-jaccard", 0.0, False),
        ("cosine", -1.0, False),
        ("mst", 0.0, False),
        ("mst", -1.0, False),
        ("mst", np.inf, True),
    ],
)
def test_weights_are_refused_where_the_problem_forbids_them(algorithm, weight, refused):
    odd = graph([(0, 1, 1.0), (1, 2, weight)], 3)
    if not refused:
        posed(algorithm, odd)
        return
    with pytest.raises(InputError, match=r"1 \S+ weight,.*--ignore-weights"):
        posed(algorithm, odd)
    _page(algorithm).pose(odd, seed=0, ignore_weights=True)


@pytest.mark.parametrize("algorithm", ["louvain", "leiden"])
def test_communities_are_refused_if_all_weights_are_zero(algorithm):
    with pytest.raises(InputError, match=r"has no weight above 0.*--ignore-weights"):
        posed(algorithm, graph([(0, 1, 0.0), (1, 2, 0.0)], 3))
    posed(algorithm, graph([], 3))


@pytest.mark.parametrize("algorithm", ["louvain", "leiden", "pagerank", "sssp", "mst"])
@pytest.mark.parametrize("count", [1, 2])
def test_weights_whose_sum_overflows_are_refused(algorithm, count):
    heavy = graph([(v, v + 1, 1e308) for v in range(count)], 4)
    with pytest.raises(InputError, match="sum is beyond float64"):
        posed(algorithm, heavy)


@pytest.mark.parametrize("algorithm", ["sssp", "mst", "weighted-jaccard", "pagerank", "transpose"])
def test_other_problems_are_posed_where_all_weights_are_zero(algorithm):
    posed(algorithm, graph([(0, 1, 0.0), (1, 2, 0.0)], 3))


def test_of_two_arcs_the_smaller_weight_counts_even_if_it_is_0():
    arcs = [(0, 1, 0.0), (1, 0, 3.0), (1, 2, 2.0), (2, 1, 5.0)]
    _, at, _, _ = posed("weighted-jaccard", graph(arcs, 4, directed=True))
    assert [column.tolist() for column in at.to_numpy()] == [[1], [2], [2.0]]
    with pytest.raises(InputError, match="has no weight above 0"):
        posed("louvain", graph(arcs[:2], 2, directed=True))


def test_pagerank_drops_edges_of_weight_zero_and_keeps_their_vertices():
    _, at, _, _ = posed("pagerank", graph([(0, 1, 0.0), (1, 2, 3.0), (2, 1, 0.0)], 5, directed=True))
    assert (at.num_vertices, at.num_edges, at.weights) == (5, 1, "dataset")
    assert [column.tolist() for column in at.to_numpy()] == [[1], [2], [3.0]]


def test_a_tolerance_below_float64_is_refused_with_the_smallest_possible():
    with pytest.raises(UsageError, match=r"1e-18 .* 4 vertices. .* --tolerance 1e-15"):
        posed("pagerank", ARROWS, tolerance=1e-18)
    posed("pagerank", ARROWS, tolerance=1e-15)


# One call


def test_trials_take_turns_with_the_sources():
    page, at, inputs, _ = posed("bfs", GRAPHS["path"], sources=5)
    calls = [page.call(at, page.resolve({}), inputs, seed=3, trial=trial) for trial in range(12)]
    assert [p.source for p in calls] == [*inputs.sources, *inputs.sources, *inputs.sources[:2]]
    assert {p.seed for p in calls} == {3}


def test_a_seeded_heuristic_gets_another_seed_in_each_trial():
    page, at, inputs, _ = posed("louvain", GRAPHS["path"])
    assert [page.call(at, page.resolve({}), inputs, seed=7, trial=trial).seed for trial in range(3)] == [7, 8, 9]


@pytest.mark.parametrize("engine", ["networkx", "nx-cugraph", "cugraph", "networkit"])
def test_the_tolerance_that_an_engine_used_is_recorded(engine):
    page, _, _, p = posed("pagerank", GRAPHS["path"], tolerance=1e-4)
    used = page.adapter(engine).parameters_used(p)
    by_vertex = engine in {"networkx", "nx-cugraph"}
    assert used["tol"] == pytest.approx(1e-4 / 12 if by_vertex else 1e-4)
    assert used["stops_at"] == 1e-4


def test_a_wrong_answer_is_a_finding_with_its_quantities():
    page, at, _, p = posed("bfs", GRAPHS["path"])
    depth = np.full(at.num_vertices, -1)
    finding = page.certify(at, depth, p)
    assert (finding.valid, finding.quantities) == (False, {"reached": 0, "max_distance": -1})
    assert finding.detail.startswith("the source")


def test_parameters_without_an_equivalent_are_declared():
    assert _page("pagerank").adapter("igraph").no_equivalent == ("tolerance", "max_iterations")
    assert _page("louvain").adapter("igraph").no_equivalent == ("threshold", "max_level")
    assert "seed" in _page("louvain").adapter("cugraph").no_equivalent


def test_pagerank_on_cugraph_uses_float64_and_transposed_storage():
    assert _page("pagerank").adapter("cugraph").build == {"store_transposed": True, "float64_weights": True}


def test_precision_on_a_gpu_is_recorded():
    page, _, _, unweighted = posed("louvain", GRAPHS["path"])
    _, _, _, weighted = posed("louvain", GRAPHS["weighted"])
    assert page.adapter("cugraph").parameters_used(unweighted) == {"dtype": "float32"}
    assert page.adapter("cugraph").parameters_used(weighted) == {"dtype": "float64"}


@pytest.mark.parametrize("name", registry.algorithm_names())
def test_a_page_explains_itself(name):
    page = _page(name)
    assert page.certify_check.__doc__
    assert all(parameter.help.endswith(".") for parameter in page.parameters)
    text = page.page.read_text(encoding="utf-8")
    assert "How engines differ" in text
    assert "(1" in text or "(2" in text, "a page cites its source"


def test_two_right_ranks_are_never_further_apart_than_epsilon():
    page, at, _, p = posed("pagerank", GRAPHS["dangling vertices"], tolerance=1e-3)
    exact = np.full(6, 1 / 6)
    for _ in range(400):
        exact = pagerank_step(at, exact, p.damping)
    rng = np.random.default_rng(0)
    tried = [exact, *(np.abs(exact + rng.normal(scale=2e-4, size=6)) for _ in range(200))]
    answers = [ranks for ranks in tried if page.certify(at, ranks, p).valid]
    assert len(answers) > 20
    apart = max(np.abs(a - b).sum() for a in answers for b in answers)
    assert 0 < apart <= page.epsilon(vars(p))
