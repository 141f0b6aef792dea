"""Records into the store while a plan is measured: one lock for the whole run, and nothing lost to a bad moment."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from graphbench.errors import StoreError
from graphbench.records.model import Record
from graphbench.records.store import Store


class Keeper:
    """Keeps records as they come; those that cannot be written wait, and are tried again with the next and at the end.

    A store that cannot be written is one warning and not the end of a measurement: a disk that is full for an hour
    costs nothing, and what could not be kept in the end is counted in a second warning.

    Args:
        path: of the store; None: `records.jsonl` in `$GRAPHBENCH_HOME`.
        must: raise at once where the store cannot be opened, instead of a warning: for runs that are long, and worth
            nothing unless they are kept.

    Raises:
        StoreError: at entering, if `must`: another process writes to the store (its pid), or it cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, *, must: bool = False) -> None:
        self._store = Store(path)
        self._must = must
        self._waiting: list[Record] = []
        self._why = ""

    def __enter__(self) -> Self:
        try:
            self._store.open()
        except StoreError as error:
            if self._must:
                raise
            self._failed(error)
        return self

    def __exit__(self, *_: object) -> None:
        self._write()
        self._store.close()
        if self._waiting:
            number = f"{len(self._waiting)} records were" if len(self._waiting) > 1 else "One record was"
            warnings.warn(f"{number} not kept: {self._why}", stacklevel=3)

    def keep(self, record: Record) -> None:
        """Write a record, after those that still wait; it waits with them if the store cannot be written now."""
        self._waiting.append(record)
        self._write()

    def _write(self) -> None:
        try:
            with _undisturbed():
                while self._waiting:
                    self._store.append(self._waiting[0])
                    self._waiting.pop(0)
        except StoreError as error:
            self._failed(error)

    def _failed(self, error: StoreError) -> None:
        if not self._why:
            warnings.warn(f"Records are shown but cannot be kept now, which is tried again: {error}", stacklevel=4)
        self._why = str(error)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait until the block is over: in its middle nobody could say whether a record has been written."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is None:
        yield  # only the main thread is interrupted, and may say how
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)
