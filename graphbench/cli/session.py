"""What every command shares that measures: progress, warnings, the store, Ctrl-C, how to resume, the exit code."""

from __future__ import annotations

import shlex
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from graphbench.cli.options import moment
from graphbench.errors import UnavailableError, UnsupportedError
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.system.text import count, public_word, storable

if TYPE_CHECKING:
    from graphbench.cli.progress import Reporter
    from graphbench.measure.plan import Progress
    from graphbench.measure.runner import Workers
    from graphbench.measure.suites.run import Run
    from graphbench.measure.suites.suite import Suite
    from graphbench.measure.suites.tasks import StoredRecords


class Session:
    """One measurement from the command line.

    Args:
        reporter: prints progress and warnings.
        store: the file of records; None: the one in the home folder.
        fresh: measure everything again.
        newer_than: measure again what is older than this.

    Raises:
        UsageError: if `newer_than` is not a time.
    """

    def __init__(
        self, reporter: Reporter, store: Path | None = None, *, fresh: bool = False, newer_than: str | None = None
    ) -> None:
        self.reporter = reporter
        self.interrupted = False
        self._farewell = ""
        self.unstored = 0
        self._path = store
        self._started = datetime.now(UTC)
        self.since = moment(newer_than, "--newer-than") if newer_than else self._started if fresh else None

    @classmethod
    @contextmanager
    def start(cls, store: Path | None = None, *, fresh: bool = False, newer_than: str | None = None) -> Iterator[Self]:
        """A session whose progress and warnings go to stderr."""
        from graphbench.cli.progress import Reporter

        with Reporter.on_stderr() as reporter, warnings.catch_warnings():
            warnings.showwarning = reporter.warn
            yield cls(reporter, store, fresh=fresh, newer_than=newer_than)

    def records(self) -> list[Record]:
        """The records of the store."""
        from graphbench.records.store import Store

        return list(Store(self._path).records())

    def stored(self, suite: Suite, records: Sequence[Record]) -> StoredRecords:
        """What need not be measured again."""
        from graphbench.measure.staleness import present
        from graphbench.measure.suites.tasks import StoredRecords

        return StoredRecords(records, suite, present(), self.since)

    @contextmanager
    def open_store(self) -> Iterator[None]:
        """Hold the store for writing: :meth:`measure` needs it.

        Raises:
            StoreError: if it cannot be written.
        """
        from graphbench.records.store import Store

        with Store(self._path) as self._store:
            yield
        self.unstored = self._store.unstored  # a warning has counted them; the exit code is 1

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """End the block at Ctrl-C; `interrupted` says whether that happened."""
        try:
            yield
        except KeyboardInterrupt:
            self.interrupted = True

    def end(self) -> None:
        """End the command if it was interrupted, once what is complete is shown.

        Raises:
            KeyboardInterrupt: with where the records are, and how to resume.
        """
        if self.interrupted:
            raise KeyboardInterrupt(self._farewell or self._kept())

    def _kept(self) -> str:
        """Where the records of a single run are: unlike a suite, it does not resume."""
        from graphbench.records.store import Store

        path = Store(self._path).path
        option = f" --store {shlex.quote(str(path))}" if self._path else ""
        return (
            f"Completed records are kept in {path}: `graphbench records{option}` lists them. "
            "The same command measures again; `graphbench suite` resumes."
        )

    def measure(self, runs: Iterable[tuple[str, Run]], left: Callable[[], str] = str) -> None:
        """Measure runs one after another and keep every record the moment it is complete.

        At Ctrl-C, stop; :meth:`end` then says how to resume.

        Args:
            runs: with names for progress; each is measured before the next is asked for.
            left: what is still to be measured, for that message.
        """
        from graphbench.measure.runner import Workers

        with self.interruptible(), Workers() as workers:
            for name, run in runs:
                for record in self._measured(name, run, workers):
                    if run.stored.is_news(record):
                        self._store.keep(record)
        if self.interrupted:
            self._farewell = f"Completed records are kept{left()}. To resume:\n  {resume_command(self._started)}"

    def _measured(self, name: str, run: Run, workers: Workers) -> Iterator[Record]:
        total, seconds = run.left()
        due, done = sum(item.runs for item in run.items), sum(not item.rounds for item in run.items)
        others = len(run.items) - due - done
        known = f", {done} measured before" if done else ""
        cannot = f", {others} that cannot run here" if others else ""
        self.reporter.print_line(f"{name}: {count(due, 'task')} to measure{known}{cannot}{_about(seconds)}")
        self.reporter.overall(name, 0, total, seconds)

        def follow(progress: Progress) -> None:
            if progress.record is not None:
                left, seconds = run.left()
                self.reporter.overall(name, total - left + 1, total, seconds)
            self.reporter.observe(progress)

        yield from run.measure(follow, workers)


def require_available(engines: Sequence[str], *, one: bool = False) -> None:
    """Refuse at once what no engine could begin on this machine.

    Args:
        engines: that the user named.
        one: whether the command takes a single one.

    Raises:
        UnavailableError: if none of them can run here.
    """
    from graphbench import registry

    states = [(engine, engine.availability()) for engine in registry.engines(engines)]
    if not any(state.ok for _, state in states):
        engine, state = states[0]
        others = [other.name for other in registry.engines() if other.availability().ok]
        instead = f"Available here: --engine {(' or ' if one else ',').join(others)}." if others else ""
        raise UnavailableError(engine.name, state.reason.rstrip("."), f"{state.fix} {instead}".strip())


def require_adapter(engines: Sequence[str], algorithm: str) -> None:
    """Refuse at once an algorithm that none of the engines has.

    Raises:
        UnsupportedError: the message names the engines that have it.
    """
    from graphbench import registry

    problem = registry.algorithm(algorithm)
    if any(engine in problem.adapters for engine in engines):
        return
    try:
        problem.adapter(engines[0])
    except UnsupportedError as error:
        others = ", ".join(sorted(problem.adapters))
        raise UnsupportedError(
            f"{engines[0]} cannot solve {problem.name}: {error}. Choose an --engine that has it: {others}."
        ) from error


def _about(seconds: float | None) -> str:
    from graphbench.cli.progress import duration

    return f", about {duration(seconds)}" if seconds else ""


def resume_command(started: datetime) -> str:
    """The same command, but with `--fresh` replaced: it would measure again what this run has measured."""
    typed = []
    for word in sys.argv[1:]:
        typed += ["--newer-than", started.isoformat(timespec="seconds")] if word == "--fresh" else [public_word(word)]
    return storable(shlex.join(["graphbench", *typed]))


def succeeded(record: Record, named: Collection[str], *, limits: bool = False) -> bool:
    """Whether a record is a result, for the exit code.

    Args:
        record: of a task that has ended.
        named: engines that the user named: one that is unavailable is a failure.
        limits: count timeouts, too little memory, and gaps of named engines as failures, too.
    """
    if limits:
        return record.task.engine not in named if record.outcome in NEVER_RAN else record.outcome is Outcome.OK
    if record.outcome is Outcome.UNAVAILABLE:
        return record.task.engine not in named
    return record.outcome not in {Outcome.INVALID, Outcome.ERROR}
