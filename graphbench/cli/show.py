"""`graphbench show NAME`: all about one algorithm, dataset or engine."""

from __future__ import annotations

import inspect
import textwrap
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from graphbench.algorithms.base import Algorithm, Attached
from graphbench.cli.completion import COMPLETERS
from graphbench.cli.options import measurement_options, short_columns
from graphbench.engines.base import Engine
from graphbench.errors import UnknownNameError
from graphbench.measure.options import COMMAND_LINE, SHOW, Options, revised
from graphbench.reporting.numbers import visible


@click.command("show", params=measurement_options(SHOW, Options(), also=short_columns()))
@click.argument("name", shell_complete=COMPLETERS["anything"])
def command(name: str, **given: Any) -> None:
    """Show an algorithm (problem, certificate, every adapter), a dataset or an engine.

    Of a file: how it was understood, its first rows, the counts, and what cleaning dropped.
    """
    from graphbench import graphs, registry

    options = revised(Options(), {key: value for key, value in given.items() if value is not None}, COMMAND_LINE)
    if options != Options():
        return _dataset(name, options)

    with suppress(UnknownNameError):
        return _algorithm(registry.algorithm(name))
    with suppress(UnknownNameError):
        return _engine(registry.engine(name))
    with suppress(UnknownNameError):
        return _dataset(name, options)
    known = [*registry.algorithm_names(), *registry.engine_names(), *graphs.names(), *graphs.twin_names()]
    raise UnknownNameError("algorithm, dataset or engine", name, known)


def _dataset(name: str, options: Options) -> None:
    from graphbench import graphs

    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        text = graphs.describe(name, directed=options.directed, options=options.table).text()
    click.echo(visible(text))
    for message in (str(warning.message) for warning in raised):
        if message.partition(": ")[2] not in text:  # the description has those of the reader
            click.echo(f"Warning: {visible(message)}", err=True)


def _algorithm(algorithm: Algorithm) -> None:
    from graphbench import registry

    page = inspect.getmodule(algorithm.certify_check)
    click.echo(f"{algorithm.title} ({algorithm.name})\n\n{inspect.getdoc(page) or 'The page has no docstring.'}\n")
    click.echo(f"Family: {algorithm.family}.")
    if algorithm.aliases:
        click.echo(f"Also called: {', '.join(algorithm.aliases)}.")
    click.echo(f"Posed on: {_direction(algorithm)}; weights {algorithm.form.weights}.")
    if algorithm.parameters:
        click.echo("\nParameters")
    for parameter in algorithm.parameters:
        option = "--" + parameter.name.replace("_", "-")
        default = "" if parameter.default is None else f" [default: {parameter.default}]"
        click.echo(f"  {option:<18} {parameter.help}{default}")
    click.echo("\nCertificate")
    click.echo(textwrap.indent(inspect.getdoc(algorithm.certify_check) or "", "  "))
    for adapter, engines in _adapters(algorithm):
        missing = f"; has no option for {', '.join(adapter.no_equivalent)}" if adapter.no_equivalent else ""
        click.echo(f"\n{', '.join(engines)}: {_place(adapter.file)}:{adapter.line}{missing}")
        click.echo(textwrap.indent(textwrap.dedent(inspect.getsource(adapter.call)).rstrip(), "  "))
    gaps = [name for name in registry.engine_names() if name not in algorithm.adapters]
    if gaps:
        click.echo("\nNot solved by")
    for name in gaps:
        click.echo(f"  {name:<18} {algorithm.gaps.get(name, 'no adapter')}")


def _direction(algorithm: Algorithm) -> str:
    if algorithm.form.entries:
        return "the entries of the adjacency matrix, where an undirected edge is one each way"
    return (
        "keeps the dataset's direction" if algorithm.form.directed else "undirected: a directed dataset is symmetrised"
    )


def _adapters(algorithm: Algorithm) -> list[tuple[Attached, list[str]]]:
    """Every adapter with the engines that it serves alike, in the order of the first of them."""
    from graphbench import registry

    found: dict[tuple[Any, ...], tuple[Attached, list[str]]] = {}
    for name in registry.engine_names():
        if adapter := algorithm.adapters.get(name):
            key = adapter.file, adapter.line, adapter.no_equivalent
            found.setdefault(key, (adapter, []))[1].append(name)
    return list(found.values())


def _engine(engine: Engine) -> None:
    from graphbench import registry

    found = engine.availability()
    about = inspect.getdoc(inspect.getmodule(type(engine))) or type(engine).__doc__ or "The file has no docstring."
    click.echo(f"{engine.title} ({engine.name})\n\n{about}\n")
    click.echo(f"Version:   {engine.version() or 'not installed'}")
    click.echo(f"Device:    {engine.device}")
    click.echo(f"State:     {'available' if found.ok else f'unavailable: {found.reason}. {found.fix}'}")
    solves = [page.name for page in registry.algorithms() if page.find_adapter(engine.name)]
    click.echo(f"Solves:    {', '.join(solves) or 'nothing: no adapter is attached'}")
    click.echo(f"File:      {_place(inspect.getfile(type(engine)))}")


def _place(file: str) -> str:
    """The path from the package on: what a reader finds in a checkout and on the web."""
    parts = Path(file).parts
    return str(Path(*parts[len(parts) - parts[::-1].index("graphbench") - 1 :])) if "graphbench" in parts else file
