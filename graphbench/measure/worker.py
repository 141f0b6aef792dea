"""The worker process: the parent starts it to run tasks of one engine on one dataset.

It communicates over two pipes, so an engine may print to standard output. Its keeper
(:mod:`graphbench.measure.keeper`) ends it with its parent, however that died, and its children with it.

    python -m graphbench.measure.worker REQUESTS EVENTS PARENT
"""

from __future__ import annotations

import atexit
import faulthandler
import os
import sys
from contextlib import suppress
from typing import Any

from graphbench.measure import keeper

_kept: list[Any] = []
"""Objects kept until the process ends, so that they are never freed."""


def main(arguments: list[str]) -> None:
    """Read requests from one descriptor and write events to the other.

    Args:
        arguments: the two descriptors, and the parent's process id.
    """
    requests, events, parent = map(int, arguments)
    keeper.fork_worker(requests, events, parent)
    # Registered first, so run last, after the libraries' handlers: freeing gigabytes of Python objects takes minutes.
    atexit.register(os._exit, 0)
    faulthandler.enable(file=sys.__stdout__ or sys.stderr)  # the engine's last words go to stderr
    for descriptor in (requests, events):
        os.set_inheritable(descriptor, False)
    _serve(requests, events)


def _serve(requests: int, events: int) -> None:
    from graphbench.measure import protocol
    from graphbench.measure.trials import Bench

    own = os.getpid()
    with os.fdopen(requests, "rb") as inbox, os.fdopen(events, "wb") as outbox:

        def send(event: protocol.Event) -> None:
            if os.getpid() != own:  # an engine forked, and the child came back from the call
                os._exit(1)
            outbox.write(protocol.to_line(event))
            outbox.flush()

        bench = Bench(send)
        _kept.append(bench)
        for line in inbox:
            if line == protocol.NO_MORE:
                break
            request = protocol.to_request(line)
            match request:
                case protocol.Certify():
                    bench.certify(request)
                case protocol.Release():
                    bench.make_room()
                case protocol.Request():
                    bench.run(request)
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):  # a full disk, or a library closed it: the task itself is done
                    stream.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
