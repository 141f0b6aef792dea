"""A record with its comparisons: what a row of every table, a line of CSV and a mark of a chart are made from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from graphbench.records import statistics
from graphbench.records.break_even import BreakEven, hardest
from graphbench.records.comparison import Comparison, best_by_total
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.rules import Verdict
from graphbench.records.times import first_call, warm_calls
from graphbench.reporting.charts import style
from graphbench.reporting.numbers import seconds
from graphbench.system.text import count

if TYPE_CHECKING:
    from graphbench.reporting.charts.marks import Look

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A record, how it compares, and its place in a report.

    Attributes:
        record: of one task.
        main: the comparison with the baseline, if it has one.
        best: of a GPU engine, the comparison with the CPU engine that is best by warm call, perhaps the baseline.
        first: the same with the one that is best by first answer, perhaps the same one.
        whole: the same by whole script.
        label: the engine, with what distinguishes it from other records of that engine (its allocator).
        problem: the algorithm, with the parameters that distinguish it from other problems of that algorithm.
        graph: the name of its graph, with the start of its digest where several graphs have that name.
        machine: in words.
        baseline: the engine that ratios are taken against there.
        stale: what has changed since the record was made.
        older: why another record of its task counts instead.
        shape: of its points in charts.
        vs_fastest: how many times as fast its warm call is as the fastest that it can be compared with.
    """

    record: Record
    main: Comparison | None = None
    best: Comparison | None = None
    first: Comparison | None = None
    whole: Comparison | None = None
    label: str = ""
    problem: str = ""
    graph: str = ""
    machine: str = ""
    baseline: str = ""
    stale: str = ""
    older: str = ""
    shape: str = "dot"
    vs_fastest: float | None = None

    @property
    def engine(self) -> str:
        """That computed, or would have."""
        return self.record.task.engine

    @property
    def ran(self) -> bool:
        """Whether the task was started."""
        return self.record.outcome not in NEVER_RAN

    @property
    def answered(self) -> bool:
        """Whether it completed, and its answer is right."""
        return self.record.outcome is Outcome.OK

    @property
    def certified(self) -> bool:
        """Whether it has a certificate."""
        return self.record.certificate is not None and self.record.certificate.valid

    @cached_property
    def warm(self) -> statistics.Estimate | None:
        """The median warm call with its interval; None where there is no warm call."""
        return statistics.median(calls) if (calls := warm_calls(self.record)) else None

    @property
    def is_baseline(self) -> bool:
        """Whether ratios are taken against it."""
        return self.engine == self.baseline

    @property
    def comparisons(self) -> list[Comparison | None]:
        """With the baseline, and with the best CPU library by each total."""
        return [self.main, self.best, self.first, self.whole]

    @property
    def hardest(self) -> Comparison | None:
        """Of the best CPU libraries, that against which a fixed cost takes the most runs to be won back."""
        known = [
            (hardest(runs), one)
            for one in (self.best, self.first, self.whole)
            if one is not None and (runs := pays_off_from(one)) is not None
        ]
        return max(known, key=itemgetter(0), default=(0.0, None))[1]

    @cached_property
    def call(self) -> float | None:
        """The median warm call in seconds, of an answer that is right; of the first call where it is the only one."""
        if not self.answered:
            return None
        return median(calls) if (calls := warm_calls(self.record)) else first_call(self.record)

    @cached_property
    def first_only(self) -> bool:
        """Whether :attr:`call` is the first call."""
        return not warm_calls(self.record)

    @property
    def colour(self) -> str:
        """The class of its colour, which is its engine's in every chart of every report."""
        return style.engine(self.engine)

    @property
    def look(self) -> Look:
        """How charts draw its time: that of a first call is hollow."""
        return "hollow" if self.first_only else "solid"

    @property
    def edges(self) -> int:
        """Edges of the graph as posed, arcs where it is directed; 0 where no graph was."""
        known = self.record.posed or self.record.dataset
        return known.num_edges if known is not None else 0


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """The items of each key, in their order."""
    found: dict[Key, list[Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def compared(records: Iterable[Record], comparisons: Iterable[Comparison], *, like: bool = False) -> list[Case]:
    """Each record with its comparisons; with the best CPU libraries, only those of like with like, if so wanted."""
    own = grouped(comparisons, lambda comparison: comparison.record)
    found = []
    for record in records:
        mine = own.get(record.id, [])
        main = next((one for one in mine if one.role == "baseline"), None)
        best = best_by_total(mine, like=like)
        sides = (best.get("call"), best.get("first_answer"), best.get("whole_script"))
        found.append(Case(record=record, main=main, best=sides[0], first=sides[1], whole=sides[2]))
    return found


def pays_off_from(comparison: Comparison | None) -> BreakEven | None:
    """From how many calls on an engine pays off, where like is compared with like; None where that is not known."""
    if comparison is None or comparison.verdict is not Verdict.LIKE or comparison.bound is not None:
        return None
    return comparison.break_even_runs


def size(case: Case) -> str:
    """Its number of edges in words: of a directed graph, arcs."""
    return count(case.edges, "arc" if case.record.posed is not None and case.record.posed.directed else "edge")


def call_time(case: Case) -> str:
    """The time of a warm call in words; of the first call, called so, where it is the only one."""
    text = seconds(case.call)
    return f"{text} (first call)" if case.call is not None and case.first_only else text
