"""Every engine solves every problem on every tiny graph correctly, and engines agree."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from graphbench import registry
from graphbench.algorithms.base import Kind
from graphbench.certificates.agreement import agreement
from graphbench.engines.base import Settings
from graphbench.errors import ConvergenceError, InputError, UnsupportedError, UsageError
from helpers.engines import AVAILABLE, ENGINES, each_with, having
from helpers.graphs import GRAPHS, certify, graph, path, posed, raw, solve

ALGORITHMS = registry.algorithm_names()
SHAPES = {
    "partition": np.int64,
    "labels": np.int64,
    "scores": np.float64,
    "counts": np.int64,
    "depths": np.int64,
    "distances": np.float64,
    "pair_scores": np.float64,
    "vectors": np.float64,
    "edges": np.int64,
    "arcs": np.int64,
    "numbering": np.int64,
    "walks": np.int64,
    "quantities": np.float64,
}
assert set(SHAPES) == {*Kind.__args__, "counts"}


EACH = each_with(ALGORITHMS)


def has_one_answer(page):
    return page.unique and not page.quality


def fitting(algorithm, edges):
    """The page, unless it refuses to be posed on that graph."""
    try:
        posed(algorithm, edges)
    except UsageError as refusal:
        pytest.skip(f"refused: {refusal}")
    return registry.algorithm(algorithm)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize(("engine", "algorithm"), EACH)
def test_every_answer_is_certified(engine, algorithm, name):
    page = fitting(algorithm, GRAPHS[name])
    try:
        answer = solve(engine, algorithm, GRAPHS[name])
    except UnsupportedError as gap:  # on some graphs only: told, and no wrong answer
        pytest.skip(f"unsupported: {gap}")
    finding = certify(algorithm, GRAPHS[name], answer)
    assert finding.valid, finding.detail
    assert page.headline in finding.quantities
    entries = page.kind == "arcs" and answer.shape[1] == 3
    assert answer.dtype == (np.float64 if entries else SHAPES[page.kind])


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("algorithm", [each for each in ALGORITHMS if has_one_answer(registry.algorithm(each))])
def test_engines_agree(algorithm, name):
    fitting(algorithm, GRAPHS[name])
    page, _, _, p = posed(algorithm, GRAPHS[name])
    answers = {}
    for engine in set(AVAILABLE) & set(page.adapters):
        with contextlib.suppress(UnsupportedError):
            answers[engine] = solve(engine, algorithm, GRAPHS[name])
    if not answers:
        pytest.skip("no engine here has it")
    (one, first), *others = sorted(answers.items())
    for engine, answer in others:
        found = agreement(page.kind, first, answer, page.epsilon(vars(p)))
        assert found.kind in {"exact", "equivalent", "epsilon"}, f"{one} and {engine}: {found}"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_graph_without_vertices_is_refused(algorithm):
    with pytest.raises(InputError, match="no vertices"):
        posed(algorithm, graph([], 0))


@pytest.mark.parametrize(("engine", "algorithm"), EACH)
def test_adapters_return_finished_results(engine, algorithm):
    result = raw(engine, algorithm, GRAPHS["path"])
    assert not hasattr(result, "__next__"), "an unread generator has computed nothing yet"


@pytest.mark.parametrize("engine", having("sssp"))
def test_searches_follow_out_edges(engine):
    answer = solve(engine, "bfs", GRAPHS["directed path"], source="4")
    assert answer.tolist() == [-1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7]
    answer = solve(engine, "sssp", graph([(0, 1, 2), (1, 2, 3), (3, 1, 1)], 4, directed=True), source="1")
    assert answer.tolist() == [np.inf, 0, 3, np.inf]


@pytest.mark.parametrize("engine", having("sssp"))
def test_shortest_paths_use_weights(engine):
    shortcut = graph([(0, 1, 1), (1, 2, 1), (2, 3, 1), (0, 3, 10)], 4)
    assert solve(engine, "sssp", shortcut, source="0").tolist() == [0, 1, 2, 3]
    assert solve(engine, "bfs", shortcut, source="0").tolist() == [0, 1, 2, 1]


@pytest.mark.parametrize("engine", having("pagerank"))
def test_pagerank_uses_weights(engine):
    even = graph([(0, 1), (0, 2), (1, 0), (2, 0)], 3, directed=True)
    uneven = graph([(0, 1, 3), (0, 2, 1), (1, 0, 1), (2, 0, 1)], 3, directed=True)
    ranks = solve(engine, "pagerank", even)
    assert ranks[1] == pytest.approx(ranks[2])
    ranks = solve(engine, "pagerank", uneven, tolerance=1e-9)
    assert ranks[1] - 0.05 == pytest.approx(3 * (ranks[2] - 0.05))


@pytest.mark.parametrize("tolerance", [1e-2, 1e-6, 1e-10])
@pytest.mark.parametrize("name", ["mostly isolated", "dangling vertices", "path", "weighted"])
@pytest.mark.parametrize("engine", having("pagerank"))
def test_pagerank_reaches_the_requested_tolerance(engine, name, tolerance):
    answer = solve(engine, "pagerank", GRAPHS[name], tolerance=tolerance)
    finding = certify("pagerank", GRAPHS[name], answer, tolerance=tolerance)
    assert finding.valid, finding.detail
    assert finding.quantities["sum"] == pytest.approx(1)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("engine", having("pagerank"))
def test_pagerank_ignores_edges_of_weight_zero(engine, directed):
    # All out-edges of vertices 1 and 4 weigh 0.
    rows = [(0, 1, 2.0), (0, 2, 1.0), (2, 0, 0.5), (3, 0, 1.0)]
    without, nothing = (graph(each, 6, directed=directed) for each in (rows, [*rows, (1, 4, 0.0), (4, 3, 0.0)]))
    ranks = solve(engine, "pagerank", nothing, tolerance=1e-10)
    assert certify("pagerank", nothing, ranks, tolerance=1e-10).valid
    assert ranks == pytest.approx(solve(engine, "pagerank", without, tolerance=1e-10), abs=1e-9)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("engine", having("pagerank"))
def test_pagerank_with_all_weights_zero_is_uniform(engine, directed):
    weightless = graph([(0, 1, 0.0), (1, 2, 0.0)], 4, directed=directed)
    assert solve(engine, "pagerank", weightless, tolerance=1e-12) == pytest.approx([1 / 4] * 4, rel=1e-12)


def test_nx_cugraph_uses_float64_on_unweighted_graphs(monkeypatch):
    converted = SimpleNamespace(
        edge_values={}
    )  # what it makes of a graph without edges, whatever weights are asked for
    monkeypatch.setitem(sys.modules, "nx_cugraph", SimpleNamespace(from_networkx=lambda _, **__: converted))
    monkeypatch.setitem(sys.modules, "cupy", np)
    engine = registry.engine("nx-cugraph")
    monkeypatch.setattr(engine, "synchronize", lambda: None)
    monkeypatch.setattr(engine, "converts", True)
    assert engine.convert(None, GRAPHS["no edges"]).edge_values == {}
    weight = engine.convert(None, GRAPHS["no edges"], float64_weights=True).edge_values["weight"]
    assert (weight.shape, weight.dtype) == ((0,), np.float64)


@pytest.mark.parametrize("engine", having("pagerank"))
def test_pagerank_at_the_iteration_limit_raises_the_same_error_everywhere(engine):
    if "max_iterations" in registry.algorithm("pagerank").adapter(engine).no_equivalent:
        pytest.skip(f"{engine} does not iterate")
    few = {"tolerance": 1e-12, "max_iterations": 3}
    with pytest.raises(ConvergenceError, match="did not converge within 3 iterations; raise --max-iterations"):
        solve(engine, "pagerank", GRAPHS["dangling vertices"], **few)
    raw(engine, "pagerank", GRAPHS["dangling vertices"], tolerance=0.5, max_iterations=10)


@pytest.mark.parametrize("engine", having("pagerank"))
def test_pagerank_without_damping_is_uniform(engine):
    assert solve(engine, "pagerank", GRAPHS["dangling vertices"], damping=0) == pytest.approx([1 / 6] * 6)


@pytest.mark.parametrize("engine", having("jaccard"))
def test_jaccard_counts_open_neighbourhoods_and_keeps_the_order_of_pairs(engine):
    # N(0) = {1, 2}, N(3) = {1, 2, 4}, N(4) = {3}
    square = graph([(0, 1), (0, 2), (3, 1), (3, 2), (3, 4)], 6)
    page, at, _, p = posed("jaccard", square)
    it, adapter = registry.engine(engine), page.adapter(engine)
    pairs = np.array([[3, 4], [0, 3], [1, 2], [0, 1], [1, 4]])
    p.pairs = it.pairs(pairs, at)
    built = it.convert(it.build(it.read(at), at, **adapter.build), at, **adapter.build)
    library = it.start(Settings())
    answer = it.answer(adapter.call(library, built, p), page.kind, at, pairs)
    assert answer == pytest.approx([0, 2 / 3, 1, 0, 1 / 2], abs=1e-6)


BOTH = [
    pytest.param(*engine.values, algorithm, marks=engine.marks)
    for algorithm in ("louvain", "leiden")
    for engine in having(algorithm)
]


@pytest.mark.parametrize(("engine", "algorithm"), BOTH)
def test_communities_of_two_cliques_are_found(engine, algorithm):
    clique = [(u, v) for u in range(8) for v in range(u)]
    twins = graph([*clique, *((u + 8, v + 8) for u, v in clique), (0, 8)], 16)
    answer = solve(engine, algorithm, twins)
    assert agreement("labels", answer, np.repeat([0, 1], 8)).kind == "equivalent"


@pytest.mark.parametrize(("engine", "algorithm"), BOTH)
def test_communities_use_weights_and_resolution(engine, algorithm):
    weighted = graph([(0, 1, 10), (1, 2, 1), (2, 3, 10), (3, 0, 1)], 4)
    assert agreement("labels", solve(engine, algorithm, weighted), np.array([0, 0, 1, 1])).kind == "equivalent"
    coarse = solve(engine, algorithm, graph(path(40), 40), resolution=0.1)
    fine = solve(engine, algorithm, graph(path(40), 40), resolution=2.0)
    assert len(set(fine.tolist())) > len(set(coarse.tolist()))


@pytest.mark.parametrize("engine", having("louvain"))
def test_louvain_stops_after_max_level(engine):
    if "max_level" in registry.algorithm("louvain").adapter(engine).no_equivalent:
        pytest.skip(f"{engine} takes no limit")
    chain = graph(path(400), 400)
    one, two, all_of_them = (len(set(solve(engine, "louvain", chain, max_level=level))) for level in (1, 2, None))
    assert one > two > all_of_them > 1


@pytest.mark.parametrize("engine", having("triangle-count"))
def test_triangles_are_counted_at_each_vertex_exactly(engine):
    bowtie = graph([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2), (4, 5)], 7)
    assert solve(engine, "triangle-count", bowtie).tolist() == [1, 1, 2, 1, 1, 0, 0]
    wheel = graph([*((0, v) for v in range(1, 200)), *((v, v % 199 + 1) for v in range(1, 200))], 200)
    assert solve(engine, "triangle-count", wheel).tolist() == [199, *[2] * 199]


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_use_the_given_number_of_threads(engine):
    it = registry.engine(engine)
    if it.device == "gpu":
        pytest.skip("threads are the CPU's")
    it.start(Settings(threads=1))
    assert it.used(Settings(threads=1))["threads"] == 1
    if it.parallel:
        it.start(Settings(threads=2))
        assert it.used(Settings(threads=2))["threads"] == 2
        assert it.environment(Settings(threads=2))["OMP_NUM_THREADS"] == "2"
    assert it.version()


PARTLY_PARALLEL = [name for name in registry.engine_names() if registry.engine(name).parallel is not True]


@pytest.mark.parametrize("engine", [each for each in ENGINES if each.values[0] in PARTLY_PARALLEL])
def test_calls_that_start_threads_are_measured_in_parallel(engine):
    if registry.engine(engine).device == "gpu":
        pytest.skip("threads are the CPU's")
    count = Path(__file__).parent / "helpers" / "started_threads.py"
    one_of_blas = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "3"}
    run = subprocess.run(
        [sys.executable, count, engine], capture_output=True, env={**os.environ, **one_of_blas}, check=True
    )
    for algorithm in run.stdout.decode().split():
        assert registry.engine(engine).in_parallel(registry.algorithm(algorithm)), f"{algorithm} started threads"


@pytest.mark.parametrize("ids", [np.int32, np.int64])
@pytest.mark.parametrize("engine", ENGINES)
def test_ids_of_32_and_64_bits_are_accepted(engine, ids):
    edges = GRAPHS["star"]
    columns = edges.to_numpy()
    wide = type(edges).from_columns(columns.src.astype(ids), columns.dst.astype(ids), num_vertices=9, directed=False)
    assert certify("wcc", wide, solve(engine, "wcc", wide)).quantities == {"components": 1, "largest": 9}
