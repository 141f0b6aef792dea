"""How many bytes a copy moves per second, and how large the last cache is: measured once per machine and device.

`python -m graphbench.system.bandwidth cpu` (or `gpu INDEX`) prints it as JSON. It runs in a process of its own, so that
neither its memory nor a CUDA context is part of any measurement.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from graphbench.system.files import home, log
from graphbench.system.machine import machine_summary, usable_cores
from graphbench.system.memory import free_host_bytes

_COPIES = 5
_MIN_COPIED, _MAX_COPIED = 1 << 27, 1 << 30
_LIMIT_S = 120.0


class Bandwidth(msgspec.Struct, frozen=True):
    """Of the memory of one device."""

    copy_bytes_s: float
    """Bytes read and written per second by the fastest of several copies, on all cores that may be used."""
    cache_bytes: int | None = None
    """The last-level cache; None if unknown."""


def measured(device: str, index: int = 0) -> Bandwidth | None:
    """That of this machine's `cpu`, or of the `gpu` of that index; None if it cannot be measured.

    It is kept in `bandwidth.json` in the home folder.
    """
    path = home() / "bandwidth.json"
    key = f"{machine_summary().digest} {device} {index} {usable_cores()} cores"
    known: dict[str, Bandwidth] = {}
    with suppress(OSError, msgspec.MsgspecError):
        known = msgspec.json.decode(path.read_bytes(), type=dict[str, Bandwidth])
    if key not in known:
        try:
            ran = subprocess.run(
                [sys.executable, "-P", "-m", __spec__.name, device, str(index)],
                capture_output=True,
                check=True,
                timeout=_LIMIT_S,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            known[key] = msgspec.json.decode(ran.stdout, type=Bandwidth)
        except (OSError, subprocess.SubprocessError, msgspec.MsgspecError) as error:
            log(f"The memory bandwidth of {device} {index} was not measured: {error}")
            return None
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        with suppress(OSError):  # measured again next time
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(msgspec.json.encode(known))
            part.replace(path)
    return known[key]


def _of_host() -> Bandwidth:
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    cache, cores = _host_cache(), usable_cores()
    words = min(max(_MIN_COPIED, 2 * (cache or 0)), _MAX_COPIED, free_host_bytes() // 8) // 8
    source, target = np.zeros(words), np.zeros(words)
    parts = list(zip(np.array_split(source, cores), np.array_split(target, cores), strict=True))
    with ThreadPoolExecutor(cores) as pool:
        return Bandwidth(_fastest(lambda: [*pool.map(lambda part: np.copyto(part[1], part[0]), parts)], words), cache)


def _of_gpu(index: int) -> Bandwidth:
    import cupy

    with cupy.cuda.Device(index) as device:
        words = min(1 << 27, device.mem_info[0] // 32)
        source, target = cupy.zeros(words, dtype="int64"), cupy.zeros(words, dtype="int64")

        def copy() -> None:
            cupy.copyto(target, source)
            device.synchronize()

        return Bandwidth(_fastest(copy, words), int(device.attributes["L2CacheSize"]))


def _fastest(copy: Callable[[], Any], words: int) -> float:
    """Bytes per second, each word of 8 bytes read once and written once; the first copy is not timed."""
    seconds = []
    for _ in range(_COPIES + 1):
        started = time.perf_counter()
        copy()
        seconds.append(time.perf_counter() - started)
    return 16 * words / min(seconds[1:])


def _host_cache() -> int | None:
    """Bytes of all last-level caches of the machine."""
    levels: dict[int, dict[str, int]] = {}
    for folder in Path("/sys/devices/system/cpu").glob("cpu[0-9]*/cache/index*"):
        with suppress(OSError, ValueError):
            texts = {name: (folder / name).read_text().strip() for name in ("level", "type", "size", "shared_cpu_list")}
            if texts["type"] != "Instruction" and (size := re.fullmatch(r"(\d+)K", texts["size"])):
                levels.setdefault(int(texts["level"]), {})[texts["shared_cpu_list"]] = int(size[1]) << 10
    return sum(levels[max(levels)].values()) if levels else None


if __name__ == "__main__":
    found = _of_host() if sys.argv[1] == "cpu" else _of_gpu(int(sys.argv[2]))
    print(json.dumps(msgspec.to_builtins(found)))
