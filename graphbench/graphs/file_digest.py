"""The SHA-256 of a large file, remembered while its size, times and inode stay the same.

A file that is changed just after it was read can keep its times, which file systems count in steps of up to 2 s (FAT).
So the digest of a file that changed less than that before is not remembered: the next call reads the file again. (Git
calls such files "racily clean".)
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

from graphbench.graphs.download import sha256
from graphbench.graphs.parquet import atomically
from graphbench.system.files import home

SUFFIX = ".sha256"
_WORTHWHILE = 1 << 20
"""Bytes of a file that takes longer to digest than to look up."""
_STEP_NS = 2_000_000_000


def remembered_sha256(path: Path) -> str:
    """The SHA-256 of a file; read from it only if it has changed since the last call in any process.

    Raises:
        OSError: if it cannot be read.
    """
    now, status = time.time_ns(), path.stat()
    if status.st_size < _WORTHWHILE:
        return sha256(path)
    state = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino} {status.st_dev}"
    note = _note(path)
    if digest := _noted(note, state):
        return digest
    digest = sha256(path)
    if max(status.st_mtime_ns, status.st_ctime_ns) < now - _STEP_NS:
        with contextlib.suppress(OSError):  # a cache that cannot be written only takes longer
            # The line twice: a damaged note is not believed.
            atomically(note, lambda part: part.write_text(f"{digest}  {state}\n" * 2, encoding="ascii"))
    return digest


def _note(path: Path) -> Path:
    """The file that remembers the digest of a file."""
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
    return home() / "digests" / f"{name}{SUFFIX}"


def _noted(note: Path, state: str) -> str | None:
    """The digest in a note; None if there is none of this state."""
    try:
        one, two = note.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    digest, _, noted = one.partition("  ")
    return digest if one == two and noted == state else None
