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
from graphbench.records.model import Outcome, Params, PosedInfo, Record
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import memory
from graphbench.reporting.published import Claim, ClaimCheck, Status
from graphbench.system.text import count

MEMORY_MATCH = 0.9
"""A limit of at least this fraction of the claimed memory counts as equal: 32 GB are 0.93 of 32 GiB."""

Judged = Literal["reproduced", "refuted", "open"]


class _Memory(NamedTuple):
    """The devices of the engine: their number, and the bytes of all together."""

    gpus: int
    total: int
    bounded: bool


def check(claim: Claim, measured: Measured) -> ClaimCheck:
    """Check a claimed capacity against the records of one machine."""
    engine = claim.nearest or claim.engine
    ran = [case.record for case in measured.cases if case.engine == engine and case.ran and case.record.environment]
    if not ran:
        return ClaimCheck(claim=claim, status="not runnable here", remark=f"{engine} did not run on this machine")
    wanted = [record for record in ran if claim.algorithm in {"", record.task.algorithm} and record.posed is not None]
    enough = [record for record in wanted if _had(record).gpus >= claim.gpus]
    if wanted and not enough:
        most = max(_had(record).gpus for record in wanted)
        return _aside(claim, wanted, "not runnable here", f"measured on {count(most, 'GPU')}; {claim.gpus} are needed")
    within = [record for record in enough if _counts(claim, record)]
    completed = _largest(record for record in within if _right(record))
    lost = _smallest(
        record
        for record in within
        if _ran_out(claim, record) and (completed is None or _edges(record) > _edges(completed))
    )
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


def _judge(claim: Claim, completed: Record | None, lost: Record | None, name: str) -> Judged:
    assert claim.num_edges is not None
    if completed is not None and getattr(completed.posed, name) >= claim.num_edges:
        return "reproduced"
    return "refuted" if lost is not None and getattr(lost.posed, name) <= claim.num_edges else "open"


def _status(once: Judged, entries: Judged) -> Status:
    if once == entries:
        return once
    return "depends on the count" if "reproduced" in {once, entries} else "open"


def _untried(claim: Claim, records: list[Record]) -> ClaimCheck:
    """Nothing ran within the claimed memory; report what completed on a larger GPU."""
    done = _largest(record for record in records if _right(record))
    if done is None:
        return ClaimCheck(claim=claim, status="not tried", remark=f"`{_command(claim)}` tries it")
    taken = peak_bytes(done)
    held = f", {memory(taken)} of it held at most" if taken else ""
    return _aside(claim, [done], "not tried", f"{_where(done)}{held}; `{_command(claim)}` tries it")


def _aside(claim: Claim, records: list[Record], status: Status, remark: str) -> ClaimCheck:
    done = _largest(record for record in records if _right(record))
    return ClaimCheck(claim=claim, status=status, ours=_said("completed", done) if done else "", remark=remark)


def _command(claim: Claim) -> str:
    what = claim.algorithm or "ALGORITHM"
    if claim.gpus > 1:
        return f"graphbench capacity {what} --engine {claim.nearest or claim.engine} --gpus {claim.gpus}"
    limit = f" --device-memory {claim.gpu_memory_bytes / 2**30:g}GiB" if claim.gpu_memory_bytes else ""
    return f"graphbench capacity {what}{limit}"


def _had(record: Record) -> _Memory:
    where = record.environment
    given = [gpu.memory_bytes for gpu in where.gpus] if where is not None else []
    number = record.task.params.get("gpus", 1 if given else 0)
    limit = record.task.params.get("device_memory_limit")
    smallest = min(given, default=0)
    bounded = isinstance(limit, int)
    return _Memory(
        number, number * (min(limit, smallest) if isinstance(limit, int) and smallest else smallest), bounded
    )


def _counts(claim: Claim, record: Record) -> bool:
    """Whether the engine had at most the claimed memory; true if the claim names no amount."""
    return claim.gpu_memory_bytes is None or 0 < _had(record).total <= claim.gpu_memory_bytes * claim.gpus


def _ran_out(claim: Claim, record: Record) -> bool:
    """Whether it ran out of at least the claimed memory: running out of less refutes nothing."""
    enough = claim.gpu_memory_bytes is None or _had(record).total >= MEMORY_MATCH * claim.gpu_memory_bytes * claim.gpus
    return ran_out(record) and record.worker is not None and enough


def _right(record: Record) -> bool:
    return record.outcome is Outcome.OK and record.certificate is not None and record.certificate.valid


def _posed(record: Record) -> PosedInfo:
    assert record.posed is not None
    return record.posed


def _edges(record: Record) -> int:
    return _posed(record).num_edges


def _largest(records: Iterable[Record]) -> Record | None:
    return max(records, key=lambda record: (_edges(record), record.id), default=None)


def _smallest(records: Iterable[Record]) -> Record | None:
    return min(records, key=lambda record: (_edges(record), record.id), default=None)


def _said(what: str, record: Record | None) -> str:
    if record is None:
        return f"{what}: none"
    posed = _posed(record)
    how = "" if record.outcome is Outcome.OK else f", {failure(record)}"
    return (
        f"{what}: {posed.num_edges:,} edges, {posed.num_entries:,} entries "
        f"({record.task.algorithm} on {record.task.dataset}{how})"
    )


def _boundary(completed: Record | None, lost: Record | None) -> str:
    """Whether a search found where memory ends, or between which numbers of edges that lies."""
    if completed is None:
        return "nothing completed"
    if lost is None:
        return f"the boundary was not found, and lies beyond {_edges(completed):,} edges"
    sides = size_of(completed.task.dataset), size_of(lost.task.dataset)
    if _searched(completed) == _searched(lost) and sides[0] and sides[1] and not untried(sides[0], sides[1]):
        return "the boundary was found: no whole edge factor lies between the two"
    return f"the boundary was not found, and lies between {_edges(completed):,} and {_edges(lost):,} edges"


def _searched(record: Record) -> tuple[str, str, Params]:
    """What the tries of one search share."""
    return record.task.algorithm, generator_of(record.task.dataset), record.task.params


def _where(record: Record | None) -> str:
    assert record is not None
    had = _had(record)
    if not had.gpus:
        return "without a GPU"
    together = f", {memory(had.total)} together" if had.gpus > 1 else ""
    limited = " of memory each, a limit set on what RMM gives" if had.bounded else ""
    return f"on {count(had.gpus, 'GPU')} of {memory(had.total // had.gpus)}{limited}{together}"
