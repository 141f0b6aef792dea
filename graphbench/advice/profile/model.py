"""What a profile knows of a run: calls of NetworkX's functions, their time and graphs, and who else could run them."""

from __future__ import annotations

from typing import Any

import msgspec

NO_FUNCTION = "it has no such function"
"""The reason of a backend that does not know a function at all."""


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """What a backend of NetworkX says about a function with the arguments of a call."""

    backend: str
    runs: bool
    """Whether it has the function and takes these arguments."""
    worthwhile: bool = True
    """Whether it would take the call over without being asked by name (`should_run`)."""
    reason: str = ""
    """Why not."""


class Inner(msgspec.Struct, kw_only=True):
    """Calls of one function directly within another one of NetworkX; their time is within the outer one's."""

    calls: int = 0
    seconds: float = 0.0
    on_backend: int = 0
    """Calls that a backend ran; known only where the backend was asked to (`--verify`)."""
    returns_graph: bool = False


class Site(msgspec.Struct, kw_only=True):
    """Calls of one function with one kind of arguments: the same types and graph class, the same named flags."""

    function: str
    """NetworkX's name in its dispatch, which is unique."""
    calls: int = 0
    seconds: float = 0.0
    """Inside the function and in its lazy results, nested calls included."""
    raised: int = 0
    on_backend: int = 0
    """Calls that a backend ran; known only where the backend was asked to (`--verify`)."""
    directed: bool | None = None
    multigraph: bool | None = None
    arguments: dict[str, str] = {}
    """Arguments of the first call that are not the default: their value, or the name of their type."""
    callables: list[str] = []
    """Those of the arguments that are functions."""
    vertices: tuple[int, int] | None = None
    edges: tuple[int, int] | None = None
    features: dict[str, Any] | None = None
    """Of the largest graph, as :class:`graphbench.advice.features.Features`; None where it was gone by the end."""
    graphs: int = 0
    """Different graph objects."""
    inner: dict[str, Inner] = {}
    returns_graph: bool = False
    mutates: bool = False
    support: list[Support] = []


class Profile(msgspec.Struct, kw_only=True):
    """One run of a program.

    Attributes:
        program: what was run, as a shell reads it.
        seconds: of the whole run, from the first line of the program to its end.
        networkx_seconds: while at least one thread was inside a function of NetworkX.
        child_seconds: CPU time of child processes, which are not profiled.
        overlapped: whether calls ran in several threads at once.
        networkx: its version; empty if the program never imported it.
        backends: installed backends of NetworkX, and why one could not be loaded.
        functions_of: by backend that could be loaded, the functions it has of those that were called at all.
        priority: backends that NetworkX was told to try first, in this run.
        exit_code: of the program, as a shell sees it; None while a block of a notebook is profiled.
        interrupted: whether Ctrl-C ended it.
    """

    program: str = ""
    seconds: float = 0.0
    networkx_seconds: float = 0.0
    child_seconds: float = 0.0
    overlapped: bool = False
    networkx: str = ""
    backends: dict[str, str] = {}
    functions_of: dict[str, list[str]] = {}
    priority: list[str] = []
    exit_code: int | None = None
    interrupted: bool = False
    sites: list[Site] = []

    @property
    def by_function(self) -> dict[str, list[Site]]:
        """The sites of each function."""
        found: dict[str, list[Site]] = {}
        for site in self.sites:
            found.setdefault(site.function, []).append(site)
        return found

    @property
    def at_once(self) -> float:
        """What a second of a call takes of the run: less than 1 where calls ran in several threads at once."""
        total = sum(site.seconds for site in self.sites)
        return min(self.networkx_seconds / total, 1.0) if self.overlapped and total else 1.0
