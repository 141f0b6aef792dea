"""The largest R-MAT graph that completes: a search of :mod:`.search` whose every try is an ordinary record.

A try is a suite of one task on one graph, so a search that was stopped goes on from the store and repeats nothing.
Predictions only choose the sizes: no try is passed over because of them, since the boundary is to be measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from graphbench import registry
from graphbench.engines.base import Engine
from graphbench.errors import DatasetError, UsageError
from graphbench.graphs.base import Dataset
from graphbench.graphs.generators import spec
from graphbench.graphs.on_device.recipe import MAX_SCALE
from graphbench.measure.suites.run import Run, past
from graphbench.measure.suites.search import Search, State, Try, state
from graphbench.measure.suites.suite import Suite
from graphbench.measure.suites.tasks import Graph, StoredRecords, task_of, variants
from graphbench.records.capacity import (
    FOUND,
    Capacity,
    Size,
    failure,
    host_out_of_memory,
    lies_between,
    own,
    peak,
    size_of,
)
from graphbench.records.model import Outcome, Record
from graphbench.system import text as sizes
from graphbench.system.memory import free_device_bytes, host_bytes
from graphbench.system.text import count

FACTOR = 16
"""Of Graph500: edges drawn for each vertex."""
TRIES = 16
_ENOUGH_EDGES = 100_000
"""Records of smaller graphs tell nothing of what an edge takes."""


def by_of(engine: Engine) -> str:
    """Who makes the graphs, unless somebody is named: cuGraph for engines on a GPU, NumPy for others."""
    return "cugraph" if engine.device == "gpu" else "numpy"


def limit_of(suite: Suite, engine: Engine) -> int:
    """The memory that a search is about: as given, else all that the device has free.

    Raises:
        UsageError: for an engine on the CPU without a limit: filling the whole machine would harm everybody on it; nor
            may the limit be more than there is, since the search would end where the system kills, and not there.
    """
    if engine.device != "gpu":
        if suite.memory_limit is None:
            raise UsageError(
                f"{engine.name} computes in the host's memory, and filling all of it would harm whatever else runs "
                "here: say how much it may hold, such as --memory-limit 4GB."
            )
        if suite.memory_limit > (there := host_bytes()):
            raise UsageError(
                f"A limit of {sizes.text(suite.memory_limit)} is more than the {sizes.text(there)} of memory that this "
                f"machine has, so the search would never meet it: give less, such as --memory-limit "
                f"{max(there // 2 >> 30, 1)}GB, which leaves room for whatever else runs here."
            )
        return suite.memory_limit
    return suite.device_memory_limit or free_device_bytes(suite.device) or 0


def within(records: Iterable[Record], suite: Suite) -> list[Record]:
    """The records that count under the suite's limit of host memory.

    What completed with more than that would not complete now. A limit of device memory is a parameter of the task, so
    records under another one are those of another task.
    """
    limit = suite.memory_limit
    return [
        record
        for record in records
        if limit is None or record.outcome is not Outcome.OK or (record.memory.host_peak_bytes or 0) <= limit
    ]


@dataclass(kw_only=True)
class Hunt:
    """One search: of one algorithm with one engine.

    Attributes:
        suite: one algorithm, one engine, and how to measure; without a dataset.
        load: makes a graph.
        stored: records of earlier runs.
        records: of the store, for predictions.
        factor: the edge factor while the scale is raised.
        by: who makes the graphs.
        most: how many tries this sitting may make.
        command: what the user typed.
    """

    suite: Suite
    load: Callable[[str], Dataset]
    stored: StoredRecords
    records: list[Record]
    factor: int = FACTOR
    by: str = ""
    most: int = TRIES
    command: str = ""
    _tried: dict[Size, Record] = field(default_factory=dict)
    _unmade: dict[Size, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (algorithm,), (engine,) = self.suite.algorithms, self.suite.engines
        self.algorithm, self.engine = registry.algorithm(algorithm), registry.engine(engine)
        self.by = self.by or by_of(self.engine)
        self.limit = limit_of(self.suite, self.engine)
        self.search = Search(
            factor=self.factor,
            limit_bytes=self.limit,
            bytes_by_draw=self._known_rate(),
            highest=MAX_SCALE if self.by != "numpy" else 40,
        )
        known = {size: record for size in self._sizes() if (record := self._kept(size)) is not None}
        mine = own(self.factor, {size: record.outcome is Outcome.OK for size, record in known.items()})
        self._tried = {size: known[size] for size in mine}

    def name(self, size: Size) -> str:
        """What the graph of a size is called."""
        text = f"rmat:scale={size.scale},edgefactor={size.factor},by={self.by},seed=1"
        return str(spec.parse(text))

    def runs(self) -> Iterator[Run]:
        """A run for each try, to be measured before the next is asked for.

        A graph that cannot be made is none: the search goes on below it.
        """
        known, made = past(self.records), 0
        while made < self.most and (size := self.state.following) is not None:
            name = self.name(size)
            try:
                dataset = self.load(name)
            except DatasetError as error:
                self._unmade[size] = str(error)
                continue
            made += 1
            suite = msgspec.structs.replace(self.suite, datasets=[name])
            graphs = [Graph.loaded(dataset)]
            run = Run(
                suite=suite, graphs=graphs, missing={}, stored=self.stored, past=known, command=self.command,
                fit=False, skip=False,
            )  # fmt: skip
            yield run
            (self._tried[size],) = run.records.values()
            self.records.append(self._tried[size])

    @property
    def state(self) -> State:
        """Where the search stands."""
        tries = [Try(size, _outcome(record), peak(record)) for size, record in self._tried.items()]
        return state(self.search, [*tries, *(Try(size, Outcome.UNAVAILABLE) for size in self._unmade)])

    @property
    def wrong(self) -> bool:
        """Whether an answer was wrong."""
        return any(record.outcome is Outcome.INVALID for record in self._tried.values())

    @property
    def finding(self) -> Capacity:
        """What was found, whether the search has ended or not."""
        now = self.state
        return Capacity(
            algorithm=self.algorithm.name,
            engine=self.engine.name,
            gpu=self.engine.device == "gpu",
            limit_bytes=self.limit,
            limited=self.engine.device != "gpu" or self.suite.device_memory_limit is not None,
            largest=self._tried[now.largest.size] if now.largest else None,
            failed=self._tried.get(now.failed.size) if now.failed else None,
            end=self._end(now),
            complete=now.end in {"found", "nothing fits"},
            tries=len(self._tried),
            surprises=[self.name(each.size) for each in now.surprises],
        )

    def _end(self, now: State) -> str:
        match now.end:
            case "found":
                return FOUND
            case "nothing fits":
                return f"nothing fits: not even {self.name(Size(self.search.lowest, self.factor))} completed"
            case "no larger graph":
                return f"the generator makes no graph larger than scale {self.search.highest}: the memory holds more"
            case "other":
                assert now.failed is not None
                return self._other(now.failed.size)
        largest = self._tried[now.largest.size] if now.largest else None
        between = lies_between(largest, self._tried.get(now.failed.size) if now.failed else None)
        return f"stopped after {count(len(self._tried), 'try')}; {between} (--tries goes on)"

    def _other(self, size: Size) -> str:
        if size in self._unmade:
            return (
                f"the generator was the limit, and not {self.engine.name}: {self.name(size)} cannot be made here. "
                f"{self._unmade[size]}"
            )
        record = self._tried[size]
        if record.outcome is Outcome.TIMEOUT:
            what = "time and not memory is the limit of what completed; --timeout SECONDS gives more"
        else:
            what = "no want of the memory that is searched, which may hold more"
        return f"{record.task.dataset} ended in {failure(record)}: {what}. {record.reason}".rstrip()

    def _sizes(self) -> Iterator[Size]:
        """Sizes that the store has records of, whoever made them."""
        for name in {record.task.dataset for record in self.records if record.task.engine == self.engine.name}:
            if (size := size_of(name)) is not None and self.name(size) == name:
                yield size

    def _kept(self, size: Size) -> Record | None:
        """The current record of a size, of the graph as the generator makes it now."""
        task = task_of(self.suite, self.algorithm, self.name(size), self.engine, variants(self.suite)[0])
        record = self.stored.reusable(task.key, None)
        if record is None or record.outcome is Outcome.UNSUPPORTED:
            return None
        return record

    def _known_rate(self) -> float | None:
        """Bytes by edge on the largest graph that the same work was done on, whatever its limit was."""
        known = [
            (record.posed.num_edges, taken)
            for record in self.records
            if (record.task.algorithm, record.task.engine) == (self.algorithm.name, self.engine.name)
            and record.outcome is Outcome.OK
            and record.posed is not None
            and record.posed.num_edges >= _ENOUGH_EDGES
            and (taken := peak(record))
        ]
        edges, taken = max(known, default=(0, 0))
        return taken / edges if edges else None


def _outcome(record: Record) -> Outcome:
    """How a try ended: of an engine on a GPU, want of host memory is no want of the memory that is searched."""
    return Outcome.ERROR if host_out_of_memory(record) else record.outcome
