"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def names_option(singular: str, help: str) -> Callable[[Decorated], Decorated]:  # noqa: A002 - click's own word
    """An option for a list: `--engine a,b --engines c`, repeatable, in the singular and in the plural."""
    spelt = (f"--{singular}", f"--{singular}s", f"{singular}s")
    return click.option(*spelt, multiple=True, metavar="NAME[,NAME...]", help=help)


def joined(lists: Iterable[str]) -> list[str]:
    """What a repeated list option gave, split at commas, as one list without repetitions."""
    names = (name.strip() for text in lists for name in text.split(","))
    return list(dict.fromkeys(name for name in names if name))
