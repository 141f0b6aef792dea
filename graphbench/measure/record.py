"""The state of a running task, and its record with certificates and agreement.

The worker may die between any two events, so a :class:`TaskState` can become a record at any moment.
"""

from __future__ import annotations

import functools
import signal
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from graphbench import registry
from graphbench.algorithms.base import Attached
from graphbench.engines.base import Engine
from graphbench.errors import StoreError
from graphbench.measure import protocol
from graphbench.measure.answers import PreviousAnswers, agreements, attempted, disputed, keep, verify
from graphbench.measure.noise import noise_warnings
from graphbench.measure.prepare import Prepared
from graphbench.measure.protocol import FIRST, Began, Displaced, Done, Ended, Equipped, Event, Failed, Saved, Verified
from graphbench.measure.run_folder import writable
from graphbench.measure.trials import revisions
from graphbench.records.model import (
    Agreement,
    Censored,
    Certificate,
    DatasetInfo,
    Environment,
    Memory,
    Outcome,
    Phases,
    Record,
    Task,
    Trials,
    Worker,
)
from graphbench.system.text import format_bytes

Certifier = Callable[..., Verified | str]
"""Certifies answers, as :func:`graphbench.measure.answers.verify` does from `files` on; returns why if that failed."""


@dataclass
class TaskState:
    """What is known of a task so far.

    Attributes:
        phase: the current phase, or the last one.
        times: seconds of each warm trial.
        answers: by trial, the file with its answer.
        first_answer: the file with the first call's.
        claims: by trial, the values that the engine reported with its answer.
        outcome: None while it runs.
        reason: why the outcome is not ok.
    """

    phase: str = "start"
    times: list[float] = field(default_factory=list)
    answers: dict[int, Path] = field(default_factory=dict)
    first_answer: Path | None = None
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
        """Update the state with an event."""
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
        if saved.trial == FIRST:
            self.first_answer = Path(saved.file)
        else:
            self.answers[saved.trial] = Path(saved.file)

    @property
    def phases(self) -> Phases:
        """Seconds of the phases that have ended."""
        known: dict[str, Any] = {f"{phase}_s": seconds for phase, seconds in self._seconds.items()}
        return Phases(**(known | self._steps), call_s=list(self.times))

    def ran_out_of_time(self, timeout_s: float) -> None:
        """The time limit was reached. The outcome is a timeout only if no call has been timed."""
        self.censored = Censored(phase=self.phase, after_s=protocol.now() - self._since, limit_s=timeout_s)
        first = self._seconds.get("first")
        if not self.times and first is not None and self.first_answer is not None:
            self.times, self.answers, self.stopped = [first], {0: self.first_answer}, "first_only"
            self.claims[0] = self.claims[FIRST]
        if self.times and self.answers:
            self.outcome, self.stopped = Outcome.OK, self.stopped or "limit"
            return
        self.outcome = Outcome.TIMEOUT
        self.reason = (
            f"the limit of {timeout_s:g} s struck in phase {self.phase}, {self.censored.after_s:.3g} s into it; "
            "--timeout SECONDS sets it"
        )

    def ran_out_of_memory(self, limit: int, held: int) -> None:
        """The worker exceeded its memory limit. Times so far are recorded, but the task is not complete."""
        self.censored = Censored(phase=self.phase, after_s=protocol.now() - self._since, limit_bytes=limit)
        self.memory = msgspec.structs.replace(self.memory, host_peak_bytes=max(held, self.memory.host_peak_bytes or 0))
        self.outcome = Outcome.OUT_OF_MEMORY
        self.reason = (
            f"the limit of {format_bytes(limit)} of host memory was exceeded in phase {self.phase} "
            f"({format_bytes(held, like=limit)} held); --memory-limit SIZE sets it"
        )

    def died(self, status: int, last_words: str, *, memory_ran_out: bool) -> None:
        """The worker process ended.

        Args:
            status: negative for a signal.
            last_words: the last line on its standard error.
            memory_ran_out: whether there is evidence that this was the cause.
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


def complete(
    task: Task,
    engine: Engine,
    prepared: Prepared,
    state: TaskState,
    *,
    attached: Attached,
    previous: list[PreviousAnswers],
    measured_at: str,
    worker: Worker | None,
    certify: Certifier | None = None,
) -> Record:
    """The record of a task that was started, whatever its outcome.

    Args:
        task: its identity.
        engine: the engine.
        prepared: the problem.
        state: what is known of it.
        attached: the adapter.
        previous: valid answers of the engines before, to compare with; this one's is added.
        measured_at: when it was started, by :func:`now`.
        worker: the process that measured; None if none could be started.
        certify: certifies the answers; None: in this process.
    """
    found = _facts(state, attached, prepared) | {"measured_at": measured_at, "worker": worker}
    if state.answers and worker is not None:
        found |= _verified(
            engine, state, prepared, previous, trials=found["trials"], certify=certify or _here(prepared)
        )
    found["warnings"] += noise_warnings(state.times, found["trials"], state.environment)
    return record(task, engine, prepared, **found)


def _facts(state: TaskState, attached: Attached, prepared: Prepared) -> dict[str, Any]:
    """The fields that measuring gives."""

    def call(trial: int) -> Any:
        return prepared.algorithm.call(
            prepared.edges, prepared.params, prepared.inputs, seed=prepared.seed, trial=trial
        )

    trials = range(len(state.times))
    return {
        "outcome": state.outcome,
        "reason": state.reason,
        "phases": state.phases,
        "memory": state.memory,
        "environment": state.environment,
        "censored": state.censored,
        "trials": Trials(
            seeds=[call(trial).seed for trial in trials] if prepared.algorithm.seeded else [],
            sources=[call(trial).source for trial in trials] if prepared.inputs.sources is not None else [],
            stopped=state.stopped,
        ),
        "adapter": {**dict.fromkeys(attached.no_equivalent), **attached.parameters_used(call(0)), **state.used},
        "warnings": [],
    }


def _here(prepared: Prepared) -> Certifier:
    """Certify in this process."""
    asked: dict[str, Any] = {"params": prepared.params, "inputs": prepared.inputs, "seed": prepared.seed}
    return functools.partial(
        attempted if prepared.edges.on_device else verify, prepared.algorithm, prepared.edges, **asked
    )


def _verified(
    engine: Engine,
    state: TaskState,
    prepared: Prepared,
    previous: list[PreviousAnswers],
    *,
    trials: Trials,
    certify: Certifier,
) -> dict[str, Any]:
    """The fields that the answers give."""
    files = state.answers
    verified = certify(files, claims=state.claims)
    if isinstance(verified, str):
        return {"warnings": [f"the answer is not certified: certifying it on the device failed ({verified})"]}
    found: dict[str, Any] = {
        "certificate": verified.certificate,
        "answer": verified.quantities,
        "warnings": verified.notes,
        "trials": msgspec.structs.replace(
            trials, quality=verified.quality, certified=sorted(files)[: verified.certificate.checked]
        ),
    }
    if not verified.certificate.valid:
        return found | _invalid(state, verified.certificate)
    mine = PreviousAnswers(
        engine=engine.name, files=files if prepared.inputs.sources is not None else {0: files[verified.chosen]}
    )
    if prepared.algorithm.unique:
        found["agreement"] = agreements(prepared.algorithm, mine, previous, prepared.params)
    if found.get("agreement") and prepared.algorithm.kind == "pair_scores":
        wrong, notes = _disputes(prepared, mine, previous, found["agreement"], certify)
        if wrong is not None:
            return found | {"certificate": wrong, "agreement": []} | _invalid(state, wrong)
        found["warnings"] += notes
    try:
        with writable("the answer"):
            found["answer"] = {**verified.quantities, "digest": keep(mine)}
    except StoreError as error:  # the measurement is kept even if its answer is not
        found["warnings"] += [f"the answer is not kept. {error}"]
    previous.append(mine)
    return found


def _invalid(state: TaskState, certificate: Certificate) -> dict[str, Any]:
    """The outcome of a task with a wrong answer; a task that failed for another reason keeps its outcome."""
    if state.outcome is not Outcome.OK:
        return {}
    return {"outcome": Outcome.INVALID, "reason": certificate.detail}


def _disputes(
    prepared: Prepared,
    mine: PreviousAnswers,
    previous: list[PreviousAnswers],
    agreed: list[Agreement],
    certify: Certifier,
) -> tuple[Certificate | None, list[str]]:
    """Recompute the pairs whose values differ from another engine's.

    Returns:
        The certificate that refutes these values, if they are wrong; and notes.
    """
    differing = {agreement.engine for agreement in agreed if agreement.kind == "differs"}
    others = [other for other in previous if other.engine in differing]
    if not others:
        return None, []
    tolerance = prepared.algorithm.epsilon(prepared.params)
    at = disputed(mine.files[0], [other.files[0] for other in others], tolerance)
    names = " and ".join(other.engine for other in others)
    verified = certify({0: mine.files[0]}, claims={}, disputed=at)
    if isinstance(verified, str):
        return None, [
            f"values differ from those of {names}; recomputing them failed, so either may be wrong: {verified}"
        ]
    if not verified.certificate.valid:
        return verified.certificate, []
    note = f"values differ from those of {names}; these are right (pairs recomputed exactly: {len(at):,})"
    return None, [note]


def record(task: Task, engine: Engine, prepared: Prepared, **found: Any) -> Record:
    """The record of a task with these fields, `outcome` among them."""
    algorithm = prepared.algorithm
    return Record(
        id=uuid.uuid4().hex,
        task=task,
        device=engine.device,
        headline=algorithm.headline,
        quality=algorithm.quality or "",
        dataset=prepared.cell.dataset.info,
        posed=prepared.info,
        draw=prepared.draw,
        revisions=revisions(algorithm, engine),
        **({"measured_at": now()} | found),
    )


def unprepared(task: Task, engine: Engine, outcome: Outcome, reason: str, dataset: DatasetInfo | None = None) -> Record:
    """The record of a task that could not be prepared: its graph is unavailable, or does not fit the problem."""
    return Record(
        id=uuid.uuid4().hex,
        measured_at=now(),
        task=task,
        device=engine.device,
        outcome=outcome,
        reason=reason,
        dataset=dataset,
        revisions=revisions(registry.algorithm(task.algorithm), engine),
    )


def now() -> str:
    """The time in UTC, to the second, in a record's format."""
    return datetime.now(UTC).isoformat(timespec="seconds")
