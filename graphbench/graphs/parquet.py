"""Edge lists as Parquet files, written atomically, with counts and a seal in the footer.

Uncompressed and without nulls, so that reading takes one copy; any Parquet reader, including cuDF's, can read them.
The seal is a checksum of every other byte of the file: rows, schema, counts and metadata.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from graphbench.errors import FormatError
from graphbench.graphs.arrow import from_numpy, to_numpy
from graphbench.graphs.columns import Columns
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

DATASET = "graphbench.name"
"""Metadata key of the dataset's name, which identifies a file in `graphbench cache list` and `cache clear`."""

_COUNTS, _SEAL, _NAMES_CHECKSUM = b"graphbench", b"graphbench.seal", b"graphbench.names"
_UNSEALED = b"0" * 32
"""The seal while the rest of the file is written."""
_SEALED = re.compile(rb"graphbench\.seal\x18\x20([0-9a-f]{32})\0")
"""The seal as Thrift's compact protocol encodes a key and a value in a footer."""
_LONGEST_FOOTER = 1 << 24
"""A damaged length must not have the rows read as a footer."""
_ROW_GROUP = 1 << 22
_PAGE = 4096 // 8
"""64-bit words in a page of 4 KiB."""
_BLOCK = 64 * 8 * _PAGE
"""Bytes that are summed at once, to fit the CPU's second-level cache."""

PART = r"\.({})\.\d+\.\d+\.part"
"""Pattern of the names of temporary files, which killed processes leave; format it with the final names' pattern."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of an edge list, stored in the Parquet file's metadata."""

    num_vertices: int
    num_edges: int
    directed: bool
    weighted: bool
    digest: str
    weights: str
    """`none`, `dataset` or `drawn`."""
    named: bool = False
    """Whether the vertices have names, which are in a file of their own."""
    first: int = 0
    """What vertex 0 is called, where they have none: 1 in files that count from 1."""


def write(
    path: Path, columns: Columns, counts: Counts, names: npt.NDArray[Any] | None, metadata: Mapping[str, str]
) -> None:
    """Write an edge list, each file atomically: columns `src`, `dst`, perhaps `weight`; names in `STEM.names.parquet`.

    Args:
        path: the file; its folder is created.
        columns: the columns.
        counts: see :func:`read_counts`.
        names: of the vertices, or None; names of several types are stored as text.
        metadata: more for the footer; see :func:`read_metadata`.

    Raises:
        OSError: if it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    present = {key: from_numpy(column) for key, column in columns._asdict().items() if column is not None}
    schema = pa.schema([pa.field(key, column.type, nullable=False) for key, column in present.items()])
    table = pa.table(list(present.values()), schema=schema)

    def write_edges(part: Path) -> None:
        plain: dict[str, Any] = {"compression": "none", "use_dictionary": False, "write_statistics": False}
        with pa.OSFile(str(part), "wb") as sink, pq.ParquetWriter(sink, schema, **plain) as writer:
            writer.write_table(table, row_group_size=_ROW_GROUP)
            stored = {_SEAL: _UNSEALED, _COUNTS: msgspec.json.encode(counts)}
            if names is not None:
                stored[_NAMES_CHECKSUM] = _checksum(names_path(path))
            writer.add_key_value_metadata(stored | {key.encode(): value.encode() for key, value in metadata.items()})
        with part.open("rb+") as file:
            file.seek(_seal_offset(part))
            file.write(_seal(part))

    # Write names first, so that the edges are never visible without them.
    if names is not None:
        labels = pa.table({"name": _one_type(names)})
        atomically(names_path(path), lambda part: pq.write_table(labels, part, compression="zstd"))
    atomically(path, write_edges)


def _one_type(names: npt.NDArray[Any]) -> Any:
    import pyarrow as pa

    try:
        return pa.array(names.tolist())
    except pa.ArrowException:  # names of several types, as in some NetworkX graphs
        return pa.array([str(name) for name in names])


def read_counts(path: Path, *, verify: bool = False) -> Counts:
    """The counts of an edge list that :func:`write` wrote.

    Args:
        path: the file.
        verify: first read the whole file and compare its seal.

    Raises:
        FormatError: if it was not written by :func:`write`, or is damaged.
    """
    if verify:
        _verify(path)
    metadata, rows = _footer(path)
    if _COUNTS not in metadata:
        raise FormatError(path, "not a cached edge list. To read other Parquet files, use graphbench.load().")
    try:
        counts = msgspec.json.decode(metadata[_COUNTS], type=Counts)
    except msgspec.DecodeError as error:
        raise FormatError(
            path, f"a cached edge list of another version ({error}). Delete it and load the dataset again."
        ) from error
    whole = rows == counts.num_edges and (not counts.named or names_path(path).is_file())
    if whole and verify and counts.named:
        with _unreadable_is_damaged(path):
            whole = metadata.get(_NAMES_CHECKSUM) == _checksum(names_path(path))
    if not whole:
        raise FormatError(path, _DAMAGED)
    return counts


_DAMAGED = "the cached edge list is damaged. Delete it and load the dataset again."


def is_sealed(path: Path) -> bool:
    """Whether :func:`write` wrote this Parquet file; it may be damaged.

    Raises:
        OSError: if it cannot be read.
    """
    return _SEALED.search(_tail(path)) is not None


def _verify(path: Path) -> None:
    """Compare the seal of a file with its content.

    Raises:
        FormatError: if it has no seal, or another one.
    """
    with _unreadable_is_damaged(path):
        found = path.is_file() and _SEALED.search(_tail(path))
        if not found or found[1] != _seal(path):
            raise FormatError(path, _DAMAGED)


@contextmanager
def _unreadable_is_damaged(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FormatError(path, f"cannot be read: {error.strerror or error}. Load the dataset again.") from error


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata that was passed to :func:`write`.

    Raises:
        FormatError: if the file is not Parquet, or is truncated.
    """
    metadata, _ = _footer(path)
    own = {_COUNTS, _SEAL, _NAMES_CHECKSUM, b"ARROW:schema"}
    texts = ((key.decode(errors="replace"), value.decode(errors="replace")) for key, value in metadata.items())
    return {key: value for key, value in texts if key.encode() not in own}


def read_columns(path: Path) -> Columns:
    """The columns, in host memory.

    Raises:
        FormatError: if the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, memory_map=True) as file:  # read_table imports the data sets of Arrow, and pandas
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise FormatError(path, f"the cached edge list cannot be read: {error}. Load the dataset again.") from error
    arrays = {key: to_numpy(table.column(key)) for key in table.column_names}
    return Columns(arrays["src"], arrays["dst"], arrays.get("weight"))


def read_chunks(path: Path, rows: int) -> Iterator[Columns]:
    """The columns in pieces of at most `rows` rows; at least one piece, which may be empty."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, memory_map=True) as file:
        for batch in file.iter_batches(batch_size=rows) if file.metadata.num_rows else [file.read()]:
            arrays = dict(zip(batch.schema.names, map(to_numpy, batch.columns), strict=True))
            yield Columns(arrays["src"], arrays["dst"], arrays.get("weight"))


def read_names(path: Path) -> npt.NDArray[Any]:
    """The names of the vertices, shape (num_vertices,): integers, or text (dtype object).

    Raises:
        FormatError: if their file is damaged or missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names: npt.NDArray[Any] = pq.read_table(names_path(path)).column("name").to_numpy()
    except (pa.ArrowException, OSError, KeyError) as error:
        raise FormatError(path, f"the vertices' names cannot be read: {error}. Load the dataset again.") from error
    return names


def _footer(path: Path) -> tuple[dict[bytes, bytes], int]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise FormatError(
            path, f"not a readable Parquet file: {error}. Delete it and load the dataset again."
        ) from error
    return found.metadata or {}, found.num_rows


def _tail(path: Path) -> bytes:
    """The footer, its length (4 bytes) and `PAR1`, which end a Parquet file; the whole file if that is shorter."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(end - 8, 0))
        length = min(int.from_bytes(file.read(4), "little"), _LONGEST_FOOTER)
        file.seek(max(end - 8 - length, 0))
        return file.read()


def _seal_offset(path: Path) -> int:
    """Where the seal is in a file."""
    tail = _tail(path)
    found = _SEALED.search(tail)
    assert found is not None
    return path.stat().st_size - len(tail) + found.start(1)


def _seal(path: Path) -> bytes:
    """The seal that the content of a file asks for."""
    tail = _tail(path)
    state = hashlib.blake2b(_checksum(path, path.stat().st_size - len(tail)), digest_size=16)
    state.update(_SEALED.sub(b"", tail, count=1))
    return state.hexdigest().encode()


@functools.cache
def _factors() -> npt.NDArray[np.uint64]:
    """An odd factor for the word at each place of a page, so that words that change places are noticed too."""
    return np.frombuffer(hashlib.shake_256(b"graphbench").digest(8 * _PAGE), dtype="<u8") | np.uint64(1)


def _checksum(path: Path, stop: int | None = None) -> bytes:
    """A digest of the weighted sums of 64-bit words of each page in the first `stop` bytes of a file (default: all).

    Detects every flipped bit, and zeroed, swapped or lost words and pages, almost at memory speed: 5 GB/s, where
    SHA-256 takes six to ten times as long.
    """
    stop = path.stat().st_size if stop is None else stop
    state = hashlib.blake2b(digest_size=16)
    words = np.empty(-(-min(stop, _BLOCK) // 8), dtype="<u8")
    buffer = words.data.cast("B")
    with path.open("rb") as file:
        while stop and (size := file.readinto(buffer[: min(stop, _BLOCK)])):
            stop -= size
            pages = size // (8 * _PAGE)
            state.update((words[: pages * _PAGE].reshape(pages, _PAGE) @ _factors()).data)
            state.update(buffer[8 * _PAGE * pages : size])
    return state.hexdigest().encode()


def names_path(path: Path) -> Path:
    """The file of the vertices' names."""
    return path.with_name(f"{path.stem}.names.parquet")


def atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file atomically, in place of whatever has its name but a folder with files.

    Args:
        path: the file; its folder is created.
        write: writes to the temporary path that it is given.

    Raises:
        OSError: if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        try:
            path.rmdir()
        except OSError as error:
            raise IsADirectoryError(errno.EISDIR, f"the folder {path.name} is in its place; remove it") from error
    # Must match PART. Threads of one process may write the same dataset, so the process id alone does not suffice.
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
