"""Options that several commands share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from graphbench.cli.files import output_option
from graphbench.errors import UsageError
from graphbench.reporting import FORMATS
from graphbench.system.text import parse_bytes

_GENERATED = re.compile(r"\w[\w-]*\s*:")
_PARAMETER = re.compile(r"\w+\s*=")

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def names_option(singular: str, help: str) -> Callable[[Decorated], Decorated]:  # noqa: A002 - click's own word
    """An option for a list: `--engine a,b --engines c`, repeatable, in the singular and in the plural."""
    spelt = (f"--{singular}", f"--{singular}s", f"{singular}s")
    return click.option(*spelt, multiple=True, metavar="NAME[,NAME...]", callback=_some, help=help)


def _stacked(*options: Callable[[Decorated], Decorated]) -> Callable[[Decorated], Decorated]:
    """Several options as one decorator, in the order in which help shows them."""

    def decorate(command: Decorated) -> Decorated:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


machine_options = _stacked(
    click.option("--threads", type=int, help="CPU threads that an engine may use [default: all]."),
    click.option("--seed", type=int, help="Seed of every draw, of seeded engines and of the order [default: 0]."),
    click.option("--device", type=int, help="Which GPU, counted among the visible ones [default: 0]."),
)
"""Where and with which seed a sitting of many tasks is measured."""

memory_options = _stacked(
    click.option(
        "--memory-limit", type=parse_bytes, metavar="SIZE", help="Host memory that an engine may hold, such as 16GB."
    ),
    click.option("--device-memory-limit", type=parse_bytes, metavar="SIZE", help="GPU memory that RMM may give."),
)
"""How much memory engines may take."""

resuming_options = _stacked(
    click.option("--fresh", is_flag=True, help="Measure everything again."),
    click.option(
        "--newer-than", metavar="WHEN", help="Measure again what is older: a time (2026-01-31T18:30), or 12h, 7d."
    ),
)
"""What a sitting takes from the store."""

hopeless_options = _stacked(
    click.option("--no-skip", is_flag=True, help="Try also what is hopeless by what smaller graphs took."),
    click.option("--no-predict", is_flag=True, help="Try also what is predicted not to fit into memory."),
)
"""What a sitting leaves out."""

result_options = _stacked(
    click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Of the result."
    ),
    output_option,
    click.option(
        "--store",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Keep records in this file, and resume from it [default: records.jsonl in the home folder].",
    ),
)
"""What becomes of a sitting's records and of its result."""


def _some(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    if value and not joined(value):  # an unset variable of a shell, which does not mean all
        raise click.BadParameter("no name was given.", ctx, param)
    return value


def moment(text: str, option: str) -> datetime:
    """A date, a time, or so long ago.

    Raises:
        UsageError: if it is none.
    """
    units = {"h": "hours", "d": "days", "w": "weeks"}
    if ago := re.fullmatch(r"(\d+)([hdw])", text.strip().casefold()):
        return datetime.now(UTC) - timedelta(**{units[ago[2]]: int(ago[1])})
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise UsageError(
            f"{option} takes a date such as 2026-01-31, a time such as 2026-01-31T18:30, or 12h, 7d, 2w; not {text!r}."
        ) from None


def counted_since(started: datetime, *, fresh: bool, newer_than: str | None) -> datetime | None:
    """From when on records of the store count, by :data:`resuming_options`; None: from ever.

    Raises:
        UsageError: if `--newer-than` is no time.
    """
    if newer_than:
        return moment(newer_than, "--newer-than")
    return started if fresh else None


def gpu_numbers(text: str) -> list[int]:
    """Whole numbers from 1, separated by commas, or `all`: as many as are visible.

    Raises:
        UsageError: if it is anything else.
    """
    return list(dict.fromkeys(map(gpu_number, text.split(","))))


def gpu_number(text: str) -> int:
    """A whole number from 1, or `all`: as many as are visible.

    Raises:
        UsageError: if it is anything else.
    """
    from graphbench.measure.planning import gpu_count

    word = text.strip()
    return gpu_count(int(word) if word.isdecimal() else word)


def joined(lists: Iterable[str]) -> list[str]:
    """The names in repeated, comma-separated lists, each once.

    The options of a generator are separated by commas too: what follows `NAME:...` as KEY=VALUE belongs to it, and
    anything else begins the next name.

    >>> joined(["karate,ba:n=100,m=3", "twin:power,seed=2,twin:karate", "karate"])
    ['karate', 'ba:n=100,m=3', 'twin:power,seed=2', 'twin:karate']
    """
    found: list[str] = []
    for text in lists:
        own: list[str] = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            if own and _GENERATED.match(own[-1]) and _PARAMETER.match(part):
                own[-1] += f",{part}"
            else:
                own.append(part)
        found += own
    return list(dict.fromkeys(found))


def datasets(lists: Iterable[str]) -> list[str]:
    """The same for datasets, where a file that exists is one name whatever its commas."""
    return list(dict.fromkeys(name for text in lists for name in ([text] if _is_file(text) else joined([text]))))


def _is_file(text: str) -> bool:
    return os.path.isfile(os.path.expanduser(text))  # noqa: PTH111, PTH113 - False, not an error, for too long a name
