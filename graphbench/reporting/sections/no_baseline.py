"""The answer where nothing could be set against the baseline: what was measured, how large, and whether it is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from graphbench.records.model import NEVER_RAN, Outcome
from graphbench.reporting.document import Column, Table
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import NOTHING, plain, seconds
from graphbench.reporting.sections.scaling import gpus, rate
from graphbench.reporting.wording import outcome
from graphbench.system.text import count


def sentence(measured: Measured) -> str:
    """How much completed, how much of it was certified, and the largest graph; empty where nothing was begun."""
    begun = [case for case in measured.cases if case.record.outcome not in NEVER_RAN]
    done = [case for case in begun if case.record.outcome is Outcome.OK]
    if not begun:
        return ""
    certified = sum(_certified(case) for case in done)
    every = "all of them" if certified == len(done) else f"{certified:,} of them"
    told = f"{len(done):,} of {count(len(begun), 'task')} completed"
    told += f", {every} with a certified answer." if done else "."
    timed = [case for case in done if case.run]
    largest = max(timed, key=lambda case: (case.edges, -(case.run or 0.0)), default=None)
    if largest is not None and largest.edges:
        on = f" on {count(number, 'GPU')}" if (number := _gpus(largest)) else ""
        told += (
            f" The largest graph, {largest.record.task.dataset} with {count(largest.edges, 'edge')}, took "
            f"{largest.record.task.engine}{on} {seconds(largest.run)} for {largest.problem}."
        )
    return plain(told)


class _Problem(NamedTuple):
    """What was begun of one problem, and of what completed the largest graph, by the quickest engine."""

    name: str
    begun: list[Case]
    done: list[Case]
    best: Case | None


def table(measured: Measured) -> Table[_Problem]:
    """A row for each problem: the largest graph that any engine completed, by the quickest that did."""
    rows = []
    for problem, cases in measured.problems.items():
        begun = [case for case in cases if case.record.outcome not in NEVER_RAN]
        done = [case for case in begun if case.record.outcome is Outcome.OK]
        best = max(done, key=lambda case: (case.edges, -(case.run or 0.0)), default=None)
        if begun:
            rows.append(_Problem(problem, begun, done, best))

    def column(
        title: str, cell: Callable[[Case], str], none: str = NOTHING, *, right: bool = False
    ) -> Column[_Problem]:
        return Column(title, lambda row: cell(row.best) or NOTHING if row.best else none, right=right)

    return Table(
        rows,
        [
            Column("problem", lambda row: row.name),
            column("largest graph completed", lambda best: plain(best.record.task.dataset), "none"),
            column(
                "vertices", lambda best: f"{best.record.posed.num_vertices:,}" if best.record.posed else "", right=True
            ),
            column("edges", lambda best: f"{best.edges:,}" if best.edges else "", right=True),
            column("engine", lambda best: best.label),
            column("GPUs", lambda best: str(_gpus(best) or ""), right=True),
            column("run", lambda best: seconds(best.run), right=True),
            column("edges/s", rate, right=True),
            Column("certified", lambda row: f"{sum(map(_certified, row.done)):,} of {len(row.begun):,}", right=True),
            Column("not completed", _not_completed),
        ],
    )


def _not_completed(row: _Problem) -> str:
    lost = Counter(outcome(case.record) for case in row.begun if case not in row.done)
    return ", ".join(f"{number:,} {words}" for words, number in lost.most_common())


def _certified(case: Case) -> bool:
    return case.record.certificate is not None and case.record.certificate.valid


def _gpus(case: Case) -> int:
    """How many GPUs it computed on; 0: on the CPU."""
    return gpus(case) or (1 if case.record.device == "gpu" else 0)
