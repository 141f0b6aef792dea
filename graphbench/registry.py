"""From names to objects: an algorithm is a file in `algorithms/`, an engine a file in `engines/`.

Names are found by looking into the two folders, so listing them imports nothing.

`GRAPHBENCH_PLUGINS=module,...` adds every :class:`Algorithm` and :class:`Engine` that these modules define, here and in
the worker processes, which inherit the variable. Unlike the folders, plugins are imported as soon as names are listed:
like an engine's file, a plugin must not import its library at the top.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import inspect
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from graphbench.algorithms.base import Algorithm
from graphbench.engines.base import Engine
from graphbench.errors import UnknownNameError, UsageError

PLUGINS_VARIABLE = "GRAPHBENCH_PLUGINS"
_T = TypeVar("_T", Algorithm, Engine)

_HERE = Path(__file__).parent
_NOT_PAGES = {"__init__", "base", "draws", "efforts"}


def algorithm_names() -> list[str]:
    """Names of all algorithms, sorted; nothing is imported."""
    return sorted([*_names(_HERE / "algorithms"), *_plugged(Algorithm)])


def engine_names() -> list[str]:
    """Names of all engines, sorted; nothing is imported."""
    return sorted([*_names(_HERE / "engines"), *_plugged(Engine)])


def summary(name: str) -> str:
    """The first sentence of an algorithm's page, read without importing it."""
    page = algorithm(name).page if name in _plugged(Algorithm) else _HERE / "algorithms" / f"{_module(name)}.py"
    tree = ast.parse(page.read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").split("\n\n")[0].replace("\n", " ")


@functools.cache
def algorithm(name: str) -> Algorithm:
    """The algorithm of that name or alias; `_` and `-`, upper and lower case are one.

    Raises:
        UnknownNameError: if there is none.
    """
    wanted = name.casefold().replace("_", "-")
    if plugged := _plugged(Algorithm).get(wanted):
        return plugged
    if wanted in algorithm_names():
        module = importlib.import_module(f"graphbench.algorithms.{_module(wanted)}")
        found = [value for value in vars(module).values() if isinstance(value, Algorithm) and value.name == wanted]
        if len(found) != 1:
            raise TypeError(f"{module.__file__} must define exactly one Algorithm named {wanted!r}")
        for each in engine_names():  # engines may bring adapters of their own
            engine(each)
        return found[0]
    by_alias = {alias: each for each in algorithm_names() for alias in algorithm(each).aliases}
    if wanted in by_alias:
        return algorithm(by_alias[wanted])
    raise UnknownNameError("algorithm", name, [*algorithm_names(), *by_alias])


@functools.cache
def engine(name: str) -> Engine:
    """The engine of that name; `_` and `-`, upper and lower case are one.

    Raises:
        UnknownNameError: if there is none.
    """
    wanted = name.casefold().replace("_", "-")
    if plugged := _plugged(Engine).get(wanted):
        return plugged
    if wanted not in engine_names():
        raise UnknownNameError("engine", name, engine_names())
    found = importlib.import_module(f"graphbench.engines.{_module(wanted)}").engine
    assert isinstance(found, Engine)
    return found


def engines(names: Iterable[str] | None = None) -> list[Engine]:
    """These engines, or all, the quick ones first."""
    return sorted(
        (engine(name) for name in (names if names is not None else engine_names())), key=lambda each: each.pace
    )


@functools.cache
def fingerprint(algorithm_name: str, engine_name: str) -> str:
    """A digest of the algorithm's page and the engine's file: when it changes, old records are stale."""
    state = hashlib.sha256()
    for path in (algorithm(algorithm_name).page, Path(inspect.getfile(type(engine(engine_name))))):
        state.update(path.read_bytes())
    return state.hexdigest()[:16]


def _names(folder: Path) -> list[str]:
    stems = (path.stem for path in folder.glob("*.py"))
    return sorted(stem.replace("_", "-") for stem in stems if stem not in _NOT_PAGES and not stem.startswith("_"))


def _module(name: str) -> str:
    return name.replace("-", "_")


def _plugged(kind: type[_T]) -> dict[str, _T]:
    found: dict[str, _T] = {}
    for module in filter(None, os.environ.get(PLUGINS_VARIABLE, "").split(",")):
        try:
            values = vars(importlib.import_module(module.strip())).values()
        except ModuleNotFoundError as error:
            raise UsageError(f"{PLUGINS_VARIABLE} names {module!r}, which cannot be imported: {error}.") from None
        found |= {value.name: value for value in values if isinstance(value, kind)}
    return found
