"""Pajek networks, `.net`: `*Vertices N`, labels, then `*Edges`, `*Arcs`, `*Edgeslist` or `*Arcslist`.

NetworkX's reader merges vertices with equal labels, reads `*Arcslist` as weights and makes a graph directed or not by
its last section, so this is our own. A network with both edges and arcs is directed; an edge is then an arc each way.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats.numbers import ID, REAL, require_sensible
from graphbench.graphs.formats.text import lines_of, shown

_SECTION = re.compile(r"\*([a-z]+)(?:\s*:?\s*([0-9]{1,18}(?![0-9])))?(?:\s+(.*))?", re.IGNORECASE)
_ROW = re.compile(rf"({ID})\s+(-?{ID})(?:\s+({REAL}))?(?:\s.*)?")
_TIMES = re.compile(r"\[[-0-9*,\s]+\]")


class _Network:
    """What the lines so far say."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.vertices = -1
        self.labels: dict[int, str] = {}
        self.section = ""
        self.rows: dict[str, list[tuple[int, int, float | None]]] = {"edges": [], "arcs": []}

    def begin(self, line: str, number: int) -> None:
        found = _SECTION.fullmatch(line)
        name = found[1].casefold() if found else ""
        if name == "network":
            self.section = name
        elif found and name == "vertices":
            if self.vertices >= 0 or found[2] is None:
                raise FormatError(self.path, f"expected one line '*Vertices N', found {shown(line.encode())}.", number)
            if found[3]:
                problem = "a two-mode network has vertices of two kinds; expected '*Vertices N'"
                raise FormatError(self.path, f"{problem}. Remove the second number to read all as one kind.", number)
            self.vertices, self.section = int(found[2]), name
            require_sensible(self.vertices, self.path, number)
        elif name in {"edges", "arcs", "edgeslist", "arcslist"} and self.vertices >= 0:
            self.section = name
        else:
            expected = "expected *Vertices, then *Edges, *Arcs, *Edgeslist or *Arcslist"
            raise FormatError(self.path, f"{expected}, found {shown(line.encode())}.", number)

    def add(self, line: str, number: int) -> None:
        if self.section == "vertices":
            self._label(line, number)
        elif self.section in {"edges", "arcs"}:
            found = _ROW.fullmatch(line)
            if not found or _TIMES.search(line):
                expected = "'source target [weight]' without times"
                raise FormatError(self.path, f"expected {expected}, found {shown(line.encode())}.", number)
            weight = None if found[3] is None else float(found[3])
            self._edge(self.section, int(found[1]), int(found[2]), weight, number)
        elif self.section:
            words = line.split()
            if not all(re.fullmatch(ID, word) for word in words):
                raise FormatError(self.path, f"expected numbers of vertices, found {shown(line.encode())}.", number)
            for word in words[1:]:
                self._edge(self.section.removesuffix("list"), int(words[0]), int(word), None, number)
        else:
            raise FormatError(self.path, f"expected '*Vertices N', found {shown(line.encode())}.", number)

    def _label(self, line: str, number: int) -> None:
        word, _, rest = line.partition(" ")
        if not re.fullmatch(ID, word) or not 1 <= int(word) <= self.vertices or int(word) in self.labels:
            expected = f"a new vertex from 1 to {self.vertices:,} and its label"
            raise FormatError(self.path, f"expected {expected}, found {shown(line.encode())}.", number)
        quoted = re.match(r'\s*"([^"]*)"', rest)
        self.labels[int(word)] = quoted[1] if quoted else (rest.split() or [word])[0]

    def _edge(self, kind: str, source: int, target: int, weight: float | None, number: int) -> None:
        for end in (source, target):
            if not 1 <= end <= self.vertices:
                raise FormatError(self.path, f"found vertex {end:,}; expected 1 to {self.vertices:,}.", number)
        self.rows[kind].append((source - 1, target - 1, weight))


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a Pajek network; vertices are called by their labels if all have one and all differ.

    Args:
        path: the file.
        directed: False drops the direction of arcs; the sections define it otherwise.

    Raises:
        FormatError: if a line is invalid, or the network is two-mode, a matrix or has times.
    """
    network = _Network(path)
    for number, line in lines_of(path, comments="%"):
        if line.startswith("*"):
            network.begin(line, number)
        else:
            network.add(line, number)
    edges, arcs = network.rows["edges"], network.rows["arcs"]
    rows = edges + arcs
    mixed = bool(arcs)
    if mixed:
        rows += [(target, source, weight) for source, target, weight in edges]
    weights = [weight for _, _, weight in rows]
    given = sum(weight is not None for weight in weights)
    values = np.array([1.0 if weight is None else weight for weight in weights]) if given else None
    if values is not None and bool(np.all(values == 1)):
        values = None  # Pajek writes the weight 1 for edges without one
    return Raw(
        src=np.array([row[0] for row in rows], dtype=np.int64),
        dst=np.array([row[1] for row in rows], dtype=np.int64),
        weight=values,
        num_vertices=max(network.vertices, 0),
        directed=mixed and directed is not False,
        names=_names(network),
        first=1,
    )


def _names(network: _Network) -> np.ndarray | None:
    labels = network.labels
    if len(labels) == network.vertices == len(set(labels.values())) and labels:
        names = [labels[vertex] for vertex in range(1, network.vertices + 1)]
        if names != [str(vertex) for vertex in range(1, network.vertices + 1)]:
            return np.array(names, dtype=object)
    return None
