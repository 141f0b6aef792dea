"""Plugins: the printed examples work with every command, and mistakes get one clear line."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import graphbench as package
from graphbench import registry

pytestmark = pytest.mark.usefixtures("warm_workers")

ROOT = Path(package.__file__).resolve().parents[1]
EXAMPLE = re.compile(r"```python\n(# (\w+)\.py\n.*?)```", re.DOTALL)
EXAMPLES = {name: text for text, name in EXAMPLE.findall((ROOT / "docs/extend.md").read_text(encoding="utf-8"))}
QUICK = ["--trials", "2"]

ENGINE = """
from graphbench.engines.base import Engine

class Mine(Engine):
    {name}
    library = "no_such_library.part"

engine = Mine()
"""
PAGE = """
from graphbench.algorithms.base import Algorithm, Finding, Form

mine = Algorithm(
    name="mine", title="mine", family="structure", form=Form(directed=False, weights="ignored"), kind="{kind}",
    headline="most",
)

{certificate}

@mine.on("networkx")
def _(nx, graph, p):
    return dict(graph.degree)
"""
EXPECTED = "expected one {0} named {1!r}, like the file. Rename the file or the {0}."
CERTIFICATE = "@mine.certificate\ndef _(edges, answer, p):\n    return {returned}\n"
SOUND = PAGE.format(kind="counts", certificate=CERTIFICATE.format(returned="None"))


def solving(*algorithms, arguments="csgraph, graph, p"):
    """An engine with adapters for these algorithms, all alike."""
    adapters = [f'@engine.solves("{name}")\ndef _({arguments}):\n    return None\n' for name in algorithms]
    return "\n".join([ENGINE.format(name='name = "mine"'), *adapters])


@pytest.fixture
def plug(monkeypatch, tmp_path):
    """Write modules by name and name them in GRAPHBENCH_PLUGINS, here and for workers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))
    names = []

    def write(**modules):
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
            names.append(name)
        monkeypatch.setenv("GRAPHBENCH_PLUGINS", ",".join(names))

    yield write
    for name in names:
        sys.modules.pop(name, None)
    registry.engine.cache_clear()
    registry.algorithm.cache_clear()


def test_the_printed_engine_and_algorithm_are_plugins_that_every_command_takes(plug, graphbench):
    plug(**EXAMPLES)
    assert set(EXAMPLES) == {"my_engine", "degree"}
    store = ["--store", "records.jsonl"]
    for command in (
        ["show", "my-engine"],
        ["show", "degree"],
        ["list"],
        ["list", "--json"],
        ["doctor"],
        ["wcc", "karate", "--engine", "my-engine,networkx", *QUICK, *store],
        ["sssp", "karate", "--engine", "my-engine", "--save-answer", "answer.csv", *QUICK, *store],
        ["degree", "karate", "--engine", "igraph", *QUICK, *store],
        [
            "suite",
            "--datasets",
            "lesmis",
            "--algorithms",
            "wcc,degree",
            "--engines",
            "my-engine,igraph",
            *QUICK,
            *store,
        ],
        ["advise", "karate", "--algorithms", "wcc,degree", "--engines", "my-engine"],
        ["records", *store],
        ["report", "--records", "records.jsonl", "--output", "report"],
        ["compare", "records.jsonl", "records.jsonl"],
    ):
        code, out, err = graphbench(*command)
        assert (code, "Traceback" in err) == (0, False), (command, out, err)
    code, out, _ = graphbench("records", "--format", "json", *store)
    found = {(line["algorithm"], line["engine"]): line["outcome"] for line in json.loads(out)}
    assert code == 0
    assert {found[key] for key in [("wcc", "my-engine"), ("sssp", "my-engine"), ("degree", "igraph")]} == {"ok"}
    assert found["degree", "my-engine"] == "unsupported"


def test_an_engine_without_its_library_is_unavailable_and_ends_no_command(plug, graphbench):
    plug(my_plugin=ENGINE.format(name='name = "mine"'))
    for command in (["list"], ["doctor"], ["show", "mine"]):
        code, out, err = graphbench(*command)
        assert (code, err) == (0, "")
        assert re.search(r"mine\b[^\n]*not installed|State:\s+unavailable: not installed", out)


@pytest.mark.parametrize(
    ("returned", "fault"),
    [
        ("None", "returned None, expected a Finding"),
        ("True", "returned bool, expected a Finding"),
        ('Finding(detail="")', "returned a Finding without the quantity 'most', which the page declares"),
    ],
)
def test_a_certificate_that_returns_no_finding_is_named_with_its_page(plug, graphbench, returned, fault):
    plug(my_plugin=PAGE.format(kind="counts", certificate=CERTIFICATE.format(returned=returned)))
    code, out, _ = graphbench("mine", "karate", "--engine", "networkx", *QUICK, "--format", "json")
    (record,) = json.loads(out)["records"]
    assert (code, record["outcome"]) == (1, "invalid")
    assert record["reason"] == f"first call: my_plugin.py, line 9: the certificate {fault}"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (ENGINE.format(name=""), "the class Mine has no name. Add: name = 'my-engine'."),
        (PAGE.format(kind="counts", certificate=""), "'mine' has no certificate. Define one"),
        (PAGE.format(kind="degrees", certificate=CERTIFICATE), "'mine' has the kind 'degrees'; expected one of: parti"),
        (
            ENGINE.format(name='name = "My Engine"'),
            "found the name 'My Engine'; expected small letters, digits and ",
        ),
        (ENGINE.format(name='name = "scipy"'), "another engine is called 'scipy'. Rename one of them."),
        (ENGINE.format(name='name = "mine"; revision = "1"'), "revision is '1'; expected an integer."),
        (
            ENGINE.format(name='name = "mine"; distributions = "scipy"'),
            "distributions is 'scipy'; expected a tuple: ('s",
        ),
        (ENGINE.format(name='name = "mine"; device = "tpu"'), "device is 'tpu'; expected one of: 'cpu', 'gpu'."),
        (SOUND.replace('"ignored"', '"nope"'), "weights is 'nope'; expected one of: 'ignored', 'used', 'required'."),
        (SOUND.replace('"networkx"', '"networx"'), "mine refers to 'networx'. No engine is called 'networx'. Did you"),
        (SOUND + "mine.gap('igrap', 'x')", "mine refers to 'igrap'. No engine is called 'igrap'. Did you mean igraph"),
        (solving("wccc"), "mine refers to 'wccc'. No algorithm is called 'wccc'. Did you mean wcc?"),
        (solving("components"), "mine refers to 'components'. No algorithm is called 'components'. Did you mean wcc?"),
    ],
)
def test_an_incomplete_plugin_is_one_line_that_says_what_is_missing(plug, graphbench, text, fault):
    plug(my_plugin=text)
    code, out, err = graphbench("list", "algorithms")
    assert (code, out) == (1, "")
    assert err.startswith(f"Error: The plugin my_plugin: {fault}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (solving("wcc", "wcc"), "found a second adapter for 'wcc', expected one. Remove one of them."),
        (
            solving("wcc", arguments="graph, p"),
            "the adapter for wcc is _(graph, p); expected the arguments (library, ",
        ),
        ("class Mine(\n", "'(' was never closed (my_plugin.py, line 1)"),
        ("import no_such_library\n", "No module named 'no_such_library'"),
    ],
)
def test_a_plugin_that_cannot_be_imported_is_one_line_that_says_why(plug, graphbench, text, fault):
    plug(my_plugin=text)
    code, _, err = graphbench("list")
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("Error: GRAPHBENCH_PLUGINS names 'my_plugin', which cannot be imported (")
    assert fault in err


MISTAKES = {
    "None": ("pass", "invalid", "the adapter returned None, expected an answer (in phase collect)"),
    "a list": ("return [0] * 34", "invalid", "the answer is of type list, expected an array of numbers (in "),
    "an exception": ("return p.sorce", "error", "mine.py, line LINE: AttributeError: 'types.SimpleNamespace' "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_an_adapter_is_named_with_what_was_expected(plug, graphbench, mistake):
    statement, outcome, reason = MISTAKES[mistake]
    text = EXAMPLES["my_engine"].replace("my-engine", "mine")
    plug(mine=re.sub(r"return csgraph.connected_components.*", statement, text))
    code, out, _ = graphbench("wcc", "karate", "--engine", "mine", *QUICK, "--format", "json")
    (record,) = json.loads(out)["records"]
    assert (code, record["outcome"]) == (1, outcome)
    assert re.sub("line [0-9]+", "line LINE", record["reason"]).startswith(reason)


def test_the_library_of_a_plugin_is_installed_by_the_name_of_its_distribution(plug, graphbench):
    plug(my_plugin=ENGINE.format(name='name = "mine"; distributions = ("no-such-library",)'))
    _, out, _ = graphbench("show", "mine")
    assert "unavailable: not installed. Install it: pip install no-such-library." in out


def test_the_reason_of_an_engine_for_its_gaps_is_not_about_the_page_of_a_plugin(plug):
    plug(**EXAMPLES)
    assert "scipy" not in registry.algorithm("degree").gaps
    assert "networkit" in registry.algorithm("degree").gaps


def test_a_page_that_a_plugin_imports_is_listed_once(plug):
    plug(my_plugin="from graphbench.algorithms.wcc import wcc\n")
    assert registry.algorithm_names().count("wcc") == 1


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """A copy of the package with a page and an engine under other names than their files', and one that is cut off."""
    folder = tmp_path_factory.mktemp("damaged")
    for name in ("graphbench", "datasets"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    there = folder / "graphbench"
    shutil.copy(there / "algorithms/core_number.py", there / "algorithms/kernels.py")
    shutil.copy(there / "engines/igraph.py", there / "engines/pigraph.py")
    (there / "algorithms/torn.py").write_text('"""Torn."""\nfrom graphbench import (\n', encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["doctor"],
        ["show", "networkx"],
        ["components", "karate", "--engine", "networkx", *QUICK],
        ["suite", "--datasets", "karate", "--engines", "networkx", "--dry-run"],
    ],
    ids=" ".join,
)
def test_a_damaged_page_or_engine_ends_no_command_that_does_without_it(damaged, private_home, command):
    done = in_copy(damaged, private_home, *command)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("kernels karate", f"algorithms/kernels.py: found 'core-number', {EXPECTED.format('Algorithm', 'kernels')}"),
        ("show torn", "algorithms/torn.py cannot be imported (SyntaxError: "),
        ("wcc karate --engine pigraph", f"engines/pigraph.py: found 'igraph', {EXPECTED.format('Engine', 'pigraph')}"),
    ],
)
def test_a_damaged_page_or_engine_is_one_line_with_its_file_and_names(damaged, private_home, command, error):
    done = in_copy(damaged, private_home, *command.split())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: graphbench/{error}")
    assert done.stderr.count("\n") == 1


def test_list_names_each_damaged_file(damaged, private_home):
    done = in_copy(damaged, private_home, "list", "algorithms")
    for file in ("algorithms/kernels.py", "algorithms/torn.py", "engines/pigraph.py"):
        assert done.stderr.count(f"Warning: graphbench/{file}") == 1
    assert re.search(r"\bwcc +yes", done.stdout)


def in_copy(folder, home, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "graphbench", *arguments],
        env=os.environ | {"PYTHONPATH": str(folder), "GRAPHBENCH_HOME": str(home)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
