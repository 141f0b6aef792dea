"""What a path leads to: a regular file, a pipe, whose bytes are copied to a file, or something that is not read."""

from __future__ import annotations

import os
import select
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from graphbench.errors import FormatError
from graphbench.graphs.formats.packed import bound, failures_named

WRITER_S = 10.0
"""A pipe that nobody opens for writing in this time is given up."""
_SPARE_BYTES = 1 << 28
"""Of the disk, which a copy of a pipe leaves free."""


def require_regular(path: Path) -> None:
    """Refuse devices and sockets, and files that were never written: reading them takes for ever.

    Raises:
        FormatError: if it is one.
    """
    with failures_named(path):
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise FormatError(path, "is a device or a socket; expected a file or a pipe. Copy it to a file.")
        if path.is_file() and (size := path.stat().st_size) > bound(stored := _stored(path)):
            problem = f"has {size:,} bytes, but only {stored:,} were written; the rest is a hole"
            raise FormatError(path, f"{problem}. Get the file again.")


def _stored(path: Path) -> int:
    """Bytes that a file takes on the disk; its size if the file system does not say."""
    status = path.stat()
    if status.st_blocks:
        return 512 * status.st_blocks
    with path.open("rb") as file:
        try:
            os.lseek(file.fileno(), 0, os.SEEK_DATA)
        except (OSError, AttributeError):
            return 0  # no data, or an empty file
    return status.st_size


@contextmanager
def copied(pipe: Path) -> Iterator[Path]:
    """A file with what is written to a pipe, of the same name; it is removed in the end.

    Raises:
        FormatError: if nobody writes to it, or more than the disk holds.
    """
    with tempfile.TemporaryDirectory() as folder, failures_named(pipe):
        copy = Path(folder) / pipe.name
        with copy.open("wb") as file:
            for piece in _pieces(pipe):
                file.write(piece)
                if shutil.disk_usage(folder).free < _SPARE_BYTES:
                    raise FormatError(pipe, f"is longer than {file.tell():,} bytes, which fill {folder}. Set TMPDIR.")
        yield copy


def _pieces(pipe: Path) -> Iterator[bytes]:
    descriptor = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # otherwise it waits for a writer without an end
    try:
        deadline, written = time.monotonic() + WRITER_S, False
        while True:
            try:
                piece = os.read(descriptor, 1 << 20)
            except BlockingIOError:
                written = True  # it has a writer
                select.select([descriptor], [], [])
                continue
            if piece:
                written = True
                yield piece
            elif written:
                return
            elif time.monotonic() > deadline:
                raise FormatError(pipe, f"is a pipe that nobody has written to in {WRITER_S:.0f} s. Pass a file.")
            else:
                time.sleep(0.01)
    finally:
        os.close(descriptor)


@contextmanager
def unchanged(paths: Sequence[Path], before: object) -> Iterator[None]:
    """Fail unless files are as they were `before` (see :func:`state`); an error within may be due to the change.

    Raises:
        FormatError: if one has changed.
    """
    try:
        yield
    finally:
        if state(paths) != before:
            raise FormatError(paths[0], "changed while it was read. Try again when it is complete.")


def state(paths: Sequence[Path]) -> object:
    """What changes when files are written."""
    status = [path.stat() for path in paths]
    return [(one.st_ino, one.st_size, one.st_mtime_ns) for one in status]
