"""Progress on stderr: a live line on a terminal, one line per event elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import (
    Progress as RichProgress,
)
from rich.progress import (
    Task as RichTask,
)

from graphbench.api import Download
from graphbench.errors import FetchError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.formats import table_roles
from graphbench.graphs.formats.table_roles import TableOptions
from graphbench.measure.plan import Progress
from graphbench.records.model import Outcome, Record, Task
from graphbench.reporting.numbers import visible
from graphbench.reporting.progress import line_of
from graphbench.system.text import public_word

LONG_S = 3.0
"""Generating a graph that takes longer than this prints a line that stays."""


class Reporter:
    """Prints what is being downloaded and measured. Use it as :meth:`on_stderr`."""

    def __init__(self, console: Console, live: RichProgress) -> None:
        self._console = console
        self._live = live
        self._line: TaskID | None = None
        self._of: tuple[str, str] | None = None
        self._announced: Task | None = None
        self._bar: TaskID | None = None
        self._place = ""
        self._unavailable: set[str] = set()
        self._advice: set[str] = set()

    @classmethod
    @contextmanager
    def on_stderr(cls) -> Iterator[Reporter]:
        """A reporter whose live line is gone when the block ends."""
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), _BarOfKnownLength(), TimeElapsedColumn())
        live = RichProgress(*columns, console=console, transient=True, disable=not console.is_terminal)
        with live if console.is_terminal else nullcontext():  # before 14.3, rich prints an empty line at its end
            yield cls(console, live)

    def print_line(self, message: str) -> None:
        """One line that stays; a terminal breaks it between words."""
        self._console.print(visible(message), markup=False, soft_wrap=not self._console.is_terminal)

    def warn(self, message: Warning | str, *_: Any, **__: Any) -> None:
        """Replace `warnings.showwarning`."""
        self.print_line(f"Warning: {message}")

    def trouble(self, error: Exception) -> str:
        """What an error says; of several that end with the same advice, the first has it."""
        if not isinstance(error, FetchError) or not error.advice:
            return str(error)
        known = error.advice in self._advice
        self._advice.add(error.advice)
        return error.problem if known else str(error)

    def overall(self, name: str, done: int, total: int, left_s: float | None) -> None:
        """Show the progress of a suite: a bar on a terminal, and a count before every permanent line.

        Args:
            name: of the suite.
            done: tasks that are complete.
            total: tasks in all.
            left_s: seconds until the end, if known.
        """
        left = f", about {duration(left_s)} left" if left_s and done < total else ""
        self._place = f"[{done}/{total}{left}] "
        description = f"{name}: {done} of {total}{left}"
        if self._bar is None:
            self._bar = self._live.add_task(description, total=total)
        self._live.update(self._bar, description=description, completed=done)

    def load(
        self, names: Iterable[str], *, directed: bool | None, table: TableOptions = table_roles.NONE
    ) -> Iterator[Dataset]:
        """Load datasets one by one as they are asked for, showing downloads as bars with bytes and time left."""
        from graphbench import graphs

        for name in names:
            with self._preparing(name, directed) as reading, self.download(name) as progress:
                dataset = graphs.load(name, directed=directed, options=table, progress=progress, reading=reading)
            yield dataset

    def load_one(self, name: str, *, directed: bool | None = None, table: TableOptions = table_roles.NONE) -> Dataset:
        """Load a single dataset in the same way."""
        (dataset,) = self.load([name], directed=directed, table=table)
        return dataset

    @contextmanager
    def download(self, name: str) -> Iterator[Download]:
        """A callback for a download that draws a bar from its first call on."""
        with _download_bar(self._console, self._live, public_word(name)) as progress:
            yield progress

    @contextmanager
    def _preparing(self, name: str, directed: bool | None) -> Iterator[Download]:
        """Show what is being loaded; in a permanent line if generating the graph takes long.

        Gives a callback that draws how much of a file was read.
        """
        from graphbench.graphs.loading import to_make

        made = to_make(name, directed=directed)
        if made is None or (made.seconds is not None and made.seconds < LONG_S):
            with self._waiting(f"loading {public_word(name)}") as reading:
                yield reading
            return
        how = " on the GPU" if made.seconds is None else f", which takes about {duration(made.seconds)}"
        if not self._console.is_terminal:
            self.print_line(f"making {made}{how} ...")
        began = time.monotonic()
        with self._waiting(f"making {made}{how}") as reading:
            yield reading
        self.print_line(f"made {made} in {time.monotonic() - began:,.1f} s")

    @contextmanager
    def _waiting(self, message: str) -> Iterator[Download]:
        line = self._live.add_task(message, total=None)
        try:
            yield lambda done, total: self._live.update(line, completed=done, total=total)
        finally:
            self._live.remove_task(line)

    def observe(self, progress: Progress) -> None:
        """Follow a running task."""
        task = progress.task
        if self._line is None or self._of != (task.dataset, task.engine):
            self._finish()
            self._line = self._live.add_task("", total=None)
            self._of = (task.dataset, task.engine)
        if not self._console.is_terminal and progress.phase != "done" and task != self._announced:
            self._announced = task
            self.print_line(f"{task.algorithm} · {task.dataset} · {task.engine} ...")
        trials = f", {progress.trial} trials" if progress.trial else ""
        self._live.update(
            self._line, description=f"{task.algorithm} · {task.dataset} · {task.engine}: {progress.phase}{trials}"
        )
        if progress.record is not None:
            self._finish()
            self._tell(progress.record)

    def _tell(self, record: Record) -> None:
        """Print one line per finished task; report an unavailable engine once."""
        if record.outcome is Outcome.UNAVAILABLE:
            if record.task.engine in self._unavailable:
                return
            self._unavailable.add(record.task.engine)
        self.print_line(f"{self._place}{line_of(record)}")

    def _finish(self) -> None:
        if self._line is not None:
            self._live.remove_task(self._line)
            self._line = None


class _BarOfKnownLength(BarColumn):
    """A bar for what has a length; nothing for what has none."""

    def render(self, task: RichTask) -> Any:
        """The bar."""
        return super().render(task) if task.total is not None else ""


def duration(seconds: float) -> str:
    """A time to wait, roughly: `40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


@contextmanager
def _download_bar(console: Console, live: RichProgress, name: str) -> Iterator[Download]:
    """A callback that draws a bar from its first call on; what was fetched without a failure stays as a line."""
    bar = RichProgress(
        TextColumn("fetching {task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    task: TaskID | None = None
    began = 0.0
    files = [0]  # bytes of each: the collection's index may come before the graph

    def progress(done: int, total: int | None) -> None:
        nonlocal task, began
        if done < files[-1]:
            files.append(0)
        files[-1] = done
        if task is None:
            began = time.monotonic()
            task = bar.add_task(name, total=total)
            if console.is_terminal:
                live.stop()  # only one live display at a time
                bar.start()
            else:
                size = f" ({total / 1e6:,.1f} MB)" if total else ""
                console.print(f"fetching {name}{size} ...", markup=False)
        bar.update(task, completed=done, total=total)

    try:
        yield progress
        if task is not None:
            if console.is_terminal:
                bar.stop()
            took = time.monotonic() - began
            console.print(f"fetched {sum(files) / 1e6:,.1f} MB for {name} in {took:,.1f} s", markup=False)
    finally:
        if task is not None and console.is_terminal:
            bar.stop()
            live.start()
