"""What the arguments of a call say: of its graph, what is not the default, and which backends take them."""

from __future__ import annotations

import inspect
from typing import Any

from graphbench.advice.profile.model import NO_FUNCTION, Site, Support


def graph_argument(function: Any) -> tuple[str, int]:
    """The name and the place of a function's first graph; the place is -1 if it has none, or takes a list of them."""
    name, place = next(iter(function.graphs.items()), ("", -1))
    return name, -1 if name in function.list_graphs else place


def site_of(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Site:
    """A site with all that its first call shows."""
    name, place = graph_argument(function)
    makes_graph = bool(vars(function).get("_returns_graph"))
    site = Site(function=function.name, returns_graph=makes_graph)
    graph: Any = args[place] if 0 <= place < len(args) else kwargs.get(name)
    if hasattr(graph, "is_directed") and hasattr(graph, "is_multigraph"):
        site.directed, site.multigraph = bool(graph.is_directed()), bool(graph.is_multigraph())
    given = named(function, args, kwargs)
    parameters = inspect.signature(function.orig_func).parameters
    for each, value in given.items():
        # A seed was made into a generator of random numbers by then.
        if each not in {*function.graphs, "seed"} and not _same(value, parameters[each].default):
            site.arguments[each] = _short(value)
            if callable(value):
                site.callables.append(each)
    site.mutates = _mutates(function, given)
    return site


def named(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Each given argument by its parameter's name; nothing where the call is wrong."""
    try:
        return dict(inspect.signature(function.orig_func).bind(*args, **without_backend(kwargs)).arguments)
    except (TypeError, ValueError):
        return {}


def without_backend(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keywords for the function itself: `backend=` is for NetworkX."""
    return {name: value for name, value in kwargs.items() if name != "backend"}


def support(backend: str, loaded: Any, function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Support:
    """What a backend answers to NetworkX's two questions: can you run this, and should you?"""
    if not hasattr(loaded, function):
        return Support(backend=backend, runs=False, reason=NO_FUNCTION)
    try:
        can = loaded.can_run(function, args, kwargs) if hasattr(loaded, "can_run") else True
        if can is not True and (isinstance(can, str) or not can):
            return Support(backend=backend, runs=False, reason=str(can or "not with these arguments"))
        should = loaded.should_run(function, args, kwargs) if hasattr(loaded, "should_run") else True
    except Exception as error:  # noqa: BLE001 - a backend's own code
        return Support(backend=backend, runs=False, reason=f"{type(error).__name__}: {error}")
    if should is not True and (isinstance(should, str) or not should):
        return Support(backend=backend, runs=True, worthwhile=False, reason=str(should or "it advises against"))
    return Support(backend=backend, runs=True)


def _mutates(function: Any, values: dict[str, Any]) -> bool:
    """Whether a call changes its graph, so that NetworkX never hands it to a backend by itself."""
    if isinstance(function.mutates_input, bool):
        return function.mutates_input
    return any(
        not values.get(name.removeprefix("not "), True) if name.startswith("not ") else values.get(name) is not None
        for name in function.mutates_input
    )


def _same(value: Any, default: Any) -> bool:
    return value is default or (
        type(value) is type(default) and isinstance(value, (str, int, float)) and value == default
    )


def _short(value: Any) -> str:
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    if isinstance(value, str) and len(value) <= 40:
        return repr(value)
    return f"a {type(value).__name__}"
