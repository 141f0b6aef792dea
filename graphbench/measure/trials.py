"""The worker's bench: an engine, its current graph, and the phases and trials of one task after the other.

Garbage is collected before a trial and not during it, the libraries and a graph of many objects are hidden from the
collector, and the result of the previous trial is gone. What one time contains is in :mod:`graphbench.measure.clock`.
"""

from __future__ import annotations

import functools
import gc
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from statistics import median
from typing import Any, NamedTuple

import numpy.typing as npt

from graphbench import registry
from graphbench.algorithms.base import Algorithm, Attached, Call
from graphbench.engines.base import Engine, GarbageError, Settings
from graphbench.errors import GraphbenchError, UnavailableError, UnsupportedError
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.open import open_edges
from graphbench.measure import clock, environment, kernels, protocol, ranges, sampling
from graphbench.measure.answers import certified
from graphbench.measure.clock import timed
from graphbench.measure.job import AnswerSample, Job, LazyError, refuse_unread
from graphbench.measure.protocol import FIRST, Began, Busy, Digest, Done, Ended, Equipped, Event, Failed, Request, Saved
from graphbench.records import cost
from graphbench.records.model import Energy, Memory, Outcome
from graphbench.system import gpus, memory
from graphbench.system.energy import Meter
from graphbench.system.text import words_of


@contextmanager
def _no_callbacks() -> Iterator[None]:
    """Functions that a library has the collector call do not run, as no clock does."""
    callbacks, gc.callbacks[:] = gc.callbacks[:], []
    try:
        yield
    finally:
        gc.callbacks[:] = callbacks


_ROOM_BYTES = 64 << 20
"""Device memory that a library may keep for itself between datasets: handles and workspaces."""
_SLOW_COLLECTION_S = 0.005
_SHORT_BUILD_S = 0.001
"""In which no 70,000 objects are made, after which the collector looks at all."""


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


class _Made(NamedTuple):
    """A graph that was read and built, and how long that took."""

    graph: Any
    read_s: float
    build_s: float
    steps: dict[str, float]


class Bench:
    """The engine of this process and its current graph, over several tasks.

    Args:
        send: sends an event to the parent.
    """

    def __init__(self, send: Callable[[Event], None]) -> None:
        self._send = send
        self._phase = "start"
        self._range: Any = None
        self._engine: Engine | None = None
        self._module: Any = None
        self._start_s, self._start_steps = 0.0, dict[str, float]()
        self._compiled = 0
        self._kernels = dict[tuple[str, bool, bool], kernels.Loaded]()
        self._graph: Any = None
        self._held: tuple[str, Mapping[str, Any]] | None = None
        self._build_events: list[Ended] = []
        self._build_s = self._built_s = 0.0
        self._hidden = False

    def run(self, request: Request) -> None:
        """Run one task, sending events; an exception becomes :class:`Failed`."""
        try:
            self._run(request)
        except BaseException as error:  # noqa: BLE001  an engine may raise anything, SystemExit included
            _print_traceback()
            self._send(Failed(outcome=self._outcome(error), reason=self._reason(error)))

    def certify(self, request: protocol.Certify) -> None:
        """Certify the answers of a finished task, its graph released; an exception becomes :class:`Failed`."""
        self.begin("certify")
        try:
            self.release()
            self._send(certified(request))
        except BaseException as error:  # noqa: BLE001  a library may raise anything
            _print_traceback()
            self._send(Failed(outcome=self._outcome(error), reason=_in_one_line(error)))

    def make_room(self) -> None:
        """Release the graph, and report whether the device's memory is free for that of another dataset."""
        try:
            self.release()
            held = 0 if self._engine is None else self._engine.device_held_bytes()
            self._send(Done(sound=held <= _ROOM_BYTES))
        except BaseException as error:  # noqa: BLE001  a library may raise anything
            _print_traceback()
            self._send(Failed(outcome=self._outcome(error), reason=_in_one_line(error)))

    def _reason(self, error: BaseException) -> str:
        if isinstance(error, UnavailableError) and self._engine is not None and error.engine == self._engine.name:
            return f"{error.reason}. {error.fix}".rstrip()  # as where the engine is known not to run before it starts
        return f"{registry.place_in_plugin(error)}{_in_one_line(error)} (in phase {self._phase})"

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
            self.finish(job, stop, [])
        else:
            times, stop, energy = self._sample(job)
            self.finish(job, stop, times, energy)

    # The parts of a task, for callers with their own clock and sampling rules

    def prepare(self, request: Request) -> tuple[Job, FirstCall]:
        """Run the phases before the warm trials: start the engine, build the graph, make and collect the first call.

        Raises:
            Exception: whatever the engine raises.
        """
        import pyarrow.parquet  # noqa: F401  else the first read imports it, within its time

        memory.reset_host_peak()
        engine = self._started(request)
        problem = request.problem
        algorithm = registry.algorithm(problem.algorithm)
        attached, posed = algorithm.adapter(engine.name), open_edges(problem.edges, problem.dataset)
        self._load_kernels(request, algorithm, posed)
        engine.reset_device_peak()
        self._build(engine, posed, attached)
        job = Job.of(request, algorithm, attached, engine, posed)
        if (inputs_s := job.prepare_inputs()) is not None:
            self._end("inputs", inputs_s)
        clock.find_children()
        started = protocol.now()
        self.begin("first")
        raw, lap = self.trial(job, FIRST)
        self._end("first", lap.seconds, cpu_s=lap.cpu_s)
        self._send(Busy(FIRST, clock.busy_after(engine)))
        self.begin("collect")
        collected, collecting = timed(engine, job.collect, raw)
        self._end("collect", collecting.seconds)
        answer = job.arrange(collected)
        saved = job.save(FIRST, answer, collected, raw)
        del raw, collected
        self._send(saved)
        self._send_digest(job, answer)
        on_cpu = engine.device == "cpu"  # whose own copy could be slow, to hide that work was left to `collect`
        copy = answer.copy if on_cpu else functools.partial(engine.copy_to_host, engine.to_device(answer))
        _, copying = timed(engine, copy)
        self._end("copy", copying.seconds)
        return job, FirstCall(saved, lap.seconds, protocol.now() - started)

    def begin(self, phase: str) -> None:
        """Report that a phase begins."""
        ranges.end(self._range)
        self._phase, self._range = phase, ranges.start(phase)
        self._send(Began(phase))

    def trial(self, job: Job, index: int) -> tuple[Any, clock.Lap]:
        """Make one call; returns the library's result and the time."""
        p = job.call(index)
        with _no_callbacks():
            gc.collect()
        with ranges.named(f"call {index}"):
            raw, lap = timed(job.engine, job.attached.call, self._module, self._graph, p)
        refuse_unread(raw)
        return raw, lap

    def solver(self, job: Job) -> Callable[[Call], Any]:
        """The bare call, for pytest-benchmark to time. Keeps the graph alive."""
        return job.solver(self._module, self._graph)

    def sample(self, job: Job) -> AnswerSample:
        """Takes the results of warm trials, for their certificates."""
        return AnswerSample(job, self._send)

    def add_times(self, times: Iterable[float]) -> None:
        """Report the trials of another clock: seconds of each, in order."""
        for seconds in times:
            self._send(protocol.Trial(seconds))

    def finish(self, job: Job, stop: str, times: list[float], energy: Energy | None = None) -> None:
        """Report that the record is complete, and why sampling stopped; then call on a graph built anew.

        The peaks of memory are those before that.
        """
        clocks = environment.gpu_clocks() if job.engine.device == "gpu" else {}
        self._send(protocol.Sampled(stopped=stop, memory=self._peaks(), clocks=clocks, energy=energy))
        sound = True
        if times and not (job.posed.on_device or job.engine.multi_gpu):
            try:
                self._call_rebuilt(job, median(times))
            except Exception:  # noqa: BLE001  an engine may raise anything; the record is complete without these calls
                _print_traceback()
                sound = False
        self._send(Done(sound=sound))

    def release(self) -> None:
        """Release the graph, if there is one."""
        if self._held is None:
            return  # the frozen objects are another Bench's
        self._drop()

    def _drop(self, *, hide_rest: bool = True) -> None:
        """Free the graph, and hide what else there is from the collector: the libraries' objects are many."""
        self._graph = self._held = None
        if self._hidden or not hide_rest:
            gc.unfreeze()
            self._hidden = False
        gc.collect()
        if hide_rest:
            gc.freeze()
        if self._engine is not None:
            self._engine.wait_until_freed()

    def _hold(self, graph: Any, held: tuple[str, Mapping[str, Any]] | None) -> None:
        self._graph, self._held = graph, held
        started = protocol.now()
        gc.collect()
        # With a graph of Python objects every collection takes seconds; a frozen one is skipped. One that costs nothing
        # stays in sight, so that it can be freed alone, whatever cycles it has.
        if protocol.now() - started > _SLOW_COLLECTION_S:
            gc.freeze()
            self._hidden = True

    def _sample(self, job: Job) -> tuple[list[float], sampling.Stop, Energy | None]:
        """Run warm trials until the rule says stop; returns their seconds, why, and their energy."""
        answers = self.sample(job)
        times: list[float] = []
        longest, energy = 0.0, None
        meter, begun = Meter(_gpus_of(job.engine)), protocol.now()
        while True:
            index, started = len(times), protocol.now()
            raw, lap = self.trial(job, index)
            times.append(lap.seconds)
            self._send(protocol.Trial(lap.seconds, lap.cpu_s))
            longest = max(longest, protocol.now() - started)
            left_s = job.request.deadline - protocol.now() - clock.IDLE_S
            stop = sampling.after_trial(job.rule, times, longest_lap_s=longest, left_s=left_s)
            if stop:  # which trial is the last depends on all times, so no engine knows it
                energy = _energy(meter, times, protocol.now() - begun)
                self._send(Busy(index, clock.busy_after(job.engine)))
            answers.offer(index, raw, lap.seconds)
            del raw
            longest = max(longest, protocol.now() - started)
            if stop:
                return times, stop, energy

    def _call_rebuilt(self, job: Job, call_s: float) -> None:
        """Release the graph, build it anew and call once on it, as often as that fits the budget.

        The question is that of the first call. The last graph stays, for the next task of the same form. What is not
        timed does not count: to collect the libraries' garbage takes longer than most GPU engines' builds.
        """
        request, engine, wanted = job.request, job.engine, self._held
        self.begin("rebuilt")
        cost_s, spent_s, done = self._built_s + call_s, 0.0, 0
        while sampling.rebuild(
            cost_s=cost_s,
            done=done,
            spent_s=spent_s,
            budget_s=request.budget_s,
            left_s=request.deadline - protocol.now(),
        ):
            # In a script the collector sees the libraries' objects too, where a build is long enough for it to look.
            self._drop(hide_rest=done > 0 or self._build_s < _SHORT_BUILD_S)
            made = self._make(engine, job.posed, job.attached, collector=done == 0)
            self._hold(made.graph, wanted)
            job.prepare_inputs()
            raw, lap = self.trial(job, FIRST)
            self._send(protocol.Rebuilt(seconds=lap.seconds, build_gc_s=None if done else made.build_s))
            self._send_digest(job, job.arrange(job.collect(raw)))
            del raw
            cost_s = made.read_s + made.build_s + lap.seconds
            spent_s, done = spent_s + cost_s, done + 1

    def _send_digest(self, job: Job, answer: npt.NDArray[Any]) -> None:
        """Of a call on the first question, where the problem has one exact answer."""
        if found := job.digest(answer):
            self._send(Digest(FIRST, found))

    def _started(self, request: Request) -> Engine:
        if self._engine is None:
            self._engine = registry.engine(request.engine)
            self.begin("start")
            self._start(self._engine, request.settings)
        return self._engine

    def _load_kernels(self, request: Request, algorithm: Algorithm, posed: EdgeList) -> None:
        """Load what a GPU engine's first call would load, once for each kind of task, and end the phase `start`."""
        engine = self._engine
        assert engine is not None
        seconds, steps, compiled = self._start_s, dict(self._start_steps), self._compiled
        if engine.device == "gpu" and not engine.multi_gpu:
            kind = algorithm.name, posed.directed, posed.weighted
            if kind not in self._kernels:
                self.begin("start")
                self._kernels[kind] = kernels.load(engine, self._module, request, algorithm, posed)
            loaded = self._kernels[kind]
            compiled += loaded.compiled
            steps = (steps or {"imports": seconds}) | {"kernels": loaded.seconds}
            seconds += loaded.seconds
        self._end("start", seconds, steps)
        used, allowed = dict(engine.used(request.settings)), engine.threads(request.settings)
        used |= {"kernels_compiled": compiled} if compiled else {}
        self._send(Equipped(environment=environment.capture(engine, used, request.command, allowed), used=used))

    def _start(self, engine: Engine, settings: Settings) -> None:
        before = kernels.compiled()
        try:
            self._module, lap = timed(engine, engine.start, settings)
        except ImportError as error:  # a module that it needs is missing or does not load
            reason = f"its library cannot be imported ({_in_one_line(error)})"
            raise UnavailableError(engine.name, reason, engine.how_to_install()) from error
        engine.check_imported()
        self._start_s = lap.seconds
        if engine.start_steps:
            self._start_steps["imports"] = self._start_s
            for step in engine.start_steps:
                self._start_steps[step] = timed(engine, getattr(engine, step), settings)[1].seconds
            self._start_s = sum(self._start_steps.values())
        self._compiled = kernels.compiled() - before if engine.device == "gpu" else 0

    def _build(self, engine: Engine, posed: EdgeList, attached: Attached) -> None:
        """Build the engine's graph, or keep that of the previous task if it is the same."""
        wanted = (posed.digest, attached.build)
        if self._held == wanted:
            for event in self._build_events:
                self._send(event)
            return
        self.release()
        made = self._make(engine, posed, attached, begin=self.begin, end=self._end)
        self._build_s, self._built_s = made.build_s, made.read_s + made.build_s
        self._build_events = [
            Ended(phase="read", seconds=made.read_s, shared=True),
            Ended(phase="build", seconds=made.build_s, steps=made.steps, shared=True),
        ]
        self._hold(made.graph, wanted)

    def _make(
        self,
        engine: Engine,
        posed: EdgeList,
        attached: Attached,
        *,
        begin: Callable[[str], None] = lambda _: None,
        end: Callable[..., None] = lambda *_: None,
        collector: bool = False,
    ) -> _Made:
        """Read the edges and build the engine's graph from them."""
        begin("read")
        columns, read = timed(engine, engine.read, posed)
        end("read", read.seconds)
        begin("build")
        graph, lap = timed(engine, engine.build, columns, posed, collector=collector, **attached.build)
        build_s, steps = lap.seconds, dict[str, float]()
        del columns
        if engine.converts:
            steps["graph"] = build_s
            graph, lap = timed(engine, engine.convert, graph, posed, collector=collector, **attached.build)
            steps["conversion"] = lap.seconds
            build_s += lap.seconds
        end("build", build_s, steps)
        return _Made(graph, read.seconds, build_s, steps)

    def _end(self, phase: str, seconds: float, steps: dict[str, float] | None = None, cpu_s: float = 0.0) -> None:
        self._send(Ended(phase=phase, seconds=seconds, steps=steps or {}, memory=self._peaks(), cpu_s=cpu_s))

    def _peaks(self) -> Memory:
        engine, host = self._engine, memory.host_peak_bytes()
        if engine is None:
            return Memory(host)
        if peaks := engine.device_peaks():
            return Memory(host, max(peaks), peaks)
        return Memory(host, engine.device_peak_bytes())


def _gpus_of(engine: Engine) -> range:
    """The GPUs that an engine uses, counted among the visible ones."""
    return range(len(gpus.visible_names()) if engine.multi_gpu else int(engine.device == "gpu"))


def _energy(meter: Meter, times: list[float], seconds: float) -> Energy | None:
    """Of a block of calls; None where it is too short, or no counter can be read."""
    if not cost.energy_counts(seconds, sum(times)):
        return None
    gpu_j, cpu_j = meter.gpu_joules(), meter.cpu_joules()
    if gpu_j is None and cpu_j is None:
        return None
    return Energy(calls=len(times), seconds=seconds, gpu_j=gpu_j, cpu_j=cpu_j)


def _print_traceback() -> None:
    """Write the exception being handled to the log; a full disk or a closed stream must not replace it."""
    with suppress(Exception):
        traceback.print_exc()


def _in_one_line(error: BaseException) -> str:
    text = " ".join(words_of(error).split())
    if isinstance(error, GraphbenchError | GarbageError | LazyError):
        return text
    return f"{type(error).__name__}: {text[:500]}" if text else type(error).__name__
