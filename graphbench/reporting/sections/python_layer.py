"""What cuGraph's Python layer costs: its calls and builds beside those of pylibcugraph, which run the same kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from graphbench.records import ratios, times
from graphbench.records.model import Outcome, Record
from graphbench.records.statistics import Estimate
from graphbench.reporting.charts.marks import Key, Mark, Panel, Picture, Row, factors
from graphbench.reporting.document import Chart, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import ratio, seconds, span
from graphbench.system.text import three

WITH_LAYER, WITHOUT_LAYER = "cugraph", "pylibcugraph"
OWN_OPTIONS = {"renumber": True, "direction_optimizing": False}
"""Options at which both do the same."""
NO_DIFFERENCE = "none found"


class Pair(NamedTuple):
    """A problem on a graph with one allocator, measured on both engines.

    Attributes:
        layered: cuGraph's case.
        bare: pylibcugraph's.
        call: how many times as long a call of cuGraph takes.
    """

    layered: Case
    bare: Case
    call: Estimate

    @property
    def allocator(self) -> str:
        """Of both."""
        return str(self.layered.record.task.params.get("allocator", ""))

    @property
    def call_s(self) -> float | None:
        """Seconds of the layer in a warm call; None where the two cannot be told apart."""
        known = self.call.interval or self.call.range
        if known is None or known.low <= 1 <= known.high:
            return None
        one, two = (times.call_seconds(case.record) for case in (self.layered, self.bare))
        return None if one is None or two is None else one - two

    @property
    def build_s(self) -> float | None:
        """Seconds of the layer in a build."""
        one, two = (case.record.phases.build_s for case in (self.layered, self.bare))
        return None if one is None or two is None else one - two


def section(measured: Measured, key: str) -> Section | None:
    """A chart and a table of problems, and a table of graphs; None unless both engines solved a problem."""
    pairs = list(_pairs(measured))
    if not pairs:
        return None
    how = Text(
        "cuGraph minus pylibcugraph: the same kernels on the same graph with the same allocator, called with and "
        f"without cuGraph's Python layer. {NO_DIFFERENCE.capitalize()}: the interval of the ratio of calls contains 1. "
        "Where a time is negative, cuGraph is the faster one. Each engine builds once. With the default allocator, "
        "answers come from CuPy's own pool in pylibcugraph, and from RMM in cuGraph, which imports cuDF.",
        quiet=True,
    )
    folds = [Fold("In seconds", [_problems(pairs)]), Fold(f"Graph by graph ({len(pairs)})", [_graphs(pairs)])]
    chart = Chart(
        name=f"{key}python-layer",
        caption="How many times as long a warm call of cuGraph takes as one of pylibcugraph",
        picture=Picture(
            panels=[
                _panel(allocator, [pair for pair in pairs if pair.allocator == allocator], measured)
                for allocator in sorted({pair.allocator for pair in pairs})
            ],
            x=factors("times as long as pylibcugraph"),
            key=[Key("median over the graphs", shape="bar"), Key("one graph", colour="ink")],
        ),
    )
    return Section("What the Python layer costs", f"{key}python-layer", [how, chart, *folds])


def _panel(allocator: str, pairs: Sequence[Pair], measured: Measured) -> Panel:
    rows, marks = [], []
    for place, group in enumerate(_grouped(pairs)):
        problem = group[0].layered.problem
        middle = median(pair.call.value for pair in group)
        rows.append(Row(problem, ratio(middle)))
        colour = measured.colours[group[0].layered.label]
        tip = f"{problem} {ratio(middle)}, {_over(group, lambda pair: pair.call_s)} of a call"
        marks.append(Mark(middle, place, tip, colour=colour, shape="bar"))
        for pair in group:
            tip = f"{problem} on {pair.layered.graph} {_ratio(pair.call)}"
            marks.append(Mark(pair.call.value, place, tip, size=3))
    return Panel(f"{allocator} allocator" if allocator else "", rows=rows, marks=marks)


def _pairs(measured: Measured) -> Iterator[Pair]:
    layered = {_key(case.record): case for case in _answered(measured, WITH_LAYER)}
    for bare in _answered(measured, WITHOUT_LAYER):
        match = layered.get(_key(bare.record))
        if match is not None and (call := ratios.of_calls(match.record, bare.record)).estimate and not call.first_calls:
            yield Pair(match, bare, call.estimate)


def _answered(measured: Measured, engine: str) -> list[Case]:
    return [
        case
        for case in measured.cases
        if case.record.task.engine == engine
        and case.record.outcome is Outcome.OK
        and case.record.matched is None
        and all(case.record.task.params.get(name, usual) == usual for name, usual in OWN_OPTIONS.items())
    ]


def _key(record: Record) -> tuple[object, ...]:
    params = {name: value for name, value in record.task.params.items() if name not in OWN_OPTIONS}
    digest = record.dataset.digest if record.dataset else None
    return record.task.algorithm, record.task.dataset, digest, tuple(sorted((k, str(v)) for k, v in params.items()))


def _problems(pairs: Sequence[Pair]) -> Table[list[Pair]]:
    """Of each problem and allocator, the median over its graphs, and from where to where."""
    return Table(
        _grouped(pairs),
        [
            Column("problem", lambda group: group[0].layered.problem),
            Column("allocator", lambda group: group[0].allocator),
            Column("graphs", lambda group: str(len(group)), right=True),
            Column("of a call", lambda group: _over(group, lambda pair: pair.call_s), right=True),
            Column("ratio", lambda group: ratio(median(pair.call.value for pair in group)), right=True),
            Column("of a build", lambda group: _over(group, lambda pair: pair.build_s), right=True),
        ],
    )


def _grouped(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The pairs of each problem and allocator."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        groups.setdefault((pair.layered.problem, pair.allocator), []).append(pair)
    return [groups[key] for key in sorted(groups)]


def _over(group: Sequence[Pair], cost: Callable[[Pair], float | None]) -> str:
    """`20 ms (16 ms to 37 ms)`, of the graphs where there is a difference."""
    known = sorted(value for pair in group if (value := cost(pair)) is not None)
    if not known:
        return NO_DIFFERENCE
    middle = seconds(median(known))
    aside = [f"{seconds(known[0])} to {seconds(known[-1])}"] if len(known) > 1 else []
    aside += [f"{len(group) - len(known)} {NO_DIFFERENCE}"] if len(known) < len(group) else []
    return f"{middle} ({', '.join(aside)})" if aside else middle


def _graphs(pairs: Sequence[Pair]) -> Table[Pair]:
    return Table(
        sorted(pairs, key=lambda pair: (pair.layered.problem, pair.layered.edges, pair.allocator)),
        [
            Column("problem", lambda pair: pair.layered.problem),
            Column("graph", lambda pair: pair.layered.graph),
            Column("allocator", lambda pair: pair.allocator),
            Column("call, cuGraph", lambda pair: seconds(times.call_seconds(pair.layered.record)), right=True),
            Column("call, pylibcugraph", lambda pair: seconds(times.call_seconds(pair.bare.record)), right=True),
            Column("ratio", lambda pair: _ratio(pair.call), right=True),
            Column("build, cuGraph", lambda pair: seconds(pair.layered.record.phases.build_s), right=True),
            Column("build, pylibcugraph", lambda pair: seconds(pair.bare.record.phases.build_s), right=True),
        ],
    )


def _ratio(estimate: Estimate) -> str:
    known = estimate.interval or estimate.range
    if known is None:
        return three(estimate.value)
    return f"{three(estimate.value)} {span(known.low, known.high, interval=estimate.interval is not None)}"
