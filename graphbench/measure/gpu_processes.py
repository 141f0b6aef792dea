"""Which processes are this measurement's own: those of the worker's group, who started it, and what else they started.

An engine for several GPUs computes in processes that it starts, and graphs are drawn on a device by who asked for the
measurement. On a GPU these are no strangers, though each of them has a context there.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

COMPUTES = "/dev/nvidia-uvm"
"""What a process with a CUDA context has open; one that only asks NVML has not."""


def own_processes() -> set[int]:
    """The ids of this process, of its group, and of all that its parent has started, the parent included.

    The parent counts only for the leader of a session, which a worker is (:mod:`.process`): the parent of any other
    process may be a shell, whose other jobs are nobody's own.
    """
    import psutil

    own = {os.getpid()}
    for pid in psutil.pids():
        with suppress(OSError):  # it has ended meanwhile, or is another user's
            if os.getpgid(pid) == os.getpgrp():
                own.add(pid)
    started = [psutil.Process()]
    with suppress(psutil.Error):
        if os.getsid(0) == os.getpid() and (parent := started[0].parent()) is not None:
            started.append(parent)
    for each in started:
        own.add(each.pid)
        with suppress(psutil.Error):
            own.update(child.pid for child in each.children(recursive=True))
    return own


def strangers(on_gpu: Collection[int], own: Collection[int]) -> int:
    """How many processes on a GPU are not ours.

    In a container NVML shows other process ids than the processes have there. Then as many of those shown are taken to
    be ours as have a CUDA context, on whatever GPU, and one at least.

    Args:
        on_gpu: the process ids that NVML shows.
        own: those of ours.
    """
    others = set(on_gpu) - set(own)
    if len(others) < len(set(on_gpu)):
        return len(others)
    return max(len(others) - max(1, sum(map(computes, own))), 0)


def computes(pid: int) -> bool:
    """Whether a process has a CUDA context, as far as the system tells."""
    found = False
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                found = found or str(link.readlink()) == COMPUTES
    return found
