"""Describe datasets by name without a download."""

from __future__ import annotations

from pathlib import Path

import msgspec

from graphbench.errors import UnknownNameError
from graphbench.graphs import catalogue, checksums, collections, formats, suitesparse, web
from graphbench.graphs.catalogue import Description, State
from graphbench.graphs.formats import table_roles
from graphbench.graphs.formats.table_roles import TableOptions
from graphbench.records.model import DatasetInfo, Reading
from graphbench.system.text import count, public

COLLECTION_CITATION = (
    "T. A. Davis, Y. Hu: The University of Florida Sparse Matrix Collection. ACM Trans. Math. Softw. 38(1), 1 (2011)."
)


def names() -> list[str]:
    """The names of the catalogue: embedded graphs, then downloaded ones."""
    return catalogue.names()


def twin_names() -> list[str]:
    """The names of all synthetic twins of graphs of the catalogue."""
    from graphbench.graphs.generators import twins

    return [f"twin:{name}" for name in twins.names()]


def generated_names() -> list[str]:
    """An example of each generator that makes a graph from numbers alone."""
    from graphbench.graphs.generators import spec

    return [generator.example for generator in spec.GENERATORS.values() if generator.subject is None]


def describe(name: str, *, directed: bool | None = None, options: TableOptions = table_roles.NONE) -> Description:
    """Describe a dataset by name, without a download.

    Args:
        directed: for a file, as :func:`.loading.load` takes it.
        options: likewise.
        name: of the catalogue, a matrix of the SuiteSparse collection if its index is cached, a generator (`ba`) or a
            generator's specification, an address, or a file, which is read.

    Raises:
        DatasetError: if a file does not exist or is not a graph.
        UnknownNameError: if there is no such dataset.
        UsageError: if a specification is invalid, or options do not apply.
    """
    entry = catalogue.find(name)
    target = collections.target(name) or name
    if entry is None and web.is_address(target):
        return _of_address(name, target, directed, options)
    described = _of_generator(name) if entry is None else None
    if entry is None and described is None:
        from graphbench.graphs import loading

        if loading.is_file(name):
            return _of_file(loading.load(name, directed=directed, options=options).info)
    table_roles.refuse_options(options, f"{name} is not a table")
    if entry is not None:
        state = "embedded" if entry.file is not None else _state(entry.group or "", entry.name)
        return msgspec.structs.replace(entry, state=state)
    if described is not None:
        return described
    found = suitesparse.known().get(target.casefold()) if "/" in target else suitesparse.resolve(target)
    if found is None:
        if Path(name).is_dir():
            raise formats.folder(Path(name))
        hint = "The first load or fetch of a GROUP/NAME downloads the collection's index."
        raise UnknownNameError("dataset", name, catalogue.names(), hint)
    return _of_matrix(found)


def _of_address(name: str, address: str, directed: bool | None, options: TableOptions) -> Description:
    path = web.path_of(address)
    if path.is_file():
        from graphbench.graphs import loading

        return _of_file(loading.load(name, directed=directed, options=options).info)
    return Description(
        name=public(name),
        state="to be fetched",
        kind="address",
        description="A file that has not been fetched; its SHA-256 is recorded at the first fetch.",
        address=public(address),
    )


def _of_file(info: DatasetInfo) -> Description:
    return Description(
        name=info.name,
        state="file",
        kind="file",
        description=f"Cleaning dropped {count(info.loops_dropped, 'loop')} and merged "
        f"{count(info.duplicates_merged, 'duplicate')}{info.weight_kept}.",
        num_vertices=info.num_vertices,
        num_edges=info.num_edges,
        num_entries=info.num_entries,
        num_isolated=info.num_isolated,
        directed=info.directed,
        weighted=info.weighted,
        sha256=info.sha256,
        address=info.source,
        reading=_reading(info.reading) if info.reading else [],
    )


def _reading(reading: Reading) -> list[str]:
    """How a file was understood: a line, warnings, the first rows."""
    width = len(reading.first_rows[0]) if reading.first_rows else 0
    rows = [["source", "target", "weight"][:width], *reading.first_rows]
    widths = [max(len(row[place]) for row in rows) for place in range(width)]
    table = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [
        f"Read as:    {reading.line}",
        *(f"Warning:    {warning}" for warning in reading.warnings),
        *([f"First rows: {table[0]}", *(f"            {line}" for line in table[1:])] if width else []),
    ]


def _of_matrix(matrix: suitesparse.Matrix) -> Description:
    return Description(
        name=matrix.full_name,
        state=_state(matrix.group, matrix.name),
        kind=matrix.kind,
        description=f"Matrix of the SuiteSparse collection with {count(matrix.num_entries, 'entry')} before cleaning.",
        num_vertices=matrix.rows,
        directed=matrix.numerical_symmetry < 1,
        weighted=not matrix.binary,
        sha256=checksums.recorded(suitesparse.archive_path(matrix.group, matrix.name)),
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
    return generators.parse(name).describe()


def _state(group: str, name: str) -> State:
    return "cached" if suitesparse.archive_path(group, name).is_file() else "to be fetched"
