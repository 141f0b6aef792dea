"""Many tables in one: how many times faster than the baseline each engine is, for every problem and dataset."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from operator import itemgetter

from graphbench.records.comparison import Comparison
from graphbench.records.model import Outcome, Record
from graphbench.records.rules import Verdict
from graphbench.records.statistics import common_geometric_means
from graphbench.reporting import numbers, terminal, twins
from graphbench.reporting.document import Column, Table
from graphbench.reporting.heading import hardware, named
from graphbench.reporting.numbers import Signs


def summary(records: Sequence[Record], comparisons: Sequence[Comparison], signs: Signs = numbers.UNICODE) -> str:
    """A row for each problem and dataset, a column for each engine that is there, and their geometric means beneath.

    The means are over the rows that all engines with any ratio completed, like with like.

    Args:
        records: one for each task.
        comparisons: made from them.
        signs: which signs the stream can show.
    """
    main = {each.record: each for each in comparisons if each.role == "baseline"}
    if not main:
        return ""
    baseline = next(iter(main.values())).baseline
    there = {record.task.engine for record in records if record.outcome is not Outcome.UNAVAILABLE}
    mine = [record for record in records if record.task.engine != baseline and record.task.engine in there]
    engines = list(dict.fromkeys(_label(record) for record in mine))
    cells: dict[tuple[str, str], dict[str, str]] = {}
    ratios: dict[str, dict[Hashable, float]] = {}
    for record in mine:
        row = record.task.algorithm, record.task.dataset
        each = main.get(record.id)
        cells.setdefault(row, {})[_label(record)] = _cell(record, each, signs)
        if each is not None and each.verdict is Verdict.LIKE and each.bound is None and each.ratio_run:
            ratios.setdefault(_label(record), {})[row] = each.ratio_run
    means, common = common_geometric_means(ratios)
    if common:
        ends = {engine: numbers.ratio(mean, signs) for engine, mean in means.items()}
        cells["geometric mean", f"of {len(common)} that all completed"] = ends
    drawn = terminal.table(
        Table(
            list(cells),
            [
                Column("algorithm", itemgetter(0)),
                Column("dataset", itemgetter(1)),
                *(_column(engine, cells, signs) for engine in engines),
            ],
        )
    )
    told = twins.note(dataset for _, dataset in cells)
    return f"Warm calls, times faster than {baseline}:\n\n{drawn}\n" + (f"\n{told}\n" if told else "")


def _column(engine: str, cells: Mapping[tuple[str, str], Mapping[str, str]], signs: Signs) -> Column[tuple[str, str]]:
    return Column(engine, lambda row: cells[row].get(engine, signs.none), right=True)


def _label(record: Record) -> str:
    return named(record.task.engine, hardware(record, planned=True))


def _cell(record: Record, each: Comparison | None, signs: Signs) -> str:
    if record.outcome is not Outcome.OK and (each is None or each.ratio_run is None):
        return record.outcome.in_words
    if each is None or each.ratio_run is None:
        return signs.none if each is None else str(each.verdict)
    unlike = f" {each.verdict}" if each.verdict is not Verdict.LIKE else ""
    return f"{numbers.ratio(each.ratio_run, signs, each.bound)}{unlike}"
