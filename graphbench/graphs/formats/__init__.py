"""Readers, one module per format: each reads a file into :class:`~graphbench.graphs.clean.Raw` rows."""

from __future__ import annotations

import dataclasses
import importlib
import os
import warnings
from pathlib import Path, PurePath
from typing import NamedTuple

from graphbench.errors import FormatError, InputError
from graphbench.graphs.clean import Raw, kind_of_ids
from graphbench.graphs.formats import sources, table_roles
from graphbench.graphs.formats.packed import failures_named, opened, plain_name
from graphbench.graphs.formats.table_roles import TableOptions
from graphbench.records.model import Reading

SUPPORTED = (
    "Supported formats: edge lists (CSV, TSV, blank-separated, .ncol), Matrix Market, METIS (.graph), Parquet, DIMACS, "
    "KONECT, LDBC Graphalytics (.v, .e, .properties), GraphML, GEXF, GML, Pajek, node-link JSON, NetworkX edge and "
    "adjacency lists (.adjlist), LGL and SciPy .npz; compressed with gz, bz2, xz or zst, or in a zip or tar archive."
)
SUFFIXES = frozenset(
    """
    .adjlist .chaco .col .csv .dimacs .e .edgelist .edges .el .gexf .gml .gr .graph .graphml .json .lgl .metis .mtx
    .multiline_adjlist .ncol .net .npz .paj .parquet .properties .tar .tsv .txt .v .wel
    """.split()  # noqa: SIM905  thirty lines otherwise
)
"""Suffixes of names that are files even where none exists, beside any suffix of compression. The content decides the
format."""


class _Format(NamedTuple):
    """A format's name for people, the module that reads it, and the function there."""

    title: str
    module: str
    function: str = "read"
    mb_per_s: int | None = None
    """Of readers that make Python objects of each edge, on a CPU of 2020."""


_FORMATS = {
    "matrix_market": _Format("Matrix Market", "matrix_market"),
    "metis": _Format("METIS", "metis"),
    "parquet": _Format("Parquet", "parquet"),
    "table": _Format("table", "table"),
    "dimacs": _Format("DIMACS", "dimacs"),
    "konect": _Format("KONECT", "konect"),
    "ldbc": _Format("LDBC Graphalytics", "ldbc"),
    "npz": _Format("SciPy matrix", "npz"),
    "lgl": _Format("LGL", "lgl", mb_per_s=8),
    "pajek": _Format("Pajek", "pajek"),
    "graphml": _Format("GraphML", "xml", "read_graphml", 5),
    "gexf": _Format("GEXF", "xml", "read_gexf", 4),
    "gml": _Format("GML", "networkx_text", "read_gml", 2),
    "json": _Format("JSON", "networkx_text", "read_json", 12),
    "networkx_edges": _Format("NetworkX edge list", "networkx_text", "read_edges", 4),
    "adjacency": _Format("NetworkX adjacency list", "networkx_text", "read_adjacency", 15),
    "multiline_adjacency": _Format("NetworkX adjacency list", "networkx_text", "read_multiline_adjacency"),
}
SLOW_BYTES = 1 << 26

TABLES = frozenset({"table", "parquet"})
"""Readers of tables, which take options about columns."""


def read(
    path: str | os.PathLike[str], *, directed: bool | None = None, options: TableOptions = table_roles.NONE
) -> Raw:
    """Read a graph from a file, whose content decides the format.

    Args:
        path: the file, perhaps compressed or an archive.
        directed: rows of a table are arcs (True) or edges (False, None). Where the format defines the direction, False
            drops it, and True has no effect.
        options: what the user says about the columns of a table.

    Raises:
        FormatError: if the file cannot be read, violates its format, or is of a format that is not read.
        UsageError: if there are options and the file is not a table.
    """
    path = Path(path)
    if path.is_dir():
        raise folder(path)
    if path.is_fifo():
        with sources.copied(path) as copy:
            return read(copy, directed=directed, options=options)
    sources.require_regular(path)
    kind = format_of(path)
    tabular: dict[str, TableOptions] = {}
    if kind in TABLES:
        tabular["options"] = options
    else:
        table_roles.refuse_options(options, f"{path.name} is not a table")
    _warn_if_slow(path, kind)
    try:
        with failures_named(path), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            module = importlib.import_module(f"graphbench.graphs.formats.{_FORMATS[kind].module}")
            reader = getattr(module, _FORMATS[kind].function)
            raw: Raw = reader(path, directed=directed, **tabular)
    except FormatError as error:
        if kind != "table" or suffix(path) in SUFFIXES:
            raise
        raise FormatError(path, f"{error.problem} {SUPPORTED}", error.line) from error
    except InputError as error:
        raise FormatError(path, str(error)) from error
    return raw if raw.reading is not None else dataclasses.replace(raw, reading=_reading(kind, raw, caught))


def folder(path: Path) -> FormatError:
    """The error of a folder in place of a file."""
    if any(path.rglob("*.parquet")):
        read_table = "graphbench.load(pyarrow.parquet.read_table(path))"
        return FormatError(path, f"is a folder of Parquet files; expected one file. From Python: {read_table}.")
    return FormatError(path, f"is a folder; expected a file. {SUPPORTED}")


def _reading(kind: str, raw: Raw, caught: list[warnings.WarningMessage]) -> Reading:
    """How a file of a graph format was understood; the warnings are shown on every run, from the cache too."""
    return Reading(
        format=_FORMATS[kind].title,
        weight="" if raw.weight is None else "weight",
        rows=len(raw.src),
        ids=kind_of_ids(raw.names),
        warnings=[str(one.message) for one in caught if one.category is UserWarning],
    )


def format_of(path: Path) -> str:
    """The name of the reader for a file.

    Raises:
        FormatError: if it cannot be read, or is of a format that is not read.
    """
    if len(parts(path)) > 1:
        return "ldbc"
    from graphbench.graphs.formats import sniff  # its patterns take time to compile, and `list` reads no file

    with opened(path) as stream:
        head = stream.read(sniff.HEAD_BYTES)
        kind = sniff.format_of(head, stream.name, path)
        return "ldbc" if kind == "table" and _is_archived_ldbc(path, stream.name) else kind


def parts(path: Path) -> list[Path]:
    """The files of a dataset: NAME.v, NAME.e and NAME.properties of LDBC Graphalytics, else the file alone."""
    if path.suffix in {".v", ".e", ".properties"}:
        found = [path.with_suffix(suffix) for suffix in (".v", ".e", ".properties")]
        if all(part.is_file() for part in found[:2]):
            return [part for part in found if part.is_file()]
    return [path]


def completed(path: Path) -> Path:
    """The path of NAME.e where NAME alone is given and LDBC's NAME.v and NAME.e exist; else the path."""
    edges = path.with_name(f"{path.name}.e") if path.name else path
    return edges if not path.exists() and len(parts(edges)) > 1 else path


def suffix(path: PurePath) -> str:
    """The suffix that decides between formats that look alike, in lower case, without that of a compression."""
    return PurePath(plain_name(path.name)).suffix.casefold()


def _is_archived_ldbc(path: Path, name: str) -> bool:
    return name.endswith(".e") and path.suffix != ".e"


def _warn_if_slow(path: Path, kind: str) -> None:
    size = path.stat().st_size
    speed = _FORMATS[kind].mb_per_s
    if speed is not None and size > SLOW_BYTES:
        minutes = max(round(size / speed / 60e6), 1)
        warnings.warn(
            f"{path.name} has {size / 1e6:,.0f} MB in a format that is read in about {minutes} min. Matrix Market, "
            "Parquet and CSV files are read 20 to 100 times as fast: graphbench caches the graph, or convert it once.",
            stacklevel=4,
        )
