"""Capacity searches: the largest R-MAT graph that completes within a limit of memory, from the records of the tries.

A search raises the scale at one edge factor until memory runs out, then bisects the edge factor between the largest
size that completed and the smallest that did not. Every try is an ordinary record that carries the search's key
(:class:`graphbench.records.model.SearchKey`), so whether the boundary was found follows from the tries alone, however
often the search was interrupted. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from graphbench.records.model import Environment, Outcome, Record, SearchKey

MIN_SCALE = 4
"""The smallest scale that is tried: if that does not complete, nothing fits."""
FOUND = "found: there is no whole edge factor between the largest that completed and the smallest that failed"

_SIZE = re.compile(r"^rmat:scale=(\d+),edgefactor=(\d+)")
_PHASES = {
    "start": "start",
    "read": "read",
    "build": "build",
    "first": "call, first call",
    "call": "call, warm calls",
    "collect": "collect",
}


class Size(NamedTuple):
    """An R-MAT graph before loops and repeated edges are dropped: `factor` draws for each of 2^scale vertices."""

    scale: int
    factor: int

    @property
    def draws(self) -> int:
        """How many edges are drawn."""
        return self.factor << self.scale


def size_of(dataset: str) -> Size | None:
    """The size in the name of an R-MAT graph; None for any other graph."""
    match = _SIZE.match(dataset)
    return Size(int(match[1]), int(match[2])) if match else None


def generator_of(dataset: str) -> str:
    """The name of an R-MAT graph without its size: graphs of one search share it."""
    return _SIZE.sub("rmat:", dataset)


def untried(largest: Size, failed: Size) -> range:
    """The whole edge factors between two sizes, at the scale of the smaller one; empty if they are neighbours."""
    return range(largest.factor + 1, ((failed.draws - 1) >> largest.scale) + 1)


# What one record says


def peak_bytes(record: Record) -> int | None:
    """The most memory that a task held at once where its engine computes: on the device, else on the host."""
    return record.memory.device_peak_bytes if record.device == "gpu" else record.memory.host_peak_bytes


def host_out_of_memory(record: Record) -> bool:
    """Whether an engine that computes on a device ran out of host memory."""
    if record.device != "gpu" or record.outcome is not Outcome.OUT_OF_MEMORY:
        return False
    return "SIGKILL" in record.reason or (record.censored is not None and record.censored.limit_bytes is not None)


def ran_out(record: Record) -> bool:
    """Whether a task ran out of the memory that is searched: host memory does not count for an engine on a GPU."""
    return record.outcome is Outcome.OUT_OF_MEMORY and not host_out_of_memory(record)


def failed_phase(record: Record) -> str:
    """The phase in which a task failed: that in which a limit struck, else the first that did not end."""
    if record.censored is not None:
        return record.censored.phase
    phases = record.phases
    ended = (phases.start_s, phases.read_s, phases.build_s, phases.first_s, phases.call_s or None)
    return next((name for name, seconds in zip(_PHASES, ended, strict=False) if seconds is None), "collect")


def failure(record: Record) -> str:
    """How and in which phase a task failed: `build: out of memory`."""
    words = f"{_PHASES[failed_phase(record)]}: {record.outcome.in_words}"
    return f"{words}, of the host" if host_out_of_memory(record) else words


# What a search found


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one search.

    Attributes:
        algorithm: what was computed.
        engine: by which engine.
        gpu: whether the limit is on a device's memory; else it is on the host's.
        limit_bytes: of memory, of each GPU.
        limited: whether that was set; else it is all that the device has.
        largest: the record of the largest graph that completed; None if none did.
        failed: the record of the smallest larger one that did not.
        end: why the search ended, in words.
        complete: whether the boundary was found: no size between the two is left to try.
        tries: how many graphs were measured, earlier sessions included.
        surprises: graphs that did not complete although a larger one did.
    """

    algorithm: str
    engine: str
    gpu: bool
    limit_bytes: int
    limited: bool
    largest: Record | None = None
    failed: Record | None = None
    end: str = ""
    complete: bool = False
    tries: int = 0
    surprises: list[str] = msgspec.field(default_factory=list)

    @property
    def where(self) -> Environment | None:
        """Of one of its two records; None where nothing ran."""
        record = self.largest or self.failed
        return record.environment if record is not None else None

    @property
    def peak_bytes(self) -> int | None:
        """The most memory that the largest graph took at once; on several GPUs, of the one that needed most."""
        return None if self.largest is None else peak_bytes(self.largest)

    @property
    def bytes_per_edge(self) -> float | None:
        """The peak of all GPUs together by the number of edges, each counted once; None if unknown."""
        if self.largest is None or self.largest.posed is None or not self.largest.posed.num_edges:
            return None
        taken = sum(self.largest.memory.device_peaks_bytes) or self.peak_bytes
        return taken / self.largest.posed.num_edges if taken else None


def searches(records: Iterable[Record]) -> list[list[Record]]:
    """The tries of each search; of every graph the last record counts.

    Tries of one search agree in their key, in the generator of their graphs, and in everything else of their tasks.
    """
    tries: dict[tuple[SearchKey, str], dict[str, Record]] = {}
    for record in records:
        task = record.task
        if record.search is None or size_of(task.dataset) is None or record.posed is None or record.environment is None:
            continue
        work = msgspec.structs.replace(task, dataset=generator_of(task.dataset)).key
        tries.setdefault((record.search, work), {})[task.dataset] = record
    return [list(of_search.values()) for of_search in tries.values()]


def summarize(
    tries: Iterable[Record], *, algorithm: str, engine: str, gpu: bool, limit_bytes: int, limited: bool
) -> Capacity:
    """What a search has found by its tries, whether it has ended or not."""
    ordered = sorted(tries, key=_draws)
    completed = [place for place, record in enumerate(ordered) if record.outcome is Outcome.OK]
    boundary = completed[-1] if completed else -1
    largest = ordered[boundary] if completed else None
    failed = next(iter(ordered[boundary + 1 :]), None)
    complete, end = _end(largest, failed)
    return Capacity(
        algorithm=algorithm,
        engine=engine,
        gpu=gpu,
        limit_bytes=limit_bytes,
        limited=limited,
        largest=largest,
        failed=failed,
        end=end,
        complete=complete,
        tries=len(ordered),
        surprises=[record.task.dataset for record in ordered[: boundary + 1] if record.outcome is not Outcome.OK],
    )


def _end(largest: Record | None, failed: Record | None) -> tuple[bool, str]:
    """Whether the boundary of memory was found, and a sentence that says so."""
    between = _between(largest, failed)
    if failed is None:
        return False, between
    if not ran_out(failed):
        return False, f"{between}, which ended in {failure(failed)}: {_cause(failed)}"
    if largest is None:
        lowest = _size(failed).scale <= MIN_SCALE
        return lowest, f"nothing fits: not even {failed.task.dataset} completed" if lowest else between
    found = not untried(_size(largest), _size(failed))
    return found, FOUND if found else between


def _between(largest: Record | None, failed: Record | None) -> str:
    """Where the boundary lies, in words."""
    if largest is None:
        below = f"nothing has completed yet: the boundary lies below {failed.task.dataset}" if failed else ""
        return below or "nothing tried"
    if failed is None:
        return f"the boundary lies beyond {largest.task.dataset}: nothing larger was tried"
    return f"the boundary lies between {largest.task.dataset} and {failed.task.dataset}"


def _cause(failed: Record) -> str:
    if failed.outcome is Outcome.TIMEOUT:
        return "the limit was time, not memory; raise --timeout"
    return f"this was not an out-of-memory failure; larger graphs may fit. {failed.reason}".rstrip(" .")


def _size(record: Record) -> Size:
    size = size_of(record.task.dataset)
    assert size is not None
    return size


def _draws(record: Record) -> int:
    return _size(record).draws
