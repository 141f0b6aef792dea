"""Tasks that are not started: they would not fit into free memory, or not end within the time limit.

Their records have the outcome that was avoided, `out_of_memory` or `timeout`, and a reason that begins with
`PREDICTED`. They have no phases, no environment and no `censored`, so what was not measured bounds no ratio.

Predictions come from records of the same work, and are rough on purpose: they distinguish minutes from hours, and what
fits from what does not. Sizes are matrix entries of the graph as posed, which is what a call has to read.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from statistics import linear_regression, median
from typing import NamedTuple

from graphbench.engines.base import Engine
from graphbench.graphs.generators import spec
from graphbench.measure.options import Options
from graphbench.measure.plan import Prediction
from graphbench.records.model import PREDICTED, Outcome, PosedInfo, Record, Task
from graphbench.system import memory
from graphbench.system.machine import machine_summary
from graphbench.system.text import format_bytes

TIMEOUT_SKIP_FACTOR = 3.0
"""A call is not tried if it is predicted to take more than this many times the time limit."""
_EDGE_BYTES_PYTHON = 750
"""Host memory of an edge in a graph of Python dictionaries: 0.5 to 1 KB were measured."""
_EDGE_BYTES_COMPILED = 150
"""The same in a compiled library, with the columns that it is built from."""
_ANSWER_BYTES = 48
"""Host memory of a vertex: its answer, and copies made while it is written."""
_HOST_BASE = 200 << 20
_DEVICE_BASE = 600 << 20
"""A CUDA context and its libraries."""
_COPIES_DIRECTED, _COPIES_UNDIRECTED = 3, 6
"""Peak of cuGraph's graph creation, as a multiple of the edge list."""
MAX_GROWTH = 2.5
"""Largest exponent of growth with the size."""
MAX_GROWTH_TINY = 2.0
"""The same where calls are too short, or sizes too close, to tell growth from noise."""
MIN_GROWTH_SPREAD, MIN_GROWTH_S = 10.0, 0.1
"""A larger exponent needs sizes that differ by this factor, and a call of so many seconds on the largest."""
MAX_EXTRAPOLATION = 1_000.0
"""Times are not predicted on graphs more than this many times larger than the largest measured."""
MIN_SPREAD = 2.0
"""If the sizes measured differ by a smaller factor, growth is assumed to be linear."""
MIN_ENTRIES = 100_000
"""Peaks on smaller graphs do not show the memory per entry."""
MEMORY_MARGIN = 1.1
"""Predicted memory is multiplied by this, as memory grows in steps."""


@dataclass(kw_only=True)
class Predictor:
    """Predicts the end of tasks from records; call it as :data:`graphbench.measure.plan.Predict`.

    It uses the largest free amount of memory seen: a worker releases its graph, or reuses its pool, for the next task.

    Attributes:
        past: earlier records; :meth:`Past.add` adds to them.
        options: of the plan; without `predict`, no task is predicted not to fit into memory.
        time: whether to predict that tasks time out.
        series: names of graphs that differ only in size: an engine out of memory on one is so on larger ones.
    """

    past: Past
    options: Options
    time: bool = False
    series: Collection[str] = ()
    _free_host: int = 0
    _free_device: int = 0

    def __call__(self, task: Task, engine: Engine, posed: PosedInfo) -> Prediction | None:
        """How a task would end; None: start it."""
        return (self._memory(task, engine, posed) if self.options.predict else None) or (
            self._time(task, posed) if self.time else None
        )

    def _memory(self, task: Task, engine: Engine, posed: PosedInfo) -> Prediction | None:
        allowed = self.options.memory_limit
        if smaller := self.past.ran_out(task, posed.num_entries, self.series, allowed):
            why = f"{task.engine} ran out of memory on {smaller.task.dataset}, which is smaller"
            return Prediction(outcome=Outcome.OUT_OF_MEMORY, reason=f"{PREDICTED}{why}; --no-predict tries anyway")
        seen = self.past.peaks(task.algorithm, engine.name, posed.num_entries, gpus_of(task))
        needs = seen.host or host_bytes(posed, python=_in_python(task, engine), stays=_stays(task, engine))
        self._free_host = max(self._free_host, memory.free_host_bytes())
        if needs > self._free_host:
            return _too_large(needs, f"host memory, {format_bytes(self._free_host)} free")
        if allowed is not None and needs > allowed:
            return _too_large(needs, f"host memory, {format_bytes(allowed)} allowed")
        if engine.device == "gpu":
            needs = seen.device or device_bytes(posed) // gpus_of(task)
            self._free_device = max(self._free_device, memory.free_device_bytes(self.options.device) or 0)
            if self._free_device and needs + _DEVICE_BASE > self._free_device:
                return _too_large(needs + _DEVICE_BASE, f"device memory, {format_bytes(self._free_device)} free")
            allowed = self.options.device_memory_limit
            if allowed is not None and needs > allowed:  # a limit on what is allocated, without context and libraries
                return _too_large(needs, f"device memory, {format_bytes(allowed)} allowed")
        return None

    def _time(self, task: Task, posed: PosedInfo) -> Prediction | None:
        limit = self.options.timeout
        if (smaller := self.past.gave_up(task, posed.num_entries, limit)) is not None:
            return _would_time_out(
                f"{task.engine} did not end within {limit:g} s on {smaller.task.dataset}, which is smaller"
            )
        needs = self.past.call_seconds(task, posed.num_entries)
        if needs is not None and needs > TIMEOUT_SKIP_FACTOR * limit:
            return _would_time_out(
                f"one call would take about {needs:,.0f} s, extrapolated from smaller graphs; the limit is {limit:g} s"
            )
        return None


def predictor(records: Iterable[Record], options: Options) -> Predictor:
    """A predictor for this machine."""
    past = Past(records, machine_summary().digest)
    return Predictor(past=past, options=options)


def host_bytes(posed: PosedInfo, *, python: bool, stays: bool = False) -> int:
    """Host memory by rule of thumb: many bytes an edge if edges are Python objects, few in a compiled library.

    Args:
        posed: the graph.
        python: edges are Python objects.
        stays: only answers come to the host, no edges.
    """
    if stays:
        return _HOST_BASE + posed.num_vertices * _ANSWER_BYTES
    return _HOST_BASE + posed.num_edges * (_EDGE_BYTES_PYTHON if python else _EDGE_BYTES_COMPILED)


def _in_python(task: Task, engine: Engine) -> bool:
    """Whether edges are Python objects: the engine is interpreted, or converts a graph that is."""
    return engine.speed_class >= 2 or engine.converts or bool(task.params.get("from_networkx"))


def _stays(task: Task, engine: Engine) -> bool:
    """Whether the graph is made on the engine's device, and its edges never come to the host."""
    if engine.device != "gpu" or _in_python(task, engine) or not spec.is_spec(task.dataset):
        return False
    return spec.parse(task.dataset).on_device


def device_bytes(posed: PosedInfo) -> int:
    """Device memory by rule of thumb: the edge list three times if directed, six times if not."""
    edge = 2 * (4 if posed.num_edges < 2**30 else 8) + (0 if posed.weights == "none" else 8)
    return posed.num_edges * edge * (_COPIES_DIRECTED if posed.directed else _COPIES_UNDIRECTED)


def _too_large(needs: int, of_what: str) -> Prediction:
    reason = f"{PREDICTED}needs about {format_bytes(needs)} of {of_what}; --no-predict tries anyway"
    return Prediction(outcome=Outcome.OUT_OF_MEMORY, reason=reason)


def _would_time_out(why: str) -> Prediction:
    return Prediction(outcome=Outcome.TIMEOUT, reason=f"{PREDICTED}{why}; --no-skip tries anyway")


class Peaks(NamedTuple):
    """Peak bytes on the host and on the device; None if unknown."""

    host: int | None
    device: int | None


class Past:
    """Earlier records of this machine.

    Args:
        records: in any order; those of other machines are ignored.
        machine: digest of this machine.
    """

    def __init__(self, records: Iterable[Record], machine: str) -> None:
        self._machine = machine
        self._by_work: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Add a record; one of a task that never ran, or ran elsewhere, is ignored."""
        where = record.environment
        if where is not None and where.machine == self._machine and record.posed is not None:
            self._by_work[record.task.algorithm, record.task.engine].append(record)

    def task_seconds(self, task: Task, entries: int | None, budget_s: float) -> float | None:
        """How long a whole task will take; None if unknown.

        Args:
            task: the task.
            entries: of the graph as posed, if known.
            budget_s: seconds of warm trials.
        """
        known = self._like(task)
        same = [record for record in known if record.task.dataset == task.dataset]
        if same:
            return _whole(same[-1])
        answered = [record for record in known if record.outcome is Outcome.OK and record.phases.first_s]
        if not answered or not entries:
            return None
        nearest = min(answered, key=lambda record: abs(math.log(max(_entries(record), 1) / entries)))
        # At least linear: on tiny graphs the time of a call does not depend on the size.
        factor: float = (entries / max(_entries(nearest), 1)) ** max(_growth(answered), 1.0)
        phases = nearest.phases
        once = max((phases.first_s or 0.0) - _call_s(nearest), 0.0)
        parts = (phases.read_s, phases.build_s, phases.inputs_s, _call_s(nearest), phases.collect_s)
        grows = sum(part or 0 for part in parts)
        warm = min(sum(phases.call_s) * max(factor, 1), budget_s)
        return (phases.start_s or 0) + once + grows * factor + warm

    def call_seconds(self, task: Task, entries: int) -> float | None:
        """How long one call will take on a graph larger than all measured ones; None if unknown."""
        answered = [record for record in self._like(task) if _call_s(record) and _entries(record)]
        if not answered:
            return None
        largest = max(answered, key=_entries)
        if not _entries(largest) < entries <= MAX_EXTRAPOLATION * _entries(largest):
            return None
        # What only a first call does (starting threads, compiling, importing) does not grow with the graph.
        call = _call_s(largest)
        once = max((largest.phases.first_s or 0.0) - call, 0.0)
        return float(once + call * (entries / _entries(largest)) ** _growth(answered))

    def gave_up(self, task: Task, entries: int, timeout_s: float) -> Record | None:
        """A record of the same work that did not end within this time on a smaller graph."""
        return next(
            (
                record
                for record in self._like(task)
                if record.outcome is Outcome.TIMEOUT
                and record.censored is not None
                and record.censored.phase in ("first", "build")
                and record.censored.after_s >= 0.5 * timeout_s
                and _entries(record) < entries
            ),
            None,
        )

    def ran_out(self, task: Task, entries: int, series: Collection[str], memory_bytes: int | None) -> Record | None:
        """A record of the same work that ran out of memory on a smaller graph of a series.

        Args:
            task: the task.
            entries: of the graph as posed.
            series: names of graphs that differ only in size; on other graphs, running out of memory is little evidence.
            memory_bytes: limit on host memory; a record with a smaller limit does not count.
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
        """Peak memory of a task, predicted from the peaks of the same work on graphs of other sizes.

        On several GPUs the device's peak is that of one of them, which holds its share of the graph.
        """
        measured = self._by_work[algorithm, engine]
        return Peaks(
            _scaled([(_entries(record), record.memory.host_peak_bytes) for record in measured], entries),
            _scaled([(_entries(record) * gpus // gpus_of(record.task), record.memory.device_peak_bytes)
                     for record in measured], entries),
        )  # fmt: skip

    def _like(self, task: Task) -> list[Record]:
        """Records of the same work: the same parameters but for the seed."""
        params = _work(task)
        return [record for record in self._by_work[task.algorithm, task.engine] if _work(record.task) == params]


def gpus_of(task: Task) -> int:
    """On how many GPUs a task runs; 1 unless its engine uses several."""
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
    parts = (phases.start_s, phases.read_s, phases.build_s, phases.inputs_s, phases.first_s, phases.collect_s)
    return sum(part or 0 for part in parts) + sum(phases.call_s) + (censored.after_s if censored else 0)


def _call_s(record: Record) -> float:
    """A call's seconds without what only a first call does: of warm ones the median; 0 without a time."""
    if record.outcome is not Outcome.OK:
        return 0.0
    return min(filter(None, (median(record.phases.call_s or [0.0]), record.phases.first_s)), default=0.0)


def _growth(records: list[Record]) -> float:
    """The exponent with which the time of a call grows with the size: the slope of a line through the logarithms."""
    points = [(_entries(record), _call_s(record)) for record in records if _call_s(record) and _entries(record)]
    if not points or max(points)[0] < MIN_SPREAD * min(points)[0]:
        return 1.0
    sizes, times = zip(*points, strict=True)
    slope = linear_regression([*map(math.log, sizes)], [*map(math.log, times)]).slope
    shows_growth = max(sizes) >= MIN_GROWTH_SPREAD * min(sizes) and max(points)[1] >= MIN_GROWTH_S
    return min(max(slope, 0.0), MAX_GROWTH if shows_growth else MAX_GROWTH_TINY)


def _scaled(peaks: list[tuple[int, int | None]], entries: int) -> int | None:
    """Memory for so many entries: the peak on the smallest graph, plus the steepest growth from there.

    Libraries take memory whatever the graph, gigabytes on a GPU machine, so a single size is not enough.
    """
    known = sorted((size, peak) for size, peak in peaks if peak is not None)
    if not known:
        return None
    least, base = known[0]
    rates = [(peak - base) / (size - least) for size, peak in known if size >= max(MIN_SPREAD * least, MIN_ENTRIES)]
    return int(base + MEMORY_MARGIN * max(*rates, 0.0) * max(entries - least, 0)) if rates else None
