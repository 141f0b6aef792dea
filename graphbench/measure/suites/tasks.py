"""The matrix of a suite: every algorithm on every dataset with every engine, before anything is measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from graphbench import registry
from graphbench.algorithms.base import Algorithm
from graphbench.engines.base import Engine, Settings
from graphbench.graphs.base import Dataset
from graphbench.measure import planning
from graphbench.measure.prediction import Past
from graphbench.measure.prepare import identity
from graphbench.measure.suites.resuming import Earlier
from graphbench.measure.suites.suite import Allocator, Suite
from graphbench.records.model import Params, Task


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What is known of a dataset, be it loaded or not.

    Attributes:
        digest: of the cleaned edges; None until it is loaded.
        entries: of its matrix, if known.
        dataset: once it is loaded.
    """

    name: str
    digest: str | None = None
    entries: int | None = None
    directed: bool = False
    dataset: Dataset | None = None

    @classmethod
    def loaded(cls, dataset: Dataset) -> Graph:
        """A graph that can be measured on."""
        info = dataset.info
        return cls(
            name=info.name, digest=info.digest, entries=info.num_entries, directed=info.directed, dataset=dataset
        )

    @classmethod
    def described(cls, name: str) -> Graph:
        """A graph that is only planned with: nothing is fetched or read.

        Raises:
            UnknownNameError: if nothing is called that.
            DatasetError: if a file is not there.
        """
        from graphbench import graphs as datasets
        from graphbench.graphs import catalogue, loading
        from graphbench.graphs.generators import spec

        file = Path(name).expanduser()
        if catalogue.find(name) is None and not spec.is_spec(name) and loading.is_file(name) and file.is_file():
            return cls(name=file.name)
        found = datasets.describe(name)
        return cls(name=found.name, entries=found.num_entries, directed=bool(found.directed))


class Variant(NamedTuple):
    """How GPU engines run: the memory resource, and on how many GPUs (None: all) those run that take several."""

    allocator: Allocator
    gpus: int | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """One task of a suite.

    Attributes:
        rounds: how many of its rounds are still to be measured; 0: it is done.
        runs: whether measuring starts anything: the engine is there, and solves the problem.
        seconds: how long that is predicted to take; None if nothing is known.
    """

    task: Task
    engine: Engine
    graph: Graph
    variant: Variant
    rounds: int
    runs: bool
    seconds: float | None


def settings(suite: Suite, variant: Variant) -> Settings:
    """How engines run."""
    return Settings(
        threads=suite.threads,
        device=suite.device,
        allocator=variant.allocator,
        device_memory_bytes=suite.device_memory_limit,
        gpus=variant.gpus,
        scheduler=suite.scheduler,
    )


def variants(suite: Suite) -> list[Variant]:
    """Every allocator with every number of GPUs."""
    numbers: list[int | None] = [*suite.gpus] or [None]
    return [Variant(allocator, number) for allocator in suite.allocators for number in numbers]


def engines(suite: Suite) -> list[str]:
    """Names of the engines that are measured: those that are named, else all but those on request."""
    return suite.engines or [
        engine.name for engine in registry.engines() if not engine.on_request or (engine.several and suite.gpus)
    ]


def task_of(suite: Suite, algorithm: Algorithm, dataset: str, engine: Engine, variant: Variant) -> Task:
    """One task of a suite, in which algorithms have the parameters that they have if nobody names any."""
    return Task(algorithm.name, dataset, engine.name, algorithm.resolve({}) | _told(suite, engine, variant))


def _told(suite: Suite, engine: Engine, variant: Variant) -> Params:
    return identity(engine, settings(suite, variant), seed=suite.seed, ignore_weights=suite.ignore_weights)


def check(suite: Suite) -> None:
    """Refuse what would come out wrong only hours later, and warn of what would have no effect.

    Raises:
        UnknownNameError: for an algorithm or engine that there is not.
        UsageError: for settings that a single run would refuse.
    """
    for name in suite.algorithms:
        registry.algorithm(name)
    registry.engines([*suite.engines, suite.baseline])
    for variant in variants(suite):
        planning.checked(settings(suite, variant))
    if suite.gpus:
        planning.tell_unused_gpus(engines(suite))


def items(suite: Suite, graphs: Iterable[Graph], earlier: Earlier, past: Past) -> list[Item]:
    """Every task of a suite, those on small graphs first: what they take tells what is hopeless on larger ones."""
    ordered = sorted(graphs, key=lambda graph: graph.entries if graph.entries is not None else float("inf"))
    return [item for graph in ordered for item in _of_graph(suite, graph, earlier, past)]


def _of_graph(suite: Suite, graph: Graph, earlier: Earlier, past: Past) -> Iterator[Item]:
    algorithms = [registry.algorithm(name) for name in suite.algorithms or registry.algorithm_names()]
    for variant, engine in _engines(suite):
        available = engine.availability().ok
        for algorithm in algorithms:
            task = task_of(suite, algorithm, graph.name, engine, variant)
            missing = earlier.missing_rounds(earlier.lasting(task.key, graph.digest))
            runs = missing > 0 and available and algorithm.find_adapter(engine.name) is not None
            doubled = graph.directed and not algorithm.form.directed
            entries = graph.entries and graph.entries * (2 if doubled else 1)
            each = past.task_seconds(task, entries, suite.budget / suite.rounds) if runs else 0.0
            yield Item(
                task=task,
                engine=engine,
                graph=graph,
                variant=variant,
                rounds=missing,
                runs=runs,
                seconds=None if each is None else min(each, suite.timeout) * missing,
            )


def _engines(suite: Suite) -> Iterator[tuple[Variant, Engine]]:
    """Engines with the variants that make a difference to them, which is to say to their tasks."""
    known: list[tuple[str, Params]] = []
    for variant in variants(suite):
        for engine in registry.engines(engines(suite)):
            told = _told(suite, engine, variant)
            if (engine.name, told) not in known:
                known.append((engine.name, told))
                yield variant, engine
