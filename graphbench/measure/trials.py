"""One task in the worker: its phases, its trials, and the only clock that times them.

A time contains one call and the device's synchronisation, nothing else. Garbage is collected before a trial and not
during it, the graph is hidden from the collector, and the result of the previous trial is gone.
"""

from __future__ import annotations

import gc
import math
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench import registry
from graphbench.algorithms.base import Algorithm, Attached, Call, Claimed, Inputs
from graphbench.engines.base import Collected, Engine, Settings, arrange
from graphbench.errors import GraphbenchError, UnavailableError, UnsupportedError
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.open import open_edges
from graphbench.measure import environment, protocol, sampling
from graphbench.measure.answers import certified
from graphbench.measure.inputs import load_inputs
from graphbench.measure.protocol import FIRST, Began, Displaced, Done, Ended, Equipped, Event, Failed, Request, Saved
from graphbench.records.model import Memory, Outcome, Revisions
from graphbench.system import memory

REVISION = 1
"""The revision of this module. Raise it when a change here makes old times incomparable with new ones."""
CERTIFIED_SOURCES = 4
"""Searches: the answers to this many sources are certified; of other problems one answer, of heuristics all."""


def revisions(algorithm: Algorithm, engine: Engine) -> Revisions:
    """The revisions of the code that measures this algorithm on this engine."""
    return Revisions(algorithm=algorithm.revision, engine=engine.revision, trials=REVISION)


class ClockError(Exception):
    """Time ran backwards."""


class GarbageError(Exception):
    """An engine's answer is not an array of numbers."""


class LazyError(Exception):
    """An adapter returned a result that is not computed yet."""


def _timed(engine: Engine, action: Callable[..., Any], *args: Any, **options: Any) -> tuple[Any, float]:
    """The result of an action, and the seconds until it and the device were done."""
    started = time.perf_counter_ns()
    result = action(*args, **options)
    engine.synchronize()
    taken = time.perf_counter_ns() - started
    if taken < 0:  # a broken clock source, or a virtual machine that was moved: no time is better than a wrong one
        raise ClockError(f"the clock ran backwards by {-taken / 1e9:g} s during a call; measure again")
    return result, taken / 1e9


class FirstCall(NamedTuple):
    """The first call.

    Attributes:
        saved: its answer.
        seconds: its time.
        lap_s: its time with everything around it.
    """

    saved: Saved
    seconds: float
    lap_s: float


@dataclass(frozen=True, kw_only=True)
class Job:
    """A task, its graph and inputs opened.

    Attributes:
        posed: the graph as posed.
        inputs: the drawn inputs.
        given: the inputs in the form that the engine takes, by their names in a call.
    """

    request: Request
    algorithm: Algorithm
    attached: Attached
    engine: Engine
    posed: EdgeList
    inputs: Inputs
    given: Mapping[str, Any]

    @classmethod
    def of(cls, request: Request, engine: Engine) -> Job:
        """Open the files of a request."""
        import pyarrow.dataset  # noqa: F401  else the first read imports it, within its time

        problem = request.problem
        algorithm = registry.algorithm(problem.algorithm)
        posed = open_edges(problem.edges, problem.dataset)
        inputs = load_inputs(problem.inputs)
        return cls(
            request=request,
            algorithm=algorithm,
            attached=algorithm.adapter(engine.name),
            engine=engine,
            posed=posed,
            inputs=inputs,
            given={
                name: getattr(engine, name)(values, posed)
                for name in ("pairs", "vertices", "labels")
                if (values := getattr(inputs, name)) is not None
            },
        )

    def call(self, trial: int) -> Call:
        """The adapter's argument in that trial; the first call has that of the first."""
        problem = self.request.problem
        p = self.algorithm.call(self.posed, problem.params, self.inputs, seed=problem.seed, trial=max(trial, 0))
        vars(p).update(self.given)
        return p

    def solver(self, module: Any, graph: Any) -> Callable[[Call], Any]:
        """The bare call, for another clock: it returns when the device is done. It keeps the graph alive."""
        adapter, synchronize = self.attached.call, self.engine.synchronize

        def solve(p: Call) -> Any:
            raw = adapter(module, graph, p)
            synchronize()
            return raw

        return solve

    def collect(self, raw: Any) -> Collected:
        """Copy a result to host memory, in the library's own order."""
        return self.engine.to_host(raw, self.algorithm.kind, self.posed)

    def arrange(self, collected: Collected) -> npt.NDArray[Any]:
        """Bring a collected result into the common form, which is this project's work and not timed."""
        return arrange(collected, self.algorithm.kind, self.posed, self.inputs.pairs)

    def save(self, trial: int, answer: npt.NDArray[Any], raw: Any) -> Saved:
        """Write an answer to a file, for its certificate.

        Raises:
            GarbageError: if it is not an array of numbers.
        """
        if not isinstance(answer, np.ndarray) or answer.dtype.kind not in "biuf":
            raise GarbageError(
                f"the answer is {type(answer).__name__} of {getattr(answer, 'dtype', 'no dtype')}, not numbers"
            )
        path = Path(f"{self.request.answers}{'first' if trial == FIRST else trial}.npy")
        np.save(path, answer, allow_pickle=False)
        return Saved(trial, str(path), _claims(raw))

    @property
    def questions(self) -> int:
        """How many different questions the trials alternate between."""
        return 1 if self.inputs.sources is None else len(self.inputs.sources)

    @property
    def rule(self) -> sampling.Rule:
        """When to stop."""
        return sampling.Rule(
            budget_s=self.request.budget_s,
            trials=self.request.trials,
            questions=self.questions,
            max_trials=self.max_trials,
        )

    @property
    def max_trials(self) -> int:
        """More trials than this add nothing."""
        return sampling.MAX_QUALITY_TRIALS if self.algorithm.quality else sampling.MAX_TRIALS

    def reservoir(self, trials: int | None) -> sampling.Reservoir:
        """Which answers to keep.

        Args:
            trials: how many there will be; None if that is not known.
        """
        seed = self.request.problem.seed
        if self.algorithm.quality:
            return sampling.Reservoir(trials or sampling.MAX_QUALITY_TRIALS, seed=seed)
        searches = self.inputs.sources is not None
        size = CERTIFIED_SOURCES if searches else 1
        return sampling.Reservoir(size, seed=seed, questions=self.questions, keep_first=searches)


def refuse_unread(raw: Any) -> None:
    """Refuse a result that is not computed yet.

    Raises:
        LazyError: for a generator.
    """
    if hasattr(raw.result if isinstance(raw, Claimed) else raw, "__next__"):
        raise LazyError("the adapter returned an unread generator, so the timer held no work; it must read it")


def _claims(raw: Any) -> dict[str, float]:
    reported = raw.quantities if isinstance(raw, Claimed) else {}
    return {name: value for name, value in reported.items() if math.isfinite(value)}  # JSON has no other numbers


class Bench:
    """The engine of this process and its current graph, over several tasks.

    Args:
        send: sends an event to the parent.
    """

    def __init__(self, send: Callable[[Event], None]) -> None:
        self._send = send
        self._phase = "start"
        self._engine: Engine | None = None
        self._module: Any = None
        self._start_s, self._start_steps = 0.0, dict[str, float]()
        self._graph: Any = None
        self._held: tuple[str, Mapping[str, Any]] | None = None
        self._build_events: list[Ended] = []

    def run(self, request: Request) -> None:
        """Run one task, sending events; an exception becomes :class:`Failed`."""
        try:
            self._run(request)
        except BaseException as error:  # noqa: BLE001  an engine may raise anything, SystemExit included
            traceback.print_exc()
            self._send(Failed(outcome=self._outcome(error), reason=f"{_in_one_line(error)} (in phase {self._phase})"))

    def certify(self, request: protocol.Certify) -> None:
        """Certify the answers of a finished task, its graph released; an exception becomes :class:`Failed`."""
        self.begin("certify")
        try:
            self.release()
            self._send(certified(request))
        except BaseException as error:  # noqa: BLE001  a library may raise anything
            traceback.print_exc()
            self._send(Failed(outcome=self._outcome(error), reason=_in_one_line(error)))

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
        job, first = self.prepare(request)
        self.begin("call")
        left_s = request.deadline - protocol.now()
        stop = sampling.before_first(job.rule, first_s=first.seconds, lap_s=first.lap_s, left_s=left_s)
        if stop:
            self._send(protocol.Trial(first.seconds))
            self._send(Saved(0, first.saved.file, first.saved.claims))
        else:
            stop = self._sample(job)
        self.done(stop)

    # The parts of a task, for callers with their own clock and sampling rules

    def prepare(self, request: Request) -> tuple[Job, FirstCall]:
        """Run the phases before the warm trials: start the engine, build the graph, make and collect the first call.

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
        self.begin("first")
        raw, first_s = self.trial(job, FIRST)
        self._end("first", first_s)
        self.begin("collect")
        collected, collect_s = _timed(engine, job.collect, raw)
        self._end("collect", collect_s)
        saved = job.save(FIRST, job.arrange(collected), raw)
        del raw, collected
        self._send(saved)
        return job, FirstCall(saved, first_s, protocol.now() - lap)

    def begin(self, phase: str) -> None:
        """Report that a phase begins."""
        self._phase = phase
        self._send(Began(phase))

    def trial(self, job: Job, index: int) -> tuple[Any, float]:
        """Make one call; returns the library's result and the seconds."""
        p = job.call(index)
        gc.collect()
        gc.disable()
        try:
            raw, seconds = _timed(job.engine, job.attached.call, self._module, self._graph, p)
        finally:
            gc.enable()
        refuse_unread(raw)
        return raw, seconds

    def solver(self, job: Job) -> Callable[[Call], Any]:
        """The bare call, for pytest-benchmark to time. Keeps the graph alive."""
        return job.solver(self._module, self._graph)

    def offer(self, job: Job, keep: sampling.Reservoir, index: int, raw: Any) -> None:
        """Save the answer of a trial if it is one of those to certify."""
        refuse_unread(raw)
        wanted, displaced = keep.offer(index)
        if wanted:
            self._send(job.save(index, job.arrange(job.collect(raw)), raw))
        if displaced is not None:
            self._send(Displaced(displaced))

    def add_times(self, times: Iterable[float]) -> None:
        """Report the trials of another clock: seconds of each, in order."""
        for seconds in times:
            self._send(protocol.Trial(seconds))

    def done(self, stop: str) -> None:
        """Report that the task is complete, and why sampling stopped."""
        gpu = self._engine is not None and self._engine.device == "gpu"
        self._send(Done(stopped=stop, memory=self._peaks(), clocks=environment.gpu_clocks() if gpu else {}))

    def release(self) -> None:
        """Release the graph, if there is one."""
        if self._held is None:
            return  # the frozen objects are another Bench's
        self._graph = self._held = None
        gc.unfreeze()
        gc.collect()
        if self._engine is not None:
            self._engine.wait_until_freed()

    def _sample(self, job: Job) -> sampling.Stop:
        """Run warm trials until the rule says stop; returns why."""
        keep = job.reservoir(job.request.trials)
        times: list[float] = []
        longest = 0.0
        while True:
            index, lap = len(times), protocol.now()
            raw, seconds = self.trial(job, index)
            times.append(seconds)
            self._send(protocol.Trial(seconds))
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
        self._send(Equipped(environment=environment.capture(self._engine, used, request.command), used=used))
        return self._engine

    def _start(self, engine: Engine, settings: Settings) -> None:
        self._module, self._start_s = _timed(engine, engine.start, settings)
        if engine.start_steps:
            self._start_steps["imports"] = self._start_s
            for step in engine.start_steps:
                _, self._start_steps[step] = _timed(engine, getattr(engine, step), settings)
            self._start_s = sum(self._start_steps.values())

    def _build(self, engine: Engine, posed: EdgeList, attached: Attached) -> None:
        """Build the engine's graph, or keep that of the previous task if it is the same."""
        wanted = (posed.digest, attached.build)
        if self._held == wanted:
            for event in self._build_events:
                self._send(event)
            return
        self.release()
        self.begin("read")
        columns, read_s = _timed(engine, engine.read, posed)
        self._end("read", read_s)
        self.begin("build")
        graph, build_s = _timed(engine, engine.build, columns, posed, **attached.build)
        del columns
        steps = {}
        if engine.converts:
            steps["graph"] = build_s
            graph, steps["conversion"] = _timed(engine, engine.convert, graph, posed, **attached.build)
            build_s = sum(steps.values())
        self._end("build", build_s, steps)
        self._graph, self._held = graph, wanted
        self._build_events = [
            Ended(phase="read", seconds=read_s, shared=True),
            Ended(phase="build", seconds=build_s, steps=steps, shared=True),
        ]
        # With a graph of Python objects every collection takes seconds; a frozen one is skipped.
        gc.collect()
        gc.freeze()

    def _end(self, phase: str, seconds: float, steps: dict[str, float] | None = None) -> None:
        self._send(Ended(phase=phase, seconds=seconds, steps=steps or {}, memory=self._peaks()))

    def _peaks(self) -> Memory:
        engine, host = self._engine, memory.host_peak_bytes()
        if engine is None:
            return Memory(host)
        if peaks := engine.device_peaks():
            return Memory(host, max(peaks), peaks)
        return Memory(host, engine.device_peak_bytes())


def _in_one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, GraphbenchError):
        return text
    return f"{type(error).__name__}: {text[:500]}" if text else type(error).__name__
