"""Progress of a measurement that Python asked for: one line, in a notebook's cell or on a terminal, without widgets."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from graphbench.measure.plan import Progress
from graphbench.records.model import Outcome, Record
from graphbench.records.times import first_call, warm_calls
from graphbench.reporting.numbers import encodable, seconds, visible
from graphbench.system.text import count, listed

_EVERY_S = 0.2
"""The line is drawn at most this often."""
_WIDTH = 100

Show = Callable[[str], None]


class Follower:
    """Follows a measurement and shows where it is.

    Attributes:
        total: how many tasks there are; 0: unknown.
    """

    def __init__(self, show: Show, end: Show, *, every_task: bool = False) -> None:
        self._show, self._end, self._every_task = show, end, every_task
        self.total = 0
        self._done: Counter[str] = Counter()
        self._began = self._drawn = time.monotonic()

    def observe(self, progress: Progress) -> None:
        """Take a message of the measurement."""
        if progress.record is not None:
            self._done[progress.record.outcome.in_words] += 1
            if self._every_task:
                self._show(f"[{self._place}] {line_of(progress.record)}")
        elif not self._every_task:
            task, trials = progress.task, f", {count(progress.trial, 'trial')}" if progress.trial else ""
            self._draw(
                f"{task.algorithm} · {task.dataset} · {task.engine}: {progress.phase}{trials} ({self._place} tasks)"
            )

    def fetching(self, name: object) -> Callable[[int, int | None], None]:
        """A callback for the download of a graph."""

        def fetched(done: int, total: int | None) -> None:
            of = f" of {total / 1e6:,.1f}" if total else ""
            self._draw(f"fetching {name}: {done / 1e6:,.1f}{of} MB")

        return fetched

    def end(self, *, interrupted: bool) -> None:
        """Replace the line by what was done; remove it if there were no tasks."""
        if not self._done:
            return self.remove()
        took = time.monotonic() - self._began
        outcomes = listed([f"{number:,} {word}" for word, number in self._done.items()])
        kept = "; interrupted, and complete records are kept" if interrupted else ""
        return self._end(f"{self._place} tasks in {took:,.1f} s{f': {outcomes}' if outcomes else ''}{kept}")

    def remove(self) -> None:
        """Remove the line: an error says what happened."""
        self._end("")

    @property
    def _place(self) -> str:
        done = self._done.total()
        return f"{done:,} of {self.total:,}" if self.total else f"{done:,}"

    def _draw(self, line: str) -> None:
        now = time.monotonic()
        if now - self._drawn >= _EVERY_S:
            self._drawn = now
            self._show(line)


@contextmanager
def follow(wanted: bool | None) -> Iterator[Follower]:
    """A follower for the block.

    Args:
        wanted: None: in a notebook and on a terminal; True: also elsewhere, a line for each task; False: nowhere.
    """
    follower = _follower(wanted)
    try:
        yield follower
    except KeyboardInterrupt:
        follower.end(interrupted=True)
        raise
    except BaseException:
        follower.remove()
        raise
    follower.end(interrupted=False)


def _follower(wanted: bool | None) -> Follower:
    if wanted is False:
        return Follower(_nothing, _nothing)
    if (notebook := _in_notebook()) is not None:
        return Follower(notebook, notebook)
    if sys.stderr is not None and sys.stderr.isatty():
        return Follower(_on_terminal, lambda _: _on_terminal(""))
    return Follower(_line, _nothing, every_task=True) if wanted else Follower(_nothing, _nothing)


def _nothing(_: str) -> None:
    """Show nothing."""


def _line(text: str) -> None:
    print(encodable(visible(text), sys.stderr.encoding), file=sys.stderr, flush=True)


def _on_terminal(text: str) -> None:
    shown = encodable(visible(text), sys.stderr.encoding)
    shown = shown if len(shown) <= _WIDTH else f"{shown[: _WIDTH - 3]}..."
    sys.stderr.write(f"\r{shown:<{_WIDTH}}\r{shown}" if shown else f"\r{'':{_WIDTH}}\r")
    sys.stderr.flush()


def _in_notebook() -> Show | None:
    """What replaces a line in the cell of a notebook; None elsewhere."""
    python = sys.modules.get("IPython")
    shell = python.get_ipython() if python is not None else None
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display

    handle: Any = None

    def show(text: str) -> None:
        nonlocal handle
        bundle = {"text/plain": visible(text)}
        if handle is not None:
            handle.update(bundle, raw=True)
        elif text:
            handle = display(bundle, raw=True, display_id=True)

    return show


def line_of(record: Record) -> str:
    """A task that has ended, in one line."""
    task = record.task
    head = f"{task.algorithm} · {task.dataset} · {task.engine}: {record.outcome.in_words}"
    if record.outcome is Outcome.UNAVAILABLE:
        return f"{head}, {record.reason.partition('. ')[0].rstrip('.')}"  # `graphbench doctor` says how to install it
    if record.outcome is not Outcome.OK:
        return f"{head}, {record.reason}" if record.reason else head
    if calls := warm_calls(record):
        return f"{head}, warm call {seconds(median(calls))} (n = {len(calls)})"
    first = first_call(record)
    return head if first is None else f"{head}, first call {seconds(first)}"
