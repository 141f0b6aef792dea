"""What is said about a profile: one sentence, a row for each function, and what to try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from graphbench.advice.answer import with_article
from graphbench.advice.law import Span
from graphbench.advice.profile.backends import GPU_BACKEND, NO, Verdict, verdict
from graphbench.advice.profile.estimate import Run
from graphbench.advice.profile.model import Profile
from graphbench.advice.profile.verify import Verified
from graphbench.reporting.numbers import NOTHING, seconds

_WORTH_TRYING = 0.01
"""What a backend runs takes at least this share of the run, or there is nothing to try."""
_MUCH = 0.1
"""The sentence says how much of NetworkX's time the estimate leaves, if it is more than this part."""
NAMES = {"cugraph": "nx-cugraph", "parallel": "nx-parallel", "graphblas": "graphblas-algorithms"}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One function in all its calls."""

    function: str
    calls: int
    seconds: float
    share: float
    vertices: tuple[int, int] | None
    edges: tuple[int, int] | None
    raised: int
    gpu: Verdict
    others: list[str]
    """Other installed backends that run it."""
    estimate: Span | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that is said about a run.

    Attributes:
        profile: what was measured.
        run: what is estimated.
        verified: by function, the run with a backend; None if there was none.
        backend: that backend.
        backend_seconds: that whole run.
        trouble: why that run could not be compared.
    """

    profile: Profile
    run: Run
    verified: list[Verified] | None = None
    backend: str = ""
    backend_seconds: float = 0.0
    trouble: str = ""


def rows(report: Report) -> list[Row]:
    """A row for each function, the longest first."""
    profile = report.profile
    others = [name for name, trouble in profile.backends.items() if name != GPU_BACKEND and not trouble]
    found = []
    for name, sites in profile.by_function.items():
        total = sum(site.seconds for site in sites)
        found.append(
            Row(
                function=name,
                calls=sum(site.calls for site in sites),
                seconds=total,
                share=total * profile.at_once / profile.seconds if profile.seconds else 0.0,
                vertices=_hull([site.vertices for site in sites]),
                edges=_hull([site.edges for site in sites]),
                raised=sum(site.raised for site in sites),
                gpu=verdict(profile, GPU_BACKEND, sites),
                others=[other for other in others if verdict(profile, other, sites).short != NO],
                estimate=report.run.calls.get(name),
            )
        )
    return sorted(found, key=lambda row: -row.seconds)


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain values: the sentence, every function, and all that was recorded."""
    return {
        "sentence": sentence(report),
        "seconds": report.profile.seconds,
        "networkx_seconds": report.profile.networkx_seconds,
        "other_seconds": report.profile.seconds - report.profile.networkx_seconds,
        "functions": [msgspec.to_builtins(row) for row in rows(report)],
        "settings": settings(report),
        "estimate": msgspec.to_builtins(report.run),
        "backend": report.backend,
        "backend_seconds": report.backend_seconds or None,
        "verified": msgspec.to_builtins(report.verified),
        "profile": msgspec.to_builtins(report.profile),
    }


def sentence(report: Report) -> str:
    """The answer in one or two sentences."""
    profile = report.profile
    total = seconds(profile.seconds)
    if not profile.sites:
        why = "never called NetworkX" if profile.networkx else "never imported NetworkX"
        return f"The program {why}: no backend of NetworkX would make its {total} shorter."
    every = rows(report)
    first = every[0]
    share = profile.networkx_seconds / profile.seconds if profile.seconds else 0.0
    where = f"; {first.function} alone {percent(first.share)}" if len(every) > 1 else f", all in {first.function}"
    least = seconds(max(profile.seconds - profile.networkx_seconds, 0.0))
    text = f"NetworkX takes {percent(share)} of {total}{where}."
    run = report.run
    if run.seconds is not None:
        longer = "longer, " if run.seconds.low > profile.seconds else ""
        likely = (
            f"With nx-cugraph on {with_article(run.gpu)} the run would probably take {longer}{between(run.seconds)}"
        )
        missing = profile.networkx_seconds - run.covered
        partly = (
            f" ({seconds(missing)} of NetworkX left as it is)" if missing > _MUCH * profile.networkx_seconds else ""
        )
        return f"{text} {likely}{partly}; at best (all of NetworkX free) {least}."
    return f"{text} At best (all of NetworkX free) the run would take {least}."


def settings(report: Report) -> list[tuple[str, str]]:
    """Commands to try, each with what it does; empty if backends would run next to nothing of the program."""
    profile = report.profile
    program = f"python {profile.program}" if profile.program else "python"
    backends = [name for name, trouble in profile.backends.items() if not trouble] or [GPU_BACKEND]
    every = rows(report)
    useful = [name for name in backends if sum(row.share for row in every if _runs(row, name)) >= _WORTH_TRYING]
    found = [
        (f"NETWORKX_BACKEND_PRIORITY={name} {program}", f"runs on {NAMES.get(name, name)} what it supports")
        for name in useful
    ]
    if GPU_BACKEND in useful:
        found.append((f"NX_CUGRAPH_AUTOCONFIG=True {program}", "also makes new graphs on the GPU"))
    if useful:
        found += [
            ("NETWORKX_FALLBACK_TO_NX=True", "NetworkX runs the rest on a backend's graphs, too"),
            ("NETWORKX_CACHE_CONVERTED_GRAPHS=", "converts at each call instead of once for a graph"),
        ]
    if useful and profile.program and report.verified is None:
        found.append((f"graphbench profile --verify {profile.program}", "on a machine with it: compares both"))
    return found


def _runs(row: Row, backend: str) -> bool:
    return row.gpu.short != NO if backend == GPU_BACKEND else backend in row.others


def _hull(spans: Sequence[tuple[int, int] | None]) -> tuple[int, int] | None:
    known = [span for span in spans if span is not None]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def percent(share: float) -> str:
    """A share of the run: `80 %`, `2.0 %`."""
    return f"{100 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100 * share:.1f} %"


def between(span: Span | None) -> str:
    """The ends of an interval of seconds, with one unit if they share it."""
    if span is None:
        return NOTHING
    low, high = seconds(span.low), seconds(span.high)
    if low == high:
        return low
    value, unit = low.split(" ")
    return f"{value} to {high}" if high.endswith(f" {unit}") else f"{low} to {high}"
