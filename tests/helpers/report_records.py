"""Records of a whole report: four problems, six graphs, six engines on one machine, a few on another.

Times follow a power law of the edges with a scatter that is seeded, so that fits, means and verdicts are known
beforehand; every kind of outcome and verdict occurs.
"""

import random

from graphbench.records.model import Agreement, Censored, Certificate, Memory, Outcome, Phases, Task, Trials
from helpers.records import DBLP, H100, HERE, NEAR, POSED, record, replace

GRAPHS = {
    "email-Enron": (36_692, 183_831),
    "preferentialAttachment": (100_000, 499_985),
    "coAuthorsDBLP": (299_067, 977_676),
    "citationCiteseer": (268_495, 1_156_647),
    "as-Skitter": (1_696_415, 11_095_298),
    "coPapersDBLP": (540_486, 15_245_729),
}
PROBLEMS = {
    "louvain": {"resolution": 1.0, "threshold": 1e-7},
    "pagerank": {"damping": 0.85, "tolerance": 1e-6},
    "bfs": {"sources": 64, "source": None},
    "wcc": {},
}
# Seconds at a million edges, and the exponent of the edges.
ENGINES = {
    "cugraph": (0.02, 0.55),
    "nx-cugraph": (0.03, 0.6),
    "networkit": (0.12, 1.05),
    "igraph": (0.5, 1.1),
    "networkx": (20.0, 1.12),
}
BYTES = {"cugraph": 60, "nx-cugraph": 160, "networkit": 40, "igraph": 70, "networkx": 420}
ALGORITHM_FACTOR = {"louvain": 5.0, "pagerank": 1.0, "bfs": 0.3, "wcc": 0.2}
ON_GPU = replace(HERE, gpus=[H100], engine_version="26.10", allocator="default", driver="580.1", cuda="13.0")
NOTHING = {"phases": Phases(), "trials": Trials(), "memory": Memory(), "answer": {}, "certificate": None}


def report_records():
    """About 120 records on the machine with a GPU, and four on one without."""
    made = []
    for algorithm, params in PROBLEMS.items():
        for graph, (vertices, edges) in GRAPHS.items():
            made += [_record(algorithm, params, graph, (vertices, edges), engine) for engine in ENGINES]
        made.append(_unavailable(algorithm, params))
    made += [_asynchronous(each) for each in made if each.task.engine == "cugraph"]
    made = [_spoilt(each) for each in made]
    elsewhere = replace(HERE, machine="m2", cpu="Another Processor", cores=4)
    small = [each for each in made if each.task.dataset == "email-Enron" and each.task.algorithm == "louvain"]
    made += [
        replace(each, id=f"{each.id}-m2", environment=elsewhere)
        for each in small
        if each.device == "cpu" and each.environment is not None
    ]
    return made


def _record(algorithm, params, graph, size, engine):
    vertices, edges = size
    at_million, exponent = ENGINES[engine]
    gpu = engine in {"cugraph", "nx-cugraph"}
    draw = random.Random(f"{algorithm} {graph} {engine}")
    seconds = at_million * ALGORITHM_FACTOR[algorithm] * (edges / 1e6) ** exponent * draw.uniform(0.9, 1.1)
    n = 3 if seconds > 60 else 12
    call_s = [seconds * NEAR[i % len(NEAR)] * draw.uniform(0.99, 1.02) for i in range(n)]
    build = {"cugraph": 0.004, "nx-cugraph": 2.5, "networkx": 2.0}.get(engine, 0.2) * edges / 1e6
    quality = algorithm == "louvain"
    answer = {
        "louvain": {"modularity": 0.82},
        "pagerank": {"residual": 5e-7},
        "bfs": {"reached": vertices},
        "wcc": {"components": 1},
    }
    worse = 0.04 if engine == "cugraph" and graph == "preferentialAttachment" else 0.0
    others = [name for name in ENGINES if name < engine]
    counts = {"num_vertices": vertices, "num_edges": edges, "num_entries": 2 * edges, "digest": f"d-{graph}"}
    kind = {"louvain": "nmi", "pagerank": "epsilon", "bfs": "exact", "wcc": "equivalent"}[algorithm]
    apart = 3e-7 if kind == "epsilon" else None
    return record(
        engine,
        seconds,
        id=f"{algorithm}-{graph}-{engine}",
        task=Task(algorithm, graph, engine, dict(params, seed=0) | ({"allocator": "default"} if gpu else {})),
        device="gpu" if gpu else "cpu",
        environment=ON_GPU if gpu else replace(HERE, gpus=[H100]),
        phases=Phases(
            start_s=4.0 if gpu else 0.4, read_s=0.02 * edges / 1e6, build_s=build, first_s=1.3 * seconds, call_s=call_s,
            rebuilt_s=[seconds] * 3, collect_s=0.03 * edges / 1e6, copy_s=0.03 * edges / 1e6,
            build_steps_s={"graph": 0.8 * build, "conversion": 0.2 * build} if engine == "nx-cugraph" else {},
        ),
        trials=Trials(
            seeds=list(range(n)) if quality else [], stopped="precise",
            quality=[0.82 - worse + draw.uniform(-0.002, 0.002) for _ in range(n)] if quality else [],
        ),
        memory=Memory(int(1.5e8 + BYTES[engine] * edges), int(5e8 + 0.6 * BYTES[engine] * edges) if gpu else None),
        answer=answer[algorithm], headline=next(iter(answer[algorithm])), quality="modularity" if quality else "",
        agreement=[Agreement(engine=name, kind=kind, max_difference=apart, at=None) for name in others],
        dataset=replace(DBLP, name=graph, **counts),
        posed=replace(POSED, **counts),
        measured_at=f"2026-01-0{1 + list(GRAPHS).index(graph)}T08:00:00+00:00",
    )  # fmt: skip


def _unavailable(algorithm, params):
    return record(
        "graph-tool",
        id=f"{algorithm}-graph-tool",
        outcome=Outcome.UNAVAILABLE,
        reason="not installed.",
        environment=None,
        task=Task(algorithm, "email-Enron", "graph-tool", dict(params, seed=0)),
        dataset=None,
        posed=None,
        **NOTHING,
    )


def _asynchronous(each):
    task = each.task
    return replace(
        each,
        id=f"{each.id}-async",
        task=Task(task.algorithm, task.dataset, task.engine, task.params | {"allocator": "async"}),
        environment__allocator="async",
        phases__call_s=[0.6 * seconds for seconds in each.phases.call_s],
    )


def _spoilt(each):
    """A few cells end otherwise than well."""
    return replace(each, **SPOILT.get((each.task.algorithm, each.task.dataset, each.task.engine), {}))


WRONG = Certificate(valid=False, detail="edge 17 to 4: the depth rises by 2")
FULL = "the device's 80 GiB were full in build."
SPOILT = {
    ("louvain", "coPapersDBLP", "networkx"): NOTHING
    | {
        "outcome": Outcome.TIMEOUT,
        "reason": "stopped after 600 s.",
        "censored": Censored("first", 600.0),
        "phases": Phases(start_s=0.4, read_s=0.3, build_s=30.5),
        "agreement": [],
    },
    ("louvain", "coPapersDBLP", "nx-cugraph"): NOTHING
    | {"outcome": Outcome.OUT_OF_MEMORY, "reason": FULL, "agreement": []},
    ("bfs", "as-Skitter", "networkit"): {"outcome": Outcome.INVALID, "reason": WRONG.detail, "certificate": WRONG},
    ("wcc", "as-Skitter", "igraph"): NOTHING
    | {"outcome": Outcome.ERROR, "reason": "MemoryError in build: too big.", "agreement": []},
    ("pagerank", "citationCiteseer", "igraph"): {"answer": {"residual": 4e-5}, "warnings": ["the clock was throttled"]},
    ("wcc", "coAuthorsDBLP", "nx-cugraph"): {
        "agreement": [Agreement(engine="igraph", kind="differs", max_difference=3.0, at=17)]
    },
}
