"""The columns of a result: what each engine took, how that compares with the baseline, and all details."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import msgspec

from graphbench.records.comparison import Comparison
from graphbench.records.cost import COSTS
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.rules import Verdict
from graphbench.records.times import collect_seconds, first_call, is_lazy, rebuilt_calls, reuses_work, warm_calls
from graphbench.reporting import heading, numbers, speeds
from graphbench.reporting.case import Case, compared
from graphbench.reporting.document import Column, Table, Tone
from graphbench.reporting.notes import FAILED
from graphbench.reporting.numbers import NOTHING, TIMES
from graphbench.reporting.quantities import TITLED, columns
from graphbench.reporting.speeds import TOTALS
from graphbench.system.text import three


def engines_table(records: Sequence[Record], group: Sequence[Record], own: Sequence[Comparison]) -> Table[Case]:
    """A row for each record that ran, with every column that there is.

    Args:
        records: those to show, in their order.
        group: all of the problem, which decide what the label of a row has to say.
        own: their comparisons.
    """
    baseline = next((comparison.baseline for comparison in own if comparison.role == "baseline"), "")
    ran = [record for record in records if record.outcome not in NEVER_RAN]
    rows = [replace(case, label=heading.label(case.record, group), baseline=baseline) for case in compared(ran, own)]
    of_first = [comparison for comparison in own if comparison.role == "baseline" and comparison.first_calls]
    first = {id_ for comparison in of_first for id_ in (comparison.record, comparison.baseline_record)}
    number, *trials = _answer(records)
    columns = [
        Column("engine", lambda row: row.label, breaks=True),
        Column("warm call", _call, right=True, tone=lambda row: "" if row.answered else "bad"),
        Column("", lambda row: _aside(row.record, compared_first=row.record.id in first), optional=True),
        *(_against(baseline) if baseline else []),
        number,
        *([Column("verdict", TITLED["verdict"].text, tone=_tone)] if baseline else []),
        *_details(baseline),
        *trials,
    ]
    return Table(rows, columns)


def _call(row: Case) -> str:
    """The median warm call, the first call where it is the only one, or how the task ended."""
    record = row.record
    if record.outcome not in (Outcome.OK, Outcome.INVALID):
        return f"{record.outcome.in_words}{', predicted' if record.predicted else ''}"
    return numbers.seconds(row.warm.value if row.warm else first_call(record))


def _aside(record: Record, *, compared_first: bool) -> str:
    """What the time in a cell leaves out or is instead: it is marked there."""
    if record.outcome is not Outcome.OK:
        return "(wrong answer)" if record.outcome is Outcome.INVALID else ""
    if not warm_calls(record):
        return "(first call)" if first_call(record) else ""
    parts = []
    if compared_first:
        parts.append(f"first {numbers.seconds(first_call(record))}")
    elif reuses_work(record):
        parts.append(f"rebuilt {numbers.seconds(median(rebuilt_calls(record)))}")
    if is_lazy(record):
        parts.append(f"collect {numbers.seconds(collect_seconds(record))}")
    return f"({', '.join(parts)})" if parts else ""


def _against(baseline: str) -> list[Column[Case]]:
    """The ratio that leads, with its interval or what it is a ratio of, and that of whole scripts."""
    return [
        Column(f"vs {baseline}", _ratio, right=True),
        Column("", _ends, optional=True),
        Column("whole\nscript", _whole, right=True, need="useful"),
    ]


def _ratio(row: Case) -> str:
    if row.main is not None and _has_only_range(row.main):
        assert row.main.range is not None
        return f"{' to '.join(map(three, row.main.range))}{TIMES}"
    return _whole(row) if row.main is None else numbers.ratio(getattr(row.main, row.main.leads), row.main.bound)


def _ends(row: Case) -> str:
    main = row.main
    if main is None or main.ratio_call is None or _has_only_range(main):
        return ""
    if main.leads != "ratio_call":
        return "first answer"
    return "first calls" if main.first_calls else speeds.spread(main)


def _whole(row: Case) -> str:
    if row.main is None:
        return "1" if row.is_baseline and row.call is not None else NOTHING
    return numbers.ratio(row.main.ratio_whole_script, row.main.bound)


def _has_only_range(comparison: Comparison) -> bool:
    """Whether calls are too few for more than a range: then a single ratio would say too much."""
    return comparison.leads == "ratio_call" and comparison.interval is None and comparison.range is not None


def _answer(records: Sequence[Record]) -> list[Column[Case]]:
    def qualities(record: Record) -> list[float]:
        return record.trials.quality if record.headline and record.headline == record.quality else []

    def value(row: Case) -> str:
        if row.record.outcome is Outcome.INVALID:
            return "wrong"
        values = qualities(row.record)
        return numbers.quantity(median(values) if values else row.record.answer.get(row.record.headline))

    def ends(row: Case) -> str:
        found = numbers.ends(values, numbers.quantity) if (values := qualities(row.record)) else ""
        return found if " to " in found else ""

    title = next((record.headline for record in records if record.headline), "answer").replace("_", " ")
    return [
        Column(title, value, right=True, need="useful"),
        Column(f"{title},\nall trials", ends, optional=True, need="detail"),
    ]


_TONES: dict[Verdict, Tone] = {
    Verdict.LIKE: "good",
    Verdict.UNLIKE: "doubtful",
    Verdict.UNDECIDED: "doubtful",
    Verdict.REFUSED: "bad",
}


def _tone(row: Case) -> Tone:
    if row.main is None:
        return "quiet"
    return "bad" if row.record.outcome in FAILED else _TONES[row.main.verdict]


_DETAILS = {
    **{title: title for title in ("start", "read", "build", "first", "collect")},
    "first answer": "first answer,\ntime",
    "host peak": "host\npeak",
    "device peak": "device\npeak",
    "memory's bandwidth": "memory's\nbandwidth",
    **{cost.title: cost.title.replace(", ", ",\n") for cost in COSTS.values()},
    "CPU, of a warm call": "CPU, of a\nwarm call",
    "first answer vs baseline": "first answer\nvs baseline",
    **{f"{total} vs best CPU": f"{total}\nvs best CPU" for total in TOTALS.values()},
    "whole script": "whole script,\ntime",
    "n": "calls",
    "spread": "spread",
}
"""Quantities that are details, and their titles here."""


def _details(baseline: str) -> list[Column[Case]]:
    """Spread and number of calls, phases, totals, further ratios, costs and memory."""
    return [
        msgspec.structs.replace(
            column, title=title.replace("vs baseline", f"vs {baseline}"), need="detail", optional=True
        )
        for column, title in zip(columns(lambda case: case, *_DETAILS), _DETAILS.values(), strict=True)
    ]
