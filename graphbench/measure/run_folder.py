"""Temporary files of a run: answers until they are certified, and the output of workers."""

from __future__ import annotations

import itertools
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from graphbench.errors import StoreError
from graphbench.system.files import HOME_VARIABLE, home

MAX_LOGS_BYTES = 256 << 20
"""Of the logs of failures that are kept: older ones are removed when a run begins."""


@contextmanager
def writable(what: str) -> Iterator[None]:
    """Turn an OSError into a StoreError that says what to do.

    Raises:
        StoreError: where the block raises OSError.
    """
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"Cannot write {what} under {home()}: {error.strerror or error}. "
            f"Free space there (graphbench cache clear), or set {HOME_VARIABLE} to a writable folder."
        ) from error


class RunFolder:
    """A folder that is removed after the run; folders left behind by killed runs are removed at the start.

    Attributes:
        path: for answers.
        logs: for the output of workers; logs of failures are kept.
    """

    def __init__(self) -> None:
        self._run = uuid.uuid4().hex[:12]
        self._numbers = itertools.count()
        self._runs = home() / "runs"
        self.path = self._runs / f"{os.getpid()}-{self._run}"
        self.logs = home() / "logs"

    def __enter__(self) -> Self:
        with writable("this run's files"):
            self._sweep()
            self.path.mkdir(parents=True)
            self.logs.mkdir(exist_ok=True)
            self._sweep_logs()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def next_worker(self) -> str:
        """A new worker's id, also the name of its logs."""
        return f"{self._run}-{next(self._numbers)}"

    def _sweep(self) -> None:
        for folder in self._runs.glob("*-*"):
            pid = folder.name.partition("-")[0]
            if pid.isdigit() and not _alive(int(pid)):
                shutil.rmtree(folder, ignore_errors=True)

    def _sweep_logs(self) -> None:
        kept = 0
        sizes = [(status.st_mtime, status.st_size, log) for log in self.logs.iterdir() if (status := _status(log))]
        for _, size, log in sorted(sizes, reverse=True):
            kept += size
            if kept > MAX_LOGS_BYTES:
                log.unlink(missing_ok=True)


def _status(path: Path) -> os.stat_result | None:
    with suppress(OSError):  # another run's worker has just ended
        return path.stat()
    return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
