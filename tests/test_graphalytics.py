"""LDBC Graphalytics: small graphs with answers that others computed, for every engine that is here.

The data's traps: an unreached depth is 2^63 - 1; edges are in NAME.e even where the properties name another file; the
`example-*` ranks are those of two iterations, so only the converged `test-pr-*` are compared.
"""

import re
import shutil

import numpy as np
import pytest

import graphbench as gb
from graphbench.certificates.agreement import agreement
from graphbench.errors import FormatError, UnsupportedError
from helpers.engines import having
from helpers.graphs import certify, graph, solve

UNREACHED = 2**63 - 1
CASES = [
    *(("bfs", f"{name}-{kind}") for name in ("example", "test-bfs") for kind in ("directed", "undirected")),
    *(("sssp", f"{name}-{kind}") for name in ("example", "test-sssp") for kind in ("directed", "undirected")),
    *(("wcc", f"{name}-{kind}") for name in ("example", "test-wcc") for kind in ("directed", "undirected")),
    *(("pagerank", f"test-pr-{kind}") for kind in ("directed", "undirected")),
    *(("cdlp", f"{name}-{kind}") for name in ("example", "test-cdlp") for kind in ("directed", "undirected")),
    *(("lcc", f"{name}-{kind}") for name in ("example", "test-lcc") for kind in ("directed", "undirected")),
]
SUFFIX = {"bfs": "BFS", "sssp": "SSSP", "wcc": "WCC", "pagerank": "PR", "cdlp": "CDLP", "lcc": "LCC"}


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
    if algorithm == "cdlp":
        ids = {vertex: position for position, vertex in enumerate(edges.names)}
        return np.array([ids[label] for label in values])
    return np.array(values, dtype=np.int64 if algorithm == "wcc" else np.float64)


def _given(folder, algorithm, edges):
    said = _properties(folder, edges.name)
    if algorithm in {"bfs", "sssp"}:
        return {"source": said[f"{algorithm}.source-vertex"]}
    if algorithm == "pagerank":
        return {"damping": float(said["pr.damping-factor"]), "tolerance": 1e-9}
    if algorithm == "cdlp":
        return {"iterations": int(said["cdlp.max-iterations"])}
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
    try:
        answer = solve(engine, algorithm, edges, **_given(graphalytics, algorithm, edges))
    except UnsupportedError as reason:
        pytest.skip(str(reason))
    if algorithm == "wcc":
        assert agreement("labels", answer, expected).kind == "equivalent"
    elif algorithm in {"bfs", "cdlp"}:
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


PARAMETERS = {
    "bfs": {"source": "1"},
    "sssp": {"source": "1"},
    "wcc": {},
    "pagerank": {"ignore_weights": True, "tolerance": 1e-9},
    "cdlp": {},
    "lcc": {},
}
EQUAL = "equal to the reference output of LDBC Graphalytics"


@pytest.mark.parametrize(("algorithm", "name"), CASES, ids=[f"{algorithm}-{name}" for algorithm, name in CASES])
def test_a_run_compares_its_answer_with_the_published_one(graphalytics, algorithm, name):
    path = graphalytics / f"{name}.properties"
    given = PARAMETERS[algorithm]
    if "source" in given:
        given = {"source": _properties(graphalytics, name)[f"{algorithm}.source-vertex"]}
    if algorithm == "cdlp":
        given = {"iterations": int(_properties(graphalytics, name)["cdlp.max-iterations"])}
    result = gb.run(algorithm, path, engines="scipy", baseline="scipy", trials=1, budget=0.1, store=False, **given)
    (record,) = result.records
    assert record.outcome == "ok", record.reason
    assert EQUAL in record.certificate.detail


@pytest.mark.parametrize(
    ("algorithm", "given", "words"),
    [
        ("bfs", {"source": "2"}, "it is that of another source"),
        ("sssp", {"source": "1", "ignore_weights": True}, "it is that of the graph's weights"),
        ("pagerank", {}, "it ignores weights; pass --ignore-weights"),
        ("cdlp", {"iterations": 3}, "it is that of 2 iterations"),
        ("pagerank", {"ignore_weights": True}, "it is that of 2 iterations, not converged"),
        ("pagerank", {"ignore_weights": True, "damping": 0.5}, "it is that of the damping factor 0.85"),
    ],
)
def test_an_output_for_another_question_is_not_compared(graphalytics, algorithm, given, words):
    path = graphalytics / "example-directed.e"
    result = gb.run(algorithm, path, engines="scipy", baseline="scipy", trials=1, budget=0.1, store=False, **given)
    (record,) = result.records
    assert f"the reference output was not compared: {words}" in record.certificate.detail


@pytest.mark.parametrize(
    ("vertex", "words"), [("", "its properties name no source"), ("999", "it is that of another source (--source 999)")]
)
def test_an_output_for_no_vertex_of_the_graph_is_not_compared(graphalytics, tmp_path, vertex, words):
    for file in graphalytics.glob("test-bfs-directed*"):
        shutil.copy(file, tmp_path)
    path = tmp_path / "test-bfs-directed.properties"
    source = _properties(graphalytics, "test-bfs-directed")["bfs.source-vertex"]
    path.write_text(re.sub(r"(bfs\.source-vertex *=).*", rf"\1 {vertex}", path.read_text()))
    (record,) = gb.run("bfs", path, engines="scipy", trials=1, budget=0.1, store=False, source=source).records
    assert f"the reference output was not compared: {words}" in record.certificate.detail


def _renamed(text):
    """The same communities, the largest label called by another number."""
    rows = [line.split() for line in text.splitlines() if line.strip()]
    largest = max((label for _, label in rows), key=int)
    return "".join(f"{vertex} {999 if label == largest else label}\n" for vertex, label in rows)


STATED = {"bfs": {"source": "1"}, "sssp": {"source": "1"}, "cdlp": {"iterations": 2}}
FEW = "--trials", "1", "--budget", "0.1"


@pytest.mark.parametrize("command", ["call", "command line", "suite"])
@pytest.mark.parametrize("algorithm", STATED)
def test_parameters_are_those_that_the_properties_state(graphalytics, graphbench, tmp_path, algorithm, command):
    path, store = graphalytics / "example-directed.e", tmp_path / "records.jsonl"
    if command == "call":
        gb.run(algorithm, path, engines="scipy", trials=1, budget=0.1, store=store)
    else:
        asked = [algorithm, path, "--engine", "scipy"]
        if command == "suite":
            asked = ["suite", "--algorithms", algorithm, "--datasets", path, "--engines", "scipy"]
        code, *_ = graphbench(*asked, *FEW, "--store", store)
        assert code == 0
    (record,) = gb.records(store).records
    assert STATED[algorithm].items() <= record.task.params.items()
    assert EQUAL in record.certificate.detail


def test_given_parameters_come_before_those_of_the_properties(graphalytics):
    path, few = graphalytics / "example-directed.e", {"engines": "scipy", "trials": 1, "budget": 0.1, "store": False}
    (record,) = gb.run("cdlp", path, iterations=3, **few).records
    assert record.task.params["iterations"] == 3
    (record,) = gb.run("bfs", path, sources=4, **few).records
    assert (record.task.params["source"], record.draw.count) == (None, 4)


@pytest.mark.parametrize(
    ("algorithm", "name", "old", "new"),
    [
        ("bfs", "example-directed", "3 1\n", "3 2\n"),
        ("sssp", "example-directed", "3 5.000000000000000e-01", "3 5.001000000000000e-01"),
        ("wcc", "test-wcc-directed", "2 1\n", "2 2\n"),
        ("pagerank", "test-pr-directed", "1 0.01230", "1 0.01231"),
        ("cdlp", "test-cdlp-directed", "", ""),
    ],
)
def test_an_answer_that_differs_from_the_published_one_is_invalid(  # noqa: PLR0917
    graphalytics, tmp_path, algorithm, name, old, new
):
    for file in graphalytics.glob(f"{name}*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    output = tmp_path / f"{name}-{SUFFIX[algorithm]}"
    text = output.read_text()
    assert old in text
    output.write_text(text.replace(old, new, 1) if old else _renamed(text))
    given = {"source": "1"} if algorithm in {"bfs", "sssp"} else {}
    engine = {"engines": "scipy", "baseline": "scipy"}
    result = gb.run(algorithm, tmp_path / name, trials=1, budget=0.1, store=False, **engine, **given)
    (record,) = result.records
    assert record.outcome == "invalid"
    assert "differs from the reference output of LDBC Graphalytics: vertex" in record.reason


@pytest.mark.parametrize("name", sorted({name for _, name in CASES} | {"test-cdlp-directed", "test-lcc-undirected"}))
def test_the_files_are_a_dataset(graphalytics, name):
    expected = _load(graphalytics, name)
    for suffix in (".v", ".e", ".properties", ""):
        edges = gb.load(graphalytics / f"{name}{suffix}")
        assert (edges.num_vertices, edges.num_edges, edges.directed) == (
            expected.num_vertices,
            expected.num_edges,
            expected.directed,
        )
        assert edges.weighted == expected.weighted


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        (".e", "1 3 0.5", "1 33 0.5", "an edge has vertex 33, which the file of vertices does not list"),
        (".e", "1 3 0.5", "1 3 half", "line 1: expected 'source target"),
        (".v", "1\n", "1\n1\n", "1 vertices are listed twice"),
        (".v", "1\n", "one\n", "line 1: expected a vertex"),
        (".properties", "meta.vertices = 10", "meta.vertices = 11", "found 10 as meta.vertices; expected 11"),
        (".properties", "meta.edges = 17", "meta.edges = 18", "found 17 as meta.edges; expected 18"),
    ],
)
def test_files_that_contradict_each_other_are_refused(graphalytics, tmp_path, part, old, new, words):  # noqa: PLR0917
    for file in graphalytics.glob("example-directed*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    path = tmp_path / f"example-directed{part}"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(FormatError, match=words):
        gb.load(path)
