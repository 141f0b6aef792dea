"""METIS graphs: every `fmt`, blank lines and comments; an asymmetric graph is refused."""

import pytest

from graphbench.errors import FormatError
from graphbench.graphs import formats


@pytest.fixture
def read(tmp_path):
    def read(text, **kwargs):
        path = tmp_path / "graph.graph"
        path.write_text(text)
        return formats.read(path, **kwargs)

    return read


def edges(raw):
    values = [None] * len(raw.src) if raw.weight is None else raw.weight.tolist()
    return sorted(zip(raw.src.tolist(), raw.dst.tolist(), values, strict=True), key=str)


@pytest.mark.parametrize(
    ("header", "before", "weights"),
    [
        ("4 2", "", False),
        ("4 2 0", "", False),
        ("4 2 000", "", False),
        ("4 2 1", "", True),
        ("4 2 001", "", True),
        ("4 2 10", "7", False),
        ("4 2 10 3", "7 8 9", False),
        ("4 2 11", "7", True),
        ("4 2 011 2", "7 8", True),
        ("4 2 100", "5", False),
        ("4 2 111 2", "5 7 8", True),
    ],
)
def test_each_fmt_is_read_and_vertex_weights_are_ignored(read, header, before, weights):
    lines = ["2 5 3 6", "1 5", "1 6", ""] if weights else ["2 3", "1", "1", ""]
    raw = read("\n".join([header, *(f"{before} {line}" for line in lines)]) + "\n")
    assert edges(raw) == ([(0, 1, 5), (0, 2, 6)] if weights else [(0, 1, None), (0, 2, None)])
    assert (raw.num_vertices, raw.directed, raw.names) == (4, False, None)


def test_blank_lines_are_vertices_and_comments_are_not(read):
    raw = read("% c\n%\n5 1\n\n% between\n\t \n4\r\n  % indented\n 3  \n\n")
    assert (raw.num_vertices, edges(raw)) == (5, [(2, 3, None)])


def test_blank_lines_at_the_end_and_no_newline_are_accepted(read):
    assert edges(read("2 1\n2\n1")) == [(0, 1, None)]
    assert edges(read("2 1\n2\n1\n\n\n")) == [(0, 1, None)]


@pytest.mark.parametrize("text", ["0 0\n", "2 0\n\n\n"])
def test_graphs_without_edges_are_read(read, text):
    raw = read(text)
    assert (raw.num_vertices, len(raw.src)) == (int(text[0]), 0)


def test_parallel_edges_and_loops_are_left_to_cleaning(read):
    assert edges(read("2 3\n2 2 1\n1 1 2\n")) == [(0, 0, None), (0, 1, None), (0, 1, None), (1, 1, None)]


def test_directed_true_keeps_both_arcs(read):
    raw = read("2 1\n2\n1\n", directed=True)
    assert (raw.directed, edges(raw)) == (True, [(0, 1, None), (1, 0, None)])


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("3 3\n2 3\n1\n1\n", 1, "found 4 neighbours; expected 6, as the header has 3 edges"),
        ("%\n3 1\n2 3\n1\n1\n", 2, "as the header has 1 edges"),
        ("3 2\n2 3\n1\n2\n", None, "edge 1 - 3 differs between the lines of its two vertices"),
        ("3 2 1\n2 5 3 6\n1 5\n1 7\n", None, "edge 1 - 3 differs between"),
        ("2 1\n2 2\n\n", None, "edge 1 - 2 differs between"),
        ("2 1\n\n1 1\n", None, "edge 1 - 2 differs between"),
        ("3 2\n2 4\n1\n1\n", None, "line of vertex 1 lists vertex 4; expected 1 to 3"),
        ("3 2\n2 0\n1\n1\n", None, "line of vertex 1 lists vertex 0; expected 1 to 3"),
        ("3 2\n2 3\n1\n", 1, "found 2 lines of vertices; expected 3"),
        ("1 1\n2\n1\n", 1, "found 2 lines of vertices; expected 1"),
        ("2 1 1\n2 5\n1\n", None, "line of vertex 2 has 1 numbers; expected neighbours, each with its weight"),
        ("2 1 10 2\n7 8 2\n7\n", None, "line of vertex 2 has 1 numbers; expected 2 numbers of the vertex, then"),
        ("2 1\n2\nx\n", 3, "expected whole numbers, found 'x'"),
        ("2 1\n2.5\n1\n", 2, "expected whole numbers, found '2.5'"),
        ("2 1 1\n2 1-5\n1 1.5\n", None, "malformed"),
        ("2 1 1\n1.5 1\n1 1\n", None, "vertex 1.5 is not a whole number"),
        ("2 1\n-2\n1\n", 2, "expected whole numbers, found '-2'"),
        ("2 1\n99999999999999999999\n1\n", None, "beyond 64 bits"),
        ("", 1, "expected the METIS header"),
        ("% only\n", 2, "expected the METIS header"),
        ("2\n", 1, "expected the METIS header"),
        ("2 1 7\n2\n1\n", 1, "expected the METIS header"),
        ("99999999999 1\n2\n1\n", 1, "more than"),
    ],
)
def test_an_invalid_metis_file_is_reported_with_place_and_expectation(read, text, line, words):
    with pytest.raises(FormatError) as caught:
        read(text)
    assert caught.value.line == line
    assert words in caught.value.problem
