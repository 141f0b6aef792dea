"""Answers: certified, kept by digest, and compared with those of the engines before.

All in the parent, between tasks, so that no timing is disturbed; only what was answered about a graph that is made on a
device is certified in a worker, where that is (:mod:`.certifying`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Algorithm, Figures, Finding, Inputs
from graphbench.certificates.agreement import Agreed, agreement
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.on_device.edges import MadeOnDevice
from graphbench.records.model import Agreement, Certificate
from graphbench.system.files import home

MOST_KEPT = 50_000_000
"""Answers with more values are not kept after their run."""
MOST_DISPUTED = 1_000
"""How many pairs on which engines differ are recomputed at most: less than a second."""
CLAIM = 1e-3
"""How far, as a fraction, an engine's own figure may be from ours: sums in float32 err by no more."""
PER_VERTEX = {"partition", "labels", "scores", "depths", "distances"}
"""Kinds of answers that certificates set against the edges, array against array; the others are looked into in places,
and stay on the host."""
Answer = npt.NDArray[Any]


class Verified(NamedTuple):
    """What the answers of a task came to.

    Attributes:
        certificate: of all answers together.
        figures: of the answer that stands for the task.
        quality: heuristics: of each trial.
        chosen: the trial whose answer stands for the task.
        notes: what is odd about that answer, one sentence each.
    """

    certificate: Certificate
    figures: Figures
    quality: list[float]
    chosen: int
    notes: list[str]


def verify(
    algorithm: Algorithm,
    posed: EdgeList,
    files: Mapping[int, Path],
    *,
    params: Mapping[str, Any],
    inputs: Inputs,
    seed: int,
    claims: Mapping[int, Mapping[str, float]],
    disputed: npt.NDArray[np.int64] | None = None,
) -> Verified:
    """Run the certificate over the answers of a task.

    The first answer stands for the task; of a heuristic, the one of median quality.

    Args:
        algorithm: the problem.
        posed: the graph as posed.
        files: by trial, the .npy file with its answer; at least one.
        params: resolved parameters.
        inputs: what was drawn.
        seed: the plan's.
        claims: by trial, the figures that the engine itself gave for its answer.
        disputed: indices of pairs that are to be recomputed too: engines differ there, so that somebody is wrong.

    Raises:
        Exception: of a graph on a device, whatever its library raises: that says nothing of the answer.
    """
    findings: dict[int, Finding] = {}
    for trial in sorted(files):
        p = algorithm.call(posed, params, inputs, seed=seed, trial=trial)
        if disputed is not None:
            p.disputed = disputed
        findings[trial] = finding = _certified(algorithm, posed, np.load(files[trial]), p)
        if not finding.valid:
            where = f"trial {trial}: " if len(files) > 1 else ""
            certificate = Certificate(valid=False, detail=where + finding.detail, checked=len(findings))
            return Verified(certificate, finding.figures, [], trial, [])
    quality = [float(each.figures[algorithm.quality]) for each in findings.values()] if algorithm.quality else []
    if algorithm.quality:
        ranked = sorted(findings, key=lambda trial: findings[trial].figures[algorithm.quality or ""])
        chosen = ranked[(len(ranked) - 1) // 2]
    else:
        chosen = min(findings)
    certificate = Certificate(valid=True, detail=findings[chosen].detail, checked=len(findings))
    found, claimed = findings[chosen], claims.get(chosen, {})
    reported = {f"reported_{name}": value for name, value in claimed.items()}
    notes = [*found.notes, *_false_claims(claimed, found.figures)]
    return Verified(certificate, found.figures | reported, quality, chosen, notes)


def disputed(mine: Path, others: Sequence[Path], tolerance: float) -> npt.NDArray[np.int64]:
    """Indices of the values, at most :data:`MOST_DISPUTED`, in which an answer is further from another than that."""
    answer = np.load(mine)
    far = [np.flatnonzero(~(np.abs(answer - np.load(other)) <= tolerance)) for other in others]
    return np.unique(np.concatenate(far))[:MOST_DISPUTED]


def _false_claims(claimed: Mapping[str, float], figures: Figures) -> Iterator[str]:
    for name, value in claimed.items():
        if name in figures and not abs(value - figures[name]) <= CLAIM * abs(figures[name]):
            yield f"the engine reports a {name} of {value:.4f}, but that of its answer is {figures[name]:.4f}"


def _certified(algorithm: Algorithm, posed: EdgeList, answer: Answer, p: Any) -> Finding:
    if isinstance(posed, MadeOnDevice):
        return algorithm.certify(posed, posed.maker.to_device(answer) if algorithm.kind in PER_VERTEX else answer, p)
    try:
        return algorithm.certify(posed, answer, p)
    except Exception as error:  # noqa: BLE001  an answer of a strange shape may trip the check itself
        return Finding(valid=False, detail=f"the certificate cannot make sense of it ({type(error).__name__}: {error})")


def digest(answer: Answer) -> str:
    """Equal for equal arrays."""
    state = hashlib.blake2b(f"{answer.dtype.str} {answer.shape}".encode(), digest_size=16)
    state.update(np.ascontiguousarray(answer).data)
    return state.hexdigest()


def kept(name: str) -> Path:
    """Where the answer with that digest is kept, if it is."""
    return home() / "answers" / f"{name}.npy"


@dataclass
class Earlier:
    """Valid answers of an engine, by question (the index of the source; 0 where all trials ask the same)."""

    engine: str
    files: dict[int, Path]


def keep(answers: Earlier) -> str:
    """Move the answer to the first question to where answers are kept, unless it is too large; returns its digest."""
    file = answers.files[question := min(answers.files)]
    answer = np.load(file, mmap_mode="r")
    name = digest(answer)
    if answer.size <= MOST_KEPT:
        target = kept(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        answers.files[question] = file.replace(target)
    return name


def agreements(
    algorithm: Algorithm, mine: Earlier, earlier: Sequence[Earlier], params: Mapping[str, Any]
) -> list[Agreement]:
    """How an engine's answers agree with those of each engine before it: by the worst of all common questions."""
    found = []
    for other in earlier:
        each = [
            agreement(algorithm.kind, np.load(file), np.load(other.files[question]), algorithm.epsilon(params))
            for question, file in mine.files.items()
            if question in other.files
        ]
        if each:
            found.append(Agreement(engine=other.engine, **max(each, key=badness)._asdict()))
    return found


def badness(agreed: Agreed | Agreement) -> tuple[int, float]:
    """A key to sort by: the worst agreement last."""
    return ("exact", "equivalent", "epsilon", "nmi", "differs").index(agreed.kind), agreed.max_difference or 0.0
