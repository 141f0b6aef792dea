"""What the commands share that measure over hours: progress, the store, and how to go on after Ctrl-C."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from graphbench.errors import UnavailableError, UnsupportedError
from graphbench.records.model import Outcome, Record
from graphbench.system.text import count

if TYPE_CHECKING:
    from graphbench.cli.progress import Reporter
    from graphbench.measure.plan import Progress
    from graphbench.measure.suites.run import Run
    from graphbench.records.store import Store


def measure(run: Run, name: str, reporter: Reporter, keeper: Store) -> None:
    """Measure what is missing of a run, keep every record the moment it is complete, and tell how far it is.

    Args:
        run: what to measure.
        name: what it is called where its progress is told.
        reporter: tells it.
        keeper: of the store.
    """
    total, seconds = run.left()
    due, done = sum(item.runs for item in run.items), sum(not item.rounds for item in run.items)
    others = len(run.items) - due - done
    known = f", {done} measured before" if done else ""
    cannot = f", {others} that cannot run here" if others else ""
    tasks = count(due, "task")
    reporter.say(f"{name}: {tasks} to measure{known}{cannot}{about(seconds)}")
    reporter.overall(name, 0, total, seconds)

    def follow(progress: Progress) -> None:
        if progress.record is not None:
            left, seconds = run.left()
            reporter.overall(name, total - left + 1, total, seconds)
        reporter.observe(progress)

    for record in run.measure(follow):
        if run.stored.is_news(record):
            keeper.keep(record)


def able_to_run(engines: Sequence[str], *, one: bool = False) -> None:
    """Refuse at once what no engine could begin on this machine.

    Args:
        engines: that were asked for.
        one: whether the command takes a single one.

    Raises:
        UnavailableError: if none of them can run here.
    """
    from graphbench import registry

    found = [(engine, engine.availability()) for engine in registry.engines(engines)]
    if not any(availability.ok for _, availability in found):
        engine, why = found[0]
        others = [each.name for each in registry.engines() if each.availability().ok]
        instead = f"What can run here: --engine {(' or ' if one else ',').join(others)}." if others else ""
        raise UnavailableError(engine.name, why.reason.rstrip("."), f"{why.fix} {instead}".strip())


def able_to_solve(engines: Sequence[str], algorithm: str) -> None:
    """Refuse at once an algorithm that no engine has, and name those that have it.

    Args:
        engines: that were asked for.
        algorithm: by its name.

    Raises:
        UnsupportedError: if none of them has it.
    """
    from graphbench import registry

    problem = registry.algorithm(algorithm)
    if any(problem.find_adapter(engine) for engine in engines):
        return
    try:
        problem.adapter(engines[0])
    except UnsupportedError as error:
        others = ", ".join(sorted(problem.adapters))
        raise UnsupportedError(
            f"{engines[0]} cannot solve {problem.name}: {error}. Name another --engine: these have it: {others}."
        ) from error


def about(seconds: float | None) -> str:
    """How long something will take, to be appended; empty where that is not known."""
    from graphbench.cli.progress import duration

    return f", about {duration(seconds)}" if seconds else ""


def again(started: datetime) -> str:
    """The command that goes on: the same, but that `--fresh` means only what is older than this run."""
    typed = []
    for word in sys.argv[1:]:
        typed += ["--newer-than", started.isoformat(timespec="seconds")] if word == "--fresh" else [word]
    return shlex.join(["graphbench", *typed])


def fine(record: Record, asked: set[str]) -> bool:
    """Whether a record is a result; that an engine is not there is none if it was asked for by name."""
    if record.outcome is Outcome.UNAVAILABLE:
        return record.task.engine not in asked
    return record.outcome not in {Outcome.INVALID, Outcome.ERROR}
