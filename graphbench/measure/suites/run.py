"""A run of a suite: measure the missing tasks, dataset after dataset, and yield every record once it is complete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import groupby

import msgspec

from graphbench import registry
from graphbench.errors import DatasetError
from graphbench.measure import record as recording
from graphbench.measure.plan import Cell, Observer, Plan, with_stated
from graphbench.measure.predict import Past, Predictor
from graphbench.measure.runner import Workers, measure
from graphbench.measure.suites.rounds import after_round
from graphbench.measure.suites.suite import Suite, Variant
from graphbench.measure.suites.tasks import Graph, Item, StoredRecords, engines, items, parts
from graphbench.records.model import Outcome, Record, SearchKey
from graphbench.system.machine import machine_summary


@dataclass(kw_only=True)
class Run:
    """One run of a suite.

    Attributes:
        suite: what to measure.
        graphs: its datasets, loaded.
        missing: its unavailable datasets, and why.
        stored: records of earlier runs.
        past: records for predictions; every new one is added.
        command: what the user typed.
        series: names of graphs that differ only in size, the datasets among them.
        search: the capacity search that this is a try of.
        items: every task on the available graphs.
        records: by task, the newest record; at first those that need no further rounds.
    """

    suite: Suite
    graphs: Sequence[Graph]
    missing: Mapping[str, DatasetError]
    stored: StoredRecords
    past: Past
    command: str = ""
    series: Collection[str] = ()
    search: SearchKey | None = None
    items: list[Item] = field(init=False)
    records: dict[str, Record] = field(init=False)

    def __post_init__(self) -> None:
        self.items = items(self.suite, self.graphs, self.stored, self.past)
        found = {
            item.task.key: self.stored.reusable(item.task.key, item.graph.digest, item.graph.sha256)
            for item in self.items
        }
        self.records = {key: record for key, record in found.items() if record is not None}
        self._rounds = {item.task.key: item.rounds for item in self.items}

    def measure(self, observe: Observer, workers: Workers | None = None) -> Iterator[Record]:
        """Measure what is missing; the caller stores the records.

        Several rounds of a task make one record, which is yielded after each round.

        Args:
            observe: called at every phase and trial.
            workers: of several runs that are measured one after the other; None: of this one.
        """
        for record in self._unloaded():
            self.records[record.task.key] = record
            yield record
        with nullcontext(workers) if workers is not None else Workers() as serving:
            for part in parts(self.suite):
                for _, group in groupby(self.items, key=lambda item: item.graph.name):
                    mine = list(group)
                    for number in range(part.rounds):
                        for variant in part.variants():
                            plan = self._plan(mine, engines(part), variant, number)
                            if plan.cells:
                                yield from self._measure(plan, observe, serving)
                        if part.rounds > 1:
                            serving.end()  # each round has new processes

    def left(self) -> tuple[int, float | None]:
        """How many tasks are left, every round counted, and how many seconds they will take.

        Tasks without a prediction are assumed to take the mean of the others; None if there is no prediction at all.
        """
        due = [item for item in self.items if self._rounds[item.task.key]]
        total = sum(self._rounds[item.task.key] for item in due)
        seconds = [self._seconds(item) for item in due if item.runs]
        known = [prediction for prediction in seconds if prediction is not None]
        if seconds and not known:
            return total, None
        return total, sum(known) * len(seconds) / max(len(known), 1)

    def _seconds(self, item: Item) -> float | None:
        """How long the remaining rounds of a task will take, predicted from all records so far."""
        rounds = self._rounds[item.task.key]
        if item.seconds is not None:
            return item.seconds * rounds / max(item.rounds, 1)
        once = self.past.task_seconds(item.task, item.graph.entries, self.suite.budget / self.suite.rounds)
        return None if once is None else min(once, self.suite.timeout) * rounds

    def _plan(self, mine: Sequence[Item], turn: Collection[str], variant: Variant, number: int) -> Plan:
        suite = self.suite
        due = [
            item
            for item in mine
            if item.engine.name in turn
            and item.variant == variant
            and self._rounds[item.task.key] >= suite.rounds - number
        ]
        solving: dict[str, list[str]] = defaultdict(list)
        for item in due:
            solving[item.task.algorithm].append(item.task.engine)
        return Plan(
            cells=tuple(
                Cell(
                    algorithm=algorithm,
                    dataset=due[0].graph.dataset,  # type: ignore[arg-type]  # it is loaded
                    engines=tuple(names),
                    params=with_stated(registry.algorithm(algorithm), due[0].graph.dataset, {}),
                    ignore_weights=suite.ignore_weights,
                    answered=self._answered(mine, algorithm, names),
                )
                for algorithm, names in solving.items()
            ),
            options=suite.options(variant),
            command=self.command,
            order=f"{suite.seed} {number}",
            lenient=True,
        )

    def _answered(self, mine: Sequence[Item], algorithm: str, engines: Sequence[str]) -> dict[str, str]:
        """Earlier answers of other engines to the same question."""
        return {
            item.task.engine: str(record.answer["digest"])
            for item in mine
            if item.task.algorithm == algorithm
            and item.task.engine not in engines
            and (record := self.records.get(item.task.key)) is not None
            and "digest" in record.answer
        }

    def _measure(self, plan: Plan, observe: Observer, workers: Workers) -> Iterator[Record]:
        predict = Predictor(
            past=self.past,
            options=plan.options,
            time=self.suite.skip,
            series=self.series,
        )
        for latest in measure(plan, observe, predict, workers):
            key, record = latest.task.key, msgspec.structs.replace(latest, search=self.search)
            before = self.records.get(key)
            digest = record.dataset.digest if record.dataset else None
            ended = self.stored.ended(key, digest) if record.predicted else None
            if ended is not None:  # keep the measured bound, not the prediction
                self.records[key], self._rounds[key] = ended, 0
                continue
            if self.suite.rounds > 1 and record.outcome is Outcome.OK:
                answered = before if before is not None and before.outcome is Outcome.OK else None
                record = after_round(answered, record)
            self.records[key] = record
            self._rounds[key] = self._rounds[key] - 1 if record.outcome is Outcome.OK else 0
            self.past.add(latest)
            yield record

    def _unloaded(self) -> Iterator[Record]:
        """A record for every task on an unavailable dataset."""
        lost = [Graph(name=name) for name in self.missing]
        for item in items(self.suite, lost, self.stored, self.past):
            reason = f"the graph is unavailable: {self.missing[item.graph.name]}"
            yield recording.unprepared(item.task, item.engine, Outcome.ERROR, reason)


def past(records: Sequence[Record]) -> Past:
    """The records of this machine, for predictions."""
    return Past(records, machine_summary().digest)
