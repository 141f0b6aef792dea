"""KONECT networks, `out.NAME`: `% sym|asym|bip WEIGHTS`, perhaps `% M N1 N2`, then `u v [weight [timestamp]]`.

The format: J. Kunegis, "Handbook of Network Analysis: The KONECT Project", section on the file format. The two sides of
a bipartite network are numbered separately: left vertex 1 and right vertex 1 are different vertices.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats import numbers
from graphbench.graphs.formats.packed import opened
from graphbench.graphs.formats.text import read_line, shown

_HEADER = re.compile(rb"%\s*(sym|asym|bip)(?:\s+([a-z]+))?\s*")
_COUNTS = re.compile(rb"%\s*([0-9]{1,18})(?:\s+([0-9]{1,18})(?:\s+([0-9]{1,18}))?)?\s*")
_WEIGHTED = frozenset({"signed", "multisigned", "posweighted", "weighted", "multiweighted", "multiposweighted"})
_UNWEIGHTED = frozenset({"unweighted", "positive"})


class _Head(NamedTuple):
    """What the first lines say; `width` is that of the first row."""

    symmetry: str
    weighted: bool
    counts: list[int]
    width: int


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a KONECT network.

    Args:
        path: the file.
        directed: False drops the direction of an asymmetric network; else the header decides.

    Raises:
        FormatError: if a row is invalid, or counts differ from those of the second line.
    """
    head = _head(path)
    columns: dict[int, type[Any]] = {0: np.int64, 1: np.int64, **({2: np.float64} if head.weighted else {})}
    row = numbers.GAP.join([numbers.ID] * 2 + [numbers.REAL] * (head.width - 2))
    with opened(path) as stream:
        expected = f"{head.width} numbers as in the first row (source target ...)"
        src, dst, *weight = numbers.read_rows(stream, path, row, expected=expected, columns=columns, width=head.width)
    if len(src) and min(src.min(), dst.min()) < 1:
        raise FormatError(path, "an edge has vertex 0; KONECT numbers vertices from 1.")
    edges, left, right = [*head.counts, None, None, None][:3]
    if edges not in {None, len(src)}:
        problem = f"found {len(src):,} edges; expected {edges:,}, as in the second line"
        raise FormatError(path, f"{problem}. Get the file again.", 2)
    sizes = [_size(int(ends.max(initial=0)), size, path) for ends, size in ((src, left), (dst, right or left))]
    bipartite = head.symmetry == "bip"
    if bipartite:
        dst = dst + sizes[0]
        warnings.warn(
            f"bipartite: its right vertices 1 to {sizes[1]:,} are called {sizes[0] + 1:,} to {sum(sizes):,}.",
            stacklevel=2,
        )
    vertices = sum(sizes) if bipartite else max(sizes)
    numbers.require_sensible(vertices, path)
    are_arcs = head.symmetry == "asym" and directed is not False
    return Raw(
        src=src - 1, dst=dst - 1, weight=weight[0] if weight else None, num_vertices=vertices, directed=are_arcs,
        first=1,
    )  # fmt: skip


def _size(highest: int, counted: int | None, path: Path) -> int:
    if counted is not None and highest > counted:
        raise FormatError(path, f"an edge has vertex {highest:,}; expected 1 to {counted:,}, as in the second line.", 2)
    return max(highest, counted or 0)


def _head(path: Path) -> _Head:
    with opened(path) as stream:
        line = read_line(stream, path).removeprefix(b"\xef\xbb\xbf")
        while line and not line.strip():
            line = read_line(stream, path)
        header = _HEADER.fullmatch(line.strip())
        if header is None:
            raise FormatError(path, f"expected '% sym|asym|bip WEIGHTS', found {shown(line)}.", 1)
        weights = (header[2] or b"unweighted").decode()
        if weights not in _WEIGHTED | _UNWEIGHTED:
            known = ", ".join(sorted(_WEIGHTED | _UNWEIGHTED))
            raise FormatError(path, f"the network's weights are {weights!r}; expected {known}. Convert the file.", 1)
        line = read_line(stream, path)
        found = _COUNTS.fullmatch(line.strip())
        while line and (not line.strip() or line.lstrip().startswith(b"%")):
            line = read_line(stream, path)
        width = len(line.split())
    if not 2 <= width <= 4:
        raise FormatError(path, f"expected 'source target [weight [timestamp]]', found {shown(line)}.")
    if weights == "positive" and width > 2:
        warnings.warn("the third column counts parallel edges and is ignored.", stacklevel=3)
    counts = [int(word) for word in found.groups() if word] if found else []
    return _Head(header[1].decode(), weights in _WEIGHTED and width > 2, counts, width)
