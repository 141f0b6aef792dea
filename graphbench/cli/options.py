"""Options of the command line: those of measurements, generated from their declarations, and those of results."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import click

from graphbench.cli.completion import COMPLETERS
from graphbench.cli.files import output_option
from graphbench.errors import UsageError
from graphbench.measure.options import READING, Common, Field, fields
from graphbench.reporting import FORMATS
from graphbench.system.text import public_word, storable

_GENERATED = re.compile(r"\w[\w-]*\s*:")
_PARAMETER = re.compile(r"\w+\s*=")

FIRST = ("algorithms", "datasets", "twins", "engines")
"""Help shows first what is measured."""

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def names_option(singular: str, help: str) -> Callable[[Decorated], Decorated]:  # noqa: A002 - click's own word
    """An option for a list: `--engine a,b --engines c`, repeatable, in the singular and in the plural."""
    return click.option(f"--{singular}", f"--{singular}s", f"{singular}s", help=help, **_list(f"{singular}s"))


def _names(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> list[str]:
    found = datasets(value) if param.name == "datasets" else joined(value)
    if value and not found:  # an unset variable of a shell, which does not mean all
        raise click.BadParameter("no name given.", ctx, param)
    return found


def _list(plural: str) -> dict[str, Any]:
    return {
        "multiple": True,
        "metavar": "NAME[,NAME...]",
        "callback": _names,
        "shell_complete": COMPLETERS.get(plural),
    }


def measurement_options(
    command: str, defaults: Common, *, also: Mapping[str, str] = MappingProxyType({}), **changed: str
) -> list[click.Parameter]:
    """The options that a command takes, generated from their declarations.

    What is not given is None or an empty list: the defaults are filled in when the options are checked.

    Args:
        command: one of those that an :class:`graphbench.measure.options.Option` names.
        defaults: whose fields are the options, and whose values help shows.
        also: another spelling, by name.
        changed: other help texts, by name; where the default depends on the command, it ends in `[default: ...]`.
    """
    return [
        click.Option(
            [*_spelling(field), *([also[field.name]] if field.name in also else [])],
            help=changed.get(field.name) or f"{field.option.help}{_shown(field, getattr(defaults, field.name))}",
            **_type(field),
        )
        for field in sorted(fields(type(defaults)).values(), key=lambda field: field.name not in FIRST)
        if command in field.option.on
    ]


def as_read(dataset: str, options: Common) -> str:
    """A dataset and the options that say how to read it, as words of a command line."""
    words = [f"./{dataset}" if dataset.startswith("-") else public_word(dataset)]
    for field in fields(type(options)).values():
        value = getattr(options, field.name)
        if field.option.on == READING and value != field.default:
            positive, _, negative = field.typed.partition("/")
            words += [positive if value else negative] if field.type is bool else [field.typed, str(value)]
    return storable(shlex.join(words))


def _spelling(field: Field) -> list[str]:
    if field.many and field.type is str and not field.option.flag:
        return [field.typed.removesuffix("s"), f"{field.typed.removesuffix('s')}s", field.name]
    return [field.typed, field.name]


def _type(field: Field) -> dict[str, Any]:
    option = field.option
    if field.many and field.type is str:
        return _list(field.name)
    if field.type is bool:
        return {"is_flag": True, "default": None} | ({"flag_value": False} if option.flag.startswith("--no-") else {})
    if option.read is not None:
        return {"metavar": option.metavar, "type": _numbers if field.many else _number}
    complete = COMPLETERS["engines"] if field.name == "baseline" else None
    kind = click.Choice(field.choices) if field.choices else _SECONDS if field.type is float else field.type
    return {"metavar": option.metavar, "type": kind, "shell_complete": complete}


class _Seconds(click.types.FloatParamType):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return float(value)
        except ValueError:
            self.fail(f"expected seconds, such as 30 or 0.5, got {value!r}.", param, ctx)


_SECONDS = _Seconds()


def _shown(field: Field, default: Any) -> str:
    text = field.option.shown
    if not text and field.type is not bool and default not in (None, []):
        text = ", ".join(default) if isinstance(default, list) else f"{default:g}" if field.type is float else default
    return f" [default: {text}]" if text != "" else ""


def _number(text: str) -> int | str:
    """A whole number, or a word such as `all` or `16GB` for the option to read."""
    word = text.strip()
    return int(word) if word.isdecimal() else word


def _numbers(text: str) -> list[int | str]:
    return [_number(word) for word in text.split(",")]


def _stacked(*options: Callable[[Decorated], Decorated]) -> Callable[[Decorated], Decorated]:
    """Several options as one decorator, in the order in which help shows them."""

    def decorate(command: Decorated) -> Decorated:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


resuming_options = _stacked(
    click.option("--fresh", is_flag=True, help="Measure everything again."),
    click.option(
        "--newer-than",
        metavar="WHEN",
        help="Measure again what is older than this: a time (2026-01-31T18:30), or 12h, 7d.",
    ),
)
"""Which records of the store make measuring unnecessary."""

format_option = click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Format of the result."
)
result_options = _stacked(
    format_option,
    output_option,
    click.option(
        "--store",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Append records to this file, and resume from it [default: records.jsonl in the home folder].",
    ),
)
"""Where records and the result go."""

baseline_option = click.option(
    "--baseline",
    default="networkx",
    show_default=True,
    shell_complete=COMPLETERS["engines"],
    help="The engine that ratios are taken against.",
)
gpu_option = click.option(
    "--gpu", metavar="NAME", help="A part of the GPU's name [default: the one with the most references]."
)
reference_option = click.option(
    "--reference",
    "references",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Estimate from this file, references or a store of records; repeatable [default: those of the package].",
)


def moment(text: str, option: str) -> datetime:
    """The moment that a date, a time or an age such as 12h names.

    Raises:
        UsageError: if the text has none of these forms.
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
