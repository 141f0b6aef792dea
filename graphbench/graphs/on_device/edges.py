"""An edge list that is generated on a device each time its edges are needed."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from graphbench.errors import DatasetError, InputError, UnsupportedError
from graphbench.graphs.columns import Columns
from graphbench.graphs.edgelist import EdgeList, rapids
from graphbench.graphs.on_device import census, edge_hash, ranges, recipe
from graphbench.graphs.on_device.generator import RmatGenerator, generator, id_type
from graphbench.graphs.on_device.ranges import Range
from graphbench.graphs.on_device.recipe import Recipe, Stored, integers
from graphbench.graphs.parquet import Counts
from graphbench.system.lazy import np
from graphbench.system.text import format_bytes

if TYPE_CHECKING:
    import cudf
    import dask_cudf
    import numpy.typing as npt

_CUDF_ROWS = 2**31 - 1
"""The largest cuDF column."""
_VERTEX_BYTES = 40
"""Device memory per vertex that a certificate uses: five columns of 64 bits."""
_PIECE_BYTES = 96
"""Device memory per row of a piece that a certificate uses."""
_MAX_PIECE = 1 << 28
_PARTITION_ROWS = 1 << 28


class DeviceEdgeList(EdgeList):
    """A canonical edge list stored as a recipe; each method that returns edges generates them again.

    The number of edges in each range is compared with the census; a difference is an error.

    Attributes:
        stored: the recipe, the census, the seed of drawn weights.
        on_device: True: :meth:`chunks` yields device arrays.
        memory_fraction: share of the usual memory for generating edges; 1/4 after an out-of-memory error.
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
        self.memory_fraction = 1.0
        self._pinned: Columns | None = None

    @classmethod
    def read(cls, path: Path, name: str = "") -> DeviceEdgeList:
        """Open the file of a recipe.

        Raises:
            FormatError: if it is damaged or not a recipe.
        """
        stored = recipe.read(path)
        return cls(msgspec.structs.replace(stored, name=name or stored.name), path=path)

    @classmethod
    def load_or_generate(cls, name: str, wanted: Recipe) -> DeviceEdgeList:
        """The graph of a recipe from the cache, or generated now; see :func:`.census.load_or_generate`.

        Raises:
            UnavailableError: if the graph is not cached and there is no GPU or no generator library.
            DatasetError: if generating it fails.
        """
        return cls.read(census.load_or_generate(name, wanted), name)

    def write(self, path: Any, *, metadata: Mapping[str, str] | None = None) -> EdgeList:
        """Write the recipe, atomically, and return a handle on the file; `metadata` is ignored.

        Raises:
            OSError: if it cannot be written.
        """
        recipe.write(Path(path), self.stored)
        return DeviceEdgeList(self.stored, path=Path(path))

    # Properties

    @property
    def recipe(self) -> Recipe:
        """The generator's parameters."""
        return self.stored.recipe

    @property
    def id_type(self) -> type[np.signedinteger[Any]]:
        """Type of the ids in frames: int32 if cuGraph accepts it."""
        return id_type(self.num_entries)

    @property
    def num_isolated(self) -> int:
        """Vertices without any edge, from the census."""
        return self.stored.census.num_isolated

    @property
    def source_candidates(self) -> npt.NDArray[np.int64]:
        """Up to 4,096 different vertices with an out-edge, drawn uniformly by the census."""
        return integers(self.stored.census.sources)

    @property
    def pair_candidates(self) -> npt.NDArray[np.int64]:
        """Up to 200,000 different pairs of vertices that share a neighbour, shape (k, 2), each u < v."""
        return integers(self.stored.census.pairs).reshape(-1, 2)

    # On the device

    @functools.cached_property
    def generator(self) -> RmatGenerator:
        """The generator of this process.

        Raises:
            UnavailableError: if there is no device or no generator library.
            DatasetError: if it differs from the census's generator, so that it would generate another graph.
        """
        available, first = generator(self.recipe.by), self.stored.census.origin
        here = available.origin()
        if here != first:
            raise DatasetError(
                f"{self.name} was first generated by {_origin(first)}; {_origin(here)} would generate another graph "
                f"from the same seed. Run `graphbench cache clear {self.name}` to generate it again."
            )
        return available

    @property
    def arrays(self) -> Any:
        """The module of the arrays that :meth:`chunks` yields."""
        return self.generator.arrays

    def chunks(self, rows: int | None = None) -> Iterator[Columns]:
        """The columns as device arrays, in pieces of at most `rows` rows, for certificates.

        Args:
            rows: by default as many as fit into memory besides a certificate's arrays.
        """
        if self._pinned is not None:
            yield from _cut(self._pinned, rows or self._piece_rows())
            return
        empty = True
        for _, columns in self._ranges():
            empty &= not len(columns.src)
            if len(columns.src):
                yield from _cut(columns, rows or self._piece_rows())
        if empty:
            nothing = self.arrays.empty(0, dtype=np.int32)
            yield Columns(nothing, nothing, nothing.astype(np.float64) if self.weighted else None)

    def pin(self) -> bool:
        """Keep all columns on the device for later calls of :meth:`chunks`, if two fifths of the free memory stay free.

        Otherwise, every pass over the edges repeats all draws for each range.

        Returns:
            Whether they are kept; :meth:`unpin` frees them.
        """
        needed = self.num_edges * (8 + 8 * self.weighted)
        if self._pinned is None and 5 * (needed + _VERTEX_BYTES * self.num_vertices) < 3 * self.generator.free_bytes():
            self._pinned = self._whole(np.int32)
        return self._pinned is not None

    def unpin(self) -> None:
        """Free what :meth:`pin` keeps."""
        self._pinned = None

    def between(self, vertices: npt.NDArray[np.int64], *, most: int) -> tuple[Any, Any]:
        """The edges among a few vertices, in host memory: sources and destinations.

        Args:
            vertices: ids, shape (k,).
            most: stop as soon as more edges than this are found.
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
        return super()._marked(self.generator.to_device(np.asarray(vertices, dtype=np.int64)))

    def _fetched(self, values: Any) -> npt.NDArray[Any]:
        return self.generator.to_host(values)

    def _piece_rows(self) -> int:
        free = self.generator.free_bytes() - _VERTEX_BYTES * self.num_vertices
        return min(max(int(free * self.memory_fraction / 2) // _PIECE_BYTES, 1 << 22), _MAX_PIECE)

    def _ranges(self, share: float = 0.5) -> Iterator[tuple[int, Columns]]:
        """(index of its first row, columns) of each range, in order."""
        reserved = _VERTEX_BYTES * self.num_vertices
        most = ranges.max_rows(self.generator, share * self.memory_fraction, reserved)
        yield from self._generate(ranges.split(ranges.expected(self.generator, self.recipe), most))

    def _generate(self, wanted: list[Range]) -> Iterator[tuple[int, Columns]]:
        counts = integers(self.stored.census.slices)
        for whole_range in wanted:
            for at, generated in ranges.generate_in_parts(self.generator, self.recipe, whole_range):
                expected = int(counts[at.first : at.last].sum())
                if len(generated.keys) != expected:
                    raise DatasetError(
                        f"{self.name} differs from the graph that was first generated: {len(generated.keys):,} edges, "
                        f"expected {expected:,}. Run `graphbench cache clear {self.name}` and measure again. If this "
                        "error comes back, check the GPU and the release of cuGraph."
                    )
                start = int(counts[: at.first].sum())
                src, dst = edge_hash.unpack(generated.keys, np.int32)
                seed = self.stored.weights_seed
                weight = None if seed is None else edge_hash.weights(generated.keys, seed)
                del generated
                yield start, Columns(src, dst, weight)

    def _whole(self, ids: type[np.signedinteger[Any]], wanted: list[Range] | None = None) -> Columns:
        """All columns, or those of some ranges, on the device; allocated once, to avoid copies."""
        xp, counts = self.arrays, integers(self.stored.census.slices)
        begin = 0 if wanted is None else int(counts[: wanted[0].first].sum())
        size = self.num_edges if wanted is None else int(sum(counts[at.first : at.last].sum() for at in wanted))
        src, dst = xp.empty(size, dtype=ids), xp.empty(size, dtype=ids)
        weight = xp.empty(size, dtype=np.float64) if self.weighted else None
        for start, part in self._ranges() if wanted is None else self._generate(wanted):
            here = slice(start - begin, start - begin + len(part.src))
            src[here], dst[here] = part.src, part.dst
            if weight is not None:
                weight[here] = part.weight
        return Columns(src, dst, weight)

    def part(self, at: Range, ids: type[np.signedinteger[Any]]) -> Columns:
        """The columns of a range of slices, on the device."""
        rows = ranges.expected(self.generator, self.recipe)[at.first : at.last]
        pieces = ranges.split(rows, ranges.max_rows(self.generator, 0.4))
        return self._whole(ids, [Range(at.first + one, at.first + two, count) for one, two, count in pieces])

    # Convert

    def to_numpy(self) -> Columns:
        """The columns in host memory: generated on the device and copied range by range.

        Raises:
            InputError: if they do not fit into host memory.
            UnavailableError: if there is no device.
        """
        needed = self.num_edges * (8 + 8 * self.weighted)
        import psutil

        if needed > (free := psutil.virtual_memory().available):
            raise InputError(
                f"{self.name} has {self.num_edges:,} edges, which need {format_bytes(needed)} of host memory; "
                f"{format_bytes(free)} are free. Choose an engine that runs on the GPU, where the graph is generated."
            )
        src, dst = np.empty(self.num_edges, dtype=np.int32), np.empty(self.num_edges, dtype=np.int32)
        weight = np.empty(self.num_edges, dtype=np.float64) if self.weighted else None
        for start, part in self._ranges():
            here = slice(start, start + len(part.src))
            src[here], dst[here] = self.generator.to_host(part.src), self.generator.to_host(part.dst)
            if weight is not None:
                weight[here] = self.generator.to_host(part.weight)
        return Columns(src, dst, weight)

    def on_host(self) -> EdgeList:
        """The same graph with its columns in host memory; see :meth:`to_numpy`."""
        src, dst, weight = self.to_numpy()
        more: dict[str, Any] = {"directed": self.directed, "weights": self.weights, "name": self.name}
        return EdgeList.from_columns(src, dst, weight, num_vertices=self.num_vertices, **more)

    def to_cudf(self, *, names: bool = False) -> cudf.DataFrame:
        """Columns `source`, `destination` and, if weighted, `weight`, in device memory; `names` has no effect.

        Raises:
            UnsupportedError: if the edges exceed the rows of a cuDF frame.
            UnavailableError: if there is no GPU or no RAPIDS.
        """
        if self.num_edges > _CUDF_ROWS:
            raise UnsupportedError(
                f"{self.name} has {self.num_edges:,} edges; a cuDF frame holds at most {_CUDF_ROWS:,}. "
                "Use the engine cugraph-mg, which partitions them"
            )
        return rapids("cudf").DataFrame(_named(self._whole(self.id_type)))

    def to_cupy(self) -> Columns:
        """The columns as CuPy arrays, generated on the device.

        Raises:
            UnavailableError: if there is no GPU or no RAPIDS.
        """
        return self._whole(self.id_type)

    def to_dask_cudf(
        self, npartitions: int | None = None, *, id_type: type[np.signedinteger[Any]] | None = None
    ) -> dask_cudf.DataFrame:
        """Like :meth:`to_cudf`, each partition generated by its worker: ranges of sources with about equal edges.

        Args:
            npartitions: number of partitions; each repeats all draws. By default one for each 268 million edges.
            id_type: type of the ids; :attr:`id_type` by default.

        Raises:
            UnavailableError: if dask-cuDF is not installed.
        """
        rapids("dask_cudf")
        dataframe, cudf = rapids("dask.dataframe"), rapids("cudf")
        count = npartitions or -(-self.num_edges // _PARTITION_ROWS) or 1
        ids = np.dtype(id_type or self.id_type)
        columns: dict[str, Any] = {"source": ids, "destination": ids}
        columns |= {"weight": np.dtype(np.float64)} if self.weighted else {}
        meta = cudf.DataFrame({name: cudf.Series([], dtype=kind) for name, kind in columns.items()})
        small = msgspec.structs.replace(self.stored, census=self.stored.census.without_draws())
        options = {"stored": recipe.encode(small), "of": count, "ids": ids.name}
        return dataframe.from_map(partition, range(count), meta=meta, **options)

    # Derive other graphs

    def undirected(self) -> EdgeList:
        """The same draws without direction: another graph, with its own census, cached or generated now.

        Raises:
            DatasetError: if generating it fails.
        """
        if not self.directed:
            return self
        undirected = msgspec.structs.replace(self.recipe, directed=False)
        stored = DeviceEdgeList.load_or_generate(self.name, undirected).stored
        return DeviceEdgeList(msgspec.structs.replace(stored, weights_seed=self.stored.weights_seed))

    def unweighted(self) -> EdgeList:
        """Drop the weights."""
        return self if not self.weighted else DeviceEdgeList(msgspec.structs.replace(self.stored, weights_seed=None))

    def without_zero_weights(self) -> EdgeList:
        """The same graph, as no drawn weight is 0."""
        return self

    def with_drawn_weights(self, seed: int, low: int = 1, high: int = 255) -> EdgeList:
        """Integers from 1 to 255 that depend on the edge and the seed alone, not on ranges or partitions."""
        assert (low, high) == (1, 255)
        return DeviceEdgeList(msgspec.structs.replace(self.stored, weights_seed=seed))


def partition(index: int, *, stored: bytes, of: int, ids: str) -> cudf.DataFrame:
    """Partition `index` of `of` partitions; runs in a Dask worker. `stored` is the recipe with its census in JSON."""
    edges = DeviceEdgeList(recipe.decode(stored))
    counts = integers(edges.stored.census.slices)
    at = ranges.split_evenly(counts, of)[index]
    return rapids("cudf").DataFrame(_named(edges.part(at, np.dtype(ids).type)))


def _named(columns: Columns) -> dict[str, Any]:
    named = {"source": columns.src, "destination": columns.dst}
    return named | ({} if columns.weight is None else {"weight": columns.weight})


def _cut(columns: Columns, rows: int) -> Iterator[Columns]:
    for start in range(0, max(len(columns.src), 1), rows):
        piece = slice(start, start + rows)
        yield Columns(columns.src[piece], columns.dst[piece], None if columns.weight is None else columns.weight[piece])


def _origin(origin: recipe.Origin) -> str:
    return f"{origin.library} on {origin.device} ({origin.multiprocessors} multiprocessors)"
