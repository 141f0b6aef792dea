"""`graphbench history STORES...`: the time of each task from record to record, and where it changed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graphbench.cli.files import output_option, write_result
from graphbench.cli.options import format_option


@click.command("history")
@click.argument("stores", nargs=-1, type=click.Path(dir_okay=False, path_type=Path), metavar="[STORE...]")
@format_option
@output_option
def command(*, stores: tuple[Path, ...], form: str, output: Path | None) -> None:
    """Show how the time of each task changed from version to version, machine by machine.

    STOREs are files of records, of any number of versions, dates and machines [default: records.jsonl in the home
    folder]; one that exists and cannot be read is skipped with a warning. A change point is where the 98 % interval
    over at least three rounds before and after it excludes 1, and the time changed by 5 % or more; with fewer rounds it
    is a possible one. Measure each version with --rounds 3 or more. A line breaks where records cannot be compared;
    machines are never mixed. CSV has a row for each record.
    """
    from graphbench import reporting
    from graphbench.records import store
    from graphbench.reporting import history

    if stores:
        records = list({one.id: one for own in store.load_each(stores) for one in own or ()}.values())
    else:
        records = list(store.Store().records())
    width = None if output else reporting.terminal_width(sys.stdout)
    write_result(history.render(records, form, width), output)
