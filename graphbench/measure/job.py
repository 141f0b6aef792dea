"""One task as its engine is set to it: what every call is given, and what becomes of the answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench import registry
from graphbench.algorithms.base import Algorithm, Attached, Call, Claimed, Inputs
from graphbench.engines.base import Engine
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure import sampling
from graphbench.measure.protocol import COLD, Request, Saved

CERTIFIED_SOURCES = 4
"""Searches: answers to this many sources are certified; of other problems one answer, of heuristics all."""


class GarbageError(Exception):
    """An engine's answer is not an array of numbers."""


class LazyError(Exception):
    """An adapter returned something that has computed nothing yet."""


class Cold(NamedTuple):
    """The first call.

    Attributes:
        saved: its answer.
        seconds: what it took.
        lap_s: it, and everything around it.
    """

    saved: Saved
    seconds: float
    lap_s: float


@dataclass(frozen=True, kw_only=True)
class Job:
    """A task, its inputs loaded.

    Attributes:
        request: as the parent put it.
        posed: the graph as posed.
        inputs: what was drawn.
        given: what was drawn, in the form that the engine takes, by its name in a call.
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
        """Load what the request names; PyArrow, with what it imports at the first read only, is no part of `read`."""
        import pyarrow.dataset  # noqa: F401

        algorithm = registry.algorithm(request.algorithm)
        posed = EdgeList.open(request.edges, request.dataset)
        inputs = load_inputs(request.inputs)
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
        """What the adapter gets in that trial; in the cold call, what it gets in the first."""
        request = self.request
        p = self.algorithm.call(self.posed, request.params, self.inputs, seed=request.seed, trial=max(trial, 0))
        vars(p).update(self.given)
        return p

    def solver(self, module: Any, graph: Any) -> Callable[[Call], Any]:
        """One call of the adapter, over when the device is done; what it returns is the library's own."""
        adapter, synchronize = self.attached.call, self.engine.synchronize

        def solve(p: Call) -> Any:
            raw = adapter(module, graph, p)
            synchronize()
            return raw

        return solve

    def collect(self, raw: Any) -> npt.NDArray[Any]:
        """The answer in the common form."""
        return self.engine.answer(raw, self.algorithm.kind, self.posed, self.inputs.pairs)

    def save(self, trial: int, answer: npt.NDArray[Any], raw: Any) -> Saved:
        """Write an answer down for its certificate.

        Raises:
            GarbageError: if it is not an array of numbers.
        """
        if not isinstance(answer, np.ndarray) or answer.dtype.kind not in "biuf":
            raise GarbageError(
                f"the answer is {type(answer).__name__} of {getattr(answer, 'dtype', 'no dtype')}, not numbers"
            )
        path = Path(f"{self.request.answers}{'cold' if trial == COLD else trial}.npy")
        np.save(path, answer, allow_pickle=False)
        return Saved(trial, str(path), _claims(raw))

    @property
    def questions(self) -> int:
        """How many different questions the trials take turns with."""
        return 1 if self.inputs.sources is None else len(self.inputs.sources)

    @property
    def rule(self) -> sampling.Rule:
        """When to stop."""
        return sampling.Rule(
            budget_s=self.request.budget_s, trials=self.request.trials, questions=self.questions, most=self.most
        )

    @property
    def most(self) -> int:
        """More trials than this are not worth having."""
        return sampling.MOST_QUALITY_TRIALS if self.algorithm.quality else sampling.MOST_TRIALS

    def reservoir(self, trials: int | None) -> sampling.Reservoir:
        """Which answers to keep.

        Args:
            trials: how many there will be; None if that is not known.
        """
        seed = self.request.seed
        if self.algorithm.quality:
            return sampling.Reservoir(trials or sampling.MOST_QUALITY_TRIALS, seed=seed)
        searches = self.inputs.sources is not None
        size = CERTIFIED_SOURCES if searches else 1
        return sampling.Reservoir(size, seed=seed, questions=self.questions, keep_first=searches)


def refuse_unread(raw: Any) -> None:
    """Refuse what has computed nothing yet.

    Raises:
        LazyError: for a generator.
    """
    if hasattr(raw.result if isinstance(raw, Claimed) else raw, "__next__"):
        raise LazyError("the adapter returned an unread generator, so the timer held no work; it must read it")


def _claims(raw: Any) -> dict[str, float]:
    figures = raw.figures if isinstance(raw, Claimed) else {}
    return {name: value for name, value in figures.items() if math.isfinite(value)}  # JSON has no other numbers


def load_inputs(path: str | None) -> Inputs:
    """What was drawn, from the file that the request names; nothing if it names none."""
    if path is None:
        return Inputs()
    with np.load(path) as arrays:
        return Inputs(**arrays)
