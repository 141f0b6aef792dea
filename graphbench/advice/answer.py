"""What advice holds: for each algorithm the best CPU engine, and the GPU engines as they are estimated."""

from __future__ import annotations

import msgspec

from graphbench.advice.estimate import Estimate, Near
from graphbench.advice.features import Features
from graphbench.advice.law import Span
from graphbench.advice.reference import Machine
from graphbench.records.break_even import Runs


class Cpu(msgspec.Struct, frozen=True, kw_only=True):
    """The best CPU engine: by warm call, and the shortest whole script of any."""

    engine: str
    threads: int | None
    call: Span
    """Of a warm call; measured times have no interval."""
    script_engine: str
    script: Span
    measured: bool
    """Here; else estimated from the references' machine."""
    first_calls: bool = False
    """There is no warm call within the budget: it is the first one."""
    busy: bool = False


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A GPU engine, estimated, against the best CPU engine."""

    estimate: Estimate
    faster: Span | None
    """How many times as fast per call it is; None without a CPU time."""
    pays_off: tuple[Runs, Runs, Runs] | None
    """From how many calls on: at best, likely, at worst."""
    total_s: Span | None
    """Of a script with as many calls as were asked about."""
    cards: dict[int, str]
    """By GB: whether the task fits, `yes`, `perhaps` or `no`; empty where the memory is unknown."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The advice on one algorithm.

    Attributes:
        options: GPU engines; first the one whose script with so many calls (100 by default) takes the least time.
        cpu_total_s: of a script with as many calls as were asked about.
        reason: why there is no estimate.
    """

    algorithm: str
    cpu: Cpu | None
    options: list[Option]
    cpu_total_s: Span | None = None
    reason: str = ""


class Estimates(msgspec.Struct, frozen=True, kw_only=True):
    """Estimates for a graph. They are no records, and enter no mean."""

    graph: str
    features: Features
    machine: Machine
    """Of the references."""
    cpu_machine: str
    """Whose CPU times are estimates; empty where they were measured here."""
    calls: int | None
    answers: list[Answer]
    nearest: list[Near]
    outside: str
    notes: list[str]
