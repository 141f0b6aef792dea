"""The device loader against the obvious way: `cudf.read_csv` of the unpacked Matrix Market file, caches warm."""

import tarfile

import pytest

from graphbench import datasets, registry

pytestmark = pytest.mark.gpu


@pytest.fixture(params=["caidaRouterLevel", "coAuthorsDBLP"])
def graph(request, mirror, monkeypatch):
    found = registry.engine("cugraph").availability()
    if not found.ok:
        pytest.skip(f"cugraph is unavailable: {found.reason}")
    monkeypatch.setenv("GRAPHBENCH_MIRROR", mirror.as_uri())
    return datasets.load(request.param)


def test_to_cudf_from_the_cache(benchmark, graph):
    benchmark.group = f"device loader, {graph.info.name}"
    frame = benchmark(graph.edges.to_cudf)
    assert len(frame) == graph.info.num_edges


def test_read_csv_of_the_matrix_market_file(benchmark, graph, mirror, tmp_path):
    import cudf

    name = graph.info.name
    with tarfile.open(mirror / f"MM/DIMACS10/{name}.tar.gz") as archive:
        archive.extract(f"{name}/{name}.mtx", tmp_path, filter="data")
    path = tmp_path / name / f"{name}.mtx"
    with path.open() as lines:
        header = next(number for number, line in enumerate(lines, start=1) if not line.startswith("%"))
    read = {"sep": " ", "header": None, "names": ["dst", "src"], "dtype": ["int32", "int32"], "quoting": 3}
    benchmark.group = f"device loader, {name}"
    frame = benchmark(lambda: cudf.read_csv(path, skiprows=header, **read))
    assert len(frame) == graph.info.num_edges
