"""Lines of a store: records as JSON, checked when they are read, and the lines that are no records."""

from __future__ import annotations

import errno
import gc
import json
import shlex
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, cast

import msgspec

from graphbench.errors import MissingStoreError, StoreError
from graphbench.records import pytest_benchmark
from graphbench.records.model import SCHEMA, Head, Record
from graphbench.system.text import count

MAX_LINE = 64 << 20
"""The longest line that is read or written, in bytes; a thousand trials take a hundred thousand."""

_BLOCK = 1 << 18
"""Bytes that are read at once; with Python's buffer, which two lines fill, reading takes four times as long."""

_encoder = msgspec.json.Encoder(enc_hook=lambda value: value.item())  # NumPy's numbers are numbers
RECORD = msgspec.json.Decoder(Record)
HEAD = msgspec.json.Decoder(Head)

Kind = TypeVar("Kind", Record, Head)


class _Version(msgspec.Struct):
    schema: int | None = None


_version = msgspec.json.Decoder(_Version)
_START = b'{"schema":'
_OPENING = _START + f"{SCHEMA},".encode()
"""How :func:`to_json` begins, so that the version of most lines is known without a second look through them."""


def to_json(record: Record) -> bytes:
    """A record as one line of JSON, without the line's end; infinities and NaN become null."""
    return _encoder.encode(record)


def from_json(line: bytes | str) -> Record:
    """The record on a line.

    Raises:
        StoreError: if it is no record, has impossible values, or a schema that this version does not know.
    """
    return _read_line(line, RECORD)


def _read_line(line: bytes | str, decoder: msgspec.json.Decoder[Kind]) -> Kind:
    try:
        schema = SCHEMA if line[: len(_OPENING)] == _OPENING else _version.decode(line).schema
        if schema == SCHEMA:
            return _checked(decoder.decode(line))
    except (ValueError, RecursionError) as error:  # the last: of deep nesting
        raise StoreError(f"not a record of graphbench: {error}.") from None
    if schema is None:
        raise StoreError("not a record of graphbench: it has no schema.")
    advice = (
        "A newer graphbench wrote it: update this one."
        if schema > SCHEMA
        else "It was measured under earlier rules, which give other ratios: move the file away and measure again."
    )
    raise StoreError(f"a record of schema {schema}; this graphbench reads schema {SCHEMA}. {advice}")


def _checked(record: Kind) -> Kind:
    """The record, if what its fields' types do not say holds as well.

    Raises:
        ValueError: if it does not.
    """
    if datetime.fromisoformat(record.measured_at).utcoffset() != timedelta(0):
        raise ValueError(f"measured_at is {record.measured_at!r}, expected a time in UTC")
    if isinstance(record, Head):
        return record
    trials, rounds = len(record.phases.call_s), record.trials.rounds
    if rounds and sum(rounds) != trials:
        raise ValueError(f"its rounds have {sum(rounds)} trials, and there are {trials}")
    return record


def is_record(line: bytes) -> bool:
    """Whether it can be read."""
    try:
        from_json(line)
    except StoreError:
        return False
    return True


class Fault(NamedTuple):
    """A line that is no record: where, and why not."""

    number: int
    start: int
    end: int
    why: str
    torn: bool


_BOM = b"\xef\xbb\xbf"
"""Editors of Windows put this mark before a text."""


class Content(NamedTuple, Generic[Kind]):
    """What a file holds: records in the order of lines, and lines that are none; or records of pytest-benchmark.

    Attributes:
        records: all of them, or their heads; those of pytest-benchmark are always whole.
        starts: the offset of each line with a record.
        faults: the lines that are none.
        is_document: of pytest-benchmark.
    """

    records: list[Kind]
    starts: list[int]
    faults: list[Fault]
    is_document: bool = False


@contextmanager
def collector_off(*, for_good: bool = False) -> Iterator[None]:
    """Records, and what is made of them, have no cycles; every collection would walk through all of them.

    Args:
        for_good: what exists at the end of the block is not collected later either, as the process ends then.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if for_good:
            gc.freeze()
        if was_on:
            gc.enable()


@collector_off()
def read(path: Path, *, missing_ok: bool, strict: bool = False) -> list[Record]:
    """The records of a file, oldest first; a line that is there twice counts once.

    Args:
        path: the file.
        missing_ok: a file that does not exist has none.
        strict: a line that is no record is an error, not a warning.

    Raises:
        StoreError: if it is missing, cannot be read, or is no store of records (which line, and why).
    """
    found = _content(path, RECORD, missing_ok=missing_ok, strict=strict)
    unique: dict[str, Record] = {}
    for record in found.records:
        unique.setdefault(record.id, record)
    return _in_order(list(unique.values()))


class Stored(NamedTuple):
    """A record in a file: its head, and where the rest of it is."""

    head: Record | Head
    path: Path
    start: int

    def record(self) -> Record:
        """The whole record.

        Raises:
            StoreError: if its line holds more than its head, and that is no record.
        """
        if isinstance(self.head, Record):
            return self.head
        with self.path.open("rb") as file:
            file.seek(self.start)
            return msgspec.structs.replace(from_json(file.readline(MAX_LINE)), measured_at=self.head.measured_at)


@collector_off()
def read_heads(path: Path, *, missing_ok: bool) -> list[Stored]:
    """The heads of the records of a file, as :func:`read` does, in a quarter of its time.

    Raises:
        StoreError: if it is missing, cannot be read, or is no store of records (which line, and why).
    """
    found = _content(path, HEAD, missing_ok=missing_ok)
    unique: dict[str, tuple[Head, int]] = {}
    for head, start in zip(found.records, found.starts or repeat(0)):  # noqa: B905  a document has no lines
        unique.setdefault(head.id, (head, start))
    heads = _in_order([head for head, _ in unique.values()])
    return [Stored(head, path, start) for head, (_, start) in zip(heads, unique.values(), strict=True)]


def _content(
    path: Path, decoder: msgspec.json.Decoder[Kind], *, missing_ok: bool, strict: bool = False
) -> Content[Kind]:
    try:
        found = content(path, decoder)
    except FileNotFoundError:
        if missing_ok:
            return Content([], [], [])
        raise MissingStoreError(
            f"{path} does not exist. Check the path; a measurement with --store FILE makes it."
        ) from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from error
    if found.faults:
        _report(path, found, strict)
    return found


RECENT = 16 << 20
"""Bytes at the end of a store that :func:`recent` reads: some thousand records, in a tenth of a second."""


def recent(path: Path, algorithms: Collection[str], engines: Collection[str], limit: int = RECENT) -> list[Record]:
    """The newest records of these algorithms on these engines, oldest first; other lines are not even parsed.

    Args:
        path: the file; one that does not exist has none.
        algorithms: by name.
        engines: by name.
        limit: bytes at the end of the file that are read; what is before is left out.
    """
    if not path.is_file():
        return []
    with path.open("rb") as file:
        if (beyond := file.seek(0, 2) - limit) > 0:
            file.seek(beyond - 1)
            file.readline()
        else:
            file.seek(0)
        lines = file.read().splitlines()
    marks = [[f'"{name}"'.encode() for name in names] for names in (algorithms, engines)]
    found = []
    for line in lines:
        if all(any(mark in line for mark in either) for either in marks):
            with suppress(StoreError):
                found.append(from_json(line))
    return _in_order([one for one in found if one.task.algorithm in algorithms and one.task.engine in engines])


def require_store(path: Path) -> None:
    """Refuse to write to a file that is something else than a store, an empty one or a new one.

    Raises:
        StoreError: if it has lines, and none of them is a record or the beginning of one.
        OSError: if it cannot be read.
    """
    if not path.exists():
        return
    if path.is_file():
        with path.open("rb") as file:
            if is_record(file.readline(MAX_LINE)):
                return
    found = content(path, RECORD)
    problem = "a document of pytest-benchmark, to which no line can be added" if found.is_document else ""
    if found.faults and not found.records and not found.faults[0].torn:
        problem = f"line 1 is {found.faults[0].why.rstrip('.')}"
    if problem:
        raise StoreError(f"{path} is no store of records: {problem}. Name another file, or move this one away.")


def content(path: Path, decoder: msgspec.json.Decoder[Kind]) -> Content[Kind]:
    """The records, or what a decoder reads of each, and the other lines of a file.

    Raises:
        StoreError: if it is pytest-benchmark's, but not a valid one of graphbench; or a JSON array over several lines.
        OSError: if it cannot be read.
    """
    found = Content[Kind]([], [], [])
    if path.exists() and not path.is_file():  # to open a pipe would wait for its writer
        raise OSError(errno.EINVAL, "it is not a file")
    with path.open("rb", buffering=_BLOCK) as file:
        start = 0
        for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
            if number == 1 and pytest_benchmark.looks_like_document(raw):
                file.seek(0)
                return Content(cast("list[Any]", _records_of_document(path, file.read())), [], [], is_document=True)
            line = raw.removeprefix(_BOM) if number == 1 else raw
            if number == 1 and line.strip() == b"[":
                raise StoreError(
                    f"{path}, line 1: not a record of graphbench, but the start of a JSON array. A store has a record "
                    "on each line: `jq -c '.[]'` writes it so."
                )
            complete, end = line.endswith(b"\n"), start + len(raw)
            if not complete and len(line) > MAX_LINE:
                why = f"longer than {MAX_LINE:,} bytes"
                while rest := file.readline(MAX_LINE):
                    end += len(rest)
                    if rest.endswith(b"\n"):
                        break
                found.faults.append(Fault(number, start, end, why, torn=False))
            elif line.strip():
                try:
                    found.records.append(_read_line(line, decoder))
                    found.starts.append(start)
                except StoreError as error:
                    torn = not complete and (bool(found.records) or _is_part_of_record(line))
                    found.faults.append(Fault(number, start, end, str(error), torn))
            start = end
    return found


def _is_part_of_record(line: bytes) -> bool:
    """Whether a line begins as a record does, and ends before that is whole."""
    width = min(len(line), len(_START))
    if line[:width] != _START[:width]:
        return False
    try:
        json.JSONDecoder().raw_decode(line.decode(errors="replace"))  # msgspec reads no value before other text
    except (ValueError, RecursionError):
        return True
    return False


def _report(path: Path, found: Content[Any], strict: bool) -> None:
    """Warn of lines that were skipped.

    Raises:
        StoreError: if `strict`, or if the file has no record and more than a torn line.
    """
    first, number = found.faults[0], len(found.faults)
    if strict or not (found.records or first.torn):
        more = f" {count(number - 1, 'other line')} cannot be read either." if number > 1 else ""
        way = f" {_way_on(path)}" if found.records else ""
        raise StoreError(f"{path}, line {first.number}: {first.why}{more}{way}")
    if first.torn:
        warnings.warn(f"{path}, line {first.number}: torn line skipped.", stacklevel=4)
        return
    warnings.warn(
        f"{path}: {count(number, 'line')} skipped, the first of them line {first.number}: {first.why} {_way_on(path)}",
        stacklevel=4,
    )


def _way_on(path: Path) -> str:
    return f"`graphbench records repair --store {shlex.quote(str(path))}` moves such lines to a file of their own."


_CLOCK_SET = datetime(2020, 1, 1, tzinfo=UTC)
"""Earlier times are those of a clock that was not set yet."""


def _in_order(records: list[Kind]) -> list[Kind]:
    """The records, in the order of the file also by their times.

    A clock may have been wrong for a while. Records are appended, so none is later than one of the same task that the
    same machine appended after it, or it would count as the newest for ever; and none that was made before the clock
    was set is earlier than the one before. What has one time then is a second apart, so that every order by time is
    that of the lines.
    """
    moments: list[datetime] = [datetime.fromisoformat(record.measured_at) for record in records]
    if all(one <= two for one, two in pairwise([_CLOCK_SET, *moments])):  # as in most stores
        return records
    times = [*zip(moments, (record.measured_at for record in records), strict=True)]
    keys = [msgspec.json.encode(record.task, order="deterministic") for record in records]
    cells: list[tuple[bytes, str]] = [
        (key, one.environment.machine if one.environment else "") for key, one in zip(keys, records, strict=True)
    ]
    known: dict[tuple[bytes, str], tuple[datetime, str]] = {}
    for place, cell in enumerate(cells):
        if times[place][0] < _CLOCK_SET:
            times[place] = known.get(cell, times[place])
        known[cell] = times[place]
    known.clear()
    for place, cell in reversed([*enumerate(cells)]):
        times[place] = known[cell] = min(times[place], known.get(cell, times[place]))
    known.clear()
    for place, cell in enumerate(cells):
        if cell in known and times[place][0] <= known[cell][0]:
            moment, text = known[cell][0] + timedelta(seconds=1), known[cell][1]
            times[place] = moment, moment.isoformat().replace("+00:00", "Z" if text.endswith("Z") else "+00:00")
        known[cell] = times[place]
    return [
        record if record.measured_at == text else msgspec.structs.replace(record, measured_at=text)
        for record, (_, text) in zip(records, times, strict=True)
    ]


def _records_of_document(path: Path, text: bytes) -> list[Record]:
    try:
        return [from_json(raw) for raw in pytest_benchmark.raw_records(text)]
    except StoreError as error:
        raise StoreError(f"{path}: {error}") from None
