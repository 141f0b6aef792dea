"""Results of every kind: records of one problem with their comparisons."""

from graphbench.records.comparison import compare
from graphbench.records.model import Agreement, Censored, Certificate, Memory, Outcome, Phases, Record, Task, Trials
from helpers.records import H100, HERE, bfs, record, replace

NOTHING = {"phases": Phases(), "trials": Trials(), "memory": Memory(), "answer": {}, "certificate": None}
STOPPED = {
    "outcome": Outcome.TIMEOUT,
    "reason": "the limit of 600 s struck in the first call, 597 s into it; --timeout SECONDS sets it",
    "censored": Censored("first", 597.0, limit_s=600.0),
    "trials": Trials(),
    "answer": {},
    "certificate": None,
}


def _of(*records: Record):
    return list(records), compare(records)


def _like():
    agreed = [Agreement(engine="networkx", kind="exact")]
    return _of(bfs(), bfs("igraph", 0.2, agreement=agreed), replace(bfs("networkit", 0.07), environment__threads=8))


def _no_difference():
    noisy = [1.0, 1.3, 0.8, 1.1, 0.7, 1.2, 0.9]
    return _of(*(replace(record(name), phases__call_s=noisy) for name in ("networkx", "igraph")))


def _unlike():
    worse = Trials(seeds=[0, 1], quality=[0.5, 0.5])
    return _of(record("networkx", 27.3), record("networkit", 0.08, trials=worse), record("igraph", 0.2, trials=worse))


def _undecided():
    times = Phases(start_s=0.3, read_s=0.1, build_s=2.0)
    return _of(record("networkx", phases=times, **STOPPED), record("igraph", 0.21), record("networkit", 0.08))


def _failures():
    wrong = Certificate(valid=False, detail="vertex 7 is in no part")
    predicted = "predicted: it would take about 3 h, more than the limit of 600 s"
    long = "RuntimeError in build: non-success value returned from cugraph_graph_create " * 4
    return _of(
        record(),
        record("igraph", outcome=Outcome.INVALID, reason=wrong.detail, certificate=wrong),
        record("networkit", outcome=Outcome.OUT_OF_MEMORY, reason="the host's 32 GiB were full in build.", **NOTHING),
        record("scikit-network", outcome=Outcome.ERROR, reason=long, **NOTHING),
        record("scipy", outcome=Outcome.TIMEOUT, reason=predicted, environment=None, **NOTHING),
        record("graphblas", outcome=Outcome.UNSUPPORTED, reason="not in the library", environment=None, **NOTHING),
        record("graph-tool", outcome=Outcome.UNAVAILABLE, reason="not installed. apt-get install it.",
               environment=None, **NOTHING),
    )  # fmt: skip


def _one_engine():
    return _of(record("igraph", 0.154, warnings=["the median is uncertain by ±38 % after 6 trials (target ±5 %)"]))


def _gpu():
    made = []
    for engine in ("cugraph", "nx-cugraph", "pylibcugraph"):
        for allocator, factor in (("default", 1.0), ("async", 0.5)):
            where = replace(HERE, gpus=[H100], allocator=allocator, engine_version="26.10")
            task = Task("louvain", "coAuthorsDBLP", engine, {"resolution": 1.0, "allocator": allocator})
            memory = Memory(host_peak_bytes=2 << 30, device_peak_bytes=700 << 20)
            made.append(
                record(engine, factor * (2 if engine == "nx-cugraph" else 1) * 0.0024, n=20, id=f"{engine}-{allocator}",
                       device="gpu", task=task, environment=where, memory=memory)
            )  # fmt: skip
    steps = {"graph": 0.0002, "conversion": 0.00014}
    made[2] = replace(made[2], phases__build_steps_s=steps)
    return _of(*made, replace(record("networkit", 0.081, n=20), environment__threads=8), record("networkx", 27.3, n=12))


def _first_calls():
    alone = replace(record("networkx", 63.8, n=1), trials__stopped="first_only")
    reusing = replace(record("igraph", 0.01), phases__first_s=0.1, phases__rebuilt_s=[0.1] * 3)
    lazy = replace(record("networkit", 0.05), phases__collect_s=0.3)
    return _of(alone, reusing, lazy, record("scikit-network", 0.21))


CASES = {
    "like": _like,
    "no difference": _no_difference,
    "unlike": _unlike,
    "undecided": _undecided,
    "failures": _failures,
    "one engine": _one_engine,
    "GPU": _gpu,
    "first calls": _first_calls,
}
"""Makers of records and comparisons, by what they show."""
