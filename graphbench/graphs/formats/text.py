"""Shared by the text formats: blocks of whole lines, fast tests of a block, lines, and lines as messages quote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from graphbench.errors import FormatError
from graphbench.graphs.formats.packed import LINE_BYTES, Bounded, opened
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

BLOCK_BYTES = 1 << 17
"""Bytes of text checked and parsed at once, to fit the CPU's second-level cache (256 KiB take a tenth longer)."""

_IN_CACHE = 1 << 17
_DELETE = 0x7F
_LONGEST = 1 << 26
"""Bytes of a line that becomes Python objects."""

TEXT = r"[^\x00-\x08\x0e-\x1f]*"
"""A pattern for :func:`matches` that matches text but not binary data."""


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
    rest: list[bytes] = []  # joined once: a hub's line of METIS has a gigabyte
    length = 0
    while data := stream.read(size):
        end = data.rfind(b"\n") + 1
        if not end:
            rest.append(data)
            length += len(data)
            if length > longest + size:
                raise FormatError(path, f"a line has more than {longest:,} bytes; expected a text file of edges.")
            continue
        yield b"".join([*rest, memoryview(data)[:end]])
        rest, length = [data[end:]], len(data) - end
    if last := b"".join(rest):
        yield last + b"\n"


def read_line(stream: Bounded, path: Path) -> bytes:
    """One line of a header; of a longer comment, the first bytes."""
    line = piece = stream.readline()
    while len(piece) == LINE_BYTES and not piece.endswith(b"\n"):
        if not line.lstrip().startswith((b"%", b"#", b"c ")):
            raise FormatError(path, f"a line has more than {LINE_BYTES:,} bytes; expected a text file of edges.")
        piece = stream.readline()
    return line


def matches(pattern: str, block: bytes) -> bool:
    """Whether a whole block of bytes matches a regular expression (RE2's syntax; several hundred MB/s).

    Python's `re` takes ten times as long, which would dominate the time to read a large file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = pa.py_buffer(np.array([0, len(block)], dtype=np.int64))
    array = pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(block)])
    return bool(pc.match_substring_regex(array, rf"\A(?:{pattern})\z")[0].as_py())


def single_blanks(block: bytes) -> bytes:
    """Fields separated by one blank, without blanks around rows, as pyarrow requires."""
    if b"\t" in block:
        block = block.replace(b"\t", b" ")
    while b"  " in block:
        block = block.replace(b"  ", b" ")
    for stray in (b" \n", b"\n "):
        if stray in block:  # the test is several times as fast as the replacement
            block = block.replace(stray, b"\n")
    return block.lstrip(b" ")


def count_lines(block: bytes) -> int:
    """Newlines in a block; for short lines, several times as fast as `block.count`."""
    return sum(int(np.count_nonzero(piece == ord("\n"))) for piece in _pieces(block))


def count_controls(block: bytes) -> int:
    """Control characters in a block, newlines and tabs included."""
    return sum(int(np.count_nonzero((piece < ord(" ")) | (piece == _DELETE))) for piece in _pieces(block))


def _pieces(block: bytes) -> Iterator[npt.NDArray[np.uint8]]:
    characters = np.frombuffer(block, dtype=np.uint8)
    return (characters[at : at + _IN_CACHE] for at in range(0, len(characters), _IN_CACHE))


def lines_of(path: Path, comments: str = "#") -> Iterator[tuple[int, str]]:
    """The lines that are neither blank nor begin with `comments`, without blanks around them, with their numbers."""
    with opened(path, objects=True) as stream:
        number = 0
        while line := stream.readline(_LONGEST):
            number += 1
            if len(line) == _LONGEST and not line.endswith(b"\n"):
                raise FormatError(
                    path, f"the line has more than {_LONGEST:,} bytes. Write the graph as an edge list.", number
                )
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as error:
                raise FormatError(path, "not UTF-8 text. Save the file as UTF-8.", number) from error
            if "\r" in text:
                problem = "found a carriage return without a newline; expected lines that end in a newline"
                raise FormatError(path, f"{problem}. Convert the ends of the lines (`dos2unix -c mac`).", number)
            if text and not (comments and text.startswith(comments)):
                yield number, text


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def shown(line: bytes) -> str:
    """A line as quoted in error messages: shortened, without binary data."""
    if _CONTROL.search(line):
        return "binary data"
    text = line.strip().decode("utf-8", errors="replace")
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
