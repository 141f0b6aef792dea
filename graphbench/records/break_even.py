"""After how many runs on one graph an engine's fixed cost is won back. Pure.

A GPU engine starts slowly (imports, device context, the graph's way to the device, compiling at the first call) and
then runs fast. N runs on one graph cost start + read + build + cold + (N - 1) run: the first call is the cold one.
"""

from __future__ import annotations

import math
from statistics import median
from typing import Literal

from graphbench.records.model import Outcome, Record

Runs = int | Literal["never"]


def break_even(baseline: Record, engine: Record) -> Runs | None:
    """The fewest runs after which the engine has cost no more than the baseline.

    Args:
        baseline: with trials, or stopped by the limit inside a call; then only a first run that ended before is known.
        engine: with trials.

    Returns:
        1 if the engine is ahead at once, "never" if it does not catch up, None where a time is missing.
    """
    cost, other = fixed_cost(engine), _spent(baseline)
    if cost is None or other is None or not engine.phases.run_s:
        return None
    if cost <= other:
        return 1
    if baseline.outcome is Outcome.TIMEOUT or not baseline.phases.run_s:
        return None
    gain = median(baseline.phases.run_s) - median(engine.phases.run_s)
    return 1 + math.ceil((cost - other) / gain) if gain > 0 else "never"


def fixed_cost(record: Record) -> float | None:
    """Seconds up to the end of the first call, the engine's start included; None if a phase was not reached."""
    phases = record.phases
    parts = (phases.start_s, phases.read_s, phases.build_s, phases.cold_s)
    return None if None in parts else sum(part for part in parts if part is not None)


def _spent(record: Record) -> float | None:
    """The fixed cost, or where the limit struck inside a call: at least what had passed by then."""
    if record.outcome is not Outcome.TIMEOUT:
        return fixed_cost(record)
    if record.censored is None or record.censored.phase not in ("cold", "run"):
        return None
    phases = record.phases
    return sum(part or 0.0 for part in (phases.start_s, phases.read_s, phases.build_s)) + (
        record.censored.after_s if record.censored.phase == "cold" else phases.cold_s or 0.0
    )
