"""The catalogue: graphs with a name, a known size and a known checksum.

It is data, `suitesparse.toml` and `embedded.toml`, so that a graph is added without a line of code.
"""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from graphbench.system import files

FILES = ("embedded.toml", "suitesparse.toml")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a graph before it is opened. Counts are those of the cleaned graph."""

    name: str = ""
    kind: str
    description: str
    num_vertices: int
    num_edges: int
    """An undirected edge counts once."""
    num_entries: int
    """What the adjacency matrix stores: an undirected edge counts twice."""
    num_components: int
    """Weakly connected components, isolated vertices among them."""
    num_isolated: int | None = None
    loops_dropped: int = 0
    duplicates_merged: int = 0
    directed: bool
    weighted: bool
    sha256: str
    """Of the file: the archive as the collection serves it, or the embedded `.mtx.gz`."""
    address: str
    """Where the graph comes from."""
    licence: str
    citation: list[str]
    group: str | None = None
    """In the SuiteSparse collection."""
    id: int | None = None
    """In the SuiteSparse collection."""
    file: str | None = None
    """Inside the data folder, for an embedded graph."""

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
    """The entry of that name, or of that `GROUP/NAME`, upper and lower case being one; None if there is none."""
    wanted = name.casefold()
    for entry in entries().values():
        if wanted == entry.name.casefold():
            return entry
        if entry.group is not None and wanted == f"{entry.group}/{entry.name}".casefold():
            return entry
    return None
