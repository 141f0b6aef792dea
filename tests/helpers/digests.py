"""Digests of the code that decides a measurement: of each algorithm page, each engine file and the module of trials.

A digest covers a file's definitions and, transitively, the graphbench definitions whose names they use. It does not
change with docstrings, comments, imports, annotations, texts for people, or the module that a function lies in.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

Names = tuple[str, ...]

PAGE: Names = ("algorithms", "certificates", "engines")
ENGINE: Names = ("algorithms", "engines")
TRIALS: Names = ("algorithms", "measure.sampling", "measure.trials")
DECLARATIONS = ("Algorithm", "Finding", "Form", "Parameter")
"""What a page is declared with. How draws and calls are made of that is part of the trials, not of every page."""
IGNORED = {
    *("revision", "REVISION", "revisions"),
    *("title", "help", "family", "aliases", "headline", "detail", "notes", "fix", "reason"),  # texts for people
    *("availability", "environment", "is_out_of_memory", "version"),  # whether a task runs, and what its record says
}
"""Keywords, variables and functions that are no part of a digest."""
SENTENCE = 4
"""Words from which on a string is a text for people."""
SKIPPED_FIELDS = {"annotation", "returns", "type_comment", "type_params", "ctx", "kind"}


def digests(package: Path) -> dict[str, str]:
    """The digest of everything that has a revision, by a name such as `algorithm bfs`, `engine igraph` and `trials`.

    Args:
        package: the folder `graphbench`.
    """
    code = Code(package)
    found = {}
    for kind, rooms in (("algorithm", PAGE), ("engine", ENGINE)):
        for module in code.pages(f"{kind}s"):
            name = module.rpartition(".")[2].replace("_", "-")
            found[f"{kind} {name}"] = code.digest(module, rooms, stop=DECLARATIONS)
    return found | {"trials": code.digest("measure.trials", TRIALS, also=DECLARATIONS)}


@dataclass
class Module:
    """The top level of a file: what each name is defined by, where imported names are from, and all statements."""

    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    statements: list[ast.stmt] = field(default_factory=list)


class Code:
    """The syntax trees of a package, read on demand."""

    def __init__(self, package: Path) -> None:
        self._package = package
        self._modules: dict[str, Module | None] = {}

    def pages(self, room: str) -> list[str]:
        """The modules of a room that declare an algorithm or an engine."""
        modules = {f"{room}.{file.stem}": _read(file) for file in sorted((self._package / room).glob("*.py"))}
        return [
            name
            for name, module in modules.items()
            if "engine" in module.definitions or any(map(_declares_algorithm, module.statements))
        ]

    def digest(self, module: str, rooms: Names, *, stop: Names = (), also: Names = ()) -> str:
        """The digest of all statements of a module, and of the definitions that they use in `rooms`.

        Args:
            module: such as `algorithms.bfs`.
            rooms: the modules and folders in which names are followed.
            stop: names that are not followed.
            also: names in `algorithms.base` to follow from the start.
        """
        start = self._module(module)
        assert start is not None, f"{module} does not exist"
        queue = [(module, statement) for statement in start.statements]
        for name in also:
            found = self.find("algorithms.base", name)
            assert found is not None, f"algorithms.base has no {name}"
            queue.append((found[0], self._definition(*found)))
        seen = {id(statement) for _, statement in queue}
        texts: set[str] = set()
        while queue:
            place, statement = queue.pop()
            reader = _Reader(self, place)
            texts.add(reader.text(statement))
            for target, name in reader.used:
                definition = self._definition(target, name)
                followed = name not in stop and any(f"{target}.".startswith(f"{room}.") for room in rooms)
                if followed and id(definition) not in seen and not _declares_algorithm(definition):
                    seen.add(id(definition))
                    queue.append((target, definition))
        return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()[:16]

    def find(self, module: str, name: str) -> tuple[str, str] | None:
        """The module that defines what a module calls `name`, and its name there; None outside the package."""
        code = self._module(module)
        if code is None:
            return None
        if name in code.definitions:
            return module, name
        return self.imported(code.imports[name]) if name in code.imports else None

    def imported(self, path: str) -> tuple[str, str] | None:
        """As :meth:`find`, of a dotted path such as `certificates.checks.modularity`."""
        module, _, name = path.rpartition(".")
        return self.find(module, name) if module else None

    def imports(self, module: str) -> dict[str, str]:
        code = self._module(module)
        return code.imports if code else {}

    def _definition(self, module: str, name: str) -> ast.stmt:
        code = self._module(module)
        assert code is not None
        return code.definitions[name]

    def _module(self, name: str) -> Module | None:
        if name not in self._modules:
            file = self._package.joinpath(*name.split(".")).with_suffix(".py")
            self._modules[name] = _read(file) if name and file.is_file() else None
        return self._modules[name]


class _Reader:
    """Writes a statement as text, and notes which definitions of the package it uses."""

    def __init__(self, code: Code, module: str) -> None:
        self._code, self._place = code, module
        self._imports = dict(code.imports(module))
        self.used: set[tuple[str, str]] = set()

    def text(self, statement: ast.stmt) -> str:
        self._imports |= _imports(statement)
        return self._text(statement)

    def _text(self, node: object) -> str:
        match node:
            case list():
                text = f"[{' '.join(filter(None, map(self._text, node)))}]"
            case ast.AST() if _is_ignored(node):
                text = ""
            case ast.Name(id=name):
                text = self._name(name)
            case ast.Attribute(value=ast.Name(id=module), attr=name) if self._is_in_module(module, name):
                text = name
            case ast.AnnAssign(target=target, value=value):
                text = f"(Assign targets=[{self._text(target)}] value={self._text(value)})"
            case ast.Raise(exc=ast.Call(func=error)):
                text = f"(Raise exc={self._text(error)})"
            case ast.AST():
                fields = ((name, value) for name, value in ast.iter_fields(node) if name not in SKIPPED_FIELDS)
                parts = (f" {name}={self._text(value)}" for name, value in fields if value is not None and value != [])
                text = f"({type(node).__name__}{''.join(parts)})"
            case _:
                text = repr(node)
        return text

    def _name(self, name: str) -> str:
        path = self._imports.get(name)
        found = self._code.imported(path) if path else self._code.find(self._place, name)
        self.used |= {found} if found else set()
        return name

    def _is_in_module(self, module: str, name: str) -> bool:
        found = self._code.find(self._imports.get(module, ""), name)
        self.used |= {found} if found else set()
        return found is not None


def _is_ignored(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="gap"))):
            return True
        case ast.JoinedStr(values=parts):
            return any(isinstance(part, ast.Constant) and " " in part.value for part in parts)
        case ast.Constant(value=str(text)):
            return len(text.split()) >= SENTENCE
        case (
            ast.keyword(arg=name)
            | ast.Assign(targets=[ast.Name(id=name)])
            | ast.AnnAssign(target=ast.Name(id=name))
            | ast.FunctionDef(name=name)
        ):
            return name in IGNORED
    return False


def _declares_algorithm(statement: ast.stmt) -> bool:
    """Whether to stop here: an engine that adds adapters to a page does not use the rest of the page."""
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Name(id="Algorithm"))):
            return True
    return False


def _read(file: Path) -> Module:
    module = Module()
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            module.imports |= _imports(statement)
            continue
        module.statements.append(statement)
        for name in _names(statement):
            module.definitions[name] = statement
    return module


def _names(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _imports(statement: ast.stmt) -> dict[str, str]:
    """What is imported from the package anywhere in a statement: paths without `graphbench.`, by the name in use."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}".removeprefix("graphbench.")
        for node in ast.walk(statement)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "graphbench"
        for alias in node.names
    }
