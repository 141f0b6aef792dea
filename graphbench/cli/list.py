"""`graphbench list [algorithms|datasets|engines]`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import click

from graphbench.system.text import listed

WHAT = ("algorithms", "datasets", "engines")


class Listing(NamedTuple):
    """A table of texts, and what is to be said below it.

    Attributes:
        heads: one for each column.
        rows: as many texts as there are heads.
        right: numbers of the columns to align at the right.
        below: a paragraph, or nothing.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    below: str = ""


@click.command("list")
@click.argument("what", type=click.Choice([*WHAT, *(word[:-1] for word in WHAT)]), required=False, metavar="[WHAT]")
@click.option("--format", "form", type=click.Choice(["table", "markdown"]), default="table", show_default=True)
def command(what: str | None, form: str) -> None:
    """List algorithms, datasets and engines, or one of the three.

    Algorithms are grouped by family, with the engines that solve them.
    """
    from graphbench.reporting import markdown_table, text_table

    lists = {"algorithms": algorithms, "datasets": _datasets, "engines": _engines}
    chosen = [what if what in lists else f"{what}s"] if what else list(lists)
    table = markdown_table if form == "markdown" else text_table
    for number, name in enumerate(chosen):
        listing = lists[name]()
        drawn = table(listing.heads, listing.rows, right=listing.right)
        click.echo("\n" * bool(number) + drawn + (f"\n\n{listing.below}" if listing.below else ""))


def algorithms() -> Listing:
    """Every algorithm under its family, and which engine has an adapter for it."""
    from graphbench import registry

    engines = sorted(engine.name for engine in registry.engines())
    rows, above = [], ""
    for page in sorted(registry.algorithms(), key=lambda page: (page.family, page.name)):
        marks = ["yes" if engine in page.adapters else "-" for engine in engines]
        rows.append(["" if page.family == above else page.family, page.name, *marks, ", ".join(page.aliases)])
        above = page.family
    below = "How each engine is called, or why it has no adapter: graphbench show ALGORITHM."
    return Listing(["family", "algorithm", *engines, "also called"], rows, below=below)


def _datasets() -> Listing:
    from graphbench import graphs

    rows = []
    for name in [*graphs.names(), *graphs.twin_names()]:
        facts = graphs.describe(name)
        rows.append([facts.name, facts.kind, f"{facts.num_vertices:,}", f"{facts.num_edges:,}", facts.state])
    return Listing(
        ["dataset", "kind", "vertices", "edges", "state"],
        rows,
        right=(2, 3),
        below="Also: GROUP/NAME of the SuiteSparse Matrix Collection; snap:, gap: or ldbc:NAME, such as gap:road;\n"
        "the address of a file (https://...); a file of any usual format;\n"
        "a generator, such as ba:n=100000,m=5,seed=1, rmat:scale=20,edgefactor=16,seed=1, "
        "twin:coAuthorsDBLP,seed=2.\nA twin is a substitute, generated without a network. It is not the graph.",
    )


def _engines() -> Listing:
    """Every engine; below the table each fix once, for all engines that need it."""
    from graphbench import registry

    rows = []
    alike: dict[tuple[str, str], list[str]] = {}
    for engine in registry.engines():
        found = engine.availability()
        state = "available" if found.ok else f"unavailable: {found.reason}"
        rows.append([engine.name, engine.version() or "-", engine.device, state])
        if not found.ok:
            alike.setdefault((found.reason, found.fix), []).append(engine.name)
    below = [f"{listed(engines)}: {reason}. {fix}".rstrip() for (reason, fix), engines in alike.items()]
    return Listing(["engine", "version", "device", "state"], rows, below="\n".join(below))
