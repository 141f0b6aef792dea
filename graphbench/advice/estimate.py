"""Estimates of one task on a machine that is not here: of its three totals and of its memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from statistics import median

import msgspec

from graphbench.advice.features import Features
from graphbench.advice.law import Law, Observation, Span, distance
from graphbench.advice.reference import References, Timing

CONTEXT_BYTES = 600 << 20
"""GPU memory of the CUDA context and the libraries, which the peaks in records leave out."""
REACH = 30.0
"""Graphs that are this many times as large as the largest reference are refused."""
MAX_SPREAD = 100.0
"""An interval whose ends are further apart than this factor says nothing: there is no estimate."""
NEAREST = 3


class Near(msgspec.Struct, frozen=True):
    """A reference, and how far away it is: 1 is a factor of e in one feature."""

    graph: str
    distance: float


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a task would take, in seconds and bytes. Estimated, not measured."""

    algorithm: str
    engine: str
    threads: int | None = None
    warm_call: Span
    first_calls: bool = False
    """The references have too few warm calls: `warm_call` is of first ones."""
    first_answer: Span
    """Of the first call in a process, the graph read and built before it."""
    whole_script: Span
    start: Span
    """The part of it before the graph is read: it depends on the engine alone."""
    conversion: Span | None = None
    """From a NetworkX graph to the engine's own; None where the engine does not convert."""
    memory_bytes: Span | None = None
    """Of GPU memory, the CUDA context included."""
    graphs: int
    """On how many graphs it was measured; a graph and its twin are one."""
    nearest: list[Near]
    outside: str = ""
    """In what the graph lies outside of the references; empty where it does not."""


def estimate(
    references: References, algorithm: str, features: Features, engine: str, *, threads: int | None = None
) -> Estimate | None:
    """What a task would take on the machine of the references.

    Args:
        references: of one machine.
        algorithm: its name.
        features: of the graph, as :func:`graphbench.advice.features.features` or `rough` gives them.
        engine: its name.
        threads: of an engine that runs in parallel.

    Returns:
        None where there are too few references to say anything, or the graph is too much larger than all of them.
    """
    laws = _laws(references, algorithm, engine, threads)
    if laws is None or refusal(laws.references, features):
        return None
    warm, first = laws.warm_call.span(features, fresh=False), laws.first_answer.span(features)
    if warm.high > MAX_SPREAD * warm.low:
        return None
    return Estimate(
        algorithm=algorithm,
        engine=engine,
        threads=threads,
        warm_call=warm,
        first_calls=laws.first_calls,
        first_answer=first,
        whole_script=first.plus(laws.start),
        start=laws.start,
        conversion=laws.conversion.span(features) if laws.conversion else None,
        memory_bytes=laws.memory.span(features).plus(Span.exactly(CONTEXT_BYTES)) if laws.memory else None,
        graphs=len(laws.warm_call.groups),
        nearest=nearest(laws.references, features),
        outside=outside(laws.references, features),
    )


def nearest(references: References, features: Features) -> list[Near]:
    """The references that resemble a graph most."""
    found = [Near(graph.name, round(distance(graph.features, features), 2)) for graph in references.graphs.values()]
    return sorted(found, key=lambda near: near.distance)[:NEAREST]


def refusal(references: References, features: Features) -> str:
    """Why there is no estimate for a graph; empty where there is."""
    largest = max((graph.features.num_edges for graph in references.graphs.values()), default=0)
    if features.num_edges > REACH * largest:
        return (
            f"it has {features.num_edges:,} edges, more than {REACH:.0f} times as many as the largest reference "
            f"({largest:,})"
        )
    return ""


_RANGES: dict[str, Callable[[Features], float]] = {
    "vertices": lambda features: features.num_vertices,
    "edges": lambda features: features.num_edges,
    "depth": lambda features: features.depth,
    "largest degree": lambda features: features.max_degree,
}


def outside(references: References, features: Features, names: Iterable[str] = _RANGES) -> str:
    """What of a graph is smaller or larger than in all references; empty where nothing is.

    Args:
        references: that its estimate is made from.
        features: of the graph.
        names: of what is compared: `vertices`, `edges`, `depth`, `largest degree`.
    """
    found = []
    for name in names:
        of = _RANGES[name]
        values = [of(graph.features) for graph in references.graphs.values()]
        low, high, own = min(values), max(values), of(features)
        if not low <= own <= high:
            found.append(f"{name} {own:,} (references: {low:,} to {high:,})")
    return ", ".join(found)


class _Laws(msgspec.Struct, frozen=True):
    references: References
    warm_call: Law
    first_calls: bool
    first_answer: Law
    start: Span
    conversion: Law | None
    memory: Law | None


@lru_cache(maxsize=1024)
def _laws(references: References, algorithm: str, engine: str, threads: int | None) -> _Laws | None:
    own = references.of(algorithm, engine, threads)
    warm = calls(own)
    first_calls = not warm.usable
    if first_calls:
        warm = law(own, lambda timing: timing.first_call_s)
    first = law(own, lambda timing: timing.first_answer_s)
    starts = sorted({timing.start_s for timing in references.timings if timing.engine == engine and timing.start_s})
    if not warm.usable or not first.usable or not starts:
        return None
    conversion = law(own, lambda timing: timing.conversion_s)
    memory = peaks(own)
    return _Laws(
        references=own,
        warm_call=warm,
        first_calls=first_calls,
        first_answer=first,
        start=Span(starts[0], median(starts), starts[-1]),
        conversion=conversion if conversion.usable else None,
        memory=memory if memory.usable else None,
    )


Value = Callable[[Timing], float | None]


def law(references: References, value: Value) -> Law:
    """The law of one kind of value, from the references of one algorithm on one engine."""
    return Law([_observed(references, timing, value(timing)) for timing in references.timings if value(timing)])


def peaks(references: References) -> Law:
    """The law of peaks of GPU memory."""
    return Law(
        [_observed(references, one, one.device_peak_bytes) for one in references.timings if one.device_peak_bytes],
        size_only=True,
    )


def calls(references: References) -> Law:
    """The law of warm calls; a graph that has only a first one bounds it."""
    found = []
    for timing in references.timings:
        if timing.warm_call_s:
            found.append(_observed(references, timing, timing.warm_call_s, fresh=False))
        elif timing.first_call_s:
            found.append(_observed(references, timing, timing.first_call_s, fresh=True, indirect=True))
    return Law(found)


def _observed(
    references: References, timing: Timing, value: float | None, *, fresh: bool | None = None, indirect: bool = False
) -> Observation:
    graph = references.graphs[timing.graph]
    fresh = timing.fresh if fresh is None else fresh
    return Observation(graph.group, graph.features, float(value or 0), fresh, indirect)
