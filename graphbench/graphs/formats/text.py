"""What the text formats share: opening (plain or gzip), a bound on what is expanded, and blocks of whole lines."""

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
"""How much text is checked and parsed at once: what the CPU's second-level cache holds (4 MiB takes a fifth longer)."""

_IN_CACHE = 1 << 18

LINE_BYTES = 1 << 16
"""The longest line that anything but METIS may have; a longer one is no edge list."""

TEXT = r"[^\x00-\x08\x0e-\x1f]*"
"""What :func:`matches` finds in text and not in binary data."""

# Text of vertex ids compresses 3 to 30 times, DEFLATE's ceiling is 1032: beyond this ratio it is no graph.
_RATIO, _FLOOR = 300, 1 << 26

_TORN = (EOFError, zlib.error, gzip.BadGzipFile)


def expansion_bound(path: Path) -> int:
    """How many bytes a compressed file may expand to before it counts as a decompression bomb."""
    return _FLOOR + _RATIO * path.stat().st_size


@contextmanager
def opened(path: Path) -> Iterator[Bounded]:
    """A file's bytes, decompressed if it is called `.gz`.

    Raises:
        FormatError: if it cannot be read, if its compression is torn, or if it expands beyond all reason.
    """
    packed = path.name.casefold().endswith((".gz", ".tgz"))
    with failures_named(path), path.open("rb") as file:
        if not packed:
            # A pipe has no size that could be known.
            yield Bounded(file, path, path.stat().st_size if path.is_file() else sys.maxsize)
            return
        with gzip.GzipFile(fileobj=file) as stream:
            yield Bounded(cast("BinaryIO", stream), path, expansion_bound(path))


@contextmanager
def failures_named(path: Path) -> Iterator[None]:
    """Turn what the system and the decompressor raise into errors that name the file and say what to do."""
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
    """A stream that refuses to give more than `limit` bytes.

    Attributes:
        limit: the most bytes that it gives; a size line that promises more entries than fit is a lie.
    """

    def __init__(self, stream: BinaryIO, path: Path, limit: int) -> None:
        # readline() of a raw stream is a call per byte.
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
            problem = f"expands to more than {self.limit:,} bytes, which no graph of that size on disk does"
            raise FormatError(self._path, f"{problem}: it looks like a decompression bomb and was not read further.")
        return data


def blocks(stream: Bounded, path: Path, *, size: int = BLOCK_BYTES, longest: int = LINE_BYTES) -> Iterator[bytes]:
    """The rest of a stream in blocks of whole lines, each ending with a newline.

    Args:
        stream: the bytes.
        path: the file, for messages.
        size: bytes per block, about.
        longest: bytes that a line may have.

    Raises:
        FormatError: for a line without end.
    """
    rest = b""
    while data := stream.read(size):
        head, newline, tail = data.rpartition(b"\n")
        if not newline:
            rest += data
            if len(rest) > longest + size:
                raise FormatError(path, f"has a line of more than {longest:,} bytes: this is not a text file of edges.")
            continue
        yield rest + head + b"\n"
        rest = tail
    if rest:
        yield rest + b"\n"


def matches(pattern: str, block: bytes) -> bool:
    """Whether a whole block of bytes matches a regular expression (RE2's syntax; several hundred MB/s).

    Python's `re` needs ten times as long, which would dominate the reading of a large file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = pa.py_buffer(np.array([0, len(block)], dtype=np.int64))
    array = pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(block)])
    return bool(pc.match_substring_regex(array, rf"\A(?:{pattern})\z")[0].as_py())


def count_lines(block: bytes) -> int:
    """Newlines in a block; where lines are short, several times as fast as `block.count`."""
    characters = np.frombuffer(block, dtype=np.uint8)
    pieces = range(0, len(characters), _IN_CACHE)
    return sum(int(np.count_nonzero(characters[at : at + _IN_CACHE] == ord("\n"))) for at in pieces)


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def shown(line: bytes) -> str:
    """A line as an error message quotes it: shortened, and never raw binary."""
    if _CONTROL.search(line):
        return "binary data"
    text = line.strip().decode("utf-8", errors="replace")
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
