"""Records as pytest-benchmark's JSON and back, complete, and readable by its commands."""

import csv
import json
import subprocess
import sys

import msgspec
import numpy as np
import pytest
from pytest_benchmark.stats import Stats

from graphbench.errors import StoreError, UsageError
from graphbench.records import pytest_benchmark, store
from graphbench.records.model import Outcome, Task
from graphbench.records.regression import changes
from helpers.records import HERE, record


@pytest.fixture
def written(tmp_path):
    def write(document, **layout):
        path = tmp_path / "saved.json"
        path.write_text(json.dumps(document, **layout))
        return path

    return write


@pytest.mark.parametrize("layout", [{"indent": 4}, {"indent": None}, {"separators": (",", ":")}], ids=str)
def test_records_survive_any_layout_of_the_file(written, layout):
    records = [record("networkx"), record("igraph", 0.1), record("cugraph", 0.001)]
    assert store.load([written(pytest_benchmark.document(records), **layout)]) == records


def test_both_kinds_of_files_load_together_without_duplicates(written, tmp_path):
    one, two = record("networkx"), record("igraph")
    lines = tmp_path / "records.jsonl"
    lines.write_bytes(store.to_json(one) + b"\n")
    assert store.load([lines, written(pytest_benchmark.document([one, two]), indent=4)]) == [one, two]


def test_other_benchmarks_in_a_file_are_ignored(written):
    document = pytest_benchmark.document([record()])
    document["benchmarks"].insert(0, {"name": "test_other", "extra_info": {"loss": float("nan")}, "stats": {}})
    assert store.load([written(document, indent=4)]) == [record()]


def test_a_file_without_records_is_refused_with_advice(written):
    document = {"benchmarks": [{"name": "test_other", "extra_info": {}, "stats": {}}]}
    with pytest.raises(StoreError, match=r"saved.json: 1 benchmarks.*--pyargs graphbench.benchmarks"):
        store.load([written(document, indent=4)])


@pytest.mark.parametrize("document", [{}, {"benchmarks": 3}, {"benchmarks": [1]}, {"benchmarks": None}], ids=str)
def test_other_json_is_refused_with_its_name(written, document):
    path = written({"first": 1, **document}, indent=4)
    with pytest.raises(StoreError, match=r"saved.json: neither records"):
        store.load([path])


def test_a_truncated_file_is_refused(written):
    path = written(pytest_benchmark.document([record()]), indent=4)
    path.write_text(path.read_text()[:-20])
    with pytest.raises(StoreError, match=r"saved.json"):
        store.load([path])


def test_a_record_of_another_schema_is_refused(written):
    document = pytest_benchmark.document([record()])
    document["benchmarks"][0]["extra_info"]["graphbench"]["schema"] = 999
    with pytest.raises(StoreError, match="schema 999"):
        store.load([written(document, indent=4)])


def test_a_single_brace_is_a_torn_store_and_not_a_pytest_benchmark_file(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"{")
    with pytest.warns(UserWarning, match="torn"):
        assert store.load([path]) == []


def test_statistics_are_those_of_pytest_benchmark():
    found = pytest_benchmark.stats([3.0, 1.0, 2.0])
    assert set(found) == {*Stats.fields, "data", "iterations"}
    assert (found["median"], found["rounds"], found["data"]) == (2.0, 3, [3.0, 1.0, 2.0])


def test_without_pytest_benchmark_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytest_benchmark.stats", None)
    with pytest.raises(UsageError, match=r"pip install 'graph-workbench\[pytest\]'"):
        pytest_benchmark.document([record()])


def test_only_valid_records_are_exported():
    wrong = record("igraph", outcome=Outcome.INVALID)
    assert [bench["params"]["engine"] for bench in pytest_benchmark.document([wrong, record()])["benchmarks"]] == [
        "networkx"
    ]
    with pytest.raises(UsageError, match="None of these records"):
        pytest_benchmark.document([wrong])


def test_records_of_two_machines_are_refused():
    there = msgspec.structs.replace(HERE, machine="m2")
    with pytest.raises(UsageError, match=r"2 machines \(m1, m2\).*--machine"):
        pytest_benchmark.document([record(), record("igraph", environment=there)])


def test_tasks_that_differ_in_parameters_only_have_different_names():
    params = [{"resolution": 1.0, "seed": 0}, {"resolution": 2.0, "seed": 0}]
    records = [record(task=Task("louvain", "coAuthorsDBLP", "igraph", each)) for each in params] + [record()]
    assert [bench["fullname"] for bench in pytest_benchmark.document(records)["benchmarks"]] == [
        "graphbench/benchmarks/test_algorithms.py::test_measure[louvain-coAuthorsDBLP-igraph-resolution=1.0]",
        "graphbench/benchmarks/test_algorithms.py::test_measure[louvain-coAuthorsDBLP-igraph-resolution=2.0]",
        "graphbench/benchmarks/test_algorithms.py::test_measure[louvain-coAuthorsDBLP-networkx]",
    ]


def test_numpy_numbers_are_exported_as_numbers(written):
    odd = record(answer={"modularity": np.float64(0.5), "communities": np.int64(3)})
    (back,) = store.load([written(pytest_benchmark.document([odd]), indent=4)])
    assert back.answer == {"modularity": 0.5, "communities": 3}


def test_pytest_benchmark_compares_one_row_per_task(written, tmp_path):
    other = Task("louvain", "coAuthorsDBLP", "igraph", {"resolution": 2.0, "threshold": 1e-7})
    again = record("igraph", 0.2, id="igraph-2", measured_at="2026-02-01T00:00:00Z")
    records = [record("networkx"), record("igraph", 0.1), again, record("igraph", 0.3, task=other, id="other")]
    path = written(pytest_benchmark.document(records), indent=4)
    command = [sys.executable, "-m", "pytest_benchmark", "compare", str(path), "--columns=median", "--csv=t.csv"]
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()))
    assert len({row["name"] for row in rows}) == len(rows) == 3
    assert {round(float(row["median"]), 2) for row in rows} == {1.0, 0.2, 0.3}


def test_both_gates_read_the_same_medians():
    """pytest-benchmark's and that of `graphbench compare`."""
    old, new = record("igraph", 0.1), record("igraph", 0.2, id="later")
    (change,) = changes([old], [new])
    medians = [pytest_benchmark.document([side])["benchmarks"][0]["stats"]["median"] for side in (old, new)]
    assert [change.old_s, change.new_s] == medians


def test_pytest_benchmark_compares_what_was_exported(written, tmp_path):
    path = written(pytest_benchmark.document([record("networkx"), record("igraph", 0.1)]), indent=4)
    command = [sys.executable, "-m", "pytest_benchmark", "compare", str(path), "--columns=median,rounds", "--csv=t.csv"]
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "benchmark 'louvain coAuthorsDBLP': 2 tests" in done.stdout
    assert "test_measure[louvain-coAuthorsDBLP-igraph]" in (tmp_path / "t.csv").read_text()
