"""Published capacities compared with ours: how large a graph an engine completes, in how much memory. Pure.

A claim about a number of edges is checked by both ways to count them, since it does not say which it means: an
undirected edge once, or both its entries in the matrix. By either count it is reproduced if a graph of at least so many
completed, with a certificate, in the claimed memory or less; it is refuted if memory of that size ran out on a graph of
no more than so many, and nothing larger completed; else it is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from graphbench.records.capacity import failure, generator_of, peak_bytes, ran_out, size_of, untried
from graphbench.records.model import Params
from graphbench.reporting.case import Case
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import memory
from graphbench.reporting.published import Claim, ClaimCheck, Status
from graphbench.system.text import count

MEMORY_MATCH = 0.9
"""A limit of at least this fraction of the claimed memory counts as equal: 32 GB are 0.93 of 32 GiB."""

SAME_LIBRARY = {"cugraph": ("cugraph", "pylibcugraph")}
"""Engines that are layers of one library: what fits is the same question for each."""

Judged = Literal["reproduced", "refuted", "open"]


class _Memory(NamedTuple):
    """The devices of the engine: their number, and the bytes of all together."""

    gpus: int
    total: int
    bounded: bool


def check(claim: Claim, measured: Measured) -> ClaimCheck:
    """Check a claimed capacity against the records of one machine."""
    engine = claim.nearest or claim.engine
    layers = SAME_LIBRARY.get(engine, (engine,))
    ran = [case for case in measured.cases if case.engine in layers and case.ran and case.record.environment]
    if not ran:
        return ClaimCheck(claim=claim, status="not runnable here", remark=f"{engine} did not run on this machine")
    wanted = [case for case in ran if claim.algorithm in {"", case.record.task.algorithm} and case.record.posed]
    enough = [case for case in wanted if _had(case).gpus >= claim.gpus]
    if wanted and not enough:
        most = max(_had(case).gpus for case in wanted)
        return _aside(claim, wanted, "not runnable here", f"measured on {count(most, 'GPU')}; {claim.gpus} are needed")
    within = [case for case in enough if _counts(claim, case)]
    completed = _largest(within)
    beyond = [case for case in within if _ran_out(claim, case) and (not completed or case.edges > completed.edges)]
    lost = min(beyond, key=_size, default=None)
    if completed is None and lost is None:
        return _untried(claim, enough)
    verdicts = {name: _judge(claim, completed, lost, name) for name in ("num_edges", "num_entries")}
    return ClaimCheck(
        claim=claim,
        status=_status(verdicts["num_edges"], verdicts["num_entries"]),
        ours=f"{_said('completed', completed)}; {_said('memory ran out on', lost)}",
        remark=f"counting edges once: {verdicts['num_edges']}; counting entries: {verdicts['num_entries']}; "
        f"{_boundary(completed, lost)}; {_where(completed or lost)}",
    )


def _judge(claim: Claim, completed: Case | None, lost: Case | None, name: str) -> Judged:
    assert claim.num_edges is not None
    if completed is not None and getattr(completed.record.posed, name) >= claim.num_edges:
        return "reproduced"
    return "refuted" if lost is not None and getattr(lost.record.posed, name) <= claim.num_edges else "open"


def _status(once: Judged, entries: Judged) -> Status:
    if once == entries:
        return once
    return "depends on the count" if "reproduced" in {once, entries} else "open"


def _untried(claim: Claim, cases: list[Case]) -> ClaimCheck:
    """Nothing ran within the claimed memory; report what completed on a larger GPU."""
    done = _largest(cases)
    if done is None:
        return ClaimCheck(claim=claim, status="not tried", remark=f"`{_command(claim)}` tries it")
    taken = peak_bytes(done.record)
    held = f", {memory(taken)} of it held at most" if taken else ""
    return _aside(claim, [done], "not tried", f"{_where(done)}{held}; `{_command(claim)}` tries it")


def _aside(claim: Claim, cases: list[Case], status: Status, remark: str) -> ClaimCheck:
    done = _largest(cases)
    return ClaimCheck(claim=claim, status=status, ours=_said("completed", done) if done else "", remark=remark)


def _command(claim: Claim) -> str:
    what = claim.algorithm or "ALGORITHM"
    if claim.gpus > 1:
        return f"graphbench capacity {what} --engine {claim.nearest or claim.engine} --gpus {claim.gpus}"
    limit = f" --device-memory {claim.gpu_memory_bytes / 2**30:g}GiB" if claim.gpu_memory_bytes else ""
    return f"graphbench capacity {what}{limit}"


def _had(case: Case) -> _Memory:
    where, params = case.record.environment, case.record.task.params
    given = [gpu.memory_bytes for gpu in where.gpus] if where is not None else []
    number, limit = params.get("gpus", 1 if given else 0), params.get("device_memory_limit")
    bounds = [*given, *([limit] if isinstance(limit, int) and given else [])]
    return _Memory(number, number * min(bounds, default=0), isinstance(limit, int))


def _counts(claim: Claim, case: Case) -> bool:
    """Whether the engine had at most the claimed memory; true if the claim names no amount."""
    return claim.gpu_memory_bytes is None or 0 < _had(case).total <= claim.gpu_memory_bytes * claim.gpus


def _ran_out(claim: Claim, case: Case) -> bool:
    """Whether it ran out of at least the claimed memory: running out of less refutes nothing."""
    enough = claim.gpu_memory_bytes is None or _had(case).total >= MEMORY_MATCH * claim.gpu_memory_bytes * claim.gpus
    return ran_out(case.record) and case.record.worker is not None and enough


def _size(case: Case) -> tuple[int, str]:
    return case.edges, case.record.id


def _largest(cases: Iterable[Case]) -> Case | None:
    """That completed with a certificate."""
    return max((case for case in cases if case.answered and case.certified), key=_size, default=None)


def _said(what: str, case: Case | None) -> str:
    if case is None or case.record.posed is None:
        return f"{what}: none"
    how = "" if case.answered else f", {failure(case.record)}"
    task = case.record.task
    return (
        f"{what}: {case.edges:,} edges, {case.record.posed.num_entries:,} entries "
        f"({task.algorithm} on {task.dataset} with {task.engine}{how})"
    )


def _boundary(completed: Case | None, lost: Case | None) -> str:
    """Whether a search found where memory ends, or between which numbers of edges that lies."""
    if completed is None:
        return "nothing completed"
    if lost is None:
        return f"the boundary was not found, and lies beyond {completed.edges:,} edges"
    sides = size_of(completed.record.task.dataset), size_of(lost.record.task.dataset)
    if _searched(completed) == _searched(lost) and sides[0] and sides[1] and not untried(sides[0], sides[1]):
        return "the boundary was found: no whole edge factor lies between the two"
    return f"the boundary was not found, and lies between {completed.edges:,} and {lost.edges:,} edges"


def _searched(case: Case) -> tuple[str, str, str, Params]:
    """What the tries of one search share."""
    task = case.record.task
    return task.engine, task.algorithm, generator_of(task.dataset), task.params


def _where(case: Case | None) -> str:
    assert case is not None
    had = _had(case)
    if not had.gpus:
        return "without a GPU"
    together = f", {memory(had.total)} together" if had.gpus > 1 else ""
    limited = (
        " of memory each, a limit set on what RMM gives: a card of that size offers a little less, as its CUDA context "
        "takes some"
        if had.bounded
        else ""
    )
    return f"on {count(had.gpus, 'GPU')} of {memory(had.total // had.gpus)}{limited}{together}"
