"""`graphbench cache list|clear`."""

from __future__ import annotations

import click


@click.group("cache")
def command() -> None:
    """Show or clear what is kept on disk: downloads, cleaned graphs, answers. Records are never touched."""


@command.command("list")
def show() -> None:
    """List what is kept, with its size."""
    from graphbench import paths
    from graphbench.datasets import cache

    entries = cache.entries()
    for entry in entries:
        click.echo(f"{entry.kind:<10} {entry.bytes / 1e6:>10,.1f} MB  {entry.name}")
    total = sum(entry.bytes for entry in entries)
    click.echo(f"{len(entries)} files, {total / 1e6:,.1f} MB in {paths.home()}")


@command.command("clear")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(names: tuple[str, ...], yes: bool) -> None:
    """Remove what is kept of the named datasets, or all of it."""
    from graphbench.datasets import cache

    if not names and not yes:
        click.confirm("Remove all downloads, cleaned graphs and answers?", abort=True)
    removed = cache.clear(names or None)
    click.echo(f"Removed {len(removed)} files, {sum(entry.bytes for entry in removed) / 1e6:,.1f} MB.")
