"""`graphbench show NAME`: all about one algorithm, dataset or engine."""

from __future__ import annotations

import inspect
import sys
import textwrap
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from graphbench.algorithms.base import Algorithm, Attached
from graphbench.cli.completion import COMPLETERS
from graphbench.cli.options import measurement_options
from graphbench.engines.base import Engine
from graphbench.errors import UnknownNameError
from graphbench.measure.options import COMMAND_LINE, SHOW, Options, revised
from graphbench.reporting.numbers import visible


@click.command("show", params=measurement_options(SHOW, Options()))
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
    for line in text.splitlines():
        _print(line, 2)
    for message in (str(warning.message) for warning in raised):
        if message.partition(": ")[2] not in text:  # the description has those of the reader
            click.echo(f"Warning: {visible(message)}", err=True)


def _algorithm(algorithm: Algorithm) -> None:
    from graphbench import registry

    page = inspect.getmodule(algorithm.certify_check)
    _print(f"{algorithm.title} ({algorithm.name})")
    _print_text(inspect.getdoc(page) or "The page has no docstring.")
    _print(f"Family: {algorithm.family}.")
    if algorithm.aliases:
        _print(f"Also called: {', '.join(algorithm.aliases)}.")
    _print(f"Posed on: {_direction(algorithm)}; weights {algorithm.form.weights}.")
    if algorithm.parameters:
        _print("\nParameters")
    for parameter in algorithm.parameters:
        option = "--" + parameter.name.replace("_", "-")
        default = "" if parameter.default is None else f" [default: {parameter.default}]"
        _print(f"  {option:<18} {parameter.help}{default}", _INDENT)
    _print("\nCertificate")
    _print_text(inspect.getdoc(algorithm.certify_check) or "")
    for adapter, engines in _adapters(algorithm):
        missing = f"; has no option for {', '.join(adapter.no_equivalent)}" if adapter.no_equivalent else ""
        _print(f"{', '.join(engines)}: {_place(adapter.file)}:{adapter.line}{missing}")
        click.echo(textwrap.indent(textwrap.dedent(inspect.getsource(adapter.call)).rstrip(), "  ") + "\n")
    gaps = [name for name in registry.engine_names() if name not in algorithm.adapters]
    if gaps:
        _print("Not solved by")
    for name in gaps:
        _print(f"  {name:<18} {algorithm.gaps.get(name, 'no adapter')}", _INDENT)


_INDENT = 21
"""Of the further lines of a list's item: where its text begins."""


def _print(line: str, indent: int = 0) -> None:
    from graphbench.reporting import terminal_width
    from graphbench.reporting.terminal import wrapped

    click.echo("\n" * line.startswith("\n") + wrapped(line.lstrip("\n"), terminal_width(sys.stdout), indent))


def _print_text(text: str) -> None:
    """Print paragraphs between empty lines, filled to the width of a terminal."""
    from graphbench.reporting import terminal_width

    width = terminal_width(sys.stdout)
    filled = text if width is None else click.formatting.wrap_text(text, width, preserve_paragraphs=True)
    click.echo(f"\n{filled}\n")


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
    solves = [page.name for page in registry.algorithms() if page.find_adapter(engine.name)]
    _print(f"{engine.title} ({engine.name})")
    _print_text(about)
    for label, value in {
        "Version": engine.version() or "not installed",
        "Device": engine.device,
        "State": "available" if found.ok else f"unavailable: {found.reason}. {found.fix}",
        "Solves": ", ".join(solves) or "nothing: no adapter is attached",
        "File": _place(inspect.getfile(type(engine))),
    }.items():
        _print(f"{label + ':':<11}{value}", 11)


def _place(file: str) -> str:
    """The path from the package on: what a reader finds in a checkout and on the web."""
    parts = Path(file).parts
    return str(Path(*parts[len(parts) - parts[::-1].index("graphbench") - 1 :])) if "graphbench" in parts else file
