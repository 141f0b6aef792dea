"""Memory: the peak of this process per task, what a worker holds now, and what is free."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from graphbench.system import gpus
from graphbench.system.text import words_of

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_CGROUP = Path("/sys/fs/cgroup")
_OUT_OF_MEMORY = (
    "out_of_memory", "out of memory", "bad_alloc", "outofmemory", "memoryallocation", "maximum pool size",
)  # fmt: skip
"""What the names and messages of such exceptions contain, in lower case."""

WATCH_S = 0.05
"""Seconds between two looks at a worker with a limit; a look takes 20 microseconds of the parent's time."""
_FAMILY = 20
"""A search for its children costs more, and is made once in so many looks."""


def reset_host_peak() -> bool:
    """Start a new peak; False if the system cannot, and then peaks count from the start of the process.

    Linux: writing 5 to `clear_refs` resets VmHWM to what is resident now (proc(5)).
    """
    with suppress(OSError):
        _CLEAR.write_bytes(b"5")
        return True
    return False


def host_peak_bytes() -> int:
    """Peak resident memory since the last reset."""
    with suppress(OSError):
        for line in _STATUS.read_bytes().splitlines():
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def oom_kill_count() -> int | None:
    """How many processes the kernel has killed out of memory, since boot or in this container; None if unknown.

    The parent compares it before and after a worker died of SIGKILL.
    """
    for counter in (Path("/sys/fs/cgroup/memory.events"), Path("/proc/vmstat")):
        with suppress(OSError):
            for line in counter.read_text(encoding="ascii").splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return None


class Watch:
    """Compares the memory of a process and its children with a limit.

    Resident memory is watched from outside, because a limit on the address space (`RLIMIT_AS`) does not work with CUDA,
    which reserves terabytes of addresses that it never fills. A burst between two looks may exceed the limit.

    Args:
        pid: of the process.
        limit: bytes.
    """

    def __init__(self, pid: int, limit: int) -> None:
        self._pid, self._limit = pid, limit
        self._children: list[int] = []
        self._looks = 0

    def over(self) -> int:
        """Bytes held, if they are more than the limit; else 0."""
        if self._looks % _FAMILY == 0:
            self._children = _children(self._pid)
        self._looks += 1
        held = sum(_resident(pid) for pid in (self._pid, *self._children))
        return held if held > self._limit else 0


def _children(pid: int) -> list[int]:
    import psutil

    with suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    return []


def _resident(pid: int) -> int:
    """Resident bytes of a process, shared libraries included; 0 if it has gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import psutil

    with suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return 0


def host_bytes() -> int:
    """All memory that a process can use: the machine's, or the container's limit."""
    import psutil

    return min([int(psutil.virtual_memory().total), *_of_container()])


def _of_container() -> Iterator[int]:
    """The limit of the control group (version 2, then 1), if it has one."""
    for limit in ("memory.max", "memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):  # "max": no limit
            yield int((_CGROUP / limit).read_text(encoding="ascii"))
            return


def free_host_bytes() -> int:
    """Memory that a process can still use: of the machine, and of the container if it has a limit."""
    import psutil

    return min([int(psutil.virtual_memory().available), *_free_in_container()])


def _free_in_container() -> Iterator[int]:
    """What is free in the control group (version 2, then 1); file caches count as free, as the kernel drops them."""
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        with suppress(OSError, ValueError):  # "max": no limit
            most, now = (int((_CGROUP / name).read_text(encoding="ascii")) for name in (limit, used))
            statistics = (_CGROUP / used).with_name("memory.stat").read_text(encoding="ascii").splitlines()
            cached = sum(
                int(line.split()[1]) for line in statistics if line.startswith(("inactive_file ", "active_file "))
            )
            yield most - now + cached
            return


def free_device_bytes(device: int) -> int | None:
    """Free memory of a GPU, through NVML and without a CUDA context; None where it is unknown.

    Args:
        device: the user's `--device`, counted among those visible.
    """
    if not gpus.probe().devices:
        return None
    import pynvml

    with suppress(pynvml.NVMLError), gpus.nvml():
        return int(pynvml.nvmlDeviceGetMemoryInfo(gpus.handle(device)).free)
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out: Python's own, or one of C++, RMM, cuDF, CuPy or libcugraph."""
    text = f"{type(error).__name__}: {words_of(error)}".lower()
    return isinstance(error, MemoryError) or any(sign in text for sign in _OUT_OF_MEMORY)
