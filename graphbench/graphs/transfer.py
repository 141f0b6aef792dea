"""The bytes of one address, appended to a file: by HTTP with ranges and retries, or from a `file://` folder."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

import requests
import urllib3

from graphbench._version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

REMOTE_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError)

ATTEMPTS = 4
"""How often an address is asked in a row without one more byte coming."""
BACKOFF_S = 0.5
"""The wait before the second attempt; it doubles with each further one."""
TIMEOUT_S = (10.0, 30.0)
"""For a connection to stand, and between two pieces of an answer."""
PIECE_BYTES = 1 << 17

_PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Answers that a server may take back a moment later."""

_WORDS = (
    (urllib3.exceptions.NameResolutionError, "the host's name cannot be resolved"),
    (urllib3.exceptions.NewConnectionError, "nobody answers there"),
    ((requests.Timeout, urllib3.exceptions.TimeoutError), "no answer in time"),
    (requests.exceptions.ProxyError, "the proxy does not let the request through"),
    (requests.exceptions.SSLError, "no trusted connection (TLS)"),
    (requests.exceptions.TooManyRedirects, "redirected in circles"),
)
"""The first that fits an error, or what caused it, says it."""


class TransferError(Exception):
    """This address does not give the file; the message says why."""


class _InterruptedError(Exception):
    """It did not work this time, but may the next."""


@dataclass
class _Seen:
    """What an address said of the file before, so that a continuation is known to be of the same one."""

    total: int | None = None
    etag: str | None = None


def fill(file: BinaryIO, address: str, progress: Callable[[int, int | None], None] | None) -> None:
    """Append to the file what the address has beyond the file's present end.

    Args:
        file: open for appending, unbuffered.
        address: `http://`, `https://` or `file://`.
        progress: called with the bytes done and the bytes in all (None if unknown).

    Raises:
        TransferError: if the address is at fault.
        OSError: if the file cannot be written.
    """
    progress = progress or _silent
    if address.startswith("file:"):
        _copy(file, Path(url2pathname(urlsplit(address).path)), progress)
        return
    best, failures, seen = file.seek(0, os.SEEK_END), 0, _Seen()
    with requests.Session() as session:
        # Archives are compressed already, and a range of a re-compressed file is of no use.
        session.headers.update({"Accept-Encoding": "identity", "User-Agent": f"graphbench/{__version__}"})
        while True:
            try:
                _receive(file, session, address, seen, progress)
            except _InterruptedError as error:
                reason = str(error)
            except REMOTE_ERRORS as error:
                reason = _in_words(error)
                if _is_lasting(error):
                    raise TransferError(reason) from error
            else:
                return
            size = file.seek(0, os.SEEK_END)
            failures = 0 if size > best else failures + 1
            best = max(best, size)
            if failures >= ATTEMPTS:
                raise TransferError(f"{reason}, {failures} times")
            time.sleep(BACKOFF_S * 2**failures * random.uniform(0.5, 1))


def _receive(
    file: BinaryIO,
    session: requests.Session,
    address: str,
    seen: _Seen,
    progress: Callable[[int, int | None], None],
) -> None:
    """Ask once for what is missing, and write it as it comes."""
    done = file.seek(0, os.SEEK_END)
    wanted = {"Range": f"bytes={done}-"} if done else {}
    if done and seen.etag:
        wanted["If-Range"] = seen.etag
    with session.get(address, headers=wanted, stream=True, timeout=TIMEOUT_S) as response:
        if response.status_code in _PASSING:
            raise _InterruptedError(f"HTTP {response.status_code} {response.reason}")
        start, total = _extent(response)
        if response.status_code == requests.codes.requested_range_not_satisfiable and done and done == total:
            return  # Nothing is missing: an earlier run was stopped just before the end.
        if response.status_code != requests.codes.requested_range_not_satisfiable:
            response.raise_for_status()
        if start not in {0, done} or (start and seen.total not in {None, total}):
            file.truncate(0)
            seen.total = seen.etag = None
            raise _InterruptedError("the file changed while it was being fetched")
        if start == 0:
            file.truncate(0)
        seen.total, seen.etag, done = total, _strong(response.headers.get("ETag")), start
        progress(done, total)
        for piece in _pieces(response):
            _write(file, piece)
            done += len(piece)
            progress(done, total)
        if total is not None and done != total:
            raise _InterruptedError(f"cut off after {done:,} of {total:,} bytes")


def _extent(response: requests.Response) -> tuple[int, int | None]:
    """At which byte an answer starts, -1 for a range that cannot be, and how many the whole file has."""
    span = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", "").strip())
    if response.status_code == requests.codes.requested_range_not_satisfiable:
        return -1, int(span[2]) if span and span[2] != "*" else None
    if response.status_code == requests.codes.partial_content:
        if span is None or span[1] is None:
            return -1, None
        return int(span[1]), int(span[2]) if span[2] != "*" else None
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _pieces(response: requests.Response) -> Iterator[bytes]:
    # The raw stream: a server that labels a .tar.gz as gzip-encoded would have it unpacked on the way.
    stream: Iterator[bytes] = response.raw.stream(PIECE_BYTES, decode_content=False)
    return stream


def _strong(etag: str | None) -> str | None:
    """Only a strong validator promises equal bytes (RFC 9110, 13.1.5)."""
    return etag if etag and etag.startswith('"') else None


def _copy(file: BinaryIO, source: Path, progress: Callable[[int, int | None], None]) -> None:
    file.truncate(0)
    try:
        total = source.stat().st_size
        origin = source.open("rb")
    except OSError as error:
        raise TransferError((error.strerror or str(error)).lower()) from error
    with origin:
        done = 0
        while True:
            try:
                piece = origin.read(PIECE_BYTES)
            except OSError as error:
                raise TransferError((error.strerror or str(error)).lower()) from error
            if not piece:
                return
            _write(file, piece)
            done += len(piece)
            progress(done, total)


def _write(file: BinaryIO, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:  # An unbuffered file may take less than all.
        rest = rest[file.write(rest) :]


def _is_lasting(error: Exception) -> bool:
    """Whether asking again at once is useless: no such page, no such host, nobody listening."""
    if isinstance(error, requests.HTTPError):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, urllib3.exceptions.NewConnectionError) or isinstance(
        error,
        requests.exceptions.ConnectTimeout  # TCP itself has asked several times by then
        | requests.exceptions.SSLError
        | requests.exceptions.ProxyError
        | requests.exceptions.TooManyRedirects
        | requests.exceptions.InvalidURL
        | requests.exceptions.InvalidSchema
        | requests.exceptions.MissingSchema,
    )


def _in_words(error: Exception) -> str:
    if isinstance(error, requests.HTTPError):
        return f"HTTP {error.response.status_code} {error.response.reason}"
    incomplete = re.search(r"IncompleteRead\((\d+) bytes read, (\d+) more expected\)", str(error))
    if incomplete:
        return f"cut off, {int(incomplete[2]):,} bytes missing"
    cause = getattr(error.args[0], "reason", None) if error.args else None
    for kind, words in _WORDS:
        if isinstance(cause, kind) or isinstance(error, kind):
            return words
    return f"the connection broke ({type(error).__name__})"


def _silent(done: int, total: int | None) -> None:
    pass
