"""The recorder of a profile: it times what NetworkX dispatches, in every thread, lazy results included.

Only the outermost call of a thread is timed; a nested one is noted below it. The cost for each call is measured by
tests/benchmarks/test_profile.py. Nothing here imports NumPy or NetworkX, so that a program pays for its own imports.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from io import StringIO
from time import perf_counter
from typing import Any

from graphbench.advice.profile.arguments import graph_argument, site_of, support, without_backend
from graphbench.advice.profile.dispatch import dispatch_through, installed_backends, watch_log
from graphbench.advice.profile.model import Inner, Profile, Site

_MAX_GRAPHS = 10_000
"""Graph objects of a site whose sizes are recorded."""
_SECONDS_PER_VERTEX = 2e-7
"""At most what NetworkX takes to count edges: it adds up the degrees."""
_COUNTING_SHARE = 0.005
"""Edges are counted after a call where that takes at most this share of the call's time, or two microseconds."""
_LAZY = ("builtins", "itertools")
"""Modules of the iterators that are timed while they are read; any other object may have more methods."""
_END = object()

Question = tuple[Any, tuple[Any, ...], dict[str, Any]]
"""A call: NetworkX's object for the function, and the arguments."""
Answered = Callable[[Question, Any, bool], None]
"""What gets every result of an outermost call, and whether it was read to its end."""


class _Here(threading.local):
    """What this thread is in: the outermost call, and the nested one within it."""

    outer: _Calls | None = None
    inner: Inner | None = None

    def note(self, on_backend: int) -> None:
        """Note a call that a backend ran, or gave back."""
        if self.outer is not None:
            (self.inner or self.outer.site).on_backend += on_backend


class _Calls:
    """A site while it is recorded; of each graph the last known numbers of vertices and edges, or -1."""

    __slots__ = ("asked", "graphs", "parameter", "place", "site")

    def __init__(self, site: Site, parameter: str = "", place: int = -1) -> None:
        self.site, self.parameter, self.place, self.asked = site, parameter, place, False
        self.graphs: dict[weakref.ref[Any], tuple[int, int]] = {}


_ASIDE, _IGNORED = _Calls(Site(function="")), Inner()
"""What a thread is in while the recorder itself asks or counts."""


class Recorder:
    """Records a run between `start` and `stop`.

    Args:
        answered: gets every result; what it takes is not counted.
        watch_backends: also note which calls a backend ran, from NetworkX's own log.
    """

    def __init__(self, answered: Answered | None = None, *, watch_backends: bool = False) -> None:
        self._answered, self._watch = answered, watch_backends
        self._here = _Here()
        self._lock = threading.Lock()
        self._sites: dict[Any, _Calls] = {}
        self._active, self._since, self._busy, self._own = 0, 0.0, 0.0, 0.0
        self._overlapped = False
        self._began = 0.0
        self._backends: dict[str, Any] | None = None
        self._failed: dict[str, str] = {}

    def start(self) -> AbstractContextManager[None]:
        """Start the clock; functions are recorded until the end of the context."""
        self._began = perf_counter()
        return dispatch_through(self._wrapped)

    def stop(self, program: str) -> Profile:
        """Stop the clock, and give what was recorded."""
        ended = perf_counter()
        with self._lock:
            busy = self._busy + (ended - self._since if self._active else 0.0)
            own = self._own
        networkx: Any = sys.modules.get("networkx")
        with self._aside():
            self._count_the_rest()
        sites = [calls.site for calls in self._sites.values()]
        names = {name for site in sites for name in (site.function, *site.inner)}
        times = os.times()
        return Profile(
            program=program,
            seconds=max(ended - self._began - own, busy),
            networkx_seconds=busy,
            child_seconds=times.children_user + times.children_system,
            overlapped=self._overlapped,
            networkx=getattr(networkx, "__version__", ""),
            backends={name: self._failed.get(name, "") for name in installed_backends()},
            functions_of={
                backend: sorted(name for name in names if hasattr(loaded, name))
                for backend, loaded in (self._backends or {}).items()
            },
            priority=_priority(networkx),
            sites=sites,
        )

    def graphs(self) -> Iterator[tuple[Site, Any]]:
        """Each site with the largest of its graphs that still exists."""
        for calls in list(self._sites.values()):
            alive = [graph for reference in calls.graphs if (graph := reference()) is not None]
            if alive:
                yield calls.site, max(alive, key=len)

    def _wrapped(self, dispatch: Callable[..., Any]) -> Callable[..., Any]:
        """The method that records; everything in it counts, since a program may call it a million times."""
        here, sites, clock = self._here, self._sites, perf_counter
        if self._watch:
            watch_log(here.note)

        def __call__(function: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N807 - its name in tracebacks
            if here.outer is not None:
                return _nested(here, dispatch, function, args, kwargs)
            entered = clock()
            key = (function, *map(type, args))
            if kwargs:  # flags are given by name
                key += (*kwargs, *[each if each is True or each is False else type(each) for each in kwargs.values()])
            calls = sites.get(key) or self._first(key, function, args, kwargs)
            here.outer, failed = calls, True
            began = self._enter()
            try:
                result = dispatch(function, *args, **kwargs)
                failed = False
            finally:
                ended = self._leave(calls.site, began, 1, failed)
                if calls.place >= 0:
                    here.inner = _IGNORED
                    _size(calls, args, kwargs, ended - began)
                    here.inner = None
                here.outer = None
                self._own += began - entered + clock() - ended
            if not calls.asked:
                self._ask_backends(calls, function, args, kwargs)
            if isinstance(result, Iterator) and type(result).__module__ in _LAZY:
                return self._read(result, calls, (function, args, kwargs))
            if self._answered is not None:
                self._answer((function, args, kwargs), result, whole=True)
            return result

        return __call__

    def _enter(self) -> float:
        with self._lock:
            began = perf_counter()
            if not self._active:
                self._since = began
            else:
                self._overlapped = True
            self._active += 1
        return began

    def _leave(self, site: Site, began: float, calls: int = 0, raised: int = 0) -> float:
        ended = perf_counter()
        with self._lock:
            self._active -= 1
            if not self._active:
                self._busy += ended - self._since
            site.seconds += ended - began
            site.calls += calls
            site.raised += raised
        return ended

    def _read(self, lazy: Iterator[Any], calls: _Calls, question: Question) -> Iterator[Any]:
        """The items of a lazy result, with the time inside counted."""
        items: list[Any] = []
        whole = False
        try:
            while (item := self._step(calls, lazy)) is not _END:
                if self._answered is not None:
                    items.append(item)
                yield item
            whole = True
        finally:
            self._answer(question, items, whole=whole)

    def _step(self, calls: _Calls, lazy: Iterator[Any]) -> Any:
        """The next item; where another function of NetworkX reads it, the time is that one's."""
        here = self._here
        if here.outer is not None:
            return next(lazy, _END)
        here.outer = calls
        began = self._enter()
        try:
            return next(lazy, _END)
        finally:
            self._leave(calls.site, began)
            here.outer = None

    def _answer(self, question: Question, result: Any, *, whole: bool) -> None:
        if self._answered is not None:
            with self._aside():
                self._answered(question, result, whole)

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """What this takes, and what it calls of NetworkX, is not recorded."""
        began, outer, inner = perf_counter(), self._here.outer, self._here.inner
        self._here.outer, self._here.inner = _ASIDE, _IGNORED
        try:
            yield
        finally:
            self._here.outer, self._here.inner = outer, inner
            with self._lock:
                self._own += perf_counter() - began

    def _ask_backends(self, calls: _Calls, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Ask which backends take these arguments, after the call: the one that ran it was loaded in its time."""
        calls.asked = True
        given = without_backend(kwargs)
        # A backend may print when it is asked; where other threads run, their output must not be lost with it.
        alone = threading.active_count() == 1
        with self._aside(), redirect_stdout(StringIO()) if alone else nullcontext():
            calls.site.support = [
                support(name, backend, function.name, args, given) for name, backend in self._loaded().items()
            ]

    def _first(self, key: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Calls:
        """The first call of a kind."""
        calls = _Calls(site_of(function, args, kwargs), *graph_argument(function))
        return self._sites.setdefault(key, calls)

    def _loaded(self) -> dict[str, Any]:
        """Every installed backend that can be imported; the first call pays for it, outside the clock."""
        if self._backends is None:
            found = {}
            for name, entry in installed_backends().items():
                try:
                    found[name] = entry.load()
                except Exception as error:  # noqa: BLE001 - whatever another library raises when it is imported
                    self._failed[name] = f"{type(error).__name__}: {error}"
            self._backends = found
        return self._backends

    def _count_the_rest(self) -> None:
        """Count the edges of graphs that were too large to do so after a call, if they are as they were."""
        counted: dict[weakref.ref[Any], int] = {}
        for calls in self._sites.values():
            for reference, (vertices, edges) in calls.graphs.items():
                alive = reference() if edges < 0 else None
                if alive is not None and len(alive) == vertices:
                    if reference not in counted:
                        counted[reference] = alive.number_of_edges()
                    calls.site.edges = _span(calls.site.edges, counted[reference])
            calls.site.graphs = len(calls.graphs)


def _size(calls: _Calls, args: tuple[Any, ...], kwargs: dict[str, Any], seconds: float) -> None:
    """Note the size of the graph; its edges only where counting takes a small part of the call's time."""
    try:
        graph: Any = args[calls.place] if calls.place < len(args) else kwargs.get(calls.parameter)
        vertices, reference = len(graph), weakref.ref(graph)
        known, edges = calls.graphs.get(reference, (-1, -1))
        if known == vertices and edges >= 0 and seconds < 1e-3:
            return
        if vertices * _SECONDS_PER_VERTEX <= max(seconds * _COUNTING_SHARE, 2e-6):
            edges = graph.number_of_edges()
        elif known == vertices:
            return
        else:
            edges = -1
    except (TypeError, AttributeError):  # no graph: NetworkX raises, or it is another library's object
        return
    if known >= 0 or len(calls.graphs) < _MAX_GRAPHS:
        calls.graphs[reference] = vertices, edges
    site = calls.site
    site.vertices = _span(site.vertices, vertices)
    if edges >= 0:
        site.edges = _span(site.edges, edges)


def _nested(
    here: _Here, dispatch: Callable[..., Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A call within another one: the first level is noted below the outermost, deeper ones are not."""
    if here.inner is not None or here.outer is None:
        return dispatch(function, *args, **kwargs)
    inner = here.outer.site.inner.get(function.name)
    if inner is None:
        makes_graph = bool(vars(function).get("_returns_graph"))
        inner = here.outer.site.inner.setdefault(function.name, Inner(returns_graph=makes_graph))
    here.inner = inner
    began = perf_counter()
    try:
        return dispatch(function, *args, **kwargs)
    finally:
        inner.seconds += perf_counter() - began
        inner.calls += 1
        here.inner = None


def _span(known: tuple[int, int] | None, value: int) -> tuple[int, int]:
    low, high = known or (value, value)
    return min(low, value), max(high, value)


def _priority(networkx: Any) -> list[str]:
    try:
        return list(networkx.config.backend_priority.algos)
    except AttributeError:
        return []
