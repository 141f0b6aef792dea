"""The comparison of two stores: which cells became faster, which slower, and which cannot be compared. Pure.

A cell is a task on a machine and a graph. Trials of one process do not show the spread between processes, so a cell is
slower or faster only over rounds, each measured in a process of its own: where the interval of the rounds' medians
excludes 1. With less than three rounds on a side, a difference is possible, and nothing more.

Each of n cells with three rounds on both sides may differ by chance, so the interval is a 98 % interval with its 2 %
divided by n, as Bonferroni does: where nothing changed, 98 of 100 comparisons call no cell slower or faster.

A gate passes on what was judged, never on nothing: see :func:`objections`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from graphbench.errors import GraphbenchError
from graphbench.records import ratios, times
from graphbench.records.comparison import set_against
from graphbench.records.cost import costs
from graphbench.records.matching import newest, shares_trials
from graphbench.records.model import Environment, Outcome, Record
from graphbench.records.ratios import Bound, Calls
from graphbench.records.rules import Verdict, readable, rule_of
from graphbench.records.statistics import MIN_ROUNDS, Bounds, Estimate
from graphbench.system.text import count

CONFIDENCE = 0.98
"""That all intervals over rounds of one comparison contain the true ratio."""
SAME_WITHIN = 0.02
"""Of too few rounds, a smaller change is not worth a mention: processes vary by more."""

_Struct = TypeVar("_Struct", bound=msgspec.Struct)

Kind = Literal["slower", "faster", "possible", "same", "incomparable"]
KINDS: dict[str, str] = {
    "slower": "the interval over rounds excludes that it takes as long as before, and it takes longer",
    "faster": "the interval over rounds excludes that it takes as long as before, and it takes less time",
    "possible": "the times differ, but a side has too few rounds, or no warm call, to judge",
    "same": "no change was found",
    "incomparable": "there are no two times to compare; the reason is given",
}
"""What may have become of a cell, in a few words each."""
ONLY_OLD, ONLY_NEW = "only in the old store", "only in the new store"
"""The reasons where a cell was not measured again, and where it was not measured before."""
SHORT = "short_calls: most of a call of less than a millisecond is no work of the problem; use a larger graph"
"""The note where both sides take less: their ratio is in no mean either."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How one cell changed.

    Attributes:
        kind: one of :data:`KINDS`.
        algorithm: what was computed.
        dataset: on which graph.
        engine: by which engine.
        params: of the task.
        old_s: the old time of a call in seconds; None without a time.
        new_s: the new one.
        calls: of which calls the times are, `warm`, `rebuilt` or `first`; None where there is no ratio, and each side's
            own median call is given.
        ratio: old time over new time, of these times: above 1 is faster; None if a side has no time.
        interval: over rounds: 98 % for one cell, wider where more are compared; with too few, the 95 % interval of the
            trials.
        range: the smallest and largest ratio of single trials, if there is no interval.
        bound: `lower` or `upper` if a time limit was reached.
        rounds: of the old and the new side; 0 where they were not compared, as one side alone has warm calls.
        costs: by the name of each of :data:`.COSTS` that both sides have: the old value and the new one.
        broken: it was ok, and no longer has an answer.
        lost: both are ok, and it has no ratio, or one that is unlike although the old side alone has no such fault; or
            it had warm calls, and now has a longer first call only.
        repeated: both stores hold the same trials.
        reasons: why it cannot be compared or judged.
        notes: what else to know of it.
        versions: changed versions: of the engine, graphbench, the driver, CUDA and Python.
    """

    kind: Kind
    algorithm: str
    dataset: str
    engine: str
    params: dict[str, Any]
    old_s: float | None = None
    new_s: float | None = None
    calls: Calls | None = None
    ratio: float | None = None
    interval: tuple[float, float] | None = None
    range: tuple[float, float] | None = None
    bound: Bound | None = None
    rounds: tuple[int, int] = (0, 0)
    costs: dict[str, tuple[float, float]] = msgspec.field(default_factory=dict)
    broken: bool = False
    lost: bool = False
    repeated: bool = False
    reasons: list[str] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)
    versions: list[str] = msgspec.field(default_factory=list)

    def __repr__(self) -> str:
        ratio = "" if self.ratio is None else f", {self.ratio:.3g} times as fast as before"
        return f"<Change: {self.algorithm} on {self.dataset}, {self.engine}: {self.kind}{ratio}>"

    @property
    def judged(self) -> bool:
        """Whether it was measured anew and in enough rounds on both sides."""
        return self.kind in ("slower", "faster", "same") and min(self.rounds) >= MIN_ROUNDS and not self.repeated

    @property
    def too_few_rounds(self) -> bool:
        """Whether more rounds would judge it."""
        return 0 < min(self.rounds) < MIN_ROUNDS and not self.repeated


def changes(old: Sequence[Record], new: Sequence[Record], *, cross_machine: bool = False) -> list[Change]:
    """Every cell of either store: broken ones first, then slower ones, the largest slowdown at the top.

    Args:
        old: the records before, oldest first; of each cell the newest counts.
        new: those after.
        cross_machine: compare records of different machines: each new cell with the newest old one of its task.

    Raises:
        GraphbenchError: if the two have no machine in common and are not to be compared across machines.
    """
    before, after = _cells(old, cross_machine), _cells(new, cross_machine)
    machines = [{machine for _, machine in cells if machine} for cells in (before, after)]
    if not cross_machine and all(machines) and not machines[0] & machines[1]:
        names = [_machine(cells) for cells in (before, after)]
        raise GraphbenchError(
            f"The two stores were measured on different machines ({names[0]}; {names[1]}), so every cell would differ. "
            "Measure both on one machine, or pass --cross-machine."
        )
    for one, other in ((before, after), (after, before)):
        for task, machine in [cell for cell in one if cell not in other]:
            if (task, "") in other:  # it did not run there, so its machine is not known
                other[task, machine] = other[task, ""]
        for task, _ in [cell for cell in one if cell[1]]:
            other.pop((task, ""), None)
    pairs = [(before.get(cell), after.get(cell)) for cell in dict.fromkeys([*before, *after])]
    number = sum(all(record and len(record.trials.rounds) >= MIN_ROUNDS for record in pair) for pair in pairs)
    confidence = 1 - (1 - CONFIDENCE) / max(number, 1)
    found = [change_between(*pair, cross_machine=cross_machine, confidence=confidence) for pair in pairs]
    return sorted(found, key=_severity)


def objections(found: Sequence[Change], limit: float) -> list[str]:
    """Why a gate does not pass, a sentence each; empty: it passes.

    Every cell that was ok must still be ok and comparable; at least one must have been judged; and none may be slower
    by more than the limit.

    Args:
        found: by :func:`changes`.
        limit: a fraction: 0.05 for 5 %.
    """
    slower = [change for change in found if change.kind == "slower" and change.ratio and 1 / change.ratio - 1 > limit]
    repeated = [change for change in found if change.repeated]
    again = "has the same trials in both stores: it was not measured again. Measure into a new file with --store FILE"
    said = [
        *_objection([change for change in found if change.broken], "was ok and has no answer now", _reason),
        *_objection([change for change in found if change.lost], "was ok and can no longer be compared", _reason),
        *_objection(repeated, again),
        *_objection(slower, f"is slower by more than {100 * limit:g} %", _longer),
    ]
    if any(change.judged for change in found):
        return said
    if any(change.too_few_rounds for change in found):
        return [*said, f"too few rounds to judge: pass --rounds {MIN_ROUNDS} to both measurements."]
    timed = [change for change in found if change.ratio is not None and change.bound is None]
    nothing = ["nothing could be compared: no cell has a time on both sides."]
    return said or _objection(timed, "cannot be judged", _reason) or nothing


def _objection(cells: Sequence[Change], what: str, why: Callable[[Change], str] = lambda _: "") -> list[str]:
    if not cells:
        return []
    worst = cells[0]
    others = f" (and {count(len(cells) - 1, 'other cell')})" if len(cells) > 1 else ""
    because = ": ".join(filter(None, (what, why(worst).rstrip("."))))
    return [f"{worst.engine} {worst.algorithm} on {worst.dataset}{others} {because}."]


def _reason(change: Change) -> str:
    return readable(change.reasons[0]) if change.reasons else ""


def _longer(change: Change) -> str:
    assert change.ratio
    return "; ".join([f"{100 * (1 / change.ratio - 1):.3g} % longer", *map(readable, change.notes)])


def _cells(records: Sequence[Record], cross_machine: bool) -> dict[tuple[str, str], Record]:
    """By question and machine; a task that never ran has no machine, and any record that ran takes precedence."""
    found: dict[tuple[str, str], Record] = {}
    for record in sorted(newest(records), key=lambda kept: (kept.environment is not None, kept.measured_at)):
        machine = record.environment.machine if record.environment and not cross_machine else ""
        found[record.question, machine] = record
    ran = {key for key, machine in found if machine}
    return {cell: record for cell, record in found.items() if cell[1] or cross_machine or cell[0] not in ran}


def change_between(
    old: Record | None, new: Record | None, *, cross_machine: bool = False, confidence: float = CONFIDENCE
) -> Change:
    """How a cell changed from one record to another; None: there is no record of it."""
    either = new or old
    assert either is not None
    was_ok = old is not None and old.outcome is Outcome.OK
    common = Change(
        kind="incomparable",
        algorithm=either.task.algorithm,
        dataset=either.task.dataset,
        engine=either.task.engine,
        params=either.task.params,
        old_s=_seconds(old),
        new_s=_seconds(new),
        broken=was_ok and (new is None or new.outcome is not Outcome.OK),
    )
    if old is None or new is None:
        return _with(common, reasons=[ONLY_NEW if old is None else ONLY_OLD])
    before, after = costs(old), costs(new)
    common = _with(common, costs={name: (before[name], after[name]) for name in before if name in after})
    sides = _named(old, "old", cross_machine), _named(new, "new", cross_machine)
    ratio = ratios.of_calls(*sides)
    same = ratios.of_same_calls(*sides, confidence) if ratio.estimate is not None and ratio.bound is None else None
    if same is not None:
        ratio = ratio._replace(estimate=same.estimate)
    comparison = set_against(*sides, stale=_stale(*sides), ratio=ratio)
    common = _with(
        common,
        ratio=comparison.ratio_call,
        bound=comparison.bound,
        reasons=_reasons(old, new, comparison.reasons),
        notes=_notes(old, new, comparison.notes),
        versions=_versions(old, new),
    )
    if comparison.ratio_call is not None:
        taken = same.seconds if same else tuple(map(_first_if_ok, sides))
        common = _with(common, old_s=taken[0], new_s=taken[1], calls=same.calls if same else "first")
    if same is None or comparison.verdict is not Verdict.LIKE:
        no_longer = comparison.verdict is Verdict.REFUSED or set_against(old, old).verdict is Verdict.LIKE
        return _with(common, lost=was_ok and not common.broken and no_longer)
    kind, repeated = _kind(same.estimate, judged=min(same.rounds) >= MIN_ROUNDS), shares_trials(old, new)
    without = [which for which, record in (("old", old), ("new", new)) if not times.warm_calls(record)]
    once = [
        f"the {which} side has no warm call, so a first call of each is compared; raise --budget"
        for which in without
        if len(without) == 1
    ]
    rebuilt = ["a side has too few calls on rebuilt graphs, so warm calls are compared"]
    return _with(
        common,
        kind=kind,
        lost=was_ok and without == ["new"] and kind == "possible" and same.estimate.value < 1,
        interval=same.estimate.interval,
        range=same.estimate.range,
        rounds=same.rounds,
        repeated=repeated,
        reasons=[*once, *(["the same trials are in both stores"] if repeated else [])],
        notes=[*(rebuilt if same.calls == "warm" and any(map(times.reuses_work, sides)) else ()), *common.notes],
    )


def _reasons(old: Record, new: Record, reasons: Sequence[str]) -> list[str]:
    """Why they cannot be compared: where a side has no answer, in the words of its record."""
    without = [
        f"no_time: the {which} side has none ({record.outcome.in_words}): {record.reason}".removesuffix(": ")
        for which, record in (("old", old), ("new", new))
        if record.outcome is not Outcome.OK
    ]
    others = [reason for reason in reasons if rule_of(reason).code != "no_time"]
    return [*others, *without] if len(others) < len(reasons) and without else [*reasons]


def _notes(old: Record, new: Record, notes: Sequence[str]) -> list[str]:
    """Which times are compared instead of warm calls, and what makes them doubtful."""
    codes = {rule_of(note).code: note for note in notes}
    aside = [codes[code] for code in ("reuses_work", "lazy_answer") if code in codes]
    return [*aside, *([SHORT] if "short_calls" in codes else []), *_busy(old, new)]


def _kind(ratio: Estimate, *, judged: bool) -> Kind:
    ends = ratio.interval or ratio.range or Bounds(ratio.value, ratio.value)
    if ends.low <= 1 <= ends.high or (not judged and abs(ratio.value - 1) < SAME_WITHIN):
        return "same"
    if not judged:
        return "possible"
    return "faster" if ratio.value > 1 else "slower"


def _stale(old: Record, new: Record) -> dict[str, str]:
    """By record, why no ratio of it counts: its counterpart was measured by other code of graphbench."""
    before, after = old.revisions, new.revisions
    if before is None or after is None or before == after:
        return {}
    parts = [
        f"{name} {getattr(before, name)} to {getattr(after, name)}"
        for name in before.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    ]
    return {old.id: f"the revision of the measuring code, {', '.join(parts)}"}


def _busy(old: Record, new: Record) -> list[str]:
    """Which side was measured while the machine was busy."""
    sides = [which for which, record in (("old", old), ("new", new)) if _was_busy(record)]
    return [f"{times.BUSY} during the {' and the '.join(sides)} run"] if sides else []


def _was_busy(record: Record) -> bool:
    """The environment is that of the latest round; a warning of any round is kept."""
    return times.was_busy(record) or any(warning.startswith(times.BUSY) for warning in record.warnings)


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


def _seconds(record: Record | None) -> float | None:
    return None if record is None else ratios.seconds_of(record)


def _first_if_ok(record: Record) -> float | None:
    return times.first_call(record) if record.outcome is Outcome.OK else None


def _machine(cells: dict[tuple[str, str], Record]) -> str:
    where = next(record.environment for record in cells.values() if record.environment is not None)
    return ", ".join([where.cpu, *(gpu.name for gpu in where.gpus)])


def _severity(change: Change) -> tuple[bool, bool, int, float, str, str, str, str]:
    cell = change.algorithm, change.dataset, change.engine, str(change.params)
    return not change.broken, not change.lost, list(KINDS).index(change.kind), change.ratio or 0.0, *cell


def _with(struct: _Struct, **changed: Any) -> _Struct:
    return msgspec.structs.replace(struct, **changed)
