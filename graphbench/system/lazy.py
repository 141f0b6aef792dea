"""NumPy, imported when it is first used: listing names computes nothing, and importing NumPy takes most of its time.

Modules that define algorithms, engines and certificates write `from graphbench.system.lazy import np`. After its first
use an attribute is found as fast as in the module itself.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any


class _Lazy(ModuleType):
    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value


if TYPE_CHECKING:
    import numpy as np
else:
    np = _Lazy("numpy")

__all__ = ["np"]
