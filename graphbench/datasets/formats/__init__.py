"""Readers, one file per format: each turns a file into :class:`~graphbench.datasets.base.Raw` rows or says why not."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from graphbench.datasets.base import Raw
from graphbench.errors import FormatError

UNDERSTOOD = (
    "Understood are Matrix Market (.mtx, .mtx.gz, a SuiteSparse .tar.gz), edge lists (.csv, .tsv, .txt, .edges, .el or "
    "no suffix; also with .gz), METIS (.graph, .graph.gz) and Parquet (.parquet)."
)

_READERS = {
    ".mtx": "matrix_market",
    ".tar.gz": "archive",
    ".tgz": "archive",
    ".csv": "table",
    ".tsv": "table",
    ".txt": "table",
    ".edges": "table",
    ".edgelist": "table",
    ".el": "table",
    ".wel": "table",
    "": "table",
    ".graph": "metis",
    ".parquet": "parquet",
}
SUFFIXES = tuple(suffix for suffix in _READERS if suffix)
"""The suffixes that say how a file is read; text formats may have `.gz` behind theirs."""


def read(path: str | os.PathLike[str], *, directed: bool | None = None) -> Raw:
    """Read a graph from a file whose name says its format.

    Args:
        path: a Matrix Market file or SuiteSparse archive, an edge list, a METIS graph or a Parquet file.
        directed: rows of a table are arcs (True) or edges (False, None). Matrix Market says itself which it is: there
            False drops the direction, and True changes nothing.

    Raises:
        FormatError: if the file cannot be read or is not what its format promises.
    """
    path = Path(path)
    reader = _READERS.get(suffix(path))
    if path.is_dir():
        raise FormatError(path, f"is a folder, not a file. {UNDERSTOOD}")
    if reader is None:
        raise FormatError(path, f"the suffix {suffix(path)!r} is not one that graphbench reads. {UNDERSTOOD}")
    module = importlib.import_module(f"graphbench.datasets.formats.{reader}")
    raw: Raw = module.read(path, directed=directed)
    return raw


def suffix(path: Path) -> str:
    """The suffix that decides, in lower case, without a `.gz` behind it: `.mtx` of `A.MTX.gz`, `` of `edges.gz`."""
    name = path.name.casefold()
    if name.endswith((".tar.gz", ".tgz")):
        return name[name.rindex(".t") :]
    return Path(name.removesuffix(".gz")).suffix
