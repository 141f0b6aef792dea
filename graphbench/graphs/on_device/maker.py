"""Who draws edges on a device, and the arrays that they come in."""

from __future__ import annotations

import functools
import importlib
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from graphbench.graphs.on_device.recipe import Origin, Recipe

MAKERS = {"cugraph": "graphbench.graphs.on_device.by_cugraph"}
"""Modules with a function `maker()`, by what a recipe calls them."""


class Maker(Protocol):
    """A generator on a device.

    Attributes:
        arrays: the module of its arrays, CuPy or another that NumPy's protocols lead to.
    """

    arrays: Any

    def __hash__(self) -> int:
        """Of the object: there is one in a process."""

    def origin(self) -> Origin:
        """Who it is."""

    def draw(self, recipe: Recipe, seed: int, count: int) -> tuple[Any, Any]:
        """Sources and destinations of `count` draws, shape (count,), int32."""

    def to_device(self, values: npt.NDArray[Any]) -> Any:
        """A copy on the device."""

    def to_host(self, values: Any) -> npt.NDArray[Any]:
        """A copy on the host."""

    def free_bytes(self) -> int:
        """Device memory that can be had, by a cautious estimate."""


@functools.cache
def maker(by: str) -> Maker:
    """The generator that a recipe names, one for this process.

    Raises:
        UnavailableError: if its library or its device is not there.
    """
    module = importlib.import_module(MAKERS[by])
    made: Maker = module.maker()
    return made


def id_type(num_entries: int) -> type[np.signedinteger[Any]]:
    """Type of the ids in frames for cuGraph: it takes 32-bit ids only where the entries can be counted in 31 bits."""
    return np.int32 if num_entries <= np.iinfo(np.int32).max else np.int64
