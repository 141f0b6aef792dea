"""Files that a command writes its result to: looked at before anything is measured, and written with clear errors."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from graphbench.errors import GraphbenchError


class OutputFile(click.Path):
    """A file to write to: its folder exists, and both are writable."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or a usage error that says what is in the way."""
        path = Path(os.fsdecode(super().convert(value, param, ctx))).expanduser()
        folder = path.parent
        if not folder.is_dir():
            self.fail(f"{path}: folder {folder} does not exist. Create it, or name another file.", param, ctx)
        if not os.access(path if path.exists() else folder, os.W_OK):
            self.fail(f"{path} is not writable. Change its permissions, or name another file.", param, ctx)
        return path


output_option = click.option(
    "--output", type=OutputFile(), metavar="FILE", help="Write the result to this file instead of stdout."
)


_KEPT = "The records are kept: `graphbench records export` writes them again."


def write(path: Path, content: str | bytes, *, lost: str = _KEPT) -> None:
    """Write a whole file.

    Args:
        path: the file.
        content: all of it.
        lost: what to say where it cannot be written: what is kept, or what to do.

    Raises:
        GraphbenchError: if it cannot be written after all.
    """
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise unwritable(path, error, lost) from error


def write_result(text: str, output: Path | None = None) -> None:
    """Write a result to a file, or to stdout where none is named: characters that stdout cannot show are replaced.

    Raises:
        GraphbenchError: if the file cannot be written after all.
    """
    from graphbench.reporting.numbers import encodable

    if output:
        write(output, text)
    else:
        click.echo(encodable(text, sys.stdout.encoding), nl=False)


def unwritable(path: Path, error: OSError, lost: str = _KEPT) -> GraphbenchError:
    """What to raise where a result is lost; of a measurement its records are not."""
    return GraphbenchError(f"Cannot write {path}: {error.strerror or error}. {lost}")
