"""Shared by the text formats: opening a file (plain or gzip), a limit on its expanded size, blocks of whole lines."""

from __future__ import annotations

import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from graphbench.errors import FormatError

BLOCK_BYTES = 1 << 18
"""Bytes of text checked and parsed at once, to fit the CPU's second-level cache (4 MiB takes a fifth longer)."""

_IN_CACHE = 1 << 18

LINE_BYTES = 1 << 16
"""The longest line of any format but METIS; a file with a longer one is not an edge list."""

TEXT = r"[^\x00-\x08\x0e-\x1f]*"
"""A pattern for :func:`matches` that matches text but not binary data."""

# Text of vertex ids compresses 3 to 30 times; DEFLATE's limit is 1032. No graph exceeds this ratio.
_RATIO, _FLOOR = 300, 1 << 26

_TORN = (EOFError, zlib.error, gzip.BadGzipFile)


def expansion_bound(path: Path) -> int:
    """Bytes that a compressed file may expand to; beyond them it is treated as a decompression bomb."""
    return _FLOOR + _RATIO * path.stat().st_size


@contextmanager
def opened(path: Path) -> Iterator[Bounded]:
    """A file's bytes, decompressed if its name ends in `.gz` or `.tgz`.

    Raises:
        FormatError: if it cannot be read, is damaged, or expands beyond :func:`expansion_bound`.
    """
    packed = path.name.casefold().endswith((".gz", ".tgz"))
    with failures_named(path), path.open("rb") as file:
        if not packed:
            # The size of a pipe is unknown.
            yield Bounded(file, path, path.stat().st_size if path.is_file() else sys.maxsize)
            return
        with gzip.GzipFile(fileobj=file) as stream:
            yield Bounded(cast("BinaryIO", stream), path, expansion_bound(path))


@contextmanager
def failures_named(path: Path) -> Iterator[None]:
    """Turn exceptions of the system and the decompressor into FormatErrors with the file and advice."""
    try:
        yield
    except _TORN as error:
        advice = "The compressed data are damaged or truncated. Download the file again."
        raise FormatError(path, f"{_sentence(error)} {advice}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise FormatError(path, f"cannot be read: {reason}. Check the path and its permissions.") from error


def _sentence(error: BaseException) -> str:
    return f"{str(error).rstrip('.') or type(error).__name__}."


class Bounded:
    """A stream that raises FormatError beyond `limit` bytes.

    Attributes:
        limit: the maximum number of bytes; a size line with more entries than fit into them is wrong.
    """

    def __init__(self, stream: BinaryIO, path: Path, limit: int) -> None:
        # readline() of a raw stream makes one call per byte.
        self._stream = stream if hasattr(stream, "peek") else io.BufferedReader(cast("io.RawIOBase", stream))
        self._path = path
        self.limit = limit
        self._given = 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        return self._counted(self._stream.read(size))

    def readline(self, size: int = LINE_BYTES) -> bytes:
        """One line with its end; `size` bytes of a longer one."""
        return self._counted(self._stream.readline(size))

    def _counted(self, data: bytes) -> bytes:
        self._given += len(data)
        if self._given > self.limit:
            problem = f"expands to more than {self.limit:,} bytes, the limit for a compressed file of its size"
            raise FormatError(self._path, f"{problem}. If it is not a decompression bomb, decompress it first.")
        return data


def blocks(stream: Bounded, path: Path, *, size: int = BLOCK_BYTES, longest: int = LINE_BYTES) -> Iterator[bytes]:
    """The rest of a stream in blocks of whole lines, each ending with a newline.

    Args:
        stream: the bytes.
        path: the file, for messages.
        size: approximate bytes per block.
        longest: maximum bytes of a line.

    Raises:
        FormatError: if a line is too long.
    """
    rest = b""
    while data := stream.read(size):
        head, newline, tail = data.rpartition(b"\n")
        if not newline:
            rest += data
            if len(rest) > longest + size:
                raise FormatError(path, f"a line has more than {longest:,} bytes; expected a text file of edges.")
            continue
        yield rest + head + b"\n"
        rest = tail
    if rest:
        yield rest + b"\n"


def matches(pattern: str, block: bytes) -> bool:
    """Whether a whole block of bytes matches a regular expression (RE2's syntax; several hundred MB/s).

    Python's `re` takes ten times as long, which would dominate the time to read a large file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = pa.py_buffer(np.array([0, len(block)], dtype=np.int64))
    array = pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(block)])
    return bool(pc.match_substring_regex(array, rf"\A(?:{pattern})\z")[0].as_py())


def count_lines(block: bytes) -> int:
    """Newlines in a block; for short lines, several times as fast as `block.count`."""
    characters = np.frombuffer(block, dtype=np.uint8)
    pieces = range(0, len(characters), _IN_CACHE)
    return sum(int(np.count_nonzero(characters[at : at + _IN_CACHE] == ord("\n"))) for at in pieces)


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def shown(line: bytes) -> str:
    """A line as quoted in error messages: shortened, without binary data."""
    if _CONTROL.search(line):
        return "binary data"
    text = line.strip().decode("utf-8", errors="replace")
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
