"""What the references estimate for a whole profiled run with nx-cugraph: its start, conversions and calls."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from statistics import median

import msgspec

from graphbench.advice.estimate import MAX_SPREAD, Estimate, estimate, outside, refusal
from graphbench.advice.features import Features, rough
from graphbench.advice.law import Span
from graphbench.advice.profile.backends import GPU_BACKEND, supports
from graphbench.advice.profile.model import Profile, Site
from graphbench.advice.reference import References

ENGINE = "nx-cugraph"
LIBRARY = "pylibcugraph"
"""What nx-cugraph calls."""
NOT_RUN = "nx-cugraph does not run it"
NONE = Span.exactly(0)
"""Of a part of the run that takes no time."""
_SOURCES = 16
"""Sources of the references' betweenness; its time is taken to grow with their number."""
_ALGORITHMS = {
    "betweenness_centrality": "betweenness",
    "clustering": "lcc",
    "average_clustering": "lcc",
    "connected_components": "wcc",
    "core_number": "core-number",
    "eigenvector_centrality": "eigenvector",
    "hits": "hits",
    "is_connected": "wcc",
    "katz_centrality": "katz",
    "leiden_communities": "leiden",
    "louvain_communities": "louvain",
    "number_connected_components": "wcc",
    "number_weakly_connected_components": "wcc",
    "pagerank": "pagerank",
    "single_source_dijkstra_path_length": "sssp",
    "single_source_shortest_path_length": "bfs",
    "triangles": "triangle-count",
    "weakly_connected_components": "wcc",
}
"""Functions of NetworkX of which one call is one problem of ours, and its name."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The estimate of a whole run. Estimated, not measured.

    Attributes:
        gpu: the model of the references.
        seconds: of the whole run.
        calls: by function, all its calls on the GPU.
        conversion: of all graphs, once each.
        start: of the GPU's libraries.
        covered: seconds with NetworkX that the estimate replaces; all others are left as they are.
        reason: why there is no estimate, or none for some of the functions; each once.
        outside: in what a graph lies outside of the references.
        through_library: functions whose calls are estimated from those of the library that nx-cugraph calls.
        guessed: whether of some graph the size alone is known.
    """

    gpu: str = ""
    seconds: Span | None = None
    calls: dict[str, Span] = {}
    conversion: Span = NONE
    start: Span = NONE
    covered: float = 0.0
    reasons: dict[str, str] = {}
    outside: str = ""
    through_library: list[str] = []
    guessed: bool = False


def estimated(profile: Profile, references: References | None) -> Run:
    """The estimate of a run on the machine of the references."""
    if references is None:
        return Run(reasons=dict.fromkeys(profile.by_function, "no reference records of a GPU"))
    calls: dict[str, Span] = {}
    reasons: dict[str, str] = {}
    graphs: dict[tuple[int, int], tuple[int, Span]] = {}
    start, covered, beyond, guessed = NONE, 0.0, "", False
    through_library: dict[str, None] = {}
    for site in profile.sites:
        one, reason = _of_site(profile, references, site)
        if one is None:
            reasons.setdefault(site.function, reason)
            continue
        assert site.vertices is not None
        assert site.edges is not None
        times = site.calls * _scale(site)
        calls[site.function] = calls.get(site.function, NONE).plus(one.warm_call.times(times))
        size = site.vertices[1], site.edges[1]
        number = max(site.graphs, 1, graphs.get(size, (0, one.warm_call))[0])
        graphs[size] = number, one.conversion or NONE
        start = one.start
        if one.engine != ENGINE:
            through_library[site.function] = None
        covered += site.seconds * profile.at_once
        beyond = beyond or one.outside
        guessed = guessed or site.features is None
    if not calls:
        return Run(gpu=references.machine.name, reasons=reasons)
    conversion = _sum(span.times(number) for number, span in graphs.values())
    rest = max(profile.seconds - covered, 0.0)
    whole = _sum([Span.exactly(rest), start, conversion, *calls.values()])
    return Run(
        gpu=references.machine.name,
        seconds=whole,
        calls=calls,
        conversion=conversion,
        start=start,
        covered=covered,
        reasons=reasons,
        outside=beyond,
        through_library=list(through_library),
        guessed=guessed,
    )


def _of_site(  # noqa: PLR0911 - one for each reason
    profile: Profile, references: References, site: Site
) -> tuple[Estimate | None, str]:
    """The estimate of one call, or why there is none."""
    support = supports(profile, GPU_BACKEND, site)
    algorithm = _algorithm(site)
    if support is None or not support.runs or site.mutates:
        return None, NOT_RUN
    if algorithm is None:
        return None, "the references have no problem that is the same"
    if site.vertices is None or site.edges is None:
        return None, "the size of its graphs is unknown"
    own = references.of(algorithm, ENGINE)
    if not own.timings:
        return None, f"the references of the {references.machine.name} do not have it on nx-cugraph"
    size = _features(site, weighted="weight" in site.arguments or algorithm == "sssp")
    if reason := refusal(own, size):
        return None, reason
    found = estimate(references, algorithm, size, ENGINE)
    if found is None or (found.conversion and found.conversion.high > MAX_SPREAD * found.conversion.low):
        found = _through_library(references, own, algorithm, size)
    if found is None:
        return None, "too few references, or graphs too unlike them"
    if site.features is None:  # the other features are guessed from the size
        found = msgspec.structs.replace(found, outside=outside(own, size, ("vertices", "edges")))
    return found, ""


def _through_library(references: References, own: References, algorithm: str, size: Features) -> Estimate | None:
    """The estimate of the library's call, times how much longer nx-cugraph took on the graphs that both have.

    A conversion takes no longer than that of a larger graph. None where there is no such graph.
    """
    library = estimate(references, algorithm, size, LIBRARY)
    theirs = {timing.graph: timing.warm_call_s for timing in references.of(algorithm, LIBRARY).timings}
    pairs = [(timing.warm_call_s, theirs.get(timing.graph)) for timing in own.timings]
    longer = [mine / other for mine, other in pairs if mine and other]
    larger = [timing.conversion_s for timing in own.timings if timing.conversion_s and _holds(own, timing.graph, size)]
    starts = [one.start_s for one in references.timings if one.engine == ENGINE and one.start_s]
    if library is None or not longer or not larger or not starts:
        return None
    call, most = library.warm_call, min(larger)
    return msgspec.structs.replace(
        library,
        warm_call=Span(call.low * min(longer), call.typical * median(longer), call.high * max(longer)),
        start=Span(min(starts), median(starts), max(starts)),
        conversion=Span(0, most, most),
    )


def _holds(references: References, graph: str, size: Features) -> bool:
    known = references.graphs[graph].features
    return known.num_vertices >= size.num_vertices and known.num_edges >= size.num_edges


def _features(site: Site, *, weighted: bool) -> Features:
    if site.features is not None:
        return msgspec.structs.replace(msgspec.convert(site.features, Features), weighted=weighted)
    assert site.vertices is not None
    assert site.edges is not None
    return rough(site.vertices[1], site.edges[1], weighted=weighted)


def _algorithm(site: Site) -> str | None:
    if site.function == "pagerank" and "personalization" in site.arguments:
        return "personalized-pagerank"
    if site.function in {"clustering", "triangles"} and "nodes" in site.arguments:
        return None
    return _ALGORITHMS.get(site.function)


def _scale(site: Site) -> float:
    """How many times the work of the reference one call is."""
    if site.function != "betweenness_centrality":
        return 1.0
    assert site.vertices is not None
    given = site.arguments.get("k", "")
    return (int(given) if given.isdigit() else site.vertices[1]) / _SOURCES


def _sum(spans: Iterable[Span]) -> Span:
    return functools.reduce(Span.plus, spans, NONE)
