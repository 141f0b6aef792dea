"""The clock: what one time contains.

A time contains one action and the device's synchronisation, nothing else. The garbage collector is off meanwhile, as in
`timeit`: with a graph of Python objects a single collection takes as long as many a call. CPU seconds of the same span
show work that wall seconds hide: on more threads than were allowed, or after the call has returned.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter_ns, process_time, sleep  # bound now: a library may replace those of the module
from typing import Any, NamedTuple

import psutil

from graphbench.engines.base import Engine

IDLE_S = 0.1
"""How long nothing is asked of an engine while :func:`busy_after` watches it."""
_POLL_S = 0.005
"""Seconds between two questions to a device whether it is busy."""
_children: list[int] = []
"""Process ids."""


class ClockError(Exception):
    """Time ran backwards."""


class Lap(NamedTuple):
    """How long an action took: wall seconds, and CPU seconds of all threads and child processes."""

    seconds: float
    cpu_s: float


def timed(
    engine: Engine, action: Callable[..., Any], *args: Any, collector: bool = False, **options: Any
) -> tuple[Any, Lap]:
    """The result of an action, and the time until it and the device were done.

    Args:
        engine: whose device it runs on.
        action: called with the other arguments.
        args: its own.
        collector: leave the garbage collector on.
        options: its own.

    Raises:
        ClockError: if the clock ran backwards: a broken clock source, or a virtual machine that was moved.
    """
    with _collector(on=collector):
        cpu = cpu_seconds()
        started = perf_counter_ns()
        result = action(*args, **options)
        engine.synchronize()
        taken = perf_counter_ns() - started
        cpu = cpu_seconds() - cpu
    if taken < 0:
        raise ClockError(f"the clock ran backwards by {-taken / 1e9:g} s during a call; measure again")
    return result, Lap(taken / 1e9, max(cpu, 0.0))


def busy_after(engine: Engine) -> float:
    """Seconds of work in the next :data:`IDLE_S`, in which nothing is asked of the engine.

    CPU seconds of all threads and child processes; of an engine on a GPU, seconds for which its device is busy.
    """
    if engine.device == "cpu":
        find_children()
        before = cpu_seconds()
        sleep(IDLE_S)
        return max(cpu_seconds() - before, 0.0)
    busy, end = 0, perf_counter_ns() + round(IDLE_S * 1e9)
    while perf_counter_ns() < end:
        asked = perf_counter_ns()
        engine.synchronize()
        busy += perf_counter_ns() - asked
        sleep(_POLL_S)
    return busy / 1e9


def cpu_seconds() -> float:
    """CPU seconds of this process, of its children that have ended, and of those that :func:`find_children` knows."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + ended.ru_utime + ended.ru_stime + sum(map(_cpu_seconds_of, _children))


def find_children() -> None:
    """Look for child processes, whose CPU seconds count from now on: too slow to be done around every call."""
    _children.clear()
    with suppress(psutil.Error, ChildProcessError):
        if sys.platform == "linux":  # where a worker adopts daemons: without a child of its own it has none of any kind
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # raises, and looks through no process list
        _children.extend(child.pid for child in psutil.Process().children(recursive=True))


def _cpu_seconds_of(pid: int) -> float:
    """User and system seconds of a running process, by /proc/PID/stat (man 5 proc); 0 if it has ended."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@contextmanager
def _collector(*, on: bool) -> Iterator[None]:
    was_on = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if was_on else gc.disable)()
