"""The store: records as JSON Lines, appended the moment they are made and never rewritten.

One record is one line, written at once and synced, so a crash can tear the last line only. A torn line is
moved to a file beside the store when the store is next opened. Other lines that are no records are skipped with a
warning, until :meth:`Store.repair` moves them to a file of their own.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import threading
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from graphbench.errors import StoreError
from graphbench.records import lines
from graphbench.records.lines import MAX_LINE, Stored, is_record, to_json
from graphbench.records.model import Record
from graphbench.system.files import HOME_VARIABLE, home

if TYPE_CHECKING:
    from filelock import FileLock

_PATIENCE_S = 0.5
"""How long to wait for another writer, which may be appending a single record."""

_BLOCK = 1 << 16


class Store:
    """A file of records that one process at a time may append to.

    The lock is taken at the first record (or at entering a `with` block) and held until :meth:`close`; reading needs
    none. Inside a `with` block, :meth:`keep` writes again what could not be written at first.

    Args:
        path: the file; None: `records.jsonl` in `$GRAPHBENCH_HOME`. It and its folder are made when first written.
        strict: raise at entering a `with` block if the file cannot be opened; else warn, and try again with every
            record: a result that cannot be stored can still be shown.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, *, strict: bool = True) -> None:
        self.path = Path(path) if path is not None else home() / "records.jsonl"
        self._strict = strict
        self._file: BinaryIO | None = None
        self._lock: FileLock | None = None
        self._waiting: list[Record] = []
        self._fault = ""

    @property
    def unstored(self) -> int:
        """How many records could not be written so far."""
        return len(self._waiting)

    def __enter__(self) -> Self:
        try:
            self.open()
        except StoreError as error:
            if self._strict:
                raise
            self._warn(error)
        return self

    def __exit__(self, *_: object) -> None:
        self._write_waiting()
        self.close()
        if self._waiting:
            number = f"{len(self._waiting)} records were" if len(self._waiting) > 1 else "One record was"
            warnings.warn(f"{number} not stored: {self._fault}", stacklevel=3)

    def open(self) -> None:
        """Take the lock, and set a torn last line aside.

        Raises:
            StoreError: if another process writes to it, the file cannot be written, or it is no store.
        """
        if self._file is not None:
            return
        file: BinaryIO | None = None
        try:
            lines.require_store(self.path)  # first, so that no lock is left beside a file that is none
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = self._locked()
            file = self.path.open("a+b", buffering=0)
            self._set_torn_line_aside(file)
        except BaseException as error:
            if file is not None:
                file.close()
            self._unlock()
            if isinstance(error, OSError | NotImplementedError):  # the latter: a file system without locks
                raise self._unwritable(error) from error
            raise
        self._file = file

    def append(self, record: Record) -> None:
        """Write a record, and return when it is on the disk; in a new file if somebody removed or replaced this one.

        Raises:
            StoreError: if it cannot be written: the file is unchanged then.
        """
        if self._file is not None and os.fstat(self._file.fileno()).st_nlink == 0:
            self.close()
        self.open()
        assert self._file is not None
        line = to_json(record) + b"\n"
        if len(line) > MAX_LINE:
            raise StoreError(f"A record of {len(line):,} bytes is not stored: lines have at most {MAX_LINE:,}.")
        before = os.fstat(self._file.fileno()).st_size
        try:
            _write_all(self._file, line)
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(before)
            raise self._unwritable(error) from error

    def keep(self, record: Record) -> None:
        """Write a record, or warn and try again with the next one and at the end of the `with` block.

        A full disk does not end a measurement. A second warning counts the records that were not written in the end.
        """
        self._waiting.append(record)
        self._write_waiting()

    def close(self) -> None:
        """Release the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._unlock()

    def records(self) -> Iterator[Record]:
        """All records, oldest first; none if there is no file. Lines that are no records are skipped with a warning.

        Raises:
            StoreError: if the file cannot be read, or is no store of records.
        """
        yield from lines.read(self.path, missing_ok=True)

    def recent(self, algorithms: Collection[str], engines: Collection[str]) -> list[Record]:
        """The newest records of these algorithms on these engines, read in a bounded time; see :func:`.lines.recent`.

        Raises:
            OSError: if the file cannot be read.
        """
        return lines.recent(self.path, algorithms, engines)

    def repair(self) -> tuple[int, Path]:
        """Move lines that are no records to a file beside the store; return how many, and that file.

        Raises:
            StoreError: if another process writes to it, or a file cannot be read or written.
        """
        aside, part = self.path.with_name(f"{self.path.name}.unreadable"), self._beside("part")
        self.open()
        try:
            content = lines.content(self.path, lines.RECORD)
            if not content.faults:
                return 0, aside
            with aside.open("ab") as kept:
                for fault in content.faults:
                    _copy(self.path, kept, fault.start, fault.end)
                os.fsync(kept.fileno())
            with part.open("wb") as written:
                start = 0
                for fault in content.faults:
                    _copy(self.path, written, start, fault.start)
                    start = fault.end
                _copy(self.path, written, start, None)
                os.fsync(written.fileno())
            shutil.copymode(self.path, part)
            part.replace(os.path.realpath(self.path))
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            with suppress(OSError):  # of a full disk
                part.unlink(missing_ok=True)
            self.close()
        return len(content.faults), aside

    def _write_waiting(self) -> None:
        try:
            with _without_interrupts():
                while self._waiting:
                    self.append(self._waiting[0])
                    self._waiting.pop(0)
        except StoreError as error:
            self._warn(error)

    def _warn(self, error: StoreError) -> None:
        if not self._fault:
            warnings.warn(f"Records cannot be stored now and will be tried again: {error}", stacklevel=4)
        self._fault = str(error)

    @property
    def _owner(self) -> Path:
        """The file with the pid of the process that holds the lock."""
        return self._beside("pid")

    def _beside(self, suffix: str) -> Path:
        """A file beside the store, the same for all symbolic links to it: they must share one lock."""
        store = Path(os.path.realpath(self.path))  # which, unlike resolve(), takes a circle of links as it is
        return store.with_name(f"{store.name}.{suffix}")

    def _locked(self) -> FileLock:
        from filelock import FileLock, Timeout

        # The empty file stays. Users who share a store must all be able to lock it, whatever the first one's umask.
        lock = FileLock(
            self._beside("lock"), timeout=_PATIENCE_S, mode=0o666, fallback_to_soft=False, thread_local=False
        )
        try:
            lock.acquire(poll_interval=0.02)
        except Timeout:
            if not self._beside("lock").exists():  # it could not even be made: /proc, for instance
                raise self._unwritable(PermissionError(errno.EACCES, os.strerror(errno.EACCES))) from None
            pid = ""
            with suppress(OSError):
                pid = self._owner.read_text(encoding="ascii").strip()
            raise StoreError(
                f"Another process{f' (pid {pid})' if pid else ''} is writing to {self.path}. "
                "Wait until it is done, or write to another file with --store FILE."
            ) from None
        with suppress(OSError):  # it only serves a message; a killed writer may have left one that is another user's
            self._owner.unlink(missing_ok=True)
            self._owner.write_text(f"{os.getpid()}\n", encoding="ascii")
        return lock

    def _unlock(self) -> None:
        if self._lock is not None:
            with suppress(OSError):  # before the lock goes: afterwards the file could be the next writer's
                self._owner.unlink()
            self._lock.release()
            self._lock = None

    def _set_torn_line_aside(self, file: BinaryIO) -> None:
        size = file.seek(0, os.SEEK_END)
        end = _end_of_last_line(file, size)
        if end == size:
            return
        file.seek(end)
        torn = file.read()
        if is_record(torn):  # only its line's end is missing
            file.write(b"\n")
            return
        aside = self.path.with_name(f"{self.path.name}.torn")
        with aside.open("ab") as kept:
            kept.write(torn + b"\n")
        file.truncate(end)
        warnings.warn(
            f"The last line of {self.path} was torn, as after a crash while writing. It was moved to {aside}.",
            stacklevel=4,
        )

    def _unwritable(self, error: OSError | NotImplementedError) -> StoreError:
        why = getattr(error, "strerror", None) or error
        return StoreError(
            f"Records cannot be written to {self.path}: {why}. Make room or make it writable, "
            f"name another file with --store FILE, or another folder with {HOME_VARIABLE}."
        )


def load(paths: Iterable[str | os.PathLike[str]], *, strict: bool = False) -> list[Record]:
    """All records of several files, in the order of the files and lines; a record in two files comes once.

    A file that pytest-benchmark wrote is read too, if its benchmarks are graphbench's.

    Args:
        paths: files that must exist.
        strict: a line that is no record is an error, not a warning: what it held may be what matters.

    Raises:
        StoreError: if a file is missing, cannot be read, or is no store of records (file and line).
    """
    found: dict[str, Record] = {}
    for path in paths:
        for record in lines.read(Path(path), missing_ok=False, strict=strict):
            found.setdefault(record.id, record)
    return list(found.values())


def load_each(paths: Sequence[Path]) -> list[list[Record] | None]:
    """The records of each of several files; None of a file that is no store: a warning says that it is skipped.

    Raises:
        StoreError: if a file is missing, or none of them can be read.
    """
    found: list[list[Record] | None] = []
    errors = []
    for path in paths:
        try:
            found.append(load([path]))
        except StoreError as error:
            if not os.path.lexists(path):
                raise
            errors.append(error)
            found.append(None)
    if errors and len(errors) == len(found):
        raise errors[0]
    for skipped in errors:
        warnings.warn(f"File skipped: {skipped}", stacklevel=2)
    return found


def load_heads(paths: Iterable[str | os.PathLike[str]]) -> list[Stored]:
    """The heads of all records of several files, as :func:`load` reads them; without files, of the home folder's store.

    Raises:
        StoreError: as :func:`load`; a line is no record here if its head is none.
    """
    found: dict[str, Stored] = {}
    files = [Path(path) for path in paths]
    for file in files or [Store().path]:
        for stored in lines.read_heads(file, missing_ok=not files):
            found.setdefault(stored.head.id, stored)
    return list(found.values())


def _copy(path: Path, target: BinaryIO, start: int, end: int | None) -> None:
    """Copy the bytes of a file from `start` to `end` (None: all), in blocks."""
    with path.open("rb") as file:
        file.seek(start)
        while block := file.read(_BLOCK if end is None else min(_BLOCK, end - file.tell())):
            target.write(block)


def _write_all(file: BinaryIO, line: bytes) -> None:
    if file.write(line) != len(line):  # what fits is written, and only the next write would say why
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _end_of_last_line(file: BinaryIO, size: int) -> int:
    """The offset after the last line's end, read backwards in blocks; 0 without one."""
    end = size
    while end > 0:
        start = max(0, end - _BLOCK)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Delay Ctrl-C, SIGTERM and SIGHUP until the block is over, so that a record is either written or not."""
    before: dict[int, Any] = {}
    received: list[int] = []
    if threading.current_thread() is threading.main_thread():  # only it is interrupted, and may set a handler
        for stopping in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(stopping) not in {signal.SIG_IGN, None}:
                before[stopping] = signal.signal(stopping, lambda number, _: received.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in received[:1]:
            signal.raise_signal(number)
