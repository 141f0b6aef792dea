"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Names(click.ParamType):  # type: ignore[type-arg] - generic in click 8.5 only
    """A comma-separated list of names."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split; blanks around names are dropped."""
        if isinstance(value, tuple):
            return value
        return tuple(name.strip() for name in value.split(",") if name.strip())


def names_option(singular: str, help: str) -> Callable[[Decorated], Decorated]:  # noqa: A002 - click's own word
    """An option for a list: `--engine a,b --engines c`, repeatable, in the singular and in the plural."""
    spelt = (f"--{singular}", f"--{singular}s", f"{singular}s")
    return click.option(*spelt, type=Names(), multiple=True, metavar="NAME[,NAME...]", help=help)


def joined(lists: Iterable[Iterable[str]]) -> list[str]:
    """What a repeated list option gave, as one list without repetitions."""
    return list(dict.fromkeys(name for names in lists for name in names))
