"""The committed records of the published reports, and how GPU engines compare in them with the best CPU library."""

from functools import cache

from graphbench import api
from graphbench.records.comparison import RATIO_OF, best_by_total, compare
from graphbench.records.lines import from_json
from graphbench.reporting import numbers, speeds
from graphbench.reporting.heading import ways_asked_for
from graphbench.system.text import count
from helpers.published import RECORDS, published, read, reports

GRAPH = "coAuthorsDBLP"
"""What README shows: the largest graph, and the only one with times of NetworkX."""
AGAIN = RECORDS / "2026-12-01-h200-again.jsonl"
TITLES = {"cugraph": "cuGraph", "pylibcugraph": "pylibcugraph", "nx-cugraph": "nx-cugraph", "networkit": "NetworKit",
          "scipy": "SciPy", "graphblas": "GraphBLAS", "igraph": "igraph", "scikit-network": "scikit-network",
          "networkx": "NetworkX"}  # fmt: skip


def measured_again():
    """The report whose records are those of :data:`GRAPH`, measured again at once: nothing may seem to have changed."""
    return next(one for one in reports("other") if AGAIN in one.files)


def newest(report=None):
    """The newest record of each task of a report; by default of the one that README shows."""
    return _newest_of(tuple((report or published()).files))


@cache
def _newest_of(files):
    return api.last_of_each(_by_time(files, matched=False))


def matched(report=None):
    """The records of settings that were chosen to match the quality of other engines."""
    return api.last_of_each(_by_time((report or published()).files, matched=True))


def _by_time(files, *, matched):
    found = (record for record in read(*files) if (record.matched is not None) == matched)
    return sorted(found, key=lambda record: record.measured_at)


def read_file(path):
    return [from_json(line) for line in path.read_bytes().splitlines()]


def _without_options(record):
    return not ways_asked_for(record) and record.task.params.get("device_memory_limit") is None


def all_comparisons(report=None):
    return _compared(tuple((report or published()).files))


@cache
def _compared(files):
    return compare(_newest_of(files), "networkx")


def known_algorithms(report=None):
    return sorted({record.task.algorithm for record in newest(report)})


def of_cugraph(algorithm, graph, report=None):
    """The comparisons of cuGraph with the default allocator, by what it is compared with."""

    def chosen(task):
        return (task.engine, task.params.get("allocator")) == ("cugraph", "default")

    return next(iter(_of_gpus(algorithm, graph, chosen, report)), [])


def _of_gpus(algorithm, graph, chosen=lambda _: True, report=None):
    """The comparisons of each record of a GPU engine that is used without options, but for the allocator."""
    own = [
        record.id
        for record in newest(report)
        if (record.task.algorithm, record.task.dataset, record.device) == (algorithm, graph, "gpu")
        and chosen(record.task)
        and _without_options(record)
    ]
    return [[one for one in all_comparisons(report) if one.record == record] for record in own]


def against_cpu(algorithm, graph, report=None):
    """By the ratio of each total, the comparison with the engine on the CPU that is best by that total."""
    best = best_by_total(of_cugraph(algorithm, graph, report))
    return {RATIO_OF[total]: one for total, one in best.items()}


def best_of_gpus(problem, graph, report=None):
    """The comparison with the best CPU library of the GPU engine and allocator with the fastest warm calls.

    Of allocators that were measured for all problems on that graph: one that was tried for two never leads.
    """
    tried = {}
    for record in newest(report):
        if record.task.dataset == graph and record.device == "gpu":
            tried.setdefault(record.task.params.get("allocator"), set()).add(record.task.algorithm)
    most = max(map(len, tried.values()), default=0)

    def chosen(task):
        return len(tried[task.params.get("allocator")]) == most

    found = [
        best_by_total(own)["call"] for own in _of_gpus(problem, graph, chosen, report) if "call" in best_by_total(own)
    ]
    return max((one for one in found if one.ratio_call is not None), key=lambda one: one.ratio_call, default=None)


def ratio_cell(comparison, total):
    """A ratio with its interval, if it is one of calls, and with its verdict unless it compares like with like."""
    shown = speeds.cell(comparison, total)
    if not shown:
        return numbers.NOTHING
    spread = f" {speeds.spread(comparison)}" if total == "ratio_call" and speeds.spread(comparison) else ""
    verdict = "" if comparison.verdict == "like" else f", {comparison.verdict}"
    return f"{shown}{spread}{verdict}"


def name_of(record, *, short=False):
    params = record.task.params
    title = TITLES[record.task.engine]
    if "allocator" in params:
        if short:
            return f"{title} ({params['allocator']})"
        return ", ".join([title, f"{params['allocator']} allocator", *ways_asked_for(record)])
    return f"{title}, {count(record.environment.threads, 'thread')}"
