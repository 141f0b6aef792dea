"""`graphbench list [algorithms|datasets|engines]`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from graphbench.system.text import listed

if TYPE_CHECKING:
    from graphbench.engines.base import Engine

WHAT = ("algorithms", "datasets", "engines")


class Listing(NamedTuple):
    """A table of texts, and what is to be said below it.

    Attributes:
        heads: one for each column.
        rows: as many texts as there are heads.
        right: numbers of the columns to align at the right.
        lead: how many of the first columns name a row.
        below: a paragraph, or nothing.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    lead: int = 1
    below: str = ""


Facts = list[dict[str, Any]]


@click.command("list")
@click.argument("what", type=click.Choice([*WHAT, *(word[:-1] for word in WHAT)]), required=False, metavar="[WHAT]")
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
def command(what: str | None, form: str) -> None:
    """List algorithms, datasets and engines, or one of the three.

    Algorithms are grouped by family, with the engines that solve them.
    """
    from graphbench.reporting import markdown_table, terminal_width, text_table
    from graphbench.reporting.terminal import wrapped

    lists = {
        "algorithms": (algorithms, _algorithms),
        "datasets": (datasets, _datasets),
        "engines": (engines, engine_table),
    }
    chosen = [what if what in lists else f"{what}s"] if what else list(lists)
    facts = {name: lists[name][0]() for name in chosen}
    if form == "json":
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    width = terminal_width(sys.stdout)
    for number, name in enumerate(chosen):
        listing = lists[name][1](facts[name])
        if form == "markdown":
            drawn = markdown_table(listing.heads, listing.rows, right=listing.right)
        else:
            drawn = text_table(listing.heads, listing.rows, right=listing.right, width=width, lead=listing.lead)
        below = "\n".join(wrapped(line, width, 2) for line in listing.below.splitlines())
        click.echo("\n" * bool(number) + drawn + (f"\n\n{below}" if below else ""))


def algorithms() -> Facts:
    """Every algorithm, by family, and the engines that have an adapter for it."""
    from graphbench import registry

    return [
        {
            "name": page.name,
            "title": page.title,
            "family": page.family,
            "aliases": list(page.aliases),
            "summary": registry.summary(page.name),
            "engines": sorted(set(page.adapters) & set(registry.engine_names())),
        }
        for page in sorted(registry.algorithms(), key=lambda page: (page.family, page.name))
    ]


def datasets() -> Facts:
    """The catalogue, the twins, an example of each generator; counts are None where only the graph itself has them."""
    from graphbench import graphs

    names = [*graphs.names(), *graphs.twin_names(), *graphs.generated_names()]
    described = [graphs.describe(name) for name in names]
    return [
        {
            "name": known.name,
            "kind": known.kind,
            "num_vertices": known.num_vertices,
            "num_edges": known.num_edges,
            "state": known.state,
        }
        for known in described
    ]


def engines() -> Facts:
    """Every engine, and whether it can run here; none is imported."""
    from graphbench import registry

    return [engine_facts(engine) for engine in registry.engines()]


def engine_facts(engine: Engine) -> dict[str, Any]:
    """What is known of one engine without importing it."""
    found = engine.availability()
    return {
        "name": engine.name,
        "title": engine.title,
        "version": engine.version(),
        "device": engine.device,
        "available": found.ok,
        "reason": found.reason,
        "fix": found.fix,
    }


def _algorithms(facts: Facts) -> Listing:
    from graphbench import registry

    names = sorted(engine.name for engine in registry.engines())
    rows, above = [], ""
    for page in facts:
        marks = ["yes" if engine in page["engines"] else "-" for engine in names]
        family = "" if page["family"] == above else page["family"]
        rows.append([family, page["name"], *marks, ", ".join(page["aliases"])])
        above = page["family"]
    below = "How each engine is called, or why it has no adapter: graphbench show ALGORITHM."
    return Listing(["family", "algorithm", *names, "also called"], rows, lead=2, below=below)


def _datasets(facts: Facts) -> Listing:
    def number(count: int | None) -> str:
        return "-" if count is None else f"{count:,}"

    rows = [
        [known["name"], known["kind"], number(known["num_vertices"]), number(known["num_edges"]), known["state"]]
        for known in facts
    ]
    return Listing(
        ["dataset", "kind", "vertices", "edges", "state"],
        rows,
        right=(2, 3),
        below="Also: GROUP/NAME of the SuiteSparse Matrix Collection; snap:, gap: or ldbc:NAME, such as gap:road;\n"
        "the address of a file (https://...); a file of any usual format;\n"
        "a generator with other values, such as twin:coAuthorsDBLP,seed=2; graphbench show grid lists its parameters.\n"
        "A twin is a substitute, generated without a network. It is not the graph.",
    )


def engine_table(facts: Facts) -> Listing:
    """Below the table each fix once, for all engines that need it."""
    rows = []
    alike: dict[tuple[str, str], list[str]] = {}
    for engine in facts:
        state = "available" if engine["available"] else f"unavailable: {engine['reason']}"
        rows.append([engine["name"], engine["version"] or "-", engine["device"], state])
        if not engine["available"]:
            alike.setdefault((engine["reason"], engine["fix"]), []).append(engine["name"])
    below = [f"{listed(names)}: {reason}. {fix}".rstrip() for (reason, fix), names in alike.items()]
    return Listing(["engine", "version", "device", "state"], rows, below="\n".join(below))
