"""The parent: sets engines to tasks, and gives a record the moment a task is complete.

One worker process serves one engine on one dataset, its tasks in order. A task that fails or has to be killed is lost
alone: what it measured before is in its record, and a fresh worker goes on with the next. Certificates and agreement
are computed here between tasks, while the worker idles; graphs that are made on a device are certified by the worker.
"""

from __future__ import annotations

import functools
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphbench import registry
from graphbench.engines.base import Engine
from graphbench.errors import InputError, UnsupportedError, UsageError
from graphbench.measure import record as recording
from graphbench.measure.answers import Earlier, kept
from graphbench.measure.plan import Cell, Foresee, Limits, Observer, Plan, Progress
from graphbench.measure.prepare import Posed, by_dataset, pose, task_of
from graphbench.measure.run_folder import RunFolder
from graphbench.measure.supervisor import Supervisor
from graphbench.records.model import DatasetInfo, Outcome, Params, Record
from graphbench.system import text
from graphbench.system.memory import free_host_bytes

_BYTES_PER_VERTEX = 16
"""Where an edge list is put into rows and a vertex gets an answer: an offset and a number of 64 bits each."""


def measure(plan: Plan, observe: Observer = lambda _: None, foresee: Foresee = lambda *_: None) -> Iterator[Record]:
    """Measure everything in a plan.

    Datasets come in the plan's order; for each, engine after engine, the quick ones first; for each of these, the cells
    in order; a plan may ask for a random order of engines and cells. Closing the iterator, or an exception such as
    Ctrl-C, kills the worker and drops the task in hand only. On Linux a worker also dies with the thread that started
    it, so drive the iterator from one thread that lives on.

    Args:
        plan: what to measure.
        observe: is told of every phase and trial.
        foresee: is asked before each task whether it need be started; what it answers becomes the record.

    Yields:
        One record for each task, the moment it is complete: failures are records too.

    Raises:
        UsageError: for names, parameters or limits that make no sense; before anything is measured.
        InputError: if a graph does not fit a problem, unless the plan is lenient; before anything is measured on that
            dataset.
        StoreError: if the graph as posed cannot be written.
    """
    _check(plan.limits)
    params = [registry.algorithm(cell.algorithm).resolve(cell.params) for cell in plan.cells]
    for cell in plan.cells:
        registry.engines(cell.engines)
    with RunFolder() as folder:
        for group in by_dataset(plan.cells):
            cells, unfit = [], []
            for index in group:
                try:
                    _check_room(plan.cells[index].dataset.info)
                    cells.append(_Cell.of(pose(plan.cells[index], params[index], plan.seed)))
                except InputError as error:
                    if not plan.lenient:
                        raise
                    unfit += _unfit(plan, plan.cells[index], params[index], error)
            for record in unfit:
                observe(Progress(task=record.task, phase="done", record=record))
                yield record
            yield from _measure_dataset(plan, cells, folder, observe, foresee)


def _unfit(plan: Plan, cell: Cell, params: Params, error: InputError) -> list[Record]:
    """Records of a problem that the graph does not fit."""
    records = []
    for engine in registry.engines(cell.engines):
        task = task_of(cell, engine, plan.settings, params=params, seed=plan.seed)
        records.append(recording.unposed(task, engine, Outcome.UNSUPPORTED, str(error), cell.dataset.info))
    return records


def _check_room(graph: DatasetInfo) -> None:
    """Refuse a graph whose vertices alone would not fit: a slip in a size line promises any number of them.

    Raises:
        InputError: if it is so.
    """
    needed, there = _BYTES_PER_VERTEX * graph.num_vertices, free_host_bytes()
    if needed > there:
        raise InputError(
            f"{graph.name} has {graph.num_vertices:,} vertices ({graph.num_isolated:,} of them isolated), which need "
            f"{text.text(needed)} of memory at least, and {text.text(there)} are free. If that number is right, take "
            "a machine with more memory; if not, mend the size that the file promises."
        )


def _check(limits: Limits) -> None:
    if limits.trials is not None and limits.trials < 1:
        raise UsageError(f"--trials takes a whole number from 1, not {limits.trials}.")
    if not limits.budget_s >= 0:
        raise UsageError(f"--budget takes seconds from 0, not {limits.budget_s:g}.")
    if not limits.timeout_s > 0:
        raise UsageError(f"--timeout takes seconds above 0, not {limits.timeout_s:g}.")
    if limits.memory_bytes is not None and limits.memory_bytes <= 0:
        raise UsageError(f"--memory-limit takes a size above 0, not {limits.memory_bytes}.")


@dataclass
class _Cell:
    """A posed cell, and the answers it has got so far."""

    posed: Posed
    earlier: list[Earlier] = field(default_factory=list)

    @classmethod
    def of(cls, posed: Posed) -> _Cell:
        """The cell, with the answers that are kept from earlier runs: each is to the first question."""
        files = {engine: kept(digest) for engine, digest in posed.cell.answered.items()}
        return cls(posed, [Earlier(engine, {0: file}) for engine, file in files.items() if file.exists()])


def _measure_dataset(
    plan: Plan, cells: list[_Cell], folder: RunFolder, observe: Observer, foresee: Foresee
) -> Iterator[Record]:
    tasks: dict[Engine, list[_Cell]] = defaultdict(list)
    for cell in cells:
        for engine in registry.engines(dict.fromkeys(cell.posed.cell.engines)):
            tasks[engine].append(cell)
    engines = registry.engines(engine.name for engine in tasks)
    if plan.order is not None and cells:
        draw = random.Random(f"{plan.order} {cells[0].posed.cell.dataset.info.name}")
        draw.shuffle(engines)
        for engine in engines:
            draw.shuffle(tasks[engine])
    for engine in engines:
        with Supervisor(engine, plan, folder) as supervisor:
            for cell in tasks[engine]:
                record = _measure_task(plan, engine, supervisor, cell, observe=observe, foresee=foresee)
                observe(Progress(task=record.task, phase="done", trial=len(record.phases.run_s), record=record))
                yield record


def _measure_task(
    plan: Plan, engine: Engine, supervisor: Supervisor, cell: _Cell, *, observe: Observer, foresee: Foresee
) -> Record:
    posed = cell.posed
    task = posed.task(engine, plan.settings)
    try:
        attached = posed.algorithm.adapter(engine.name)
    except UnsupportedError as gap:
        return recording.record(task, engine, posed, outcome=Outcome.UNSUPPORTED, reason=str(gap))
    if not supervisor.availability.ok:
        why = supervisor.availability
        reason = f"{why.reason}. {why.fix}" if why.fix else why.reason
        return recording.record(task, engine, posed, outcome=Outcome.UNAVAILABLE, reason=reason)
    if foreseen := foresee(task, engine, posed.info):
        return recording.record(task, engine, posed, outcome=foreseen.outcome, reason=foreseen.reason)
    measured_at = recording.now()
    account, worker = supervisor.run(task, posed, observe)
    if account.answers:
        observe(Progress(task=task, phase="certify", trial=len(account.times)))
    found = recording.complete(
        task,
        engine,
        posed,
        account,
        attached=attached,
        earlier=cell.earlier,
        measured_at=measured_at,
        worker=worker,
        certify=functools.partial(supervisor.certify, posed) if posed.edges.on_device else None,
    )
    if account.answers and worker is not None:
        for leftover in supervisor.answers(worker):
            if not any(leftover in earlier.files.values() for earlier in cell.earlier):
                leftover.unlink(missing_ok=True)
    return found
