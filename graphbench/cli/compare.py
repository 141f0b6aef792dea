"""`graphbench compare OLD NEW`: what became faster between two stores, and what slower."""

from __future__ import annotations

from pathlib import Path

import click

from graphbench.cli.files import write_result
from graphbench.errors import UsageError
from graphbench.reporting import FORMATS


@click.command("compare")
@click.argument("old", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--cross-machine", is_flag=True, help="Also compare records of different machines.")
@click.option(
    "--fail-slower",
    metavar="PERCENT",
    help="Exit with 1 if a cell takes this much longer, such as 10%, or was ok and no longer is.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Format of the result."
)
def command(*, old: Path, new: Path, cross_machine: bool, fail_slower: str | None, form: str) -> int:
    """List the cells of two stores that became faster, slower, stayed the same or cannot be compared.

    A cell is a task on a machine and a graph; the newest record of each store counts. It is faster or slower if
    the interval of the ratio excludes 1 and the trials of both sides hardly overlap (Cliff's delta).
    """
    from graphbench.records import store
    from graphbench.records.regression import changes, failed
    from graphbench.reporting import changes as shown

    limit = _percent(fail_slower) if fail_slower is not None else None
    found = changes(store.load([old]), store.load([new]), cross_machine=cross_machine)
    write_result(shown.render(found, form))
    bad = failed(found, limit) if limit is not None else []
    if bad:
        click.echo(f"{len(bad)} beyond --fail-slower {100 * limit:g}%." if limit is not None else "", err=True)
    return 1 if bad else 0


def _percent(text: str) -> float:
    """`10%` or `10` as the fraction 0.1."""
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise UsageError(f"--fail-slower takes a percentage such as 10%, not {text!r}.")
    return value / 100
