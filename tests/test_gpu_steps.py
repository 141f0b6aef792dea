"""The steps for machines with GPUs: which run, with which options, and that the suites beside them cover everything."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from graphbench import registry
from graphbench.engines.base import Engine
from graphbench.measure.suites import suite, tasks

FOLDER = Path(__file__).parent / "gpu"
PUBLISHED = {"bfs", "jaccard", "leiden", "louvain", "pagerank", "sssp", "triangle-count", "wcc"}


@pytest.fixture
def run(tmp_path):
    """Run the script with a double of Python on a machine with so many GPUs; returns the commands of its steps."""

    def steps(only, gpus, fails="no step"):
        calls, programs = tmp_path / "calls", tmp_path / "programs"
        programs.mkdir()
        double = f'echo "$CUDA_VISIBLE_DEVICES|$*" >> {calls}; case "$*" in *"{fails}"*) exit 1 ;; esac'
        for name, text in {"python3": double, "nvidia-smi": f"seq {gpus}", "nproc": "echo 32",
                           "taskset": 'shift 2; exec "$@"'}.items():  # fmt: skip
            (programs / name).write_text(f"#!/bin/bash\n{text}\n")
            (programs / name).chmod(0o755)
        environment = {
            **os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "ONLY": only, "CUDA_VISIBLE_DEVICES": "",
        }  # fmt: skip
        done = subprocess.run(
            [FOLDER / "run.sh", tmp_path / "out"], env=environment, capture_output=True, text=True, check=False
        )
        assert not done.stderr
        return done.returncode, calls.read_text().splitlines()

    return steps


@pytest.mark.parametrize("name", [path.stem for path in FOLDER.glob("*.toml")])
def test_every_suite_can_be_read(name):
    tasks.check(suite.read(str(FOLDER / f"{name}.toml")))


def test_the_families_are_all_other_algorithms_with_all_engines():
    families = suite.read(str(FOLDER / "families.toml"))
    assert {*families.algorithms} == {*registry.algorithm_names()} - PUBLISHED - {"scc", "transpose"}
    assert {*families.engines} == {name for name in registry.engine_names() if is_usual(registry.engine(name))}


def is_usual(engine: Engine) -> bool:
    return not engine.opt_in and engine.name != "graph-tool"  # which pip does not install


def test_direction_is_measured_wherever_it_matters():
    directed = suite.read(str(FOLDER / "directed.toml"))
    assert {*directed.algorithms} == {
        name for name in registry.algorithm_names() if registry.algorithm(name).form.directed
    }


def test_all_records_of_several_gpus_are_kept_together(run):
    code, calls = run("two-gpus", 2)
    several = [call for call in calls if "several.jsonl" in call]
    assert (code, len(several)) == (0, 3)
    assert sorted(call.split("--gpus ")[1].split()[0] for call in several) == ["1,2", "2", "2"]


@pytest.mark.parametrize("gpus", [1, 2])
@pytest.mark.parametrize(("name", "option"), [("capacity", "--engine"), ("references", "--engines")])
def test_two_engines_run_on_two_gpus_if_there_are_two(run, gpus, name, option):
    _, calls = run(name, gpus)
    found = {call.split(f"{option} ")[1].split()[0]: call.partition("|")[0] for call in calls}
    assert found == {"cugraph" if name == "capacity" else "cugraph,nx-cugraph": "0", "pylibcugraph": str(gpus - 1)}
    assert len({call.split("--store ")[1] for call in calls}) == 2


def test_a_search_begins_where_earlier_ones_ended(run):
    _, calls = run("capacity", 1)
    assert all("--like reports/records/2026-11-26-h100-capacity.jsonl" in call for call in calls)


def test_every_other_algorithm_is_measured_with_networkx_too(run):
    _, calls = run("families", 1)
    measured = [call for call in calls if "/families.jsonl" in call]
    assert len(measured) == 7
    assert any("networkx" in call for call in measured)
    assert any("spectral-balanced-cut" in call for call in measured)


def test_a_step_is_no_group_of_steps(run):
    code, calls = run("two", 2)
    assert (code, len(calls)) == (0, 1)
    assert "two.toml" in calls[0]


@pytest.mark.parametrize("fails", ["--engine cugraph ", "--engine pylibcugraph "])
@pytest.mark.parametrize("gpus", [1, 2])
def test_a_search_that_fails_is_not_done(run, tmp_path, gpus, fails):
    code, calls = run("capacity", gpus, fails)
    assert (code, len(calls)) == (1, 2)
    assert not (tmp_path / "out/capacity.done").exists()


def test_the_headline_is_measured_twice_in_two_stores(run, tmp_path):
    _, calls = run("headline", 1)
    measured = [call for call in calls if "headline.toml" in call]
    assert len({call for call in measured if "/records.jsonl" in call}) == 3
    assert len({call for call in measured if "/again.jsonl" in call}) == 2
    out = tmp_path / "out"
    assert any(f"compare {out}/records.jsonl {out}/again.jsonl" in call for call in calls)


def test_a_step_ends_with_the_script(tmp_path):
    programs, started = tmp_path / "programs", tmp_path / "started"
    programs.mkdir()
    python = programs / "python3"
    python.write_text(f"#!/bin/bash\necho $$ > {started}\nexec sleep 100\n")
    python.chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "ONLY": "doctor"}
    with subprocess.Popen([FOLDER / "run.sh", tmp_path / "out"], env=environment, stdout=subprocess.DEVNULL) as script:
        while not (started.exists() and started.read_text().strip()):
            time.sleep(0.01)
        script.terminate()
        assert script.wait() == 143
    assert not Path(f"/proc/{started.read_text().strip()}").exists()
