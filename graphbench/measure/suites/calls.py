"""Series and searches as Python calls: what `graphbench scale` and `graphbench capacity` do, without their progress."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from graphbench import registry
from graphbench.api import Result
from graphbench.graphs.clean import Dataset
from graphbench.measure.staleness import present
from graphbench.measure.suites import suite as definition
from graphbench.measure.suites import tasks
from graphbench.measure.suites.capacity import EDGE_FACTOR, MAX_TRIES, CapacitySearch
from graphbench.measure.suites.run import Run
from graphbench.measure.suites.series import SizeSeries, expand, usual_engines
from graphbench.measure.suites.tasks import StoredRecords
from graphbench.records.capacity import Capacity
from graphbench.records.store import Store
from graphbench.system.text import parse_bytes

Path = str | os.PathLike[str]


def scale(
    algorithm: str,
    series: str,
    *,
    engines: str | Sequence[str] | None = None,
    store: Path | None = None,
    **settings: Any,
) -> Result:
    """Measure one algorithm on a series of R-MAT graphs, from small to large, as far as an engine goes on.

    What has a current record in the store is not measured again.

    Args:
        algorithm: by name or alias.
        series: such as `rmat:scale=22..28,edgefactor=16`.
        engines: names; None: cugraph, and cugraph-mg if numbers of GPUs are given.
        store: the file of records; None: the one under `$GRAPHBENCH_HOME`.
        settings: fields of :class:`graphbench.measure.suites.suite.Suite`: `gpus=[1, 2, 4]`, `budget=5`, ...

    Raises:
        UsageError: unknown names, or values that make no sense.
        StoreError: the store cannot be written.
    """
    if engines is None:
        engines = usual_engines(multi_gpu=bool(settings.get("gpus")))
    names = [engines] if isinstance(engines, str) else list(engines)
    suite = _suite([algorithm], names, settings | {"datasets": expand(series)})
    records = list(Store(store).records())
    sizes = SizeSeries(suite=suite, load=_load, stored=StoredRecords(records, suite, present()), records=records)
    _drive(sizes.runs(), store)
    return Result(sizes.measured, baseline=suite.baseline)


def capacity(
    algorithms: str | Sequence[str],
    *,
    engine: str = "cugraph",
    device_memory: int | str | None = None,
    edgefactor: int = EDGE_FACTOR,
    by: str = "",
    tries: int = MAX_TRIES,
    store: Path | None = None,
    **settings: Any,
) -> list[Capacity]:
    """Find the largest R-MAT graph that each algorithm completes within a limit of memory.

    Args:
        algorithms: one or several, by name or alias.
        engine: by name.
        device_memory: that RMM may give: bytes, or a text such as `32GB`; None: all. Engines on the CPU are searched
            within `memory_limit` instead.
        edgefactor: edges drawn for each vertex while the scale is raised.
        by: who makes the graphs, `cugraph` or `numpy`; empty: as the engine's device suggests.
        tries: at most so many for each algorithm.
        store: the file of records, in which every try is kept; None: the one under `$GRAPHBENCH_HOME`.
        settings: fields of :class:`graphbench.measure.suites.suite.Suite`: `timeout=300`, `memory_limit="16GB"`, ...

    Returns:
        A result for each algorithm, with the records of the two sides of the boundary.

    Raises:
        UsageError: unknown names, or values that make no sense.
        StoreError: the store cannot be written.
    """
    records = list(Store(store).records())
    limit = None if device_memory is None else parse_bytes(device_memory)
    found = []
    for name in [algorithms] if isinstance(algorithms, str) else algorithms:
        suite = _suite([name], [engine], {"trials": 1, "device_memory_limit": limit} | settings)
        search = CapacitySearch(
            suite=suite, load=_load, records=records, factor=edgefactor, by=by, max_tries=tries
        )  # fmt: skip
        _drive(search.runs(), store)
        found.append(search.result)
    return found


def _suite(algorithms: list[str], engines: list[str], settings: dict[str, Any]) -> definition.Suite:
    base = definition.Suite(
        algorithms=[registry.algorithm(each).name for each in algorithms],
        engines=[registry.engine(each).name for each in engines],
        baseline=registry.engine(engines[0]).name,
    )
    suite = definition.merged(base, settings, where="")
    tasks.check(suite)
    return suite


def _drive(runs: Iterable[Run], store: Path | None) -> None:
    with Store(store) as keeper:
        for run in runs:
            for record in run.measure(_quietly):
                if run.stored.is_news(record):
                    keeper.keep(record)


def _load(name: str) -> Dataset:
    from graphbench import graphs

    return graphs.load(name)


def _quietly(_: object) -> None:
    """Tell nobody."""
