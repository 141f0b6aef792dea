"""Readers, one module per format: each reads a file into :class:`~graphbench.graphs.clean.Raw` rows."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw

SUPPORTED = (
    "Supported formats: Matrix Market (.mtx, .mtx.gz, SuiteSparse .tar.gz), METIS (.graph), Parquet (.parquet) and "
    "edge lists (.csv, .tsv, .txt, .edges, .el, or any other name); text formats also with .gz."
)
SUFFIXES = (".mtx", ".tar.gz", ".tgz", ".csv", ".tsv", ".txt", ".edges", ".el", ".graph", ".parquet")
"""The suffixes that select a reader; text formats may have `.gz` after theirs."""

_READERS = {
    ".mtx": ("matrix_market", "read"),
    ".tar.gz": ("matrix_market", "read_archive"),
    ".tgz": ("matrix_market", "read_archive"),
    ".graph": ("metis", "read"),
    ".parquet": ("parquet", "read"),
}


def read(path: str | os.PathLike[str], *, directed: bool | None = None) -> Raw:
    """Read a graph from a file in the format of its suffix; a file with an unknown suffix is read as an edge list.

    Args:
        path: a Matrix Market file or SuiteSparse archive, an edge list, a METIS graph or a Parquet file.
        directed: rows of a table are arcs (True) or edges (False, None). A Matrix Market header defines the direction:
            False drops it, and True has no effect.

    Raises:
        FormatError: if the file cannot be read or violates its format.
    """
    path = Path(path)
    if path.is_dir():
        raise FormatError(path, f"is a folder; expected a file. {SUPPORTED}")
    kind = suffix(path)
    module, function = _READERS.get(kind, ("table", "read"))
    try:
        reader = getattr(importlib.import_module(f"graphbench.graphs.formats.{module}"), function)
        raw: Raw = reader(path, directed=directed)
    except FormatError as error:
        if kind in SUFFIXES or not path.exists():
            raise
        raise FormatError(path, f"{error.problem} {SUPPORTED}", error.line) from error
    return raw


def suffix(path: Path) -> str:
    """The suffix that selects the reader, in lower case, without `.gz`: `.mtx` of `A.MTX.gz`, `` of `edges.gz`."""
    name = path.name.casefold()
    if name.endswith((".tar.gz", ".tgz")):
        return name[name.rindex(".t") :]
    return Path(name.removesuffix(".gz")).suffix
