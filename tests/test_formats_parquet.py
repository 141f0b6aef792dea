"""Parquet files: columns are found by name or position, and must hold vertices."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graphbench.errors import FormatError
from graphbench.graphs import formats
from graphbench.graphs.edgelist import EdgeList


@pytest.fixture
def read(tmp_path):
    def read(columns, **kwargs):
        path = tmp_path / "edges.parquet"
        pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), path)
        return formats.read(path, **kwargs)

    return read


@pytest.mark.parametrize("ends", [("src", "dst"), ("source", "destination"), ("Source", "Target"), ("left", "right")])
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint32", "int64", "uint64"])
def test_columns_are_found_by_name_or_position(read, ends, dtype):
    one, two = np.array([0, 2], dtype=dtype), np.array([1, 1], dtype=dtype)
    raw = read({ends[0]: one, ends[1]: two, "weight": [0.5, 2]})
    assert (raw.src.tolist(), raw.dst.tolist(), raw.weight.tolist()) == ([0, 2], [1, 1], [0.5, 2])
    assert (raw.num_vertices, raw.directed, raw.names) == (3, False, None)


def test_column_names_take_precedence_over_positions(read):
    raw = read({"weight": [7], "note": ["x"], "target": [0], "Source": [1]}, directed=True)
    assert (raw.src.tolist(), raw.dst.tolist(), raw.weight.tolist(), raw.directed) == ([1], [0], [7], True)
    assert read({"a": [0], "b": [1], "c": [5.0]}).weight.tolist() == [5]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_names_and_categories_are_numbered_in_sorted_order(read, kind):
    raw = read({"src": pa.array(["zoe", "ann"], kind), "dst": pa.array(["ann", "bob"], kind)})
    assert (raw.names.tolist(), raw.src.tolist(), raw.dst.tolist()) == (["ann", "bob", "zoe"], [2, 0], [0, 1])


def test_integers_with_gaps_keep_their_names(read):
    raw = read({"src": [5, 9], "dst": [9, 7]})
    assert (raw.names.tolist(), raw.src.tolist(), raw.dst.tolist()) == ([5, 7, 9], [0, 2], [2, 1])


def test_an_empty_table_is_an_empty_graph(read):
    raw = read({"src": pa.array([], pa.int64()), "dst": pa.array([], pa.int64())})
    assert (raw.num_vertices, len(raw.src)) == (0, 0)
    raw = read({"src": pa.array([], pa.string()), "dst": pa.array([], pa.float64()), "weight": pa.array([], pa.int8())})
    assert (raw.num_vertices, len(raw.src), len(raw.weight)) == (0, 0, 0)


def test_files_of_graphbench_are_read_completely(tmp_path):
    ends = np.array([0, 1], np.int32), np.array([2, 3], np.int32)
    names = np.array(["a", "b", "c", "d", "alone"], dtype=object)
    EdgeList.from_columns(*ends, num_vertices=5, directed=True, names=names).write(tmp_path / "mine.parquet")
    raw = formats.read(tmp_path / "mine.parquet")
    assert (raw.num_vertices, raw.directed, raw.names.tolist()) == (5, True, names.tolist())
    assert (raw.src.tolist(), raw.dst.tolist(), raw.weight) == ([0, 1], [2, 3], None)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"src": [1]}, "found the columns src; expected a source, a target"),
        ({"src": [1.5], "dst": [2.0]}, "column 'src' has 1.5 in row 0"),
        ({"src": [1, None], "dst": [1, 2]}, "column 'src' has 1 empty value, the first in row 1"),
        ({"src": [True], "dst": [1]}, "column 'src' has the type bool"),
        ({"src": pa.array([2**64 - 1], pa.uint64()), "dst": [1]}, "beyond 64 bits with a sign in row 0"),
        ({"src": [1], "dst": [2], "weight": ["x"]}, "the weights in column 'weight' are not numbers"),
        ({"src": [1], "dst": [2], "weight": pa.array([None], pa.float64())}, "column 'weight' has 1 empty value"),
        ({"src": [1], "dst": [2], "weight": [float("nan")]}, "column 'weight' has 1 empty value, the first in row 0"),
        ({"src": [1], "dst": [2], "weight": [float("-inf")]}, "column 'weight' has the weight -inf in row 0"),
        ({"src": [1], "dst": [2], "weight": [2**53 + 1]}, "has the weight 9007199254740993 in row 0"),
        ({"src": [1], "dst": [2], "a": [3], "b": [4]}, "--source-column src --target-column dst --weight-column a"),
    ],
)
def test_a_file_without_edge_columns_is_reported(read, columns, words):
    with pytest.raises(FormatError) as caught:
        read(columns)
    assert words in caught.value.problem


def test_a_truncated_file_is_reported(tmp_path):
    path = tmp_path / "edges.parquet"
    pq.write_table(pa.table({"src": [1], "dst": [2]}), path)
    for data in (path.read_bytes()[:-3], b"", b"PAR1junkPAR1"):
        path.write_bytes(data)
        with pytest.raises(FormatError, match="not a readable Parquet file"):
            formats.read(path)
