"""Download a file: resume after an interruption, retry, verify, and make it visible only when complete.

Bytes are appended to a hidden `.NAME.part` beside the file, which is renamed once its checksum is verified. A lock
under `home()/locks` lets one process download while others wait for the same file; it ends with its process.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import http
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from graphbench._version import __version__
from graphbench.errors import ChecksumError, DatasetError, FetchError, FormatError
from graphbench.system.files import home
from graphbench.system.text import public

if TYPE_CHECKING:
    import requests

Progress = Callable[[int, int | None], None]
"""Called with the bytes done and the total, or None if the server does not send it."""

ADVICE = (
    "Set GRAPHBENCH_MIRROR to a folder (file://...) or server (https://...) with the collection's layout; it is tried "
    "first. Embedded graphs need no network: `graphbench list datasets`."
)
MAX_ATTEMPTS = 4
"""Consecutive requests without a new byte."""
BACKOFF_S = 0.5
"""Doubles with each attempt."""
TIMEOUT_S = (10.0, 30.0)
"""To connect, and between two pieces of a response."""
SLOW_S, SLOW_BYTES = 60.0, 60 << 10
"""A download that gets fewer bytes in this time is given up: each byte in time keeps a connection open for ever."""
_SPARE_BYTES = 1 << 28
"""Of the disk, which a download of unknown size leaves free."""
_POLL_S = 0.1
_PIECE_BYTES = 1 << 17
_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses after which a request is repeated."""
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(
    path: Path,
    addresses: Sequence[str],
    *,
    expected: str | None = None,
    most: int | None = None,
    check: Callable[[Path], object] | None = None,
    progress: Progress | None = None,
    hint: str = "",
    advice: str = ADVICE,
) -> None:
    """Download a file from the first address that has it, replacing an existing file.

    A later call resumes an interrupted download only if `expected` can verify the result.

    Args:
        path: the file; its folder is created.
        addresses: `http://`, `https://` or `file://`, tried in this order.
        expected: the SHA-256 that the file must have.
        most: bytes that the file may have; None: as many as the disk holds.
        check: called with the complete file before it is renamed; raises a DatasetError if it is invalid.
        progress: called as bytes arrive.
        hint: advice if the checksum is wrong.
        advice: what to try if no address sent the file.

    Raises:
        ChecksumError: if an address sent other bytes.
        FetchError: if no address sent the file, or the folder cannot be written.
    """
    progress = progress or (lambda _done, _total: None)
    before = _modified(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path, progress) as part:
            if _modified(path) not in {None, before}:
                return  # Another process downloaded it while this one waited.
            with part.open("ab+", buffering=0) as file:
                if expected is None:
                    file.truncate(0)  # An old part cannot be verified to belong to this file.
                try:
                    fault = functools.partial(_fault, part, expected, check)
                    _from_any(
                        file, addresses, fault, progress, _room(part, most), name=path.name, hint=hint, advice=advice
                    )
                    os.fsync(file.fileno())
                    part.replace(path)
                except BaseException as error:
                    # Keep the part only if a later call can verify it and the disk is not full.
                    full = isinstance(error, OSError) and error.errno in _FULL
                    if expected is None or full or file.seek(0, os.SEEK_END) == 0:
                        part.unlink(missing_ok=True)
                    raise
    except OSError as error:
        raise _disk_error(error, path) from error


@contextmanager
def _locked(path: Path, progress: Progress) -> Iterator[Path]:
    """Hold the lock of a file and yield its part; without lock support, yield a part private to this process."""
    import filelock

    part = path.with_name(f".{path.name}.part")
    folder = home() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
    # A soft lock, filelock's substitute, would outlive a killed process.
    lock = filelock.FileLock(folder / f"{key}.lock", fallback_to_soft=False)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=_POLL_S)
        except filelock.Timeout:
            progress(part.stat().st_size if part.exists() else 0, None)
        except (NotImplementedError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in _NO_LOCKS:
                raise
            part = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
            break
    try:
        yield part
    finally:
        lock.release()


def _fault(part: Path, expected: str | None, check: Callable[[Path], object] | None) -> str:
    """What is wrong with the complete part; empty if it is correct."""
    if expected is not None and (actual := sha256(part)) != expected:
        return f"expected SHA-256 {expected}, got {actual}"
    try:
        if check is not None:
            check(part)
    except FormatError as error:
        return error.problem if error.line is None else f"line {error.line}: {error.problem}"
    except DatasetError as error:
        return str(error)
    return ""


def _room(part: Path, most: int | None) -> Callable[[int], None]:
    """Raises if a file of so many bytes is more than is expected, or than fits on the disk."""

    def check(size: int) -> None:
        if most is not None and size > most:
            raise _TransferError(f"sends {size:,} bytes or more; expected at most {most:,}")
        if most is None and size - part.stat().st_size > shutil.disk_usage(part.parent).free - _SPARE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return check


def _from_any(
    file: BinaryIO,
    addresses: Sequence[str],
    fault: Callable[[], str],
    progress: Progress,
    room: Callable[[int], None],
    *,
    name: str,
    hint: str,
    advice: str,
) -> None:
    """Fill the part from the first address with the right bytes."""
    failures: list[str] = []
    wrong_bytes = False
    for address in addresses:
        resumed = file.seek(0, os.SEEK_END) > 0
        try:
            _fill(file, address, progress, room)
            problem = fault()
            if problem and resumed:  # the old beginning may be wrong: repeat from the start
                file.truncate(0)
                _fill(file, address, progress, room)
                problem = fault()
        except _TransferError as error:
            failures.append(f"{public(address)}: {error}")
            continue
        if not problem:
            return
        file.truncate(0)
        wrong_bytes = True
        failures.append(f"{public(address)}: {problem}")
    tried = "".join(f"\n  {failure}" for failure in failures)
    if wrong_bytes:
        raise ChecksumError(
            f"{name}: the downloaded bytes are wrong and were deleted:{tried}\nTry again. If the result is the same, a "
            f"mirror or proxy changes them: use another address. {hint or advice}"
        )
    raise FetchError(f"{name} could not be downloaded:{tried}", advice)


class _TransferError(Exception):
    """An address does not serve the file; the message is the reason."""


class _Interrupted(Exception):  # noqa: N818  not an error: the download is resumed
    """The response ended early or the file changed."""


def _fill(file: BinaryIO, address: str, progress: Progress, room: Callable[[int], None]) -> None:
    """Append the rest of the file from an address; request it again where a response fails or is cut off.

    Not by urllib3.Retry, which reads the body of a failed response, however long, before it repeats the request.

    Raises:
        _TransferError: if the address is at fault.
        OSError: if the file cannot be written.
    """
    if address.startswith("file:"):
        from urllib.request import url2pathname

        _copy(file, Path(url2pathname(urlsplit(address).path)), progress, room)
        return
    import random

    import requests
    import urllib3

    from graphbench.graphs import http_session

    longest, stalls, state = file.seek(0, os.SEEK_END), 0, _Remote(room)
    with http_session.session(f"graphbench/{__version__}", SLOW_S) as session:
        while True:
            try:
                state.receive(file, session, address, progress)
            except _Interrupted as error:
                reason = str(error)
            except urllib3.exceptions.HTTPError as error:  # while the body was read
                reason = _in_words(error)
            except (requests.RequestException, ValueError) as error:  # a malformed redirect may be a ValueError
                reason = _in_words(error)
                if not http_session.is_temporary(error):
                    raise _TransferError(reason) from error
            else:
                return
            size = file.seek(0, os.SEEK_END)
            stalls = 0 if size > longest else stalls + 1
            longest = max(longest, size)
            if stalls >= MAX_ATTEMPTS:
                raise _TransferError(f"{reason}, {stalls} times")
            time.sleep(BACKOFF_S * 2**stalls * random.uniform(0.5, 1))


class _Remote:
    """The size and ETag that an address sent before, to resume the same file only, and how fast it sends."""

    def __init__(self, room: Callable[[int], None]) -> None:
        self._room = room
        self.total: int | None = None
        self.etag: str | None = None
        self._since, self._bytes = time.monotonic(), 0

    def receive(self, file: BinaryIO, session: requests.Session, address: str, progress: Progress) -> None:
        """Request the missing bytes once, and write them as they arrive."""
        done = file.seek(0, os.SEEK_END)
        headers = {"Range": f"bytes={done}-"} if done else {}
        if done and self.etag:
            headers["If-Range"] = self.etag
        with session.get(address, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
            start, total = _extent(response)
            if response.status_code == 416 and done and done == total:
                return  # Complete: an earlier run stopped before it renamed the part.
            if response.status_code not in {200, 206, 416}:
                reason = _status_in_words(response.status_code)
                raise _Interrupted(reason) if response.status_code in _TRANSIENT else _TransferError(reason)
            if start not in {0, done} or (start and self.total not in {None, total}):
                file.truncate(0)
                self.total = self.etag = None
                raise _Interrupted("the file changed while it was downloaded")
            if start == 0:
                file.truncate(0)
            self._room(total or 0)
            etag = response.headers.get("ETag")
            # Only a strong validator promises equal bytes (RFC 9110, 13.1.5).
            self.total, self.etag, done = total, etag if etag and etag.startswith('"') else None, start
            progress(done, total)
            # The raw stream, as a .tar.gz that a server labels as gzip-encoded would be decompressed.
            while piece := response.raw.read1(_PIECE_BYTES, decode_content=False):
                self._room(done + len(piece))
                _write(file, piece)
                done += len(piece)
                progress(done, total)
                self._refuse_drip(len(piece))
            if total is not None and done != total:
                raise _Interrupted(f"cut off after {done:,} of {total:,} bytes")

    def _refuse_drip(self, new: int) -> None:
        """Raise if bytes arrive too slowly, over all responses."""
        self._bytes += new
        if (now := time.monotonic()) - self._since > SLOW_S:
            if self._bytes < SLOW_BYTES:
                raise _TransferError(f"too slow, {self._bytes:,} bytes in {now - self._since:.0f} s")
            self._since, self._bytes = now, 0


def _extent(response: requests.Response) -> tuple[int, int | None]:
    """The first byte of a response (-1: the range is invalid) and the size of the whole file."""
    span = re.fullmatch(
        r"bytes (?:([0-9]{1,18})-[0-9]{1,18}|\*)/([0-9]{1,18}|\*)", response.headers.get("Content-Range", "").strip()
    )
    if response.status_code in {206, 416}:
        total = int(span[2]) if span and span[2] != "*" else None
        return int(span[1]) if span and span[1] and response.status_code == 206 else -1, total
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None


def _copy(file: BinaryIO, source: Path, progress: Progress, room: Callable[[int], None]) -> None:
    file.truncate(0)
    if source.exists() and not source.is_file():
        raise _TransferError("not a regular file")
    try:
        total, origin = source.stat().st_size, source.open("rb")
    except (OSError, ValueError) as error:
        raise _TransferError((getattr(error, "strerror", None) or str(error)).lower()) from error
    done = 0
    with origin:
        while True:
            try:
                piece = origin.read(_PIECE_BYTES)
            except OSError as error:
                raise _TransferError((error.strerror or str(error)).lower()) from error
            if not piece:
                return
            done += len(piece)
            room(done)
            _write(file, piece)
            progress(done, total)


def _write(file: BinaryIO, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:  # An unbuffered file may write fewer bytes than given.
        rest = rest[file.write(rest) :]


def _status_in_words(status: int) -> str:
    """`HTTP 404 Not Found`: the server's own phrase may be anything."""
    return f"HTTP {status} {http.HTTPStatus(status).phrase if status in list(http.HTTPStatus) else ''}".rstrip()


def _in_words(error: Any) -> str:
    import requests
    from urllib3 import exceptions

    cause = getattr(error.args[0], "reason", None) if error.args else None
    words = (
        (exceptions.NameResolutionError, "the host name cannot be resolved"),
        (exceptions.NewConnectionError, "cannot connect"),
        ((requests.Timeout, exceptions.TimeoutError), "timed out"),
        (requests.exceptions.ProxyError, "the proxy refused the request"),
        (requests.exceptions.SSLError, "TLS verification failed"),
        (requests.exceptions.TooManyRedirects, "too many redirects"),
        (exceptions.IncompleteRead, "cut off"),
        (ValueError, "the address or a redirect is malformed"),
    )
    for kind, text in words:
        if isinstance(cause, kind) or isinstance(error, kind):
            return text
    return f"the connection broke ({type(error).__name__})"


def _modified(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.exists() else None


def _disk_error(error: OSError, path: Path) -> FetchError:
    folder = path.parent
    if error.errno in _FULL:
        problem = f"No space is left for {path.name} in {folder}. Free disk space"
    elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        problem = f"{folder} is not writable, so {path.name} cannot be stored. Make it writable"
    else:
        problem = f"{path.name} cannot be stored in {folder}: {error.strerror or error}. Check the folder"
    return FetchError(f"{problem}, or set GRAPHBENCH_HOME to another folder.")
