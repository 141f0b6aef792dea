"""The engine pylibcugraph on a double with the library's signatures: what it is given, and what is read from it."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from graphbench import registry
from graphbench.engines.base import Settings
from graphbench.errors import UnsupportedError
from graphbench.measure.prepare import identity
from helpers import fake_pylibcugraph
from helpers.graphs import GRAPHS, certify, graph, posed, solve

engine = registry.engine("pylibcugraph")
ALGORITHMS = [name for name in registry.algorithm_names() if registry.algorithm(name).find_adapter("pylibcugraph")]
ANSWERED_BY = {"louvain": "igraph", "leiden": "igraph", "ecg": "igraph", "betweenness": "networkx"}
TWO = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (0, 6), (6, 7), (7, 1), (8, 9)]
UNDIRECTED, DIRECTED = graph(TWO, 11), graph(TWO, 11, directed=True)
WEIGHTED = graph([(u, v, 1.0 + u) for u, v in TWO], 11)


def other_answer(algorithm, edges, **given):
    """The answer of another engine."""
    if algorithm == "ecg":
        return solve("igraph", "louvain", edges)
    return solve(ANSWERED_BY.get(algorithm, "scipy"), algorithm, edges, **given)


def called_answer(name, algorithm, edges, **given):
    """What the library's call of that name answers, where that is not the answer to the problem."""
    of = {"sorensen_coefficients": "sorensen", "triangle_count": "triangle-count"}.get(name, algorithm)
    answer = other_answer(of, edges, **given)
    if name != "betweenness_centrality":
        return answer
    _, _, inputs, p = posed(algorithm, edges, **given)  # it divides by k - 1 at the sources, by k elsewhere
    k, sources = len(inputs.vertices), np.isin(np.arange(p.num_vertices), inputs.vertices)
    return answer / np.where(sources & (k < p.num_vertices - 1), (k - 1) / k, 1)


@pytest.fixture
def run(monkeypatch):
    """Pose a problem to the engine; returns the answer and the double."""

    def call(algorithm, edges, settings=None, **given):
        double = fake_pylibcugraph.Double(lambda name: called_answer(name, algorithm, edges, **given))
        monkeypatch.setitem(sys.modules, "pylibcugraph", double)
        monkeypatch.setitem(sys.modules, "cupy", fake_pylibcugraph.cupy())
        monkeypatch.setattr(engine, "settings", settings or Settings())
        page, at, inputs, p = posed(algorithm, edges, **given)
        adapter = page.adapter("pylibcugraph")
        built = engine.build(engine.read(at), at, **adapter.build)
        for name in ("pairs", "vertices", "labels"):
            if (values := getattr(inputs, name)) is not None:
                setattr(p, name, getattr(engine, name)(values, at))
        return engine.answer(adapter.call(double, built, p), page.kind, at, inputs.pairs), double

    return call


@pytest.mark.parametrize("edges", [UNDIRECTED, DIRECTED, WEIGHTED], ids=["undirected", "directed", "weighted"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_its_answers_are_read_into_the_common_form(run, algorithm, edges):
    given = {"clusters": 3} if algorithm.startswith(("spectral", "analyze")) else {}
    if algorithm == "lcc" and edges.directed:
        with pytest.raises(UnsupportedError, match="undirected graphs only"):
            run(algorithm, edges)
        return
    answer, double = run(algorithm, edges, **given)
    assert double.calls
    np.testing.assert_allclose(answer, other_answer(algorithm, edges, **given), rtol=1e-12, atol=1e-12)
    found = certify(algorithm, edges, answer, **given)
    assert found.valid, found.detail


def test_the_published_algorithms_and_most_others_have_an_adapter():
    published = {"bfs", "jaccard", "leiden", "louvain", "pagerank", "sssp", "triangle-count", "wcc"}
    missing = set(registry.algorithm_names()) - set(ALGORITHMS)
    assert published <= set(ALGORITHMS)
    assert missing == {"cdlp", "coo-to-csr", "renumber", "transpose"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_problem_is_posed_as_to_cugraph(algorithm):
    own, cugraph = (registry.algorithm(algorithm).adapter(name) for name in ("pylibcugraph", "cugraph"))
    assert own.build == cugraph.build
    assert own.no_equivalent == cugraph.no_equivalent


def test_isolated_vertices_and_the_storage_reach_the_library(run):
    _, double = run("pagerank", GRAPHS["isolated vertices"])
    made = double.calls["pagerank"].graph
    assert made.vertices_array.tolist() == list(range(7))
    assert made.store_transposed
    assert made.weight_array.dtype == np.float64
    assert len(made.src) == 2 * len(GRAPHS["isolated vertices"])


@pytest.mark.parametrize(("allowed", "given"), [(22 * 90, True), (22 * 90 - 1, False)])
def test_both_directions_are_made_by_the_library_where_memory_is_too_small(monkeypatch, run, allowed, given):
    monkeypatch.setattr(engine.memory, "allowed_bytes", allowed)
    _, double = run("pagerank", WEIGHTED)
    made = double.calls["pagerank"].graph
    assert made.symmetrize is not given
    assert len(made.src) == len(made.dst) == len(made.weight_array) == (2 if given else 1) * len(TWO)


@pytest.mark.parametrize("renumber", [True, False])
def test_renumbering_is_an_option(run, renumber):
    _, double = run("wcc", UNDIRECTED, Settings(renumber=renumber))
    assert double.calls["weakly_connected_components"].graph.renumber is renumber


@pytest.mark.parametrize("edges", [UNDIRECTED, DIRECTED], ids=["undirected", "directed"])
@pytest.mark.parametrize("wanted", [True, False])
def test_a_directed_search_never_changes_its_direction(run, edges, wanted):
    _, double = run("bfs", edges, Settings(direction_optimizing=wanted))
    assert double.calls["bfs"].direction_optimizing is (wanted and not edges.directed)
    *_, p = posed("bfs", edges)
    used = registry.algorithm("bfs").adapter("pylibcugraph").parameters_used(p)
    assert used.get("direction_optimizing", True) is not edges.directed


@pytest.mark.parametrize(
    ("name", "algorithm", "options"),
    [
        ("pylibcugraph", "bfs", {"allocator", "renumber", "direction_optimizing"}),
        ("pylibcugraph", "pagerank", {"allocator", "renumber"}),
        ("cugraph", "bfs", {"allocator", "renumber"}),
        ("nx-cugraph", "bfs", {"allocator", "from_networkx"}),
        ("cugraph-mg", "bfs", {"allocator"}),
        ("igraph", "bfs", set()),
    ],
)
def test_options_belong_to_tasks_that_they_change(name, algorithm, options):
    settings = Settings(allocator="managed", renumber=False, direction_optimizing=True, from_networkx=True)
    found = identity(registry.engine(name), settings, registry.algorithm(algorithm), seed=0, ignore_weights=False)
    assert set(found) == {"seed", *options}
    assert all(found[option] == getattr(settings, option) for option in options)


def test_a_graph_without_edges_has_no_tree_here(run):
    with pytest.raises(UnsupportedError, match="it fails on a graph without edges"):
        run("mst", GRAPHS["no edges"])


def test_the_local_clustering_of_a_directed_graph_is_another_problem(run):
    with pytest.raises(UnsupportedError, match="not be the same problem on a directed graph: it counts triangles"):
        run("lcc", DIRECTED)


def test_ids_have_64_bits_where_the_stored_edges_need_them():
    class Huge:
        num_entries, id_type = 2**31, np.int32

    assert engine.id_type(Huge) is np.int64
    assert engine.id_type(UNDIRECTED) is np.int32


@pytest.mark.parametrize(
    ("given", "of_rmm"),
    [({}, False), ({"allocator": "async"}, True), ({"device_memory_bytes": 1 << 30}, True)],
)
def test_what_cupy_allocates_counts_against_a_limit(monkeypatch, given, of_rmm):
    """The limit is RMM's; without one, CuPy keeps its own pool with the default allocator."""
    chosen = []
    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(cuda=SimpleNamespace(set_allocator=chosen.append)))
    for name in ("rmm", "rmm.allocators"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace())
    monkeypatch.setitem(sys.modules, "rmm.allocators.cupy", SimpleNamespace(rmm_cupy_allocator="of RMM"))
    monkeypatch.setattr(engine.memory, "choose", lambda _: None)
    engine.choose_memory(Settings(**given))
    assert chosen == (["of RMM"] if of_rmm else [])
