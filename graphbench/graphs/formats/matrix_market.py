"""Matrix Market coordinate files, as of the SuiteSparse collection and of `scipy.io.mmwrite`.

The format: Boisvert, Pozo, Remington, "The Matrix Market Exchange Formats: Initial Design", NISTIR 5935, 1996. A
matrix is read as a graph: entry (i, j) is the edge i -> j, `general` is directed, `symmetric` is undirected, and of
`skew-symmetric` only the pattern is used (an edge and its reverse would have opposite weights).

Numbers are parsed by `scipy.io.mmread` (fast_matrix_market). It is too lenient for a benchmark: it reads `1 2 3,5` as
3, ignores the rest of a line, and reads 1e400 as infinity. So each line is first checked against a grammar. It also
expands symmetric storage, so its input gets a `general` header, and it returns the stored triangle only.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats.packed import Bounded, opened
from graphbench.graphs.formats.text import blocks, count_lines, matches, read_line, shown

BANNER = "%%MatrixMarket matrix coordinate <pattern|real|integer> <general|symmetric|skew-symmetric>"
_FIELDS = {"pattern": "pattern", "real": "real", "double": "real", "integer": "integer", "unsigned-integer": "integer"}
_SYMMETRIES = {"general", "symmetric", "skew-symmetric"}
_HEADER_BYTES = 1 << 24
_SHORTEST_ENTRY = 4  # b"1 1\n"
_LARGEST = np.iinfo(np.int64).max

_GAP = r"[ \t]+"
_REAL = r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_SPECIAL = r"-?(?i:inf|infinity|nan)"
_VALUES = {
    "pattern": "",
    "integer": rf"{_GAP}(?:-?0*[0-9]{{1,15}}|{_SPECIAL})",
    "real": rf"{_GAP}(?:{_REAL}|{_SPECIAL})",
}
_EXPECTED = {
    "pattern": "two whole numbers (row column)",
    "integer": "two whole numbers and a whole value (row column value)",
    "real": "two whole numbers and a number (row column value)",
}
# Spellings of C and Fortran programs that fast_matrix_market does not support: +1.5 and 1.5D+03.
_FOREIGN_SIGN = re.compile(rb"(?<=[ \t])\+(?=[0-9.iInN])")
_FOREIGN_EXPONENT = re.compile(rb"(?<=[0-9.])[dD](?=[-+]?[0-9])")


@dataclass(frozen=True)
class Header:
    """The header of a Matrix Market file.

    Attributes:
        field: `pattern`, `real` or `integer`.
        symmetry: `general`, `symmetric` or `skew-symmetric`.
        size: number of rows, which is also the number of columns.
        entries: number of lines after the header.
        lines: number of lines of the header, including the size line.
    """

    field: str
    symmetry: str
    size: int
    entries: int
    lines: int


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a Matrix Market file.

    Args:
        path: the file.
        directed: False drops the direction of a general matrix; True has no effect: the header decides.

    Raises:
        FormatError: if it is not a square coordinate matrix of numbers, or differs from its size line.
    """
    with opened(path) as stream:
        header = read_header(stream, path)
        if header.entries > stream.limit // _SHORTEST_ENTRY + 1:
            problem = (
                f"the size line has {header.entries:,} entries, more than fit into {stream.limit:,} bytes. Correct it."
            )
            raise FormatError(path, problem, header.lines)
        row, col, value = _parse(stream, path, header)
    weight = None if header.field == "pattern" or header.symmetry == "skew-symmetric" else value
    undirected = header.symmetry != "general"
    # The lower triangle is stored, usually column by column, so (col, row) is already sorted.
    src, dst = (col, row) if undirected else (row, col)
    keep_direction = not undirected and directed is not False
    return Raw(src=src, dst=dst, weight=weight, num_vertices=header.size, directed=keep_direction, first=1)


def read_header(stream: Bounded, path: Path) -> Header:
    """Read and check the banner, the comments and the size line.

    Raises:
        FormatError: if the matrix cannot be read as a graph.
    """
    line = stream.readline()
    field, symmetry = _banner(line, path)
    number, taken = 1, len(line)
    while line:
        line = read_line(stream, path)
        number, taken = number + 1, taken + len(line)
        if taken > _HEADER_BYTES:
            raise FormatError(path, f"no size line 'rows columns entries' in {_HEADER_BYTES:,} bytes.", number)
        if line.strip() and not line.lstrip().startswith(b"%"):
            break
    if not line:
        raise FormatError(path, "the file ends before its size line 'rows columns entries'.", number)
    found = re.fullmatch(rb"\s*([0-9]{1,40})\s+([0-9]{1,40})\s+([0-9]{1,40})\s*", line)
    if not found:
        raise FormatError(path, f"expected the size line 'rows columns entries', found {shown(line)}.", number)
    rows, columns, entries = (int(word) for word in found.groups())
    if rows != columns:
        problem = f"the Matrix Market matrix is rectangular ({rows:,} by {columns:,}); expected a square matrix."
        problem += " For a bipartite graph A, write scipy.sparse.block_array([[None, A], [A.T, None]])."
        raise FormatError(path, problem, number)
    if max(rows, entries) > _LARGEST:
        raise FormatError(path, f"{max(rows, entries)} in the size line is beyond 64 bits. Correct it.", number)
    return Header(field, symmetry, rows, entries, number)


def _banner(line: bytes, path: Path) -> tuple[str, str]:
    words = line.decode("ascii", errors="replace").casefold().split()
    if not words or words[0] != "%%matrixmarket":
        raise FormatError(path, f"expected the banner '{BANNER}', found {shown(line)}. Add it as the first line.", 1)
    if len(words) != 5:
        raise FormatError(path, f"the banner has {len(words)} words; expected '{BANNER}'.", 1)
    _, kind, layout, field, symmetry = words
    if kind != "matrix":
        raise FormatError(path, f"the banner describes a {kind!r}; expected 'matrix'.", 1)
    if layout == "array":
        advice = "Write it with scipy.io.mmwrite(path, scipy.sparse.coo_array(matrix))."
        raise FormatError(path, f"a dense matrix (array) is not an edge list; expected 'coordinate'. {advice}", 1)
    if layout != "coordinate":
        raise FormatError(path, f"the banner's layout is {layout!r}; expected 'coordinate'.", 1)
    if field == "complex":
        raise FormatError(path, "complex values cannot be edge weights; expected pattern, real or integer.", 1)
    if field not in _FIELDS:
        raise FormatError(path, f"the banner's field is {field!r}; expected pattern, real or integer.", 1)
    if symmetry not in _SYMMETRIES:
        expected = "expected general, symmetric or skew-symmetric"
        raise FormatError(path, f"the banner's symmetry is {symmetry!r}; {expected}.", 1)
    return _FIELDS[field], symmetry


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
        raise FormatError(
            path, f"{header.entries:,} entries do not fit into memory. Choose a smaller graph.", header.lines
        ) from error
    entries.finish()
    value = matrix.data
    if entries.infinities != (found := int(np.count_nonzero(np.isinf(value))) if header.field != "pattern" else 0):
        raise FormatError(path, f"{found - entries.infinities:,} value(s) too large for a 64-bit float.")
    return matrix.coords[0], matrix.coords[1], value


def _translated(error: Exception, path: Path, header: Header) -> FormatError:
    """The parser's error as a FormatError: after the grammar, only out-of-range numbers and wrong counts remain."""
    found = re.match(r"Line (\d+): (.*)", str(error))
    line, what = (int(found[1]), found[2]) if found else (None, str(error))
    if "out of bounds" in what or "out of range" in what:
        seen = "" if line is None else f", found {shown(_line(path, line))}"
        expected = f"expected a row and a column from 1 to {header.size:,}, as in the size line{seen}"
        return FormatError(path, f"{expected}. Correct the ids or the size line.", line)
    if what.startswith("Truncated"):
        problem = f"expected {_EXPECTED[header.field]} in each of {header.entries:,} rows, as in the size line"
        return FormatError(path, f"{problem}; some rows are blank or have more.")
    return FormatError(path, f"{what.rstrip('.')}; expected {_EXPECTED[header.field]}.", line)


def _line(path: Path, number: int) -> bytes:
    with opened(path) as stream:
        before = 0
        for block in blocks(stream, path):
            if number <= (after := before + count_lines(block)):
                return block.split(b"\n")[number - before - 1]
            before = after
    return b""


def _plain_pairs(block: bytes, newlines: int) -> bool:
    """Whether a block has only digits, newlines and on average one blank per line: a fifth of the grammar's time.

    As the parser requires two numbers in each line and counts the lines, each line then has exactly two.
    """
    characters = np.frombuffer(block, dtype=np.uint8)
    blanks = int(np.count_nonzero(characters == ord(" ")))
    below_digits = int(np.count_nonzero(characters < ord("0")))
    return blanks == newlines and below_digits == blanks + newlines and bool(characters.max() <= ord("9"))


class _Entries:
    """The stream that `mmread` reads: a header without symmetry, then lines that match the grammar.

    An exception cannot pass through the C++ stream, so it is kept, the stream ends, and :meth:`finish` raises it.
    """

    def __init__(self, stream: Bounded, path: Path, header: Header) -> None:
        self._path, self._header = path, header
        checked = self._checked(blocks(stream, path))
        self._seen = 0
        self._error: Exception | None = None
        self.infinities = 0
        # As many lines as the original header, so that the parser's line numbers are those of the file.
        field = "pattern" if header.field == "pattern" else "real"
        banner = f"%%MatrixMarket matrix coordinate {field} general\n" + "%\n" * (header.lines - 2)
        self._blocks = itertools.chain([f"{banner}{header.size} {header.size} {header.entries}\n".encode()], checked)

    def read(self, _size: int) -> bytes:
        """A whole block: the parser asks for a kilobyte and takes any number of bytes (half the time)."""
        try:
            return next(self._blocks, b"")
        except Exception as error:  # noqa: BLE001 - kept for finish()
            self._error = error
            return b""

    def finish(self) -> None:
        """Check the rest of the file, and the number of entries against the size line."""
        if self._error is None:
            for _ in self._blocks:
                pass
        if self._error is not None:
            raise self._error
        if self._seen != self._header.entries:
            raise self._count_error(f"has only {self._seen:,} of")

    def _count_error(self, what: str) -> FormatError:
        problem = f"{what} the {self._header.entries:,} entries in its size line"
        return FormatError(self._path, f"{problem}. Correct the size line or get the file again.")

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
                longer = grammar[:-1].replace("{1,15}", "{1,40}")
                block = self._line_by_line(block, re.compile(longer.encode()), lines)
            lines += new
            if self._seen > self._header.entries:
                raise self._count_error("has more than")
            if value and (b"i" in block or b"I" in block):
                self.infinities += len(re.findall(rb"(?i)inf", block))
            yield block

    def _refuse_inexact(self, line: bytes, number: int) -> None:
        """Refuse a whole value that float64 rounds; others of more than 15 digits stay."""
        value = line.split()[-1]
        if (
            self._header.field == "integer"
            and self._header.symmetry != "skew-symmetric"
            and re.fullmatch(rb"-?[0-9]{16,40}", value)
        ):
            if int(float(value)) == int(value):
                return
            problem = f"the value {value.decode()} is beyond 2^53, where float64 rounds whole numbers"
            raise FormatError(self._path, f"{problem}. Rescale the values.", number)

    def _line_by_line(self, block: bytes, grammar: re.Pattern[bytes], before: int) -> bytes:
        """Normalize a block with blank lines, comments or other spellings of numbers, or raise with the line."""
        lines = block.splitlines(keepends=True)
        for at, line in enumerate(lines):
            if not line.strip() or line.lstrip().startswith(b"%"):
                lines[at] = b"\n"
                continue
            plain = line
            if self._header.field != "pattern":
                plain = _FOREIGN_EXPONENT.sub(b"e", _FOREIGN_SIGN.sub(b"", line))
            self._refuse_inexact(plain, before + at + 1)
            if not grammar.fullmatch(plain):
                problem = f"expected {_EXPECTED[self._header.field]}, found {shown(line)}."
                raise FormatError(self._path, problem, before + at + 1)
            lines[at] = plain
            self._seen += 1
        return b"".join(lines)
