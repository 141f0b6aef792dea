"""A dataset, loaded: its cleaned edges and what is known about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.graphs.edgelist import INT32_VERTICES, EdgeList, Ids
from graphbench.records.model import DatasetInfo


@dataclass(frozen=True, kw_only=True)
class Raw:
    """Rows as a reader or generator gives them: loops, parallel edges and any order allowed.

    Attributes:
        src: 0-based sources, shape (m,).
        dst: 0-based destinations, shape (m,).
        weight: numbers, shape (m,), or None.
        num_vertices: how many vertices there are.
        directed: whether a row is an arc.
        names: the vertices' own names, shape (num_vertices,), where ids are not the names.
    """

    src: Ids
    dst: Ids
    weight: npt.NDArray[Any] | None
    num_vertices: int
    directed: bool
    names: npt.NDArray[Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Cleaned edges, in the cache's Parquet file, and what is known about them."""

    info: DatasetInfo
    edges: EdgeList


def id_type(num_vertices: int) -> npt.DTypeLike:
    """The type of ids that graphs of that size have once they are cleaned."""
    return np.int32 if num_vertices <= INT32_VERTICES else np.int64
