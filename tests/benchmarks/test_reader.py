"""From a Matrix Market file of 16 million lines to edges, against `scipy.io.mmread` on the same file, caches warm.

What is asked: parsing no slower than mmread, parsing + cleaning + caching at most 2.5 times it, reading back from the
cache at least 8 times as fast. Run with `pytest -o addopts= -n 0 tests/benchmarks/test_reader.py`.
"""

import shutil

import numpy as np
import pytest

from graphbench.graphs import cache, formats
from graphbench.graphs.clean import clean
from graphbench.system import files

VERTICES, LINES = 434_102, 16_000_000
KINDS = ("symmetric", "general")
ROUNDS = {"rounds": 5, "iterations": 1, "warmup_rounds": 1}


@pytest.fixture(scope="session", params=KINDS)
def file(request, tmp_path_factory):
    """Symmetric: the lower triangle, column by column, as the collection stores it. General: in no order."""
    import pyarrow as pa
    from pyarrow import csv

    generator = np.random.default_rng(seed=0)
    keys = generator.integers(0, VERTICES**2, size=LINES + LINES // 50)
    low, high = np.sort(np.stack([keys // VERTICES, keys % VERTICES]), axis=0)
    keys = (low * VERTICES + high)[low != high]
    keys.sort()
    keys = keys[np.append(True, keys[1:] != keys[:-1])]
    keys = generator.permutation(keys)[:LINES]
    if request.param == "symmetric":
        keys.sort()
    path = tmp_path_factory.mktemp("matrix") / "graph.mtx"
    rows = pa.table({"row": keys % VERTICES + 1, "column": keys // VERTICES + 1})
    with path.open("wb") as stream:
        stream.write(f"%%MatrixMarket matrix coordinate pattern {request.param}\n".encode())
        stream.write(f"{VERTICES} {VERTICES} {LINES}\n".encode())
        csv.write_csv(rows, stream, csv.WriteOptions(include_header=False, delimiter=" "))
    yield path
    path.unlink()


@pytest.fixture(autouse=True)
def group(request, benchmark):
    benchmark.group = f"16 M lines, {request.node.callspec.params['file']}"


def test_mmread(benchmark, file):
    import scipy.io

    matrix = benchmark.pedantic(scipy.io.mmread, (file,), **ROUNDS)
    assert matrix.shape == (VERTICES, VERTICES)


def test_parse(benchmark, file):
    raw = benchmark.pedantic(formats.read, (file,), **ROUNDS)
    assert len(raw.src) == LINES


def test_parse_and_clean(benchmark, file):
    edges, _ = benchmark.pedantic(lambda: clean(formats.read(file), "graph"), **ROUNDS)
    assert edges.num_edges == LINES


def test_parse_clean_and_cache(benchmark, file):
    def forget():
        shutil.rmtree(files.home() / "cleaned", ignore_errors=True)

    edges, _ = benchmark.pedantic(
        lambda: cache.cleaned("", "graph", lambda: formats.read(file)), setup=forget, **ROUNDS
    )
    assert edges.num_edges == LINES


def test_read_back(benchmark, file):
    cache.cleaned("", "graph", lambda: formats.read(file))

    def read_back():
        edges, _ = cache.cleaned("", "graph", _never)
        return edges.to_numpy()

    columns = benchmark.pedantic(read_back, **ROUNDS)
    assert len(columns.src) == LINES


def _never():
    raise AssertionError("the cache should have had it")
