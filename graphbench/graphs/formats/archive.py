"""SuiteSparse archives: `NAME.tar.gz`, in which `NAME/NAME.mtx` is the matrix.

Other members (coordinates, labels, right-hand sides) are passed over. Nothing is ever written: the member is read as
a stream, so that neither its path nor its kind can do harm.
"""

from __future__ import annotations

import re
import tarfile
from pathlib import Path
from typing import BinaryIO, cast

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats import matrix_market
from graphbench.graphs.formats.text import Bounded, failures_named, opened

_MATRIX = re.compile(r"(?:\./)?([^/]+)/\1\.mtx")


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read the matrix of a SuiteSparse archive.

    Raises:
        FormatError: if the archive is damaged or is a decompression bomb, if it has no member `NAME/NAME.mtx`, or
            if that is no readable Matrix Market file.
    """
    seen: list[str] = []
    with failures_named(path), opened(path) as stream:
        try:
            with tarfile.open(fileobj=cast("BinaryIO", stream), mode="r|") as archive:
                for member in archive:
                    if member.isfile() and _MATRIX.fullmatch(member.name):
                        text = archive.extractfile(member)
                        assert text is not None
                        inner = Bounded(cast("BinaryIO", text), path, member.size)
                        return matrix_market.read_stream(inner, path, directed=directed)
                    seen.append(member.name)
        except tarfile.TarError as error:
            raise FormatError(path, f"is no readable tar archive: {error}. Get the file again.") from error
    listed = ", ".join(repr(name) for name in seen[:5]) or "nothing"
    raise FormatError(path, f"expected a member NAME/NAME.mtx, as the SuiteSparse collection packs it; found {listed}.")
