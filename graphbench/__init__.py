"""graphbench: how much faster is a graph library on your graph, are the answers the same, where does the time go?

>>> import graphbench as gb
>>> edges = gb.load("karate")
>>> result = gb.run("louvain", "karate", engines=["igraph", "networkx"])  # doctest: +SKIP

Names are imported when they are first used, so that `import graphbench` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphbench._version import __version__

if TYPE_CHECKING:
    from graphbench.advice.profile.block import profile
    from graphbench.api import Result, advise, capacity, load, report, run, scale
    from graphbench.errors import GraphbenchError
    from graphbench.graphs.edgelist import EdgeList
    from graphbench.records.comparison import Comparison, compare
    from graphbench.records.model import Record

_HOMES = {
    "Comparison": "graphbench.records.comparison",
    "EdgeList": "graphbench.graphs.edgelist",
    "GraphbenchError": "graphbench.errors",
    "Record": "graphbench.records.model",
    "Result": "graphbench.api",
    "advise": "graphbench.api",
    "capacity": "graphbench.api",
    "compare": "graphbench.records.comparison",
    "load": "graphbench.api",
    "profile": "graphbench.advice.profile.block",
    "report": "graphbench.api",
    "run": "graphbench.api",
    "scale": "graphbench.api",
}

__all__ = [
    "Comparison",
    "EdgeList",
    "GraphbenchError",
    "Record",
    "Result",
    "__version__",
    "advise",
    "capacity",
    "compare",
    "load",
    "profile",
    "report",
    "run",
    "scale",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'graphbench' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
