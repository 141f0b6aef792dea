"""The environment of a measurement, as the measuring process sees it: hardware, versions, clocks, other processes.

Nothing here raises: what is unknown is left out.
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from graphbench._version import __version__
from graphbench.engines.base import Engine
from graphbench.records.model import Environment, Gpu
from graphbench.system import gpus
from graphbench.system.distributions import owners
from graphbench.system.machine import machine_summary

LIBRARIES = ("numpy", "scipy", "networkx", "pandas", "pyarrow", "msgspec")
RAPIDS = ("cudf", "cugraph", "nx-cugraph", "pylibcugraph", "libcugraph", "rmm", "cupy", "dask-cuda", "libraft")
"""Names of their distributions end in the CUDA version: cudf-cu13, cupy-cuda13x."""
UVM_DEVICE = "/dev/nvidia-uvm"
"""A process with a CUDA context keeps it open; one that only uses NVML does not."""


def capture(engine: Engine, used: Mapping[str, Any], command: str, allowed: int = 1) -> Environment:
    """The environment as the measuring process sees it, once its engine has started.

    Args:
        engine: the engine.
        used: what it really uses (:meth:`Engine.used`): `threads`, perhaps `allocator`.
        command: what the user typed.
        allowed: how many CPU threads it was given: no engine may claim more.
    """
    hardware = machine_summary()
    return Environment(
        machine=hardware.digest,
        cpu=hardware.cpu,
        cores=hardware.cores,
        threads=min(int(used.get("threads") or 1), allowed)
        if engine.device == "cpu"
        else int(used.get("threads") or 1),
        memory_bytes=hardware.memory_bytes,
        os=hardware.os,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        graphbench=__version__,
        engine_version=engine.version(),
        libraries=libraries(engine),
        gpus=[Gpu(name=gpu.name, memory_bytes=gpu.total, index=gpu.index) for gpu in hardware.gpus],
        driver=hardware.driver,
        cuda=hardware.cuda,
        clocks=gpu_clocks() | count_other_processes() if engine.device == "gpu" else {},
        command=command,
        allocator=used.get("allocator"),
        load_average=load_average(),
        variables={name: value for name, value in os.environ.items() if name.startswith(("OMP_", "OPENBLAS_", "MKL_"))},
    )


def libraries(engine: Engine) -> dict[str, str]:
    """Versions of the packages that an engine's results can depend on, by their names on PyPI."""
    names = [*LIBRARIES, *engine.distributions, *(one.name for package in engine.packages for one in owners(package))]
    if engine.device == "gpu":
        names += [f"{name}{suffix}" for name in RAPIDS for suffix in ("", "-cu12", "-cu13", "-cuda12x", "-cuda13x")]
    found = {}
    for name in dict.fromkeys(names):
        if (version := _version(name)) is not None:
            found[name] = version
    return found


@functools.cache  # searching takes a millisecond, and tasks are many
def _version(distribution: str) -> str | None:
    with suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(distribution)
    return None


def load_average() -> float | None:
    """Runnable processes over the last minute; None where the system does not count them."""
    with suppress(OSError, AttributeError):
        return round(os.getloadavg()[0], 2)
    return None


def gpu_clocks() -> dict[str, Any]:
    """Current and highest clocks in MHz, temperature in degrees Celsius, throttle reasons (0: none).

    Of the first visible GPU, through NVML, which creates no CUDA context; empty if NVML does not answer.
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


def count_other_processes() -> dict[str, Any]:
    """How many processes compute on the first visible GPU that this measurement did not start; empty if unknown."""
    if not gpus.probe().devices:
        return {}
    import pynvml

    with suppress(pynvml.NVMLError), gpus.nvml():
        pids = {process.pid for process in pynvml.nvmlDeviceGetComputeRunningProcesses(gpus.handle())}
        return {"other_processes": foreign_processes(pids, own_processes())}
    return {}


def own_processes() -> set[int]:
    """Ids of the processes of this measurement: this one, its group, its children, its parent and that one's children.

    An engine for several GPUs computes in processes that it starts, and the parent may make graphs on the device.
    The parent counts only if this process leads a session, as a worker does (:mod:`.process`): any other process may
    have been started by a shell, whose other jobs do not belong to the measurement.
    """
    import psutil

    own = {os.getpid()}
    for pid in psutil.pids():
        with suppress(OSError):  # it has ended, or is another user's
            if os.getpgid(pid) == os.getpgrp():
                own.add(pid)
    starters = [psutil.Process()]
    with suppress(psutil.Error):
        if os.getsid(0) == os.getpid() and (parent := starters[0].parent()) is not None:
            starters.append(parent)
    for process in starters:
        own.add(process.pid)
        with suppress(psutil.Error):
            own.update(child.pid for child in process.children(recursive=True))
    return own


def foreign_processes(on_gpu: Collection[int], own: Collection[int]) -> int:
    """How many processes on a GPU are not our own.

    In a container NVML reports other process ids than those inside. Then our own are counted instead: those with a CUDA
    context on any GPU, and at least one.

    Args:
        on_gpu: the process ids that NVML reports.
        own: ids of our own processes.
    """
    others = set(on_gpu) - set(own)
    if len(others) < len(set(on_gpu)):
        return len(others)
    return max(len(others) - max(1, sum(map(has_cuda_context, own))), 0)


def has_cuda_context(pid: int) -> bool:
    """Whether a process has a CUDA context, as far as /proc shows."""
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                if str(link.readlink()) == UVM_DEVICE:
                    return True
    return False
