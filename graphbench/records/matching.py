"""Which records belong together: the newest of each task, those of one problem, those to compare. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from graphbench.records.model import Outcome, Record, Revisions
from graphbench.records.times import call_seconds, warm_or_first_call

MAY_DIFFER = frozenset(
    {
        "allocator",
        "device",
        "direction_optimizing",
        "from_networkx",
        "gpus",
        "ignore_weights",
        "pairs",
        "renumber",
        "seed",
        "source",
        "sources",
        "threads",
    }
)
"""Parameters that may differ between the two sides of a comparison: a rule or a label then reports it."""


def newest(records: Iterable[Record]) -> list[Record]:
    """The last record of each question, dataset version and machine; order is kept.

    A limit of host memory is not part of a task, so running out of it does not replace an earlier success of the same
    code that needed more memory than the limit.
    """
    found: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        machine = record.environment.machine if record.environment else ""
        digest = record.dataset.digest if record.dataset else ""
        found.setdefault((record.question, machine, digest), []).append(record)
    return [_representative(group) for group in found.values()]


def _representative(group: Sequence[Record]) -> Record:
    """The last record of a task, or the last success if that needed more host memory than the last record's limit."""
    last = _last(group)
    limit = last.censored.limit_bytes if last.censored else None
    if limit is None or last.outcome is not Outcome.OUT_OF_MEMORY:
        return last
    right = [record for record in group if record.outcome is Outcome.OK and _code(record) == _code(last)]
    if not right:
        return last
    held = _last(right).memory.host_peak_bytes
    return _last(right) if held is None or held > limit else last


def _last(records: Sequence[Record]) -> Record:
    return max(reversed(records), key=lambda record: record.measured_at)


def _code(record: Record) -> tuple[Revisions | None, str | None]:
    return record.revisions, record.environment.engine_version if record.environment else None


def last_of_rounds(records: Sequence[Record]) -> list[Record]:
    """Without records that a later one contains: after each round a suite stores the task's record anew."""
    last: dict[tuple[str, str], int] = {}
    contained = set()
    for at, record in enumerate(records):
        cell = record.question, record.environment.machine if record.environment else ""
        if cell in last and shares_trials(records[last[cell]], record):
            contained.add(last[cell])
        last[cell] = at
    return [record for at, record in enumerate(records) if at not in contained]


def shares_trials(old: Record, new: Record) -> bool:
    """Whether a suite took the old record over, or added rounds to it, instead of measuring everything anew."""
    before, after = old.phases.call_s, new.phases.call_s
    return old == new or (0 < len(before) < len(after) and after[: len(before)] == before)


def groups(records: Iterable[Record]) -> list[list[Record]]:
    """The records of each problem and dataset, in their order."""
    found: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        found.setdefault((record.problem, record.task.dataset), []).append(record)
    return list(found.values())


def peers(record: Record, group: Iterable[Record]) -> list[Record]:
    """The records of a group with the machine, graph and problem of a record, itself among them."""
    return [other for other in group if _place(other) == _place(record) and same_problem(record, other)]


def _place(record: Record) -> tuple[str | None, str | None]:
    return (
        record.environment.machine if record.environment else None,
        record.dataset.digest if record.dataset else None,
    )


def nearest(record: Record, others: Iterable[Record]) -> Record | None:
    """Of several records of a baseline, that to compare a record with; None if none is of its problem.

    One of the same machine and graph first, then one with the most equal parameters; of several numbers of threads the
    fastest, else the newest.
    """
    fitting = [other for other in others if same_problem(record, other)]
    if not fitting:
        return None
    highest = max(_affinity(record, other) for other in fitting)
    alike = [other for other in fitting if _affinity(record, other) == highest]
    by_threads = {other.task.params.get("threads"): other for other in sorted(alike, key=lambda one: one.measured_at)}
    return min(by_threads.values(), key=_seconds)


def _affinity(record: Record, other: Record) -> tuple[bool, bool, int]:
    (here, graph), (there, other_graph) = _place(record), _place(other)
    mine = {name: value for name, value in record.task.params.items() if name != "threads"}
    alike = sum(other.task.params.get(name) == value for name, value in mine.items())
    return here == there, graph == other_graph, alike


def _seconds(record: Record) -> tuple[bool, float]:
    """A key to sort by: the records with a warm call first."""
    return call_seconds(record) is None, warm_or_first_call(record) or math.inf


def differing(one: Record, two: Record) -> list[str]:
    """Common parameters that make the two different problems; those varied for equal quality do not count."""
    shared = one.task.params.keys() & two.task.params.keys()
    if one.matched and two.matched:
        shared -= one.matched.setting.keys() | two.matched.setting.keys()
    return sorted(name for name in shared - MAY_DIFFER if one.task.params[name] != two.task.params[name])


def same_problem(one: Record, two: Record) -> bool:
    """Whether two records agree in all common parameters but :data:`MAY_DIFFER`, and in whether quality was matched."""
    return (one.matched is None) == (two.matched is None) and not differing(one, two)
