"""The GPUs of this machine, asked of the driver alone: no GPU library is imported, no CUDA context created."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU as NVML sees it; memory in bytes."""

    index: int
    name: str
    total: int
    free: int
    capability: tuple[int, int]


class Cuda(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine offers.

    Attributes:
        driver: the driver's version ("580.65.06"), "" without a driver, or "unknown" if it does not answer.
        cuda: the newest CUDA version that the driver supports, or (0, 0).
        devices: all GPUs, those hidden by CUDA_VISIBLE_DEVICES included.
        fault: what went wrong with a driver that is installed.
    """

    driver: str = ""
    cuda: tuple[int, int] = (0, 0)
    devices: tuple[Device, ...] = ()
    fault: str = ""


@contextmanager
def nvml() -> Iterator[Any]:
    """NVML's module, initialised while the block runs. Only for machines with a driver (:func:`probe`).

    Raises:
        pynvml.NVMLError: if the driver does not answer.
    """
    import pynvml

    pynvml.nvmlInit()
    try:
        yield pynvml
    finally:
        with suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


@functools.cache
def probe() -> Cuda:
    """Ask the driver, without a CUDA context: a millisecond without a driver, about 100 with one."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return Cuda()
    import pynvml

    try:
        with nvml():
            version = pynvml.nvmlSystemGetCudaDriverVersion()
            return Cuda(
                driver=pynvml.nvmlSystemGetDriverVersion(),
                cuda=(version // 1000, version % 1000 // 10),
                devices=tuple(_device(index) for index in range(pynvml.nvmlDeviceGetCount())),
            )
    except pynvml.NVMLError as error:
        return Cuda(driver="unknown", fault=f"the NVIDIA driver does not answer ({error})")


def _device(index: int) -> Device:
    import pynvml

    gpu = pynvml.nvmlDeviceGetHandleByIndex(index)
    memory = pynvml.nvmlDeviceGetMemoryInfo(gpu)
    return Device(
        index=index,
        name=pynvml.nvmlDeviceGetName(gpu),
        total=int(memory.total),
        free=int(memory.free),
        capability=tuple(pynvml.nvmlDeviceGetCudaComputeCapability(gpu)),
    )


def handle(device: int = 0) -> Any:
    """NVML's handle of the user's `--device`, counted among the GPUs that CUDA_VISIBLE_DEVICES shows."""
    import pynvml

    name = visible(device)
    return pynvml.nvmlDeviceGetHandleByIndex(int(name)) if name.isdigit() else pynvml.nvmlDeviceGetHandleByUUID(name)


def visible_names() -> list[str]:
    """The GPUs that may be used, as CUDA_VISIBLE_DEVICES names them: numbers or UUIDs; without it, all GPUs."""
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is None:
        return [str(gpu.index) for gpu in probe().devices]
    return [name.strip() for name in listed.split(",") if name.strip() not in {"", "-1"}]


def visible(device: int, number: int = 1) -> str:
    """The value of CUDA_VISIBLE_DEVICES that leaves the user's `--device`, counted among those visible now.

    Args:
        device: the first GPU.
        number: how many, from that one on; there may be fewer.
    """
    if "CUDA_VISIBLE_DEVICES" not in os.environ:
        return ",".join(str(device + offset) for offset in range(number))
    return ",".join(visible_names()[device : device + number])
