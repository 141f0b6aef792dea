"""Every name, file and object becomes the same cleaned dataset."""

import sys
import types

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from graphbench import graphs
from graphbench.errors import DatasetError, FetchError, FormatError, InputError, UnknownNameError, UsageError
from graphbench.graphs import checksums, formats, suitesparse
from graphbench.graphs.edgelist import EdgeList
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


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="is a folder"):
        graphs.load(tmp_path)


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
        lambda edges: nx.from_scipy_sparse_array(edges.to_scipy(), edge_attribute="ignored"),
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


def test_networkx_weights_default_to_one_where_some_are_given():
    graph = nx.Graph()
    graph.add_edge(0, 1, weight=5)
    graph.add_edge(1, 2)
    assert graphs.from_object(graph).edges.to_numpy().weight.tolist() == [5, 1]
    assert not graphs.from_object(nx.path_graph(3)).info.weighted


def test_matrix_values_are_weights_unless_all_are_one():
    weighted = graphs.from_object(sp.csr_array([[0, 2.5], [2.5, 0]]))
    assert weighted.edges.to_numpy().weight.tolist() == [2.5]
    assert not graphs.from_object(sp.csr_array([[0, 1], [1, 0]])).info.weighted


@pytest.mark.parametrize(
    ("values", "directed"),
    [
        ([[0, np.nan], [np.nan, 0]], False),
        ([[0, np.nan, 2], [np.nan, 0, 0], [2, 0, 0]], False),
        ([[0, np.nan], [3, 0]], True),
        ([[0, np.nan], [0, 0]], True),
    ],
)
def test_a_matrix_with_undefined_weights_is_symmetric_if_they_are(values, directed):
    assert graphs.from_object(sp.csr_array(np.array(values))).info.directed is directed


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
        (pd.Series([1, 2]), UsageError, "Unsupported type of graph: pandas"),
        (sp.csr_array(np.ones((2, 3))), InputError, "2 x 3; expected a square"),
        (sp.csr_array([[0, 1j], [1j, 0]]), InputError, "complex"),
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
