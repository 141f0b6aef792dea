"""For which problems a GPU pays, in sentences, from committed records."""

from dataclasses import dataclass
from typing import Any

from graphbench.reporting import numbers
from graphbench.reporting.wording import kind_of
from graphbench.system.text import count, listed
from helpers.gpu_ratios import (
    GRAPH,
    TITLES,
    against_cpu,
    best_of_gpus,
    known_algorithms,
    newest,
    once_more,
    ratio_cell,
)

SHAPES = {
    "grid": "a generated lattice like a road network (it has no triangles)",
    "knn": "a generated graph of nearest neighbours, like those of single cells (weights are similarities)",
}
"""Generators of graphs of other shapes than the published ones."""


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
    for problem in known_algorithms(report):
        against = [against_cpu(problem, graph, report) for graph in graphs]
        scripts = [one["ratio_whole_script"] for one in against if "ratio_whole_script" in one]
        found.scripts += [one.ratio_whole_script for one in scripts]
        if report is None and GRAPH in graphs:
            against.append(against_cpu(problem, GRAPH, once_more()))
        compared = [one["ratio_call"] for one in against if "ratio_call" in one]
        calls = [one for one in compared if not one.first_calls]
        if compared and not calls:
            found.first[problem] = compared
        fastest = [one for one in (best_of_gpus(problem, graph, report) for graph in graphs) if one is not None]
        if fastest and all(_faster(one) and not one.first_calls for one in fastest):
            found.best.append(problem)
        if calls:
            signs = {_faster(one) for one in calls}
            found.calls[signs.pop() if len(signs) == 1 else None][problem] = calls
    return found


def pays(where, graphs, report=None):
    """Where cuGraph pays, with the names of the problems."""
    found = _paying(graphs, report)
    named = {sign: _named(own) for sign, own in found.calls.items()}
    words = []
    for word, faster in (("slower", False), ("faster", True)):
        own = {name: calls for name, calls in found.first.items() if (calls[0].ratio_call > 1) is faster}
        words += [f"{word} for {_named(own)}"] if own else []
    first = f" In one first call each it is {' and '.join(words)}." if words else ""
    allocators = {record.task.params["allocator"] for record in newest(report) if record.task.dataset in graphs
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


def how_many_pay(where, graph, report):
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


def _won(found):
    won = sum(ratio is not None and ratio > 1 for ratio in found.scripts)
    return f"faster in {won} of {count(len(found.scripts), 'case')}"


def _faster(comparison):
    """Whether cuGraph's warm calls are faster; None where the interval or range contains 1."""
    low, high = comparison.interval or comparison.range or (comparison.ratio_call,) * 2
    return True if low > 1 else False if high < 1 else None


def _span(comparisons):
    if len(comparisons) == 1:
        return ratio_cell(comparisons[0], "ratio_call").replace(" first calls", "").replace(" (", ", ").rstrip(")")
    ratios = sorted(one.ratio_call for one in comparisons)
    return " to ".join(dict.fromkeys(numbers.ratio(ratio) for ratio in (ratios[0], ratios[-1])))


def where_a_gpu_pays():
    """For which problems warm calls and whole scripts of cuGraph are faster than the best CPU library, and are not."""
    real = [name for name in _graphs() if kind_of(name) == "real graph"]
    edges = sorted(record.dataset.num_edges for record in newest() if record.dataset and record.task.dataset in real)
    sizes = f"{edges[0]:,} to {edges[-1]:,}" if edges else ""
    sentences = [pays(f"On {len(real)} real graphs of {sizes} edges", real)]
    for name, words in SHAPES.items():
        graphs = [graph for graph in _graphs() if graph.startswith(f"{name}:")]
        sentences += [
            pays(f"On {words}, `{graph}`, against {_cpu_libraries(graph)}", [graph])
            for graph in graphs
            if _is_compared(graph)
        ]
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _graphs():
    return sorted({record.task.dataset for record in newest()})


def _cpu_libraries(graph):
    """Their names, and on how many threads they ran if it was one number."""
    own = [record for record in newest() if record.task.dataset == graph and record.device == "cpu"]
    engines = {record.task.engine for record in own}
    threads = {record.task.params["threads"] for record in own if "threads" in record.task.params}
    alone = f" on {threads.pop()} threads only" if len(threads) == 1 else ""
    return f"{listed([TITLES[name] for name in TITLES if name in engines])}{alone}"


def _is_compared(graph):
    return any(against_cpu(problem, graph) for problem in known_algorithms())
