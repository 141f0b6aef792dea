"""Records as pytest-benchmark's JSON, and back.

A file of pytest-benchmark has statistics and free `extra_info` for every benchmark. The whole record is stored there
under :data:`KEY`, so nothing is lost; all else is what pytest-benchmark's own comparisons need
(https://pytest-benchmark.readthedocs.io). Reading such a file does not need pytest-benchmark.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from graphbench._version import __version__
from graphbench.errors import StoreError, UsageError
from graphbench.records.model import Environment, Outcome, Record, Task

KEY = "graphbench"
"""The key of a record in `extra_info`, and of what graphbench adds to `machine_info`."""

FUNCTION = "test_measure"
MODULE = "graphbench/benchmarks/test_algorithms.py"
"""The part before `::` in a full name, wherever the package is installed and pytest was started: comparisons match
by full name."""


def looks_like_document(first_line: bytes) -> bool:
    """Whether a file that starts with this line is pytest-benchmark's rather than a store, which has a record there."""
    start = first_line.strip()
    # On a line of its own, a brace opens an indented document; without the line's end it is a record, torn.
    opens = start == b"{" and first_line.endswith(b"\n")
    return opens or (start.startswith(b"{") and b'"benchmarks":' in start.replace(b" ", b""))


def raw_records(text: bytes) -> Iterator[bytes]:
    """The records in a file of pytest-benchmark, as JSON; benchmarks that are not graphbench's are skipped.

    Raises:
        StoreError: if it is no such file, or graphbench measured nothing in it.
    """
    try:
        document = json.loads(text)  # unlike msgspec it takes the NaN that Python's JSON writes for other benchmarks
        found = [bench.get("extra_info", {}).get(KEY) for bench in document["benchmarks"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError(
            f"neither records of graphbench nor a file that pytest-benchmark wrote ({type(error).__name__}: {error})."
        ) from None
    records = [record for record in found if record is not None]
    if not records:
        raise StoreError(
            f"{len(found)} benchmarks of pytest-benchmark, none of them graphbench's. Such a file is made by: "
            "pytest --pyargs graphbench.benchmarks --graphbench-datasets NAME --benchmark-json FILE"
        )
    return map(msgspec.json.encode, records)


def group(task: Task) -> str:
    """The group of engines that are compared: one problem on one graph."""
    return f"{task.algorithm} {task.dataset}"


def case_id(algorithm: str, dataset: str, engine: str) -> str:
    """The part in brackets in the name of a case."""
    return f"{algorithm}-{dataset}-{engine}"


def full_name(identity: str) -> str:
    """The name by which pytest-benchmark finds the same benchmark in another file."""
    return f"{MODULE}::{FUNCTION}[{identity}]"


def extra_info(record: Record) -> dict[str, Any]:
    """What a benchmark carries of a record: all of it, as plain values."""
    return {KEY: msgspec.to_builtins(record, enc_hook=lambda value: value.item())}


def machine_info(where: Environment) -> dict[str, Any]:
    """The machine in the keys of pytest-benchmark, and what it has no keys for."""
    implementation, _, version = where.python.partition(" ")
    return {
        "system": where.os,
        "python_implementation": implementation,
        "python_version": version,
        "cpu": {"brand_raw": where.cpu, "count": where.cores},
        KEY: {"machine": where.machine, "gpus": [gpu.name for gpu in where.gpus], "driver": where.driver},
    }


def document(records: Iterable[Record]) -> dict[str, Any]:
    """A file of pytest-benchmark, as `pytest-benchmark compare` and `--benchmark-compare` read it.

    Only records that are `ok` are in it, and of each task the latest: pytest-benchmark compares times, and has no
    verdict that would exclude the time of a wrong answer.

    Args:
        records: of one machine; in this order.

    Raises:
        UsageError: if none of them is `ok`, or they come from several machines, for which such a file has no place.
    """
    timed = [record for record in records if record.outcome is Outcome.OK and record.phases.call_s]
    latest = {record.task.key: record for record in sorted(timed, key=lambda record: record.measured_at)}
    timed = [record for record in timed if latest[record.task.key] is record]
    if not timed:
        raise UsageError("None of these records is ok and has times, and pytest-benchmark's files hold nothing else.")
    machines = {record.environment.machine: record.environment for record in timed if record.environment}
    if len(machines) > 1:
        raise UsageError(
            f"These records come from {len(machines)} machines ({', '.join(sorted(machines))}), and a file of "
            "pytest-benchmark describes one: choose it with --machine."
        )
    names = _identities([record.task for record in timed])
    return {
        "machine_info": machine_info(next(iter(machines.values()))) if machines else {},
        "commit_info": {"id": "unversioned", "time": None, "dirty": False, "project": KEY, "branch": "(unknown)"},
        "benchmarks": [_benchmark(record, names[record.task]) for record in timed],
        "datetime": max(record.measured_at for record in timed),
        "version": f"{KEY} {__version__}",
    }


def _benchmark(record: Record, identity: str) -> dict[str, Any]:
    task = record.task
    return {
        "group": group(task),
        "name": f"{FUNCTION}[{identity}]",
        "fullname": full_name(identity),
        "params": {"algorithm": task.algorithm, "dataset": task.dataset, "engine": task.engine},
        "param": identity,
        "extra_info": extra_info(record),
        "options": {"disable_gc": True, "timer": "perf_counter_ns", "warmup": True},
        "stats": stats(record.phases.call_s),
    }


def _identities(tasks: Sequence[Task]) -> dict[Task, str]:
    """A name for each task; it has the parameters in which tasks of one engine on one dataset differ."""
    alike: dict[str, dict[Task, None]] = {}
    for task in tasks:
        alike.setdefault(case_id(task.algorithm, task.dataset, task.engine), {})[task] = None
    names = {}
    for name, variants in alike.items():
        keys = dict.fromkeys(key for task in variants for key in task.params)
        differing = [key for key in keys if len({repr(task.params.get(key)) for task in variants}) > 1]
        for task in variants:
            names[task] = "-".join([name, *(f"{key}={task.params.get(key)}" for key in differing)])
    return names


def stats(times: Sequence[float]) -> dict[str, Any]:
    """The statistics of pytest-benchmark, of seconds per call.

    Args:
        times: at least one.

    Raises:
        UsageError: if pytest-benchmark is not installed.
    """
    try:
        from pytest_benchmark.stats import Stats
    except ImportError as error:
        raise UsageError(
            f"A file of pytest-benchmark needs pytest-benchmark ({error}): pip install 'graph-workbench[pytest]'."
        ) from error
    found: Any = Stats()  # type: ignore[no-untyped-call]
    found.data = list(times)
    return {**found.as_dict(), "data": found.data, "iterations": 1}
