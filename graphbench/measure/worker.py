"""The worker process: started by the parent, it runs tasks of one engine on one dataset until it is told no more.

It speaks over two pipes of its own, so that an engine may print what it likes. It dies with its parent, whatever killed
that, and takes along what it has started itself.

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
"""What lives until the process ends, so that it need not be freed."""


def main(arguments: list[str]) -> None:
    """Serve the requests that come in on one descriptor, writing events to the other.

    Args:
        arguments: the two descriptors, and the parent's process id.
    """
    requests, events, parent = (int(each) for each in arguments)
    _die_with(parent)
    guard = _start_guard(requests, events)
    # Registered first, so run last: the libraries' own handlers have run, and nobody waits while gigabytes of Python
    # objects are freed one by one.
    atexit.register(os._exit, 0)
    faulthandler.enable(file=sys.__stdout__ or sys.stderr)  # the last words on stderr are the engine's own
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
    """Have the kernel kill this process when the parent dies (Linux), unless it has died already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _start_guard(requests: int, events: int) -> int:
    """Fork a process that kills the whole group once nobody can send requests any more: the parent is gone.

    A thread could not: it waits for the interpreter, which an engine may hold for hours. And the kernel's signal
    reaches this process only, not what the engine has started.
    """
    guard = os.fork()
    if guard:
        return guard
    try:
        os.close(events)  # so that the parent sees it close when the worker dies
        for polite in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(polite, signal.SIG_IGN)
        watch = select.poll()
        watch.register(requests, 0)  # no event but the other end's closing, which is always reported
        watch.poll()
        os.killpg(0, signal.SIGKILL)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
