"""The hardware of this machine and its digest, found without importing an engine or creating a CUDA context.

Nothing here fails: what is unknown is left out.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import math
import os
import platform
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from graphbench.system import gpus
from graphbench.system.memory import host_bytes


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
    gpus: tuple[gpus.Device, ...]
    driver: str | None
    cuda: str | None
    fault: str = ""


@functools.cache
def machine_summary() -> Machine:
    """The hardware of this machine."""
    cuda = gpus.probe()
    cpu, cores = _cpu_model(), usable_cores()
    physical_cores = _physical_cores()
    return Machine(
        digest=_identity(cpu, cores, physical_cores, [gpu.name for gpu in cuda.devices]),
        cpu=cpu,
        cores=cores,
        physical_cores=physical_cores,
        memory_bytes=host_bytes(),
        os=_system(),
        gpus=cuda.devices,
        driver=cuda.driver or None,
        cuda=".".join(map(str, cuda.cuda)) if cuda.cuda != (0, 0) else None,
        fault=cuda.fault,
    )


def _identity(cpu: str, cores: int, physical_cores: int | None, gpu_names: Sequence[str]) -> str:
    """A digest that identifies the machine in its records, from its hardware and the id that its system gave it.

    Only the hardware that this process may use counts: the same machine with half its cores is another machine. Memory
    counts as installed, rounded to a power of two: the total that the kernel reports changes a little with every
    update and with a virtual machine's balloon.
    """
    memory = _installed_bytes()
    parts = [cpu, cores, physical_cores, round(math.log2(memory)) if memory else None, *gpu_names, _system_identity()]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


def _system_identity() -> str:
    """A digest of `/etc/machine-id`, which must not be shown itself (machine-id(5)); empty if the file is missing."""
    with suppress(OSError):
        text = Path("/etc/machine-id").read_text(encoding="ascii", errors="replace").strip()
        if re.fullmatch("[0-9a-f]{32}", text):  # not so before a system's first start: "uninitialized"
            return hmac.new(bytes.fromhex(text), b"graphbench", "sha256").hexdigest()
    return ""


def _installed_bytes() -> int:
    """The machine's memory: on Linux the blocks that the kernel manages, else the reported total."""
    import psutil

    folder = Path("/sys/devices/system/memory")
    with suppress(OSError, ValueError):
        block = int((folder / "block_size_bytes").read_text(encoding="ascii"), 16)
        if found := sum(1 for _ in folder.glob("memory[0-9]*")):
            return block * found
    return int(psutil.virtual_memory().total)


def _cpu_model() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in {"model name", "Model"} and value.strip():
                return " ".join(value.split())
    return platform.processor() or platform.machine() or "unknown"


@functools.cache
def sorts_slowly(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether `np.sort` takes five times as long as on other CPUs: on AMD's Zen 4, NumPy picks AVX-512 code.

    That code needs compressed stores, which are slow there: https://github.com/numpy/x86-simd-sort/issues/6. Of AMD's
    family 25, which is Zen 3 and Zen 4, only Zen 4 has AVX-512.
    """
    with suppress(OSError):
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
        return bool(re.search(r"(?m)^vendor_id\s*: AuthenticAMD\ncpu family\s*: 25$", text)) and " avx512f " in text
    return False


def usable_cores() -> int:
    """Logical cores that this process may use."""
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
