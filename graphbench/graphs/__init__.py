"""From a name to an edge list: catalogue, download, readers, cleaning, cache.

Public functions are imported on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphbench.graphs.catalogue import Description
    from graphbench.graphs.clean import Dataset, Raw
    from graphbench.graphs.description import describe, generated_names, names, twin_names
    from graphbench.graphs.fetching import fetch
    from graphbench.graphs.from_objects import from_object
    from graphbench.graphs.loading import load

_HOMES = {
    "Dataset": "clean",
    "Raw": "clean",
    "Description": "catalogue",
    "describe": "description",
    "generated_names": "description",
    "names": "description",
    "twin_names": "description",
    "fetch": "fetching",
    "load": "loading",
    "from_object": "from_objects",
}

__all__ = [
    "Dataset",
    "Description",
    "Raw",
    "describe",
    "fetch",
    "from_object",
    "generated_names",
    "load",
    "names",
    "twin_names",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
