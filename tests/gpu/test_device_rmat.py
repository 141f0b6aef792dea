"""R-MAT graphs that cuGraph draws, made, measured and certified on the device."""

import numpy as np
import pytest

from graphbench import graphs
from graphbench.certificates import checks
from graphbench.certificates.components import count_components
from graphbench.certificates.partition import modularity
from graphbench.graphs.generators.spec import parse
from graphbench.graphs.on_device import census
from graphbench.graphs.on_device.generator import generator
from graphbench.measure.options import Options
from graphbench.measure.plan import Cell, Plan
from graphbench.measure.runner import measure
from graphbench.records.model import Outcome

NAME = "rmat:scale=16,edgefactor=16,by=cugraph"


@pytest.fixture
def dataset():
    return graphs.load(NAME)


def records(dataset, *algorithms, engines=("cugraph",), **settings):
    cells = tuple(Cell(algorithm=each, dataset=dataset, engines=engines) for each in algorithms)
    return measure(Plan(cells=cells, options=Options(trials=2, timeout=300, **settings)))


def test_a_block_is_the_same_whenever_it_is_drawn():
    recipe, by = parse(NAME).recipe(), generator("cugraph")
    (seed, count), *_ = recipe.blocks
    one, other, elsewhere = by.draw(recipe, seed, count), by.draw(recipe, seed, count), by.draw(recipe, seed + 1, count)
    assert bool((one[0] == other[0]).all())
    assert bool((one[1] == other[1]).all())
    assert bool((one[0] != elsewhere[0]).any())
    assert one[0].dtype == np.int32
    assert 0 <= int(one[0].min()) <= int(one[0].max()) < recipe.num_vertices


@pytest.mark.parametrize("directed", [0, 1])
def test_the_census_does_not_depend_on_the_ranges(directed):
    recipe, by = parse(f"{NAME},directed={directed}").recipe(), generator("cugraph")
    whole, halves, many = (census.take(by, recipe, rows=rows) for rows in (None, 600_000, 20_000))
    assert whole == halves == many
    assert whole.num_edges + whole.loops_dropped + whole.duplicates_merged == recipe.draws


def test_all_forms_hold_the_same_edges(dataset):
    edges = dataset.edges.with_drawn_weights(3)
    src, dst, weight = edges.to_numpy()
    assert (src < dst).all()
    assert (np.diff((src.astype(np.int64) << 32) | dst) > 0).all()
    chunks = list(edges.chunks(rows=100_000))
    frame = edges.to_cudf().to_pandas()
    for column, name in enumerate(("source", "destination", "weight")):
        right = (src, dst, weight)[column]
        np.testing.assert_array_equal(np.concatenate([chunk[column].get() for chunk in chunks]), right)
        np.testing.assert_array_equal(frame[name].to_numpy(), right)
    assert set(np.unique(weight)) == set(range(1, 256))


def test_degrees_are_skewed_and_say_nothing_of_ids(dataset):
    degrees = dataset.edges.degrees
    assert degrees.sum() == 2 * dataset.info.num_edges
    assert int((degrees == 0).sum()) == dataset.info.num_isolated
    assert degrees.max() > 50 * degrees.mean()
    assert abs(np.corrcoef(np.arange(len(degrees)), degrees)[0, 1]) < 0.05


def test_checks_on_the_device_find_what_those_of_the_host_find(dataset):
    there, here = dataset.edges, dataset.edges.on_host()
    to_device, labels = there.generator.to_device, np.arange(there.num_vertices) % 37
    ranks = np.full(there.num_vertices, 1 / there.num_vertices)
    assert count_components(there) == count_components(here)
    assert count_components(there, within=to_device(labels)) == count_components(here, within=labels)
    assert modularity(there, to_device(labels)) == pytest.approx(modularity(here, labels), abs=1e-12)
    stepped = there.generator.to_host(checks.pagerank_step(there, to_device(ranks), 0.85))
    np.testing.assert_allclose(stepped, checks.pagerank_step(here, ranks, 0.85), rtol=1e-9)
    for mine, right in zip(there.around(np.arange(50)), here.around(np.arange(50)), strict=True):
        if right is not None:
            np.testing.assert_array_equal(np.sort(mine), np.sort(right))


@pytest.mark.parametrize("allocator", ["default", "pool", "async"])
def test_every_answer_is_certified_on_the_device(dataset, allocator):
    algorithms = ("pagerank", "bfs", "wcc", "sssp", "louvain", "leiden", "jaccard", "triangle-count")
    for record in records(dataset, *algorithms, allocator=allocator):
        assert record.outcome is Outcome.OK, record.reason
        assert record.certificate is not None, record.warnings
        assert record.certificate.valid
        assert record.certificate.detail.endswith("certified on the device")
        assert " by cuGraph 26." in record.dataset.source


def test_directed_graphs_too():
    for record in records(graphs.load(f"{NAME},directed=1"), "pagerank", "bfs", "sssp", "wcc"):
        assert record.outcome is Outcome.OK, record.reason
        assert record.certificate.valid


def test_a_certificate_keeps_to_the_memory_that_the_engine_may_use():
    dataset = graphs.load("rmat:scale=20,edgefactor=16,by=cugraph")
    for record in records(dataset, "bfs", "pagerank", device_memory_limit=6 << 30):
        assert record.outcome is Outcome.OK, record.reason
        assert record.certificate is not None, record.warnings
        assert record.certificate.valid


def test_engines_on_the_host_get_the_same_graph(dataset):
    one, two = records(dataset, "wcc", engines=("cugraph", "igraph"))
    assert one.outcome == two.outcome == Outcome.OK
    (agreement,) = two.agreement
    assert agreement.kind in {"exact", "equivalent"}


def test_partitions_are_made_by_whoever_holds_them(dataset):
    pytest.importorskip("dask_cudf")
    frame = dataset.edges.to_dask_cudf(3).compute().to_pandas()
    src, dst, _ = dataset.edges.to_numpy()
    np.testing.assert_array_equal(frame["source"].to_numpy(), src)
    np.testing.assert_array_equal(frame["destination"].to_numpy(), dst)
    wide = dataset.edges.to_dask_cudf(2, id_type=np.int64)
    assert wide.dtypes["source"] == np.int64
