"""The parent: gives tasks to engines and yields a record the moment a task is complete.

One worker process serves one engine on one dataset, its tasks in order (:class:`Workers`). A task that fails or is
killed costs only itself: its record has what it measured before, and a fresh worker continues with the next.
Certificates and agreement are computed here between tasks, while the worker is idle; for graphs made on a device, the
worker certifies.
"""

from __future__ import annotations

import functools
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from graphbench import registry
from graphbench.engines.base import Availability, Engine, Settings
from graphbench.errors import GraphbenchError, InputError, UnsupportedError, UsageError
from graphbench.measure import protocol
from graphbench.measure import record as recording
from graphbench.measure.answers import MIN_CERTIFY_S, PreviousAnswers, kept
from graphbench.measure.plan import Cell, Observer, Plan, Predict, Progress
from graphbench.measure.prepare import Prepared, by_dataset, prepare, task_of
from graphbench.measure.process import BrokenEventsError, DiedError, OutOfMemoryError, OutOfTimeError, WorkerProcess
from graphbench.measure.protocol import Verified
from graphbench.measure.run_folder import RunFolder
from graphbench.measure.task_state import TaskState
from graphbench.records.model import DatasetInfo, Outcome, Params, Record, Task, Worker
from graphbench.system import memory
from graphbench.system.text import format_bytes

_BYTES_PER_VERTEX = 16
"""A lower bound: a row offset and a value of an answer, 64 bits each."""
_RELEASE_S = 30
"""How long a worker may take to release a graph before another dataset."""
_STDERR_BYTES = 2_000
"""How much of the end of a worker's standard error a record has."""


def measure(
    plan: Plan,
    observe: Observer = lambda _: None,
    predict: Predict = lambda *_: None,
    workers: Workers | None = None,
) -> Iterator[Record]:
    """Measure everything in a plan.

    Datasets come in the plan's order, then engines, fast ones first, then cells in order; a plan may ask for a random
    order of engines and cells. Closing the iterator, or an exception such as Ctrl-C, kills the worker and loses
    the current task only.

    Args:
        plan: what to measure.
        observe: called at every phase and trial.
        predict: called before each task; a prediction becomes the record, and the task is not started.
        workers: of several plans that are measured one after the other; None: of this one.

    Yields:
        One record for each task, the moment it is complete: failures are records too.

    Raises:
        UsageError: for unknown names and invalid parameters; before anything is measured.
        InputError: if a graph does not fit a problem, unless the plan is lenient; before anything is measured on that
            dataset. Likewise a UsageError if a parameter does not fit the graph.
        StoreError: if the graph cannot be written.
    """
    params = [registry.algorithm(cell.algorithm).resolve(cell.params) for cell in plan.cells]
    for cell in plan.cells:
        registry.engines(cell.engines)
    with nullcontext(workers) if workers is not None else Workers() as serving:
        for group in by_dataset(plan.cells):
            cells, unfit = [], []
            for index in group:
                try:
                    _check_room(plan.cells[index].dataset.info)
                    cells.append(_Question.of(prepare(plan.cells[index], params[index], plan.seed)))
                except (InputError, UsageError) as error:
                    if not plan.lenient:
                        raise
                    unfit += _unfit(plan, plan.cells[index], params[index], error)
            for record in unfit:
                observe(Progress(task=record.task, phase="done", record=record))
                yield record
            yield from _measure_dataset(plan, cells, serving, observe, predict)


def _unfit(plan: Plan, cell: Cell, params: Params, error: GraphbenchError) -> list[Record]:
    """Records of a problem that the graph does not fit."""
    return [
        recording.unprepared(
            task_of(cell, engine, settings, params=params, seed=plan.seed),
            engine,
            Outcome.UNSUPPORTED,
            str(error),
            cell.dataset.info,
        )
        for engine in registry.engines(cell.engines)
        for settings in plan.settings_of(engine, registry.algorithm(cell.algorithm))
    ]


def _check_room(graph: DatasetInfo) -> None:
    """Refuse a graph whose vertices alone would not fit into memory, such as one with a typo in its size line.

    Raises:
        InputError: if they do not.
    """
    needed, there = _BYTES_PER_VERTEX * graph.num_vertices, memory.free_host_bytes()
    if needed > there:
        raise InputError(
            f"{graph.name} does not fit into memory: {graph.num_vertices:,} vertices ({graph.num_isolated:,} of them "
            f"isolated) need at least {format_bytes(needed)}, and {format_bytes(there)} are free. Use a machine "
            "with more memory, or correct the size in the file if it is wrong."
        )


@dataclass
class _Question:
    """A prepared cell, and the answers to it so far."""

    prepared: Prepared
    previous: list[PreviousAnswers] = field(default_factory=list)

    @classmethod
    def of(cls, prepared: Prepared) -> _Question:
        """The cell, with answers of earlier runs: each answers the first question."""
        files = {engine: kept(digest) for engine, digest in prepared.cell.answered.items()}
        return cls(prepared, [PreviousAnswers(engine, {0: file}) for engine, file in files.items() if file.exists()])


def _measure_dataset(
    plan: Plan, questions: list[_Question], workers: Workers, observe: Observer, predict: Predict
) -> Iterator[Record]:
    tasks: dict[Engine, list[_Question]] = defaultdict(list)
    for question in questions:
        for engine in registry.engines(dict.fromkeys(question.prepared.cell.engines)):
            tasks[engine].append(question)
    engines = registry.engines(engine.name for engine in tasks)
    if plan.order is not None and questions:
        draw = random.Random(f"{plan.order} {questions[0].prepared.cell.dataset.info.name}")
        draw.shuffle(engines)
        for engine in engines:
            tasks[engine] = _shuffled(tasks[engine], engine, draw)
    for engine in engines:
        shared: dict[Settings, list[_Question]] = defaultdict(list)
        for question in tasks[engine]:
            for settings in plan.settings_of(engine, question.prepared.algorithm):
                shared[settings].append(question)
        for settings, of_worker in shared.items():
            with workers.supervisor(engine, settings, plan) as supervisor:
                for question in of_worker:
                    record = _measure_task(supervisor, question, observe=observe, predict=predict)
                    observe(Progress(task=record.task, phase="done", trial=len(record.phases.call_s), record=record))
                    yield record


def _shuffled(questions: list[_Question], engine: Engine, draw: random.Random) -> list[_Question]:
    """In random order, but those that one built graph serves one after the other: a worker holds one graph."""
    groups: dict[str, list[_Question]] = defaultdict(list)
    for question in questions:
        prepared = question.prepared
        attached = prepared.algorithm.find_adapter(engine.name)
        groups[f"{prepared.edges.digest} {sorted(attached.build.items())}" if attached else ""].append(question)
    ordered = list(groups.values())
    draw.shuffle(ordered)
    for group in ordered:
        draw.shuffle(group)
    return [question for group in ordered for question in group]


def _measure_task(supervisor: Supervisor, question: _Question, *, observe: Observer, predict: Predict) -> Record:
    prepared, engine = question.prepared, supervisor.engine
    task = prepared.task(engine, supervisor.settings)
    try:
        attached = prepared.algorithm.adapter(engine.name)
    except UnsupportedError as gap:
        return recording.record(task, engine, prepared, outcome=Outcome.UNSUPPORTED, reason=str(gap))
    if not supervisor.availability.ok:
        why = supervisor.availability
        reason = f"{why.reason}. {why.fix}" if why.fix else why.reason
        return recording.record(task, engine, prepared, outcome=Outcome.UNAVAILABLE, reason=reason)
    if prediction := predict(task, engine, prepared.info):
        return recording.record(task, engine, prepared, outcome=prediction.outcome, reason=prediction.reason)
    measured_at = recording.now()
    state, worker = supervisor.run(task, prepared, observe)
    if state.answers:
        observe(Progress(task=task, phase="certify", trial=len(state.times)))
    found = recording.complete(
        task,
        engine,
        prepared,
        state,
        attached=attached,
        previous=question.previous,
        measured_at=measured_at,
        worker=worker,
        certify=functools.partial(supervisor.certify, prepared) if prepared.edges.on_device else None,
    )
    if state.answers and worker is not None:
        for leftover in supervisor.answers(worker):
            if not any(leftover in answers.files.values() for answers in question.previous):
                leftover.unlink(missing_ok=True)
    return found


class Workers:
    """The workers of one plan, or of several that are measured one after the other: one is alive at a time.

    A worker serves one engine on one dataset. That of an engine for several GPUs goes on with the next dataset if it
    has the same settings, since its cluster takes 15 s and more to start: only while nothing has failed in it, and if
    the memory of its GPUs is free again. On leaving, the worker and everything it started are gone.
    """

    def __init__(self) -> None:
        self._folder = RunFolder()
        self._kept: Supervisor | None = None

    def __enter__(self) -> Self:
        self._folder.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.end(in_good_order=kind is None)
        self._folder.__exit__()

    @contextmanager
    def supervisor(self, engine: Engine, settings: Settings, plan: Plan) -> Iterator[Supervisor]:
        """A supervisor for the tasks of one engine on one dataset."""
        if self._kept is not None and (self._kept.engine, self._kept.settings) != (engine, settings):
            self.end()
        supervisor, self._kept = self._kept or Supervisor(engine, settings, self._folder), None
        supervisor.begin(plan)
        try:
            yield supervisor
        except BaseException:
            supervisor.end(in_good_order=False)
            raise
        self._kept = supervisor
        if not engine.multi_gpu:
            self.end()

    def end(self, *, in_good_order: bool = True) -> None:
        """End the worker that is kept for the next dataset, if there is one."""
        supervisor, self._kept = self._kept, None
        if supervisor is not None:
            supervisor.end(in_good_order=in_good_order)


class Supervisor:
    """Runs the tasks of one engine: in one worker, and in a fresh one after a failure.

    :meth:`begin` comes before the tasks on each dataset, and :meth:`end` once: then the worker and everything it
    started are gone.
    """

    def __init__(self, engine: Engine, settings: Settings, folder: RunFolder) -> None:
        self.engine, self.settings = engine, settings
        self._plan: Plan
        self._folder = folder
        self._process: WorkerProcess | None = None
        self._id = ""
        self._position = 0
        self._all_well = True

    def begin(self, plan: Plan) -> None:
        """Turn to a dataset; a worker that has served another goes on if it has released that."""
        self._plan = plan
        if self._process is not None and not self._has_room(self._process):
            self.end(in_good_order=True)

    def _has_room(self, process: WorkerProcess) -> bool:
        with suppress(OutOfTimeError, DiedError, BrokenEventsError):
            for event in process.ask(protocol.Release(deadline=protocol.now() + _RELEASE_S)):
                return isinstance(event, protocol.Done) and event.sound
        return False

    @functools.cached_property
    def availability(self) -> Availability:
        """Whether the engine can run on this machine."""
        return self.engine.availability()

    def run(self, task: Task, prepared: Prepared, observe: Observer) -> tuple[TaskState, Worker | None]:
        """Run one task in the worker.

        Returns:
            Its state, the outcome set, and the worker; None if no process could be started.
        """
        state, options = TaskState(), self._plan.options
        deadline = protocol.now() + options.timeout
        try:
            process = self._process or self._start()
        except OSError as error:
            state.outcome, state.reason = Outcome.ERROR, f"no worker process could be started: {error}"
            return state, None
        printed, killed = _size(process.err), memory.oom_kill_count()
        try:
            for event in process.ask(self._request(prepared, deadline), options.memory_limit):
                state.add(event)
                if isinstance(event, protocol.Began | protocol.Trial):
                    observe(Progress(task=task, phase=state.phase, trial=len(state.times)))
        except OutOfTimeError:
            state.ran_out_of_time(options.timeout)
        except OutOfMemoryError as excess:
            assert options.memory_limit is not None
            state.ran_out_of_memory(options.memory_limit, excess.held)
        except DiedError as death:
            last_words = _tail(process.err, printed).rpartition("\n")[2]
            ran_out = killed is not None and memory.oom_kill_count() != killed and death.by_kill
            ran_out = ran_out or self.engine.is_out_of_memory(RuntimeError(last_words))
            state.died(death.status, last_words, memory_ran_out=ran_out)
        except BrokenEventsError as error:
            state.broke(str(error))
        worker = Worker(
            id=self._id,
            pid=process.pid,
            position=self._position,
            shared_build=state.shared_build,
            stderr_tail=_tail(process.err, printed),
        )
        self._position += 1
        if state.censored or not state.sound:
            # Even a worker that still runs: a failed CUDA call breaks its context, a failed allocation its heap.
            self._all_well = False
            self.end(in_good_order=False)
        return state, worker

    def certify(
        self,
        prepared: Prepared,
        files: Mapping[int, Path],
        *,
        claims: Mapping[int, Mapping[str, float]],
        check_seed: int,
        disputed: npt.NDArray[np.int64] | None = None,
    ) -> Verified | str:
        """Certify answers in the worker, or in a fresh one; arguments as :func:`.answers.verify` takes them.

        Returns:
            The result, or why certifying failed.
        """
        limit = max(self._plan.options.timeout, MIN_CERTIFY_S)
        request = prepared.certification(
            files, claims, disputed, check_seed=check_seed, deadline=protocol.now() + limit
        )
        try:
            for event in (self._process or self._start()).ask(request):
                match event:
                    case Verified():
                        return event
                    case protocol.Failed(reason=reason):
                        return reason
        except OutOfTimeError:
            why = f"it took more than {limit:g} s"
        except DiedError as death:
            why = f"the worker exited with status {death.status} during certification"
        except BrokenEventsError as error:
            why = f"the worker's messages cannot be read ({error})"
        except OSError as error:
            why = f"no worker process could be started: {error}"
        self._all_well = False
        self.end(in_good_order=False)
        return why

    def answers(self, worker: Worker) -> list[Path]:
        """The answer files of the task that this worker has just run."""
        return list(self._folder.path.glob(f"{worker.id}-{worker.position}-*.npy"))

    def _request(self, prepared: Prepared, deadline: float) -> protocol.Request:
        return prepared.request(
            self.engine,
            self.settings,
            answers=self._folder.path / f"{self._id}-{self._position}-",
            command=self._plan.command,
            deadline=deadline,
            budget_s=self._plan.options.budget,
            trials=self._plan.options.trials,
        )

    def _start(self) -> WorkerProcess:
        self._id, self._position, self._all_well = self._folder.next_worker(), 0, True
        self._process = WorkerProcess(self._folder.logs / self._id, self.engine.environment(self.settings))
        return self._process

    def end(self, *, in_good_order: bool) -> None:
        """End the worker, if there is one; not in good order, it is killed."""
        process, self._process = self._process, None
        if process is None:
            return
        if in_good_order:
            process.finish()
        else:
            process.kill()
        for log in (process.out, process.err):
            if self._all_well or _size(log) == 0:
                log.unlink(missing_ok=True)


def _size(log: Path) -> int:
    """Bytes; 0 if somebody removed it."""
    with suppress(OSError):
        return log.stat().st_size
    return 0


def _tail(log: Path, start: int) -> str:
    """The end of what was printed after `start`; a log that is shorter than that was emptied meanwhile."""
    with suppress(OSError), log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(start if start <= size else 0, size - _STDERR_BYTES))
        return file.read().decode(errors="replace").strip()
    return ""
