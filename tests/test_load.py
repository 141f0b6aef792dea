"""Every name, file and object becomes the same cleaned dataset."""

import sys
import types
import warnings

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse as sp

import graphbench as gb
from graphbench import graphs
from graphbench.errors import DatasetError, FetchError, FormatError, InputError, UnknownNameError, UsageError
from graphbench.graphs import checksums, formats, suitesparse
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.formats.table_roles import TableOptions
from helpers.suitesparse_server import archive, index, serving

PATH = "%%MatrixMarket matrix coordinate pattern symmetric\n4 4 2\n2 1\n3 2\n"


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    monkeypatch.setattr(suitesparse, "COLLECTION", "http://127.0.0.1:9")


@pytest.fixture
def collection(monkeypatch):
    with serving() as server:
        monkeypatch.setattr(suitesparse, "COLLECTION", server.address)
        yield server


def offer(server, matrix, line):
    name = line.split(",")[1]
    server.files[f"/MM/Test/{name}.tar.gz"] = archive(name, matrix)
    server.files["/files/ssstats.csv"] = index(line)


# Names


def test_catalogue_name_in_any_case_with_blanks_around():
    assert graphs.load(" KARATE ").info.name == "karate"


def test_loading_twice_reads_once(monkeypatch):
    first = graphs.load("karate")
    monkeypatch.setattr(formats, "read", None)
    again = graphs.load("karate")
    assert again.info == first.info
    assert again.edges.path == first.edges.path


def test_direction_can_be_dropped_and_is_kept_apart():
    as_is, dropped = graphs.load("polblogs"), graphs.load("polblogs", directed=False)
    assert (as_is.info.directed, dropped.info.directed) == (True, False)
    assert dropped.info.digest == as_is.edges.undirected().digest
    assert graphs.load("polblogs").info.digest == as_is.info.digest


def test_typo_gets_a_suggestion_and_the_other_ways():
    with pytest.raises(UnknownNameError, match=r"Did you mean karate\? Other datasets: GROUP/NAME"):
        graphs.load("karatte")


def test_a_missing_network_is_reported_with_alternatives():
    with pytest.raises(FetchError, match=r"(?s)dblp-2010.tar.gz: cannot connect.*GRAPHBENCH_MIRROR.*Embedded"):
        graphs.load("dblp-2010")


def test_real_archives(mirror, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", mirror.as_uri())
    info = graphs.load("caidaRouterLevel").info
    assert (info.num_vertices, info.num_edges, info.num_entries) == (192_244, 609_066, 1_218_132)
    assert info.sha256.startswith("1242d7f5")
    info = graphs.load("gleich/wb-cs-stanford").info
    assert info.name == "Gleich/wb-cs-stanford"
    assert (info.directed, info.num_vertices, info.num_edges, info.loops_dropped) == (True, 9914, 35_555, 1299)


# The whole collection


def test_matrix_is_checked_against_the_index_and_cleaned(collection):
    offer(collection, PATH, "Test,path,4,4,4,1,1,0,0,1,1,undirected graph,4")
    info = graphs.load("test/path").info
    assert (info.name, info.num_vertices, info.num_edges, info.num_isolated) == ("Test/path", 4, 2, 1)
    assert info.source == f"{collection.address}/MM/Test/path.tar.gz"


def test_explicit_zeros_count_as_entries_of_the_file(collection):
    zeros = "%%MatrixMarket matrix coordinate real general\n3 3 3\n1 2 1.5\n2 1 0\n3 1 2\n"
    offer(collection, zeros, "Test,zeros,3,3,2,1,0,0,0,0,0,directed graph,3")
    assert graphs.load("Test/zeros").info.zero_weights == 1


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Test,path,5,5,4,1,1,0,0,1,1,undirected graph,4", "it has 4 rows, expected 5"),
        ("Test,path,4,4,5,1,1,0,0,1,1,undirected graph,5", "it has 4 entries, expected 5"),
        ("Test,path,4,4,4,1,1,0,0,.5,.5,directed graph,4", "stored as a symmetric matrix, expected general"),
    ],
)
def test_matrix_that_contradicts_the_index_is_not_kept(collection, line, fault):
    offer(collection, PATH, line)
    with pytest.raises(DatasetError, match=fault):
        graphs.load("Test/path")
    path = suitesparse.archive_path("Test", "path")
    assert not path.exists()
    assert checksums.recorded(path) is None


def test_general_matrix_that_should_be_symmetric_is_refused(collection):
    general = "%%MatrixMarket matrix coordinate pattern general\n2 2 2\n1 2\n2 1\n"
    offer(collection, general, "Test,two,2,2,2,1,1,0,0,1,1,undirected graph,2")
    with pytest.raises(FormatError, match="not stored as a symmetric matrix"):
        graphs.load("Test/two", directed=False)


# Files


def test_a_file_is_named_by_its_path_and_hashed(tmp_path):
    path = tmp_path / "my.mtx"
    path.write_text(PATH)
    info = graphs.load(path).info
    assert info.name == "my.mtx"
    assert len(info.sha256) == 64
    assert graphs.load(str(path)).info == info


def test_equal_edges_keep_the_numbers_from_which_they_are_counted(tmp_path):
    (tmp_path / "one.mtx").write_text("%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 2\n")
    (tmp_path / "zero.csv").write_text("0,1\n1,2\n")
    one, zero = (gb.load(tmp_path / name) for name in ("one.mtx", "zero.csv"))
    for edges, numbers in ((one, [1, 2, 3]), (zero, [0, 1, 2])):
        assert edges.labels.tolist() == numbers
        assert graphs.from_object(edges, "again").edges.labels.tolist() == numbers


def test_changed_file_is_read_again(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text("0,1\n")
    assert graphs.load(path).info.num_edges == 1
    path.write_text("0,1\n1,2\n")
    assert graphs.load(path).info.num_edges == 2


def test_same_bytes_under_another_suffix_are_another_format(tmp_path):
    text = "3 2\n2\n1 3\n2\n"
    for name in ("three.graph", "three.txt"):
        (tmp_path / name).write_text(text)
    assert graphs.load(tmp_path / "three.graph").info.num_edges == 2
    with pytest.raises(FormatError):
        graphs.load(tmp_path / "three.txt")


def test_table_takes_its_direction_from_the_caller(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text("0,1\n1,0\n")
    assert graphs.load(path).info.num_edges == 1
    assert graphs.load(path, directed=True).info.num_edges == 2


def test_catalogue_comes_before_a_file_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "karate").write_text("0 1\n")
    (tmp_path / "other").write_text("0 1\n")
    assert graphs.load("karate").info.num_edges == 78
    assert graphs.load("./karate").info.num_edges == 1
    assert graphs.load("other").info.num_edges == 1


@pytest.mark.parametrize("name", ["missing.csv", "./missing", "/no/such/place", "a/b/c", "folder/missing.mtx.gz"])
def test_a_missing_file_is_reported(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatasetError, match="does not exist"):
        graphs.load(name)


@pytest.mark.usefixtures("collection")
def test_a_folder_is_refused(tmp_path, monkeypatch):
    with pytest.raises(DatasetError, match="is a folder"):
        graphs.load(tmp_path)
    (tmp_path / "in" / "rows").mkdir(parents=True)
    pd.DataFrame({"source": [1], "target": [2]}).to_parquet(tmp_path / "in" / "rows" / "part.parquet")
    monkeypatch.chdir(tmp_path)
    for read in (graphs.load, graphs.describe):
        with pytest.raises(DatasetError, match=r"is a folder of Parquet files; .*pyarrow\.parquet\.read_table\(path\)"):
            read("in/rows")


# Objects


@pytest.fixture
def karate():
    return graphs.load("karate")


@pytest.mark.parametrize(
    "convert",
    [
        lambda edges: edges,
        lambda edges: EdgeList.from_columns(*edges.to_numpy(), num_vertices=34, directed=False),
        lambda edges: edges.to_scipy(),
        lambda edges: edges.to_scipy().tocoo().astype(bool),
        lambda edges: sp.csc_matrix(edges.to_scipy()),
        lambda edges: edges.to_pandas(),
        lambda edges: edges.to_pandas().rename(columns={"source": "SRC", "destination": "Dst"})[["Dst", "SRC"]],
        lambda edges: edges.to_pandas().rename(columns={"source": "one", "destination": "other"}),
        lambda edges: edges.to_pandas().astype(float),
        lambda edges: edges.to_pandas().astype(object),
        lambda edges: nx.from_scipy_sparse_array(edges.to_scipy(), edge_attribute="id"),
        lambda edges: nx.MultiGraph([*nx.from_scipy_sparse_array(edges.to_scipy(), edge_attribute="x").edges] * 2),
    ],
)
def test_every_kind_of_object_gives_the_same_graph(karate, convert):
    given = graphs.from_object(convert(karate.edges))
    assert given.info.digest == karate.info.digest
    assert given.edges.path.is_file()
    assert EdgeList.open(given.edges.path).digest == karate.info.digest


def test_object_and_file_of_the_same_edges_are_the_same_graph(tmp_path):
    frame = pd.DataFrame({"source": ["b", "a", "ä"], "destination": ["c", "b", "a"], "weight": [1, 2, 3.5]})
    frame.to_csv(tmp_path / "named.csv", index=False)
    graph = nx.from_pandas_edgelist(frame, "source", "destination", "weight")
    file, *others = (graphs.load(tmp_path / "named.csv"), graphs.from_object(frame), graphs.from_object(graph))
    for other in others:
        assert other.info.digest == file.info.digest
        assert other.edges.names.tolist() == file.edges.names.tolist() == ["a", "b", "c", "ä"]


def test_directed_objects_stay_directed():
    assert graphs.from_object(nx.DiGraph([(0, 1), (1, 2)])).info.directed
    assert graphs.from_object(sp.csr_array([[0, 1], [0, 0]])).info.directed
    frame = pd.DataFrame({"src": [0, 1], "dst": [1, 0]})
    assert graphs.from_object(frame, directed=True).info.num_edges == 2
    assert graphs.from_object(nx.DiGraph([(0, 1), (1, 0)]), directed=False).info.num_edges == 1


def test_networkx_keeps_isolated_nodes_and_names():
    graph = nx.Graph([("x", "y")])
    graph.add_node("alone")
    given = graphs.from_object(graph)
    assert given.info.num_isolated == 1
    assert given.edges.names.tolist() == ["alone", "x", "y"]
    mixed = graphs.from_object(nx.grid_2d_graph(2, 2)).edges
    assert mixed.names.tolist() == ["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"]


def test_matrix_values_are_weights_unless_all_are_one():
    weighted = graphs.from_object(sp.csr_array([[0, 2.5], [2.5, 0]]))
    assert weighted.edges.to_numpy().weight.tolist() == [2.5]
    assert not graphs.from_object(sp.csr_array([[0, 1], [1, 0]])).info.weighted


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_matrix_with_undefined_weights_is_refused(value):
    with pytest.raises(InputError, match=r"Edge 1 \(counted from 0\) has the weight"):
        graphs.from_object(sp.csr_array(np.array([[0, 1.0], [value, 0]])))


def test_a_stored_zero_on_one_side_does_not_make_a_matrix_directed():
    matrix = sp.coo_array(([0.0, 2.0, 2.0], ([0, 1, 2], [1, 2, 1])), shape=(3, 3))
    assert not graphs.from_object(matrix).info.directed


def test_different_objects_under_one_name_are_kept_apart():
    one, two = (graphs.from_object(nx.path_graph(n), name="mine") for n in (3, 4))
    assert one.edges.path != two.edges.path
    assert one.info.sha256 != two.info.sha256
    assert one.info.name == two.info.name == "mine"


@pytest.mark.parametrize("isolated", [False, True])
def test_cugraph_graphs_are_accepted_without_importing_cugraph(isolated, monkeypatch):
    class Graph:
        __module__ = "cugraph.structure.graph_classes"

        def is_directed(self):
            return True

        def decompress_to_edgelist(self):
            return types.SimpleNamespace(to_pandas=lambda: pd.DataFrame({"src": [10, 30], "dst": [30, 10]}))

        def nodes(self):
            return types.SimpleNamespace(to_pandas=lambda: pd.Series([30, 20, 10] if isolated else [30, 10]))

    monkeypatch.setitem(sys.modules, "cugraph", None)
    given = graphs.from_object(Graph())
    assert given.edges.names.tolist() == ([10, 20, 30] if isolated else [10, 30])
    assert given.edges.to_pandas(names=True).to_numpy().tolist() == [[10, 30], [30, 10]]
    assert given.info.num_isolated == int(isolated)


@pytest.mark.parametrize(
    ("graph", "error", "message"),
    [
        ([], UsageError, "Unsupported type of graph: builtins.list. Expected a table of edges"),
        ({0: [1, 2]}, UsageError, r"pass networkx\.Graph\(graph\)"),
        (((0, at) for at in (1, 2)), UsageError, r"pass list\(graph\)"),
        (pd.Series([1, 2]), InputError, "Found the columns 0; expected a source, a target and"),
        (sp.csr_array(np.ones((2, 3))), InputError, "2 x 3; expected a square"),
        (sp.csr_array([[0, 1j], [1j, 0]]), InputError, "complex"),
        (np.ma.masked_equal(np.arange(16).reshape(4, 4), 9), InputError, r"masked; .* Pass array\.filled\(0\)"),
        (pd.DataFrame({"a": [1]}), InputError, "columns a; expected a source, a target and"),
        (pd.DataFrame({"src": [1, None], "dst": [2, 3]}), InputError, "'src' has 1 empty value, the first in row 1"),
        (
            pd.DataFrame([[1, 2, 3]], columns=["src", "dst", "src"]),
            InputError,
            "'src' and 'src' could both be the source",
        ),
        (
            pd.DataFrame([[1, 2]], columns=["a", "a"]),
            InputError,
            r"columns a, a \('a' repeated\); expected different names",
        ),
        (
            pd.DataFrame({"src": [1.5], "dst": [2]}),
            InputError,
            r"'src' has 1\.5 in row 0 .*; expected vertices that are int",
        ),
        (pd.DataFrame({"src": [2**64 - 1], "dst": [2]}), InputError, "beyond 64 bits"),
        (pd.DataFrame({"src": [1], "dst": [2], "weight": ["heavy"]}), InputError, "'weight' are not numbers"),
        (nx.Graph([(0, 1, {"weight": "heavy"})]), InputError, "weights are not all numbers"),
        (nx.Graph([(2**70, 1)]), InputError, "exceeds 64 bits"),
        (nx.Graph([(1, "1")]), InputError, "same text"),
    ],
)
def test_other_objects_are_refused(graph, error, message):
    with pytest.raises(error, match=message):
        graphs.from_object(graph)


def test_dataset_info_is_complete():
    info = graphs.load("celegansneural").info
    unset = [field for field in info.__struct_fields__ if getattr(info, field) in {None, ""}]
    assert unset == ["reading"]  # of a graph of the catalogue


# Objects of other libraries


SQUARE = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]


def labelled(edges):
    """The edges with the user's names, the ends of an undirected one in the order of their texts."""
    frame = edges.to_pandas(names=True)
    rows = frame.itertuples(index=False, name=None)
    order = (lambda ends: ends) if edges.directed else (lambda ends: tuple(sorted(ends, key=str)))
    return {(*order(row[:2]), *row[2:]) for row in rows}


def pl_categorical():
    return pytest.importorskip("polars").Categorical


def igraph_square(**options):
    graph = pytest.importorskip("igraph").Graph.TupleList(SQUARE, **options)
    graph.add_vertex("alone")
    return graph


def networkit_square():
    networkit = pytest.importorskip("networkit")
    graph = networkit.Graph(6, weighted=True, directed=True)
    for one, two, weight in ((0, 1, 2.0), (1, 2, 0.5), (5, 0, 7.0)):
        graph.addEdge(one, two, weight)
    graph.removeNode(3)
    return graph


def test_igraph_graphs_keep_names_direction_weights_and_isolated_vertices():
    given = graphs.from_object(igraph_square()).edges
    assert (given.num_vertices, given.directed, given.weighted) == (5, False, False)
    assert labelled(given) == {("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")}
    graph = igraph_square(directed=True)
    graph.es["weight"], graph.es["km"] = [1.5, 2, 3, 4], [5, 6, 7, 8]
    assert labelled(graphs.from_object(graph).edges) == {
        (*ends, w) for ends, w in zip(SQUARE, [1.5, 2, 3, 4], strict=True)
    }
    km = graphs.from_object(graph, options=TableOptions(weight="km")).edges
    assert labelled(km) == {(*ends, w) for ends, w in zip(SQUARE, [5, 6, 7, 8], strict=True)}
    assert not graphs.from_object(graph, options=TableOptions(no_weight=True)).info.weighted


def test_networkit_graphs_keep_ids_direction_and_weights():
    given = graphs.from_object(networkit_square()).edges
    assert given.names.tolist() == [0, 1, 2, 4, 5]
    assert labelled(given) == {(0, 1, 2.0), (1, 2, 0.5), (5, 0, 7.0)}


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        (SQUARE, {("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")}),
        (set(SQUARE), {("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")}),
        ([[5, 7], [7, 9]], {(5, 7), (7, 9)}),
        ([(5, 7, 2), (7, 9, 0.5)], {(5, 7, 2), (7, 9, 0.5)}),
        ([(5, 7, {"weight": 3}), (7, 9, {"weight": 4})], {(5, 7, 3), (7, 9, 4)}),
        ([(5, 7, {}), (7, 9, {})], {(5, 7), (7, 9)}),
        ([(1.0, 2.0), (2.0, 4.0)], {(1, 2), (2, 4)}),
        ([(1, "x"), ("x", 2)], {("1", "x"), ("2", "x")}),
        ([(np.int32(1), np.int64(4))], {(1, 4)}),
        (list(nx.path_graph(3).edges(data=True)), {(0, 1), (1, 2)}),
    ],
)
def test_a_list_of_edges_is_a_graph(edges, expected):
    assert labelled(graphs.from_object(edges).edges) == expected


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ([(1, 2, 3), (2, 3)], "'weight' has 1 empty value, the first in row 1"),
        ([(1, None)], "'target' has 1 empty value, the first in row 0"),
        ([("a", float("nan"))], "'target' has 1 empty value, the first in row 0"),
        ([(1, 2, float("nan"))], "'weight' has"),
        ([(1, 2, "heavy")], "'weight' has the type string"),
        ([(1, 2, 2j)], "complex"),
        ([(1, 2, 2**53 + 1)], "beyond 2^53"),
        ([(2**64, 2)], "expected integers within 64 bits"),
        ([(1.5, 2)], "'source' has 1.5 in row 0"),
        ([((0, 0), (0, 1))], "expected vertices"),
    ],
)
def test_edges_that_are_not_clear_are_refused(edges, words):
    with pytest.raises(InputError) as caught:
        graphs.from_object(edges)
    assert words in str(caught.value)


def test_a_list_of_datasets_is_not_a_list_of_edges():
    options = {"engines": "igraph", "trials": 1, "budget": 0.1, "store": False, "baseline": "igraph"}
    result = gb.run("wcc", ("karate", SQUARE), **options)
    assert [record.dataset.num_vertices for record in result.records] == [34, 4]
    assert len(gb.run("wcc", SQUARE, **options).answer("igraph")) == 4


def test_square_arrays_are_matrices_and_narrow_ones_are_edges():
    matrix = np.array([[0, 2, 0, 0], [2, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]])
    given = graphs.from_object(matrix)
    assert (given.info.directed, given.info.num_isolated) == (False, 1)
    assert labelled(given.edges) == {(0, 1, 2), (1, 3, 1)}
    assert graphs.from_object(np.triu(matrix)).info.directed
    assert labelled(graphs.from_object(np.array([[4, 9], [9, 7], [7, 4], [4, 5]])).edges) == {
        (4, 9),
        (7, 9),
        (4, 7),
        (4, 5),
    }
    assert labelled(graphs.from_object(np.array([[4, 9, 0.5], [9, 7, 2]])).edges) == {(4, 9, 0.5), (7, 9, 2)}


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([[0, 1, 5], [1, 2, 5], [0, 2, 9]]), "may be a matrix or 3 edges"),
        (np.array([[4, 5], [6, 7]]), "may be a matrix or 2 edges"),
        (np.ones((4, 5)), "4 x 5; expected a square"),
        (np.arange(3), "array is 3 of int64"),
        (np.array([["a", "b"]]), "array is 1 x 2 of <U1"),
        (np.full((4, 4), np.nan), "nan in row 0, column 0"),
        (np.eye(4) * 1j, "complex"),
    ],
)
def test_other_arrays_are_refused(array, words):
    with pytest.raises(InputError) as caught:
        graphs.from_object(array)
    assert words in str(caught.value)


def test_an_adjacency_frame_is_a_matrix():
    graph = nx.Graph([("b", "a", {"weight": 2}), ("b", "c", {"weight": 5})])
    given = graphs.from_object(nx.to_pandas_adjacency(graph))
    assert labelled(given.edges) == {("a", "b", 2), ("b", "c", 5)}
    assert not given.info.directed
    assert "adjacency matrix" in given.info.reading.line
    assert labelled(
        graphs.from_object(pd.DataFrame([[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])).edges
    ) == {(0, 1)}
    with pytest.raises(InputError, match="not finite numbers"):
        graphs.from_object(nx.to_pandas_adjacency(graph, nonedge=np.nan))
    with pytest.raises(InputError, match="may be an adjacency matrix"):
        graphs.from_object(pd.DataFrame([[0, 1, 2], [1, 0, 3], [2, 3, 0]]))


@pytest.mark.parametrize(
    "convert",
    [
        lambda table: table,
        lambda table: table.to_batches()[0],
        lambda table: pa.RecordBatchReader.from_batches(table.schema, table.to_batches()),
        lambda table: pytest.importorskip("polars").from_arrow(table),
        lambda table: pytest.importorskip("polars").from_arrow(table).lazy(),
        lambda table: pytest.importorskip("polars").from_arrow(table).cast({"source": pl_categorical()}),
        lambda table: pytest.importorskip("duckdb").from_arrow(table),
    ],
)
def test_tables_of_other_libraries_are_read(convert):
    table = pa.table({"source": ["x", "y"], "target": ["y", "z"], "weight": pa.array([1, 2], pa.uint8())})
    assert labelled(graphs.from_object(convert(table)).edges) == {("x", "y", 1), ("y", "z", 2)}


@pytest.mark.parametrize(
    "make",
    [
        lambda: nx.Graph(SQUARE),
        igraph_square,
        lambda: SQUARE + [(two, one) for one, two in SQUARE],
        lambda: nx.to_scipy_sparse_array(nx.cycle_graph(4)),
        lambda: nx.to_numpy_array(nx.cycle_graph(4)),
        lambda: graphs.from_object(nx.Graph(SQUARE)).edges,
        lambda: nx.to_pandas_adjacency(nx.Graph(SQUARE)),
    ],
)
def test_directed_keeps_both_directions_of_an_undirected_object(make):
    given = graphs.from_object(make(), directed=True)
    assert (given.info.directed, given.info.num_edges, given.info.duplicates_merged) == (True, 8, 0)
    assert graphs.from_object(make(), directed=False).info.num_edges == 4


def test_directed_doubles_weights_and_no_loops():
    graph = nx.Graph([(0, 1, {"weight": 3}), (1, 1, {"weight": 9})])
    given = graphs.from_object(graph, directed=True)
    assert labelled(given.edges) == {(0, 1, 3), (1, 0, 3)}
    assert given.info.loops_dropped == 1


def test_an_edge_attribute_is_chosen_as_the_weight():
    graph = nx.Graph([("a", "b", {"weight": 1, "km": 7}), ("b", "c", {"km": 8})])
    assert labelled(gb.load(graph, weight="km")) == {("a", "b", 7), ("b", "c", 8)}
    assert not gb.load(graph, no_weight=True).weighted
    with pytest.raises(InputError, match="No edge has the attribute 'length'"):
        gb.load(graph, weight="length")
    with pytest.raises(InputError, match=r"Edge 0 .* has the weight nan"):
        gb.load(nx.Graph([(0, 1, {"weight": float("nan")})]))


def _of_igraph(edges):
    return igraph.Graph.DictList([], [{"source": one, "target": two, **data} for one, two, data in edges])


@pytest.mark.parametrize("make", [nx.DiGraph, _of_igraph, list], ids=["networkx", "igraph", "edges"])
def test_a_numeric_edge_attribute_that_is_no_weight_is_named(make):
    edges = [("ann", "bob", {"amount": 7, "kind": "gift", "late": True}), ("bob", "cyd", {"amount": 8.5})]
    with pytest.warns(UserWarning, match=r"so 'amount' is ignored\. .* pass weight_column='amount'\.") as seen:
        assert not gb.load(make(edges)).weighted
    assert len(seen) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gb.load(make(edges), weight="amount").weighted
        assert not gb.load(make(edges), no_weight=True).weighted


@pytest.mark.parametrize("make", [nx.Graph, _of_igraph], ids=["networkx", "igraph"])
@pytest.mark.parametrize("attribute", ["weight", "km"])
def test_edges_without_a_weight_among_others_are_counted(make, attribute):
    graph = make([("a", "b", {attribute: 7}), ("b", "c", {}), ("c", "d", {attribute: None})])
    with pytest.warns(UserWarning, match=r"^graph: 2 edges of 3 have no weight, taken as 1\.") as seen:
        found = gb.load(graph, weight_column=attribute)
    assert (labelled(found), len(seen)) == ({("a", "b", 7), ("b", "c", 1), ("c", "d", 1)}, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not gb.load(graph, no_weight=True).weighted


# Back to the user's labels


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_edges_go_back_to_networkx_and_igraph_with_the_users_names(directed, weighted):
    graph = (nx.DiGraph if directed else nx.Graph)(SQUARE)
    graph.add_node("alone")
    if weighted:
        nx.set_edge_attributes(graph, {edge: place + 0.5 for place, edge in enumerate(graph.edges)}, "weight")
    edges = gb.load(graph)
    assert nx.utils.graphs_equal(edges.to_networkx(), graph)
    back = gb.load(edges.to_igraph())
    assert (back.digest, back.names.tolist()) == (edges.digest, edges.names.tolist())


def test_edges_without_names_go_back_as_numbers():
    edges = gb.load("ba:n=34,m=2,seed=1")
    assert sorted(edges.to_networkx()) == list(range(34))
    assert edges.to_igraph().vs.attributes() == []


def test_edges_of_a_file_that_counts_from_1_go_back_with_its_numbers(tmp_path):
    edges = gb.load("karate")
    assert sorted(edges.to_networkx()) == list(range(1, 35))
    assert edges.to_igraph().vs["name"] == list(range(1, 35))
    for again in (gb.load(edges.write(tmp_path / "karate.parquet").path), gb.load(edges), edges.entries()):
        assert again.labels.tolist() == list(range(1, 35))
    assert not (tmp_path / "karate.names.parquet").exists()
