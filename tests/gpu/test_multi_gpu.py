"""Engine `cugraph-mg` on the GPUs that there are, one of them too: a worker for each, one cluster for most tests."""

import os

import numpy as np
import psutil
import pytest

import graphbench as gb
from graphbench import registry
from graphbench.certificates.agreement import agreement
from graphbench.engines.base import Settings
from graphbench.errors import ConvergenceError, UsageError
from graphbench.graphs import load
from graphbench.measure.options import Options
from graphbench.measure.plan import Cell, Plan
from graphbench.measure.runner import measure
from graphbench.records.model import Outcome
from helpers.graphs import GRAPHS, graph, posed

ENGINE = "cugraph-mg"
NAMES = ["isolated vertices", "disconnected", "dangling vertices", "directed path", "weighted", "weighted, directed"]
ALGORITHMS = [each for each in registry.algorithm_names() if ENGINE in registry.algorithm(each).adapters]

pytestmark = [
    pytest.mark.skipif(
        not registry.engine(ENGINE).availability().ok, reason=f"{registry.engine(ENGINE).availability().reason}"
    ),
    pytest.mark.xdist_group("several GPUs"),  # one cluster at a time
    pytest.mark.filterwarnings("default"),  # Dask and its libraries warn of each other
]


@pytest.fixture(scope="module")
def engine():
    """The engine; its cluster lasts over tests, and ends with them."""
    found = registry.engine(ENGINE)
    yield found
    found.workers.close()


@pytest.fixture
def library(engine):
    """The engine's module, with a cluster of all GPUs: a fresh one where a test before has failed in it."""
    module = engine.start(Settings())
    if engine.workers.client is None:
        engine.cluster(Settings())
        engine.communications(Settings())
    return module


@pytest.fixture
def solve(engine, library, tmp_path):
    """Solves a problem on a graph: its page, the posed graph, the certificate's call, and the answer."""

    def solved(*question, **given):
        try:
            return attempted(*question, **given)
        except UsageError:  # refused before any worker was asked
            raise
        except Exception:
            engine.workers.close()  # a call that failed on one worker leaves the others waiting for it
            raise

    def attempted(algorithm, edges, **given):
        page, at, inputs, p = posed(algorithm, edges, **given)
        at = at.write(tmp_path / f"{at.digest}.parquet")
        adapter = page.adapter(ENGINE)
        graph = engine.build(engine.read(at), at, **adapter.build)
        asked = page.call(at, page.resolve(given), inputs, seed=0)
        for name in ("pairs", "vertices", "labels"):
            if (values := getattr(inputs, name)) is not None:
                setattr(asked, name, getattr(engine, name)(values, at))
        raw = adapter.call(library, graph, asked)
        engine.synchronize()
        return page, at, p, engine.answer(raw, page.kind, at, inputs.pairs)

    return solved


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_answer_is_certified(solve, algorithm, name):
    try:
        page, at, p, answer = solve(algorithm, GRAPHS[name])
    except UsageError as refusal:
        pytest.skip(f"refused: {refusal}")
    finding = page.certify(at, answer, p)
    assert finding.valid, finding.detail


@pytest.mark.parametrize("name", ["no edges", "no edges, directed", "one edge", "mostly isolated"])
@pytest.mark.parametrize("algorithm", ["pagerank", "wcc", "bfs"])
def test_every_vertex_is_there_however_few_have_edges(solve, algorithm, name):
    page, at, p, answer = solve(algorithm, GRAPHS[name])
    assert len(answer) == GRAPHS[name].num_vertices
    assert page.certify(at, answer, p).valid


def test_searches_follow_out_edges(solve):
    *_, depths = solve("bfs", GRAPHS["directed path"], source="4")
    assert depths.tolist() == [-1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7]
    *_, distances = solve("sssp", graph([(0, 1, 2), (1, 2, 3), (3, 1, 1)], 4, directed=True), source="1")
    assert distances.tolist() == [np.inf, 0, 3, np.inf]


def test_communities_of_two_cliques_are_found(solve):
    clique = [(u, v) for u in range(8) for v in range(u)]
    twins = graph([*clique, *((u + 8, v + 8) for u, v in clique), (0, 8)], 16)
    *_, found = solve("louvain", twins)
    assert agreement("labels", found, np.repeat([0, 1], 8)).kind == "equivalent"


def test_pagerank_that_runs_out_of_iterations_says_so(solve):
    with pytest.raises(ConvergenceError, match="within 3 iterations"):
        solve("pagerank", GRAPHS["dangling vertices"], tolerance=1e-12, max_iterations=3)


@pytest.mark.usefixtures("library")
def test_every_call_is_computed_anew(engine):
    """Dask hands out what an equal call has computed if anybody still holds it."""
    client = engine.workers.client
    one, other = (client.submit(os.urandom, 8) for _ in range(2))
    assert one.result() != other.result()


@pytest.mark.usefixtures("library")
def test_the_edge_list_is_given_up_once_the_graph_is_built(engine):
    edges = load("ba:n=20000,m=5").edges
    columns = engine.read(edges)
    built = engine.build(columns, edges)
    del columns
    engine.synchronize()
    assert len(built.input_df) == 0
    assert built.input_df["source"].dtype == edges.id_type


# In processes of their own, with clusters of their own


def _one(algorithm, options, observe=lambda _: None):
    cell = Cell(algorithm=algorithm, dataset=load("email-Enron"), engines=(ENGINE,))
    (record,) = measure(Plan(cells=(cell,), options=options), observe=observe)
    return record


@pytest.fixture
def none_before():
    before = {each.pid for each in psutil.Process().children(recursive=True)}
    yield
    after = [each for each in psutil.Process().children(recursive=True) if each.pid not in before]
    assert not [each.cmdline() for each in after]


@pytest.mark.usefixtures("none_before")
def test_a_task_is_measured_in_parts_and_leaves_nothing_running():
    result = gb.run("pagerank", "email-Enron", engines=[ENGINE], trials=3, gpus="all", baseline=ENGINE)
    (record,) = result.records
    assert record.outcome is Outcome.OK, record.reason
    assert set(record.phases.start_steps_s) == {"imports", "cluster", "communications"}
    assert len(record.memory.device_peaks_bytes) == record.task.params["gpus"]
    assert record.memory.device_peak_bytes == max(record.memory.device_peaks_bytes) > 0
    assert len(record.adapter["workers"]) == record.task.params["gpus"]


@pytest.mark.usefixtures("none_before")
def test_too_little_device_memory_is_an_outcome():
    record = _one("pagerank", Options(trials=1, timeout=120, gpus=1, device_memory_limit=1 << 20))
    assert record.outcome is Outcome.OUT_OF_MEMORY, record.reason


@pytest.mark.usefixtures("none_before")
def test_a_worker_that_is_killed_is_an_outcome():
    def kill(progress):
        if progress.phase != "call" or killed:
            return
        (worker,) = (each for each in psutil.Process().children() if "graphbench.measure.worker" in each.cmdline())
        killed.extend(
            each for each in worker.children(recursive=True) if any("spawn_main" in word for word in each.cmdline())
        )
        killed[0].kill()

    killed = []
    record = _one("pagerank", Options(trials=1_000_000, timeout=120, gpus=1), observe=kill)
    assert record.outcome is Outcome.ERROR
    assert "died" in record.reason
