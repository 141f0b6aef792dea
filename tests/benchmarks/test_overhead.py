"""What graphbench adds: to a trial, and to a whole command.

What is asked: under 1 % of a trial or 20 microseconds, and under 2 s for `graphbench bfs karate` with NetworkX and
igraph beyond what the libraries take to import, on a machine that does nothing else. Both quantities are in the
benchmarks' `extra_info`. Run with `pytest -o addopts= -n 0 tests/benchmarks/test_overhead.py --benchmark-json FILE`.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from graphbench.measure.options import Options
from graphbench.measure.plan import Cell, Plan
from graphbench.measure.runner import measure
from test_runner import dataset

ENGINES = ("networkx", "igraph")


@pytest.mark.usefixtures("ordeal")
def test_runner_per_trial(benchmark):
    """An adapter that returns at once: what its trials last is what the runner's clock adds to every trial."""
    ring = dataset()
    plan = Plan(
        cells=(Cell(algorithm="ordeal", dataset=ring, engines=("steady",)),), options=Options(trials=500, timeout=60)
    )
    added = []

    def run():
        (record,) = measure(plan)
        added.append(median(record.phases.call_s))

    benchmark.group = "overhead"
    benchmark.pedantic(run, rounds=5)
    benchmark.extra_info["per_trial_s"] = median(added)
    assert len(added) == 5


def test_whole_command(benchmark, tmp_path):
    """From the shell's prompt to the table, less what the two libraries take to import in processes of their own."""
    environment = os.environ | {"GRAPHBENCH_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "graphbench", "bfs", "karate", "--engine", ",".join(ENGINES), "--trials", "5",
               "--format", "json"]  # fmt: skip
    took, libraries = [], []

    def run():
        started = time.perf_counter()
        out = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
        took.append(time.perf_counter() - started)
        libraries.append(sum(record["phases"]["start_s"] for record in json.loads(out)["records"]))

    benchmark.group = "overhead"
    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    beyond = float(np.median(np.array(took) - np.array(libraries)))
    benchmark.extra_info["beyond_imports_s"] = beyond
    assert Path(tmp_path / "records.jsonl").exists()


def test_help(benchmark):
    """`graphbench --help`, in times of a Python process that does nothing: under 12 is asked for."""

    def took(*arguments):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
        return time.perf_counter() - started

    nothing, told = [], []

    def run():
        nothing.append(took("-c", "pass"))
        told.append(took("-m", "graphbench", "--help"))

    benchmark.group = "overhead"
    benchmark.pedantic(run, rounds=10, warmup_rounds=1)
    benchmark.extra_info["times_of_nothing"] = median(told) / median(nothing)
