"""Imports point one way, in two chains, and listing names imports nothing heavy."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import graphbench

ROOT = Path(graphbench.__file__).parent
GROUND = [{"_version", "errors", "gpus", "locking", "model", "paths", "prediction", "sizes", "statistics"}]
MEASURING = [
    *GROUND,
    {"columns", "device", "edgefile", "edgelist"},
    {
        "agreement",
        "certify",
        "certify_cores",
        "certify_device",
        "certify_levels",
        "certify_partition",
        "certify_similarity",
        "certify_spectral",
        "certify_structure",
        "certify_subgraphs",
        "certify_walks",
        "datasets",
    },
    {"algorithms"},
    {"engines"},
    {"registry"},
    {"measure"},
]
JUDGING = [
    *GROUND,
    {"interchange", "store"},
    {"keeping"},
    {"break_even", "comparison", "judging", "reasons", "regression"},
    {"reporting"},
]
TOP = {
    "__init__",
    "__main__",
    "api",
    "benchmarks",
    "cli",
    "foresight",
    "planning",
    "pytest_plugin",
    "result",
    "staleness",
    "suites",
}
"""Where the two chains meet."""
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


def _below(part):
    """The parts that this one may import: its own layer and those under it in its chain; None for the top."""
    if part in TOP:
        return None
    for chain in (MEASURING, JUDGING):
        for height, layer in enumerate(chain):
            if part in layer:
                return set().union(*chain[: height + 1])
    raise AssertionError(f"graphbench.{part} is in no layer: say in this test where it belongs")


def _parts_imported(tree):
    """First names below graphbench that a module imports, with their lines; the package itself counts as the top."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [(alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            names = [(node.module, [alias.name for alias in node.names])]
        else:
            continue
        for module, members in names:
            first, *rest = module.split(".")
            if first != "graphbench":
                continue
            for part in rest[:1] or members or ["__init__"]:
                is_part = (ROOT / part).is_dir() or (ROOT / f"{part}.py").exists()
                yield (part if is_part else "__init__"), node.lineno


MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_point_down(module):
    allowed = _below(Path(module.parts[0]).stem)
    if allowed is None:
        return
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    upward = [f"line {line}: {part}" for part, line in _parts_imported(tree) if part not in allowed]
    assert not upward, f"{module} imports upward: {', '.join(upward)}"


def test_datasets_and_certificates_do_not_know_each_other():
    for module in MODULES:
        here = Path(module.parts[0]).stem
        other = {"datasets": {"certify", "agreement"}, "certify": {"datasets"}, "agreement": {"datasets"}}.get(
            here, set()
        )
        found = {part for part, _ in _parts_imported(ast.parse((ROOT / module).read_text(encoding="utf-8")))}
        assert not found & other, f"{module} imports {found & other}"


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("from graphbench.measure.plan import Plan", ["measure"]),
        ("from graphbench import registry, certify", ["registry", "certify"]),
        ("import graphbench.records.store", ["store"]),
        ("import graphbench", ["__init__"]),
        ("from graphbench import run", ["__init__"]),
        ("def f():\n    from graphbench.cli import main", ["cli"]),
        ("import numpy, json", []),
    ],
)
def test_the_walker_sees_every_way_to_import(source, parts):
    assert [part for part, _ in _parts_imported(ast.parse(source))] == parts


def _loaded_by(code):
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return {name.split(".")[0] for name in json.loads(done.stdout)}


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
def test_names_and_help_do_without_numpy(code):
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
