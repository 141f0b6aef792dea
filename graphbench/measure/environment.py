"""The environment of a measurement, as the measuring process sees it: hardware, versions, clocks, other processes.

Nothing here fails: what is unknown is left out.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from graphbench._version import __version__
from graphbench.engines.base import Engine
from graphbench.measure.gpu_processes import own_processes, strangers
from graphbench.records.model import Environment, Gpu
from graphbench.system import gpus
from graphbench.system.machine import machine_summary

LIBRARIES = ("numpy", "scipy", "networkx", "pandas", "pyarrow", "msgspec")
RAPIDS = ("cudf", "cugraph", "nx-cugraph", "pylibcugraph", "libcugraph", "rmm", "cupy", "dask-cuda", "libraft")
"""Their distributions carry the CUDA version in the name: cudf-cu13, cupy-cuda13x."""


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
        gpus=[Gpu(name=gpu.name, memory_bytes=gpu.total, index=gpu.index) for gpu in hardware.gpus],
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
