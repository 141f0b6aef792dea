"""`graphbench cache list|clear`."""

from __future__ import annotations

import click

from graphbench.cli.completion import COMPLETERS
from graphbench.errors import UsageError


@click.group("cache")
def command() -> None:
    """List or clear what is cached on disk: downloads, cleaned graphs, answers. Records are never touched."""


@command.command("list")
def show() -> None:
    """List cached files with their sizes."""
    from graphbench.graphs import cache
    from graphbench.system import files
    from graphbench.system.text import count, format_bytes

    entries = cache.entries()
    for entry in entries:
        click.echo(f"{entry.kind:<10} {format_bytes(entry.bytes):>12}  {entry.name}")
    total = sum(entry.bytes for entry in entries)
    click.echo(f"{count(len(entries), 'file')}, {format_bytes(total)} in {files.home()}")


@command.command("clear")
@click.argument("names", nargs=-1, metavar="[NAME...]", shell_complete=COMPLETERS["datasets"])
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(names: tuple[str, ...], yes: bool) -> int:
    """Remove the cached files of the named datasets, or all."""
    from graphbench.graphs import cache
    from graphbench.system.text import count, format_bytes

    if not names and not yes and not _confirmed("Remove all downloads, cleaned graphs and answers?"):
        click.echo("Nothing removed.", err=True)
        return 1
    removed = cache.clear(names or None)
    click.echo(f"Removed {count(len(removed), 'file')}, {format_bytes(sum(entry.bytes for entry in removed))}.")
    return 0


def _confirmed(question: str) -> bool:
    try:
        return click.confirm(question, err=True)
    except click.Abort as stop:
        if not isinstance(stop.__context__, EOFError):
            raise  # Ctrl-C
        click.echo(err=True)
        raise UsageError("Nothing removed: no terminal to confirm on. Pass --yes.") from None
