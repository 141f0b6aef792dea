"""The messages between parent and worker: one JSON line each, over two pipes.

The parent sends one :class:`Request` at a time. The worker sends each event as it happens, so the parent has everything
that was measured before a worker dies. After :class:`Sampled` the record has all that it needs; :class:`Done` or
:class:`Failed` is the last event of a request. After a task on a graph that is made on a device, :class:`Certify` asks
for its certificate: :class:`Verified` or :class:`Failed`. A worker that serves several datasets gets a
:class:`Release` between them.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench.engines.base import Settings
from graphbench.records.model import CallSeconds, Certificate, Energy, Environment, Memory, Outcome, Seconds


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A prepared problem, as a worker opens it.

    Attributes:
        edges: the file of the graph as posed: Parquet, or a recipe.
        inputs: the .npz file of the drawn inputs, or None.
    """

    algorithm: str
    dataset: str
    edges: str
    inputs: str | None
    params: dict[str, Any]
    seed: int


class Request(msgspec.Struct, frozen=True, kw_only=True, tag="measure"):
    """One task.

    Attributes:
        answers: path that the names of answer files start with.
        trials: exactly this many warm trials; None: as the sampling rule decides.
        deadline: on :func:`now`'s clock; the parent kills the worker then.
    """

    problem: Problem
    engine: str
    settings: Settings
    answers: str
    budget_s: float
    trials: int | None
    command: str
    deadline: float


class Certify(msgspec.Struct, frozen=True, kw_only=True, tag="certify"):
    """Answers of a finished task, to certify where the graph is made.

    Attributes:
        files: by trial, the .npy file with its answer.
        claims: by trial, the values that the engine reported with it.
        disputed: indices of pairs to recompute as well; None: no engines differ.
        check_seed: of what the certificate samples, drawn after the answers were sent.
        deadline: as of a :class:`Request`.
    """

    problem: Problem
    files: dict[int, str]
    claims: dict[int, dict[str, float]]
    disputed: list[int] | None
    check_seed: int
    deadline: float

    @property
    def disputed_pairs(self) -> npt.NDArray[np.int64] | None:
        """The indices as an array."""
        return None if self.disputed is None else np.array(self.disputed, dtype=np.int64)


class Release(msgspec.Struct, frozen=True, kw_only=True, tag="release"):
    """The next task is on another dataset: release the graph. :class:`Done` says whether the device's memory is free.

    Attributes:
        deadline: as of a :class:`Request`.
    """

    deadline: float


class Began(msgspec.Struct, frozen=True, tag="began"):
    """A phase has begun."""

    phase: str


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """A phase is over.

    Attributes:
        steps: seconds of its parts, where it has several.
        shared: it was done for an earlier task, whose times these are.
        memory: peaks so far.
        cpu_s: CPU seconds.
    """

    phase: str
    seconds: Seconds
    cpu_s: Seconds = 0.0
    steps: dict[str, Seconds] = {}
    shared: bool = False
    memory: Memory = Memory()


class Equipped(msgspec.Struct, frozen=True, kw_only=True, tag="equipped"):
    """The engine has started: the environment, and what the engine really uses (threads, allocator)."""

    environment: Environment
    used: dict[str, Any]


class Trial(msgspec.Struct, frozen=True, tag="trial"):
    """A warm trial has ended; trials are numbered in the order of these messages. Wall and CPU seconds."""

    seconds: CallSeconds
    cpu_s: Seconds | None = None


class Busy(msgspec.Struct, frozen=True, tag="busy"):
    """Seconds of work after the call of a trial, in a time in which nothing was asked of the engine."""

    trial: int
    seconds: Seconds


class Collect(msgspec.Struct, frozen=True, tag="collect"):
    """The result of a warm trial was collected."""

    seconds: Seconds


class Digest(msgspec.Struct, frozen=True, tag="digest"):
    """The digest of a trial's answer, of a problem with one exact answer; :data:`FIRST` for calls on the same graph."""

    trial: int
    digest: str


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True, tag="rebuilt"):
    """A call on a graph that was built anew.

    Attributes:
        build_gc_s: seconds of that build, if the garbage collector was on.
    """

    seconds: CallSeconds
    build_gc_s: Seconds | None = None


class Saved(msgspec.Struct, frozen=True, tag="saved"):
    """The answer of a trial was written to a .npy file; :data:`FIRST` is the first call.

    Attributes:
        claims: the values that the engine reported with it.
        dtype: the type of its numbers, if it is narrower than float64.
    """

    trial: int
    file: str
    claims: dict[str, float] = {}
    dtype: str = ""


class Displaced(msgspec.Struct, frozen=True, tag="displaced"):
    """The answer of a trial is no longer needed."""

    trial: int


class Sampled(msgspec.Struct, frozen=True, kw_only=True, tag="sampled"):
    """The record has all it needs: why sampling stopped, the peaks, the GPU's clocks, the energy of the trials."""

    stopped: str
    memory: Memory
    clocks: dict[str, Any] = {}
    energy: Energy | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The task is complete.

    Attributes:
        sound: whether the worker can serve another task: not if a call on a graph built anew has failed.
    """

    sound: bool = True


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """The task raised: the outcome that this means, and the reason in one line."""

    outcome: Outcome
    reason: str


class Verified(msgspec.Struct, frozen=True, kw_only=True, tag="verified"):
    """The answers of a task, certified.

    Attributes:
        certificate: of all answers together.
        quantities: of the answer that represents the task.
        quality: heuristics: of each trial.
        chosen: the trial whose answer represents the task.
        notes: what is unusual about that answer, in sentences.
    """

    certificate: Certificate
    quantities: dict[str, float | int]
    quality: list[float] = []
    chosen: int
    notes: list[str] = []


Event = (
    Began
    | Ended
    | Equipped
    | Trial
    | Busy
    | Saved
    | Collect
    | Digest
    | Displaced
    | Sampled
    | Rebuilt
    | Done
    | Failed
    | Verified
)
LAST = Done | Failed | Verified
"""Events after which nothing more comes."""

FIRST = -1
"""The index of the first call among the trials."""
NO_MORE = b"\n"
"""Sent instead of a request: the worker exits."""

_encoder = msgspec.json.Encoder(enc_hook=lambda value: value.item())  # NumPy's numbers are numbers
_requests: msgspec.json.Decoder[Request | Certify | Release] = msgspec.json.Decoder(Request | Certify | Release)
_events: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def to_line(message: Request | Certify | Release | Event) -> bytes:
    """One message as one line."""
    return _encoder.encode(message) + b"\n"


def to_request(line: bytes) -> Request | Certify | Release:
    """The request on a line."""
    return _requests.decode(line)


def to_event(line: bytes) -> Event:
    """The event on a line."""
    return _events.decode(line)


def now() -> float:
    """Seconds on the monotonic clock that parent and worker share."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)
