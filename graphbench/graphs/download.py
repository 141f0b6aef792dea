"""From an address to a file: continued after an interruption, retried, checked, and never seen half done.

Bytes gather in a hidden `.NAME.part` beside the file. It takes the file's name in one atomic step, after its checksum
has been compared; whoever sees the file sees all of it. The part is locked by the process that fills it, so that
several processes can ask for the same file at once: one fetches, the others wait and find it there.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from graphbench.errors import ChecksumError, DatasetError, FetchError
from graphbench.system.lock import locked

Progress = Callable[[int, int | None], None]
"""Called with the bytes done and the bytes in all, None where the server does not say."""

Check = Callable[[Path], object]

ADVICE = (
    "Set GRAPHBENCH_MIRROR to a folder (file://...) or server (https://...) laid out like the collection, which is "
    "asked first; `graphbench list datasets` shows the graphs that are embedded and need no network."
)
_WAIT_S = 0.1


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(
    path: Path,
    addresses: Sequence[str],
    *,
    expected: str | None = None,
    check: Check | None = None,
    progress: Progress | None = None,
    hint: str = "",
) -> None:
    """Fetch a file from the first address that has it, replacing what was there.

    A download that was cut off is continued where it stopped, in this call or in a later one; only a later call needs
    `expected` to trust the old part.

    Args:
        path: where the file goes; its folder is made.
        addresses: `http://`, `https://` or `file://`, asked in this order.
        expected: the SHA-256 that the file must have.
        check: looks into the complete file before it gets its name, and raises a DatasetError where it is not right.
        progress: is told how far the download is.
        hint: what else to try if the checksum is wrong.

    Raises:
        ChecksumError: if an address answered, but with other bytes.
        FetchError: if no address could be read, or the folder not be written.
    """
    before = _stamp(path)
    try:
        with _claimed(path, progress) as (file, part):
            after = _stamp(path)
            if after is not None and after != before:
                return  # Another process fetched it while this one waited.
            if expected is None:
                file.truncate(0)  # Nothing could tell whether an old part belongs to this file.
            try:
                _from_any(
                    file, part, addresses, name=path.name, expected=expected, check=check, progress=progress, hint=hint
                )
                os.fsync(file.fileno())
                part.replace(path)
            except BaseException as error:
                # Kept, for a later call to continue, is only what that call can check, and never on a full disk.
                if _is_at(file, part) and (expected is None or _is_full(error)):
                    file.truncate(0)
                raise
    except OSError as error:
        raise _local_trouble(error, path) from error


def _from_any(
    file: BinaryIO,
    part: Path,
    addresses: Sequence[str],
    *,
    name: str,
    expected: str | None,
    check: Check | None,
    progress: Progress | None,
    hint: str,
) -> None:
    """Fill the part from the first address that gives the right bytes."""
    from graphbench.graphs import transfer  # Here, because it brings an HTTP library.

    failures: list[str] = []
    wrong = False
    for address in addresses:
        continued = file.seek(0, os.SEEK_END) > 0
        try:
            transfer.fill(file, address, progress)
            fault = _fault(part, expected, check)
            if fault and continued:
                # The old beginning may be to blame: once more, all of it from here.
                file.truncate(0)
                transfer.fill(file, address, progress)
                fault = _fault(part, expected, check)
        except transfer.TransferError as error:
            failures.append(f"{address}: {error}")
            continue
        if not fault:
            return
        file.truncate(0)
        wrong = True
        failures.append(f"{address}: {fault}")
    tried = "".join(f"\n  {failure}" for failure in failures)
    if wrong:
        raise ChecksumError(
            f"{name}: what was downloaded is not what was asked for, and nothing of it was kept:{tried}\nTry again; if "
            f"the same bytes come back, a mirror or proxy on the way alters them: ask another address. {hint or ADVICE}"
        )
    raise FetchError(f"{name} could not be downloaded:{tried}", ADVICE)


def _fault(part: Path, expected: str | None, check: Check | None) -> str:
    """What is wrong with the complete part; empty if nothing is."""
    if expected is not None and (got := sha256(part)) != expected:
        return f"expected SHA-256 {expected}, got {got}"
    if check is not None:
        try:
            check(part)
        except DatasetError as error:
            return str(error)
    return ""


@contextlib.contextmanager
def _claimed(path: Path, progress: Progress | None) -> Iterator[tuple[BinaryIO, Path]]:
    """Open the part of a file for this process alone, waiting for whoever has it; an empty part is removed after."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    while True:
        file = part.open("ab+", buffering=0)
        try:
            while not locked(file):
                if progress is not None:
                    progress(file.seek(0, os.SEEK_END), None)
                time.sleep(_WAIT_S)
        except OSError as error:
            if error.errno not in {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}:
                file.close()
                raise
            # A file system without locks: a part of this process's own, which nobody continues.
            file.close()
            part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
            file = part.open("ab+", buffering=0)
        if _is_at(file, part):
            break
        file.close()  # Whoever had the lock has moved or removed that file meanwhile.
    with file:
        try:
            yield file, part
        finally:
            # Still locked, so nobody else's: what holds no bytes is of no use to anybody.
            if _is_at(file, part) and file.seek(0, os.SEEK_END) == 0:
                part.unlink()


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _is_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


def _local_trouble(error: OSError, path: Path) -> FetchError:
    folder = path.parent
    if _is_full(error):
        problem = f"No space is left for {path.name} in {folder}. Free some"
    elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        problem = f"The folder {folder} cannot be written to, so {path.name} has no place. Make it writable"
    else:
        problem = f"{path.name} cannot be kept in {folder}: {error.strerror or error}. Mend that"
    return FetchError(f"{problem}, or let GRAPHBENCH_HOME name another folder.")
