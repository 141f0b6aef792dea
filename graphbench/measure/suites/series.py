"""A series of R-MAT graphs that differ only in size, measured from small to large as long as an engine succeeds.

`rmat:scale=22..28,edgefactor=16` is seven graphs, all made by one generator: the CPU's generator and cuGraph's make
different graphs, and a series never mixes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from graphbench import registry
from graphbench.errors import DatasetError, UsageError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.generators import spec
from graphbench.measure.predict import Past
from graphbench.measure.suites.run import Run, past
from graphbench.measure.suites.suite import Suite, merged
from graphbench.measure.suites.tasks import Graph, StoredRecords, check, parts
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.system.text import count

EXAMPLE = "rmat:scale=22..28,edgefactor=16"
FINAL_ON_LARGER = frozenset({Outcome.OUT_OF_MEMORY, Outcome.TIMEOUT})
"""Outcomes that an engine would have on every larger graph too."""

_SCALE = re.compile(r"(?<![a-z])scale\s*=\s*([^,]*)", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)(?:\s*\.\.\s*(\d+))?")


def expand(text: str) -> list[str]:
    """The names of the graphs of a series, small ones first.

    Without `by=`, all are made by the generator that the largest needs.

    Args:
        text: an R-MAT specification whose `scale` is a range, or a single number.

    Raises:
        UsageError: if it is not such a specification, or the range is empty or beyond what the generator takes.
    """
    if not text.strip().casefold().startswith("rmat:"):
        raise UsageError(f"Expected an R-MAT series such as {EXAMPLE}, got {text!r}.")
    scales = _scales(text)
    low, high = scales[0], scales[-1]
    spec.parse(_at(text, low))
    largest = spec.parse(_at(text, high)).resolved()
    if largest.on_device:
        largest.recipe()  # raises if the device's generator cannot make it
    if "by" not in largest.given:
        text = f"{text},by={largest.values['by']}"
    return [str(spec.parse(_at(text, scale))) for scale in scales]


def suite_of(
    algorithm: str, series: str, engines: Sequence[str] | None, given: Mapping[str, Any], where: str = ""
) -> Suite:
    """The suite of a series.

    Args:
        algorithm: by name or alias.
        series: as :func:`expand` takes it.
        engines: names; None: cugraph, and cugraph-mg if numbers of GPUs are given. The first is the baseline.
        given: other options.
        where: they were given, as for :func:`graphbench.measure.options.revised`.

    Raises:
        UsageError: unknown names, or values of a wrong type or out of range.
    """
    names = engines or (["cugraph", "cugraph-mg"] if given.get("gpus") else ["cugraph"])
    suite = Suite(
        name=f"scale {registry.algorithm(algorithm).name}",
        algorithms=[registry.algorithm(algorithm).name],
        datasets=expand(series),
        engines=[registry.engine(name).name for name in names],
        baseline=registry.engine(names[0]).name,
    )
    suite = merged(suite, given, where)
    check(suite)
    return suite


def _scales(text: str) -> range:
    match = _SCALE.search(text)
    given = match[1].strip() if match else ""
    option = spec.GENERATORS["rmat"].options["scale"]
    lowest, highest = int(option.low), int(option.high)
    found = _RANGE.fullmatch(given)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not lowest <= min(low, high) <= max(low, high) <= highest:
        raise UsageError(
            f"Expected a scale FROM..TO, whole numbers from {lowest} to {highest}, or one number, got {given!r}; for "
            f"example {EXAMPLE}."
        )
    if low > high:
        raise UsageError(f"scale={low}..{high} in {text!r} is empty: write the smaller scale first, as in {EXAMPLE}.")
    return range(low, high + 1)


def _at(text: str, scale: int) -> str:
    return _SCALE.sub(f"scale={scale}", text, count=1)


@dataclass(kw_only=True)
class SizeSeries:
    """A series being measured, part by part (:func:`.tasks.parts`): a part that fails on a size ends there.

    Each graph is made only when it is needed, since the largest take long to make.

    Attributes:
        suite: what to measure; its datasets are the series, small ones first.
        load: makes a graph.
        stored: records of earlier runs.
        records: of the store; new ones are added.
        command: what the user typed.
        done: the runs so far, one for each part and graph.
        ended: why parts ended before the largest graph, in sentences without a full stop; empty: none did.
    """

    suite: Suite
    load: Callable[[str], Dataset]
    stored: StoredRecords
    records: Sequence[Record]
    command: str = ""
    done: list[Run] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def runs(self) -> Iterator[Run]:
        """A run for each part and graph, to be measured before the next is asked for."""
        known = past(self.records)
        for part in parts(self.suite):
            yield from self._runs(part, known)

    def __len__(self) -> int:
        """How many runs there are if no part ends early."""
        return len(parts(self.suite)) * len(self.suite.datasets)

    @property
    def left(self) -> int:
        """How many of them are not complete, that which is being measured among them."""
        return len(self) - sum(not run.left()[0] for run in self.done)

    def _runs(self, part: Suite, known: Past) -> Iterator[Run]:
        run: Run | None = None
        for name in part.datasets:
            if run is not None and (why := _all_stopped(run)):
                self.ended.append(f"{why}, so {name} and larger graphs are not tried")
                return
            try:
                dataset = self.load(name)
            except DatasetError as error:
                self.ended.append(f"{name} is unavailable: {str(error).rstrip('.')}")
                return
            run = Run(
                suite=msgspec.structs.replace(part, datasets=[name]),
                graphs=[Graph.loaded(dataset)],
                missing={},
                stored=self.stored,
                past=known,
                command=self.command,
                series=part.datasets,
            )
            self.done.append(run)
            yield run

    @property
    def measured(self) -> list[Record]:
        """The records of all runs, in their order."""
        return [record for run in self.done for record in run.records.values()]


def _all_stopped(run: Run) -> str:
    """Why no engine continues after this graph; empty: one does."""
    tried = [record for record in run.records.values() if record.outcome not in NEVER_RAN]
    if not tried:
        return f"no engine could be measured on {run.suite.datasets[0]}"
    if all(record.outcome in FINAL_ON_LARGER for record in tried):
        gpus = f" on {count(run.suite.gpus[0], 'GPU')}" if len(run.suite.gpus) == 1 else ""
        return f"no engine completed {run.suite.datasets[0]}{gpus} within its memory and time"
    return ""
