"""METIS graphs, `.graph`: line i lists the neighbours of vertex i, so each edge is listed twice.

The format: Karypis, "METIS: A Software Package for Partitioning Unstructured Graphs, Version 5.1.0", section 4.1. The
header is `vertices edges [fmt [ncon]]`; the digits of `fmt` say whether there are vertex sizes, vertex weights and edge
weights. Sizes and weights of vertices are ignored. Lines that begin with `%` are comments; a blank line is a vertex
without neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.errors import FormatError
from graphbench.graphs.arrow import to_numpy
from graphbench.graphs.clean import Raw, id_type
from graphbench.graphs.columns import is_sorted, sort_by, sort_by_both
from graphbench.graphs.formats.packed import Bounded, opened
from graphbench.graphs.formats.text import blocks, count_lines, matches, read_line, shown

_BLOCK_BYTES = 1 << 20
_LONGEST = 1 << 30  # a hub with a hundred million neighbours
_COMMENT = re.compile(rb"(?m)^[ \t]*%.*\n")
_GRAMMAR = r"[0-9 \t\r\n]*"
# NetworKit writes weights of edges with decimals, such as 1.5 and 1e-05.
_DECIMAL_GRAMMAR = r"[0-9eE.+\- \t\r\n]*"

Integers = npt.NDArray[np.signedinteger[Any]]
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class MetisHeader:
    """The first line: counts, and which numbers a vertex's line has before (`before`) and between its neighbours."""

    vertices: int
    edges: int
    before: int
    weighted: bool
    line: int


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a METIS graph.

    Args:
        path: the file.
        directed: True keeps both directions of each edge as arcs.

    Raises:
        FormatError: if numbers are missing or out of range, or if an edge is not listed in both directions.
    """
    with opened(path) as stream:
        header = _header(stream, path)
        grammar = _DECIMAL_GRAMMAR if header.weighted else _GRAMMAR
        parts = [(_numbers(text, path), _per_line(text)) for text in _checked(stream, path, header.line, grammar)]
    src, dst, weight = _arcs(parts, header, path)
    if len(src) != 2 * header.edges:
        problem = f"found {len(src):,} neighbours; expected {2 * header.edges:,}"
        raise FormatError(path, f"{problem}, as the header has {header.edges:,} edges, each listed twice.", header.line)
    if not directed:
        src, dst, weight = _halved(src, dst, weight, path, header.vertices)
    return Raw(src=src, dst=dst, weight=weight, num_vertices=header.vertices, directed=bool(directed), first=1)


def _header(stream: Bounded, path: Path) -> MetisHeader:
    number, line = 1, read_line(stream, path)
    while line and (line.lstrip().startswith(b"%") or not line.strip()):
        number, line = number + 1, read_line(stream, path)
    found = re.fullmatch(rb"\s*([0-9]{1,18})\s+([0-9]{1,18})(?:\s+([01]{1,3})(?:\s+([0-9]{1,3}))?)?\s*", line)
    if not found:
        expected = "'vertices edges [fmt [ncon]]' with fmt of up to three digits 0 or 1"
        raise FormatError(path, f"expected the METIS header {expected}, found {shown(line)}.", number)
    vertices, edges = int(found[1]), int(found[2])
    if vertices > stream.limit or edges > stream.limit:
        problem = f"the header has {vertices:,} vertices and {edges:,} edges"
        raise FormatError(path, f"{problem}, more than fit into {stream.limit:,} bytes. Correct it.", number)
    sizes, weights, edge_weights = (digit == "1" for digit in (found[3] or b"0").decode().rjust(3, "0"))
    constraints = int(found[4]) if found[4] else int(weights)
    return MetisHeader(vertices, edges, int(sizes) + (constraints if weights else 0), edge_weights, number)


def _checked(stream: Bounded, path: Path, before: int, grammar: str) -> Iterator[bytes]:
    """The adjacency lines without comments, in blocks; blank lines stay, as they are vertices."""
    for block in blocks(stream, path, size=_BLOCK_BYTES, longest=_LONGEST):
        plain = _COMMENT.sub(b"", block) if b"%" in block else block
        if not _is_plain(plain) and not matches(grammar, plain):
            allowed = re.compile(rf"(?:{grammar})".encode())
            for number, line in enumerate(block.split(b"\n"), before + 1):
                if not line.lstrip().startswith(b"%") and not allowed.fullmatch(line):
                    raise FormatError(path, f"expected whole numbers, found {shown(line)}.", number)
        before += count_lines(block)
        if plain:
            yield plain


def _is_plain(text: bytes) -> bool:
    """Whether there are digits, blanks and newlines only: a fifth of the grammar's time."""
    characters = np.frombuffer(text, dtype=np.uint8)
    between = np.count_nonzero(characters == ord(" ")) + np.count_nonzero(characters == ord("\n"))
    return np.count_nonzero(characters < ord("0")) == between and int(characters.max(initial=0)) <= ord("9")


_COLUMN = bytes.maketrans(b" \t\r", b"\n\n\n")


def _numbers(text: bytes, path: Path) -> npt.NDArray[Any]:
    """All numbers in order: int32 if they fit, int64, or float64 if a weight has decimals."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    if text.isspace():
        return _NONE
    kind = pa.float64() if any(mark in text for mark in (b".", b"e", b"E")) else pa.int64()
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text.translate(_COLUMN)),
            read_options=arrow_csv.ReadOptions(column_names=["number"]),
            parse_options=arrow_csv.ParseOptions(quote_char=False),
            convert_options=arrow_csv.ConvertOptions(column_types={"number": kind}),
        )
    except pa.ArrowInvalid as error:
        raise FormatError(path, f"found a number that is malformed or beyond 64 bits ({error}). Correct it.") from error
    numbers: npt.NDArray[Any] = to_numpy(table.column("number"))
    fits = kind == pa.int64() and np.abs(numbers).max(initial=0) <= np.iinfo(np.int32).max
    return numbers.astype(np.int32) if fits else numbers


def _per_line(text: bytes) -> Integers:
    """The number of numbers in each line, shape (lines,)."""
    characters = np.frombuffer(text, dtype=np.uint8)
    starts = characters > ord(" ")
    starts[1:] &= characters[:-1] <= ord(" ")
    ends = np.flatnonzero(characters == ord("\n"))
    return np.add.reduceat(starts, np.append(0, ends[:-1] + 1), dtype=np.int64)


def _arcs(
    parts: list[tuple[npt.NDArray[Any], Integers]], header: MetisHeader, path: Path
) -> tuple[Integers, Integers, npt.NDArray[np.float64] | None]:
    """Every listed neighbour as an arc, 0-based; `parts` is emptied, as it holds the numbers a second time."""
    numbers, per_line = map(np.concatenate, zip(*parts or [(_NONE, _NONE)], strict=True))
    parts.clear()
    extra = per_line[header.vertices :]
    if len(per_line) < header.vertices or extra.any():
        found = len(per_line) - len(extra) + (int(np.flatnonzero(extra)[-1]) + 1 if extra.any() else 0)
        problem = f"found {found:,} lines of vertices; expected {header.vertices:,}, as in the header."
        raise FormatError(path, problem, header.line)
    counts = per_line[: header.vertices]
    step = 2 if header.weighted else 1
    wrong = (counts < header.before) | ((counts - header.before) % step != 0)
    if wrong.any():
        vertex = int(np.argmax(wrong))
        expected = f"{header.before} numbers of the vertex, then " if header.before else ""
        expected += "neighbours, each with its weight" if header.weighted else "neighbours"
        problem = f"the line of vertex {vertex + 1:,} has {counts[vertex]} numbers; expected {expected}."
        raise FormatError(path, problem)
    if header.before:
        kept = np.ones(len(numbers), dtype=bool)
        for place in range(header.before):
            kept[np.cumsum(counts) - counts + place] = False
        numbers = numbers[kept]
    listed = numbers[::step]
    src = np.repeat(np.arange(header.vertices, dtype=id_type(header.vertices)), (counts - header.before) // step)
    if len(listed) and (listed.min() < 1 or listed.max() > header.vertices):
        at = int(np.argmax((listed < 1) | (listed > header.vertices)))
        problem = f"the line of vertex {src[at] + 1:,} lists vertex {listed[at]:,.17g}"
        raise FormatError(path, f"{problem}; expected 1 to {header.vertices:,}.")
    dst = listed.astype(src.dtype)
    if not np.array_equal(listed, dst):
        raise FormatError(path, f"vertex {listed[listed != dst][0]} is not a whole number. Correct it.")
    dst -= 1
    return src, dst, _exact(numbers[1::2], path) if header.weighted else None


def _exact(weight: npt.NDArray[Any], path: Path) -> npt.NDArray[np.float64]:
    floats = weight.astype(np.float64)
    if bool(np.isinf(floats).any()) or bool(np.any(floats.astype(weight.dtype) != weight)):
        raise FormatError(path, "a weight is beyond 2^53, where float64 rounds whole numbers. Rescale the weights.")
    return floats


def _halved(
    src: Integers, dst: Integers, weight: npt.NDArray[np.float64] | None, path: Path, vertices: int
) -> tuple[Integers, Integers, npt.NDArray[np.float64] | None]:
    """Each edge once: the arcs to larger ids, after checking that the arcs to smaller ids mirror them."""
    if not _is_mirrored(src, dst, weight, vertices):
        _require_mirrored(src, dst, weight, path)
    keep = src <= dst
    return src[keep], dst[keep], None if weight is None else weight[keep]


def _is_mirrored(src: Integers, dst: Integers, weight: npt.NDArray[np.float64] | None, vertices: int) -> bool:
    """Whether each edge is listed twice, in O(vertices + edges); parallel edges may be, in another order."""
    up, down = src < dst, src > dst
    weights = np.zeros(len(src), dtype=np.int8) if weight is None else weight
    forth = sort_by(dst[up], src[up], weights[up], vertices)  # the lines are in order of src
    back = src[down], dst[down], weights[down]
    if not is_sorted(back[0], back[1], strictly=True):
        back = sort_by_both(*back, vertices)
    return all(np.array_equal(one, two) for one, two in zip(forth, back, strict=True))


def _require_mirrored(src: Integers, dst: Integers, weight: npt.NDArray[np.float64] | None, path: Path) -> None:
    """Compare sorted lists of both directions.

    Raises:
        FormatError: at the first edge that is missing in one of them, or has another weight.
    """
    up, down = src < dst, src > dst
    weights = np.zeros(len(src)) if weight is None else weight
    forth = np.lexsort((weights[up], dst[up], src[up]))
    back = np.lexsort((weights[down], src[down], dst[down]))
    columns = ((src[up], dst[down]), (dst[up], src[down]), (weights[up], weights[down]))
    shared = min(len(forth), len(back))
    same = np.ones(shared, dtype=bool)
    for one, two in columns:
        same &= one[forth][:shared] == two[back][:shared]
    if len(forth) != len(back) or not same.all():
        at = int(np.argmin(same)) if not same.all() else shared
        longer, order, ends = (up, forth, (src, dst)) if len(forth) > at else (down, back, (dst, src))
        low, high = (int(end[longer][order][at]) + 1 for end in ends)
        problem = f"edge {low:,} - {high:,} differs between the lines of its two vertices; METIS requires equal entries"
        raise FormatError(path, f"{problem}. To read the lines as arcs, pass --directed.")
