"""SciPy: sparse matrices in C++ and the algorithms of `scipy.sparse.csgraph`, on one thread.

Only its dense linear algebra, which eigenvectors and k-means use, runs in BLAS on all threads.

A graph is its adjacency matrix, a `csr_array` with both directions of an undirected edge, float64 weights (1.0 if
unweighted) and sorted rows. SciPy has few algorithms, but many programs use them without any graph library. Where its
users write a few lines on matrices (Jaccard, triangles), the adapter is those lines. The rest is not in the library.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from graphbench.algorithms._lists import disorder, external_ids
from graphbench.algorithms.base import Call, Kind, Renumbered
from graphbench.engines.base import Collected, CompressedRows, Ends, Engine, Numbering, Settings
from graphbench.errors import UnsupportedError
from graphbench.graphs.edgelist import Columns, EdgeList

PAIRS_AT_ONCE = 10_000
"""Pairs whose neighbourhoods are copied out of the matrix at a time: with a million, hubs would not fit."""

WORK_AT_ONCE = 10_000_000
"""Maximum number of entries of a matrix product that are computed at a time."""


class SciPy(Engine):
    """Graphs as sparse matrices; answers as arrays and sparse matrices."""

    name = "scipy"
    title = "SciPy"
    revision = 2
    library = "scipy"
    distributions: ClassVar[tuple[str, ...]] = ("scipy",)
    speed_class = 1
    parallel = True
    gap = "not in the library"

    def environment(self, settings: Settings) -> dict[str, str]:
        """BLAS reads its number of threads once, when it is loaded."""
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        return {} if settings.threads is None else dict.fromkeys(names, str(settings.threads))

    def start(self, settings: Settings) -> Any:
        """Import SciPy, and the parts of it that are otherwise imported at their first use."""
        import pandas  # noqa: F401, ICN001 - for renumbering
        import scipy.cluster.vq
        import scipy.sparse.csgraph

        return scipy

    def build(
        self, columns: Columns, edges: EdgeList, *, listed: Literal["entries", "external"] | None = None, **_: Any
    ) -> Any:
        """The adjacency matrix in compressed rows, which SciPy sorts.

        Args:
            columns: the edges.
            edges: for counts.
            listed: return the input of a conversion, in random order: the entries of the matrix as a `coo_array`, or
                the two columns of edges between external ids.
        """
        from scipy.sparse import coo_array

        src, dst, weight = columns
        if listed == "external":
            ids, order = external_ids(edges.num_vertices), disorder(len(src))
            return ids[src[order]], ids[dst[order]]
        values = np.ones(len(src)) if weight is None else weight
        if not edges.directed:
            src, dst, values = np.concatenate([src, dst]), np.concatenate([dst, src]), np.concatenate([values, values])
        if listed == "entries":
            order = disorder(len(src))
            src, dst, values = src[order], dst[order], values[order]
        matrix = coo_array((values, (src, dst)), shape=(edges.num_vertices, edges.num_vertices))
        return matrix if listed else matrix.tocsr()

    def vertices(self, vertices: npt.NDArray[np.int64], edges: EdgeList) -> npt.NDArray[np.int64]:
        """An array, to index rows of a matrix."""
        return vertices

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Arrays are in the order of the vertices or pairs."""
        match kind:
            case "edges":
                # An undirected edge may be an entry in one direction or in both.
                matrix, ids = raw if isinstance(raw, Renumbered) else (raw, None)
                src, dst = matrix.tocoo().coords
                return Ends(src, dst, ids, listed="either")
            case "arcs":
                return CompressedRows(raw.indptr, raw.indices, raw.data if edges.weighted else None)
            case "numbering":
                return Numbering(raw.vertices, *raw.graph)
            case _:
                return np.asarray(raw)

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """The threads that BLAS may use."""
        return {"threads": settings.threads or _usable_cpus()}


engine = SciPy()


def _usable_cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@engine.solves("wcc")
def _(scipy: Any, graph: Any, _p: Call) -> Any:
    return scipy.sparse.csgraph.connected_components(graph, directed=False)[1]


@engine.solves("scc")
def _(scipy: Any, graph: Any, _p: Call) -> Any:
    return scipy.sparse.csgraph.connected_components(graph, directed=True, connection="strong")[1]


@engine.solves("bfs")
def _(scipy: Any, graph: Any, p: Call) -> Any:
    # `breadth_first_order` returns no depths; Dijkstra's algorithm without weights does.
    return scipy.sparse.csgraph.dijkstra(graph, indices=p.source, unweighted=True)


@engine.solves("sssp")
def _(scipy: Any, graph: Any, p: Call) -> Any:
    return scipy.sparse.csgraph.dijkstra(graph, indices=p.source)


@engine.solves("mst")
def _(scipy: Any, graph: Any, _p: Call) -> Any:
    if not graph.data.all():  # SciPy marks dropped edges with weight 0
        raise UnsupportedError("its spanning trees lose edges of weight 0")
    return scipy.sparse.csgraph.minimum_spanning_tree(graph)


@engine.solves("induced-subgraph")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    return Renumbered(graph[p.vertices][:, p.vertices], p.vertices)


@engine.solves("jaccard")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    degree = np.diff(graph.indptr)
    scores = np.zeros(len(p.pairs))
    for start in range(0, len(p.pairs), PAIRS_AT_ONCE):
        some = slice(start, start + PAIRS_AT_ONCE)
        u, v = p.pairs[some].T
        common = graph[u].multiply(graph[v]).sum(axis=1)
        union = degree[u] + degree[v] - common
        np.divide(common, union, out=scores[some], where=union > 0)
    return scores


@engine.solves("triangle-count")
def _(scipy: Any, graph: Any, _p: Call) -> Any:
    # Each edge points to its end of higher degree, so that no row of `onward` is long: the plain product of the matrix
    # with itself joins all neighbours of every hub.
    degree, entries = np.diff(graph.indptr), graph.tocoo()
    u, v = entries.coords
    higher = (degree[u] < degree[v]) | ((degree[u] == degree[v]) & (u < v))
    onward = scipy.sparse.csr_array((entries.data[higher], (u[higher], v[higher])), shape=graph.shape)
    work = np.cumsum(graph @ np.diff(onward.indptr).astype(np.float64)) // WORK_AT_ONCE
    blocks = np.split(np.arange(graph.shape[0]), np.flatnonzero(np.diff(work)) + 1)
    counts = [(graph[rows] @ onward).multiply(graph[rows]).sum(axis=1) for rows in blocks]
    return np.concatenate(counts)


@engine.solves("coo-to-csr", build={"listed": "entries"})
def _(_scipy: Any, entries: Any, _p: Call) -> Any:
    return entries.tocsr()


@engine.solves("transpose")
def _(_scipy: Any, graph: Any, _p: Call) -> Any:
    return graph.T.tocsr()


@engine.solves("renumber", build={"listed": "external"}, parameters_used=lambda _: {"with": "pandas.factorize"})
def _(_scipy: Any, columns: Any, _p: Call) -> Any:
    import pandas as pd

    numbers, ids = pd.factorize(np.concatenate(columns))
    return Renumbered(np.split(numbers, 2), ids)
