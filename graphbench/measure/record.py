"""From what is known of a task to its record: certificates and agreement included."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from graphbench import registry
from graphbench.algorithms.base import Attached
from graphbench.engines.base import Engine
from graphbench.errors import StoreError
from graphbench.measure.answers import Earlier, Verified, agreements, disputed, keep, verify
from graphbench.measure.certifying import attempted
from graphbench.measure.noise import advice
from graphbench.measure.prepare import Posed
from graphbench.measure.run_folder import writable
from graphbench.measure.task_state import Account
from graphbench.measure.trials import revisions
from graphbench.records.model import Agreement, Certificate, DatasetInfo, Outcome, Record, Task, Trials, Worker

Certify = Callable[..., Verified | str]
"""Certifies answers, as :func:`graphbench.measure.answers.verify` does from `files` on: or tells why that failed."""


def complete(
    task: Task,
    engine: Engine,
    posed: Posed,
    account: Account,
    *,
    attached: Attached,
    earlier: list[Earlier],
    measured_at: str,
    worker: Worker | None,
    certify: Certify | None = None,
) -> Record:
    """The record of a task that was started, whatever became of it.

    Args:
        task: its identity.
        engine: that worked on it.
        posed: the problem.
        account: what is known.
        attached: the adapter.
        earlier: valid answers of the engines before, to compare with; this one's is added.
        measured_at: when it was started, as :func:`now` says it.
        worker: who measured; None if nobody could be started.
        certify: who certifies the answers; by default this process does.
    """
    found = _facts(account, attached, posed) | {"measured_at": measured_at, "worker": worker}
    if account.answers and worker is not None:
        found |= _verified(engine, account, posed, earlier, trials=found["trials"], certify=certify or _here(posed))
    found["warnings"] += advice(account.times, found["trials"], account.environment)
    return record(task, engine, posed, **found)


def _facts(account: Account, attached: Attached, posed: Posed) -> dict[str, Any]:
    """What the record says of the measuring itself."""

    def call(trial: int) -> Any:
        return posed.algorithm.call(posed.edges, posed.params, posed.inputs, seed=posed.seed, trial=trial)

    trials = range(len(account.times))
    return {
        "outcome": account.outcome,
        "reason": account.reason,
        "phases": account.phases,
        "memory": account.memory,
        "environment": account.environment,
        "censored": account.censored,
        "trials": Trials(
            seeds=[call(trial).seed for trial in trials] if posed.algorithm.seeded else [],
            sources=[call(trial).source for trial in trials] if posed.inputs.sources is not None else [],
            stopped=account.stopped,
        ),
        "adapter": {**dict.fromkeys(attached.no_equivalent), **attached.told(call(0)), **account.used},
        "warnings": [],
    }


def _here(posed: Posed) -> Certify:
    """Certify in this process."""
    asked: dict[str, Any] = {"params": posed.params, "inputs": posed.inputs, "seed": posed.seed}
    return functools.partial(attempted if posed.edges.on_device else verify, posed.algorithm, posed.edges, **asked)


def _verified(
    engine: Engine,
    account: Account,
    posed: Posed,
    earlier: list[Earlier],
    *,
    trials: Trials,
    certify: Certify,
) -> dict[str, Any]:
    """What the record says of the answers."""
    files = account.answers
    verdict = certify(files, claims=account.claims)
    if isinstance(verdict, str):
        return {"warnings": [f"the answer is not certified, as that failed on the device: {verdict}"]}
    found: dict[str, Any] = {
        "certificate": verdict.certificate,
        "answer": verdict.figures,
        "warnings": verdict.notes,
        "trials": msgspec.structs.replace(
            trials, quality=verdict.quality, certified=sorted(files)[: verdict.certificate.checked]
        ),
    }
    if not verdict.certificate.valid:
        return found | _invalid(account, verdict.certificate)
    mine = Earlier(engine=engine.name, files=files if posed.inputs.sources is not None else {0: files[verdict.chosen]})
    if posed.algorithm.unique:
        found["agreement"] = agreements(posed.algorithm, mine, earlier, posed.params)
    if found.get("agreement") and posed.algorithm.kind == "pair_scores":
        wrong, notes = _disputes(posed, mine, earlier, found["agreement"], certify)
        if wrong is not None:
            return found | {"certificate": wrong, "agreement": []} | _invalid(account, wrong)
        found["warnings"] += notes
    try:
        with writable("the answer"):
            found["answer"] = {**verdict.figures, "digest": keep(mine)}
    except StoreError as error:  # what was measured is worth more than a copy of the answer
        found["warnings"] += [f"the answer is not kept. {error}"]
    earlier.append(mine)
    return found


def _invalid(account: Account, certificate: Certificate) -> dict[str, Any]:
    """What a wrong answer makes of a task's outcome: one that failed anyway stays what it was."""
    if account.outcome is not Outcome.OK:
        return {}
    return {"outcome": Outcome.INVALID, "reason": certificate.detail}


def _disputes(
    posed: Posed, mine: Earlier, earlier: list[Earlier], agreed: list[Agreement], certify: Certify
) -> tuple[Certificate | None, list[str]]:
    """Where pairs' values differ from another engine's: what is wrong with these, else who is wrong instead."""
    differing = {each.engine for each in agreed if each.kind == "differs"}
    others = [other for other in earlier if other.engine in differing]
    if not others:
        return None, []
    tolerance = posed.algorithm.epsilon(posed.params)
    at = disputed(mine.files[0], [other.files[0] for other in others], tolerance)
    names = " and ".join(other.engine for other in others)
    verdict = certify({0: mine.files[0]}, claims={}, disputed=at)
    if isinstance(verdict, str):
        return None, [f"values differ from those of {names}, and who is wrong is not known: {verdict}"]
    if not verdict.certificate.valid:
        return verdict.certificate, []
    told = f"values differ from those of {names} (pairs recomputed exactly: {len(at):,}), and these are right"
    return None, [told]


def record(task: Task, engine: Engine, posed: Posed, **found: Any) -> Record:
    """The record of a task of which no more is known than these fields, `outcome` among them."""
    algorithm = posed.algorithm
    return Record(
        id=uuid.uuid4().hex,
        task=task,
        device=engine.device,
        headline=algorithm.headline,
        quality=algorithm.quality or "",
        dataset=posed.cell.dataset.info,
        posed=posed.info,
        draw=posed.draw,
        revisions=revisions(algorithm, engine),
        **({"measured_at": now()} | found),
    )


def unposed(task: Task, engine: Engine, outcome: Outcome, reason: str, dataset: DatasetInfo | None = None) -> Record:
    """The record of a task whose problem could not even be posed: the graph cannot be had, or does not fit."""
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
    """The time of day in UTC, to the second, as a record carries it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
