"""Changed code raises a revision, or the golden file is rewritten; wording asks for neither."""

import ast
import json
import os
import shutil
from pathlib import Path

import pytest

import graphbench
from graphbench import registry
from graphbench.measure import staleness
from helpers.digests import digests

PACKAGE = Path(graphbench.__file__).parent
GOLDEN = Path(__file__).parent / "golden" / "revisions.json"
WHAT_TO_DO = (
    "raise `revision` if the measurement changed (records become stale), or rewrite the golden file if it did not: "
    "GRAPHBENCH_GOLDEN=write pytest tests/test_revisions.py"
)


def declared():
    """Every revision beside the digest of its code."""
    revisions = {f"algorithm {name}": registry.algorithm(name).revision for name in registry.algorithm_names()}
    revisions |= {f"engine {name}": registry.engine(name).revision for name in registry.engine_names()}
    revisions |= {"trials": staleness.REVISION}
    codes = digests(PACKAGE)
    return {name: {"revision": revision, "digest": codes[name]} for name, revision in revisions.items()}


def complaints(golden, now):
    """A sentence for everything whose code and revision did not change together."""
    found = [f"{name} is not in the golden file: {WHAT_TO_DO}" for name in now.keys() - golden.keys()]
    found += [f"{name} is in the golden file only: {WHAT_TO_DO}" for name in golden.keys() - now.keys()]
    for name in golden.keys() & now.keys():
        same_code = golden[name]["digest"] == now[name]["digest"]
        before, after = golden[name]["revision"], now[name]["revision"]
        if not same_code and before == after:
            found.append(f"the code of {name} changed under revision {after}: {WHAT_TO_DO}")
        elif same_code and before != after:
            found.append(f"{name} went from revision {before} to {after} without a change of its code: {WHAT_TO_DO}")
        elif before != after:
            found.append(f"{name} went from revision {before} to {after}: rewrite the golden file")
    return sorted(found)


def test_every_page_and_engine_has_a_digest():
    names = [f"algorithm {name}" for name in registry.algorithm_names()]
    names += [f"engine {name}" for name in registry.engine_names()]
    assert digests(PACKAGE).keys() == {*names, "trials"}


def test_changed_code_raises_a_revision_or_rewrites_the_golden_file():
    now = declared()
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        GOLDEN.write_text(json.dumps(now, indent=1) + "\n")
    found = complaints(json.loads(GOLDEN.read_text()), now)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("revision", "digest", "sentence"),
    [
        (1, "aa", ""),
        (1, "bb", "the code of algorithm bfs changed under revision 1: raise `revision`"),
        (2, "aa", "algorithm bfs went from revision 1 to 2 without a change of its code: raise `revision`"),
        (2, "bb", "algorithm bfs went from revision 1 to 2: rewrite the golden file"),
    ],
)
def test_a_revision_and_its_code_change_together(revision, digest, sentence):
    golden = {"algorithm bfs": {"revision": 1, "digest": "aa"}}
    found = complaints(golden, {"algorithm bfs": {"revision": revision, "digest": digest}})
    assert len(found) == bool(sentence)
    assert "".join(found).startswith(sentence)


def test_new_and_removed_pages_are_reported():
    page = {"revision": 1, "digest": "aa"}
    new, removed = complaints({"algorithm wcc": page}, {"algorithm bfs": page})
    assert new.startswith("algorithm bfs is not in the golden file")
    assert removed.startswith("algorithm wcc is in the golden file only")


# What a digest covers, on the package itself


@pytest.fixture
def package(tmp_path):
    """A copy of the rooms that digests read."""
    for room in ("algorithms", "certificates", "engines", "measure"):
        shutil.copytree(PACKAGE / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def changed(package, before):
    after = digests(package)
    assert after.keys() == before.keys()
    return {name.removeprefix("algorithm ") for name in before if after[name] != before[name]}


def insert(room, function, line):
    """Put a line at the start of a function, wherever in the room it is."""
    for path in room.rglob("*.py"):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name == function:
                lines = text.splitlines(keepends=True)
                first = node.body[1] if ast.get_docstring(node) else node.body[0]
                lines.insert(first.lineno - 1, f"{' ' * first.col_offset}{line}\n")
                path.write_text("".join(lines))
                return
    raise AssertionError(f"{room} has no function {function}")


def test_a_changed_modularity_concerns_the_pages_that_certify_by_it(package):
    before = digests(package)
    insert(package / "certificates", "modularity", "resolution = 2 * resolution")
    assert changed(package, before) == {"analyze-clustering", "ecg", "leiden", "louvain", "spectral-modularity"}


def test_a_changed_adapter_concerns_its_page(package):
    before = digests(package)
    page = package / "algorithms" / "pagerank.py"
    page.write_text(page.read_text().replace("alpha=p.damping", "alpha=p.damping / 2", 1))
    assert changed(package, before) == {"pagerank"}


def test_a_changed_parameter_concerns_every_page_that_has_it(package):
    before = digests(package)
    for page in (package / "algorithms").glob("_*.py"):
        page.write_text(page.read_text().replace("default=64", "default=65"))
    assert changed(package, before) == {"bfs", "ego-graph", "sssp"}


def test_a_changed_build_concerns_its_engine_and_those_derived_from_it(package):
    before = digests(package)
    engine = package / "engines" / "networkx.py"
    engine.write_text(engine.read_text().replace("zip(src, dst, strict=True)", "zip(dst, src, strict=True)"))
    assert changed(package, before) == {"engine networkx", "engine nx-cugraph"}


@pytest.mark.parametrize("function", ["trial", "after_trial", "pose"])
def test_a_changed_clock_or_call_concerns_the_trials(package, function):
    before = digests(package)
    room = package / ("algorithms" if function == "pose" else "measure")
    insert(room, function, "seed = 1")
    assert changed(package, before) == {"trials"}


def test_docstrings_comments_titles_and_imports_concern_nothing(package):
    before = digests(package)
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
                node.body[0].value.value += " Reworded."
            if isinstance(node, ast.keyword) and node.arg in {"title", "help"}:
                node.value = ast.Constant("Reworded")
        path.write_text(ast.unparse(tree) + "\nimport colorsys  # unused\n")
    assert not changed(package, before)


def test_raising_a_revision_leaves_the_digest(package):
    before = digests(package)
    for path in package.rglob("*.py"):
        path.write_text(path.read_text().replace("revision = 1", "revision = 2").replace("revision=1", "revision=2"))
    assert not changed(package, before)


# And on a small one


def small(folder, **files):
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    base = folder / "algorithms" / "base.py"
    base.write_text("Algorithm = Finding = Form = Parameter = dict\n")
    (folder / "measure").mkdir(exist_ok=True)
    (folder / "measure" / "trials.py").write_text("REVISION = 1\n")
    return digests(folder)["algorithm page"]


PAGE = """
from graphbench.certificates import checks

page = Algorithm(name="page")

@page.certificate
def _(edges, answer, p):
    return checks.right(answer)
"""
CHECKS = "LIMIT = 3\n\ndef right(answer):\n    return answer < LIMIT\n"


def test_constants_that_a_called_function_uses_are_covered(tmp_path):
    one = small(tmp_path / "one", algorithms__page=PAGE, certificates__checks=CHECKS)
    two = small(tmp_path / "two", algorithms__page=PAGE, certificates__checks=CHECKS.replace("3", "4"))
    assert one != two


def test_a_function_may_move_to_another_module(tmp_path):
    one = small(tmp_path / "one", algorithms__page=PAGE, certificates__checks=CHECKS)
    page = PAGE.replace("import checks", "import bounds").replace("checks.right", "bounds.right")
    two = small(tmp_path / "two", algorithms__page=page, certificates__bounds=CHECKS)
    page = PAGE.replace("certificates import checks", "certificates.bounds import right").replace("checks.", "")
    three = small(tmp_path / "three", algorithms__page=page, certificates__bounds=CHECKS)
    assert one == two == three


def test_a_function_imported_where_it_is_called_is_covered(tmp_path):
    page = "\npage = Algorithm(name='page')\n\ndef _(answer):\n    from graphbench.certificates.checks import right\n"
    page += "    return right(answer)\n"
    one = small(tmp_path / "one", algorithms__page=page, certificates__checks=CHECKS)
    two = small(tmp_path / "two", algorithms__page=page, certificates__checks=CHECKS.replace("<", "<="))
    assert one != two
