"""The edge list: the canonical form of a graph, from any file to any engine.

An :class:`EdgeList` is *canonical*: 0-based ids, no self-loops, no parallel edges, an undirected edge stored once with
`src < dst`, rows sorted by `(src, dst)`. `num_vertices` includes isolated vertices.
:func:`graphbench.graphs.clean.clean` makes one from raw rows.

It is a handle: the columns are in host memory, or in a Parquet file that is read on demand, so that a worker process
reads only what its engine needs, on the host or on a device.
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from graphbench.errors import UnavailableError, UsageError
from graphbench.graphs import parquet
from graphbench.graphs.columns import INT32_VERTICES, Columns, Ids, Weights, digest, merge_parallel
from graphbench.graphs.parquet import Counts
from graphbench.system.lazy import np
from graphbench.system.text import count

if TYPE_CHECKING:
    import cudf
    import dask_cudf
    import igraph
    import networkx as nx
    import numpy.typing as npt
    import pandas as pd
    from scipy.sparse import csr_array

__all__ = ["INT32_VERTICES", "Columns", "Counts", "EdgeList", "Ids", "Weights", "merge_parallel"]


class EdgeList:
    """A canonical graph: counts, a digest, and columns that are read when needed.

    Use :meth:`from_columns` or :meth:`open`. `len(edges)` is `num_edges`.

    Attributes:
        name: of the dataset.
        num_vertices: vertices, isolated ones included.
        num_edges: edges, an undirected one counted once.
        directed: whether (u, v) differs from (v, u).
        weighted: whether there is a weight column (float64).
        digest: equal for equal graphs, weights included.
        first: what vertex 0 is called, if vertices are called by consecutive integers.
        on_device: whether :meth:`chunks` yields device arrays; see :mod:`graphbench.graphs.on_device`.
    """

    suffix: ClassVar[str] = ".parquet"
    """The suffix of files that :meth:`write` writes."""
    on_device: ClassVar[bool] = False

    def __init__(self, counts: Counts, *, columns: Columns | None, path: Path | None, name: str, names: Any) -> None:
        self._counts = counts
        self._columns = columns
        self._names = names
        self.path = path
        self.name = name
        self.num_vertices = counts.num_vertices
        self.num_edges = counts.num_edges
        self.directed = counts.directed
        self.weighted = counts.weighted
        self.weights = counts.weights
        self.digest = counts.digest
        self.first = counts.first

    # Create

    @classmethod
    def from_columns(
        cls,
        src: Ids,
        dst: Ids,
        weight: Weights | None = None,
        *,
        num_vertices: int,
        directed: bool,
        name: str = "",
        names: npt.NDArray[Any] | None = None,
        first: int = 0,
        weights: str | None = None,
    ) -> EdgeList:
        """Wrap canonical columns without checking them (see :func:`graphbench.graphs.clean.clean`).

        Args:
            src: sources, shape (num_edges,), int32 or int64.
            dst: destinations, likewise.
            weight: float64 weights, likewise, or None.
            num_vertices: number of vertices; ids are below it.
            directed: whether the rows are arcs.
            name: for messages.
            names: of the vertices, shape (num_vertices,), if they are not consecutive integers.
            first: what vertex 0 is called, if they are.
            weights: their origin: `dataset` (default) or `drawn`.
        """
        columns = Columns(src, dst, weight)
        counts = Counts(
            num_vertices=int(num_vertices),
            num_edges=len(src),
            directed=directed,
            weighted=weight is not None,
            digest=digest(columns, num_vertices, directed),
            weights=weights or ("none" if weight is None else "dataset"),
            named=names is not None,
            first=first,
        )
        return cls(counts, columns=columns, path=None, name=name, names=names)

    @classmethod
    def open(cls, path: str | os.PathLike[str], name: str = "", *, verify: bool = False) -> EdgeList:
        """Open a Parquet file that :meth:`write` wrote; reads only its metadata.

        Args:
            path: the file.
            name: for messages; the file's stem by default.
            verify: also read the file through once and compare it with the checksum taken when it was written.

        Raises:
            FormatError: if the file was not written by :meth:`write`, or is damaged.
        """
        path = Path(path)
        counts = parquet.read_counts(path, verify=verify)
        return cls(counts, columns=None, path=path, name=name or path.stem, names=None)

    def write(self, path: str | os.PathLike[str], *, metadata: Mapping[str, str] | None = None) -> EdgeList:
        """Write uncompressed Parquet, atomically, and return a handle on the file.

        Columns `src`, `dst` and, if weighted, `weight`; names go beside it as `STEM.names.parquet`.

        Args:
            path: the file.
            metadata: more for the footer; see :func:`graphbench.graphs.parquet.read_metadata`.

        Raises:
            OSError: if it cannot be written.
        """
        path = Path(path)
        names = self.names if self._counts.named else None
        parquet.write(path, self.to_numpy(), self._counts, names, metadata or {})
        return EdgeList(self._counts, columns=None, path=path, name=self.name, names=None)

    # Properties

    def __len__(self) -> int:
        return self.num_edges

    def __repr__(self) -> str:
        kind = f"{'directed' if self.directed else 'undirected'} edge"
        weights = {"none": "unweighted", "dataset": "weighted", "drawn": "with drawn weights"}[self.weights]
        return f"<EdgeList {self.name}: {count(self.num_vertices, 'vertex')}, {count(self.num_edges, kind)}, {weights}>"

    @property
    def id_type(self) -> type[np.signedinteger[Any]]:
        """Type of the ids: int32 if they fit."""
        return np.int32 if self.num_vertices <= INT32_VERTICES else np.int64

    @property
    def num_entries(self) -> int:
        """Entries of the adjacency matrix: an undirected edge counts twice."""
        return self.num_edges if self.directed else 2 * self.num_edges

    @property
    def names(self) -> npt.NDArray[Any] | None:
        """Names of the vertices, shape (num_vertices,), or None if the ids are the names."""
        if self._names is None and self._counts.named and self.path is not None:
            self._names = parquet.read_names(self.path)
        if self._names is None and self.first:
            return np.arange(self.first, self.first + self.num_vertices)
        return self._names  # type: ignore[no-any-return]

    @property
    def labels(self) -> npt.NDArray[Any]:
        """What the vertices are called, shape (num_vertices,): their names, or 0, 1, ..."""
        return np.arange(self.num_vertices) if self.names is None else self.names

    @functools.cached_property
    def degrees(self) -> npt.NDArray[np.int64]:
        """Edges at each vertex, shape (num_vertices,), both directions counted: zero means isolated."""
        degrees = self._zeros(np.int64)
        for part in self.chunks():
            for ends in (part.src, part.dst):
                degrees += np.bincount(ends, minlength=self.num_vertices)
        return self._fetched(degrees)

    @functools.cached_property
    def largest_out_degree(self) -> int:
        """The largest out-degree; of an undirected graph, the largest degree."""
        if not self.directed:
            return int(self.degrees.max(initial=0))
        out = self._zeros(np.int64)
        for part in self.chunks():
            out += np.bincount(part.src, minlength=self.num_vertices)
        return int(self._fetched(out).max(initial=0))

    @property
    def num_isolated(self) -> int:
        """Vertices without any edge."""
        if self.num_vertices > 8 * self.num_edges:  # a hypersparse graph: an array over all vertices might not fit
            src, dst, _ = self.to_numpy()
            return self.num_vertices - len(np.unique(np.concatenate([src, dst])))
        touched = np.zeros(self.num_vertices, dtype=bool)
        for part in self.chunks():
            for ends in (part.src, part.dst):
                touched[ends] = True
        return self.num_vertices - int(np.count_nonzero(touched))

    @property
    def source_candidates(self) -> npt.NDArray[np.int64] | None:
        """Vertices to draw search sources from, sampled when the graph was generated on a device; else None."""
        return None

    @property
    def pair_candidates(self) -> npt.NDArray[np.int64] | None:
        """Pairs to draw similarity queries from, sampled when the graph was generated on a device; else None."""
        return None

    # Convert

    def to_numpy(self) -> Columns:
        """The columns as NumPy arrays: views if they are in memory, else read again from the file."""
        if self._columns is not None:
            return self._columns
        assert self.path is not None
        return parquet.read_columns(self.path)

    def chunks(self, rows: int = 1 << 22) -> Iterator[Columns]:
        """The columns in pieces of at most `rows` rows, for certificates."""
        if self._columns is not None:
            src, dst, weight = self._columns
            # At least one piece, so that a certificate sees columns of the right dtype.
            for start in range(0, max(len(src), 1), rows):
                piece = slice(start, start + rows)
                yield Columns(src[piece], dst[piece], None if weight is None else weight[piece])
            return
        assert self.path is not None
        yield from parquet.read_chunks(self.path, rows)

    def around(self, vertices: npt.NDArray[np.int64]) -> tuple[Ids, Ids, Weights | None]:
        """The arcs out of a few vertices, in host memory: tails, heads and weights; an undirected edge is two arcs.

        Args:
            vertices: ids, shape (k,).
        """
        marked = self._marked(vertices)
        found: list[Columns] = []
        for src, dst, weight in self.chunks():
            for tail, head in ((src, dst),) if self.directed else ((src, dst), (dst, src)):
                here = np.flatnonzero(marked[tail])
                weights = None if weight is None else self._fetched(weight[here])
                found.append(Columns(self._fetched(tail[here]), self._fetched(head[here]), weights))
        tails, heads = (np.concatenate([part[end] for part in found]) for end in (0, 1))
        kept = [part.weight for part in found if part.weight is not None]
        return tails, heads, np.concatenate(kept) if kept else None

    def to_scipy(self) -> csr_array[Any, tuple[int, int]]:
        """The adjacency matrix, float64, shape (num_vertices, num_vertices); symmetric if undirected."""
        from scipy.sparse import coo_array

        src, dst, weight = self.to_numpy()
        values = np.ones(len(src)) if weight is None else weight
        if not self.directed:  # in this order, the entries of each row are in order of their columns
            src, dst, values = np.concatenate([dst, src]), np.concatenate([src, dst]), np.concatenate([values, values])
        entries = coo_array((values, (src, dst)), shape=(self.num_vertices, self.num_vertices))
        entries.has_canonical_format = True  # no two are equal, so SciPy needs one counting pass
        matrix = entries.tocsr()
        matrix.has_canonical_format = True
        return matrix

    def to_pandas(self, *, names: bool = False) -> pd.DataFrame:
        """Columns `source`, `destination` and, if weighted, `weight`.

        Args:
            names: use names of the vertices instead of ids, if the graph has names.
        """
        import pandas as pd

        src, dst, weight = self.to_numpy()
        labels = self.names if names else None
        ends = (src, dst) if labels is None else (labels[src], labels[dst])
        frame = pd.DataFrame({"source": ends[0], "destination": ends[1]})
        if weight is not None:
            frame["weight"] = weight
        return frame

    def to_networkx(self) -> nx.Graph[Any]:
        """A `Graph` or `DiGraph` with the user's names of vertices and, if weighted, the attribute `weight`."""
        import networkx as nx

        src, dst, weight = self.to_numpy()
        labels = self.labels
        graph: nx.Graph[Any] = nx.DiGraph() if self.directed else nx.Graph()
        graph.add_nodes_from(labels.tolist())
        ends = zip(labels[src].tolist(), labels[dst].tolist(), strict=True)
        if weight is None:
            graph.add_edges_from(ends)
        else:
            graph.add_weighted_edges_from((*pair, value) for pair, value in zip(ends, weight.tolist(), strict=True))
        return graph

    def to_igraph(self) -> igraph.Graph:
        """A graph with the user's names as the vertex attribute `name` (unless they are 0, 1, ...), and `weight`."""
        import igraph

        src, dst, weight = self.to_numpy()
        graph = igraph.Graph(n=self.num_vertices, edges=np.column_stack([src, dst]).tolist(), directed=self.directed)
        if self.names is not None:
            graph.vs["name"] = self.names.tolist()
        if weight is not None:
            graph.es["weight"] = weight.tolist()
        return graph

    def to_cudf(self, *, names: bool = False) -> cudf.DataFrame:
        """Like :meth:`to_pandas`, in device memory; cuDF reads the Parquet file if it exists.

        Raises:
            UnavailableError: if cuDF is not installed.
        """
        cudf = rapids("cudf")
        if self.path is not None:
            frame = cudf.read_parquet(self.path)
        else:
            src, dst, weight = self.to_numpy()
            frame = cudf.DataFrame({"src": src, "dst": dst} | ({} if weight is None else {"weight": weight}))
        frame = frame.rename(columns={"src": "source", "dst": "destination"})
        if names and self.names is not None:
            labels = cudf.Series(self.names.tolist())
            for end in ("source", "destination"):
                frame[end] = labels.take(frame[end]).reset_index(drop=True)
        return frame

    def to_cupy(self) -> Columns:
        """The columns as CuPy arrays, copied from host memory.

        Raises:
            UnavailableError: if CuPy is not installed.
        """
        cupy = rapids("cupy")
        src, dst, weight = self.to_numpy()
        return Columns(cupy.asarray(src), cupy.asarray(dst), None if weight is None else cupy.asarray(weight))

    def to_dask_cudf(
        self, npartitions: int | None = None, *, id_type: type[np.signedinteger[Any]] | None = None
    ) -> dask_cudf.DataFrame:
        """Like :meth:`to_cudf`, partitioned over the workers of a Dask-CUDA cluster.

        Args:
            npartitions: number of partitions; by default one for each row group of the file.
            id_type: type of the ids; :attr:`id_type` by default.

        Raises:
            UsageError: if the edge list is not in a file that workers can read.
            UnavailableError: if dask-cuDF is not installed.
        """
        if self.path is None:
            raise UsageError("The edge list is in memory, where other workers cannot read it. Call write() first.")
        dask_cudf = rapids("dask_cudf")
        if self.num_edges:
            frame = dask_cudf.read_parquet(self.path, split_row_groups=True)
        else:  # a file without row groups has no partition
            frame = dask_cudf.from_cudf(rapids("cudf").read_parquet(self.path), npartitions=1)
        if npartitions is not None:
            frame = frame.repartition(npartitions=npartitions)
        frame = frame.rename(columns={"src": "source", "dst": "destination"})
        for end in ("source", "destination"):
            if id_type is not None and frame[end].dtype != id_type:
                frame[end] = frame[end].astype(id_type)
        return frame

    # Derive other graphs

    def undirected(self) -> EdgeList:
        """Drop the direction: (u, v) and (v, u) become one edge that keeps the smaller weight.

        The smaller one, as in cuGraph and as shortest paths require; an unweighted graph stays the case of weight 1.
        """
        if not self.directed:
            return self
        src, dst, weight = self.to_numpy()
        low, high = np.minimum(src, dst), np.maximum(src, dst)
        low, high, weight, *_ = merge_parallel(low, high, weight, self.num_vertices)
        return self._derive(low, high, weight, directed=False, weights=self.weights)

    def entries(self) -> EdgeList:
        """The entries of the adjacency matrix as a directed graph: an undirected edge becomes an arc each way."""
        if self.directed:
            return self
        src, dst, weight = self.to_numpy()
        tail, head = np.concatenate([src, dst]), np.concatenate([dst, src])
        both = None if weight is None else np.concatenate([weight, weight])
        tail, head, both, *_ = merge_parallel(tail, head, both, self.num_vertices)
        return self._derive(tail, head, both, directed=True, weights=self.weights)

    def unweighted(self) -> EdgeList:
        """Drop the weights."""
        if not self.weighted:
            return self
        src, dst, _ = self.to_numpy()
        return self._derive(src, dst, None, directed=self.directed, weights="none")

    def without_zero_weights(self) -> EdgeList:
        """Drop edges of weight 0; all vertices stay."""
        src, dst, weight = self.to_numpy()
        if weight is None or weight.all():
            return self
        some = weight != 0
        return self._derive(src[some], dst[some], weight[some], directed=self.directed, weights=self.weights)

    def with_drawn_weights(self, seed: int, low: int = 1, high: int = 255) -> EdgeList:
        """Draw seeded integer weights, uniform on low..high (GAP's choice for SSSP: 1 to 255), one for each edge."""
        src, dst, _ = self.to_numpy()
        weight = np.random.default_rng(seed).integers(low, high, size=len(src), endpoint=True).astype(np.float64)
        return self._derive(src, dst, weight, directed=self.directed, weights="drawn")

    def _derive(self, src: Ids, dst: Ids, weight: Weights | None, *, directed: bool, weights: str) -> EdgeList:
        return EdgeList.from_columns(
            src,
            dst,
            weight,
            num_vertices=self.num_vertices,
            directed=directed,
            name=self.name,
            names=self.names if self._counts.named else None,
            first=self.first,
            weights=weights,
        )

    # Graphs on a device override these three, so that loops over chunks run there.

    def _zeros(self, kind: type[Any]) -> Any:
        """Zeros, shape (num_vertices,), where the chunks are."""
        return np.zeros(self.num_vertices, dtype=kind)

    def _marked(self, vertices: npt.NDArray[np.int64]) -> Any:
        """A mask of these vertices, shape (num_vertices,)."""
        marked = self._zeros(bool)
        marked[vertices] = True
        return marked

    def _fetched(self, values: Any) -> npt.NDArray[Any]:
        """A copy in host memory."""
        return np.asarray(values)


def rapids(module: str) -> Any:
    """Import a module of RAPIDS or its dependencies.

    Raises:
        UnavailableError: if it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        fix = "Install RAPIDS (the extra cu12 or cu13); run `graphbench doctor`."
        raise UnavailableError(module, f"not installed ({error})", fix) from error
