"""Records and comparisons for other programs: JSON, and CSV with one line per record."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from graphbench.records import statistics
from graphbench.records.comparison import Comparison
from graphbench.records.model import Outcome, Record, Task
from graphbench.records.rules import Verdict

_NOTHING = Record(id="", measured_at="", task=Task("", "", "", {}), outcome=Outcome.OK)
"""A record that shows which columns there are, even where there are no rows."""


def to_json(records: Sequence[Record], comparisons: Sequence[Comparison], *, ascii_only: bool = False) -> str:
    """`{"records": [...], "comparisons": [...]}`; a number that is not finite becomes null.

    Args:
        records: as they are in the store.
        comparisons: of them.
        ascii_only: escape what is not ASCII.
    """
    packed = msgspec.json.encode({"records": list(records), "comparisons": list(comparisons)})
    return json.dumps(json.loads(packed), indent=2, ensure_ascii=ascii_only) + "\n"


def to_csv(records: Sequence[Record], comparisons: Sequence[Comparison]) -> str:
    """A header and one line per record: flat columns, units in their names, an empty field for what is not known."""
    return csv_text(_row(_NOTHING, []), (_row(record, comparisons).values() for record in records))


def csv_text(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A header and one line per row; what is None is an empty field."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([heads, *rows])
    return out.getvalue()


def _row(record: Record, comparisons: Sequence[Comparison]) -> dict[str, Any]:
    phases, posed, where, dataset = record.phases, record.posed, record.environment, record.dataset
    run = statistics.median(phases.run_s) if phases.run_s else None
    own = {
        each.role: each
        for each in comparisons
        if each.record == record.id and (each.role == "baseline" or each.verdict is Verdict.LIKE)
    }
    low, high = (run and run.interval) or (None, None)
    main, best = own.get("baseline"), own.get("best_cpu")
    whole = own.get("best_cpu_end_to_end") or best
    ratio_low, ratio_high = (main and main.interval) or (None, None)
    return {
        "algorithm": record.task.algorithm,
        "dataset": record.task.dataset,
        "engine": record.task.engine,
        "engine_version": where and where.engine_version,
        "device": record.device,
        "params": json.dumps(record.task.params, sort_keys=True),
        "outcome": str(record.outcome),
        "reason": record.reason,
        "num_vertices": dataset and dataset.num_vertices,
        "num_edges": dataset and dataset.num_edges,
        "num_entries": dataset and dataset.num_entries,
        "posed_edges": posed and posed.num_edges,
        "directed": posed and posed.directed,
        "weights": posed and posed.weights,
        "start_s": phases.start_s,
        "read_s": phases.read_s,
        "build_s": phases.build_s,
        "cold_s": phases.cold_s,
        "collect_s": phases.collect_s,
        "end_to_end_s": phases.end_to_end_s,
        "run_median_s": run and run.value,
        "run_low_s": low,
        "run_high_s": high,
        "run_min_s": min(phases.run_s, default=None),
        "run_max_s": max(phases.run_s, default=None),
        "run_trials": len(phases.run_s),
        "host_peak_bytes": record.memory.host_peak_bytes,
        "device_peak_bytes": record.memory.device_peak_bytes,
        "answer": record.headline,
        "answer_value": record.answer.get(record.headline),
        "certified": record.certificate and record.certificate.valid,
        "baseline": main and main.baseline,
        "ratio_run": main and main.ratio_run,
        "ratio_run_low": ratio_low,
        "ratio_run_high": ratio_high,
        "ratio_end_to_end": main and main.ratio_end_to_end,
        "break_even_runs": main and main.break_even_runs,
        "bound": main and main.bound,
        "verdict": main and str(main.verdict),
        "reasons": main and " | ".join(main.reasons),
        "notes": main and " | ".join(main.notes),
        "best_cpu_engine": best and best.baseline,
        "ratio_run_best_cpu": best and best.ratio_run,
        "break_even_runs_best_cpu": best and best.break_even_runs,
        "best_cpu_engine_end_to_end": whole and whole.baseline,
        "ratio_end_to_end_best_cpu": whole and whole.ratio_end_to_end,
        "machine": where and where.machine,
        "threads": where and where.threads,
        "allocator": where and where.allocator,
        "measured_at": record.measured_at,
        "id": record.id,
    }
