"""The command line: arguments to plan to runner to store to report.

An algorithm is the verb: `graphbench louvain email-Enron`. Everything heavy is imported by the command that needs it,
so that `--help` and a typo answer at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from graphbench import registry
from graphbench._version import __version__
from graphbench.errors import GraphbenchError, UnknownNameError, UsageError

COMMANDS = {
    "cache": "Show or clear what is kept on disk: downloads, cleaned graphs, answers.",
    "compare": "Two stores: what became faster, what slower.",
    "doctor": "Machine, GPU, driver and libraries: what works, what is missing, how to get it.",
    "fetch": "Download graphs ahead of time.",
    "list": "Algorithms, datasets and engines.",
    "records": "What has been measured: listed, filtered, exported.",
    "report": "A page, Markdown and charts from records.",
    "show": "All about one algorithm, dataset or engine.",
    "suite": "Every algorithm on every dataset with every engine, in any number of sittings.",
}
"""Every command that is not an algorithm, with its one line of help; `graphbench.cli.NAME` holds it."""

INTERRUPTED = 130


class Commands(click.Group):
    """Algorithms and other commands, found by name and imported when used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Algorithms first."""
        return [*registry.algorithm_names(), *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; an algorithm may be called by an alias."""
        if cmd_name in COMMANDS:
            command: click.Command = import_module(f"graphbench.cli.{cmd_name}").command
            return command
        from graphbench.cli.run import algorithm_command

        try:
            return algorithm_command(registry.algorithm(cmd_name))
        except UnknownNameError as error:
            known = [
                *self.list_commands(ctx),
                *(alias for name in registry.algorithm_names() for alias in _aliases(name)),
            ]
            hint = "`graphbench --help` lists them all."
            raise UnknownNameError("algorithm or command", cmd_name, known, hint) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two lists, neither of which imports an algorithm."""
        with formatter.section("Algorithms (graphbench ALGORITHM DATASET...)"):
            formatter.write_dl([(name, registry.summary(name)) for name in registry.algorithm_names()])
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _aliases(name: str) -> tuple[str, ...]:
    return registry.algorithm(name).aliases


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Try: graphbench louvain email-Enron",
)
@click.version_option(__version__, prog_name="graphbench")
def cli() -> None:
    """How much faster is cuGraph than NetworkX on your graph, are the answers the same, and where does the time go?"""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 all that was asked for is ok, 1 not, 2 wrong usage, 130 interrupted."""
    sys.exit(invoke(arguments))


def invoke(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code comes back, errors are told on stderr."""
    try:
        status: Any = cli(args=arguments, prog_name="graphbench", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("Interrupted. What was complete is kept.", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except GraphbenchError as error:
        click.echo(f"Error: {error}", err=True)
        return 2 if isinstance(error, UsageError) else 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our stdout has gone: there is nobody to tell
        return 1
    return status if isinstance(status, int) else 0
