"""The command that makes a measurement again, from its record."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from graphbench import registry
from graphbench.errors import GraphbenchError, UsageError
from graphbench.measure.options import READING, Options, fields
from graphbench.records.model import Record
from graphbench.reporting.numbers import plain

if TYPE_CHECKING:
    from graphbench.algorithms.base import Parameter

_ENGINE = re.compile(r"[A-Za-z0-9][\w.-]*")
_PROGRAMS = {"graphbench", "pytest", "python"}
_WRITING = {"--output", "--save-answer", "--chart", "--store"}
_TEXT = re.compile("[^-].*")
_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?")
_SETTINGS = {
    *("seed", "ignore_weights", "threads", "allocator", "device_memory_limit", "gpus", "renumber"),
    *("direction_optimizing", "from_networkx"),
}
"""The options of a measurement that may be part of a task. A stranger's scheduler is not among them: it runs code."""


def command(record: Record, *beside: str) -> str:
    """The command line that measures the same task with the same engine, and with others.

    A record may be a stranger's, and its command is pasted: it has the algorithm's own parameters and the settings of
    a measurement that are part of a task, each checked as if it were typed, and nothing else of the record's. Every
    parameter is written, even at its default: defaults may change. Empty if the algorithm is not known here.

    Args:
        record: whose task it is.
        beside: engines to measure in the same run (the baseline, for a ratio).
    """
    task = record.task
    engines = list(dict.fromkeys([*(name for name in beside if name), task.engine]))
    try:
        problem, solved = registry.algorithm(record.problem), registry.algorithm(task.algorithm)
    except GraphbenchError:
        return ""
    if not task.dataset.strip() or not all(map(_ENGINE.fullmatch, engines)):
        return ""
    original = _split(record.environment.command) if record.environment is not None else ()
    words = ["graphbench", problem.name, _graph(task.dataset, original), "--engine", ",".join(engines)]
    if record.matched is not None:
        words.append("--match-quality")
        words += ["--allow", solved.name] if solved is not problem else []
    own = {parameter.name: parameter for parameter in solved.parameters}
    chosen = record.matched.setting if record.matched is not None else {}
    for name, value in task.params.items():
        if value is not None and name not in chosen:
            with suppress(UsageError, ValueError, OverflowError):  # it does not fit: it is left out
                words += _parameter(own[name], value) if name in own else _setting(name, value)
    return plain(shlex.join([*words, *_of_command(original)]))


def as_typed(line: str) -> str:
    """A command as a record has it, quoted so that it is one command, and without options that write files.

    Empty if it is none of graphbench's.
    """
    words = _split(line)
    if not words or words[0] not in _PROGRAMS:
        return ""
    kept = [
        word
        for before, word in pairwise(["", *words])
        if before not in _WRITING and not word.startswith(tuple(f"{option}=" for option in _WRITING))
    ]
    return plain(shlex.join(word for word in kept if word not in _WRITING))


def _parameter(declared: Parameter, value: Any) -> list[str]:
    """A parameter of the algorithm, as it is typed."""
    checked = declared.check(value)
    return [f"--{declared.name.replace('_', '-')}", repr(checked) if isinstance(checked, float) else str(checked)]


def _setting(name: str, value: Any) -> list[str]:
    """A setting of the measurement, as it is typed; nothing if it is no part of a task."""
    if name not in _SETTINGS:
        return []
    declared = fields(Options)[name]
    declared.check(value, declared.typed)
    if declared.type is bool:
        return [] if value == declared.default else [declared.typed]
    return [declared.typed, str(value)]


def _graph(name: str, original: Iterable[str]) -> str:
    """The dataset as the original command has it, which may be a file in another folder; else its name."""
    typed = [word for before, word in pairwise(["", *original]) if before not in _WRITING and not word.startswith("-")]
    words = [part for word in typed for part in (*word.split(","), word)]
    name = next((word for word in words if word.rpartition("/")[2] == name), name)
    return f"./{name}" if name.startswith("-") else name  # a file, and no option


def _of_command(original: Sequence[str]) -> list[str]:
    """The original command's options for limits and for how a file is read, which are not in the task."""
    kept: list[str] = []
    for name, field in sorted(fields(Options).items(), key=lambda named: named[1].option.on != READING):
        spelled = field.typed.split("/")
        if field.type is bool and field.option.on == READING:
            kept += [option for option in spelled if option in original]
        elif name in {"budget", "timeout", "trials"} or field.option.on == READING:
            for word, after in pairwise([*original, ""]):
                option, equals, value = word.partition("=")
                value = value if equals else after
                if option == spelled[0] and (_NUMBER if field.option.on != READING else _TEXT).fullmatch(value):
                    kept += [option, value]
    return kept


@cache
def _split(text: str) -> tuple[str, ...]:
    """The words of a command; many records have the same one, and shlex is slow."""
    try:
        return tuple(shlex.split(text))
    except ValueError:  # a quote that is never closed
        return tuple(text.split())
