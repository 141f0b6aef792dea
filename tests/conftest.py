"""Fixtures of all tests: a private home folder, and real inputs where they are available."""

import itertools
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from graphbench import cli
from helpers.warm_workers import Warm

# The same examples on every machine and in every worker, and none refused because a machine was busy.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def _homes(tmp_path_factory):
    """The folders that `private_home` makes; pytest's `mktemp` lists those before each one, of thousands."""
    homes = tmp_path_factory.mktemp("homes")
    return map(homes.joinpath, map(str, itertools.count()))


@pytest.fixture(autouse=True)
def private_home(_homes, monkeypatch):
    """No test reads or writes the user's own cache or records, and none reaches a network by accident."""
    home = next(_homes)
    home.mkdir()
    monkeypatch.setenv("GRAPHBENCH_HOME", str(home))
    monkeypatch.setenv("GRAPHBENCH_MIRROR", "")
    return home


@pytest.fixture(autouse=True)
def no_copy_test(monkeypatch):
    """No test copies a hundred megabytes to learn how fast the memory is, but those of the copy itself."""
    monkeypatch.setattr("graphbench.system.bandwidth.measured", lambda *_: None)


@pytest.fixture
def graphbench(capsys, monkeypatch):
    """Run the command line in this process; gives (exit code, stdout, stderr)."""

    def run(*arguments):
        arguments = list(map(str, arguments))
        monkeypatch.setattr(sys, "argv", ["graphbench", *arguments])
        code = cli.invoke(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture(scope="session")
def _warm():
    warm = Warm()
    yield warm
    warm.close()


@pytest.fixture
def warm_workers(_warm, monkeypatch):
    """Fork workers from a process that has imported the libraries: for tests of what surrounds a worker."""
    monkeypatch.setattr("graphbench.measure.process.start", _warm.start)


@pytest.fixture
def ordeal(monkeypatch):
    """The engines and the algorithm of `helpers/faulty_engines.py`, which do what a test says, here and in workers."""
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "helpers.faulty_engines")


def _shared(folder):
    path = SHARED / folder
    if not path.is_dir():
        pytest.skip(f"needs the test inputs in {folder}, which are not part of a clone")
    return path


@pytest.fixture(scope="session")
def mirror():
    """Real SuiteSparse archives in the collection's layout."""
    return _shared("mirror")


@pytest.fixture(scope="session")
def graphalytics():
    """LDBC Graphalytics example graphs with expected outputs."""
    return _shared("data/graphalytics")


@pytest.fixture(scope="session")
def matrix_market():
    """Matrix Market files of every kind, and malformed ones."""
    return _shared("data/matrix-market")
