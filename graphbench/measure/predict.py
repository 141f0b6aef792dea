"""Tasks that are not started: they would not fit into free memory, or not end within the time limit.

Their records have the outcome that was avoided, `out_of_memory` or `timeout`, and a reason that begins with
`PREDICTED`. They have no phases, no environment and no `censored`, so what was not measured bounds no ratio.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from graphbench.engines.base import Engine, Settings
from graphbench.graphs.generators import spec
from graphbench.measure.plan import Limits, Prediction
from graphbench.measure.prediction import Past, gpus_of
from graphbench.records.model import PREDICTED, Outcome, PosedInfo, Record, Task
from graphbench.system import memory
from graphbench.system.machine import machine_summary
from graphbench.system.text import format_bytes

TIMEOUT_SKIP_FACTOR = 3.0
"""A call that is predicted to take more than this many times the time limit is not tried."""
_EDGE_BYTES_PYTHON = 750
"""Host memory of an edge in a graph of Python dictionaries: 0.5 to 1 KB were measured."""
_EDGE_BYTES_COMPILED = 150
"""Of an edge in a compiled library, the columns that it was built from included."""
_ANSWER_BYTES = 48
"""Of a vertex: its answer, and copies made while it is written."""
_HOST_BASE = 200 << 20
_DEVICE_BASE = 600 << 20
"""A CUDA context and its libraries."""
_COPIES_DIRECTED, _COPIES_UNDIRECTED = 3, 6
"""Peak of cuGraph's graph creation, as a multiple of the edge list."""


@dataclass(kw_only=True)
class Predictor:
    """Predicts the end of tasks from records; call it as :data:`graphbench.measure.plan.Predict`.

    It uses the largest free amount of memory seen: a worker releases its graph, or reuses its pool, for the next task.

    Attributes:
        past: earlier records; :meth:`graphbench.measure.prediction.Past.add` adds to them.
        limits: of the plan.
        settings: of the plan.
        fit: whether to predict that tasks do not fit into memory.
        time: whether to predict that tasks time out.
        series: names of graphs that differ only in size: an engine out of memory on one is so on larger ones.
    """

    past: Past
    limits: Limits
    settings: Settings
    fit: bool = True
    time: bool = False
    series: Collection[str] = ()
    _free_host: int = 0
    _free_device: int = 0

    def __call__(self, task: Task, engine: Engine, posed: PosedInfo) -> Prediction | None:
        """How a task would end; None: start it."""
        return (self._memory(task, engine, posed) if self.fit else None) or (
            self._time(task, posed) if self.time else None
        )

    def _memory(self, task: Task, engine: Engine, posed: PosedInfo) -> Prediction | None:
        allowed = self.limits.memory_bytes
        if smaller := self.past.ran_out(task, posed.num_entries, self.series, allowed):
            why = f"{task.engine} ran out of memory on {smaller.task.dataset}, which is smaller"
            return Prediction(outcome=Outcome.OUT_OF_MEMORY, reason=f"{PREDICTED}{why}; --no-predict tries anyway")
        seen = self.past.peaks(task.algorithm, engine.name, posed.num_entries, gpus_of(task))
        needs = seen.host or host_bytes(engine, posed, stays=_stays(task, engine))
        self._free_host = max(self._free_host, memory.free_host_bytes())
        if needs > self._free_host:
            return _too_large(needs, f"host memory, {format_bytes(self._free_host)} free")
        if allowed is not None and needs > allowed:
            return _too_large(needs, f"host memory, {format_bytes(allowed)} allowed")
        if engine.device == "gpu":
            needs = seen.device or device_bytes(posed) // gpus_of(task)
            self._free_device = max(self._free_device, memory.free_device_bytes(self.settings.device) or 0)
            if self._free_device and needs + _DEVICE_BASE > self._free_device:
                return _too_large(needs + _DEVICE_BASE, f"device memory, {format_bytes(self._free_device)} free")
            allowed = self.settings.device_memory_bytes
            if allowed is not None and needs > allowed:  # a limit on what is allocated, without context and libraries
                return _too_large(needs, f"device memory, {format_bytes(allowed)} allowed")
        return None

    def _time(self, task: Task, posed: PosedInfo) -> Prediction | None:
        limit = self.limits.timeout_s
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


def predictor(records: Iterable[Record], limits: Limits, settings: Settings, *, fit: bool = True) -> Predictor:
    """A predictor for this machine."""
    past = Past(records, machine_summary().digest)
    return Predictor(past=past, limits=limits, settings=settings, fit=fit)


def host_bytes(engine: Engine, posed: PosedInfo, *, stays: bool = False) -> int:
    """Host memory by rule of thumb: many bytes an edge if edges are Python objects, few in a compiled library.

    Args:
        engine: the engine.
        posed: the graph.
        stays: only answers come to the host, no edges.
    """
    if stays:
        return _HOST_BASE + posed.num_vertices * _ANSWER_BYTES
    in_python = engine.speed_class >= 2 or engine.converts  # interpreted, or built from a graph that is
    return _HOST_BASE + posed.num_edges * (_EDGE_BYTES_PYTHON if in_python else _EDGE_BYTES_COMPILED)


def _stays(task: Task, engine: Engine) -> bool:
    """Whether the graph is made on the engine's device, and its edges never come to the host."""
    if engine.device != "gpu" or engine.converts or not spec.is_spec(task.dataset):
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
