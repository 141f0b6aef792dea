"""One engine on one dataset: a worker while all goes well, a fresh one whenever it doesn't."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench.engines.base import Availability, Engine
from graphbench.measure import protocol
from graphbench.measure.answers import Verified
from graphbench.measure.certifying import LEAST_S
from graphbench.measure.plan import Observer, Plan, Progress
from graphbench.measure.prepare import Posed
from graphbench.measure.process import DiedError, OutOfMemoryError, OutOfTimeError, WorkerProcess
from graphbench.measure.run_folder import RunFolder
from graphbench.measure.task_state import Account
from graphbench.records.model import Outcome, Task, Worker
from graphbench.system import memory

_TAIL = 2_000
"""Bytes of a worker's standard error that a record carries."""


class Supervisor:
    """Sets an engine to tasks, one after another; on leaving, its worker and all that it started are gone.

    Args:
        engine: the engine.
        plan: for limits and settings.
        folder: where answers and output go.
    """

    def __init__(self, engine: Engine, plan: Plan, folder: RunFolder) -> None:
        self._engine, self._plan, self._folder = engine, plan, folder
        self._process: WorkerProcess | None = None
        self._id = ""
        self._position = 0
        self._all_well = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._end(in_good_order=kind is None)

    @functools.cached_property
    def availability(self) -> Availability:
        """Whether the engine can run on this machine."""
        return self._engine.availability()

    def run(self, task: Task, posed: Posed, observe: Observer) -> tuple[Account, Worker | None]:
        """Run one task in the worker, whatever becomes of it.

        Returns:
            What was learnt, its outcome set, and who measured it: None if no process could be started.
        """
        account, limits = Account(), self._plan.limits
        deadline = protocol.now() + limits.timeout_s
        try:
            process = self._process or self._start()
        except OSError as error:
            account.outcome, account.reason = Outcome.ERROR, f"no worker process could be started: {error}"
            return account, None
        said, killed = process.err.stat().st_size, memory.kills_for_want_of_memory()
        try:
            for event in process.ask(self._request(posed, deadline), limits.memory_bytes):
                account.add(event)
                if isinstance(event, protocol.Began | protocol.Trial):
                    observe(Progress(task=task, phase=account.phase, trial=len(account.times)))
        except OutOfTimeError:
            account.ran_out_of_time(limits.timeout_s)
        except OutOfMemoryError as excess:
            assert limits.memory_bytes is not None
            account.ran_out_of_memory(limits.memory_bytes, excess.held)
        except DiedError as death:
            last_words = _tail(process.err, said).rpartition("\n")[2]
            ran_out = killed is not None and memory.kills_for_want_of_memory() != killed and death.by_kill
            ran_out = ran_out or self._engine.is_out_of_memory(RuntimeError(last_words))
            account.died(death.status, last_words, memory_ran_out=ran_out)
        worker = Worker(
            id=self._id,
            pid=process.pid,
            position=self._position,
            shared_build=account.shared_build,
            stderr_tail=_tail(process.err, said),
        )
        self._position += 1
        if account.censored or account.outcome not in {Outcome.OK, Outcome.INVALID}:
            # Even one that lives may be harmed: a failed CUDA call poisons its context, a failed allocation its heap.
            self._all_well = False
            self._end(in_good_order=False)
        return account, worker

    def certify(
        self,
        posed: Posed,
        files: Mapping[int, Path],
        *,
        claims: Mapping[int, Mapping[str, float]],
        disputed: npt.NDArray[np.int64] | None = None,
    ) -> Verified | str:
        """Have answers certified in the worker, or in a fresh one if that is gone; no part of the task's time.

        Args:
            posed: the problem, on a graph that is made on a device.
            files: by trial, the file with its answer.
            claims: by trial, the figures that the engine itself gave for it.
            disputed: indices of pairs that are to be recomputed too.

        Returns:
            What they came to, or why that is not known.
        """
        limit = max(self._plan.limits.timeout_s, LEAST_S)
        request = posed.certification(files, claims, disputed, deadline=protocol.now() + limit)
        try:
            for event in (self._process or self._start()).ask(request):
                match event:
                    case protocol.Verdict():
                        return Verified(**msgspec.structs.asdict(event))
                    case protocol.Failed(reason=reason):
                        return reason
        except OutOfTimeError:
            why = f"that took more than {limit:g} s"
        except DiedError as death:
            why = f"the worker ended with status {death.status} while it was at it"
        except OSError as error:
            why = f"no worker process could be started: {error}"
        self._all_well = False
        self._end(in_good_order=False)
        return why

    def answers(self, worker: Worker) -> list[Path]:
        """All files with answers of the task that this worker has just run."""
        return list(self._folder.path.glob(f"{worker.id}-{worker.position}-*.npy"))

    def _request(self, posed: Posed, deadline: float) -> protocol.Request:
        return posed.request(
            self._engine,
            self._plan.settings,
            answers=self._folder.path / f"{self._id}-{self._position}-",
            command=self._plan.command,
            deadline=deadline,
            budget_s=self._plan.limits.budget_s,
            trials=self._plan.limits.trials,
        )

    def _start(self) -> WorkerProcess:
        self._id, self._position, self._all_well = self._folder.next_worker(), 0, True
        self._process = WorkerProcess(self._folder.logs / self._id, self._engine.environment(self._plan.settings))
        return self._process

    def _end(self, *, in_good_order: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if in_good_order:
            process.finish()
        else:
            process.kill()
        for log in (process.out, process.err):
            if self._all_well or log.stat().st_size == 0:
                log.unlink(missing_ok=True)


def _tail(log: Path, start: int) -> str:
    """The end of what was printed since `start`."""
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(start, size - _TAIL))
        return file.read().decode(errors="replace").strip()
