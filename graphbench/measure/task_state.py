"""What is known of a running task. The worker may die between any two events: it can become a record at any moment."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from graphbench.measure import protocol
from graphbench.measure.protocol import (
    FIRST,
    Began,
    Busy,
    Collect,
    Digest,
    Displaced,
    Done,
    Ended,
    Equipped,
    Event,
    Failed,
    Rebuilt,
    Sampled,
    Saved,
    Trial,
)
from graphbench.records.model import Censored, CpuTimes, Energy, Environment, Memory, Outcome, Phases
from graphbench.system.text import format_bytes, format_seconds


@dataclass
class TaskState:
    """What is known of a task so far.

    Attributes:
        phase: the current phase, or the last one.
        times: seconds of each warm trial.
        answers: by trial, the file with its answer.
        first_answer: the file with the first call's.
        claims: by trial, the values that the engine reported with its answer.
        dtype: the type of the first answer's numbers, if it is narrower than float64.
        outcome: None while it runs.
        reason: why the outcome is not ok.
        cpu_times: CPU seconds of each warm trial.
        busy_after: by trial, seconds of work after its call.
        collects: seconds of collecting the results of warm trials.
        digests: trials and the digests of their answers, of problems with one exact answer.
        rebuilt: seconds of the calls on a graph built anew.
        sound: whether the worker can serve another task.
    """

    phase: str = "start"
    times: list[float] = field(default_factory=list)
    answers: dict[int, Path] = field(default_factory=dict)
    first_answer: Path | None = None
    claims: dict[int, dict[str, float]] = field(default_factory=dict)
    dtype: str = ""
    stopped: str = ""
    shared_build: bool = False
    memory: Memory = field(default_factory=Memory)
    environment: Environment | None = None
    used: dict[str, Any] = field(default_factory=dict)
    censored: Censored | None = None
    outcome: Outcome | None = None
    reason: str = ""
    cpu_times: list[float] = field(default_factory=list)
    busy_after: dict[int, float] = field(default_factory=dict)
    collects: list[float] = field(default_factory=list)
    digests: list[tuple[int, str]] = field(default_factory=list)
    rebuilt: list[float] = field(default_factory=list)
    build_gc_s: float | None = None
    energy: Energy | None = None
    sound: bool = True
    _cpu_s: dict[str, float] = field(default_factory=dict)
    _seconds: dict[str, float] = field(default_factory=dict)
    _steps: dict[str, dict[str, float]] = field(default_factory=dict)
    _since: float = field(default_factory=protocol.now)

    def add(self, event: Event) -> None:
        """Update the state with an event."""
        match event:
            case Began(phase):
                self.phase = phase
            case Ended():
                self._seconds[event.phase] = event.seconds
                self._cpu_s[event.phase] = event.cpu_s
                self.shared_build |= event.shared
                self.memory = event.memory if event.memory.host_peak_bytes is not None else self.memory
                if event.steps:
                    self._steps[f"{event.phase}_steps_s"] = event.steps
            case Equipped():
                self.environment, self.used = event.environment, event.used
            case Trial() | Busy() | Rebuilt():
                self._add_call(event)
            case Saved() | Displaced() | Collect() | Digest():
                self._add_answer(event)
            case Sampled():
                self._complete(event)
            case Done(sound=sound):
                self.sound = sound
            case Failed():
                self.outcome, self.reason = event.outcome, event.reason
                self.sound = self.outcome is Outcome.INVALID
        self._since = protocol.now()

    def _complete(self, event: Sampled) -> None:
        self.stopped, self.memory, self.outcome = event.stopped, event.memory, Outcome.OK
        self.energy = event.energy
        if self.environment is not None and event.clocks:
            clocks = self.environment.clocks | {"after": event.clocks}
            self.environment = msgspec.structs.replace(self.environment, clocks=clocks)

    def _add_call(self, event: Trial | Busy | Rebuilt) -> None:
        match event:
            case Trial(seconds, cpu_s):
                self.times.append(seconds)
                self.cpu_times += [] if cpu_s is None else [cpu_s]  # another clock counts none
            case Busy(trial, seconds):
                self.busy_after[trial] = seconds
            case Rebuilt():
                self.rebuilt.append(event.seconds)
                self.build_gc_s = self.build_gc_s if event.build_gc_s is None else event.build_gc_s

    def _add_answer(self, event: Saved | Displaced | Collect | Digest) -> None:
        match event:
            case Saved(trial, file, claims, dtype):
                self.claims[trial] = claims
                if trial == FIRST:
                    self.first_answer, self.dtype = Path(file), dtype
                else:
                    self.answers[trial] = Path(file)
            case Displaced(trial):
                self.answers.pop(trial, None)
            case Collect(seconds):
                self.collects.append(seconds)
            case Digest(trial, digest):
                self.digests.append((trial, digest))

    @property
    def phases(self) -> Phases:
        """Seconds of the phases that have ended."""
        known: dict[str, Any] = {f"{phase}_s": seconds for phase, seconds in self._seconds.items()}
        return Phases(
            **(known | self._steps),
            call_s=list(self.times),
            rebuilt_s=list(self.rebuilt),
            collect_call_s=list(self.collects),
            build_gc_s=self.build_gc_s,
        )

    @property
    def cpu(self) -> CpuTimes:
        """CPU seconds of the calls."""
        return CpuTimes(first_s=self._cpu_s.get("first"), call_s=list(self.cpu_times), after_s=dict(self.busy_after))

    @property
    def answers_to_certify(self) -> dict[int, Path]:
        """By trial, the files of the first call's answer and of the warm ones that were kept."""
        if self.first_answer is None or self.stopped == "first_only":
            return self.answers
        return {FIRST: self.first_answer} | self.answers

    def _ended_after_sampling(self) -> bool:
        """Whether the record was complete already: what goes wrong later costs only calls on a graph built anew."""
        self.sound = False
        return self.outcome is Outcome.OK

    def ran_out_of_time(self, timeout_s: float) -> None:
        """The time limit was reached. The outcome is a timeout only if no call has been timed."""
        if self._ended_after_sampling():
            return
        self.censored = Censored(phase=self.phase, after_s=protocol.now() - self._since, limit_s=timeout_s)
        first = self._seconds.get("first")
        if not self.times and first is not None and self.first_answer is not None:
            self.times, self.answers, self.stopped = [first], {0: self.first_answer}, "first_only"
            self.claims[0] = self.claims[FIRST]
        if self.times and self.answers:
            self.outcome, self.stopped = Outcome.OK, self.stopped or "limit"
            return
        self.outcome = Outcome.TIMEOUT
        after, where = format_seconds(self.censored.after_s), self.censored.where
        self.reason = f"the limit of {timeout_s:g} s struck in {where}, {after} into it; --timeout SECONDS sets it"

    def ran_out_of_memory(self, limit: int, held: int) -> None:
        """The worker exceeded its memory limit. Times so far are recorded, but the task is not complete."""
        if self._ended_after_sampling():
            return
        self.censored = Censored(phase=self.phase, after_s=protocol.now() - self._since, limit_bytes=limit)
        self.memory = msgspec.structs.replace(self.memory, host_peak_bytes=max(held, self.memory.host_peak_bytes or 0))
        self.outcome = Outcome.OUT_OF_MEMORY
        self.reason = (
            f"the limit of {format_bytes(limit)} of host memory was exceeded in phase {self.phase} "
            f"({format_bytes(held, like=limit)} held); --memory-limit SIZE sets it"
        )

    def broke(self, problem: str) -> None:
        """The worker sent something that is no event."""
        if self._ended_after_sampling():
            return
        self.outcome = Outcome.ERROR
        self.reason = (
            f"the worker's messages cannot be read in phase {self.phase}: the library may write to descriptors "
            f"that are not its own ({problem})"
        )

    def died(self, status: int, last_words: str, *, memory_ran_out: bool) -> None:
        """The worker process ended.

        Args:
            status: negative for a signal.
            last_words: the last line on its standard error.
            memory_ran_out: whether there is evidence that this was the cause.
        """
        if self._ended_after_sampling():
            return
        if status < 0:
            what = f"died of {_signal_name(-status)} in phase {self.phase}"
            if -status == signal.SIGKILL and not memory_ran_out:
                what += ", killed from outside (the system does so when memory runs out)"
        else:
            what = f"ended the process with exit status {status} in phase {self.phase}"
        if memory_ran_out:
            what += ": memory ran out"
        self.outcome = Outcome.OUT_OF_MEMORY if memory_ran_out else Outcome.ERROR
        self.reason = f"{what}; it last said: {last_words}" if last_words else what


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
