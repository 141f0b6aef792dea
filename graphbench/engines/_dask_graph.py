"""cuGraph's distributed graph: isolated vertices, and the memory of its edge list.

cuGraph's public API has neither, so this file uses private members of it, and no other file does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any


@contextmanager
def every_vertex(num_vertices: int) -> Iterator[None]:
    """Have `Graph.from_dask_cudf_edgelist` make graphs with all vertices from 0 on, isolated ones included.

    While this lasts, a private function of cuGraph is replaced: `_make_plc_graph`, the step of building that runs on
    the workers. libcugraph takes a list of vertices beside the edges, and cuGraph's API for one GPU passes one on. The
    distributed API has no argument for it (26.10): it would lose every isolated vertex, and change PageRank's N. The
    replacement, :func:`_make_graph`, does the same and passes the list on. Remove it when the distributed API takes
    vertices: https://github.com/rapidsai/cugraph/issues/4143.
    """
    from cugraph.structure.graph_implementation.simpleDistributedGraph import simpleDistributedGraphImpl as Graphs

    original = vars(Graphs)["_make_plc_graph"]
    setattr(Graphs, "_make_plc_graph", partial(_make_graph, num_vertices))  # noqa: B010 - a private member
    try:
        yield
    finally:
        setattr(Graphs, "_make_plc_graph", original)  # noqa: B010


def _make_graph(  # noqa: PLR0917 - as it is called
    num_vertices: int,
    session: bytes,
    parts: list[Any],
    properties: Any,
    source: str,
    destination: str,
    store_transposed: bool,
    vertex_type: Any,
    weight_type: Any,
    _edge_ids: Any,
    _edge_types: Any,
    drop_multi_edges: bool,
    symmetrize: bool,
) -> Any:
    """On a worker: its part of the graph, from its parts of the edges and an even share of the vertices.

    Called with the arguments of `_make_plc_graph`, after `num_vertices` of the whole graph: `parts` are cuDF frames
    with weights in the column `value`, and `weight_type` is None without weights.
    """
    import cudf
    import cupy
    from cugraph.dask.comms import comms
    from pylibcugraph import MGGraph, ResourceHandle

    rank, ranks = comms.get_worker_id(session), comms.get_n_workers(session)
    low, high = (num_vertices * part // ranks for part in (rank, rank + 1))
    share = cudf.Series(cupy.arange(low, high, dtype=vertex_type))
    none = cudf.Series(dtype=vertex_type)
    number = max(len(parts), 1)
    return MGGraph(
        resource_handle=ResourceHandle(comms.get_handle(session).getHandle()),
        graph_properties=properties,
        src_array=[part[source] for part in parts] or [none],
        dst_array=[part[destination] for part in parts] or [none],
        weight_array=None
        if weight_type is None
        else [part["value"] for part in parts] or [cudf.Series(dtype=weight_type)],
        vertices_array=[share, *[none] * (number - 1)],
        num_arrays=number,
        store_transposed=store_transposed,
        symmetrize=symmetrize,
        drop_multi_edges=drop_multi_edges,
        do_expensive_check=False,
    )


def parts(graph: Any) -> Iterable[Any]:
    """Futures of the parts of a graph, one per worker."""
    by_worker: Mapping[str, Any] = graph._plc_graph  # noqa: SLF001 - as cuGraph's own calls do
    return by_worker.values()


def forget_edges(graph: Any) -> None:
    """Free the edge list on the workers: a graph keeps it in device memory after it has been built.

    cuGraph uses only its column names and types from then on.
    """
    import dask_cudf

    empty = dask_cudf.from_cudf(graph.input_df._meta, npartitions=1)  # noqa: SLF001
    inner = graph._Impl  # noqa: SLF001
    inner.input_df = inner.edgelist.edgelist_df = inner.renumber_map.implementation.ddf = empty
