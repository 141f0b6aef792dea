"""Map vertices given as integers or names to ids 0..n-1, in sorted order of those that occur."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.graphs.arrow import to_numpy
from graphbench.graphs.columns import INT32_VERTICES, Ids

_Names = npt.NDArray[Any]


def numbered(sources: Sequence[Any], destinations: Sequence[Any]) -> tuple[Ids, Ids, _Names | None]:
    """Number the vertices of an edge list.

    Args:
        sources: pyarrow arrays (chunked or not), all of int64 or all of strings; together one column.
        destinations: likewise.

    Returns:
        Ids of sources, ids of destinations, and the names: int64, or strings (dtype object); None if the ids are the
        names, that is, if exactly the integers 0..n-1 occur.
    """
    import pyarrow as pa

    if pa.types.is_integer(sources[0].type):
        src, dst = (np.concatenate([*map(to_numpy, parts)]) for parts in (sources, destinations))
        return number_integers(src, dst)
    return _number_strings(sources, destinations)


def number_integers(src: Ids, dst: Ids) -> tuple[Ids, Ids, _Names | None]:
    """Like :func:`numbered`, for NumPy arrays of integers."""
    if len(src) == 0:
        return src, dst, None
    lowest, highest = int(min(src.min(), dst.min())), int(max(src.max(), dst.max()))
    if lowest >= 0 and highest < 8 * len(src) + 1024:  # a table of all integers up to the highest fits into memory
        occurs = np.zeros(highest + 1, dtype=bool)
        occurs[src] = True
        occurs[dst] = True
        names = np.flatnonzero(occurs)
        if len(names) == highest + 1:
            return src, dst, None
        kind: type[np.signedinteger[Any]] = np.int32 if highest < INT32_VERTICES else np.int64
        ids: Ids = np.cumsum(occurs, dtype=kind) - 1
        return ids[src], ids[dst], names
    ordered = np.sort(np.concatenate([src, dst]))
    names = ordered[np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))]
    return np.searchsorted(names, src), np.searchsorted(names, dst), names


def _number_strings(sources: Sequence[Any], destinations: Sequence[Any]) -> tuple[Ids, Ids, _Names]:
    import pyarrow as pa
    import pyarrow.compute as pc

    # One dictionary for each column, at the same time: a dictionary for each chunk would be merged again and again.
    columns = [
        pa.chunked_array([chunk for part in parts for chunk in _chunks(part)]) for parts in (sources, destinations)
    ]
    with ThreadPoolExecutor(len(columns)) as pool:
        encoded = list(pool.map(_encoded, columns))
    together = pa.chunked_array([dictionary for _, dictionary in encoded])
    places, names = _encoded(together)
    order = pc.sort_indices(names)
    rank = np.empty(len(order), dtype=np.int32)
    rank[to_numpy(order)] = np.arange(len(order), dtype=np.int32)
    ids = rank[places]
    first = len(encoded[0][1])
    src, dst = (numbers[codes] for numbers, (codes, _) in zip((ids[:first], ids[first:]), encoded, strict=True))
    return src, dst, names.take(order).to_numpy(zero_copy_only=False)


def _encoded(column: Any) -> tuple[npt.NDArray[np.int32], Any]:
    """Places in a dictionary of strings, and the dictionary."""
    encoded = column.dictionary_encode()
    codes = [to_numpy(chunk.indices) for chunk in encoded.chunks]
    return np.concatenate(codes), encoded.chunk(0).dictionary


def _chunks(part: Any) -> list[Any]:
    return list(part.chunks) if hasattr(part, "chunks") else [part]


def count(src: Ids, dst: Ids, names: _Names | None) -> int:
    """The number of vertices, from the result of :func:`numbered`."""
    if names is not None:
        return len(names)
    return int(max(src.max(), dst.max())) + 1 if len(src) else 0
