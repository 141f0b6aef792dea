"""What cuGraph's Python layer costs: its calls and builds beside those of pylibcugraph, which run the same kernels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from graphbench.records import ratios, times
from graphbench.records.model import Record
from graphbench.records.statistics import Estimate
from graphbench.reporting.case import Case, grouped
from graphbench.reporting.charts.marks import Key, Mark, Panel, Row, factors
from graphbench.reporting.document import Block, Chart, Column, Section, Table, Text
from graphbench.reporting.heading import ON_REQUEST, ways_asked_for
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import NOTHING, ratio, seconds, span
from graphbench.reporting.sections.every_record import link

WITH_LAYER, WITHOUT_LAYER = "cugraph", "pylibcugraph"
BOTH_DIRECTIONS = 3
"""From this revision on, cuGraph is given both directions of an undirected edge, as pylibcugraph always was."""
_DIFFERENT_INPUT = (
    ", and take different arguments: cuGraph was given each undirected edge once and symmetrised it, pylibcugraph was "
    "given both directions"
)


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
        """Seconds of the layer in a warm call."""
        return _less(*(times.call_seconds(case.record) for case in (self.layered, self.bare)))

    @property
    def build_s(self) -> float | None:
        """Seconds of the layer in a second build: the first one also loads kernels, whichever engine comes first."""
        return _less(*(case.record.phases.build_gc_s for case in (self.layered, self.bare)))

    @property
    def no_difference(self) -> bool:
        """Whether their calls cannot be told apart."""
        known = self.call.interval or self.call.range
        return known is None or known.low <= 1 <= known.high


def _less(one: float | None, two: float | None) -> float | None:
    return None if one is None or two is None else one - two


def section(measured: Measured) -> Section | None:
    """A chart and a table of problems, and a table of graphs; None unless both engines solved a problem."""
    pairs = list(_pairs(measured))
    if not pairs:
        return None
    known = [pair.layered.record.revisions for pair in pairs]
    same_input = all(revisions is not None and revisions.engine >= BOTH_DIRECTIONS for revisions in known)
    how = Text(
        "cuGraph minus pylibcugraph: the same kernels on the same graph with the same allocator, called with and "
        "without cuGraph's Python layer; where a time is negative, cuGraph is the faster one. Medians are of all "
        "graphs; those on which the interval of the ratio contains 1 are counted beside them. Builds are second ones, "
        f"in a process that has built before{'' if same_input else _DIFFERENT_INPUT}. With the default allocator, "
        "answers come from CuPy's own pool in pylibcugraph, and from RMM in cuGraph, which imports cuDF.",
        quiet=True,
    )
    both: list[Block] = [_problems(pairs), link("Times on every graph", measured, "warm call", "n", "build")]
    chart = Chart(
        name=f"{measured.key}python-layer",
        caption="How many times as long a warm call of cuGraph takes as one of pylibcugraph",
        panels=[
            _panel(allocator, [pair for pair in pairs if pair.allocator == allocator])
            for allocator in sorted({pair.allocator for pair in pairs})
        ],
        x=factors("times as long as pylibcugraph"),
        key=[Key("median over the graphs", shape="bar"), Key("one graph", colour="ink")],
    )
    return Section("What the Python layer costs", f"{measured.key}python-layer", [how, chart, *both])


def _panel(allocator: str, pairs: Sequence[Pair]) -> Panel:
    rows, marks = [], []
    for place, group in enumerate(_grouped(pairs)):
        problem = group[0].layered.problem
        middle = median(pair.call.value for pair in group)
        rows.append(Row(problem, ratio(middle)))
        tip = f"{problem} {ratio(middle)}, {_of_calls(group)} of a call"
        marks.append(Mark(middle, place, tip, group[0].layered.colour, shape="bar"))
        for pair in group:
            tip = f"{problem} on {pair.layered.graph} {ratio(pair.call.value)}{_ends(pair.call)}"
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
        if case.engine == engine and case.answered and case.record.matched is None and not ways_asked_for(case.record)
    ]


def _key(record: Record) -> tuple[object, ...]:
    params = {name: value for name, value in record.task.params.items() if name not in ON_REQUEST}
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
            Column("of a call", _of_calls, right=True),
            Column("ratio", lambda group: ratio(median(pair.call.value for pair in group)), right=True),
            Column("of a second build", lambda group: _over([pair.build_s for pair in group]), right=True),
        ],
    )


def _grouped(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The pairs of each problem and allocator."""
    groups = grouped(pairs, lambda pair: (pair.layered.problem, pair.allocator))
    return [groups[key] for key in sorted(groups)]


def _of_calls(group: Sequence[Pair]) -> str:
    same = sum(pair.no_difference for pair in group)
    return _over([pair.call_s for pair in group]) + (f"; no difference found on {same}" if same else "")


def _over(costs: Sequence[float | None]) -> str:
    """`20 ms (16 ms to 37 ms)`: the median of all graphs; those without a time are counted."""
    known = sorted(cost for cost in costs if cost is not None)
    if not known:
        return NOTHING
    ends = f" ({seconds(known[0])} to {seconds(known[-1])})" if len(known) > 1 else ""
    return f"{seconds(median(known))}{ends}" + (f" on {len(known)} of {len(costs)}" if len(known) < len(costs) else "")


def _ends(estimate: Estimate) -> str:
    known = estimate.interval or estimate.range
    return f" {span(known.low, known.high, interval=estimate.interval is not None)}" if known else ""
