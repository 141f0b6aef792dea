"""The result of one problem on one dataset on one machine: its answer, one table, and what is above and below it.

The terminal, Markdown and notebooks show the same: :class:`ProblemTable`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphbench.measure.spelling import in_python
from graphbench.records import statistics
from graphbench.records.best_cpu import at_best_threads
from graphbench.records.comparison import Comparison
from graphbench.records.matching import same_problem
from graphbench.records.model import Outcome, Record
from graphbench.records.times import warm_calls, warm_or_first_call
from graphbench.reporting import glossary, heading, numbers
from graphbench.reporting.document import Block, Bullets, Section, Table, Text
from graphbench.reporting.notes import notes
from graphbench.reporting.result_columns import engines_table
from graphbench.reporting.sentences import answer
from graphbench.reporting.wording import peak_note, peaks_are_bounds


@dataclass(frozen=True, kw_only=True)
class ProblemTable:
    """What is shown of a group of records.

    Attributes:
        title: algorithm and dataset.
        graph: the dataset alone.
        answer: the result in one sentence, and the other ratios in a second.
        facts: the graph, how the problem was posed, the machine; one line each.
        table: a row for each record that ran; the first column names it.
        notes: failures, reasons and notes of verdicts, warnings; one line each.
        asides: what belongs to the legend where a column is shown, by its title.
    """

    title: str
    graph: str
    answer: list[str]
    facts: list[str]
    table: Table[Any]
    notes: list[str]
    asides: dict[str, str]

    def legend(self, *shown: Table[Any]) -> str:
        """The words of tables that need an explanation, explained in one line; of the whole one if none is given."""
        tables = shown or (self.table,)
        if not self.table.items:
            return ""
        titles = [column.title for table in tables for column in table.columns]
        cells = [
            cell
            for table in tables
            for column in table.columns
            if column.title != "spread"
            for cell in map(column.cell, table.items)
        ]
        words = [*glossary.legend(titles, cells), *(self.asides.get(title, "") for title in titles)]
        return "; ".join([*filter(None, words), "more: graphbench explain WORD"])

    def section(self) -> Section:
        """The same as a section of a document."""
        blocks: list[Block] = [
            Text(" ".join(self.answer), strong=True),
            Bullets(self.facts),
            *([self.table.merged()] if self.table.items else []),
            Bullets([line for line in (*self.notes, self.legend()) if line]),
        ]
        return Section(self.title, "", blocks)


def problem_tables(
    records: Sequence[Record],
    comparisons: Sequence[Comparison],
    *,
    details: bool = False,
    wide: bool = False,
    python: bool = False,
) -> list[ProblemTable]:
    """A table for each problem, dataset and machine, in the order of the records.

    Args:
        records: of any number of problems.
        comparisons: made from them.
        details: show each engine at every number of threads, and all columns.
        wide: show all columns, and each engine at its best number of threads.
        python: notes name arguments of Python instead of flags.
    """
    made = [
        _problem_table(group if details else at_best_threads(group), group, comparisons, details=details or wide)
        for group in _groups(records)
    ]
    return [replace(one, notes=[in_python(note) for note in one.notes]) for one in made] if python else made


def _groups(records: Sequence[Record]) -> list[list[Record]]:
    """Records of one algorithm, graph, machine and parameters; those that never ran join the first that fits."""
    groups: list[list[Record]] = []
    ran = [record for record in records if record.environment is not None]
    for record in [*ran, *(record for record in records if record.environment is None)]:
        fitting = (group for group in groups if _belongs(record, group[0]))
        group = next(fitting, None)
        if group is None:
            groups.append([record])
        else:
            group.append(record)
    first = {id(record): place for place, record in enumerate(records)}
    return sorted(groups, key=lambda group: min(first[id(record)] for record in group))


def _belongs(record: Record, other: Record) -> bool:
    here, there = record.environment, other.environment
    same_machine = here is None or there is None or here.machine == there.machine
    same = (record.problem, record.task.dataset) == (other.problem, other.task.dataset)
    one, two = record.dataset, other.dataset
    same_graph = one is None or two is None or one.digest == two.digest  # several graphs may have one name
    return same and same_graph and same_machine and same_problem(record, other)


def _problem_table(
    chosen: list[Record], group: list[Record], comparisons: Sequence[Comparison], *, details: bool
) -> ProblemTable:
    records = sorted(chosen, key=_speed)
    ids = {record.id for record in records}
    own = [comparison for comparison in comparisons if comparison.record in ids]
    table = engines_table(records, group, own)
    return ProblemTable(
        title=numbers.plain(f"{records[0].problem} on {records[0].task.dataset}"),
        graph=numbers.plain(records[0].task.dataset),
        answer=[numbers.plain(line) for line in answer(group, own)],
        facts=heading.facts(records, details=details),
        table=table if details else table.only("essential", "useful"),
        notes=[numbers.plain(note) for note in notes(records, own, details=details)],
        asides={
            "spread": _spread_covers(records),
            "host\npeak": peak_note()
            if any(peaks_are_bounds(record) and record.memory.host_peak_bytes is not None for record in records)
            else "",
        },
    )


def _spread_covers(records: Sequence[Record]) -> str:
    """What the interval of a warm call covers, which differs with the number of calls."""
    covers = [statistics.median(calls).coverage for record in records if (calls := warm_calls(record))]
    known = [100 * coverage for coverage in covers if coverage is not None]
    ends = numbers.ends(known, "{:.1f}".format) if known else ""
    return f"spread: the interval of a warm call covers {ends} %, if trials are independent" if known else ""


def _speed(record: Record) -> tuple[int, float]:
    taken = warm_or_first_call(record)
    if record.outcome is Outcome.OK and taken is not None:
        return 0, taken
    order = [Outcome.OK, Outcome.INVALID, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY, Outcome.ERROR]
    return 1 + (order.index(record.outcome) if record.outcome in order else len(order)), 0.0
