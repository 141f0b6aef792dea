"""Measuring in pytest's process: phases, inputs and certificates are graphbench's, the clock is pytest-benchmark's."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass, field
from typing import Any, Self

from graphbench import graphs, registry
from graphbench.algorithms.base import Call
from graphbench.benchmarks.options import Case, Rounds
from graphbench.engines.base import Engine, Settings
from graphbench.errors import GraphbenchError, UnavailableError, UnsupportedError
from graphbench.graphs.clean import Dataset
from graphbench.measure import protocol
from graphbench.measure import record as recording
from graphbench.measure.answers import PreviousAnswers
from graphbench.measure.job import Job
from graphbench.measure.plan import Cell
from graphbench.measure.prepare import Prepared, prepare
from graphbench.measure.run_folder import RunFolder
from graphbench.measure.task_state import TaskState
from graphbench.measure.trials import Bench
from graphbench.records import pytest_benchmark
from graphbench.records.model import Record, Worker

SEED = 0


@dataclass
class _Problem:
    """A problem on a graph, and the answers that it has got so far."""

    prepared: Prepared
    previous: list[PreviousAnswers] = field(default_factory=list)


class Session:
    """All that one process measures: engines start once, and only the engine at work holds a graph.

    Args:
        command: what the user typed, for the records.
    """

    def __init__(self, command: str = "") -> None:
        self._command = command
        self._settings = Settings()
        self._folder = RunFolder()
        self._datasets: dict[str, Dataset | GraphbenchError] = {}
        self._problems: dict[tuple[str, str], _Problem] = {}
        self._benches: dict[str, Bench] = {}
        self._state = TaskState()
        self._position = -1

    def __enter__(self) -> Self:
        self._folder.__enter__()
        self._id = self._folder.next_worker()
        return self

    def __exit__(self, *reason: object) -> None:
        self._release()
        self._folder.__exit__(*reason)

    def measure(self, case: Case, benchmark: Any, rounds: Rounds) -> Record:
        """Build the graph, time warm calls by pytest-benchmark, and certify the answers.

        Args:
            case: what to measure.
            benchmark: pytest-benchmark's fixture, not yet used; it gets names, group and, in `extra_info`, the record.
            rounds: how many.

        Returns:
            The record, its outcome `ok` or `invalid`.

        Raises:
            UnavailableError: if the engine cannot run here.
            UnsupportedError: if it has no adapter for the problem.
            DatasetError: if the graph cannot be had, or does not fit the problem.
            Exception: whatever the library raises.
        """
        engine, algorithm = registry.engine(case.engine), registry.algorithm(case.algorithm)
        try:
            attached = algorithm.adapter(engine.name)
        except UnsupportedError as gap:
            raise UnsupportedError(f"{engine.name} does not solve {algorithm.name}: {gap}") from None
        available = engine.availability()
        if not available.ok:
            raise UnavailableError(engine.name, available.reason, available.fix)
        problem = self._problem(case)
        task = problem.prepared.task(engine, self._settings)
        measured_at = recording.now()
        benchmark.group = pytest_benchmark.group(task)
        benchmark.fullname = pytest_benchmark.full_name(
            pytest_benchmark.case_id(task.algorithm, task.dataset, task.engine)
        )
        state = self._state = TaskState()
        self._sample(engine, problem.prepared, benchmark, rounds)
        worker = Worker(id=self._id, pid=os.getpid(), position=self._position, shared_build=state.shared_build)
        record = recording.complete(
            task,
            engine,
            problem.prepared,
            state,
            attached=attached,
            previous=problem.previous,
            measured_at=measured_at,
            worker=worker,
        )
        benchmark.extra_info.update(pytest_benchmark.extra_info(record))
        return record

    def _sample(self, engine: Engine, prepared: Prepared, benchmark: Any, rounds: Rounds) -> None:
        """Fill the task state, as a worker's events would."""
        self._position += 1
        bench = self._bench(engine)
        try:
            budget_s = rounds.max_s if benchmark.enabled else 0.0
            job, first = bench.prepare(self._request(engine, prepared, budget_s))
            bench.begin("call")
            count = 1
            if benchmark.enabled:
                count = rounds.settle(first.seconds, lambda: bench.trial(job, 0)[1].seconds, job.max_trials)
            _timed_by(benchmark, bench, job, count)
            bench.finish(job, "count", self._state.times)
        except BaseException:
            self._release()  # a failed call may have harmed it
            raise

    def _hear(self, event: protocol.Event) -> None:
        self._state.add(event)

    def _bench(self, engine: Engine) -> Bench:
        for name, bench in self._benches.items():
            if name != engine.name:
                bench.release()
        if engine.name not in self._benches:
            os.environ.update(engine.environment(self._settings))
            self._benches[engine.name] = Bench(self._hear)
        return self._benches[engine.name]

    def _release(self) -> None:
        for bench in self._benches.values():
            bench.release()

    def _problem(self, case: Case) -> _Problem:
        key = case.algorithm, case.dataset
        if key not in self._problems:
            params = registry.algorithm(case.algorithm).resolve({})
            cell = Cell(algorithm=case.algorithm, dataset=self._dataset(case.dataset), engines=(case.engine,))
            self._problems[key] = _Problem(prepare(cell, params, SEED))
        return self._problems[key]

    def _dataset(self, name: str) -> Dataset:
        """The dataset, loaded once; one that failed fails again at once, without another download."""
        if name not in self._datasets:
            try:
                self._datasets[name] = graphs.load(name)
            except GraphbenchError as error:
                self._datasets[name] = error
        found = self._datasets[name]
        if isinstance(found, GraphbenchError):
            raise found
        return found

    def _request(self, engine: Engine, prepared: Prepared, budget_s: float) -> protocol.Request:
        answers = self._folder.path / f"{self._id}-{self._position}-"
        return prepared.request(engine, self._settings, answers=answers, command=self._command, budget_s=budget_s)


def _timed_by(benchmark: Any, bench: Bench, job: Job, rounds: int) -> None:
    """Have pytest-benchmark time the calls, each with its own inputs; some of the answers are kept."""
    sample = bench.sample(job)
    trial = -1
    answers: list[Any] = []
    solve = bench.solver(job)

    def prepare() -> tuple[tuple[Call], dict[str, Any]]:
        nonlocal trial
        trial += 1
        p = job.call(trial)
        gc.collect()
        return (p,), {}

    def timed(p: Call) -> None:
        # Not returned: pytest-benchmark would hold on to the answer while it times the next.
        answers.append(solve(p))

    def put_away(_: Call) -> None:
        raw = answers.pop()
        if trial < rounds:  # those after are for a profile
            sample.offer(trial, raw, 0.0)

    benchmark.pedantic(timed, setup=prepare, teardown=put_away, rounds=rounds)
    if benchmark.enabled:
        bench.add_times(benchmark.stats.stats.data)
    else:  # one call was made, and nothing cleared away
        put_away(job.call(0))
