"""One task in the worker, opened: its graph, its inputs, and which of its answers are kept."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Algorithm, Attached, Call, Claimed, Inputs
from graphbench.certificates.agreement import first_with_label
from graphbench.engines._collected import precision
from graphbench.engines.base import Collected, Engine, GarbageError, arrange
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure import clock, sampling
from graphbench.measure.answers import digest
from graphbench.measure.inputs import load_inputs
from graphbench.measure.protocol import FIRST, Collect, Digest, Displaced, Event, Request, Saved

CERTIFIED_SOURCES = 4
"""Searches: the warm answers to this many sources are certified; of other problems one, of heuristics all."""
_EXACT = ("labels", "counts", "depths", "edges", "arcs")
"""Kinds of whose integers there is one right answer, where the problem has one."""


class LazyError(Exception):
    """An adapter returned a result that is not computed yet."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A task, its graph and inputs opened.

    Attributes:
        posed: the graph as posed.
        inputs: the drawn inputs.
        given: the inputs in the form that the engine takes, by their names in a call.
        files: of saved answers, by trial.
    """

    request: Request
    algorithm: Algorithm
    attached: Attached
    engine: Engine
    posed: EdgeList
    inputs: Inputs
    given: dict[str, Any] = field(default_factory=dict)
    files: dict[int, Path] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request, algorithm: Algorithm, attached: Attached, engine: Engine, posed: EdgeList) -> Job:
        """Open the inputs of a request: once the graph is built, so that no engine works on them before its call."""
        return cls(
            request=request,
            algorithm=algorithm,
            attached=attached,
            engine=engine,
            posed=posed,
            inputs=load_inputs(request.problem.inputs),
        )

    def prepare_inputs(self) -> float | None:
        """Bring the inputs into the form that the engine takes; the seconds, or None if nothing was drawn."""
        self.given.clear()
        seconds = None
        for name in ("pairs", "vertices", "labels"):
            if (values := getattr(self.inputs, name)) is not None:
                self.given[name], lap = clock.timed(self.engine, getattr(self.engine, name), values, self.posed)
                seconds = (seconds or 0.0) + lap.seconds
        return seconds

    def call(self, trial: int) -> Call:
        """The adapter's argument in that trial; the first call has that of trial 0."""
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
        """Copy a result to host memory, in the library's own order.

        Raises:
            GarbageError: if there is none.
        """
        if raw is None:
            raise GarbageError("the adapter returned None, expected an answer")
        return self.engine.to_host(raw, self.algorithm.kind, self.posed)

    def arrange(self, collected: Collected) -> npt.NDArray[Any]:
        """Bring a collected result into the common form, which is this project's work and not timed.

        Raises:
            GarbageError: if it is no answer.
        """
        return arrange(collected, self.algorithm.kind, self.posed, self.inputs.pairs)

    def save(self, trial: int, answer: npt.NDArray[Any], collected: Collected, raw: Any) -> Saved:
        """Write an answer to a file, for its certificate."""
        name = "first" if trial == FIRST else trial
        self.files[trial] = Path(f"{self.request.answers}{name}-{digest(answer)}.npy")
        np.save(self.files[trial], answer, allow_pickle=False)
        return Saved(trial, str(self.files[trial]), _claims(raw), precision(collected))

    def forget(self, trial: int) -> None:
        """Remove the file of an answer."""
        self.files.pop(trial).unlink(missing_ok=True)

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

    @property
    def reservoir(self) -> sampling.Reservoir:
        """Which answers of warm trials to keep."""
        if self.algorithm.quality:
            return sampling.Reservoir(sys.maxsize)
        size = 1 if self.inputs.sources is None else CERTIFIED_SOURCES
        return sampling.Reservoir(size, questions=self.questions)

    def digest(self, answer: npt.NDArray[Any]) -> str | None:
        """Equal for equal answers, whatever their labels; None if several answers are right, or none is exact."""
        kind = self.algorithm.kind
        if not self.algorithm.unique or kind not in _EXACT or answer.dtype.kind not in "iu":
            return None
        if kind == "labels":
            answer = first_with_label(answer)
        return digest(answer.astype(np.int64, copy=False))


class AnswerSample:
    """Which answers of warm trials are kept for their certificates, and which are digested.

    Neither can be foreseen by an engine: the kept ones are drawn with the operating system's randomness. Further
    answers of exact problems are digested while that takes less time than the trials did.
    """

    def __init__(self, job: Job, send: Callable[[Event], None]) -> None:
        self._job, self._send = job, send
        self._reservoir = job.reservoir
        self._trials_s, self._digesting_s, self._longest_s = 0.0, 0.0, 0.0
        self._exact = True

    def offer(self, trial: int, raw: Any, seconds: float) -> None:
        """Take the result of a warm trial that has just ended; all are offered, in order."""
        refuse_unread(raw)
        self._trials_s += seconds
        keep, displaced = self._reservoir.offer(trial)
        compare = self._exact and self._digesting_s + self._longest_s <= self._trials_s
        if keep or compare:
            self._take(trial, raw, keep=keep)
        if displaced is not None:
            self._send(Displaced(displaced))
            self._job.forget(displaced)

    def _take(self, trial: int, raw: Any, *, keep: bool) -> None:
        job = self._job
        collected, lap = clock.timed(job.engine, job.collect, raw)
        answer, sorting = clock.timed(job.engine, job.arrange, collected)
        if keep:
            self._send(Collect(lap.seconds))
            self._send(job.save(trial, answer, collected, raw))
        if not self._exact:
            return
        found, hashing = clock.timed(job.engine, job.digest, answer)
        self._exact = found is not None
        if found is not None:
            self._send(Digest(trial, found))
            seconds = lap.seconds + sorting.seconds + hashing.seconds
            self._longest_s = max(self._longest_s, seconds)
            self._digesting_s += seconds


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
