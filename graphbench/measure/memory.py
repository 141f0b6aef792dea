"""Peak host memory of this process, by task."""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def reset_host_peak() -> bool:
    """Start a new peak; False where the system cannot, and then peaks are those since the process began.

    Linux: writing 5 to `clear_refs` resets VmHWM to what is resident now (proc(5)).
    """
    with suppress(OSError):
        _CLEAR.write_bytes(b"5")
        return True
    return False


def host_peak_bytes() -> int:
    """Most memory resident at once since the last reset."""
    with suppress(OSError):
        for line in _STATUS.read_bytes().splitlines():
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def kills_for_want_of_memory() -> int | None:
    """How many processes the kernel has killed because memory ran out, since boot or in this container.

    None where it does not say. The parent compares it before and after a worker died of SIGKILL.
    """
    for counter in (Path("/sys/fs/cgroup/memory.events"), Path("/proc/vmstat")):
        with suppress(OSError):
            for line in counter.read_text(encoding="ascii").splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return None
