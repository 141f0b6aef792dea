"""Statements of the project about itself are true."""

import os
import re
import tomllib
from pathlib import Path

import graphbench
from graphbench import cli

ROOT = Path(graphbench.__file__).resolve().parents[1]


def test_the_readme_has_one_command_to_try_and_one_to_test():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    for extra in ("cpu", "test"):
        assert len([line for line in lines if line.startswith(f"pip install -e '.[{extra}]'")]) == 1


def test_the_readme_has_the_table_of_algorithms_and_engines_as_the_command_prints_it(capsys, monkeypatch):
    monkeypatch.delenv("GRAPHBENCH_PLUGINS", raising=False)
    assert cli.invoke(["list", "algorithms", "--format", "markdown"]) == 0
    printed = capsys.readouterr().out.strip()
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split("<!-- begin: graphbench list algorithms --format markdown -->\n")
    table, after = rest.split("<!-- end -->\n")
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        path.write_text(text.replace(f"\n{table}<!-- end", f"\n{printed}\n<!-- end"), encoding="utf-8")
        return
    assert before
    assert after
    assert table.strip() == printed, "GRAPHBENCH_GOLDEN=write pytest tests/test_project.py writes it anew"


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
