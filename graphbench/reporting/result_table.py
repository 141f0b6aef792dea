"""The result of one problem on one dataset on one machine: its answer, one table, and what is above and below it.

The terminal, Markdown and notebooks show the same: :class:`ProblemTable`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, NamedTuple

from graphbench.measure.spelling import in_python
from graphbench.records import statistics
from graphbench.records.best_cpu import at_best_threads
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.matching import same_problem
from graphbench.records.model import NEVER_RAN, Outcome, Phases, Record
from graphbench.records.rules import Verdict
from graphbench.records.times import (
    collect_seconds,
    cpu_seconds,
    first_call,
    is_lazy,
    rebuilt_calls,
    reuses_work,
    warm_calls,
    warm_or_first_call,
)
from graphbench.reporting import glossary, heading, numbers, speeds
from graphbench.reporting.document import Block, Bullets, Column, Need, Section, Table, Text, Tone
from graphbench.reporting.notes import FAILED, notes
from graphbench.reporting.numbers import Signs
from graphbench.reporting.sentences import answer
from graphbench.reporting.wording import device_peak, host_peak, peak_note, peaks_are_bounds


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
        signs: with which it was made.
    """

    title: str
    graph: str
    answer: list[str]
    facts: list[str]
    table: Table[Any]
    notes: list[str]
    asides: dict[str, str]
    signs: Signs = numbers.UNICODE

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
        words = [*glossary.legend(titles, cells, self.signs), *(self.asides.get(title, "") for title in titles)]
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
    signs: Signs = numbers.UNICODE,
    *,
    details: bool = False,
    columns: Sequence[Need] = (),
    python: bool = False,
) -> list[ProblemTable]:
    """A table for each problem, dataset and machine, in the order of the records.

    Args:
        records: of any number of problems.
        comparisons: made from them.
        signs: which signs the stream can show.
        details: show each engine at every number of threads, and all columns.
        columns: which columns to make, if not those that `details` asks for.
        python: notes name arguments of Python instead of flags.
    """
    needs = columns or (("essential", "useful", "detail") if details else ("essential", "useful"))
    made = [_problem_table(group, comparisons, signs, needs, details=details) for group in _groups(records)]
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
    group: list[Record], comparisons: Sequence[Comparison], signs: Signs, needs: Sequence[Need], *, details: bool
) -> ProblemTable:
    records = sorted(group if details else at_best_threads(group), key=_speed)
    ids = {record.id for record in records}
    own = [comparison for comparison in comparisons if comparison.record in ids]
    table = _table(records, group, own, signs).only(*needs)
    return ProblemTable(
        title=numbers.plain(f"{records[0].problem} on {records[0].task.dataset}"),
        graph=numbers.plain(records[0].task.dataset),
        answer=[numbers.plain(line) for line in answer(group, own, signs)],
        facts=heading.facts(records, signs, details="detail" in needs),
        table=table,
        notes=[numbers.plain(note) for note in notes(records, own, signs, details="detail" in needs)],
        asides={
            "spread": _spread_covers(records),
            "host\npeak": peak_note(signs)
            if any(peaks_are_bounds(record) and record.memory.host_peak_bytes is not None for record in records)
            else "",
        },
        signs=signs,
    )


def _spread_covers(records: Sequence[Record]) -> str:
    """What the interval of a warm call covers, which differs with the number of calls."""
    covers = [statistics.median(calls).coverage for record in records if (calls := warm_calls(record))]
    covered = sorted({f"{100 * coverage:.1f}" for coverage in covers if coverage is not None}, key=float)
    ends = " to ".join(dict.fromkeys([*covered[:1], *covered[-1:]]))
    return f"spread: the interval of a warm call covers {ends} %, if trials are independent" if ends else ""


def _speed(record: Record) -> tuple[int, float]:
    taken = warm_or_first_call(record)
    if record.outcome is Outcome.OK and taken is not None:
        return 0, taken
    order = [Outcome.OK, Outcome.INVALID, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY, Outcome.ERROR]
    return 1 + (order.index(record.outcome) if record.outcome in order else len(order)), 0.0


class _Row(NamedTuple):
    """A record with its comparisons: with the baseline, and with the best CPU engines by warm call and first answer."""

    record: Record
    call: statistics.Estimate | None
    main: Comparison | None
    best: Comparison | None
    whole: Comparison | None


def _table(records: list[Record], group: list[Record], own: list[Comparison], signs: Signs) -> Table[_Row]:
    main, best, whole = (
        {comparison.record: comparison for comparison in own if comparison.role == role}
        for role in ("baseline", "best_cpu", "best_cpu_first_answer")
    )
    # Where the baseline is the best CPU engine, it has no comparison of that role.
    itself = {id_: comparison for id_, comparison in main.items() if comparison.also_best_cpu}
    by_call, by_first_answer = itself | best, itself | best | whole
    rows = [
        _Row(
            record,
            statistics.median(calls) if (calls := warm_calls(record)) else None,
            main.get(record.id),
            by_call.get(record.id),
            by_first_answer.get(record.id),
        )
        for record in records
        if record.outcome not in NEVER_RAN
    ]
    baseline = next(iter(main.values())).baseline if main else ""
    number, *trials = _answer(records, signs)
    columns = [
        Column("engine", lambda row: heading.label(row.record, group), breaks=True),
        Column("warm call", lambda row: _call(row, signs), right=True, tone=_tone_of_call),
        Column("", lambda row: _aside(row.record, signs), optional=True),
        *(_against(baseline, signs) if baseline else []),
        number,
        *([Column("verdict", lambda row: _verdict(row, baseline), tone=_tone)] if baseline else []),
        *_details(baseline, records, signs, best_cpu=bool(best or whole)),
        *trials,
    ]
    return Table(rows, columns)


def _call(row: _Row, signs: Signs) -> str:
    """The median warm call, the first call where it is the only one, or how the task ended."""
    record = row.record
    if record.outcome not in (Outcome.OK, Outcome.INVALID):
        return f"{record.outcome.in_words}{', predicted' if record.predicted else ''}"
    return numbers.seconds(row.call.value if row.call else first_call(record), signs)


def _aside(record: Record, signs: Signs) -> str:
    """What the time in a cell leaves out or is instead: it is marked there."""
    if record.outcome is not Outcome.OK:
        return "(wrong answer)" if record.outcome is Outcome.INVALID else ""
    if not warm_calls(record):
        return "(first call)" if first_call(record) else ""
    if reuses_work(record):
        return f"(rebuilt {numbers.seconds(median(rebuilt_calls(record)), signs)})"
    return f"(collect {numbers.seconds(collect_seconds(record), signs)})" if is_lazy(record) else ""


def _tone_of_call(row: _Row) -> Tone:
    return "" if row.record.outcome is Outcome.OK else "bad"


def _against(baseline: str, signs: Signs) -> list[Column[_Row]]:
    """The ratio that leads, with its interval or what it is a ratio of, and that of whole scripts."""

    def ratio(row: _Row) -> str:
        if row.main is not None and _has_only_range(row.main):
            assert row.main.range is not None
            return f"{' to '.join(map(numbers.three, row.main.range))}{signs.times}"
        return (
            whole(row) if row.main is None else numbers.ratio(getattr(row.main, row.main.leads), signs, row.main.bound)
        )

    def ends(row: _Row) -> str:
        main = row.main
        if main is None or main.ratio_call is None or _has_only_range(main):
            return ""
        if main.leads != "ratio_call":
            return "first answer"
        return "first calls" if main.first_calls else speeds.spread(main)

    def whole(row: _Row) -> str:
        if row.main is None:
            return _of_baseline(row, baseline, signs)
        return numbers.ratio(row.main.ratio_whole_script, signs, row.main.bound)

    return [
        Column(f"vs {baseline}", ratio, right=True),
        Column("", ends, optional=True),
        Column("whole\nscript", whole, right=True, need="useful"),
    ]


def _has_only_range(comparison: Comparison) -> bool:
    """Whether calls are too few for more than a range: then a single ratio would say too much."""
    return comparison.leads == "ratio_call" and comparison.interval is None and comparison.range is not None


def _of_baseline(row: _Row, baseline: str, signs: Signs) -> str:
    return "1" if _is(row, baseline) and row.record.outcome is Outcome.OK else signs.none


def _is(row: _Row, engine: str) -> bool:
    return row.record.task.engine == engine


def _answer(records: Sequence[Record], signs: Signs) -> list[Column[_Row]]:
    def qualities(record: Record) -> list[float]:
        return record.trials.quality if record.headline and record.headline == record.quality else []

    def value(row: _Row) -> str:
        if row.record.outcome is Outcome.INVALID:
            return "wrong"
        values = qualities(row.record)
        return numbers.quantity(median(values) if values else row.record.answer.get(row.record.headline), signs)

    def ends(row: _Row) -> str:
        values = qualities(row.record)
        low, high = (numbers.quantity(end, signs) for end in (min(values), max(values))) if values else ("", "")
        return f"{low} to {high}" if low != high else ""

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


def _verdict(row: _Row, baseline: str) -> str:
    return str(row.main.verdict) if row.main else "baseline" if _is(row, baseline) else ""


def _tone(row: _Row) -> Tone:
    if row.main is None:
        return "quiet"
    return "bad" if row.record.outcome in FAILED else _TONES[row.main.verdict]


def _details(baseline: str, records: Sequence[Record], signs: Signs, *, best_cpu: bool) -> list[Column[_Row]]:
    """Spread and number of calls, phases, totals, further ratios, CPU seconds and memory."""

    def column(title: str, cell: Callable[[_Row], str], *, right: bool = True) -> Column[_Row]:
        return Column(title, cell, right=right, need="detail")

    def total(title: str, of: Callable[[Phases], float | None]) -> Column[_Row]:
        return column(title, lambda row: numbers.seconds(of(row.record.phases), signs))

    def phase(name: str) -> Column[_Row]:
        return column(name, lambda row: _phase(row.record, name, signs))

    def vs_cpu(title: str, of: Callable[[_Row], Comparison | None], name: RatioName) -> Column[_Row]:
        return column(f"{title}\nvs best CPU", lambda row: _vs_cpu(of(row), name, signs), right=False)

    def first_answer(row: _Row) -> str:
        return speeds.cell(row.main, "ratio_first_answer", signs) or _of_baseline(row, baseline, signs)

    found = [
        *map(phase, ("start", "read", "build", "first", "collect")),
        total("first answer,\ntime", lambda phases: phases.first_answer_s),
        column("host\npeak", lambda row: host_peak(row.record, signs)),
    ]
    if any(record.memory.device_peak_bytes is not None for record in records):
        found.append(column("device\npeak", lambda row: device_peak(row.record, signs)))
    found.append(column("CPU, of a\nwarm call", lambda row: numbers.seconds(cpu_seconds(row.record), signs)))
    if baseline:
        found.append(column(f"first answer\nvs {baseline}", first_answer))
    if best_cpu:
        found += [
            vs_cpu("warm call", lambda row: row.best, "ratio_call"),
            vs_cpu("first answer", lambda row: row.whole, "ratio_first_answer"),
            vs_cpu("whole script", lambda row: row.whole, "ratio_whole_script"),
        ]
    found += [
        total("whole script,\ntime", lambda phases: phases.whole_script_s),
        column("calls", lambda row: str(row.call.n) if row.call else signs.none),
        column("spread", lambda row: _spread_of_call(row.call), right=False),
    ]
    return found


def _phase(record: Record, phase: str, signs: Signs) -> str:
    """Its time; where the time limit ended it, how long it had run."""
    taken = getattr(record.phases, f"{phase}_s")
    if taken is None and record.outcome is Outcome.TIMEOUT and record.censored and record.censored.phase == phase:
        return f"> {numbers.seconds(record.censored.after_s, signs)}"
    return numbers.seconds(taken, signs)


def _spread_of_call(run: statistics.Estimate | None) -> str:
    ends = run and (run.interval or run.range)
    if not run or not ends:
        return ""
    return numbers.seconds_span(ends.low, ends.high, run.value, interval=run.interval is not None)


def _vs_cpu(comparison: Comparison | None, total: RatioName, signs: Signs) -> str:
    """A ratio with the engine that it is against; the verdict instead, where it does not count."""
    if comparison is None or not (shown := speeds.cell(comparison, total, signs)):
        return ""
    if comparison.verdict is not Verdict.LIKE:
        return "" if comparison.role == "baseline" else f"{comparison.verdict} {comparison.baseline}"
    ends = f" {speeds.spread(comparison)}" if total == "ratio_call" and comparison.role == "best_cpu" else ""
    return f"{shown}{ends.rstrip()} {comparison.baseline}"
