"""What is known of a running task: events go in, and what a record says of it comes out, at any moment.

The worker may die between any two events, so nothing here waits for a last one.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from graphbench.measure import protocol
from graphbench.measure.protocol import COLD, Began, Displaced, Done, Ended, Equipped, Event, Failed, Saved
from graphbench.records.model import Censored, Environment, Memory, Outcome, Phases
from graphbench.system import text


@dataclass
class Account:
    """One task's account.

    Attributes:
        phase: the phase that runs, or ran last.
        times: seconds of each warm trial.
        answers: by trial, the file with its answer.
        cold_answer: the file with the cold call's.
        claims: by trial, the figures that the engine itself gave for its answer.
        outcome: how it ended; None while it runs.
        reason: why it is not ok.
    """

    phase: str = "start"
    times: list[float] = field(default_factory=list)
    answers: dict[int, Path] = field(default_factory=dict)
    cold_answer: Path | None = None
    claims: dict[int, dict[str, float]] = field(default_factory=dict)
    stopped: str = ""
    shared_build: bool = False
    memory: Memory = field(default_factory=Memory)
    environment: Environment | None = None
    used: dict[str, Any] = field(default_factory=dict)
    censored: Censored | None = None
    outcome: Outcome | None = None
    reason: str = ""
    _seconds: dict[str, float] = field(default_factory=dict)
    _steps: dict[str, dict[str, float]] = field(default_factory=dict)
    _since: float = field(default_factory=protocol.now)

    def add(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case Began(phase):
                self.phase = phase
            case Ended():
                self._seconds[event.phase] = event.seconds
                self.shared_build |= event.shared
                self.memory = event.memory if event.memory.host_peak_bytes is not None else self.memory
                if event.steps:
                    self._steps[f"{event.phase}_steps_s"] = event.steps
            case Equipped():
                self.environment, self.used = event.environment, event.used
            case protocol.Trial(seconds):
                self.times.append(seconds)
            case Saved():
                self._keep(event)
            case Displaced(trial):
                self.answers.pop(trial, None)
            case Done():
                self._complete(event)
            case Failed():
                self.outcome, self.reason = Outcome(event.outcome), event.reason
        self._since = protocol.now()

    def _complete(self, event: Done) -> None:
        self.stopped, self.memory, self.outcome = event.stopped, event.memory, Outcome.OK
        if self.environment is not None and event.clocks:
            clocks = self.environment.clocks | {"after": event.clocks}
            self.environment = msgspec.structs.replace(self.environment, clocks=clocks)

    def _keep(self, saved: Saved) -> None:
        self.claims[saved.trial] = saved.claims
        if saved.trial == COLD:
            self.cold_answer = Path(saved.file)
        else:
            self.answers[saved.trial] = Path(saved.file)

    @property
    def phases(self) -> Phases:
        """Seconds of what has ended."""
        known: dict[str, Any] = {f"{phase}_s": seconds for phase, seconds in self._seconds.items()}
        return Phases(**(known | self._steps), run_s=list(self.times))

    def ran_out_of_time(self, timeout_s: float) -> None:
        """The limit struck. What has been timed stands: only without any timed call is it a timeout."""
        self.censored = Censored(phase=self.phase, after_s=protocol.now() - self._since, limit_s=timeout_s)
        cold = self._seconds.get("cold")
        if not self.times and cold is not None and self.cold_answer is not None:
            self.times, self.answers, self.stopped = [cold], {0: self.cold_answer}, "cold_is_run"
            self.claims[0] = self.claims[COLD]
        if self.times and self.answers:
            self.outcome, self.stopped = Outcome.OK, self.stopped or "limit"
            return
        self.outcome = Outcome.TIMEOUT
        self.reason = (
            f"the limit of {timeout_s:g} s struck in phase {self.phase}, {self.censored.after_s:.3g} s into it; "
            "--timeout SECONDS sets it"
        )

    def ran_out_of_memory(self, limit: int, held: int) -> None:
        """The worker held more memory than it may. What has been timed is told, but the task is not complete."""
        self.censored = Censored(phase=self.phase, after_s=protocol.now() - self._since, limit_bytes=limit)
        self.memory = msgspec.structs.replace(self.memory, host_peak_bytes=max(held, self.memory.host_peak_bytes or 0))
        self.outcome = Outcome.OUT_OF_MEMORY
        self.reason = (
            f"the limit of {text.text(limit)} of host memory was exceeded in phase {self.phase} "
            f"({text.text(held, like=limit)} held); --memory-limit SIZE sets it"
        )

    def died(self, status: int, last_words: str, *, memory_ran_out: bool) -> None:
        """The worker ended by itself.

        Args:
            status: negative for a signal.
            last_words: the last line on its standard error.
            memory_ran_out: whether there is evidence that this was why.
        """
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
