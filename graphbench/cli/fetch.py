"""`graphbench fetch NAME... | --all`."""

from __future__ import annotations

import click

from graphbench.errors import DatasetError, UsageError


@click.command("fetch")
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "everything", is_flag=True, help="The whole catalogue.")
def command(names: tuple[str, ...], everything: bool) -> int:
    """Download graphs ahead of time, check them, and cache them.

    NAME is a name from `graphbench list datasets` or GROUP/NAME of the SuiteSparse Matrix Collection. Mirrors in
    GRAPHBENCH_MIRROR (file:// or http(s)://, separated by spaces) are tried before the collection itself.
    """
    from graphbench import graphs
    from graphbench.cli.progress import Reporter

    if bool(names) == everything:
        raise UsageError("Name the graphs to fetch, or use --all for the whole catalogue.")
    failed = 0
    with Reporter.on_stderr() as reporter:
        for name in graphs.names() if everything else names:
            if not everything and (here := _is_here(name)):
                reporter.print_line(f"{name} {here}, so there is nothing to fetch.")
                continue
            try:
                with reporter.download(name) as progress:
                    path = graphs.fetch(name, progress=progress)
            except DatasetError as error:
                failed += 1
                reporter.print_line(f"Error: {reporter.trouble(error)}")
            else:
                click.echo(f"{name}\t{path}")
    return 1 if failed else 0


def _is_here(name: str) -> str:
    """Why a dataset needs no fetching, unless it is one that could be fetched; empty for those.

    Raises:
        UsageError: if it is a wrong specification.
    """
    from graphbench.graphs import catalogue, loading
    from graphbench.graphs.generators import spec

    if catalogue.find(name) is not None:
        return ""
    if spec.is_spec(name):
        spec.parse(name)
        return "is generated"
    return "is a file" if loading.is_file(name) else ""
