"""What one call measures, and the progress that it reports."""

from __future__ import annotations

import shlex
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from graphbench import registry
from graphbench.algorithms.base import Algorithm
from graphbench.engines.base import Engine, Settings
from graphbench.errors import UsageError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.formats import ldbc
from graphbench.graphs.loading import distinct, file_of
from graphbench.measure.options import Options
from graphbench.records.model import Outcome, PosedInfo, Record, Task
from graphbench.system.text import public_word, storable


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One problem on one dataset, for several engines.

    Attributes:
        params: the parameters that the user gave; the algorithm fills in the others.
        answered: digests of answers that engines gave earlier, by engine, for new ones to be compared with.
    """

    algorithm: str
    dataset: Dataset
    engines: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    ignore_weights: bool = False
    answered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that one call measures.

    Attributes:
        command: what the user typed, for the record.
        order: seed of a random order of engines, and of each engine's cells, those on one built graph one after the
            other; None: quick engines first, cells as given.
        lenient: if a graph does not fit a problem, record that and measure the others, instead of raising an error.
    """

    cells: tuple[Cell, ...]
    options: Options = field(default_factory=Options)
    command: str = ""
    order: str | None = None
    lenient: bool = False

    def settings_of(self, engine: Engine, algorithm: Algorithm) -> list[Settings]:
        """What an engine gets for an algorithm: with each number of threads if that runs in parallel, else with one."""
        numbers = self.options.threads if engine.in_parallel(algorithm) else [1]
        return [msgspec.structs.replace(self.options.settings, threads=number) for number in numbers]

    @property
    def seed(self) -> int:
        """Of every draw and of seeded engines."""
        return self.options.seed


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """How a task would end, and why: it is not started."""

    outcome: Outcome
    reason: str


Predict = Callable[[Task, Engine, PosedInfo], Prediction | None]
"""Asked before each task; None: start it."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The progress of a running task.

    Attributes:
        phase: `start`, `read`, `build`, `first`, `call`, `rebuilt`, `collect`, `certify` or `done`.
        trial: how many warm trials are complete.
        record: the finished record, in the last message of a task.
    """

    task: Task
    phase: str
    trial: int = 0
    record: Record | None = None


Observer = Callable[[Progress], None]


def make_plan(
    algorithm: str,
    datasets: Iterable[Dataset],
    options: Options,
    parameters: Mapping[str, Any],
    command: str = "",
) -> Plan:
    """Check the names and make a plan; nothing is measured yet.

    Args:
        algorithm: by name or alias.
        datasets: read after everything else has been checked, so an iterator may load them one by one. A dataset that
            is given twice is measured once; different datasets of one name get different names.
        options: how to measure; a named baseline is measured as well, as ratios are taken against it.
        parameters: the algorithm's own.
        command: what the user typed, for the record; by default this program's arguments.

    Raises:
        UsageError: unknown names or parameters, nothing to measure.
    """
    if not isinstance(algorithm, str):
        raise UsageError(f"algorithm takes a name, not {algorithm!r}.")
    problem = registry.algorithm(algorithm)
    problem.resolve(parameters)
    engines = _engines(options)
    if options.gpus is not None:
        warn_of_unused_gpus(engines)
    if options.directed and not problem.form.directed:
        warnings.warn(f"--directed has no effect: {problem.title} ignores the direction of edges.", stacklevel=2)
    cells = tuple(
        Cell(
            algorithm=problem.name,
            dataset=dataset,
            engines=engines,
            params=with_stated(problem, dataset, parameters),
            ignore_weights=options.ignore_weights,
        )
        for dataset in distinct(datasets)
    )
    if not cells:
        raise UsageError("There is no dataset to measure: name at least one (`graphbench list datasets`).")
    return Plan(cells=cells, options=options, command=command or command_line())


def with_stated(algorithm: Algorithm, dataset: Dataset | None, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The given parameters, and those that the properties of an LDBC dataset state and that are not given."""
    path = None if dataset is None else file_of(dataset.info)
    stated = {} if path is None else ldbc.parameters(path, algorithm.name)
    if given.get("sources") is not None:  # so many are drawn
        stated.pop("source", None)
    return {**stated, **{name: value for name, value in given.items() if value is not None or name not in stated}}


def warn_of_unused_gpus(engines: Iterable[str]) -> None:
    """Warn if a number of GPUs was given, but no engine uses several."""
    if not any(registry.engine(name).multi_gpu for name in engines):
        warnings.warn(
            "--gpus has no effect: no engine that uses several GPUs is measured. Add --engine cugraph-mg.",
            stacklevel=3,
        )


def _engines(options: Options) -> tuple[str, ...]:
    baseline = [] if options.baseline is None else [options.baseline]
    if options.engines is None:
        engines = registry.engines(dict.fromkeys([*registry.usual_engines(options.settings), *baseline]))
    elif options.engines:
        engines = registry.engines([*options.engines, *baseline])
    else:
        raise UsageError(f"engines is empty: name at least one of {', '.join(registry.engine_names())}.")
    return tuple(dict.fromkeys(engine.name for engine in engines))


def command_line() -> str:
    """What the user typed, without the folder of the program."""
    program = Path(sys.argv[0])
    name = "graphbench" if program.name == "__main__.py" and program.parent.name == "graphbench" else program.name
    return storable(shlex.join([name, *map(public_word, sys.argv[1:])]))
