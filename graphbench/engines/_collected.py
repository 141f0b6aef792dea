"""What an engine's `collect` returns, and how it becomes the common form of an answer.

`collect` is timed: it ends with the library's result in NumPy arrays in host memory, in the library's own order. It
returns an array where that order is already the common one, else one of the layouts below. :func:`arrange` is not
timed: it sorts, relabels and marks what is unreached, the same way for every engine: none can move its work there.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from graphbench.algorithms.base import AnyKind, Scaled
from graphbench.graphs.columns import is_sorted, sort_rows
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Array: TypeAlias = "npt.NDArray[Any]"

_FILL = {"scores": math.nan, "vectors": math.nan, "distances": math.inf}
"""The value of a vertex without one; -1 for other kinds."""
_INTEGERS = ("partition", "labels", "counts", "depths", "walks")
"""The kinds whose values are whole numbers."""


class Layout(msgspec.Struct, frozen=True):
    """The order in which a library returns its result."""

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """The result in the common form of its kind."""
        raise NotImplementedError


class ByVertex(Layout, frozen=True):
    """One value for each of some vertices, in any order."""

    vertices: Array
    values: Array

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """The values in the order of the vertices."""
        values = _typed(_unreached_marked(self.values, kind), kind)
        return scatter(edges.num_vertices, self.vertices, values, fill=_FILL.get(kind, -1), dtype=values.dtype)


class ByPair(Layout, frozen=True):
    """One value for each of the given pairs, in any order; each pair is named as it was given."""

    first: Array
    second: Array
    values: Array

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """The values in the order of the given pairs (all different), nan where a pair did not come back."""
        assert pairs is not None
        n = max(int(ids.max(initial=0)) for ids in (pairs, self.first, self.second)) + 1
        keys = self.first.astype(np.int64) * n + self.second
        order = np.argsort(keys)
        wanted = pairs[:, 0] * n + pairs[:, 1]
        place = np.searchsorted(keys, wanted, sorter=order)
        out = np.full(len(wanted), np.nan)
        found = place < len(keys)
        found[found] = keys[order[place[found]]] == wanted[found]
        out[found] = self.values[order[place[found]]]
        return out


class SortedByPair(Layout, frozen=True):
    """One value for each of the given pairs, sorted by pair."""

    values: Array

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """The values in the order of the given pairs."""
        assert pairs is not None
        out = np.empty(len(pairs))
        out[np.lexsort((pairs[:, 1], pairs[:, 0]))] = self.values
        return out


class Groups(Layout, frozen=True):
    """The vertices of each group, one group after the other, and the groups' sizes."""

    vertices: Array
    sizes: Array

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """The group of each vertex; -1 where it is in none."""
        labels = np.repeat(np.arange(len(self.sizes)), self.sizes)
        return scatter(edges.num_vertices, self.vertices, labels, fill=-1, dtype=np.int64)


class Walks(Layout, frozen=True):
    """The vertices of each walk, one walk after the other, and the walks' sizes."""

    vertices: Array
    sizes: Array

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """Walks as rows, shorter ones filled up with -1."""
        out = np.full((len(self.sizes), int(self.sizes.max(initial=0))), -1, dtype=np.int64)
        out[np.arange(out.shape[1]) < self.sizes[:, None]] = self.vertices
        return out


class Ends(Layout, frozen=True):
    """Edges in any order.

    Attributes:
        src: one end of each edge.
        dst: the other end.
        ids: the vertex of each number in `src` and `dst`, if the library renumbered them.
        listed: how often an undirected edge is listed: `once`; `twice`, in both directions; or `either`.
    """

    src: Array
    dst: Array
    ids: Array | None = None
    listed: Literal["once", "twice", "either"] = "once"

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """Edges as sorted rows. A repeated one stays, so that a certificate sees it, unless listed `either` way."""
        src, dst = (self.src, self.dst) if self.ids is None else (self.ids[self.src], self.ids[self.dst])
        if not edges.directed:
            if self.listed == "twice":
                once = src < dst
                src, dst = src[once], dst[once]
            src, dst = np.minimum(src, dst), np.maximum(src, dst)
        rows, _ = _sorted_rows(src, dst, None)
        if self.listed != "either":
            return rows
        again = np.zeros(len(rows), dtype=bool)
        again[1:] = (rows[1:] == rows[:-1]).all(axis=1)
        return rows[~again]


class Entries(Layout, frozen=True):
    """Entries of a sparse matrix in any order, and their values if there are any."""

    rows: Array
    columns: Array
    values: Array | None = None

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """Entries as sorted rows, their values as a third column."""
        numbers = None if self.values is None else self.values.astype(np.float64, copy=False)
        ends, numbers = _sorted_rows(self.rows, self.columns, numbers)
        return ends if numbers is None else np.column_stack([ends, numbers])


class CompressedRows(Layout, frozen=True):
    """A matrix in compressed sparse rows, whose columns may be in any order."""

    offsets: Array
    indices: Array
    values: Array | None = None

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """As :class:`Entries`.

        Raises:
            ValueError: if the offsets do not ascend from 0 to the number of indices.
        """
        offsets = self.offsets.astype(np.int64, copy=False)
        counts = np.diff(offsets)
        if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(self.indices) or (counts < 0).any():
            raise ValueError(f"offsets do not ascend from 0 to the {len(self.indices):,} indices")
        rows = np.repeat(np.arange(len(counts)), counts)
        return Entries(rows, self.indices, self.values).arranged(kind, edges, pairs)


class Numbering(Layout, frozen=True):
    """New numbers and the edges between them.

    Attributes:
        ids: the old id of each number.
        src: one end of each edge, a new number.
        dst: the other end.
        numbers: the number of each of `ids`, if they are not in order.
    """

    ids: Array
    src: Array
    dst: Array
    numbers: Array | None = None

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """The table of numbers, then the sorted edges."""
        numbers = np.arange(len(self.ids)) if self.numbers is None else self.numbers
        ids = scatter(len(self.ids), numbers, self.ids, fill=-1, dtype=np.int64)
        table = np.stack([np.arange(len(ids)), ids], axis=1)
        return np.concatenate([table, Ends(self.src, self.dst).arranged(kind, edges, pairs)])


_LAYOUTS = (ByVertex, ByPair, SortedByPair, Groups, Walks, Ends, Entries, CompressedRows, Numbering)
"""A subclass could compute in `arranged`, which is not timed."""

Collected: TypeAlias = "Array | list[ByVertex] | Layout | Scaled"
"""What `collect` returns; a list has one result for each column of kind `vectors`."""


def arrange(collected: Any, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
    """Bring what an engine collected into the common form of its kind.

    Anything but :data:`Collected` is returned as it is: no answer, which the caller reports.

    Raises:
        TypeError: if `collected` is a layout of an engine's own, or has a field that is no array in host memory.
    """
    if isinstance(collected, Scaled):
        return _rescaled(arrange(collected.result, kind, edges, pairs), collected)
    if isinstance(collected, np.ndarray):
        return _typed(_unreached_marked(_plain(collected), kind), kind)
    if isinstance(collected, list) and kind == "vectors":
        return np.stack([arrange(column, "scores", edges, pairs) for column in collected], axis=1)
    if isinstance(collected, Layout):
        return _of_plain_arrays(collected).arranged(kind, edges, pairs)
    return collected  # type: ignore[no-any-return]


def unzipped(tuples: Iterable[Sequence[float]], count: int, *, width: int = 2, dtype: Any = "int64") -> Array:
    """The columns of that many tuples, such as the edges that a library yields, shape (width, count).

    Three times as fast as `np.array` of a list of tuples, and as `np.fromiter` with a dtype of several numbers.
    """
    return np.fromiter(chain.from_iterable(tuples), dtype, count=width * count).reshape(-1, width).T


def concatenated(lists: Collection[Collection[int]]) -> tuple[Array, Array]:
    """The numbers of all lists, one list after the other, and the lists' sizes: of :class:`Groups` or `Walks`."""
    sizes = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    return np.fromiter(chain.from_iterable(lists), dtype=np.int64, count=sizes.sum()), sizes


def scatter(n: int, vertices: Any, values: Any, *, fill: Any, dtype: Any) -> Array:
    """An array of n values, those of `vertices` set, the others `fill`."""
    out = np.full(n, fill, dtype=dtype)
    out[np.asarray(vertices, dtype=np.int64)] = np.asarray(values, dtype=dtype)
    return out


def _plain(array: Array) -> Array:
    """The same memory without the methods of a subclass, which could compute here, where no clock runs."""
    return np.asarray(array)


def _of_plain_arrays(layout: Layout) -> Layout:
    kind: Any = type(layout)
    if kind not in _LAYOUTS:
        known = ", ".join(one.__name__ for one in _LAYOUTS)
        raise TypeError(f"`collect` returned {kind.__name__}, whose work no clock would see; expected one of {known}")
    found = msgspec.structs.asdict(layout)
    for name, value in found.items():
        if not isinstance(value, np.ndarray | str | None):
            raise TypeError(
                f"`collect` returned {kind.__name__} with {name} of type {type(value).__name__}, expected a NumPy array"
            )
    fields = {name: _plain(value) if isinstance(value, np.ndarray) else value for name, value in found.items()}
    plain: Layout = kind(**fields)
    return plain


def _typed(values: Array, kind: AnyKind) -> Array:
    if kind in ("edges", "arcs", "numbering") or values.dtype.kind not in "biuf":
        return values
    return values.astype(np.int64 if kind in _INTEGERS else np.float64, copy=False)


def _unreached_marked(values: Array, kind: AnyKind) -> Array:
    """Depths and distances whose unreached vertices are marked the common way.

    Libraries mark them by infinity or by the largest number of the type.
    """
    if kind not in ("depths", "distances") or values.dtype.kind not in "iuf":
        return values
    real = values.dtype.kind == "f"
    unreached = values == (np.finfo if real else np.iinfo)(values.dtype).max
    if kind == "distances":
        return np.where(unreached, np.inf, values)
    if real:
        unreached |= np.isinf(values)
        values = np.where(unreached, 0, np.nan_to_num(values, nan=-2.0))  # a certificate refuses the depth -2
    return np.where(unreached, -1, values.astype(np.int64))


def _rescaled(scores: Array, scale: Scaled) -> Array:
    there = np.asarray(scale.vertices, dtype=np.int64)
    special = scores[there] * scale.factor_there if scale.factor_there else 0.0
    scores = scores * scale.factor
    scores[there] = special
    return scores


def _sorted_rows(first: Array, second: Array, values: Array | None) -> tuple[npt.NDArray[np.int64], Array | None]:
    """Pairs of ids as rows, sorted, and the values that belong to them."""
    first, second = first.astype(np.int64, copy=False), second.astype(np.int64, copy=False)
    if not is_sorted(first, second, strictly=False):
        possible = min(first.min(), second.min()) >= 0
        size = int(max(first.max(), second.max())) + 1 if possible else sys.maxsize
        first, second, values = sort_rows(first, second, values, size)
    return np.stack([first, second], axis=1), values
