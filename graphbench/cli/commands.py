"""Every command by its name, and what becomes of its errors.

An algorithm is the verb: `graphbench louvain email-Enron`. Everything heavy is imported by the command that needs it,
so that `--help` and a typo answer at once.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import warnings
from collections import Counter
from collections.abc import Collection, Sequence
from importlib import import_module
from itertools import takewhile
from typing import Any

import click
from click.shell_completion import CompletionItem

from graphbench import registry
from graphbench._version import __version__
from graphbench.errors import GraphbenchError, UnknownNameError, UsageError, on_command_line

COMMANDS = {
    "ab": "Compare two states of a project's code, measured in turns on this machine.",
    "advise": "Estimate whether a GPU would pay off for a graph, without a GPU.",
    "board": "Write a static site from contributed records.",
    "cache": "List or clear what is cached on disk: downloads, cleaned graphs, answers.",
    "capacity": "Find the largest R-MAT graph that fits into memory.",
    "compare": "Compare two stores: what became faster, what slower.",
    "doctor": "Check machine, GPU, driver and libraries: what works, what is missing, how to install it.",
    "explain": "Explain a word of a result: a verdict, note, outcome, phase, column or mark.",
    "fetch": "Download graphs ahead of time.",
    "history": "Show how times changed from version to version, with change points.",
    "list": "List algorithms, datasets and engines.",
    "profile": "Profile the NetworkX calls of a Python program: what would a GPU gain?",
    "records": "List, filter and export what has been measured.",
    "report": "Write a page, Markdown and charts from records.",
    "scale": "Measure time against size on a series of R-MAT graphs, and against the number of GPUs.",
    "show": "Show an algorithm, a dataset or an engine.",
    "suite": "Measure every algorithm on every dataset with every engine; resumes where it stopped.",
}
"""Every command that is not an algorithm, with its one line of help; `graphbench.cli.NAME` holds it."""


class Commands(click.Group):
    """Algorithms and other commands, found by name and imported when used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Algorithms first."""
        return [*registry.algorithm_names(), *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; an algorithm may be called by an alias, and several are separated by commas."""
        if cmd_name in COMMANDS:
            command: click.Command = import_module(f"graphbench.cli.{cmd_name}").command
            return command
        from graphbench.cli.run import algorithm_command

        names = [name.strip() for name in cmd_name.split(",") if name.strip()]
        found = dict.fromkeys(self._algorithm(ctx, name) for name in names or [cmd_name])
        return algorithm_command(*registry.algorithms(found))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Algorithms and commands, none of which is imported."""
        about = [(name, registry.summary(name)) for name in registry.algorithm_names()]
        named = [CompletionItem(name, help=text) for name, text in [*about, *COMMANDS.items()]]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [item for item in named if item.value.startswith(incomplete)] + options

    def _algorithm(self, ctx: click.Context, name: str) -> str:
        try:
            return registry.algorithm(name).name
        except UnknownNameError as error:
            known = [*self.list_commands(ctx), *registry.aliases()]
            raise UnknownNameError("algorithm or command", name, known) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name, and its own arguments."""
        try:
            name, command, own = super().resolve_command(ctx, args)
        except UnknownNameError as error:
            meant = _meant(args, error.name, error.suggestions)
            advice = f"Did you mean `{meant}`?" if meant else "`graphbench --help` lists them all."
            raise UsageError(f"No algorithm or command is called {error.name!r}. {advice}") from error
        if command is not None and not ctx.resilient_parsing:
            refuse_repeated(command, own, ctx)
        return name, command, own

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two lists, neither of which imports an algorithm."""
        with formatter.section("Algorithms (graphbench ALGORITHM DATASET...)"):
            formatter.write_dl([(name, registry.summary(name)) for name in registry.algorithm_names()])
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _meant(arguments: list[str], unknown: str, close: Sequence[str]) -> str:
    """The command that was probably meant, the algorithm being its first word; empty where that is not clear."""
    first, *others = arguments
    graph = [first] if _is_graph(first) else []
    for place, word in enumerate(takewhile(lambda word: not word.startswith("-"), others)):
        with contextlib.suppress(UnknownNameError):
            registry.algorithm(word)
            return shlex.join(["graphbench", word, *graph, *others[:place], *others[place + 1 :]])
    if graph:
        return shlex.join(["graphbench", "pagerank", *arguments])
    return shlex.join(["graphbench", first.replace(unknown, close[0]), *others]) if close else ""


def _is_graph(word: str) -> bool:
    from graphbench.graphs import catalogue, loading, web
    from graphbench.graphs.generators import spec

    return bool(catalogue.find(word)) or spec.is_spec(word) or web.is_address(word) or loading.is_file(word)


def refuse_repeated(command: click.Command, arguments: list[str], parent: click.Context) -> None:
    """Refuse an option that takes one value and is given twice: click would drop the first without a word.

    Raises:
        UsageError: if there is one.
    """
    try:
        _, _, given = command.make_parser(click.Context(command, parent=parent, **command.context_settings)).parse_args(
            args=list(arguments)
        )
    except click.UsageError:  # which the command itself reports
        return
    for option, times in Counter(given).items():
        single = isinstance(option, click.Option) and not (option.multiple or option.is_flag or option.count)
        if single and times > 1:
            raise UsageError(f"{option.opts[0]} takes one value and is given {times} times. Pass it once.")


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Try: graphbench louvain email-Enron",
)
@click.version_option(__version__, prog_name="graphbench")
def cli() -> None:
    """How much faster is cuGraph than NetworkX on your graph, are the answers the same, and where does the time go?"""


def run_cli(arguments: list[str] | None) -> int:
    """Run a command and return the exit code; errors that users can fix are printed as a sentence on stderr.

    Raises:
        KeyboardInterrupt: on Ctrl-C.
    """
    if sys.stdout is None:  # the shell's `>&-`
        click.echo("Error: stdout is closed, so nothing can be shown. Open it, or redirect it to /dev/null.", err=True)
        return 1
    for stream, errors in ((sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        if reconfigure := getattr(stream, "reconfigure", None):  # a name may have any bytes, and must end nothing
            reconfigure(errors=errors)
    asked = on_command_line.set(True)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            status: Any = cli(args=arguments, prog_name="graphbench", standalone_mode=False)
        sys.stdout.flush()  # here, where a full disk can still be reported
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.Abort as stop:  # click's word for Ctrl-C
        raise KeyboardInterrupt(*getattr(stop.__cause__, "args", ())) from None
    except click.ClickException as error:
        (_option_meant(error) if isinstance(error, click.NoSuchOption) else error).show()
        return error.exit_code
    except (GraphbenchError, MemoryError, OSError) as error:
        return _tell(error)
    finally:
        on_command_line.reset(asked)
    return status if isinstance(status, int) else 0


def _option_meant(error: click.NoSuchOption) -> click.UsageError:
    """Of `--target` and the like: what to write for a column, and what for a vertex; of `--tol`: what we call it."""
    role = error.option_name.removeprefix("--")
    command = error.ctx.command if error.ctx else None
    named = {param.name for param in command.params} if command else set()
    if command is None:
        return error
    if name := _name_here(role.replace("-", "_"), command.name or "", named):
        text = next(param.help for param in command.params if isinstance(param, click.Option) and param.name == name)
        return click.UsageError(f"No such option '--{role}'. Use --{name.replace('_', '-')}: {text}", error.ctx)
    if role not in {"source", "target", "weight"} or f"{role}_column" not in named:
        return error
    message = f"No such option '--{role}'. For a column of the table, write --{role}-column NAME."
    if role == "target" and "source" in named:
        message += f" {command.name} has no target: it goes from --source VERTEX to all vertices."
    return click.UsageError(message, error.ctx)


def _name_here(word: str, command: str, options: Collection[str | None]) -> str:
    """The option of a command that libraries call by another word; empty if there is none."""
    from graphbench.measure.spelling import option_meant

    with contextlib.suppress(UnknownNameError):
        if meant := registry.algorithm(command).parameter_meant(word):
            return meant.name
    name = option_meant(word)
    return name if name in options else ""


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"Warning: {message}", err=True)


def _tell(error: GraphbenchError | MemoryError | OSError) -> int:
    if isinstance(error, OSError):
        _forget_stdout()
    if not isinstance(error, BrokenPipeError):  # else the reader of our stdout has gone
        from graphbench.reporting.numbers import visible

        words = _words(error).encode(errors="backslashreplace").decode()  # bytes of file names that are not UTF-8
        click.echo(f"Error: {visible(words)}", err=True)
    return 2 if isinstance(error, UsageError) else 1


def _words(error: GraphbenchError | MemoryError | OSError) -> str:
    if isinstance(error, MemoryError):
        why = f" ({error})" if str(error) else ""
        return f"out of memory{why}. Close other programs, or use a smaller graph."
    if not isinstance(error, OSError):
        return str(error)
    reason = error.strerror or str(error)
    if error.filename is not None:
        return f"{error.filename}: {reason}."
    return f"cannot write the result to stdout: {reason}. The records are kept; free space, or use --output FILE."


def _forget_stdout() -> None:
    """Let what is still in the buffer go nowhere: the interpreter would try again at exit, and say so at length."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
