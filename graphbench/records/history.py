"""The history of cells: the time of each task on a machine from record to record, and where it changed. Pure.

Neighbours in time are compared as two stores are (:mod:`.regression`). A line breaks where they cannot be compared:
another graph, other measuring code, another quality. Within a line, segments that do not differ are merged, the
closest neighbours first; each begins as one record. Two segments differ where the interval over all their rounds
excludes 1, and by 5 % at least. Each of n - 1 neighbours may be called different by chance, so the interval is the
98 % interval of `compare`, divided by n - 1 as Bonferroni does. What differs in the end is a change point. With fewer
than three rounds on a side it is a possible one. Records of one process count as one round, so a line of many has
change points too. `tests/test_history.py` has simulations of what is found, and of false alarms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Any, Literal

import msgspec

from graphbench.records import statistics
from graphbench.records.matching import last_of_rounds
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.ratios import compared_rounds, seconds_of
from graphbench.records.regression import CONFIDENCE, KINDS, Change, change_between
from graphbench.records.statistics import MIN_ROUNDS
from graphbench.system.text import count

MIN_STEP = 0.05
"""A smaller change between two times is no change point: the state of a machine varies by as much from day to day."""

StepKind = Literal["slower", "faster", "possible", "failed", "apart"]
STEPS: dict[str, str] = {
    "slower": "from here on it takes longer: the interval over the rounds before and after excludes 1",
    "faster": "from here on it takes less time: the interval over the rounds before and after excludes 1",
    "possible": KINDS["possible"],
    "failed": "it had an answer, and has none here",
    "apart": "it cannot be compared with the times before: the line breaks",
}
"""What may happen to a line, in a few words each."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a line.

    Attributes:
        record: its id.
        measured_at: ISO 8601, UTC.
        engine_version: of the library.
        graphbench: the version that measured.
        outcome: how it ended.
        call_s: the time of a warm call in seconds, as `compare` shows it; of the first where it is the only one; None
            without an answer.
        rounds: how many there are.
    """

    record: str
    measured_at: str
    engine_version: str | None
    graphbench: str
    outcome: Outcome
    call_s: float | None
    rounds: int = 1


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a line at one of its points.

    Attributes:
        at: the number of the point, from 0.
        kind: one of :data:`STEPS`.
        ratio: time before over time after, of the segments on both sides: above 1 is faster.
        interval: of the ratio.
        rounds: of both segments.
        reasons: why the line breaks, or why there is no answer.
        versions: changed versions: of the engine, graphbench, the driver, CUDA and Python.
    """

    at: int
    kind: StepKind
    ratio: float | None = None
    interval: tuple[float, float] | None = None
    rounds: tuple[int, int] = (0, 0)
    reasons: list[str] = []
    versions: list[str] = []


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The history of one task on one machine.

    Attributes:
        algorithm: what was computed.
        dataset: on which graph.
        engine: by which engine.
        params: of the task.
        machine: its digest.
        points: from the oldest to the newest.
        steps: what happened, in the order of the points.
    """

    algorithm: str
    dataset: str
    engine: str
    params: dict[str, Any]
    machine: str
    points: list[Point]
    steps: list[Step]

    def __repr__(self) -> str:
        steps = "".join(f", {step.kind} at point {step.at}" for step in self.steps)
        return f"<Line: {self.algorithm} on {self.dataset}, {self.engine}: {count(len(self.points), 'point')}{steps}>"

    @property
    def changed(self) -> bool:
        """Whether it has a change point."""
        return any(step.kind in ("slower", "faster") for step in self.steps)


def history(records: Iterable[Record]) -> list[Line]:
    """The line of every task that ran, by machine; what was measured under earlier rules is left out.

    Args:
        records: of any machines, in any order; machines are never mixed.

    Returns:
        A line for each task and machine, also where there is a single record.
    """
    ran = [one for one in records if one.environment and one.outcome not in NEVER_RAN and not one.superseded]
    # A round and what it was pooled into may be of the same second: the one with more calls is the later one.
    ran.sort(key=lambda one: (one.measured_at, len(one.phases.call_s), one.id))
    cells: dict[tuple[str, str, str, str, str], list[Record]] = {}
    for record in last_of_rounds(ran):
        where, task = record.environment, record.task
        assert where is not None
        cell = where.machine, task.algorithm, task.dataset, task.engine, record.question
        cells.setdefault(cell, []).append(record)
    return [_line(cells[cell], machine=cell[0]) for cell in sorted(cells)]


def _line(records: Sequence[Record], machine: str) -> Line:
    task = records[0].task
    return Line(
        algorithm=task.algorithm,
        dataset=task.dataset,
        engine=task.engine,
        params=task.params,
        machine=machine,
        points=[_point(record) for record in records],
        steps=sorted([*_failures(records), *_steps(records)], key=lambda step: step.at),
    )


def _point(record: Record) -> Point:
    assert record.environment is not None
    return Point(
        record=record.id,
        measured_at=record.measured_at,
        engine_version=record.environment.engine_version,
        graphbench=record.environment.graphbench,
        outcome=record.outcome,
        call_s=seconds_of(record),
        rounds=len(record.trials.rounds) or 1,
    )


def _failures(records: Sequence[Record]) -> list[Step]:
    return [
        Step(
            at=at,
            kind="failed",
            reasons=[record.reason or record.outcome.in_words],
            versions=change_between(before, record).versions,
        )
        for at, (before, record) in enumerate(pairwise(records), start=1)
        if before.outcome is Outcome.OK and record.outcome is not Outcome.OK
    ]


def _steps(records: Sequence[Record]) -> list[Step]:
    """Where the line breaks, and the change points between."""
    ok = [(at, record) for at, record in enumerate(records) if record.outcome is Outcome.OK and _timed(record)]
    found: list[Step] = []
    together: list[tuple[int, Record]] = ok[:1]
    for (_, before), (at, record) in pairwise(ok):
        change = change_between(before, record)
        if not all(change.rounds):  # it is incomparable, or one of the two has a first call only
            found += [*_change_points(together), _break(at, change)]
            together = []
        together.append((at, record))
    return found + _change_points(together)


def _break(at: int, change: Change) -> Step:
    """Where a line begins anew: no rounds are compared, but there may be a first call on each side."""
    step = Step(at=at, kind="apart", reasons=change.reasons, versions=change.versions)
    return msgspec.structs.replace(step, kind="possible", ratio=change.ratio) if change.kind == "possible" else step


def _timed(record: Record) -> bool:
    return bool(record.phases.call_s) or record.phases.first_s is not None


def _change_points(line: Sequence[tuple[int, Record]]) -> list[Step]:
    """The change points of comparable records, each with its place in the whole line."""
    if len(line) < 2:
        return []
    rounds = compared_rounds(*(record for _, record in line))
    confidence = 1 - (1 - CONFIDENCE) / (len(line) - 1)
    starts, kept = [*range(len(line))], dict[tuple[int, int, int], Step]()

    def sides(place: int) -> tuple[list[float], list[float]]:
        first, start, end = _segment(starts, place, len(line))
        one, two = rounds[first:start], rounds[start:end]
        return [seconds for own in one for seconds in own], [seconds for own in two for seconds in own]

    while open_ := [place for place in range(1, len(starts)) if _segment(starts, place, len(line)) not in kept]:
        place = min(open_, key=lambda place: abs(_distance(*sides(place))))
        start = starts[place]
        step = _step(line[start - 1][1], line[start], *sides(place), confidence)
        if step is None:
            del starts[place]
        else:
            kept[_segment(starts, place, len(line))] = step
    return [kept[_segment(starts, place, len(line))] for place in range(1, len(starts))]


def _segment(starts: Sequence[int], place: int, end: int) -> tuple[int, int, int]:
    """Where the segment before a place begins, where that after it begins, and where it ends."""
    return starts[place - 1], starts[place], starts[place + 1] if place + 1 < len(starts) else end


def _distance(before: Sequence[float], after: Sequence[float]) -> float:
    return fmean(map(math.log, before)) - fmean(map(math.log, after))


def _step(
    last: Record, first: tuple[int, Record], before: Sequence[float], after: Sequence[float], confidence: float
) -> Step | None:
    """The step from one segment to the next; None where they do not differ.

    Args:
        last: the last record before it.
        first: the first after it, with its place.
        before: the medians of the rounds before it.
        after: of those after it.
        confidence: of the interval over rounds.
    """
    ratio = math.exp(_distance(before, after))
    if 1 / (1 + MIN_STEP) < ratio < 1 + MIN_STEP:
        return None
    at, record = first
    change = change_between(last, record)
    made = Step(at=at, kind="possible", ratio=ratio, rounds=(len(before), len(after)), versions=change.versions)
    if min(len(before), len(after)) < MIN_ROUNDS:
        return None if change.kind == "same" else made
    interval = statistics.ratio_of_rounds(before, after, confidence).interval
    assert interval is not None
    if interval.low <= 1 <= interval.high:
        return None
    return msgspec.structs.replace(made, kind="faster" if ratio > 1 else "slower", interval=interval)
