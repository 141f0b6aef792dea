"""The command line: arguments to plan to runner to store to report.

Nothing is imported here: Ctrl-C must be understood from the first moment on, and imports are where a program spends it.
"""

from __future__ import annotations

INTERRUPTED = 130
"""The exit code after Ctrl-C: 128 + SIGINT, as of a shell's own commands."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 all that was asked for is ok, 1 not, 2 wrong usage, 130 interrupted."""
    raise SystemExit(invoke(arguments))


def invoke(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code comes back, errors are printed on stderr."""
    try:
        from graphbench.cli.commands import run_cli

        return run_cli(arguments)
    except KeyboardInterrupt:
        import sys

        print("Interrupted. Completed records are kept.", file=sys.stderr)
        return INTERRUPTED
