"""Records as flat rows: JSON and CSV for other programs, and `graphbench records`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median
from typing import Any, Literal

import msgspec

from graphbench.records import limit
from graphbench.records.comparison import Comparison
from graphbench.records.cost import COSTS, price
from graphbench.records.model import Record
from graphbench.records.times import warm_calls
from graphbench.reporting.compared import Compared, compared
from graphbench.reporting.forms import csv_text
from graphbench.reporting.numbers import visible_json


def to_json(records: Sequence[Record], comparisons: Sequence[Comparison], *, ascii_only: bool = False) -> str:
    """`{"records": [...], "comparisons": [...]}`; a number that is not finite becomes null.

    Args:
        records: as they are in the store.
        comparisons: of them.
        ascii_only: escape what is not ASCII.
    """
    packed = msgspec.json.encode({"records": list(records), "comparisons": list(comparisons)})
    return visible_json(json.dumps(json.loads(packed), indent=2, ensure_ascii=ascii_only)) + "\n"


def to_csv(records: Sequence[Record], comparisons: Sequence[Comparison]) -> str:
    """A header and one line per record: flat columns, units in their names, an empty field for what is not known."""
    return csv_text(FIELDS, rows(records, comparisons, FIELDS))


def rows(records: Sequence[Record], comparisons: Sequence[Comparison], names: Iterable[str]) -> Iterator[list[Any]]:
    """Some of the :data:`FIELDS` of each record, with its comparisons."""
    names = list(names)
    for row in compared(records, comparisons, like=True):
        yield [_value(row, name) for name in names]


def fields(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """Some of the :data:`FIELDS` of a record, without its comparisons."""
    row = Compared(record=record)
    return {name: _value(row, name) for name in names}


def _call(of: Callable[[Sequence[float]], float]) -> Callable[[Compared], float | None]:
    return lambda row: of(calls) if (calls := warm_calls(row.record)) else None


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _interval(end: Literal[0, 1]) -> Callable[[Compared], float | None]:
    return lambda row: row.main.interval[end] if row.main and row.main.interval else None


def _cost(name: str) -> Callable[[Compared], float | None]:
    return lambda row: COSTS[name].of(row.record)


def _joined(name: str) -> Callable[[Compared], str | None]:
    return lambda row: " | ".join(getattr(row.main, name)) if row.main else None


FIELDS: dict[str, str | Callable[[Compared], Any]] = {
    "algorithm": "record.task.algorithm",
    "dataset": "record.task.dataset",
    "engine": "record.task.engine",
    "engine_version": "record.environment.engine_version",
    "device": "record.device",
    "params": lambda row: json.dumps(row.record.task.params, sort_keys=True),
    "outcome": lambda row: str(row.record.outcome),
    "reason": "record.reason",
    "num_vertices": "record.dataset.num_vertices",
    "num_edges": "record.dataset.num_edges",
    "num_entries": "record.dataset.num_entries",
    "posed_edges": "record.posed.num_edges",
    "directed": "record.posed.directed",
    "weights": "record.posed.weights",
    "start_s": "record.phases.start_s",
    "read_s": "record.phases.read_s",
    "build_s": "record.phases.build_s",
    "first_s": "record.phases.first_s",
    "collect_s": "record.phases.collect_s",
    "call_median_s": _call(median),
    "call_low_s": "warm.interval.low",
    "call_high_s": "warm.interval.high",
    "call_coverage": "warm.coverage",
    "call_min_s": _call(min),
    "call_max_s": _call(max),
    "calls": lambda row: len(warm_calls(row.record)),
    "rebuilt_median_s": lambda row: _median(row.record.phases.rebuilt_s),
    "first_answer_s": "record.phases.first_answer_s",
    "whole_script_s": "record.phases.whole_script_s",
    "build_gc_s": "record.phases.build_gc_s",
    "cpu_first_s": "record.cpu.first_s",
    "cpu_call_median_s": lambda row: _median(row.record.cpu.call_s),
    "bandwidth_share": lambda row: limit.share(row.record),
    **{name: _cost(name) for name in COSTS},
    "currency": lambda row: found.currency if (found := price(row.record)) else None,
    "host_peak_bytes": "record.memory.host_peak_bytes",
    "device_peak_bytes": "record.memory.device_peak_bytes",
    "answer": "record.headline",
    "answer_value": lambda row: row.record.answer.get(row.record.headline),
    "certified": "record.certificate.valid",
    "baseline": "main.baseline",
    "ratio_call": "main.ratio_call",
    "ratio_call_low": _interval(0),
    "ratio_call_high": _interval(1),
    "first_calls": "main.first_calls",
    "ratio_first_answer": "main.ratio_first_answer",
    "ratio_whole_script": "main.ratio_whole_script",
    "break_even_runs": "main.break_even_runs",
    "bound": "main.bound",
    "verdict": lambda row: str(row.main.verdict) if row.main else None,
    "reasons": _joined("reasons"),
    "notes": _joined("notes"),
    "best_cpu_engine": "best.baseline",
    "ratio_call_best_cpu": "best.ratio_call",
    "break_even_runs_best_cpu": "best.break_even_runs",
    "best_cpu_engine_first_answer": "first.baseline",
    "ratio_first_answer_best_cpu": "first.ratio_first_answer",
    "best_cpu_engine_whole_script": "whole.baseline",
    "ratio_whole_script_best_cpu": "whole.ratio_whole_script",
    "superseded": "record.superseded",
    "machine": "record.environment.machine",
    "threads": "record.environment.threads",
    "allocator": "record.environment.allocator",
    "measured_at": "record.measured_at",
    "id": "record.id",
}
"""The columns of CSV: where the value of each is, or how it is made."""

USEFUL = [
    *("algorithm", "dataset", "num_edges", "engine", "outcome", "call_median_s", "first_answer_s", "whole_script_s"),
    *("answer_value", "ratio_call", "ratio_first_answer", "verdict"),
]
"""Those that a reader asks for most."""


def _value(row: Compared, name: str) -> Any:
    """The value of a field; None where a part of its path is None."""
    field = FIELDS[name]
    if not isinstance(field, str):
        return field(row)
    value: Any = row
    for part in field.split("."):
        value = None if value is None else getattr(value, part)
    return value
