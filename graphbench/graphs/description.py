"""What is known of a dataset before anything is downloaded, for listing and showing."""

from __future__ import annotations

from typing import Literal

import msgspec

from graphbench.errors import UnknownNameError
from graphbench.graphs import catalogue, loading, suitesparse
from graphbench.records.model import DatasetInfo
from graphbench.system.text import count

COLLECTION_CITATION = (
    "T. A. Davis, Y. Hu: The University of Florida Sparse Matrix Collection. ACM Trans. Math. Softw. 38(1), 1 (2011)."
)

State = Literal["embedded", "cached", "to be fetched", "generated", "file"]


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset in words and figures; None is unknown before it is read. Counts are those of the cleaned graph."""

    name: str
    state: State
    kind: str
    description: str
    num_vertices: int | None = None
    num_edges: int | None = None
    """An undirected edge counts once."""
    num_entries: int | None = None
    """What the adjacency matrix stores: an undirected edge counts twice."""
    num_components: int | None = None
    num_isolated: int | None = None
    directed: bool | None = None
    weighted: bool | None = None
    sha256: str | None = None
    address: str = ""
    licence: str = ""
    citation: list[str] = msgspec.field(default_factory=list)

    def text(self) -> str:
        """All that is known, one line each, for `graphbench show NAME`."""
        figures = {
            "Kind": self.kind,
            "State": self.state,
            "Vertices": _figure(self.num_vertices),
            "Edges": _figure(self.num_edges),
            "Entries": _figure(self.num_entries),
            "Components": _figure(self.num_components),
            "Isolated": _figure(self.num_isolated),
            "Directed": _figure(self.directed),
            "Weighted": _figure(self.weighted),
            "SHA-256": self.sha256,
            "From": self.address,
            "Licence": self.licence,
        }
        known = [f"{f'{key}:':<12}{value}" for key, value in figures.items() if value]
        cited = ["Please cite:", *(f"  {each}" for each in self.citation)] if self.citation else []
        return "\n".join([self.name, "", self.description, "", *known, *cited])


def names() -> list[str]:
    """The names of the catalogue: embedded graphs first, then those that are fetched."""
    return catalogue.names()


def twin_names() -> list[str]:
    """The names of all twins: synthetic stand-ins for graphs of the catalogue."""
    from graphbench.graphs.generators import twins

    return [f"twin:{name}" for name in twins.names()]


def describe(name: str) -> Description:
    """Describe a dataset by name; nothing is downloaded.

    Args:
        name: of the catalogue, a matrix of the SuiteSparse collection if its index is kept already, a generator (`ba`)
            or a generator's specification, or a file, which is read.

    Raises:
        DatasetError: if a file is not there, or is no graph.
        UnknownNameError: if nothing is called that.
        UsageError: if a specification is wrong.
    """
    entry = catalogue.find(name)
    if entry is not None:
        return _of_entry(entry)
    if (described := _of_generator(name)) is not None:
        return described
    if loading.is_file(name):
        return _of_file(loading.load(name).info)
    found = suitesparse.known().get(name.casefold()) if "/" in name else suitesparse.resolve(name)
    if found is None:
        hint = "The collection's index is fetched with the first GROUP/NAME that is loaded or fetched."
        raise UnknownNameError("dataset", name, catalogue.names(), hint)
    return _of_matrix(found)


def _of_entry(entry: catalogue.Entry) -> Description:
    return Description(
        name=entry.name,
        state="embedded" if entry.file is not None else _state(entry.group or "", entry.name),
        kind=entry.kind,
        description=entry.description,
        num_vertices=entry.num_vertices,
        num_edges=entry.num_edges,
        num_entries=entry.num_entries,
        num_components=entry.num_components,
        num_isolated=entry.num_isolated,
        directed=entry.directed,
        weighted=entry.weighted,
        sha256=entry.sha256,
        address=entry.address,
        licence=entry.licence,
        citation=entry.citation,
    )


def _of_file(info: DatasetInfo) -> Description:
    return Description(
        name=info.name,
        state="file",
        kind="file",
        description=f"Cleaning dropped {count(info.loops_dropped, 'loop')} and merged "
        f"{count(info.duplicates_merged, 'duplicate')}.",
        num_vertices=info.num_vertices,
        num_edges=info.num_edges,
        num_entries=info.num_entries,
        num_isolated=info.num_isolated,
        directed=info.directed,
        weighted=info.weighted,
        sha256=info.sha256,
        address=info.source,
    )


def _of_matrix(matrix: suitesparse.Matrix) -> Description:
    return Description(
        name=matrix.full_name,
        state=_state(matrix.group, matrix.name),
        kind=matrix.kind,
        description=f"Matrix of the SuiteSparse collection with {matrix.num_entries:,} entries before cleaning.",
        num_vertices=matrix.rows,
        directed=matrix.numerical_symmetry < 1,
        weighted=not matrix.binary,
        sha256=suitesparse.recorded(suitesparse.archive_path(matrix.group, matrix.name)),
        address=suitesparse.address(matrix.group, matrix.name),
        licence="CC-BY 4.0",
        citation=[COLLECTION_CITATION],
    )


def _of_generator(name: str) -> Description | None:
    if not name.isidentifier() and ":" not in name:
        return None
    from graphbench.graphs.generators import spec as generators

    if name.casefold() in generators.GENERATORS:
        generator = generators.GENERATORS[name.casefold()]
        return Description(
            name=generator.name,
            state="generated",
            kind="generator",
            description=f"{generator.title}. {generator.usage}.",
        )
    if not generators.is_spec(name):
        return None
    spec = generators.parse(name)
    about = spec.generator.about(spec.values)
    return Description(
        name=str(spec),
        state="generated",
        kind=about.kind,
        description=about.description,
        num_vertices=about.num_vertices,
        num_edges=about.num_edges,
        num_entries=None if about.num_edges is None else 2 * about.num_edges,
        num_components=about.num_components,
        num_isolated=about.num_isolated,
        directed=bool(spec.values.get("directed", 0)),
        weighted=False,
    )


def _figure(value: int | bool | None) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else f"{value:,}"


def _state(group: str, name: str) -> State:
    return "cached" if suitesparse.archive_path(group, name).is_file() else "to be fetched"
