"""Map vertices given as integers or names to ids 0..n-1, in sorted order of those that occur."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.graphs.arrow import to_numpy
from graphbench.graphs.edgelist import Ids

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
        ids = np.cumsum(occurs, dtype=np.int64) - 1
        return ids[src], ids[dst], names
    ordered = np.sort(np.concatenate([src, dst]))
    names = ordered[np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))]
    return np.searchsorted(names, src), np.searchsorted(names, dst), names


def _number_strings(sources: Sequence[Any], destinations: Sequence[Any]) -> tuple[Ids, Ids, _Names]:
    import pyarrow as pa
    import pyarrow.compute as pc

    chunks = [chunk for part in (*sources, *destinations) for chunk in _chunks(part)]
    rows = sum(len(part) for part in sources)
    encoded = pa.chunked_array([pc.dictionary_encode(chunk) for chunk in chunks]).unify_dictionaries()
    dictionary = encoded.chunk(0).dictionary
    order = to_numpy(pc.sort_indices(dictionary))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    ids = rank[np.concatenate([to_numpy(chunk.indices) for chunk in encoded.chunks])]
    return ids[:rows], ids[rows:], dictionary.take(pa.array(order)).to_numpy(zero_copy_only=False)


def _chunks(part: Any) -> list[Any]:
    return list(part.chunks) if hasattr(part, "chunks") else [part]


def count(src: Ids, dst: Ids, names: _Names | None) -> int:
    """The number of vertices, from the result of :func:`numbered`."""
    if names is not None:
        return len(names)
    return int(max(src.max(), dst.max())) + 1 if len(src) else 0
