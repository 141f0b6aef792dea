"""The SuiteSparse Matrix Collection: its index, its archives under `home()/downloads`, and mirrors of both.

The index is the collection's own `files/ssstats.csv`: a line with the number of matrices, a line with the date, then a
line for each matrix: group, name, rows, columns, nonzeros, is real, is binary, is 2D/3D, is positive definite, pattern
symmetry, numerical symmetry, kind, and the number of entries, explicit zeros included.

The catalogue has the checksums of its graphs. For any other matrix, the first download is opened, compared with the
index and its checksum recorded (:mod:`.checksums`).
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from graphbench.errors import DatasetError, FetchError, FormatError, UnknownNameError, UsageError
from graphbench.graphs import catalogue, checksums, collections
from graphbench.graphs.checksums import require_graph, verified
from graphbench.graphs.download import Progress, download, sha256
from graphbench.system import files
from graphbench.system.text import public

INDEX = "files/ssstats.csv"
MIRROR_VARIABLE = "GRAPHBENCH_MIRROR"
COLLECTION = "https://sparse.tamu.edu"
_NAME = re.compile(r"(?!address-)[A-Za-z0-9_+-][A-Za-z0-9_.+-]*")
"""Of a group or matrix: it becomes the name of a file, which must not leave its folder or be a folder of an address."""
_INDEX_BYTES = 1 << 24
_MARGIN_BYTES, _ENTRY_BYTES = 1 << 26, 32
"""An archive has `row column value` of each entry, compressed, and may have names and coordinates of the vertices."""


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the index."""

    group: str
    name: str
    rows: int
    columns: int
    nonzeros: int
    num_entries: int
    """Nonzeros and explicit zeros: the entries of the Matrix Market file with symmetric storage expanded."""
    real: bool
    binary: bool
    pattern_symmetry: float
    numerical_symmetry: float
    kind: str

    @property
    def full_name(self) -> str:
        """`GROUP/NAME`."""
        return f"{self.group}/{self.name}"

    def refuse_unless_graph(self) -> None:
        """Raise before the download if the matrix is not an adjacency matrix.

        Raises:
            DatasetError: if the matrix is rectangular or complex.
        """
        if self.rows != self.columns:
            shape = f"{self.rows:,} x {self.columns:,}"
            raise DatasetError(f"{self.full_name} is {shape}; expected a square matrix. Choose another matrix.")
        if not self.real:
            raise DatasetError(f"{self.full_name} has complex values; expected real weights. Choose another matrix.")

    def fault(self, *, num_vertices: int, num_entries: int, directed: bool) -> str:
        """The difference between a file and the index; empty if they agree.

        Symmetry is compared only if the matrix has no explicit zeros, as the index ignores them.

        Args:
            num_vertices: rows of the file's matrix.
            num_entries: its entries before cleaning, symmetric storage expanded.
            directed: whether the file stores it as `general`.
        """
        if num_vertices != self.rows:
            return f"it has {num_vertices:,} rows, expected {self.rows:,}"
        if not self.nonzeros <= num_entries <= self.num_entries:
            return f"it has {num_entries:,} entries, expected {self.num_entries:,}"
        if self.nonzeros == self.num_entries:
            if directed and self.numerical_symmetry == 1:
                return "it is not stored as a symmetric matrix, expected symmetric storage"
            if not directed and self.pattern_symmetry < 1:
                return "it is stored as a symmetric matrix, expected general storage"
        return ""


# Graphs by name


def resolve(name: str, progress: Progress | None = None) -> Matrix:
    """The matrix with that `GROUP/NAME`, or with a bare NAME that is unique in the cached index.

    Raises:
        UnknownNameError: if no matrix or several matrices have the name.
        FetchError: if the index is needed and cannot be downloaded.
    """
    if "/" in name:
        return matrix(name, progress)
    found = matrices_named(name)
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownNameError("dataset", name, [matrix.full_name for matrix in found])
    hint = (
        "Other datasets: GROUP/NAME of the SuiteSparse collection, an address, a file, or a generator (ba:n=1000,m=5)."
    )
    # The cached index is for suggestions only.
    raise collections.unknown(name, _full_names(), hint)


def archive(
    group: str,
    name: str,
    *,
    expected: str | None = None,
    matrix: Matrix | None = None,
    progress: Progress | None = None,
) -> tuple[Path, str]:
    """The archive of a matrix, and its SHA-256.

    Args:
        group: in the collection.
        name: in that group.
        expected: the checksum in the catalogue; None: use the recorded one.
        matrix: what the index says, to check a first download.
        progress: called with the bytes done and the total.

    Raises:
        FetchError: if it cannot be downloaded, or is not the matrix; then nothing is kept.
    """
    from graphbench.graphs.formats import matrix_market
    from graphbench.graphs.formats.packed import opened
    from graphbench.graphs.generators import twins

    def check(part: Path) -> None:
        require_graph(part)
        with opened(part) as stream:
            header = matrix_market.read_header(stream, part)
        if matrix is not None and header.size != matrix.rows:
            raise FormatError(part, f"it has {header.size:,} rows, expected {matrix.rows:,}")

    path = archive_path(group, name)
    where = addresses(_relative(group, name))
    if matrix is not None:
        known = matrix.rows + matrix.num_entries
    else:
        entry = catalogue.entries()[name]
        known = entry.num_vertices + entry.num_entries
    most = _MARGIN_BYTES + _ENTRY_BYTES * known
    full_name = f"{group}/{name}"
    try:
        return verified(path, where, name=full_name, expected=expected, most=most, check=check, progress=progress)
    except FetchError as error:
        if not error.advice or name not in twins.names():
            raise
        problem = f"{error.problem}\nIts synthetic twin, a graph of the same size, needs no network: twin:{name}"
        raise FetchError(problem, error.advice) from error


def address(group: str, name: str) -> str:
    """The address of a matrix in the collection."""
    return f"{COLLECTION}/{_relative(group, name)}"


def archive_path(group: str, name: str) -> Path:
    """The file of a downloaded matrix."""
    return files.home() / "downloads" / group / f"{name}.tar.gz"


def is_available_offline(name: str) -> bool:
    """Whether a graph of the catalogue needs no network: it is embedded, downloaded, or in a local mirror.

    Raises:
        UnknownNameError: if it is not in the catalogue.
    """
    entry = catalogue.find(name)
    if entry is None:
        raise UnknownNameError("dataset", name, catalogue.names())
    group = entry.group or ""
    here = entry.path or in_local_mirror(_relative(group, entry.name))
    return here is not None or archive_path(group, entry.name).is_file()


def _relative(group: str, name: str) -> str:
    return f"MM/{group}/{name}.tar.gz"


# The index


def index_path() -> Path:
    """The file of the downloaded index."""
    return files.home() / "downloads" / "ssstats.csv"


def known() -> dict[str, Matrix]:
    """The matrices of the cached index, by case-folded `group/name`; empty if there is none or it is damaged."""
    path = index_path()
    try:
        return _parsed(path, path.stat().st_mtime_ns) if path.is_file() else {}
    except (OSError, FormatError) as error:
        files.log(f"The index {path} is not used. {error}")
        return {}


def matrix(full_name: str, progress: Progress | None = None) -> Matrix:
    """The matrix with that `GROUP/NAME`; downloads the index if it is missing or does not have the name.

    Raises:
        UnknownNameError: if the collection has no such matrix.
        FetchError: if there is no index and it cannot be downloaded.
    """
    wanted = full_name.casefold()
    if wanted not in known():
        kept = index_path().exists()
        try:
            download(index_path(), addresses(INDEX), most=_INDEX_BYTES, check=_read, progress=progress)
            checksums.record(index_path(), sha256(index_path()))
        except FetchError as error:
            if not kept:
                raise FetchError(f"{full_name} needs the collection's index, {INDEX}. {error}") from error
            hint = f"A newer index could not be downloaded. {error}"
            raise UnknownNameError("matrix of the SuiteSparse collection", full_name, _full_names(), hint) from error
    if wanted not in known():
        hint = "Search https://sparse.tamu.edu, or pass a file with a known suffix."
        raise UnknownNameError("matrix of the SuiteSparse collection", full_name, _full_names(), hint)
    return known()[wanted]


def matrices_named(name: str) -> list[Matrix]:
    """The matrices of the cached index with that bare name, case-insensitive."""
    return [matrix for key, matrix in known().items() if key.rpartition("/")[2] == name.casefold()]


def _full_names() -> list[str]:
    return [matrix.full_name for matrix in known().values()]


@functools.lru_cache(maxsize=1)
def _parsed(file: Path, _modified_ns: int) -> dict[str, Matrix]:
    if checksums.recorded(file) not in {None, sha256(file)}:
        raise FormatError(file, "its checksum is another one than at its download.")
    return _read(file)


def _read(file: Path) -> dict[str, Matrix]:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) < 2 or not re.fullmatch(r"[0-9]{1,9}", lines[0].strip()):
        raise FormatError(
            INDEX, "not the collection's index; expected the number of matrices. Check GRAPHBENCH_MIRROR.", 1
        )
    found = {}
    for number, line in enumerate(lines[2:], start=3):
        if line.strip():
            entry = _parse(line, number)
            found[entry.full_name.casefold()] = entry
    if len(found) != int(lines[0]):
        raise FormatError(INDEX, f"found {len(found):,} matrices; expected {lines[0].strip()}, as in the first line.")
    return found


def _parse(line: str, number: int) -> Matrix:
    fields = line.strip().split(",")
    if not all(_NAME.fullmatch(name) for name in fields[:2]) or not line.isprintable():  # the kind is shown
        raise FormatError(INDEX, f"expected names of a group and a matrix, found {line[:80]!r}.", number)
    try:
        group, name, rows, columns, nonzeros, real, binary, _, _, psym, nsym, *kind, entries = fields
        return Matrix(
            group=group,
            name=name,
            rows=int(rows),
            columns=int(columns),
            nonzeros=int(nonzeros),
            num_entries=int(entries),
            real=real == "1",
            binary=binary == "1",
            pattern_symmetry=float(psym),
            numerical_symmetry=float(nsym),
            kind=",".join(kind),
        )
    except ValueError:
        raise FormatError(INDEX, f"expected 13 fields of a matrix, found {line[:80]!r}.", number) from None


# Mirrors


def addresses(relative: str) -> list[str]:
    """Addresses of a file of the collection: the user's mirrors, then the collection's server.

    Args:
        relative: path in the collection: `MM/GROUP/NAME.tar.gz` or `files/ssstats.csv`.

    Raises:
        UsageError: if `GRAPHBENCH_MIRROR` is not a list of addresses, separated by blanks.
    """
    bases = [*map(_base, os.environ.get(MIRROR_VARIABLE, "").split()), COLLECTION]
    return [f"{base.rstrip('/')}/{relative}" for base in bases]


def in_local_mirror(relative: str) -> Path | None:
    """A file of the collection in the first `file://` mirror that has it, or None."""
    from urllib.request import url2pathname

    for address in addresses(relative):
        parts = urlsplit(address)
        if parts.scheme == "file" and (path := Path(url2pathname(parts.path))).is_file():
            return path
    return None


def _base(mirror: str) -> str:
    if mirror.startswith("/"):
        return Path(mirror).as_uri()
    with contextlib.suppress(ValueError):  # http://[::1
        parts = urlsplit(mirror)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return mirror
        if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path.startswith("/"):
            return mirror
    raise UsageError(
        f"{MIRROR_VARIABLE} contains {public(mirror)!r}. Expected file:///FOLDER, http://HOST or https://HOST, "
        "separated by blanks (write %20 for a blank in a folder's name)."
    )
