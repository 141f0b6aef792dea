"""From records to what is read: a thousand records, of which each engine's is compared with the baseline's."""

import pytest

from graphbench import reporting
from graphbench.records import store
from graphbench.records.comparison import compare
from graphbench.records.model import Task
from helpers.records import record

GRAPHS, ENGINES = 250, {"networkx": 1.0, "igraph": 0.1, "networkit": 0.05, "cugraph": 0.001}


@pytest.fixture(scope="module")
def records():
    return [
        record(
            engine, seconds, id=f"{graph}-{engine}", task=Task("louvain", f"graph-{graph}", engine, {"resolution": 1.0})
        )
        for graph in range(GRAPHS)
        for engine, seconds in ENGINES.items()
    ]


@pytest.fixture(autouse=True)
def group(benchmark):
    benchmark.group = "1,000 records"


def test_load(benchmark, records, tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"".join(store.to_json(record) + b"\n" for record in records))
    assert benchmark(store.load, [path]) == records


def test_compare(benchmark, records):
    assert len(benchmark.pedantic(compare, (records,), rounds=3)) >= GRAPHS * (len(ENGINES) - 1)


@pytest.mark.parametrize("form", reporting.FORMATS)
def test_render(benchmark, records, form):
    comparisons = compare(records)
    assert benchmark.pedantic(reporting.render, (records, comparisons, form), rounds=3).endswith("\n")
