"""What belongs to one search for the largest R-MAT graph that completes, and where its boundary is. Pure.

A search raises the scale at one edge factor, and bisects the edge factor between two neighbouring scales. So its sizes
are all those of the factor that it began with and, at the largest scale that completed with it, the factors between it
and its double, at which the next scale begins. Searches that began with different factors are different searches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from graphbench.records.model import Outcome, Record

LOWEST = 4
"""The smallest scale that is worth trying: where that did not complete, nothing fits."""
_SIZE = re.compile(r"^rmat:scale=(\d+),edgefactor=(\d+)")


class Size(NamedTuple):
    """An R-MAT graph before loops and repeated edges are dropped: `factor` draws for each of 2^scale vertices."""

    scale: int
    factor: int

    @property
    def draws(self) -> int:
        """How many edges are drawn."""
        return self.factor << self.scale


def size_of(dataset: str) -> Size | None:
    """The size in the name of an R-MAT graph; None: it is none."""
    found = _SIZE.match(dataset)
    return Size(int(found[1]), int(found[2])) if found else None


def generator_of(dataset: str) -> str:
    """The name of an R-MAT graph without its size: graphs of one search share it."""
    return _SIZE.sub("rmat:", dataset)


def own(factor: int, tried: Mapping[Size, bool]) -> list[Size]:
    """The sizes of the search that begins with an edge factor.

    Args:
        factor: that is kept while the scale is raised.
        tried: sizes, and whether they completed.
    """
    completed = [size.scale for size, ok in tried.items() if ok and size.factor == factor]
    bisected = max(completed, default=None)
    return [
        size
        for size in tried
        if size.factor == factor or (size.scale == bisected and factor < size.factor < 2 * factor)
    ]


def beginnings(tried: Mapping[Size, bool]) -> list[int]:
    """The edge factors that searches among these sizes began with: those that no search with a smaller one came to."""
    found: list[int] = []
    for factor in sorted({size.factor for size in tried}):
        sizes = {size for size in tried if size.factor == factor}
        if not any(sizes <= set(own(each, tried)) for each in found):
            found.append(factor)
    return found


def untried(largest: Size, failed: Size) -> range:
    """The whole edge factors between two sizes, at the scale of the smaller one; empty: they are neighbours."""
    return range(largest.factor + 1, ((failed.draws - 1) >> largest.scale) + 1)


_PHASES = ("start", "read", "build", "cold", "run", "collect")
_IN_WORDS = {"start": "start", "read": "read", "build": "build", "cold": "run, first call", "run": "run, warm calls",
             "collect": "collect"}  # fmt: skip


FOUND = "found: there is no whole edge factor between the largest that completed and the smallest not"


def lies_between(largest: Record | None, failed: Record | None) -> str:
    """Between which graphs the boundary is known to lie, in words."""
    if largest is None:
        return (
            f"nothing has completed yet: the boundary lies below {failed.task.dataset}" if failed else "nothing tried"
        )
    if failed is None:
        return f"the boundary lies beyond {largest.task.dataset}: nothing larger was tried"
    return f"the boundary lies between {largest.task.dataset} and {failed.task.dataset}"


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one search.

    Attributes:
        algorithm: what was computed.
        engine: by which engine.
        gpu: whether the limit is on a device's memory; else it is on the host's.
        limit_bytes: of memory, of each GPU.
        limited: whether that was set; else it is all the device has.
        largest: the record of the largest graph that completed; None: none did.
        failed: the record of the smallest larger one that did not.
        end: why the search ended, in words.
        complete: whether the boundary was found, so that nothing between the two is untried.
        tries: how many graphs were measured, earlier sittings included.
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
    def peak_bytes(self) -> int | None:
        """The most memory that the largest graph took at once; on several GPUs, of the one that needed most."""
        return None if self.largest is None else peak(self.largest)

    @property
    def bytes_per_edge(self) -> float | None:
        """That by its edges, each counted once, of all GPUs together; None where it is not known."""
        if self.largest is None or self.largest.posed is None or not self.largest.posed.num_edges:
            return None
        taken = sum(self.largest.memory.device_peaks_bytes) or self.peak_bytes
        return taken / self.largest.posed.num_edges if taken else None


def peak(record: Record) -> int | None:
    """The most memory that a task held at once where its engine computes: on the device, else on the host."""
    return record.memory.device_peak_bytes if record.device == "gpu" else record.memory.host_peak_bytes


def host_out_of_memory(record: Record) -> bool:
    """Whether it was the host's memory that ran out under an engine that computes on a device."""
    if record.device != "gpu" or record.outcome is not Outcome.OUT_OF_MEMORY:
        return False
    return "SIGKILL" in record.reason or (record.censored is not None and record.censored.limit_bytes is not None)


def failed_phase(record: Record) -> str:
    """The phase in which a task failed: that in which a limit struck, else the first that did not end."""
    if record.censored is not None:
        return record.censored.phase
    phases = record.phases
    ended = (phases.start_s, phases.read_s, phases.build_s, phases.cold_s, phases.run_s or None)
    return next((name for name, seconds in zip(_PHASES, ended, strict=False) if seconds is None), "collect")


def failure(record: Record) -> str:
    """How and in which phase a task failed: `build: out of memory`."""
    words = f"{_IN_WORDS[failed_phase(record)]}: {record.outcome.in_words}"
    return f"{words}, of the host" if host_out_of_memory(record) else words
