"""What the measuring core is asked to do, and what it tells while it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphbench.engines.base import Engine, Settings
from graphbench.graphs.clean import Dataset
from graphbench.records.model import Outcome, PosedInfo, Record, Task


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long to measure, and on how much memory.

    Attributes:
        budget_s: seconds of warm trials per task.
        timeout_s: seconds for one task, everything included.
        trials: exactly this many warm trials, whatever the budget; None: until the interval is narrow enough.
        memory_bytes: host memory that a worker and what it started may hold resident; None: all there is.
    """

    budget_s: float = 10.0
    timeout_s: float = 600.0
    trials: int | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One problem on one dataset, to be put to several engines.

    Attributes:
        params: the parameters that the user gave; the algorithm fills in the others.
        answered: digests of answers that engines gave earlier, by engine, for new ones to be compared with.
    """

    algorithm: str
    dataset: Dataset
    engines: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    ignore_weights: bool = False
    answered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that one call measures.

    Attributes:
        seed: of every draw and of seeded engines.
        command: what the user typed, for the record.
        order: seed of a random order of engines, and of each engine's cells; None: quick engines first, cells as given.
        lenient: a graph that does not fit a problem is a record, and the others are measured; else it is an error.
    """

    cells: tuple[Cell, ...]
    limits: Limits = field(default_factory=Limits)
    settings: Settings = field(default_factory=Settings)
    seed: int = 0
    command: str = ""
    order: str | None = None
    lenient: bool = False


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """How a task would end, and why: it is not started."""

    outcome: Outcome
    reason: str


Predict = Callable[[Task, Engine, PosedInfo], Prediction | None]
"""Asked before each task; None: start it."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A sign of life from a running task.

    Attributes:
        phase: `start`, `read`, `build`, `cold`, `run`, `collect`, `certify` or `done`.
        trial: how many warm trials are complete.
        record: the finished record, in the last message of a task.
    """

    task: Task
    phase: str
    trial: int = 0
    record: Record | None = None


Observer = Callable[[Progress], None]
