"""One problem on one dataset on one machine, ready to be shown: texts and columns, whatever they are drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from graphbench.records import statistics
from graphbench.records.comparison import Comparison, same_problem
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.rules import Reason, Verdict
from graphbench.reporting import heading, peaks
from graphbench.reporting import numbers as figures
from graphbench.reporting.numbers import Signs
from graphbench.reporting.remarks import remarks
from graphbench.reporting.sentence import answer

Tone = Literal["", "good", "doubtful", "bad", "quiet"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        title: its head; a line break parts it in two lines.
        cells: one text for each row.
        right: whether to align at the right, as numbers are.
        joined: whether it belongs to the column before it and must not be parted from it.
        tones: what each cell means, for colours; empty: nothing.
    """

    title: str
    cells: list[str]
    right: bool = True
    joined: bool = False
    tones: list[Tone] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class View:
    """What is shown of a group of records.

    Attributes:
        title: algorithm and dataset.
        facts: the graph, how the problem was posed, the machine; one line each.
        columns: one row for each record; the first column names it.
        remarks: failures with their reasons, steps, warnings; one line each.
        footnotes: number and text of each, in order.
        legend: how intervals, ranges and bounds of memory are written, if there are any.
        answer: the result in one sentence.
    """

    title: str
    facts: list[str]
    columns: list[Column]
    remarks: list[str]
    footnotes: list[tuple[int, str]]
    legend: str
    answer: str


def views(records: Sequence[Record], comparisons: Sequence[Comparison], signs: Signs = figures.UNICODE) -> list[View]:
    """A view for each problem, dataset and machine, in the order of the records."""
    return [_view(group, comparisons, signs) for group in _groups(records)]


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
    same_graph = one is None or two is None or one.digest == two.digest  # a name may stand for several graphs
    return same and same_graph and same_machine and same_problem(record, other)


def _view(group: list[Record], comparisons: Sequence[Comparison], signs: Signs) -> View:
    rows = sorted(group, key=_speed)
    ids = {record.id for record in rows}
    own = [each for each in comparisons if each.record in ids]
    notes = _Footnotes(signs)
    columns = _columns(rows, own, notes, signs)
    shown = [cell for column in columns for cell in column.cells]
    legend = "; ".join(
        text
        for start, text in (("[", "[a, b]: 95 % bootstrap interval"), ("(", "(a to b): range, where n < 5"))
        if any(cell.startswith(start) and " " in cell for cell in shown)
    )
    if any(peaks.is_bound(row) and row.memory.host_peak_bytes is not None for row in rows):
        legend = "; ".join(filter(None, (legend, peaks.note(signs))))
    return View(
        title=figures.plain(f"{rows[0].problem} on {rows[0].task.dataset}"),
        facts=heading.facts(rows, signs),
        columns=columns,
        remarks=[figures.plain(remark) for remark in remarks(rows, own, signs)],
        footnotes=notes.listed(),
        legend=legend,
        answer=figures.plain(answer(rows, own, signs)),
    )


def _speed(record: Record) -> tuple[int, float]:
    if record.outcome is Outcome.OK and record.phases.run_s:
        return 0, median(record.phases.run_s)
    order = [Outcome.OK, Outcome.INVALID, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY, Outcome.ERROR]
    return 1 + (order.index(record.outcome) if record.outcome in order else len(order)), 0.0


class _Footnotes:
    """Numbers reasons and notes in the order in which they are met; the same text keeps its number."""

    def __init__(self, signs: Signs) -> None:
        self._signs = signs
        self._texts: list[str] = []

    def marks(self, texts: Sequence[str]) -> str:
        self._texts += [text for text in dict.fromkeys(texts) if text not in self._texts]
        numbers = sorted({self._texts.index(text) + 1 for text in texts})
        return "".join(f" {figures.mark(number, self._signs)}" for number in numbers)

    def listed(self) -> list[tuple[int, str]]:
        """Number and text of each, the remedy where its reason is met for the first time."""
        found, advised = [], set()
        for number, text in enumerate(self._texts, start=1):
            reason = Reason.of(text)
            advice = "" if reason in advised else f" {reason.remedy}"
            advised.add(reason)
            found.append((number, figures.plain(f"{text}.{advice}")))
        return found


# Columns


def _columns(rows: list[Record], own: list[Comparison], notes: _Footnotes, signs: Signs) -> list[Column]:
    runs = [statistics.median(row.phases.run_s) if row.phases.run_s else None for row in rows]
    spread = Column(title="", cells=[_spread_of_run(run) for run in runs], right=False, joined=True)
    columns = [
        Column(title="engine", cells=[heading.label(row, rows) for row in rows], right=False),
        Column(
            title="outcome",
            cells=[row.outcome.in_words for row in rows],
            right=False,
            tones=[_tone_of_outcome(row.outcome) for row in rows],
        ),
        *(
            Column(title=phase, cells=[_phase(row, phase, signs) for row in rows], joined=True)
            for phase in ("read", "build", "cold", "collect")
        ),
        Column(
            title="end to\nend", cells=[figures.seconds(row.phases.end_to_end_s, signs) for row in rows], joined=True
        ),
        Column(title="plus\nstart", cells=[_phase(row, "start", signs) for row in rows], joined=True),
        Column(
            title="run,\nmedian",
            cells=[
                figures.seconds(run.value, signs) if run else _cut_off(row, "run", signs)
                for run, row in zip(runs, rows, strict=True)
            ],
        ),
        spread,
        Column(title="n", cells=[str(run.n) if run else signs.none for run in runs], joined=True),
        *_ratios(rows, own, notes, signs),
        *_memory(rows, signs),
        _answer(rows, signs),
        _verdict(rows, own, notes),
    ]
    return [column for column in columns if column.title or any(column.cells)]


def _phase(row: Record, phase: str, signs: Signs) -> str:
    taken = getattr(row.phases, f"{phase}_s")
    return _cut_off(row, phase, signs) if taken is None else figures.seconds(taken, signs)


def _cut_off(row: Record, phase: str, signs: Signs) -> str:
    """How long a phase had run when the time limit ended it."""
    if row.outcome is Outcome.TIMEOUT and row.censored is not None and row.censored.phase == phase:
        return f"> {figures.seconds(row.censored.after_s, signs)}"
    return signs.none


def _spread_of_run(run: statistics.Estimate | None) -> str:
    ends = run and (run.interval or run.range)
    if not run or not ends:
        return ""
    return figures.seconds_span(ends.low, ends.high, run.value, interval=run.interval is not None)


def _tone_of_outcome(outcome: Outcome) -> Tone:
    if outcome is Outcome.OK:
        return "good"
    return "quiet" if outcome in NEVER_RAN else "bad"


def _ratios(rows: list[Record], own: list[Comparison], notes: _Footnotes, signs: Signs) -> list[Column]:
    found: list[Column] = []
    main = {each.record: each for each in own if each.role == "baseline"}
    if main:
        name = next(iter(main.values())).baseline
        mine = [main.get(row.id) for row in rows]
        runs, ends = (
            [_times(each, row, name, value, signs) for each, row in zip(mine, rows, strict=True)]
            for value in ("ratio_run", "ratio_end_to_end")
        )
        found += [
            Column(title=f"run vs\n{name}", cells=runs),
            Column(title="", cells=[_spread(each) for each in mine], right=False, joined=True),
            Column(title=f"end to end\nvs {name}", cells=ends, joined=True),
        ]
    best = {each.record: each for each in own if each.role == "best_cpu"}
    whole = {each.record: each for each in own if each.role == "best_cpu_end_to_end"}
    if best or whole:
        gpu = {row.id for row in rows if row.device == "gpu"}
        baseline = {
            id_: each for id_, each in main.items() if id_ in gpu and each.bound is None
        }  # the best, if no other
        runs, ends = (
            [_vs_cpu(of.get(row.id), value, notes, signs) for row in rows]
            for of, value in ((baseline | best, "ratio_run"), (baseline | best | whole, "ratio_end_to_end"))
        )
        found += [
            Column(title="run vs\nbest CPU", cells=runs, right=False),
            Column(title="", cells=[_spread(best.get(row.id)) for row in rows], right=False, joined=True),
            Column(title="end to end\nvs best CPU", cells=ends, right=False, joined=True),
        ]
    return found


def _vs_cpu(each: Comparison | None, value: str, notes: _Footnotes, signs: Signs) -> str:
    """A ratio with the engine that it is against, and the numbers of its footnotes."""
    if each is None or getattr(each, value) is None:
        return ""
    if each.verdict is not Verdict.LIKE:
        return "" if each.role == "baseline" else f"unlike {each.baseline}{notes.marks(each.reasons)}"
    marks = "" if each.role == "baseline" else notes.marks(each.notes)
    return f"{figures.ratio(getattr(each, value), signs, each.bound)} {each.baseline}{marks}"


def _times(comparison: Comparison | None, row: Record, baseline: str, value: str, signs: Signs) -> str:
    if comparison is None:
        return "1" if row.task.engine == baseline and row.outcome is Outcome.OK else signs.none
    return figures.ratio(getattr(comparison, value), signs, comparison.bound)


def _spread(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    ends = comparison.interval or comparison.range
    return figures.span(*ends, interval=comparison.interval is not None) if ends else ""


def _memory(rows: list[Record], signs: Signs) -> list[Column]:
    columns = [Column(title="host\npeak", cells=[peaks.host(row, signs) for row in rows])]
    if any(row.memory.device_peak_bytes is not None for row in rows):
        columns.append(Column(title="device\npeak", cells=[peaks.device(row, signs) for row in rows], joined=True))
    return columns


def _answer(rows: list[Record], signs: Signs) -> Column:
    key = next((row.headline for row in rows if row.headline), "answer")
    cells = []
    for row in rows:
        values = row.trials.quality if row.headline and row.headline == row.quality else []
        cell = figures.figure(median(values) if values else row.answer.get(row.headline), signs)
        low, high = (figures.figure(end, signs) for end in (min(values), max(values))) if values else ("", "")
        cells.append(f"{cell} ({low} to {high})" if low != high else cell)
    return Column(title=key.replace("_", " "), cells=cells, right=False)


_TONES: dict[Verdict, Tone] = {Verdict.LIKE: "good", Verdict.UNLIKE: "doubtful", Verdict.REFUSED: "bad"}


def _verdict(rows: list[Record], own: list[Comparison], notes: _Footnotes) -> Column:
    main = {each.record: each for each in own if each.role == "baseline"}
    baselines = {each.baseline for each in main.values()}
    cells: list[str] = []
    tones: list[Tone] = []
    for row in rows:
        each = main.get(row.id)
        tone: Tone = "quiet"
        if each is None:
            cells.append("baseline" if row.task.engine in baselines else "")
        elif row.outcome in NEVER_RAN:
            cells.append("")  # nothing was refused: it never ran
        elif row.outcome in (Outcome.ERROR, Outcome.OUT_OF_MEMORY):
            cells.append(str(each.verdict))  # why it has no time stands beneath the table anyway
            tone = "bad"
        else:
            cells.append(f"{each.verdict}{notes.marks([*each.reasons, *each.notes])}")
            tone = _TONES[each.verdict]
        tones.append(tone)
    return Column(title="verdict", cells=cells, right=False, tones=tones)
