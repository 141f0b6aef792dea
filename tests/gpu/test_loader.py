"""Edge lists in device memory: nothing lost, nothing renamed."""

import gzip
import tarfile

import numpy as np
import pandas as pd
import pytest

import graphbench as gb
from graphbench.graphs import load


@pytest.fixture
def router_level(mirror, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", mirror.as_uri())
    return load("caidaRouterLevel")


def test_frames_carry_every_edge_of_the_catalogue(router_level):
    frame = router_level.edges.to_cudf()
    assert list(frame.columns) == ["source", "destination"]
    assert len(frame) == 609_066
    assert int(frame[["source", "destination"]].max().max()) < 192_244


def test_a_naive_read_of_the_same_file_loses_edges(router_level, mirror, tmp_path):
    """Why the loader exists: a quotation in the header's comments swallows rows (cuDF joins lines inside quotes)."""
    import cudf

    with tarfile.open(mirror / "MM/DIMACS10/caidaRouterLevel.tar.gz") as archive:
        archive.extract("caidaRouterLevel/caidaRouterLevel.mtx", tmp_path, filter="data")
    path = tmp_path / "caidaRouterLevel/caidaRouterLevel.mtx"
    columns = {"names": ["dst", "src"], "dtype": ["int32", "int32"]}
    naive = cudf.read_csv(path, sep=" ", header=None, skiprows=_header(path), **columns)
    assert len(naive) < router_level.info.num_edges


def _header(path):
    with path.open() as lines:
        count = 1  # the size line
        for line in lines:
            if not line.startswith("%"):
                return count
            count += 1
    raise AssertionError("a file of comments only")


@pytest.mark.parametrize("name", ["karate", "lesmis", "celegansneural"])
def test_device_and_host_columns_are_equal(name):
    edges = gb.load(name)
    pd.testing.assert_frame_equal(edges.to_cudf().to_pandas(), edges.to_pandas(), check_dtype=False)


def test_vertex_names_are_kept(tmp_path):
    path = tmp_path / "people.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("from,to,weight\nada,bob,1.5\nbob,eve,2\n")
    frame = gb.load(path).to_cudf(names=True).to_pandas()
    assert set(zip(frame.source, frame.destination, frame.weight, strict=True)) == {
        ("ada", "bob", 1.5),
        ("bob", "eve", 2),
    }


def test_a_frame_in_memory_and_in_a_file_are_the_same_graph():
    import cudf

    frame = cudf.DataFrame({"source": [0, 1, 2, 2], "destination": [1, 2, 0, 2]})
    edges = gb.load(frame)
    assert (edges.num_vertices, edges.num_edges) == (3, 3)
    assert edges.digest == gb.load(frame.to_pandas()).digest


def test_a_cugraph_graph_is_a_dataset():
    import cudf
    import cugraph

    graph = cugraph.Graph()
    frame = cudf.DataFrame({"source": np.array([0, 1, 5], "int32"), "destination": np.array([1, 5, 7], "int32")})
    graph.from_cudf_edgelist(frame, source="source", destination="destination")
    result = gb.run("wcc", graph, engines=["igraph", "cugraph"], trials=1)
    assert [record.answer["components"] for record in result.records] == [1, 1]
    assert result.ok


def test_a_loaded_frame_is_all_that_cugraph_needs():
    import cugraph

    edges = gb.load("karate")
    graph = cugraph.Graph()
    graph.from_cudf_edgelist(edges.to_cudf())
    assert graph.number_of_edges() == edges.num_edges
