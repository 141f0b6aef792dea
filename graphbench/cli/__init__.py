"""The command line: arguments to plan to runner to store to report.

Nothing heavy is imported here: signals must be understood from the first moment on, and imports are where a program
spends it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that end a command early: what is complete is kept and shown, and the exit code is 128 + the signal."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 all that was asked for is ok, 1 not, 2 wrong usage, 128 + N after signal N."""
    raise SystemExit(invoke(arguments))


def invoke(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code comes back, errors are printed on stderr."""
    _open_standard_streams()
    with _forgiving_stderr(), _stoppable() as received:
        try:
            from graphbench.cli.commands import run_cli

            code = run_cli(arguments)
        except KeyboardInterrupt as stop:
            if not received:
                received.append(signal.SIGINT)
            print(f"Interrupted. {stop}" if str(stop) else "Interrupted. Completed records are kept.", file=sys.stderr)
    return 128 + received[0] if received else code


@contextmanager
def _stoppable() -> Iterator[list[int]]:
    """Let every signal that stops raise KeyboardInterrupt in the block, as Ctrl-C does; gives those that came.

    A signal that is ignored (`nohup`, a shell's background) stays ignored.
    """
    received: list[int] = []

    def stop(number: int, _: Any) -> None:
        received.append(number)
        raise KeyboardInterrupt

    before = {}
    with suppress(ValueError):  # only the main thread may set handlers
        for number in STOPPING:
            if signal.getsignal(number) not in {signal.SIG_IGN, None}:
                before[number] = signal.signal(number, stop)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_standard_streams() -> None:
    """Put /dev/null where a standard descriptor is closed: the next file that is opened would get its number.

    Whatever a library prints to stderr would then go into that file: the store, for instance.
    """
    with suppress(OSError):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(descriptor)


class _Forgiving:
    """A stream that drops what cannot be written: a measurement goes on when the reader of its progress has gone."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


@contextmanager
def _forgiving_stderr() -> Iterator[None]:
    """Let nothing fail because stderr is full or closed; where it was closed, the descriptor is /dev/null now."""
    before: Any = sys.stderr
    sys.stderr = _Forgiving(os.fdopen(2, "w", closefd=False) if before is None else before)
    try:
        yield
    finally:
        sys.stderr = before
