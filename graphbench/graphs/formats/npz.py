"""SciPy's sparse matrices, `.npz` of `scipy.sparse.save_npz`, read as adjacency matrices."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.convert import from_matrix
from graphbench.graphs.formats import numbers
from graphbench.graphs.formats.packed import expansion_bound, opened, zip_file

_OTHER = "Expected a matrix of scipy.sparse.save_npz. Arrays of edges: graphbench.load((source, target)) from Python."


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read a matrix: undirected if it is symmetric, unless `directed` is True.

    Raises:
        FormatError: if it is damaged, not a sparse matrix, or claims more than the file can hold.
    """
    import numpy as np
    from scipy import sparse

    with opened(path) as stream:
        data = io.BytesIO(stream.everything())
    with zip_file(data, path) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        if "format.npy" not in sizes:
            listed = ", ".join(repr(name.removesuffix(".npy")) for name in list(sizes)[:5])
            raise FormatError(path, f"found the arrays {listed}. {_OTHER}")
        if sum(sizes.values()) > expansion_bound(path):
            raise FormatError(
                path, f"claims {sum(sizes.values()):,} bytes, a decompression bomb for a file of its size."
            )
        for name, size in sizes.items():
            _check_array(archive, name, size, path)
    data.seek(0)
    try:
        matrix: Any = sparse.load_npz(data)
        if matrix.format in {"csr", "csc", "bsr"}:
            matrix.check_format(full_check=True)
        numbers.require_sensible(max(matrix.shape), path)
        matrix = matrix.tocoo()
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, NotImplementedError) as error:
        raise FormatError(path, f"not a valid sparse matrix: {error}. {_OTHER}") from error
    if matrix.nnz and matrix.dtype.kind not in "biuf":
        raise FormatError(path, f"its values are {matrix.dtype}; expected real numbers as weights.")
    if matrix.dtype.kind in "iu" and bool(np.any(matrix.data.astype(np.float64).astype(matrix.dtype) != matrix.data)):
        raise FormatError(path, "a whole weight is beyond 2^53, where float64 rounds. Rescale the weights.")
    return from_matrix(matrix, directed)


def _check_array(archive: zipfile.ZipFile, name: str, size: int, path: Path) -> None:
    """NumPy would allocate what the header of an array claims."""
    import numpy as np

    try:
        with archive.open(name) as file:
            version = np.lib.format.read_magic(file)
            reading = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, kind = reading(file)
        count = 1
        for length in shape:
            count *= length
    except (
        ValueError,
        EOFError,
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        KeyError,
        SyntaxError,
    ) as error:
        raise FormatError(path, f"the array {name!r} is damaged: {error}. Get the file again.") from error
    if kind.hasobject or count * kind.itemsize > size:
        raise FormatError(path, f"the array {name!r} is damaged: shape {shape} of {kind} in {size:,} bytes.")
