"""cuGraph on several GPUs, through its distributed API on Dask-CUDA: a worker process for each GPU.

`--gpus N` starts a cluster on this machine, `--scheduler tcp://HOST:PORT --gpus N` uses a running one with N workers,
on as many hosts as it has, where this package and the folder of cached graphs must be at hand. It is measured when it
is asked for, as on one GPU it only repeats cuGraph with Dask on top.

`start` is told in parts: the imports, the cluster, the communications (NCCL and UCX). `read` has the workers read
their parts of the edges into device memory; `build` makes the `cugraph.Graph` that all of them hold together, isolated
vertices included (:func:`graphbench.engines._dask.every_vertex`), and gives the edges up. A call is over when every
worker's device is done and its part of the answer lies in its memory; bringing the parts together is `collect`.

The distributed API has the names and arguments of the API for one GPU, so an algorithm's adapter for `cugraph` serves
here too, called with `cugraph.dask` instead of `cugraph`: :data:`SAME_CALL` names them. Only what differs is below.

Device memory is counted by RMM on each worker; the peak is that of the worker that needed most. A worker that dies
takes its part of the graph with it: the task ends, and the next one gets a fresh cluster.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Adapter, Algorithm, Attached, Call, Kind
from graphbench.engines import _dask
from graphbench.engines.base import CHECKOUT_HINT, Availability, Settings, edge_rows
from graphbench.engines.cugraph import CuGraph
from graphbench.errors import UnavailableError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system import gpus

NEEDED = ("dask_cuda", "dask_cudf", "raft_dask", "ucxx")
"""Modules besides cuGraph: they come with its wheels, but not with every other build."""
SAME_CALL = (
    "betweenness",
    "core-number",
    "cosine",
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
"""Algorithms whose adapter for one GPU is good for several."""
LEFT_LAZY = ("cosine", "induced-subgraph")
"""Those of which a part of the work is left to whoever reads the frame: it is done inside the timer."""


class CuGraphMG(CuGraph):
    """cuGraph's distributed API."""

    name = "cugraph-mg"
    title = "cuGraph (several GPUs)"
    revision = 1
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
        return single and call and dataclasses.replace(single, call=call)

    def availability(self) -> Availability:
        """As cuGraph, and whether what its distributed API needs is installed."""
        found = super().availability()
        absent = [module for module in NEEDED if importlib.util.find_spec(module) is None] if found.ok else []
        if absent:
            reason = f"{' and '.join(absent)} not installed"
            return Availability(ok=False, reason=reason, fix=f"Install it: {CHECKOUT_HINT.format(extra=self.extra)}.")
        return found

    def gpus(self, settings: Settings) -> int:
        """As many as were asked for; else all that are visible, from `--device` on."""
        return settings.gpus or max(len(gpus.visible_names()) - settings.device, 0)

    def environment(self, settings: Settings) -> dict[str, str]:
        """Show the worker, and Dask's workers below it, their GPUs only; all of them if others compute."""
        if settings.scheduler is not None:
            return {}
        return {"CUDA_VISIBLE_DEVICES": gpus.visible(settings.device, max(self.gpus(settings), 1))}

    # Starting

    def start(self, settings: Settings) -> Any:
        """Import all that will be needed.

        Raises:
            UnavailableError: if there are fewer GPUs than asked for.
        """
        there = len(gpus.visible_names())  # of those that `environment` shows
        self._gpus = settings.gpus or there
        if settings.scheduler is None and self._gpus > there:
            fix = "Ask for fewer (--gpus), or start a Dask cluster over several hosts and name its --scheduler."
            raise UnavailableError(self.name, f"{self._gpus} GPUs are asked for, and {there} visible", fix)
        module = importlib.import_module("cugraph.dask")
        for name in ("dask_cuda", "dask_cudf", "distributed", "cugraph.dask.comms.comms"):
            importlib.import_module(name)
        return module

    def cluster(self, settings: Settings) -> None:
        """Start the workers, or find them."""
        self.workers.start(settings, self._gpus)

    def communications(self, settings: Settings) -> None:
        """Join the workers."""
        self.workers.communicate()

    # Building

    def read(self, edges: EdgeList) -> Any:
        """A dask-cuDF frame, columns source, destination and perhaps weight, two partitions in each worker's memory.

        Two, as cuGraph wants them; with others it would move them about first.
        """
        with self.workers.watched():
            return self.workers.place(edges.to_dask_cudf(2 * len(self.workers.workers), id_type=_ids(edges)))

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
            with _dask.every_vertex(edges.num_vertices):
                graph.from_dask_cudf_edgelist(
                    columns,
                    source="source",
                    destination="destination",
                    weight="weight" if "weight" in columns.columns else None,
                    store_transposed=store_transposed,
                )
            self.workers.check(_dask.parts(graph))
            _dask.forget_edges(graph)
        return graph

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A frame with columns `first` and `second`, of the graph's vertex type, and a row for each worker at least.

        Every worker is given its part of the rows, and cuGraph's calls fail where one would get none: of fewer pairs
        than that, some are asked about twice.
        """
        import cudf

        return cudf.DataFrame(
            np.asarray(_enough(pairs, len(self.workers.workers)), dtype=_ids(edges)), columns=["first", "second"]
        )

    def vertices(self, vertices: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A series of the graph's vertex type."""
        import cudf

        return cudf.Series(np.asarray(vertices, dtype=_ids(edges)))

    # Answers

    def synchronize(self) -> None:
        """Wait for every worker's device."""
        self.workers.each(_dask.synchronize)

    def collect(self, raw: Any, kind: Kind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
        """The workers' parts together, then as for one GPU; of a subgraph, a frame with its edges both ways."""
        if kind == "walks":
            paths, length = raw  # a series: all of it is wanted
            with self.workers.watched():
                return np.asarray(paths.compute().to_numpy(), dtype=np.int64).reshape(-1, length)
        frame = self._gathered(raw)
        if kind != "edges":
            return super().collect(frame, kind, edges, pairs)
        src, dst = (frame[end].to_numpy() for end in ("src", "dst")) if frame is not None else ([], [])
        src, dst = np.asarray(src, dtype=np.int64), np.asarray(dst, dtype=np.int64)
        once = np.ones(len(src), dtype=bool) if edges.directed else src < dst
        return edge_rows(src[once], dst[once], directed=edges.directed)

    def counts(self, raw: Any, num_vertices: int) -> npt.NDArray[np.int64]:
        """The workers' parts together, then as for one GPU."""
        return super().counts(self._gathered(raw), num_vertices)

    def _gathered(self, raw: Any) -> Any:
        if isinstance(raw, tuple):  # a subgraph's edges, and where they begin for each of several seeds
            raw = raw[0]
        if not hasattr(raw, "compute"):
            return raw
        wanted = [name for name in getattr(raw, "columns", []) if name not in {"predecessor", "weight"}]
        with self.workers.watched():
            return (raw[wanted] if wanted else raw).compute()

    # What was used

    def wait_until_freed(self) -> None:
        """Wait until the workers have given up what they held."""
        self.workers.settle()

    def reset_device_peak(self) -> None:
        """Forget the workers' peaks so far."""
        self.workers.each(_dask.reset_peak)

    def device_peaks(self) -> list[int]:
        """Peak of RMM's allocations on each worker, by rank."""
        return self.workers.each(_dask.peak_bytes)

    def device_peak_bytes(self) -> int | None:
        """The peak of the worker that needed most."""
        return max(self.device_peaks(), default=None)

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
    """The rows, from the first on once more where there are fewer; none stay none."""
    return rows if len(rows) >= least or len(rows) == 0 else np.resize(rows, (least, *rows.shape[1:]))


def _ids(edges: EdgeList) -> Any:
    return _dask.integers_for(edges.num_entries, edges.id_type)


# Adapters


def _on_workers(call: Adapter, *, lazy: bool = False) -> Adapter:
    """The same call; a worker that dies in it, or fails while others wait for it, ends it."""

    @functools.wraps(call)
    def watched(module: Any, graph: Any, p: Call) -> Any:
        with engine.workers.watched():
            raw = call(module, graph, p)
            return _done(raw) if lazy else raw

    return watched


def _done(raw: Any) -> Any:
    """What was left to be computed, computed."""
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


@engine.solves("k-truss")
@_on_workers
def _(dcg: Any, graph: Any, p: Call) -> Any:
    return dcg.ktruss_subgraph(graph, p.k)


# It hands one seed to all workers, each of which needs another: libcugraph refuses that. Unseeded, each takes its own.
@engine.solves("random-walks", parameters_used=lambda _: {"random_state": None})
@_on_workers
def _(dcg: Any, graph: Any, p: Call) -> Any:
    paths, _, _ = dcg.uniform_random_walks(graph, p.vertices, max_depth=p.length)
    return paths, p.length + 1
