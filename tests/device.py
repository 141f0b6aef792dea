"""A stand-in for arrays on a device: like CuPy's, they go through NumPy's protocols and never meet one of the host."""

import numpy as np


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
