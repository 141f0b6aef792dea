"""Engines build the same graph whichever constructor they use, and say how they are installed."""

import importlib.util

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from graphbench.engines.base import matrix
from graphbench.engines.graph_tool import engine as graph_tool_engine
from graphbench.engines.graphblas import engine as graphblas_engine
from graphbench.engines.networkit import engine as networkit_engine
from graphbench.engines.scikit_network import engine as scikit_network_engine
from graphbench.engines.scipy import engine as scipy_engine
from helpers.graphs import GRAPHS, graph

WEIGHTED = {
    "weights": graph([(0, 1, 2.5), (0, 3, 0.5), (1, 3, 4.0)], 5),
    "weights, directed": graph([(0, 1, 2.5), (3, 0, 0.5), (1, 3, 4.0), (3, 1, 1.0)], 5, directed=True),
    "weights of zero": graph([(0, 1, 0.0), (0, 3, 0.5), (1, 3, -4.0)], 5),
}
ALL = GRAPHS | WEIGHTED
every_graph = pytest.mark.parametrize("edges", ALL.values(), ids=ALL.keys())


@every_graph
def test_the_columns_of_an_edge_list_are_the_sorted_rows_of_a_matrix(edges):
    rows, (src, dst, weight) = matrix(edges.to_numpy(), edges.num_vertices), edges.to_numpy()
    assert rows.has_canonical_format
    assert_array_equal(rows.tocoo().coords, [src, dst])
    assert_array_equal(rows.data, np.ones(len(src)) if weight is None else weight)


@every_graph
def test_scipy_gets_the_same_matrix_as_from_both_directions(edges):
    built, expected = scipy_engine.build(edges.to_numpy(), edges), edges.to_scipy()
    assert built.has_sorted_indices
    assert built.indices.dtype == built.indptr.dtype == np.int32
    for part in ("indptr", "indices", "data"):
        assert_array_equal(getattr(built, part), getattr(expected, part))


def _rows(built):
    return sorted(built.iterEdgesWeights()), built.isDirected(), built.isWeighted(), built.numberOfNodes()


@every_graph
@pytest.mark.parametrize("missing", [(), ("GraphFromCsr",)], ids=["compressed rows", "coordinates"])
def test_networkit_gets_every_edge_with_either_constructor(monkeypatch, edges, missing):
    networkit = pytest.importorskip("networkit")
    for name in missing:  # NetworKit before 11.3
        monkeypatch.delattr(networkit, name, raising=False)
    built = networkit_engine.build(edges.to_numpy(), edges)
    src, dst, weight = (column if column is None else column.tolist() for column in edges.to_numpy())
    expected = zip(src, dst, weight or [1.0] * len(src), strict=True)
    assert _rows(built) == (sorted(expected), edges.directed, edges.weighted, edges.num_vertices)
    built.checkConsistency()


@every_graph
def test_graphblas_gets_the_same_matrix_and_its_transpose(edges):
    pytest.importorskip("graphblas")
    built, expected = graphblas_engine.build(edges.to_numpy(), edges, transposed=True), edges.to_scipy()
    for rows, right in ((built.matrix, expected), (built.transposed, expected.T.tocsr())):
        for part, name in zip(rows.to_csr(), ("indptr", "indices", "data"), strict=True):
            assert_array_equal(part, getattr(right, name))
    assert_array_equal(built.degrees, np.diff(expected.indptr))


@pytest.mark.parametrize(
    ("engine", "command"),
    [
        (graph_tool_engine, "conda install -c conda-forge graph-tool"),
        (scikit_network_engine, "pip install scikit-network"),
        (graphblas_engine, "pip install -e '.[cpu]'"),
    ],
)
def test_an_engine_that_is_not_installed_says_how_to_install_it(monkeypatch, engine, command):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    found = engine.availability()
    assert not found.ok
    assert command in found.fix


def test_the_version_of_graph_tool_is_that_of_its_headers(monkeypatch, tmp_path):
    header = tmp_path / "graph_tool" / "include" / "config.h"
    header.parent.mkdir(parents=True)
    (tmp_path / "graph_tool" / "__init__.py").touch()
    header.write_text('#define PACKAGE "graph-tool"\n#define PACKAGE_VERSION "2.98"\n')
    monkeypatch.syspath_prepend(tmp_path)
    assert graph_tool_engine.version() == "2.98"
