"""Which records are stale: measured by other code, with another version, or on another graph than now.

A record is *current* for the same machine, engine version, dataset and revisions of the algorithm's page, the engine's
file and the module of trials. It is *stale* if one of these but the machine has changed: a record of another machine is
that machine's. A revision is a number that people raise when a change alters what is measured: a
corrected docstring makes no record stale. Only current records spare a suite from measuring again, and a ratio with a
stale one is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from graphbench.errors import UnknownNameError
from graphbench.records.model import Head, Record, Revisions, Task

if TYPE_CHECKING:
    from graphbench.algorithms.base import Algorithm
    from graphbench.engines.base import Engine

REVISION = 2
"""The revision of how trials are run and timed. Raise it when a change makes old times incomparable with new ones."""


def revisions(algorithm: Algorithm, engine: Engine) -> Revisions:
    """The revisions of the code that measures this algorithm on this engine."""
    return Revisions(algorithm=algorithm.revision, engine=engine.revision, trials=REVISION)


@dataclass(frozen=True, kw_only=True)
class Present:
    """The present state that records are compared with.

    Attributes:
        machine: digest of this machine.
        version: the installed version of an engine; None if it is not installed.
        revisions: of the code that measures an algorithm on an engine; None if there is no such adapter now.
        checksum: SHA-256 of the file of a dataset of the catalogue.
        file_checksum: SHA-256 of the file at a path; None if there is none now.
    """

    machine: str
    version: Callable[[str], str | None]
    revisions: Callable[[str, str], Revisions | None]
    checksum: Callable[[str], str | None]
    file_checksum: Callable[[str], str | None]


def present() -> Present:
    """This machine, the installed libraries, and this version of graphbench and its catalogue; imports no engine."""
    from graphbench import registry
    from graphbench.graphs import catalogue
    from graphbench.system.machine import machine_summary

    @functools.cache  # searching the installed distributions takes a millisecond, and stores have thousands of records
    def version(engine: str) -> str | None:
        try:
            return registry.engine(engine).version()
        except UnknownNameError:
            return None

    @functools.cache
    def known_revisions(algorithm: str, engine: str) -> Revisions | None:
        try:
            return revisions(registry.algorithm(algorithm), registry.engine(engine))
        except UnknownNameError:
            return None

    @functools.cache
    def checksum(dataset: str) -> str | None:
        entry = catalogue.find(dataset)
        return entry.sha256 if entry else None

    @functools.cache
    def file_checksum(source: str) -> str | None:
        from graphbench.graphs import loading

        path = Path(source)
        try:
            return loading.file_sha256(path) if path.is_absolute() and path.is_file() else None
        except OSError:
            return None

    return Present(
        machine=machine_summary().digest,
        version=version,
        revisions=known_revisions,
        checksum=checksum,
        file_checksum=file_checksum,
    )


def changes(record: Record | Head, now: Present) -> list[str]:
    """What has changed since a record was made, in words; empty for a current one.

    For a record from another machine, the versions installed here do not matter, nor the user's files. A task that
    never ran has no environment.
    """
    task, where = record.task, record.environment
    code = now.revisions(task.algorithm, task.engine)
    found = _changed_code(task, record.revisions, code)
    if record.superseded:
        found.append("measured under earlier rules")
    if (info := record.dataset) is not None:
        checksum = now.checksum(task.dataset) or (None if is_elsewhere(record, now) else now.file_checksum(info.source))
        if checksum and info.sha256 not in {"", checksum}:
            found.append(f"{task.dataset} was another file")
    if code is not None and where is not None and where.engine_version and not is_elsewhere(record, now):
        version = now.version(task.engine)
        if version != where.engine_version:
            is_now = f"is now {version}" if version else "is not installed now"
            found.append(f"{task.engine} {where.engine_version} {is_now}")
    return found


def is_elsewhere(record: Record | Head, now: Present) -> bool:
    """Whether a record is from another machine; a task that never ran belongs to every machine."""
    return record.environment is not None and record.environment.machine != now.machine


def is_current(record: Record | Head, now: Present) -> bool:
    """Whether a record would be the same if it were measured here now."""
    return not is_elsewhere(record, now) and not changes(record, now)


def _changed_code(task: Task, then: Revisions | None, now: Revisions | None) -> list[str]:
    from graphbench import registry

    if now is None:
        plugin = f"if a plugin has it, name that in {registry.PLUGINS_VARIABLE}"
        return [f"there is no {task.algorithm} on {task.engine} now ({plugin})"]
    if then is None:
        return ["it was measured before revisions of the code were recorded"]
    parts = {"algorithm": task.algorithm, "engine": task.engine, "trials": "timing of trials"}
    return [
        f"{name} revision {getattr(then, part)} (now {getattr(now, part)})"
        for part, name in parts.items()
        if getattr(then, part) != getattr(now, part)
    ]


def stale(records: Iterable[Record], now: Present) -> dict[str, str]:
    """What changed since each stale record was made, by its id, as `comparison.compare` takes it."""
    return {record.id: ", ".join(since) for record in records if (since := changes(record, now))}


def of_code(records: Iterable[Record]) -> dict[str, str]:
    """As :func:`stale` by code and catalogue; what is installed on the machine that draws a report is no matter."""
    return stale(records, replace(present(), machine=""))
