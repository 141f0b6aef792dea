"""From names to objects: an algorithm is a file in `algorithms/`, an engine a file in `engines/`.

Names are the names of the files, so listing them imports nothing. A lookup imports one page or one engine's file.

`GRAPHBENCH_PLUGINS=module,...` adds every :class:`Algorithm` and :class:`Engine` that these modules define, here and in
the worker processes, which inherit the variable. Plugins, unlike the files of the two folders, are imported when names
are listed: like an engine's file, a plugin must not import its library at the top.

This module imports no NumPy, because `graphbench --help` imports it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import re
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from graphbench.errors import DefinitionError, UnknownNameError, UsageError
from graphbench.system.text import listed

if TYPE_CHECKING:
    from graphbench.algorithms.base import Algorithm
    from graphbench.engines.base import Engine, Settings

BASELINE = "networkx"
PLUGINS_VARIABLE = "GRAPHBENCH_PLUGINS"
_Named = TypeVar("_Named", "Algorithm", "Engine")
_OPENING = re.compile(r'\s*(?:#[^\n]*\n\s*)*[rR]?"""(.*?)(?:"""|\n\s*\n)', re.DOTALL)
"""The first paragraph of a module's docstring."""

_HERE = Path(__file__).parent
_FOLDERS = {"Algorithm": _HERE / "algorithms", "Engine": _HERE / "engines"}
_NOT_PAGES = {"__init__", "base", "draws"}


def algorithm_names() -> list[str]:
    """Names of all algorithms, sorted; imports only plugins."""
    return sorted({*_names(_HERE / "algorithms"), *_plugged_algorithms()})


def engine_names() -> list[str]:
    """Names of all engines, sorted; imports only plugins."""
    return sorted({*_names(_HERE / "engines"), *_plugged_engines()})


def summary(name: str) -> str:
    """The first sentence of an algorithm's page, read without importing it."""
    page = algorithm(name).page if name in _plugged_algorithms() else _page_file(name)
    opening = _OPENING.match(page.read_text(encoding="utf-8"))
    return " ".join(opening[1].split()) if opening else ""


@functools.cache
def algorithm(name: str) -> Algorithm:
    """The algorithm of that name or alias; `_` and `-`, upper and lower case are the same.

    Imports its page alone; an engine's file is imported when the engine's adapter is asked for.

    Raises:
        UnknownNameError: if no such name exists.
        DefinitionError: if its page is not sound.
    """
    wanted = _canonical(name)
    if page := _plugged_algorithms().get(wanted):
        return _connect(page, foreign=_names(_HERE / "engines"))
    if wanted in _names(_HERE / "algorithms"):
        return _connect(_page(wanted))
    known = aliases()
    if wanted in known:
        return algorithm(known[wanted])
    raise UnknownNameError("algorithm", name, [*algorithm_names(), *known])


def aliases() -> dict[str, str]:
    """The name of the algorithm for each alias, read from the pages without importing them."""
    found = {alias: page for page in _names(_HERE / "algorithms") for alias in _aliases_on(_page_file(page))}
    return found | {alias: page.name for page in _plugged_algorithms().values() for alias in page.aliases}


@functools.cache
def engine(name: str) -> Engine:
    """The engine of that name; `_` and `-`, upper and lower case are the same.

    Raises:
        UnknownNameError: if no such name exists.
        DefinitionError: if its file is not sound.
    """
    wanted = _canonical(name)
    if plugged := _plugged_engines().get(wanted):
        return plugged
    if wanted not in engine_names():
        raise UnknownNameError("engine", name, engine_names())
    from graphbench.engines.base import Engine

    return _only(f"engines/{_module(wanted)}", Engine, wanted)


def algorithms(names: Iterable[str] | None = None) -> list[Algorithm]:
    """These algorithms, or all whose pages are sound; a warning names each page that is not."""
    return _sound(algorithm, algorithm_names()) if names is None else [algorithm(name) for name in names]


def engines(names: Iterable[str] | None = None) -> list[Engine]:
    """These engines, or all whose files are sound, the fast classes first; a warning names each file that is not."""
    chosen = _sound(engine, engine_names()) if names is None else [engine(name) for name in names]
    return sorted(chosen, key=lambda solver: solver.speed_class)


def _sound(find: Callable[[str], _Named], names: Iterable[str]) -> list[_Named]:
    found = []
    for name in names:
        try:
            found.append(find(name))
        except DefinitionError as error:
            warnings.warn(str(error), stacklevel=1)  # from here, so that each is shown once
    return found


def usual_engines(settings: Settings) -> list[str]:
    """Names of the engines that are measured by default; opt-in engines only if a number of GPUs is given."""
    asked = settings.gpus is not None
    return [solver.name for solver in engines() if asked or not solver.opt_in]


def baseline(algorithm_name: str) -> str:
    """The default baseline of an algorithm: NetworkX.

    If NetworkX has no adapter for it, the CPU engine of the slowest class that has one, so that the choice is made
    before anything is measured. If no CPU engine has one, NetworkX.
    """
    page = algorithm(algorithm_name)
    if page.find_adapter(BASELINE):
        return BASELINE
    solvers = [solver.name for solver in engines() if solver.device == "cpu" and page.find_adapter(solver.name)]
    return solvers[-1] if solvers else BASELINE


def _page(name: str) -> Algorithm:
    from graphbench.algorithms.base import Algorithm

    return _only(f"algorithms/{_module(name)}", Algorithm, name)


def _only(place: str, kind: type[_Named], name: str) -> _Named:
    """The object that a file of the two folders defines; it is called like the file.

    Raises:
        DefinitionError: if the file defines none of that name, or cannot be imported.
    """
    file, what = f"graphbench/{place}.py", f"one {kind.__name__} named {name!r}, like the file"
    try:
        module = importlib.import_module(f"graphbench.{place.replace('/', '.')}")
    except Exception as error:
        raise DefinitionError(f"{file} cannot be imported ({_words(error)}). Fix the file.") from error
    defined: dict[str, _Named] = {found.name: found for found in _checked(module, kind, file)}
    if name in defined:
        return defined[name]
    names = listed([*map(repr, defined)]) or "none"
    raise DefinitionError(f"{file}: found {names}, expected {what}. Rename the file or the {kind.__name__}.")


def _connect(page: Algorithm, foreign: Collection[str] = ()) -> Algorithm:
    """Let the page load adapters from engines' files when they are asked for.

    Args:
        page: the algorithm.
        foreign: engines that do not know of this page: the reason that their files give for every gap is not about it.
    """
    loaded: set[str] = set()

    def load_engine(name: str | None) -> None:
        known = engine_names()
        for solver in _sound(engine, known if name is None else set(known) & {name}):
            if solver.name not in loaded:
                page.attach(solver.name, solver.own_adapter(page), "" if solver.name in foreign else solver.gap)
                loaded.add(solver.name)

    page.load_engine = load_engine
    return page


def _aliases_on(page: Path) -> list[str]:
    """The argument `aliases` of the page's `Algorithm(...)`."""
    import ast  # only where a name is not that of a page

    text = page.read_text(encoding="utf-8")
    if "aliases=" not in text:
        return []
    try:
        tree = ast.parse(text)
    except SyntaxError:  # reported where the page is used
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    values = [given.value for call in calls for given in call.keywords if given.arg == "aliases"]
    return [alias for value in values for alias in ast.literal_eval(value)]


def _canonical(name: str) -> str:
    return name.casefold().replace("_", "-")


def _page_file(name: str) -> Path:
    return _HERE / "algorithms" / f"{_module(name)}.py"


@functools.cache
def _names(folder: Path) -> list[str]:
    stems = (path.stem for path in folder.glob("*.py"))
    return sorted(stem.replace("_", "-") for stem in stems if stem not in _NOT_PAGES and not stem.startswith("_"))


def _module(name: str) -> str:
    return name.replace("-", "_")


def _plugged_algorithms() -> dict[str, Algorithm]:
    if not os.environ.get(PLUGINS_VARIABLE):
        return {}
    from graphbench.algorithms.base import Algorithm

    return _plugged(Algorithm)


def _plugged_engines() -> dict[str, Engine]:
    if not os.environ.get(PLUGINS_VARIABLE):
        return {}
    from graphbench.engines.base import Engine

    return _plugged(Engine)


def _plugged(kind: type[_Named]) -> dict[str, _Named]:
    """The algorithms or the engines of all plugins.

    Raises:
        DefinitionError: if one of them is not sound, or has the name of another one.
    """
    found: dict[str, _Named] = {}
    for plugin in plugins():
        for one in _checked(_plugin(plugin), kind, f"The plugin {plugin}"):
            if _is_taken(kind.__name__, one) or found.setdefault(one.name, one) is not one:
                what = kind.__name__.casefold()
                raise DefinitionError(
                    f"The plugin {plugin}: another {what} is called {one.name!r}. Rename one of them."
                )
    return found


def _is_taken(kind: str, one: Algorithm | Engine) -> bool:
    """Whether a file of the two folders has its name; a plugin may import the object of that file."""
    folder = _FOLDERS[kind]
    module = sys.modules.get(f"graphbench.{folder.name}.{_module(one.name)}")
    return one.name in _names(folder) and (module is None or all(value is not one for value in vars(module).values()))


def plugins() -> list[str]:
    """The modules that the variable names."""
    return [*filter(None, map(str.strip, os.environ.get(PLUGINS_VARIABLE, "").split(",")))]


@contextlib.contextmanager
def without_plugins() -> Iterator[None]:
    """List and check what graphbench itself has, whichever plugins are named."""
    named = os.environ.pop(PLUGINS_VARIABLE, None)
    try:
        yield
    finally:
        if named is not None:
            os.environ[PLUGINS_VARIABLE] = named


def place_in_plugin(error: BaseException) -> str:
    """Where in a plugin an exception was raised: `my_engine.py, line 18: `; empty where it was not in one."""
    import traceback

    files = {getattr(sys.modules.get(name), "__file__", None) for name in plugins()}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}: " if frames else ""


def _plugin(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:  # a plugin may raise anything
        raise UsageError(
            f"{PLUGINS_VARIABLE} names {name!r}, which cannot be imported ({_words(error)}). "
            f"Fix the module or PYTHONPATH, or remove it from {PLUGINS_VARIABLE}."
        ) from error


def _checked(module: ModuleType, kind: type[_Named], place: str) -> list[_Named]:
    """The algorithms or engines that a module defines.

    Raises:
        DefinitionError: if one of them is not sound.
    """
    found = [value for value in vars(module).values() if isinstance(value, kind)]
    faults = (one.fault() or _name_fault(one.name) or _reference_fault(one) for one in found)
    if fault := next(filter(None, faults), ""):
        raise DefinitionError(f"{place}: {fault}")
    return found


def _name_fault(name: object) -> str:
    if isinstance(name, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        return ""
    return f"found the name {name!r}; expected small letters, digits and hyphens, such as 'my-engine'."


def _reference_fault(one: Algorithm | Engine) -> str:
    """A name that an adapter or a gap is declared for, and that nothing has."""
    from graphbench.algorithms.base import Algorithm
    from graphbench.engines.base import Engine

    wants_engines = isinstance(one, Algorithm)
    kind = "Engine" if wants_engines else "Algorithm"
    attaching = [sys.modules[name] for name in {*one.refers_to.values()} if name in sys.modules]  # no longer a plugin
    values = [value for module in (*map(_plugin, plugins()), *attaching) for value in vars(module).values()]
    plugged = [value for value in values if isinstance(value, Algorithm | Engine) and not value.fault()]
    others = {value.name for value in plugged if isinstance(value, Engine) is wants_engines}
    known = {*_names(_FOLDERS[kind]), *others}
    for name in one.refers_to:
        if name not in known:
            close = [aliases()[name]] if kind == "Algorithm" and name in aliases() else None
            return f"{one.name} refers to {name!r}. {UnknownNameError(kind.casefold(), name, known, close=close)}"
    return ""


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
