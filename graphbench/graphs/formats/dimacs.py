"""DIMACS graphs: `p edge N M` with `e u v`, `p sp N M` with `a u v weight`, and PACE's `p tw N M` with `u v`.

The formats: DIMACS Implementation Challenges 2 (colouring: undirected), 1 and 9 (maximum flow, shortest paths: arcs
with a capacity or length), and PACE (undirected, no letter before the ends). Lines `c ...` are comments.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats import numbers
from graphbench.graphs.formats.packed import Bounded, opened
from graphbench.graphs.formats.text import read_line, shown

_EDGES = frozenset({"edge", "edges", "col", "coloring"})
_ARCS = frozenset({"sp", "max", "asn"})
_PACE = frozenset({"tw", "td", "ds", "vc", "fvs", "cep", "hs", "tww"})
_SIZE = re.compile(rb"p\s+([A-Za-z]+)\s+([0-9]{1,18})\s+([0-9]{1,18})\s*")


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a DIMACS graph.

    Args:
        path: the file.
        directed: for `p edge` and PACE, True keeps rows as arcs; for `p sp` and `p max`, False drops the direction.

    Raises:
        FormatError: if a line is invalid, or counts differ from the `p` line.
    """
    with opened(path) as stream:
        kind, vertices, edges, before = _size_line(stream, path)
        numbers.require_sensible(vertices, path, before)
        if edges > stream.limit:
            problem = f"the p line has {edges:,} edges, more than fit into {stream.limit:,} bytes. Correct it."
            raise FormatError(path, problem, before)
        src, dst, *weight = _rows(stream, path, kind, before)
    found = len(src)
    if kind in _EDGES and found != edges and 2 * found == edges:
        # Many colouring instances count both directions and list one.
        warnings.warn(f"the p line has {edges:,} edges, twice the {found:,} that are listed.", stacklevel=2)
    elif found != edges:
        problem = f"found {found:,} edges; expected {edges:,}, as in the p line. Correct it or get the file again."
        raise FormatError(path, problem, before)
    for ends in (src, dst):
        if found and (ends.min() < 1 or ends.max() > vertices):
            wrong = int(ends[np.argmax((ends < 1) | (ends > vertices))])
            raise FormatError(path, f"an edge has vertex {wrong:,}; expected 1 to {vertices:,}, as in the p line.")
    are_arcs = directed is not False if kind in _ARCS else bool(directed)
    return Raw(
        src=src - 1,
        dst=dst - 1,
        weight=weight[0] if weight else None,
        num_vertices=vertices,
        directed=are_arcs,
        first=1,
    )


def _size_line(stream: Bounded, path: Path) -> tuple[str, int, int, int]:
    number = 0
    while line := read_line(stream, path):
        number += 1
        if not line.strip() or line.lstrip().startswith((b"c", b"%", b"#", b"\xef\xbb\xbfc")):
            continue
        found = _SIZE.fullmatch(line.strip().removeprefix(b"\xef\xbb\xbf"))
        if not found:
            expected = "expected the DIMACS line 'p edge VERTICES EDGES' or 'p sp VERTICES ARCS' before the edges"
            advice = "Add it. If the first column holds vertices, add a header row: source target weight."
            raise FormatError(path, f"{expected}, found {shown(line)}. {advice}", number)
        kind = found[1].decode().casefold()
        if kind not in _EDGES | _ARCS | _PACE:
            problem = f"the DIMACS problem is {kind!r}; expected a graph: edge, col, sp, max or tw"
            raise FormatError(path, f"{problem}. Convert the file.", number)
        return kind, int(found[2]), int(found[3]), number
    raise FormatError(path, "the file ends before the DIMACS line 'p edge VERTICES EDGES'.", number)


def _rows(stream: Bounded, path: Path, kind: str, before: int) -> numbers.Arrays:
    gap, vertex = numbers.GAP, numbers.ID
    if kind in _PACE:
        row, expected, first = rf"{vertex}{gap}{vertex}", "two vertices", 0
    elif kind in _EDGES:
        row, expected, first = rf"e{gap}{vertex}{gap}{vertex}", "'e vertex vertex'", 1
    else:
        row, expected, first = rf"a{gap}{vertex}{gap}{vertex}{gap}{numbers.REAL}", "'a vertex vertex weight'", 1
    columns: dict[int, type] = {first: np.int64, first + 1: np.int64}
    if kind in _ARCS:
        columns[first + 2] = np.float64
    # Lines n, d, v and x describe vertices: a source, a demand, coordinates.
    return numbers.read_rows(
        stream, path, row, expected=expected, columns=columns, width=len(columns) + first, before=before,
        comments="[cndvx%#]",
    )  # fmt: skip
