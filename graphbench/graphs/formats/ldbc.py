"""LDBC Graphalytics data: NAME.v (a vertex per line), NAME.e (`source target [weight]`) and NAME.properties.

The format: "The LDBC Graphalytics Benchmark", version 1.0.5, section 2.2. The properties have the direction and the
counts of the graph, and each algorithm's parameters; without them the rows are edges unless `directed` is True. Where
the expected outputs of algorithms (NAME-BFS, NAME-PR, ...) are beside the graph, :func:`reference` reads them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats import numbers
from graphbench.graphs.formats.packed import Bounded, members, opened

Ids = npt.NDArray[np.int64]
OUTPUTS = {"bfs": "BFS", "cdlp": "CDLP", "lcc": "LCC", "pagerank": "PR", "sssp": "SSSP", "wcc": "WCC"}
"""Suffixes of the expected outputs, by algorithm."""

_PARAMETERS = {
    "bfs": ("source", "bfs.source-vertex", str),
    "cdlp": ("iterations", "cdlp.max-iterations", int),
    "sssp": ("source", "sssp.source-vertex", str),
}
"""By algorithm, its parameter here, the property that has the value, and the value's type."""


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a graph.

    Args:
        path: one of its files, or an archive of them.
        directed: False drops the direction; True has no effect where there are properties.

    Raises:
        FormatError: if a row is invalid, an edge has an unknown vertex, or counts differ from the properties.
    """
    with _part(path, ".v") as stream:
        (names,) = numbers.read_rows(
            stream, path, numbers.ID, expected="a vertex (a whole number)", columns={0: np.int64}, width=1, comments="#"
        )
    src, dst, weight = _edges(path)
    ordered = np.unique(names)
    if len(ordered) < len(names):
        raise FormatError(path, f"{len(names) - len(ordered):,} vertices are listed twice in the file of vertices.")
    ends = [_positions(column, ordered, path) for column in (src, dst)]
    known = properties(path)
    for key, found in (("meta.vertices", len(names)), ("meta.edges", len(src))):
        if known.get(key, str(found)).replace("_", "") != str(found):
            raise FormatError(path, f"found {found:,} as {key}; expected {known[key]}, as in the properties.")
    are_arcs = known["directed"].casefold() == "true" if "directed" in known else bool(directed)
    return Raw(
        src=ends[0], dst=ends[1], weight=weight, num_vertices=len(names), directed=are_arcs and directed is not False,
        names=None if np.array_equal(ordered, np.arange(len(ordered))) else ordered,
    )  # fmt: skip


def properties(path: Path) -> dict[str, str]:
    """The properties of a graph without the prefix `graph.NAME.`; none if it has no file of them."""
    if not _has_part(path, ".properties"):
        return {}
    with _part(path, ".properties") as stream:
        lines = stream.everything().decode("utf-8", errors="replace").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith(("#", "!")))
    name = _stem(path)
    return {key.strip().removeprefix("graph.").removeprefix(f"{name}."): value.strip() for key, _, value in pairs}


def parameters(path: Path, algorithm: str) -> dict[str, Any]:
    """The parameters of an algorithm that the properties state: the source of a search, the number of iterations."""
    if algorithm not in _PARAMETERS:
        return {}
    name, key, kind = _PARAMETERS[algorithm]
    value = properties(path).get(key, "")
    return {name: kind(value)} if value.isdigit() else {}


def reference(path: Path, algorithm: str) -> tuple[Ids, npt.NDArray[Any]] | None:
    """The vertices and values of an algorithm's expected output; None if there is none for the graph.

    Values are float64, or int64 (of BFS, CDLP and WCC).

    Raises:
        FormatError: if the file is invalid.
    """
    suffix = f"-{OUTPUTS[algorithm]}" if algorithm in OUTPUTS else ""
    if not suffix or not _has_part(path, suffix):
        return None
    whole = algorithm in {"bfs", "cdlp", "wcc"}
    value = r"[0-9]{1,19}" if whole else rf"(?:{numbers.REAL}|[Ii]nf(?:inity)?)"
    with _part(path, suffix) as stream:
        vertices, values = numbers.read_rows(
            stream, path, numbers.ID + numbers.GAP + value, expected="a vertex and its value",
            columns={0: np.int64, 1: np.int64 if whole else np.float64}, width=2, comments="#", finite=False,
        )  # fmt: skip
    return vertices, values


def _edges(path: Path) -> tuple[Ids, Ids, npt.NDArray[np.float64] | None]:
    with _part(path, ".e") as stream:
        first = stream.readline()
        while first and not first.strip():
            first = stream.readline()
    width = len(first.split()) or 2
    if width not in {2, 3}:
        raise FormatError(path, f"an edge has {width} columns; expected 'source target [weight]'.", 1)
    row = numbers.GAP.join([numbers.ID] * 2 + [numbers.REAL] * (width - 2))
    columns: dict[int, type[Any]] = {0: np.int64, 1: np.int64, **({2: np.float64} if width == 3 else {})}
    with _part(path, ".e") as stream:
        src, dst, *weight = numbers.read_rows(
            stream, path, row, expected="'source target [weight]' as in the first row", columns=columns, width=width,
            comments="#",
        )  # fmt: skip
    return src, dst, weight[0] if weight else None


def _positions(ends: Ids, ordered: Ids, path: Path) -> Ids:
    at = np.searchsorted(ordered, ends)
    inside = at < len(ordered)
    if not inside.all() or not np.array_equal(ordered[at], ends):
        wrong = ends[~inside] if not inside.all() else ends[ordered[at] != ends]
        raise FormatError(path, f"an edge has vertex {wrong[0]}, which the file of vertices does not list. Add it.")
    return at


def _stem(path: Path) -> str:
    found = _archived(path, ".e")
    return PurePosixPath(found).stem if found else path.stem


def _archived(path: Path, suffix: str) -> str | None:
    """The full name of the member of an archive that ends so, beside the graph's file of edges."""
    if path.suffix in {".v", ".e", ".properties"} or not path.is_file():
        return None
    names = _members(path, path.stat().st_mtime_ns)
    edges = [name for name in names if name.endswith(".e") and f"{name[:-2]}.v" in names]
    wanted = f"{edges[0][:-2]}{suffix}" if edges else ""
    return wanted if wanted in names else None


@functools.lru_cache(maxsize=4)
def _members(path: Path, _modified_ns: int) -> list[str]:
    """The names in an archive; to list a tar archive is to decompress all of it."""
    return members(path)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.stem}{suffix}")


def _has_part(path: Path, suffix: str) -> bool:
    return _beside(path, suffix).is_file() or _archived(path, suffix) is not None


@contextmanager
def _part(path: Path, suffix: str) -> Iterator[Bounded]:
    member = _archived(path, suffix)
    if member is None:
        with opened(_beside(path, suffix)) as stream:
            yield stream
    else:
        with opened(path, member) as stream:
            yield stream
