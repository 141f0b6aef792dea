"""What a task will take, in time and memory, by the records of others like it: pure functions of records.

A prediction is rough on purpose: it tells minutes from hours, and what fits from what does not. Sizes are matrix
entries of the graph as posed, which is what a call has to touch.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from graphbench.records.model import Outcome, Record, Task

STEEPEST = 2.5
"""The steepest growth with the size that is believed; steeper ones come from noise on tiny graphs."""
FARTHEST = 1_000.0
"""How many times larger than the largest graph measured a graph may be for a prediction of its time."""
SPREAD = 2.0
"""Sizes closer together than this say nothing about growth; it is taken to be linear then."""
LEAST_ENTRIES = 100_000
"""Memory on smaller graphs says little about what an entry takes."""
MARGIN = 1.1
"""Memory does not grow quite evenly."""


class Peaks(NamedTuple):
    """Bytes at once, on the host and on the device; None where nothing is known."""

    host: int | None
    device: int | None


class Past:
    """What is known from records.

    Args:
        records: in any order; only those made on the machine count.
        machine: its digest.
    """

    def __init__(self, records: Iterable[Record], machine: str) -> None:
        self._machine = machine
        self._by_work: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Take in one more record; what never ran, or ran elsewhere, says nothing."""
        where = record.environment
        if where is not None and where.machine == self._machine and record.posed is not None:
            self._by_work[record.task.algorithm, record.task.engine].append(record)

    def task_seconds(self, task: Task, entries: int | None, budget_s: float) -> float | None:
        """How long a whole task will take, or None if nothing is known.

        Args:
            task: what to predict.
            entries: of the graph as posed, if known.
            budget_s: for warm trials.
        """
        known = self._like(task)
        same = [record for record in known if record.task.dataset == task.dataset]
        if same:
            return _whole(same[-1])
        answered = [record for record in known if record.outcome is Outcome.OK and record.phases.cold_s]
        if not answered or not entries:
            return None
        nearest = min(answered, key=lambda each: abs(math.log(max(_entries(each), 1) / entries)))
        # At least linear: on tiny graphs, calls take as long whatever the size.
        factor: float = (entries / max(_entries(nearest), 1)) ** max(_growth(answered), 1.0)
        phases = nearest.phases
        grows = sum(part or 0 for part in (phases.read_s, phases.build_s, phases.cold_s, phases.collect_s))
        warm = min(sum(phases.run_s) * max(factor, 1), budget_s)
        return (phases.start_s or 0) + grows * factor + warm

    def call_seconds(self, task: Task, entries: int) -> float | None:
        """How long one call will take on a graph larger than all that were measured; None if that cannot be told."""
        answered = [
            record
            for record in self._like(task)
            if record.outcome is Outcome.OK and record.phases.cold_s and _entries(record)
        ]
        if not answered:
            return None
        largest = max(answered, key=_entries)
        if not _entries(largest) < entries <= FARTHEST * _entries(largest):
            return None
        assert largest.phases.cold_s is not None
        return float(largest.phases.cold_s * (entries / _entries(largest)) ** _growth(answered))

    def gave_up(self, task: Task, entries: int, timeout_s: float) -> Record | None:
        """The record of the same work that did not end within this time on a smaller graph."""
        return next(
            (
                record
                for record in self._like(task)
                if record.outcome is Outcome.TIMEOUT
                and record.censored is not None
                and record.censored.phase in ("cold", "build")
                and record.censored.after_s >= 0.5 * timeout_s
                and _entries(record) < entries
            ),
            None,
        )

    def ran_out(self, task: Task, entries: int, series: Collection[str], memory_bytes: int | None) -> Record | None:
        """The record of the same work that ran out of memory on a smaller graph of a series.

        Args:
            task: what is to be done.
            entries: of the graph as posed.
            series: names of graphs that differ in size alone: on other graphs, want of memory says little.
            memory_bytes: of the host that it may use; what ran out of less says nothing.
        """
        return next(
            (
                record
                for record in self._like(task)
                if record.outcome is Outcome.OUT_OF_MEMORY
                and record.task.dataset in series
                and _entries(record) < entries
                and not _had_less(record, memory_bytes)
            ),
            None,
        )

    def peaks(self, algorithm: str, engine: str, entries: int, gpus: int = 1) -> Peaks:
        """How much memory a task will hold at most, by what its like held on graphs of different sizes.

        On several GPUs the device's peak is that of one of them, which holds its share of the graph.
        """
        measured = self._by_work[algorithm, engine]
        return Peaks(
            _scaled([(_entries(record), record.memory.host_peak_bytes) for record in measured], entries),
            _scaled([(_entries(record) * gpus // gpus_of(record.task), record.memory.device_peak_bytes)
                     for record in measured], entries),
        )  # fmt: skip

    def _like(self, task: Task) -> list[Record]:
        """Records of the same work: the seed apart, the same parameters."""
        params = _work(task)
        return [record for record in self._by_work[task.algorithm, task.engine] if _work(record.task) == params]


def gpus_of(task: Task) -> int:
    """On how many GPUs a task runs, as far as it says so: one, but for engines that take several."""
    number = task.params.get("gpus")
    return number if isinstance(number, int) and number > 0 else 1


def _work(task: Task) -> dict[str, object]:
    return {name: value for name, value in task.params.items() if name != "seed"}


def _had_less(record: Record, memory_bytes: int | None) -> bool:
    allowed = record.censored.limit_bytes if record.censored else None
    return allowed is not None and (memory_bytes is None or allowed < memory_bytes)


def _entries(record: Record) -> int:
    return record.posed.num_entries if record.posed else 0


def _whole(record: Record) -> float:
    phases, censored = record.phases, record.censored
    parts = (phases.start_s, phases.read_s, phases.build_s, phases.cold_s, phases.collect_s)
    return sum(part or 0 for part in parts) + sum(phases.run_s) + (censored.after_s if censored else 0)


def _growth(records: list[Record]) -> float:
    """The exponent with which the time of a call grows with the size: a line through the logarithms."""
    points = [
        (math.log(_entries(record)), math.log(record.phases.cold_s))
        for record in records
        if record.phases.cold_s and _entries(record)
    ]
    sizes = [size for size, _ in points]
    if not sizes or max(sizes) - min(sizes) < math.log(SPREAD):
        return 1.0
    size, time = (sum(values) / len(points) for values in zip(*points, strict=True))
    slope: float = sum((x - size) * (y - time) for x, y in points) / sum((x - size) ** 2 for x in sizes)
    return min(max(slope, 0.0), STEEPEST)


def _scaled(peaks: list[tuple[int, int | None]], entries: int) -> int | None:
    """Memory for so many entries: that on the smallest graph, and the steepest rise from there that was seen.

    A process holds its libraries whatever the graph, gigabytes of them on a GPU machine, so one size tells nothing.
    """
    known = sorted((size, peak) for size, peak in peaks if peak is not None)
    if not known:
        return None
    least, base = known[0]
    rates = [(peak - base) / (size - least) for size, peak in known if size >= max(SPREAD * least, LEAST_ENTRIES)]
    return int(base + MARGIN * max(*rates, 0.0) * max(entries - least, 0)) if rates else None
