"""The cache: downloads, cleaned graphs as Parquet, and derived files.

Under `home()`: `downloads/` (archives), `cleaned/` (cleaned graphs), `posed/` and `inputs/` (graphs and draws for
problems), `answers/` (to compare engines), `digests/` (of files that were read). All of them can be downloaded or
computed again; records cannot, so other folders are never changed. `home()` may be any folder that a user chooses, so
only files whose names and folders match graphbench's patterns are listed or removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from graphbench.errors import DatasetError, FormatError, UnknownNameError
from graphbench.graphs import catalogue, parquet
from graphbench.graphs.clean import CLEANER_VERSION, Cleaning, Raw, clean
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.on_device import recipe
from graphbench.system import files as paths
from graphbench.system.text import public_word

Kind = Literal["download", "digest", "cleaned", "posed", "inputs", "answer"]

_CLEANING, _KEY = "graphbench.cleaning", "graphbench.key"
_DIGEST = r"[0-9a-f]{32}"
_GRAPH = r"((\.names)?\.parquet|\.json)"
_MADE: dict[Kind, tuple[str, str]] = {
    "digest": ("digests", rf"{_DIGEST}\.sha256"),
    "cleaned": ("cleaned", rf"{_DIGEST}{_GRAPH}"),
    "posed": ("posed", rf"{_DIGEST}-[a-z]+{_GRAPH}"),
    "inputs": ("inputs", rf"[a-z]+-{_DIGEST}\.npz"),
    "answer": ("answers", rf"{_DIGEST}\.npy"),
}
"""Folder and pattern of file names by kind; :data:`.parquet.PART` matches unfinished files."""


@dataclass(frozen=True, kw_only=True)
class CachedFile:
    """A cached file.

    Attributes:
        name: of the dataset if it belongs to one, else of the file.
        path: the file.
        bytes: its size, including companion files (names, recorded checksum).
        kind: `download`, `digest`, `cleaned`, `posed`, `inputs` or `answer`.
        modified: when it was last written, UTC.
    """

    name: str
    path: Path
    bytes: int
    kind: Kind
    modified: datetime

    @property
    def files(self) -> list[Path]:
        """The file and its companions; of an address, all of its folder."""
        if self.path.parent.name.startswith("address-"):
            return [
                self.path,
                *(path for path in self.path.parent.iterdir() if path != self.path and not path.is_dir()),
            ]
        beside = [parquet.names_path(self.path), self.path.with_name(f"{self.path.name}.sha256")]
        return [self.path, *(path for path in beside if path.is_file())]


def cleaned(
    source_sha256: str, name: str, make: Callable[[], Raw], *, directed: bool | None = None
) -> tuple[EdgeList, Cleaning]:
    """The cleaned graph of a source from the cache; on a miss, read or generate it, clean it and cache it.

    Concurrent processes write the same content, and each replaces the file atomically.

    Args:
        source_sha256: of the file, or of anything else that determines the rows, such as a generator's parameters.
        name: of the dataset.
        make: reads or generates the raw rows; called on a miss only.
        directed: the direction that the user requested; it changes what is read from the same file.

    Returns:
        A handle on the cached file, and what cleaning changed.

    Raises:
        DatasetError: if the cache cannot be written; any exception of `make`.
    """
    path = _cleaned_path(source_sha256, directed)
    if os.path.lexists(path):  # also a link to nothing
        try:
            return _stored(path, name)
        except FormatError as error:
            paths.log(f"The cached graph {name} is replaced. {error}")
    edges, cleaning = clean(make(), name)
    metadata = {_CLEANING: msgspec.json.encode(cleaning).decode(), parquet.DATASET: name, _KEY: path.stem}
    try:
        return edges.write(path, metadata=metadata), cleaning
    except OSError as error:
        reason = error.strerror or str(error)
        advice = f"Free disk space, or set {paths.HOME_VARIABLE} to a writable folder."
        raise DatasetError(f"The cleaned graph {name} cannot be cached in {path.parent}: {reason}. {advice}") from error


def has_cleaned(source_sha256: str, *, directed: bool | None = None) -> bool:
    """Whether the cleaned graph of a source is cached (it may be damaged)."""
    return _cleaned_path(source_sha256, directed).exists()


def _cleaned_path(source_sha256: str, directed: bool | None) -> Path:
    direction = {None: "", True: " directed", False: " undirected"}[directed]
    key = hashlib.sha256(f"{source_sha256} cleaner {CLEANER_VERSION}{direction}".encode()).hexdigest()[:32]
    return paths.home() / "cleaned" / f"{key}.parquet"


def _stored(path: Path, name: str) -> tuple[EdgeList, Cleaning]:
    """The graph in a cached file.

    Raises:
        FormatError: if it is damaged, or that of another key.
    """
    edges = EdgeList.open(path, name, verify=True)
    metadata = parquet.read_metadata(path)
    if metadata.get(_KEY) != path.stem:
        raise FormatError(path, f"expected the graph of this key, found that of {metadata.get(_KEY)}.")
    try:
        return edges, msgspec.json.decode(metadata[_CLEANING], type=Cleaning)
    except (KeyError, msgspec.DecodeError) as error:
        raise FormatError(path, f"the counts of cleaning are missing or invalid: {error!r}.") from error


def posed_path(digest: str, weights: str, suffix: str) -> Path:
    """The file of a prepared graph, by the digest of its edges, the kind of weights, and the suffix."""
    return paths.home() / "posed" / f"{digest}-{weights}{suffix}"


def inputs_path(kind: str, digest: str) -> Path:
    """The file of drawn inputs, by their kind (`sources`, `pairs`, ...) and a digest of the values."""
    return paths.home() / "inputs" / f"{kind}-{digest}.npz"


def entries() -> list[CachedFile]:
    """All cached files, by kind and name."""
    found = []
    for kind, name, path in (*_downloads(), *_made()):
        with contextlib.suppress(FileNotFoundError):  # another process may clear at the same time
            status = path.stat()
            modified = datetime.fromtimestamp(status.st_mtime, UTC)
            entry = CachedFile(name=name, path=path, bytes=status.st_size, kind=kind, modified=modified)
            beside = sum(companion.stat().st_size for companion in entry.files[1:])
            found.append(replace(entry, bytes=entry.bytes + beside))
    return sorted(found, key=lambda entry: (entry.kind, entry.name.casefold(), entry.path))


def clear(names: Iterable[str] | None = None) -> list[CachedFile]:
    """Remove cached files and return the removed entries. Records are never removed.

    Args:
        names: only files of these datasets (`GROUP/NAME` or NAME, case-insensitive); None: everything.

    Raises:
        UnknownNameError: if nothing is cached for one of them; then nothing is removed.
        DatasetError: if a file cannot be removed.
    """
    kept = entries()
    if names is not None:
        names = list(map(public_word, names))
        known = {spelling for entry in kept for spelling in _spellings(entry)}
        for name in names:
            if name.casefold() not in known:
                what = {entry.name for entry in kept if entry.kind in {"download", "cleaned"}}
                raise UnknownNameError("cached dataset", name, what, "`graphbench cache list` lists cached files.")
    wanted = None if names is None else {name.casefold() for name in names}
    removed = []
    for entry in kept:
        if wanted is not None and not wanted & _spellings(entry):
            continue
        try:
            for path in entry.files:
                path.unlink(missing_ok=True)
        except OSError as error:
            advice = "Check the permissions of its folder."
            raise DatasetError(f"{entry.path} cannot be removed: {error.strerror or error}. {advice}") from error
        removed.append(entry)
        if entry.kind == "download":
            with contextlib.suppress(OSError):  # other archives of the group are still there
                entry.path.parent.rmdir()
    return removed


def _spellings(entry: CachedFile) -> set[str]:
    return {entry.name.casefold(), entry.name.casefold().rpartition("/")[2]}


_File = tuple[Kind, str, Path]


def _downloads() -> Iterator[_File]:
    """Archives of graphs of the catalogue, or with a recorded checksum beside them."""
    folder = paths.home() / "downloads"
    index = folder / "ssstats.csv"
    if index.is_file():
        yield "download", index.name, index
    known = {f"{entry.group}/{entry.name}" for entry in catalogue.entries().values()}
    for path in folder.glob("*/*.tar.gz"):
        name = f"{path.parent.name}/{path.name.removesuffix('.tar.gz')}"
        if name in known or path.with_name(f"{path.name}.sha256").is_file():
            yield "download", name, path
    for note in folder.glob("address-*/address"):
        address = _address(note)
        kept = (path for path in note.parent.iterdir() if path != note and path.suffix != ".sha256")
        if not (file := next(kept, note)).is_dir():
            yield "download", address, file
    for path in folder.glob("*/.*.tar.gz.part"):
        yield "download", f"{path.parent.name}/{path.name[1:].removesuffix('.tar.gz.part')}", path


def _address(note: Path) -> str:
    """The address in a note; where it is damaged, the name of its folder."""
    try:
        text = note.read_text(encoding="utf-8") if note.is_file() else ""
    except (OSError, UnicodeDecodeError):
        text = ""
    return text if text.isprintable() and "://" in text else note.parent.name


def _made() -> Iterator[_File]:
    for kind, (folder, names) in _MADE.items():
        pattern = re.compile(f"{names}|{parquet.PART.format(names)}")
        for path in (paths.home() / folder).glob("*"):
            if pattern.fullmatch(path.name) and path.is_file() and not _is_companion(path):
                yield kind, _dataset(path) if kind in {"cleaned", "posed"} else path.stem, path


def _is_companion(path: Path) -> bool:
    stem, names, _ = path.name.partition(".names.parquet")
    return bool(names) and path.with_name(f"{stem}.parquet").is_file()


def _dataset(path: Path) -> str:
    try:
        if path.suffix == recipe.SUFFIX:
            return recipe.read(path).name
        return parquet.read_metadata(path).get(parquet.DATASET, path.stem)
    except FormatError:
        return path.stem
