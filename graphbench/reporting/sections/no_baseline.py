"""The answer without a baseline: what was measured, how large the graphs are, and whether the answers are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from graphbench.reporting import capacity
from graphbench.reporting.case import Case, call_time, size
from graphbench.reporting.document import Column, Need, Table
from graphbench.reporting.heading import is_special
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import NOTHING, plain, ratio, seconds
from graphbench.reporting.quantities import TITLED
from graphbench.reporting.sections.scaling import curves
from graphbench.reporting.wording import gpus_used, outcome
from graphbench.system.text import count, three


def sentences(measured: Measured) -> list[str]:
    """How much fits or the largest graph, what more GPUs gain, and how much completed with a certified answer."""
    started = [case for case in measured.cases if case.ran]
    done = [case for case in started if case.answered]
    if not started:
        return [f"No engine can be compared with {measured.baseline} here."]
    found = capacity.largest(measured)
    timed = [case for case in done if case.call]
    largest = max(timed, key=lambda case: (case.edges, -(case.call or 0.0)), default=None)
    if largest is not None and largest.edges and not found:
        on = f" on {count(number, 'GPU')}" if (number := gpus_used(largest.record)) else ""
        how = "A first call" if largest.first_only else "A warm call"
        found.append(
            f"{how} of {largest.problem} on {_edges(largest)}, the largest graph here, takes "
            f"{largest.record.task.engine}{on} {seconds(largest.call)}."
        )
    if steps := [step for curve in curves(measured) for step in curve if step.speedup and step.gpus > step.on]:
        best = max(steps, key=lambda step: (not step.case.first_only, step.gpus, step.speedup or 0.0))
        call, once = ("first call", " (one each)") if best.case.first_only else ("warm call", "")
        answer = ratio(best.speedup_of_first_answer)
        found.append(
            f"On {count(best.gpus, 'GPU')}, a {call} of {best.case.problem} on {_edges(best.case)} is "
            f"{ratio(best.speedup)} as fast as on {count(best.on, 'GPU')}{once}, a first answer {answer}."
        )
    certified = sum(case.certified for case in done)
    every = "all of them" if certified == len(done) else f"{certified:,} of them"
    found.append(f"{len(done):,} of {count(len(started), 'task')} completed, {every} with a certified answer.")
    if not all(is_special(case.record) for case in started):
        old = all(case.record.superseded for case in done)
        none = "The records are from before the rules changed: no" if old else "No"
        found.append(f"{none} engine is compared with {measured.baseline}.")
    return [plain(text) for text in found]


def _edges(case: Case) -> str:
    """In words: `4.22 billion edges`, or arcs where the graph is directed."""
    words = size(case)
    return f"{three(case.edges / 1e9)} billion {words.partition(' ')[2]}" if case.edges >= 1e9 else words


class _Problem(NamedTuple):
    """The cases of one problem: those started, those completed, and the fastest on the largest graph."""

    name: str
    started: list[Case]
    done: list[Case]
    best: Case | None


def table(measured: Measured) -> Table[_Problem]:
    """A row for each problem: the largest graph that any engine completed, by the quickest that did."""
    rows = []
    open_ids = {one.largest.id for one in capacity.capacities(measured) if one.largest and not one.complete}
    for problem, cases in measured.problems.items():
        started = [case for case in cases if case.ran]
        done = [case for case in started if case.answered]
        best = max(done, key=lambda case: (case.edges, -(case.call or 0.0)), default=None)
        if started:
            rows.append(_Problem(problem, started, done, best))

    def column(
        title: str, cell: Callable[[Case], str], none: str = NOTHING, *, right: bool = False, need: Need = "essential"
    ) -> Column[_Problem]:
        right = right or need == "detail"
        return Column(title, lambda row: cell(row.best) or NOTHING if row.best else none, right=right, need=need)

    def timed(title: str, cell: Callable[[Case], str]) -> Column[_Problem]:
        """Without times of tries of a search, each of which is a single trial under load."""
        shown = column(title, lambda best: "" if best.record.search is not None else cell(best), right=True)
        return msgspec.structs.replace(shown, optional=bool(measured.tries))

    def edges(best: Case) -> str:
        return f"{size(best)}{' (or more)' if best.record.id in open_ids else ''}" if best.edges else ""

    sized = column("size", edges, right=True)
    return Table(
        rows,
        [
            Column("problem", lambda row: row.name),
            *([sized] if measured.tries else []),
            timed("warm call", call_time),
            column("largest graph completed", lambda best: plain(best.record.task.dataset), "none"),
            column(
                "vertices",
                lambda best: f"{best.record.posed.num_vertices:,}" if best.record.posed else "",
                need="detail",
            ),
            *([] if measured.tries else [sized]),
            column("engine", lambda best: best.label),
            column("GPUs", lambda best: str(gpus_used(best.record) or ""), need="detail"),
            timed("edges/s", TITLED["edges/s"].text),
            Column("certified", _certified, right=True),
            Column("not completed", _not_completed),
        ],
    )


def _certified(row: _Problem) -> str:
    return f"{sum(case.certified for case in row.done):,} of {len(row.started):,}"


def _not_completed(row: _Problem) -> str:
    lost = Counter(outcome(case.record) for case in row.started if case not in row.done)
    return ", ".join(f"{number:,} {words}" for words, number in lost.most_common())
