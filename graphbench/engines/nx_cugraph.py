"""nx-cugraph, NetworkX's GPU backend: NetworkX calls on a converted graph.

`build` makes the device graph from columns on the device by `CudaGraph.from_coo`, which `from_scipy_sparse_array` and
`from_pandas_edgelist` end with: the first takes arrays of the host, the second drops isolated vertices.

`--from-networkx` measures what the user of a NetworkX program pays; it is part of a task. Building then has two steps,
timed separately: the `networkx.Graph` that such a user has already, and its conversion, which is otherwise part of the
first call on the original graph.

NetworkX dispatches by the type of the graph object, so its configuration stays as it is. nx-cugraph builds cuGraph's
own structure in every call, and that is part of `call`, as it is for its users.
"""

from __future__ import annotations

from typing import Any

from graphbench.algorithms.base import Kind
from graphbench.engines._gpu import OnCuPy
from graphbench.engines.base import Collected, Ends, Settings
from graphbench.engines.networkx import NetworkX
from graphbench.graphs.columns import Columns
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np


class NxCuGraph(OnCuPy, NetworkX):
    """nx-cugraph on one GPU: NetworkX's graph and calls, cuGraph's kernels."""

    name = "nx-cugraph"
    title = "nx-cugraph"
    revision = 3
    library = "networkx"
    distributions = ("nx-cugraph-cu13", "nx-cugraph-cu12", "nx-cugraph")
    packages = ("nx_cugraph", "networkx", "pylibcugraph", "cupy", "rmm")
    wheel = "nx-cugraph"
    options = ("allocator", "from_networkx")

    def start(self, settings: Settings) -> Any:
        """Import NetworkX and the backend, choose the allocator, run a trivial kernel."""
        import cupy
        import networkx as nx
        import nx_cugraph  # noqa: F401 - imported here, so that its first use does not include it
        import scipy.sparse  # noqa: F401 - likewise: NetworkX imports it in a function

        self.settings, self.converts = settings, settings.from_networkx
        self.choose_memory(settings)
        cupy.arange(3).sum()
        self.synchronize()
        return nx

    def read(self, edges: EdgeList) -> Columns:
        """CuPy arrays, or NumPy arrays for a NetworkX graph."""
        if self.settings.from_networkx:
            return super().read(edges)  # type: ignore[no-any-return]
        columns = edges.to_cupy()
        self.synchronize()
        return columns

    def build(self, columns: Columns, edges: EdgeList, *, float64_weights: bool = False, **options: Any) -> Any:
        """The device graph, with weights in float64 if weighted, or the NetworkX graph that :meth:`convert` takes.

        Args:
            columns: the arrays.
            edges: for counts.
            float64_weights: give an unweighted graph weights of 1.0: without weights it computes in float32.
            options: as NetworkX.
        """
        if self.settings.from_networkx:
            return super().build(columns, edges, **options)
        import cupy
        import nx_cugraph

        src, dst, weight = columns
        if weight is None and float64_weights:
            weight = cupy.ones(len(src), dtype=np.float64)
        if not edges.directed:
            src, dst = cupy.concatenate([src, dst]), cupy.concatenate([dst, src])
            weight = None if weight is None else cupy.concatenate([weight, weight])
        kind = nx_cugraph.CudaDiGraph if edges.directed else nx_cugraph.CudaGraph
        graph = kind.from_coo(edges.num_vertices, src, dst, None if weight is None else {"weight": weight})
        self.synchronize()
        return graph

    def convert(self, graph: Any, edges: EdgeList, *, float64_weights: bool = False, **_: Any) -> Any:
        """The device graph, as :meth:`build` makes it.

        Args:
            graph: the NetworkX graph.
            edges: for whether they are weighted.
            float64_weights: as for :meth:`build`.
        """
        if not self.converts:
            return graph
        import cupy
        import nx_cugraph

        wanted = edges.weighted or float64_weights
        weights = {"edge_attrs": {"weight": 1.0}, "edge_dtypes": {"weight": np.float64}} if wanted else {}
        converted = nx_cugraph.from_networkx(graph, **weights)
        if float64_weights and edges.num_edges == 0:
            # Without edges it makes no array of weights; an empty one sets the type.
            converted.edge_values["weight"] = cupy.empty(0, dtype=np.float64)
        self.synchronize()
        return converted

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """As NetworkX, except graphs: they are on the device and have no `edges`."""
        if kind != "edges":
            return super().collect(raw, kind, edges)
        ids = None if raw.id_to_key is None else np.array(raw.id_to_key, dtype=np.int64)
        return Ends(raw.src_indices.get(), raw.dst_indices.get(), ids, listed="either")


engine = NxCuGraph()
