"""LDBC Graphalytics: small graphs with answers that others computed, for every engine that is here.

The data's traps: an unreached depth is 2^63 - 1; edges are in NAME.e even where the properties name another file; the
`example-*` ranks are those of two iterations, so only the converged `test-pr-*` are compared.
"""

import numpy as np
import pytest

from graphbench.certificates.agreement import agreement
from helpers.engines import having
from helpers.graphs import certify, graph, solve

UNREACHED = 2**63 - 1
CASES = [
    *(("bfs", f"{name}-{kind}") for name in ("example", "test-bfs") for kind in ("directed", "undirected")),
    *(("sssp", f"{name}-{kind}") for name in ("example", "test-sssp") for kind in ("directed", "undirected")),
    *(("wcc", f"{name}-{kind}") for name in ("example", "test-wcc") for kind in ("directed", "undirected")),
    *(("pagerank", f"test-pr-{kind}") for kind in ("directed", "undirected")),
]
SUFFIX = {"bfs": "BFS", "sssp": "SSSP", "wcc": "WCC", "pagerank": "PR"}


def _rows(path):
    return [line.split() for line in path.read_text().splitlines() if line.strip()]


def _properties(folder, name):
    lines = (folder / f"{name}.properties").read_text().splitlines()
    pairs = (line.split("=") for line in lines if line.strip() and not line.startswith("#"))
    return {key.strip().removeprefix(f"graph.{name}."): value.strip() for key, value in pairs}


def _load(folder, name):
    """The graph, and the vertices' own names in the order of their ids."""
    vertices = [row[0] for row in _rows(folder / f"{name}.v")]
    ids = {vertex: position for position, vertex in enumerate(vertices)}
    rows = [(ids[u], ids[v], *map(float, weight)) for u, v, *weight in _rows(folder / f"{name}.e")]
    directed = name.endswith("-directed")
    return graph(rows, len(vertices), directed=directed, names=np.array(vertices, dtype=object), name=name)


def _expected(folder, algorithm, edges):
    table = dict(_rows(folder / f"{edges.name}-{SUFFIX[algorithm]}"))
    values = [table[vertex] for vertex in edges.names]
    if algorithm == "bfs":
        return np.array([-1 if int(value) == UNREACHED else int(value) for value in values])
    return np.array(values, dtype=np.int64 if algorithm == "wcc" else np.float64)


def _given(folder, algorithm, edges):
    said = _properties(folder, edges.name)
    if algorithm in {"bfs", "sssp"}:
        return {"source": said[f"{algorithm}.source-vertex"]}
    if algorithm == "pagerank":
        return {"damping": float(said["pr.damping-factor"]), "tolerance": 1e-9}
    return {}


@pytest.mark.parametrize(
    ("engine", "algorithm", "name"),
    [
        pytest.param(*engine.values, algorithm, name, marks=engine.marks)
        for algorithm, name in CASES
        for engine in having(algorithm)
    ],
)
def test_the_answer_is_the_published_one(graphalytics, engine, algorithm, name):
    edges = _load(graphalytics, name)
    expected = _expected(graphalytics, algorithm, edges)
    answer = solve(engine, algorithm, edges, **_given(graphalytics, algorithm, edges))
    if algorithm == "wcc":
        assert agreement("labels", answer, expected).kind == "equivalent"
    elif algorithm == "bfs":
        assert answer.tolist() == expected.tolist()
    else:
        np.testing.assert_allclose(answer, expected, rtol=1e-4)


@pytest.mark.parametrize(("algorithm", "name"), CASES, ids=[f"{algorithm}-{name}" for algorithm, name in CASES])
def test_the_certificate_accepts_the_published_answer(graphalytics, algorithm, name):
    edges = _load(graphalytics, name)
    given = _given(graphalytics, algorithm, edges)
    if algorithm == "pagerank":
        given["tolerance"] = 1e-4  # the published ranks are those of a fixed number of iterations
    finding = certify(algorithm, edges, _expected(graphalytics, algorithm, edges), **given)
    assert finding.valid, finding.detail


@pytest.mark.parametrize("name", ["example-directed", "example-undirected"])
def test_the_certificate_rejects_ranks_after_two_iterations(graphalytics, name):
    edges = _load(graphalytics, name)
    finding = certify("pagerank", edges.unweighted(), _expected(graphalytics, "pagerank", edges), tolerance=1e-4)
    assert not finding.valid
    assert finding.quantities["sum"] == pytest.approx(1)
