"""Edge lists as Parquet files, written atomically, with counts and a checksum in the footer.

Uncompressed and without nulls, so that reading takes one copy; any Parquet reader, including cuDF's, can read them.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench.errors import FormatError
from graphbench.graphs.columns import Columns

DATASET = "graphbench.name"
"""Metadata key of the dataset's name, which identifies a file in `graphbench cache list` and `cache clear`."""

_COUNTS, _CHECKSUM, _NAMES_CHECKSUM = b"graphbench", b"graphbench.seal", b"graphbench.names"
_ROW_GROUP = 1 << 22
_PAGE = 4096 // 8
"""64-bit words in a page of 4 KiB."""

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
    """Whether the vertices have names other than their ids."""


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

    present = {key: pa.array(column) for key, column in columns._asdict().items() if column is not None}
    schema = pa.schema([pa.field(key, column.type, nullable=False) for key, column in present.items()])
    table = pa.table(list(present.values()), schema=schema)

    def write_edges(part: Path) -> None:
        plain: dict[str, Any] = {"compression": "none", "use_dictionary": False, "write_statistics": False}
        with pa.OSFile(str(part), "wb") as sink, pq.ParquetWriter(sink, schema, **plain) as writer:
            writer.write_table(table, row_group_size=_ROW_GROUP)
            # The footer follows the rows, so it can store their checksum.
            stored = {_COUNTS: msgspec.json.encode(counts), _CHECKSUM: _checksum(part, sink.tell())}
            if names is not None:
                stored[_NAMES_CHECKSUM] = _checksum(names_path(path))
            writer.add_key_value_metadata(stored | {key.encode(): value.encode() for key, value in metadata.items()})

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
        verify: also read the whole file and compare its checksum.

    Raises:
        FormatError: if it was not written by :func:`write`, or is damaged.
    """
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
    if whole and verify:
        whole = metadata.get(_CHECKSUM) == _checksum(path, _footer_start(path))
        whole &= not counts.named or metadata.get(_NAMES_CHECKSUM) == _checksum(names_path(path))
    if not whole:
        raise FormatError(path, "the cached edge list is damaged. Delete it and load the dataset again.")
    return counts


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata that was passed to :func:`write`.

    Raises:
        FormatError: if the file is not Parquet, or is truncated.
    """
    metadata, _ = _footer(path)
    own = {_COUNTS, _CHECKSUM, _NAMES_CHECKSUM, b"ARROW:schema"}
    return {key.decode(): value.decode(errors="replace") for key, value in metadata.items() if key not in own}


def read_columns(path: Path) -> Columns:
    """The columns, in host memory.

    Raises:
        FormatError: if the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, memory_map=True)
    except (pa.ArrowException, OSError) as error:
        raise FormatError(path, f"the cached edge list cannot be read: {error}. Load the dataset again.") from error
    arrays = {key: table.column(key).to_numpy() for key in table.column_names}
    return Columns(arrays["src"], arrays["dst"], arrays.get("weight"))


def read_chunks(path: Path, rows: int) -> Iterator[Columns]:
    """The columns in pieces of at most `rows` rows; at least one piece, which may be empty."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, memory_map=True) as file:
        batches = file.iter_batches(batch_size=rows)
        empty = pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
        for batch in batches if file.metadata.num_rows else [empty]:
            arrays = dict(zip(batch.schema.names, (column.to_numpy() for column in batch.columns), strict=True))
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


def _footer_start(path: Path) -> int:
    """The end of the rows: a Parquet file ends with its footer, the footer's length (4 bytes) and `PAR1`."""
    with path.open("rb") as file:
        end = file.seek(-8, os.SEEK_END)
        return end - int.from_bytes(file.read(4), "little")


def _checksum(path: Path, stop: int | None = None) -> bytes:
    """A digest of the sums of 64-bit words of each page in the first `stop` bytes of a file (default: all).

    Detects zeroed, swapped or lost pages and flipped bits at memory speed. Parquet's page checksums take five times as
    long (151 ms instead of 30 ms).
    """
    stop = path.stat().st_size if stop is None else stop
    pages = stop // (8 * _PAGE)
    state = hashlib.blake2b(digest_size=16)
    if pages:
        state.update(np.memmap(path, dtype="<u8", mode="r", shape=(pages, _PAGE)).sum(axis=1, dtype="<u8").data)
    with path.open("rb") as file:
        file.seek(8 * _PAGE * pages)
        state.update(file.read(stop - 8 * _PAGE * pages))
    return state.hexdigest().encode()


def names_path(path: Path) -> Path:
    """The file of the vertices' names."""
    return path.with_name(f"{path.stem}.names.parquet")


def atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file atomically.

    Args:
        path: the file; its folder is created.
        write: writes to the temporary path that it is given.

    Raises:
        OSError: if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Must match PART. Threads of one process may write the same dataset, so the process id alone does not suffice.
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
