"""Graphs on a device by name: their generator, description and cache."""

import json

import msgspec
import numpy as np
import pytest

from graphbench import api, graphs, registry
from graphbench.algorithms import draws
from graphbench.errors import UnavailableError, UsageError
from graphbench.graphs import cache
from graphbench.graphs.clean import Dataset
from graphbench.graphs.generators import spec as generators
from graphbench.graphs.generators.spec import parse
from graphbench.graphs.open import open_edges
from graphbench.measure.plan import Cell
from graphbench.measure.prepare import prepare
from graphbench.system import gpus
from helpers.device import census_here, made_here, rmat, small_blocks

NAME = "rmat:scale=9,edgefactor=8,by=cugraph,seed=1"


@pytest.fixture
def device(monkeypatch):
    small_blocks(monkeypatch)
    there = made_here(monkeypatch)
    census_here(monkeypatch, there)
    return there


@pytest.mark.parametrize(
    ("text", "name", "on_device"),
    [
        ("rmat:scale=20", "rmat:scale=20,edgefactor=16,seed=1", False),
        ("rmat:scale=20,by=numpy", "rmat:scale=20,edgefactor=16,seed=1", False),
        ("RMAT:by=CUGRAPH,seed=3,scale=20", "rmat:scale=20,edgefactor=16,by=cugraph,seed=3", True),
        ("rmat:scale=28", "rmat:scale=28,edgefactor=16,seed=1", False),
        ("rmat:scale=28,by=numpy", "rmat:scale=28,edgefactor=16,by=numpy,seed=1", False),
    ],
)
def test_the_name_holds_the_generator(text, name, on_device):
    spec = parse(text)
    assert str(spec) == name
    assert spec.on_device is on_device
    assert str(parse(name)) == name


def test_the_generator_is_numpy_or_cugraph():
    with pytest.raises(UsageError, match="by takes numpy or cugraph, not 'gpu'"):
        parse("rmat:scale=5,by=gpu")
    with pytest.raises(UsageError, match="is not a parameter"):
        parse("ba:n=10,m=2,by=cugraph")


def test_graphs_by_numpy_keep_the_key_that_they_are_cached_under():
    assert parse("rmat:scale=5,by=numpy").key == parse("rmat:scale=5").key
    assert "by" not in parse("rmat:scale=5").key
    assert "by=cugraph" in parse("rmat:scale=5,by=cugraph").key


def test_large_graphs_are_generated_on_an_available_gpu(monkeypatch):
    large, small, forced = (parse(f"rmat:{text}") for text in ("scale=25", "scale=24", "scale=25,by=numpy"))
    assert large.resolved() is large
    gpu = gpus.Device(index=0, name="NVIDIA Test", total=1, free=1, capability=(9, 0))
    monkeypatch.setattr(gpus, "probe", lambda: gpus.Cuda(driver="580", cuda=(13, 0), devices=(gpu,)))
    assert large.resolved() is large  # the library is not installed
    monkeypatch.setattr(generators.importlib.util, "find_spec", lambda _: object())
    assert str(large.resolved()) == "rmat:scale=25,edgefactor=16,by=cugraph,seed=1"
    assert (small.resolved(), forced.resolved()) == (small, forced)
    twin = parse("twin:as-Skitter")
    assert twin.resolved() is twin


@pytest.mark.usefixtures("device")
def test_a_graph_that_moves_to_the_gpu_says_so(monkeypatch):
    monkeypatch.setattr(generators, "LARGE", 1000)
    gpu = gpus.Device(index=0, name="NVIDIA Test", total=1, free=1, capability=(9, 0))
    monkeypatch.setattr(gpus, "probe", lambda: gpus.Cuda(driver="580", cuda=(13, 0), devices=(gpu,)))
    monkeypatch.setattr(generators.importlib.util, "find_spec", lambda _: object())
    with pytest.warns(UserWarning, match=r"large, so cuGraph generates it.*by=cugraph.*by=numpy"):
        found = graphs.load("rmat:scale=9,edgefactor=8")
    assert found.info.name == NAME


def test_scales_beyond_the_generator_are_refused():
    with pytest.raises(UsageError, match=r"up to scale 30.*smaller scale"):
        graphs.load("rmat:scale=31,by=cugraph")


def test_without_a_gpu_the_graph_is_described_and_unavailable():
    with pytest.raises(UnavailableError, match=r"no NVIDIA GPU.*doctor"):
        graphs.load(NAME)
    assert "cuGraph on a GPU" in graphs.describe(NAME).text()
    assert "by (generator: numpy" in graphs.describe("rmat").text()


@pytest.mark.usefixtures("device")
def test_the_dataset_names_its_source():
    found = graphs.load(NAME)
    info, counted = found.info, found.edges.stored.census
    assert info.name == NAME
    assert info.source.startswith("generator rmat:scale=9,edgefactor=8,by=cugraph,")
    assert info.source.endswith(" by stand-in 1 on none")
    assert (info.loops_dropped, info.duplicates_merged) == (counted.loops_dropped, counted.duplicates_merged)
    assert info.loops_dropped > 0
    assert info.num_edges == counted.num_edges
    other = graphs.load(NAME.replace("seed=1", "seed=2")).info
    numpy = graphs.load("rmat:scale=9,edgefactor=8").info
    assert len({each.digest for each in (info, other, numpy)}) == 3
    assert len({each.sha256 for each in (info, other, numpy)}) == 3
    assert graphs.load(NAME, directed=True).info.directed


@pytest.mark.usefixtures("device")
def test_it_is_listed_and_cleared_by_name():
    found = graphs.load(NAME)
    posed = found.edges.with_drawn_weights(0)
    prepare(Cell(algorithm="sssp", dataset=found, engines=()), registry.algorithm("sssp").resolve({}), 0)
    kinds = {entry.kind: entry.name for entry in cache.entries()}
    assert kinds["cleaned"] == kinds["posed"] == NAME
    assert any(entry.path.name.startswith(posed.digest) for entry in cache.entries())
    assert {entry.kind for entry in cache.clear([NAME])} == {"cleaned", "posed"}


@pytest.mark.usefixtures("device")
def test_an_edge_list_is_accepted_as_a_dataset():
    assert graphs.from_object(graphs.load(NAME).edges).info == graphs.load(NAME).info
    assert api.load(NAME).on_device


@pytest.mark.parametrize("algorithm", ["bfs", "sssp", "pagerank", "wcc", "louvain", "jaccard"])
def test_problems_are_posed_without_the_edges(device, algorithm):
    found = graphs.load(NAME)
    device.drawn = 0
    page = registry.algorithm(algorithm)
    posed = prepare(Cell(algorithm=algorithm, dataset=found, engines=()), page.resolve({}), 7)
    assert device.drawn == 0
    assert posed.edges.path.suffix == ".json"
    again = open_edges(posed.edges.path)
    assert (again.digest, again.weights) == (posed.edges.digest, "drawn" if algorithm == "sssp" else "none")
    assert isinstance(posed.cell.dataset, Dataset)


@pytest.mark.usefixtures("device")
def test_draws_are_seeded_and_a_smaller_one_is_a_prefix():
    edges = graphs.load(NAME).edges
    many, few = draws.sources(edges, 20, None, 3), draws.sources(edges, 5, None, 3)
    assert many[:5].tolist() == few.tolist()
    assert many.tolist() != draws.sources(edges, 20, None, 4).tolist()
    assert draws.sources(edges, 9, "17", 3).tolist() == [17]
    pairs = draws.pairs(edges, 100, 3)
    assert pairs.shape == (100, 2)
    assert (np.lexsort((pairs[:, 1], pairs[:, 0])) == np.arange(100)).all()
    assert pairs.tolist() != draws.pairs(edges, 100, 4).tolist()


@pytest.mark.usefixtures("device")
def test_its_recipe_is_plain_json():
    path = graphs.load(NAME).edges.path
    assert json.loads(path.read_text())["recipe"] == msgspec.to_builtins(rmat())
