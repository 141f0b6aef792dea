"""Where graphbench itself takes time: sixteen rows in one sitting, each against another way of doing the same.

    python tests/benchmarks/performance.py --output performance.json

It needs graphbench on the path (`pip install -e .`, or `PYTHONPATH=.`), no network, and writes nothing but the named
file; its inputs are generated in a temporary folder. Rows of libraries that are not installed are skipped. Targets
were set on two cores, so it keeps to two unless told otherwise. Under four minutes on an idle machine with 16 cores;
`--large` adds files of 16 million lines, `--only 4,7` chooses rows.

Ratios are those of the fastest of several rounds that alternate, in wall time; those of whole commands in CPU time.
Readers of other libraries run on all cores and parts of ours on one, so a ratio in wall time is larger where the cores
are idle, and it also depends on whether NumPy sorts slowly on the CPU. Compare ratios of CPU time between sittings.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).parent), str(TESTS), str(TESTS.parent)]

LINES = {"4M": 4_000_000, "16M": 16_000_000}
SUFFIXES = {"general": "mtx", "symmetric": "mtx", "integers": "csv", "named": "csv", "snap": "txt", "metis": "graph"}
STORES = {"large": (100_000, 1.0), "old": (10_000, 1.0), "new": (10_000, 1.2)}
CERTIFIED = ("transpose", "wcc", "scc", "hits", "eigenvector")
GRAPH = "rmat:scale=18,edgefactor=16"
SLOW_S = 10.0
"""An engine whose first answer takes longer is not called again: another one is the fastest."""


class Seen(NamedTuple):
    """One target: what is asked for and what was seen; `now` is None where it could not be measured."""

    target: str
    asked: str
    now: float | None
    details: str = ""

    @property
    def met(self) -> bool | None:
        """Whether it is as asked."""
        if self.now is None:
            return None
        sign, number = self.asked.split()
        return self.now <= float(number) if sign == "<=" else self.now >= float(number)


class Place:
    """Where the inputs are."""

    def __init__(self, folder: Path, *, large: bool, cores: int) -> None:
        self.folder, self.cores = folder, cores
        self.sizes = list(LINES) if large else ["4M"]
        self.peaks: dict[str, Any] = {}

    def graph(self, kind: str, size: str = "4M") -> Path:
        return self.folder / f"{kind}-{size}.{SUFFIXES[kind]}"

    def store(self, name: str) -> Path:
        return self.folder / f"{name}.jsonl"


ROWS: dict[int, tuple[str, Callable[[Place], Iterator[Seen]]]] = {}


def row(number: int, title: str) -> Callable[[Callable[[Place], Iterator[Seen]]], Callable[[Place], Iterator[Seen]]]:
    def register(measure: Callable[[Place], Iterator[Seen]]) -> Callable[[Place], Iterator[Seen]]:
        ROWS[number] = title, measure
        return measure

    return register


def alternate(ours: Callable[[], Any], other: Callable[[], Any], *, rounds: int = 3, before: Any = None) -> list[float]:
    """The fastest wall and CPU seconds of both sides, after a round that does not count: [ours, other, CPU, CPU]."""
    times: tuple[list[tuple[float, float]], ...] = ([], [])
    for _ in range(rounds + 1):
        for side, call in ((1, other), (0, ours)):
            if before is not None and side == 0:
                before()
            started = time.perf_counter(), time.process_time()
            call()
            times[side].append((time.perf_counter() - started[0], time.process_time() - started[1]))
    (one, two), (one_cpu, two_cpu) = zip(*(map(min, zip(*side[1:], strict=True)) for side in times), strict=True)
    return [one, two, one_cpu, two_cpu]


def ratio(target: str, at_most: float, ours: Callable[[], Any], other: Callable[[], Any], **given: Any) -> Seen:
    one, two, one_cpu, two_cpu = alternate(ours, other, **given)
    return Seen(target, f"<= {at_most:g}", one / two, f"{one:.3f} s / {two:.3f} s, CPU {one_cpu / two_cpu:.2f}")


# Rows in the process itself


@row(1, "NetworKit's build")
def networkit_build(_: Place) -> Iterator[Seen]:
    import networkit

    from graphbench import api, registry
    from graphbench.engines import networkit as file

    edges, engine = api.load(GRAPH), registry.engine("networkit")
    columns = engine.read(edges)
    if not hasattr(networkit, "GraphFromCsr"):
        raise ImportError("NetworKit before 11.3 takes no compressed rows")
    yield ratio(
        "NetworKit: build of 4 M edges / from coordinates",
        0.22,
        lambda: engine.build(columns, edges),
        lambda: file._from_coordinates(columns, edges.num_vertices, directed=edges.directed),
    )


@row(2, "Collecting answers")
def collected_answers(_: Place) -> Iterator[Seen]:
    import numpy as np

    from graphbench import api, registry
    from graphbench.engines._collected import _sorted_rows
    from test_certificates import rebuilt

    edges = api.load(GRAPH)
    page = registry.algorithm("transpose")
    at = page.pose(edges, seed=0)
    raw = rebuilt("transpose", "scipy", edges)()
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 1 << 18, size=(at.num_entries, 2))
    yield ratio(
        "4 M rows of SciPy's transpose: collect in the clock / a copy",
        1,
        lambda: registry.engine("scipy").collect(raw, page.kind, at),
        rows.copy,
    )
    first, second = (np.ascontiguousarray(column) for column in rows.T)
    yield ratio(
        "rows of an answer in no order: sort outside the clock / lexsort",
        0.22,
        lambda: _sorted_rows(first, second, None),
        lambda: np.lexsort(rows.T[::-1]),
        rounds=2,
    )


@row(3, "Merging parallel edges")
def merged_rows(_: Place) -> Iterator[Seen]:
    import numpy as np

    from graphbench.graphs.columns import merge_parallel

    rng = np.random.default_rng(0)
    vertices = 1 << 18
    src, dst = rng.integers(0, vertices, size=(2, LINES["4M"]), dtype=np.int32)
    weight = rng.uniform(size=len(src))

    def weighted() -> Any:
        order = np.lexsort((dst, src))
        one, two, values = src[order], dst[order], weight[order]
        first = np.flatnonzero(np.append(True, (one[1:] != one[:-1]) | (two[1:] != two[:-1])))
        return one[first], two[first], np.fmin.reduceat(values, first)

    ours = "merge of 4 M rows"
    yield ratio(
        f"{ours}, weighted / lexsort", 0.33, lambda: merge_parallel(src, dst, weight, vertices), weighted, rounds=2
    )
    yield ratio(
        f"{ours}, no weights / np.unique",
        0.45,
        lambda: merge_parallel(src, dst, None, vertices),
        lambda: np.unique(src.astype(np.int64) << 32 | dst, return_index=True),
        rounds=2,
    )


@row(4, "CSV with names")
def names(place: Place) -> Iterator[Seen]:
    import pandas as pd

    from graphbench.graphs import formats

    took = []
    for size in place.sizes:
        path = place.graph("named", size)
        seen = ratio(
            f"CSV of names, {size}: parse / pandas",
            6,
            lambda path=path: formats.read(path),
            lambda path=path: pd.read_csv(path, engine="pyarrow"),
        )
        took.append(float(seen.details.split()[0]))
        yield seen
    if len(took) > 1:
        import math

        yield Seen("CSV of names: exponent", "<= 1.1", math.log(took[1] / took[0]) / math.log(4))


@row(5, "METIS")
def metis(place: Place) -> Iterator[Seen]:
    import networkit

    from graphbench.graphs import formats

    for size in place.sizes:
        path = place.graph("metis", size)
        yield ratio(
            f"METIS, {size} edges: parse / networkit",
            2,
            lambda path=path: formats.read(path),
            lambda path=path: networkit.readGraph(str(path), networkit.Format.METIS),
            rounds=2,
        )
        yield Seen(f"METIS, {size} edges: peak memory / file", "<= 5", place.peaks[f"metis-{size}"])


@row(6, "CSV of integers, SNAP")
def integers(place: Place) -> Iterator[Seen]:
    import polars as pl
    from test_readers import cached, forget, with_duckdb, with_polars

    from graphbench.graphs import formats

    for size in place.sizes:
        path, snap, out = place.graph("integers", size), place.graph("snap", size), place.folder / "edges.parquet"
        yield ratio(
            f"CSV of integers, {size}: parse / polars",
            2,
            lambda path=path: formats.read(path),
            lambda path=path: pl.read_csv(path),
        )
        yield ratio(
            f"SNAP, {size}: parse / polars",
            2.5,
            lambda path=snap: formats.read(path),
            lambda path=snap: pl.read_csv(path, separator="\t", has_header=False, comment_prefix="#"),
        )
        for name, pipeline in (("polars", with_polars), ("duckdb", with_duckdb)):
            if name == "duckdb":
                import duckdb

                duckdb.sql(f"SET threads = {place.cores or os.cpu_count()}")
            yield ratio(
                f"CSV of integers, {size}: parse, clean and cache / {name}",
                1,
                lambda path=path: cached(path),
                lambda path=path, out=out, pipeline=pipeline: pipeline(path, out),
                before=forget,
                rounds=2,
            )


@row(7, "Matrix Market")
def matrix_market(place: Place) -> Iterator[Seen]:
    import scipy.io
    from test_readers import cached, forget

    from graphbench.graphs import formats

    for size in place.sizes:
        for symmetry in ("general", "symmetric"):
            path = place.graph(symmetry, size)
            yield ratio(
                f"Matrix Market, {symmetry}, {size}: parse / mmread",
                1.05,
                lambda path=path: formats.read(path),
                lambda path=path: scipy.io.mmread(path),
                rounds=5,
            )
        path = place.graph("general", size)
        yield ratio(
            f"Matrix Market, general, {size}: parse, clean and cache / mmread",
            2.7,
            lambda path=path: cached(path),
            lambda path=path: scipy.io.mmread(path),
            before=forget,
        )


@row(8, "The second load of a file")
def loaded_again(place: Place) -> Iterator[Seen]:
    from graphbench import api
    from graphbench.graphs import formats

    path = place.graph("general")
    api.load(path)
    yield ratio("Matrix Market, 4M: load again / parse", 0.125, lambda: api.load(path), lambda: formats.read(path))


# Rows of whole commands


def command(*arguments: str | Path, path: str = "") -> tuple[float, float, bytes]:
    """Run Python with these arguments: wall seconds, CPU seconds of all its processes, and what it printed."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [path, *sys.path]))}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # users' modules are compiled once
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ran = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(map(str, arguments))}: {ran.stderr.decode()[-300:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, ran.stdout


def graphbench(*words: str | Path, path: str = "") -> tuple[float, float, bytes]:
    return command("-m", "graphbench", *words, path=path)


def turns(ours: Callable[[], Any], other: Callable[[], Any], rounds: int = 5) -> list[tuple[float, float]]:
    """Medians of (wall, CPU) of both sides, after a round that does not count."""
    sides: tuple[list[tuple[float, float]], ...] = ([], [])
    for _ in range(rounds + 1):
        for side, run in zip(sides, (ours, other), strict=True):
            side.append(run()[:2])
    return [tuple(median(times) for times in zip(*side[1:], strict=True)) for side in sides]  # type: ignore[misc]


@row(9, "A whole command")
def whole_command(place: Place) -> Iterator[Seen]:
    from test_commands import BARE

    words = ["bfs", "karate", "--engine", "networkx,igraph", "--trials", "1"]
    ours, other = turns(lambda: graphbench(*words), lambda: command("-c", BARE))
    yield Seen(
        "bfs karate / a bare script, CPU",
        "<= 2.7",
        ours[1] / other[1],
        f"{ours[1]:.2f} s / {other[1]:.2f} s; wall {ours[0]:.2f} s / {other[0]:.2f} s",
    )
    fake, trace = place.folder / "fake", place.folder / "trace"
    fake.mkdir(exist_ok=True)
    trace.write_text("")
    (fake / "pandas.py").write_text(f"open({str(trace)!r}, 'a').write('.')\n")
    graphbench("bfs", "karate", "--engine", "networkx", "--trials", "1", path=str(fake))
    yield Seen("processes that import pandas", "<= 0", len(trace.read_text()))


@row(10, "A suite of tiny tasks")
def tiny_tasks(place: Place) -> Iterator[Seen]:
    from test_commands import SMALL, suite_costs

    store = place.folder / "suite.jsonl"
    wall, cpu, _ = graphbench(
        "suite", "--datasets", ",".join(SMALL), "--engines", "igraph", "--trials", "1", "--store", store
    )
    costs = suite_costs(store, wall)
    yield Seen("builds of a suite / distinct posed graphs", "<= 1", costs.builds_per_graph)
    details = f"{costs.tasks} tasks, wall {wall:.1f} s, CPU {cpu:.1f} s"
    yield Seen("a tiny task of a suite: ms beyond its work", "<= 25", costs.beyond_ms, details)


@row(11, "A run with a large store")
def large_store(place: Place) -> Iterator[Seen]:
    words = ["bfs", "karate", "--engine", "igraph", "--trials", "1", "--store"]
    none = place.folder / "none.jsonl"
    ours, other = turns(lambda: graphbench(*words, place.store("large")), lambda: graphbench(*words, none), rounds=3)
    details = f"wall {ours[0]:.2f} s, {other[0]:.2f} s"
    yield Seen("a run with 100,000 records: more CPU s than with none", "<= 0.2", ours[1] - other[1], details)


def _once(target: str, asked: str, *words: str | Path) -> Seen:
    wall, cpu, _ = graphbench(*words)
    return Seen(target, asked, wall, f"CPU {cpu:.1f} s")


@row(12, "Listing records")
def records(place: Place) -> Iterator[Seen]:
    yield _once("records of 100,000: s", "<= 3", "records", "--store", place.store("large"))


@row(13, "Comparing stores, and reports")
def compared(place: Place) -> Iterator[Seen]:
    yield _once("compare of two stores of 10,000: s", "<= 2", "compare", place.store("old"), place.store("new"))
    yield _once("report of 10,000: s", "<= 10", "report", place.store("old"), "--output", place.folder / "report")


@row(14, "Start-up")
def startup(_: Place) -> Iterator[Seen]:
    for words in ("list", "show louvain", "doctor", "records"):
        ours, other = turns(lambda words=words: graphbench(*words.split()), lambda: command("-c", "pass"), rounds=7)
        details = f"{1e3 * ours[1]:.0f} ms / {1e3 * other[1]:.0f} ms; wall {ours[0] / other[0]:.1f}"
        yield Seen(f"graphbench {words} / python -c pass, CPU", "<= 12", ours[1] / other[1], details)


@row(15, "Certificates")
def certificates(place: Place) -> Iterator[Seen]:
    from graphbench import api
    from helpers import graphs
    from test_certificates import ENGINES, rebuilt, solvers

    edges = api.load(GRAPH)
    for algorithm in CERTIFIED:
        took: dict[str, float] = {}
        solved: Any = None
        for engine in [engine for name, engine in solvers() if name == algorithm and engine in ENGINES]:
            call = rebuilt(algorithm, engine, edges)
            for _ in range(3):
                started = time.perf_counter()
                call()
                took[engine] = min(time.perf_counter() - started, took.get(engine, float("inf")))
                if took[engine] > SLOW_S:
                    break
        if not took:
            yield Seen(f"certificate of {algorithm}", "<= 1", None, "no engine that solves it is installed")
            continue
        fastest = min(took, key=lambda engine: took[engine])
        solved = graphs.solve(fastest, algorithm, edges)
        page, at, _, p = graphs.posed(algorithm, edges)
        at.to_numpy()
        certified = []
        for _ in range(3):
            started = time.perf_counter()
            assert page.certify(at, solved, p).valid
            certified.append(time.perf_counter() - started)
        details = f"{min(certified):.3f} s / {took[fastest]:.3f} s, the fastest of {len(took)}"
        yield Seen(
            f"certificate of {algorithm} / {fastest}, built and called",
            "<= 1",
            min(certified) / took[fastest],
            details,
        )
        yield Seen(
            f"certificate of {algorithm}: bytes per edge beyond the graph",
            "<= 16",
            place.peaks.get(algorithm),
            "" if place.peaks.get(algorithm) is not None else "not measured",
        )


@row(16, "Twins")
def twins(_: Place) -> Iterator[Seen]:
    with get_context("spawn").Pool(1) as pool:
        num_edges, peak, took = pool.apply(_make_twin, ("twin:as-Skitter",))
    details = f"{num_edges:,} edges in {took:.1f} s, peak {peak / 2**30:.1f} GiB"
    yield Seen("twin:as-Skitter: edges per second", ">= 3000000", num_edges / took, details)


def _make_twin(name: str) -> tuple[int, int, float]:
    from test_twins import make

    started = time.perf_counter()
    return (*make(name), time.perf_counter() - started)


# Inputs, written by several processes


def _make_graph(kind: str, lines: int, path: Path) -> None:
    import graph_files

    getattr(graph_files, kind)(path, lines)


def _make_store(path: Path, count: int, slower: float) -> None:
    from helpers.large_store import write_store

    write_store(path, count, slower=slower)


def _peak_of_certificate(algorithm: str) -> float | None:
    """Bytes for each edge; None where no engine solves it here."""
    from graphbench import api
    from test_certificates import memory_of_certificate, solvers

    engine = next((engine for name, engine in solvers() if name == algorithm), None)
    return None if engine is None else memory_of_certificate(algorithm, engine) / api.load(GRAPH).num_edges


def _peak_of_reading(path: Path) -> float:
    """Bytes for each byte of a file."""
    from graphbench.graphs import formats
    from graphbench.system import memory

    small = path.with_suffix(".small.graph")
    small.write_text("2 1\n2\n1\n")
    formats.read(small)  # imports what reading needs
    memory.reset_host_peak()
    before = memory.host_peak_bytes() or 0
    formats.read(path)
    return ((memory.host_peak_bytes() or 0) - before) / path.stat().st_size


def prepare(place: Place, chosen: set[int]) -> None:
    """Write the inputs of the chosen rows, and measure peaks of memory, which a busy machine does not change."""
    from graphbench import api

    kinds = {4: ["named"], 5: ["metis"], 6: ["integers", "snap"], 7: ["general", "symmetric"], 8: ["general"]}
    stores = {11: ["large"], 12: ["large"], 13: ["old", "new"]}
    api.load(GRAPH)  # into the cache, once
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8), get_context("spawn"), max_tasks_per_child=1) as pool:
        files = dict.fromkeys(kind for number in chosen for kind in kinds.get(number, []))
        waiting = [
            pool.submit(_make_store, place.store(name), *STORES[name])
            for name in dict.fromkeys(name for number in chosen for name in stores.get(number, []))
        ]
        waiting += [
            pool.submit(_make_graph, kind, LINES[size], place.graph(kind, size))
            for kind, size in itertools.product(files, place.sizes)
        ]
        peaks: dict[str, Future[float | None]] = {
            name: pool.submit(_peak_of_certificate, name) for name in (CERTIFIED if 15 in chosen else ())
        }
        for done in waiting:
            done.result()
        if 5 in chosen:
            peaks |= {
                f"metis-{size}": pool.submit(_peak_of_reading, place.graph("metis", size)) for size in place.sizes
            }
        place.peaks = {name: done.result() for name, done in peaks.items()}


def measure(place: Place, number: int) -> Iterator[Seen]:
    """What a row yields; a row that fails says why, and the others go on."""
    title, function = ROWS[number]
    try:
        yield from function(place)
    except ImportError as error:
        yield Seen(title, "", None, f"skipped: {error}")
    except Exception as error:  # noqa: BLE001  one row must not end the sitting
        yield Seen(title, "", None, f"failed: {type(error).__name__}: {error}")


def machine() -> dict[str, Any]:
    """Where and with what it was measured."""
    from graphbench.system.machine import machine_summary, sorts_slowly

    libraries = ("numpy", "scipy", "pyarrow", "pandas", "polars", "duckdb", "networkx", "igraph", "networkit")
    versions = {}
    for name in libraries:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = None
    found = machine_summary()
    return {
        "cpu": found.cpu,
        "cores": found.cores,
        "os": found.os,
        "python": platform.python_version(),
        "libraries": versions,
        "numpy_sorts_slowly": sorts_slowly(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("performance.json"), help="the JSON file to write")
    parser.add_argument("--only", default="", help="numbers of rows, such as 4,7")
    parser.add_argument("--large", action="store_true", help="also files of 16 million lines")
    parser.add_argument("--cores", type=int, default=2, help="how many to keep to; 0: all")
    given = parser.parse_args()
    chosen = {int(word) for word in given.only.split(",") if word} or set(ROWS)
    started, output = time.perf_counter(), given.output.resolve()
    folder = Path(tempfile.mkdtemp(prefix="performance-"))
    os.environ["GRAPHBENCH_HOME"] = str(folder / "home")
    try:
        place = Place(folder, large=given.large, cores=given.cores)
        document: dict[str, Any] = {"machine": machine(), "kept_to_cores": given.cores, "rows": []}
        prepare(place, chosen)
        print(f"Inputs: {time.perf_counter() - started:.0f} s", file=sys.stderr)
        if given.cores and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
        seen: list[Seen] = []
        for number in sorted(chosen):
            for one in measure(place, number):
                seen.append(one)
                load = os.getloadavg()[0]
                document["rows"].append({"row": number, **one._asdict(), "met": one.met, "load_average": load})
                output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
                now = "-" if one.now is None else f"{one.now:.3g}"
                print(f"{number:>2}  {one.target}: {now} ({one.asked}) {one.details}", file=sys.stderr, flush=True)
        document["seconds"] = round(time.perf_counter() - started, 1)
        output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(table(document["rows"]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def table(rows: list[dict[str, Any]]) -> str:
    """As Markdown: the target, what is asked for, and what was seen now."""
    lines = ["| # | target | asked | now | | details |", "|---:|---|---:|---:|---|---|"]
    for one in rows:
        now = "-" if one["now"] is None else f"{one['now']:,.3g}" if one["now"] < 1e4 else f"{one['now']:,.0f}"
        mark = {None: "", True: "met", False: "not met"}[one["met"]]
        lines.append(f"| {one['row']} | {one['target']} | {one['asked']} | {now} | {mark} | {one['details']} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
