"""Searches for the largest graph that fits, known again from their records alone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from graphbench.measure.prediction import is_predicted
from graphbench.records.capacity import (
    FOUND,
    LOWEST,
    Capacity,
    Size,
    beginnings,
    failure,
    generator_of,
    host_out_of_memory,
    lies_between,
    own,
    peak,
    size_of,
    untried,
)
from graphbench.records.model import Outcome, Record
from graphbench.reporting.heading import ON_HARDWARE, hardware, named
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.power_law import ENOUGH_SIZES
from graphbench.reporting.series import family


class _Kind(NamedTuple):
    """What all tries of a search share but the limit and the edge factor that it began with."""

    problem: str
    engine: str
    generator: str
    params: str


class _Key(NamedTuple):
    """One search. The limit is in bytes; 0: all memory of the device."""

    kind: _Kind
    limit: int
    factor: int


def findings(measured: Measured) -> list[Capacity]:
    """What every search came to, problem by problem.

    A search is R-MAT graphs of two sizes or more, by the rule of :mod:`.boundary` and within one limit of memory: that
    of RMM, which is a parameter of the task, or that of the host, which a record has when the limit struck, or all
    memory of the device. Of the latter two it is one only if memory ran out, since any series would be one else.
    """
    return [_finding(key, tried) for key, tried in sorted(_searches(measured).items(), key=lambda each: each[0])]


def tries(measured: Measured) -> set[str]:
    """The records of edge factors that searches came to between two scales, and that are nobody's series.

    Those of the factor that a search began with are a series like any other, and so are those of a factor that has
    sizes enough for a line.
    """
    found = [
        (case, _size(case.record).factor != key.factor) for key, own in _searches(measured).items() for case in own
    ]
    sizes = Counter((case.problem, case.label, family(case.record.task.dataset)) for case in measured.cases if case.run)
    return {
        case.record.id
        for case, between in found
        if between and sizes[case.problem, case.label, family(case.record.task.dataset)] < ENOUGH_SIZES
    }


def _searches(measured: Measured) -> dict[_Key, list[Case]]:
    """The tries of each search by their draws.

    Where two that began with different edge factors came to one boundary, only the first is kept.
    """
    found: dict[_Key, list[Case]] = {}
    for kind, cases in _kinds(measured).items():
        struck = {limit for case in cases if (limit := _struck(case.record)) is not None}
        limited: dict[int, dict[Size, Case]] = {}
        for case in cases:
            for limit in _limits(case.record, struck):
                limited.setdefault(limit, {})[_size(case.record)] = case
        for limit, tried in limited.items():
            completed = {size: case.record.outcome is Outcome.OK for size, case in tried.items()}
            known: list[tuple[Record | None, Record | None]] = []
            for factor in beginnings(completed):
                mine = [tried[size] for size in sorted(own(factor, completed), key=lambda size: size.draws)]
                sides = _sides([case.record for case in mine])
                if len(mine) > 1 and sides not in known and (_is_given(mine[0].record) or any(map(_ran_out, mine))):
                    found[_Key(kind, limit, factor)] = mine
                    known.append(sides)
    return found


def _kinds(measured: Measured) -> dict[_Kind, list[Case]]:
    """The cases that a search may have left."""
    found: dict[_Kind, list[Case]] = {}
    for case in measured.cases:
        if size_of(case.record.task.dataset) is not None and _tried(case.record):
            found.setdefault(_kind(case), []).append(case)
    return found


def _kind(case: Case) -> _Kind:
    task = case.record.task
    params = {name: value for name, value in task.params.items() if name not in ON_HARDWARE}
    told = msgspec.json.encode(params, order="deterministic").decode()
    return _Kind(case.problem, _engine(case.record), generator_of(task.dataset), told)


def _tried(record: Record) -> bool:
    """Whether it tells what fits: nothing that was only predicted, or never began, does."""
    begun = record.environment is not None and record.posed is not None
    return begun and not is_predicted(record)


def _ran_out(case: Case) -> bool:
    return case.record.outcome is Outcome.OUT_OF_MEMORY and not host_out_of_memory(case.record)


def _is_given(record: Record) -> bool:
    """Whether the limit is a parameter of the task."""
    return isinstance(record.task.params.get("device_memory_limit"), int)


def _struck(record: Record) -> int | None:
    """The limit of host memory that a task on the CPU ran into."""
    return record.censored.limit_bytes if record.censored is not None and record.device != "gpu" else None


def _limits(record: Record, struck: set[int]) -> list[int]:
    """The limits that a record counts under.

    On the host, of those that struck: all that it needed no more than, if it completed; all that are no more than the
    one that it ran into; all, if it failed for another reason.
    """
    given = record.task.params.get("device_memory_limit")
    if isinstance(given, int):
        return [given]
    if record.device == "gpu":
        return [0]
    if record.outcome is Outcome.OK:
        taken = peak(record)
        return sorted(limit for limit in struck if taken is not None and taken <= limit)
    met = _struck(record)
    return sorted(limit for limit in struck if met is None or limit <= met)


def _finding(key: _Key, tried: Sequence[Case]) -> Capacity:
    ordered = [case.record for case in tried]
    largest, failed = _sides(ordered)
    reached = _size(largest).draws if largest else 0
    complete, end = _end(largest, failed)
    return Capacity(
        algorithm=key.kind.problem,
        engine=key.kind.engine,
        gpu=ordered[0].device == "gpu",
        limit_bytes=key.limit or _memory(ordered[0]),
        limited=bool(key.limit),
        largest=largest,
        failed=failed,
        end=end,
        complete=complete,
        tries=len(ordered),
        surprises=[
            record.task.dataset
            for record in ordered
            if record.outcome is not Outcome.OK and _size(record).draws <= reached
        ],
    )


def _sides(ordered: Sequence[Record]) -> tuple[Record | None, Record | None]:
    """The largest that completed, and the smallest above it that did not."""
    largest = next((record for record in reversed(ordered) if record.outcome is Outcome.OK), None)
    above = ordered[ordered.index(largest) + 1 :] if largest is not None else ordered
    return largest, next(iter(above), None)


def _end(largest: Record | None, failed: Record | None) -> tuple[bool, str]:
    """Whether the boundary of memory was found, and in words."""
    if failed is None:
        return False, lies_between(largest, failed)
    if failed.outcome is not Outcome.OUT_OF_MEMORY or host_out_of_memory(failed):
        return False, f"{lies_between(largest, failed)}, which ended in {failure(failed)}: no want of this memory"
    if largest is None:
        lowest = _size(failed).scale <= LOWEST
        return lowest, f"nothing fits: not even {failed.task.dataset} completed" if lowest else lies_between(
            None, failed
        )
    found = not untried(_size(largest), _size(failed))
    return found, FOUND if found else lies_between(largest, failed)


def _engine(record: Record) -> str:
    """With how many GPUs and which allocator; the limit has a column of its own."""
    words = [word for word in hardware(record) if not word.startswith("at most ")]
    return named(record.task.engine, words)


def _memory(record: Record) -> int:
    """Of the smallest of its GPUs."""
    where = record.environment
    return min((gpu.memory_bytes for gpu in where.gpus), default=0) if where is not None else 0


def _size(record: Record) -> Size:
    return size_of(record.task.dataset) or Size(0, 0)
