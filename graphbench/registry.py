"""From names to objects: an algorithm is a file in `algorithms/`, an engine a file in `engines/`.

Names are found by looking into the two folders, so listing them imports nothing.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import inspect
from collections.abc import Iterable
from pathlib import Path

from graphbench.algorithms.base import Algorithm
from graphbench.engines.base import Engine
from graphbench.errors import UnknownNameError

_HERE = Path(__file__).parent
_NOT_PAGES = {"__init__", "base", "draws"}


def algorithm_names() -> list[str]:
    """Names of all algorithms, sorted; nothing is imported."""
    return _names(_HERE / "algorithms")


def engine_names() -> list[str]:
    """Names of all engines, sorted; nothing is imported."""
    return _names(_HERE / "engines")


def summary(name: str) -> str:
    """The first sentence of an algorithm's page, read without importing it."""
    tree = ast.parse((_HERE / "algorithms" / f"{_module(name)}.py").read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").split("\n\n")[0].replace("\n", " ")


@functools.cache
def algorithm(name: str) -> Algorithm:
    """The algorithm of that name or alias; `_` and `-`, upper and lower case are one.

    Raises:
        UnknownNameError: if there is none.
    """
    wanted = name.casefold().replace("_", "-")
    if wanted in algorithm_names():
        module = importlib.import_module(f"graphbench.algorithms.{_module(wanted)}")
        found = [value for value in vars(module).values() if isinstance(value, Algorithm) and value.name == wanted]
        if len(found) != 1:
            raise TypeError(f"{module.__file__} must define exactly one Algorithm named {wanted!r}")
        for engine in engine_names():  # engines may bring adapters of their own
            importlib.import_module(f"graphbench.engines.{_module(engine)}")
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
