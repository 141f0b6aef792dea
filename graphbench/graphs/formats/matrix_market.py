"""Matrix Market coordinate files: `.mtx`, `.mtx.gz`, and SuiteSparse archives (`.tar.gz`).

The format: Boisvert, Pozo, Remington, "The Matrix Market Exchange Formats: Initial Design", NISTIR 5935, 1996. A
matrix is read as a graph: entry (i, j) is the edge i -> j, `general` is directed, `symmetric` is undirected, and of
`skew-symmetric` only the pattern makes sense (an edge and its reverse would have opposite weights).

Numbers are parsed by `scipy.io.mmread` (fast_matrix_market). It is lenient where a benchmark must not be: it reads
`1 2 3,5` as 3, ignores what follows on a line, and makes infinity of 1e400. So each line passes a grammar first. It
also expands symmetric storage, so the text is given to it under a header that says `general`: one triangle comes back.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats.text import Bounded, blocks, count_lines, failures_named, matches, opened, shown

BANNER = "%%MatrixMarket matrix coordinate <pattern|real|integer> <general|symmetric|skew-symmetric>"
_FIELDS = {"pattern", "real", "double", "integer"}
_SYMMETRIES = {"general", "symmetric", "skew-symmetric"}
_HEADER_BYTES = 1 << 24
_SHORTEST_ENTRY = 4  # b"1 1\n"
_LARGEST = np.iinfo(np.int64).max
_MEMBER = re.compile(r"(?:\./)?([^/]+)/\1\.mtx")

_GAP = r"[ \t]+"
_INTEGER = r"-?[0-9]+"
_REAL = r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_SPECIAL = r"-?(?i:inf|infinity|nan)"
_VALUES = {
    "pattern": "",
    "integer": rf"{_GAP}(?:{_INTEGER}|{_SPECIAL})",
    "real": rf"{_GAP}(?:{_REAL}|{_SPECIAL})",
}
_EXPECTED = {
    "pattern": "two whole numbers (row column)",
    "integer": "two whole numbers and a whole value (row column value)",
    "real": "two whole numbers and a number (row column value)",
}
# Spellings that C or Fortran programs write and fast_matrix_market does not know: +1.5 and 1.5D+03.
_FOREIGN_SIGN = re.compile(rb"(?<=[ \t])\+(?=[0-9.iInN])")
_FOREIGN_EXPONENT = re.compile(rb"(?<=[0-9.])[dD](?=[-+]?[0-9])")


@dataclass(frozen=True)
class Header:
    """What a Matrix Market file says of itself.

    Attributes:
        field: `pattern`, `real` or `integer`.
        symmetry: `general`, `symmetric` or `skew-symmetric`.
        size: rows, which are as many as columns.
        entries: how many lines follow.
        lines: how many lines the header takes, the size line included.
    """

    field: str
    symmetry: str
    size: int
    entries: int
    lines: int


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a `.mtx` or `.mtx.gz` file.

    Args:
        path: the file.
        directed: False drops the direction of a general matrix; True changes nothing, since the header says it.

    Raises:
        FormatError: if it is not a square coordinate matrix of numbers, or is not what its size line promises.
    """
    with opened(path) as stream:
        return read_stream(stream, path, directed=directed)


def read_stream(stream: Bounded, path: Path, *, directed: bool | None = None) -> Raw:
    """Read Matrix Market text from an open stream; `path` is for messages."""
    header = read_header(stream, path)
    if header.entries > stream.limit // _SHORTEST_ENTRY + 1:
        problem = f"the size line promises {header.entries:,} entries, more than {stream.limit:,} bytes can hold."
        raise FormatError(path, problem, header.lines)
    row, col, value = _parse(stream, path, header)
    weight = None if header.field == "pattern" or header.symmetry == "skew-symmetric" else value
    undirected = header.symmetry != "general"
    # The lower triangle is what is stored, column by column as a rule: as (col, row) it is sorted already.
    src, dst = (col, row) if undirected else (row, col)
    keep_direction = not undirected and directed is not False
    return Raw(src=src, dst=dst, weight=weight, num_vertices=header.size, directed=keep_direction)


def read_archive(path: Path, *, directed: bool | None = None) -> Raw:
    """Read the matrix `NAME/NAME.mtx` of a SuiteSparse archive, as a stream; nothing is extracted to disk.

    Raises:
        FormatError: if the archive is damaged or a decompression bomb, has no member `NAME/NAME.mtx`, or that member
            is not a readable Matrix Market file.
    """
    seen: list[str] = []
    with failures_named(path), opened(path) as stream:
        try:
            with tarfile.open(fileobj=cast("BinaryIO", stream), mode="r|") as archive:
                for member in archive:
                    if member.isfile() and _MEMBER.fullmatch(member.name):
                        text = archive.extractfile(member)
                        assert text is not None
                        inner = Bounded(cast("BinaryIO", text), path, member.size)
                        return read_stream(inner, path, directed=directed)
                    seen.append(member.name)
        except tarfile.TarError as error:
            raise FormatError(path, f"not a readable tar archive: {error}. Download the file again.") from error
    listed = ", ".join(repr(name) for name in seen[:5]) or "nothing"
    raise FormatError(path, f"expected a member NAME/NAME.mtx, as the SuiteSparse collection packs it; found {listed}.")


def read_header(stream: Bounded, path: Path) -> Header:
    """Read and check the banner, the comments and the size line.

    Raises:
        FormatError: if the matrix is not one that can be read as a graph.
    """
    line = stream.readline()
    field, symmetry = _banner(line, path)
    number, taken = 1, len(line)
    while line:
        line = stream.readline()
        number, taken = number + 1, taken + len(line)
        if taken > _HEADER_BYTES:
            raise FormatError(path, f"no size line in the first {_HEADER_BYTES:,} bytes.", number)
        if line.strip() and not line.lstrip().startswith(b"%"):
            break
    if not line:
        raise FormatError(path, "the file ends before its size line, 'rows columns entries'.", number)
    found = re.fullmatch(rb"\s*([0-9]+)\s+([0-9]+)\s+([0-9]+)\s*", line)
    if not found:
        raise FormatError(path, f"expected the size line, 'rows columns entries', not {shown(line)}.", number)
    rows, columns, entries = (int(word) for word in found.groups())
    if rows != columns:
        problem = f"the matrix is rectangular, {rows:,} by {columns:,}; a graph needs as many rows as columns."
        raise FormatError(path, problem, number)
    if max(rows, entries) > _LARGEST:
        raise FormatError(path, f"{max(rows, entries)} is beyond 64-bit ids; the size line must be wrong.", number)
    return Header(field, symmetry, rows, entries, number)


def _banner(line: bytes, path: Path) -> tuple[str, str]:
    words = line.decode("ascii", errors="replace").casefold().split()
    if not words or words[0] != "%%matrixmarket":
        raise FormatError(path, f"expected the banner '{BANNER}', not {shown(line)}.", 1)
    if len(words) != 5:
        raise FormatError(path, f"the banner has {len(words)} words; expected '{BANNER}'.", 1)
    _, kind, layout, field, symmetry = words
    if kind != "matrix":
        raise FormatError(path, f"the banner describes a {kind!r}; expected 'matrix'.", 1)
    if layout == "array":
        raise FormatError(path, "a dense matrix (array) is not an edge list; expected 'coordinate'.", 1)
    if layout != "coordinate":
        raise FormatError(path, f"the banner's layout is {layout!r}; expected 'coordinate'.", 1)
    if field == "complex":
        raise FormatError(path, "complex values cannot be edge weights; expected pattern, real or integer.", 1)
    if field not in _FIELDS:
        raise FormatError(path, f"the banner's field is {field!r}; expected pattern, real or integer.", 1)
    if symmetry not in _SYMMETRIES:
        expected = "expected general, symmetric or skew-symmetric"
        raise FormatError(path, f"the banner's symmetry is {symmetry!r}; {expected}.", 1)
    return "real" if field == "double" else field, symmetry


_Parsed = tuple[npt.NDArray[np.signedinteger], npt.NDArray[np.signedinteger], npt.NDArray[np.float64]]


def _parse(stream: Bounded, path: Path, header: Header) -> _Parsed:
    import scipy.io

    entries = _Entries(stream, path, header)
    try:
        matrix: Any = scipy.io.mmread(cast("IO[bytes]", entries), spmatrix=False)
    except (ValueError, OverflowError) as error:
        entries.finish()
        raise _translated(error, path, header) from error
    except MemoryError as error:
        raise FormatError(path, f"{header.entries:,} entries do not fit into memory.", header.lines) from error
    entries.finish()
    value = matrix.data
    if entries.infinities != (found := int(np.count_nonzero(np.isinf(value))) if header.field != "pattern" else 0):
        raise FormatError(path, f"{found - entries.infinities:,} value(s) too large for a 64-bit float.")
    return matrix.coords[0], matrix.coords[1], value


def _translated(error: Exception, path: Path, header: Header) -> FormatError:
    """Say in our words what the parser found: after the grammar, only numbers that are out of range are left."""
    found = re.match(r"Line (\d+): (.*)", str(error))
    line, what = (int(found[1]), found[2]) if found else (None, str(error))
    if "out of bounds" in what or "out of range" in what:
        return FormatError(path, f"{what.rstrip('.')}: expected ids from 1 to {header.size:,}.", line)
    if what.startswith("Truncated"):
        problem = f"fewer than the {header.entries:,} rows that the size line promises have {_EXPECTED[header.field]}"
        return FormatError(path, f"{problem}; others are blank or have more.")
    return FormatError(path, f"{what.rstrip('.')}; expected {_EXPECTED[header.field]}.", line)


def _plain_pairs(block: bytes, newlines: int) -> bool:
    """Whether a block is digits, one blank per line on average, and newlines: a fifth of the grammar's time.

    Together with the parser, which needs two numbers in each line and counts the lines, that leaves exactly two.
    """
    characters = np.frombuffer(block, dtype=np.uint8)
    blanks = int(np.count_nonzero(characters == ord(" ")))
    below_digits = int(np.count_nonzero(characters < ord("0")))
    return blanks == newlines and below_digits == blanks + newlines and bool(characters.max() <= ord("9"))


class _Entries:
    """The file as `mmread` sees it: a header without symmetry, then lines that the grammar has passed.

    An exception does not survive its way through the C++ stream, so it is kept, the stream ends, and
    :meth:`finish` raises it.
    """

    def __init__(self, stream: Bounded, path: Path, header: Header) -> None:
        self._path, self._header = path, header
        self._blocks = self._checked(blocks(stream, path))
        self._seen = 0
        self._error: Exception | None = None
        self.infinities = 0
        # As many lines as the real header has, so that the parser's line numbers are the file's.
        field = "pattern" if header.field == "pattern" else "real"
        banner = f"%%MatrixMarket matrix coordinate {field} general\n" + "%\n" * (header.lines - 2)
        self._block = f"{banner}{header.size} {header.size} {header.entries}\n".encode()
        self._at = 0

    def read(self, size: int) -> bytes:
        if self._at == len(self._block):
            try:
                self._block, self._at = next(self._blocks, b""), 0
            except Exception as error:  # noqa: BLE001 - kept for finish()
                self._error, self._block, self._at = error, b"", 0
        piece = self._block[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def finish(self) -> None:
        """Check the rest of the file, and the number of entries against the size line."""
        if self._error is None:
            for _ in self._blocks:
                pass
        if self._error is not None:
            raise self._error
        if self._seen != self._header.entries:
            raise self._count_error(f"has only {self._seen:,} of the {self._header.entries:,} entries")

    def _count_error(self, what: str) -> FormatError:
        return FormatError(self._path, f"{what} that its size line promises: it is damaged or was edited.")

    def _checked(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        value = _VALUES[self._header.field]
        grammar = rf"(?:[ \t]*[0-9]+{_GAP}[0-9]+{value}[ \t\r]*\n)*"
        lines = self._header.lines
        for part in parts:
            block = part
            new = count_lines(block)
            if _plain_pairs(block, new) if not value else matches(grammar, block):
                self._seen += new
            else:
                block = self._line_by_line(block, re.compile(grammar[:-1].encode()), lines)
            lines += new
            if self._seen > self._header.entries:
                raise self._count_error(f"has more than the {self._header.entries:,} entries")
            if value and (b"i" in block or b"I" in block):
                self.infinities += len(re.findall(rb"(?i)inf", block))
            yield block

    def _line_by_line(self, block: bytes, grammar: re.Pattern[bytes], before: int) -> bytes:
        """A block that has blank lines, comments or foreign spellings, made plain; or the error, with its line."""
        lines = block.splitlines(keepends=True)
        for at, line in enumerate(lines):
            if not line.strip() or line.lstrip().startswith(b"%"):
                lines[at] = b"\n"
                continue
            plain = line
            if self._header.field != "pattern":
                plain = _FOREIGN_EXPONENT.sub(b"e", _FOREIGN_SIGN.sub(b"", line))
            if not grammar.fullmatch(plain):
                problem = f"expected {_EXPECTED[self._header.field]}, not {shown(line)}."
                raise FormatError(self._path, problem, before + at + 1)
            lines[at] = plain
            self._seen += 1
        return b"".join(lines)
