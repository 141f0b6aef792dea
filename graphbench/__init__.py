"""How much faster is a graph library than another on your graph, are the answers the same, where does the time go?

::

    load             the cleaned edges of a graph, for any library
    run              measure one algorithm on one or several graphs, on several engines
    suite            measure many algorithms on many graphs, in any number of sessions
    scale            measure one algorithm on graphs of growing size
    capacity         the largest graph that fits into memory
    advise           would a GPU pay off for a graph? An estimate, without a GPU
    profile          what NetworkX takes of a block of code, function by function
    records          what was measured before
    compare          what became faster between two measurements, and what slower
    history          the time of each task from record to record, with change points
    report           write a page with charts from records

    Result           what `run`, `suite`, `scale` and `records` return: a table, a frame, charts, answers
    Record           everything that one task produced
    Comparison       one engine against another: a ratio, its interval, a verdict
    EdgeList         what `load` returns
    Capacity         what `capacity` returns for each algorithm
    Advice           what `advise` returns
    Change           what `compare` returns for each task
    Line             what `history` returns for each task on a machine

    GraphbenchError  the root of all errors
    UsageError       the request is wrong: a bad value, options that exclude each other
    UnknownNameError no such algorithm, engine or graph; a `UsageError`
    DatasetError     the graph is wrong or cannot be had
    StoreError       records cannot be read or written

>>> import graphbench as gb
>>> result = gb.run("louvain", "karate", engines=["igraph", "networkx"])  # doctest: +SKIP
>>> result.to_pandas()  # doctest: +SKIP

Names are imported when they are first used, so that `import graphbench` stays light.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from graphbench._version import __version__

if TYPE_CHECKING:
    from graphbench.advice.answer import Advice
    from graphbench.advice.profile.block import profile
    from graphbench.api import (
        Result,
        advise,
        capacity,
        compare,
        history,
        load,
        records,
        report,
        run,
        scale,
        suite,
    )
    from graphbench.errors import DatasetError, GraphbenchError, StoreError, UnknownNameError, UsageError
    from graphbench.graphs.edgelist import EdgeList
    from graphbench.records.capacity import Capacity
    from graphbench.records.comparison import Comparison
    from graphbench.records.history import Line
    from graphbench.records.model import Record
    from graphbench.records.regression import Change

_HOMES = {
    "Advice": "graphbench.advice.answer",
    "Capacity": "graphbench.records.capacity",
    "Change": "graphbench.records.regression",
    "Comparison": "graphbench.records.comparison",
    "DatasetError": "graphbench.errors",
    "EdgeList": "graphbench.graphs.edgelist",
    "GraphbenchError": "graphbench.errors",
    "Line": "graphbench.records.history",
    "Record": "graphbench.records.model",
    "StoreError": "graphbench.errors",
    "UnknownNameError": "graphbench.errors",
    "UsageError": "graphbench.errors",
    "profile": "graphbench.advice.profile.block",
}
"""Where public names are that are not in :mod:`graphbench.api`."""

__all__ = [
    "Advice",
    "Capacity",
    "Change",
    "Comparison",
    "DatasetError",
    "EdgeList",
    "GraphbenchError",
    "Line",
    "Record",
    "Result",
    "StoreError",
    "UnknownNameError",
    "UsageError",
    "__version__",
    "advise",
    "capacity",
    "compare",
    "history",
    "load",
    "profile",
    "records",
    "report",
    "run",
    "scale",
    "suite",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'graphbench' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "graphbench.api")), name)


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """This package: importing its folder `records` would hide the function of that name."""

    @property
    def records(self) -> object:
        """The function."""
        return __getattr__("records")

    @records.setter
    def records(self, folder: ModuleType) -> None:
        """Python sets the folder here when it is first imported; `sys.modules` has it as well."""


sys.modules[__name__].__class__ = _Package
