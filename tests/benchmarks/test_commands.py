"""What commands cost: start-up, a store of 100,000 records, and a suite of tiny tasks.

Run with `pytest tests/benchmarks/test_commands.py -n 0`. Both sides of a ratio alternate. Ratios are of CPU seconds,
which a busy machine stretches less than wall seconds; limits in seconds are for an idle machine. The table at the end
has what is asked for and what was seen.
"""

import json
import os
import resource
import subprocess
import sys
import time
from statistics import median
from typing import NamedTuple

import pytest

from graphbench import registry
from graphbench.measure import clock
from helpers.large_store import write_store

BARE = (
    "import networkx as nx, igraph; graph = nx.karate_club_graph(); nx.single_source_shortest_path_length(graph, 0);"
    "igraph.Graph(list(graph.edges())).distances(0)"
)
SMALL = ("karate", "ba:n=100,m=3")


@pytest.fixture
def command(tmp_path):
    """Run Python with these arguments; gives wall seconds, CPU seconds of all its processes, and what it printed."""
    environment = os.environ | {"GRAPHBENCH_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # users' modules are compiled once

    def run(*arguments):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        ran = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ran.stdout

    return run


def alternating(benchmark, ours, other, rounds=5):
    """The medians of wall and CPU seconds of both sides; a round before those that count warms caches."""
    sides = ([], [])

    def one_round():
        for side, run in zip(sides, (ours, other), strict=True):
            side.append(run()[:2])

    benchmark.pedantic(one_round, rounds=rounds, warmup_rounds=1)
    return [[median(times) for times in zip(*side[1:], strict=True)] for side in sides]


@pytest.mark.parametrize("words", ["list", "show louvain", "doctor", "records"])
def test_short_command(benchmark, target, command, words):
    ours, other = alternating(
        benchmark, lambda: command("-m", "graphbench", *words.split()), lambda: command("-c", "pass")
    )
    details = f"wall {ours[0]:.2f} s / {other[0]:.2f} s"
    target.report(f"graphbench {words} / python -c pass, CPU", ours[1] / other[1], at_most=12, details=details)


def test_whole_command(benchmark, target, command):
    words = "bfs karate --engine networkx,igraph --trials 1"
    ours, other = alternating(
        benchmark, lambda: command("-m", "graphbench", *words.split()), lambda: command("-c", BARE)
    )
    details = f"wall {ours[0]:.2f} s / {other[0]:.2f} s"
    target.report(f"graphbench {words} / a bare script, CPU", ours[1] / other[1], at_most=2.7, details=details)


def test_single_run_with_a_large_store(benchmark, target, command, tmp_path):
    stores = [write_store(tmp_path / "large.jsonl", 100_000), tmp_path / "none.jsonl"]
    words = ["bfs", "karate", "--engine", "igraph", "--trials", "1", "--store"]
    ours, other = alternating(
        benchmark, *(lambda store=store: command("-m", "graphbench", *words, store) for store in stores)
    )
    details = f"wall {ours[0]:.2f} s, {other[0]:.2f} s"
    target.report("a run with 100,000 records, more CPU s", ours[1] - other[1], at_most=0.2, details=details)


def timed(target, benchmark, command, name, at_most, *words):
    wall, cpu, _ = benchmark.pedantic(command, ("-m", "graphbench", *words), rounds=1)
    target.report(f"{name}, CPU s", cpu, at_most=at_most, details=f"wall {wall:.2f} s")


def test_records_of_a_large_store(benchmark, target, command, tmp_path):
    store = write_store(tmp_path / "large.jsonl", 100_000)
    timed(target, benchmark, command, "records of 100,000", 3, "records", "--store", store)


def test_compare_two_stores(benchmark, target, command, tmp_path):
    stores = [write_store(tmp_path / f"{slower}.jsonl", 10_000, slower=slower) for slower in (1.0, 1.2)]
    timed(target, benchmark, command, "compare of two stores of 10,000", 2, "compare", *stores)


def test_report_of_a_store(benchmark, target, command, tmp_path):
    store = write_store(tmp_path / "store.jsonl", 10_000)
    timed(target, benchmark, command, "report of 10,000", 10, "report", store, "--output", tmp_path / "report")


def test_suite_of_tiny_tasks(benchmark, target, command, tmp_path):
    """Beyond the work: the wall time of a suite less the phases of its records, of which builds count once."""
    store = tmp_path / "suite.jsonl"
    words = ("suite", "--datasets", ",".join(SMALL), "--engines", "igraph", "--trials", "1", "--store", store)
    wall, cpu, _ = benchmark.pedantic(command, ("-m", "graphbench", *words), rounds=1)
    costs = suite_costs(store, wall)
    target.report("builds of a suite / distinct posed graphs", costs.builds_per_graph, at_most=1)
    details = f"{costs.tasks} tasks, wall {wall:.1f} s, CPU {cpu:.1f} s; certificates and starting processes included"
    target.report("a tiny task of a suite, ms beyond its calls", costs.beyond_ms, at_most=25, details=details)


class SuiteCosts(NamedTuple):
    """What a suite cost beside its work."""

    tasks: int
    builds_per_graph: float
    beyond_ms: float
    """Wall milliseconds per task less its work.

    Work is what records time (of workers that serve several tasks once), and the 100 ms in which an engine is watched.
    """


def suite_costs(store, wall):
    """From a suite's store and its wall seconds."""
    records = [json.loads(line) for line in store.read_text(encoding="utf-8").splitlines()]
    ran = [record for record in records if record.get("worker")]
    built = [record for record in ran if not record["worker"]["shared_build"]]
    graphs = {
        (record["task"]["dataset"], record["environment"]["threads"], record["posed"]["digest"], _form(record["task"]))
        for record in ran  # an engine on so many threads has a process of its own
    }
    watched = sum(len(record["cpu"]["after_s"]) for record in ran) * clock.IDLE_S
    work = watched + sum(_seconds(record) for record in ran)
    work += sum((record["phases"]["read_s"] or 0) + (record["phases"]["build_s"] or 0) for record in built)
    work += sum(record["phases"]["start_s"] or 0 for record in ran if record["worker"]["position"] == 0)
    return SuiteCosts(len(ran), len(built) / len(graphs), 1e3 * (wall - work) / len(ran))


def _form(task):
    """How the adapter wants its graph built."""
    return str(registry.algorithm(task["algorithm"]).adapter(task["engine"]).build)


def _seconds(record):
    phases = record["phases"]
    calls = [*phases.get("call_s", []), *phases.get("rebuilt_s", [])]
    return sum(calls) + sum(phases.get(name) or 0 for name in ("first_s", "collect_s", "build_gc_s"))
