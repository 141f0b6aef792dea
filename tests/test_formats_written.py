"""Graphs that other libraries wrote are read back equal, whatever the file is called and however it is compressed."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import warnings
import zipfile

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
import scipy.io
import scipy.sparse

from graphbench.errors import FormatError
from graphbench.graphs import formats

igraph = pytest.importorskip("igraph")
networkit = pytest.importorskip("networkit")


def named_rows(raw):
    """The rows with names of vertices as text, ends of undirected edges in order."""
    names = np.arange(raw.num_vertices) + raw.first if raw.names is None else raw.names
    weights = [None] * len(raw.src) if raw.weight is None else raw.weight.tolist()
    rows = []
    for src, dst, weight in zip(raw.src.tolist(), raw.dst.tolist(), weights, strict=True):
        ends = (str(names[src]), str(names[dst]))
        rows.append((*(ends if raw.directed else sorted(ends)), weight))
    return sorted(rows)


def rows_of(graph):
    rows = []
    for one, two, weight in graph.edges(data="weight"):
        ends = (str(one), str(two))
        rows.append((*(ends if graph.is_directed() else sorted(ends)), weight))
    return sorted(rows)


def weighted(graph):
    for number, (_, _, data) in enumerate(graph.edges(data=True)):
        data["weight"] = number + 0.5
    return graph


def named(graph):
    return nx.relabel_nodes(graph, {node: f"v{node}é" if node % 2 else f"w{node}" for node in graph})


GRAPHS = {
    "path": nx.path_graph(6),
    "weighted": weighted(nx.gnm_random_graph(30, 60, seed=1)),
    "isolated": nx.disjoint_union(nx.cycle_graph(5), nx.empty_graph(3)),
    "names": named(nx.karate_club_graph()),
    "loop": nx.Graph([(0, 1), (1, 1), (1, 2)]),
}
for _, _, _data in GRAPHS["names"].edges(data=True):
    _data.pop("weight", None)
DIRECTED = {
    "arcs": nx.gnm_random_graph(20, 50, seed=2, directed=True),
    "weighted arcs": weighted(nx.gnm_random_graph(20, 50, seed=3, directed=True)),
}

KEEPS_ALL = {
    "graphml": nx.write_graphml,
    "gexf": nx.write_gexf,
    "gml": lambda graph, path: nx.write_gml(graph, path, stringizer=str),
    "node-link": lambda graph, path: path.write_text(json.dumps(nx.node_link_data(graph, edges="links"))),
    "node-link edges": lambda graph, path: path.write_text(json.dumps(nx.node_link_data(graph, edges="edges"))),
    "adjacency json": lambda graph, path: path.write_text(json.dumps(nx.adjacency_data(graph))),
    "cytoscape": lambda graph, path: path.write_text(json.dumps(nx.cytoscape_data(graph))),
}


@pytest.mark.parametrize("suffix", ["", ".txt", ".dat.gz"])
@pytest.mark.parametrize("name", [*GRAPHS, *DIRECTED])
@pytest.mark.parametrize("form", KEEPS_ALL)
def test_formats_of_networkx_with_all_that_a_graph_has(tmp_path, form, name, suffix):
    graph = (GRAPHS | DIRECTED)[name]
    if form == "gml":  # only simple labels survive NetworkX's own stringizer
        graph = nx.relabel_nodes(graph, {node: str(node).replace("é", "e") for node in graph})
    path = tmp_path / "plain"
    KEEPS_ALL[form](graph, path)
    target = tmp_path / f"graph{suffix}"
    target.write_bytes(gzip.compress(path.read_bytes()) if suffix.endswith(".gz") else path.read_bytes())
    raw = formats.read(target)
    assert named_rows(raw) == rows_of(graph)
    assert (raw.num_vertices, raw.directed) == (len(graph), graph.is_directed())


LONG = nx.relabel_nodes(nx.cycle_graph(5), lambda node: f"{node}{'x' * 220_000}")
"""Names beyond the 128 KiB that Python's csv module takes, and in one file beyond the first bytes that decide."""


@pytest.mark.parametrize("suffix", ["", ".json"])
@pytest.mark.parametrize("form", KEEPS_ALL)
def test_a_format_is_recognised_at_any_size_and_after_a_byte_order_mark(tmp_path, form, suffix):
    path = tmp_path / f"graph{suffix}"
    KEEPS_ALL[form](LONG, path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert path.stat().st_size > 1 << 20
    assert named_rows(formats.read(path)) == rows_of(LONG)


@pytest.mark.parametrize("text", ['["' + "x" * 200_000 + '"]', '"' + "x" * 200_000 + '"', '{nodes: ["' + "x" * 200_000])
def test_json_that_is_no_graph_is_called_so_at_any_size(tmp_path, text):
    path = tmp_path / "graph.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=r"(JSON with|not a JSON document).*Expected node-link JSON"):
        formats.read(path)


def test_a_quoted_name_in_a_table_may_be_long(tmp_path):
    path = tmp_path / "graph.csv"
    path.write_text("source,target\n" + "".join(f'"{one}","{two}"\n' for one, two in LONG.edges))
    assert named_rows(formats.read(path)) == rows_of(LONG)


@pytest.mark.parametrize("name", GRAPHS)
def test_edge_and_adjacency_lists_of_networkx(tmp_path, name):
    graph = GRAPHS[name]
    nx.write_edgelist(graph, tmp_path / "edges.txt")
    assert named_rows(formats.read(tmp_path / "edges.txt")) == rows_of(graph)
    nx.write_multiline_adjlist(graph, tmp_path / "multi.txt")
    raw = formats.read(tmp_path / "multi.txt")
    assert (named_rows(raw), raw.num_vertices) == (rows_of(graph), len(graph))
    nx.write_adjlist(graph, tmp_path / "adjacency.txt")
    raw = formats.read(tmp_path / "adjacency.txt")
    assert (named_rows(raw), raw.num_vertices) == ([(*row[:2], None) for row in rows_of(graph)], len(graph))
    (tmp_path / "g.adjlist").write_text("\n".join(nx.generate_adjlist(graph)))
    assert named_rows(formats.read(tmp_path / "g.adjlist")) == [(*row[:2], None) for row in rows_of(graph)]


BLANKS = nx.Graph([("Roe, J", "c d"), ("c d", "e"), ("e", "f;g")])


@pytest.mark.parametrize(
    ("write", "graph", "delimiter"),
    [
        *((nx.write_adjlist, graph, mark) for graph in (nx.path_graph(4), nx.star_graph(3)) for mark in ",;|\t"),
        *((write, BLANKS, "\t") for write in (nx.write_adjlist, nx.write_edgelist, nx.write_multiline_adjlist)),
        (nx.write_adjlist, nx.Graph([("a b", "c d"), ("c d", "e")]), ","),
        (nx.write_adjlist, nx.Graph([("a,b", "c,d"), ("c,d", "e")]), " "),
        (nx.write_edgelist, nx.Graph([("a b", "c d"), ("c d", "e")]), ","),
    ],
)
def test_lists_of_networkx_with_any_delimiter(write, graph, delimiter, tmp_path):
    write(graph, tmp_path / "g.txt", delimiter=delimiter)
    raw = formats.read(tmp_path / "g.txt")
    assert (named_rows(raw), raw.num_vertices) == ([(*row[:2], None) for row in rows_of(graph)], len(graph))


@pytest.mark.parametrize(
    "write", [nx.write_adjlist, nx.write_edgelist, lambda *given: nx.write_multiline_adjlist(*given, delimiter=",")]
)
def test_lists_of_networkx_that_two_graphs_give_are_refused_with_one_that_is_clear(write, tmp_path):
    write(nx.grid_2d_graph(2, 2), tmp_path / "g.txt")
    with pytest.raises(FormatError, match=r"networkx\.write_\w+\(graph, path, delimiter='\\t'\)"):
        formats.read(tmp_path / "g.txt")


def test_a_neighbour_without_a_line_is_part_of_a_name_in_a_list_of_networkx(tmp_path):
    nx.write_adjlist(nx.Graph([("a b", "c d"), ("c d", "e")]), tmp_path / "g.txt")
    with pytest.raises(FormatError, match="'b' is a neighbour, but has no line"):
        formats.read(tmp_path / "g.txt")


@pytest.mark.parametrize("text", ["1,2,3\n2,4\n3,1,2,5\n", "1, 2, 3\n2, 4\n3, 1, 2, 5\n", "1;2;3\n2;4\n3;1;2;5\n"])
def test_rows_of_neighbours_are_read_once_their_file_is_renamed_as_its_refusal_says(text, tmp_path):
    (tmp_path / "g.csv").write_text(text)
    with pytest.raises(FormatError, match=r"rename the file to g\.adjlist"):
        formats.read(tmp_path / "g.csv")
    renamed = (tmp_path / "g.csv").rename(tmp_path / "g.adjlist")
    assert named_rows(formats.read(renamed)) == [(*ends, None) for ends in ("12", "13", "13", "23", "24", "35")]


@pytest.mark.parametrize("name", DIRECTED)
def test_arcs_of_edge_and_adjacency_lists(tmp_path, name):
    graph = DIRECTED[name]
    nx.write_edgelist(graph, tmp_path / "edges.txt")
    assert named_rows(formats.read(tmp_path / "edges.txt", directed=True)) == rows_of(graph)
    nx.write_adjlist(graph, tmp_path / "adjacency.txt")
    raw = formats.read(tmp_path / "adjacency.txt", directed=True)
    assert named_rows(raw) == [(*row[:2], None) for row in rows_of(graph)]


@pytest.mark.parametrize("name", ["path", "weighted", "isolated", "arcs", "weighted arcs"])
def test_pajek_of_networkx_and_igraph(tmp_path, name):
    graph = (GRAPHS | DIRECTED)[name]
    multigraph = (nx.MultiDiGraph if graph.is_directed() else nx.MultiGraph)(nx.relabel_nodes(graph, str))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NetworkX warns of attributes that it does not write
        nx.write_pajek(multigraph, tmp_path / "networkx.txt")
    igraph.Graph.from_networkx(graph).write_pajek(str(tmp_path / "igraph.txt"))
    raw = formats.read(tmp_path / "networkx.txt")
    assert named_rows(raw) == rows_of(graph)
    assert (raw.num_vertices, raw.directed) == (len(graph), graph.is_directed())
    shifted = nx.relabel_nodes(graph, lambda node: node + 1)
    assert named_rows(formats.read(tmp_path / "igraph.txt")) == rows_of(shifted)


GRAPHML = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="edge" attr.name="weight" attr.type="double"><default>7</default></key>
<graph edgedefault="undirected"><node id="a"/><node id="b"/><node id="c"/>
<edge source="a" target="b"><data key="d0">2</data></edge><edge source="b" target="c"/></graph></graphml>"""
GEXF = """<gexf xmlns="http://www.gexf.net/1.2draft"><graph mode="dynamic" defaultedgetype="undirected">
<attributes class="edge"><attribute id="0" title="weight" type="double"><default>7</default></attribute></attributes>
<nodes><node id="a"/><node id="b"/><node id="c"/></nodes>
<edges><edge id="0" source="a" target="b"><attvalues><attvalue for="0" value="2"/></attvalues></edge>
<edge id="1" source="b" target="c"/></edges></graph></gexf>"""
SPELLS = '<node id="b"><spells><spell start="1"/><spell start="5" end="6"/></spells></node>'


@pytest.mark.parametrize("text", [GRAPHML, GEXF])
def test_an_edge_without_a_weight_has_the_default_of_the_file(text, tmp_path):
    (tmp_path / "graph").write_text(text)
    raw = formats.read(tmp_path / "graph")
    assert (named_rows(raw), raw.reading.warnings) == ([("a", "b", 2), ("b", "c", 7)], [])
    (tmp_path / "graph").write_text(text.replace("<default>7</default>", ""))
    raw = formats.read(tmp_path / "graph")
    assert named_rows(raw) == [("a", "b", 2), ("b", "c", 1)]
    assert raw.reading.warnings == [
        "1 edge of 2 has no weight, taken as 1. Give all edges a weight if another is meant."
    ]


@pytest.mark.parametrize("space", ["http://www.gexf.net/1.3", "http://gexf.net/1.3", "http://www.gexf.net/1.2", ""])
def test_gexf_of_any_version(space, tmp_path):  # the first is that of R's rgexf
    (tmp_path / "graph").write_text(GEXF.replace("http://www.gexf.net/1.2draft", space))
    assert named_rows(formats.read(tmp_path / "graph")) == [("a", "b", 2), ("b", "c", 7)]


@pytest.mark.parametrize("node", [SPELLS, '<node id="b" start="2009"/>', '<node id="b"><slices/></node>'])
def test_times_of_gexf_are_ignored_with_a_warning(node, tmp_path):
    (tmp_path / "graph").write_text(GEXF.replace('<node id="b"/>', node))
    raw = formats.read(tmp_path / "graph")
    assert named_rows(raw) == [("a", "b", 2), ("b", "c", 7)]
    assert raw.reading.warnings[0].startswith("1 of its vertices and edges have times, which are ignored")


def test_weights_of_gexf_that_change_with_time_are_refused(tmp_path):
    (tmp_path / "graph").write_text(GEXF.replace('class="edge"', 'class="edge" mode="dynamic"'))
    with pytest.raises(FormatError, match="weights that change with time"):
        formats.read(tmp_path / "graph")
    changing = GEXF.replace('class="edge"', 'class="edge" mode="dynamic"').replace('"weight"', '"price"')
    (tmp_path / "graph").write_text(changing)
    assert named_rows(formats.read(tmp_path / "graph"))[0] == ("a", "b", None)


@pytest.mark.parametrize("name", ["path", "weighted", "isolated", "names", "arcs", "weighted arcs"])
@pytest.mark.parametrize("form", ["graphml", "gml"])
def test_graphml_and_gml_of_igraph(tmp_path, name, form):
    graph = (GRAPHS | DIRECTED)[name]
    own = igraph.Graph(n=len(graph), directed=graph.is_directed())
    if name == "names":
        own.vs["name"] = list(graph)
    index = {node: at for at, node in enumerate(graph)}
    own.add_edges([(index[one], index[two]) for one, two in graph.edges])
    weights = [weight for _, _, weight in graph.edges(data="weight")]
    if None not in weights:
        own.es["weight"] = weights
    path = tmp_path / "graph"
    own.write(str(path), format=form)
    raw = formats.read(path)
    expected = nx.relabel_nodes(graph, index) if name == "names" and form == "gml" else graph
    assert named_rows(raw) == rows_of(expected)
    assert (raw.num_vertices, raw.directed) == (len(graph), graph.is_directed())


@pytest.mark.parametrize("name", ["path", "weighted", "isolated", "names"])
def test_lgl_and_ncol_of_igraph(tmp_path, name):
    graph = nx.relabel_nodes(GRAPHS[name], lambda node: str(node).replace("é", ""))  # igraph's LGL is ASCII
    own = igraph.Graph.from_networkx(graph)
    own.vs["name"] = own.vs["_nx_name"]
    weights = "weight" if "weight" in own.es.attributes() else None
    own.write_lgl(str(tmp_path / "graph.lgl"), names="name", weights=weights)
    raw = formats.read(tmp_path / "graph.lgl")
    assert named_rows(raw) == rows_of(graph)
    own.write_ncol(str(tmp_path / "graph.ncol"), names="name", weights=weights)
    assert named_rows(formats.read(tmp_path / "graph.ncol")) == rows_of(graph)


def test_lgl_without_weights_is_recognised_and_with_weights_its_name_is_asked_for(tmp_path):
    path = tmp_path / "graph.txt"
    path.write_text("# a\nb\nc\n# b\nc\n# lonely\n")
    raw = formats.read(path)
    assert named_rows(raw) == [("a", "b", None), ("a", "c", None), ("b", "c", None)]
    assert raw.num_vertices == 4
    path.write_text("# 1\n2 5\n# 2\n3 6\n")
    with pytest.raises(FormatError, match=r"LGL.*table with comments.*Rename it to \.lgl"):
        formats.read(path)


@pytest.mark.parametrize("name", ["path", "weighted", "isolated"])
def test_metis_of_networkit(tmp_path, name):
    graph = GRAPHS[name]
    own = networkit.nxadapter.nx2nk(graph, weightAttr="weight" if name == "weighted" else None)
    path = tmp_path / "networkit.graph"
    networkit.writeGraph(own, str(path), networkit.Format.METIS)
    raw = formats.read(path)
    from_one = nx.relabel_nodes(graph, lambda vertex: vertex + 1)
    assert (named_rows(raw), raw.num_vertices) == (rows_of(from_one), len(graph))


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr"])
@pytest.mark.parametrize("name", ["path", "weighted", "isolated", "arcs", "weighted arcs"])
@pytest.mark.parametrize("compressed", [True, False])
def test_npz_of_scipy(tmp_path, name, form, compressed):
    graph = (GRAPHS | DIRECTED)[name]
    matrix = nx.to_scipy_sparse_array(graph, format=form, dtype=np.float64)
    scipy.sparse.save_npz(tmp_path / "graph", matrix, compressed=compressed)
    raw = formats.read(tmp_path / "graph.npz")
    again = nx.from_scipy_sparse_array(matrix, create_using=nx.DiGraph)
    values = [(str(one), str(two), weight) for one, two, weight in again.edges(data="weight")]
    found = [(str(src), str(dst)) for src, dst in zip(raw.src, raw.dst, strict=True)]
    assert sorted(found) == sorted(row[:2] for row in values)
    assert raw.directed == graph.is_directed()
    assert (raw.weight is None) == ("weighted" not in name)


@pytest.mark.parametrize("kind", ["uint8", "uint32", "uint64", "int8", "int64", "float32", "float64"])
def test_matrix_market_of_scipy(tmp_path, kind):
    matrix = scipy.sparse.coo_array((np.array([1, 2, 3], dtype=kind), ([0, 1, 3], [1, 2, 0])), shape=(4, 4))
    scipy.io.mmwrite(tmp_path / "scipy.mtx", matrix)
    (tmp_path / "net.edges").write_bytes((tmp_path / "scipy.mtx").read_bytes())
    for name in ("scipy.mtx", "net.edges"):
        raw = formats.read(tmp_path / name)
        assert named_rows(raw) == [("1", "2", 1.0), ("2", "3", 2.0), ("4", "1", 3.0)]


DIMACS_EDGE = "c a comment\np edge 5 3\ne 1 2\ne 2 3\ne 3 4\n"


@pytest.mark.parametrize(
    ("text", "rows", "directed", "vertices"),
    [
        (DIMACS_EDGE, [("1", "2", None), ("2", "3", None), ("3", "4", None)], False, 5),
        (DIMACS_EDGE.replace("edge 5 3", "col 5 6"), [("1", "2", None), ("2", "3", None), ("3", "4", None)], False, 5),
        ("c\nc x\np sp 3 2\nc y\na 1 2 7\na 3 1 2.5\n", [("1", "2", 7.0), ("3", "1", 2.5)], True, 3),
        ("p max 3 2\nn 1 s\nn 3 t\na 1 2 7\na 2 3 2\n", [("1", "2", 7.0), ("2", "3", 2.0)], True, 3),
        ("c PACE\np tw 4 2\n1 2\n4 2\n", [("1", "2", None), ("2", "4", None)], False, 4),
        ("% sym unweighted\n1 2\n2 3\n", [("1", "2", None), ("2", "3", None)], False, 3),
        ("% asym weighted\n% 2 4 4\n2 1 0.5 99\n2 3 -1 98\n", [("2", "1", 0.5), ("2", "3", -1.0)], True, 4),
        ("% asym unweighted\n2\t1 \r\n3 1\r\n", [("2", "1", None), ("3", "1", None)], True, 3),
    ],
)
@pytest.mark.parametrize("name", ["graph", "graph.gr", "graph.col", "out.graph", "graph.txt", "graph.csv"])
def test_dimacs_and_konect_are_recognised_under_any_name(tmp_path, name, text, rows, directed, vertices):  # noqa: PLR0917
    (tmp_path / name).write_text(text)
    raw = formats.read(tmp_path / name)
    assert (named_rows(raw), raw.directed, raw.num_vertices) == (rows, directed, vertices)


def test_both_sides_of_a_bipartite_network_are_kept_apart(tmp_path):
    (tmp_path / "out.tiny").write_text("% bip unweighted\n% 3 2 2\n1 1\n1 2\n2 2\n")
    raw = formats.read(tmp_path / "out.tiny")
    assert raw.reading.warnings == ["bipartite: its right vertices 1 to 2 are called 3 to 4."]
    assert named_rows(raw) == [("1", "3", None), ("1", "4", None), ("2", "4", None)]
    assert raw.num_vertices == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("e 1 2\ne 2 3\n", "expected the DIMACS line 'p edge"),
        ("a 1 2 5\na 2 3 4\n", "expected the DIMACS line 'p edge"),
        ("p edge 3 3\ne 1 2\n", "found 1 edges; expected 3"),
        ("p edge 3 1\ne 1 4\n", "vertex 4; expected 1 to 3"),
        ("p edge 3 1\ne 1 x\n", "line 2: expected 'e vertex vertex', found 'e 1 x'"),
        ("p cnf 3 1\n1 2 0\n", "the DIMACS problem is 'cnf'"),
        ("p edge 3 99999999999\ne 1 2\n", "more than fit into"),
        ("p sp 2 1\na 1 2 9007199254740993\n", "beyond 2.53"),
        ("p sp 2 1\na 1 2 1e999\n", "too large for a 64-bit float"),
        ("% sym dynamic\n1 2 1 5\n", "weights are 'dynamic'"),
        ("% sym unweighted\n% 3 3 3\n1 2\n", "found 1 edges; expected 3"),
        ("% sym unweighted\n0 2\n", "vertex 0"),
        ("% bip positive\n1 2 3 4 5\n", "expected 'source target"),
        ("*Vertices 2\n1 a\n2 b\n*Matrix\n0 1\n1 0\n", r"expected \*Vertices, then"),
        ("*Vertices 4 2\n*Edges\n1 3\n", "two-mode"),
        ("*Vertices 2\n*Arcs\n1 3\n", "vertex 3; expected 1 to 2"),
        ("*Vertices 2\n*Arcs\n1 2 1 [5-7]\n", "without times"),
        ('{"nodes": [{"id": 1}], "links": [{"source": 1, "target": 2}]}', "not the id of a node"),
        ('{"nodes": [{"id": 1}, {"id": 1}], "links": []}', "have the id of another"),
        ('{"nodes": [{"id": 1}], "links": [{}], "edges": [{}]}', "has both 'links' and 'edges'"),
        ('[{"source": 1, "target": 2}]', "found JSON with a list.*read_json"),
        ('{"source": 1, "target": 2}\n{"source": 2, "target": 3}', "lines=True"),
        ("graph [ node [ id 1 ] node [ id 2 ] edge [ source 1 target 2 weight 1 weight 2 ] ]", "expected one number"),
        ("graph { a -- b }", "Graphviz.*read_dot"),
        ("/* Created by igraph 1.0.0 */\ngraph {\n  0;\n  1 -- 0;\n}\n", "Graphviz.*read_dot"),
        ("// by hand\n# and\nstrict digraph g {\n  1 -> 0;\n}\n", "Graphviz.*read_dot"),
        ("<!DOCTYPE html><p>Sign in", "HTML page"),
        ("<html><body>", "HTML page"),
        ("<svg/>", "expected graphml or gexf"),
    ],
)
def test_what_is_not_the_graph_it_claims_is_refused(tmp_path, text, words):
    (tmp_path / "graph.txt").write_text(text)
    with pytest.raises(FormatError, match=words):
        formats.read(tmp_path / "graph.txt")


def test_vertices_called_like_the_marks_of_dimacs_are_names(tmp_path):
    (tmp_path / "g.txt").write_text("source target\nc a\nc e\nc p\n")
    assert len(formats.read(tmp_path / "g.txt").src) == 3
    (tmp_path / "g.txt").write_text("c 1\nc 2\nn 3\n")
    assert len(formats.read(tmp_path / "g.txt").src) == 3


BINARY = {
    "pickle": (b"\x80\x04\x95junk", "pickle.load"),
    "hdf5": (b"\x89HDF\r\n\x1a\n", "HDF5"),
    "mat": (b"MATLAB 5.0 MAT-file, Platform", "loadmat"),
    "feather": (b"ARROW1\0\0", "read_table"),
    "npy": (b"\x93NUMPY\x01\0", "numpy.load"),
    "sqlite": (b"SQLite format 3\0", "read_sql"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "7z x"),
    "rar": (b"Rar!\x1a\x07", "unrar x"),
    "graph-tool": ("⛾ gt\x01".encode(), "graph-tool"),
    "utf-16": ("1 2\n".encode("utf-16"), "UTF-8"),
    "networkit": (b"nkbg003\0", "readGraph"),
    "git lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"),
    "ligra": (b"AdjacencyGraph\n2\n1\n0\n1\n1\n", "Ligra"),
    "ucinet": (b"dl n = 3 format = edgelist1\ndata:\n1 2\n", "UCINET"),
    "rdf": (b"<http://a/b> <http://c> <http://d> .\n", "RDF"),
    "spreadsheet": (b"PK\x03\x04" + bytes(26) + b"docProps/app.xml", "read_excel"),
}


@pytest.mark.parametrize("kind", BINARY)
@pytest.mark.parametrize("name", ["graph", "graph.csv", "graph.gz"])
def test_other_formats_are_refused_by_name_with_what_reads_them(tmp_path, kind, name):
    data, words = BINARY[kind]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FormatError, match=words):
        formats.read(tmp_path / name)


def _zip(text, name="graph.csv"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.md", "about")
        archive.writestr(name, text)
    return packed.getvalue()


def _tar(text, mode="w", name="net/out.tiny"):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        for member, data in (("net/meta.tiny", b"about"), (name, text)):
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


PACKED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda text: pa.compress(text, codec="zstd", asbytes=True),
    "zip": _zip,
    "zip of gz": lambda text: _zip(gzip.compress(text), "graph.csv.gz"),
    "tar": _tar,
    "tar.gz": lambda text: _tar(text, "w:gz"),
    "tar.bz2": lambda text: _tar(text, "w:bz2"),
    "tar.xz": lambda text: _tar(text, "w:xz"),
    "tar.zst": lambda text: pa.compress(_tar(text), codec="zstd", asbytes=True),
    "gz of gz": lambda text: gzip.compress(gzip.compress(text)),
}


@pytest.mark.parametrize("suffix", ["", ".txt", "right"])
@pytest.mark.parametrize("codec", PACKED)
def test_compression_is_recognised_whatever_the_file_is_called(tmp_path, codec, suffix):
    text = b"source,target,weight\n" + b"".join(b"%d,%d,%d\n" % (at, at + 1, at) for at in range(1000))
    path = tmp_path / (f"graph.{codec}" if suffix == "right" and " " not in codec else f"graph{suffix}")
    path.write_bytes(PACKED[codec](text))
    raw = formats.read(path)
    assert (len(raw.src), raw.num_vertices, raw.weight.sum()) == (1000, 1001, 499_500)


@pytest.mark.parametrize("codec", PACKED)
def test_a_cut_compressed_file_is_refused(tmp_path, codec):
    text = b"".join(b"%d,%d\n" % (at * 7919 % 10007, at * 104729 % 10007) for at in range(20_000))
    path = tmp_path / "graph"
    data = PACKED[codec](text)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(FormatError):
        formats.read(path)


def test_an_archive_of_several_graphs_lists_them(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "1,2\n")
        archive.writestr("b.csv", "1,2\n")
    (tmp_path / "two.zip").write_bytes(packed.getvalue())
    with pytest.raises(FormatError, match=r"found 'a\.csv', 'b\.csv'\. Extract"):
        formats.read(tmp_path / "two.zip")


def test_a_member_that_claims_a_terabyte_is_refused_at_once(tmp_path):
    info = tarfile.TarInfo("net/huge")
    info.size = 1 << 40
    path = tmp_path / "huge.tar.gz"
    path.write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT)))
    with pytest.raises(FormatError, match="claims 1,099,511,627,776 bytes"):
        formats.read(path)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE graphml [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
    + ']><graphml><graph edgedefault="undirected"><node id="&j;"/></graph></graphml>'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused(tmp_path, encoding):
    (tmp_path / "bomb.graphml").write_bytes(BOMB.encode(encoding))
    with pytest.raises(FormatError, match=r"XML entities|UTF-16"):
        formats.read(tmp_path / "bomb.graphml")


def test_nested_graphs_and_hyperedges_are_refused(tmp_path):
    path = tmp_path / "graph.graphml"
    head = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">'
    path.write_text(f'{head}<node id="a"><graph><node id="b"/></graph></node></graph></graphml>')
    with pytest.raises(FormatError, match="has 2 graphs; expected one"):
        formats.read(path)
    path.write_text(f'{head}<node id="a"/><edge source="a" target="b"/></graph></graphml>')
    with pytest.raises(FormatError, match="declares 1 nodes"):
        formats.read(path)


@pytest.mark.parametrize("banner", ["%%MatrixMarket matrix coordinate pattern general\n", "# a table\n", "c DIMACS\n"])
def test_headers_above_64_kib_are_passed_over(tmp_path, banner):
    path = tmp_path / "graph.txt"
    mark = {"%": "%", "#": "#", "c": "c "}[banner[0]]
    size = {"%": "3 3 2\n", "#": "", "c": "p tw 3 2\n"}[banner[0]]
    comments = mark + "x" * 100_000 + "\n" + f"{mark}{'y' * 70}\n" * 2000
    path.write_text(f"{banner}{comments}{size}1 2\n2 3\n")
    assert len(formats.read(path).src) == 2


def test_an_attribute_not_called_weight_is_named(tmp_path):
    graph = nx.path_graph(3)
    nx.set_edge_attributes(graph, 5, "value")
    nx.write_gml(graph, tmp_path / "graph.gml")
    assert (
        "no edge has the attribute weight, so 'value' is ignored"
        in formats.read(tmp_path / "graph.gml").reading.warnings[0]
    )


def test_a_large_file_of_a_slow_format_says_what_is_faster(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "SLOW_BYTES", 100)
    nx.write_graphml(nx.path_graph(9), tmp_path / "graph.graphml")
    with pytest.warns(UserWarning, match=r"is read in about 1 min\. Matrix Market, Parquet and CSV"):
        formats.read(tmp_path / "graph.graphml")


@pytest.mark.parametrize("name", ["graph.npz", "graph.zip"])
def test_a_zip_archive_of_an_unknown_version_is_refused(tmp_path, name):
    path = tmp_path / name
    if name == "graph.npz":
        scipy.sparse.save_npz(path, scipy.sparse.eye_array(3))
    else:
        path.write_bytes(_zip(b"1,2\n"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 6] = 173  # the version that is needed to extract a member
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"zip file version 17\.3"):
        formats.read(path)


def test_a_quotation_mark_of_gml_that_is_not_closed_swallows_no_edge(tmp_path):
    edges = "".join(f'  edge [ source {at} target {at + 1} label "e{at}" ]\n' for at in range(1, 5))
    text = "graph [\n" + "".join(f"  node [ id {at} ]\n" for at in range(1, 6)) + edges + "]\n"
    path = tmp_path / "graph.gml"
    path.write_text(text)
    assert len(formats.read(path).src) == 4
    path.write_text(text.replace('"e2"', '"e2').replace('"e3"', 'e3"'))
    with pytest.raises(FormatError, match=r"line 8: .*quotation mark is not closed"):
        formats.read(path)
    path.write_text(text.replace('"e2"', '"an edge [2]"'))
    assert len(formats.read(path).src) == 4


@pytest.mark.parametrize("key", ["nodes", "links", "edges"])
def test_json_with_two_lists_of_one_name_is_refused(tmp_path, key):
    lists = {"nodes": '[{"id": 1}, {"id": 2}]', "links": '[{"source": 1, "target": 2, "edges": "x", "links": "nodes"}]'}
    lists["edges"] = lists["links"]
    first, second = (key, "nodes") if key != "nodes" else (key, "links")
    path = tmp_path / "graph.json"
    path.write_text(f'{{"{first}": {lists[first]}, "{second}": {lists[second]}}}')
    assert len(formats.read(path).src) == 1
    path.write_text(f'{{"{first}": {lists[first]}, "{second}": {lists[second]}, "{first}": []}}')
    with pytest.raises(FormatError, match=f"the key '{key}' 2 times"):
        formats.read(path)


@pytest.mark.parametrize("pair", ['"source": 1', '"target": 2', '"weight": 2.5'])
def test_json_with_two_values_of_one_key_of_an_edge_is_refused(tmp_path, pair):
    path = tmp_path / "graph.json"
    text = '{"nodes": [{"id": 1}, {"id": 2}], "links": [{"source": 1, "target": 2, "weight": 1}]}'
    path.write_text(text)
    assert len(formats.read(path).src) == 1
    path.write_text(text.replace("}]}", f", {pair}}}]}}"))
    with pytest.raises(FormatError, match=f"the key {pair.split(':')[0]} 2 times".replace('"', "'")):
        formats.read(path)


@pytest.mark.parametrize(
    ("name", "text", "damage"),
    [
        ("g.lgl", "# a\nb 1\nc 2\n# 2\nd 3\n", ("# 2", '"# 2')),
        ("g.net", "*Vertices 4\n*Arcslist\n1 2 3\n", ("*Arcslist", '*Arcs"list')),
        ("g.adjlist", "0 1 2\n1 2\n2 3\n", ("\n1 2\n2", "\r1 2\r2")),
        ("g.edgelist", "a b {}\nb c {}\nc d {}\n", ("\nb c", "\rb c")),
        ("g.gml", "graph [ node [ id 1 ] node [ id 2 ] edge [ source 1 target 2 ] ]", ("edge [", 'e""dge [')),
        (
            "g.json",
            json.dumps(nx.adjacency_data(nx.DiGraph([(0, 1), (1, 0), (1, 2)]))),
            ('"directed"', '"\'directed"'),
        ),
    ],
)
def test_a_stray_mark_makes_no_other_edges_of_the_rows(tmp_path, name, text, damage):
    path = tmp_path / name
    path.write_bytes(text.encode())
    formats.read(path)
    assert damage[0] in text
    path.write_bytes(text.replace(*damage).encode())
    with pytest.raises(FormatError):
        formats.read(path)
