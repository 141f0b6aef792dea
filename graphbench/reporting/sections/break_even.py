"""After how many calls on one graph a GPU engine breaks even."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from graphbench.records.break_even import Runs, fixed_cost
from graphbench.records.comparison import Comparison
from graphbench.reporting.document import Column, Fold, Section, Table, Text
from graphbench.reporting.measured import Measured, call_time, largest
from graphbench.reporting.numbers import seconds


def section(measured: Measured, key: str) -> Section | None:
    """A table of calls, against the baseline and against the best CPU engine."""
    cases = [
        case
        for own in measured.problems.values()
        for case in largest(own)
        if case.record.device == "gpu" and (_runs(case.main) or _runs(case.hardest))
    ]
    if not cases:
        return None
    table = Table(
        cases,
        [
            Column("problem", lambda case: case.problem),
            Column("graph", lambda case: case.graph),
            Column("engine", lambda case: case.label),
            Column("fixed cost", lambda case: seconds(fixed_cost(case.record)), right=True),
            Column("warm call", call_time, right=True),
            Column(f"calls vs {measured.baseline}", lambda case: _runs(case.main), right=True),
            Column("calls vs best CPU", lambda case: _runs(case.hardest), right=True),
            Column("best CPU", lambda case: case.hardest.baseline if case.hardest else ""),
        ],
    )
    how = Text(
        "N calls on one graph cost start + read + build + first call + (N - 1) warm calls. Break-even is the smallest "
        "N at which the GPU engine costs no more than the other engine; 1 is at once. Of the CPU engines that are best "
        "by warm call and best by first answer, the one with the larger N counts.",
        quiet=True,
    )
    fold = Fold(f"Graph by graph ({len(cases)})", [table])
    return Section("Break-even", f"{key}break-even", [how, _overview(measured), fold])


class _Runs(NamedTuple):
    """The break-even calls of one engine on the graphs of one problem, against the baseline and the best CPU engine."""

    problem: str
    label: str
    graphs: int
    main: list[Runs]
    best: list[Runs]


def _overview(measured: Measured) -> Table[_Runs]:
    """Of each problem and engine, over its graphs: how often at once, how many calls else, how often never."""
    rows = []
    for problem, cases in measured.problems.items():
        for label in sorted({case.label for case in cases if case.record.device == "gpu"}):
            own = [case for case in cases if case.label == label]
            main, best = (
                [
                    comparison.break_even_runs
                    for comparison in found
                    if comparison is not None and comparison.break_even_runs is not None
                ]
                for found in ([case.main for case in own], [case.hardest for case in own])
            )
            if main or best:
                rows.append(_Runs(problem, label, len(own), main, best))
    return Table(
        rows,
        [
            Column("problem", lambda row: row.problem),
            Column("engine", lambda row: row.label),
            Column("graphs", lambda row: str(row.graphs), right=True),
            Column(f"calls vs {measured.baseline}", lambda row: _spread(row.main)),
            Column("calls vs best CPU", lambda row: _spread(row.best)),
        ],
    )


def _spread(runs: Sequence[Runs]) -> str:
    """`1 to 12 (5 at once, 1 never)`."""
    known = sorted(number for number in runs if not isinstance(number, str))
    never, once = len(runs) - len(known), known.count(1)
    if not known:
        return "never" if runs else ""
    words = f"{known[0]:,}" if known[0] == known[-1] else f"{known[0]:,} to {known[-1]:,}"
    aside = [f"{number} {what}" for number, what in ((once, "at once"), (never, "never")) if number]
    return f"{words} ({', '.join(aside)})" if aside and len(runs) > 1 else words


def _runs(comparison: Comparison | None) -> str:
    if comparison is None or comparison.break_even_runs is None:
        return ""
    runs = comparison.break_even_runs
    return runs if isinstance(runs, str) else f"{runs:,}"
