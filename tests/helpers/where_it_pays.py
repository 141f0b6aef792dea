"""For which problems a GPU pays, from committed records."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from graphbench.reporting import markdown, numbers
from graphbench.reporting.document import Column, Table
from graphbench.reporting.wording import kind_of
from graphbench.system.text import count, listed
from helpers.gpu_ratios import against_cpu, best_of_gpus, known_algorithms, newest, ratio_cell

SHAPES = {
    "grid": "a lattice, like roads",
    "knn": "nearest neighbours, like single cells",
}
"""Generators of graphs of other shapes than the published ones."""

WORDS = {True: "yes", False: "no", None: "unclear"}
"""Whether warm calls of cuGraph pay."""


@dataclass
class _Paying:
    """Where cuGraph is faster than the best CPU library.

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

    @property
    def won(self):
        """How many whole scripts are faster."""
        won = sum(ratio is not None and ratio > 1 for ratio in self.scripts)
        return f"faster in {won} of {count(len(self.scripts), 'case')}"


def _paying(graphs, report=None):
    """A problem pays where the interval of the ratio is above 1 on each graph, or its range."""
    found = _Paying({True: {}, False: {}, None: {}}, {}, [], [])
    for problem in known_algorithms(report):
        against = [against_cpu(problem, graph, report) for graph in graphs]
        scripts = [one["ratio_whole_script"] for one in against if "ratio_whole_script" in one]
        found.scripts += [one.ratio_whole_script for one in scripts]
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


def _faster(comparison):
    """Whether cuGraph's warm calls are faster; None where the interval or range contains 1."""
    low, high = comparison.interval or comparison.range or (comparison.ratio_call,) * 2
    return True if low > 1 else False if high < 1 else None


def _span(comparisons):
    """From the smallest to the largest ratio of calls; one ratio has its interval."""
    if len(comparisons) == 1:
        return ratio_cell(comparisons[0], "ratio_call")
    ratios = sorted(one.ratio_call for one in comparisons)
    return " to ".join(dict.fromkeys(numbers.ratio(ratio) for ratio in (ratios[0], ratios[-1])))


def how_many_pay(where, graph, report):
    """For how many problems warm calls and whole scripts pay on a graph, in a sentence."""
    found = _paying([graph], report)
    pay, lose, unclear = (len(found.calls[sign]) for sign in (True, False, None))
    spans = _span([one for calls in found.calls[True].values() for one in calls])
    return (
        f"{where}, warm calls of cuGraph with its default allocator pay for {pay} of {pay + lose + unclear} ({spans}), "
        f"do not pay for {lose} and have no clear winner for {unclear}; a whole script is {found.won}."
    )


def where_a_gpu_pays():
    """For which problems warm calls and whole scripts of cuGraph are faster than the best CPU library, and are not."""
    graphs = sorted({record.task.dataset for record in newest()})
    real = [name for name in graphs if kind_of(name) == "real graph"]
    edges = sorted(record.dataset.num_edges for record in newest() if record.dataset and record.task.dataset in real)
    sizes = f", {edges[0]:,} to {edges[-1]:,} edges" if edges else ""
    shapes = {f"{len(real)} real graphs{sizes}": real}
    for generator, words in SHAPES.items():
        own = [graph for graph in graphs if graph.startswith(f"{generator}:") and _is_compared(graph)]
        shapes |= {f"{words}: {graph}": [graph] for graph in own}
    found = {title: _paying(names) for title, names in shapes.items()}
    rows = {name: partial(_cell, name) for name in known_algorithms()}
    rows |= {
        "fastest GPU engine: yes for": lambda paying: ", ".join(paying.best),
        "a whole script of cuGraph": lambda paying: paying.won,
    }
    columns = [
        Column(title, lambda row, paying=paying: rows[row](paying) or numbers.NOTHING)
        for title, paying in found.items()
    ]
    return (
        "Is a warm call of cuGraph, with its default allocator, faster than one of the best CPU library? Yes or no "
        "where the 95 % intervals on all graphs say so, else unclear; then how many times as fast it is on the slowest "
        f"and on the fastest graph."
        f"{_fewer_threads([name for names in shapes.values() for name in names])}\n\n"
        f"{markdown.text([Table(rows, [Column('problem', str), *columns])])}"
    )


def _cell(problem, paying):
    """Whether warm calls of cuGraph pay, and their ratios; first calls where there are no others."""
    if problem in paying.first:
        return _span(paying.first[problem])
    found = ((WORDS[sign], own[problem]) for sign, own in paying.calls.items() if problem in own)
    return next((f"{word}, {_span(comparisons)}" for word, comparisons in found), "")


def _fewer_threads(graphs):
    """A sentence where the CPU libraries ran on one number of threads alone."""
    found = {}
    for record in newest():
        if record.task.dataset in graphs and record.device == "cpu" and "threads" in record.task.params:
            found.setdefault(record.task.dataset, set()).add(record.task.params["threads"])
    alone = {graph: threads.pop() for graph, threads in found.items() if len(threads) == 1}
    if not alone:
        return ""
    named = listed([f"`{graph}`" for graph in alone])
    return f" On {named} the CPU libraries ran on {listed(sorted(map(str, {*alone.values()})))} threads only."


def _is_compared(graph):
    return any(against_cpu(problem, graph) for problem in known_algorithms())
