"""What parent and worker say to each other: one JSON line per message, over pipes of their own.

The parent sends one :class:`Request` at a time. The worker answers with events as things happen, so that a worker that
dies has told all it measured; :class:`Done` or :class:`Failed` is the last event of every request. After a task on a
graph that is made on a device, :class:`Certify` asks for its certificate: :class:`Verdict` or :class:`Failed`.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench.engines.base import Settings
from graphbench.records.model import Certificate, Environment, Memory


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What every request says: which problem it is about, and until when it may take.

    Attributes:
        edges: the file of the posed graph: Parquet, or a recipe.
        inputs: the .npz file of what was drawn, or None.
        deadline: on :func:`now`'s clock; the parent kills the worker then.
    """

    algorithm: str
    dataset: str
    edges: str
    inputs: str | None
    params: dict[str, Any]
    seed: int
    deadline: float


class Request(Problem, frozen=True, kw_only=True, tag="measure"):
    """One task, as the worker needs it.

    Attributes:
        answers: path that the names of answer files start with.
        trials: exactly this many warm trials; None: as many as it takes.
    """

    engine: str
    settings: Settings
    answers: str
    budget_s: float
    trials: int | None
    command: str


class Certify(Problem, frozen=True, kw_only=True, tag="certify"):
    """Answers of a task that is over, to be certified where the graph is made.

    Attributes:
        files: by trial, the .npy file with its answer.
        claims: by trial, the figures that the engine itself gave for it.
        disputed: indices of pairs that are to be recomputed too; None: no engines differ.
    """

    files: dict[int, str]
    claims: dict[int, dict[str, float]]
    disputed: list[int] | None

    @property
    def disputed_pairs(self) -> npt.NDArray[np.int64] | None:
        """The indices as an array."""
        return None if self.disputed is None else np.array(self.disputed, dtype=np.int64)


class Began(msgspec.Struct, frozen=True, tag="began"):
    """A phase has begun."""

    phase: str


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """A phase is over.

    Attributes:
        steps: seconds of its parts, where it has several.
        shared: it was done for an earlier task, and this is what it took then.
        memory: peaks so far.
    """

    phase: str
    seconds: float
    steps: dict[str, float] = {}
    shared: bool = False
    memory: Memory = Memory()


class Equipped(msgspec.Struct, frozen=True, kw_only=True, tag="equipped"):
    """The engine has started: what runs where, and what the engine really uses (threads, allocator)."""

    environment: Environment
    used: dict[str, Any]


class Trial(msgspec.Struct, frozen=True, tag="trial"):
    """A warm trial has ended; trials are numbered in the order of these messages."""

    seconds: float


class Saved(msgspec.Struct, frozen=True, tag="saved"):
    """The answer of a trial lies in a .npy file; :data:`COLD` means that of the cold call.

    Attributes:
        claims: the figures that the engine itself gives for it.
    """

    trial: int
    file: str
    claims: dict[str, float] = {}


class Displaced(msgspec.Struct, frozen=True, tag="displaced"):
    """The answer of a trial is no longer kept."""

    trial: int


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The task is complete: why sampling stopped, the peaks, and the GPU's clocks after the trials."""

    stopped: str
    memory: Memory
    clocks: dict[str, Any] = {}


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """The task raised: the outcome that this means, and the reason in one line."""

    outcome: str
    reason: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True, tag="verdict"):
    """What the answers of a task came to: the fields of :class:`graphbench.measure.answers.Verified`."""

    certificate: Certificate
    figures: dict[str, float | int]
    quality: list[float]
    chosen: int
    notes: list[str]


Event = Began | Ended | Equipped | Trial | Saved | Displaced | Done | Failed | Verdict
LAST = Done | Failed | Verdict
"""Events after which nothing more comes."""

COLD = -1
NO_MORE = b"\n"
"""The line instead of a request, after which the worker ends in good order."""

_encoder = msgspec.json.Encoder(enc_hook=lambda value: value.item())  # NumPy's numbers are numbers
_requests: msgspec.json.Decoder[Request | Certify] = msgspec.json.Decoder(Request | Certify)
_events: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def to_line(message: Request | Certify | Event) -> bytes:
    """One message as one line."""
    return _encoder.encode(message) + b"\n"


def to_request(line: bytes) -> Request | Certify:
    """The request on a line."""
    return _requests.decode(line)


def to_event(line: bytes) -> Event:
    """The event on a line."""
    return _events.decode(line)


def now() -> float:
    """Seconds on the one clock that parent and worker share: it runs evenly, whatever is done to the time of day."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)
