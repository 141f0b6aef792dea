"""Records grouped for a report: by machine, then by problem, with their comparisons. Machines are never compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import itemgetter

import msgspec

from graphbench.records.best_cpu import at_best_threads
from graphbench.records.comparison import baseline_among, compare
from graphbench.records.matching import MAY_DIFFER, newest
from graphbench.records.model import NEVER_RAN, Environment, Params, Record
from graphbench.reporting.case import Case, compared, grouped
from graphbench.reporting.charts import style
from graphbench.reporting.charts.marks import Key
from graphbench.reporting.heading import ON_HARDWARE, hardware, label, named
from graphbench.reporting.numbers import TIMES, memory, plain, setting
from graphbench.reporting.wording import gpus_of, gpus_used

MAX_ROWS = 64
"""How many rows a chart has at most: a longer one is not read."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured on one machine.

    Attributes:
        name: the machine in words: its GPU, else its processor.
        key: what its anchors and charts begin with; empty where there is no other machine.
        digest: of the machine; empty where nothing ran.
        environment: of the newest record that ran, one with a GPU first.
        baseline: the engine that ratios are taken against.
        cases: one for each record, in the order of the records; of several numbers of threads, for the best.
        slower_threads: the ids of its records at the others.
        earlier: all of it was measured before the rules of measurement changed.
        stale: what changed since a record was made, for each stale record's id.
        every: every record, oldest first.
    """

    name: str
    digest: str
    environment: Environment | None
    baseline: str
    cases: Sequence[Case] = field(default_factory=list)
    every: Sequence[Record] = field(default_factory=list)
    slower_threads: frozenset[str] = frozenset()
    earlier: bool = False
    stale: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    @property
    def hardware(self) -> str:
        """Its name, with how many of its GPUs were used, where others were idle."""
        used = max((gpus_used(case.record) for case in self.cases if case.ran), default=0)
        there = len(self.environment.gpus) if self.environment is not None else 0
        return f"{used} of {self.name}" if 0 < used < there and self.name.startswith(f"{there} {TIMES} ") else self.name

    @property
    def choice(self) -> str:
        """What chooses it in the table of every record; empty where there is no other machine."""
        return self.name if self.key else ""

    @property
    def tries(self) -> list[Record]:
        """Every try of a capacity search, oldest first: a task may be a try of several."""
        return [record for record in self.every if record.search is not None]

    @cached_property
    def problems(self) -> dict[str, list[Case]]:
        """The cases of each problem, in the order of their names."""
        return grouped(sorted(self.cases, key=lambda case: case.problem), lambda case: case.problem)


def by_graph(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """The cases of each graph, the smallest graph first; cases as fast ones first, those without a time last."""
    graphs = grouped(cases, lambda case: case.graph)
    size = {name: max(case.edges for case in group) for name, group in graphs.items()}
    return {
        name: sorted(graphs[name], key=lambda case: (case.call is None, case.call or 0.0, case.label))
        for name in sorted(graphs, key=lambda graph: (size[graph], graph))
    }


def legend(cases: Sequence[Case], *, calls: bool = True) -> list[Key]:
    """The colour and the shape of each label; and, where times of calls are drawn, that a first call is hollow."""
    first = calls and any(case.call is not None and case.first_only for case in cases)
    return [
        *(Key(*one) for one in sorted({(case.label, case.colour, case.shape) for case in cases})),
        *([FIRST_CALL] if first else []),
    ]


FIRST_CALL = Key("hollow: first call", look="hollow")


def group_by_machine(records: Iterable[Record], baseline: str, stale: Mapping[str, str]) -> list[Measured]:
    """What was measured on each machine, that with the most records first.

    A task that never ran belongs to every machine on which its problem was posed and that engine was not tried.
    """
    records = list(records)
    machines = grouped(records, lambda record: record.environment.machine if record.environment else "")
    without_machine = machines.pop("", [])
    if not machines and without_machine:
        machines[""] = []
    for group in machines.values():
        posed = {(one.task.algorithm, one.task.dataset) for one in group}
        tried = {(one.task.algorithm, one.task.dataset, one.task.engine) for one in group}
        for record in without_machine:
            task = record.task
            if not posed or (
                (task.algorithm, task.dataset) in posed and (task.algorithm, task.dataset, task.engine) not in tried
            ):
                group.append(record)
    ordered = sorted(machines.items(), key=lambda item: (-len(item[1]), item[0]))
    names = machine_names(records)
    measured = [_machine(digest, group, baseline, stale, names.get(digest, "no machine")) for digest, group in ordered]
    if len(measured) == 1:
        return measured
    return [replace(machine, key=f"m{number}-") for number, machine in enumerate(measured, start=1)]


def machine_names(records: Iterable[Record]) -> dict[str, str]:
    """Each machine in words, by its digest: its GPUs and its processor; of two alike, with the start of the digest."""
    named: dict[str, Environment] = {}
    for record in sorted(records, key=lambda record: (record.measured_at, record.id)):
        where = record.environment
        if where is not None and len(where.gpus) >= len(named.setdefault(where.machine, where).gpus):
            named[where.machine] = where
    alike = Counter(map(_hardware, named.values()))
    return {
        digest: f"{_hardware(where)} ({plain(digest[:6])})" if alike[_hardware(where)] > 1 else _hardware(where)
        for digest, where in named.items()
    }


def _machine(digest: str, records: list[Record], baseline: str, stale: Mapping[str, str], name: str) -> Measured:
    # Sorted by time: the order of files and lines must not change a report.
    by_time = sorted(records, key=lambda record: (record.measured_at, record.id))
    kept = newest(by_time)
    kept.sort(
        key=lambda record: (
            record.task.algorithm,
            record.task.dataset,
            record.task.engine,
            record.measured_at,
            record.id,
        )
    )
    baseline = baseline_among(kept, baseline, stale=stale)
    problems = _problems(kept)
    graphs = _graphs(kept, problems)
    places = grouped(kept, lambda record: (problems[record.id], graphs[record.id]))
    shown = {record.id for group in places.values() for record in at_best_threads(group, ["call"])}
    best = (record for record in kept if record.id in shown)
    peers = grouped(best, lambda record: (problems[record.id], record.task.dataset))
    ran = [record for record in kept if record.outcome not in NEVER_RAN]
    earlier = bool(ran) and all(record.superseded for record in ran)
    labels = {
        record.id: _label(record, peers[problems[record.id], record.task.dataset], marked=not earlier)
        for record in kept
        if record.id in shown
    }
    engines = grouped(sorted({(one.task.engine, labels[one.id]) for one in kept if one.id in shown}), itemgetter(0))
    shapes = {label: style.shape(name, place) for name, own in engines.items() for place, (_, label) in enumerate(own)}
    cases = [
        replace(
            case,
            label=labels[record.id],
            shape=shapes[labels[record.id]],
            problem=problems[record.id],
            graph=graphs[record.id],
            machine=name,
            baseline=baseline,
        )
        for case in compared(kept, compare(kept, baseline, stale=stale))
        if (record := case.record).id in shown
    ]
    where = [record.environment for record in kept if record.environment is not None]
    environment = max(where, key=lambda machine: len(machine.gpus), default=None)
    return Measured(
        name=name,
        digest=digest,
        environment=environment,
        baseline=baseline,
        cases=cases,
        every=by_time,
        earlier=earlier,
        slower_threads=frozenset(record.id for record in kept if record.id not in shown),
        stale=stale,
    )


def _problems(records: Sequence[Record]) -> dict[str, str]:
    """The name of each record's problem, by its id: the algorithm, and the parameters in which records of it differ.

    Where quality was matched, settings were each engine's own affair and do not make another problem.
    """
    values: dict[str, dict[str, set[str]]] = {}
    for record in records:
        for name, value in _posed(record).items():
            values.setdefault(record.problem, {}).setdefault(name, set()).add(setting(value))
    found = {}
    for record in records:
        varying = [
            f"{name.replace('_', ' ')} {setting(value)}"
            for name, value in sorted(_posed(record).items())
            if len(values[record.problem][name]) > 1
        ]
        if record.matched is not None:
            varying.append("equal quality")
        found[record.id] = plain(f"{record.problem} ({', '.join(varying)})" if varying else record.problem)
    return found


def _graphs(records: Sequence[Record], problems: Mapping[str, str]) -> dict[str, str]:
    """The name of each record's graph, by its id, with the start of its digest where a problem has several of a name.

    What never ran joins the first graph of its name.
    """
    digests: dict[tuple[str, str], list[str]] = {}
    for record in sorted(records, key=lambda record: record.environment is None):
        known = digests.setdefault((problems[record.id], record.task.dataset), [])
        if _digest(record) not in known and (not known or record.environment is not None):
            known.append(_digest(record))
    found = {}
    for record in records:
        name, known = record.task.dataset, digests[problems[record.id], record.task.dataset]
        own = _digest(record) if _digest(record) in known else known[0]
        found[record.id] = plain(name if len(known) == 1 else f"{name} ({own[:6]})")
    return found


def _digest(record: Record) -> str:
    return record.dataset.digest if record.dataset else ""


def _posed(record: Record) -> Params:
    """The parameters that make it this problem."""
    own = record.matched.setting if record.matched is not None else {}
    return {
        name: value
        for name, value in record.task.params.items()
        if name not in MAY_DIFFER and name not in ON_HARDWARE and name not in own
    }


def _label(record: Record, peers: Sequence[Record], *, marked: bool) -> str:
    """As tables have it; where quality was matched, without the setting, which is another one on each graph.

    Where all records are from before the rules changed, the report says so once, and none is marked.
    """
    record = record if marked else msgspec.structs.replace(record, superseded=False)
    if record.matched is None:
        return label(record, peers)
    return plain(named(record.task.engine, hardware(record)))


def _hardware(where: Environment) -> str:
    host = f"{where.cpu}, {where.cores} cores, {memory(where.memory_bytes)}"
    return plain("; ".join([*gpus_of(where, sized=False), host]))
