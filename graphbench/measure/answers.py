"""Answers: certified, stored by digest, and compared with those of other engines.

The name of a file of an answer ends with the answer's digest, which is compared whenever the file is read. All of it
happens in the parent between tasks, so no timing is disturbed. Only answers about a graph that is made on a device are
certified in the worker (:func:`certified`), after the engine has released its own graph: the certificate then has the
device's memory, for chunks of edges that are made anew. If that fails, because memory runs out or a library fails, the
answer counts neither as valid nor as invalid.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench import registry
from graphbench.algorithms.base import Algorithm, Finding, Inputs, Quantities
from graphbench.certificates.agreement import agreement
from graphbench.errors import FormatError
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.on_device.edges import DeviceEdgeList
from graphbench.graphs.open import open_edges
from graphbench.measure.inputs import load_inputs
from graphbench.measure.protocol import FIRST, Certify, Verified
from graphbench.records.model import Agreement, Certificate
from graphbench.system.files import home, log
from graphbench.system.memory import is_out_of_memory

MAX_STORED = 50_000_000
"""Answers with more values are not stored."""
MAX_DISPUTED = 1_000
"""Where engines differ, at most this many pairs are recomputed: less than a second."""
CLAIM_TOLERANCE = 1e-3
"""Largest relative difference between a value that an engine reports and ours: sums in float32 err by no more."""
MIN_CERTIFY_S = 600.0
"""The shortest limit of certifying in a worker, whatever the limit of the task: it is not measured."""
PER_VERTEX = {"partition", "labels", "scores", "depths", "distances"}
"""Kinds of answers that certificates compare with the edges, array against array; of others only a
few values are read, so they stay on the host."""
_MEMORY_FRACTIONS = (1, 1 / 4, 1 / 16)
"""Fractions of the device's memory to generate edges in; after an out-of-memory error the next is tried."""
Answer = npt.NDArray[Any]


def verify(
    algorithm: Algorithm,
    posed: EdgeList,
    files: Mapping[int, Path],
    *,
    params: Mapping[str, Any],
    inputs: Inputs,
    seed: int,
    claims: Mapping[int, Mapping[str, float]],
    check_seed: int,
    disputed: npt.NDArray[np.int64] | None = None,
) -> Verified:
    """Certify the answers of a task.

    The first answer represents the task; of a heuristic, the warm one of median quality.

    Args:
        algorithm: the problem.
        posed: the graph as posed.
        files: by trial (-1: the first call), the .npy file with its answer; at least one.
        params: resolved parameters.
        inputs: what was drawn.
        seed: the plan's.
        claims: by trial, the values that the engine reported with its answer.
        check_seed: of what the certificate samples; no worker may know it before it has answered.
        disputed: indices of pairs to recompute as well, since engines differ there.

    Raises:
        FormatError: if a file of an answer or of the graph is damaged.
        Exception: for a graph on a device, whatever its library raises; the answer may still be right.
    """
    findings: dict[int, Finding] = {}
    for trial in sorted(files):
        p = algorithm.call(posed, params, inputs, seed=seed, trial=max(trial, 0))
        p.check_seed = check_seed
        if disputed is not None:
            p.disputed = disputed
        findings[trial] = finding = _certified(algorithm, posed, load(files[trial]), p)
        if not finding.valid:
            where = "" if len(files) == 1 else "first call: " if trial == FIRST else f"trial {trial}: "
            certificate = Certificate(
                valid=False, detail=where + finding.detail, checked=len(findings), check_seed=check_seed
            )
            return Verified(certificate=certificate, quantities=finding.quantities, chosen=trial)
    quality, chosen = list[float](), min(findings)
    if measure := algorithm.quality:
        warm = {trial: float(finding.quantities[measure]) for trial, finding in findings.items() if trial != FIRST}
        quality = list(warm.values())
        chosen = sorted(warm, key=lambda trial: warm[trial])[(len(warm) - 1) // 2]
    certificate = Certificate(valid=True, detail=findings[chosen].detail, checked=len(findings), check_seed=check_seed)
    found, claimed = findings[chosen], claims.get(chosen, {})
    reported = {f"reported_{name}": value for name, value in claimed.items()}
    notes = [*found.notes, *_false_claims(claimed, found.quantities)]
    return Verified(
        certificate=certificate, quantities=found.quantities | reported, quality=quality, chosen=chosen, notes=notes
    )


def disputed(mine: Path, others: Sequence[Path], tolerance: float) -> npt.NDArray[np.int64]:
    """Indices of values, at most :data:`MAX_DISPUTED`, that differ from another answer's by more than the tolerance.

    Args:
        mine: the file of an answer.
        others: those of other engines.
        tolerance: relative to the larger value.

    Raises:
        FormatError: if a file is damaged.
    """
    answer = load(mine)
    far = []
    for theirs in map(load, others):
        allowed = tolerance * np.maximum(np.abs(answer), np.abs(theirs))
        far.append(np.flatnonzero(~(np.abs(answer - theirs) <= allowed)))
    return np.unique(np.concatenate(far))[:MAX_DISPUTED]


def _false_claims(claimed: Mapping[str, float], quantities: Quantities) -> Iterator[str]:
    for name, value in claimed.items():
        if name in quantities and not abs(value - quantities[name]) <= CLAIM_TOLERANCE * abs(quantities[name]):
            yield f"the engine reports a {name} of {value:.4f}, but that of its answer is {quantities[name]:.4f}"


def _certified(algorithm: Algorithm, posed: EdgeList, answer: Answer, p: Any) -> Finding:
    if isinstance(posed, DeviceEdgeList):
        return algorithm.certify(
            posed, posed.generator.to_device(answer) if algorithm.kind in PER_VERTEX else answer, p
        )
    try:
        return algorithm.certify(posed, answer, p)
    except (FormatError, OSError, MemoryError):  # of the graph's file, or of this machine: not the answer's fault
        raise
    except Exception as error:  # noqa: BLE001  an answer of a strange shape may trip the check itself
        problem = f"{registry.place_in_plugin(error)}{type(error).__name__}: {error}"
        return Finding(valid=False, detail=f"the certificate cannot make sense of it ({problem})")


def certified(request: Certify) -> Verified:
    """Certify the answers of a task in the worker.

    Raises:
        Exception: whatever the libraries raise.
    """
    problem = request.problem
    return certified_there(
        registry.algorithm(problem.algorithm),
        open_edges(problem.edges, problem.dataset),
        {trial: Path(file) for trial, file in request.files.items()},
        inputs=load_inputs(problem.inputs),
        params=problem.params,
        seed=problem.seed,
        claims=request.claims,
        check_seed=request.check_seed,
        disputed=request.disputed_pairs,
    )


def certified_there(algorithm: Algorithm, posed: EdgeList, files: dict[int, Path], **asked: Any) -> Verified:
    """Like :func:`verify`, on the graph's device where the certificate can.

    Raises:
        Exception: whatever the libraries raise.
    """
    if not isinstance(posed, DeviceEdgeList):
        return verify(algorithm, posed, files, **asked)
    if not algorithm.on_device:
        return verify(algorithm, posed.on_host(), files, **asked)
    for fraction in _MEMORY_FRACTIONS:
        posed.memory_fraction = fraction
        try:
            if fraction == _MEMORY_FRACTIONS[0]:
                posed.pin()
            verified = verify(algorithm, posed, files, **asked)
        except Exception as error:
            if not is_out_of_memory(error) or fraction == _MEMORY_FRACTIONS[-1]:
                raise
        else:
            detail = f"{verified.certificate.detail}; certified on the device"
            certificate = msgspec.structs.replace(verified.certificate, detail=detail)
            return msgspec.structs.replace(verified, certificate=certificate)
        finally:
            posed.unpin()
        gc.collect()  # the traceback kept the arrays of the failed attempt
    raise AssertionError("the last attempt returns or raises")


def attempted(algorithm: Algorithm, posed: EdgeList, files: dict[int, Path], **asked: Any) -> Verified | str:
    """Like :func:`certified_there`; a failure is returned as its reason."""
    try:
        return certified_there(algorithm, posed, files, **asked)
    except Exception as error:  # noqa: BLE001  a library of a device may raise anything
        return f"{type(error).__name__}: {error}"


def digest(answer: Answer) -> str:
    """Equal for equal arrays."""
    state = hashlib.blake2b(f"{answer.dtype.str} {answer.shape}".encode(), digest_size=16)
    state.update(np.ascontiguousarray(answer).data)
    return state.hexdigest()


def load(file: Path) -> Answer:
    """The answer in a file, whose name ends with its digest.

    Raises:
        FormatError: if it is missing, damaged or another answer.
    """
    try:
        answer = np.load(file) if file.is_file() and _is_whole(file) else None
    except (OSError, ValueError) as error:
        raise FormatError(file, f"the answer cannot be read: {error}. Measure again.") from error
    if answer is None or digest(answer) != file.stem[-32:]:
        raise FormatError(file, "the answer is damaged, or another one. Measure again.")
    return answer  # type: ignore[no-any-return]


def _is_whole(file: Path) -> bool:
    """Whether a .npy file has as many bytes as its header says: a damaged header may claim any size."""
    with file.open("rb") as stream:
        try:
            np.lib.format.read_magic(stream)
            shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
        except Exception:  # noqa: BLE001  NumPy's parser may raise anything at a damaged header
            return False
        size = math.prod(shape) * dtype.itemsize
        return dtype.kind in "biuf" and stream.tell() + size == os.fstat(stream.fileno()).st_size


def kept(name: str) -> Path:
    """The file of the answer with that digest; it need not exist. A name in a stranger's record leads nowhere else."""
    return home() / "answers" / f"{PurePath(name).name}.npy"


def drop(file: Path, error: FormatError) -> None:
    """Remove a kept answer that is damaged, with a line in the log."""
    log(f"A kept answer is dropped. {error}")
    with contextlib.suppress(OSError):
        file.unlink()


@dataclass
class PreviousAnswers:
    """Valid answers of an engine, by question (the index of the source; 0 where all trials ask the same)."""

    engine: str
    files: dict[int, Path]


def keep(answers: PreviousAnswers) -> str:
    """Store the answer to the first question, unless it is too large; returns its digest.

    Raises:
        FormatError: if its file is damaged.
    """
    file = answers.files[question := min(answers.files)]
    answer = load(file)
    name = digest(answer)
    if answer.size <= MAX_STORED:
        target = kept(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        answers.files[question] = file.replace(target)
    return name


def agreements(
    algorithm: Algorithm, mine: PreviousAnswers, previous: Sequence[PreviousAnswers], params: Mapping[str, Any]
) -> list[Agreement]:
    """How an engine's answers agree with those of each engine before it: the worst of all common questions.

    Damaged answers of other engines are dropped, with a line in the log.

    Raises:
        FormatError: if one of its own is damaged.
    """
    found = []
    for other in previous:
        agreed = []
        for question in mine.files.keys() & other.files.keys():
            answer = load(mine.files[question])
            try:
                theirs = load(other.files[question])
            except FormatError as error:
                drop(other.files.pop(question), error)
                continue
            agreed.append(agreement(algorithm.kind, answer, theirs, algorithm.epsilon(params)))
        if agreed:
            found.append(msgspec.structs.replace(max(agreed, key=badness), engine=other.engine))
    return found


def badness(agreed: Agreement) -> tuple[int, float]:
    """A key to sort by: the worst agreement last."""
    return ("exact", "equivalent", "epsilon", "nmi", "differs").index(agreed.kind), agreed.max_difference or 0.0
