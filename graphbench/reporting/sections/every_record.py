"""The table of every record: all that is known of each. A page sorts, filters and formats it; Markdown shows a part."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median
from typing import Any, NamedTuple

from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.cost import COSTS, known
from graphbench.records.model import Record
from graphbench.records.times import warm_calls
from graphbench.reporting import numbers, speeds
from graphbench.reporting.document import AllRecords, Block, Column, RecordsLink, Section, Table, Text
from graphbench.reporting.glossary import Entry, first_word, meanings
from graphbench.reporting.measured import Case, Measured, pays_off_from
from graphbench.reporting.numbers import bound_sign, plain
from graphbench.reporting.reproduce import command
from graphbench.reporting.sections import heat_map
from graphbench.reporting.speeds import TOTALS
from graphbench.reporting.wording import (
    brief,
    codes,
    cost,
    device_peak_bytes,
    device_peak_of_each,
    edge_list_bytes,
    outcome,
    peak,
    peak_note,
    twin_note,
)
from graphbench.system.text import count, listed, three

MAX_ROWS = 400
"""How many rows Markdown shows at most."""


class Row(NamedTuple):
    """A case with its place in the report; `why_older` where its task has another record that counts.

    `vs_fastest` is how many times as fast its warm call is as the fastest that it can be compared with.
    """

    case: Case
    machine: Measured | None
    stale: str = ""
    why_older: str = ""
    vs_fastest: float | None = None

    @property
    def record(self) -> Record:
        """That of the case."""
        return self.case.record


class Field(NamedTuple):
    """A column; what is not shown at first can be chosen.

    Kinds are `text`, `choice` (a text to filter by), `count`, `seconds`, `ratio`, `amount`, `date`, `command`, and
    `record`: an id, which opens the whole record.
    """

    title: str
    kind: str
    value: Callable[[Row], Any]
    shown: bool = False


def section(records: Sequence[Record], measured: Sequence[Measured], stale: Mapping[str, str]) -> Section:
    """All records, in the order of what the report shows, older ones last."""
    rows, baselines = _rows(records, measured, stale), {machine.baseline for machine in measured}
    baseline = baselines.pop() if len(baselines) == 1 else "baseline"
    found = [*fields(baseline, several=len(measured) > 1), *_costs(records)]
    words = meanings()
    data = {
        "columns": [(field.title, field.kind, field.shown, _meaning(field.title, words)) for field in found],
        "rows": [[field.value(row) for field in found] for row in rows],
    }
    how = (
        "The numbers behind the charts; choose columns for phases, memory, quality, break-even and commands. In "
        "brackets is the 95 % interval of a ratio, or its range where calls were too few; first answers and whole "
        "scripts were timed once, so they have neither. A command repeats a measurement and that of "
        f"its baseline; {peak_note()}. {twin_note(record.task.dataset for record in records)}"
    )
    shown = [row for row in rows if not row.why_older]
    table = Table(shown[:MAX_ROWS], [_column(field) for field in found if field.shown])
    whole = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    blocks: list[Block] = [Text(how.rstrip(), quiet=True), AllRecords(len(records), table, whole)]
    return Section("Every record", "records", blocks)


def link(text: str, measured: Measured, *columns: str, problem: str = "") -> RecordsLink:
    """A link to some columns of the table, of one problem and, where there are several, one machine."""
    own = [("algorithm", problem), ("machine", measured.name if measured.key else "")]
    chosen = [("columns", title) for title in ("graph", "engine", *columns)]
    return RecordsLink(text, [*((name, value) for name, value in own if value), *chosen])


def _rows(records: Sequence[Record], measured: Sequence[Measured], stale: Mapping[str, str]) -> list[Row]:
    shown: dict[str, Row] = {}
    fastest = heat_map.vs_fastest(measured)
    for machine in measured:
        for case in machine.cases:
            id_ = case.record.id
            shown.setdefault(id_, Row(case, machine, stale.get(id_, ""), vs_fastest=fastest.get(id_)))
    machines = {machine.digest: machine for machine in measured}
    slower = frozenset[str]().union(*(machine.slower_threads for machine in measured))
    older = [
        Row(
            Case(record=record, label=record.task.engine, problem=record.task.algorithm, graph=record.task.dataset),
            machines.get(record.environment.machine if record.environment else ""),
            stale.get(record.id, ""),
            "quicker at another number of threads" if record.id in slower else "measured again later",
        )
        for record in sorted(records, key=lambda record: (record.measured_at, record.id))
        if record.id not in shown
    ]
    return [*shown.values(), *older]


def fields(baseline: str, *, several: bool) -> list[Field]:
    """The columns; that of the machine is shown at first where there are several."""

    def phase(name: str) -> Field:
        return Field(name, "seconds", lambda row: _six(getattr(row.record.phases, f"{name}_s")))

    def ratio(name: RatioName, role: str, other: str, *, shown: bool = False) -> Field:
        title = f"{TOTALS[name]} vs {other}"
        return Field(title, "ratio", lambda row: _ratio(getattr(row.case, role), name, named=role != "main"), shown)

    def best_cpu(total: str, role: str) -> Field:
        return Field(f"best CPU by {total}", "choice", lambda row: getattr(getattr(row.case, role), "baseline", ""))

    return [
        Field("algorithm", "choice", lambda row: plain(row.case.problem), shown=True),
        Field("graph", "choice", lambda row: plain(row.record.task.dataset), shown=True),
        Field("edges", "count", lambda row: row.case.edges or None),
        Field("engine", "choice", lambda row: plain(row.case.label), shown=True),
        Field("outcome", "choice", lambda row: row.record.outcome.in_words, shown=True),
        Field("warm call", "seconds", lambda row: _six(row.case.call), shown=True),
        Field("n", "count", lambda row: len(warm_calls(row.record))),
        Field("warm call vs fastest", "ratio", lambda row: _six(row.vs_fastest), shown=True),
        ratio("ratio_call", "main", baseline, shown=True),
        ratio("ratio_call", "best", "best CPU", shown=True),
        best_cpu("warm call", "best"),
        Field("verdict", "choice", _verdict, shown=True),
        Field("first answer", "seconds", lambda row: _six(row.record.phases.first_answer_s), shown=True),
        ratio("ratio_first_answer", "main", baseline),
        ratio("ratio_first_answer", "first", "best CPU"),
        best_cpu("first answer", "first"),
        Field("whole script", "seconds", lambda row: _six(row.record.phases.whole_script_s), shown=True),
        ratio("ratio_whole_script", "main", baseline),
        ratio("ratio_whole_script", "whole", "best CPU"),
        best_cpu("whole script", "whole"),
        Field(f"pays off vs {baseline}", "amount", lambda row: _calls(row.case.main)),
        Field("pays off vs best CPU", "amount", lambda row: _calls(row.case.hardest)),
        *map(phase, ("start", "read", "build", "first", "collect")),
        Field("quality", "text", _quality),
        Field("certificate", "text", lambda row: _certificate(row.record)),
        Field("edges/s", "amount", _rate),
        Field("host peak", "amount", lambda row: _peak(row.record, row.record.memory.host_peak_bytes)),
        Field("device peak", "amount", lambda row: _peak(row.record, device_peak_bytes(row.record))),
        Field("device peak of each GPU", "text", lambda row: device_peak_of_each(row.record)),
        Field("machine", "choice", lambda row: row.machine.name if row.machine else "", shown=several),
        Field("measured", "date", lambda row: row.record.measured_at[:16].replace("T", " ")),
        Field("why", "text", _why, shown=True),
        Field("record", "record", lambda row: row.record.id),
        Field("command", "command", _command),
    ]


def _meaning(title: str, known: Mapping[str, Entry]) -> str:
    entry, other = first_word(title, known), title.partition(" vs ")[2]
    ratio = f": how many times as fast as {other}" if other and not title.startswith("pays off") else ""
    return f"{entry.meaning}{ratio}" if entry else ""


# Values: numbers have six digits, and whatever shows them rounds them once


def _six(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _ratio(comparison: Comparison | None, name: RatioName, *, named: bool) -> list[Any] | float | None:
    """A ratio; where more is to be said, a list of it, the sign of a bound, and what follows it."""
    value = _six(getattr(comparison, name)) if comparison is not None else None
    if comparison is None or value is None:
        return None
    sign, tail = bound_sign(comparison.bound), speeds.tail(comparison, name)
    tail += f" {comparison.baseline}" if named else ""
    return [value, sign, tail] if sign or tail else value


def _calls(comparison: Comparison | None) -> tuple[float, str] | None:
    """After how many calls an engine pays off, to sort by and as it is written."""
    runs = pays_off_from(comparison)
    return None if runs is None else (1e99, runs) if isinstance(runs, str) else (runs, count(runs, "call"))


def _peak(record: Record, value: int | None) -> tuple[int, str] | None:
    """A peak, and how many times the edge list it is."""
    if value is None:
        return None
    size = edge_list_bytes(record)
    times = f" ({three(value / size)}{numbers.TIMES} the edges)" if size else ""
    return value, peak(record, value) + times


def _rate(row: Row) -> tuple[float, str] | None:
    case = row.case
    return (case.edges / case.call, three(case.edges / case.call)) if case.call and case.edges else None


def _quality(row: Row) -> str:
    record, values = row.record, row.record.trials.quality
    if not values or not record.quality:
        return ""
    low, high = numbers.quantity(min(values)), numbers.quantity(max(values))
    aside = f" ({low} to {high} in {count(len(values), 'trial')})" if low != high else ""
    return f"{record.quality} {numbers.quantity(median(values))}{aside}"


def _certificate(record: Record) -> str:
    shown = record.certificate
    how = "" if shown is None or shown.checked == 1 else f" ({shown.checked} answers)"
    return "" if shown is None else plain(f"{'' if shown.valid else 'wrong: '}{shown.detail}{how}")


def _verdict(row: Row) -> str:
    if row.case.main is not None:
        return str(row.case.main.verdict)
    if row.machine and row.record.task.engine == row.machine.baseline:
        return "baseline"
    return str(row.case.best.verdict) if row.case.best is not None else ""


def _why(row: Row) -> str:
    case, record = row.case, row.record
    of_cpu: dict[str, dict[str, None]] = {}
    for one in (case.best, case.first, case.whole):
        if one is not None and (found := codes([*one.reasons, *one.notes])):
            of_cpu.setdefault(", ".join(found), {})[one.baseline] = None
    first = case.call is not None and case.first_only
    texts = [
        f"stale: {row.stale}" if row.stale else "",
        row.why_older,
        "the time is that of the first call" if first else "",
        ", ".join(codes([*case.main.reasons, *case.main.notes])) if case.main else "",
        *(f"against {listed(list(names))}: {found}" for found, names in of_cpu.items()),
        outcome(record) if record.censored is not None else "",
        record.reason,
        *record.warnings,
    ]
    return plain("; ".join(dict.fromkeys(filter(None, texts))))


def _costs(records: Sequence[Record]) -> list[Field]:
    """Those that are known of a record."""
    return [Field(COSTS[name].title, "amount", partial(_cost, name=name)) for name in known(records)]


def _cost(row: Row, name: str) -> tuple[float, str] | None:
    value = COSTS[name].of(row.record)
    return None if value is None else (value, cost(row.record, name))


def _command(row: Row) -> str:
    beside = row.machine.baseline if row.machine and row.case.main else ""
    return command(row.record, beside)


# The same in Markdown


def _column(field: Field) -> Column[Row]:
    right = field.kind in {"count", "seconds", "ratio", "amount"}
    return Column(field.title, lambda row: _text(field.kind, field.value(row)), right=right)


def _text(kind: str, value: Any) -> str:
    """A value as the page's script writes it."""
    if value is None:
        return ""
    if kind == "ratio":
        number, sign, tail = value if isinstance(value, list) else (value, "", "")
        return f"{sign}{numbers.ratio(number)}{tail}"
    made: dict[str, Callable[[Any], str]] = {
        "count": "{:,}".format,
        "seconds": numbers.seconds,
        "amount": lambda pair: str(pair[1]),
        "text": brief,
    }
    return made.get(kind, str)(value)
