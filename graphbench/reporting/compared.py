"""A record with its comparisons: what a row of a table or a column of CSV is made from. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from graphbench.records import statistics
from graphbench.records.comparison import Comparison, best_by_total
from graphbench.records.model import Record
from graphbench.records.times import warm_calls


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A record and how it compares.

    Attributes:
        record: of one task.
        main: the comparison with the baseline, if it has one.
        best: of a GPU engine, the comparison with the CPU engine that is best by warm call, perhaps the baseline.
        first: the same with the one that is best by first answer, perhaps the same one.
        whole: the same by whole script.
    """

    record: Record
    main: Comparison | None = None
    best: Comparison | None = None
    first: Comparison | None = None
    whole: Comparison | None = None

    @cached_property
    def warm(self) -> statistics.Estimate | None:
        """The median warm call with its interval; None where there is no warm call."""
        return statistics.median(calls) if (calls := warm_calls(self.record)) else None


def compared(records: Iterable[Record], comparisons: Iterable[Comparison], *, like: bool = False) -> list[Compared]:
    """Each record with its comparisons; with the best CPU engines, only those of like with like, if so wanted."""
    own: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        own.setdefault(comparison.record, []).append(comparison)
    found = []
    for record in records:
        mine = own.get(record.id, [])
        main = next((one for one in mine if one.role == "baseline"), None)
        best = best_by_total(mine, like=like)
        sides = (best.get("call"), best.get("first_answer"), best.get("whole_script"))
        found.append(Compared(record=record, main=main, best=sides[0], first=sides[1], whole=sides[2]))
    return found
