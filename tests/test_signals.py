"""A command that is stopped, or whose streams are closed, keeps and shows what is complete."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graphbench.records.store import load

pytestmark = pytest.mark.usefixtures("ordeal")
RUN = ["ordeal", "karate", "--engine", "steady,faulty", "--trials", "1"]
MATRIX = ["--algorithms", "ordeal", "--datasets", "karate", "--engines", "steady,faulty", "--trials", "1"]
SUITE = ["suite", *MATRIX, "--seed", "2"]  # the seed decides the order: the steady engine first


@pytest.fixture(autouse=True)
def plugin_on_the_path(monkeypatch):
    """New interpreters find the plugin that `ordeal` names."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)]))


def stopped(arguments, note, number, **options):
    """Send a signal once the second engine sleeps in its call; returns exit code and what was printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "graphbench", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"ORDEAL_FAULT": "leave child and sleep", "ORDEAL_NOTE": str(note)},
        **{"preexec_fn": lambda: signal.signal(number, signal.SIG_DFL)} | options,  # the tests may run under nohup
    )
    deadline = time.monotonic() + 120
    while not (note.exists() and note.read_text().count("\n") == 2):
        assert time.monotonic() < deadline, "the engine was never called"
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.parametrize(
    ("command", "number"),
    [(RUN, signal.SIGINT), (RUN, signal.SIGTERM), (SUITE, signal.SIGTERM), (SUITE, signal.SIGHUP)],
    ids=["run-INT", "run-TERM", "suite-TERM", "suite-HUP"],
)
def test_a_stopped_command_shows_what_is_complete_and_leaves_a_usable_store(tmp_path, command, number):
    store = tmp_path / "records.jsonl"
    code, out, err = stopped([*command, "--store", store, "--format", "json"], tmp_path / "pids", number)
    assert code == 128 + number
    assert [record["task"]["engine"] for record in json.loads(out)["records"]] == ["steady"]
    assert [record.task.engine for record in load([store], strict=True)] == ["steady"]
    assert "Interrupted. Completed records are kept" in err
    assert ("To resume:" in err) == (command is SUITE)
    assert (f"kept in {store}: `graphbench records --store {store}` lists them. The same" in err) == (command is RUN)
    assert "Traceback" not in err
    assert not Path(f"{store}.pid").exists(), "the store is unlocked"


def test_a_run_stopped_before_its_baseline_says_so_and_takes_no_other(tmp_path):
    baseline = ["--baseline", "faulty", "--format", "json"]
    _, out, err = stopped([*RUN, *baseline], tmp_path / "pids", signal.SIGINT)
    assert "Interrupted before faulty ran, so there is no ratio yet." in err
    assert json.loads(out)["comparisons"] == []


def test_a_signal_that_is_ignored_stays_ignored_as_nohup_wants_it(tmp_path):
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    code, out, err = stopped([*RUN, "--timeout", 8], tmp_path / "pids", signal.SIGHUP, preexec_fn=ignore)
    assert code == 1, "the timeout of the second engine"
    assert "Interrupted" not in err
    assert "timeout" in out


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "0<&- 2>&-"])
def test_a_measurement_goes_on_without_a_stderr(tmp_path, redirection):
    store = tmp_path / "records.jsonl"
    command = f"{sys.executable} -m graphbench wcc karate --trials 1 --engine scipy --store {store} {redirection}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0
    assert "certified" in done.stdout
    assert len(load([store], strict=True)) == 1


@pytest.mark.parametrize("command", ["list", "show louvain", "doctor", "wcc karate --trials 1 --engine scipy"])
def test_a_reader_that_has_gone_is_no_error_to_report(command):
    piped = f"{sys.executable} -m graphbench {command} | head -c 1; echo ${{PIPESTATUS[0]}} >&2"
    done = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, timeout=120, check=False)
    *messages, code = done.stderr.split("\n")[:-1]
    assert code in {"0", "1"}
    assert not [line for line in messages if not line.startswith("wcc")]


@pytest.mark.parametrize(
    "command",
    ["wcc karate --engine scipy --save-answer kept.csv", "wcc karate --engine scipy,networkx --chart kept.svg",
     "scale wcc rmat:scale=4..5 --engine scipy --chart kept.svg"],
)  # fmt: skip
def test_files_are_written_although_the_reader_of_the_table_has_gone(tmp_path, command):
    _, kept = command.rsplit(maxsplit=1)
    piped = f"{sys.executable} -m graphbench {command} --trials 1 --store records.jsonl | true"
    subprocess.run(["bash", "-c", piped], cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert (tmp_path / kept).stat().st_size
    assert load([tmp_path / "records.jsonl"], strict=True)
