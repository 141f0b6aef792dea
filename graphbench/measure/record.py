"""The record of a task: what measuring gave, and the certificates and agreement of its answers."""

from __future__ import annotations

import functools
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from graphbench import registry
from graphbench.algorithms.base import Attached, Quantities
from graphbench.engines.base import Engine
from graphbench.errors import FormatError, StoreError
from graphbench.measure import reference
from graphbench.measure.answers import PreviousAnswers, agreements, attempted, disputed, keep, verify
from graphbench.measure.noise import noise_warnings
from graphbench.measure.prepare import Prepared
from graphbench.measure.protocol import (
    FIRST,
    Verified,
)
from graphbench.measure.run_folder import writable
from graphbench.measure.staleness import revisions
from graphbench.measure.task_state import TaskState
from graphbench.records import limit as limits
from graphbench.records.model import (
    Agreement,
    Certificate,
    DatasetInfo,
    Outcome,
    Record,
    Task,
    Trials,
    Worker,
)
from graphbench.system import bandwidth
from graphbench.system.privacy import scrubbed, without_host
from graphbench.system.text import count

Certifier = Callable[..., Verified | str]
"""Certifies answers, as :func:`graphbench.measure.answers.verify` does from `files` on; returns why if that failed."""


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
        certify = certify or _here(prepared)
        try:
            checked = _verified(engine, state, prepared, previous, trials=found["trials"], certify=certify)
            found |= checked | {"warnings": found["warnings"] + checked["warnings"]}
        except (FormatError, OSError, MemoryError) as error:  # a damaged file, or this machine: no fault of the engine
            found["warnings"] += [f"the answer is not certified: {str(error) or type(error).__name__}"]
    found["warnings"] += _of_chosen_source(prepared, found.get("answer", {}))
    found["warnings"] += noise_warnings(state.times, found["trials"], state.environment)
    return _limited(record(task, engine, prepared, **found), engine, prepared)


def _of_chosen_source(prepared: Prepared, answer: Quantities) -> list[str]:
    """Warnings about the answer of a search whose source the user chose."""
    source = prepared.params.get("source")
    if source is None:
        return []
    note = prepared.algorithm.form.drawn_note(prepared.edges.weights)
    warnings = [note] if note else []
    if prepared.edges.num_vertices > 1 and (answer.get("reached") == 1 or answer.get("edges") == 0):
        problem = f"no edge leaves the start vertex {source}, so the search is over at once"
        warnings.append(f"{problem}. Choose another vertex with --source.")
    return warnings


def _limited(made: Record, engine: Engine, prepared: Prepared) -> Record:
    """The record with the limit that memory sets, where its problem has a bound and a call was timed."""
    if made.task.algorithm not in limits.ALGORITHMS or made.phases.first_s is None or engine.multi_gpu:
        return made
    found = bandwidth.measured(made.device)
    if found is None:
        return made
    limit = limits.limit(made, found.copy_bytes_s, found.cache_bytes, prepared.cell.dataset.info)
    return msgspec.structs.replace(made, limit=limit)


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
        "cpu": state.cpu,
        "memory": state.memory,
        "energy": state.energy,
        "environment": state.environment,
        "censored": state.censored,
        "trials": Trials(
            seeds=[call(trial).seed for trial in trials] if prepared.algorithm.seeded else [],
            sources=[call(trial).source for trial in trials] if prepared.inputs.sources is not None else [],
            stopped=state.stopped,
        ),
        "adapter": {**dict.fromkeys(attached.no_equivalent), **attached.parameters_used(call(0)), **state.used}
        | ({"dtype": state.dtype} if state.dtype else {}),
        "warnings": compiled_warning(state.used.get("kernels_compiled", 0)),
    }


def compiled_warning(kernels: int) -> list[str]:
    """A warning where a task's start compiled kernels of CuPy."""
    if not kernels:
        return []
    warning = (
        f"CuPy compiled {count(kernels, 'kernel')} that its cache on this machine did not have yet: `start`, and with "
        "it the whole script, took longer than in later processes. Measure again for these."
    )
    return [warning]


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
    files = state.answers_to_certify
    check_seed = secrets.randbits(32)  # no worker could know it before it had answered
    verified = certify(files, claims=state.claims, check_seed=check_seed)
    prepared.require_intact()  # now: the worker and the certificate have read it
    if isinstance(verified, str):
        return {"warnings": [f"the answer is not certified: certifying it on the device failed ({verified})"]}
    questions = 1 if prepared.inputs.sources is None else len(prepared.inputs.sources)
    certificate, compared = _repeated(verified.certificate, state.digests, files, questions)
    found: dict[str, Any] = {
        "certificate": certificate,
        "answer": verified.quantities,
        "warnings": verified.notes,
        "trials": msgspec.structs.replace(
            trials, quality=verified.quality, certified=sorted(files)[: certificate.checked], compared=compared
        ),
    }
    if not certificate.valid:
        return found | _invalid(state, certificate)
    fault, note = reference.compare(prepared, files)
    if fault:
        found["certificate"] = msgspec.structs.replace(certificate, valid=False, detail=fault)
        return found | _invalid(state, found["certificate"])
    if note:
        found["certificate"] = msgspec.structs.replace(certificate, detail=f"{certificate.detail}; {note}")
    by_question = {_question(trial, questions): file for trial, file in files.items()}
    mine = PreviousAnswers(engine=engine.name, files=by_question if questions > 1 else {0: files[verified.chosen]})
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


def _question(trial: int, questions: int) -> int:
    return max(trial, 0) % questions


def _repeated(
    certificate: Certificate, digests: Sequence[tuple[int, str]], files: Mapping[int, Path], questions: int
) -> tuple[Certificate, int]:
    """The certificate, invalid if two trials gave different answers to one exact question; and how many were compared.

    Args:
        certificate: of the answers that were looked at.
        digests: trials and digests of their answers, those of the certified ones among them.
        files: the certified answers by trial.
        questions: how many questions the trials alternate between.
    """
    first: dict[int, tuple[int, str]] = {}
    for trial, digest in digests:
        other, expected = first.setdefault(_question(trial, questions), (trial, digest))
        if digest != expected and certificate.valid:
            detail = f"{_name(trial)} has another answer than {_name(other)}, and the problem has only one"
            certificate = msgspec.structs.replace(certificate, valid=False, detail=detail)
    return certificate, len(digests) - len(files.keys() & {trial for trial, _ in digests})


def _name(trial: int) -> str:
    return "a call on the first question" if trial == FIRST else f"trial {trial}"


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
    verified = certify({0: mine.files[0]}, claims={}, check_seed=secrets.randbits(32), disputed=at)
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
    made = Record(
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
    return public(made)


def public(made: Record) -> Record:
    """The record without folders of this user and the name of this machine: records are passed on."""

    def cleaned(struct: Any, name: str, clean: Callable[[str], str] = scrubbed) -> Any:
        return None if struct is None else msgspec.structs.replace(struct, **{name: clean(getattr(struct, name))})

    def anonymous(text: str) -> str:
        return without_host(scrubbed(text))

    found: Record = cleaned(made, "reason", anonymous)
    return msgspec.structs.replace(
        found,
        warnings=[*map(anonymous, made.warnings)],
        certificate=cleaned(made.certificate, "detail"),
        worker=cleaned(made.worker, "stderr_tail", anonymous),
        environment=cleaned(made.environment, "command"),
        dataset=cleaned(made.dataset, "source"),
    )


def unprepared(task: Task, engine: Engine, outcome: Outcome, reason: str, dataset: DatasetInfo | None = None) -> Record:
    """The record of a task that could not be prepared: its graph is unavailable, or does not fit the problem."""
    made = Record(
        id=uuid.uuid4().hex,
        measured_at=now(),
        task=task,
        device=engine.device,
        outcome=outcome,
        reason=reason,
        dataset=dataset,
        revisions=revisions(registry.algorithm(task.algorithm), engine),
    )
    return public(made)


def now() -> str:
    """The time in UTC, to the second, in a record's format."""
    return datetime.now(UTC).isoformat(timespec="seconds")
