"""`graphbench compare OLD NEW`: what became faster between two stores, and what slower."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.cli.files import write_result
from graphbench.cli.options import format_option
from graphbench.errors import UsageError

if TYPE_CHECKING:
    from graphbench.records.model import Record


def _percent(_ctx: click.Context, _param: click.Parameter, text: str | None) -> float | None:
    """`10%` or `10` as the fraction 0.1."""
    if text is None:
        return None
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise UsageError(f"--fail-slower takes a percentage such as 5%, not {text!r}.")
    return value / 100


class _StoreFile(click.Path):
    """A file of records; a home folder is taken for its store."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path of the file."""
        own = Path(value) / "records.jsonl"
        return super().convert(own if own.is_file() else value, param, ctx)


fail_slower_option = click.option(
    "--fail-slower",
    metavar="PERCENT",
    callback=_percent,
    help="Exit with 1 if a cell takes this much longer, such as 5%, was ok and no longer is, or nothing was judged.",
)
details_option = click.option(
    "--details", is_flag=True, help="List every cell: unchanged ones and those of one store, too."
)


@click.command("compare")
@click.argument("old", type=_StoreFile())
@click.argument("new", type=_StoreFile())
@click.option("--cross-machine", is_flag=True, help="Also compare records of different machines.")
@fail_slower_option
@details_option
@format_option
def command(*, old: Path, new: Path, cross_machine: bool, fail_slower: float | None, details: bool, form: str) -> int:
    """List the cells of two stores that became faster or slower or cannot be compared, and count the others.

    A store is a file of records, or a home folder that has one. A cell is a task on a machine and a graph; the newest
    record of each store counts. It is faster or slower if the interval over the rounds of both sides (--rounds 3 or
    more) excludes 1. With fewer rounds a difference is only possible. Intervals are wider where more cells are
    compared: where nothing changed, 98 of 100 comparisons name no cell. To find a slowdown of 10 % in nine of ten
    cases, pass --fail-slower 5% and measure 5 rounds of a single cell, or 9 of 36 cells.
    """
    from graphbench.records import lines, store

    with lines.collector_off(for_good=True):
        before, after = ((str(path), store.load([path], strict=fail_slower is not None)) for path in (old, new))
        return judge(before, after, form, fail_slower, details=details, cross_machine=cross_machine)


def judge(
    old: tuple[str, Sequence[Record]],
    new: tuple[str, Sequence[Record]],
    form: str,
    limit: float | None,
    *,
    details: bool,
    cross_machine: bool = False,
) -> int:
    """Print what changed between two sides, each with its name; the exit code is 1 if a gate objects."""
    from graphbench import reporting
    from graphbench.records.regression import changes, objections
    from graphbench.reporting import changes as shown
    from graphbench.reporting.numbers import plain

    found = changes(old[1], new[1], cross_machine=cross_machine)
    write_result(shown.render(found, form, reporting.terminal_width(sys.stdout), details=details))
    if limit is None:
        return 0
    empty = [f"{name} has no records." for name, records in (old, new) if not records]
    reasons = empty or objections(found, limit)
    for reason in reasons:
        click.echo(f"--fail-slower: {plain(reason)}", err=True)
    return 1 if reasons else 0
