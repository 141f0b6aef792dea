"""What was measured before: records of stores, what changed between two of them, and over time."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from graphbench.api.result import BASELINE, Result, records_of
from graphbench.errors import UnknownNameError, UsageError
from graphbench.measure.spelling import python_call
from graphbench.records import history as lines
from graphbench.records import regression, store
from graphbench.records.history import Line
from graphbench.records.matching import last_of_rounds
from graphbench.records.model import Head, Outcome, Record
from graphbench.records.regression import Change

Stored: TypeAlias = "Result | Iterable[Record] | Iterable[str | os.PathLike[str]] | str | os.PathLike[str]"
"""What has records: a result, records themselves, or files of them."""


@python_call()
def records(
    *files: str | os.PathLike[str],
    algorithms: str | Sequence[str] = (),
    datasets: str | Sequence[str] = (),
    engines: str | Sequence[str] = (),
    outcomes: str | Sequence[str] = (),
    baseline: str = BASELINE,
    keep_stale: bool = False,
) -> Result:
    """Records of earlier measurements; of a task that was measured several times, all, but of its rounds the last.

    A warning says so if no record has the names that are asked for.

    Args:
        files: stores; none: the one under `$GRAPHBENCH_HOME`.
        algorithms: only these, by name or alias.
        datasets: only these.
        engines: only these.
        outcomes: only these, such as `ok` or `timeout`.
        baseline: the engine that ratios are taken against.
        keep_stale: give ratios of records, too, whose adapter or graph has changed since, instead of refusing them.

    Returns:
        A result: `to_pandas()`, `plot()`, `report()`, `comparisons`, and the records themselves.

    Raises:
        UnknownNameError: there is no such algorithm, engine or outcome.
        StoreError: a file cannot be read.
    """
    from graphbench.measure.staleness import of_code

    found = last_of_rounds(store.load(files) if files else list(store.Store().records()))
    asked = {"algorithm": algorithms, "dataset": datasets, "engine": engines, "outcome": outcomes}
    wanted = proper_names({kind: [names] if isinstance(names, str) else names for kind, names in asked.items()}, found)
    kept = [
        record for record in found if all(not names or fact(record, kind) in names for kind, names in wanted.items())
    ]
    if found and not kept:
        given = ", ".join(f"{kind}s={', '.join(names)}" for kind, names in wanted.items() if names)
        warnings.warn(f"No records match {given}.", stacklevel=2)
    return Result(kept, baseline=baseline, stale={} if keep_stale else of_code(kept))


def fact(record: Record, kind: str) -> str:
    """What a record is chosen by: its problem, also where another heuristic solved it, its dataset, engine, outcome."""
    return {
        "algorithm": record.problem,
        "dataset": record.task.dataset,
        "engine": record.task.engine,
        "outcome": record.outcome.value,
    }[kind]


def proper_names(wanted: Mapping[str, Sequence[str]], found: Iterable[Record | Head]) -> dict[str, list[str]]:
    """The names by which records are chosen, aliases by their proper names.

    Args:
        wanted: names of algorithms, datasets, engines and outcomes, by kind.
        found: the records: what is not known any more may still have some.

    Raises:
        UnknownNameError: there is no such algorithm, engine or outcome, and no record of it.
    """
    from graphbench import registry

    finders: dict[str, Callable[[str], str]] = {
        "algorithm": lambda name: registry.algorithm(name).name,
        "dataset": str,
        "engine": lambda name: registry.engine(name).name,
        "outcome": _outcome,
    }
    return {kind: [_proper(kind, name, finders[kind], found) for name in names] for kind, names in wanted.items()}


def _proper(kind: str, name: str, find: Callable[[str], str], found: Iterable[Record | Head]) -> str:
    try:
        return find(name)
    except UnknownNameError:
        if kind == "outcome" or all(name != getattr(record.task, kind) for record in found):
            raise
        return name


def _outcome(name: str) -> str:
    word = name.replace("-", "_").replace(" ", "_").casefold()
    if word not in set(Outcome):
        raise UnknownNameError("outcome", name, Outcome)
    return word


@python_call()
def compare(old: Stored, new: Stored | None = None, *, cross_machine: bool = False) -> list[Change]:
    """What became faster between two measurements, and what slower, as `graphbench compare OLD NEW` does.

    A cell is a task on a machine and a graph; the newest record of each side counts. It is faster or slower if the
    interval over the rounds of both sides excludes 1: 98 % for one cell, wider where more are compared. With fewer than
    three rounds on a side a difference is only possible. Engines are compared with each other in
    :attr:`Result.comparisons`.

    Args:
        old: a result, records, or files of records: what was measured before.
        new: the same for what was measured after.
        cross_machine: compare records of different machines, too.

    Returns:
        A change for each cell of either side: broken ones first, then slower ones, the largest slowdown at the top.

    Raises:
        UsageError: there is one side only.
        StoreError: a file of records cannot be read.
        GraphbenchError: the two sides were measured on different machines.
    """
    if new is None:
        raise UsageError(
            "graphbench.compare takes two results or stores, found one. Pass the later one, too, or see "
            "`result.comparisons` for engines against each other."
        )
    return regression.changes(records_of(old), records_of(new), cross_machine=cross_machine)


@python_call()
def history(records: Stored | None = None) -> list[Line]:
    """The time of each task from record to record, and where it changed; earlier rules of measurement are left out.

    Args:
        records: a result, records, or files of records, of any machines, in any order; machines are never mixed. None:
            the store under `$GRAPHBENCH_HOME`.

    Returns:
        A line for each task and machine, also where there is a single record.

    Raises:
        StoreError: a file of records cannot be read.
    """
    return lines.history(records_of(records))
