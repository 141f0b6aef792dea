"""What an engine's `collect` returns, and how it becomes the common form of an answer.

`collect` is timed: it ends with the library's result in NumPy arrays in host memory, in the library's own order. It
returns an array where that order is already the common one, else one of the layouts below. :func:`arrange` is not
timed: it sorts, relabels and marks what is unreached, the same way for every engine: none can move its work there.
A certificate sees what is arranged, so nothing may be lost on the way: a number that would be rounded, an id that is no
vertex's, and a second value for a vertex are refused.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeGuard

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
_INTEGERS = ("partition", "labels", "counts", "walks")
"""The kinds whose values are whole numbers, but for depths, some of which are marked as unreached."""
_ROWS = ("edges", "arcs", "numbering")
"""The kinds whose certificates look at the type."""


class GarbageError(Exception):
    """What an engine collected is no answer: not made of arrays of numbers, or these do not fit together."""


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
        return _scattered(edges.num_vertices, self.vertices, _typed(self.values, kind), fill=_FILL.get(kind, -1))


class ByPair(Layout, frozen=True):
    """One value for each of the given pairs, in any order; each pair is named as it was given."""

    first: Array
    second: Array
    values: Array

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """The values in the order of the given pairs (all different), nan where a pair did not come back."""
        assert pairs is not None
        _require_lengths(len(self.first), second=self.second, values=self.values)
        n = edges.num_vertices
        keys = _ids(self.first, n, "first vertices") * n + _ids(self.second, n, "second vertices")
        order = np.argsort(keys)
        again = np.flatnonzero(np.diff(keys[order]) == 0)
        if not np.array_equal(self.values[order[again]], self.values[order[again + 1]], equal_nan=True):
            raise GarbageError("a pair has two values")
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
        _require_lengths(len(pairs), values=self.values)
        out = np.empty(len(pairs))
        out[np.lexsort((pairs[:, 1], pairs[:, 0]))] = self.values
        return out


class Groups(Layout, frozen=True):
    """The vertices of each group, one group after the other, and the groups' sizes."""

    vertices: Array
    sizes: Array

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """The group of each vertex; -1 where it is in none."""
        sizes = _sizes(self.sizes, len(self.vertices))
        return _scattered(edges.num_vertices, self.vertices, np.repeat(np.arange(len(sizes)), sizes), fill=-1)


class Walks(Layout, frozen=True):
    """The vertices of each walk, one walk after the other, and the walks' sizes."""

    vertices: Array
    sizes: Array

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """Walks as rows, shorter ones filled up with -1."""
        sizes = _sizes(self.sizes, len(self.vertices))
        out = np.full((len(sizes), int(sizes.max(initial=0))), -1, dtype=np.int64)
        out[np.arange(out.shape[1]) < sizes[:, None]] = _whole(self.vertices, kind)
        return out


class Ends(Layout, frozen=True):
    """Edges in any order.

    Attributes:
        src: one end of each edge.
        dst: the other end.
        ids: the vertex of each number in `src` and `dst`, if the library renumbered them.
        listed: whether an undirected edge is listed `once`, or `either` in one direction or in both.
    """

    src: Array
    dst: Array
    ids: Array | None = None
    listed: Literal["once", "either"] = "once"

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """Edges as sorted rows. A repeated one stays, so that a certificate sees it, unless listed `either` way."""
        src, dst = self.src, self.dst
        _require_lengths(len(src), dst=dst)
        if self.ids is not None:
            ids = _each_once(self.ids, edges.num_vertices)
            src, dst = (ids[_ids(end, len(ids), "renumbered vertices")] for end in (src, dst))
        if not edges.directed:
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
        _require_lengths(len(self.rows), columns=self.columns, values=self.values)
        numbers = None if self.values is None else self.values.astype(np.float64, copy=False)
        ends, numbers = _sorted_rows(self.rows, self.columns, numbers)
        return ends if numbers is None else np.column_stack([ends, numbers])


class CompressedRows(Layout, frozen=True):
    """A matrix in compressed sparse rows, whose columns may be in any order."""

    offsets: Array
    indices: Array
    values: Array | None = None

    def arranged(self, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
        """As :class:`Entries`."""
        offsets = _whole(self.offsets, "offsets")
        counts = np.diff(offsets)
        if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(self.indices) or (counts < 0).any():
            raise GarbageError(f"offsets do not ascend from 0 to the {len(self.indices):,} indices")
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
        ids = _scattered(len(self.ids), numbers, _whole(self.ids, "ids"), fill=-1)
        table = np.stack([np.arange(len(ids)), ids], axis=1)
        return np.concatenate([table, Ends(self.src, self.dst).arranged(kind, edges, pairs)])


_LAYOUTS = (ByVertex, ByPair, SortedByPair, Groups, Walks, Ends, Entries, CompressedRows, Numbering)
"""A subclass could compute in `arranged`, which is not timed."""

Collected: TypeAlias = "Array | list[ByVertex] | Layout | Scaled"
"""What `collect` returns; a list has one result for each column of kind `vectors`."""


def arrange(collected: Any, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> Array:
    """Bring what an engine collected into the common form of its kind.

    Raises:
        GarbageError: if `collected` is not :data:`Collected`, with arrays of numbers in host memory; or if these are
            out of range, not whole where they must be, or contradict each other.
    """
    if type(collected) is Scaled:
        return _rescaled(arrange(collected.result, kind, edges, pairs), collected)
    if type(collected) is list and kind == "vectors" and {type(column) for column in collected} == {ByVertex}:
        return np.stack([arrange(column, "scores", edges, pairs) for column in collected], axis=1)
    if isinstance(collected, Layout):
        return _of_plain_arrays(collected).arranged(kind, edges, pairs)
    if not _is_array(collected):
        raise GarbageError(f"the answer is of type {type(collected).__name__}, expected an array of numbers")
    return _typed(_plain(collected, "the answer is an array of"), kind)


def precision(collected: Collected) -> str:
    """The narrowest floating-point type of the values, if it is narrower than float64: :func:`arrange` widens them."""
    if isinstance(collected, Scaled):
        return precision(collected.result)
    parts = collected if isinstance(collected, list) else [collected]
    types = [values.dtype for part in parts if isinstance(values := getattr(part, "values", part), np.ndarray)]
    return min((str(one) for one in types if one.kind == "f" and one.itemsize < np.float64().itemsize), default="")


def unzipped(tuples: Iterable[Sequence[float]], count: int, *, width: int = 2, dtype: Any = "int64") -> Array:
    """The columns of that many tuples, such as the edges that a library yields, shape (width, count).

    Three times as fast as `np.array` of a list of tuples, and as `np.fromiter` with a dtype of several numbers.
    """
    return np.fromiter(chain.from_iterable(tuples), dtype, count=width * count).reshape(-1, width).T


def concatenated(lists: Collection[Collection[int]]) -> tuple[Array, Array]:
    """The numbers of all lists, one list after the other, and the lists' sizes: of :class:`Groups` or `Walks`."""
    sizes = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    return np.fromiter(chain.from_iterable(lists), dtype=np.int64, count=sizes.sum()), sizes


def _scattered(n: int, vertices: Array, values: Array, *, fill: Any) -> Array:
    """An array of n values, those of `vertices` set, the others `fill`."""
    _require_lengths(len(vertices), values=values)
    out = np.full(n, fill, dtype=values.dtype)
    out[_each_once(vertices, n)] = values
    return out


def _whole(numbers: Array, noun: str) -> npt.NDArray[np.int64]:
    """The numbers as integers, if they are."""
    with np.errstate(invalid="ignore"):  # what is not finite differs from any integer
        integers = numbers.astype(np.int64, copy=False)
    if not np.can_cast(numbers.dtype, np.int64) and (rounded := integers != numbers).any():
        raise GarbageError(f"{noun}: found {numbers[rounded][0]}, expected integers")
    return integers


def _ids(numbers: Array, n: int, noun: str) -> npt.NDArray[np.int64]:
    """The numbers as integers from 0 to n - 1, if they are."""
    ids = _whole(numbers, noun)
    if len(ids) and (ids.min() < 0 or ids.max() >= n):
        raise GarbageError(f"{noun}: found {ids[(ids < 0) | (ids >= n)][0]}, expected 0 to {n - 1:,}")
    return ids


def _each_once(vertices: Array, n: int) -> npt.NDArray[np.int64]:
    """As :func:`_ids`, if all are different."""
    ids, seen = _ids(vertices, n, "vertices"), np.zeros(n, dtype=bool)
    seen[ids] = True
    if np.count_nonzero(seen) != len(ids):
        in_order = np.sort(ids)
        raise GarbageError(f"the vertex {in_order[np.argmax(np.diff(in_order) == 0)]:,} is there twice")
    return ids


def _sizes(numbers: Array, total: int) -> npt.NDArray[np.int64]:
    """The sizes of the parts that this many vertices are divided into."""
    sizes = _whole(numbers, "sizes")
    if sizes.min(initial=0) < 0 or sizes.sum() != total:
        raise GarbageError(f"sizes that sum to {sizes.sum():,}, expected none below 0, and {total:,} in all")
    return sizes


def _require_lengths(expected: int, **arrays: Array | None) -> None:
    for name, array in arrays.items():
        if array is not None and len(array) != expected:
            raise GarbageError(f"{len(array):,} {name}, expected {expected:,}")


def _is_array(value: Any) -> TypeGuard[Array]:
    """As `isinstance`, but for an object that only claims to be of that class."""
    return issubclass(type(value), np.ndarray)


def _plain(array: Array, found: str) -> Array:
    """The same memory without the methods of a subclass or of objects: they could compute here, where no clock runs."""
    plain = np.asarray(array)
    if plain.dtype.kind not in "biuf":
        raise GarbageError(f"{found} {plain.dtype}, expected an array of numbers")
    return plain


def _of_plain_arrays(layout: Layout) -> Layout:
    kind: Any = type(layout)
    if kind not in _LAYOUTS:
        known = ", ".join(one.__name__ for one in _LAYOUTS)
        raise GarbageError(
            f"`collect` returned {kind.__name__}, whose work no clock would see; expected one of {known}"
        )
    fields = msgspec.structs.asdict(layout)
    for name, value in fields.items():
        found = f"`collect` returned {kind.__name__} with {name} of"
        if _is_array(value):
            fields[name] = plain_array = _plain(value, f"{found} type")
            if plain_array.ndim != 1:
                raise GarbageError(f"{found} shape {plain_array.shape}, expected one dimension")
        elif value is not None and type(value) is not str:
            raise GarbageError(f"{found} type {type(value).__name__}, expected a NumPy array")
    plain: Layout = kind(**fields)
    return plain


def _typed(values: Array, kind: AnyKind) -> Array:
    """Values of the type of their kind, unreached vertices marked the common way."""
    if kind in _ROWS:
        return values
    if kind in _INTEGERS:
        return _whole(values, kind)
    if kind == "depths":
        unreached = _unreached(values)
        return np.where(unreached, -1, _whole(np.where(unreached, 0, values), kind))
    if kind == "distances":
        values = np.where(_unreached(values), np.inf, values)
    return values.astype(np.float64, copy=False)


def _unreached(values: Array) -> npt.NDArray[np.bool_]:
    """Which vertices are unreached: libraries mark them by infinity or by the largest number of the type."""
    if values.dtype == bool:
        return np.zeros(values.shape, dtype=bool)
    limits: Any = np.finfo if values.dtype.kind == "f" else np.iinfo
    unreached: npt.NDArray[np.bool_] = (values == limits(values.dtype).max) | (values == np.inf)
    return unreached


def _rescaled(scores: Array, scale: Scaled) -> Array:
    there: Any = scale.vertices
    if type(there) in {list, tuple, range} and {type(vertex) for vertex in there} <= {int}:
        there = np.array(there, dtype=np.int64)
    if not _is_array(there):
        raise GarbageError(f"Scaled has vertices of type {type(there).__name__}, expected an array of integers")
    there = _ids(_plain(there, "Scaled has vertices of type"), len(scores), "vertices of Scaled")
    for factor in (scale.factor, scale.factor_there):
        if type(factor) not in {int, float, np.float32, np.float64}:
            raise GarbageError(f"Scaled has a factor of type {type(factor).__name__}, expected a number")
    special = scores[there] * scale.factor_there if scale.factor_there else 0.0
    scores = scores * scale.factor
    scores[there] = special
    return scores


def _sorted_rows(first: Array, second: Array, values: Array | None) -> tuple[npt.NDArray[np.int64], Array | None]:
    """Pairs of ids as rows, sorted, and the values that belong to them."""
    first, second = _whole(first, "vertices"), _whole(second, "vertices")
    if not is_sorted(first, second, strictly=False):
        possible = min(first.min(), second.min()) >= 0
        size = int(max(first.max(), second.max())) + 1 if possible else sys.maxsize
        first, second, values = sort_rows(first, second, values, size)
    return np.stack([first, second], axis=1), values
