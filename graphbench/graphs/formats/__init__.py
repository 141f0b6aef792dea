"""Readers, one file per format: each turns a file into :class:`~graphbench.graphs.clean.Raw` rows or says why not."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw

UNDERSTOOD = (
    "Understood are Matrix Market (.mtx, .mtx.gz, a SuiteSparse .tar.gz), METIS (.graph), Parquet (.parquet) and edge "
    "lists (.csv, .tsv, .txt, .edges, .el, or any other name); the text formats also with .gz."
)
SUFFIXES = (".mtx", ".tar.gz", ".tgz", ".csv", ".tsv", ".txt", ".edges", ".el", ".graph", ".parquet")
"""The suffixes that say how a file is read; text formats may have `.gz` behind theirs."""

_READERS = {
    ".mtx": ("matrix_market", "read"),
    ".tar.gz": ("matrix_market", "read_archive"),
    ".tgz": ("matrix_market", "read_archive"),
    ".graph": ("metis", "read"),
    ".parquet": ("parquet", "read"),
}


def read(path: str | os.PathLike[str], *, directed: bool | None = None) -> Raw:
    """Read a graph from a file whose name says its format; an unknown name is taken for an edge list.

    Args:
        path: a Matrix Market file or SuiteSparse archive, an edge list, a METIS graph or a Parquet file.
        directed: rows of a table are arcs (True) or edges (False, None). Matrix Market says itself which it is: there
            False drops the direction, and True changes nothing.

    Raises:
        FormatError: if the file cannot be read or is not what its format promises.
    """
    path = Path(path)
    if path.is_dir():
        raise FormatError(path, f"is a folder, not a file. {UNDERSTOOD}")
    kind = suffix(path)
    module, function = _READERS.get(kind, ("table", "read"))
    try:
        reader = getattr(importlib.import_module(f"graphbench.graphs.formats.{module}"), function)
        raw: Raw = reader(path, directed=directed)
    except FormatError as error:
        if kind in SUFFIXES or not path.exists():
            raise
        raise FormatError(path, f"{error.problem} {UNDERSTOOD}", error.line) from error
    return raw


def suffix(path: Path) -> str:
    """The suffix that decides, in lower case, without a `.gz` behind it: `.mtx` of `A.MTX.gz`, `` of `edges.gz`."""
    name = path.name.casefold()
    if name.endswith((".tar.gz", ".tgz")):
        return name[name.rindex(".t") :]
    return Path(name.removesuffix(".gz")).suffix
