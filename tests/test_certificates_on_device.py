"""Certificates of graphs on a device: computed there where possible, with the same results as on the host."""

import math

import msgspec
import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components, dijkstra

from graphbench import graphs, registry
from graphbench.certificates import checks, components
from graphbench.certificates import triangles as certify_triangles
from graphbench.graphs.on_device import census, ranges
from graphbench.graphs.on_device.edges import DeviceEdgeList
from graphbench.graphs.on_device.recipe import Stored
from graphbench.measure import answers, prepare, protocol
from graphbench.measure.answers import verify
from graphbench.measure.options import Options
from graphbench.measure.plan import Cell, Plan
from graphbench.measure.runner import measure
from graphbench.records.model import Outcome
from helpers.device import DeviceArray, StandIn, census_here, made_here, rmat, small_blocks

SPARSE = {"scale": 10, "edgefactor": 1}


@pytest.fixture
def device(monkeypatch):
    small_blocks(monkeypatch)
    return made_here(monkeypatch)


def made(**options):
    wanted = rmat(**options)
    return DeviceEdgeList(Stored(name="made", recipe=wanted, census=census.take(StandIn(), wanted)))


def _right(page, edges, p):
    """A right answer, by SciPy or a certificate's own means."""
    matrix, n = edges.to_scipy(), edges.num_vertices
    if page.name in {"bfs", "sssp"}:
        found = dijkstra(matrix, indices=p.source, unweighted=page.name == "bfs")
        return found if page.name == "sssp" else np.where(np.isinf(found), -1, found).astype(np.int64)
    if page.name in {"wcc", "louvain", "leiden"}:
        return connected_components(matrix, directed=False)[1].astype(np.int64)
    if page.name == "pagerank":
        ranks = np.full(n, 1 / n)
        for _ in range(150):
            ranks = checks.pagerank_step(edges, ranks, p.damping)
        return ranks
    if page.name == "triangle-count":
        return (matrix @ matrix).multiply(matrix).sum(axis=1).astype(np.int64) // 2
    assert page.name == "jaccard"
    one, two = (matrix[p.pairs[:, end]] for end in (0, 1))
    common = np.asarray(one.multiply(two).sum(axis=1)).ravel()
    sizes = np.diff(matrix.indptr)
    return common / (sizes[p.pairs[:, 0]] + sizes[p.pairs[:, 1]] - common)


def saved(folder, answer):
    np.save(file := folder / f"{answers.digest(answer)}.npy", answer)
    return file


def _wrong(page, right, edges, p):
    """The answer, spoilt in one place."""
    wrong = right.copy()
    at = p.source if "source" in vars(p) else 0 if page.kind == "pair_scores" else int(np.argmax(edges.degrees))
    wrong[at] = {"partition": -1, "labels": 10**6}.get(page.kind, wrong[at] + 1)
    return wrong


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("name", ["bfs", "sssp", "pagerank", "wcc", "louvain", "leiden", "jaccard", "triangle-count"])
@pytest.mark.usefixtures("device")
def test_host_and_device_certificates_agree(monkeypatch, tmp_path, name, directed):
    monkeypatch.setattr(DeviceEdgeList, "load_or_generate", lambda *_: made(directed=False))
    page = registry.algorithm(name)
    there = page.pose(made(directed=directed), seed=3)
    here = there.on_host()
    params = page.resolve({})
    inputs = page.draw(there, params, 3)
    right = _right(page, here, page.call(here, params, inputs, seed=3))
    asked = {"params": params, "inputs": inputs, "seed": 3, "claims": {}, "check_seed": 11}
    monkeypatch.setattr(ranges, "_MIN_ROWS", 500)
    monkeypatch.setattr(certify_triangles, "MAX_EDGES_ON_HOST", 0)
    wrong = _wrong(page, right, here, page.call(here, params, inputs, seed=3))
    for answer, valid in ((right, True), (wrong, False)):
        file = saved(tmp_path, answer)
        found = answers.certified_there(page, there, {0: file}, **asked)
        expected = verify(page, here, {0: file}, **asked)
        assert found.certificate.valid is expected.certificate.valid is valid, found.certificate.detail
        assert found.certificate.detail.endswith("; certified on the device")
        assert found.quantities.keys() == expected.quantities.keys()
        for key, value in expected.quantities.items():
            assert math.isclose(found.quantities[key], value, rel_tol=1e-9, abs_tol=1e-15), key


@pytest.mark.parametrize("options", [SPARSE, {"scale": 1}, {"scale": 8}, {**SPARSE, "directed": True}], ids=str)
@pytest.mark.parametrize("free", [0, 1 << 30])
@pytest.mark.usefixtures("device")
def test_device_components_agree_with_scipy(options, free, monkeypatch):
    there = made(**options)
    monkeypatch.setattr(DeviceEdgeList, "_piece_rows", lambda _: 37 if not free else 10**6)
    expected, labels = connected_components(there.to_scipy(), directed=False)
    assert components.count_components(there) == expected
    halves = np.arange(there.num_vertices) % 2
    inside = components.count_components(there.on_host(), within=halves)
    assert components.count_components(there, within=DeviceArray(halves)) == inside
    assert components.count_components(there, within=DeviceArray(labels)) == expected


@pytest.mark.usefixtures("device")
def test_a_path_in_any_order_is_one_component():
    class Path(DeviceEdgeList):
        def chunks(self, rows=None):
            order = np.random.default_rng(0).permutation(self.num_vertices).astype(np.int32)
            for start in range(0, self.num_vertices - 1, 100):
                stop = min(start + 100, self.num_vertices - 1)
                yield DeviceArray(order[start:stop]), DeviceArray(order[start + 1 : stop + 1]), None

    assert components.count_components(Path(made(**SPARSE).stored)) == 1


@pytest.mark.usefixtures("device")
def test_triangles_of_a_sample_are_exact_and_bounded(monkeypatch):
    there = made(scale=9, edgefactor=8)
    monkeypatch.setattr(certify_triangles, "MAX_EDGES_ON_HOST", 0)
    matrix = there.to_scipy()
    every = np.asarray((matrix @ matrix).multiply(matrix).sum(axis=1)).ravel() // 2
    for neighbours, between in ((200_000, 10**8), (300, 10**8), (300, 5), (0, 10**8)):
        monkeypatch.setattr(certify_triangles, "MAX_NEIGHBOURS", neighbours)
        monkeypatch.setattr(certify_triangles, "MAX_BETWEEN", between)
        vertices, counts = certify_triangles.count_triangles(there, seed=1)
        np.testing.assert_array_equal(counts, every[vertices])
        assert len(vertices) >= 1
        assert (np.diff(vertices) > 0).all()
        if neighbours == 300 and between > 5:
            assert there.degrees[vertices].sum() <= 300
            assert every[vertices].sum() > 0


@pytest.mark.usefixtures("device")
def test_running_out_of_memory_gives_no_verdict_on_the_answer(monkeypatch, tmp_path):
    page, there = registry.algorithm("wcc"), made(**SPARSE)
    file = saved(tmp_path, np.zeros(there.num_vertices, dtype=np.int64))
    asked = {"params": {}, "inputs": page.draw(there, {}, 0), "seed": 0, "claims": {}, "check_seed": 11}
    real, tried = DeviceEdgeList.chunks, []

    def cramped(self, rows=None):
        tried.append(self.memory_fraction)
        if self.memory_fraction > enough:
            raise MemoryError("std::bad_alloc: out_of_memory")
        return real(self, rows)

    monkeypatch.setattr(DeviceEdgeList, "chunks", cramped)
    enough = 1 / 4
    found = answers.attempted(page, there, {0: file}, **asked)
    assert not found.certificate.valid
    assert tried[:2] == [1, 1 / 4]
    enough = 0
    assert "out_of_memory" in answers.attempted(page, there, {0: file}, **asked)


@pytest.mark.usefixtures("device")
def test_an_error_in_the_library_gives_no_verdict_on_the_answer(monkeypatch, tmp_path):
    page, there = registry.algorithm("wcc"), made(**SPARSE)
    file = saved(tmp_path, np.zeros(there.num_vertices, dtype=np.int64))
    monkeypatch.setattr(DeviceEdgeList, "chunks", lambda *_: 1 / 0)
    asked = {"params": {}, "inputs": page.draw(there, {}, 0), "seed": 0, "claims": {}, "check_seed": 11}
    assert answers.attempted(page, there, {0: file}, **asked) == "ZeroDivisionError: division by zero"


@pytest.mark.usefixtures("device")
def test_other_certificates_run_on_the_host(tmp_path):
    page, there = registry.algorithm("core-number"), made(scale=6)
    assert not page.on_device
    params = page.resolve({})
    p = page.call(there, params, inputs := page.draw(there, params, 0), seed=0)
    import networkx as nx

    graph = nx.Graph(zip(*(end.tolist() for end in there.to_numpy()[:2]), strict=True))
    graph.add_nodes_from(range(64))
    cores = nx.core_number(graph)
    file = saved(tmp_path, np.array([cores[vertex] for vertex in range(64)]))
    found = answers.certified_there(
        page, there, {0: file}, params=params, inputs=inputs, seed=0, claims={}, check_seed=11
    )
    assert found.certificate.valid
    assert "device" not in found.certificate.detail
    assert p.num_vertices == 64


# In the worker


@pytest.fixture
def there(monkeypatch):
    """A dataset whose edges are made by the stand-in, in this process and in workers."""
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "helpers.device_plugin,helpers.strict_engine")
    generator = made_here(monkeypatch)
    census_here(monkeypatch, generator)
    found = graphs.load("rmat:scale=5,edgefactor=64,by=cugraph")
    generator.draw = None  # from now on edges are made in workers only
    return found


def records(dataset, *algorithms, engines=("igraph",), **options):
    cells = tuple(Cell(algorithm=each, dataset=dataset, engines=engines) for each in algorithms)
    return list(measure(Plan(cells=cells, options=Options(trials=3, timeout=60, **options))))


def test_workers_certify_their_answers(there):
    found = records(there, "bfs", "sssp", "pagerank", "wcc", "louvain", "jaccard", "triangle-count")
    for record in found:
        assert record.outcome is Outcome.OK, record.reason
        assert record.certificate.valid
        assert record.certificate.detail.endswith("certified on the device")
        assert record.answer["digest"]
        assert record.dataset.source.endswith("by stand-in 1 on none")
        assert record.warnings == [] or "certified" not in " ".join(record.warnings)
    assert found[0].certificate.checked == 4
    assert found[1].posed.weights == "drawn"


def test_engines_agree_on_a_graph_generated_for_each(there):
    one, two = records(there, "wcc", engines=("igraph", "networkx"))
    assert one.agreement == []
    assert [(each.engine, each.kind) for each in two.agreement] in ([("igraph", "equivalent")], [("igraph", "exact")])


def test_a_wrong_answer_is_found_on_the_device(there, monkeypatch):
    monkeypatch.setenv("TEMPER", "wrong")
    (record,) = records(there, "wcc", engines=("moody",))
    assert record.outcome is Outcome.INVALID
    assert not record.certificate.valid
    assert "joins vertices of different labels" in record.reason


def test_answers_of_a_killed_worker_are_certified_by_another(there, monkeypatch):
    monkeypatch.setenv("TEMPER", "slow")
    cell = Cell(algorithm="wcc", dataset=there, engines=("moody",))
    limits = Options(trials=1000, timeout=6)
    (record,) = measure(Plan(cells=(cell,), options=limits))
    assert record.censored is not None or record.trials.stopped
    assert record.outcome is Outcome.OK
    assert record.certificate.valid


def test_an_answer_that_cannot_be_certified_has_a_warning_instead(there, monkeypatch):
    file = there.edges.path
    changed = msgspec.structs.replace(there.edges.stored.census.origin, library="stand-in 2")
    (first,) = records(there, "wcc")
    assert first.certificate.valid
    stored = there.edges.stored
    census_now = msgspec.structs.replace(stored.census, origin=changed)

    def sabotaged(**fields):
        DeviceEdgeList(msgspec.structs.replace(stored, census=census_now)).write(file)
        return protocol.Certify(**fields)

    monkeypatch.setattr(prepare, "Certify", sabotaged)
    (record,) = records(there, "wcc")
    assert record.outcome is Outcome.OK
    assert record.certificate is None
    assert record.answer == {}
    assert any("not certified" in each and "first generated by stand-in 2" in each for each in record.warnings)
