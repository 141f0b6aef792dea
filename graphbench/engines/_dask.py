"""A Dask cluster with a worker for each GPU: started or found, equipped, watched.

Everything of Dask is imported when a cluster is asked for. What runs on the workers are functions of this module, so
that on the hosts of a cluster of one's own this package must be installed too.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import numpy as np

from graphbench.engines._gpu import DeviceMemory
from graphbench.engines._watch import Watch
from graphbench.engines.base import Settings
from graphbench.errors import UnavailableError
from graphbench.system.files import home

PROTOCOL = "tcp"
"""Of Dask's own messages; between GPUs, cuGraph communicates through NCCL and UCX whatever this is."""
START_S = 120
"""How long a worker may take to come up: it imports cuGraph."""
SETTLE_LOOKS, SETTLE_LOOK_S = 100, 0.05
"""How often, and how long between, workers are asked whether they have given up a graph that was let go of."""
CONFIGURATION = {
    # cuGraph's calls hold the interpreter, so a worker gives no sign of life while it computes.
    "distributed.scheduler.worker-ttl": None,
    # A worker that died is not coming back with its part of the graph.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.comm.timeouts.connect": f"{START_S}s",
}


class Cluster:
    """The workers, and this process's way to them.

    Attributes:
        client: Dask's client; None until :meth:`start`.
        workers: addresses, in the order of the ranks that they have in cuGraph's communicator.
    """

    def __init__(self) -> None:
        self.client: Any = None
        self.workers: list[str] = []
        self._local: Any = None
        self._watch: Watch | None = None

    # Starting, in this order

    def start(self, settings: Settings, gpus: int) -> None:
        """Start a worker for each GPU on this machine, or find those of a running scheduler; choose their allocator.

        Args:
            settings: `scheduler`, if it is set, is where to find them.
            gpus: how many workers there must be.

        Raises:
            UnavailableError: if there are not as many.
        """
        import dask

        dask.config.set(CONFIGURATION)
        if settings.scheduler is None:
            self._local = _local_cluster(gpus)
        self.client = _client(self._local or settings.scheduler)
        workers = list(self.client.scheduler_info(n_workers=-1)["workers"])
        if len(workers) != gpus:
            where = "on this machine" if settings.scheduler is None else f"at {settings.scheduler}"
            raise UnavailableError(
                "cugraph-mg",
                f"{len(workers)} Dask workers are {where}, and --gpus asks for {gpus}",
                "Start as many, each with a GPU of its own (`dask cuda worker`), or ask for those that there are.",
            )
        self._watch = Watch(self.client)
        self.each(_equip, settings)
        self._watch.places = self.client.run(whereabouts)

    def communicate(self) -> None:
        """Set up NCCL and UCX between the workers, as every call of cuGraph's distributed API needs it."""
        from cugraph.dask.comms import comms

        with self.watched():
            comms.initialize(p2p=True)
            ranks = comms.rank_to_worker(self.client)
        self.workers = [ranks[rank] for rank in sorted(ranks)]

    def close(self) -> None:
        """Give everything back. Workers that were started here would also die with this process's group."""
        if self._watch is not None:
            self._watch.end()
        for give_back in (_separate, *(each.close for each in (self.client, self._local) if each is not None)):
            with suppress(Exception):  # of workers that are gone, nothing can be given back
                give_back()
        self.__init__()  # type: ignore[misc]

    # Working

    def watched(self) -> Any:
        """A context in which a worker that died, or failed while others wait for it, raises instead of hanging."""
        assert self._watch is not None
        return self._watch.armed()

    def each(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Call a function in every worker's process, all at once; what it returned, by rank once there are ranks."""
        if self.client is None:
            return []
        with self.watched():
            found: Mapping[str, Any] = self.client.run(function, *arguments)
            return [found[worker] for worker in self.workers or found]

    def place(self, frame: Any) -> Any:
        """Compute a dask-cuDF frame's partitions, part i on worker i mod n, which is where cuGraph will take it from.

        Returns:
            The same frame, its partitions in device memory.
        """
        import dask_cudf
        from distributed import wait

        parts, number = list(frame.to_delayed()), len(self.workers)
        placed: list[Any] = [None] * len(parts)
        for rank, worker in enumerate(self.workers):
            placed[rank::number] = self.client.compute(parts[rank::number], workers=worker)
        wait(placed)
        self.check(placed)
        meta = frame._meta  # noqa: SLF001 - what dask-cuDF's own callers use
        return dask_cudf.from_delayed(placed, meta=meta, verify_meta=False)

    def settle(self) -> None:
        """Wait until the workers hold nothing any more, for as long as that gets on: they are told by and by.

        What is built, or made for a certificate, before they have given up a graph would find their memory full.
        """
        with suppress(Exception):  # of workers that are gone, whoever needs them next will hear
            for _ in range(SETTLE_LOOKS):
                if not any(self.each(held)):
                    return
                threading.Event().wait(SETTLE_LOOK_S)

    def check(self, futures: Iterable[Any]) -> None:
        """Raise what a worker raised: waiting for futures does not."""
        for future in futures:
            if future.status == "error":
                raise future.exception()


def _separate() -> None:
    from cugraph.dask.comms import comms

    comms.destroy()


def _local_cluster(gpus: int) -> Any:
    from dask_cuda import LocalCUDACluster

    return LocalCUDACluster(
        n_workers=gpus,  # the first of CUDA_VISIBLE_DEVICES
        threads_per_worker=1,
        protocol=PROTOCOL,
        memory_limit=None,
        device_memory_limit=None,  # no spilling: what does not fit is to be out of memory
        local_directory=str(home() / "dask"),  # Dask clears it of what dead workers left
        dashboard_address=None,
        death_timeout=START_S,
        silence_logs=50,  # a worker's death is told by the watch
        pre_import=["cupy", "cugraph.dask"],
    )


def _client(where: Any) -> Any:
    """A client that computes everything it is told to.

    Dask's own gives a call with the same function and arguments the result of an earlier one if that is still held
    anywhere, so the second trial of a task could last no time at all.
    """
    from distributed import Client

    class Client_(Client):  # type: ignore[misc]  # noqa: N801
        def submit(self, *arguments: Any, pure: bool = False, **options: Any) -> Any:
            return super().submit(*arguments, pure=pure, **options)

    return Client_(where, timeout=START_S)


# Every vertex


@contextmanager
def every_vertex(num_vertices: int) -> Iterator[None]:
    """Have `Graph.from_dask_cudf_edgelist` make graphs with all vertices from 0 on, isolated ones too.

    libcugraph takes a list of vertices beside the edges, and the API for one GPU hands it on; the distributed one has
    no argument for it (26.10) and would lose every isolated vertex, and PageRank's N with them. The one step of
    building that runs on the workers is therefore replaced by the same with that list.
    """
    from cugraph.structure.graph_implementation.simpleDistributedGraph import simpleDistributedGraphImpl as Graphs

    found = vars(Graphs)["_make_plc_graph"]
    setattr(Graphs, "_make_plc_graph", partial(_make_graph, num_vertices))  # noqa: B010 - another's private member
    try:
        yield
    finally:
        setattr(Graphs, "_make_plc_graph", found)  # noqa: B010


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

    Args:
        num_vertices: of the whole graph.
        session: of cuGraph's communicator.
        parts: cuDF frames; weights are in `value`.
        properties: as `pylibcugraph` takes them.
        source: name of a column.
        destination: name of a column.
        store_transposed: store in-edges.
        vertex_type: dtype of the ids.
        weight_type: dtype of the weights; None without any.
        drop_multi_edges: of parallel edges keep one.
        symmetrize: add every edge's reverse.
    """
    import cudf
    import cupy
    from cugraph.dask.comms import comms
    from pylibcugraph import MGGraph, ResourceHandle

    rank, ranks = comms.get_worker_id(session), comms.get_n_workers(session)
    low, high = (num_vertices * each // ranks for each in (rank, rank + 1))
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
    """Futures of the parts of a graph, each on its worker."""
    found: Mapping[str, Any] = graph._plc_graph  # noqa: SLF001 - cuGraph's own calls take it so
    return found.values()


def forget_edges(graph: Any) -> None:
    """Let the workers give up the edge list: a graph that has been built would hold on to it, in device memory.

    Only its column names and types are used from then on.
    """
    import dask_cudf

    empty = dask_cudf.from_cudf(graph.input_df._meta, npartitions=1)  # noqa: SLF001
    made = graph._Impl  # noqa: SLF001
    made.input_df = made.edgelist.edgelist_df = made.renumber_map.implementation.ddf = empty


# On a worker, called in its process by `Cluster.each`

_memory: DeviceMemory | None = None
_found: Any = None
"""The allocator that the worker had before: one of a running cluster may be equipped again and again."""


def _equip(settings: Settings) -> None:
    global _memory, _found  # noqa: PLW0603 - what a process has once
    import rmm

    if _found is None:
        _found = rmm.mr.get_current_device_resource()
    rmm.mr.set_current_device_resource(_found)
    _memory = DeviceMemory()
    _memory.choose(settings)


def reset_peak() -> None:
    """Start a new peak of device memory."""
    if _memory is not None:
        _memory.reset()


def peak_bytes() -> int:
    """Most device memory allocated at once since."""
    return (_memory.peak_bytes() if _memory is not None else None) or 0


def held(dask_worker: Any) -> int:
    """How many results the worker holds, graphs and frames, garbage collected."""
    gc.collect()
    return len(dask_worker.data)


def synchronize() -> None:
    """Wait for the device."""
    import cupy

    cupy.cuda.Device().synchronize()


def whereabouts() -> str:
    """The GPU by its name, and the host."""
    import cupy

    name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    return f"{name} ({os.uname().nodename}, CUDA_VISIBLE_DEVICES={os.environ.get('CUDA_VISIBLE_DEVICES', '')})"


def integers_for(num_entries: int, dtype: Any) -> Any:
    """The type of vertex ids: 64 bits where ids or stored edges need them.

    libcugraph counts edges in the type of the vertices: more than 2^31 - 1 of them are refused with int32.
    """
    return np.int64 if num_entries > np.iinfo(np.int32).max else dtype
