"""The machine and the software: what a figure is worth depends on both.

:func:`machine_summary` is the hardware alone, asked without importing an engine or creating a CUDA context.
:func:`capture` adds what the measuring process sees when it measures. Nothing here fails: what cannot be told is left
out.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import importlib.metadata
import math
import os
import platform
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from graphbench._version import __version__
from graphbench.engines.base import Engine
from graphbench.measure.gpu_processes import own_processes, strangers
from graphbench.records.model import Environment, Gpu
from graphbench.system import gpus
from graphbench.system.memory import host_bytes

LIBRARIES = ("numpy", "scipy", "networkx", "pandas", "pyarrow", "msgspec")
RAPIDS = ("cudf", "cugraph", "nx-cugraph", "pylibcugraph", "libcugraph", "rmm", "cupy", "dask-cuda", "libraft")
"""Their distributions carry the CUDA version in the name: cudf-cu13, cupy-cuda13x."""


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The hardware and what drives it.

    Attributes:
        digest: see :func:`_identity`.
        cores: logical cores that this process may use.
        physical_cores: of the whole machine; None if unknown.
        memory_bytes: that this process may use (a container's limit, if there is one).
        driver: the NVIDIA driver's version, or None.
        cuda: the newest CUDA version that the driver supports, or None.
        fault: what is wrong with a driver that is installed but does not answer.
    """

    digest: str
    cpu: str
    cores: int
    physical_cores: int | None
    memory_bytes: int
    os: str
    gpus: list[Gpu]
    driver: str | None
    cuda: str | None
    fault: str = ""


@functools.cache
def machine_summary() -> Machine:
    """The hardware of this machine."""
    cuda = gpus.probe()
    cpu, cores = _cpu_model(), _cores()
    physical_cores = _physical_cores()
    devices = [Gpu(name=each.name, memory_bytes=each.total, index=each.index) for each in cuda.devices]
    return Machine(
        digest=_identity(cpu, cores, physical_cores, [gpu.name for gpu in devices]),
        cpu=cpu,
        cores=cores,
        physical_cores=physical_cores,
        memory_bytes=host_bytes(),
        os=_system(),
        gpus=devices,
        driver=cuda.driver or None,
        cuda=".".join(map(str, cuda.cuda)) if cuda.cuda != (0, 0) else None,
        fault=cuda.fault,
    )


def _identity(cpu: str, cores: int, physical_cores: int | None, gpus: Sequence[str]) -> str:
    """A digest by which records of one machine are known: its hardware, and the number that its system gave it.

    The hardware is what this process may use of it: the same machine with half its cores is another machine. Memory
    counts as installed, to the nearest power of two: what the kernel calls the total is a little different after every
    update, and follows the balloon of a virtual machine.
    """
    memory = _installed_bytes()
    known = [cpu, cores, physical_cores, round(math.log2(memory)) if memory else None, *gpus, _system_identity()]
    return hashlib.sha256("\n".join(map(str, known)).encode()).hexdigest()[:16]


def _system_identity() -> str:
    """A digest of `/etc/machine-id`, which is not to be shown itself (machine-id(5)); empty where there is none."""
    with suppress(OSError):
        text = Path("/etc/machine-id").read_text(encoding="ascii", errors="replace").strip()
        if re.fullmatch("[0-9a-f]{32}", text):  # not so before a system's first start: "uninitialized"
            return hmac.new(bytes.fromhex(text), b"graphbench", "sha256").hexdigest()
    return ""


def _installed_bytes() -> int:
    """The machine's memory: by the blocks that the kernel manages where Linux tells, else its total."""
    import psutil

    folder = Path("/sys/devices/system/memory")
    with suppress(OSError, ValueError):
        block = int((folder / "block_size_bytes").read_text(encoding="ascii"), 16)
        if found := sum(1 for _ in folder.glob("memory[0-9]*")):
            return block * found
    return int(psutil.virtual_memory().total)


def capture(engine: Engine, used: Mapping[str, Any], command: str) -> Environment:
    """The environment as the measuring process sees it, once its engine has started.

    Args:
        engine: the engine.
        used: what it really uses (:meth:`Engine.used`): `threads`, perhaps `allocator`.
        command: what the user typed.
    """
    hardware = machine_summary()
    return Environment(
        machine=hardware.digest,
        cpu=hardware.cpu,
        cores=hardware.cores,
        threads=int(used.get("threads") or 1),
        memory_bytes=hardware.memory_bytes,
        os=hardware.os,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        graphbench=__version__,
        engine_version=engine.version(),
        libraries=libraries(engine),
        gpus=hardware.gpus,
        driver=hardware.driver,
        cuda=hardware.cuda,
        clocks=gpu_clocks() | gpu_neighbours() if engine.device == "gpu" else {},
        command=command,
        allocator=used.get("allocator"),
        load_average=load_average(),
    )


def libraries(engine: Engine) -> dict[str, str]:
    """Versions of what an engine's figures can depend on, by the name on PyPI."""
    names = [*LIBRARIES, *engine.distributions]
    if engine.device == "gpu":
        names += [f"{name}{suffix}" for name in RAPIDS for suffix in ("", "-cu12", "-cu13", "-cuda12x", "-cuda13x")]
    found = {}
    for name in dict.fromkeys(names):
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def load_average() -> float | None:
    """Runnable processes over the last minute; None where the system does not count them."""
    with suppress(OSError, AttributeError):
        return round(os.getloadavg()[0], 2)
    return None


def gpu_clocks() -> dict[str, Any]:
    """The GPU's clocks in MHz now and at most, its temperature in degrees Celsius, why it is throttled (0: it isn't).

    Of the first GPU that this process may use; a worker is shown one only.

    Through NVML, which creates no CUDA context; empty where it cannot tell.
    """
    if not gpus.probe().devices:
        return {}
    import pynvml

    questions = {
        "sm_mhz": lambda gpu: pynvml.nvmlDeviceGetClockInfo(gpu, pynvml.NVML_CLOCK_SM),
        "sm_max_mhz": lambda gpu: pynvml.nvmlDeviceGetMaxClockInfo(gpu, pynvml.NVML_CLOCK_SM),
        "memory_mhz": lambda gpu: pynvml.nvmlDeviceGetClockInfo(gpu, pynvml.NVML_CLOCK_MEM),
        "temperature_c": lambda gpu: pynvml.nvmlDeviceGetTemperature(gpu, pynvml.NVML_TEMPERATURE_GPU),
        "throttle_reasons": pynvml.nvmlDeviceGetCurrentClocksThrottleReasons,
    }
    answers: dict[str, Any] = {}
    with suppress(pynvml.NVMLError), gpus.nvml():
        gpu = gpus.handle()
        for name, ask in questions.items():
            with suppress(pynvml.NVMLError):  # a virtual GPU answers only some
                answers[name] = int(ask(gpu))
    return answers


def gpu_neighbours() -> dict[str, Any]:
    """How many other processes compute on the GPU that this process may use; empty where it cannot be told.

    What the measurement itself has started is none of them (:mod:`.neighbours`).
    """
    if not gpus.probe().devices:
        return {}
    import pynvml

    with suppress(pynvml.NVMLError), gpus.nvml():
        pids = {process.pid for process in pynvml.nvmlDeviceGetComputeRunningProcesses(gpus.handle())}
        return {"other_processes": strangers(pids, own_processes())}
    return {}


def _cpu_model() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in {"model name", "Model"} and value.strip():
                return " ".join(value.split())
    return platform.processor() or platform.machine() or "unknown"


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _physical_cores() -> int | None:
    import psutil

    with suppress(OSError, RuntimeError):
        return psutil.cpu_count(logical=False)
    return None


def _system() -> str:
    with suppress(OSError):
        name = platform.freedesktop_os_release().get("PRETTY_NAME")
        return f"{name}, {platform.system()} {platform.release()}" if name else platform.platform()
    return platform.platform()
