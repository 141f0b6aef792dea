"""One task in the worker: its phases, its trials, and the only clock that times them.

The clock of a trial wraps one adapter call and the device's synchronisation, nothing else. Garbage is collected before
and not during it, the graph itself is kept out of the collector's way, and what an earlier trial returned is gone.
"""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphbench import registry
from graphbench.algorithms.base import Algorithm, Attached, Call
from graphbench.engines.base import Engine, Settings
from graphbench.errors import GraphbenchError, UnavailableError, UnsupportedError
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure import environment, protocol, sampling
from graphbench.measure.certifying import certified
from graphbench.measure.job import Cold, GarbageError, Job, LazyError, refuse_unread
from graphbench.measure.protocol import COLD, Began, Displaced, Done, Ended, Equipped, Event, Failed, Request, Saved
from graphbench.records.model import Memory, Outcome, Revisions
from graphbench.system import memory

REVISION = 1
"""Of how trials are run and timed. Raise it when a change here makes old times incomparable with new ones."""


def revisions(algorithm: Algorithm, engine: Engine) -> Revisions:
    """The revisions of the code that measures this algorithm on this engine."""
    return Revisions(algorithm=algorithm.revision, engine=engine.revision, trials=REVISION)


class ClockError(Exception):
    """Time ran backwards."""


class Bench:
    """The engine of this process and the graph it holds, over several tasks.

    Args:
        tell: sends an event to the parent.
    """

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._phase = "start"
        self._engine: Engine | None = None
        self._module: Any = None
        self._start_s, self._start_steps = 0.0, dict[str, float]()
        self._graph: Any = None
        self._held: tuple[str, Mapping[str, Any]] | None = None
        self._build_events: list[Ended] = []

    def run(self, request: Request) -> None:
        """Run one task to its end, telling the parent all along; whatever is raised becomes :class:`Failed`."""
        try:
            self._run(request)
        except BaseException as error:  # noqa: BLE001  an engine may raise anything, SystemExit included
            traceback.print_exc()
            self._tell(Failed(outcome=self._outcome(error), reason=f"{_in_one_line(error)} (in phase {self._phase})"))

    def certify(self, request: protocol.Certify) -> None:
        """Certify the answers of a task that is over, without its graph; whatever is raised becomes :class:`Failed`."""
        self.begin("certify")
        try:
            self.release()
            self._tell(protocol.Verdict(**certified(request)._asdict()))
        except BaseException as error:  # noqa: BLE001  a library may raise anything
            traceback.print_exc()
            self._tell(Failed(outcome=self._outcome(error), reason=_in_one_line(error)))

    def _outcome(self, error: BaseException) -> Outcome:
        if isinstance(error, UnavailableError):
            return Outcome.UNAVAILABLE
        if isinstance(error, UnsupportedError):
            return Outcome.UNSUPPORTED
        if isinstance(error, GarbageError | LazyError):
            return Outcome.INVALID
        ran_out = isinstance(error, MemoryError) or (self._engine is not None and self._engine.is_out_of_memory(error))
        return Outcome.OUT_OF_MEMORY if ran_out else Outcome.ERROR

    def _run(self, request: Request) -> None:
        job, cold = self.prepare(request)
        self.begin("run")
        left_s = request.deadline - protocol.now()
        stop = sampling.before_first(job.rule, cold_s=cold.seconds, lap_s=cold.lap_s, left_s=left_s)
        if stop:
            self._tell(protocol.Trial(cold.seconds))
            self._tell(Saved(0, cold.saved.file, cold.saved.claims))
        else:
            stop = self._sample(job)
        self.done(stop)

    # The parts of a task, for those who sample by rules and a clock of their own

    def prepare(self, request: Request) -> tuple[Job, Cold]:
        """Go through the phases up to the warm trials: engine started, graph built, first call made and collected.

        Raises:
            Exception: whatever the engine raises.
        """
        memory.reset_host_peak()
        engine = self._started(request)
        engine.reset_device_peak()
        job = Job.of(request, engine)
        self._build(engine, job.posed, job.attached)
        engine.synchronize()
        lap = protocol.now()
        self.begin("cold")
        raw, cold_s = self.trial(job, COLD)
        self._end("cold", cold_s)
        self.begin("collect")
        answer, collect_s = _clocked(engine, job.collect, raw)
        self._end("collect", collect_s)
        saved = job.save(COLD, answer, raw)
        del raw, answer
        self._tell(saved)
        return job, Cold(saved, cold_s, protocol.now() - lap)

    def begin(self, phase: str) -> None:
        """Tell that a phase begins."""
        self._phase = phase
        self._tell(Began(phase))

    def trial(self, job: Job, index: int) -> tuple[Any, float]:
        """Make one call: what the library returned, and seconds."""
        p = job.call(index)
        gc.collect()
        gc.disable()
        try:
            raw, seconds = _clocked(job.engine, job.attached.call, self._module, self._graph, p)
        finally:
            gc.enable()
        refuse_unread(raw)
        return raw, seconds

    def solver(self, job: Job) -> Callable[[Call], Any]:
        """The call alone, for another's clock; it holds on to the graph for as long as it lives itself."""
        return job.solver(self._module, self._graph)

    def offer(self, job: Job, keep: sampling.Reservoir, index: int, raw: Any) -> None:
        """Keep the answer of a trial if it is one of those to be certified."""
        refuse_unread(raw)
        wanted, displaced = keep.offer(index)
        if wanted:
            self._tell(job.save(index, job.collect(raw), raw))
        if displaced is not None:
            self._tell(Displaced(displaced))

    def add_times(self, times: Iterable[float]) -> None:
        """Tell what another's clock has measured: seconds of each trial, in order."""
        for seconds in times:
            self._tell(protocol.Trial(seconds))

    def done(self, stop: str) -> None:
        """Tell that the task is complete, and why there are no more trials."""
        gpu = self._engine is not None and self._engine.device == "gpu"
        self._tell(Done(stopped=stop, memory=self._peaks(), clocks=environment.gpu_clocks() if gpu else {}))

    def release(self) -> None:
        """Let go of the graph, if there is one."""
        if self._held is None:
            return  # what is frozen then is another's
        self._graph = self._held = None
        gc.unfreeze()
        gc.collect()
        if self._engine is not None:
            self._engine.released()

    def _sample(self, job: Job) -> sampling.Stop:
        """Run warm trials until the rule says stop, keeping some answers; returns why it stopped."""
        keep = job.reservoir(job.request.trials)
        times: list[float] = []
        longest = 0.0
        while True:
            index, lap = len(times), protocol.now()
            raw, seconds = self.trial(job, index)
            times.append(seconds)
            self._tell(protocol.Trial(seconds))
            self.offer(job, keep, index, raw)
            del raw
            longest = max(longest, protocol.now() - lap)
            left_s = job.request.deadline - protocol.now()
            if stop := sampling.after_trial(job.rule, times, longest_lap_s=longest, left_s=left_s):
                return stop

    def _started(self, request: Request) -> Engine:
        if self._engine is None:
            self._engine = registry.engine(request.engine)
            self.begin("start")
            self._start(self._engine, request.settings)
        self._end("start", self._start_s, self._start_steps)
        used = dict(self._engine.used(request.settings))
        self._tell(Equipped(environment=environment.capture(self._engine, used, request.command), used=used))
        return self._engine

    def _start(self, engine: Engine, settings: Settings) -> None:
        self._module, self._start_s = _clocked(engine, engine.start, settings)
        if engine.start_steps:
            self._start_steps["imports"] = self._start_s
            for step in engine.start_steps:
                _, self._start_steps[step] = _clocked(engine, getattr(engine, step), settings)
            self._start_s = sum(self._start_steps.values())

    def _build(self, engine: Engine, posed: EdgeList, attached: Attached) -> None:
        """Have the engine's graph ready: built now, or left by the task before if it is the very same."""
        wanted = (posed.digest, attached.build)
        if self._held == wanted:
            for event in self._build_events:
                self._tell(event)
            return
        self.release()
        self.begin("read")
        columns, read_s = _clocked(engine, engine.read, posed)
        self._end("read", read_s)
        self.begin("build")
        graph, build_s = _clocked(engine, engine.build, columns, posed, **attached.build)
        del columns
        steps = {}
        if engine.converts:
            steps["graph"] = build_s
            graph, steps["conversion"] = _clocked(engine, engine.convert, graph, posed, **attached.build)
            build_s = sum(steps.values())
        self._end("build", build_s, steps)
        self._graph, self._held = graph, wanted
        self._build_events = [
            Ended(phase="read", seconds=read_s, shared=True),
            Ended(phase="build", seconds=build_s, steps=steps, shared=True),
        ]
        # A graph of Python objects makes every collection take seconds; frozen, it is passed over.
        gc.collect()
        gc.freeze()

    def _end(self, phase: str, seconds: float, steps: dict[str, float] | None = None) -> None:
        self._tell(Ended(phase=phase, seconds=seconds, steps=steps or {}, memory=self._peaks()))

    def _peaks(self) -> Memory:
        engine, host = self._engine, memory.host_peak_bytes()
        if engine is None:
            return Memory(host)
        if each := engine.device_peaks():
            return Memory(host, max(each), each)
        return Memory(host, engine.device_peak_bytes())


def _clocked(engine: Engine, action: Callable[..., Any], *args: Any, **options: Any) -> tuple[Any, float]:
    """What an action gives, and seconds until it and the device were done."""
    started = time.perf_counter_ns()
    made = action(*args, **options)
    engine.synchronize()
    taken = time.perf_counter_ns() - started
    if taken < 0:  # a broken clock source, or a virtual machine that was moved: no time is better than a wrong one
        raise ClockError(f"the clock ran backwards by {-taken / 1e9:g} s during a call; measure again")
    return made, taken / 1e9


def _in_one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, GraphbenchError):
        return text  # a sentence of our own
    return f"{type(error).__name__}: {text[:500]}" if text else type(error).__name__
