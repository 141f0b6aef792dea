"""Searches for the largest graph that fits, known again from their records alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphbench.model import Outcome, Record
from graphbench.prediction import is_predicted
from graphbench.reporting.capacity import Finding, peak
from graphbench.reporting.heading import hardware, named
from graphbench.reporting.measured import Cell, Measured

_SIZE = re.compile(r"(?<=[:,])scale=(\d+),edgefactor=(\d+)")
_Key = tuple[str, str, str, int]
"""The problem, the engine with what it had of the hardware, the generator without a size, the limit in bytes."""


def findings(measured: Measured) -> list[Finding]:
    """What every search came to, problem by problem.

    A search is R-MAT graphs of two sizes or more of one generator, tried within one limit of memory: that of RMM, which
    is a parameter of the task, or that of the host, which a record has when the limit struck.
    """
    return [_finding(key, tried) for key, tried in sorted(_searches(measured).items())]


def tries(measured: Measured) -> set[str]:
    """The records that searches left which bisected the edge factor: their sizes are nobody's series."""
    return {
        cell.record.id
        for tried in _searches(measured).values()
        if len({_size(cell.record)[1] for cell in tried}) > 1
        for cell in tried
    }


def _searches(measured: Measured) -> dict[_Key, list[Cell]]:
    drawn = [cell for cell in measured.cells if _SIZE.search(cell.record.task.dataset) and _tried(cell.record)]
    struck: dict[tuple[str, str], set[int]] = {}
    for cell in drawn:
        if (limit := _struck(cell.record)) is not None:
            struck.setdefault((cell.problem, cell.record.task.engine), set()).add(limit)
    found: dict[_Key, list[Cell]] = {}
    for cell in drawn:
        kind = _SIZE.sub("", cell.record.task.dataset)
        for limit in _limits(cell.record, struck.get((cell.problem, cell.record.task.engine), set())):
            found.setdefault((cell.problem, _engine(cell.record), kind, limit), []).append(cell)
    return {key: tried for key, tried in found.items() if len({_size(cell.record) for cell in tried}) > 1}


def _tried(record: Record) -> bool:
    """Whether it tells what fits: nothing that was only predicted, or never began, does."""
    begun = record.environment is not None and record.posed is not None
    return begun and not is_predicted(record)


def _struck(record: Record) -> int | None:
    """The limit of host memory that a task on the CPU ran into."""
    return record.censored.limit_bytes if record.censored is not None and record.device != "gpu" else None


def _limits(record: Record, struck: set[int]) -> list[int]:
    """The limits that a record counts under; of those that struck on the host, all that it needed no more than."""
    given = record.task.params.get("device_memory_limit")
    if isinstance(given, int):
        return [given]
    if record.outcome is not Outcome.OK:
        own = _struck(record)
        return [] if own is None else [own]
    taken = peak(record)
    return sorted(limit for limit in struck if taken is not None and taken <= limit)


def _finding(key: _Key, tried: Sequence[Cell]) -> Finding:
    problem, engine, _, limit = key
    ordered = sorted((cell.record for cell in tried), key=lambda record: (_edges(record), record.task.dataset))
    completed = [record for record in ordered if record.outcome is Outcome.OK]
    largest = completed[-1] if completed else None
    lost = [record for record in ordered if record.outcome is not Outcome.OK]
    reached = _edges(largest) if largest else 0
    return Finding(
        algorithm=problem,
        engine=engine,
        gpu=ordered[0].device == "gpu",
        limit_bytes=limit,
        limited=True,
        largest=largest,
        failed=next((record for record in lost if _edges(record) > reached), None),
        tries=len(ordered),
        surprises=[record.task.dataset for record in lost if _edges(record) <= reached],
    )


def _engine(record: Record) -> str:
    """With how many GPUs and which allocator; the limit has a column of its own."""
    words = [word for word in hardware(record) if not word.startswith("at most ")]
    return named(record.task.engine, words)


def _size(record: Record) -> tuple[int, int]:
    found = _SIZE.search(record.task.dataset)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _edges(record: Record) -> int:
    return record.posed.num_edges if record.posed is not None else 0
