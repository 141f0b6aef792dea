"""Engine `cugraph-mg` as far as it can be tested without a GPU: options, tasks, and the watch over workers."""

import contextlib
import signal
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from graphbench import cli, registry
from graphbench.engines import _dask, cugraph_mg
from graphbench.engines.base import Settings
from graphbench.errors import EngineError, UnavailableError
from graphbench.graphs import load
from graphbench.measure import protocol, record
from graphbench.measure.options import Options
from graphbench.measure.plan import make_plan
from graphbench.measure.prepare import identity
from graphbench.system import gpus
from helpers.graphs import GRAPHS

engine = cugraph_mg.engine
ISSUE = ("bfs", "jaccard", "louvain", "pagerank", "sssp", "wcc")


@pytest.fixture
def four(monkeypatch):
    """A machine that shows four GPUs."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5,GPU-abc,7")


def plan(**given):
    (cell,) = make_plan("wcc", [load("karate")], Options(**given), {}).cells
    return cell.engines


def test_cugraph_mg_is_measured_only_on_request():
    assert engine.name not in plan()
    assert engine.name in plan(gpus=1)
    assert plan(engines=["cugraph-mg"]) == ("cugraph-mg",)
    assert plan(baseline="cugraph-mg").count("cugraph-mg") == 1


def test_gpus_without_a_multi_gpu_engine_is_a_warning():
    with pytest.warns(UserWarning, match="--gpus has no effect.* Add --engine cugraph-mg"):
        plan(gpus=2, engines=["igraph"])


@pytest.mark.usefixtures("four")
def test_the_command_line_takes_a_number_or_all(capsys):
    command = ["wcc", "karate", "--engine", "cugraph-mg", "--baseline", "cugraph-mg", "--format", "json"]
    cli.invoke([*command, "--gpus", "all"])
    assert '"gpus":4' in capsys.readouterr().out.replace(" ", "")
    assert cli.invoke([*command, "--gpus", "some"]) == 2
    assert "or all" in capsys.readouterr().err


@pytest.mark.usefixtures("four")
def test_the_number_of_gpus_belongs_to_its_tasks_and_to_no_other_engines():
    def told(name, **settings):
        return identity(registry.engine(name), Settings(**settings), seed=0, ignore_weights=False).get("gpus")

    assert (told("cugraph-mg"), told("cugraph-mg", device=1), told("cugraph-mg", gpus=2)) == (4, 3, 2)
    assert told("cugraph", gpus=2) is None
    assert told("igraph", gpus=2) is None


def test_without_a_gpu_a_task_names_no_number(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert "gpus" not in identity(engine, Settings(), seed=0, ignore_weights=False)


@pytest.mark.usefixtures("four")
def test_workers_are_shown_as_many_gpus_as_were_asked_for_from_the_device_on():
    def shown(**settings):
        return engine.environment(Settings(**settings)).get("CUDA_VISIBLE_DEVICES")

    assert shown() == "3,5,GPU-abc,7"
    assert shown(gpus=2) == "3,5"
    assert shown(gpus=2, device=1) == "5,GPU-abc"
    assert shown(gpus=2, scheduler="tcp://host:8786") is None


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("name", registry.engine_names())
def test_every_engine_has_the_same_rules_for_idle_threads(name):
    variables = registry.engine(name).environment(Settings(threads=2))
    assert variables["OMP_WAIT_POLICY"] == "passive"
    assert variables["OMP_DYNAMIC"] == "false"
    assert variables["OPENBLAS_THREAD_TIMEOUT"] == "4"


def test_all_gpus_are_visible_where_nothing_hides_them(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert gpus.visible(1, 3) == "1,2,3"


@pytest.mark.usefixtures("four")
def test_too_many_gpus_are_refused_before_any_import():
    with pytest.raises(UnavailableError, match=r"4 GPUs visible, expected 5 \(--gpus\)\. Pass a smaller --gpus"):
        engine.start(Settings(gpus=5))


def test_every_algorithm_has_an_adapter_or_a_reason():
    pages = {name: registry.algorithm(name) for name in registry.algorithm_names()}
    having = {name for name, page in pages.items() if engine.name in page.adapters}
    assert having.issuperset(ISSUE)
    assert having.issuperset(cugraph_mg.SAME_CALL)
    assert not having & {"scc", "mst"}
    assert all(page.gaps[engine.name] for name, page in pages.items() if name not in having)


@pytest.mark.parametrize("name", [name for name in cugraph_mg.SAME_CALL if name != "bfs"])
def test_a_shared_adapter_builds_and_tells_what_the_one_for_one_gpu_does(name):
    page = registry.algorithm(name)
    one, several = page.adapters["cugraph"], page.adapters[engine.name]
    assert (several.build, several.parameters_used, several.no_equivalent) == (
        one.build,
        one.parameters_used,
        one.no_equivalent,
    )


@pytest.mark.parametrize(("entries", "wanted"), [(2**31 - 1, np.int32), (2**31, np.int64)])
def test_ids_are_as_wide_as_the_number_of_stored_edges_needs(entries, wanted):
    assert engine.id_type(SimpleNamespace(num_entries=entries, id_type=np.int32)) is wanted
    assert engine.id_type(SimpleNamespace(num_entries=entries, id_type=np.int64)) is np.int64


def test_subgraphs_come_back_with_both_directions_of_an_edge():
    frame = {"src": np.array([1, 0, 2, 1]), "dst": np.array([0, 1, 1, 2])}
    frame = {key: SimpleNamespace(to_numpy=lambda values=values: values) for key, values in frame.items()}
    found = engine.answer((frame, "offsets"), "edges", GRAPHS["path"], None)
    assert found.tolist() == [[0, 1], [1, 2]]
    assert len(engine.answer((frame, "offsets"), "edges", GRAPHS["directed path"], None)) == 4
    assert engine.answer(None, "edges", GRAPHS["path"], None).shape == (0, 2)


def test_steps_of_start_and_of_build_are_kept_apart():
    kept = record.TaskState()
    kept.add(protocol.Ended(phase="start", seconds=3, steps={"imports": 1, "cluster": 2}))
    kept.add(protocol.Ended(phase="build", seconds=7, steps={"graph": 3, "conversion": 4}))
    kept.add(protocol.Ended(phase="first", seconds=1))
    assert kept.phases.start_steps_s == {"imports": 1, "cluster": 2}
    assert kept.phases.build_steps_s == {"graph": 3, "conversion": 4}


# The watch


class Client:
    """What the watch needs of Dask's client."""

    def __init__(self):
        self.futures, self.hear = {}, None

    def subscribe_topic(self, topic, handler):
        assert topic == "all"
        self.hear = handler

    def unsubscribe_topic(self, topic):
        assert topic == "all"
        self.hear = None


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def watch(client, monkeypatch):
    monkeypatch.setattr(_dask.WorkerWatch, "LOOK_S", 0.01)
    before = signal.getsignal(signal.SIGUSR1)
    found = _dask.WorkerWatch(client)
    yield found
    found.end()
    signal.signal(signal.SIGUSR1, before)


def removal(worker):
    return 0.0, {"action": "remove-worker", "worker": worker}


def test_a_dead_worker_ends_an_endless_wait(client, watch):
    watch.places = {"tcp://a:1": "H100 (host, CUDA_VISIBLE_DEVICES=0)"}
    threading.Timer(0.05, client.hear, [removal("tcp://a:1")]).start()
    with pytest.raises(EngineError, match=r"worker tcp://a:1 died, and its part .*H100"), watch.armed():
        threading.Event().wait(60)
    with pytest.raises(EngineError, match="tcp://a:1 died"), watch.armed():
        pytest.fail("a cluster that lost a worker is not used again")


def test_a_failed_task_ends_the_wait_for_the_others(client, watch):
    client.futures["task"] = SimpleNamespace(status="error", exception=RuntimeError("std::bad_alloc"))
    with pytest.raises(EngineError, match="RuntimeError: std::bad_alloc") as raised, watch.armed():
        threading.Event().wait(60)
    assert engine.is_out_of_memory(raised.value)


def test_an_error_of_a_worker_takes_precedence(client, watch):
    client.futures["task"] = SimpleNamespace(status="error", exception=ValueError("no"))
    with pytest.raises(ValueError, match="no"), watch.armed():
        raise ValueError("no")


def test_errors_after_a_workers_death_name_the_death(client, watch):
    threading.Timer(0.05, client.hear, [removal("tcp://a:1")]).start()
    with pytest.raises(EngineError, match="tcp://a:1 died"), watch.armed():
        raise OSError("the connection was closed")


def test_unarmed_it_raises_nothing(client, watch):
    client.futures["task"] = SimpleNamespace(status="error", exception=ValueError("no"))
    assert not threading.Event().wait(0.05 + 2 * watch.GRACE * watch.LOOK_S)


def test_other_worker_events_are_ignored(client, watch):
    client.hear((0.0, {"action": "add-worker", "worker": "tcp://a:1"}))
    client.hear((0.0, "text"))
    with watch.armed():
        pass


# What the calls take and give


@pytest.mark.parametrize(("pairs", "workers", "posed"), [(3, 2, 3), (3, 3, 3), (2, 5, 5), (0, 4, 0)])
def test_every_worker_gets_a_pair(pairs, workers, posed):
    given = np.arange(2 * pairs).reshape(pairs, 2)
    rows = cugraph_mg._enough(given, workers)
    assert rows.shape == (posed, 2)
    assert set(map(tuple, rows)) == set(map(tuple, given))


def test_walks_are_taken_whole_from_a_series_that_knows_no_columns(monkeypatch):
    class Series:
        def compute(self):
            return SimpleNamespace(to_numpy=lambda: np.array([4, 2, -1, 7, 3, 5]))

    monkeypatch.setattr(engine.workers, "watched", contextlib.nullcontext)
    assert engine.answer((Series(), 3), "walks", GRAPHS["path"], None).tolist() == [[4, 2, -1], [7, 3, 5]]


# Letting go


def test_release_waits_until_the_workers_have_freed_a_graph(monkeypatch):
    monkeypatch.setattr(_dask, "SETTLE_LOOK_S", 0)
    cluster, held = _dask.Cluster(), [[2, 1], [0, 1], [0, 0], [5, 5]]
    monkeypatch.setattr(cluster, "each", lambda _: held.pop(0))
    cluster.settle()
    assert held == [[5, 5]]


def test_release_does_not_wait_forever_or_for_dead_workers(monkeypatch):
    monkeypatch.setattr(_dask, "SETTLE_LOOK_S", 0)
    cluster, looks = _dask.Cluster(), []
    monkeypatch.setattr(cluster, "each", lambda _: looks.append(1) or [1])
    cluster.settle()
    assert len(looks) == _dask.SETTLE_LOOKS

    def gone(_):
        raise EngineError("a worker died")

    monkeypatch.setattr(cluster, "each", gone)
    cluster.settle()


def test_walks_on_several_gpus_get_no_shared_seed():
    page, given = registry.algorithm("random-walks"), {}
    attached = page.adapters[engine.name]

    def walk(_, starts, **options):
        given.update(options, starts=starts)
        return "paths", "weights", 3

    module = SimpleNamespace(uniform_random_walks=walk)
    call = SimpleNamespace(vertices=[0], length=3, seed=7)
    assert attached.call.__wrapped__(module, None, call) == ("paths", 4)
    assert given == {"max_depth": 3, "starts": [0]}
    assert attached.parameters_used(call) == {"random_state": None}
