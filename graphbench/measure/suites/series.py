"""A series of R-MAT graphs that differ in size alone, measured from small to large until no engine goes on.

`rmat:scale=22..28,edgefactor=16` stands for seven graphs, all made by one generator: graphs of the CPU's generator and
of cuGraph's are not the same, and are never mixed in a series.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from graphbench.errors import DatasetError, UsageError
from graphbench.graphs.base import Dataset
from graphbench.graphs.generators import spec
from graphbench.measure.suites.run import Run, past
from graphbench.measure.suites.suite import Suite
from graphbench.measure.suites.tasks import Graph, StoredRecords
from graphbench.records.model import NEVER_RAN, Outcome, Record

EXAMPLE = "rmat:scale=22..28,edgefactor=16"
STRUCK = frozenset({Outcome.OUT_OF_MEMORY, Outcome.TIMEOUT})
"""How an engine ends that would end so on every larger graph."""

_SCALE = re.compile(r"(?<![a-z])scale\s*=\s*([^,]*)", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)(?:\s*\.\.\s*(\d+))?")


def expand(text: str) -> list[str]:
    """The graphs of a series, small ones first, by their usual names.

    Where nobody is named to make them, whoever makes the largest makes all.

    Args:
        text: an R-MAT specification whose `scale` is a range, or a single number.

    Raises:
        UsageError: if it is no such specification, or the range is none, empty, or beyond what the generator takes.
    """
    if not text.strip().casefold().startswith("rmat:"):
        raise UsageError(f"A series is made of R-MAT graphs, such as {EXAMPLE}; {text!r} is none.")
    scales = _scales(text)
    low, high = scales[0], scales[-1]
    spec.parse(_at(text, low))
    largest = spec.parse(_at(text, high)).resolved()
    if largest.on_device:
        largest.recipe()  # which refuses what the device's generator cannot make
    if "by" not in largest.given:
        text = f"{text},by={largest.values['by']}"
    return [str(spec.parse(_at(text, scale))) for scale in scales]


def usual_engines(*, multi_gpu: bool) -> list[str]:
    """Names of the engines that a series is measured with if nobody names any.

    Args:
        multi_gpu: whether numbers of GPUs are given.
    """
    return ["cugraph", "cugraph-mg"] if multi_gpu else ["cugraph"]


def _scales(text: str) -> range:
    given = _SCALE.search(text)
    said = given[1].strip() if given else ""
    option = spec.GENERATORS["rmat"].options["scale"]
    least, most = int(option.low), int(option.high)
    found = _RANGE.fullmatch(said)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not least <= min(low, high) <= max(low, high) <= most:
        raise UsageError(
            f"The scale of a series is FROM..TO, whole numbers from {least} to {most}, or one of them, not {said!r}; "
            f"such as {EXAMPLE}."
        )
    if low > high:
        raise UsageError(f"scale={low}..{high} in {text!r} is empty: write the smaller scale first, as in {EXAMPLE}.")
    return range(low, high + 1)


def _at(text: str, scale: int) -> str:
    return _SCALE.sub(f"scale={scale}", text, count=1)


@dataclass(kw_only=True)
class SizeSeries:
    """A series at work. A graph is made only when its turn comes, since the largest take long to make.

    Attributes:
        suite: what to measure; its datasets are the series, small ones first.
        load: makes a graph.
        stored: records of earlier runs.
        records: of the store; new ones are added.
        command: what the user typed.
        fit: whether to skip tasks that would not fit into memory.
        skip: whether to skip tasks that would time out, by the times on smaller graphs.
        done: the runs so far, one for each graph.
        ended: why the series ended before its largest graph; empty: it did not.
    """

    suite: Suite
    load: Callable[[str], Dataset]
    stored: StoredRecords
    records: Sequence[Record]
    command: str = ""
    fit: bool = True
    skip: bool = True
    done: list[Run] = field(default_factory=list)
    ended: str = ""

    def runs(self) -> Iterator[Run]:
        """A run for each graph, to be measured before the next is asked for."""
        known = past(self.records)
        for name in self.suite.datasets:
            if self.done and (why := _all_stopped(self.done[-1])):
                self.ended = f"{why}, so {name} and what is larger are not tried"
                return
            try:
                dataset = self.load(name)
            except DatasetError as error:
                self.ended = f"{name} cannot be had, and the series ends there: {str(error).rstrip('.')}"
                return
            run = Run(
                suite=msgspec.structs.replace(self.suite, datasets=[name]),
                graphs=[Graph.loaded(dataset)],
                missing={},
                stored=self.stored,
                past=known,
                command=self.command,
                fit=self.fit,
                skip=self.skip,
                series=self.suite.datasets,
            )
            self.done.append(run)
            yield run

    @property
    def measured(self) -> list[Record]:
        """The records of all runs, in their order."""
        return [record for run in self.done for record in run.records.values()]


def _all_stopped(run: Run) -> str:
    """Why nobody goes on after this graph; empty: somebody does."""
    tried = [record for record in run.records.values() if record.outcome not in NEVER_RAN]
    if not tried:
        return f"no engine could be measured on {run.suite.datasets[0]}"
    if all(record.outcome in STRUCK for record in tried):
        return f"nothing completed {run.suite.datasets[0]} within its memory and time"
    return ""
