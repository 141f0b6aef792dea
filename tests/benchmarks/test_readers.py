"""From files of 4 and 16 million lines to edges, against the readers of other libraries on the same files, caches warm.

Run with `pytest tests/benchmarks/test_readers.py -n 0`; `-k 4M` leaves the large files out. The table at the end has
what is asked for and what was seen.
"""

import math
import shutil

import graph_files
import pytest
from targets import peak_of

from graphbench import api
from graphbench.graphs import cache, formats
from graphbench.graphs.clean import clean
from graphbench.system import files

SIZES = {"4M": 4_000_000, "16M": 16_000_000}


@pytest.fixture(params=SIZES)
def size(request, benchmark):
    benchmark.group = f"{request.param} lines"
    return request.param


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A graph's file, by the name of a function of `graph_files` and a size; written once."""
    folder = tmp_path_factory.mktemp("graphs")
    suffixes = {"general": "mtx", "symmetric": "mtx", "integers": "csv", "named": "csv", "snap": "txt"}

    def make(kind, size):
        path = folder / f"{kind}-{size}.{suffixes.get(kind, 'graph')}"
        if not path.exists():
            getattr(graph_files, kind)(path, SIZES[size])
        return path

    yield make
    shutil.rmtree(folder)


def forget():
    shutil.rmtree(files.home() / "cleaned", ignore_errors=True)


def cached(path, directed=None):
    """Parse, clean and cache."""
    edges, _ = cache.cleaned("", "graph", lambda: formats.read(path, directed=directed))
    return edges


@pytest.mark.parametrize("symmetry", ["general", "symmetric"])
def test_matrix_market_parsed(target, made, size, symmetry):
    import scipy.io

    path = made(symmetry, size)
    name = f"Matrix Market, {symmetry}, {size}: parse / mmread"
    target.ratio(name, lambda: formats.read(path), lambda: scipy.io.mmread(path), at_most=1.05)
    assert len(formats.read(path).src) == SIZES[size]


def test_matrix_market_cached(target, made, size):
    import scipy.io

    path = made("general", size)
    name = f"Matrix Market, general, {size}: parse, clean and cache / mmread"
    target.ratio(name, lambda: cached(path), lambda: scipy.io.mmread(path), setup=forget, at_most=2.7)
    assert cached(path).num_edges == SIZES[size]


def test_loaded_again(target, made, size):
    path = made("general", size)
    api.load(path)
    name = f"Matrix Market, general, {size}: load again / parse"
    target.ratio(name, lambda: api.load(path), lambda: formats.read(path), at_most=1 / 8)
    assert api.load(path).num_edges == SIZES[size]


def test_integers_parsed(target, made, size):
    polars = pytest.importorskip("polars")
    path = made("integers", size)
    name = f"CSV of integers, {size}: parse / polars"
    target.ratio(name, lambda: formats.read(path), lambda: polars.read_csv(path), at_most=2)
    assert len(formats.read(path).src) == SIZES[size]


DUCKDB = """
COPY (
    WITH rows AS (SELECT source AS a, target AS b FROM read_csv('{path}') WHERE source <> target),
    names AS (SELECT name, row_number() OVER (ORDER BY name) - 1 AS id
              FROM (SELECT a AS name FROM rows UNION SELECT b FROM rows)),
    ids AS (SELECT one.id::INT AS one, two.id::INT AS two
            FROM rows JOIN names one ON a = one.name JOIN names two ON b = two.name)
    SELECT DISTINCT least(one, two) AS src, greatest(one, two) AS dst FROM ids ORDER BY src, dst
) TO '{out}' (FORMAT parquet, COMPRESSION uncompressed)
"""


def with_duckdb(path, out):
    """The distinct edges with ids from 0 in a Parquet file, as DuckDB makes them."""
    import duckdb

    duckdb.sql(DUCKDB.format(path=path, out=out))


def with_polars(path, out):
    """The same by polars."""
    import polars as pl

    rows = pl.read_csv(path).filter(pl.col("source") != pl.col("target"))
    names = pl.concat([rows["source"].alias("name"), rows["target"].alias("name")]).unique().sort()
    ids = pl.DataFrame({"name": names, "id": pl.int_range(len(names), dtype=pl.Int32, eager=True)})
    rows = rows.join(ids, left_on="source", right_on="name").join(ids, left_on="target", right_on="name", suffix="2")
    ends = rows.select(src=pl.min_horizontal("id", "id2"), dst=pl.max_horizontal("id", "id2"))
    ends.unique().sort("src", "dst").write_parquet(out, compression="uncompressed", statistics=False)


@pytest.mark.parametrize("other", [with_duckdb, with_polars])
def test_integers_cached(target, made, size, other, tmp_path):
    import pyarrow.parquet as pq

    library = other.__name__.removeprefix("with_")
    pytest.importorskip(library)
    path, out = made("integers", size), tmp_path / "edges.parquet"
    name = f"CSV of integers, {size}: parse, clean and cache / {library}"
    target.ratio(name, lambda: cached(path), lambda: other(path, out), setup=forget, at_most=1)
    assert pq.read_table(out).equals(pq.read_table(cached(path).path).select(["src", "dst"]).cast(pq.read_schema(out)))


def test_names_parsed(target, made, size):
    import pandas as pd

    path = made("named", size)
    name = f"CSV of names, {size}: parse / pandas"
    target.ratio(name, lambda: formats.read(path), lambda: pd.read_csv(path, engine="pyarrow"), at_most=6)
    assert len(formats.read(path).src) == SIZES[size]


def test_names_in_linear_time(target, made):
    small, large = (made("named", size) for size in SIZES)
    ratio = SIZES["16M"] / SIZES["4M"]
    name = "CSV of names: parse 16M / parse 4M"
    times = target.ratio(name, lambda: formats.read(large), lambda: formats.read(small), rounds=3, at_most=ratio**1.1)
    target.report("CSV of names: exponent", math.log(times[0] / times[1]) / math.log(ratio), at_most=1.1)


def test_metis_parsed(target, made, size):
    networkit = pytest.importorskip("networkit")
    path = made("metis", size)
    name = f"METIS, {size} edges: parse / networkit"

    def other():
        return networkit.readGraph(str(path), networkit.Format.METIS)

    target.ratio(name, lambda: formats.read(path), other, at_most=2, rounds=3)
    rows, peak = peak_of(read_rows, path)
    target.report(f"METIS, {size} edges: peak memory / file", peak / path.stat().st_size, at_most=5)
    assert rows == SIZES[size]


def read_rows(path):
    return len(formats.read(path).src)


def test_snap_parsed(target, made, size):
    polars = pytest.importorskip("polars")
    path = made("snap", size)
    read = {"separator": "\t", "has_header": False, "comment_prefix": "#"}
    name = f"SNAP, {size}: parse / polars"
    target.ratio(name, lambda: formats.read(path), lambda: polars.read_csv(path, **read), at_most=2.5)
    assert len(formats.read(path).src) == SIZES[size]


def test_snap_cleaned(benchmark, made, size):
    path = made("snap", size)
    edges, _ = benchmark.pedantic(lambda: clean(formats.read(path, directed=True), "graph"), rounds=3)
    assert edges.num_edges == SIZES[size]
