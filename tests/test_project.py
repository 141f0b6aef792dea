"""Statements of the project about itself are true."""

import os
import re
import tomllib
from pathlib import Path

import graphbench
from graphbench import cli
from helpers.readme_results import results

ROOT = Path(graphbench.__file__).resolve().parents[1]


def test_the_readme_has_one_command_to_try_and_one_to_test():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    for extra in ("cpu", "test"):
        assert len([line for line in lines if line.startswith(f"pip install -e '.[{extra}]'")]) == 1


def test_the_readme_has_the_table_of_algorithms_and_engines_as_the_command_prints_it(capsys, monkeypatch):
    monkeypatch.delenv("GRAPHBENCH_PLUGINS", raising=False)
    assert cli.invoke(["list", "algorithms", "--format", "markdown"]) == 0
    check_rendered(": graphbench list algorithms --format markdown", "", capsys.readouterr().out.strip())


def test_the_readme_has_the_results_of_committed_records():
    check_rendered(": results", ": results", results())


def check_rendered(begins, ends, expected):
    """The text between two markers of the README is this one; it is written if golden files are."""
    path = ROOT / "README.md"
    before, rest = path.read_text(encoding="utf-8").split(f"<!-- begin{begins} -->\n")
    found, after = rest.split(f"<!-- end{ends} -->\n", 1)
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        text = f"{before}<!-- begin{begins} -->\n{expected}\n<!-- end{ends} -->\n{after}"
        path.write_text(text, encoding="utf-8")
        return
    assert found.strip() == expected, "GRAPHBENCH_GOLDEN=write pytest tests/test_project.py writes it anew"


def test_no_text_says_to_install_the_other_project_of_this_name():
    texts = [*ROOT.glob("*.md"), *ROOT.glob("graphbench/**/*.py"), *ROOT.glob("datasets/*.md")]
    for path in texts:
        assert not re.search(r"pip install (-U )?['\"]?graphbench", path.read_text(encoding="utf-8")), path


def test_both_gpu_extras_bring_the_cpu_engines_too():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for name in ("cu12", "cu13", "test"):
        assert "graph-workbench[cpu]" in extras[name]


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {graphbench.__version__}\n" in citation
