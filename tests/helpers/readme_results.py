"""What README and docs/results.md show of measurements, from committed records: no number there is typed."""

from functools import cache
from pathlib import Path
from statistics import median

import graphbench
from graphbench import api, graphs, reporting
from graphbench.advice.advise import after_run
from graphbench.records.comparison import RATIO_OF, best_by_total, compare
from graphbench.records.lines import from_json
from graphbench.reporting import markdown, numbers, speeds, terminal
from graphbench.reporting.charts import svg
from graphbench.reporting.charts.marks import Key, Mark, Panel, Picture, Row, alternative, factors
from graphbench.reporting.document import Column, Table
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.sections import summary
from graphbench.system.text import count

ROOT = Path(graphbench.__file__).resolve().parents[1]
RECORDS = ROOT / "reports/records/2026-11-28-h100.jsonl"
EXAMPLE = ROOT / "docs/example"
GRAPHS = ("caidaRouterLevel", "coAuthorsDBLP", "dblp-2010")
GRAPH = "coAuthorsDBLP"
TITLES = {"cugraph": "cuGraph", "pylibcugraph": "pylibcugraph", "nx-cugraph": "nx-cugraph", "networkit": "NetworKit",
          "scipy": "SciPy", "graphblas": "GraphBLAS", "igraph": "igraph", "networkx": "NetworkX"}  # fmt: skip
TOTALS = {"ratio_call": "warm call", "ratio_first_answer": "first answer", "ratio_whole_script": "whole script"}


WIDTH = 100
"""Columns of the terminal whose output README shows."""


def example_command():
    """The command that README shows first, of which the one store beside README's other output has the records."""
    (store,) = EXAMPLE.glob("*.jsonl")
    task = _read(store)[0].task
    return f"graphbench {task.algorithm} {task.dataset}"


def first_command():
    """What it prints."""
    (store,) = EXAMPLE.glob("*.jsonl")
    result = api.Result(api.last_of_each(_read(store)))
    shown = reporting.render(result.records, result.comparisons, width=WIDTH).rstrip()
    dataset = graphs.load(result.records[0].task.dataset)
    estimate = terminal.wrapped(after_run(dataset, result.records), WIDTH)
    return f"```console\n$ {example_command()}\n{shown}\n\n{estimate}\n```"


def second_command():
    """The last line of `pytest -n auto`, from such a run; nothing until one was kept."""
    file = EXAMPLE / "pytest.txt"
    return f"```console\n$ pytest -n auto\n{file.read_text(encoding='utf-8').strip()}\n```" if file.is_file() else ""


def headline():
    """What the report on these records opens with."""
    (here,) = group_by_machine(_records(), "networkx", {})
    return f"> {markdown.safe(' '.join(summary.headline(here)))}"


def when_a_gpu_pays():
    """cuGraph on :data:`GRAPH` against NetworkX and against the best CPU engine, the best ratio of warm calls first."""

    def networkx(problem, total):
        one = next((one for one in _of_cugraph(problem, GRAPH) if one.role == "baseline"), None)
        return speeds.cell(one, total) if one else numbers.NOTHING

    def best_cpu(problem, total):
        return speeds.cell(_against_cpu(problem, GRAPH)[total], total)

    def column(title, cell, total):
        return Column(f"{title}: {TOTALS[total]}", lambda problem: cell(problem, total), right=True)

    table = Table(
        reversed(_by_warm_call()),
        [
            Column("problem", str),
            *(column("NetworkX", networkx, total) for total in ("ratio_call", "ratio_whole_script")),
            *(column("best CPU library", best_cpu, total) for total in TOTALS),
        ],
    )
    return markdown.text([table])


def _by_warm_call():
    return sorted(_algorithms(), key=lambda name: _against_cpu(name, GRAPH)["ratio_call"].ratio_call)


def chart():
    """The ratios to the best CPU engine of :func:`when_a_gpu_pays` as SVG."""
    shapes = dict(zip(TOTALS, ("dot", "diamond", "up"), strict=True))
    colours = dict(zip(TOTALS, ("phase-call", "phase-build", "phase-first"), strict=True))
    problems = _by_warm_call()[::-1]
    marks = [
        Mark(value, place, f"{problem} {TOTALS[total]} {numbers.ratio(value)}", colour, shapes[total])
        for place, problem in enumerate(problems)
        for total, colour in colours.items()
        for value in [getattr(_against_cpu(problem, GRAPH)[total], total)]
    ]
    rows = [Row(problem, speeds.cell(_against_cpu(problem, GRAPH)["ratio_call"], "ratio_call")) for problem in problems]
    panel = Panel(
        title=f"cuGraph on an H100 against the best CPU library, {GRAPH}",
        aside="right of 1 the GPU is faster; beside each row is its warm call",
        rows=rows,
        marks=marks,
    )
    picture = Picture(
        panels=[panel],
        x=factors("times as fast as the best CPU library"),
        key=[Key(title, colour=colours[total], shape=shapes[total]) for total, title in TOTALS.items()],
    )
    return svg.document(picture, f"How many times as fast as the best CPU library cuGraph is. {alternative(picture)}")


def results():
    """Both tables of docs/results.md as Markdown."""
    louvain = _of_louvain([one for one in _comparisons() if one.role == "baseline"])
    against_best_cpu = (
        "cuGraph (default allocator) against the best CPU engine at its best number of threads: times as fast in warm "
        "calls / first answers / whole scripts, and the engines that are best in warm calls and in first answers:"
    )
    return "\n\n".join(
        [
            "Louvain on coAuthorsDBLP (977,676 edges), times as fast as NetworkX:",
            markdown.text([louvain]),
            against_best_cpu,
            markdown.text([_of_problems()]),
        ]
    )


def _read(path):
    return [from_json(line) for line in path.read_bytes().splitlines()]


@cache
def _records():
    return _read(RECORDS)


@cache
def _comparisons():
    return compare(_records(), "networkx")


def _algorithms():
    return sorted({record.task.algorithm for record in _records()})


def _of_cugraph(algorithm, graph):
    """The comparisons of cuGraph with the default allocator, by what it is compared with."""
    (mine,) = (
        record
        for record in _records()
        if (record.task.algorithm, record.task.dataset, record.task.engine) == (algorithm, graph, "cugraph")
        and record.task.params["allocator"] == "default"
        and record.task.params.get("renumber", True)
    )
    return [one for one in _comparisons() if one.record == mine.id]


def _against_cpu(algorithm, graph):
    """By the ratio of each total, the comparison with the engine on the CPU that is best by that total."""
    best = best_by_total(_of_cugraph(algorithm, graph))
    return {RATIO_OF[total]: one for total, one in best.items()}


def _name(record):
    params = record.task.params
    title = TITLES[record.task.engine]
    if "allocator" in params:
        cases = {"from_networkx": "from NetworkX", "direction_optimizing": "direction-optimizing"}
        words = [f"{params['allocator']} allocator", *(word for name, word in cases.items() if params.get(name))]
        return ", ".join([title, *words, *([] if params.get("renumber", True) else ["not renumbered"])])
    return f"{title}, {count(record.environment.threads, 'thread')}"


def _of_louvain(comparisons):
    against = {one.record: one for one in comparisons}
    rows = [
        record
        for record in _records()
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
            *(
                Column(title, lambda record, name=name: ratio(record, name), right=True)
                for name, title in TOTALS.items()
            ),
        ],
    )


def _of_problems():
    by_id = {record.id: record for record in _records()}

    def ratios(algorithm, graph):
        return " / ".join(speeds.cell(one, total) for total, one in _against_cpu(algorithm, graph).items())

    def engines(algorithm):
        found = (one for graph in GRAPHS for one in _against_cpu(algorithm, graph).values())
        return "; ".join(dict.fromkeys(_name(by_id[one.baseline_record]) for one in found))

    return Table(
        _algorithms(),
        [
            Column("problem", str),
            *(Column(graph, lambda name, graph=graph: ratios(name, graph), right=True) for graph in GRAPHS),
            Column("best CPU engines", engines),
        ],
    )
