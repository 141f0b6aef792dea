"""The catalogue: graphs with a known size and checksum, declared in `embedded.toml` and `suitesparse.toml`.

:class:`Description` has what is known of any dataset before it is read; :class:`Entry` is a graph of the catalogue.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

import msgspec

from graphbench.system import files

FILES = ("embedded.toml", "suitesparse.toml")

State = Literal["embedded", "cached", "to be fetched", "generated", "file"]


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a dataset before it is read; None means unknown. Counts are those of the cleaned graph."""

    name: str = ""
    state: State = "generated"
    kind: str
    description: str
    num_vertices: int | None = None
    num_edges: int | None = None
    """An undirected edge counts once."""
    num_entries: int | None = None
    """Entries of the adjacency matrix: an undirected edge counts twice."""
    num_components: int | None = None
    """Weakly connected components, isolated vertices included."""
    num_isolated: int | None = None
    directed: bool | None = None
    weighted: bool | None = None
    sha256: str | None = None
    """Of the file: the collection's archive, or the embedded `.mtx.gz`."""
    address: str = ""
    """Where the graph comes from."""
    licence: str = ""
    citation: list[str] = msgspec.field(default_factory=list)
    reading: list[str] = msgspec.field(default_factory=list)
    """How a file was understood, line by line."""

    def text(self) -> str:
        """All that is known, one line each, for `graphbench show NAME`."""
        fields = {
            "Kind": self.kind,
            "State": self.state,
            "Vertices": _text(self.num_vertices),
            "Edges": _text(self.num_edges),
            "Entries": _text(self.num_entries),
            "Components": _text(self.num_components),
            "Isolated": _text(self.num_isolated),
            "Directed": _text(self.directed),
            "Weighted": _text(self.weighted),
            "SHA-256": self.sha256,
            "From": self.address,
            "Licence": self.licence,
        }
        known = [f"{f'{key}:':<12}{value}" for key, value in fields.items() if value]
        cited = ["Please cite:", *(f"  {reference}" for reference in self.citation)] if self.citation else []
        return "\n".join([self.name, "", self.description, "", *known, *self.reading, *cited])


def _text(value: int | bool | None) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else f"{value:,}"


class Entry(Description, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A graph of the catalogue, whose counts and checksum are known."""

    num_vertices: int
    num_edges: int
    num_entries: int
    num_components: int
    directed: bool
    weighted: bool
    sha256: str
    address: str
    licence: str
    citation: list[str]
    loops_dropped: int = 0
    duplicates_merged: int = 0
    group: str | None = None
    """In the SuiteSparse collection."""
    id: int | None = None
    """In the SuiteSparse collection."""
    file: str | None = None
    """Of an embedded graph, in the data folder."""

    @property
    def path(self) -> Path | None:
        """The file of an embedded graph."""
        return None if self.file is None else files.data() / self.file


@functools.cache
def entries() -> dict[str, Entry]:
    """All entries by name: the embedded graphs, then the SuiteSparse ones, each in the order of its file."""
    found: dict[str, Entry] = {}
    for file in FILES:
        table = msgspec.toml.decode((files.data() / file).read_bytes(), type=dict[str, Entry])
        found |= {name: msgspec.structs.replace(entry, name=name) for name, entry in table.items()}
    return found


def names() -> list[str]:
    """The names of the catalogue, in its order."""
    return list(entries())


def find(name: str) -> Entry | None:
    """The entry with that name or `GROUP/NAME`, case-insensitive, or None."""
    wanted = name.casefold()
    for entry in entries().values():
        if wanted == entry.name.casefold():
            return entry
        if entry.group is not None and wanted == f"{entry.group}/{entry.name}".casefold():
            return entry
    return None
