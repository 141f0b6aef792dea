"""The index of the SuiteSparse Matrix Collection: what every matrix is called, how large and how symmetric it is.

It is the collection's own `files/ssstats.csv`: a line with the number of matrices, a line with the date, then for each
matrix: group, name, rows, columns, nonzeros, is real, is binary, is 2D/3D, is positive definite, pattern symmetry,
numerical symmetry, kind, and the number of entries, which counts explicit zeros too.
"""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from graphbench.errors import DatasetError, FetchError, FormatError, UnknownNameError
from graphbench.graphs import mirrors
from graphbench.graphs.download import Progress, download
from graphbench.system import files

FILE = "files/ssstats.csv"


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the index."""

    group: str
    name: str
    rows: int
    columns: int
    nonzeros: int
    num_entries: int
    """Nonzeros and explicit zeros: what the Matrix Market file holds once symmetric storage is expanded."""
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
        """Refuse, before anything is downloaded, what is no adjacency matrix.

        Raises:
            DatasetError: if the matrix is rectangular or complex.
        """
        if self.rows != self.columns:
            shape = f"{self.rows:,} x {self.columns:,}"
            raise DatasetError(f"{self.full_name} is {shape}: only a square matrix is a graph. Choose another one.")
        if not self.real:
            raise DatasetError(f"{self.full_name} holds complex numbers, which are no weights. Choose another one.")

    def fault(self, *, num_vertices: int, num_entries: int, directed: bool) -> str:
        """How a file that claims to be this matrix differs from the index; empty if it does not.

        Symmetry is compared only where the matrix has no explicit zeros: the index leaves them out there.

        Args:
            num_vertices: rows of the file's matrix.
            num_entries: its entries, symmetric storage expanded, nothing cleaned.
            directed: whether the file stores it as `general`.
        """
        if num_vertices != self.rows:
            return f"it has {num_vertices:,} rows, not {self.rows:,}"
        if not self.nonzeros <= num_entries <= self.num_entries:
            return f"it has {num_entries:,} entries, not {self.num_entries:,}"
        if self.nonzeros == self.num_entries:
            if directed and self.numerical_symmetry == 1:
                return "it is not stored as a symmetric matrix, but should be"
            if not directed and self.pattern_symmetry < 1:
                return "it is stored as a symmetric matrix, but should not be"
        return ""


def path() -> Path:
    """Where the index is kept."""
    return files.home() / "downloads" / "ssstats.csv"


def known() -> dict[str, Matrix]:
    """The matrices of the kept index, by case-folded `group/name`; empty where none has been fetched yet."""
    try:
        return _parsed(path(), path().stat().st_mtime_ns)
    except (FileNotFoundError, FormatError):
        return {}


def matrix(full_name: str, progress: Progress | None = None) -> Matrix:
    """The matrix of that `GROUP/NAME`; the index is fetched where it is missing or does not have the name.

    Raises:
        UnknownNameError: if the collection has no such matrix.
        FetchError: if there is no index and none can be fetched.
    """
    wanted = full_name.casefold()
    if wanted not in known():
        kept = path().exists()
        try:
            download(path(), mirrors.addresses(FILE), check=_check, progress=progress)
        except FetchError as error:
            if not kept:
                raise FetchError(f"{full_name} is looked up in the collection's index, {FILE}. {error}") from error
            hint = f"A newer index, which might have it, could not be fetched. {error}"
            raise UnknownNameError("matrix of the SuiteSparse collection", full_name, _full_names(), hint) from error
    if wanted not in known():
        hint = "The collection is at https://sparse.tamu.edu; to open a file of your own, name it with its suffix."
        raise UnknownNameError("matrix of the SuiteSparse collection", full_name, _full_names(), hint)
    return known()[wanted]


def called(name: str) -> list[Matrix]:
    """The matrices of the kept index with that bare name, upper and lower case being one."""
    return [each for key, each in known().items() if key.rpartition("/")[2] == name.casefold()]


def _full_names() -> list[str]:
    return [each.full_name for each in known().values()]


def _check(file: Path) -> None:
    _read(file)


@functools.lru_cache(maxsize=1)
def _parsed(file: Path, _modified_ns: int) -> dict[str, Matrix]:
    return _read(file)


def _read(file: Path) -> dict[str, Matrix]:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) < 2 or not lines[0].strip().isdecimal():
        raise FormatError(FILE, "not the collection's index, which begins with the number of matrices.", 1)
    found = {}
    for number, line in enumerate(lines[2:], start=3):
        if line.strip():
            each = _parse(line, number)
            found[each.full_name.casefold()] = each
    if len(found) != int(lines[0]):
        raise FormatError(FILE, f"{len(found):,} matrices, where the first line promises {lines[0].strip()}.")
    return found


def _parse(line: str, number: int) -> Matrix:
    fields = line.strip().split(",")
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
        raise FormatError(FILE, f"expected 13 fields on a matrix, found {line[:80]!r}.", number) from None
