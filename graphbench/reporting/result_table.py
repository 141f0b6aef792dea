"""The table of one problem on one dataset on one machine, with what is above and below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from graphbench.records import statistics
from graphbench.records.best_cpu import at_best_threads
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.matching import same_problem
from graphbench.records.model import NEVER_RAN, Outcome, Phases, Record
from graphbench.records.rules import Verdict
from graphbench.records.times import cpu_seconds, warm_calls, warm_or_first_call
from graphbench.reporting import heading, numbers, speeds
from graphbench.reporting.document import Block, Bullets, Column, Section, Table, Text, Tone
from graphbench.reporting.footnotes import Footnotes
from graphbench.reporting.numbers import Signs
from graphbench.reporting.sentences import answer, remarks
from graphbench.reporting.wording import device_peak, host_peak, peak_note, peaks_are_bounds


@dataclass(frozen=True, kw_only=True)
class ProblemTable:
    """What is shown of a group of records.

    Attributes:
        title: algorithm and dataset.
        facts: the graph, how the problem was posed, the machine; one line each.
        table: a row for each record; the first column names it.
        remarks: failures with their reasons, steps, warnings; one line each.
        footnotes: number and text of each, in order.
        legend: how intervals, ranges and bounds of memory are written, if there are any.
        answer: the result in one sentence.
    """

    title: str
    facts: list[str]
    table: Table[Any]
    remarks: list[str]
    footnotes: list[tuple[int, str]]
    legend: str
    answer: str

    def below(self, signs: Signs = numbers.UNICODE) -> list[str]:
        """The lines between the table and the answer."""
        notes = [f"{numbers.mark(number, signs)} {text}" for number, text in self.footnotes]
        return [line for line in (*self.remarks, *notes, self.legend) if line]

    def section(self) -> Section:
        """The same as a section of a document."""
        blocks: list[Block] = [
            Bullets(self.facts),
            self.table.merged(),
            Bullets(self.below()),
            Text(self.answer, strong=True),
        ]
        return Section(self.title, "", blocks)


def problem_tables(
    records: Sequence[Record],
    comparisons: Sequence[Comparison],
    signs: Signs = numbers.UNICODE,
    *,
    details: bool = False,
) -> list[ProblemTable]:
    """A table for each problem, dataset and machine, in the order of the records.

    Args:
        records: of any number of problems.
        comparisons: made from them.
        signs: which signs the stream can show.
        details: show each engine at every number of threads, CPU seconds, and peaks of memory.
    """
    return [_problem_table(group, comparisons, signs, details=details) for group in _groups(records)]


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
    group: list[Record], comparisons: Sequence[Comparison], signs: Signs, *, details: bool
) -> ProblemTable:
    records = sorted(group if details else at_best_threads(group), key=_speed)
    ids = {record.id for record in records}
    own = [comparison for comparison in comparisons if comparison.record in ids]
    notes = Footnotes(signs)
    table = _table(records, group, own, notes, signs, details=details)
    texts = [text for row in table.rows for text in row]
    legend = "; ".join(
        text
        for start, text in (
            ("[", f"[a, b]: {_intervals(records)}"),
            ("(", f"(a to b): range, where n < {statistics.MIN_SAMPLES}"),
        )
        if any(cell.startswith(start) and " " in cell for cell in texts)
    )
    if any(record.phases.whole_script_s is not None for record in records):
        legend = "; ".join(filter(None, (legend, speeds.WHOLE_SCRIPT)))
    if details and any(peaks_are_bounds(record) and record.memory.host_peak_bytes is not None for record in records):
        legend = "; ".join(filter(None, (legend, peak_note(signs))))
    return ProblemTable(
        title=numbers.plain(f"{records[0].problem} on {records[0].task.dataset}"),
        facts=heading.facts(records, signs),
        table=table,
        remarks=[numbers.plain(remark) for remark in remarks(records, own, signs)],
        footnotes=notes.listed(),
        legend=legend,
        answer=numbers.plain(answer(group, own, signs)),
    )


def _intervals(records: Sequence[Record]) -> str:
    """What intervals cover: of a warm call exactly, of a ratio as simulated."""
    covers = [statistics.median(calls).coverage for record in records if (calls := warm_calls(record))]
    covered = sorted({f"{100 * coverage:.1f}" for coverage in covers if coverage is not None}, key=float)
    ends = " to ".join(dict.fromkeys([*covered[:1], *covered[-1:]]))
    of_call = f" of a warm call ({ends} %, if trials are independent) and" if covered else ""
    return f"interval{of_call} of a ratio ({100 * statistics.CONFIDENCE:g} %)"


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


def _table(
    records: list[Record], group: list[Record], own: list[Comparison], notes: Footnotes, signs: Signs, *, details: bool
) -> Table[_Row]:
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
    ]
    columns = [
        *_times(group, signs),
        *(_against_baseline(next(iter(main.values())).baseline, signs) if main else []),
        *(_against_best_cpu(notes, signs) if best or whole else []),
        *(_resources(records, signs) if details else []),
        _answer(records, signs),
        _verdict({comparison.baseline for comparison in main.values()}, notes),
    ]
    return Table(rows, columns)


def _times(group: list[Record], signs: Signs) -> list[Column[_Row]]:
    def phase(title: str, name: str) -> Column[_Row]:
        return Column(title, lambda row: _phase(row.record, name, signs), right=True, joined=True)

    def total(title: str, of: Callable[[Phases], float | None]) -> Column[_Row]:
        return Column(title, lambda row: numbers.seconds(of(row.record.phases), signs), right=True, joined=True)

    return [
        Column("engine", lambda row: heading.label(row.record, group)),
        Column(
            "outcome", lambda row: row.record.outcome.in_words, tone=lambda row: _tone_of_outcome(row.record.outcome)
        ),
        *(phase(name, name) for name in ("start", "read", "build", "first", "collect")),
        Column("warm\ncall", lambda row: _warm_call(row, signs), right=True),
        Column("", lambda row: _spread_of_call(row.call), joined=True, optional=True),
        Column("n", lambda row: str(row.call.n) if row.call else signs.none, right=True, joined=True),
        total("first\nanswer", lambda phases: phases.first_answer_s),
        total("whole\nscript", lambda phases: phases.whole_script_s),
    ]


def _warm_call(row: _Row, signs: Signs) -> str:
    return numbers.seconds(row.call.value, signs) if row.call else _cut_off(row.record, "call", signs)


def _phase(record: Record, phase: str, signs: Signs) -> str:
    taken = getattr(record.phases, f"{phase}_s")
    return _cut_off(record, phase, signs) if taken is None else numbers.seconds(taken, signs)


def _cut_off(record: Record, phase: str, signs: Signs) -> str:
    """How long a phase had run when the time limit ended it."""
    if record.outcome is Outcome.TIMEOUT and record.censored is not None and record.censored.phase == phase:
        return f"> {numbers.seconds(record.censored.after_s, signs)}"
    return signs.none


def _spread_of_call(run: statistics.Estimate | None) -> str:
    ends = run and (run.interval or run.range)
    if not run or not ends:
        return ""
    return numbers.seconds_span(ends.low, ends.high, run.value, interval=run.interval is not None)


def _tone_of_outcome(outcome: Outcome) -> Tone:
    if outcome is Outcome.OK:
        return "good"
    return "quiet" if outcome in NEVER_RAN else "bad"


def _against_baseline(name: str, signs: Signs) -> list[Column[_Row]]:
    def ratio(row: _Row, total: RatioName) -> str:
        if row.main is None:
            return "1" if row.record.task.engine == name and row.record.outcome is Outcome.OK else signs.none
        return speeds.cell(row.main, total, signs) or signs.none

    return [
        Column(f"warm call\nvs {name}", lambda row: ratio(row, "ratio_call"), right=True),
        Column("", lambda row: speeds.spread(row.main), joined=True, optional=True),
        Column(f"first answer\nvs {name}", lambda row: ratio(row, "ratio_first_answer"), right=True, joined=True),
        Column(f"whole script\nvs {name}", lambda row: ratio(row, "ratio_whole_script"), right=True, joined=True),
    ]


def _against_best_cpu(notes: Footnotes, signs: Signs) -> list[Column[_Row]]:
    def column(title: str, of: Callable[[_Row], Comparison | None], total: RatioName, *, joined: bool) -> Column[_Row]:
        return Column(title, lambda row: _vs_cpu(of(row), total, notes, signs), joined=joined)

    return [
        column("warm call\nvs best CPU", lambda row: row.best, "ratio_call", joined=False),
        Column(
            "",
            lambda row: speeds.spread(row.best) if row.best and row.best.role == "best_cpu" else "",
            joined=True,
            optional=True,
        ),
        column("first answer\nvs best CPU", lambda row: row.whole, "ratio_first_answer", joined=True),
        column("whole script\nvs best CPU", lambda row: row.whole, "ratio_whole_script", joined=True),
    ]


def _vs_cpu(comparison: Comparison | None, total: RatioName, notes: Footnotes, signs: Signs) -> str:
    """A ratio with the engine that it is against, and the numbers of its footnotes."""
    if comparison is None or not (shown := speeds.cell(comparison, total, signs)):
        return ""
    if comparison.verdict is not Verdict.LIKE:
        if comparison.role == "baseline":
            return ""
        return f"{comparison.verdict} {comparison.baseline}{notes.marks(comparison.reasons)}"
    marks = "" if comparison.role == "baseline" else notes.marks(comparison.notes)
    return f"{shown} {comparison.baseline}{marks}"


def _resources(records: list[Record], signs: Signs) -> list[Column[_Row]]:
    """What only `--details` shows: CPU seconds and peaks of memory."""
    columns: list[Column[_Row]] = [
        Column("CPU, of a\nwarm call", lambda row: numbers.seconds(cpu_seconds(row.record), signs), right=True),
        Column("host\npeak", lambda row: host_peak(row.record, signs), right=True),
    ]
    if any(record.memory.device_peak_bytes is not None for record in records):
        columns.append(Column("device\npeak", lambda row: device_peak(row.record, signs), right=True, joined=True))
    return columns


def _answer(records: list[Record], signs: Signs) -> Column[_Row]:
    def value(row: _Row) -> str:
        record = row.record
        values = record.trials.quality if record.headline and record.headline == record.quality else []
        cell = numbers.quantity(median(values) if values else record.answer.get(record.headline), signs)
        low, high = (numbers.quantity(end, signs) for end in (min(values), max(values))) if values else ("", "")
        return f"{cell} ({low} to {high})" if low != high else cell

    title = next((record.headline for record in records if record.headline), "answer")
    return Column(title.replace("_", " "), value)


_TONES: dict[Verdict, Tone] = {
    Verdict.LIKE: "good",
    Verdict.UNLIKE: "doubtful",
    Verdict.UNDECIDED: "doubtful",
    Verdict.REFUSED: "bad",
}
_FAILED = (Outcome.ERROR, Outcome.OUT_OF_MEMORY)
"""Why such a task has no time is in the remarks, so its verdict needs no footnote."""


def _verdict(baselines: set[str], notes: Footnotes) -> Column[_Row]:
    def verdict(row: _Row) -> str:
        comparison = row.main
        if comparison is None:
            return "baseline" if row.record.task.engine in baselines else ""
        if row.record.outcome in NEVER_RAN:
            return ""  # nothing was refused: it never ran
        return (
            str(comparison.verdict)
            if row.record.outcome in _FAILED
            else f"{comparison.verdict}{notes.marks(_why(comparison))}"
        )

    def tone(row: _Row) -> Tone:
        if row.main is None or row.record.outcome in NEVER_RAN:
            return "quiet"
        return "bad" if row.record.outcome in _FAILED else _TONES[row.main.verdict]

    return Column("verdict", verdict, tone=tone)


def _why(comparison: Comparison) -> list[str]:
    return [*comparison.reasons, *comparison.notes]
