"""COO to CSR, transpose and renumbering on every engine, and the engine SciPy."""

import numpy as np
import pytest

from graphbench import registry
from graphbench.algorithms import _lists
from graphbench.algorithms.base import Algorithm, Form
from graphbench.errors import InputError, UnsupportedError
from graphbench.graphs.columns import INT32_VERTICES
from helpers.engines import having
from helpers.graphs import GRAPHS, certify, graph, library, posed, solve

ARROWS = graph([(0, 1, 0.5), (0, 2, -2.0), (3, 0, 1e-300), (2, 3, 0.0)], 6, directed=True)
EDGES = graph([(0, 1, 0.5), (2, 1, 3.0)], 4)


# Entries


def test_an_undirected_edge_is_an_entry_each_way_and_a_directed_one_is_not():
    both = EDGES.entries()
    assert both.directed
    assert list(zip(*(column.tolist() for column in both.to_numpy()), strict=True)) == [
        (0, 1, 0.5),
        (1, 0, 0.5),
        (1, 2, 3.0),
        (2, 1, 3.0),
    ]
    assert (both.num_edges, both.num_entries, both.num_vertices) == (4, 4, 4)
    assert both.weights == EDGES.weights
    assert both.digest == both.entries().digest != EDGES.digest
    assert ARROWS.entries() is ARROWS
    assert EDGES.unweighted().entries().to_numpy().weight is None


@pytest.mark.parametrize("engine", having("coo-to-csr"))
def test_compressed_rows_hold_every_entry_exactly(engine):
    assert solve(engine, "coo-to-csr", ARROWS).tolist() == [[0, 1, 0.5], [0, 2, -2], [2, 3, 0], [3, 0, 1e-300]]
    assert solve(engine, "coo-to-csr", EDGES).tolist() == [[0, 1, 0.5], [1, 0, 0.5], [1, 2, 3], [2, 1, 3]]
    assert solve(engine, "coo-to-csr", EDGES.unweighted()).tolist() == [[0, 1], [1, 0], [1, 2], [2, 1]]


@pytest.mark.parametrize("engine", having("transpose"))
def test_transpose_reverses_every_arc_and_keeps_its_weight(engine):
    assert solve(engine, "transpose", ARROWS).tolist() == [[0, 3, 1e-300], [1, 0, 0.5], [2, 0, -2], [3, 2, 0]]
    assert solve(engine, "transpose", GRAPHS["directed path"]).tolist() == [[v + 1, v] for v in range(11)]
    assert solve(engine, "transpose", EDGES).tolist() == [[0, 1, 0.5], [1, 0, 0.5], [1, 2, 3], [2, 1, 3]]


@pytest.mark.parametrize("algorithm", ["coo-to-csr", "transpose", "renumber"])
@pytest.mark.parametrize("engine", having("wcc"))
def test_every_trial_does_the_same_work_on_the_same_input(engine, algorithm):
    if engine not in registry.algorithm(algorithm).adapters:
        pytest.skip("not in the library")
    page, at, inputs, p = posed(algorithm, ARROWS)
    it, adapter = registry.engine(engine), page.adapter(engine)
    module = library(engine)
    built = it.convert(it.build(it.read(at), at, **adapter.build), at, **adapter.build)
    calls = [adapter.call(module, built, p) for _ in range(3)]
    assert len({id(each) for each in calls}) == 3
    one, *others = (it.answer(each, page.kind, at, inputs.pairs) for each in calls)
    assert certify(algorithm, ARROWS, one).valid
    assert all(np.array_equal(one, other) for other in others)


def test_the_entries_to_sort_are_unsorted():
    page, at, _, _ = posed("coo-to-csr", GRAPHS["clique"])
    scipy = registry.engine("scipy")
    built = scipy.build(scipy.read(at), at, **page.adapter("scipy").build)
    rows = built.coords[0]
    assert built.format == "coo"
    assert sorted(rows.tolist()) == at.to_numpy().src.tolist() != rows.tolist()
    again = scipy.build(scipy.read(at), at, **page.adapter("scipy").build)
    assert np.array_equal(rows, again.coords[0])


@pytest.mark.parametrize("algorithm", ["coo-to-csr", "transpose"])
def test_structure_accepts_any_finite_weight(algorithm):
    for weights in ([0.0, 0.0], [-1.0, 0.0], [1e308, 1e308]):
        edges = graph([(0, 1, weights[0]), (1, 2, weights[1])], 3)
        assert certify(algorithm, edges, solve("scipy", algorithm, edges)).valid
    for wrong in (np.inf, np.nan):
        with pytest.raises(InputError, match="1 non-finite weight"):
            posed(algorithm, graph([(0, 1, 1.0), (1, 2, wrong)], 3))


def test_rows_that_cugraph_would_count_in_too_few_bits_are_refused():
    _, _, _, p = posed("transpose", ARROWS)
    _lists.refuse_wide(p)
    p.num_vertices = INT32_VERTICES + 1
    with pytest.raises(UnsupportedError, match="32-bit offsets"):
        _lists.refuse_wide(p)


# Numbers


@pytest.mark.parametrize("engine", having("renumber"))
def test_renumbering_maps_every_id_and_rewrites_the_edges(engine):
    edges = graph([(5, 1), (1, 3), (5, 3)], 8, directed=True)
    answer = solve(engine, "renumber", edges)
    ids = _lists.external_ids(8)
    table, renumbered = answer[:3], answer[3:]
    assert table[:, 0].tolist() == [0, 1, 2]
    assert set(table[:, 1].tolist()) == {int(ids[v]) for v in (1, 3, 5)}
    back = {number: ids.tolist().index(old) for number, old in table.tolist()}
    assert {(back[u], back[v]) for u, v in renumbered.tolist()} == {(5, 1), (1, 3), (5, 3)}


def test_external_ids_are_large_distinct_and_unsorted():
    ids = _lists.external_ids(200_000)
    assert len(np.unique(ids)) == len(ids)
    assert ids.dtype == np.int64
    assert 0 <= ids.min() < 2**48 < 2**61 < ids.max() < 2**62
    assert 0.49 < np.mean(np.diff(ids) > 0) < 0.51
    assert np.array_equal(_lists.external_ids(10), ids[:10])


def test_disorder_is_a_fixed_permutation():
    order = _lists.disorder(10_000)
    assert np.array_equal(np.sort(order), np.arange(10_000))
    assert np.count_nonzero(order == np.arange(10_000)) < 20
    assert np.array_equal(order, _lists.disorder(10_000))
    assert _lists.disorder(0).tolist() == []


# SciPy


def test_scipy_gives_a_reason_for_every_other_algorithm():
    assert registry.algorithm("louvain").gaps["scipy"].startswith("not in the library: ")
    with pytest.raises(UnsupportedError, match="not in the library"):
        registry.algorithm("leiden").adapter("scipy")


def test_a_reason_on_the_page_overrides_the_engines():
    page = registry._connect(
        Algorithm(
            name="louvain",
            title="Louvain",
            family="community",
            form=Form(directed=False, weights="used"),
            kind="partition",
            headline="clusters",
        )
    )
    page.gap("scipy", "for another reason")
    assert page.gaps["scipy"] == "for another reason"
    assert page.gaps["cugraph-mg"] == registry.engine("cugraph-mg").gap


@pytest.mark.parametrize("name", ["isolated vertices", "weighted, directed", "clique"])
def test_scipys_graph_is_the_adjacency_matrix_with_sorted_rows(name):
    edges = GRAPHS[name]
    it = registry.engine("scipy")
    matrix = it.build(it.read(edges), edges)
    assert matrix.format == "csr"
    assert matrix.has_sorted_indices
    assert matrix.dtype == np.float64
    assert np.array_equal(matrix.toarray(), edges.to_scipy().toarray())
    assert edges.directed or np.array_equal(matrix.toarray(), matrix.toarray().T)


def test_scipys_spanning_trees_prefer_weight_zero_to_the_smallest_weights():
    tiny = 1e-300
    rows = [(0, 1, tiny), (1, 2, 0.0), (0, 2, 2 * tiny), (2, 3, 0.0), (0, 3, 3 * tiny)]
    assert solve("scipy", "mst", graph(rows, 4)).tolist() == [[0, 1], [1, 2], [2, 3]]


@pytest.mark.parametrize("directed", [True, False])
def test_scipys_subgraphs_keep_the_numbers_of_their_vertices(directed):
    square = graph([(3, 1), (1, 2), (2, 0), (0, 3), (4, 2)], 6, directed=directed)
    answer = solve("scipy", "induced-subgraph", square, share=1.0)
    assert answer.tolist() == np.stack(square.to_numpy()[:2], axis=1).tolist()
