"""After how many calls on one graph a GPU engine has made up for its fixed cost. Pure."""

from __future__ import annotations

import math
from typing import Literal

from graphbench.records.model import Outcome, Record
from graphbench.records.times import warm_or_first_call

Runs = int | Literal["never"]
BreakEven = Runs | Literal["not known"]
"""From measured times: not known where no difference was found between the calls of the two sides."""


def break_even(baseline: Record, engine: Record) -> Runs | None:
    """The fewest calls on one graph after which the engine has cost no more than the baseline.

    A GPU engine starts slowly (imports, device context, loading kernels, moving the graph to the device) and then
    runs fast. N calls cost start + read + build + first + (N - 1) call.

    Args:
        baseline: with calls, or stopped by the limit inside a call; then the result is 1 or None.
        engine: with calls.

    Returns:
        1 if the engine is ahead after the first call, "never" if it does not catch up, None if a time is missing.
    """
    cost, other, further = fixed_cost(engine), _spent(baseline), warm_or_first_call(engine)
    if cost is None or other is None or further is None:
        return None
    saved = warm_or_first_call(baseline)
    if saved is None:
        return 1 if cost <= other else None
    return pays_off(other, saved, cost, further)


def hardest(runs: BreakEven) -> float:
    """To sort by: a number of calls before what is not known, and that before never."""
    return {"not known": 1e98, "never": 1e99}[runs] if isinstance(runs, str) else runs


def pays_off(baseline_cost: float, baseline_call: float, cost: float, call: float) -> Runs:
    """From how many calls on one graph an engine has cost no more: so much with the first, then so much for each."""
    if cost <= baseline_cost:
        return 1
    gain = baseline_call - call
    return 1 + math.ceil((cost - baseline_cost) / gain) if gain > 0 else "never"


def fixed_cost(record: Record) -> float | None:
    """Seconds up to the end of the first call, the engine's start included; None if a phase was not reached."""
    phases = record.phases
    parts = (phases.start_s, phases.before_calls_s, phases.first_s)
    return None if None in parts else sum(part for part in parts if part is not None)


def _spent(record: Record) -> float | None:
    """The fixed cost; if the time limit ended a call, a lower bound: the seconds until then."""
    if record.outcome is not Outcome.TIMEOUT:
        return fixed_cost(record)
    if record.censored is None or record.censored.phase not in ("first", "call"):
        return None
    phases = record.phases
    return sum(part or 0.0 for part in (phases.start_s, phases.read_s, phases.build_s, phases.inputs_s)) + (
        record.censored.after_s if record.censored.phase == "first" else phases.first_s or 0.0
    )
