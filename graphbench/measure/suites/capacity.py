"""The largest R-MAT graph that completes: a search of :mod:`.search`, each try an ordinary record.

A try is a suite of one task on one graph. Its record carries the key of the search, so a search that was stopped
resumes from the store and repeats nothing. Predictions only choose the sizes: they skip no try, since the boundary
is to be measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from graphbench import registry
from graphbench.engines.base import Engine
from graphbench.errors import DatasetError, UsageError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.generators import spec
from graphbench.graphs.on_device.recipe import MAX_SCALE
from graphbench.measure.staleness import present
from graphbench.measure.suites.run import Run, past
from graphbench.measure.suites.search import Search, State, Try, state
from graphbench.measure.suites.suite import Suite, merged
from graphbench.measure.suites.tasks import Graph, StoredRecords, check, task_of
from graphbench.records.capacity import (
    MIN_SCALE,
    Capacity,
    Size,
    generator_of,
    host_out_of_memory,
    peak_bytes,
    size_of,
    summarize,
)
from graphbench.records.model import Outcome, Record, SearchKey, Task
from graphbench.system.memory import free_device_bytes, host_bytes
from graphbench.system.text import count, format_bytes

EDGE_FACTOR = 16
"""Edges drawn for each vertex, as in Graph500."""
MAX_TRIES = 16
_MIN_DRAWS = 100_000
"""On smaller graphs the memory of the libraries hides that of the edges."""


def generator_for(engine: Engine) -> str:
    """The default generator: cuGraph for engines on a GPU, NumPy for others."""
    return "cugraph" if engine.device == "gpu" else "numpy"


def limit_of(suite: Suite, engine: Engine) -> int:
    """Bytes of memory that are searched: as given, else all that the device has free.

    Raises:
        UsageError: for a CPU engine without a limit, since filling the machine would harm everything else on it, and
            for a limit above the installed memory, where the system would kill the worker first.
    """
    if engine.device != "gpu":
        if suite.memory_limit is None:
            raise UsageError(
                f"{engine.name} computes in host memory and has no limit: filling all memory would harm everything "
                "else that runs here. Pass a limit, such as --memory-limit 4GB."
            )
        if suite.memory_limit > (installed := host_bytes()):
            raise UsageError(
                f"--memory-limit {format_bytes(suite.memory_limit)} is more than the {format_bytes(installed)} of "
                "memory of this machine, so the search would never reach it. Pass less, such as --memory-limit "
                f"{max(installed // 2 >> 30, 1)}GB."
            )
        return suite.memory_limit
    return suite.device_memory_limit or free_device_bytes(suite.device) or 0


def suite_of(algorithm: str, engine: str, given: Mapping[str, Any], where: str = "") -> Suite:
    """The suite of a search: one warm trial on each graph, unless more are given.

    Raises:
        UsageError: unknown names, or values of a wrong type or out of range.
    """
    name, solver = registry.algorithm(algorithm).name, registry.engine(engine).name
    suite = Suite(name=f"capacity {name}", algorithms=[name], engines=[solver], baseline=solver, trials=1)
    suite = merged(suite, given, where)
    check(suite)
    return suite


@dataclass(kw_only=True)
class CapacitySearch:
    """One search: of one algorithm with one engine.

    Attributes:
        suite: one algorithm, one engine, and how to measure; without a dataset.
        load: makes a graph.
        records: of the store; those with the key of this search are its tries so far, all are read for predictions.
        like: other records, maybe of other machines, that say how much memory the edges take: where to begin.
        since: tries that were measured before do not count.
        factor: the edge factor while the scale is raised.
        by: the generator; empty: as the engine's device suggests.
        max_tries: of this session.
        command: what the user typed.
    """

    suite: Suite
    load: Callable[[str], Dataset]
    records: list[Record]
    like: Sequence[Record] = ()
    since: datetime | None = None
    factor: int = EDGE_FACTOR
    by: str = ""
    max_tries: int = MAX_TRIES
    command: str = ""
    _tried: dict[Size, Record] = field(default_factory=dict)
    _unmade: dict[Size, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (algorithm,), (engine,) = self.suite.algorithms, self.suite.engines
        self.algorithm, self.engine = registry.algorithm(algorithm), registry.engine(engine)
        self.by = self.by or generator_for(self.engine)
        self.limit = limit_of(self.suite, self.engine)
        given = self.suite.device_memory_limit if self.engine.device == "gpu" else self.suite.memory_limit
        self.key = SearchKey(limit_bytes=given, edge_factor=self.factor)
        self.search = Search(
            factor=self.factor,
            limit_bytes=self.limit,
            bytes_by_draw=self._known_rate(),
            highest=MAX_SCALE if self.by != "numpy" else 40,
        )
        own = [record for record in self.records if record.search == self.key]
        self._stored = StoredRecords(own, self.suite, present(), self.since)
        for name in dict.fromkeys(record.task.dataset for record in own):
            size, record = size_of(name), self._current(name)
            if size is not None and record is not None and self.name(size) == name:
                self._tried[size] = record

    def name(self, size: Size) -> str:
        """The name of the graph of a size."""
        text = f"rmat:scale={size.scale},edgefactor={size.factor},by={self.by},seed=1"
        return str(spec.parse(text))

    def runs(self) -> Iterator[Run]:
        """A run for each try, to be measured before the next is asked for.

        If a graph cannot be generated, the search continues with smaller ones.
        """
        known, made = past(self.records), 0
        while made < self.max_tries and (size := self.state.following) is not None:
            name = self.name(size)
            try:
                dataset = self.load(name)
            except DatasetError as error:
                self._unmade[size] = str(error)
                continue
            made += 1
            suite = msgspec.structs.replace(self.suite, datasets=[name], predict=False, skip=False)
            run = Run(
                suite=suite, graphs=[Graph.loaded(dataset)], missing={}, stored=self._stored, past=known,
                command=self.command, search=self.key,
            )  # fmt: skip
            yield run
            (self._tried[size],) = run.records.values()
            self.records.append(self._tried[size])

    @property
    def state(self) -> State:
        """How far the search is."""
        tries = [Try(size, _outcome(record), peak_bytes(record)) for size, record in self._tried.items()]
        return state(self.search, [*tries, *(Try(size, Outcome.UNAVAILABLE) for size in self._unmade)])

    @property
    def wrong(self) -> bool:
        """Whether an answer was wrong."""
        return any(record.outcome is Outcome.INVALID for record in self._tried.values())

    @property
    def result(self) -> Capacity:
        """What was found so far."""
        found = summarize(
            self._tried.values(),
            algorithm=self.algorithm.name,
            engine=self.engine.name,
            gpu=self.engine.device == "gpu",
            limit_bytes=self.limit,
            limited=self.key.limit_bytes is not None,
        )
        now = self.state
        if now.following is not None:
            end = f"stopped after {count(found.tries, 'try')}; {found.end} (--tries N continues)"
        elif now.end == "no larger graph":
            end = f"the generator makes no graph larger than scale {self.search.highest}: memory is left"
        elif now.failed is not None and now.failed.size in self._unmade:
            end = (
                f"the generator was the limit, and not {self.engine.name}: {self.name(now.failed.size)} cannot be "
                f"made here. {self._unmade[now.failed.size]}"
            )
        else:
            return found
        return msgspec.structs.replace(found, end=end)

    def _task(self, name: str) -> Task:
        """The task on the graph of that name."""
        return task_of(self.suite, self.algorithm, Graph(name=name), self.engine, self.suite.variants()[0])

    def _current(self, name: str) -> Record | None:
        """The current record of the task on a graph, as the generator makes it now."""
        task = self._task(name)
        record = self._stored.reusable(task.key, None)
        return None if record is None or record.outcome is Outcome.UNSUPPORTED else record

    def _known_rate(self) -> float | None:
        """Bytes of a draw in the nearest records, whatever their limit and machine were.

        Those of the same problem and engine are nearest, then those of another engine on the same kind of device, then
        those of another problem; of equally near ones, that of the largest graph counts.
        """
        known = [
            (self._nearness(record), size.draws, taken / size.draws)
            for record in (*self.like, *self.records)
            if record.outcome is Outcome.OK
            and record.device == self.engine.device
            and (size := size_of(record.task.dataset)) is not None
            and size.draws >= _MIN_DRAWS
            and (taken := peak_bytes(record))
        ]
        return max(known)[-1] if known else None

    def _nearness(self, record: Record) -> tuple[bool, bool, bool, bool]:
        wanted, task = self._task(self.name(Size(MIN_SCALE, self.factor))), record.task
        return (
            task.params.get("gpus", 1) == wanted.params.get("gpus", 1),
            task.algorithm == wanted.algorithm,
            task.engine == wanted.engine,
            generator_of(task.dataset) == generator_of(wanted.dataset),
        )


def _outcome(record: Record) -> Outcome:
    """How a try ended: on a GPU engine, running out of host memory does not count as out of memory."""
    return Outcome.ERROR if host_out_of_memory(record) else record.outcome
