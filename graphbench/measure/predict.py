"""Tasks that need not be started: too large for the memory that is free, or hopeless by what smaller graphs took.

Their records say so: the outcome that was avoided, `out_of_memory` or `timeout`, and a reason that begins with
`prediction.PREDICTED`. They have no phases, no environment and no `censored`, so that no ratio is
ever bounded by what was not measured.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from graphbench.engines.base import Engine, Settings
from graphbench.graphs.generators import spec
from graphbench.measure.environment import machine_summary
from graphbench.measure.plan import Foreseen, Limits
from graphbench.measure.prediction import PREDICTED, Past, gpus_of
from graphbench.records.model import Outcome, PosedInfo, Record, Task
from graphbench.system import memory, text

HOPELESS = 3.0
"""How many times the time limit a call must be predicted to take before it is not tried."""
_EDGE_BYTES_PYTHON = 750
"""Host memory of an edge in a graph of Python dictionaries: 0.5 to 1 KB were measured."""
_EDGE_BYTES_COMPILED = 150
"""Of an edge in a compiled library, the columns it was made from included."""
_ANSWER_BYTES = 48
"""Of a vertex: its answer, and what is made of it on the way to a file."""
_HOST_BASE = 200 << 20
_DEVICE_BASE = 600 << 20
"""A CUDA context and its libraries."""
_COPIES_DIRECTED, _COPIES_UNDIRECTED = 3, 6
"""Peak of cuGraph's graph creation in sizes of the edge list, by its own measure."""


@dataclass(kw_only=True)
class Foresight:
    """Foresees the end of tasks by records; call it as :data:`graphbench.measure.plan.Foresee`.

    What is free is the most that has been, since a worker that goes on with the next task gives up the graph, or takes
    from the pool, that it holds now.

    Attributes:
        past: what is known; :meth:`graphbench.measure.prediction.Past.add` adds to it.
        limits: of the plan.
        settings: of the plan.
        fit: whether tasks that would not fit into memory are foreseen.
        time: whether tasks that would not end in time are.
        series: names of graphs that differ in size alone: where memory ran out on one, it would on larger ones.
    """

    past: Past
    limits: Limits
    settings: Settings
    fit: bool = True
    time: bool = False
    series: Collection[str] = ()
    _free_host: int = 0
    _free_device: int = 0

    def __call__(self, task: Task, engine: Engine, posed: PosedInfo) -> Foreseen | None:
        """How a task would end, if that is known; None: try it."""
        return (self._memory(task, engine, posed) if self.fit else None) or (
            self._time(task, posed) if self.time else None
        )

    def _memory(self, task: Task, engine: Engine, posed: PosedInfo) -> Foreseen | None:
        allowed = self.limits.memory_bytes
        if smaller := self.past.ran_out(task, posed.num_entries, self.series, allowed):
            why = f"{task.engine} ran out of memory on {smaller.task.dataset}, which is smaller"
            return Foreseen(outcome=Outcome.OUT_OF_MEMORY, reason=f"{PREDICTED}{why}; --no-predict tries anyway")
        seen = self.past.peaks(task.algorithm, engine.name, posed.num_entries, gpus_of(task))
        needs = seen.host or host_bytes(engine, posed, stays=_stays(task, engine))
        self._free_host = max(self._free_host, memory.free_host_bytes())
        if needs > self._free_host:
            return _too_large(needs, f"host memory, {text.text(self._free_host)} free")
        if allowed is not None and needs > allowed:
            return _too_large(needs, f"host memory, {text.text(allowed)} allowed")
        if engine.device == "gpu":
            needs = seen.device or device_bytes(posed) // gpus_of(task)
            self._free_device = max(self._free_device, memory.free_device_bytes(self.settings.device) or 0)
            if self._free_device and needs + _DEVICE_BASE > self._free_device:
                return _too_large(needs + _DEVICE_BASE, f"device memory, {text.text(self._free_device)} free")
            allowed = self.settings.device_memory_bytes
            if allowed is not None and needs > allowed:  # a limit on what is allocated, without context and libraries
                return _too_large(needs, f"device memory, {text.text(allowed)} allowed")
        return None

    def _time(self, task: Task, posed: PosedInfo) -> Foreseen | None:
        limit = self.limits.timeout_s
        if (smaller := self.past.gave_up(task, posed.num_entries, limit)) is not None:
            return _hopeless(
                f"{task.engine} did not end within {limit:g} s on {smaller.task.dataset}, which is smaller"
            )
        needs = self.past.call_seconds(task, posed.num_entries)
        if needs is not None and needs > HOPELESS * limit:
            return _hopeless(
                f"by what smaller graphs took, one call would take about {needs:,.0f} s, and the limit is {limit:g} s"
            )
        return None


def foresight(records: Iterable[Record], limits: Limits, settings: Settings, *, fit: bool = True) -> Foresight:
    """What can be foreseen on this machine by these records."""
    past = Past(records, machine_summary().digest)
    return Foresight(past=past, limits=limits, settings=settings, fit=fit)


def host_bytes(engine: Engine, posed: PosedInfo, *, stays: bool = False) -> int:
    """Host memory by rule of thumb: many bytes an edge where edges are Python objects, few in a compiled library.

    Args:
        engine: that is to solve the problem.
        posed: the graph.
        stays: no edge ever comes to the host; answers do.
    """
    if stays:
        return _HOST_BASE + posed.num_vertices * _ANSWER_BYTES
    in_python = engine.pace >= 2 or engine.converts  # interpreted, or built from a graph that is
    return _HOST_BASE + posed.num_edges * (_EDGE_BYTES_PYTHON if in_python else _EDGE_BYTES_COMPILED)


def _stays(task: Task, engine: Engine) -> bool:
    """Whether a graph is made on the device that the engine runs on, so that its edges never meet the host."""
    if engine.device != "gpu" or engine.converts or not spec.is_spec(task.dataset):
        return False
    return spec.parse(task.dataset).on_device


def device_bytes(posed: PosedInfo) -> int:
    """Device memory by rule of thumb: the edge list three times if directed, six times if not."""
    edge = 2 * (4 if posed.num_edges < 2**30 else 8) + (0 if posed.weights == "none" else 8)
    return posed.num_edges * edge * (_COPIES_DIRECTED if posed.directed else _COPIES_UNDIRECTED)


def _too_large(needs: int, of_what: str) -> Foreseen:
    reason = f"{PREDICTED}needs about {text.text(needs)} of {of_what}; --no-predict tries anyway"
    return Foreseen(outcome=Outcome.OUT_OF_MEMORY, reason=reason)


def _hopeless(why: str) -> Foreseen:
    return Foreseen(outcome=Outcome.TIMEOUT, reason=f"{PREDICTED}{why}; --no-skip tries anyway")
