"""Named ranges for NVIDIA's profilers, one for each phase and one for each call, where `nvtx` is installed."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

DOMAIN = "graphbench"


@contextmanager
def named(name: str) -> Iterator[None]:
    """The range of a block; opened before its clock starts and closed after it has stopped."""
    started = start(name)
    try:
        yield
    finally:
        end(started)


def start(name: str) -> Any:
    """Open a range, for :func:`end`."""
    nvtx = _nvtx()
    return None if nvtx is None else nvtx.start_range(message=name, domain=DOMAIN)


def end(started: Any) -> None:
    """Close a range that :func:`start` opened."""
    nvtx = _nvtx()
    if nvtx is not None and started is not None:
        nvtx.end_range(started)


@functools.cache
def _nvtx() -> Any:
    try:
        import nvtx
    except ImportError:
        return None
    return nvtx
