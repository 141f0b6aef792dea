"""`--save-answer`: the table of each kind of answer, with the names of vertices."""

import csv
import re

import numpy as np
import pytest

from graphbench import cli, registry
from graphbench.algorithms.base import Algorithm, Form, Kind
from graphbench.cli.answers import table

pytestmark = pytest.mark.usefixtures("warm_workers")

NAMES = np.array(["ann", "bob", "cy", "dan"], dtype=object)
PAIRS = np.array([[0, 1], [2, 3]])
# One answer of each kind, and the rows that come of it where `one` and `two` both gave it.
EXPECTED = {
    "partition": ([5, 5, 1, 1], [["ann", 5, 5], ["bob", 5, 5], ["cy", 1, 1], ["dan", 1, 1]]),
    "scores": ([0.5, 1, 2, 3], [["ann", 0.5, 0.5], ["bob", 1, 1], ["cy", 2, 2], ["dan", 3, 3]]),
    "vectors": (
        [[1, 2], [3, 4], [5, 6], [7, 8]],
        [["ann", 1, 2, 1, 2], ["bob", 3, 4, 3, 4], ["cy", 5, 6, 5, 6], ["dan", 7, 8, 7, 8]],
    ),
    "pair_scores": ([0.25, 1], [["ann", "bob", 0.25, 0.25], ["cy", "dan", 1, 1]]),
    "edges": (
        [[0, 2], [1, 3]],
        [["one", "ann", "cy"], ["one", "bob", "dan"], ["two", "ann", "cy"], ["two", "bob", "dan"]],
    ),
    "arcs": ([[3, 1]], [["one", "dan", "bob"], ["two", "dan", "bob"]]),
    "numbering": (
        [[0, 2**61], [1, 7], [2, 5], [0, 1], [1, 2]],
        [[engine, *row] for engine in ("one", "two") for row in ([0, 2**61], [1, 7], [2, 5])],
    ),
    "walks": (
        [[2, 3, -1], [0, 1, 0]],
        [
            [engine, *row]
            for engine in ("one", "two")
            for row in ([0, 0, "cy"], [0, 1, "dan"], [1, 0, "ann"], [1, 1, "bob"], [1, 2, "ann"])
        ],
    ),
    "quantities": ([0.5, 3], [["1", 0.5, 0.5], ["2", 3, 3]]),
}
HEADS = {
    "vectors": ["vertex", "one 1", "one 2", "two 1", "two 2"],
    "pair_scores": ["first", "second", "one", "two"],
    "edges": ["engine", "source", "target"],
    "arcs": ["engine", "row", "column"],
    "numbering": ["engine", "number", "id"],
    "walks": ["engine", "walk", "step", "vertex"],
    "quantities": ["quantity", "one", "two"],
}


def problem(kind, **options):
    form = Form(directed=False, weights="ignored")
    return Algorithm(name="x", title="X", family="structure", form=form, headline="f", kind=kind, **options)


def tabled(kind, answer, **options):
    answers = {engine: np.array(answer) for engine in ("one", "two")}
    return table(problem(kind, **options), answers, NAMES, PAIRS if kind == "pair_scores" else None)


@pytest.mark.parametrize("kind", EXPECTED)
def test_every_kind_has_its_table(kind):
    answer, rows = EXPECTED[kind]
    frame = tabled(kind, answer)
    assert list(frame.columns) == HEADS.get(kind, ["vertex", "one", "two"])
    assert frame.to_numpy(dtype=object).tolist() == rows


def test_no_kind_is_left_out():
    like_scores = {"counts", "depths", "distances", "labels"}
    assert {*EXPECTED, *like_scores} == {*Kind.__args__, "counts"}


def test_numbers_have_the_column_names_of_the_page():
    frame = tabled("vectors", EXPECTED["vectors"][0], columns=("hub", "authority"))
    assert list(frame.columns) == ["vertex", "one hub", "one authority", "two hub", "two authority"]
    frame = tabled("quantities", [0.5, 3], columns=("modularity", "edge_cut"))
    assert frame["quantity"].tolist() == ["modularity", "edge_cut"]


def test_labels_that_are_vertices_have_their_names():
    frame = tabled("labels", [1, 1, 2, 1], labels_are_vertices=True)
    assert frame["one"].tolist() == frame["two"].tolist() == ["bob", "bob", "cy", "bob"]
    assert registry.algorithm("cdlp").labels_are_vertices


def test_labels_of_a_wrong_answer_that_are_no_vertices_are_kept():
    frame = tabled("labels", [107, 2, 107, 10], labels_are_vertices=True)
    assert frame["one"].tolist() == [107, 2, 107, 10]


def test_entries_of_a_matrix_keep_their_values():
    frame = tabled("arcs", [[3.0, 1.0, 0.5]])
    assert frame.to_numpy(dtype=object).tolist() == [["one", "dan", "bob", 0.5], ["two", "dan", "bob", 0.5]]
    assert list(frame.columns) == ["engine", "row", "column", "value"]


@pytest.mark.parametrize(
    ("kind", "nothing"), [("edges", (0, 2)), ("arcs", (0, 3)), ("numbering", (0, 2)), ("walks", (0, 5))]
)
def test_empty_answers_are_written_with_column_names(kind, nothing):
    assert len(tabled(kind, np.empty(nothing, dtype=np.int64))) == 0


def test_engines_with_different_numbers_of_edges_follow_each_other():
    answers = {"one": np.array([[0, 1]]), "two": np.empty((0, 2), dtype=np.int64), "three": np.array([[0, 1], [2, 3]])}
    frame = table(problem("edges"), answers, NAMES)
    assert frame["engine"].tolist() == ["one", "three", "three"]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_a_long_table_is_written_in_every_format(suffix, tmp_path, capsys):
    import pandas as pd

    graph, path = tmp_path / "people.csv", tmp_path / f"tree.{suffix}"
    graph.write_text("source,target,weight\nann,bob,1\nbob,cy,2\ncy,ann,3\n")
    assert (
        cli.invoke(["mst", str(graph), "--engine", "networkx,igraph", "--trials", "1", "--save-answer", str(path)]) == 0
    )
    capsys.readouterr()
    if suffix == "parquet":
        rows = pd.read_parquet(path).to_dict("records")
    else:
        rows = list(csv.DictReader(path.read_text().splitlines(), delimiter="," if suffix == "csv" else "\t"))
    for engine in ("networkx", "igraph"):
        assert [(row["source"], row["target"]) for row in rows if row["engine"] == engine] == [
            ("ann", "bob"),
            ("bob", "cy"),
        ]


# The path 1-2-3 and the isolated vertex 4, by the ids of each format; a CSV has no isolated vertices.
INPUTS = {
    "matrix.mtx": ("%%MatrixMarket matrix coordinate pattern symmetric\n4 4 2\n2 1\n3 2\n", "1 2 3 4"),
    "metis.graph": ("4 2\n2\n1 3\n2\n\n", "1 2 3 4"),
    "dimacs.col": ("p edge 4 2\ne 1 2\ne 2 3\n", "1 2 3 4"),
    "pace.gr": ("p tw 4 2\n1 2\n2 3\n", "1 2 3 4"),
    "out.konect": ("% sym unweighted\n% 2 4 4\n1 2\n2 3\n", "1 2 3 4"),
    "pajek.net": ("*Vertices 4\n*Edges\n1 2\n2 3\n", "1 2 3 4"),
    "labels.net": ('*Vertices 4\n1 "d"\n2 "c"\n3 "b"\n4 "a"\n*Edges\n1 2\n2 3\n', "d c b a"),
    "gaps.csv": ("source,target\n70,-3\n-3,10000000000\n", "-3 70 10000000000"),
    "floats.csv": ("source,target\n1.0,2\n2,3.0\n", "1 2 3"),
    "padded.csv": ("source,target\n001,002\n002,003\n", "001 002 003"),
    "names.tsv": ("source\ttarget\nann\t@bob\n@bob\t=cyd\n", "=cyd @bob ann"),
    "neighbours.adjlist": ("1 2\n2 3\n4\n", "1 2 3 4"),
    "large.lgl": ("# ann\nbob\n# bob\ncyd\n", "ann bob cyd"),
    "nodes.json": (
        '{"nodes": [{"id": "x"}, {"id": "y"}, {"id": "z"}], "links": [{"source": "x", "target": "y"}]}',
        "x y z",
    ),
}


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
@pytest.mark.parametrize("name", INPUTS)
def test_a_saved_answer_has_the_ids_of_the_users_file(name, suffix, tmp_path, capsys):
    import pandas as pd

    text, ids = INPUTS[name]
    graph, path = tmp_path / name, tmp_path / f"answer.{suffix}"
    graph.write_text(text)
    assert (
        cli.invoke(["core-number", str(graph), "--engine", "networkx", "--trials", "1", "--save-answer", str(path)])
        == 0
    )
    capsys.readouterr()
    if suffix == "parquet":
        vertices = pd.read_parquet(path)["vertex"].astype(str).tolist()
    else:
        vertices = pd.read_csv(path, sep="," if suffix == "csv" else "\t", dtype=str)["vertex"].tolist()
    assert vertices == ids.split()
    first = re.search(r"\S+", ids)[0]
    assert cli.invoke(["bfs", str(graph), "--engine", "networkx", "--trials", "1", "--source", first]) == 0
