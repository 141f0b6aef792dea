"""Open a file's text: compression and archives are recognised by their first bytes, whatever the file is called.

gzip, bzip2, xz and zstd, zip and tar, also nested (`.tar.zst`, a `.zip` of a `.csv.gz`). Nothing is extracted to disk.
An archive must have one graph: the SuiteSparse collection's NAME/NAME.mtx, KONECT's out.NAME, LDBC's NAME.e, or the
only member that is not a readme, licence or metadata. What a compressed file may expand to is bounded.
"""

from __future__ import annotations

import bz2
import contextvars
import gzip
import io
import lzma
import re
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from graphbench.errors import FormatError

LINE_BYTES = 1 << 16
"""The longest line of any format but METIS; a file with a longer one is not an edge list."""

# Edges compress 3 to 30 times (a clique, by xz: 44 times); DEFLATE's limit is 1032.
_RATIO, _FLOOR = 100, 1 << 26
# An edge of two bytes takes 300 bytes as objects of NetworkX.
_OBJECTS_RATIO, _OBJECTS_FLOOR = 40, 1 << 21
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
_MAX_LAYERS = 4
_MAX_MEMBERS, _MAX_RECORDS = 100_000, 100
_HEAD = 512
_PIECE = 1 << 16

PACKED_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zip", ".part")
"""Suffixes that say nothing of the format: of compression, and of downloads that are not complete."""
_TAR_SUFFIXES = {".tgz": ".tar", ".tbz2": ".tar", ".tbz": ".tar", ".txz": ".tar", ".tzst": ".tar"}

_ZIPPED_FORMATS = (b".npy", b"[Content_Types].xml", b"mimetype", b"_rels/", b"docProps/", b"xl/")
"""First members of files of SciPy and of spreadsheets, which are zip archives too."""

_UNREADABLE = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; expected gz, bz2, xz, zst, zip or tar. Extract it with `7z x`",
    b"Rar!": "a RAR archive; expected gz, bz2, xz, zst, zip or tar. Extract it with `unrar x`",
    b"\x1f\x9d": "compressed by `compress` (.Z); expected gz, bz2, xz, zst, zip or tar. Expand it with `gunzip`",
}
_TORN = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile)

# The graph of a SuiteSparse or KONECT archive, which may have other files beside it.
_KNOWN_MEMBER = re.compile(r"(?:\./)?(?:([^/]+)/\1\.mtx|[^/]+/out\.[^/]+)")
_NOT_A_GRAPH = re.compile(
    r"(?:^|/)(?:\.[^./].*|__MACOSX/.*|meta\.[^/]*|(?:readme|licen[cs]e|copying|citation|changelog|authors)[^/]*"
    r"|[^/]*\.(?:html?|md|pdf|rst|bib|png|jpe?g|sha256|md5|cff))$",
    re.IGNORECASE,
)

Progress = Callable[[int, int | None], None]
_progress: contextvars.ContextVar[Progress | None] = contextvars.ContextVar("progress", default=None)


@contextmanager
def reported_to(progress: Progress | None) -> Iterator[None]:
    """Call `progress` with the bytes of the file that were read and its size while files are read within."""
    token = _progress.set(progress)
    try:
        yield
    finally:
        _progress.reset(token)


def expansion_bound(path: Path, *, objects: bool = False) -> int:
    """Bytes that a compressed file may expand to; beyond them it is treated as a decompression bomb.

    Args:
        path: the file.
        objects: whether a reader makes Python objects of each edge.
    """
    return bound(path.stat().st_size, objects)


def bound(size: int, objects: bool = False) -> int:
    """:func:`expansion_bound` of so many bytes."""
    return _OBJECTS_FLOOR + _OBJECTS_RATIO * size if objects else _FLOOR + _RATIO * size


def plain_name(name: str) -> str:
    """A file's name without the suffix of its compression: `a.csv` of `a.csv.gz`, `a.tar` of `a.tgz`."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix.casefold()
    if suffix in PACKED_SUFFIXES:
        return plain_name(stem)
    return stem + _TAR_SUFFIXES[suffix] if suffix in _TAR_SUFFIXES else name


class Bounded:
    """A stream that raises FormatError beyond `limit` bytes.

    Attributes:
        limit: the maximum number of bytes; a size line with more entries than fit into them is wrong.
        name: of the file or the archive's member, without suffixes of compression.
    """

    def __init__(
        self, stream: IO[bytes], path: Path, limit: int, name: str = "", *, so_far: Callable[[], int] | None = None
    ) -> None:
        """`so_far` is the limit for what was read of the compressed file: a bomb ends long before it is read."""
        # readline() of a raw stream makes one call per byte.
        self._stream = stream if hasattr(stream, "peek") else io.BufferedReader(cast("io.RawIOBase", stream))
        self._path = path
        self.limit = limit
        self.name = name or plain_name(path.name)
        self._given = 0
        self._so_far = so_far

    @property
    def left(self) -> int:
        """Bytes up to the limit."""
        return self.limit - self._given

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        return self._counted(self._stream.read(size))

    def readline(self, size: int = LINE_BYTES) -> bytes:
        """One line with its end; `size` bytes of a longer one."""
        return self._counted(self._stream.readline(size))

    def everything(self) -> bytes:
        """The rest of the stream."""
        return b"".join(iter(lambda: self.read(1 << 20), b""))

    def _counted(self, data: bytes) -> bytes:
        self._given += len(data)
        if self._given > _OBJECTS_FLOOR and self._so_far is not None:
            limit = min(self.limit, self._so_far())
        else:
            limit = self.limit
        if self._given > limit:
            problem = f"expands to more than {limit:,} bytes, the limit for a compressed file of its size"
            raise FormatError(self._path, f"{problem}. If it is not a decompression bomb, decompress it first.")
        return data


@contextmanager
def opened(path: Path, member: str | None = None, *, objects: bool = False) -> Iterator[Bounded]:
    """The bytes of the graph in a file, decompressed.

    Args:
        path: the file.
        member: another member of the archive than the graph, by its full name.
        objects: see :func:`expansion_bound`.

    Raises:
        FormatError: if it cannot be read, is damaged, expands beyond :func:`expansion_bound`, or is an archive without
            that member or without exactly one graph.
    """
    with failures_named(path), ExitStack() as stack:
        layers, name = _layers(path, member)
        regular = path.is_file()
        size = path.stat().st_size if regular else sys.maxsize  # the size of a pipe is unknown
        file = _file(path, stack)
        stream = _through(layers, file, path, stack)
        if not (layers and regular):
            yield Bounded(stream, path, size, name)
            return
        limit = bound(size, objects)
        if isinstance(layers[-1], _Archive):
            limit = min(limit, layers[-1].size)
        yield Bounded(stream, path, limit, name, so_far=lambda: bound(file.tell(), objects))


def members(path: Path) -> list[str]:
    """The names of all files in an archive; none if it is not an archive."""
    with failures_named(path):
        layers, _ = _layers(path, member="")
        return list(layers[-1].names(path, layers[:-1])) if layers and isinstance(layers[-1], _Archive) else []


@contextmanager
def failures_named(path: Path) -> Iterator[None]:
    """Turn exceptions of the system and the decompressor into FormatErrors with the file and advice."""
    try:
        yield
    except _TORN as error:
        advice = "The compressed data are damaged or truncated. Download the file again."
        raise FormatError(path, f"{_sentence(error)} {advice}") from error
    except tarfile.TarError as error:
        raise FormatError(path, f"not a readable tar archive: {error}. Download the file again.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise FormatError(path, f"cannot be read: {reason}. Check the path and its permissions.") from error
    except MemoryError as error:
        raise FormatError(path, "does not fit into memory. Choose a smaller graph.") from error


def _sentence(error: BaseException) -> str:
    return f"{str(error).rstrip('.') or type(error).__name__}."


class _Codec:
    """A compressed stream."""

    def __init__(self, opening: Callable[[BinaryIO], Any]) -> None:
        self._opening = opening

    def __call__(self, stream: BinaryIO, _path: Path, stack: ExitStack) -> BinaryIO:
        opened: BinaryIO = stack.enter_context(self._opening(stream))
        return opened


def _zstd(stream: BinaryIO) -> Any:
    import pyarrow as pa

    return _Pieces(pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd"))


class _Pieces(io.RawIOBase):
    """A stream in pieces: one of zipfile reads as many compressed bytes as are asked for, a bomb at once.

    One of pyarrow has no readinto() that io.BufferedReader accepts at the end of the data.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: bytes = self._stream.read(min(len(buffer), 1 << 16))
        buffer[: len(data)] = data
        return len(data)


class _Members(io.RawIOBase):
    """Streams of bzip2 or xz, one after another, to the end of the file.

    Python's own readers take all that follows the first stream for garbage once a header is damaged.
    """

    def __init__(self, stream: BinaryIO, new: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor]) -> None:
        self._stream, self._new = stream, new
        self._one = new()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            piece = b""
            if self._one.eof:
                piece = self._one.unused_data
                while not piece.strip(b"\0"):  # padding
                    if not (piece := self._stream.read(_PIECE)):
                        return 0
                self._one, piece = self._new(), piece.lstrip(b"\0")
            elif self._one.needs_input and not (piece := self._stream.read(_PIECE)):
                raise EOFError("Compressed file ended before the end-of-stream marker was reached")
            try:
                data = self._one.decompress(piece, len(buffer))
            except OSError as error:  # bzip2's error for damaged data
                raise EOFError(str(error)) from error
            if data:
                buffer[: len(data)] = data
                return len(data)


_CODECS: dict[bytes, _Codec] = {
    b"\x1f\x8b": _Codec(lambda stream: gzip.GzipFile(filename="", mode="rb", fileobj=stream)),
    b"BZh": _Codec(lambda stream: _Members(stream, bz2.BZ2Decompressor)),
    b"\xfd7zXZ\x00": _Codec(lambda stream: _Members(stream, lzma.LZMADecompressor)),
    b"\x28\xb5\x2f\xfd": _Codec(_zstd),
}


class _Archive:
    """One member of a tar or zip archive; `size` is known once it is open."""

    def __init__(self, member: str = "") -> None:
        self.member = member
        self.size = sys.maxsize

    def names(self, path: Path, outer: list[_Layer]) -> Iterator[str]:
        """The names of its files, in order; a tar archive is read up to the last one that is taken."""
        raise NotImplementedError

    def graph(self, path: Path, outer: list[_Layer]) -> str:
        """The name of the graph; all names are read only where no name says that it is the graph."""
        seen = []
        for name in self.names(path, outer):
            if _KNOWN_MEMBER.fullmatch(name):
                return name
            seen.append(name)
        return _graph_among(seen, path)

    def __call__(self, stream: BinaryIO, path: Path, stack: ExitStack) -> BinaryIO:
        raise NotImplementedError


_Layer = _Codec | _Archive


class _Tar(_Archive):
    def names(self, path: Path, outer: list[_Layer]) -> Iterator[str]:
        with ExitStack() as stack:
            for member, _ in self._files(_stream(path, outer, stack), path, stack):
                yield member.name

    def __call__(self, stream: BinaryIO, path: Path, stack: ExitStack) -> BinaryIO:
        for member, archive in self._files(stream, path, stack):
            if member.name == self.member:
                self.size = member.size
                return cast("BinaryIO", _ToTheEnd(archive.extractfile(member), archive.fileobj))
        raise FormatError(path, f"has no member {self.member!r}.")

    @staticmethod
    def _files(stream: BinaryIO, path: Path, stack: ExitStack) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
        text = Bounded(stream, path, expansion_bound(path))
        try:
            archive = stack.enter_context(tarfile.open(fileobj=cast("BinaryIO", text), mode="r|"))  # noqa: SIM115
            for number, member in enumerate(archive):
                # tarfile would skip what a damaged header claims, terabytes of nothing, byte by byte.
                if not 0 <= member.size <= text.left:
                    problem = f"the member {member.name!r} claims {member.size:,} bytes; expected at most {text.left:,}"
                    raise FormatError(path, f"{problem}. Download the file again.")
                # tarfile copies the records of global headers for each member.
                if number > _MAX_MEMBERS or len(archive.pax_headers) > _MAX_RECORDS:
                    problem = f"has more than {_MAX_MEMBERS:,} members or {_MAX_RECORDS:,} global records"
                    raise FormatError(path, f"{problem}. Extract the file to read and pass that.")
                if member.isfile() and not member.issparse():
                    yield member, archive
        except (ValueError, LookupError, ArithmeticError, RecursionError) as error:
            problem = f"not a readable tar archive: {_sentence(error)} Download the file again."
            raise FormatError(path, problem) from error


class _ToTheEnd(io.RawIOBase):
    """A member of a tar archive; the rest of the archive is read too, as the compression's checksum is at its end."""

    def __init__(self, member: Any, archive: Any) -> None:
        self._member, self._archive = member, archive

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: bytes = self._member.read(len(buffer))
        buffer[: len(data)] = data
        while not data and self._archive.read(_PIECE):
            pass
        return len(data)


def zip_file(stream: BinaryIO, path: Path) -> zipfile.ZipFile:
    """An open zip archive.

    Raises:
        FormatError: if it needs a version that Python does not know, as damaged ones seem to.
    """
    try:
        return zipfile.ZipFile(stream)
    except NotImplementedError as error:
        raise FormatError(path, f"{_sentence(error)} Download the file again.") from error


class _Zip(_Archive):
    def names(self, path: Path, outer: list[_Layer]) -> Iterator[str]:
        with ExitStack() as stack, zip_file(_stream(path, outer, stack), path) as archive:
            infos = archive.infolist()
        yield from (info.filename for info in infos if info.filename and not info.is_dir())

    def __call__(self, stream: BinaryIO, path: Path, stack: ExitStack) -> BinaryIO:
        archive = stack.enter_context(zip_file(stream, path))
        try:
            self.size = archive.getinfo(self.member).file_size
            return cast("BinaryIO", _Pieces(stack.enter_context(archive.open(self.member))))
        except (RuntimeError, NotImplementedError, KeyError) as error:  # encrypted, or an unknown method
            raise FormatError(path, f"{_sentence(error)} Extract {self.member!r} and pass that file.") from error


def _graph_among(names: list[str], path: Path) -> str:
    """The only member that can be a graph."""
    candidates = [name for name in names if not _NOT_A_GRAPH.search(name)]
    edges = [name for name in candidates if name.endswith(".e") and f"{name[:-2]}.v" in candidates]
    if len(edges) == 1:
        return edges[0]
    if len(candidates) == 1:
        return candidates[0]
    listed = ", ".join(repr(name) for name in (candidates or names)[:5]) or "nothing"
    expected = "expected a member NAME/NAME.mtx, as in the SuiteSparse collection, or one file"
    raise FormatError(path, f"{expected}; found {listed}. Extract the file to read and pass that.")


def _layers(path: Path, member: str | None) -> tuple[list[_Layer], str]:
    """What to undo to read a file, outermost first, and the name of what is inside.

    Args:
        path: the file.
        member: of the archive; None: the graph; "": stop at the archive.
    """
    layers: list[_Layer] = []
    name = path.name
    if not path.is_file():
        return layers, name
    for _ in range(_MAX_LAYERS):
        with ExitStack() as stack:
            head = _stream(path, layers, stack, quiet=True).read(_HEAD)
        layer = _layer(head, name, path, outermost=not layers)
        if layer is None:
            return layers, plain_name(name)
        layers.append(layer)
        if isinstance(layer, _Archive):
            if member == "":
                return layers, name
            layer.member = member or layer.graph(path, layers[:-1])
            name, member = PurePosixPath(layer.member).name, None
    raise FormatError(path, f"is compressed more than {_MAX_LAYERS} times. Decompress it first.")


def _layer(head: bytes, name: str, path: Path, *, outermost: bool) -> _Layer | None:
    for magic, what in _UNREADABLE.items():
        if head.startswith(magic):
            raise FormatError(path, f"{what} and pass the file inside.")
    for magic, codec in _CODECS.items():
        if head.startswith(magic) and (magic != b"BZh" or _BZIP2.match(head)):
            return codec
    if head.startswith(b"PK\x03\x04"):
        is_archive = outermost and not any(word in head[:64] for word in _ZIPPED_FORMATS)
        return _Zip() if is_archive else None
    is_text = b"\0" not in head
    if head[257:262] == b"ustar" or (plain_name(name).casefold().endswith(".tar") and head and not is_text):
        return _Tar()
    return None


def _stream(path: Path, layers: list[_Layer], stack: ExitStack, *, quiet: bool = False) -> BinaryIO:
    return _through(layers, _file(path, stack, quiet=quiet), path, stack)


def _file(path: Path, stack: ExitStack, *, quiet: bool = False) -> BinaryIO:
    file: Any = stack.enter_context(path.open("rb"))
    progress = _progress.get()
    if progress is not None and not quiet and path.is_file():
        file = _Counted(file, path.stat().st_size, progress)
    return cast("BinaryIO", file)


def _through(layers: list[_Layer], stream: BinaryIO, path: Path, stack: ExitStack) -> BinaryIO:
    for layer in layers:
        stream = layer(stream, path, stack)
    return stream


class _Counted(io.BufferedIOBase):
    """A file that reports how much of it was read."""

    def __init__(self, file: BinaryIO, total: int, progress: Progress) -> None:
        self._file, self._total, self._progress = file, total, progress
        self._reported = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int | None = -1) -> bytes:
        return self._seen(self._file.read(-1 if size is None else size))

    def read1(self, size: int = -1) -> bytes:
        return self._seen(self._file.read(size))

    def readline(self, size: int | None = -1) -> bytes:
        return self._seen(self._file.readline(-1 if size is None else size))

    def peek(self, size: int = 0) -> bytes:
        return cast("io.BufferedReader", self._file).peek(size)

    def _seen(self, data: bytes) -> bytes:
        self._reported += len(data)
        if len(data) >= 1 << 12:
            self._progress(min(self._reported, self._total), self._total)
        return data
