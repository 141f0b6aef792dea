"""`graphbench records [list|export|repair|check]`: what has been measured: filtered, listed, exported, checked."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from graphbench.cli.files import output_option, write_result
from graphbench.cli.options import baseline_option, moment, names_option
from graphbench.errors import MissingStoreError, StoreError, UsageError
from graphbench.records.model import Head, Outcome, Record
from graphbench.reporting import FORMATS, terminal_width

if TYPE_CHECKING:
    from graphbench.measure.staleness import Present
    from graphbench.records.lines import Stored
    from graphbench.reporting.document import Table


_ACTIONS = ("list", "export", "repair", "check")
NEWEST = 50
"""How many records a table shows unless all are asked for."""


@click.command("records")
@click.argument("action", type=click.Choice(_ACTIONS), default="list", metavar=f"[{'|'.join(_ACTIONS)}]")
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False, path_type=Path), metavar="[FILE...]")
@names_option("algorithm", "Only these algorithms.")
@names_option("dataset", "Only these datasets.")
@names_option("engine", "Only these engines.")
@names_option("outcome", f"Only these outcomes: {', '.join(Outcome)}.")
@click.option(
    "--machine", help="Only this machine: `here`, the start of its digest, or a part of its CPU's or GPU's name."
)
@click.option("--since", metavar="WHEN", help="Only those measured since: a date (2026-01-31), or 12h, 7d, 2w ago.")
@click.option(
    "--current/--stale",
    "current",
    default=None,
    help="Only records that are current here, or only stale ones, of any machine.",
)
@click.option(
    "--store",
    "stores",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="This file; repeatable [default: records.jsonl in the home folder].",
)
@baseline_option
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Format of the result [default: list: table; export: JSON Lines].",
)
@click.option(
    "--pytest-benchmark",
    is_flag=True,
    help="export: write a file for pytest-benchmark's comparisons; only records that are ok.",
)
@click.option("--all", "everything", is_flag=True, help=f"list: show all records, not the newest {NEWEST} only.")
@output_option
def command(
    *,
    action: str,
    files: tuple[Path, ...],
    machine: str | None,
    since: str | None,
    current: bool | None,
    stores: tuple[Path, ...],
    baseline: str,
    form: str | None,
    pytest_benchmark: bool,
    everything: bool,
    output: Path | None,
    **names: list[str],
) -> int:
    """List what has been measured, newest last, export it, or check it.

    `list` prints a line per record, with what has changed since it was made: a table of the newest, or of --all.
    `export` prints the records as a store holds them, one JSON line each; with --format, what a measurement shows:
    records (of a task's rounds, the record of all) and comparisons (refused for stale records); with
    --pytest-benchmark, a file for that plugin's comparisons, from which graphbench can read the records back; records
    lose paths and names of this machine. `repair` moves the lines of a store that cannot be read to a file beside it,
    FILE.unreadable. `check` says what a board would not take of FILE, line by line (schema, plausibility, certificates,
    machine, personal paths), and exits with 1 for a fault.
    """
    stores = (*stores, *files)
    if action == "repair":
        _repair(stores)
        return 0
    if action == "check":
        return _check(stores)
    from graphbench.measure.staleness import changes, is_current, present
    from graphbench.records.store import load_heads

    now = present()
    wanted = {name.removesuffix("s"): given for name, given in names.items()}
    heads = load_heads(stores)
    if any(wanted.values()):
        from graphbench.api.stores import proper_names

        wanted = proper_names(wanted, [stored.head for stored in heads])
    keep = _filter(wanted, machine, moment(since, "--since") if since else None, now)
    if pytest_benchmark and (action == "list" or form):
        raise UsageError("--pytest-benchmark works with `export` only and excludes --format.")
    found = [
        stored
        for stored in heads
        if keep(stored.head)
        and (current is None or (is_current(stored.head, now) if current else changes(stored.head, now)))
    ]
    if action == "list":
        found.sort(key=lambda stored: _when(stored.head))
    shown = found[-NEWEST:] if action == "list" and form in {None, "table"} and not everything else found
    records = [*_whole(shown)]
    if pytest_benchmark:
        text = _for_pytest_benchmark(records)
    elif action == "list":
        width = None if output else terminal_width(sys.stdout)
        text = _listed(records, form or "table", now, width, len(found) - len(shown))
    else:
        text = _exported(records, form, baseline, now)
    write_result(text, output)
    return 0


def _check(stores: Sequence[Path]) -> int:
    from graphbench.measure import contribution
    from graphbench.measure.staleness import present
    from graphbench.records.store import Store
    from graphbench.reporting.numbers import plain
    from graphbench.system.text import count

    now, faulty = present(), 0
    for path in stores or [Store().path]:
        try:
            found = contribution.check(path, now)
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from error
        for fault in found.faults:
            click.echo(plain(f"{path}:{fault.line}: {fault.what}"))
        old = f"; {found.superseded:,} of earlier rules, which a board leaves out (checked for privacy only)"
        state = f"{count(len(found.faults), 'fault')} in " if found.faults else ""
        number = f"{count(found.records, 'record')}{old if found.superseded else ''}"
        click.echo(f"{path}: {state}{number}: {'faulty' if state else 'can be contributed'}.")
        faulty += bool(found.faults)
    return 1 if faulty else 0


def _repair(stores: Sequence[Path]) -> None:
    from graphbench.records.store import Store
    from graphbench.system.text import count

    for store in [Store(path) for path in stores] or [Store()]:
        if not store.path.is_file():
            raise MissingStoreError(f"{store.path} does not exist: there is nothing to repair.")
        moved, aside = store.repair()
        to = f"{count(moved, 'line')} moved to {aside}" if moved else "every line is a record"
        click.echo(f"{store.path}: {to}.")


def _whole(found: Iterable[Stored]) -> Iterator[Record]:
    """The whole records; a warning names a line of which only the head is one."""
    for stored in found:
        try:
            yield stored.record()
        except StoreError as error:
            warnings.warn(f"{stored.path}: record {stored.head.id} skipped: {error}", stacklevel=1)


def _filter(
    wanted: dict[str, list[str]], machine: str | None, since: datetime | None, now: Present
) -> Callable[[Record | Head], bool]:
    names = {key: {name.replace("-", "_").casefold() for name in given} for key, given in wanted.items() if given}

    def keep(record: Record | Head) -> bool:
        task, where = record.task, record.environment
        for key, given in names.items():
            own = record.outcome.value if key == "outcome" else getattr(task, key)
            if own.replace("-", "_").casefold() not in given:
                return False
        if machine is not None:
            texts = [] if where is None else [where.cpu, *(gpu.name for gpu in where.gpus)]
            here = where is not None and machine == "here" and where.machine == now.machine
            digest = where is not None and where.machine.startswith(machine.casefold())
            if not (here or digest or any(machine.casefold() in text.casefold() for text in texts)):
                return False
        return since is None or _when(record) >= since

    return keep


def _when(record: Record | Head) -> datetime:
    moment = datetime.fromisoformat(record.measured_at)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# What comes out


_FIELDS = (
    "measured_at", "algorithm", "dataset", "engine", "engine_version", "params", "outcome", "reason", "call_median_s",
    "calls", "rounds", "machine",
)  # fmt: skip


class _Line(NamedTuple):
    """A record and its fields in the list."""

    record: Record
    fields: dict[str, Any]


def _listed(records: Sequence[Record], form: str, now: Present, width: int | None = None, left_out: int = 0) -> str:
    from graphbench.measure.staleness import changes, is_elsewhere
    from graphbench.reporting import forms, markdown, terminal
    from graphbench.reporting.flat import fields
    from graphbench.reporting.numbers import indented_json
    from graphbench.system.text import count, listed

    lines = [
        _Line(record, {**fields(record, _FIELDS), "stale": ", ".join(changes(record, now)), "id": record.id})
        for record in records
    ]
    if form == "json":
        return indented_json([line.fields for line in lines])
    if form == "csv":
        return forms.csv_text([*_FIELDS, "stale", "id"], (line.fields.values() for line in lines))
    table = _table(lines)
    if form == "markdown":
        return f"{markdown.table(table)}\n"
    if not lines:
        return "No records.\n"
    stale = sum(bool(line.fields["stale"]) for line in lines)
    away = sum(is_elsewhere(line.record, now) for line in lines)
    states = [*([f"{stale:,} stale"] if stale else []), *([f"{away:,} from other machines"] if away else [])]
    drawn = terminal.table(table, width, lead=4)
    older = f"{count(left_out, 'older record')} not shown: pass --all, or filter.\n" if left_out else ""
    return f"{drawn}\n\n{count(len(lines), 'record')}: {listed(states) or 'all current'}.\n{older}"


def _table(lines: Sequence[_Line]) -> Table[_Line]:
    from graphbench.reporting.case import grouped
    from graphbench.reporting.document import Column, Table
    from graphbench.reporting.heading import label
    from graphbench.reporting.numbers import plain

    tasks = {line.record.task.key: line.record for line in lines}
    peers = grouped(tasks.values(), _place)

    def column(title: str, name: str) -> Column[_Line]:
        return Column(title, lambda line: plain(line.fields[name] or "-"))

    return Table(
        lines,
        [
            Column("measured", lambda line: line.record.measured_at[:16].replace("T", " ")),
            column("algorithm", "algorithm"),
            column("dataset", "dataset"),
            Column("engine", lambda line: label(line.record, peers[_place(line.record)])),
            column("version", "engine_version"),
            column("outcome", "outcome"),
            Column("warm call", _call, right=True),
            Column("n", lambda line: str(line.fields["calls"]), right=True),
            column("machine", "machine"),
            Column("stale", lambda line: plain(line.fields["stale"])),
            Column("id", lambda line: line.record.id[:8]),
        ],
    )


def _call(line: _Line) -> str:
    from graphbench.reporting.numbers import seconds

    taken = line.fields["call_median_s"]
    return "-" if taken is None else seconds(taken)


def _place(record: Record) -> tuple[str, str, str]:
    return record.task.algorithm, record.task.dataset, record.task.engine


def _exported(records: Sequence[Record], form: str | None, baseline: str, now: Present) -> str:
    if form is None:
        from graphbench.measure.record import public
        from graphbench.records.lines import to_json
        from graphbench.reporting.numbers import visible_json

        return "".join(f"{visible_json(to_json(public(record)).decode())}\n" for record in records)
    from graphbench.api import Result
    from graphbench.measure.staleness import stale
    from graphbench.records.matching import last_of_rounds

    return Result(last_of_rounds(records), baseline=baseline, stale=stale(records, now)).render(form)


def _for_pytest_benchmark(records: Sequence[Record]) -> str:
    from graphbench.api import last_of_each
    from graphbench.records import pytest_benchmark as interchange
    from graphbench.records.matching import last_of_rounds
    from graphbench.system.text import count

    whole = last_of_rounds(records)
    newest = last_of_each(whole)
    document = interchange.document(newest)
    reasons = {
        "a later record has their rounds, too": len(records) - len(whole),
        "the task was measured again later": len(whole) - len(newest),
        "not ok, so no time to compare": len(newest) - len(document["benchmarks"]),
    }
    for reason, number in reasons.items():
        if number:
            click.echo(f"{number:,} of {count(len(records), 'record')} left out: {reason}.", err=True)
    return json.dumps(document, indent=4) + "\n"
