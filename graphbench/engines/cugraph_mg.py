"""cuGraph on several GPUs, through its distributed API on Dask-CUDA: one worker process per GPU.

`--gpus N` starts a cluster on this machine. `--scheduler tcp://HOST:PORT --gpus N` uses a running one with N workers on
any number of hosts, each of which needs this package and the folder of cached graphs. The engine is measured only on
request: on one GPU it is cuGraph with Dask on top.

`start` has three steps: imports, cluster, communications (NCCL and UCX). In `read`, the workers read their parts of the
edges into device memory. `build` makes the `cugraph.Graph` that they hold together, with isolated vertices
(:func:`graphbench.engines._dask_graph.every_vertex`), and frees the edges. A call ends when every worker's device is
done and has its part of the answer in memory; gathering the parts is `collect`.

The distributed API has the names and arguments of the API for one GPU. So an algorithm in :data:`SAME_CALL` uses its
adapter for `cugraph`, called with `cugraph.dask` instead of `cugraph`; adapters that differ are below.

RMM counts device memory on each worker; the peak is that of the worker with the most. A worker that dies takes its part
of the graph with it: the task ends, and the next one gets a new cluster. A cluster in which nothing failed serves all
graphs with one number of GPUs and one allocator, if its workers have released the last graph. A record has the start of
its cluster, and `worker.position` says how many tasks that has served before: their kernels are loaded already.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from graphbench.algorithms.base import Adapter, Algorithm, Attached, Call, Kind
from graphbench.engines import _dask, _dask_graph
from graphbench.engines.base import Collected, Settings
from graphbench.engines.cugraph import CuGraph, arguments, edges_of
from graphbench.errors import UnavailableError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system import gpus
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

SAME_CALL = (
    "betweenness",
    "core-number",
    "ecg",
    "eigenvector",
    "hits",
    "induced-subgraph",
    "jaccard",
    "katz",
    "leiden",
    "louvain",
    "overlap",
    "pagerank",
    "personalized-pagerank",
    "sorensen",
    "sssp",
    "triangle-count",
    "wcc",
    "weighted-jaccard",
)
"""Algorithms that use the adapter for one GPU."""
LEFT_LAZY = ("induced-subgraph",)
"""Of these, the calls that return a lazy frame, which is computed inside the timer."""


class CuGraphMG(CuGraph):
    """cuGraph's distributed API."""

    name = "cugraph-mg"
    title = "cuGraph (several GPUs)"
    packages = (*CuGraph.packages, "dask_cuda", "dask_cudf", "raft_dask", "ucxx")
    revision = 2
    options = ("allocator",)
    multi_gpu = True
    opt_in = True
    start_steps = ("cluster", "communications")
    gap = "not in cuGraph's distributed API, or not yet wrapped"

    def __init__(self) -> None:
        super().__init__()
        self.workers = _dask.Cluster()
        self._gpus = 0

    def own_adapter(self, page: Algorithm) -> Attached | None:
        """An adapter of this file, or the page's adapter for cuGraph where :data:`SAME_CALL` names it."""
        if page.name not in SAME_CALL:
            return super().own_adapter(page)
        single = page.find_adapter("cugraph")
        call = single and _on_workers(single.call, lazy=page.name in LEFT_LAZY)
        return single and call and msgspec.structs.replace(single, call=call)

    def gpus(self, settings: Settings) -> int:
        """The number that was asked for; else all that are visible, from `--device` on."""
        return settings.gpus or max(len(gpus.visible_names()) - settings.device, 0)

    def visible_gpus(self, settings: Settings) -> str | None:
        """Those that the worker and its Dask workers use; all GPUs if a running cluster computes."""
        if settings.scheduler is not None:
            return None
        return gpus.visible(settings.device, max(self.gpus(settings), 1))

    # Starting

    def start(self, settings: Settings) -> Any:
        """Import everything that later steps need.

        Raises:
            UnavailableError: if fewer GPUs are visible than were asked for.
        """
        visible = len(gpus.visible_names())  # of those that `environment` shows
        self._gpus = settings.gpus or visible
        if settings.scheduler is None and self._gpus > visible:
            fix = "Pass a smaller --gpus, or start a Dask cluster over several hosts and pass its --scheduler."
            raise UnavailableError(self.name, f"{visible} GPUs visible, expected {self._gpus} (--gpus)", fix)
        module = importlib.import_module("cugraph.dask")
        for name in ("dask_cuda", "dask_cudf", "distributed", "cugraph.dask.comms.comms"):
            importlib.import_module(name)
        return module

    def cluster(self, settings: Settings) -> None:
        """Start the workers, or find those of the scheduler."""
        self.workers.start(settings, self._gpus)

    def communications(self, settings: Settings) -> None:
        """Connect the workers with each other."""
        self.workers.communicate()

    # Building

    def read(self, edges: EdgeList) -> Any:
        """A dask-cuDF frame with columns source, destination and, if weighted, weight, in the workers' memory.

        Each worker has two partitions, as cuGraph expects; any other number it would repartition first.
        """
        with self.workers.watched():
            return self.workers.place(edges.to_dask_cudf(2 * len(self.workers.workers), id_type=self.id_type(edges)))

    def build(
        self,
        columns: Any,
        edges: EdgeList,
        *,
        store_transposed: bool = False,
        float64_weights: bool = False,
        **_: Any,
    ) -> Any:
        """Make the graph, symmetrised by libcugraph where the problem is undirected.

        Args:
            columns: the frame.
            edges: for counts.
            store_transposed: store in-edges, as PageRank and its relatives want.
            float64_weights: as for one GPU.
        """
        import cugraph

        if float64_weights and not edges.weighted:
            columns = columns.assign(weight=1.0)
        graph = cugraph.Graph(directed=edges.directed)
        with self.workers.watched():
            with _dask_graph.every_vertex(edges.num_vertices):
                graph.from_dask_cudf_edgelist(columns, **arguments(columns, store_transposed=store_transposed))
            self.workers.check(_dask_graph.parts(graph))
            _dask_graph.forget_edges(graph)
        return graph

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A frame with columns `first` and `second`, of the graph's vertex type, with at least one row per worker.

        The rows are split among the workers, and cuGraph's calls fail if one gets none: if there are fewer pairs than
        workers, some pairs are repeated.
        """
        return super().pairs(_enough(pairs, len(self.workers.workers)), edges)

    # Answers

    def synchronize(self) -> None:
        """Wait for every worker's device."""
        self.workers.each(_dask.synchronize)

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Gather the workers' parts, then as for one GPU; a subgraph is a frame with both directions of each edge."""
        if kind == "walks":
            paths, length = raw  # a series
            with self.workers.watched():
                return np.asarray(paths.compute().to_numpy()).reshape(-1, length)
        frame = self._gathered(raw)
        return edges_of(frame) if kind == "edges" else super().collect(frame, kind, edges)

    def counts(self, raw: Any) -> Collected:
        """Gather the workers' parts, then as for one GPU."""
        return super().counts(self._gathered(raw))

    def _gathered(self, raw: Any) -> Any:
        if isinstance(raw, tuple):  # a subgraph's edges, and the offsets of each seed
            raw = raw[0]
        if not hasattr(raw, "compute"):
            return raw
        wanted = [name for name in getattr(raw, "columns", []) if name not in {"predecessor", "weight"}]
        with self.workers.watched():
            return (raw[wanted] if wanted else raw).compute()

    # What was used

    def wait_until_freed(self) -> None:
        """Wait until the workers have released their parts of the graph."""
        self.workers.settle()

    def reset_device_peak(self) -> None:
        """Start new peaks on the workers."""
        self.workers.each(_dask.reset_peak)

    def device_peaks(self) -> list[int]:
        """Peak of RMM's allocations on each worker, by rank."""
        return self.workers.each(_dask.peak_bytes)

    def device_peak_bytes(self) -> int | None:
        """The highest peak of a worker."""
        return max(self.device_peaks(), default=None)

    def device_held_bytes(self) -> int:
        """That of the worker that holds most."""
        return max(self.workers.each(_dask.held_bytes), default=0)

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """One CPU thread feeds each GPU."""
        return {
            "threads": self._gpus,
            "allocator": settings.allocator,
            "gpus": self._gpus,
            "workers": self.workers.each(_dask.whereabouts),
            "scheduler": settings.scheduler,
            "protocol": _dask.PROTOCOL if settings.scheduler is None else settings.scheduler.partition("://")[0],
        }


engine = CuGraphMG()


def _enough(rows: npt.NDArray[np.int64], least: int) -> npt.NDArray[np.int64]:
    """At least that many rows: if there are fewer, they repeat from the first on; no rows stay no rows."""
    return rows if len(rows) >= least or len(rows) == 0 else np.resize(rows, (least, *rows.shape[1:]))


# Adapters


def _on_workers(call: Adapter, *, lazy: bool = False) -> Adapter:
    """The same call, which ends if a worker dies, or fails while others wait for it."""

    @functools.wraps(call)
    def watched(module: Any, graph: Any, p: Call) -> Any:
        with engine.workers.watched():
            raw = call(module, graph, p)
            return _done(raw) if lazy else raw

    return watched


def _done(raw: Any) -> Any:
    """Compute a lazy frame, each part on its worker."""
    from distributed import wait

    frame = raw[0] if isinstance(raw, tuple) else raw
    if frame is None:
        return None
    frame = frame.persist()
    wait(frame)
    return frame


@engine.solves("bfs", parameters_used=lambda _: {"predecessors": True})  # without them, the distributed call fails
@_on_workers
def _(dcg: Any, graph: Any, p: Call) -> Any:
    return dcg.bfs(graph, [p.source])


def _radius(p: Call) -> int:
    return int(min(p.radius, p.num_vertices - 1))  # cuGraph refuses a larger one


@engine.solves("ego-graph", parameters_used=lambda p: {"radius": _radius(p)} if _radius(p) != p.radius else {})
@_on_workers
def _(dcg: Any, graph: Any, p: Call) -> Any:
    return _done(dcg.ego_graph(graph, [p.source], radius=_radius(p))) if p.num_vertices > 1 else None


@engine.solves("cosine", parameters_used=lambda _: {"from": "sorensen, out_degree", "dtype": "float32"})
@_on_workers
def _(dcg: Any, graph: Any, p: Call) -> Any:
    scores = dcg.sorensen(graph, p.pairs)
    degrees = graph.out_degree().astype({"degree": np.float64})  # as int32, the product of two hubs would overflow
    for end in ("first", "second"):
        scores = scores.merge(degrees.rename(columns={"vertex": end, "degree": f"degree_of_{end}"}), on=end)
    d, e = scores["degree_of_first"], scores["degree_of_second"]
    scores["cosine"] = scores["sorensen_coeff"] * (d + e) / (2 * (d * e) ** 0.5)
    return _done(scores[["first", "second", "cosine"]])


@engine.solves("k-truss")
@_on_workers
def _(dcg: Any, graph: Any, p: Call) -> Any:
    return dcg.ktruss_subgraph(graph, p.k)


# With a seed, all workers get the same one, which libcugraph refuses. Without, each draws its own.
@engine.solves("random-walks", parameters_used=lambda _: {"random_state": None})
@_on_workers
def _(dcg: Any, graph: Any, p: Call) -> Any:
    paths, _, _ = dcg.uniform_random_walks(graph, p.vertices, max_depth=p.length)
    return paths, p.length + 1
