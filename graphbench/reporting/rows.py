"""The table of every record: raw values with a kind for each column, which a page sorts, filters and formats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from graphbench.records.model import Record
from graphbench.reporting import peaks
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import bound_sign, plain
from graphbench.reporting.reproduce import command
from graphbench.reporting.wording import codes


class Column(NamedTuple):
    """A column; `kind` is `text`, `choice` (a text to filter by), `count`, `seconds`, `ratio`, `bytes` or `command`."""

    title: str
    kind: str


def columns(baseline: str) -> list[Column]:
    """What is told of a record."""
    return [
        Column("algorithm", "choice"),
        Column("graph", "choice"),
        Column("edges", "count"),
        Column("engine", "choice"),
        Column("outcome", "choice"),
        Column("run, median", "seconds"),
        Column("n", "count"),
        Column(f"run vs {baseline}", "ratio"),
        Column("end to end", "seconds"),
        Column(f"end to end vs {baseline}", "ratio"),
        Column("run vs best CPU", "ratio"),
        Column("best CPU on run", "choice"),
        Column("end to end vs best CPU", "ratio"),
        Column("best CPU end to end", "choice"),
        Column("verdict", "choice"),
        Column("host peak", "bytes"),
        Column("device peak", "bytes"),
        Column("machine", "choice"),
        Column("measured", "text"),
        Column("why", "text"),
        Column("command", "command"),
    ]


def table(records: Sequence[Record], measured: Sequence[Measured], baseline: str, stale: Mapping[str, str]) -> str:
    """JSON of the columns and of one row for each record, in the order of what the report shows, older ones last."""
    shown: dict[str, tuple[Measured, Case]] = {}
    for each in measured:
        for case in each.cases:
            shown.setdefault(case.record.id, (each, case))
    names = {each.digest: each.name for each in measured}
    rows = [_row(case.record, case, each.name, baseline, stale) for each, case in shown.values()]
    older = sorted((one for one in records if one.id not in shown), key=lambda one: (one.measured_at, one.id))
    for record in older:
        digest = record.environment.machine if record.environment else ""
        rows.append(_row(record, None, names.get(digest, ""), baseline, stale))
    data = {"columns": columns(baseline), "rows": rows}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _row(record: Record, case: Case | None, machine: str, baseline: str, stale: Mapping[str, str]) -> list[Any]:
    main, best, whole = (case.main, case.best, case.whole) if case else (None, None, None)
    own = record.posed or record.dataset
    why = [*(codes([*main.reasons, *main.notes]) if main else []), record.reason, *record.warnings]
    if case is None:
        why.insert(0, "measured again later")
    if record.id in stale:
        why.insert(0, f"stale: {stale[record.id]}")
    return [
        plain(record.task.algorithm if case is None else case.problem),
        plain(record.task.dataset),
        own.num_edges if own else None,
        plain(record.task.engine if case is None else case.label),
        record.outcome.in_words,
        _short(case.run if case else None),
        len(record.phases.run_s),
        _bounded(main.ratio_run, main.bound) if main else None,
        _short(record.phases.end_to_end_s),
        _bounded(main.ratio_end_to_end, main.bound) if main else None,
        _bounded(best.ratio_run, best.bound) if best else None,
        best.baseline if best else "",
        _bounded(whole.ratio_end_to_end, whole.bound) if whole else None,
        whole.baseline if whole else "",
        str(main.verdict) if main else "baseline" if record.task.engine == baseline else "",
        _peak(record, record.memory.host_peak_bytes),
        _peak(record, peaks.device_bytes(record)),
        machine,
        record.measured_at[:16].replace("T", " "),
        plain("; ".join(text for text in why if text)),
        command(record, baseline if main else ""),
    ]


def _bounded(value: float | None, bound: str | None) -> list[Any] | float | None:
    """A ratio, or a pair of it and the sign of a bound."""
    short, sign = _short(value), bound_sign(bound)
    return [short, sign] if sign and short is not None else short


def _peak(record: Record, value: int | None) -> list[Any] | int | None:
    return [value, bound_sign("lower")] if value is not None and peaks.is_bound(record) else value


def _short(value: float | None) -> float | None:
    """Four significant digits: what is shown has three."""
    return None if value is None else float(f"{value:.4g}")
