"""What is particular to engines on a GPU: allocators, peaks, precision, traps of the libraries."""

import os
import warnings

import numpy as np
import pytest

import graphbench as gb
from graphbench import registry
from graphbench.engines.base import Settings
from graphbench.system import gpus

GPU = ["cugraph", "nx-cugraph", "pylibcugraph"]


@pytest.mark.parametrize("allocator", ["default", "pool", "async", "managed"])
def test_every_allocator_measures_and_is_recorded(allocator):
    result = gb.run("wcc", "power", engines=GPU, allocator=allocator, trials=2, baseline="cugraph")
    assert result.ok
    for record in result.records:
        assert record.environment.allocator == allocator
        assert record.memory.device_peak_bytes > 0
        assert record.environment.gpus


def process_bytes():
    """What NVML says this process holds on its device, context and libraries included."""
    with gpus.nvml() as nvml:
        for process in nvml.nvmlDeviceGetComputeRunningProcesses(gpus.handle()):
            if process.pid == os.getpid() and process.usedGpuMemory:
                return process.usedGpuMemory
        return nvml.nvmlDeviceGetMemoryInfo(gpus.handle()).used  # in a container NVML sees other pids


def test_the_device_peak_covers_the_graph_and_is_no_more_than_the_driver_sees():
    engine = registry.engine("cugraph")
    engine.start(Settings())
    edges = gb.load("email-Enron")
    engine.reset_device_peak()
    before = engine.device_peak_bytes()
    graph = engine.build(engine.read(edges), edges)
    peak = engine.device_peak_bytes()
    stored = 2 * edges.num_edges * 4  # CSR indices alone, int32, both directions
    assert peak - before >= stored
    assert peak <= process_bytes()
    del graph


def test_isolated_vertices_count_in_pagerank():
    result = gb.run("pagerank", "netscience", engines=[*GPU, "igraph"], trials=1, baseline="igraph")
    assert result.ok
    scores = {engine: result.answer(engine) for engine in [*GPU, "igraph"]}
    assert all(len(each) == gb.load("netscience").num_vertices for each in scores.values())
    for engine in GPU:
        np.testing.assert_allclose(scores[engine], scores["igraph"], atol=1e-6)


@pytest.mark.parametrize("engine", GPU)
def test_pagerank_reaches_a_tolerance_that_float32_cannot(engine):
    result = gb.run("pagerank", "email-Enron", engines=[engine], tolerance=1e-11, trials=1, baseline=engine)
    (record,) = result.records
    assert record.outcome == "ok", record.reason
    assert record.answer["residual"] <= 1e-11


def test_pagerank_does_not_pay_for_a_transposition_in_every_trial():
    engine = registry.engine("cugraph")
    library = engine.start(Settings())
    page = registry.algorithm("pagerank")
    edges = page.pose(gb.load("karate"), seed=0)
    adapter = page.adapter("cugraph")
    graph = engine.build(engine.read(edges), edges, **adapter.build)
    call = page.call(edges, page.resolve({}), page.draw(edges, page.resolve({}), 0), seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # cuGraph warns when the storage is the wrong way round
        adapter.call(library, graph, call)


def test_shortest_paths_are_exact_where_float32_is_not(tmp_path):
    heavy = 2.0**24
    path = tmp_path / "path.csv"
    path.write_text("".join(f"{v},{v + 1},{heavy + v % 2}\n" for v in range(64)))
    result = gb.run("sssp", path, engines=["cugraph", "networkx"], source="0", trials=1)
    assert result.ok
    np.testing.assert_array_equal(result.answer("cugraph"), result.answer("networkx"))


def test_unreached_vertices_come_back_as_unreached(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text("0,1\n2,3\n")
    for algorithm, unreached in (("bfs", -1), ("sssp", np.inf)):
        result = gb.run(algorithm, path, engines=GPU, source="0", trials=1, baseline="cugraph")
        assert result.ok
        for engine in GPU:
            assert (result.answer(engine)[2:] == unreached).all()


@pytest.mark.parametrize("renumber", [True, False])
@pytest.mark.parametrize("direction_optimizing", [True, False])
@pytest.mark.parametrize("graph", ["email-Enron", "polblogs"])
def test_options_of_pylibcugraph_are_part_of_the_task(graph, renumber, direction_optimizing):
    options = {"renumber": renumber, "direction_optimizing": direction_optimizing}
    result = gb.run("bfs", graph, engines="pylibcugraph", trials=2, baseline="pylibcugraph", **options)
    (record,) = result.records
    assert record.outcome == "ok", record.reason
    assert options.items() <= record.task.params.items()


@pytest.mark.parametrize("engine", ["cugraph", "pylibcugraph"])
@pytest.mark.parametrize("algorithm", registry.algorithm_names())
def test_vertices_keep_their_numbers_without_renumbering(algorithm, engine):
    if registry.algorithm(algorithm).find_adapter(engine) is None:
        pytest.skip("no adapter")
    result = gb.run(algorithm, "netscience", engines=engine, renumber=False, trials=1, baseline=engine)
    (record,) = result.records
    assert record.outcome in {"ok", "unsupported"}, record.reason  # eigensolvers refuse some graphs
    assert "direction_optimizing" not in record.task.params or algorithm == "bfs"


def test_weights_reach_every_gpu_engine():
    result = gb.run("louvain", "lesmis", engines=[*GPU, "igraph"], trials=3, baseline="igraph")
    plain = gb.run("louvain", "lesmis", engines=[*GPU, "igraph"], trials=3, baseline="igraph", ignore_weights=True)
    assert result.ok
    assert plain.ok
    for weighted, unweighted in zip(result.records, plain.records, strict=True):
        assert weighted.answer["modularity"] != pytest.approx(unweighted.answer["modularity"], abs=1e-4)


@pytest.mark.parametrize("converted", [True, False])
def test_the_conversion_of_nx_cugraph_is_shown_apart(converted):
    nx = "nx-cugraph"
    (record,) = gb.run("wcc", "power", engines=[nx], from_networkx=converted, trials=1, baseline=nx).records
    assert record.outcome == "ok", record.reason
    steps = record.phases.build_steps_s
    assert set(steps) == ({"graph", "conversion"} if converted else set())
    assert not converted or sum(steps.values()) == pytest.approx(record.phases.build_s)


@pytest.mark.parametrize("algorithm", registry.algorithm_names())
def test_a_converted_graph_gives_the_same_answers(algorithm):
    if registry.algorithm(algorithm).find_adapter("nx-cugraph") is None:
        pytest.skip("no adapter")
    one, two = (
        gb.run(algorithm, "netscience", engines="nx-cugraph", from_networkx=converted, trials=1, baseline="nx-cugraph")
        for converted in (True, False)
    )
    assert one.records[0].outcome == two.records[0].outcome == "ok", one.records[0].reason or two.records[0].reason


@pytest.mark.parametrize("engine", GPU)
def test_kernels_are_loaded_before_the_first_build(engine):
    (record,) = gb.run("bfs", "power", engines=[engine], trials=1, baseline=engine).records
    steps = record.phases.start_steps_s
    assert [*steps] == ["imports", "kernels"]
    assert sum(steps.values()) == pytest.approx(record.phases.start_s)


def test_a_search_lists_the_vertices_in_no_call(monkeypatch):
    engine = registry.engine("cugraph")
    library, page = engine.start(Settings()), registry.algorithm("bfs")
    edges = page.pose(gb.load("karate"), seed=0)
    graph = engine.build(engine.read(edges), edges)
    monkeypatch.setattr(library.Graph, "nodes", None, raising=False)
    params = page.resolve({"source": "5"})
    call = page.call(edges, params, page.draw(edges, params, 0), seed=0)
    answer = engine.answer(page.adapter("cugraph").call(library, graph, call), page.kind, edges, None)
    assert page.certify(edges, answer, call).valid
