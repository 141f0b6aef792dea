"""The engines cugraph and nx-cugraph on doubles of their libraries: how graphs are built and calls are made."""

import sys

import networkx as nx
import numpy as np
import pytest

from graphbench import registry
from graphbench.engines import cugraph as cugraph_file
from graphbench.engines.base import Settings
from graphbench.errors import UnsupportedError
from helpers import fake_cugraph
from helpers.graphs import GRAPHS, certify, graph, posed, solve

cugraph, nx_cugraph = registry.engine("cugraph"), registry.engine("nx-cugraph")
TWO = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (0, 6), (6, 7), (7, 1), (8, 9)]
UNDIRECTED, DIRECTED = graph(TWO, 11), graph(TWO, 11, directed=True)
WEIGHTED = graph([(u, v, 1.0 + u) for u, v in TWO], 11)
ARCS = [(u, v) for u, v in TWO] + [(v, u) for u, v in TWO]


@pytest.fixture(autouse=True)
def doubles(monkeypatch):
    monkeypatch.setitem(sys.modules, "cudf", fake_cugraph.cudf())
    monkeypatch.setitem(sys.modules, "cupy", fake_cugraph.cupy())
    monkeypatch.setitem(sys.modules, "nx_cugraph", fake_cugraph.nx_cugraph())
    monkeypatch.setitem(sys.modules, "cugraph", fake_cugraph.Double(None))
    for engine in (cugraph, nx_cugraph):
        monkeypatch.setattr(engine, "settings", Settings())


def built(engine, edges, **options):
    return engine.build(engine.read(edges), edges, **options)


def rows(made):
    return sorted(zip(made.frame["source"].tolist(), made.frame["destination"].tolist(), strict=True))


def test_both_directions_are_given_and_not_made_by_cugraph():
    made = built(cugraph, UNDIRECTED)
    assert rows(made) == sorted(ARCS)
    assert made.symmetrize is False
    assert made.vertices.tolist() == list(range(11)), "isolated vertices stay"


def test_weights_are_those_of_both_directions():
    made = built(cugraph, WEIGHTED)
    weight = {(u, v): w for u, v, w in made.frame[["source", "destination", "weight"]].itertuples(index=False)}
    assert weight == {(u, v): 1.0 + u for u, v in TWO} | {(v, u): 1.0 + u for u, v in TWO}


def test_arcs_are_given_as_they_are():
    made = built(cugraph, DIRECTED)
    assert rows(made) == sorted(TWO)
    assert made.symmetrize is None


@pytest.mark.parametrize(
    ("longest", "allowed", "given"),
    [(22, sys.maxsize, True), (21, sys.maxsize, False), (22, 22 * 90, True), (22, 22 * 90 - 1, False)],
)
def test_both_directions_are_made_by_cugraph_where_frame_or_memory_is_too_small(monkeypatch, longest, allowed, given):
    monkeypatch.setattr(cugraph_file, "MAX_ROWS", longest)
    monkeypatch.setattr(cugraph.memory, "allowed_bytes", allowed)
    made = built(cugraph, UNDIRECTED)
    assert (len(made.frame), made.symmetrize) == ((2 * len(TWO), False) if given else (len(TWO), None))


@pytest.mark.parametrize("renumber", [True, False])
def test_renumbering_is_an_option(monkeypatch, renumber):
    monkeypatch.setattr(cugraph, "settings", Settings(renumber=renumber))
    assert built(cugraph, UNDIRECTED).renumber is renumber


def test_ids_have_64_bits_where_the_stored_edges_need_them(monkeypatch):
    monkeypatch.setattr(type(cugraph), "id_type", lambda *_: np.int64)
    made = built(cugraph, UNDIRECTED)
    assert {str(made.frame[end].dtype) for end in ("source", "destination")} == {"int64"}
    assert made.vertices.dtype == np.int64


@pytest.mark.parametrize("edges", [UNDIRECTED, DIRECTED], ids=["undirected", "directed"])
@pytest.mark.parametrize("algorithm", ["bfs", "lcc", "cosine"])
def test_its_answers_are_made_without_listing_or_joining_vertices(monkeypatch, algorithm, edges):
    other = {"triangle_count": "triangle-count"}
    page, at, inputs, p = posed(algorithm, edges)
    if algorithm == "lcc" and edges.directed:
        with pytest.raises(UnsupportedError, match="undirected graphs only"):
            page.adapter("cugraph").call(None, None, p)
        return
    monkeypatch.setattr(fake_cugraph.pd.DataFrame, "merge", None)
    double = fake_cugraph.Double(lambda name: solve("scipy", other.get(name, name), edges))
    adapter = page.adapter("cugraph")
    if inputs.pairs is not None:
        p.pairs = cugraph.pairs(inputs.pairs, at)
    raw = adapter.call(double, built(cugraph, at, **adapter.build), p)
    answer = cugraph.answer(raw, page.kind, at, inputs.pairs)
    np.testing.assert_allclose(answer, solve("scipy", algorithm, edges), rtol=1e-6)
    found = certify(algorithm, edges, answer)
    assert found.valid, found.detail


def test_twice_a_number_of_triangles_has_more_than_32_bits():
    double = fake_cugraph.Double(lambda _: np.full(11, 2_000_000_000))
    page, at, _, p = posed("lcc", UNDIRECTED)
    lcc = page.adapter("cugraph").call(double, built(cugraph, at), p)["lcc"]
    assert lcc.min() > 0


# nx-cugraph


@pytest.mark.parametrize("edges", [UNDIRECTED, DIRECTED], ids=["undirected", "directed"])
def test_the_device_graph_is_built_from_columns(edges):
    made = built(nx_cugraph, edges)
    assert type(made) is (fake_cugraph.CudaDiGraph if edges.directed else fake_cugraph.CudaGraph)
    assert sorted(zip(made.src_indices, made.dst_indices, strict=True)) == sorted(TWO if edges.directed else ARCS)
    assert made.num_vertices == 11, "isolated vertices stay"
    assert made.edge_values is None


@pytest.mark.parametrize(
    ("edges", "options", "size"),
    [
        (WEIGHTED, {}, 22),
        (UNDIRECTED, {"float64_weights": True}, 22),
        (GRAPHS["no edges"], {"float64_weights": True}, 0),
    ],
)
def test_weights_have_64_bits(edges, options, size):
    weight = built(nx_cugraph, edges, **options).edge_values["weight"]
    assert weight.dtype == np.float64
    assert len(weight) == size


def test_on_request_a_networkx_graph_is_converted(monkeypatch):
    monkeypatch.setattr(nx_cugraph, "settings", Settings(from_networkx=True))
    monkeypatch.setattr(nx_cugraph, "converts", True)
    made = built(nx_cugraph, UNDIRECTED)
    assert type(made) is nx.Graph
    assert not hasattr(nx_cugraph.convert(made, UNDIRECTED), "adj")


@pytest.mark.parametrize("wanted", [True, False])
def test_the_conversion_is_a_step_of_the_build_on_request(monkeypatch, wanted):
    monkeypatch.setattr(nx_cugraph, "choose_memory", lambda _: None)
    monkeypatch.setattr(nx_cugraph, "converts", None)
    nx_cugraph.start(Settings(from_networkx=wanted))
    assert nx_cugraph.converts is wanted
    assert "from_networkx" in nx_cugraph.options
