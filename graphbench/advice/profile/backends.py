"""Which backends of NetworkX run the calls of a profile: from their own answers, or nx-cugraph's published list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec

from graphbench.advice.profile.model import NO_FUNCTION, Profile, Site, Support
from graphbench.system import files

GPU_BACKEND = "cugraph"
"""The name under which NetworkX knows nx-cugraph."""
RUNS, NO, PARTLY, INSIDE, ASKED, UNWISE = "yes", "no", "partly", "inside", "if asked", "not worth it"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The published functions of a backend that is not installed, and the arguments that they refuse."""

    version: str
    source: str
    functions: frozenset[str]
    undirected: frozenset[str]
    simple: frozenset[str]
    not_worthwhile: frozenset[str]
    no_callable: frozenset[str]
    default_only: dict[str, list[str]]

    def support(self, site: Site) -> Support:
        """What the backend would answer to a call, as far as its arguments are known."""
        refused = self._refusal(site)
        return Support(
            backend=GPU_BACKEND,
            runs=not refused,
            worthwhile=site.function not in self.not_worthwhile,
            reason=refused or ("converting takes longer" if site.function in self.not_worthwhile else ""),
        )

    def _refusal(self, site: Site) -> str:
        if site.function not in self.functions:
            return NO_FUNCTION
        if site.directed and site.function in self.undirected:
            return "not for directed graphs"
        if site.multigraph and site.function in self.simple:
            return "not for multigraphs"
        if called := [name for name in site.callables if name in self.no_callable]:
            return f"not with a function as {called[0]}"
        if given := [name for name in self.default_only.get(site.function, ()) if name in site.arguments]:
            return f"not with {given[0]}={site.arguments[given[0]]}"
        return ""


@cache
def rules() -> Rules:
    """Those that ship with the package."""
    return msgspec.toml.decode((files.data() / "nx-cugraph.toml").read_bytes(), type=Rules)


def supports(profile: Profile, backend: str, site: Site) -> Support | None:
    """What a backend says to the calls of a site; None where it is not installed and nothing is published."""
    if profile.backends.get(backend) == "":
        return next((each for each in site.support if each.backend == backend), None)
    return rules().support(site) if backend == GPU_BACKEND else None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a backend runs a function in this program: for a table; and why not or under which condition."""

    short: str
    reasons: tuple[str, ...] = ()


def verdict(profile: Profile, backend: str, sites: Sequence[Site]) -> Verdict:
    """The verdict on all calls of one function."""
    words, reasons = zip(*(_word(profile, backend, site) for site in sites), strict=True)
    mixed = len(set(words)) > 1 and not {RUNS, INSIDE}.isdisjoint(words)
    return Verdict(short=PARTLY if mixed else words[0], reasons=tuple(dict.fromkeys(filter(None, reasons))))


def _word(profile: Profile, backend: str, site: Site) -> tuple[str, str]:
    support = supports(profile, backend, site)
    if support is None or not support.runs:
        usual = [name for name, inner in site.inner.items() if not inner.returns_graph]
        inside = [name for name in usual if _runs_inside(profile, backend, name)]
        taken = sum(site.inner[name].seconds for name in inside)
        if taken > site.seconds / 2:
            most = max(inside, key=lambda name: site.inner[name].seconds)
            return INSIDE, f"NetworkX runs it, and {most} within it runs there"
        return NO, support.reason if support else "it was not asked: every call failed"
    if site.mutates:
        return NO, "NetworkX hands no call to a backend that changes its graph"
    if site.returns_graph:
        return ASKED, "it makes a graph: needs NETWORKX_BACKEND_PRIORITY_GENERATORS"
    if not support.worthwhile:
        return UNWISE, support.reason
    return RUNS, ""


def _runs_inside(profile: Profile, backend: str, name: str) -> bool:
    """Whether a backend has a nested function; its arguments are not known."""
    if profile.backends.get(backend) == "":
        return name in profile.functions_of.get(backend, ())
    return backend == GPU_BACKEND and name in rules().functions
