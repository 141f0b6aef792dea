"""Capacity searches as tables: the largest graph that completed, and where the next larger one failed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphbench.records.capacity import Capacity, failed_phase, failure, generator_of, searches, size_of, summarize
from graphbench.records.model import Record
from graphbench.reporting import forms
from graphbench.reporting.case import grouped
from graphbench.reporting.document import Block, Bullets, Column, Section, Table
from graphbench.reporting.heading import hardware, named
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import NOTHING, memory, plain
from graphbench.reporting.power_law import MIN_SIZES, family
from graphbench.reporting.wording import gpus_of, gpus_used
from graphbench.system.text import three


def capacities(measured: Measured) -> list[Capacity]:
    """The result of every search, by problem and engine."""
    problems = {case.record.task.key: case.problem for case in measured.cases}
    return [
        _capacity(problems[tries[0].task.key], tries)
        for tries in sorted(searches(measured.tries), key=lambda tries: _place(problems[tries[0].task.key], tries[0]))
    ]


def largest(measured: Measured) -> list[str]:
    """How many edges fit: a sentence for each engine and limit."""
    found = sorted((result for result in capacities(measured) if result.largest is not None), key=_edges)
    groups = grouped(found, lambda result: (engine_of(result), limit_of(result)))
    return [
        f"Within {limit}, {engine} completes graphs of {' to '.join(dict.fromkeys([_said(own[0]), _said(own[-1])]))}."
        for (engine, limit), own in groups.items()
    ]


def _edges(result: Capacity) -> int:
    return result.largest.posed.num_edges if result.largest is not None and result.largest.posed is not None else 0


def _said(result: Capacity) -> str:
    at_least = "" if result.complete else " or more"
    return f"{_edges(result):,} edges{at_least} ({result.algorithm})"


def between_scales(measured: Measured) -> set[str]:
    """Ids of the tries at edge factors between two scales: they are not part of a series.

    Tries at a search's first edge factor are a series like any other, and so are those at an edge factor that has
    sizes enough for a line.
    """
    sizes = Counter(
        (case.problem, case.label, family(case.record.task.dataset)) for case in measured.cases if case.call
    )
    return {
        case.record.id
        for case in measured.cases
        if (key := case.record.search) is not None
        and (size := size_of(case.record.task.dataset)) is not None
        and size.factor != key.edge_factor
        and sizes[case.problem, case.label, family(case.record.task.dataset)] < MIN_SIZES
    }


def _place(problem: str, record: Record) -> tuple[str, str, str, int, int]:
    key = record.search
    assert key is not None
    return problem, _label(record), generator_of(record.task.dataset), key.limit_bytes or 0, key.edge_factor


def _capacity(problem: str, tries: Sequence[Record]) -> Capacity:
    key, where = tries[0].search, tries[0].environment
    assert key is not None
    assert where is not None
    limit = key.limit_bytes
    if limit is None:
        limit = min((gpu.memory_bytes for gpu in where.gpus), default=0)
    return summarize(
        tries,
        algorithm=problem,
        engine=_label(tries[0]),
        gpu=tries[0].device == "gpu",
        limit_bytes=limit,
        limited=key.limit_bytes is not None,
    )


def _label(record: Record) -> str:
    """The engine with its number of GPUs and its allocator; the limit has a column."""
    words = [word for word in hardware(record) if not word.startswith("at most ")]
    return named(record.task.engine, words)


def render(results: Sequence[Capacity], form: str, width: int | None = None) -> str:
    """Results as `table` (of a terminal's width), `markdown`, `json` or `csv`."""
    flat = [_flat(result) for result in results]
    lines = [plain(f"{result.algorithm}: {result.end}") for result in results] + notes(results)
    blocks: list[Block] = [table(results), Bullets(lines)]
    rows = ((row | {"surprises": " | ".join(row["surprises"])}).values() for row in flat)
    return forms.render(
        form,
        width,
        blocks=lambda: [Section("Capacity", "capacity", blocks)] if form == "markdown" else blocks,
        data=lambda: {"capacity": flat},
        rows=lambda: (_flat(_EMPTY), rows),
    )


def table(results: Sequence[Capacity]) -> Table[Capacity]:
    """A row for each search."""
    return Table(
        results,
        [
            Column("algorithm", lambda result: result.algorithm),
            Column("engine", engine_of),
            Column("limit", limit_of),
            Column(
                "largest completed", lambda result: plain(result.largest.task.dataset) if result.largest else "none"
            ),
            Column("vertices", lambda result: _size(result.largest, "num_vertices"), right=True),
            Column("edges, once", lambda result: _size(result.largest, "num_edges"), right=True),
            Column("entries", lambda result: _size(result.largest, "num_entries"), right=True),
            Column("peak", lambda result: memory(result.peak_bytes) if result.peak_bytes else NOTHING, right=True),
            Column(
                "bytes per edge",
                lambda result: three(result.bytes_per_edge) if result.bytes_per_edge else NOTHING,
                right=True,
            ),
            Column(
                "smallest that failed", lambda result: plain(result.failed.task.dataset) if result.failed else NOTHING
            ),
            Column("its edges", lambda result: _size(result.failed, "num_edges"), right=True),
            Column("failed in", lambda result: failure(result.failed) if result.failed else NOTHING),
            Column("boundary", _boundary),
            Column("tries", lambda result: str(result.tries), right=True),
        ],
    )


def _size(record: Record | None, name: str) -> str:
    return f"{getattr(record.posed, name):,}" if record is not None and record.posed is not None else NOTHING


def unfinished(results: Sequence[Capacity]) -> list[str]:
    """A sentence for each search that did not find the boundary: between which graphs it lies."""
    return [
        plain(f"{result.algorithm}, {engine_of(result)}, {limit_of(result)}: {result.end}.")
        for result in results
        if not result.complete
    ]


def _boundary(result: Capacity) -> str:
    if not result.complete:
        return "open"
    return "found" if result.largest else "nothing fits"


def limit_of(result: Capacity) -> str:
    """The limit, or whose memory it was all of."""
    gpus = gpus_of(result.where, 1) if result.where is not None else []
    if result.limited or not gpus:
        return f"{memory(result.limit_bytes)}{'' if result.limited else ', all'}"
    return plain(f"all memory of {gpus[0]}")


def engine_of(result: Capacity) -> str:
    """The engine, with its allocator."""
    allocator = result.where.allocator if result.where is not None else None
    return f"{result.engine} ({allocator})" if allocator and "(" not in result.engine else result.engine


def notes(results: Sequence[Capacity]) -> list[str]:
    """What a reader of the table must know: where size did not decide, how edges are counted, what a limit is on."""
    texts = [
        f"{result.algorithm}: not monotone: {name} did not complete, though a larger graph did"
        for result in results
        for name in result.surprises
    ]
    devices = dict.fromkeys(_device(result) for result in results)
    texts += [f"Device: {device}." for device in devices if device]
    certified = " Every answer was certified." if any(result.largest for result in results) else ""
    texts.append(
        "Edges of the graph as posed, loops and repeated ones dropped: an undirected edge counts once in edges, twice "
        f"in entries.{certified}"
    )
    if any(result.gpu for result in results):
        texts.append(
            "The limit is on what RMM gives out: the CUDA context and the libraries use about half a gigabyte more."
        )
    return [plain(note) for note in texts]


def _device(result: Capacity) -> str:
    where = result.where
    if where is None:
        return ""
    record = result.largest or result.failed
    gpus = ", ".join(gpus_of(where, gpus_used(record) if record is not None else None))
    return gpus if result.gpu and gpus else f"{where.cpu}, {memory(where.memory_bytes)} of memory"


def _flat(result: Capacity) -> dict[str, Any]:
    posed = result.largest.posed if result.largest else None
    lost = result.failed
    return {
        "algorithm": result.algorithm,
        "engine": result.engine,
        "memory": "device" if result.gpu else "host",
        "limit_bytes": result.limit_bytes,
        "limited": result.limited,
        "largest": result.largest.task.dataset if result.largest else None,
        "num_vertices": posed and posed.num_vertices,
        "num_edges": posed and posed.num_edges,
        "num_entries": posed and posed.num_entries,
        "peak_bytes": result.peak_bytes,
        "bytes_per_edge": result.bytes_per_edge,
        "record": result.largest.id if result.largest else None,
        "failed": lost.task.dataset if lost else None,
        "failed_num_edges": lost.posed.num_edges if lost and lost.posed else None,
        "failed_phase": failed_phase(lost) if lost else None,
        "failed_outcome": str(lost.outcome) if lost else None,
        "failed_reason": lost.reason if lost else None,
        "failed_record": lost.id if lost else None,
        "complete": result.complete,
        "end": result.end,
        "tries": result.tries,
        "surprises": result.surprises,
    }


_EMPTY = Capacity(algorithm="", engine="", gpu=False, limit_bytes=0, limited=False)
"""Gives the columns of CSV."""
