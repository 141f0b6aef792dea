"""An adapter: the call that poses one problem to one engine, and what is declared beside it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import CodeType, SimpleNamespace
from typing import Any, TypedDict, Unpack

import msgspec

from graphbench.errors import DefinitionError
from graphbench.system.text import listed

Call = SimpleNamespace
"""All that an adapter and the certificate know of one trial; :meth:`Algorithm.call` makes it."""
Adapter = Callable[[Any, Any, Call], Any]
"""From the library, the engine's graph and the call to the raw result."""


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter and what the engine must know to build the graph for it.

    Attributes:
        call: the adapter.
        build: options that the engine's `build` needs.
        no_equivalent: parameters that the library does not have; recorded as null.
        parameters_used: what the library really gets if that differs from the problem's parameters, such as a
            translated tolerance; recorded.
        options: fields of the settings that have an effect on this call, beside those that the engine names.
    """

    call: Adapter
    build: Mapping[str, Any] = msgspec.field(default_factory=dict)
    no_equivalent: tuple[str, ...] = ()
    parameters_used: Callable[[Call], Mapping[str, Any]] = lambda _: {}
    options: tuple[str, ...] = ()

    @property
    def _code(self) -> CodeType:
        code: CodeType = inspect.unwrap(self.call).__code__
        return code

    @property
    def file(self) -> str:
        """Where the adapter is written."""
        return self._code.co_filename

    @property
    def line(self) -> int:
        """Where it starts in that file."""
        return self._code.co_firstlineno


class Declared(TypedDict, total=False):
    """What is declared beside an adapter: the attributes of :class:`Attached`."""

    build: Mapping[str, Any]
    no_equivalent: tuple[str, ...]
    parameters_used: Callable[[Call], Mapping[str, Any]]
    options: tuple[str, ...]


_TYPES = {str: "a text", int: "an integer", bool: "True or False", tuple: "a tuple"}


def misdeclared(thing: object, expected: Mapping[str, type | tuple[str, ...]]) -> str:
    """The first value that is not of its type, or not one of its choices, and what was expected; empty if all are."""
    for name, kind in expected.items():
        value = getattr(thing, name)
        if isinstance(kind, tuple):
            if value not in kind:
                return f"{name} is {value!r}; expected one of: {', '.join(map(repr, kind))}."
        elif not isinstance(value, kind):
            return f"{name} is {value!r}; expected {_TYPES[kind]}{f': ({value!r},)' if kind is tuple else ''}."
    return ""


def attaching(
    adapters: dict[str, Attached], names: Sequence[str], **declared: Unpack[Declared]
) -> Callable[[Adapter], Adapter]:
    """A decorator that puts an adapter into `adapters` under each of the names."""

    def attach(call: Adapter) -> Adapter:
        if twice := [name for name in names if name in adapters]:
            raise DefinitionError(f"found a second adapter for {twice[0]!r}, expected one. Remove one of them.")
        try:
            inspect.signature(call).bind("library", "graph", "p")
        except TypeError as error:
            found = f"{call.__name__}{inspect.signature(call)}"
            raise DefinitionError(
                f"the adapter for {listed(names)} is {found}; expected the arguments (library, graph, p)."
            ) from error
        adapters.update(dict.fromkeys(names, Attached(call=call, **declared)))
        return call

    return attach
