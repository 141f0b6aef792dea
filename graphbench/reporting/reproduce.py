"""The command that makes a measurement again, from its record."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from graphbench.records.model import Record
from graphbench.reporting.numbers import plain


def command(record: Record, *beside: str) -> str:
    """The command line that measures the same task with the same engine, and with others.

    Every parameter is written, even at its default: defaults may change.

    Args:
        record: whose task it is.
        beside: engines to measure in the same run (the baseline, for a ratio).
    """
    task = record.task
    engines = ",".join(dict.fromkeys([*(name for name in beside if name), task.engine]))
    own = record.matched.setting if record.matched is not None else {}
    words = ["graphbench", record.problem, task.dataset, "--engine", engines]
    if record.matched is not None:
        words.append("--match-quality")
        words += ["--allow", task.algorithm] if task.algorithm != record.problem else []
    for name, value in task.params.items():
        if value is None or value is False or name in own:
            continue
        words.append(f"--{name.replace('_', '-')}")
        if value is not True:
            words.append(repr(value) if isinstance(value, float) else str(value))
    return _with_options(words, record)


def _with_options(words: Sequence[str], record: Record) -> str:
    """Add the original command's options for direction and time limits, which are not in the task."""
    where = record.environment
    original = _split(where.command) if where is not None else []
    kept: list[str] = [option for option in ("--directed", "--undirected") if option in original]
    for option in ("--budget", "--timeout", "--trials"):
        if option in original[:-1]:
            kept += [option, original[original.index(option) + 1]]
        kept += [word for word in original if word.startswith(f"{option}=")]
    return plain(shlex.join([*words, *kept]))


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quote that is never closed
        return text.split()
