"""Two states of an engine's code: a repository is made here, and nothing is fetched to install it."""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from graphbench.cli.ab import command
from graphbench.measure.suites import ab
from graphbench.records import store
from helpers.own_plugin import ENGINE

LIBRARY = "import numpy\n__version__ = '{version}'\ndef answer(n):\n    return numpy.zeros(n, numpy.int64)\n"
FRAGILE = "assert 'NOT_TODAY' not in os.environ; return"
SUITE = 'datasets = ["karate"]\nalgorithms = ["wcc"]\nengines = ["own"]\nbaseline = "own"\nbudget = 0.02\n'
CREATE = venv.create  # the tests but one make environments without pip, which takes four seconds
INSTALL = "cp {ref}/*.py $VIRTUAL_ENV/lib/python*/site-packages/ && echo installed >> {log}"


def git(folder, *arguments):
    names = ("-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *names, *arguments], check=True, capture_output=True)


def commit(folder, library, tag):
    (folder / "own_library.py").write_text(library)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", tag)
    git(folder, "tag", tag)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A repository of three states, and a home whose environments all tests share."""
    folder = tmp_path_factory.mktemp("ab")
    repository = folder / "repository"
    repository.mkdir()
    git(repository, "init", "-q")
    (repository / "own_engine.py").write_text(ENGINE)
    commit(repository, LIBRARY.format(version="1.0"), "one")
    commit(repository, LIBRARY.format(version="2.0"), "two")
    commit(repository, "raise RuntimeError('not today')", "broken")
    commit(repository, f"import os\n{LIBRARY.replace('return', FRAGILE)}", "fragile")
    (folder / "suite.toml").write_text(SUITE)
    return folder


@pytest.fixture
def repository(made, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "own_engine")
    monkeypatch.setenv("GRAPHBENCH_HOME", str(made / "home"))
    monkeypatch.setattr(ab.venv, "create", lambda folder, **_: venv.EnvBuilder().create(folder))
    return made / "repository"


@pytest.fixture
def installs(made):
    """What was installed so far."""
    log = made / "installs"
    log.touch()
    return log


@pytest.fixture
def run(made, repository, installs, graphbench, tmp_path):
    def call(base, head, *more, install=INSTALL, rounds=1):
        return graphbench(
            *("ab", "--suite", made / "suite.toml", "--base", base, "--head", head),
            *("--repository", repository, "--install", install.replace("{log}", str(installs))),
            *("--output", tmp_path / "ab", "--rounds", rounds, *more),
        )

    return call


def test_two_commits_are_measured_in_turns_and_compared(run, installs, tmp_path):
    code, out, err = run("one", "two", rounds=2)
    assert code == 0, err
    order = [line.split(" (")[0] for line in err.splitlines() if line.startswith("round ")]
    assert "installed" in installs.read_text()
    assert order == ["round 1 of 2: base", "round 1 of 2: head", "round 2 of 2: head", "round 2 of 2: base"]
    sides = {side: store.load([tmp_path / "ab" / f"{side}.jsonl"]) for side in ("base", "head")}
    for side, version in (("base", "1.0"), ("head", "2.0")):
        (record,) = sides[side]
        assert (record.outcome, record.environment.engine_version) == ("ok", version)
        assert len(record.trials.rounds) == 2
    assert "wcc" in out
    assert "1.0" in out
    assert "2.0" in out
    before = {path: path.read_bytes() for path in (tmp_path / "ab" / "rounds").glob("*.jsonl")}
    installed = installs.read_text()
    assert run("one", "two", rounds=2)[:2] == (0, out)  # again: nothing is installed or measured
    assert {path: path.read_bytes() for path in (tmp_path / "ab" / "rounds").glob("*.jsonl")} == before
    assert installs.read_text() == installed


def test_what_failed_is_measured_again_and_with_fresh_everything(run, tmp_path, monkeypatch):
    def outcomes():
        found = [store.load([tmp_path / "ab" / f"{side}.jsonl"]) for side in ("base", "head")]
        return [record.outcome for records in found for record in records]

    def trials():
        return [record.phases.call_s for record in store.load([tmp_path / "ab/base.jsonl"])]

    monkeypatch.setenv("NOT_TODAY", "1")
    assert run("one", "fragile")[0] == 0
    assert outcomes() == ["ok", "error"]
    monkeypatch.delenv("NOT_TODAY")
    before = trials()
    _, _, err = run("one", "fragile")
    assert outcomes() == ["ok", "ok"]
    assert trials() == before
    assert [line.rpartition(")")[2] for line in err.splitlines() if line.startswith("round ")] == [
        ": measured before", ""
    ]  # fmt: skip
    _, _, err = run("one", "fragile", "--fresh")
    assert "measured before" not in err
    assert trials() != before


def test_a_state_that_cannot_be_imported_fails_the_gate(run):
    code, out, err = run("one", "broken", "--fail-slower", "5%")
    assert code == 1
    assert "broken" in out or "not today" in out
    assert "--fail-slower:" in err


@pytest.fixture
def action(made, repository, installs, tmp_path, monkeypatch):
    """The step of the workflow, in the folder ab, and its outputs."""

    def run(install=INSTALL):
        given = {
            "SUITE": made / "suite.toml",
            "BASE": "one",
            "HEAD": "two",
            "INSTALL": install.replace("{log}", str(installs)),
            "ROUNDS": "1",
            "FAIL_SLOWER": "5%",
            "FOLDER": tmp_path / "ab",
            "GITHUB_STEP_SUMMARY": tmp_path / "summary.md",
            "GITHUB_OUTPUT": tmp_path / "output",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        for name, value in given.items():
            monkeypatch.setenv(name, str(value))
        script = Path(__file__).parents[1] / "action" / "run.sh"
        done = subprocess.run([script], cwd=repository, capture_output=True, text=True, check=False)
        outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
        assert outputs == {"comment": str(tmp_path / "ab/comment.md"), "exit-code": str(done.returncode)}
        assert (tmp_path / "summary.md").read_text() == (tmp_path / "ab/comment.md").read_text()
        return done

    return run


def test_the_action_writes_a_summary_outputs_and_a_report(action, repository, installs, tmp_path):
    for ref in ("one", "two"):
        install = INSTALL.replace("{log}", str(installs))
        ab.Environment.of(ab.resolve("base", ref, repository), install, repository).make()
    done = action()
    assert done.returncode == 1, done.stderr  # one round judges nothing, so the gate does not pass
    assert "--fail-slower:" in done.stderr
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("### graphbench: `one` against `two`\n\n")
    assert re.search(r"\n(- 1 cell unchanged|\| change \|)", summary), "one process may differ from another"
    assert (tmp_path / "ab/report/index.html").exists()


def test_the_comment_of_the_action_has_the_error_where_nothing_is_compared(action, tmp_path):
    assert action(install="echo no compiler {ref}; exit 3").returncode == 1
    heading, _, said, _, fence, *error = (tmp_path / "ab/comment.md").read_text().splitlines()
    assert heading == "### graphbench: `one` against `two`"
    assert said == "Nothing was compared: `graphbench ab` ended with exit code 1."
    assert error[0].startswith("Error: Cannot install base (one, ")
    assert any(line.startswith("no compiler ") for line in error)
    assert error[-1] == fence.removesuffix("text") == "````"


def test_the_action_and_the_command_write_into_the_same_folder_by_default():
    text = (Path(__file__).parents[1] / "action/action.yml").read_text()
    (folder,) = re.findall(r"^  folder:\n.*\n    default: (.+)$", text, re.MULTILINE)
    (output,) = [option for option in command.params if option.name == "output"]
    assert Path(folder) == output.default


@pytest.mark.usefixtures("repository")
def test_the_example_of_ones_own_library_works(graphbench, tmp_path, monkeypatch):
    page = (Path(__file__).parents[1] / "docs/ci.md").read_text()
    blocks = {name: text for _, name, text in re.findall(r"```(python|toml)\n# (\S+)\n(.*?)```", page, re.DOTALL)}
    own = tmp_path / "own"
    own.mkdir()
    git(own, "init", "-q")
    (own / "own_graphbench.py").write_text(blocks["own_graphbench.py"])
    library = "import numpy\ndef connected_components(src, dst, n):\n    return numpy.zeros(n, numpy.int64)\n"
    for tag in ("1.0", "2.0"):
        (own / "own.py").write_text(f"__version__ = '{tag}'\n{library}")
        git(own, "add", "-A")
        git(own, "commit", "-qm", tag)
        git(own, "tag", tag)
    suite = blocks["speed.toml"].replace("rmat:scale=16", "karate").replace("budget = 20", "budget = 0.02")
    (tmp_path / "speed.toml").write_text(suite)
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "own_graphbench")
    code, _, err = graphbench(
        *("ab", "--suite", tmp_path / "speed.toml", "--base", "1.0", "--head", "2.0", "--repository", own),
        *("--install", "cp {ref}/*.py $VIRTUAL_ENV/lib/python*/site-packages/"),
        *("--output", tmp_path / "ab", "--rounds", 1),
    )
    assert code == 0, err
    assert [found.outcome for found in store.load([tmp_path / "ab/head.jsonl"])] == ["ok"]


def test_an_environment_has_its_own_pip(repository, monkeypatch):
    monkeypatch.setattr(ab.venv, "create", CREATE)
    environment = ab.Environment.of(ab.resolve("base", "one", repository), "pip --version {ref}", repository)
    environment.make()
    assert str(environment.folder) in (environment.folder / "install.log").read_text()


def test_a_failed_install_shows_what_it_printed(run):
    code, _, err = run("one", "two", install="echo no compiler {ref}; exit 3")
    assert code == 1
    assert "Cannot install base (one, " in err
    assert "no compiler" in err


def test_a_plugin_that_no_state_installs_is_an_error_before_anything_is_measured(run, monkeypatch, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "other_engine.py").write_text(ENGINE)
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "own_engine,other_engine")
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    code, _, err = run("one", "two")
    assert code == 1
    (error,) = [line for line in err.splitlines() if "Error: " in line]
    assert "GRAPHBENCH_PLUGINS names 'other_engine', which cannot be imported in base (one, " in error
    assert "No module named 'other_engine'). PYTHONPATH is not used there: each state has to install the pl" in error
    assert "round 1" not in err


@pytest.mark.parametrize(
    ("base", "head", "install", "message"),
    [
        ("one", "one", INSTALL, "There is nothing to compare: base (one, "),
        ("one", "two", "pip install own", "--install needs {ref}"),
    ],
)
def test_a_comparison_of_nothing_is_refused(run, base, head, install, message):
    code, _, err = run(base, head, install=install)
    assert code == 2
    assert message in err


@pytest.mark.parametrize(
    "ref", ["networkx==3.6.1", "networkx<3.6", "networkx~=3.6", "git+https://example.org/x.git", "x @ file:x.whl"]
)
def test_a_requirement_is_passed_to_the_install_command(repository, ref):
    state = ab.resolve("head", ref, repository)
    assert (state.commit, state.installed, str(state)) == ("", ref, f"head ({ref})")


@pytest.mark.parametrize("ref", ["main", "networkx", "v9.9", "origin/main", ""])
def test_a_branch_that_git_does_not_know_is_never_installed_as_a_package(run, repository, installs, ref):
    before = installs.read_text()
    code, _, err = run("one", ref)
    assert code == 2
    assert err == (
        f"Error: No commit, branch or tag of {repository} is called {ref!r}. In a workflow, check out with "
        "fetch-depth: 0; to install a released version name it, such as networkx==3.4.\n"
    )
    assert installs.read_text() == before


def test_rounds_take_turns_that_cancel_a_drift(repository, tmp_path):
    from graphbench.measure.suites.suite import Suite

    states = [
        ab.Environment.of(ab.resolve(*each, repository), "{ref}", repository)
        for each in (("base", "one"), ("head", "two"))
    ]
    turns = list(ab.turns(ab.Measured(Suite(), 4), *states, tmp_path))
    assert [turn.environment.state.side for turn in turns] == ["base", "head", "head", "base"] * 2
    assert len({turn.store for turn in turns}) == 8
    others = list(ab.turns(ab.Measured(Suite(budget=3), 4), *states, tmp_path))
    assert not {turn.store for turn in turns} & {turn.store for turn in others}
