"""`graphbench explain [WORD]`: what a word of a result means."""

from __future__ import annotations

import json
import sys

import click

from graphbench.errors import UnknownNameError


@click.command("explain")
@click.argument("words", nargs=-1, metavar="[WORD]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: word, kind and meaning of each entry.")
def command(words: tuple[str, ...], *, as_json: bool) -> None:
    """Explain a word of a result: a verdict, note, outcome, phase, total, column or mark.

    Without a word, list them all. A word may be several: `graphbench explain few trials`.
    """
    from graphbench import registry, reporting
    from graphbench.reporting import glossary
    from graphbench.reporting.terminal import wrapped

    word = " ".join(words)
    found = glossary.explain(word) if words else glossary.entries()
    if not found:
        named = {*registry.algorithm_names(), *registry.aliases(), *registry.engine_names()}
        hint = f"`graphbench show {word}` describes it." if word in named else "`graphbench explain` lists all words."
        raise UnknownNameError("word of a result", word, {entry.word for entry in glossary.entries()}, hint)
    if as_json:
        click.echo(json.dumps([entry._asdict() for entry in found], indent=2, ensure_ascii=False))
        return
    width = reporting.terminal_width(sys.stdout)
    kind = ""
    for entry in found:
        if not words and entry.kind != kind:
            click.echo(f"{chr(10) * bool(kind)}{entry.kind}")
            kind = entry.kind
        line = f"{entry.word} ({entry.kind}): {entry.meaning}" if words else f"  {entry.word}: {entry.meaning}"
        click.echo(wrapped(line, width, indent=2 if words else 4))
