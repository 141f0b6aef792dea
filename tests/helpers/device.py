"""A stand-in device: arrays that never mix with the host's (like CuPy's), and an R-MAT generator that makes them."""

import numpy as np

from graphbench.graphs.on_device import census, edges, recipe
from graphbench.graphs.on_device.recipe import Origin, Recipe


class DeviceArray(np.lib.mixins.NDArrayOperatorsMixin):
    """Refuses every mixture with a host array, every silent copy to the host, and formatting."""

    def __init__(self, host):
        self._host = np.asarray(host)
        self.shape, self.dtype, self.size = self._host.shape, self._host.dtype, self._host.size

    def __array__(self, *_, **__):
        raise TypeError("a device array is not silently copied to the host")

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return _up(getattr(ufunc, method)(*_down(inputs), **_down(options)))

    def __array_function__(self, function, types, inputs, options):
        return _up(function(*_down(inputs), **_down(options)))

    def __getitem__(self, key):
        return _up(self._host[_down(key)])

    def __setitem__(self, key, value):
        self._host[_down(key)] = _down(value)

    def __len__(self):
        return len(self._host)

    def __bool__(self):
        return bool(self._host)

    def __int__(self):
        return int(self._host)

    def __float__(self):
        return float(self._host)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        method = getattr(self._host, name)  # sum, min, any, astype, ...
        return lambda *inputs, **options: _up(method(*_down(inputs), **_down(options)))


def _down(value):
    if isinstance(value, DeviceArray):
        return value._host
    if isinstance(value, np.ndarray):
        raise TypeError("an array of the host meets one of the device")
    if isinstance(value, tuple | list):
        return type(value)(map(_down, value))
    return {key: _down(each) for key, each in value.items()} if isinstance(value, dict) else value


def _up(value):
    if isinstance(value, tuple):
        return tuple(map(_up, value))
    return DeviceArray(value) if isinstance(value, np.ndarray | np.generic) else value


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
    monkeypatch.setattr(edges, "generator", lambda _: here)
    return here


def census_here(monkeypatch, generator):
    """Have the census taken in this process, by that generator; returns the commands as they come."""
    commands = []
    monkeypatch.setattr(census, "generator", lambda _: generator)

    def run(command, **_):
        commands.append(command)
        return type("Done", (), {"returncode": census.main(command[4:]), "stdout": "", "stderr": ""})

    monkeypatch.setattr(census.subprocess, "run", run)
    return commands
