"""cuGraph, through its public Python API on cuDF frames.

`read` reads the edges from the cache into device memory. `build` makes a `cugraph.Graph`. It gives both directions of
an undirected edge and says so (`symmetrize=False`), which cuGraph documents as the quicker way, as long as so many rows
fit into a frame and into memory: cuGraph needs less where it makes them itself. It names all vertices, because cuGraph
drops isolated ones otherwise, which changes PageRank's N. The edges are stored in the order that the algorithm needs,
so that no trial includes a transposition. `--no-renumber` keeps the vertices' numbers instead of sorting vertices by
degree, which cuGraph allows because they are 0 to n - 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from graphbench.algorithms._lists import disorder, external_ids
from graphbench.algorithms.base import Kind
from graphbench.engines._gpu import OnGpu
from graphbench.engines.base import ByPair, ByVertex, Collected, CompressedRows, Ends, Numbering, Settings
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_ROWS = 2_147_483_100
"""The longest frame that `from_cudf_edgelist` takes."""
NOT_VALUES = {"vertex", "first", "second", "predecessor"}
"""The columns of cuGraph's frames that name vertices; the others carry the answer."""


class CuGraph(OnGpu):
    """cuGraph on one GPU."""

    name = "cugraph"
    title = "cuGraph"
    revision = 3
    library = "cugraph"
    distributions = ("cugraph-cu13", "cugraph-cu12", "cugraph")
    packages: ClassVar[tuple[str, ...]] = ("cugraph", "pylibcugraph", "cudf", "cupy", "rmm")
    wheel = "cugraph"
    options: ClassVar[tuple[str, ...]] = ("allocator", "renumber")

    def start(self, settings: Settings) -> Any:
        """Import cuGraph, choose the allocator, and run a trivial kernel to create the CUDA context."""
        import cudf
        import cugraph

        self.settings = settings
        self.memory.choose(settings)
        cudf.Series([1, 2, 3]).sum()
        self.synchronize()
        return cugraph

    def read(self, edges: EdgeList) -> Any:
        """A cuDF frame with columns source, destination and, if weighted, weight."""
        frame = edges.to_cudf()
        self.synchronize()
        return frame

    def build(
        self,
        columns: Any,
        edges: EdgeList,
        *,
        store_transposed: bool = False,
        float64_weights: bool = False,
        listed: Literal["entries", "external"] | None = None,
        **_: Any,
    ) -> Any:
        """Make the graph.

        Args:
            columns: the frame.
            edges: for counts.
            store_transposed: store in-edges, which PageRank and its relatives need.
            float64_weights: give an unweighted graph weights of 1.0 in float64: cuGraph computes in the weights' type,
                and in float32 where there are none.
            listed: for problems that convert edges in random order: `entries` gives a graph made from such a list,
                `external` the frame alone, with columns of external ids.
        """
        import cudf
        import cugraph
        import cupy

        if listed:
            columns = columns.take(cupy.asarray(disorder(len(columns)))).reset_index(drop=True)
        if listed == "external":
            ids = cudf.Series(external_ids(edges.num_vertices))
            ends = {end: ids.take(columns[end]).reset_index(drop=True) for end in ("source", "destination")}
            return cudf.DataFrame(ends)
        if float64_weights and not edges.weighted:
            columns = columns.assign(weight=cudf.Series(cupy.ones(len(columns), dtype=np.float64)))
        ids = self.id_type(edges)
        if columns["source"].dtype != ids:
            columns = columns.astype({"source": ids, "destination": ids})
        if symmetric := self.gives_both_directions(edges) and edges.num_entries <= MAX_ROWS:
            turned = columns.rename(columns={"source": "destination", "destination": "source"})
            columns = cudf.concat([columns, turned[list(columns.columns)]], ignore_index=True)
        graph = cugraph.Graph(directed=edges.directed)
        graph.from_cudf_edgelist(
            columns,
            **arguments(columns, store_transposed=store_transposed),
            renumber=self.settings.renumber,
            symmetrize=False if symmetric else None,
            vertices=cudf.Series(cupy.arange(edges.num_vertices, dtype=ids)),
        )
        self.synchronize()
        return graph

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A frame with columns `first` and `second`."""
        import cudf

        return cudf.DataFrame(np.asarray(pairs, dtype=self.id_type(edges)), columns=["first", "second"])

    def vertices(self, vertices: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A series."""
        import cudf

        return cudf.Series(np.asarray(vertices, dtype=self.id_type(edges)))

    def labels(self, labels: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A frame with columns `vertex` and `cluster`, int32: cuGraph's analyses of clusterings take no other type."""
        import cudf

        return cudf.DataFrame({"vertex": np.arange(len(labels), dtype=np.int32), "cluster": labels.astype(np.int32)})

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Rows in any order, one per vertex or pair."""
        match kind:
            case "edges":
                return edges_of(None if raw is None else raw.decompress_to_edgelist())
            case "arcs":
                return _rows(*raw, weighted=edges.weighted)
            case "numbering":
                return _numbering(*raw)
            case "walks":
                return raw.get()  # type: ignore[no-any-return]
            case "quantities":
                return np.asarray(raw, dtype=np.float64)
        columns = [raw[name].to_numpy() for name in raw.columns if name not in NOT_VALUES]
        if kind == "pair_scores":
            return ByPair(raw["first"].to_numpy(), raw["second"].to_numpy(), *columns)
        vertices = raw["vertex"].to_numpy()
        return [ByVertex(vertices, column) for column in columns] if kind == "vectors" else ByVertex(vertices, *columns)


def edges_of(frame: Any) -> Ends:
    """The edges of a frame with columns `src` and `dst`; None, which some of cuGraph's calls return, has no edges."""
    none = np.empty(0, dtype=np.int64)
    src, dst = (none, none) if frame is None else (frame[end].to_numpy() for end in ("src", "dst"))
    return Ends(src, dst, listed="either")


def arguments(columns: Any, *, store_transposed: bool) -> dict[str, Any]:
    """What both APIs, for one GPU and for several, take beside the frame of edges."""
    weight = "weight" if "weight" in columns.columns else None
    return {"source": "source", "destination": "destination", "weight": weight, "store_transposed": store_transposed}


def _rows(offsets: Any, indices: Any, values: Any, *, weighted: bool) -> CompressedRows:
    """Compressed rows of a matrix; rows after the last entry are missing.

    For an empty list cuGraph returns one offset and one bogus index.
    """
    indices = indices.to_numpy()[: None if len(offsets) > 1 else 0]
    return CompressedRows(offsets.to_numpy(), indices, values.to_numpy() if weighted else None)


def _numbering(frame: Any, table: Any) -> Numbering:
    """A frame of edges and the `NumberMap` that made it, whose own frame has the columns `id` (new) and `0` (old)."""
    new, old = (table.df_internal_to_external[name].to_numpy() for name in ("id", "0"))
    src, dst = (frame[name].to_numpy() for name in (table.renumbered_src_col_name, table.renumbered_dst_col_name))
    return Numbering(old, src, dst, numbers=new)


engine = CuGraph()
