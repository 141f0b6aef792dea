"""Options as people spell them: flags on the command line, keyword arguments in Python.

Messages name flags. Where Python asked, :func:`in_python` turns them into arguments.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import inspect
import os
import re
import shlex
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from graphbench import registry
from graphbench.errors import GraphbenchError, UsageError, on_command_line
from graphbench.measure.options import Field, Options, fields

_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")
_OURS = f"{Path(registry.__file__).parent}{os.sep}", contextlib.__file__
"""Files whose frames lie between a user's call and a warning."""
_FLAG = re.compile(
    r"""`[^`]*`|(?<![\w-])--(?:
    (?P<text>(?:source|target|weight)-column|delimiter)[ ](?P<quoted>(?:'[^']*'|"'"|[\w@%+=:,./-])+(?<![.,]))
    |(?P<flag>[a-z]+(?:-[a-z]+)*)(?P<value>[ ](?!--)[\w.+-]*\w)?
    )(?P<more>[ ](?=--[a-z]))?""",
    re.VERBOSE,
)
"""A flag and the word after it, with the blank before another flag; or code in backticks, which stays as it is."""
_PLACEHOLDER = re.compile(r"[A-Z]+|\d[\w.+-]*")
"""What follows a flag as its value: `FILE`, `10`, `4GB`, `1e-06`."""
_AMOUNT = re.compile(r"[\d.]+[kKMGT]i?B")


@contextlib.contextmanager
def speaking_python() -> Iterator[None]:
    """Errors and warnings of the block name arguments of Python. Not on the command line.

    Warnings point to the line outside graphbench that called it.
    """
    if on_command_line.get():
        yield
        return
    place = _caller()
    with warnings.catch_warnings():
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *inside: Any, **line: Any) -> None:
            shown(category(in_python(str(message))), category, *(place or inside[:2]), *inside[2:], **line)

        warnings.showwarning = show
        try:
            yield
        except GraphbenchError as error:
            error.args = (in_python(str(error)),)
            raise


def python_call(
    options: Callable[[], Collection[str]] | None = None,
) -> Callable[[Callable[_Given, _Returned]], Callable[_Given, _Returned]]:
    """Decorate a public call: its messages name arguments of Python, and a misspelt argument is a UsageError.

    Args:
        options: the names that its `**` stands for. Without them, a call that has a `**` checks these names itself.
    """

    def decorate(function: Callable[_Given, _Returned]) -> Callable[_Given, _Returned]:
        signature = inspect.signature(function)
        kinds = {name: parameter.kind for name, parameter in signature.parameters.items()}
        own = [name for name, kind in kinds.items() if kind in (_BY_EITHER, inspect.Parameter.KEYWORD_ONLY)]
        checks_itself = options is None and inspect.Parameter.VAR_KEYWORD in kinds.values()

        @functools.wraps(function)
        def call(*args: _Given.args, **given: _Given.kwargs) -> _Returned:
            with speaking_python():
                if not checks_itself:
                    check_names(function, given, dict.fromkeys([*own, *(options() if options else ())]))
                elif any(name not in given for name in _missing(signature, args)):
                    check_names(function, given, own, only_misspelt=True)
                return function(*args, **given)

        return call

    return decorate


_BY_EITHER = inspect.Parameter.POSITIONAL_OR_KEYWORD


def _missing(signature: inspect.Signature, args: Sequence[object]) -> list[str]:
    """The required arguments that are not given by position."""
    required = [
        name for name, one in signature.parameters.items() if one.kind is _BY_EITHER and one.default is one.empty
    ]
    return required[len(args) :]


def check_names(
    function: Callable[..., Any], given: Iterable[str], known: Collection[str], *, only_misspelt: bool = False
) -> None:
    """Refuse arguments of a public call that it does not have, such as the command line's spelling of one.

    Args:
        function: the call.
        given: names of arguments.
        known: those that it has.
        only_misspelt: let pass what is close to none of these.

    Raises:
        UsageError: the message has the right spelling, or all names.
    """
    call = function.__qualname__.removesuffix(".__init__")
    call = call if "." in call else f"graphbench.{call}"
    for name in given:
        if name in known:
            continue
        if hint := python_name(name, known):
            raise UsageError(f"{call} has no argument {name!r}: {hint}")
        if not only_misspelt:
            raise UsageError(f"{call} has no argument {name!r}; it has: {', '.join(sorted(known)) or 'none'}.")


def _caller() -> tuple[str, int] | None:
    """File and line of the innermost frame outside graphbench; Python 3.12 has `skip_file_prefixes` for that."""
    frame = inspect.currentframe()
    while frame and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame else None


def in_python(text: str) -> str:
    """A message with arguments in place of flags: `--budget` is `budget`, `--no-predict` is `predict=False`."""
    return _FLAG.sub(_argument, text)


def _argument(match: re.Match[str]) -> str:
    if match["text"] is not None:
        name, value = match["text"].replace("-", "_"), "".join(shlex.split(match["quoted"]))
        return f"{name}={value!r}{', ' if match['more'] else ''}"
    if match["flag"] is None:
        return match[0]
    name, value = match["flag"].replace("-", "_"), (match["value"] or "")[1:]
    field = _options().get(name) or _options().get(f"{name}s")
    spelled = _switches().get(name) or (field.name if field else name)
    if name not in _switches() and (value in _words() or _PLACEHOLDER.fullmatch(value)):
        spelled += f'="{value}"' if value in _words() or _AMOUNT.fullmatch(value) else f"={value}"
    elif value:
        return f"{spelled} {value}{match['more'] or ''}"
    return f"{spelled}{', ' if match['more'] else ''}"


@functools.cache
def _options() -> dict[str, Field]:
    from graphbench.measure.suites.suite import Suite

    return {**fields(Suite), **fields(Options)}


@functools.cache
def _words() -> frozenset[str]:
    """Values that are words."""
    choices = [choice for field in _options().values() for choice in field.choices]
    return frozenset([*choices, *registry.engine_names(), *registry.algorithm_names()])


@functools.cache
def _switches() -> dict[str, str]:
    """What a flag without a value is in Python: `predict=False` for `no_predict`."""
    found: dict[str, str] = {}
    for name, field in _options().items():
        if field.type is bool:
            flags = [flag.removeprefix("--").replace("-", "_") for flag in field.typed.split("/")]
            found |= {flags[0]: f"{name}={flags[0] == name}", flags[-1]: f"{name}={flags[-1] == name}"}
    return found


def option_meant(name: str) -> str:
    """The option that libraries call by this name; empty if there is none."""
    return next((field.name for field in _options().values() if name in field.option.also), "")


_NOT_IN_PYTHON = {
    "format": "use print(result.render('csv')).",
    "output": "write result.render('csv') to the file.",
    "save_answer": "use result.answer(engine).",
    "chart": "use result.plot(file='speedup.svg').",
}


def python_name(name: str, known: Collection[str]) -> str:
    """What to write in Python for a name of the command line, or a misspelt one; empty if no known name is close."""
    word = name.strip("-").replace("-", "_").casefold()
    if word in _NOT_IN_PYTHON:
        return _NOT_IN_PYTHON[word]
    opposite = {"undirected": "directed"}.get(word, word.removeprefix("no_"))
    if opposite != word and opposite in known:
        return f"use {opposite}=False."
    for spelt in (word, f"{word}s", word.removesuffix("s"), option_meant(word)):
        if spelt in known:
            return f"use {spelt}=."
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.8)
    return f"did you mean {close[0]}=?" if close else ""
