"""What the GPU engines have in common as engines: one visible device, RMM's allocators and statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from graphbench.engines import _cuda
from graphbench.engines.base import Availability, Engine, Settings, scatter


class OnGpu(Engine):
    """An engine on one NVIDIA GPU. Its `start` calls `self.memory.choose(settings)` after the imports."""

    extra = "cu13"
    device: ClassVar[Literal["cpu", "gpu"]] = "gpu"
    pace = 0
    module: ClassVar[str]
    """The module that must be installed."""
    wheel: ClassVar[str]
    """Its distribution's name without `-cu12` or `-cu13`."""

    def __init__(self) -> None:
        self.memory = DeviceMemory()

    def availability(self) -> Availability:
        """Whether driver, GPU and wheels are there and fit each other."""
        return _cuda.availability(self.module, self.wheel)

    def environment(self, settings: Settings) -> dict[str, str]:
        """Show the worker one GPU only."""
        return {"CUDA_VISIBLE_DEVICES": _cuda.visible(settings.device)}

    def synchronize(self) -> None:
        """Wait for the device."""
        import cupy

        cupy.cuda.Device().synchronize()

    def counts(self, raw: Any, num_vertices: int) -> npt.NDArray[np.int64]:
        """From a frame with a column `vertex` and one of values, in any order; else as everywhere."""
        if not hasattr(raw, "columns"):
            return super().counts(raw, num_vertices)
        (value,) = (name for name in raw.columns if name != "vertex")
        vertices, values = (raw[column].to_numpy() for column in ("vertex", value))
        return scatter(num_vertices, vertices, values, fill=-1, dtype=np.int64)

    def reset_device_peak(self) -> None:
        """Forget the peak so far."""
        self.memory.reset()

    def device_peak_bytes(self) -> int | None:
        """Peak of RMM's allocations, the graph included."""
        return self.memory.peak_bytes()

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """One CPU thread feeds the GPU."""
        return {"threads": 1, "allocator": settings.allocator, "device": settings.device}

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Whether an exception of RMM, cuDF, CuPy or libcugraph says that memory ran out, device or host."""
        text = f"{type(error).__name__}: {error}".lower()
        signs = ("out_of_memory", "out of memory", "bad_alloc", "outofmemory", "memoryallocation", "maximum pool size")
        return isinstance(error, MemoryError) or any(sign in text for sign in signs)


class DeviceMemory:
    """RMM's memory resource: chosen once, before the library allocates anything, and counted from then on."""

    def __init__(self) -> None:
        self._resource: Any = None
        self._held = 0

    def choose(self, settings: Settings) -> None:
        """Install the allocator that the user asked for, with statistics around it.

        `default` keeps what importing the library has set. A pool starts at half of the free memory and grows. Where
        the device's memory is limited, what would exceed the limit fails as if the device were full.
        """
        import rmm

        if settings.allocator == "pool":
            free, _ = rmm.mr.available_device_memory()
            free = min(free, settings.device_memory_bytes or free)
            upstream = rmm.mr.PoolMemoryResource(rmm.mr.CudaMemoryResource(), initial_pool_size=free // 512 * 256)
        elif settings.allocator == "async":
            upstream = rmm.mr.CudaAsyncMemoryResource()
        else:
            upstream = rmm.mr.get_current_device_resource()
        if settings.device_memory_bytes is not None:
            upstream = rmm.mr.LimitingResourceAdaptor(upstream, settings.device_memory_bytes)
        self._resource = rmm.mr.StatisticsResourceAdaptor(upstream)
        rmm.mr.set_current_device_resource(self._resource)
        self._resource.push_counters()  # the bottom of RMM's stack of counters cannot be popped

    def reset(self) -> None:
        """Start a new peak. New counters start at zero, so what is held already is remembered apart."""
        if self._resource is not None:
            self._resource.pop_counters()
            self._held = int(self._resource.allocation_counts.current_bytes)
            self._resource.push_counters()

    def peak_bytes(self) -> int | None:
        """The most that was allocated at once since the last reset, or None before :meth:`choose`."""
        return None if self._resource is None else self._held + int(self._resource.allocation_counts.peak_bytes)
