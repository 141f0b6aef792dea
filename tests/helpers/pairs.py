"""Pairs of records: fair ones, and for each rule of comparisons some that break it. The documentation shows them."""

from graphbench.records.model import (
    Agreement,
    Censored,
    Certificate,
    CpuTimes,
    Draw,
    Limit,
    Outcome,
    Phases,
    Task,
    Trials,
)
from helpers.records import bfs, jaccard, pagerank, record, replace

FAIR = {
    "louvain": (record("networkx", 10.0), record("igraph", 1.0)),
    "pagerank": (pagerank("networkx", 10.0), pagerank("igraph", 1.0)),
    "bfs": (bfs("networkx", 10.0), bfs("igraph", 1.0)),
    "jaccard": (jaccard("networkx", 10.0), jaccard("igraph", 1.0)),
}


def quality(values, **more):
    return Trials(quality=list(values), seeds=list(range(len(values))), **more)


def timeout(engine, phase="first", after=600.0):
    return record(
        engine, outcome=Outcome.TIMEOUT, censored=Censored(phase, after), answer={}, certificate=None, trials=Trials(),
        phases=Phases(start_s=0.5, read_s=1.0, build_s=2.0),
    )  # fmt: skip


UNFAIR = {
    "few trials": ("few_trials", record("networkx"), record("igraph", n=4)),
    "threads": ("threads", record(), replace(record("igraph"), environment__threads=8)),
    "dtype": ("dtype", pagerank(), pagerank("igraph", adapter={"dtype": "float32"})),
    "over-solved": (
        "over_solved",
        pagerank(),
        pagerank("igraph", answer={"residual": 1e-15, "sum": 1.0}),
    ),
    "baseline timed out": ("bound", timeout("networkx"), record("igraph")),
    "engine timed out": ("bound", record("networkx"), timeout("igraph")),
    "trial cut off": ("censored", record("networkx", censored=Censored("call", 9.0)), record("igraph")),
    "allocator": ("allocator", record(), replace(record("cugraph"), environment__allocator="pool")),
    "one trial": ("one_seed", record(n=1), record("igraph", 0.1, trials=quality([0.815] * 6))),
    "one seed, many trials": (
        "one_seed",
        record(trials=Trials(seeds=[0] * 6, quality=[0.83] * 6)),
        record("igraph", 0.1, trials=quality([0.815] * 6)),
    ),
    "lower quality": ("quality", record(), record("igraph", 0.1, trials=quality([0.71] * 6))),
    "a quicker script of lower quality": (
        "quality_by_total",
        replace(record(trials=quality([0.82] * 6)), phases__start_s=0.1),
        replace(record("igraph", 0.1, trials=quality([0.83] * 6)), phases__start_s=60.0),
    ),
    "quality not kept": (
        "quality",
        record(),
        record("igraph", 0.1, trials=Trials(), answer={"communities": 3}),
    ),
    "one seed, far lower": ("quality", record(n=1), record("igraph", 0.1, trials=quality([0.80]))),
    "residual": ("residual", pagerank(), pagerank("igraph", answer={"residual": 2e-6, "sum": 1.0})),
    "residual not a number": (
        "residual",
        pagerank(answer={"residual": float("nan"), "sum": 1.0}),
        pagerank("igraph"),
    ),
    "weights": ("weights", record(), replace(record("igraph"), posed__weights="dataset", posed__digest="x")),
    "drawn weights": (
        "weights",
        replace(record(), posed__weights="drawn", posed__digest="x"),
        replace(record("igraph"), posed__weights="drawn", posed__digest="y"),
    ),
    "weights on one side": ("weights", record(adapter={"weight": "1/degree"}), record("igraph")),
    "direction": ("direction", record(), replace(record("igraph"), posed__directed=True, posed__digest="x")),
    "other sources": (
        "sources",
        bfs(),
        bfs("igraph", trials=Trials(sources=[7, 8, 9, 10, 11, 12])),
    ),
    "reached one vertex": ("sources", bfs(), bfs("igraph", answer={"reached": 1, "max_distance": 0})),
    "pairs": ("pairs", jaccard(), jaccard("igraph", digest="other")),
    "other vertices": (
        "pairs",
        jaccard(draw=Draw(kind="vertices", count=16, seed=0, digest="pp")),
        jaccard("igraph", draw=Draw(kind="vertices", count=16, seed=1, digest="other")),
    ),
    "another clustering": (
        "pairs",
        jaccard(draw=Draw(kind="labels", count=100, seed=0, digest="pp")),
        jaccard("igraph", draw=Draw(kind="labels", count=100, seed=1, digest="other")),
    ),
    "vacuous engine rule": ("vacuous_tolerance", pagerank(adapter={"stops_at": 2.99}), pagerank("igraph")),
    "vacuous tolerance": (
        "vacuous_tolerance",
        pagerank(task=Task("pagerank", "coAuthorsDBLP", "networkx", {"tolerance": 2.0})),
        pagerank("igraph", task=Task("pagerank", "coAuthorsDBLP", "igraph", {"tolerance": 2.0})),
    ),
    "build not timed": ("conversion", record(), replace(record("nx-cugraph"), phases__build_s=None)),
    "not certified": ("not_certified", record(), record("igraph", certificate=None)),
    "conversion not counted": (
        "conversion",
        record(),
        replace(record("nx-cugraph"), phases__build_steps_s={"graph": 0.1, "conversion": 5.0}),
    ),
    "a part of the conversion not counted": (
        "conversion",
        record(),
        replace(record("nx-cugraph"), phases__build_s=0.1, phases__build_steps_s={"graph": 0.1, "conversion": 0.002}),
    ),
    "answers differ": (
        "disagreement",
        jaccard(),
        jaccard("igraph", agreement=[Agreement(engine="networkx", kind="differs", max_difference=0.1, at=7)]),
    ),
    "answers differ, found out by the baseline": (
        "disagreement",
        bfs(agreement=[Agreement(engine="igraph", kind="differs")]),
        bfs("igraph"),
    ),
    "a repeated call is served from a cache": (
        "reuses_work",
        record(),
        replace(record("igraph", 0.01), phases__first_s=0.1, phases__rebuilt_s=[0.1] * 3),
    ),
    "too few rebuilt calls": ("reuse_not_checked", record(), replace(record("igraph"), phases__rebuilt_s=[1.0] * 2)),
    "work left to collect": ("lazy_answer", record(), replace(record("igraph"), phases__collect_s=1.5)),
    "calls too short": ("short_calls", record(seconds=9e-4), record("igraph", 1e-5)),
    "a first call only": ("first_calls", replace(record(n=1), trials__stopped="first_only"), record("igraph")),
    "other programs": ("busy_machine", record(), replace(record("igraph"), environment__load_average=8.5)),
    "other programs on the GPU": (
        "busy_machine",
        record(),
        replace(record("cugraph"), environment__clocks={"other_processes": 1}),
    ),
    "a thread works on": (
        "works_after_return",
        record(),
        record("igraph", cpu=CpuTimes(call_s=[0.1] * 6, after_s={2: 0.09})),
    ),
    "a device works on": (
        "works_after_return",
        record(),
        record("cugraph", 0.1, device="gpu", cpu=CpuTimes(after_s={-1: 0.09})),
    ),
    "more threads than allowed": ("threads_exceeded", record(), record("igraph", cpu=CpuTimes(call_s=[1.3] * 6))),
    "faster than memory": (
        "faster_than_memory",
        record(),
        record(
            "igraph", 4e-6, limit=Limit(least_bytes=5_107_000, graph_bytes=9 << 20, copy_bytes_s=1e11, cache_bytes=None)
        ),
    ),
    "no edge": (
        "nothing_to_compute",
        replace(record(), posed__num_edges=0),
        replace(record("igraph"), posed__num_edges=0),
    ),
    "no pair": (
        "nothing_to_compute",
        replace(jaccard(), draw__count=0),
        replace(jaccard("igraph"), draw__count=0),
    ),
    "other machine": ("machine", record(), replace(record("igraph"), environment__machine="m2")),
    "other graph": ("dataset", record(), replace(record("igraph"), dataset__digest="x")),
    "entries for edges": ("dataset", record(), replace(record("igraph"), dataset__num_edges=1_955_352)),
    "invalid": (
        "invalid",
        record(),
        record(
            "igraph", outcome=Outcome.INVALID, certificate=Certificate(valid=False, detail="vertex 3 is in no cluster")
        ),
    ),
    "no time": ("no_time", record(), record("igraph", outcome=Outcome.ERROR, phases=Phases(), answer={})),
    "both timed out": ("no_time", timeout("networkx"), timeout("igraph")),
    "timed out in build": ("no_time", timeout("networkx", phase="build"), record("igraph")),
    "ok, but no call": ("no_time", record(phases=Phases()), record("igraph")),
}
"""The code of the rule, the baseline, the engine."""
