"""Downloaded files and their checksums: known beforehand, or recorded beside the file at the first download.

`NAME.sha256` has the format of `sha256sum`, with its line twice: where the two differ the record is damaged, and the
file's checksum is recorded again. Later uses verify the file; a file that differs is fetched again, and must then have
the recorded checksum.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graphbench.errors import FormatError
from graphbench.graphs.download import ADVICE, Progress, download, sha256
from graphbench.graphs.file_digest import remembered_sha256
from graphbench.graphs.parquet import atomically
from graphbench.system.files import log

if TYPE_CHECKING:
    from graphbench.graphs.formats.table_roles import TableOptions

_SHA256 = re.compile("[0-9a-f]{64}")
_READ_WHOLE = 1 << 26
"""Up to this expanded size a download is parsed completely before it is kept."""


def verified(
    path: Path,
    addresses: Sequence[str],
    *,
    name: str,
    expected: str | None = None,
    most: int | None = None,
    check: Callable[[Path], object] | None = None,
    progress: Progress | None = None,
    advice: str = ADVICE,
) -> tuple[Path, str]:
    """A file and its SHA-256, downloaded unless it is here and has the right checksum.

    Args:
        path: the file.
        addresses: as for :func:`.download.download`.
        name: of the dataset, for advice.
        expected: the checksum, if it is known; None: use the recorded one.
        most: bytes that it may have, if they are known.
        check: raises a DatasetError if a file without a known checksum is not what it should be.
        progress: called with the bytes done and the total.
        advice: what to try if it cannot be downloaded.

    Raises:
        FetchError: if it cannot be downloaded, or is not a graph; then nothing is kept.
    """
    wanted = expected or recorded(path)
    got = _sha256_of_existing(path)
    if got is not None:
        if wanted in {None, got}:
            if expected is None:
                record(path, got)
            return path, got
        log(f"{path} is downloaded again: its SHA-256 is {got}, expected {wanted}.")
    hint = ""
    if expected is None and wanted is not None:
        hint = (
            "The expected checksum was recorded at the first download. If the file was changed on purpose, run "
            f"`graphbench cache clear {name}`."
        )
    unchecked = check if wanted is None else None
    download(path, addresses, expected=wanted, most=most, check=unchecked, progress=progress, hint=hint, advice=advice)
    got = sha256(path)
    if expected is None:
        record(path, got)
    return path, got


def _sha256_of_existing(path: Path) -> str | None:
    try:
        return remembered_sha256(path) if path.is_file() else None
    except OSError as error:
        log(f"{path} is downloaded again: {error.strerror or error}.")
        return None


def require_graph(path: Path, options: TableOptions | None = None) -> None:
    """Open a download: its format must be known, its compression whole and, unless it is large, its rows valid.

    Raises:
        FormatError: if it is empty, a web page, cut off, or not a graph.
    """
    from graphbench.graphs import formats
    from graphbench.graphs.formats import table_roles
    from graphbench.graphs.formats.packed import opened

    if path.stat().st_size == 0:
        raise FormatError(path, "is empty.")
    kind = formats.format_of(path)
    with opened(path) as stream:
        size = sum(map(len, iter(lambda: stream.read(1 << 20), b"")))
    if size <= _READ_WHOLE:
        formats.read(path, options=options if options and kind in formats.TABLES else table_roles.NONE)


def recorded(path: Path) -> str | None:
    """The checksum recorded at the first download, or None if there is none or its record is damaged."""
    file = record_path(path)
    try:
        lines = file.read_text(encoding="ascii").splitlines() if file.is_file() else []
    except (OSError, UnicodeDecodeError):
        return None
    first = lines[0][:64] if lines else ""
    return first if set(lines) == {f"{first}  {path.name}"} and _SHA256.fullmatch(first) else None


def discard(path: Path) -> None:
    """Delete a file and its recorded checksum."""
    for file in (path, record_path(path)):
        file.unlink(missing_ok=True)


def record_path(path: Path) -> Path:
    """The file of a recorded checksum."""
    return path.with_name(f"{path.name}.sha256")


def record(path: Path, checksum: str) -> None:
    """Record the checksum of a file beside it."""
    if recorded(path) == checksum:
        return
    # The graph must stay usable in a shared, read-only cache folder.
    with contextlib.suppress(OSError):
        text = f"{checksum}  {path.name}\n" * 2
        atomically(record_path(path), lambda part: part.write_text(text, encoding="ascii"))
