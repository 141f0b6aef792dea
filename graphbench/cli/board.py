"""`graphbench board FOLDER`: a static site from contributed records."""

from __future__ import annotations

from pathlib import Path

import click

from graphbench.errors import UsageError


@click.command("board")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("site"),
    show_default=True,
    metavar="FOLDER",
    help="Write here; other files in the folder stay.",
)
@click.option("--title", help="The heading of the overview.")
def command(*, folder: Path, output: Path, title: str | None) -> None:
    """Write a site from every *.jsonl below FOLDER: an overview, and a page for each machine.

    The overview says which engine is fastest where; each number of its heat map leads to the record on the machine's
    page, with verdict, reasons and the command that measures it again. Pages hold all they need and request nothing.
    Nothing is measured; the same records give the same bytes. Machines are never compared, and records of earlier rules
    are left out, as is a file that cannot be read. `graphbench records check FILE` says whether a file can be
    contributed.
    """
    from graphbench.measure.staleness import of_code
    from graphbench.records import store
    from graphbench.reporting import board

    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder. Name the folder that holds the files of records.")
    files = sorted(folder.rglob("*.jsonl"))
    names = [path.relative_to(folder).as_posix() for path in files]
    sources = [board.Source(*source) for source in zip(names, store.load_each(files), strict=True)]
    stale = of_code([record for source in sources for record in source.records or ()])
    click.echo(str(board.write(board.build(sources, stale, title=title or board.TITLE), output)))
