"""Rooms are in order, without circles of files or folders; listing names imports nothing heavy."""

import ast
import graphlib
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import graphbench
from graphbench import registry

ROOT = Path(graphbench.__file__).parent
ROOMS = [
    "_version",
    "errors",
    "system",
    "records",
    "graphs",
    "certificates",
    "algorithms",
    "engines",
    "registry",
    "measure",
    "reporting",
    "advice",
    "api",
    "__init__",
    "cli",
    "profile",
    "__main__",
    "benchmarks",
]
"""Everything at the top of graphbench/, in order: each imports only from itself and from those above it."""
HEAVY = [
    "cudf",
    "cugraph",
    "cupy",
    "igraph",
    "matplotlib",
    "networkit",
    "networkx",
    "nx_cugraph",
    "pandas",
    "pyarrow",
    "scipy",
]


def _module(path):
    """The dotted name below graphbench of a file; a package is named by its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {_module(path): path for path in sorted(ROOT.rglob("*.py"))}


def imported(source, modules=MODULES):
    """The modules of graphbench that a source imports anywhere in it, with their lines; the package is `__init__`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, _, rest = name.partition(".")
            if first == "graphbench":
                candidates = [rest, rest.rpartition(".")[0], "__init__"]
                yield next(each for each in candidates if each in modules), node.lineno


IMPORTS = {
    name: [(target, line) for target, line in imported(path.read_text(encoding="utf-8")) if target != name]
    for name, path in MODULES.items()
}


def test_every_room_has_its_place():
    assert {name.partition(".")[0] for name in MODULES} == set(ROOMS)


KNOWN: set[str] = set()
"""What still breaks a rule below; nothing is ever added."""


def but_for(names, known=KNOWN):
    """Parameters of a test that must fail for what is known, and for nothing else."""
    known_fault = pytest.mark.xfail(reason="to be moved", strict=True)
    return [pytest.param(name, marks=known_fault if name in known else ()) for name in names]


@pytest.mark.parametrize("name", but_for(MODULES, KNOWN & set(MODULES)))
def test_a_room_imports_only_rooms_above_it(name):
    height = {room: place for place, room in enumerate(ROOMS)}
    own = height[name.partition(".")[0]]
    upward = [f"line {line}: {target}" for target, line in IMPORTS[name] if height[target.partition(".")[0]] > own]
    assert not upward, f"{name} imports upward: {', '.join(upward)}"


def circle(arrows):
    """The names along a circle of a directed graph, or nothing."""
    try:
        graphlib.TopologicalSorter(arrows).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_there_is_no_circle_of_imports():
    assert not circle({name: {target for target, _ in targets} for name, targets in IMPORTS.items()})


def within(folder, imports=IMPORTS):
    """Arrows between what lies directly in a folder: its files, and its subfolders each as a whole."""
    depth = folder.count(".") + 1 if folder else 0
    inside = f"{folder}." if folder else ""
    arrows = defaultdict(set)
    for name, targets in imports.items():
        for target, _ in targets:
            if name.startswith(inside) and target.startswith(inside):
                start, end = name.split(".")[depth], target.split(".")[depth]
                if start != end:
                    arrows[start].add(end)
    return arrows


FOLDERS = ["", *sorted({name.rpartition(".")[0] for name in MODULES} - {""})]


@pytest.mark.parametrize("folder", but_for(FOLDERS))
def test_there_is_no_circle_within_a_folder(folder):
    assert not circle(within(folder))


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    through_folders = {"a.x": [("b.x", 1)], "b.y": [("a.y", 1)], "a.y": [], "b.x": []}
    assert circle(within("", through_folders))
    assert not circle(through_folders | {name: set() for name in through_folders})


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("from graphbench.measure.plan import Plan", ["measure.plan"]),
        ("from graphbench.measure import plan", ["measure.plan"]),
        ("from graphbench import registry, certificates", ["registry", "certificates"]),
        ("import graphbench.records.store", ["records.store"]),
        ("import graphbench", ["__init__"]),
        ("from graphbench import run", ["__init__"]),
        ("def f():\n    from graphbench.cli import main", ["cli"]),
        ("import numpy, json", []),
    ],
)
def test_every_form_of_import_is_found(source, names):
    assert [name for name, _ in imported(source)] == names


def _modules_after(code):
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def _loaded_by(code):
    return {name.split(".")[0] for name in _modules_after(code)}


@pytest.mark.parametrize(
    ("code", "pages", "engines"),
    [
        ("registry.algorithm('louvain')", {"louvain"}, set()),
        ("registry.algorithm('triangles')", {"triangle-count"}, set()),
        ("registry.algorithm('bfs').adapter('igraph')", {"bfs"}, {"igraph"}),
        ("registry.algorithm('bfs').adapter('scipy')", {"bfs"}, {"scipy"}),
        ("registry.algorithm('wcc').adapter('cugraph-mg')", {"wcc"}, {"cugraph", "cugraph-mg"}),
        ("registry.baseline('bfs')", {"bfs"}, {"networkx"}),
        ("registry.algorithm('bfs').adapters", {"bfs"}, set(registry.engine_names())),
        ("try:\n    registry.algorithm('no-such-page')\nexcept Exception: pass", set(), set()),
    ],
)
def test_looking_up_one_algorithm_imports_its_page_and_the_engine_asked_for(code, pages, engines):
    modules = _modules_after(f"from graphbench import registry\n{code}")

    def imported_from(room, names):
        return {name for name in names if f"graphbench.{room}.{name.replace('-', '_')}" in modules}

    assert imported_from("algorithms", registry.algorithm_names()) == pages
    assert imported_from("engines", registry.engine_names()) == engines


def test_a_worker_imports_no_catalogue_and_no_cleaning():
    of_parent = {"catalogue", "cache", "clean", "download", "loading", "suitesparse", "formats"}
    modules = _modules_after("from graphbench.measure import worker, protocol, trials")
    assert not {f"graphbench.graphs.{name}" for name in of_parent} & set(modules)


@pytest.mark.parametrize(
    "code",
    [
        "from graphbench import registry; registry.algorithm_names(); registry.engine_names()",
        "from graphbench import registry; [registry.summary(name) for name in registry.algorithm_names()]",
        "from graphbench.cli.commands import cli",
        (
            "import os; from graphbench import cli; sys.stdout = open(os.devnull, 'w')\n"
            "assert cli.invoke(['--help']) == 0; sys.stdout = sys.__stdout__"
        ),
    ],
    ids=["names", "summaries", "command line", "help"],
)
def test_names_and_help_do_not_import_numpy(code):
    assert not _loaded_by(code) & {*HEAVY, "numpy"}


@pytest.mark.parametrize(
    "code",
    [
        "import graphbench",
        "from graphbench import registry; registry.algorithm_names(); registry.engine_names()",
        "from graphbench import registry; [registry.summary(name) for name in registry.algorithm_names()]",
        "from graphbench import registry; [registry.algorithm(name) for name in registry.algorithm_names()]",
        "from graphbench import registry; [each.availability() for each in registry.engines()]",
    ],
    ids=["package", "names", "summaries", "pages", "availability"],
)
def test_a_fresh_process_that_lists_imports_nothing_heavy(code):
    assert not _loaded_by(code) & set(HEAVY)
