"""A watch over Dask workers that compute together: ends waiting for what will never come."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from graphbench.errors import EngineError


class Watch:
    """Ends waiting for what will never come.

    cuGraph's workers compute together: if one dies or runs out of memory the others wait for it in NCCL for good, and
    so does the client for them. A thread looks for dead workers and failed tasks while the watch is armed, leaves them
    a moment to be raised in the ordinary way, and then raises :class:`EngineError` in the main thread by a signal.

    Args:
        client: Dask's.

    Attributes:
        places: where each worker is, by its address, for messages.
    """

    LOOK_S = 0.5
    GRACE = 10
    """How many looks what is wrong may stay unsaid."""

    def __init__(self, client: Any) -> None:
        self.places: Mapping[str, str] = {}
        self._client = client
        self._lost = ""
        self._trouble = ""
        self._loss, self._is_armed, self._ended = (threading.Event() for _ in range(3))
        signal.signal(signal.SIGUSR1, self._interrupt)
        client.subscribe_topic("all", self._hear)
        threading.Thread(target=self._look, name="watch of Dask workers", daemon=True).start()

    @contextmanager
    def armed(self) -> Iterator[None]:
        """While this lasts, trouble is raised in the main thread."""
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
        """The scheduler tells of all that happens to workers."""
        _, told = event
        if isinstance(told, Mapping) and told.get("action") == "remove-worker" and not self._ended.is_set():
            worker = str(told.get("worker"))
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
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    def _interrupt(self, *_: Any) -> None:
        if self._is_armed.is_set() and self._trouble:
            raise EngineError(self._trouble)
