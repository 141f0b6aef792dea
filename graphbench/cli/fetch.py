"""`graphbench fetch NAME... | --all`."""

from __future__ import annotations

import click

from graphbench.cli.completion import COMPLETERS
from graphbench.errors import DatasetError, UsageError
from graphbench.system.text import public_word


@click.command("fetch")
@click.argument("names", nargs=-1, metavar="NAME...", shell_complete=COMPLETERS["datasets"])
@click.option("--all", "everything", is_flag=True, help="The whole catalogue.")
def command(names: tuple[str, ...], everything: bool) -> int:
    """Download graphs ahead of time, check them, and cache them.

    NAME is a name from `graphbench list datasets`, GROUP/NAME of the SuiteSparse Matrix Collection, a name of another
    catalogue (snap:ca-GrQc, gap:road, ldbc:datagen-7_5-fb), or an address (https://host/edges.csv.gz). Mirrors in
    GRAPHBENCH_MIRROR (file:// or http(s)://, separated by spaces) are tried before the collection itself.
    """
    from graphbench import graphs
    from graphbench.cli.progress import Reporter

    if bool(names) == everything:
        raise UsageError("Name the graphs to fetch, or use --all for the whole catalogue.")
    for name in names:
        _refuse_unless_remote(name)
    failed = 0
    with Reporter.on_stderr() as reporter:
        for name in graphs.names() if everything else names:
            try:
                with reporter.download(name) as progress:
                    path = graphs.fetch(name, progress=progress)
            except DatasetError as error:
                failed += 1
                reporter.print_line(f"Error: {reporter.trouble(error)}")
            else:
                click.echo(f"{public_word(name)}\t{path}")
    return 1 if failed else 0


def _refuse_unless_remote(name: str) -> None:
    """Refuse what cannot be fetched, before anything is.

    Raises:
        UsageError: if the name is empty, or that of a file or generator.
    """
    from graphbench.graphs import catalogue, collections, loading, web
    from graphbench.graphs.generators import spec

    if not name.strip():
        raise UsageError("The name of a graph to fetch is empty. See `graphbench list datasets`.")
    if catalogue.find(name) is not None or collections.target(name) is not None or web.is_address(name):
        return
    if spec.is_spec(name):
        spec.parse(name)
        raise UsageError(f"{name} is generated, so there is nothing to fetch. Pass it to a measurement as it is.")
    if loading.is_file(name):
        raise UsageError(f"{name} is a file, so there is nothing to fetch. Pass it to a measurement as it is.")
