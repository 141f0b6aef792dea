"""What README and docs/results.md show of measurements, from committed records: no number there is typed."""

import os
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from statistics import median, median_low
from typing import Any

from graphbench import api, graphs, reporting
from graphbench.advice.advise import after_run
from graphbench.records.comparison import RATIO_OF, best_by_total, compare
from graphbench.records.lines import from_json
from graphbench.reporting import markdown, numbers, speeds, terminal
from graphbench.reporting.charts import svg
from graphbench.reporting.charts.marks import Key, Mark, Panel, Picture, Row, alternative, factors
from graphbench.reporting.document import Answers, Column, Table
from graphbench.reporting.heading import ways_asked_for
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.sections import summary
from graphbench.reporting.wording import kind_of
from graphbench.system.text import count, format_bytes, listed
from helpers import results_tables
from helpers.published import ROOT, first, published, read, reports

EXAMPLE = ROOT / "docs/example"
GRAPHS = ("caidaRouterLevel", "coAuthorsDBLP", "dblp-2010")
GRAPH = "coAuthorsDBLP"
SHAPES = {
    "grid": "a generated lattice like a road network (it has no triangles)",
    "knn": "a generated graph of nearest neighbours, like those of single cells (its weights are no lengths)",
}
"""Generators of graphs of other shapes than the published ones."""
TITLES = {"cugraph": "cuGraph", "pylibcugraph": "pylibcugraph", "nx-cugraph": "nx-cugraph", "networkit": "NetworKit",
          "scipy": "SciPy", "graphblas": "GraphBLAS", "igraph": "igraph", "scikit-network": "scikit-network",
          "networkx": "NetworkX"}  # fmt: skip
QUESTIONS = ("Does it pay off?", "Fastest engine?")
"""Those of the report that README answers by its records alone; what to use depends on the second sitting, too."""
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
    estimate = terminal.wrapped(after_run(dataset, result.records, result.records[0].task.dataset), WIDTH)
    return f"```console\n$ {example_command()}\n{shown}\n\n{estimate}\n```"


def second_command():
    """The last line of `pytest -n auto`, from such a run; nothing until one was kept."""
    file = EXAMPLE / "pytest.txt"
    return f"```console\n$ pytest -n auto\n{file.read_text(encoding='utf-8').strip()}\n```" if file.is_file() else ""


def _headline():
    """What the report on these records opens with."""
    here = group_by_machine(_records(), "networkx", {})[0]
    lead, *others = summary.section(here).blocks
    (questions,) = (block for block in others if isinstance(block, Answers))
    words = [f"{question} {answer}" for question, answer in questions.items if question in QUESTIONS]
    return f"> {markdown.safe(' '.join([lead.text, *words]))}"


def measured(up=".", report=None):
    """When and on what the records were measured, with which versions, and the report that has them all."""
    records = _records(report)
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
        f"How many times as fast cuGraph is with its default allocator, on {GRAPH}, with the interval, or the range of "
        f"a few calls; in two or three processes, but for NetworkX. {_hours_before()} hours earlier, {_inside()} "
        "ratios to the best CPU library were inside these intervals. "
        f"{numbers.NOTHING}: not measured, or not like with like."
    )
    more = " ".join(
        [measured(), *_of_families(), *results_tables.capacity_sentences(), *results_tables.scaling_sentences()]
    )
    return f"{_where_a_gpu_pays()}\n\n{title}\n\n{_on_one_graph()}\n\n{_headline()}\n\n{more}"


def _of_families():
    """For how many other algorithms cuGraph pays: a sentence for each graph; none without records."""
    report = first("families")
    link = "[Other algorithms](docs/results.md#every-other-algorithm)"
    return [_how_many_pay(f"{link}: on `{graph}`", graph, report) for graph in _graphs_on_gpus(report)]


def _graphs_on_gpus(report):
    known = _records(report) if report else []
    return sorted({record.task.dataset for record in known if record.device == "gpu"})


def families():
    """The other algorithms: a row for each and each graph."""
    report = first("families")
    if report is None:
        return "Not measured yet."
    by_id = {record.id: record for record in _records(report)}
    names = sorted(
        {(record.task.algorithm, record.task.dataset) for record in by_id.values() if record.device == "gpu"}
    )

    def best_cpu(row):
        found = _against_cpu(*row, report).get("ratio_call")
        return _name(by_id[found.baseline_record]) if found else numbers.NOTHING

    def best_gpu(row):
        best = _best_of_gpus(*row, report)
        return f"{_name(by_id[best.record], short=True)} {_cell(best, 'ratio_call')}" if best else numbers.NOTHING

    def networkx(row):
        found = next((one for one in _of_cugraph(*row, report) if one.role == "baseline"), None)
        return _cell(found, "ratio_call") if found else numbers.NOTHING

    table = Table(
        names,
        [
            Column("problem", lambda row: row[0]),
            Column("graph", lambda row: row[1]),
            *(
                Column(title, lambda row, total=total: _cell(_against_cpu(*row, report).get(total), total), right=True)
                for total, title in TOTALS.items()
            ),
            Column("NetworkX: warm call", networkx, right=True),
            Column("best CPU engine", best_cpu),
            Column("best GPU engine: warm call", best_gpu),
        ],
    )
    title = "How many times as fast cuGraph is, with its default allocator, as the best CPU engine:"
    pays = "\n".join(f"- {_pays(f'On `{graph}`', [graph], report)}" for graph in _graphs_on_gpus(report))
    return f"{measured('docs', report)}\n\n{pays}\n\n{title}\n\n{markdown.text([table])}"


def _where_a_gpu_pays():
    """For which problems warm calls and whole scripts of cuGraph are faster than the best CPU library, and are not."""
    real = [name for name in _graphs() if kind_of(name) == "real graph"]
    edges = sorted(record.dataset.num_edges for record in _records() if record.dataset and record.task.dataset in real)
    sizes = f"{edges[0]:,} to {edges[-1]:,}" if edges else ""
    sentences = [_pays(f"On {len(real)} real graphs of {sizes} edges", real)]
    for name, words in SHAPES.items():
        graphs = [graph for graph in _graphs() if graph.startswith(f"{name}:")]
        sentences += [
            _pays(f"On {words}, `{graph}`, against {_cpu_libraries(graph)}", [graph])
            for graph in graphs
            if _is_compared(graph)
        ]
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _graphs():
    return sorted({record.task.dataset for record in _records()})


def _cpu_libraries(graph):
    """Their names, and on how many threads they ran if it was one number."""
    own = [record for record in _records() if record.task.dataset == graph and record.device == "cpu"]
    engines = {record.task.engine for record in own}
    threads = {record.task.params["threads"] for record in own if "threads" in record.task.params}
    alone = f" on {threads.pop()} threads alone" if len(threads) == 1 else ""
    return f"{listed([TITLES[name] for name in TITLES if name in engines])}{alone}"


def _is_compared(graph):
    return any(_against_cpu(problem, graph) for problem in _algorithms())


@dataclass
class _Paying:
    """Where cuGraph is faster than the best CPU engine.

    Attributes:
        calls: by whether warm calls are (None: no clear winner), the comparisons by problem.
        first: the comparisons by problem where a side has its first call alone.
        best: the problems for which those of the fastest GPU engine and allocator are.
        scripts: the ratios of whole scripts.
    """

    calls: dict[bool | None, dict[str, list[Any]]]
    first: dict[str, list[Any]]
    best: list[str]
    scripts: list[float]


def _paying(graphs, report=None):
    """A problem pays where the interval of the ratio is above 1 on each graph and in each sitting, or its range."""
    found = _Paying({True: {}, False: {}, None: {}}, {}, [], [])
    for problem in _algorithms(report):
        against = [_against_cpu(problem, graph, report) for graph in graphs]
        if report is None and GRAPH in graphs:
            against.append(_against_cpu(problem, GRAPH, once_more()))
        compared = [one["ratio_call"] for one in against if "ratio_call" in one]
        calls = [one for one in compared if not one.first_calls]
        if compared and not calls:
            found.first[problem] = compared
        found.scripts += [
            one["ratio_whole_script"].ratio_whole_script
            for one in against[: len(graphs)]
            if "ratio_whole_script" in one
        ]
        fastest = [one for one in (_best_of_gpus(problem, graph, report) for graph in graphs) if one is not None]
        if fastest and all(_faster(one) and not one.first_calls for one in fastest):
            found.best.append(problem)
        if calls:
            signs = {_faster(one) for one in calls}
            found.calls[signs.pop() if len(signs) == 1 else None][problem] = calls
    return found


def _pays(where, graphs, report=None):
    """Where cuGraph pays, with the names of the problems."""
    found = _paying(graphs, report)
    named = {sign: _named(own) for sign, own in found.calls.items()}
    words = []
    for word, faster in (("slower", False), ("faster", True)):
        own = {name: calls for name, calls in found.first.items() if (calls[0].ratio_call > 1) is faster}
        words += [f"{word} for {_named(own)}"] if own else []
    first = f" In one first call each it is {' and '.join(words)}." if words else ""
    allocators = {record.task.params["allocator"] for record in _records(report) if record.task.dataset in graphs
                  and "allocator" in record.task.params}  # fmt: skip
    fastest = "GPU engine and allocator" if len(allocators) > 1 else "GPU engine"
    parts = [
        f"pay for {named[True] or 'no problem'}",
        f"do not pay for {named[False]}" if named[False] else "",
        f"have no clear winner for {named[None]}" if named[None] else "",
    ]
    return (
        f"{where}, warm calls of cuGraph with its default allocator {'; they '.join(filter(None, parts))}.{first} "
        f"Warm calls of the fastest {fastest} pay for {listed(found.best) or 'no problem'}. "
        f"A whole script of cuGraph, which answers once, is {_won(found)}."
    )


def _how_many_pay(where, graph, report):
    """The same in numbers of problems."""
    found = _paying([graph], report)
    pay, lose, unclear = (len(found.calls[sign]) for sign in (True, False, None))
    spans = _span([one for calls in found.calls[True].values() for one in calls])
    return (
        f"{where}, warm calls of cuGraph with its default allocator pay for {pay} of {pay + lose + unclear} ({spans}), "
        f"do not pay for {lose} and have no clear winner for {unclear}; a whole script is {_won(found)}."
    )


def _named(calls):
    return listed([f"{name} ({_span(own)})" for name, own in calls.items()])


def _hours_before():
    """Between the medians of when both sittings measured."""
    before, again = (
        sorted(
            datetime.fromisoformat(record.measured_at) for record in _records(report) if record.task.dataset == GRAPH
        )
        for report in (None, once_more())
    )
    return round((median_low(again) - median_low(before)).total_seconds() / 3600)


def _inside():
    """How many ratios of the earlier sitting to the best CPU engine the intervals of the later one contain."""
    inside = 0
    for problem in _by_warm_call():
        before, again = (_against_cpu(problem, GRAPH, report)["ratio_call"] for report in (None, once_more()))
        low, high = again.interval or again.range
        inside += low <= before.ratio_call <= high
    return f"{inside} of the {len(_by_warm_call())}"


def once_more():
    """The records of one graph from another sitting: their ratios are those among themselves."""
    return next(one for one in reports("other") if results_tables.REPEATED in one.files)


def _won(found):
    won = sum(ratio is not None and ratio > 1 for ratio in found.scripts)
    return f"faster in {won} of {count(len(found.scripts), 'case')}"


def _faster(comparison):
    """Whether cuGraph's warm calls are faster; None where the interval or range contains 1."""
    low, high = comparison.interval or comparison.range or (comparison.ratio_call,) * 2
    return True if low > 1 else False if high < 1 else None


def _span(comparisons):
    if len(comparisons) == 1:
        return _cell(comparisons[0], "ratio_call").replace(" first calls", "").replace(" (", ", ").rstrip(")")
    ratios = sorted(one.ratio_call for one in comparisons)
    return " to ".join(dict.fromkeys(numbers.ratio(ratio) for ratio in (ratios[0], ratios[-1])))


def _on_one_graph():
    """cuGraph on :data:`GRAPH` against NetworkX and the best CPU engine, and the best GPU engine against the latter."""

    def networkx(problem, total):
        one = next((one for one in _of_cugraph(problem, GRAPH) if one.role == "baseline"), None)
        return _cell(one, total) if one else numbers.NOTHING

    def best_cpu(problem, total):
        return _cell(_against_cpu(problem, GRAPH, once_more()).get(total), total)

    def best_gpu(problem):
        by_id = {record.id: record for record in _records(once_more())}
        best = _best_of_gpus(problem, GRAPH, once_more())
        return f"{TITLES[by_id[best.record].task.engine]} {_cell(best, 'ratio_call')}" if best else numbers.NOTHING

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


def _best_of_gpus(problem, graph, report=None):
    """The comparison with the best CPU engine of the GPU engine and allocator with the fastest warm calls.

    Of allocators that were measured for all problems on that graph: one that was tried for two never leads.
    """
    tried = {}
    for record in _records(report):
        if record.task.dataset == graph and record.device == "gpu":
            tried.setdefault(record.task.params.get("allocator"), set()).add(record.task.algorithm)
    most = max(map(len, tried.values()), default=0)

    def chosen(task):
        return len(tried[task.params.get("allocator")]) == most

    found = [
        best_by_total(own)["call"] for own in _of_gpus(problem, graph, chosen, report) if "call" in best_by_total(own)
    ]
    return max((one for one in found if one.ratio_call is not None), key=lambda one: one.ratio_call, default=None)


def _cell(comparison, total):
    """A ratio with its interval, if it is one of calls, and with its verdict unless it compares like with like."""
    shown = speeds.cell(comparison, total)
    if not shown:
        return numbers.NOTHING
    spread = f" {speeds.spread(comparison)}" if total == "ratio_call" and speeds.spread(comparison) else ""
    verdict = "" if comparison.verdict == "like" else f", {comparison.verdict}"
    return f"{shown}{spread}{verdict}"


def _by_warm_call():
    against = {name: _against_cpu(name, GRAPH, once_more()) for name in _algorithms()}
    known = [name for name, found in against.items() if "ratio_call" in found]
    return sorted(known, key=lambda name: against[name]["ratio_call"].ratio_call)


def chart():
    """The ratios to the best CPU engine of the second sitting as SVG."""
    again = once_more()

    def against(problem):
        return _against_cpu(problem, GRAPH, again)

    shapes = dict(zip(TOTALS, ("dot", "diamond", "up"), strict=True))
    colours = dict(zip(TOTALS, ("phase-call", "phase-build", "phase-first"), strict=True))
    problems = _by_warm_call()[::-1]
    marks = [
        Mark(value, place, f"{problem} {TOTALS[total]} {numbers.ratio(value)}", colour, shapes[total])
        for place, problem in enumerate(problems)
        for total, colour in colours.items()
        for value in [getattr(against(problem).get(total), total, None)]
        if value is not None
    ]
    rows = [Row(problem, speeds.cell(against(problem)["ratio_call"], "ratio_call")) for problem in problems]
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
    report = next(one for one in reports("published") if any(map(_is_baseline_of_louvain, _records(one))))
    title = f"Louvain on {GRAPH} ({graphs.describe(GRAPH).num_edges:,} edges), times as fast as NetworkX"
    if report != published():
        gpu = next(one.environment.gpus[0].name for one in _records(report) if one.environment and one.environment.gpus)
        title = (
            f"{title}: measured on one {gpu} with earlier adapters ({_link(report, 'docs')}), as the newer machine "
            "has no Louvain of NetworkX"
        )
    against_best_cpu = (
        "cuGraph (default allocator) against the best CPU engine on one thread or on all: times as fast in warm "
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
    """cuGraph against the best CPU engine as published and as measured once more, each among its own records."""
    first_one, again = published(), once_more()
    problems = [name for name in _algorithms(again) if "ratio_call" in _against_cpu(name, GRAPH, again)]

    def seconds(problem, report, side):
        found, by_id = _against_cpu(problem, GRAPH, report)["ratio_call"], {one.id: one for one in _records(report)}
        return median(by_id[getattr(found, side)].phases.call_s)

    def slower(problem, side):
        return numbers.ratio(seconds(problem, again, side) / seconds(problem, first_one, side))

    def column(title, report):
        return Column(
            title, lambda problem: _cell(_against_cpu(problem, GRAPH, report)["ratio_call"], "ratio_call"), right=True
        )

    table = Table(
        problems,
        [
            Column("problem", str),
            column("published", first_one),
            column("once more", again),
            Column("time of cuGraph", lambda problem: slower(problem, "record"), right=True),
            Column("time of the best CPU engine", lambda problem: slower(problem, "baseline_record"), right=True),
        ],
    )
    return markdown.text([table])


def _read(path):
    return [from_json(line) for line in path.read_bytes().splitlines()]


def _gpu():
    names = (record.environment.gpus[0].name for record in _records() if record.environment and record.environment.gpus)
    return next(names).removeprefix("NVIDIA ").split()[0]


def _records(report=None):
    """The newest record of each task of a report; by default of the one that README shows."""
    return _newest(tuple((report or published()).files))


@cache
def _newest(files):
    found = (record for record in read(*files) if record.matched is None)
    return api.last_of_each(sorted(found, key=lambda record: record.measured_at))


def _without_options(record):
    return not ways_asked_for(record) and record.task.params.get("device_memory_limit") is None


def _comparisons(report=None):
    return _compared(tuple((report or published()).files))


@cache
def _compared(files):
    return compare(_newest(files), "networkx")


def _algorithms(report=None):
    return sorted({record.task.algorithm for record in _records(report)})


def _of_cugraph(algorithm, graph, report=None):
    """The comparisons of cuGraph with the default allocator, by what it is compared with."""

    def chosen(task):
        return (task.engine, task.params.get("allocator")) == ("cugraph", "default")

    return next(iter(_of_gpus(algorithm, graph, chosen, report)), [])


def _of_gpus(algorithm, graph, chosen=lambda _: True, report=None):
    """The comparisons of each record of a GPU engine that is used without options, but for the allocator."""
    own = [
        record.id
        for record in _records(report)
        if (record.task.algorithm, record.task.dataset, record.device) == (algorithm, graph, "gpu")
        and chosen(record.task)
        and _without_options(record)
    ]
    return [[one for one in _comparisons(report) if one.record == record] for record in own]


def _against_cpu(algorithm, graph, report=None):
    """By the ratio of each total, the comparison with the engine on the CPU that is best by that total."""
    best = best_by_total(_of_cugraph(algorithm, graph, report))
    return {RATIO_OF[total]: one for total, one in best.items()}


def _name(record, *, short=False):
    params = record.task.params
    title = TITLES[record.task.engine]
    if "allocator" in params:
        if short:
            return f"{title} ({params['allocator']})"
        return ", ".join([title, f"{params['allocator']} allocator", *ways_asked_for(record)])
    return f"{title}, {count(record.environment.threads, 'thread')}"


def _is_baseline_of_louvain(record):
    task = record.task
    return (task.algorithm, task.dataset, task.engine) == ("louvain", GRAPH, "networkx")


def _of_louvain(report):
    against = {one.record: one for one in _comparisons(report) if one.role == "baseline"}
    rows = [
        record
        for record in _records(report)
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
            Column("engine", _name),
            Column("warm call", warm_call, right=True),
            Column("modularity", lambda record: f"{median(record.trials.quality):.4f}", right=True),
            *(
                Column(f"{title} against NetworkX", lambda record, name=name: ratio(record, name), right=True)
                for name, title in TOTALS.items()
            ),
        ],
    )


def _of_problems():
    by_id = {record.id: record for record in _records()}

    def ratios(algorithm, graph):
        found = _against_cpu(algorithm, graph)
        return " / ".join(speeds.cell(found.get(total), total) or numbers.NOTHING for total in TOTALS)

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
