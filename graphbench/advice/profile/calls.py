"""The recorder of a profile: it times what NetworkX dispatches, in every thread, lazy results included.

Only the outermost call of a thread is timed; a nested one is noted below it. The cost for each call is measured by
tests/benchmarks/test_profile.py. Nothing here imports NumPy or NetworkX, so that a program pays for its own imports.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from io import StringIO
from time import perf_counter
from typing import Any, NamedTuple

from graphbench.advice.profile.arguments import graph_argument, site_of, support, without_backend
from graphbench.advice.profile.dispatch import dispatch_through, installed_backends, watch_log
from graphbench.advice.profile.model import Inner, Profile, Site

_MAX_GRAPHS = 10_000
"""Graph objects that are counted one by one; of further ones only the sizes are recorded."""
_SECONDS_PER_VERTEX = 2e-7
"""At most what NetworkX takes to count edges: it adds up the degrees."""
_COUNTING_SHARE = 0.005
"""Edges are counted after a call where that takes at most this share of the call's time."""
_LAZY = ("builtins", "itertools")
"""Modules of the iterators that are timed while they are read; any other object may have more methods."""


class _Here(threading.local):
    """What this thread is in: the outermost call, and the nested one within it."""

    outer: _Calls | None = None
    inner: Inner | None = None

    def note(self, on_backend: int) -> None:
        """Note a call that a backend ran, or gave back."""
        if self.outer is not None:
            (self.inner or self.outer.site).on_backend += on_backend


_IGNORED = Inner()
"""The nested call while the recorder itself looks at a graph."""


class _Graph:
    """The last known size of a graph object."""

    __slots__ = ("edges", "reference", "vertices")

    def __init__(self, reference: weakref.ref[Any]) -> None:
        self.reference, self.vertices, self.edges = reference, -1, -1


class _Calls:
    """A site while it is recorded."""

    __slots__ = ("asked", "edges", "graphs", "parameter", "place", "site", "uncounted", "vertices")

    def __init__(self, site: Site, parameter: str, place: int) -> None:
        self.site, self.parameter, self.place, self.asked = site, parameter, place, False
        self.vertices: tuple[int, int] | None = None
        self.edges: tuple[int, int] | None = None
        self.graphs: set[weakref.ref[Any]] = set()
        self.uncounted: set[_Graph] = set()


class Asked(NamedTuple):
    """One outermost call."""

    site: Site
    function: Any
    """NetworkX's object for it."""
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


Answered = Callable[[Asked, Any, bool], None]
"""What gets every result of an outermost call, and whether it was read to its end."""


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
        self._graphs: dict[weakref.ref[Any], _Graph] = {}
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
            sites = [self._finished(calls) for calls in self._sites.values()]
        names = {name for calls in self._sites.values() for name in (calls.site.function, *calls.site.inner)}
        return Profile(
            program=program,
            seconds=max(ended - self._began - own, busy),
            networkx_seconds=busy,
            own_seconds=own,
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
        here, lock, sites, clock = self._here, self._lock, self._sites, perf_counter
        if self._watch:
            watch_log(here.note)

        def __call__(function: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N807 - its name in tracebacks
            if here.outer is not None:
                return _nested(here, dispatch, function, args, kwargs)
            entered = clock()
            key = (function, *[each if each is True or each is False else type(each) for each in args])
            if kwargs:
                key += (*kwargs, *[each if each is True or each is False else type(each) for each in kwargs.values()])
            calls = sites.get(key) or self._first(key, function, args, kwargs)
            failed = True
            here.outer = calls
            began = self._enter()
            try:
                result = dispatch(function, *args, **kwargs)
                failed = False
            finally:
                ended = clock()
                with lock:
                    self._leave(calls.site, began, ended)
                    calls.site.calls += 1
                    calls.site.raised += failed
                if calls.place >= 0:
                    here.inner = _IGNORED
                    self._size(calls, args, kwargs, ended - began)
                    here.inner = None
                here.outer = None
                self._own += began - entered + clock() - ended
            if not calls.asked:
                self._ask_backends(calls, function, args, kwargs)
            if isinstance(result, Iterator) and type(result).__module__ in _LAZY:
                return self._read(result, calls, Asked(calls.site, function, args, kwargs))
            if self._answered is not None:
                self._answer(Asked(calls.site, function, args, kwargs), result, whole=True)
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

    def _leave(self, site: Site, began: float, ended: float) -> None:
        """Add the time of a call; the lock is held."""
        self._active -= 1
        if not self._active:
            self._busy += ended - self._since
        site.seconds += ended - began

    def _read(self, lazy: Iterator[Any], calls: _Calls, asked: Asked) -> Generator[Any, Any, Any]:
        """As `yield from lazy` (PEP 380), with the time inside counted."""
        items: list[Any] = []
        step: Callable[..., Any] = next
        sent: tuple[Any, ...] = ()
        while True:
            try:
                item = self._step(calls, step, lazy, *sent)
            except StopIteration as stop:
                self._answer(asked, items, whole=True)
                return stop.value
            if self._answered is not None:
                items.append(item)
            step, sent = next, ()
            try:
                received = yield item
            except GeneratorExit:
                self._answer(asked, items, whole=False)
                getattr(lazy, "close", bool)()
                raise
            except BaseException as error:
                if not hasattr(lazy, "throw"):
                    raise
                step, sent = _throw, (error,)
            else:
                if received is not None:
                    step, sent = _send, (received,)

    def _step(self, calls: _Calls, step: Callable[..., Any], lazy: Iterator[Any], *sent: Any) -> Any:
        """The next item; where another function of NetworkX reads it, the time is that one's."""
        here = self._here
        if here.outer is not None:
            return step(lazy, *sent)
        here.outer = calls
        began = self._enter()
        try:
            return step(lazy, *sent)
        finally:
            ended = perf_counter()
            here.outer = None
            with self._lock:
                self._leave(calls.site, began, ended)

    def _answer(self, asked: Asked, result: Any, *, whole: bool) -> None:
        if self._answered is not None:
            with self._aside():
                self._answered(asked, result, whole)

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """What this takes, and what it calls of NetworkX, is not recorded."""
        began, outer = perf_counter(), self._here.outer
        self._here.outer = _Calls(Site(function="", module=""), "", -1)
        try:
            yield
        finally:
            self._here.outer = outer
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

    def _size(self, calls: _Calls, args: tuple[Any, ...], kwargs: dict[str, Any], seconds: float) -> None:
        """Note the size of the graph; its edges only where counting takes a small part of the call's time."""
        try:
            graph = args[calls.place] if calls.place < len(args) else kwargs.get(calls.parameter)
            vertices = len(graph)  # type: ignore[arg-type]
            reference = weakref.ref(graph)
            known = self._graphs.get(reference)
            if known is None:
                known = _Graph(reference)
                if len(self._graphs) < _MAX_GRAPHS:
                    self._graphs[reference] = known
            if known.vertices != vertices or known.edges < 0 or seconds > 1e-3:
                cost = vertices * _SECONDS_PER_VERTEX
                if cost <= seconds * _COUNTING_SHARE or vertices < 10:
                    known.edges = graph.number_of_edges()  # type: ignore[union-attr]
                elif known.vertices != vertices:
                    known.edges = -1
                known.vertices = vertices
        except (TypeError, AttributeError):  # no graph: NetworkX raises, or it is another library's object
            return
        calls.vertices = _span(calls.vertices, vertices)
        if known.edges >= 0:
            calls.edges = _span(calls.edges, known.edges)
        elif len(calls.uncounted) < _MAX_GRAPHS:
            calls.uncounted.add(known)
        if len(calls.graphs) < _MAX_GRAPHS:
            calls.graphs.add(reference)

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

    def _finished(self, calls: _Calls) -> Site:
        for graph in calls.uncounted:
            alive = graph.reference()
            if alive is not None and graph.edges < 0 and len(alive) == graph.vertices:
                graph.edges = alive.number_of_edges()
            if graph.edges >= 0:
                calls.edges = _span(calls.edges, graph.edges)
        site = calls.site
        site.vertices, site.edges, site.graphs = calls.vertices, calls.edges, len(calls.graphs)
        return site


def _nested(
    here: _Here, dispatch: Callable[..., Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A call within another one: the first level is noted below the outermost, deeper ones are not."""
    if here.inner is not None or here.outer is None:
        return dispatch(function, *args, **kwargs)
    inner = here.outer.site.inner.get(function.name)
    if inner is None:
        inner = here.outer.site.inner.setdefault(function.name, Inner())
    here.inner = inner
    began = perf_counter()
    try:
        return dispatch(function, *args, **kwargs)
    finally:
        inner.seconds += perf_counter() - began
        inner.calls += 1
        here.inner = None


def _span(known: tuple[int, int] | None, value: int) -> tuple[int, int]:
    if known is None:
        return value, value
    low, high = known
    return known if low <= value <= high else (min(low, value), max(high, value))


def _priority(networkx: Any) -> list[str]:
    try:
        return list(networkx.config.backend_priority.algos)
    except AttributeError:
        return []


def _send(lazy: Any, value: Any) -> Any:
    return lazy.send(value)


def _throw(lazy: Any, error: BaseException) -> Any:
    return lazy.throw(error)
