"""What the GPU engines share: finding out whether a GPU can be used, and RMM's allocators and statistics.

Importing cuDF, cuGraph or nx-cugraph succeeds on a machine without GPU or driver and takes seconds, so it says nothing
about availability: the driver and NVML are asked instead, which imports no engine and creates no CUDA context.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import sys
from contextlib import suppress

from graphbench.engines.base import CHECKOUT_HINT, Availability
from graphbench.system.gpus import Cuda, Device, probe, visible

DRIVER_FOR = {12: 535, 13: 580}
"""Oldest driver branch for each CUDA major version (NVIDIA, RAPIDS platform support, 26.10)."""
CAPABILITY_FOR = {12: (7, 0), 13: (7, 5)}
"""Oldest compute capability: Volta for CUDA 12, Turing for CUDA 13 (ibid.)."""
PYTHONS = ((3, 11), (3, 14))
"""First and last Python that RAPIDS 26.10 has wheels for."""
MINIMUM_FREE = 1 << 30
"""Below this much free device memory not even the CUDA contexts and libraries fit well."""


def installed_major(distribution: str) -> int | None:
    """The CUDA major version of the installed `DISTRIBUTION-cuNN` wheel (or conda package); None if there is none."""
    for major in sorted(DRIVER_FOR, reverse=True):
        with suppress(importlib.metadata.PackageNotFoundError):
            importlib.metadata.version(f"{distribution}-cu{major}")
            return major
    return None


Fault = tuple[str, str] | None
"""What is wrong, and what mends it."""


def availability(
    library: str, distribution: str, *, cuda: Cuda | None = None, python: tuple[int, int] | None = None
) -> Availability:
    """Whether a GPU library can run here: driver, devices and wheels, in the order in which they can be mended.

    Args:
        library: the module ("cugraph").
        distribution: the wheel's name without its `-cuNN` ("cugraph").
        cuda: what the machine offers; asked from the driver if None.
        python: the interpreter's version; this one's if None.
    """
    cuda = cuda or probe()
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
        return cuda.fault, "See what `nvidia-smi` says; after a driver update, reboot."
    if _branch(cuda.driver) < min(DRIVER_FOR.values()):
        wanted = " or ".join(f"{branch} (for CUDA {major})" for major, branch in DRIVER_FOR.items())
        return f"driver too old ({cuda.driver})", f"Update the NVIDIA driver to {wanted} or newer."
    return None


def _device_fault(cuda: Cuda) -> Fault:
    if not cuda.devices:
        return "no NVIDIA GPU", "The driver is installed but sees no device: see what `nvidia-smi -L` says."
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
            f"Make a virtual environment with Python {first} to {last}; there: {_install(fits)}.",
        )
    major = installed_major(distribution)
    if major is not None and _branch(cuda.driver) < DRIVER_FOR[major]:
        return (
            f"driver too old ({cuda.driver}; the installed {distribution}-cu{major} needs {DRIVER_FOR[major]})",
            f"Update the driver; or, in a fresh virtual environment: {_install(fits)}.",
        )
    return None


def _memory_fault(cuda: Cuda) -> Fault:
    free = max(device.free for device in cuda.devices)
    if free < MINIMUM_FREE:
        return (
            f"out of device memory ({free / 2**20:,.0f} MiB free)",
            "Another process holds the GPU's memory: `nvidia-smi` names it.",
        )
    return None


def _fitting_major(cuda: Cuda) -> int | None:
    """The newest CUDA major version that both the driver and the devices are good for."""
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


def process_bytes() -> int | None:
    """What NVML says this process holds on its device, context and libraries included: the check of RMM's figures."""
    import pynvml

    with suppress(pynvml.NVMLError, ValueError):
        pynvml.nvmlInit()
        try:
            index = int((os.environ.get("CUDA_VISIBLE_DEVICES") or "0").split(",", maxsplit=1)[0])
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            for process in pynvml.nvmlDeviceGetComputeRunningProcesses(handle):
                if process.pid == os.getpid() and process.usedGpuMemory:
                    return int(process.usedGpuMemory)
            return int(pynvml.nvmlDeviceGetMemoryInfo(handle).used)  # in a container NVML sees other pids
        finally:
            pynvml.nvmlShutdown()
    return None


__all__ = ["Cuda", "Device", "availability", "installed_major", "probe", "process_bytes", "visible"]
