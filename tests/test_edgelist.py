"""The edge list: columns in memory or in a file, the same graph in every form."""

import sys
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphbench.errors import FormatError, UnavailableError, UsageError
from graphbench.graphs import columns, parquet
from graphbench.graphs.clean import Raw, clean
from graphbench.graphs.edgelist import Columns, EdgeList, merge_parallel


def make(rows, *, num_vertices=6, directed=False, weight=None, dtype=np.int32, **kwargs):
    ends = np.array(rows, dtype=dtype).reshape(-1, 2)
    weight = None if weight is None else np.array(weight, dtype=np.float64)
    src, dst = np.ascontiguousarray(ends[:, 0]), np.ascontiguousarray(ends[:, 1])
    return EdgeList.from_columns(src, dst, weight, num_vertices=num_vertices, directed=directed, **kwargs)


def lists(columns):
    return [None if column is None else column.tolist() for column in columns]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "edges.parquet"


GRAPHS = {
    "unweighted": lambda: make([(0, 1), (0, 2), (3, 4)]),
    "weighted": lambda: make([(0, 1), (0, 2), (3, 4)], weight=[0.5, np.inf, -2]),
    "directed": lambda: make([(0, 1), (1, 0), (5, 2)], directed=True),
    "drawn": lambda: make([(0, 1), (0, 2)]).with_drawn_weights(seed=1),
    "64 bits": lambda: make([(0, 2**40), (7, 2**33)], num_vertices=2**41, dtype=np.int64),
    "no edges": lambda: make([], num_vertices=3),
    "no edges but weights": lambda: make([], num_vertices=3, weight=[]),
    "no vertices": lambda: make([], num_vertices=0),
    "names": lambda: make([(0, 1)], num_vertices=3, names=np.array(["x", "ü", "alone"], dtype=object)),
    "integer names": lambda: make([(0, 1)], num_vertices=2, names=np.array([-5, 10**15])),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_survives_a_round_trip(path, name):
    graph = GRAPHS[name]()
    for copy in (graph.write(path), EdgeList.open(path, verify=True)):
        assert lists(copy.to_numpy()) == lists(graph.to_numpy())
        assert [column.dtype for column in copy.to_numpy() if column is not None] == [
            column.dtype for column in graph.to_numpy() if column is not None
        ]
        for fact in (
            "num_vertices",
            "num_edges",
            "num_entries",
            "directed",
            "weighted",
            "weights",
            "digest",
            "num_isolated",
        ):
            assert getattr(copy, fact) == getattr(graph, fact), fact
        assert (copy.names is None) == (graph.names is None)
        assert copy.names is None or copy.names.tolist() == graph.names.tolist()
        assert len(copy) == len(graph.to_numpy().src)


def test_names_of_several_types_are_kept_as_text(path):
    names = np.array([1, "a", (2, 3)], dtype=object)
    assert make([(0, 1)], num_vertices=3, names=names).write(path).names.tolist() == ["1", "a", "(2, 3)"]


@pytest.mark.parametrize("name", GRAPHS)
def test_chunks_are_the_same_from_memory_and_from_a_file(path, name):
    graph = GRAPHS[name]()
    for rows in (1, 2, 100):
        for source in (graph, graph.write(path)):
            parts = list(source.chunks(rows))
            assert parts
            assert all(len(part.src) <= rows for part in parts)
            whole = Columns(
                *(None if parts[0][i] is None else np.concatenate([part[i] for part in parts]) for i in range(3))
            )
            assert lists(whole) == lists(graph.to_numpy())
            assert whole.src.dtype == graph.to_numpy().src.dtype


def test_a_file_holds_its_version_and_metadata(path):
    make([(0, 1)]).write(path, metadata={"note": "größer"})
    assert parquet.read_metadata(path) == {"note": "größer"}
    pq.write_table(pa.table({"src": [0], "dst": [1]}), path)
    with pytest.raises(FormatError, match=r"not a cached edge list.*graphbench\.load"):
        EdgeList.open(path)
    path.write_bytes(b"junk")
    with pytest.raises(FormatError, match="not a readable Parquet file"):
        EdgeList.open(path)
    path.unlink()
    with pytest.raises(FormatError, match="not a readable Parquet file"):
        EdgeList.open(path)


def test_a_file_of_another_version_is_reported(path):
    make([(0, 1)]).write(path)
    table = pq.read_table(path).replace_schema_metadata({b"graphbench": b'{"num_vertices": 3}'})
    pq.write_table(table, path)
    with pytest.raises(FormatError, match="another version"):
        EdgeList.open(path)


def test_the_file_is_uncompressed_parquet(path):
    make([(0, 1), (0, 2)], weight=[1, 2]).write(path)
    assert pq.read_table(path).to_pydict() == {"src": [0, 0], "dst": [1, 2], "weight": [1.0, 2.0]}
    column = pq.read_metadata(path).row_group(0).column(0)
    assert column.compression == "UNCOMPRESSED"


def test_a_failed_write_leaves_the_old_file_and_no_part(path, monkeypatch):
    make([(0, 1)]).write(path)
    monkeypatch.setattr(pq.ParquetWriter, "write_table", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make([(0, 2)]).write(path)
    assert lists(EdgeList.open(path, verify=True).to_numpy())[:2] == [[0], [1]]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_degrees_count_both_ends_and_isolated_vertices_have_none(path):
    graph = make([(0, 1), (1, 0), (1, 4)], directed=True)
    for each in (graph, graph.write(path)):
        assert each.degrees.tolist() == [2, 3, 0, 0, 1, 0]
        assert each.num_isolated == 3
    assert make([(0, 10**12)], num_vertices=10**13, dtype=np.int64).num_isolated == 10**13 - 2
    assert make([], num_vertices=4).num_isolated == 4


def test_entries_count_an_undirected_edge_twice_and_edges_count_it_once():
    assert (make([(0, 1), (1, 2)]).num_edges, make([(0, 1), (1, 2)]).num_entries) == (2, 4)
    directed = make([(0, 1), (1, 2)], directed=True)
    assert (directed.num_edges, directed.num_entries) == (2, 2)


# Digest

edges_of_six = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from([0.0, -0.0, 1.5, 2.0])), max_size=15
)


def cleaned(rows, *, directed, weighted, dtype):
    ends = np.array([row[:2] for row in rows], dtype=dtype).reshape(-1, 2)
    weight = np.array([row[2] for row in rows]) if weighted else None
    return clean(Raw(src=ends[:, 0], dst=ends[:, 1], weight=weight, num_vertices=6, directed=directed), "toy")[0]


@settings(deadline=None)
@given(edges_of_six, st.booleans(), st.booleans(), st.randoms())
def test_equal_graphs_have_equal_digests_whatever_the_order_of_their_rows(rows, directed, weighted, random):
    shuffled = [row if directed or random.random() < 0.5 else (row[1], row[0], row[2]) for row in rows]
    random.shuffle(shuffled)
    one = cleaned(rows, directed=directed, weighted=weighted, dtype=np.int32)
    two = cleaned(shuffled + shuffled, directed=directed, weighted=weighted, dtype=np.int64)
    assert one.digest == two.digest


@settings(deadline=None)
@given(edges_of_six, edges_of_six)
def test_different_graphs_have_different_digests(one, two):
    graphs = [cleaned(rows, directed=True, weighted=True, dtype=np.int64) for rows in (one, two)]
    same = all(np.array_equal(a, b) for a, b in zip(*(graph.to_numpy() for graph in graphs), strict=True))
    assert (graphs[0].digest == graphs[1].digest) == same


def test_the_digest_depends_on_vertices_direction_and_weights_only():
    rows = [(0, 1), (1, 2)]
    variants = [
        make(rows),
        make(rows, num_vertices=7),
        make(rows, directed=True),
        make(rows, weight=[1, 1]),
        make(rows, weight=[1, 2]),
        make([(0, 1)]),
        make([(0, 1), (1, 3)]),
    ]
    assert len({graph.digest for graph in variants}) == len(variants)
    assert make(rows, name="a", names=np.arange(6)).digest == make(rows, name="b").digest


# Forms to hand on


def test_the_scipy_matrix_is_symmetric_if_undirected_and_has_ones_if_unweighted():
    matrix = make([(0, 1), (1, 3)], num_vertices=4).to_scipy()
    assert matrix.toarray().tolist() == [[0, 1, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert matrix.dtype == np.float64
    directed = make([(0, 1), (1, 0), (1, 2)], num_vertices=3, directed=True, weight=[5, 6, 7]).to_scipy()
    assert directed.toarray().tolist() == [[0, 5, 0], [6, 0, 7], [0, 0, 0]]
    assert make([], num_vertices=2).to_scipy().shape == (2, 2)


def test_the_pandas_frame_has_ids_or_names(path):
    names = np.array(["a", "b", "c"], dtype=object)
    graph = make([(0, 1), (1, 2)], num_vertices=3, weight=[0.5, 1], names=names)
    for each in (graph, graph.write(path)):
        assert each.to_pandas().to_dict("list") == {"source": [0, 1], "destination": [1, 2], "weight": [0.5, 1]}
        assert each.to_pandas(names=True)[["source", "destination"]].to_numpy().tolist() == [["a", "b"], ["b", "c"]]
    plain = make([(0, 1)])
    assert plain.to_pandas(names=True).to_dict("list") == {"source": [0], "destination": [1]}
    assert make([(0, 1)], num_vertices=2, names=np.array([70, 90])).to_pandas(names=True).iloc[0].tolist() == [70, 90]


def test_without_rapids_the_error_names_the_package(path, monkeypatch):
    for module in ("cudf", "dask_cudf"):
        monkeypatch.setitem(sys.modules, module, None)
    graph = make([(0, 1)])
    with pytest.raises(UnavailableError, match=r"cudf is unavailable: not installed.*graphbench doctor"):
        graph.to_cudf()
    with pytest.raises(UsageError, match=r"write\(\) first"):
        graph.to_dask_cudf()
    with pytest.raises(UnavailableError, match="dask_cudf is unavailable"):
        graph.write(path).to_dask_cudf()


def test_repr_describes_the_graph():
    assert repr(make([(0, 1)], name="toy")) == "<EdgeList toy: 6 vertices, 1 undirected edge, unweighted>"
    assert "1 directed edge, weighted" in repr(make([(0, 1)], directed=True, weight=[1]))
    assert "with drawn weights" in repr(GRAPHS["drawn"]())


# Other graphs made from it


def test_undirected_keeps_the_smaller_weight_of_both_directions(path):
    names = np.array(list("abcdef"), dtype=object)
    rows, weight = [(0, 1), (1, 0), (3, 2), (5, 4)], [5, 2, 7, 1]
    arcs = make(rows, directed=True, weight=weight, names=names, name="toy")
    for each in (arcs, arcs.write(path)):
        graph = each.undirected()
        assert lists(graph.to_numpy()) == [[0, 2, 4], [1, 3, 5], [2, 7, 1]]
        assert (graph.directed, graph.num_vertices, graph.name, graph.names.tolist()) == (
            False,
            6,
            "toy",
            list("abcdef"),
        )
    assert lists(make(rows, directed=True).undirected().to_numpy()) == [[0, 2, 4], [1, 3, 5], None]


def test_undirected_of_an_undirected_graph_is_itself():
    graph = make([(0, 1)])
    assert graph.undirected() is graph


def test_unweighted_drops_only_the_weights():
    graph = make([(0, 1), (0, 2)], weight=[5, 6])
    assert graph.unweighted().digest == make([(0, 1), (0, 2)]).digest
    assert graph.unweighted().weights == "none"
    plain = make([(0, 1)])
    assert plain.unweighted() is plain


def test_drawn_weights_are_integers_in_range_and_the_same_for_the_same_seed():
    graph = make([(i, j) for i in range(60) for j in range(i + 1, 60)], num_vertices=60)
    one, same, other = (graph.with_drawn_weights(seed) for seed in (1, 1, 2))
    values = one.to_numpy().weight
    assert (values.min(), values.max()) == (1, 255)
    assert np.array_equal(values, np.round(values))
    assert one.digest == same.digest != other.digest
    assert (one.weights, one.weighted) == ("drawn", True)


@settings(deadline=None)
@given(edges_of_six, st.booleans(), st.sampled_from([(6, 0), (6, 6), (2**40, 0)]))
def test_merging_keeps_each_row_once_sorted_with_its_smallest_weight(rows, weighted, sizes):
    num_vertices, counters = sizes
    src, dst, weight = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.empty(0, int),) * 3
    values = {}
    for one, two, value in rows:
        values.setdefault((one, two), []).append(value)
    with mock.patch.object(columns, "_most_counters", return_value=counters):
        merged = merge_parallel(src, dst, weight if weighted else None, num_vertices)
    expected = sorted((*ends, min(several)) for ends, several in values.items())
    assert list(zip(merged[0].tolist(), merged[1].tolist(), strict=True)) == [row[:2] for row in expected]
    assert not weighted or merged[2].tolist() == [row[2] for row in expected]
    assert merged.merged == len(rows) - len(values)
    assert merged.unequal == (sum(len({*several}) > 1 for several in values.values()) if weighted else 0)
