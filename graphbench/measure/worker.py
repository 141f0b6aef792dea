"""The worker process: the parent starts it to run tasks of one engine on one dataset.

It communicates over two pipes, so an engine may print to standard output. It dies with its parent, however that died,
and its children with it.

    python -m graphbench.measure.worker REQUESTS EVENTS PARENT
"""

from __future__ import annotations

import atexit
import ctypes
import faulthandler
import os
import select
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>

_kept: list[Any] = []
"""Objects kept until the process ends, so that they are never freed."""


def main(arguments: list[str]) -> None:
    """Read requests from one descriptor and write events to the other.

    Args:
        arguments: the two descriptors, and the parent's process id.
    """
    requests, events, parent = map(int, arguments)
    _die_with(parent)
    guard = _start_guard(requests, events)
    # Registered first, so run last, after the libraries' handlers: freeing gigabytes of Python objects takes minutes.
    atexit.register(os._exit, 0)
    faulthandler.enable(file=sys.__stdout__ or sys.stderr)  # the engine's last words go to stderr
    for descriptor in (requests, events):
        os.set_inheritable(descriptor, False)
    try:
        _serve(requests, events)
    finally:
        os.kill(guard, signal.SIGKILL)
        os.waitpid(guard, 0)


def _serve(requests: int, events: int) -> None:
    from graphbench.measure import protocol
    from graphbench.measure.trials import Bench

    with os.fdopen(requests, "rb") as inbox, os.fdopen(events, "wb") as outbox:

        def send(event: protocol.Event) -> None:
            outbox.write(protocol.to_line(event))
            outbox.flush()

        bench = Bench(send)
        _kept.append(bench)
        for line in inbox:
            if line == protocol.NO_MORE:
                break
            request = protocol.to_request(line)
            if isinstance(request, protocol.Certify):
                bench.certify(request)
            else:
                bench.run(request)
            sys.stdout.flush()
            sys.stderr.flush()


def _die_with(parent: int) -> None:
    """Make the kernel kill this process when the parent dies (Linux); exit if it has died already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _start_guard(requests: int, events: int) -> int:
    """Fork a process that kills the whole group when the parent closes the pipe of requests, which is when it dies.

    A thread cannot do this: it needs the interpreter lock, which an engine may hold for hours. The kernel's signal
    reaches this process only, and not the engine's children.
    """
    guard = os.fork()
    if guard:
        return guard
    try:
        os.close(events)  # so that the parent sees it close when the worker dies
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        watch = select.poll()
        watch.register(requests, 0)  # only the other end's closing, which is always reported
        watch.poll()
        os.killpg(0, signal.SIGKILL)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
