"""`graphbench list [algorithms|datasets|engines]`."""

from __future__ import annotations

import click

WHAT = ("algorithms", "datasets", "engines")


@click.command("list")
@click.argument("what", type=click.Choice([*WHAT, *(word[:-1] for word in WHAT)]), required=False, metavar="[WHAT]")
def command(what: str | None) -> None:
    """List algorithms, datasets and engines, or one of the three."""
    lists = {"algorithms": _algorithms, "datasets": _datasets, "engines": _engines}
    chosen = [what if what in lists else f"{what}s"] if what else list(lists)
    for number, name in enumerate(chosen):
        if number:
            click.echo()
        lists[name]()


def _algorithms() -> None:
    from graphbench import registry
    from graphbench.reporting import text_table

    engines = registry.engine_names()
    rows = []
    for name in registry.algorithm_names():
        algorithm = registry.algorithm(name)
        marks = ["yes" if engine in algorithm.adapters else "-" for engine in engines]
        rows.append([" ".join([name, *(f"({alias})" for alias in algorithm.aliases)]), algorithm.title, *marks])
    click.echo(text_table(["algorithm", "title", *engines], rows))


def _datasets() -> None:
    from graphbench import datasets
    from graphbench.reporting import text_table

    rows = []
    for name in [*datasets.names(), *datasets.twin_names()]:
        facts = datasets.describe(name)
        rows.append([facts.name, facts.kind, f"{facts.num_vertices:,}", f"{facts.num_edges:,}", facts.state])
    click.echo(text_table(["dataset", "kind", "vertices", "edges", "state"], rows, right=(2, 3)))
    click.echo(
        "\nAlso: GROUP/NAME of the SuiteSparse Matrix Collection; a file (.mtx, .csv, .graph, .parquet, ..., also .gz);"
        "\na generator, such as ba:n=100000,m=5,seed=1, rmat:scale=20,edgefactor=16,seed=1, twin:coAuthorsDBLP,seed=2."
        "\nA twin is a synthetic stand-in, made without a network: never the graph itself."
    )


def _engines() -> None:
    from graphbench import registry
    from graphbench.reporting import text_table

    rows = []
    for engine in registry.engines():
        found = engine.availability()
        state = "available" if found.ok else f"unavailable: {found.reason}. {found.fix}"
        rows.append([engine.name, engine.version() or "-", engine.device, state])
    click.echo(text_table(["engine", "version", "device", "state"], rows))
