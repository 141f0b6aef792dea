"""The comparison of two stores: which cells became faster, which slower, and which cannot be compared. Pure.

A cell is a task on a machine and a graph. Two measures together separate a change from noise: the 95 % bootstrap
interval of the ratio excludes 1, and the trials of the two sides hardly overlap by Cliff's delta (N. Cliff,
"Dominance statistics", Psychological Bulletin 114, 1993), at least 0.474, which is a large effect (J. Romano et al.,
2006). The interval alone would call every tiny shift a change, given enough trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np

from graphbench.errors import UsageError
from graphbench.records.comparison import set_against
from graphbench.records.matching import newest
from graphbench.records.model import NEVER_RAN, Environment, Outcome, Record
from graphbench.records.rules import Verdict

LARGE_EFFECT = 0.474
"""The smallest delta of a large effect."""
SAME_WITHIN = 0.02
"""A smaller change is within the variation between processes, whatever the trials of one process say."""

_Struct = TypeVar("_Struct", bound=msgspec.Struct)

Kind = Literal["slower", "faster", "same", "incomparable"]
KINDS: tuple[Kind, ...] = ("slower", "faster", "same", "incomparable")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How one cell changed.

    Attributes:
        kind: `slower`, `faster`, `same` or `incomparable`.
        algorithm: what was computed.
        dataset: on which graph.
        engine: by which engine.
        params: of the task.
        old_s: the old median of a warm call in seconds; None if it has no time.
        new_s: the new one.
        ratio: old time over new time: above 1 is faster; None if a side has no time.
        interval: its 95 % bootstrap interval; None from fewer than five trials.
        range: the smallest and largest ratio of single trials, if there is no interval.
        bound: `lower` or `upper` if a time limit was reached.
        effect: Cliff's delta of the trials, from -1 (all new ones slower) to 1 (all faster); None without trials.
        broken: it was ok, and no longer has an answer.
        reasons: why it cannot be compared, or what else to know.
        versions: changed versions: of the engine, graphbench, the driver, CUDA and Python.
    """

    kind: Kind
    algorithm: str
    dataset: str
    engine: str
    params: dict[str, Any]
    old_s: float | None = None
    new_s: float | None = None
    ratio: float | None = None
    interval: tuple[float, float] | None = None
    range: tuple[float, float] | None = None
    bound: Literal["lower", "upper"] | None = None
    effect: float | None = None
    broken: bool = False
    reasons: list[str] = msgspec.field(default_factory=list)
    versions: list[str] = msgspec.field(default_factory=list)


def changes(old: Sequence[Record], new: Sequence[Record], *, cross_machine: bool = False) -> list[Change]:
    """Every cell of either store: broken ones first, then slower ones, the largest slowdown at the top.

    Args:
        old: the records before; of each cell the newest counts.
        new: those after.
        cross_machine: compare records of different machines: each new cell with the newest old one of its task.

    Raises:
        UsageError: if the two have no machine in common and are not to be compared across machines.
    """
    before, after = _cells(old, cross_machine), _cells(new, cross_machine)
    machines = [{machine for _, machine in cells if machine} for cells in (before, after)]
    if not cross_machine and all(machines) and not machines[0] & machines[1]:
        names = [_machine(cells) for cells in (before, after)]
        raise UsageError(
            f"The two stores were measured on different machines ({names[0]}; {names[1]}), so every cell would differ. "
            "Measure both on one machine, or pass --cross-machine."
        )
    found = [_change(before.get(key), after.get(key), cross_machine) for key in dict.fromkeys([*before, *after])]
    return sorted(found, key=_severity)


def failed(found: Sequence[Change], limit: float) -> list[Change]:
    """The cells that take longer by more than this fraction, and the broken ones."""
    return [
        change
        for change in found
        if change.broken or (change.kind == "slower" and change.ratio and 1 / change.ratio - 1 > limit)
    ]


def cliffs_delta(old: Sequence[float], new: Sequence[float]) -> float:
    """The share of pairs in which the new trial is faster, minus that in which it is slower: from -1 to 1."""
    ordered, values = np.sort(np.asarray(new, dtype=np.float64)), np.asarray(old, dtype=np.float64)
    quicker = np.searchsorted(ordered, values, side="left").sum()
    slower = len(ordered) * len(values) - np.searchsorted(ordered, values, side="right").sum()
    return float((quicker - slower) / (len(ordered) * len(values)))


def _cells(records: Sequence[Record], cross_machine: bool) -> dict[tuple[str, str], Record]:
    """By task and machine; a task that never ran has no machine, and any record that ran takes precedence."""
    found: dict[tuple[str, str], Record] = {}
    for record in sorted(newest(records), key=lambda kept: (kept.environment is not None, kept.measured_at)):
        machine = record.environment.machine if record.environment and not cross_machine else ""
        found[record.task.key, machine] = record
    ran = {key for key, machine in found if machine}
    return {cell: record for cell, record in found.items() if cell[1] or cross_machine or cell[0] not in ran}


def _change(old: Record | None, new: Record | None, cross_machine: bool) -> Change:
    either = new or old
    assert either is not None
    common = Change(
        kind="incomparable",
        algorithm=either.task.algorithm,
        dataset=either.task.dataset,
        engine=either.task.engine,
        params=either.task.params,
        old_s=_median(old),
        new_s=_median(new),
    )
    if old is None or new is None:
        return _with(common, reasons=[f"only in the {'new' if old is None else 'old'} store"])
    common = _with(common, versions=_versions(old, new))
    comparison = set_against(_named(old, "old", cross_machine), _named(new, "new", cross_machine))
    broken = old.outcome is Outcome.OK and new.outcome not in NEVER_RAN | {Outcome.OK}
    common = _with(common, broken=broken, reasons=[*comparison.reasons])
    if comparison.ratio_call is None or comparison.verdict is not Verdict.LIKE:
        return common
    ends = comparison.interval or comparison.range
    trials = old.phases.call_s, new.phases.call_s
    effect = cliffs_delta(*trials) if all(trials) else None
    common = _with(
        common,
        ratio=comparison.ratio_call,
        interval=comparison.interval,
        range=comparison.range,
        bound=comparison.bound,
        effect=effect,
    )
    return _with(common, kind=_kind(comparison.ratio_call, ends, effect, comparison.bound))


def _kind(
    ratio: float, ends: tuple[float, float] | None, effect: float | None, bound: Literal["lower", "upper"] | None
) -> Kind:
    if bound is not None:
        # At most 0.8 times as fast is slower for certain; at most 3 times as fast says nothing.
        if bound == "upper":
            return "slower" if ratio < 1 else "incomparable"
        return "faster" if ratio > 1 else "incomparable"
    if abs(ratio - 1) < SAME_WITHIN or effect is None or abs(effect) < LARGE_EFFECT:
        return "same"
    if ends is not None and ends[0] <= 1 <= ends[1]:
        return "same"
    return "faster" if ratio > 1 else "slower"


def _named(record: Record, which: str, cross_machine: bool) -> Record:
    """The record with its store in the engine's name, for messages; if `cross_machine`, all on one machine."""
    task = _with(record.task, engine=f"{record.task.engine} ({which})")
    where = record.environment
    if where is not None and cross_machine:
        where = _with(where, machine="any")
    return _with(record, task=task, environment=where)


def _versions(old: Record, new: Record) -> list[str]:
    if old.environment is None or new.environment is None:
        return []

    def of(where: Environment) -> dict[str, str]:
        known = {
            "graphbench": where.graphbench,
            "driver": where.driver or "",
            "CUDA": where.cuda or "",
            "Python": where.python,
        }
        return {old.task.engine: where.engine_version or "", **known}

    before, after = of(old.environment), of(new.environment)
    return [f"{name} {before[name] or '?'} to {after[name] or '?'}" for name in before if before[name] != after[name]]


def _median(record: Record | None) -> float | None:
    if record is None or record.outcome is not Outcome.OK or not record.phases.call_s:
        return None
    return float(np.median(record.phases.call_s))


def _machine(cells: dict[tuple[str, str], Record]) -> str:
    where = next(record.environment for record in cells.values() if record.environment is not None)
    return ", ".join([where.cpu, *(gpu.name for gpu in where.gpus)])


def _severity(change: Change) -> tuple[bool, int, float, str, str, str, str]:
    cell = change.algorithm, change.dataset, change.engine, str(change.params)
    return not change.broken, KINDS.index(change.kind), change.ratio or 0.0, *cell


def _with(struct: _Struct, **changed: Any) -> _Struct:
    return msgspec.structs.replace(struct, **changed)
