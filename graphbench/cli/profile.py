"""`graphbench profile SCRIPT.py [ARGS]`: what NetworkX takes of a program, and what a backend would."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graphbench.cli.files import output_option, write
from graphbench.cli.options import gpu_option, reference_option


@click.command("profile", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--verify", is_flag=True, help="Run again under a backend of NetworkX, and compare times and answers.")
@click.option("--backend", metavar="NAME", help="The backend of --verify [default: cugraph, or the only one].")
@gpu_option
@reference_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="Format of the report.",
)
@output_option
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED, metavar="SCRIPT.py|-m MODULE [ARGS]...")
def command(
    *,
    verify: bool,
    backend: str | None,
    gpu: str | None,
    references: tuple[Path, ...],
    form: str,
    output: Path | None,
    program: tuple[str, ...],
) -> int:
    """Run a Python program that uses NetworkX, and report what each of its functions takes.

    The program runs as with `python SCRIPT.py ARGS`, or `python -m MODULE ARGS`, and keeps its exit code and output.
    The report follows on stderr, or goes to --output: calls, time and graphs of each function, whether nx-cugraph and
    other backends run it with these arguments, what a GPU would probably take, and the settings to try. Options come
    before SCRIPT.py.
    """
    from graphbench.advice.profile.report import render
    from graphbench.advice.profile.run import chosen_backend, leave, profiled
    from graphbench.errors import GraphbenchError, UsageError
    from graphbench.reporting import terminal_width
    from graphbench.reporting.numbers import fits

    if backend and not verify:
        raise UsageError("--backend is for --verify. Pass both.")
    chosen = chosen_backend(backend) if verify else None
    report, code = profiled(program, gpu=gpu, reference=references, backend=chosen)
    if report is None:
        click.echo(f"No profile: {program[0]} ended without leaving Python's own way (exit code {code}).", err=True)
        return leave(code)
    width, ascii_only = terminal_width(sys.stderr), not fits(sys.stderr.encoding)
    if output:
        try:
            write(output, render(report, form), lost="The report follows.")
        except GraphbenchError as error:
            click.echo(f"{error}\n\n{render(report, form, width, ascii_only=ascii_only)}", err=True, nl=False)
            return leave(code) or 1
    else:
        text = render(report, form, width, ascii_only=ascii_only)
        click.echo(("\n" if form == "table" else "") + text, err=True, nl=False)
    return leave(code)
