"""The tables of results in the README, from committed records: no number there is typed."""

from pathlib import Path
from statistics import median

import graphbench
from graphbench.records.comparison import compare
from graphbench.records.lines import from_json
from graphbench.reporting import markdown, numbers, speeds
from graphbench.reporting.document import Column, Table
from graphbench.system.text import count

RECORDS = Path(graphbench.__file__).resolve().parents[1] / "reports/records/2026-11-28-h100.jsonl"
GRAPHS = ("caidaRouterLevel", "coAuthorsDBLP", "dblp-2010")
TITLES = {"cugraph": "cuGraph", "pylibcugraph": "pylibcugraph", "nx-cugraph": "nx-cugraph", "networkit": "NetworKit",
          "scipy": "SciPy", "graphblas": "GraphBLAS", "igraph": "igraph", "networkx": "NetworkX"}  # fmt: skip
TOTALS = ("ratio_call", "ratio_first_answer", "ratio_whole_script")


def results():
    """Both tables as Markdown."""
    records = [from_json(line) for line in RECORDS.read_bytes().splitlines()]
    by_id = {record.id: record for record in records}
    comparisons = compare(records, "networkx")
    louvain = _of_louvain(records, [one for one in comparisons if one.role == "baseline"])
    against_best_cpu = (
        "cuGraph (default allocator) against the best CPU engine at its best number of threads: times as fast in warm "
        "calls / first answers / whole scripts, and the engines that are best in warm calls and in first answers:"
    )
    return "\n\n".join(
        [
            "Louvain on coAuthorsDBLP (977,676 edges), times as fast as NetworkX:",
            markdown.text([louvain]),
            against_best_cpu,
            markdown.text([_of_problems(records, comparisons, by_id)]),
        ]
    )


def _name(record):
    params = record.task.params
    title = TITLES[record.task.engine]
    if "allocator" in params:
        return f"{title}, {params['allocator']} allocator"
    return f"{title}, {count(record.environment.threads, 'thread')}"


def _of_louvain(records, comparisons):
    against = {one.record: one for one in comparisons}
    rows = [
        record
        for record in records
        if (record.task.algorithm, record.task.dataset) == ("louvain", "coAuthorsDBLP") and record.phases.call_s
    ]
    rows.sort(key=lambda record: median(record.phases.call_s))

    def ratio(record, name):
        return speeds.cell(against[record.id], name) if record.id in against else "1"

    return Table(
        rows,
        [
            Column("engine", _name),
            Column("warm call", lambda record: numbers.seconds(median(record.phases.call_s)), right=True),
            Column("modularity", lambda record: f"{median(record.trials.quality):.4f}", right=True),
            Column("warm call", lambda record: ratio(record, "ratio_call"), right=True),
            Column("first answer", lambda record: ratio(record, "ratio_first_answer"), right=True),
            Column("whole script", lambda record: ratio(record, "ratio_whole_script"), right=True),
        ],
    )


def _of_problems(records, comparisons, by_id):
    def found(algorithm, graph):
        (mine,) = (
            record
            for record in records
            if (record.task.algorithm, record.task.dataset, record.task.engine) == (algorithm, graph, "cugraph")
            and record.task.params["allocator"] == "default"
        )
        own = {one.role: one for one in comparisons if one.record == mine.id}
        warm = own.get("best_cpu") or (own.get("baseline") if own["baseline"].also_best_cpu else None)
        return warm, own.get("best_cpu_first_answer") or warm

    def ratios(algorithm, graph):
        warm, whole = found(algorithm, graph)
        cells = [speeds.cell(warm, "ratio_call"), *(speeds.cell(whole, name) for name in TOTALS[1:])]
        return " / ".join(cell or numbers.NOTHING for cell in cells)

    def engines(algorithm):
        best = [by_id[one.baseline_record] for graph in GRAPHS for one in found(algorithm, graph) if one is not None]
        return "; ".join(dict.fromkeys(map(_name, best)))

    algorithms = sorted({record.task.algorithm for record in records})
    return Table(
        algorithms,
        [
            Column("problem", str),
            *(Column(graph, lambda name, graph=graph: ratios(name, graph), right=True) for graph in GRAPHS),
            Column("best CPU engines", engines),
        ],
    )
