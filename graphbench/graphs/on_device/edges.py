"""An edge list that is made on a device whenever it is asked for."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt
import psutil

from graphbench.errors import DatasetError, InputError, UnsupportedError
from graphbench.graphs.columns import Columns
from graphbench.graphs.edgelist import EdgeList, rapids
from graphbench.graphs.on_device import edge_hash, ranges, recipe
from graphbench.graphs.on_device.maker import Maker, id_type, maker
from graphbench.graphs.on_device.ranges import Range
from graphbench.graphs.on_device.recipe import Recipe, Stored, integers
from graphbench.graphs.parquet import Counts
from graphbench.system import text

if TYPE_CHECKING:
    import cudf
    import dask_cudf

_CUDF_ROWS = np.iinfo(np.int32).max
"""A cuDF column has no more."""
_VERTEX_BYTES = 40
"""Device memory for a vertex that certificates hold while they go through the edges: five columns of 64 bits."""
_PIECE_BYTES = 96
"""And for a row of the piece that they are at."""
_MOST_PIECE = 1 << 28
_ROWS_OF_A_PARTITION = 1 << 28


class MadeOnDevice(EdgeList):
    """A graph as a recipe: canonical like every edge list, its edges made anew by each method that gives them.

    What comes out is compared with the census, edge counts range by range, and refused if it differs.

    Attributes:
        stored: the recipe, the census, the seed of drawn weights.
        on_device: True: :meth:`chunks` gives arrays of a device.
        thrift: edges are made in this fraction of the memory that they would else be made in.
    """

    suffix = recipe.SUFFIX
    on_device = True

    def __init__(self, stored: Stored, *, path: Path | None = None) -> None:
        counts = Counts(
            num_vertices=stored.recipe.num_vertices,
            num_edges=stored.census.num_edges,
            directed=stored.recipe.directed,
            weighted=stored.weights_seed is not None,
            digest=stored.digest,
            weights="none" if stored.weights_seed is None else "drawn",
        )
        super().__init__(counts, columns=None, path=path, name=stored.name, names=None)
        self.stored = stored
        self.thrift = 1
        self._held: Columns | None = None

    @classmethod
    def read(cls, path: Path, name: str = "") -> MadeOnDevice:
        """Open a recipe's file.

        Raises:
            FormatError: if it is none.
        """
        stored = recipe.read(path)
        return cls(msgspec.structs.replace(stored, name=name or stored.name), path=path)

    def write(self, path: Any, *, metadata: Mapping[str, str] | None = None) -> EdgeList:
        """Write the recipe, atomically, and return a handle on the file; `metadata` has nothing to add to it.

        Raises:
            OSError: if it cannot be written.
        """
        recipe.write(Path(path), self.stored)
        return MadeOnDevice(self.stored, path=Path(path))

    # What it is

    @property
    def recipe(self) -> Recipe:
        """What to draw."""
        return self.stored.recipe

    @property
    def id_type(self) -> type[np.signedinteger[Any]]:
        """Type of the ids in frames: int32 unless cuGraph could not count the entries then."""
        return id_type(self.num_entries)

    @property
    def num_isolated(self) -> int:
        """Vertices without any edge, by the census."""
        return self.stored.census.num_isolated

    @property
    def source_candidates(self) -> npt.NDArray[np.int64]:
        """Up to 4,096 different vertices with an out-edge, drawn uniformly when the graph was first made."""
        return integers(self.stored.census.sources)

    @property
    def pair_candidates(self) -> npt.NDArray[np.int64]:
        """Up to 200,000 different pairs of vertices that share a neighbour, shape (k, 2), each u < v."""
        return integers(self.stored.census.pairs).reshape(-1, 2)

    # On the device

    @functools.cached_property
    def maker(self) -> Maker:
        """Who draws the edges, in this process.

        Raises:
            UnavailableError: if there is no device here, or no library.
            DatasetError: if it is another than the one that made the graph first, and would draw another graph.
        """
        found, first = maker(self.recipe.by), self.stored.census.origin
        here = found.origin()
        if here != first:
            raise DatasetError(
                f"{self.name} was first made by {_who(first)}; {_who(here)} would draw another graph from the same "
                f"seed. Remove it with `graphbench cache clear {self.name}`, and it is made anew."
            )
        return found

    @property
    def arrays(self) -> Any:
        """The module of the arrays that :meth:`chunks` gives."""
        return self.maker.arrays

    def chunks(self, rows: int | None = None) -> Iterator[Columns]:
        """The columns as arrays of the device, in pieces of at most `rows` rows: what certificates run over.

        Args:
            rows: by default as many as the device has room for, with what a certificate makes of them.
        """
        if self._held is not None:
            yield from _cut(self._held, rows or self._piece_rows())
            return
        empty = True
        for _, columns in self._ranges():
            empty &= not len(columns.src)
            if len(columns.src):
                yield from _cut(columns, rows or self._piece_rows())
        if empty:
            nothing = self.arrays.empty(0, dtype=np.int32)
            yield Columns(nothing, nothing, nothing.astype(np.float64) if self.weighted else None)

    def hold(self) -> bool:
        """Keep all columns on the device for the calls of :meth:`chunks` to come, if they leave two fifths of it free.

        Making them anew takes a sweep of all draws for each range that fits, in every pass over the edges.

        Returns:
            Whether they are kept; :meth:`let_go` gives them up.
        """
        needed = self.num_edges * (8 + 8 * self.weighted)
        if self._held is None and 5 * (needed + _VERTEX_BYTES * self.num_vertices) < 3 * self.maker.free_bytes():
            self._held = self._whole(np.int32)
        return self._held is not None

    def let_go(self) -> None:
        """Give up what :meth:`hold` keeps."""
        self._held = None

    def between(self, vertices: npt.NDArray[np.int64], *, most: int) -> tuple[Any, Any]:
        """The edges between a few vertices, gathered on the device, on the host: sources and destinations.

        Args:
            vertices: ids, shape (k,).
            most: stop as soon as there are more than so many.
        """
        marked = self._marked(vertices)
        ends: tuple[list[npt.NDArray[Any]], list[npt.NDArray[Any]]] = ([], [])
        found = 0
        for src, dst, _ in self.chunks():
            here = np.flatnonzero(marked[src] & marked[dst])
            for part, column in zip(ends, (src, dst), strict=True):
                part.append(self._fetched(column[here]))
            found += len(here)
            if found > most:
                break
        return np.concatenate(ends[0]), np.concatenate(ends[1])

    def _zeros(self, kind: type[Any]) -> Any:
        return self.arrays.zeros(self.num_vertices, dtype=kind)

    def _marked(self, vertices: npt.NDArray[np.int64]) -> Any:
        return super()._marked(self.maker.to_device(np.asarray(vertices, dtype=np.int64)))

    def _fetched(self, values: Any) -> npt.NDArray[Any]:
        return self.maker.to_host(values)

    def _piece_rows(self) -> int:
        free = self.maker.free_bytes() - _VERTEX_BYTES * self.num_vertices
        return min(max(free // (2 * self.thrift) // _PIECE_BYTES, 1 << 22), _MOST_PIECE)

    def _ranges(self, share: float = 0.5) -> Iterator[tuple[int, Columns]]:
        """(row that it begins at, columns) of each range, in order."""
        by, reserved = self.maker, _VERTEX_BYTES * self.num_vertices
        most = ranges.room_for_rows(by, share / self.thrift, reserved)
        yield from self._made(ranges.divided(ranges.expected(by, self.recipe), most))

    def _made(self, wanted: list[Range]) -> Iterator[tuple[int, Columns]]:
        counts = integers(self.stored.census.slices)
        for each in wanted:
            for at, made in ranges.with_fewer_rows(self.maker, self.recipe, each):
                right = int(counts[at.first : at.last].sum())
                if len(made.keys) != right:
                    raise DatasetError(
                        f"{self.name} came out differently from when it was first made: {len(made.keys):,} edges where "
                        f"there were {right:,}. Remove it with `graphbench cache clear {self.name}` and measure again; "
                        "if it happens twice, the device or its library is at fault."
                    )
                start = int(counts[: at.first].sum())
                src, dst = edge_hash.unpack(made.keys, np.int32)
                seed = self.stored.weights_seed
                weight = None if seed is None else edge_hash.weights(made.keys, seed)
                del made
                yield start, Columns(src, dst, weight)

    def _whole(self, ids: type[np.signedinteger[Any]], wanted: list[Range] | None = None) -> Columns:
        """All columns, or those of some ranges, on the device: allocated once, then filled."""
        xp, counts = self.arrays, integers(self.stored.census.slices)
        begin = 0 if wanted is None else int(counts[: wanted[0].first].sum())
        size = self.num_edges if wanted is None else int(sum(counts[at.first : at.last].sum() for at in wanted))
        src, dst = xp.empty(size, dtype=ids), xp.empty(size, dtype=ids)
        weight = xp.empty(size, dtype=np.float64) if self.weighted else None
        for start, part in self._ranges() if wanted is None else self._made(wanted):
            here = slice(start - begin, start - begin + len(part.src))
            src[here], dst[here] = part.src, part.dst
            if weight is not None:
                weight[here] = part.weight
        return Columns(src, dst, weight)

    def part(self, at: Range, ids: type[np.signedinteger[Any]]) -> Columns:
        """The columns of a range of slices, on the device."""
        rows = ranges.expected(self.maker, self.recipe)[at.first : at.last]
        pieces = ranges.divided(rows, ranges.room_for_rows(self.maker, 0.4))
        return self._whole(ids, [Range(at.first + one, at.first + two, count) for one, two, count in pieces])

    # Forms to hand on

    def to_numpy(self) -> Columns:
        """The columns in host memory: made on the device, and copied range by range.

        Raises:
            InputError: if they do not fit into the host's memory.
            UnavailableError: if there is no device here.
        """
        needed = self.num_edges * (8 + 8 * self.weighted)
        if needed > (free := psutil.virtual_memory().available):
            raise InputError(
                f"{self.name} has {self.num_edges:,} edges, which need {text.text(needed)} of host memory, and "
                f"{text.text(free)} are free. It is made on a GPU: take an engine that solves the problem there."
            )
        src, dst = np.empty(self.num_edges, dtype=np.int32), np.empty(self.num_edges, dtype=np.int32)
        weight = np.empty(self.num_edges, dtype=np.float64) if self.weighted else None
        for start, part in self._ranges():
            here = slice(start, start + len(part.src))
            src[here], dst[here] = self.maker.to_host(part.src), self.maker.to_host(part.dst)
            if weight is not None:
                weight[here] = self.maker.to_host(part.weight)
        return Columns(src, dst, weight)

    def on_host(self) -> EdgeList:
        """The same graph with its columns in host memory; see :meth:`to_numpy`."""
        src, dst, weight = self.to_numpy()
        more: dict[str, Any] = {"directed": self.directed, "weights": self.weights, "name": self.name}
        return EdgeList.from_columns(src, dst, weight, num_vertices=self.num_vertices, **more)

    def to_cudf(self, *, names: bool = False) -> cudf.DataFrame:
        """Columns `source`, `destination` and, if weighted, `weight`, made where they stay; `names` has no effect.

        Raises:
            UnsupportedError: if they have more rows than a cuDF frame can.
            UnavailableError: if there is no GPU here, or no RAPIDS.
        """
        if self.num_edges > _CUDF_ROWS:
            raise UnsupportedError(
                f"{self.name} has {self.num_edges:,} edges, and a frame of one GPU holds {_CUDF_ROWS:,}; "
                "engine cugraph-mg spreads them over several frames"
            )
        return rapids("cudf").DataFrame(_named(self._whole(self.id_type)))

    def to_dask_cudf(
        self, npartitions: int | None = None, *, id_type: type[np.signedinteger[Any]] | None = None
    ) -> dask_cudf.DataFrame:
        """Like :meth:`to_cudf`, each partition made by the worker that holds it: ranges of sources, of even sizes.

        Args:
            npartitions: how many; each takes a sweep of all draws. By default one for 268 million edges.
            id_type: of the ids; :attr:`id_type` by default.

        Raises:
            UnavailableError: if dask-cuDF is not installed.
        """
        rapids("dask_cudf")
        dataframe, cudf = rapids("dask.dataframe"), rapids("cudf")
        count = npartitions or -(-self.num_edges // _ROWS_OF_A_PARTITION) or 1
        ids = np.dtype(id_type or self.id_type)
        columns: dict[str, Any] = {"source": ids, "destination": ids}
        columns |= {"weight": np.dtype(np.float64)} if self.weighted else {}
        meta = cudf.DataFrame({name: cudf.Series([], dtype=kind) for name, kind in columns.items()})
        small = msgspec.structs.replace(self.stored, census=self.stored.census.without_draws())
        options = {"stored": recipe.encode(small), "of": count, "ids": ids.name}
        return dataframe.from_map(partition, range(count), meta=meta, **options)

    # Other graphs made from it

    def undirected(self) -> EdgeList:
        """The same draws with their direction dropped: a graph with a census of its own, taken now or kept.

        Raises:
            DatasetError: if its census cannot be taken.
        """
        if not self.directed:
            return self
        from graphbench.graphs.on_device.load import made

        undirected = msgspec.structs.replace(self.recipe, directed=False)
        stored = made(self.name, undirected).stored
        return MadeOnDevice(msgspec.structs.replace(stored, weights_seed=self.stored.weights_seed))

    def unweighted(self) -> EdgeList:
        """Forget the weights."""
        return self if not self.weighted else MadeOnDevice(msgspec.structs.replace(self.stored, weights_seed=None))

    def without_zero_weights(self) -> EdgeList:
        """The same: no drawn weight is 0."""
        return self

    def with_drawn_weights(self, seed: int, low: int = 1, high: int = 255) -> EdgeList:
        """Whole numbers from 1 to 255 that depend on the edge and the seed alone, however the graph is cut."""
        assert (low, high) == (1, 255)
        return MadeOnDevice(msgspec.structs.replace(self.stored, weights_seed=seed))


def partition(index: int, *, stored: bytes, of: int, ids: str) -> cudf.DataFrame:
    """One of several frames of a graph: what a worker of a cluster runs.

    Args:
        index: which one.
        stored: the recipe with its census, in JSON.
        of: how many there are.
        ids: type of the ids.
    """
    edges = MadeOnDevice(recipe.decode(stored))
    counts = integers(edges.stored.census.slices)
    at = ranges.evenly(counts, of)[index]
    return rapids("cudf").DataFrame(_named(edges.part(at, np.dtype(ids).type)))


def _named(columns: Columns) -> dict[str, Any]:
    named = {"source": columns.src, "destination": columns.dst}
    return named | ({} if columns.weight is None else {"weight": columns.weight})


def _cut(columns: Columns, rows: int) -> Iterator[Columns]:
    for start in range(0, max(len(columns.src), 1), rows):
        piece = slice(start, start + rows)
        yield Columns(columns.src[piece], columns.dst[piece], None if columns.weight is None else columns.weight[piece])


def _who(origin: recipe.Origin) -> str:
    return f"{origin.library} on {origin.device} ({origin.multiprocessors} multiprocessors)"
