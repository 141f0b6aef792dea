"""The plain script of the GPU tests: its calls answer as graphbench's adapters do, with the same parameters."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import mmwrite
from scipy.sparse import coo_array

from graphbench import registry
from helpers.graphs import graph, solve

SCRIPT = Path(__file__).parent / "gpu" / "plain.py"
ROWS = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (0, 6), (6, 7), (7, 1), (8, 9)]


@pytest.fixture(scope="module")
def plain():
    spec = importlib.util.spec_from_file_location("plain", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def matrix_market(tmp_path_factory):
    """With a loop, and one edge in both directions."""
    path = tmp_path_factory.mktemp("plain") / "graph.mtx"
    src, dst = np.array([*ROWS, (1, 0), (4, 4)]).T
    mmwrite(path, coo_array((np.ones(len(src)), (src, dst)), shape=(10, 10)))
    return path


def test_its_parameters_are_the_defaults(plain):
    expected = {"damping": plain.DAMPING, "tolerance": plain.TOLERANCE, "max_iterations": plain.ITERATIONS}
    assert registry.algorithm("pagerank").resolve({}) == expected


def test_it_reads_the_edges_that_graphbench_measures(plain, matrix_market):
    src, dst, n = plain.read(matrix_market)
    assert n == 10
    assert sorted(zip(src.tolist(), dst.tolist(), strict=True)) == sorted(ROWS + [(v, u) for u, v in ROWS])


@pytest.mark.parametrize("problem", ["pagerank", "bfs", "wcc"])
def test_its_answers_are_those_of_the_adapters(plain, matrix_market, problem):
    library = plain.SciPy(*plain.read(matrix_market))
    answer = getattr(library, problem)(3)
    expected = solve("scipy", problem, graph(ROWS, 10), **({"source": 3} if problem == "bfs" else {}))
    np.testing.assert_allclose(answer, expected, atol=1e-12)


def test_it_prints_the_median_of_each_problem_beside_the_recorded_one(
    plain, matrix_market, tmp_path, capfd, monkeypatch
):
    monkeypatch.setattr(plain, "LIBRARIES", {name: plain.LIBRARIES[name] for name in ("scipy", "networkx")})
    monkeypatch.setattr(plain, "PROCESSES", 2)
    records = tmp_path / "records.jsonl"
    store = ["--engines", "scipy", "--baseline", "scipy", "--store", records, "--budget", "0.1"]
    subprocess.run([sys.executable, "-m", "graphbench", "bfs", matrix_market, *store], check=True, capture_output=True)
    plain.main(str(matrix_market), str(records), graph=matrix_market.name)
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    found = [(row["engine"], row["algorithm"]) for row in rows]
    assert found == [(name, problem) for name in ("scipy", "networkx") for problem in ("pagerank", "bfs", "wcc")]
    assert all(len(row["processes_s"]) == 2 and min(row["processes_s"]) > 0 for row in rows)
    recorded = {(row["engine"], row["algorithm"]): row["recorded_over_plain"] for row in rows if row["recorded_s"]}
    assert list(recorded) == [("scipy", "bfs")]
