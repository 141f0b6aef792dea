"""One task in the worker: its phases, its trials, and the only clock that times them.

The clock of a trial wraps one adapter call and the device's synchronisation, nothing else. Garbage is collected before
and not during it, the graph itself is kept out of the collector's way, and what an earlier trial returned is gone.
"""

from __future__ import annotations

import gc
import math
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench import registry
from graphbench.algorithms.base import Algorithm, Attached, Call, Claimed, Inputs
from graphbench.edgelist import EdgeList
from graphbench.engines.base import Engine
from graphbench.errors import UnavailableError, UnsupportedError
from graphbench.measure import environment, memory, protocol, sampling
from graphbench.measure.protocol import COLD, Began, Displaced, Done, Ended, Equipped, Event, Failed, Request, Saved
from graphbench.model import Memory, Outcome

CERTIFIED_SOURCES = 4
"""Searches: answers to this many sources are certified; of other problems one answer, of heuristics all."""


class GarbageError(Exception):
    """An engine's answer is not an array of numbers."""


class LazyError(Exception):
    """An adapter returned something that has computed nothing yet."""


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
        self._start_s = 0.0
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
        memory.reset_host_peak()
        engine = self._started(request)
        engine.reset_device_peak()
        algorithm = registry.algorithm(request.algorithm)
        attached = algorithm.adapter(engine.name)
        posed = _opened(request)
        self._build(engine, posed, attached)
        inputs = _load(request.inputs)
        pairs = None if inputs.pairs is None else engine.pairs(inputs.pairs, posed)
        engine.synchronize()

        def call(trial: int) -> Call:
            p = algorithm.call(posed, request.params, inputs, seed=request.seed, trial=max(trial, 0))
            if pairs is not None:
                p.pairs = pairs
            return p

        def collect(raw: Any) -> npt.NDArray[Any]:
            return engine.answer(raw, algorithm.kind, posed, inputs.pairs)

        lap = protocol.now()
        self._begin("cold")
        raw, cold_s = self._timed(engine, attached, call(COLD))
        self._end("cold", cold_s)
        self._begin("collect")
        answer, collect_s = _clocked(engine, collect, raw)
        self._end("collect", collect_s)
        claims = _claims(raw)
        del raw
        cold_file = _save(request, COLD, answer)
        self._tell(Saved(COLD, cold_file, claims))
        del answer
        lap_s = protocol.now() - lap

        self._begin("run")
        rule = _rule(request, algorithm, inputs)
        stop = sampling.before_first(rule, cold_s=cold_s, lap_s=lap_s, left_s=request.deadline - protocol.now())
        if stop:
            self._tell(protocol.Trial(cold_s))
            self._tell(Saved(0, cold_file, claims))
        else:
            trial = lambda index: self._timed(engine, attached, call(index))  # noqa: E731
            stop = self._sample(request, rule, _keeping(request, algorithm, inputs), trial, collect)
        clocks = environment.gpu_clocks() if engine.device == "gpu" else {}
        self._tell(Done(stopped=stop, memory=self._peaks(), clocks=clocks))

    def _sample(
        self,
        request: Request,
        rule: sampling.Rule,
        keep: sampling.Reservoir,
        trial: Callable[[int], tuple[Any, float]],
        collect: Callable[[Any], npt.NDArray[Any]],
    ) -> sampling.Stop:
        """Run warm trials until the rule says stop, keeping some answers; returns why it stopped."""
        times: list[float] = []
        longest = 0.0
        while True:
            index, lap = len(times), protocol.now()
            raw, seconds = trial(index)
            times.append(seconds)
            self._tell(protocol.Trial(seconds))
            wanted, displaced = keep.offer(index)
            if wanted:
                self._tell(Saved(index, _save(request, index, collect(raw)), _claims(raw)))
            if displaced is not None:
                self._tell(Displaced(displaced))
            del raw
            longest = max(longest, protocol.now() - lap)
            left_s = request.deadline - protocol.now()
            if stop := sampling.after_trial(rule, times, longest_lap_s=longest, left_s=left_s):
                return stop

    def _timed(self, engine: Engine, attached: Attached, p: Call) -> tuple[Any, float]:
        gc.collect()
        gc.disable()
        try:
            raw, seconds = _clocked(engine, attached.call, self._module, self._graph, p)
        finally:
            gc.enable()
        if hasattr(raw.result if isinstance(raw, Claimed) else raw, "__next__"):
            raise LazyError("the adapter returned an unread generator, so the timer held no work; it must read it")
        return raw, seconds

    def _started(self, request: Request) -> Engine:
        if self._engine is None:
            self._engine = registry.engine(request.engine)
            self._begin("start")
            self._module, self._start_s = _clocked(self._engine, self._engine.start, request.settings)
        self._end("start", self._start_s)
        used = dict(self._engine.used(request.settings))
        self._tell(Equipped(environment=environment.capture(self._engine, used, request.command), used=used))
        return self._engine

    def _build(self, engine: Engine, posed: EdgeList, attached: Attached) -> None:
        """Have the engine's graph ready: built now, or left by the task before if it is the very same."""
        wanted = (posed.digest, attached.build)
        if self._held == wanted:
            for event in self._build_events:
                self._tell(event)
            return
        self._release()
        self._begin("read")
        columns, read_s = _clocked(engine, engine.read, posed)
        self._end("read", read_s)
        self._begin("build")
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

    def _release(self) -> None:
        self._graph = self._held = None
        gc.unfreeze()
        gc.collect()

    def _begin(self, phase: str) -> None:
        self._phase = phase
        self._tell(Began(phase))

    def _end(self, phase: str, seconds: float, steps: dict[str, float] | None = None) -> None:
        self._tell(Ended(phase=phase, seconds=seconds, steps=steps or {}, memory=self._peaks()))

    def _peaks(self) -> Memory:
        device = None if self._engine is None else self._engine.device_peak_bytes()
        return Memory(host_peak_bytes=memory.host_peak_bytes(), device_peak_bytes=device)


def _claims(raw: Any) -> dict[str, float]:
    figures = raw.figures if isinstance(raw, Claimed) else {}
    return {name: value for name, value in figures.items() if math.isfinite(value)}  # JSON has no other numbers


def _clocked(engine: Engine, action: Callable[..., Any], *args: Any, **options: Any) -> tuple[Any, float]:
    """What an action gives, and seconds until it and the device were done."""
    started = time.perf_counter_ns()
    made = action(*args, **options)
    engine.synchronize()
    taken = time.perf_counter_ns() - started
    if taken < 0:  # a broken clock source, or a virtual machine that was moved: no time is better than a wrong one
        raise ClockError(f"the clock ran backwards by {-taken / 1e9:g} s during a call; measure again")
    return made, taken / 1e9


def _rule(request: Request, algorithm: Algorithm, inputs: Inputs) -> sampling.Rule:
    return sampling.Rule(
        budget_s=request.budget_s,
        trials=request.trials,
        questions=_questions(inputs),
        most=sampling.MOST_QUALITY_TRIALS if algorithm.quality else sampling.MOST_TRIALS,
    )


def _keeping(request: Request, algorithm: Algorithm, inputs: Inputs) -> sampling.Reservoir:
    if algorithm.quality:
        return sampling.Reservoir(request.trials or sampling.MOST_QUALITY_TRIALS, seed=request.seed)
    searches = inputs.sources is not None
    size = CERTIFIED_SOURCES if searches else 1
    return sampling.Reservoir(size, seed=request.seed, questions=_questions(inputs), keep_first=searches)


def _questions(inputs: Inputs) -> int:
    return 1 if inputs.sources is None else len(inputs.sources)


def _opened(request: Request) -> EdgeList:
    """The posed graph; PyArrow, with what it imports at the first read only, is no part of anyone's `read`."""
    import pyarrow.dataset  # noqa: F401

    return EdgeList.open(request.edges, request.dataset)


def _load(path: str | None) -> Inputs:
    if path is None:
        return Inputs()
    with np.load(path) as arrays:
        return Inputs(**arrays)


def _save(request: Request, trial: int, answer: npt.NDArray[Any]) -> str:
    if not isinstance(answer, np.ndarray) or answer.dtype.kind not in "biuf":
        raise GarbageError(
            f"the answer is {type(answer).__name__} of {getattr(answer, 'dtype', 'no dtype')}, not numbers"
        )
    path = Path(f"{request.answers}{'cold' if trial == COLD else trial}.npy")
    np.save(path, answer, allow_pickle=False)
    return str(path)


def _in_one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:500]}" if text else type(error).__name__
