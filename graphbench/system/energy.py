"""Counters of energy: NVML's of each GPU, and those of the processor packages (RAPL) where they may be read.

NVML counts since the driver was loaded, on GPUs since Volta. Linux lets only root read RAPL by default.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from graphbench.system import gpus

POWERCAP = Path("/sys/class/powercap")
"""Where Linux has RAPL's counters: a folder for each package, in it those of its parts."""


class Meter:
    """The energy since it was made.

    Args:
        devices: the GPUs that are meant, counted among the visible ones; empty: none.
    """

    def __init__(self, devices: Iterable[int] = ()) -> None:
        self._devices = list(devices)
        self._packages = _packages()
        self._gpus = _gpu_joules(self._devices)

    def gpu_joules(self) -> float | None:
        """Of the GPUs together; None where one does not answer."""
        now = _gpu_joules(self._devices)
        return None if now is None or self._gpus is None else now - self._gpus

    def cpu_joules(self) -> float | None:
        """Of all processor packages together; None where they cannot be read."""
        now = _packages()
        if not now or now.keys() != self._packages.keys():
            return None
        return sum((count - self._packages[path][0]) % (most + 1) for path, (count, most) in now.items()) / 1e6


def _gpu_joules(devices: list[int]) -> float | None:
    if not devices or not gpus.probe().devices:
        return None
    import pynvml

    with suppress(pynvml.NVMLError, IndexError), gpus.nvml():
        return sum(float(pynvml.nvmlDeviceGetTotalEnergyConsumption(gpus.handle(each))) for each in devices) / 1e3
    return None


def _packages() -> dict[Path, tuple[int, int]]:
    """By package: its counter in microjoules, and where that starts again at 0; empty if one cannot be read."""
    found = {}
    try:
        for folder in POWERCAP.glob("intel-rapl:[0-9]"):
            found[folder] = (_number(folder / "energy_uj"), _number(folder / "max_energy_range_uj"))
    except (OSError, ValueError):
        return {}
    return found


def _number(path: Path) -> int:
    return int(path.read_text(encoding="ascii"))
