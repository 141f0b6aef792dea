"""A generator on a device that is not there: its arrays are the strict stand-in's, its draws NumPy's."""

import numpy as np
from device import DeviceArray

from graphbench.graphs.on_device import census, edges, load, recipe
from graphbench.graphs.on_device.recipe import Origin, Recipe


class Arrays:
    """The few functions of an array module that make an array of nothing."""

    def empty(self, size, dtype):
        return DeviceArray(np.full(size, 77, dtype=dtype))

    def zeros(self, size, dtype):
        return DeviceArray(np.zeros(size, dtype=dtype))

    def arange(self, size, dtype):
        return DeviceArray(np.arange(size, dtype=dtype))


class StandIn:
    """R-MAT by NumPy, with a memory of so many bytes."""

    def __init__(self, free=1 << 30, library="stand-in 1"):
        self.arrays = Arrays()
        self.free, self.library = free, library
        self.drawn = 0

    def origin(self):
        return Origin(library=self.library, device="none", multiprocessors=1)

    def draw(self, recipe, seed, count):
        self.drawn += count
        rng = np.random.default_rng(seed)
        ends = np.zeros((2, count), dtype=np.int64)
        for _ in range(recipe.scale):
            lower = rng.random(count) >= recipe.a + recipe.b
            right = rng.random(count) >= np.where(lower, 0.5, recipe.a / (recipe.a + recipe.b))
            ends = 2 * ends + np.stack([lower, right])
        src, dst = (ends * 0x9E3779B1 % (1 << recipe.scale)).astype(np.int32)  # an odd factor permutes
        return DeviceArray(src), DeviceArray(dst)

    def to_device(self, values):
        return DeviceArray(values)

    def to_host(self, values):
        return values._host.copy()

    def free_bytes(self):
        return self.free


def maker():
    """The stand-in of a process."""
    return StandIn()


def rmat(scale=9, edgefactor=8, *, seed=1, directed=False, by="cugraph"):
    """A recipe."""
    quadrants = {"a": 0.57, "b": 0.19, "c": 0.19}
    return Recipe(by=by, scale=scale, draws=edgefactor << scale, seed=seed, directed=directed, **quadrants)


def small_blocks(monkeypatch, size=1000):
    """Make a small graph in several blocks."""
    monkeypatch.setattr(recipe, "BLOCK", size)


def made_here(monkeypatch):
    """Have a stand-in make the edges of this process, and return it."""
    here = StandIn()
    monkeypatch.setattr(edges, "maker", lambda _: here)
    return here


def census_here(monkeypatch, maker):
    """Have the census taken in this process, by that maker; returns the commands as they come."""
    commands = []
    monkeypatch.setattr(census, "maker", lambda _: maker)

    def run(command, **_):
        commands.append(command)
        return type("Done", (), {"returncode": census.main(command[4:]), "stdout": "", "stderr": ""})

    monkeypatch.setattr(load.subprocess, "run", run)
    return commands
