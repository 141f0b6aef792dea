"""Load a cleaned dataset by name, specification or file."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import os
import re
import shlex
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

import msgspec

from graphbench.errors import DatasetError, FormatError, MissingFileError, UsageError
from graphbench.graphs import cache, catalogue, checksums, collections, formats, suitesparse, web
from graphbench.graphs.clean import Cleaning, Dataset, Raw
from graphbench.graphs.download import Progress
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.file_digest import remembered_sha256
from graphbench.graphs.formats import sources, table_roles
from graphbench.graphs.formats.packed import reported_to
from graphbench.graphs.formats.table_roles import TableOptions
from graphbench.graphs.generators import spec as generators
from graphbench.graphs.on_device.census import cached_path
from graphbench.graphs.on_device.edges import DeviceEdgeList
from graphbench.records.model import DatasetInfo
from graphbench.system.lazy import np
from graphbench.system.text import public, storable


def load(
    name: str | os.PathLike[str],
    *,
    directed: bool | None = None,
    options: TableOptions = table_roles.NONE,
    progress: Progress | None = None,
    reading: Progress | None = None,
) -> Dataset:
    """Load a graph from the cache; if it is not cached, download or generate it, read it and clean it.

    Names are resolved in this order:

    1. a name of the catalogue (`coAuthorsDBLP`, case-insensitive);
    2. an address (`https://host/edges.csv.gz`), or a name of another catalogue (`snap:ca-GrQc`; see
       :mod:`.collections`);
    3. a generator's specification (`ba:n=100000,m=5`, `rmat:scale=20`, `twin:as-Skitter`; see :mod:`.generators`);
    4. a file: an existing one, or a name that looks like one (a known suffix, `./`, `~/`, several `/`);
    5. `GROUP/NAME` of the SuiteSparse Matrix Collection, or a bare NAME that is unique in its cached index.

    Args:
        name: any of these; a path object is always a file.
        directed: True reads the rows of a table as arcs; False drops the direction of any graph. For `rmat` it is the
            parameter of that name. Other formats define the direction, so True has no effect there, with a warning.
        options: what the user says about the columns of a table.
        progress: called during a download with the bytes done and the total (None if unknown).
        reading: called likewise while a file is read.

    Raises:
        UnknownNameError: if there is no such dataset; the message suggests similar names.
        UsageError: if a specification is invalid, or there are options about columns and the graph is not a table.
        FormatError: if the file violates its format or differs from the collection's index.
        FetchError: if it cannot be downloaded.
        UnavailableError: if it needs a GPU (`by=cugraph`) and none is available.
        DatasetError: if the file is missing, the matrix is not a graph, or the cache cannot be written.
    """
    with reported_to(reading):
        found = _found(name, directed, options, progress)
    for warning in found.info.reading.warnings if found.info.reading else ():
        warnings.warn(f"{found.info.name}: {warning}", stacklevel=2)
    if directed and not found.info.directed:
        warnings.warn(
            f"{found.info.name} is undirected by its format or generator: --directed has no effect.", stacklevel=2
        )
    return found


def to_make(name: str, *, directed: bool | None = None) -> generators.Spec | None:
    """What :func:`load` would have to generate now; None if the graph is cached or not generated.

    Raises:
        UsageError: if a specification is invalid.
    """
    name = name.strip()
    if catalogue.find(name) is not None or not generators.is_spec(name):
        return None
    spec = _with_direction(generators.parse(name), directed).resolved()
    kept = cached_path(spec.recipe()).exists() if spec.on_device else cache.has_cleaned(_generated_key(spec))
    return None if kept else spec


def _found(
    name: str | os.PathLike[str], directed: bool | None, options: TableOptions, progress: Progress | None
) -> Dataset:
    if not isinstance(name, str):
        return _from_file(Path(name), directed, options)
    name = name.strip()
    entry = catalogue.find(name)
    target = collections.target(name) or name
    if entry is None and web.is_address(target):
        return _from_address(name, target, directed, options, progress)
    if entry is None and target == name and not generators.is_spec(name) and is_file(name):
        return _from_file(Path(name).expanduser(), directed, options)
    table_roles.refuse_options(options, f"{name} is not a table")
    if entry is not None:
        return _from_catalogue(entry, directed, progress)
    if generators.is_spec(name):
        return _generated(generators.parse(name), directed)
    if target == name and ":" in name:
        generators.parse(name)  # raises an error that lists the generators
    try:
        matrix = suitesparse.resolve(target, progress)
    except (DatasetError, UsageError):
        if Path(name).is_dir():
            raise formats.folder(Path(name)) from None
        raise
    return _from_collection(matrix, directed, progress)


def _from_catalogue(entry: catalogue.Entry, directed: bool | None, progress: Progress | None) -> Dataset:
    if entry.path is None:
        path, checksum = suitesparse.archive(entry.group or "", entry.name, expected=entry.sha256, progress=progress)
    else:
        path, checksum = entry.path, entry.sha256
    edges, cleaning = cache.cleaned(
        _key(path, checksum),
        entry.name,
        lambda: dataclasses.replace(formats.read(path, directed=directed), reading=None),
        directed=directed,
    )
    return dataset(entry.name, edges, cleaning, sha256=checksum, source=entry.address)


def _from_collection(matrix: suitesparse.Matrix, directed: bool | None, progress: Progress | None) -> Dataset:
    matrix.refuse_unless_graph()
    path, checksum = suitesparse.archive(matrix.group, matrix.name, matrix=matrix, progress=progress)

    def make() -> Raw:
        raw = _read_download(path, None)
        fault = matrix.fault(num_vertices=raw.num_vertices, num_entries=_num_entries(raw), directed=raw.directed)
        if fault:
            checksums.discard(path)
            raise FormatError(
                path,
                f"differs from {matrix.full_name} in the collection's index: {fault}. The download was deleted. "
                f"If the collection has changed, remove {suitesparse.index_path()} and try again.",
            )
        return dataclasses.replace(raw, directed=False) if directed is False else raw

    edges, cleaning = cache.cleaned(_key(path, checksum), matrix.full_name, make, directed=directed)
    return dataset(
        matrix.full_name, edges, cleaning, sha256=checksum, source=suitesparse.address(matrix.group, matrix.name)
    )


def _from_address(
    name: str, address: str, directed: bool | None, options: TableOptions, progress: Progress | None
) -> Dataset:
    path, checksum = web.fetched(address, progress, options)
    shown = path.name if name == address else name
    edges, cleaning = cache.cleaned(
        f"{_key(path, checksum)} {options.given}".rstrip(),
        shown,
        lambda: _read_download(path, directed, options),
        directed=directed,
    )
    return dataset(shown, edges, cleaning, sha256=checksum, source=public(address))


def _read_download(path: Path, directed: bool | None, options: TableOptions = table_roles.NONE) -> Raw:
    """Read a file that was downloaded; one that is not a graph is deleted, so that the next run fetches it again."""
    try:
        return formats.read(path, directed=directed, options=options)
    except FormatError as error:
        checksums.discard(path)
        raise FormatError(path, f"{error.problem} The download was deleted.", error.line) from error


def _from_file(path: Path, directed: bool | None, options: TableOptions, source: Path | None = None) -> Dataset:
    path = formats.completed(path)
    if path.is_fifo():
        with sources.copied(path) as copy:
            return _from_file(copy, directed, options, source=path)
    sources.require_regular(path)
    try:
        before = sources.state(formats.parts(path))
        checksum = file_sha256(path)
    except IsADirectoryError:
        raise formats.folder(path) from None
    except FileNotFoundError:
        advice = "Check the path, or choose a graph of `graphbench list datasets`."
        raise MissingFileError(f"The file {path} does not exist. {advice}") from None
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}. Check its permissions.") from error

    def make() -> Raw:
        with sources.unchanged(formats.parts(path), before):
            try:
                return formats.read(path, directed=directed, options=options)
            except FormatError as error:
                if not _is_store(path):
                    raise
                what = "a store of graphbench's records, not a graph"
                see = f"To see them: `graphbench report {shlex.quote(str(path))}`."
                raise FormatError(path, f"{what}. {see}") from error

    key = f"{_key(path, checksum)} {options.given}".rstrip()
    edges, cleaning = cache.cleaned(key, storable(path.name), make, directed=directed)
    origin = storable(str((source or path).absolute()))
    return dataset(storable(path.name), edges, cleaning, sha256=checksum, source=origin)


def _is_store(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(10) == b'{"schema":'


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, as a dataset has it; of several files, that of the lines that `sha256sum` prints.

    Raises:
        OSError: if it cannot be read.
    """
    parts = formats.parts(path)
    if len(parts) == 1:
        return remembered_sha256(path)
    return hashlib.sha256("".join(f"{remembered_sha256(part)}  {part.name}\n" for part in parts).encode()).hexdigest()


def file_of(info: DatasetInfo) -> Path | None:
    """The file that a dataset was read from; None if it is not one, or is no longer there."""
    path = web.path_of(info.source) if "://" in info.source else Path(info.source)
    return path if path.is_absolute() and path.is_file() else None


def _generated(spec: generators.Spec, directed: bool | None) -> Dataset:
    spec = _with_direction(spec, directed)
    resolved = spec.resolved()
    if resolved is not spec:
        warnings.warn(
            f"{spec} is large, so cuGraph generates it on the GPU as {resolved}, a different graph than by=numpy.",
            stacklevel=5,
        )
    if resolved.on_device:
        return _generated_on_device(resolved)
    edges, cleaning = cache.cleaned(_generated_key(spec), str(spec), spec.make)
    return dataset(str(spec), edges, cleaning, source=f"generator {spec.key}")


def _with_direction(spec: generators.Spec, directed: bool | None) -> generators.Spec:
    if directed is None or "directed" not in spec.values:
        return spec
    return msgspec.structs.replace(spec, values={**spec.values, "directed": int(directed)})


def _generated_key(spec: generators.Spec) -> str:
    return hashlib.sha256(spec.key.encode()).hexdigest()


def _generated_on_device(spec: generators.Spec) -> Dataset:
    edges = DeviceEdgeList.load_or_generate(str(spec), spec.recipe())
    census = edges.stored.census
    cleaning = Cleaning(
        loops_dropped=census.loops_dropped,
        duplicates_merged=census.duplicates_merged,
        num_isolated=census.num_isolated,
    )
    source = f"generator {spec.key} by {census.origin.library} on {census.origin.device}"
    checksum = hashlib.sha256(f"{source} {edges.digest}".encode()).hexdigest()
    return dataset(str(spec), edges, cleaning, source=source, sha256=checksum)


def dataset(name: str, edges: EdgeList, cleaning: Cleaning, *, source: str, sha256: str | None = None) -> Dataset:
    """A dataset of cleaned edges, with its description for records.

    Args:
        name: in tables and records.
        edges: the cleaned edges.
        cleaning: what cleaning changed.
        source: a description of its origin.
        sha256: of the original file; by default, of the canonical edges.
    """
    reading = cleaning.reading
    if reading is not None and cleaning.merged:
        reading = msgspec.structs.replace(reading, warnings=[*reading.warnings, *cleaning.merged])
    info = DatasetInfo(
        name=name,
        num_vertices=edges.num_vertices,
        num_edges=edges.num_edges,
        num_entries=edges.num_entries,
        num_isolated=cleaning.num_isolated,
        directed=edges.directed,
        weighted=edges.weighted,
        sha256=sha256 or _edges_sha256(edges),
        digest=edges.digest,
        source=source,
        loops_dropped=cleaning.loops_dropped,
        duplicates_merged=cleaning.duplicates_merged,
        zero_weights=cleaning.zero_weights,
        negative_weights=cleaning.negative_weights,
        nonfinite_weights=cleaning.nonfinite_weights,
        reading=reading,
    )
    return Dataset(info=info, edges=edges)


_ENDING = re.compile(r"\.[A-Za-z]\w{1,5}")
"""Of a file of any kind; no name of a collection has one."""


def is_file(name: str) -> bool:
    """Whether a name that is neither in the catalogue nor a specification is a file."""
    path = formats.completed(Path(name).expanduser())
    if formats.suffix(path) in formats.SUFFIXES or _ENDING.fullmatch(path.suffix) or path.is_file() or path.is_fifo():
        return True
    # GROUP/NAME has exactly one separator and does not begin with . or ..
    return path.is_absolute() or name.startswith(("./", "../")) or name.count("/") > 1


def _key(path: Path, checksum: str) -> str:
    # The same bytes with another suffix are read as another format.
    return f"{checksum} {formats.suffix(path)}"


def _num_entries(raw: Raw) -> int:
    """Entries of the matrix before cleaning; symmetric storage keeps one of two mirror images."""
    if raw.directed:
        return len(raw.src)
    return 2 * len(raw.src) - int(np.count_nonzero(raw.src == raw.dst))


def _edges_sha256(edges: EdgeList) -> str:
    state = hashlib.sha256(f"{edges.num_vertices} {edges.directed} {edges.weighted}".encode())
    columns = edges.to_numpy()
    for column, kind in ((columns.src, "<i8"), (columns.dst, "<i8"), (columns.weight, "<f8")):
        if column is not None:
            for start in range(0, len(column), 1 << 20):
                state.update(column[start : start + (1 << 20)].astype(kind).data)
    return state.hexdigest()


def distinct(datasets: Iterable[Dataset]) -> list[Dataset]:
    """Drop repeated datasets and rename different ones of the same name; keeps the order.

    Files with the same name are named by the ends of their paths that differ (`d1/g.csv` and `d2/g.csv`), other graphs
    by a number (`graph 1` and `graph 2`).
    """
    graphs: dict[tuple[str, str], Dataset] = {}
    for dataset in datasets:
        graphs.setdefault((dataset.info.name, dataset.info.digest), dataset)
    by_name: dict[str, list[Dataset]] = {}
    for dataset in graphs.values():
        by_name.setdefault(dataset.info.name, []).append(dataset)
    names = {
        id(dataset): name
        for group in by_name.values()
        if len(group) > 1
        for dataset, name in zip(group, _distinct_names(group), strict=True)
    }
    return [_renamed(dataset, names.get(id(dataset), dataset.info.name)) for dataset in graphs.values()]


def _distinct_names(datasets: Sequence[Dataset]) -> list[str]:
    paths = [PurePath(dataset.info.source) for dataset in datasets]
    if all(path.is_absolute() for path in paths) and len(set(paths)) == len(paths):
        for depth in range(2, max(len(path.parts) for path in paths) + 1):
            names = [str(PurePath(*path.parts[-depth:])) for path in paths]
            if len(set(names)) == len(names):
                return names
    return [f"{dataset.info.name} {number}" for number, dataset in enumerate(datasets, start=1)]


def _renamed(dataset: Dataset, name: str) -> Dataset:
    if name == dataset.info.name:
        return dataset
    edges = copy.copy(dataset.edges)
    edges.name = name
    return dataclasses.replace(dataset, info=msgspec.structs.replace(dataset.info, name=name), edges=edges)
