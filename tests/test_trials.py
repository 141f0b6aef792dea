"""The worker's part: what a time contains, and in which state of the process a call is timed."""

import gc
import os
import signal
import subprocess
import sys
import time

import msgspec
import numpy as np
import pytest

from graphbench import registry
from graphbench.engines.base import Settings
from graphbench.errors import UnavailableError
from graphbench.graphs.clean import Raw, clean
from graphbench.measure import clock, job, kernels, sampling, trials
from graphbench.measure.plan import Cell
from graphbench.measure.prepare import prepare
from graphbench.measure.protocol import FIRST, Ended, Equipped, Rebuilt
from graphbench.measure.record import compiled_warning
from graphbench.measure.runner import measure
from graphbench.measure.trials import Bench
from graphbench.records.model import Outcome
from graphbench.system import memory
from helpers import faulty_engines
from test_runner import FEW, dataset, plan

pytestmark = pytest.mark.usefixtures("ordeal")
WHOLE_S = 2 * faulty_engines.STEP_S


def test_every_time_lasts_until_the_device_is_done():
    (record,) = measure(plan("none", engines=("asynchronous",), options=FEW))
    assert record.outcome is Outcome.OK
    phases = record.phases
    assert len(phases.call_s) == FEW.trials
    assert min(phases.call_s) >= WHOLE_S
    assert min(phases.read_s, phases.first_s, phases.collect_s) >= WHOLE_S
    assert min(phases.start_steps_s.values()) >= WHOLE_S
    assert min(phases.build_steps_s.values()) >= WHOLE_S
    assert min(phases.start_s, phases.build_s) >= 2 * WHOLE_S, "the parts of a phase are added"


@pytest.fixture
def bench():
    here = Bench(lambda _: None)
    yield here
    here.release()


def request_to(folder, engine, algorithm="ordeal", **params):
    cell = Cell(algorithm=algorithm, dataset=dataset(), engines=(engine,))
    prepared = prepare(cell, registry.algorithm(algorithm).resolve(params), 0)
    return prepared.request(registry.engine(engine), Settings(), answers=folder / "answer-", command="")


def prepared_job(bench, folder, engine, algorithm="ordeal", **params):
    return bench.prepare(request_to(folder, engine, algorithm, **params))[0]


def test_children_and_theirs_are_found_while_they_run():
    starts = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", starts], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        grandchild = int(child.stdout.readline())
        try:
            clock.find_children()
            assert {child.pid, grandchild} <= {*clock._children}
        finally:
            os.kill(grandchild, signal.SIGKILL)
    clock.find_children()
    assert not {child.pid, grandchild} & {*clock._children}


def test_the_bare_call_returns_when_the_device_is_done(bench, tmp_path):
    job = prepared_job(bench, tmp_path, "asynchronous")
    bench.solver(job)(job.call(0))
    assert not job.engine.pending


def test_the_clock_stops_before_an_answer_is_arranged(bench, tmp_path, monkeypatch):
    events = []
    timed, arrange = trials.timed, job.arrange

    def clock(engine, action, *args, **options):
        events.append(action.__name__)
        result = timed(engine, action, *args, **options)
        events.append("clock stopped")
        return result

    monkeypatch.setattr(trials, "timed", clock)
    monkeypatch.setattr(job, "arrange", lambda *args: events.append("arrange") or arrange(*args))
    prepared_job(bench, tmp_path, "steady")
    assert events[events.index("collect") :][:3] == ["collect", "clock stopped", "arrange"]


def test_the_module_that_was_imported_is_checked_before_anything_is_measured(bench, tmp_path, monkeypatch):
    def refuse(engine):
        raise UnavailableError(engine.name, "the module reports another version", "")

    monkeypatch.setattr(faulty_engines.Steady, "check_imported", refuse)
    with pytest.raises(UnavailableError, match="the module reports another version"):
        prepared_job(bench, tmp_path, "steady")


def test_an_engine_whose_library_does_not_import_is_unavailable(bench, tmp_path, monkeypatch):
    def start(*_):
        raise ModuleNotFoundError("No module named 'second_half'")

    monkeypatch.setattr(faulty_engines.Steady, "start", start)
    sent = []
    monkeypatch.setattr(bench, "_send", sent.append)
    bench.run(request_to(tmp_path, "steady"))
    failed = sent[-1]
    assert failed.outcome is Outcome.UNAVAILABLE
    assert "its library cannot be imported (ModuleNotFoundError: No module named 'second_half')" in failed.reason
    assert "Install it" in failed.reason


@pytest.fixture
def recording(bench, tmp_path, monkeypatch):
    """An engine after one task, its log, and how to prepare the next."""
    engine = registry.engine("recording")
    engine.take_log()
    monkeypatch.setattr(memory, "reset_host_peak", lambda: engine.log.append("reset host peak"))
    return engine, lambda: prepared_job(bench, tmp_path, "recording")


RESET = ["reset host peak", "reset device peak"]


def test_a_task_on_the_same_graph_builds_nothing_and_has_peaks_of_its_own(recording):
    engine, task = recording
    task()
    assert engine.take_log() == ["reset host peak", "start", "reset device peak", "read", "build", "call", "collect"]
    task()
    assert engine.take_log() == [*RESET, "call", "collect"]


@pytest.mark.parametrize("slow_s", [0, 1e9], ids=["a graph hidden from the collector", "one in its sight"])
def test_a_graph_is_released_before_one_with_other_options_is_read(recording, monkeypatch, slow_s):
    monkeypatch.setattr(trials, "_SLOW_COLLECTION_S", slow_s)
    engine, task = recording
    task()
    engine.take_log()
    other = msgspec.structs.replace(faulty_engines.ordeal.adapter("recording"), build={"transposed": True})
    monkeypatch.setitem(faulty_engines.ordeal.adapters, "recording", other)
    task()
    assert engine.take_log() == [*RESET, "freed", "read", "build transposed", "call", "collect"]


def test_the_collector_does_not_disturb_a_trial(recording, bench):
    engine, task = recording
    job = task()
    engine.take_log()
    for trial in range(3):
        bench.trial(job, trial)
    assert engine.take_log() == ["call"] * 3
    assert gc.isenabled()


def test_the_first_call_has_the_inputs_of_the_first_trial(bench, tmp_path):
    job = prepared_job(bench, tmp_path, "networkx", "bfs", sources=4)
    assert job.call(FIRST).source == job.call(0).source != job.call(1).source


def test_whether_there_is_time_for_trials_depends_on_the_first_call_and_everything_around_it(
    bench, tmp_path, monkeypatch
):
    laps = []
    monkeypatch.setattr(sampling, "before_first", lambda _, **seconds: laps.append(seconds) or "first_only")
    bench.run(request_to(tmp_path, "asynchronous"))
    (first,) = laps
    assert first["lap_s"] >= first["first_s"] + WHOLE_S, "collecting its answer is part of the lap"


def test_a_gpu_engine_first_solves_a_small_graph_once_for_each_kind_of_task(bench, tmp_path):
    first, _ = bench.prepare(request_to(tmp_path, "on-gpu"))
    bench.prepare(request_to(tmp_path, "on-gpu"))
    engine, real = first.engine, first.posed.num_vertices
    assert engine.loaded == engine.built == [kernels.VERTICES, real]
    assert engine.called == [kernels.VERTICES, real, real]


def test_a_small_graph_that_is_refused_does_not_end_the_task(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(registry.engine("on-gpu"), "start", lambda _: registry.engine("on-gpu"))
    vars(registry.engine("on-gpu")).update(loaded=[], built=[], called=[], refuses=kernels.VERTICES)
    bench.prepare(request_to(tmp_path, "on-gpu"))
    assert len(registry.engine("on-gpu").called) == 2


def test_freeing_and_collecting_garbage_do_not_count_as_time_of_calls_on_a_graph_built_anew(tmp_path, monkeypatch):
    engine, events = registry.engine("asynchronous"), []
    one_s = 4 * WHOLE_S  # reading, building, converting, calling
    monkeypatch.setattr(engine, "wait_until_freed", lambda: time.sleep(one_s))
    bench = Bench(events.append)
    bench.run(msgspec.structs.replace(request_to(tmp_path, "asynchronous"), budget_s=4.5 * one_s, trials=1))
    bench.release()
    assert sum(isinstance(event, Rebuilt) for event in events) == sampling.REBUILDS


@pytest.mark.parametrize("compiled", [0, 3])
def test_loading_kernels_is_part_of_start_and_says_if_they_were_compiled(tmp_path, monkeypatch, compiled):
    found = iter([0, 0, 0, compiled])
    monkeypatch.setattr(kernels, "compiled", lambda: next(found))
    events = []
    bench = Bench(events.append)
    bench.prepare(request_to(tmp_path, "on-gpu"))
    bench.release()
    (start,) = (event for event in events if isinstance(event, Ended) and event.phase == "start")
    assert [*start.steps] == ["imports", "kernels"]
    assert start.seconds == pytest.approx(sum(start.steps.values()))
    (equipped,) = (event for event in events if isinstance(event, Equipped))
    assert equipped.used.get("kernels_compiled", 0) == compiled


def test_kernels_that_were_compiled_are_a_warning(tmp_path, monkeypatch):
    folder = tmp_path / "cupy"
    folder.mkdir()
    monkeypatch.setenv("CUPY_CACHE_DIR", str(folder))
    assert kernels.compiled() == 0
    (folder / "one.cubin").touch()
    assert kernels.compiled() == 1
    (warning,) = compiled_warning(1)
    assert warning.startswith("CuPy compiled 1 kernel that its cache")
    assert compiled_warning(0) == []


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_the_small_graph_is_clean_and_has_vertices_of_low_and_high_degree(directed, weighted):
    made = kernels.small_graph(directed=directed, weighted=weighted)
    src, dst, weight = made.to_numpy()
    again, _ = clean(Raw(src=src, dst=dst, weight=weight, num_vertices=made.num_vertices, directed=directed), "again")
    assert again.digest == made.digest
    degrees = made.undirected().degrees
    assert (degrees.min(), degrees.max()) == (2, made.num_vertices - 1)
    assert 32 < np.sort(degrees)[-2] < 1024
