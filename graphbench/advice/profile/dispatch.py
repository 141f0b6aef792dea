"""The places where a profile reaches into NetworkX: the method that dispatches, and the log of who ran a call."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

_DISPATCH = "networkx.utils.backends"
_LOGGED = {"Using backend '%s' for call to": 1, "Backend '%s' raised when calling": -1}
"""What NetworkX logs when a backend runs a call, and when the backend gives it back (`NotImplementedError`)."""


@contextmanager
def dispatch_through(wrapped: Callable[[Any], Any]) -> Iterator[None]:
    """Replace the one method through which NetworkX runs every dispatched function, also where it is not imported yet.

    NetworkX offers no hook for this (https://github.com/networkx/networkx/pull/7765 proposes one, and
    https://github.com/rapidsai/nx-cugraph/pull/57 a profiler on top of it). Functions are objects of one class, called
    through its `__call__`, which NetworkX chooses at its import depending on whether backends are installed. Replacing
    it there reaches functions that were imported by name, before and after.

    Args:
        wrapped: makes the new method from the one that was there.
    """
    replaced: list[tuple[Any, Any]] = []

    def install(module: Any) -> None:
        owner = vars(module)["_dispatchable"]
        replaced.append((owner, owner.__call__))
        owner.__call__ = wrapped(owner.__call__)

    class OnImport(MetaPathFinder):
        def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> Any:
            spec = PathFinder.find_spec(name, path, target) if name == _DISPATCH else None
            if spec is not None and spec.loader is not None:
                run = spec.loader.exec_module

                def run_and_install(module: ModuleType) -> None:
                    run(module)
                    install(module)

                spec.loader.exec_module = run_and_install  # type: ignore[method-assign]
            return spec

    finder = OnImport()
    if _DISPATCH in sys.modules:
        install(sys.modules[_DISPATCH])
    else:
        sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
        for owner, method in replaced:
            owner.__call__ = method


def installed_backends() -> dict[str, Any]:
    """The entry point of each installed backend by its name; none while NetworkX is not imported."""
    return dict(getattr(sys.modules.get(_DISPATCH), "backends", {}))


def watch_log(note: Callable[[int], None]) -> None:
    """Note each call that a backend runs (1) or gives back (-1): NetworkX's log is its only account of it."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            note(next((sign for words, sign in _LOGGED.items() if words in str(record.msg)), 0))

    logger = logging.getLogger(_DISPATCH)
    logger.addHandler(Handler(logging.DEBUG))
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
