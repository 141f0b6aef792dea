"""pylibcugraph: the calls beneath cuGraph's Python API, on CuPy arrays; the difference is what that API costs.

It comes with cuGraph's wheel and runs the same kernels. `build` makes a `SGGraph` from both directions of each edge,
which the library makes itself where memory is short, as cuGraph does, and names all vertices. A problem is posed as to
cuGraph, with the same build options and parameters: adapters take both from the page's adapter for `cugraph`.

`--no-renumber` keeps the vertices' numbers instead of sorting vertices by degree; `--direction-optimizing` lets a
search of an undirected graph change between pushing and pulling. Both are part of a task. With the default allocator
and no limit of device memory, CuPy keeps its own pool, as for the library's users.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from graphbench.algorithms import _communities
from graphbench.algorithms._iterating import half_per_vertex, raises_convergence_error
from graphbench.algorithms.base import Algorithm, Attached, Call, Claimed, Kind
from graphbench.engines._gpu import OnCuPy
from graphbench.engines.base import ByPair, ByVertex, Collected, Ends, Settings
from graphbench.errors import UnsupportedError
from graphbench.graphs.columns import Columns
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

UNLIMITED = 2**31 - 1
"""A depth that no search reaches."""
UNCHECKED = False
"""The library's `do_expensive_check`."""


class Graph(msgspec.Struct, frozen=True):
    """The library's graph and the handle that every call takes: together the first arguments of a call.

    Attributes:
        id_type: of the vertices.
    """

    handle: Any
    graph: Any
    id_type: Any

    def __iter__(self) -> Iterator[Any]:
        return iter((self.handle, self.graph))


class PyLibCuGraph(OnCuPy):
    """cuGraph's kernels without its Python layer."""

    name = "pylibcugraph"
    title = "pylibcugraph"
    revision = 2
    library = "pylibcugraph"
    distributions = ("pylibcugraph-cu13", "pylibcugraph-cu12", "pylibcugraph")
    packages = ("pylibcugraph", "cupy", "rmm")
    wheel = "pylibcugraph"
    options = ("allocator", "renumber")
    gap = "not in the library"

    def __init__(self) -> None:
        super().__init__()
        self._handle: Any = None

    def own_adapter(self, page: Algorithm) -> Attached | None:
        """An adapter of this file, posed as the page poses the problem to cuGraph."""
        own, posed = super().own_adapter(page), page.find_adapter("cugraph")
        if own is None or posed is None:
            return None
        shared, more = posed.parameters_used, own.parameters_used
        return msgspec.structs.replace(
            posed, call=own.call, options=own.options, parameters_used=lambda p: {**shared(p), **more(p)}
        )

    def start(self, settings: Settings) -> Any:
        """Import the library, choose the allocator, and run a trivial kernel to create the CUDA context."""
        import cupy
        import pylibcugraph

        self.settings = settings
        self.choose_memory(settings)
        self._handle = pylibcugraph.ResourceHandle()
        cupy.arange(3).sum()
        self.synchronize()
        return pylibcugraph

    def read(self, edges: EdgeList) -> Columns:
        """CuPy arrays, copied from host memory, or generated on the device."""
        columns = edges.to_cupy()
        self.synchronize()
        return columns

    def build(
        self,
        columns: Columns,
        edges: EdgeList,
        *,
        store_transposed: bool = False,
        float64_weights: bool = False,
        **_: Any,
    ) -> Graph:
        """Make the graph.

        Args:
            columns: the arrays.
            edges: for counts.
            store_transposed: store in-edges, which PageRank and its relatives need.
            float64_weights: give an unweighted graph weights of 1.0 in float64, as for cuGraph.
        """
        import cupy
        import pylibcugraph

        src, dst, weight = columns
        ids = self.id_type(edges)
        if src.dtype != ids:
            src, dst = src.astype(ids), dst.astype(ids)
        if symmetric := self.gives_both_directions(edges):
            src, dst = cupy.concatenate([src, dst]), cupy.concatenate([dst, src])
            weight = None if weight is None else cupy.concatenate([weight, weight])
        if weight is None and float64_weights:
            weight = cupy.ones(len(src), dtype=np.float64)
        graph = pylibcugraph.SGGraph(
            self._handle,
            pylibcugraph.GraphProperties(is_symmetric=not edges.directed, is_multigraph=False),
            src,
            dst,
            weight_array=weight,
            store_transposed=store_transposed,
            renumber=self.settings.renumber,
            do_expensive_check=UNCHECKED,
            vertices_array=cupy.arange(edges.num_vertices, dtype=ids),
            symmetrize=not (symmetric or edges.directed),
        )
        self.synchronize()
        return Graph(self._handle, graph, ids)

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """Two arrays: the first and the second vertices."""
        import cupy

        return tuple(cupy.asarray(end, dtype=self.id_type(edges)) for end in pairs.T)

    def vertices(self, vertices: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """An array."""
        import cupy

        return cupy.asarray(vertices, dtype=self.id_type(edges))

    def labels(self, labels: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """Two arrays, the vertices and their clusters, int32: the analyses of clusterings take no other type."""
        import cupy

        return cupy.arange(len(labels), dtype=np.int32), cupy.asarray(labels, dtype=np.int32)

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Copy arrays: vertices or pairs, and their values."""
        match kind:
            case "quantities":
                return np.array(raw, dtype=np.float64)
            case "pair_scores":
                return ByPair(*(array.get() for array in raw))
            case "walks":
                return raw.get()  # type: ignore[no-any-return]
            case "edges":
                src, dst = (end.get() for end in raw)
                return Ends(src, dst, listed="either")
            case "vectors":
                vertices, *columns = (array.get() for array in raw)
                return [ByVertex(vertices, column) for column in columns]
            case _:
                return self.counts(raw)

    def counts(self, raw: Any) -> Collected:
        """From two arrays, the vertices and their values."""
        vertices, values = raw
        return ByVertex(vertices.get(), values.get())


engine = PyLibCuGraph()


# Adapters: the arguments of the library's calls are positional, the last of them mostly `do_expensive_check`.


@engine.solves(
    "bfs",
    options=("direction_optimizing",),
    parameters_used=lambda p: {"direction_optimizing": False} if p.directed else {},
)
def _(plc: Any, built: Graph, p: Call) -> Any:
    import cupy

    source = cupy.array([p.source], dtype=built.id_type)
    optimizing = engine.settings.direction_optimizing and not p.directed
    distances, _, vertices = plc.bfs(*built, source, optimizing, UNLIMITED, False, UNCHECKED)
    return vertices, distances


@engine.solves("sssp")
def _(plc: Any, built: Graph, p: Call) -> Any:
    vertices, distances, _ = plc.sssp(*built, p.source, math.inf, True, UNCHECKED)  # without predecessors it refuses
    return vertices, distances


@engine.solves("pagerank")
@raises_convergence_error
def _(plc: Any, built: Graph, p: Call) -> Any:
    return plc.pagerank(*built, *[None] * 4, p.damping, p.tolerance, p.max_iterations, UNCHECKED)


@engine.solves("personalized-pagerank")
@raises_convergence_error
def _(plc: Any, built: Graph, p: Call) -> Any:
    import cupy

    shares = cupy.full(len(p.vertices), 1 / len(p.vertices))
    rule = p.damping, p.tolerance, p.max_iterations
    return plc.personalized_pagerank(*built, *[None] * 4, p.vertices, shares, *rule, UNCHECKED)


@engine.solves("hits")
@raises_convergence_error
def _(plc: Any, built: Graph, p: Call) -> Any:
    return plc.hits(*built, half_per_vertex(p), p.max_iterations, None, None, True, UNCHECKED)


@engine.solves("katz")
@raises_convergence_error
def _(plc: Any, built: Graph, p: Call) -> Any:
    return plc.katz_centrality(*built, None, p.alpha, p.beta, p.tolerance / 2, p.max_iterations, UNCHECKED)


@engine.solves("eigenvector")
@raises_convergence_error
def _(plc: Any, built: Graph, p: Call) -> Any:
    return plc.eigenvector_centrality(*built, half_per_vertex(p), p.max_iterations, UNCHECKED)


@engine.solves("wcc")
def _(plc: Any, built: Graph, _p: Call) -> Any:
    return plc.weakly_connected_components(*built, *[None] * 4, UNCHECKED)


@engine.solves("scc")
def _(plc: Any, built: Graph, p: Call) -> Any:
    search = plc.strongly_connected_components if p.directed else plc.weakly_connected_components
    return search(*built, *[None] * 4, UNCHECKED)


@engine.solves("louvain")
def _(plc: Any, built: Graph, p: Call) -> Any:
    max_level = 100 if p.max_level is None else p.max_level  # as cugraph.louvain
    return plc.louvain(*built, max_level, p.threshold, p.resolution, UNCHECKED)[:2]


@engine.solves("leiden")
def _(plc: Any, built: Graph, p: Call) -> Any:
    max_level, theta = 100, 1.0
    *partition, modularity = plc.leiden(built.handle, p.seed, built.graph, max_level, p.resolution, theta, UNCHECKED)
    return Claimed(tuple(partition), {"modularity": float(modularity)})


@engine.solves("ecg")
def _(plc: Any, built: Graph, p: Call) -> Any:
    max_level = 10
    ensemble = p.min_weight, p.ensemble_size, max_level, p.threshold, p.resolution
    return plc.ecg(built.handle, p.seed, built.graph, *ensemble, UNCHECKED)[:2]


@engine.solves("spectral-modularity")
@_communities.raises_unsupported
def _(plc: Any, built: Graph, p: Call) -> Any:
    return plc.spectral_modularity_maximization(*built, *_clustering(p), UNCHECKED, random_state=p.seed)


@engine.solves("spectral-balanced-cut")
@_communities.raises_unsupported
def _(plc: Any, built: Graph, p: Call) -> Any:
    return plc.balanced_cut_clustering(*built, *_clustering(p), UNCHECKED, random_state=p.seed)


def _clustering(p: Call) -> tuple[Any, ...]:
    """Clusters; eigenvectors, their tolerance and iterations; tolerance and iterations of k-means, as in cuGraph."""
    return p.clusters, _communities.cugraph_eigenvectors(p), _communities.TOLERANCE, 100, 1e-5, 100


@engine.solves("analyze-clustering")
def _(plc: Any, built: Graph, p: Call) -> Any:
    clustering = min(p.clusters, p.num_vertices), *p.labels
    return (
        plc.analyze_clustering_modularity(*built, *clustering),
        plc.analyze_clustering_edge_cut(*built, *clustering),
        plc.analyze_clustering_ratio_cut(*built, *clustering),
    )


@engine.solves("triangle-count")
def _(plc: Any, built: Graph, _p: Call) -> Any:
    return plc.triangle_count(*built, None, UNCHECKED)


@engine.solves("core-number")
def _(plc: Any, built: Graph, _p: Call) -> Any:
    return plc.core_number(*built, "bidirectional", UNCHECKED)  # the type of degree is ignored


@engine.solves("k-truss")
def _(plc: Any, built: Graph, p: Call) -> Any:
    return plc.k_truss_subgraph(*built, p.k, UNCHECKED)[:2]


@engine.solves("mst")
def _(plc: Any, built: Graph, _p: Call) -> Any:
    if built.graph.number_of_edges(built.handle) == 0:
        raise UnsupportedError("it fails on a graph without edges")
    return plc.minimum_spanning_tree(*built, UNCHECKED)[:2]


@engine.solves("induced-subgraph")
def _(plc: Any, built: Graph, p: Call) -> Any:
    import cupy

    offsets = cupy.array([0, len(p.vertices)], dtype=np.int64)
    return plc.induced_subgraph(*built, p.vertices, offsets, UNCHECKED)[:2]


@engine.solves("ego-graph")
def _(plc: Any, built: Graph, p: Call) -> Any:
    import cupy

    source = cupy.array([p.source], dtype=built.id_type)
    if p.num_vertices == 1:  # it refuses that
        return source[:0], source[:0]
    return plc.ego_graph(*built, source, min(p.radius, p.num_vertices - 1), UNCHECKED)[:2]


@engine.solves("random-walks")
def _(plc: Any, built: Graph, p: Call) -> Any:
    paths, _, _ = plc.uniform_random_walks(*built, p.vertices, p.length, random_state=p.seed)
    return paths.reshape(len(p.vertices), -1)


def _similarity(call: Literal["jaccard", "overlap", "sorensen"], *, use_weight: bool = False) -> Any:
    def similarity(plc: Any, built: Graph, p: Call) -> Any:
        return getattr(plc, f"{call}_coefficients")(*built, *p.pairs, use_weight, UNCHECKED)

    return similarity


engine.solves("jaccard")(_similarity("jaccard"))
engine.solves("weighted-jaccard")(_similarity("jaccard", use_weight=True))
engine.solves("overlap")(_similarity("overlap"))
engine.solves("sorensen")(_similarity("sorensen"))


@engine.solves("cosine")
def _(plc: Any, built: Graph, p: Call) -> Any:
    import cupy

    first, second, scores = _similarity("sorensen")(plc, built, p)
    degrees = _degrees(plc, built, p)
    d, e = degrees[first], degrees[second]
    return first, second, scores * (d + e) / (2 * cupy.sqrt(d * e))


@engine.solves("lcc")
def _(plc: Any, built: Graph, p: Call) -> Any:
    import cupy

    if p.directed:
        reason = "it counts triangles of undirected graphs only"
        raise UnsupportedError(f"would not be the same problem on a directed graph: {reason}")
    vertices, triangles = plc.triangle_count(*built, None, UNCHECKED)
    degree = _degrees(plc, built, p)[vertices]
    return vertices, 2.0 * triangles / cupy.maximum(degree * (degree - 1), 1)


def _degrees(plc: Any, built: Graph, p: Call) -> Any:
    """The degree of each vertex, in float64: as int32, the product of two hubs would overflow."""
    import cupy

    vertices, degrees = plc.out_degrees(*built, None, UNCHECKED)
    by_vertex = cupy.empty(p.num_vertices)
    by_vertex[vertices] = degrees
    return by_vertex
