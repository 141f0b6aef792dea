"""What the GPU engines share: whether a GPU can be used, one visible device, RMM's allocators and statistics.

Importing cuDF, cuGraph or nx-cugraph succeeds on a machine without GPU or driver and takes seconds, so it says nothing
about availability: the driver and NVML are asked instead, which imports no engine and creates no CUDA context.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from graphbench.engines.base import CHECKOUT_HINT, Availability, ByVertex, Collected, Engine, Settings
from graphbench.system import gpus
from graphbench.system.gpus import Cuda
from graphbench.system.lazy import np
from graphbench.system.text import format_bytes, listed

if TYPE_CHECKING:
    import numpy.typing as npt

    from graphbench.graphs.edgelist import EdgeList

DRIVER_FOR = {12: 535, 13: 580}
"""Oldest driver branch for each CUDA major version (NVIDIA, RAPIDS platform support, 26.10)."""
CAPABILITY_FOR = {12: (7, 0), 13: (7, 5)}
"""Oldest compute capability: Volta for CUDA 12, Turing for CUDA 13 (ibid.)."""
PYTHONS = ((3, 11), (3, 14))
"""First and last Python that RAPIDS 26.10 has wheels for."""
BYTES_PER_ENTRY = 90
"""Of device memory, with which both directions of an undirected edge are given. cuGraph's build of 324 million edges
without weights allocated 52 at once, and one with weights in float64 80; 38 and 54 where it made both directions."""
MINIMUM_FREE = 1 << 30
"""Below this much free device memory not even the CUDA contexts and libraries fit well."""


class OnGpu(Engine):
    """An engine on one NVIDIA GPU. Its `start` calls `self.memory.choose(settings)` after the imports."""

    extra = "cu13"
    device: ClassVar[Literal["cpu", "gpu"]] = "gpu"
    speed_class = 0
    options: ClassVar[tuple[str, ...]] = ("allocator",)
    wheel: ClassVar[str]
    """Its distribution's name without `-cu12` or `-cu13`."""

    def __init__(self) -> None:
        self.memory = DeviceMemory()
        self.settings = Settings()
        """Those of `start`."""

    def id_type(self, edges: EdgeList) -> Any:
        """The type of vertex ids: libcugraph counts edges in it too."""
        return np.int64 if edges.num_entries > np.iinfo(np.int32).max else edges.id_type

    def gives_both_directions(self, edges: EdgeList) -> bool:
        """Whether both directions of undirected edges are given: quicker, but the library needs less to make them."""
        return not edges.directed and edges.num_entries <= self.memory.allowed_bytes // BYTES_PER_ENTRY

    def availability(self) -> Availability:
        """Whether driver, GPU and wheels are available and fit each other."""
        found = availability(self.packages[0], self.wheel)
        return self.identity() if found.ok else found

    def how_to_install(self) -> str:
        """For the installed CUDA version, else for the newest that fits."""
        major = installed_major(self.wheel) or _fitting_major(gpus.probe()) or max(DRIVER_FOR)
        return f"Install it: {_install(major)}."

    def environment(self, settings: Settings) -> dict[str, str]:
        """Show the worker only the GPUs that it uses."""
        visible = self.visible_gpus(settings)
        return super().environment(settings) | ({} if visible is None else {"CUDA_VISIBLE_DEVICES": visible})

    def visible_gpus(self, settings: Settings) -> str | None:
        """What `CUDA_VISIBLE_DEVICES` names in the worker; None: as it is."""
        return gpus.visible(settings.device)

    def synchronize(self) -> None:
        """Wait for the device."""
        import cupy

        cupy.cuda.Device().synchronize()

    def counts(self, raw: Any) -> Collected:
        """From a frame with a column `vertex` and one of values, in any order; anything else as other engines."""
        if not hasattr(raw, "columns"):
            return super().counts(raw)
        (value,) = (name for name in raw.columns if name != "vertex")
        return ByVertex(raw["vertex"].to_numpy(), raw[value].to_numpy())

    def to_device(self, array: npt.NDArray[Any]) -> Any:
        """A copy on the device."""
        import cupy

        return cupy.asarray(array)

    def copy_to_host(self, array: Any) -> npt.NDArray[Any]:
        """A copy by the device's driver."""
        copied: npt.NDArray[Any] = array.get()
        return copied

    def reset_device_peak(self) -> None:
        """Start a new peak."""
        self.memory.reset()

    def device_peak_bytes(self) -> int | None:
        """Peak of RMM's allocations, the graph included."""
        return self.memory.peak_bytes()

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """One CPU thread feeds the GPU."""
        return {"threads": 1, "allocator": settings.allocator, "device": settings.device}


class OnCuPy(OnGpu):
    """An engine whose library allocates through CuPy too, without cuDF, which would give CuPy RMM's allocator."""

    def choose_memory(self, settings: Settings) -> None:
        """Install the allocator; with the default one, CuPy keeps its own pool, as for the library's users.

        A limit of device memory is RMM's, so that with one CuPy allocates from RMM too.
        """
        import cupy

        self.memory.choose(settings)
        if settings.allocator != "default" or settings.device_memory_bytes is not None:
            from rmm.allocators.cupy import rmm_cupy_allocator

            cupy.cuda.set_allocator(rmm_cupy_allocator)

    def device_peak_bytes(self) -> int | None:
        """Peak of RMM's allocations plus the size of CuPy's own pool."""
        import cupy

        peak = super().device_peak_bytes()
        return None if peak is None else peak + int(cupy.get_default_memory_pool().total_bytes())


class DeviceMemory:
    """RMM's memory resource: chosen once, before the library allocates anything, and counted from then on."""

    def __init__(self) -> None:
        self._resource: Any = None
        self._held = 0
        self.allowed_bytes = sys.maxsize
        """What may be allocated: the device's memory, or the limit; unknown before :meth:`choose`."""

    def choose(self, settings: Settings) -> None:
        """Install the allocator that the user asked for, with statistics around it.

        `default` keeps the one that importing the library sets. A pool starts at half of the free memory and grows.
        Managed memory may exceed the device's and then moves between device and host.
        With a limit of device memory, an allocation beyond it fails as if the device were full.
        """
        import rmm

        free, total = rmm.mr.available_device_memory()
        self.allowed_bytes = min(total, settings.device_memory_bytes or total)
        if settings.allocator == "pool":
            free = min(free, self.allowed_bytes)
            upstream = rmm.mr.PoolMemoryResource(rmm.mr.CudaMemoryResource(), initial_pool_size=free // 512 * 256)
        elif settings.allocator == "async":
            upstream = rmm.mr.CudaAsyncMemoryResource()
        elif settings.allocator == "managed":
            upstream = rmm.mr.ManagedMemoryResource()
        else:
            upstream = rmm.mr.get_current_device_resource()
        if settings.device_memory_bytes is not None:
            upstream = rmm.mr.LimitingResourceAdaptor(upstream, settings.device_memory_bytes)
        self._resource = rmm.mr.StatisticsResourceAdaptor(upstream)
        rmm.mr.set_current_device_resource(self._resource)
        self._resource.push_counters()  # the bottom of RMM's stack of counters cannot be popped

    def reset(self) -> None:
        """Start a new peak. New counters start at zero, so :meth:`peak_bytes` adds what is held already."""
        if self._resource is not None:
            self._resource.pop_counters()
            self._held = int(self._resource.allocation_counts.current_bytes)
            self._resource.push_counters()

    def held_bytes(self) -> int:
        """What is allocated now; 0 before :meth:`choose`."""
        return 0 if self._resource is None else self._held + int(self._resource.allocation_counts.current_bytes)

    def peak_bytes(self) -> int | None:
        """The most that was allocated at once since the last reset, or None before :meth:`choose`."""
        return None if self._resource is None else self._held + int(self._resource.allocation_counts.peak_bytes)


def installed_major(distribution: str) -> int | None:
    """The CUDA major version of the installed `DISTRIBUTION-cuNN` wheel (or conda package), or None."""
    from importlib.metadata import PackageNotFoundError, version

    for major in sorted(DRIVER_FOR, reverse=True):
        with suppress(PackageNotFoundError):
            version(f"{distribution}-cu{major}")
            return major
    return None


Fault = tuple[str, str] | None
"""What is wrong, and how to fix it."""


def availability(
    library: str, distribution: str, *, cuda: Cuda | None = None, python: tuple[int, int] | None = None
) -> Availability:
    """Whether a GPU library can run here: driver, devices and wheels, in the order of fixing them.

    Args:
        library: the module ("cugraph").
        distribution: the wheel's name without its `-cuNN` ("cugraph").
        cuda: the machine's GPUs; None: ask the driver.
        python: the interpreter's version; None: this one's.
    """
    cuda = cuda or gpus.probe()
    major = _fitting_major(cuda)
    fault = (
        _driver_fault(cuda, _install(major or max(DRIVER_FOR)))
        or _device_fault(cuda)
        or _wheel_fault(library, distribution, cuda, major or min(DRIVER_FOR), python or sys.version_info[:2])
        or _memory_fault(cuda)
    )
    return Availability(ok=True) if fault is None else Availability(ok=False, reason=fault[0], fix=fault[1])


def _driver_fault(cuda: Cuda, install: str) -> Fault:
    if platform.system() != "Linux":
        return "RAPIDS runs on Linux only", "Use Linux, or Windows' WSL 2."
    if not cuda.driver:
        needs = f"On a machine with an NVIDIA GPU, install driver {max(DRIVER_FOR.values())} or newer"
        return "no NVIDIA driver", f"{needs}, then: {install}."
    if cuda.fault:
        return cuda.fault, "Run `nvidia-smi` for details; after a driver update, reboot."
    if _branch(cuda.driver) < min(DRIVER_FOR.values()):
        wanted = listed([f"{branch} (for CUDA {major})" for major, branch in DRIVER_FOR.items()], "or")
        return f"driver too old ({cuda.driver})", f"Update the NVIDIA driver to {wanted} or newer."
    return None


def _device_fault(cuda: Cuda) -> Fault:
    if not cuda.devices:
        return "no NVIDIA GPU", "The driver is installed but finds no device: run `nvidia-smi -L` for details."
    if os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"}:
        return "no NVIDIA GPU visible", "CUDA_VISIBLE_DEVICES hides them all: unset it."
    best = max(cuda.devices, key=lambda device: device.capability)
    if best.capability < min(CAPABILITY_FOR.values()):
        return f"GPU too old ({best.name})", "RAPIDS needs compute capability 7.0 (Volta) or newer."
    return None


def _wheel_fault(library: str, distribution: str, cuda: Cuda, fits: int, python: tuple[int, int]) -> Fault:
    if importlib.util.find_spec(library) is None:
        if PYTHONS[0] <= python <= PYTHONS[1]:
            return "not installed", f"Install it: {_install(fits)}."
        first, last = (".".join(map(str, version)) for version in PYTHONS)
        return (
            f"not installed, and RAPIDS has no wheel for Python {python[0]}.{python[1]}",
            f"Create a virtual environment with Python {first} to {last} and install it there: {_install(fits)}.",
        )
    major = installed_major(distribution)
    if major is not None and _branch(cuda.driver) < DRIVER_FOR[major]:
        return (
            f"driver too old ({cuda.driver}; the installed {distribution}-cu{major} needs {DRIVER_FOR[major]})",
            f"Update the driver, or in a new virtual environment: {_install(fits)}.",
        )
    return None


def _memory_fault(cuda: Cuda) -> Fault:
    free = max(device.free for device in cuda.devices)
    if free < MINIMUM_FREE:
        return (
            f"out of device memory ({format_bytes(free)} free)",
            "Another process holds the GPU's memory: run `nvidia-smi` to find it.",
        )
    return None


def _fitting_major(cuda: Cuda) -> int | None:
    """The newest CUDA major version that both the driver and the devices support."""
    weakest = min((device.capability for device in cuda.devices), default=CAPABILITY_FOR[max(CAPABILITY_FOR)])
    majors = [
        major
        for major, branch in DRIVER_FOR.items()
        if _branch(cuda.driver) >= branch and weakest >= CAPABILITY_FOR[major]
    ]
    return max(majors, default=None)


def _install(major: int) -> str:
    return CHECKOUT_HINT.format(extra=f"cu{major}")


def _branch(driver: str) -> int:
    head, _, _ = driver.partition(".")
    return int(head) if head.isdigit() else 0
