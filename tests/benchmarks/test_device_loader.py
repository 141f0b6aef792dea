"""The device loader against the obvious way: `cudf.read_csv` of the unpacked Matrix Market file, caches warm.

Times on one H200 are in reports/device-loader.jsonl: 0.8 to 1.3 times those of cuDF's reader on the three real graphs
of up to a million edges, and 0.3 times from ten million edges on.

With `DEVICE_LOADER=FILE`, a line of JSON for each is appended to that file: the times, rows, columns and their types.
"""

import json
import os
from pathlib import Path

import pytest

from graphbench import graphs, registry
from graphbench.system.machine import machine_summary

pytestmark = pytest.mark.gpu

GRAPHS = {
    "caidaRouterLevel": 609_066,
    "coAuthorsDBLP": 977_676,
    "dblp-2010": 807_700,
    "ba:n=3000000,m=5,seed=1": 14_999_975,
}


@pytest.fixture(params=GRAPHS)
def graph(request, monkeypatch):
    found = registry.engine("cugraph").availability()
    if not found.ok:
        pytest.skip(f"cugraph is unavailable: {found.reason}")
    if not request.param.startswith("ba:"):
        monkeypatch.setenv("GRAPHBENCH_MIRROR", request.getfixturevalue("mirror").as_uri())
    return graphs.load(request.param)


@pytest.fixture
def matrix_market(graph, tmp_path):
    """The graph as a Matrix Market file: (path, lines before the entries)."""
    path = tmp_path / "graph.mtx"
    n, m = graph.edges.num_vertices, graph.edges.num_edges
    path.write_text(f"%%MatrixMarket matrix coordinate pattern symmetric\n{n} {n} {m}\n")
    frame = graph.edges.to_pandas() + 1
    frame[["destination", "source"]].to_csv(path, sep=" ", header=False, index=False, mode="a")
    return path


def keep(benchmark, graph, call, frame):
    """Append what was measured to the file that `DEVICE_LOADER` names."""
    if "DEVICE_LOADER" not in os.environ:
        return
    import cudf

    stats = benchmark.stats.stats
    row = {
        "call": call,
        "graph": graph.info.name,
        "gpu": machine_summary().gpus[0].name,
        "cudf": cudf.__version__,
        "rows": len(frame),
        "columns": frame.dtypes.astype(str).to_dict(),
        "median_s": stats.median,
        "min_s": stats.min,
        "max_s": stats.max,
        "rounds": stats.rounds,
    }
    with Path(os.environ["DEVICE_LOADER"]).open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(row)}\n")


def test_to_cudf_from_the_cache(benchmark, graph):
    benchmark.group = f"device loader, {graph.info.name}"
    frame = benchmark(graph.edges.to_cudf)
    keep(benchmark, graph, "EdgeList.to_cudf", frame)
    assert len(frame) == GRAPHS[graph.info.name]
    assert frame.dtypes.astype(str).to_dict() == {"source": "int32", "destination": "int32"}
    ends = graph.edges.to_pandas()  # on the host, with the same names of columns and ids
    assert frame.to_pandas().equals(ends.astype("int32"))


def test_read_csv_of_the_matrix_market_file(benchmark, graph, matrix_market):
    import cudf

    columns = {"names": ["destination", "source"], "dtype": ["int32", "int32"]}

    def read():
        return cudf.read_csv(matrix_market, sep=" ", header=None, skiprows=2, quoting=3, **columns) - 1

    benchmark.group = f"device loader, {graph.info.name}"
    frame = benchmark(read)
    keep(benchmark, graph, "cudf.read_csv", frame)
    assert len(frame) == GRAPHS[graph.info.name]
