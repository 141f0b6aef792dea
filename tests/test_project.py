"""Statements of the project about itself are true."""

import os
import re
import tomllib
from pathlib import Path

import pytest

import graphbench
from graphbench import cli
from graphbench.advice import reference
from helpers import docs_tables, estimates, readme_results, results_tables

ROOT = Path(graphbench.__file__).resolve().parents[1]


def test_the_readme_has_one_command_to_try_and_one_to_test():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    for extra, command in (("cpu", readme_results.example_command()), ("test", "pytest -n auto")):
        found = [line for line in lines if line.startswith(f"pip install -e '.[{extra}]'")]
        assert found == [f"pip install -e '.[{extra}]' && {command}"]


def test_the_readme_has_at_most_150_lines():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_no_file_of_a_report_is_larger_than_2_mb():
    assert [file for file in (ROOT / "reports").rglob("*") if file.stat().st_size > 2_000_000] == []


def test_the_table_of_algorithms_and_engines_is_what_the_command_prints(capsys, monkeypatch):
    monkeypatch.delenv("GRAPHBENCH_PLUGINS", raising=False)
    assert cli.invoke(["list", "algorithms", "--format", "markdown"]) == 0
    printed = capsys.readouterr().out.strip()
    check_rendered("docs/inputs.md", "graphbench list algorithms --format markdown", printed)


@pytest.mark.parametrize(
    ("file", "block", "render"),
    [
        ("README.md", "first command", readme_results.first_command),
        ("README.md", "second command", readme_results.second_command),
        ("README.md", "when a GPU pays", readme_results.when_a_gpu_pays),
        ("docs/results.md", "results", readme_results.results),
        ("docs/results.md", "reuse", results_tables.reuse),
        ("docs/results.md", "processes", results_tables.processes),
        ("docs/results.md", "sittings", readme_results.sittings),
        ("docs/results.md", "allocators", results_tables.allocators),
        ("docs/results.md", "families", readme_results.families),
        ("docs/results.md", "how much fits", results_tables.how_much_fits),
        ("docs/results.md", "several GPUs", results_tables.several_gpus),
        ("docs/advise.md", "graphbench advise --validate --format markdown", estimates.validation),
        ("docs/advise.md", "graphs measured later", estimates.later_graphs),
        ("docs/advise.md", "shipped references", estimates.commands),
        ("docs/claims.md", "claims", results_tables.answers_to_claims),
        ("datasets/README.md", "twins' CPU time", results_tables.twins),
        ("datasets/README.md", "twins' structure", results_tables.structure),
        ("reports/README.md", "reports", results_tables.report_list),
        ("docs/reading.md", "verdicts", docs_tables.verdicts),
        ("docs/reading.md", "rules", docs_tables.rules),
        ("docs/reading.md", "words", docs_tables.words),
        ("docs/record.md", "schema", docs_tables.schema),
    ],
)
def test_what_is_shown_of_measurements_and_rules_is_rendered(file, block, render):
    check_rendered(file, block, render())


def test_the_chart_of_the_readme_is_drawn_from_committed_records():
    path = ROOT / "docs/gpu.svg"
    drawn = readme_results.chart()
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        path.write_text(drawn, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize("name", estimates.all_references())
def test_the_shipped_references_are_rendered_from_committed_records(name):
    path = estimates.FOLDER / f"{name}.jsonl"
    made = reference.encoded(estimates.made(name))
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        path.write_bytes(made)
    assert path.read_bytes() == made


MEASURED = re.compile(
    r"\d ?\N{MULTIPLICATION SIGN}|\d [mµ]s\b|\d [GM]B/s|(?:\d|two|three|four|five|ten) times as (?:fast|long)"
    r"|\d % (?:faster|slower)|\d [mb]illion"
)


@pytest.mark.parametrize(
    "page",
    ["README.md", "docs/advise.md", "docs/claims.md", "docs/engineers.md", "docs/index.md", "docs/questions.md",
     "docs/results.md", "docs/scaling.md", "reports/README.md"],
)  # fmt: skip
def test_no_measured_number_is_typed(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    typed = re.sub(r"<!-- begin: (.*?) -->.*?<!-- end: \1 -->", "", text, flags=re.DOTALL)
    assert not MEASURED.findall(typed), [line for line in typed.splitlines() if MEASURED.search(line)]


def check_rendered(file, block, expected):
    """The text between two markers of a file is this one; it is written if golden files are."""
    path = ROOT / file
    begin, end = f"<!-- begin: {block} -->\n", f"<!-- end: {block} -->\n"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    found, after = rest.split(end)
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        path.write_text(f"{before}{begin}{expected}\n{end}{after}", encoding="utf-8")
        return
    assert found.strip() == expected, "GRAPHBENCH_GOLDEN=write pytest tests/test_project.py writes it anew"


PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("datasets/*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, heading = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), target
        assert not heading or heading in headings(path), target


def headings(path):
    """The anchors that GitHub makes of the headings of a page."""
    found = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.casefold()).replace(" ", "-") for title in found}


def test_every_page_of_the_documentation_is_in_the_navigation_of_the_site():
    named = re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(page.name for page in ROOT.glob("docs/*.md"))


def test_no_text_says_to_install_the_other_project_of_this_name():
    texts = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("graphbench/**/*.py"), *ROOT.glob("datasets/*.md")]
    for path in texts:
        assert not re.search(r"pip install (-U )?['\"]?graphbench", path.read_text(encoding="utf-8")), path


def test_both_gpu_extras_bring_the_cpu_engines_too():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for name in ("cu12", "cu13", "test"):
        assert "graph-workbench[cpu]" in extras[name]


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {graphbench.__version__}\n" in citation


def test_every_test_in_the_table_of_faults_exists():
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", (ROOT / "docs" / "faults.md").read_text())
    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / "tests" / file).read_text()]
    assert len(named) > 40
    assert missing == []
