"""The parent's handle on one worker process."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from graphbench.measure import protocol
from graphbench.measure.protocol import LAST, Certify, Event, Release, Request
from graphbench.system import memory

GRACE_S = 1.0
"""How long a worker may take to end before it is killed."""
_KEEPER_S = 10.0
"""How long its keeper may take to end everything, before it is killed too."""
_POLL_S = 0.1
"""Seconds between checks whether the worker lives, on systems without pidfd."""
_MAX_EVENT = 16 << 20
"""The longest event in bytes; that of a thousand trials' quality takes twenty thousand."""
REMOVED_VARIABLES = ("NETWORKX_", "NX_CUGRAPH_", "OMP_", "GOMP_", "KMP_", "OPENBLAS_", "GOTO_", "MKL_", "BLIS_")
"""Prefixes of settings that a worker must not inherit: those of NetworkX's dispatcher could send the NetworkX baseline
to the GPU, and those of threads are for engines to set."""


class OutOfTimeError(Exception):
    """The deadline passed before the task was complete."""


class OutOfMemoryError(Exception):
    """The worker and its children exceed the memory limit.

    Args:
        held: resident bytes at that moment.
    """

    def __init__(self, held: int) -> None:
        super().__init__(held)
        self.held = held


class DiedError(Exception):
    """The worker ended in the middle of a task.

    Args:
        status: as `subprocess.Popen.returncode`: negative for a signal.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
        self.by_kill = status == -signal.SIGKILL


class BrokenEventsError(Exception):
    """What the worker sent is no event, as after a library wrote to a descriptor that is not its own."""


def start(
    requests: int, events: int, *, out: BinaryIO, err: BinaryIO, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a keeper, which forks the worker, in a session of its own.

    Args:
        requests: the descriptor that it reads.
        events: the descriptor that it writes.
        out: its standard output.
        err: its standard error.
        environment: all its variables.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "graphbench.measure.worker", *map(str, (requests, events, os.getpid()))],
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        pass_fds=(requests, events),
        start_new_session=True,
        env=environment,
    )


class WorkerProcess:
    """A worker and its keeper in a session of their own; their output goes to files.

    Args:
        log: path without suffix: standard output goes to `.out`, standard error to `.err`.
        environment: variables to add.
    """

    def __init__(self, log: Path, environment: Mapping[str, str]) -> None:
        self.out, self.err = log.with_suffix(".out"), log.with_suffix(".err")
        requests, write_end = os.pipe()
        self._requests: int | None = write_end
        self._events, events = os.pipe()
        try:
            with self.out.open("ab") as out, self.err.open("ab") as err:
                self._process = start(requests, events, out=out, err=err, environment=_variables(environment))
        except BaseException:
            os.close(write_end)
            os.close(self._events)
            raise
        finally:
            os.close(requests)
            os.close(events)
        os.set_blocking(self._events, False)
        self._buffer = bytearray()
        self._listening, self._open = True, True
        self._watch = selectors.DefaultSelector()
        self._watch.register(self._events, selectors.EVENT_READ)
        self._exit: int | None = None
        if hasattr(os, "pidfd_open"):
            with suppress(OSError):  # not on every kernel
                self._exit = os.pidfd_open(self._process.pid)
                self._watch.register(self._exit, selectors.EVENT_READ)

    @property
    def pid(self) -> int:
        """The process id of the keeper, whose descendants are the worker and all that it started."""
        return self._process.pid

    def ask(self, request: Request | Certify | Release, memory_bytes: int | None = None) -> Iterator[Event]:
        """Send a request and yield its events as they come, one of :data:`graphbench.measure.protocol.LAST` last.

        Args:
            request: the task.
            memory_bytes: limit on the resident memory of the worker and its children; None: no limit.

        Raises:
            OutOfTimeError: if the request's deadline passes; the worker is still running.
            OutOfMemoryError: if it exceeds that limit; it is still running.
            DiedError: if the worker dies; all events it sent have been yielded.
            BrokenEventsError: if it sends anything else; it is still running.
        """
        self._write(protocol.to_line(request))  # if it is dead, the loop below raises DiedError
        watch = None if memory_bytes is None else memory.Watch(self._process.pid, memory_bytes)
        for line in self._lines(request.deadline, watch):
            try:
                event = protocol.to_event(line)
            except ValueError as error:  # also msgspec's own errors, and bytes that are not UTF-8
                raise BrokenEventsError(f"{error}: {line[:80]!r}") from None
            yield event
            if isinstance(event, LAST):
                return

    def _write(self, line: bytes) -> None:
        if self._requests is not None:
            with suppress(BrokenPipeError):
                os.write(self._requests, line)

    def _lines(self, deadline: float, watch: memory.Watch | None) -> Iterator[bytes]:
        poll = memory.WATCH_S if watch is not None else _POLL_S if self._exit is None else None
        while True:
            while (end := self._buffer.find(b"\n")) >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                yield line
            left = max(deadline - protocol.now(), 0)
            self._watch.select(left if poll is None else min(left, poll))
            # Check whether it lives before reading, so that no event is missed. Events sent in time count, even if this
            # process reads them late.
            dead = self._process.poll() is not None
            if watch is not None and not dead and (held := watch.over()):
                raise OutOfMemoryError(held)
            if self._receive():
                continue
            if dead:
                raise DiedError(self._process.returncode)
            if left == 0:
                raise OutOfTimeError

    def _receive(self) -> bool:
        """Read what the worker has sent; False if there was nothing."""
        try:
            chunk = os.read(self._events, 1 << 16)
        except BlockingIOError:
            return False
        self._buffer += chunk
        if len(self._buffer) > _MAX_EVENT and b"\n" not in self._buffer:
            raise BrokenEventsError(f"a line of more than {_MAX_EVENT:,} bytes")
        if not chunk and self._listening:  # closed: from now on, wait for its death only
            self._watch.unregister(self._events)
            self._listening = False
        return bool(chunk)

    def finish(self) -> None:
        """Let the worker exit, then kill what is left of it and its children."""
        if not self._open:
            return
        self._write(protocol.NO_MORE)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        self.kill()

    def kill(self) -> None:
        """End the worker and all that it started: SIGTERM, then SIGKILL."""
        if not self._open:
            return
        if self._process.poll() is None:
            self._process.terminate()  # the keeper passes it on
            self._process.send_signal(signal.SIGCONT)  # if it was stopped
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_S)
        if self._requests is not None:
            os.close(self._requests)  # the keeper kills what is left
            self._requests = None
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_KEEPER_S)
        self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._open:
            self._open = False
            self._watch.close()
            for descriptor in (self._events, self._exit):
                if descriptor is not None:
                    os.close(descriptor)


def _variables(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(REMOVED_VARIABLES)}
    # The worker imports from where this process does; sets of strings have the same order in every worker.
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    here = {"PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    return kept | here | dict(extra)
