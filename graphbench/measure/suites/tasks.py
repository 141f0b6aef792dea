"""The tasks of a suite: every algorithm on every dataset with every engine, and which of them the store already has."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from graphbench import registry
from graphbench.algorithms.base import Algorithm
from graphbench.engines.base import Engine
from graphbench.graphs.clean import Dataset
from graphbench.measure.plan import warn_of_unused_gpus, with_stated
from graphbench.measure.predict import Past
from graphbench.measure.prepare import identity
from graphbench.measure.staleness import Present, is_current
from graphbench.measure.suites.rounds import rounds_of
from graphbench.measure.suites.suite import Suite, Variant
from graphbench.records.model import Outcome, Params, Record, Task

FINAL = frozenset({Outcome.OK, Outcome.INVALID, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY, Outcome.UNSUPPORTED})
"""Outcomes that measuring again would not change; errors and unavailable engines are tried again."""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A dataset, loaded or not.

    Attributes:
        digest: of the cleaned edges; None until it is loaded.
        sha256: of its file, as long as the digest is not known; empty: not known either.
        entries: of its matrix, if known.
        dataset: once it is loaded.
    """

    name: str
    digest: str | None = None
    sha256: str = ""
    entries: int | None = None
    directed: bool = False
    dataset: Dataset | None = None

    @classmethod
    def loaded(cls, dataset: Dataset) -> Graph:
        """A graph to measure on."""
        info = dataset.info
        return cls(
            name=info.name, digest=info.digest, entries=info.num_entries, directed=info.directed, dataset=dataset
        )

    @classmethod
    def described(cls, name: str) -> Graph:
        """A graph for planning only: nothing is downloaded or parsed.

        Raises:
            UnknownNameError: if there is no such dataset.
            DatasetError: if a file does not exist.
        """
        from graphbench import graphs as datasets
        from graphbench.graphs import catalogue, loading
        from graphbench.graphs.generators import spec

        file = Path(name).expanduser()
        if catalogue.find(name) is None and not spec.is_spec(name) and loading.is_file(name) and file.is_file():
            sha256 = ""
            with suppress(OSError):  # of a file that cannot be read: measuring says so
                sha256 = loading.file_sha256(file)
            return cls(name=file.name, sha256=sha256)
        found = datasets.describe(name)
        return cls(name=found.name, entries=found.num_entries, directed=bool(found.directed))


@dataclass(frozen=True, kw_only=True)
class Item:
    """One task of a suite.

    Attributes:
        rounds: how many of its rounds are still to be measured; 0: it is done.
        runs: whether measuring starts anything: the engine is available and has an adapter.
        seconds: predicted duration; None if unknown.
    """

    task: Task
    engine: Engine
    graph: Graph
    variant: Variant
    rounds: int
    runs: bool
    seconds: float | None


class StoredRecords:
    """The records that a suite reuses instead of measuring again.

    Args:
        records: of the store, oldest first: of several for one task the last counts, whatever its time stamp.
        suite: its limits decide which records are enough.
        now: decides whether they are current.
        since: records that were measured before do not count.
    """

    def __init__(self, records: Iterable[Record], suite: Suite, now: Present, since: datetime | None = None) -> None:
        self._suite = suite
        self._since = since
        self._reusable: dict[str, Record] = {}
        self._ended: dict[str, Record] = {}
        self._newest: dict[str, Record] = {}
        for record in records:
            self._newest[record.question] = record
            if self._has_ended(record) and is_current(record, now):
                self._ended[record.question] = record
                if self._had_enough(record):
                    self._reusable[record.question] = record

    def reusable(self, key: str, digest: str | None, sha256: str = "") -> Record | None:
        """The current record of a task, with the rounds it has, on the dataset of this digest, else file, else any."""
        return _on_graph(self._reusable.get(key), digest, sha256)

    def ended(self, key: str, digest: str | None) -> Record | None:
        """The current record of a task, even if it had less time or memory than it would have now."""
        return _on_graph(self._ended.get(key), digest)

    def missing_rounds(self, record: Record | None) -> int:
        """How many rounds a task still needs; one that ended without a time needs none."""
        if record is None:
            return self._suite.rounds
        return max(self._suite.rounds - len(rounds_of(record)), 0) if record.outcome is Outcome.OK else 0

    def is_news(self, record: Record) -> bool:
        """Whether to store a record: that of a task that did not run only if it differs from the newest one."""
        known = self._newest.get(record.question)
        if record.environment is not None or record.worker is not None or known is None:
            return True
        return (known.outcome, known.reason) != (record.outcome, record.reason)

    def _has_ended(self, record: Record) -> bool:
        if record.outcome not in FINAL or record.predicted:
            return False
        return self._since is None or datetime.fromisoformat(record.measured_at) >= self._since

    def _had_enough(self, record: Record) -> bool:
        """Whether the time and memory of this suite would not change the outcome."""
        struck, suite = record.censored, self._suite
        if struck is None or record.outcome is Outcome.OK:
            return True
        more_time = struck.limit_s is not None and struck.limit_s < suite.timeout
        more_memory = struck.limit_bytes is not None and (
            suite.memory_limit is None or struck.limit_bytes < suite.memory_limit
        )
        return not (more_time or more_memory)


def _on_graph(record: Record | None, digest: str | None, sha256: str = "") -> Record | None:
    if record is None or record.dataset is None:
        return record
    wanted, measured = (digest, record.dataset.digest) if digest else (sha256, record.dataset.sha256)
    return None if wanted and measured != wanted else record


def engines(suite: Suite) -> list[str]:
    """Names of the engines to measure: those that the suite names, else all that are not opt-in."""
    return suite.engines or [
        engine.name for engine in registry.engines() if not engine.opt_in or (engine.multi_gpu and suite.gpus)
    ]


def parts(suite: Suite) -> list[Suite]:
    """The suite in parts that are measured one after the other, each on all graphs.

    Engines on one device are the first part; then come those that use several GPUs, in a part for each number of GPUs
    and allocator, so that one cluster serves all graphs. Where engines take turns on a graph (`rounds`), or none uses
    several GPUs, the suite is its only part.
    """
    several = [name for name in engines(suite) if registry.engine(name).multi_gpu]
    if suite.rounds > 1 or not several:
        return [suite]
    others = [name for name in engines(suite) if name not in several]
    numbers: list[list[int]] = [[number] for number in suite.gpus] or [[]]
    first = [msgspec.structs.replace(suite, engines=others)] if others else []
    return first + [
        msgspec.structs.replace(suite, engines=several, gpus=number, allocators=[allocator])
        for number, allocator in itertools.product(numbers, suite.allocators)
    ]


def baseline_of(suite: Suite) -> str:
    """The engine that ratios are taken against: the suite's baseline, where it is measured, else its first engine."""
    measured = [registry.engine(name).name for name in suite.engines]
    baseline = registry.engine(suite.baseline).name
    return baseline if baseline in measured or not measured else measured[0]


def task_of(suite: Suite, algorithm: Algorithm, graph: Graph, engine: Engine, variant: Variant) -> Task:
    """One task of a suite; algorithms have their default parameters, or those that the graph's files state."""
    params = algorithm.resolve(with_stated(algorithm, graph.dataset, {}))
    return Task(algorithm.name, graph.name, engine.name, params | _identity(suite, engine, variant, algorithm))


def _identity(suite: Suite, engine: Engine, variant: Variant, algorithm: Algorithm | None = None) -> Params:
    settings = suite.options(variant).settings
    return identity(engine, settings, algorithm, seed=suite.seed, ignore_weights=suite.ignore_weights)


def check(suite: Suite) -> None:
    """Refuse what would fail only hours later, and warn of what has no effect.

    Raises:
        UnknownNameError: for an unknown algorithm or engine.
        UsageError: for settings that a single run would refuse.
    """
    for name in suite.algorithms:
        registry.algorithm(name)
    registry.engines([*suite.engines, suite.baseline])
    for variant in suite.variants():
        suite.options(variant)
    if suite.gpus:
        warn_of_unused_gpus(engines(suite))


def items(suite: Suite, graphs: Iterable[Graph], stored: StoredRecords, past: Past) -> list[Item]:
    """Every task of a suite, small graphs first, so tasks that would time out on large graphs are skipped."""
    ordered = sorted(graphs, key=lambda graph: graph.entries if graph.entries is not None else float("inf"))
    return [item for graph in ordered for item in _of_graph(suite, graph, stored, past)]


def _of_graph(suite: Suite, graph: Graph, stored: StoredRecords, past: Past) -> Iterator[Item]:
    algorithms, seen = registry.algorithms(suite.algorithms or None), set[str]()
    for variant, engine in _engines(suite):
        available = engine.availability().ok
        for algorithm in algorithms:
            task = task_of(suite, algorithm, graph, engine, variant)
            if task.key in seen:  # a call on one thread, of an engine with others that run in parallel
                continue
            seen.add(task.key)
            missing = stored.missing_rounds(stored.reusable(task.key, graph.digest, graph.sha256))
            runs = missing > 0 and available and algorithm.find_adapter(engine.name) is not None
            doubled = graph.directed and not algorithm.form.directed
            entries = graph.entries and graph.entries * (2 if doubled else 1)
            once = past.task_seconds(task, entries, suite.budget / suite.rounds) if runs else 0.0
            yield Item(
                task=task,
                engine=engine,
                graph=graph,
                variant=variant,
                rounds=missing,
                runs=runs,
                seconds=None if once is None else min(once, suite.timeout) * missing,
            )


def _engines(suite: Suite) -> Iterator[tuple[Variant, Engine]]:
    """Engines with the variants that change their tasks."""
    known: list[tuple[str, Params]] = []
    for variant in suite.variants():
        for engine in registry.engines(engines(suite)):
            own = _identity(suite, engine, variant)
            if (engine.name, own) not in known:
                known.append((engine.name, own))
                yield variant, engine
