"""METIS graphs, `.graph`: line i lists the neighbours of vertex i, so each edge is listed twice.

The format: Karypis, "METIS: A Software Package for Partitioning Unstructured Graphs, Version 5.1.0", section 4.1. The
header is `vertices edges [fmt [ncon]]`; the digits of `fmt` say whether there are vertex sizes, vertex weights and edge
weights. Sizes and weights of vertices are ignored. Lines that begin with `%` are comments; a blank line is a vertex
without neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.errors import FormatError
from graphbench.graphs.arrow import to_numpy
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats.packed import Bounded, opened
from graphbench.graphs.formats.text import blocks, matches, read_line, shown

_LONGEST = 1 << 30  # a hub with a hundred million neighbours
_COMMENT = re.compile(rb"(?m)^[ \t]*%.*\n")
_GRAMMAR = r"[0-9 \t\r\n]*"
# NetworKit writes weights of edges with decimals, such as 1.5 and 1e-05.
_DECIMAL_GRAMMAR = r"[0-9eE.+\- \t\r\n]*"

Integers = npt.NDArray[np.int64]


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
        text = b"".join(_checked(stream, path, header.line, grammar))
    numbers, per_line = _numbers(text, path), _per_line(text)
    src, dst, weight = _arcs(numbers, per_line, header, path)
    if len(src) != 2 * header.edges:
        problem = f"found {len(src):,} neighbours; expected {2 * header.edges:,}"
        raise FormatError(path, f"{problem}, as the header has {header.edges:,} edges, each listed twice.", header.line)
    if not directed:
        src, dst, weight = _halved(src, dst, weight, path)
    return Raw(src=src, dst=dst, weight=weight, num_vertices=header.vertices, directed=bool(directed))


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


def _checked(stream: Bounded, path: Path, before: int, grammar: str) -> list[bytes]:
    """The adjacency lines without comments; blank lines stay, as they are vertices."""
    kept = []
    for block in blocks(stream, path, longest=_LONGEST):
        plain = _COMMENT.sub(b"", block) if b"%" in block else block
        if not matches(grammar, plain):
            allowed = re.compile(rf"(?:{grammar})".encode())
            for number, line in enumerate(block.split(b"\n"), before + 1):
                if not line.lstrip().startswith(b"%") and not allowed.fullmatch(line):
                    raise FormatError(path, f"expected whole numbers, found {shown(line)}.", number)
        before += block.count(b"\n")
        kept.append(plain)
    return kept


def _numbers(text: bytes, path: Path) -> Integers | npt.NDArray[np.float64]:
    """All numbers in order: int64, or float64 if a weight has decimals."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    column = text.replace(b" ", b"\n").replace(b"\t", b"\n").replace(b"\r", b"\n")
    if not column.strip(b"\n"):
        return np.empty(0, dtype=np.int64)
    kind = pa.float64() if re.search(rb"[.eE]", column) else pa.int64()
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(column),
            read_options=arrow_csv.ReadOptions(column_names=["number"]),
            convert_options=arrow_csv.ConvertOptions(column_types={"number": kind}),
        )
    except pa.ArrowInvalid as error:
        raise FormatError(path, f"found a number that is malformed or beyond 64 bits ({error}). Correct it.") from error
    numbers: Integers | npt.NDArray[np.float64] = to_numpy(table.column("number"))
    return numbers


def _per_line(text: bytes) -> Integers:
    """The number of numbers in each line, shape (lines,)."""
    characters = np.frombuffer(text, dtype=np.uint8)
    digit = characters > ord(" ")
    starts = digit.copy()
    starts[1:] &= ~digit[:-1]
    ends = np.flatnonzero(characters == ord("\n"))
    before = np.searchsorted(np.flatnonzero(starts), ends)
    return np.diff(before, prepend=0)


def _arcs(
    numbers: Integers | npt.NDArray[np.float64], per_line: Integers, header: MetisHeader, path: Path
) -> tuple[Integers, Integers, npt.NDArray[np.float64] | None]:
    """Every listed neighbour as an arc, 0-based."""
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
    place = np.arange(len(numbers)) - np.repeat(np.cumsum(counts) - counts, counts) - header.before
    is_neighbour = (place >= 0) & (place % step == 0)
    src = np.repeat(np.arange(header.vertices), (counts - header.before) // step)
    listed = numbers[is_neighbour]
    dst = listed.astype(np.int64)
    if len(dst) and (dst.min() < 1 or dst.max() > header.vertices):
        at = int(np.argmax((dst < 1) | (dst > header.vertices)))
        problem = f"the line of vertex {src[at] + 1:,} lists vertex {dst[at]:,}; expected 1 to {header.vertices:,}."
        raise FormatError(path, problem)
    if not np.array_equal(listed, dst):
        raise FormatError(path, f"vertex {listed[listed != dst][0]} is not a whole number. Correct it.")
    weight = numbers[(place >= 0) & (place % step == 1)] if header.weighted else None
    return src, dst - 1, None if weight is None else _exact(weight, path)


def _exact(weight: npt.NDArray[Any], path: Path) -> npt.NDArray[np.float64]:
    floats = weight.astype(np.float64)
    if bool(np.isinf(floats).any()) or bool(np.any(floats.astype(weight.dtype) != weight)):
        raise FormatError(path, "a weight is beyond 2^53, where float64 rounds whole numbers. Rescale the weights.")
    return floats


def _halved(
    src: Integers, dst: Integers, weight: npt.NDArray[np.float64] | None, path: Path
) -> tuple[Integers, Integers, npt.NDArray[np.float64] | None]:
    """Each edge once: the arcs to larger ids, after checking that the arcs to smaller ids mirror them."""
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
    keep = src <= dst
    return src[keep], dst[keep], None if weight is None else weight[keep]
