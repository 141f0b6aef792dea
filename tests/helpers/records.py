"""Records for tests: valid ones of four algorithms, to be changed in one field."""

from typing import Any

import msgspec

from graphbench.records.model import (
    Certificate,
    DatasetInfo,
    Draw,
    Environment,
    Gpu,
    Memory,
    Outcome,
    Phases,
    PosedInfo,
    Record,
    Revisions,
    Task,
    Trials,
    Worker,
)
from graphbench.records.store import Store

DBLP = DatasetInfo(
    name="coAuthorsDBLP",
    num_vertices=299_067,
    num_edges=977_676,
    num_entries=1_955_352,
    num_isolated=0,
    directed=False,
    weighted=False,
    sha256="e7" * 32,
    digest="d1" * 16,
)
POSED = PosedInfo(
    num_vertices=299_067, num_edges=977_676, num_entries=1_955_352, directed=False, weights="none", digest="d1" * 16
)
HERE = Environment(
    machine="m1",
    cpu="Example Processor 9000",
    cores=8,
    threads=1,
    memory_bytes=32 << 30,
    os="Linux 6.1",
    python="3.12.4",
    graphbench="0.1.0",
    engine_version="3.4",
    libraries={"numpy": "2.1.0"},
)
H100 = Gpu(name="NVIDIA H100", memory_bytes=80 << 30)
NEAR = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0]
"""Factors of six trials that scatter by two per cent."""


def record(engine: str = "networkx", seconds: float = 1.0, *, n: int = 6, **changes: Any) -> Record:
    """A valid Louvain record with n trials around `seconds`; keywords replace whole fields of the record."""
    call_s = [seconds * NEAR[i % len(NEAR)] for i in range(n)]
    made = {
        "id": f"{engine}-1",
        "measured_at": "2026-01-01T00:00:00Z",
        "task": Task("louvain", "coAuthorsDBLP", engine, {"resolution": 1.0, "threshold": 1e-7}),
        "outcome": Outcome.OK,
        "phases": Phases(
            start_s=0.5,
            read_s=0.01,
            build_s=0.1 * seconds,
            first_s=1.1 * seconds,
            call_s=call_s,
            rebuilt_s=[seconds] * 3,
            collect_s=0.02,
            copy_s=0.02,
        ),
        "trials": Trials(seeds=list(range(n)), quality=[0.83 + 0.001 * (i % 3) for i in range(n)], stopped="precise"),
        "memory": Memory(host_peak_bytes=300 << 20),
        "answer": {"modularity": 0.8312, "communities": 270},
        "headline": "modularity",
        "quality": "modularity",
        "certificate": Certificate(valid=True, detail="a partition of all vertices"),
        "dataset": DBLP,
        "posed": POSED,
        "worker": Worker(id="w1", pid=100, position=0),
        "environment": HERE,
        "revisions": Revisions(algorithm=1, engine=1, trials=1),
    }
    return Record(**(made | changes))


def pagerank(engine: str = "networkx", seconds: float = 1.0, **changes: Any) -> Record:
    """A valid PageRank record: a residual and a tolerance instead of a quality."""
    made = {
        "id": f"pagerank-{engine}-1",
        "task": Task("pagerank", "coAuthorsDBLP", engine, {"damping": 0.85, "tolerance": 1e-6}),
        "answer": {"residual": 5e-7, "sum": 1.0},
        "headline": "residual",
        "quality": "",
        "trials": Trials(stopped="precise"),
    }
    return record(engine, seconds, **(made | changes))


def bfs(engine: str = "networkx", seconds: float = 1.0, *, sources: int = 6, **changes: Any) -> Record:
    """A valid BFS record: one trial from each source; source i takes i + 1 times as long."""
    names = [100 + i for i in range(sources)]
    made = {
        "id": f"bfs-{engine}-1",
        "task": Task("bfs", "coAuthorsDBLP", engine, {"sources": 64, "source": None}),
        "answer": {"reached": 299_067, "max_distance": 23},
        "headline": "reached",
        "quality": "",
        "draw": Draw(kind="sources", count=64, seed=0, digest="aa"),
        "trials": Trials(sources=names, stopped="precise"),
        "phases": Phases(
            start_s=0.5, read_s=0.01, build_s=0.1, first_s=seconds, call_s=[seconds * (i + 1) for i in range(sources)],
            rebuilt_s=[seconds] * 3, collect_s=0.02, copy_s=0.02,
        ),
    }  # fmt: skip
    return record(engine, seconds, **(made | changes))


def jaccard(engine: str = "networkx", seconds: float = 1.0, *, digest: str = "pp", **changes: Any) -> Record:
    """A valid Jaccard record."""
    made = {
        "id": f"jaccard-{engine}-1",
        "task": Task("jaccard", "coAuthorsDBLP", engine, {"pairs": 1000}),
        "answer": {"pairs": 1000, "mean": 0.21},
        "headline": "mean",
        "quality": "",
        "draw": Draw(kind="pairs", count=1000, seed=0, digest=digest),
        "trials": Trials(stopped="precise"),
    }
    return record(engine, seconds, **(made | changes))


def replace(struct: Any, **changes: Any) -> Any:
    """The struct with some fields changed; a key `a__b` changes field `b` of field `a`."""
    flat = {}
    for key, value in changes.items():
        outer, _, inner = key.partition("__")
        flat[outer] = (
            msgspec.structs.replace(flat.get(outer, getattr(struct, outer)), **{inner: value}) if inner else value
        )
    return msgspec.structs.replace(struct, **flat)


def stored() -> list[Record]:
    """The records of the store in the home folder, oldest first."""
    return list(Store().records())
