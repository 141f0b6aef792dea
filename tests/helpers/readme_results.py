"""What README and docs/results.md show of measurements, from committed records: no number there is typed."""

import os
from statistics import median

from graphbench import api, graphs, reporting
from graphbench.advice.advise import after_run
from graphbench.records.comparison import compare
from graphbench.reporting import markdown, numbers, speeds, terminal
from graphbench.reporting.charts import svg
from graphbench.reporting.charts.marks import Key, Mark, Panel, Picture, Row, alternative, factors
from graphbench.reporting.document import Answers, Column, Table, Text
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.sections import summary
from graphbench.system.text import format_bytes, listed
from helpers import results_tables
from helpers.gpu_ratios import (
    GRAPH,
    TITLES,
    against_cpu,
    all_comparisons,
    best_of_gpus,
    known_algorithms,
    matched,
    measured_again,
    name_of,
    newest,
    of_cugraph,
    ratio_cell,
    read_file,
)
from helpers.published import ROOT, first, published, reports
from helpers.where_it_pays import how_many_pay, where_a_gpu_pays

EXAMPLE = ROOT / "docs/example"
GRAPHS = ("caidaRouterLevel", "coAuthorsDBLP", "dblp-2010")
QUESTIONS = ("Does it pay off?", "Fastest engine?")
"""Those of the report that README answers."""
TOTALS = {"ratio_call": "warm call", "ratio_first_answer": "first answer", "ratio_whole_script": "whole script"}


WIDTH = 100
"""Columns of the terminal whose output README shows."""


def example_command():
    """The command that README shows first, of which the one store beside README's other output has the records."""
    (store,) = EXAMPLE.glob("*.jsonl")
    task = read_file(store)[0].task
    return f"graphbench {task.algorithm} {task.dataset}"


def first_command():
    """What it prints."""
    (store,) = EXAMPLE.glob("*.jsonl")
    result = api.Result(api.last_of_each(read_file(store)))
    shown = reporting.render(result.records, result.comparisons, width=WIDTH).rstrip()
    dataset = graphs.load(result.records[0].task.dataset)
    estimate = terminal.wrapped(after_run(dataset, result.records, result.records[0].task.dataset), WIDTH)
    return f"```console\n$ {example_command()}\n{shown}\n\n{estimate}\n```"


def second_command():
    """The last line of `pytest -n auto`, from such a run; nothing until one was kept."""
    file = EXAMPLE / "pytest.txt"
    return f"```console\n$ pytest -n auto\n{file.read_text(encoding='utf-8').strip()}\n```" if file.is_file() else ""


def _headline():
    """What the report on these records opens with."""
    here = group_by_machine(newest(), "networkx", {})[0]
    blocks = summary.section(here).blocks
    leads = [block.text for block in blocks if isinstance(block, Text) and block.lead]
    (questions,) = (block for block in blocks if isinstance(block, Answers))
    words = [f"{question} {answer}" for question, answer in questions.items if question in QUESTIONS]
    return "\n>\n".join(f"> {markdown.safe(text)}" for text in [*leads, " ".join(words)])


def measured(up=".", report=None):
    """When and on what the records were measured, with which versions, and the report that has them all."""
    records = newest(report)
    dates = sorted({record.measured_at[:10] for record in records})
    known = [record.environment for record in records if record.environment is not None]
    gpus = next(environment.gpus for environment in known if environment.gpus)
    versions = {record.task.engine: record.environment.engine_version for record in records if record.environment}
    libraries = listed([f"{TITLES[name]} {versions[name]}" for name in TITLES if name in versions])
    days = " to ".join(dict.fromkeys([dates[0], dates[-1]]))
    which = f"one of {len(gpus)}" if gpus[1:] else "one"
    return (
        f"{_link(report or published(), up).replace('the', 'The', 1)} has every engine, interval and record. It was "
        f"measured {days} on {which} {gpus[0].name} ({format_bytes(gpus[0].memory_bytes)}) and {known[0].cores} CPU "
        f"cores, each first answer and a sample of the others certified: {libraries}."
    )


def _link(report, up):
    """A link to a report from a page in the folder `up`."""
    return f"[the report]({os.path.relpath(report.path / 'README.md', ROOT / up)})"


def when_a_gpu_pays():
    """All that README shows of the published records."""
    title = (
        f"On {GRAPH}, how many times as fast cuGraph is with its default allocator, with the 95 % interval, or the "
        "range of a few calls. Each engine ran in three processes, NetworkX in one, its Louvain the day before. "
        f"Measured again at once, {_inside()} ratios to the best CPU library lie in these intervals. "
        f"{numbers.NOTHING}: not measured, or not like with like."
    )
    capacity, scaling = results_tables.capacity_sentences(), results_tables.scaling_sentences()
    more = [measured(), *_at_equal_quality(), *_of_families(), " ".join(capacity), " ".join(scaling)]
    listing = "\n".join(f"- {sentences}" for sentences in more if sentences)
    return f"{where_a_gpu_pays()}\n\n{title}\n\n{_on_one_graph()}\n\n{listing}"


def _at_equal_quality():
    """How cuGraph compares where each engine uses its fastest setting of like quality: a sentence for each problem."""
    by_id = {record.id: record for record in matched()}
    found = [(one, by_id[one.record]) for one in compare(list(by_id.values()), "networkit")]
    return [
        f"Where each engine uses its fastest setting with a quality within {100 * record.matched.within:.0f} % of the "
        f"best, warm calls of cuGraph's {record.problem} are {ratio_cell(one, 'ratio_call')} as fast as "
        f"{TITLES[one.baseline]}'s on {GRAPH}."
        for one, record in found
        if (record.task.engine, record.task.params["allocator"]) == ("cugraph", "default")
    ]


def _of_families():
    """For how many other algorithms cuGraph pays: a sentence for each graph; none without records."""
    report = first("families")
    link = "[Other algorithms](docs/results.md#every-other-algorithm)"
    return [how_many_pay(f"{link}: on `{graph}`", graph, report) for graph in _graphs_on_gpus(report)]


def _graphs_on_gpus(report):
    known = newest(report) if report else []
    return sorted({record.task.dataset for record in known if record.device == "gpu"})


def families():
    """The other algorithms: a row for each and each graph."""
    report = first("families")
    if report is None:
        return "Not measured yet."
    by_id = {record.id: record for record in newest(report)}
    names = sorted(
        {(record.task.algorithm, record.task.dataset) for record in by_id.values() if record.device == "gpu"}
    )

    def best_cpu(row):
        found = against_cpu(*row, report).get("ratio_call")
        return name_of(by_id[found.baseline_record]) if found else numbers.NOTHING

    def best_gpu(row):
        best = best_of_gpus(*row, report)
        return (
            f"{name_of(by_id[best.record], short=True)} {ratio_cell(best, 'ratio_call')}" if best else numbers.NOTHING
        )

    def networkx(row):
        found = next((one for one in of_cugraph(*row, report) if one.role == "baseline"), None)
        return ratio_cell(found, "ratio_call") if found else numbers.NOTHING

    table = Table(
        names,
        [
            Column("problem", lambda row: row[0]),
            Column("graph", lambda row: row[1]),
            *(
                Column(
                    title, lambda row, total=total: ratio_cell(against_cpu(*row, report).get(total), total), right=True
                )
                for total, title in TOTALS.items()
            ),
            Column("NetworkX: warm call", networkx, right=True),
            Column("best CPU library", best_cpu),
            Column("best GPU engine: warm call", best_gpu),
        ],
    )
    title = "How many times as fast cuGraph is, with its default allocator, as the best CPU library:"
    where = "\n".join(f"- {how_many_pay(f'On `{graph}`', graph, report)}" for graph in _graphs_on_gpus(report))
    return f"{measured('docs', report)}\n\n{where}\n\n{title}\n\n{markdown.text([table])}"


def _inside():
    """How many ratios to the best CPU library, measured again, lie in the intervals of the first ones."""
    inside = 0
    for problem in _by_warm_call():
        before, again = (against_cpu(problem, GRAPH, report)["ratio_call"] for report in (None, measured_again()))
        low, high = before.interval or before.range
        inside += low <= again.ratio_call <= high
    return f"{inside} of its {len(_by_warm_call())}"


def _on_one_graph():
    """cuGraph on :data:`GRAPH` against NetworkX and the best CPU library, which the best GPU engine is against, too."""

    def networkx(problem, total):
        one = next((one for one in of_cugraph(problem, GRAPH) if one.role == "baseline"), None)
        return ratio_cell(one, total) if one else numbers.NOTHING

    def best_cpu(problem, total):
        return ratio_cell(against_cpu(problem, GRAPH).get(total), total)

    def best_gpu(problem):
        by_id = {record.id: record for record in newest()}
        best = best_of_gpus(problem, GRAPH)
        return f"{TITLES[by_id[best.record].task.engine]} {ratio_cell(best, 'ratio_call')}" if best else numbers.NOTHING

    def column(title, cell, total):
        return Column(f"{title}: {TOTALS[total]}", lambda problem: cell(problem, total), right=True)

    table = Table(
        _by_warm_call()[::-1],
        [
            Column("problem", str),
            *(column("NetworkX", networkx, total) for total in ("ratio_call", "ratio_whole_script")),
            *(column("best CPU library", best_cpu, total) for total in TOTALS),
            Column("best GPU engine: warm call", best_gpu),
        ],
    )
    return markdown.text([table])


def _by_warm_call():
    against = {name: against_cpu(name, GRAPH) for name in known_algorithms()}
    known = [name for name, found in against.items() if "ratio_call" in found]
    return sorted(known, key=lambda name: against[name]["ratio_call"].ratio_call)


def chart():
    """The ratios to the best CPU library as SVG."""
    shapes = dict(zip(TOTALS, ("dot", "diamond", "up"), strict=True))
    colours = dict(zip(TOTALS, ("phase-call", "phase-build", "phase-first"), strict=True))
    problems = _by_warm_call()[::-1]
    marks = [
        Mark(value, place, f"{problem} {TOTALS[total]} {numbers.ratio(value)}", colour, shapes[total])
        for place, problem in enumerate(problems)
        for total, colour in colours.items()
        for value in [getattr(against_cpu(problem, GRAPH).get(total), total, None)]
        if value is not None
    ]
    rows = [Row(problem, speeds.cell(against_cpu(problem, GRAPH)["ratio_call"], "ratio_call")) for problem in problems]
    panel = Panel(
        title=f"cuGraph on one {_gpu()} against the best CPU library, {GRAPH}",
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
    report = next(one for one in reports("published") if any(map(_is_baseline_of_louvain, newest(one))))
    title = f"Louvain on {GRAPH} ({graphs.describe(GRAPH).num_edges:,} edges), times as fast as NetworkX"
    if report != published():
        gpu = next(one.environment.gpus[0].name for one in newest(report) if one.environment and one.environment.gpus)
        title = (
            f"{title}: measured on one {gpu} with earlier adapters ({_link(report, 'docs')}), as the newer machine "
            "has no Louvain of NetworkX"
        )
    against_best_cpu = (
        "cuGraph (default allocator) against the best CPU library on one thread or on all: times as fast in warm "
        "calls / first answers / whole scripts, and the engines that are best in warm calls and in first answers:"
    )
    return "\n\n".join(
        [
            measured("docs"),
            _headline(),
            f"{title}:",
            markdown.text([_of_louvain(report)]),
            against_best_cpu,
            markdown.text([_of_problems()]),
        ]
    )


def sittings():
    """cuGraph against the best CPU library as published and as measured once more, each among its own records."""
    first_one, again = published(), measured_again()
    problems = [name for name in known_algorithms(again) if "ratio_call" in against_cpu(name, GRAPH, again)]

    def seconds(problem, report, side):
        found, by_id = (
            against_cpu(problem, GRAPH, report)["ratio_call"],
            {one.id: one for one in newest(report)},
        )
        return median(by_id[getattr(found, side)].phases.call_s)

    def slower(problem, side):
        return numbers.ratio(seconds(problem, again, side) / seconds(problem, first_one, side))

    def column(title, report):
        return Column(
            title,
            lambda problem: ratio_cell(against_cpu(problem, GRAPH, report)["ratio_call"], "ratio_call"),
            right=True,
        )

    table = Table(
        problems,
        [
            Column("problem", str),
            column("first series", first_one),
            column("second series", again),
            Column("time of cuGraph", lambda problem: slower(problem, "record"), right=True),
            Column("time of the best CPU library", lambda problem: slower(problem, "baseline_record"), right=True),
        ],
    )
    return markdown.text([table])


def _gpu():
    names = (record.environment.gpus[0].name for record in newest() if record.environment and record.environment.gpus)
    return next(names).removeprefix("NVIDIA ").split()[0]


def _is_baseline_of_louvain(record):
    task = record.task
    return (task.algorithm, task.dataset, task.engine) == ("louvain", GRAPH, "networkx")


def _of_louvain(report):
    against = {one.record: one for one in all_comparisons(report) if one.role == "baseline"}
    rows = [
        record
        for record in newest(report)
        if (record.task.algorithm, record.task.dataset) == ("louvain", GRAPH) and record.phases.call_s
    ]
    rows.sort(key=lambda record: median(record.phases.call_s))

    def ratio(record, name):
        return speeds.cell(against[record.id], name) if record.id in against else "1"

    def warm_call(record):
        aside = " (first call)" if record.trials.stopped == "first_only" else ""
        return f"{numbers.seconds(median(record.phases.call_s))}{aside}"

    return Table(
        rows,
        [
            Column("engine", name_of),
            Column("warm call", warm_call, right=True),
            Column("modularity", lambda record: f"{median(record.trials.quality):.4f}", right=True),
            *(
                Column(f"{title} against NetworkX", lambda record, name=name: ratio(record, name), right=True)
                for name, title in TOTALS.items()
            ),
        ],
    )


def _of_problems():
    by_id = {record.id: record for record in newest()}

    def ratios(algorithm, graph):
        found = against_cpu(algorithm, graph)
        return " / ".join(speeds.cell(found.get(total), total) or numbers.NOTHING for total in TOTALS)

    def engines(algorithm):
        found = (one for graph in GRAPHS for one in against_cpu(algorithm, graph).values())
        return "; ".join(dict.fromkeys(name_of(by_id[one.baseline_record]) for one in found))

    return Table(
        known_algorithms(),
        [
            Column("problem", str),
            *(Column(graph, lambda name, graph=graph: ratios(name, graph), right=True) for graph in GRAPHS),
            Column("best CPU libraries", engines),
        ],
    )
