"""Graphs that are fetched: archives of the SuiteSparse Matrix Collection, kept under `home()/downloads`.

The catalogue knows the checksum of its graphs. Of any other matrix it is recorded at the first fetch, in
`NAME.tar.gz.sha256` beside the archive (as `sha256sum` writes it), and checked ever after.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable
from pathlib import Path

from graphbench.errors import UnknownNameError
from graphbench.graphs import catalogue, mirrors, suitesparse
from graphbench.graphs.download import Progress, download, sha256
from graphbench.graphs.parquet import atomically
from graphbench.system import files


def fetch(name: str, progress: Progress | None = None) -> Path:
    """The file of a named graph, downloaded unless it is here already.

    Args:
        name: a name of the catalogue, `GROUP/NAME` of the SuiteSparse collection, or a bare NAME that the kept index
            has exactly once.
        progress: called with the bytes done and the bytes in all (None if unknown).

    Returns:
        The archive, or the embedded file; its checksum has been compared just now.

    Raises:
        UnknownNameError: if nothing is called that.
        DatasetError: if the matrix is rectangular or complex, so no graph.
        ChecksumError: if every address that answered gave other bytes.
        FetchError: if no address answered.
    """
    entry = catalogue.find(name)
    if entry is not None:
        return entry.path or archive(entry.group or "", entry.name, expected=entry.sha256, progress=progress)[0]
    matrix = resolve(name, progress)
    matrix.refuse_unless_graph()
    return archive(matrix.group, matrix.name, progress=progress)[0]


def resolve(name: str, progress: Progress | None = None) -> suitesparse.Matrix:
    """The matrix that is meant by `GROUP/NAME`, or by a bare NAME that the kept index has exactly once.

    Raises:
        UnknownNameError: if it is none or several.
        FetchError: if the index is needed and cannot be fetched.
    """
    if "/" in name:
        return suitesparse.matrix(name, progress)
    found = suitesparse.called(name)
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownNameError("dataset", name, [each.full_name for each in found])
    # The kept index is for suggestions only: a slip is as likely in a name from there.
    candidates = {*catalogue.names(), *(each.name for each in suitesparse.known().values())}
    hint = "A dataset is also GROUP/NAME of the SuiteSparse collection, a file, or a generator (ba:n=1000,m=5)."
    raise UnknownNameError("dataset", name, candidates if _is_near(name, candidates) else catalogue.names(), hint)


def archive(
    group: str, name: str, *, expected: str | None = None, progress: Progress | None = None
) -> tuple[Path, str]:
    """The archive of a matrix, and its SHA-256.

    Args:
        group: in the collection.
        name: in that group.
        expected: the checksum, where it is known from elsewhere; else the recorded one counts.
        progress: called with the bytes done and the bytes in all.

    Raises:
        FetchError: if it cannot be had.
    """
    path = archive_path(group, name)
    wanted = expected or recorded(path)
    if path.is_file():
        got = sha256(path)
        if wanted in {None, got}:
            if expected is None:
                _record(path, got)
            return path, got
    hint = ""
    if expected is None and wanted is not None:
        hint = (
            "Its checksum is the one recorded when the graph was first fetched; if the collection has published a "
            f"correction since, `graphbench cache clear {group}/{name}` forgets it."
        )
    download(path, mirrors.addresses(_relative(group, name)), expected=wanted, progress=progress, hint=hint)
    got = sha256(path)
    if expected is None:
        _record(path, got)
    return path, got


def address(group: str, name: str) -> str:
    """Where the collection itself offers the archive of a matrix."""
    return f"{mirrors.COLLECTION}/{_relative(group, name)}"


def archive_path(group: str, name: str) -> Path:
    """Where the archive of a matrix is kept."""
    return files.home() / "downloads" / group / f"{name}.tar.gz"


def is_at_hand(name: str) -> bool:
    """Whether a graph of the catalogue can be had without a network: embedded, kept, or in a mirror that is a folder.

    Raises:
        UnknownNameError: if it is not in the catalogue.
    """
    entry = catalogue.find(name)
    if entry is None:
        raise UnknownNameError("dataset", name, catalogue.names())
    group = entry.group or ""
    here = entry.path or mirrors.in_folder(_relative(group, entry.name))
    return here is not None or archive_path(group, entry.name).is_file()


def recorded(path: Path) -> str | None:
    """The checksum that was recorded when an archive was first fetched, or None."""
    try:
        return _record_path(path).read_text(encoding="ascii").split()[0]
    except (OSError, IndexError, UnicodeDecodeError):
        return None


def _relative(group: str, name: str) -> str:
    return f"MM/{group}/{name}.tar.gz"


def discard(path: Path) -> None:
    """Forget an archive and its recorded checksum: it is not what the index says it is."""
    for each in (path, _record_path(path)):
        each.unlink(missing_ok=True)


def _is_near(name: str, candidates: Iterable[str]) -> bool:
    spelt = [candidate.casefold() for candidate in candidates]
    return bool(difflib.get_close_matches(name.casefold(), spelt, n=1, cutoff=0.8))


def _record(path: Path, checksum: str) -> None:
    if recorded(path) == checksum:
        return
    # A record that cannot be written (a cache folder made read-only, to share it) is no reason to refuse the graph.
    with contextlib.suppress(OSError):
        atomically(_record_path(path), lambda part: part.write_text(f"{checksum}  {path.name}\n", encoding="ascii"))


def _record_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
