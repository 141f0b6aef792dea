"""A Dask cluster with a worker for each GPU: started or found, given an allocator, watched.

Dask is imported when a cluster is asked for. The workers run functions of this package, so the hosts of a running
cluster (`--scheduler`) need it installed too.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from graphbench.engines._gpu import DeviceMemory
from graphbench.engines.base import Settings
from graphbench.errors import EngineError, UnavailableError
from graphbench.system.files import home

PROTOCOL = "tcp"
"""For Dask's messages; between GPUs, cuGraph communicates through NCCL and UCX in any case."""
START_S = 120
"""How long a worker may take to come up: it imports cuGraph."""
SETTLE_LOOKS, SETTLE_LOOK_S = 100, 0.05
"""How often, and how long between, workers are asked whether they have released a graph."""
CONFIGURATION = {
    # cuGraph's calls hold the interpreter, so a worker sends no heartbeat while it computes.
    "distributed.scheduler.worker-ttl": None,
    # A restarted worker would not have its part of the graph.
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
        self._local: Any = None  # a cluster that was started here
        self._watch: WorkerWatch | None = None

    # Starting, in this order

    def start(self, settings: Settings, gpus: int) -> None:
        """Start a worker for each GPU on this machine, or find those of `settings.scheduler`; set their allocator.

        Raises:
            UnavailableError: if the number of workers is not `gpus`.
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
                f"found {len(workers)} Dask workers {where}, expected {gpus} (--gpus)",
                f"Start {gpus} workers, one GPU each (`dask cuda worker`), or pass --gpus {len(workers)}.",
            )
        self._watch = WorkerWatch(self.client)
        self.each(_equip, settings)
        self._watch.places = self.client.run(whereabouts)

    def communicate(self) -> None:
        """Set up NCCL and UCX between the workers, which every call of cuGraph's distributed API needs."""
        from cugraph.dask.comms import comms

        with self.watched():
            comms.initialize(p2p=True)
            ranks = comms.rank_to_worker(self.client)
        self.workers = [ranks[rank] for rank in sorted(ranks)]

    def close(self) -> None:
        """Release the communicator, the client and the workers that were started here.

        Without it, these workers would end with this process's group.
        """
        if self._watch is not None:
            self._watch.end()
        for release in (_separate, *(part.close for part in (self.client, self._local) if part is not None)):
            with suppress(Exception):  # workers that died have nothing left to release
                release()
        self.client, self.workers, self._local, self._watch = None, [], None, None

    # Working

    def watched(self) -> Any:
        """A context in which a worker that dies, or fails while others wait for it, raises instead of hanging."""
        assert self._watch is not None
        return self._watch.armed()

    def each(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Call a function in every worker's process, in parallel; return its results, by rank once there are ranks."""
        if self.client is None:
            return []
        with self.watched():
            results: Mapping[str, Any] = self.client.run(function, *arguments)
            return [results[worker] for worker in self.workers or results]

    def place(self, frame: Any) -> Any:
        """Compute a dask-cuDF frame, partition i on worker i mod n, where cuGraph will read it.

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
        """Wait up to 5 s until all workers have released the graph, which Dask asks of them with a delay.

        A graph that is built before that, or made for a certificate, would find their memory full.
        """
        with suppress(Exception):  # a dead worker is reported by the next call that needs it
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
        device_memory_limit=None,  # no spilling: what does not fit is out of memory
        local_directory=str(home() / "dask"),  # Dask removes the files of dead workers
        dashboard_address=None,
        death_timeout=START_S,
        silence_logs=50,  # the watch reports dead workers
        pre_import=["cupy", "cugraph.dask"],
    )


def _client(where: Any) -> Any:
    """A client that computes every call.

    Dask's own client reuses the result of an earlier call with the same function and arguments while that is held
    anywhere, so the second trial of a task could take no time.
    """
    from distributed import Client

    class Client_(Client):  # type: ignore[misc]  # noqa: N801
        def submit(self, *arguments: Any, pure: bool = False, **options: Any) -> Any:
            return super().submit(*arguments, pure=pure, **options)

    return Client_(where, timeout=START_S)


class WorkerWatch:
    """Ends a wait for workers that will never answer.

    cuGraph's workers compute together: if one dies or runs out of memory, the others wait for it in NCCL forever, and
    so does the client. While the watch is armed, a thread looks for dead workers and failed tasks, leaves Dask some
    time to raise them, and then raises :class:`EngineError` in the main thread.

    Attributes:
        places: where each worker is, by its address, for messages.
    """

    LOOK_S = 0.5
    GRACE = 10
    """How many looks Dask has to raise an error that the watch has seen."""

    def __init__(self, client: Any) -> None:
        self.places: Mapping[str, str] = {}
        self._client = client
        self._lost = ""
        self._trouble = ""
        self._loss, self._is_armed, self._ended = (threading.Event() for _ in range(3))
        signal.signal(signal.SIGUSR1, self._raise_trouble)  # see _interrupt_main_thread
        client.subscribe_topic("all", self._hear)
        threading.Thread(target=self._look, name="watch of Dask workers", daemon=True).start()

    @contextmanager
    def armed(self) -> Iterator[None]:
        """A context in which dead workers and failed tasks raise in the main thread."""
        self._refuse_lost()
        self._is_armed.set()
        try:
            yield
        except EngineError:
            raise
        except Exception:
            self._is_armed.clear()
            self._loss.wait(1)  # if a worker died, what was raised is only a consequence, and may come first
            self._refuse_lost()
            raise
        finally:
            self._is_armed.clear()

    def end(self) -> None:
        """Stop looking and listening."""
        self._ended.set()
        self._client.unsubscribe_topic("all")

    def _refuse_lost(self) -> None:
        if self._lost:
            raise EngineError(self._lost)

    def _hear(self, event: tuple[float, Any]) -> None:
        """Handle an event of the scheduler: a time, and what happened to a worker."""
        _, news = event
        if isinstance(news, Mapping) and news.get("action") == "remove-worker" and not self._ended.is_set():
            worker = str(news.get("worker"))
            self._lost = f"the Dask worker {worker} died, and its part of the graph with it: {self.places.get(worker)}"
            self._loss.set()

    def _failed(self) -> str:
        for state in list(self._client.futures.values()):
            if state.status == "error":
                error = state.exception
                return f"a Dask worker failed, and the others waited for it: {type(error).__name__}: {error}"
        return ""

    def _look(self) -> None:
        seen = 0
        while not self._ended.wait(self.LOOK_S):
            self._trouble = (self._lost or self._failed()) if self._is_armed.is_set() else ""
            seen = seen + 1 if self._trouble else 0
            if seen > self.GRACE:
                seen = 0
                _interrupt_main_thread()

    def _raise_trouble(self, *_: Any) -> None:
        if self._is_armed.is_set() and self._trouble:
            raise EngineError(self._trouble)


def _interrupt_main_thread() -> None:
    """Run the handler of SIGUSR1 in the main thread, which then raises.

    The main thread waits inside Dask or cuGraph, in calls that take no timeout and that no other thread can cancel;
    the handler of a signal is the only Python code that still runs there. Nothing else in a worker uses this signal.
    """
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)


# On a worker, called in its process by `Cluster.each`

_memory: DeviceMemory | None = None
_first_resource: Any = None
"""The worker's first allocator: a worker of a running cluster serves many of our processes."""


def _equip(settings: Settings) -> None:
    global _memory, _first_resource  # noqa: PLW0603 - what a process has once
    import rmm

    if _first_resource is None:
        _first_resource = rmm.mr.get_current_device_resource()
    rmm.mr.set_current_device_resource(_first_resource)
    _memory = DeviceMemory()
    _memory.choose(settings)


def reset_peak() -> None:
    """Start a new peak of device memory."""
    if _memory is not None:
        _memory.reset()


def peak_bytes() -> int:
    """Most device memory allocated at once since."""
    return (_memory.peak_bytes() if _memory is not None else None) or 0


def held_bytes() -> int:
    """Device memory that is allocated now."""
    return 0 if _memory is None else _memory.held_bytes()


def held(dask_worker: Any) -> int:
    """How many results (graphs and frames) the worker holds after garbage collection."""
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
