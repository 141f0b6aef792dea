"""Every task ends in the right outcome, loses no measurement, and does not affect the next task."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from graphbench import registry
from graphbench.errors import InputError, StoreError, UnknownNameError, UsageError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure.options import Options
from graphbench.measure.plan import Cell, Plan, Prediction
from graphbench.measure.protocol import FIRST
from graphbench.measure.runner import measure
from graphbench.measure.sampling import REBUILDS
from graphbench.records.comparison import set_against
from graphbench.records.lines import from_json, to_json
from graphbench.records.model import DatasetInfo, Outcome
from graphbench.system import files, memory

FEW = Options(trials=3, timeout=60)
pytestmark = pytest.mark.usefixtures("ordeal")


def dataset(n=8, *, name="ring", weight=None):
    src = np.arange(n, dtype=np.int32)
    ends = np.sort(np.stack([src, (src + 1) % n]), axis=0)
    order = np.lexsort((ends[1], ends[0]))
    edges = EdgeList.from_columns(ends[0][order], ends[1][order], weight, num_vertices=n, directed=False, name=name)
    info = DatasetInfo(
        name=name,
        num_vertices=n,
        num_edges=n,
        num_entries=2 * n,
        num_isolated=0,
        directed=False,
        weighted=edges.weighted,
        sha256="",
        digest=edges.digest,
    )
    return Dataset(info=info, edges=edges)


def plan(*faults, engines=("faulty",), options=FEW, **params):
    ring = dataset()
    cells = [
        Cell(algorithm="ordeal", dataset=ring, engines=engines, params={"fault": each} | params) for each in faults
    ]
    return Plan(cells=tuple(cells), options=options)


def gone(pid):
    """Whether a process has ended; a zombie that nobody has reaped has."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("fault", "outcome", "reason"),
    [
        ("raise", Outcome.ERROR, "ValueError: the vertex is lost (in phase first)"),
        ("leave", Outcome.ERROR, "SystemExit: 0 (in phase first)"),
        ("exit", Outcome.ERROR, "ended the process with exit status 3 in phase first"),
        ("segfault", Outcome.ERROR, "died of SIGSEGV in phase first; it last said: my last words"),
        ("be killed", Outcome.ERROR, "died of SIGKILL in phase first, killed from outside"),
        ("memory error", Outcome.OUT_OF_MEMORY, "(in phase first)"),
        ("bad alloc", Outcome.OUT_OF_MEMORY, "died of SIGABRT in phase first: memory ran out"),
        ("kill the group", Outcome.ERROR, "died of SIGKILL in phase first, killed from outside"),
        ("close every descriptor", Outcome.ERROR, "in phase first; it last said: OSError: [Errno 9] Bad file"),
        ("raise on a full disk", Outcome.ERROR, "ValueError: the vertex is lost (in phase first)"),
        ("raise with closed streams", Outcome.ERROR, "ValueError: the vertex is lost (in phase first)"),
        ("raise speechless", Outcome.ERROR, "SpeechlessError (in phase first)"),
        ("raise what is no text", Outcome.ERROR, "ValueError: ? is lost (in phase first)"),
        ("garbage among events", Outcome.ERROR, "messages cannot be read in phase first"),
        ("bytes among events", Outcome.ERROR, "messages cannot be read in phase first"),
        ("an impossible event", Outcome.ERROR, "messages cannot be read in phase first"),
        ("an unknown event", Outcome.ERROR, "messages cannot be read in phase first"),
        ("an event without end", Outcome.ERROR, "a line of more than 16,777,216 bytes"),
    ],
)
def test_a_failure_ends_its_task_only(fault, outcome, reason):
    bad, good = measure(plan(fault, "none"))
    assert (bad.outcome, good.outcome) == (outcome, Outcome.OK)
    assert reason in bad.reason
    assert bad.phases.build_s is not None, "what was measured before the fault is lost"
    assert bad.phases.first_s is None
    assert bad.worker.id != good.worker.id
    assert len(good.phases.call_s) == 3
    if fault == "segfault":
        log = files.home() / "logs" / f"{bad.worker.id}.err"
        assert "my last words" in log.read_text()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("wrong", "not all zero"),
        ("not numbers", "expected an array of numbers"),
        ("not an array", "expected an array of numbers"),
        ("odd shape", "cannot make sense of it"),
    ],
)
def test_a_wrong_answer_is_invalid_and_says_why(fault, reason):
    bad, good = measure(plan(fault, "none"))
    assert (bad.outcome, good.outcome) == (Outcome.INVALID, Outcome.OK)
    assert reason in bad.reason
    assert "digest" not in bad.answer
    assert bad.phases.first_s > 0


def test_a_call_longer_than_the_limit_is_a_timeout_even_if_it_ignores_sigterm():
    bad, good = measure(plan("sleep deaf", "none", options=Options(trials=3, timeout=5)))
    assert (bad.outcome, good.outcome) == (Outcome.TIMEOUT, Outcome.OK)
    assert bad.censored.phase == "first"
    assert 0 < bad.censored.after_s < 6
    assert bad.censored.limit_s == 5
    assert "5 s struck in the first call" in bad.reason
    assert gone(bad.worker.pid)


def test_a_keeper_that_is_stopped_is_ended_with_its_worker():
    bad, good = measure(plan("stop the keeper", "none", options=Options(trials=3, timeout=5)))
    assert (bad.outcome, good.outcome) == (Outcome.TIMEOUT, Outcome.OK)
    assert gone(bad.worker.pid)


@pytest.mark.parametrize(
    ("fault", "trials", "stopped"), [("sleep in third trial", 2, "limit"), ("sleep in first trial", 1, "first_only")]
)
def test_trials_before_the_time_limit_are_kept_and_certified(fault, trials, stopped):
    (record,) = measure(plan(fault, options=Options(trials=5, timeout=5)))
    assert record.outcome is Outcome.OK
    assert (len(record.phases.call_s), record.trials.stopped) == (trials, stopped)
    assert record.censored.phase == "call"
    assert record.certificate.valid
    if stopped == "first_only":
        assert record.phases.call_s == [record.phases.first_s]


def test_a_worker_that_hung_in_a_trial_gets_no_other_task():
    cut, good = measure(plan("sleep in third trial", "none", options=Options(trials=5, timeout=5)))
    assert (cut.outcome, good.outcome) == (Outcome.OK, Outcome.OK)
    assert good.worker.id != cut.worker.id
    assert len(good.phases.call_s) == 5
    assert gone(cut.worker.pid)


def test_what_a_worker_sent_before_it_died_is_read():
    others = set(psutil.Process().children())

    def be_late(progress):
        if progress.phase == "start":
            (worker,) = set(psutil.Process().children()) - others
            wait_until(lambda: gone(worker.pid), 60)

    (record,) = measure(plan("exit"), be_late)
    assert record.outcome is Outcome.ERROR
    assert "exit status 3 in phase first" in record.reason
    assert record.phases.build_s is not None


def test_a_kill_by_the_kernel_is_out_of_memory(monkeypatch):
    counts = iter([7, 8])
    monkeypatch.setattr(memory, "oom_kill_count", lambda: next(counts))
    (record,) = measure(plan("be killed"))
    assert record.outcome is Outcome.OUT_OF_MEMORY
    assert "memory ran out" in record.reason


@pytest.mark.parametrize("fault", ["hoard", "hoard in child"])
def test_a_worker_above_its_memory_limit_is_out_of_memory(fault):
    options = Options(trials=3, timeout=60, memory_limit=600 << 20)
    bad, good = measure(plan(fault, "none", options=options))
    assert (bad.outcome, good.outcome) == (Outcome.OUT_OF_MEMORY, Outcome.OK)
    assert (bad.censored.phase, bad.censored.limit_bytes) == ("first", 600 << 20)
    assert "600 MiB" in bad.reason
    assert "--memory-limit" in bad.reason
    assert bad.phases.build_s is not None
    assert bad.memory.host_peak_bytes > 600 << 20  # what was held when the limit struck, as the reason says
    assert gone(bad.worker.pid)


def test_a_clock_that_runs_backwards_gives_no_time():
    bad, good = measure(plan("turn clock back", "none", options=Options(trials=5, timeout=60)))
    assert (bad.outcome, good.outcome) == (Outcome.ERROR, Outcome.OK)
    assert "ran backwards" in bad.reason
    assert len(bad.phases.call_s) == 1
    assert min(bad.phases.call_s) >= 0
    assert bad.certificate.valid


def test_a_record_survives_if_its_answer_cannot_be_stored():
    (files.home() / "answers").touch()
    (record,) = measure(plan("none"))
    assert record.outcome is Outcome.OK
    assert len(record.phases.call_s) == 3
    assert "digest" not in record.answer
    assert "the answer is not kept" in record.warnings[0]


def test_a_task_whose_end_is_predicted_is_not_started():
    def predict(task, engine, posed):
        assert (task.engine, posed.num_edges) == (engine.name, 8)
        return Prediction(outcome=Outcome.TIMEOUT, reason="hopeless") if engine.name == "faulty" else None

    steady, faulty = measure(plan("none", engines=("steady", "faulty")), predict=predict)
    assert steady.outcome is Outcome.OK
    assert (faulty.outcome, faulty.reason, faulty.worker) == (Outcome.TIMEOUT, "hopeless", None)


def test_output_of_engines_does_not_disturb(capfd):
    (record,) = measure(plan("chatter"))
    assert record.outcome is Outcome.OK
    assert len(record.worker.stderr_tail) <= 2_000
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("leave child", Outcome.OK), ("leave daemon", Outcome.OK), ("leave daemon and die", Outcome.ERROR)],
)
def test_children_that_outlive_their_worker_are_ended(tmp_path, fault, outcome):
    note = tmp_path / "pids"
    (record,) = measure(plan(fault, note=str(note)))
    assert record.outcome is outcome
    pids = [int(line) for line in note.read_text().split()]
    assert len(pids) >= (4 if outcome is Outcome.OK else 1), "of the first call and of a warm one, at least"
    assert all(gone(pid) for pid in pids)


def test_a_child_that_comes_back_from_the_call_reports_nothing():
    (record,) = measure(plan("fork and return"))
    assert record.outcome is Outcome.OK
    assert len(record.phases.call_s) == 3


def test_messages_that_break_after_some_trials_are_an_error_with_what_was_measured():
    bad, good = measure(plan("garbage in third trial", "none", options=Options(trials=5, timeout=60)))
    assert (bad.outcome, good.outcome) == (Outcome.ERROR, Outcome.OK)
    assert "in phase call" in bad.reason
    assert len(bad.phases.call_s) == 2


def test_the_log_of_an_engine_that_prints_without_end_is_bounded():
    (record,) = measure(plan("print without end"))
    assert record.outcome is Outcome.OK
    assert record.worker.stderr_tail.endswith("at last")


def test_old_logs_are_removed_beyond_a_bound(monkeypatch):
    monkeypatch.setattr("graphbench.measure.run_folder.MAX_LOGS_BYTES", 1000)
    logs = files.home() / "logs"
    logs.mkdir()
    for age in range(5):
        (logs / f"{age}.err").write_bytes(b"x" * 400)
        os.utime(logs / f"{age}.err", (1e9 - age, 1e9 - age))
    assert [record.outcome for record in measure(plan("none"))] == [Outcome.OK]
    assert sorted(path.name for path in logs.iterdir()) == ["0.err", "1.err"]


def test_an_answer_that_vanished_is_not_certified():
    bad, good = measure(plan("remove answers", "none"))
    assert (bad.certificate, good.certificate.valid) == (None, True)
    assert any("not certified" in warning for warning in bad.warnings)
    assert "digest" not in bad.answer
    assert set_against(good, bad).reasons == ["not_certified: the answer of faulty is not certified"]


def test_a_graph_that_is_damaged_while_it_is_measured_accuses_no_engine():
    for record in measure(plan("damage the graph", "none")):
        assert (record.outcome, record.certificate) == (Outcome.OK, None)
        assert "the cached edge list is damaged" in record.warnings[0]
    (record,) = measure(plan("none"))
    assert record.certificate.valid


def test_ctrl_c_ends_the_worker_and_keeps_what_is_complete(tmp_path):
    note = tmp_path / "pids"
    asleep = []

    def interrupt(progress):
        if progress.phase == "first" and asleep:
            wait_until(lambda: note.exists() and len(note.read_text().split()) == 2)
            raise KeyboardInterrupt
        if progress.phase == "done":
            asleep.append(progress)

    records = measure(plan("none", "leave child and sleep", note=str(note)), interrupt)
    assert next(records).outcome is Outcome.OK
    with pytest.raises(KeyboardInterrupt):
        next(records)
    wait_until(lambda: all(gone(int(pid)) for pid in note.read_text().split()))
    assert not list((files.home() / "runs").iterdir())


@pytest.mark.parametrize("fault", ["leave child and sleep", "leave daemon and sleep"])
def test_a_worker_and_its_children_die_with_a_parent_that_is_killed(tmp_path, fault):
    note = tmp_path / "pids"
    script = f"import sys, test_runner as t\nfor _ in t.measure(t.plan({fault!r}, note={str(note)!r})): pass\n"
    search = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    parent = subprocess.Popen([sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": search})
    wait_until(lambda: note.exists() and note.read_text().count("\n") == 2, 60)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_until(lambda: all(gone(int(pid)) for pid in note.read_text().split()))
    assert list((files.home() / "runs").iterdir()), "the killed run should have left its folder"
    assert [record.outcome for record in measure(plan("none"))] == [Outcome.OK]
    assert not list((files.home() / "runs").iterdir())


def test_a_record_describes_its_task_completely():
    seen = []
    first, second = measure(plan("none", "none", engines=("faulty",), note="-"), seen.append)
    assert (first.task.algorithm, first.task.dataset, first.task.engine) == ("ordeal", "ring", "faulty")
    assert first.task.params == {"fault": "none", "note": "-", "seed": 0}
    assert first.phases.build_s == pytest.approx(sum(first.phases.build_steps_s.values()))
    assert set(first.phases.build_steps_s) == {"graph", "conversion"}
    assert None not in (first.phases.start_s, first.phases.read_s, first.phases.first_s, first.phases.collect_s)
    assert first.trials.stopped == "count"
    assert first.trials.certified[0] == FIRST
    assert len(first.trials.certified) == first.certificate.checked == 2
    assert len(first.phases.rebuilt_s) == REBUILDS
    assert None not in (first.phases.copy_s, first.phases.build_gc_s, first.cpu.first_s)
    assert len(first.cpu.call_s) == len(first.phases.call_s)
    assert set(first.cpu.after_s) == {FIRST, len(first.phases.call_s) - 1}
    assert first.memory.host_peak_bytes > 1 << 20
    assert first.adapter == {"note": None, "stops_at": 0.5, "threads": 3}
    assert first.environment.threads == 1, "what it may use, whatever it claims"
    assert first.headline == "labels"
    assert first.revisions
    assert (first.worker.position, first.worker.shared_build) == (0, False)
    assert (second.worker.position, second.worker.shared_build) == (1, True)
    assert second.worker.id == first.worker.id
    assert second.phases.build_s == first.phases.build_s
    assert np.array_equal(np.load(files.home() / "answers" / f"{first.answer['digest']}.npy"), np.zeros(8))
    assert from_json(to_json(first)) == first
    assert not list((files.home() / "logs").iterdir())
    assert [each.phase for each in seen if each.task == first.task][:6] == [
        "start",
        "read",
        "build",
        "first",
        "collect",
        "call",
    ]
    assert [each.record for each in seen if each.phase == "done"] == [first, second]


def test_answers_of_several_engines_are_compared():
    steady, faulty = measure(plan("none", engines=("faulty", "steady")))
    assert (steady.task.engine, faulty.task.engine) == ("steady", "faulty")
    assert steady.agreement == []
    assert [(each.engine, each.kind) for each in faulty.agreement] == [("steady", "equivalent")]


def test_gaps_and_absent_engines_are_recorded():
    absent, gappy = measure(plan("none", engines=("absent", "gappy")))
    assert (absent.outcome, absent.reason) == (Outcome.UNAVAILABLE, "not installed. Install it.")
    assert (gappy.outcome, gappy.reason) == (Outcome.UNSUPPORTED, "not in the library")
    assert gappy.environment is None


def test_networkx_settings_do_not_reach_the_worker(monkeypatch):
    from graphbench.measure.process import _variables

    monkeypatch.setenv("NETWORKX_BACKEND_PRIORITY", "cugraph")
    monkeypatch.setenv("NX_CUGRAPH_AUTOCONFIG", "True")
    passed = _variables({"OMP_NUM_THREADS": "2"})
    assert not [name for name in passed if name.startswith(("NETWORKX_", "NX_CUGRAPH_"))]
    assert (passed["OMP_NUM_THREADS"], passed["PYTHONHASHSEED"]) == ("2", "0")


def test_real_engines_find_the_one_component_of_a_ring():
    cell = Cell(algorithm="wcc", dataset=dataset(), engines=("networkx",))
    (record,) = measure(Plan(cells=(cell,), options=FEW))
    assert (record.outcome, record.answer["components"]) == (Outcome.OK, 1)


def test_searches_take_turns_with_the_sources_and_certify_different_ones():
    cell = Cell(algorithm="bfs", dataset=dataset(), engines=("networkx",), params={"sources": 6})
    (record,) = measure(Plan(cells=(cell,), options=Options(trials=9, timeout=60, seed=5)))
    assert record.draw.count == len(set(record.trials.sources[:6])) == 6
    assert record.trials.sources[6:] == record.trials.sources[:3]
    first, *warm = record.trials.certified
    assert first == FIRST
    assert record.certificate.checked == 1 + len(warm) == 5
    assert len({trial % 6 for trial in warm}) == 4, "of different sources"
    assert record.trials.compared >= len(record.phases.rebuilt_s), "calls on a graph built anew among them"


def test_a_heuristic_has_the_quality_of_every_trial_and_another_seed_in_each():
    cell = Cell(algorithm="louvain", dataset=dataset(40), engines=("networkx",))
    (record,) = measure(Plan(cells=(cell,), options=Options(trials=6, timeout=60, seed=3)))
    assert record.trials.seeds == [3, 4, 5, 6, 7, 8]
    assert len(record.trials.quality) == 6
    assert record.answer["modularity"] in record.trials.quality
    assert record.quality == "modularity"


def test_wrong_requests_are_refused_before_anything_is_measured():
    ring = dataset()
    good = Cell(algorithm="ordeal", dataset=ring, engines=("steady",))
    for cells, error in [
        ([good, Cell(algorithm="ordeal", dataset=ring, engines=("steady",), params={"x": 1})], UsageError),
        ([good, Cell(algorithm="ordeal", dataset=ring, engines=("stedy",))], UnknownNameError),
        ([good, Cell(algorithm="ordal", dataset=ring, engines=("steady",))], UnknownNameError),
    ]:
        with pytest.raises(error):
            next(measure(Plan(cells=tuple(cells), options=FEW)))


def test_a_plugin_that_cannot_be_imported_is_named(monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "helpers.faulty_engines,no_such_module")
    with pytest.raises(UsageError, match="no_such_module"):
        registry.engine_names()


def test_a_graph_that_does_not_fit_is_refused_before_its_dataset_is_touched():
    negative = dataset(weight=-np.ones(8))
    cells = tuple(Cell(algorithm=each, dataset=negative, engines=("networkx",)) for each in ("wcc", "sssp"))
    with pytest.raises(InputError, match="negative"):
        next(measure(Plan(cells=cells, options=FEW)))


def test_a_home_that_cannot_be_written_is_an_error_with_advice(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRAPHBENCH_HOME", str(tmp_path / "file"))
    with pytest.raises(StoreError, match="GRAPHBENCH_HOME"):
        next(measure(plan("none")))
