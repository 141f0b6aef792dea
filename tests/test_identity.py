"""The version in a record is that of what runs: files of two distributions, of a fork, or replaced ones are refused."""

import base64
import hashlib
import re
import sys

import pytest

from graphbench import registry
from graphbench.engines.base import Engine, Settings
from graphbench.errors import UnavailableError
from graphbench.system import distributions
from graphbench.system.distributions import Distribution, owners, same_version

PACKAGE = "madeup_kit"


class MadeUp(Engine):
    name = "made-up"
    library = PACKAGE
    distributions = ("Made_Up.Kit",)


class Undeclared(Engine):
    name = "undeclared"
    library = PACKAGE


class Dependent(Engine):
    """Its own package is fine; one that it needs is the made-up one."""

    name = "dependent"
    library = "numpy"
    packages = ("numpy", PACKAGE)


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of installed packages, first on the path."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    yield tmp_path
    sys.modules.pop(PACKAGE, None)


def install(site, name, version, *, reports=None, package=PACKAGE, lists=True):
    """Install a distribution with that package, which replaces the files of any other."""
    folder, info = site / package, site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    info.mkdir()
    (folder / "__init__.py").write_text(f"__version__ = {(reports or version)!r}\n")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "RECORD").write_text(f"{package}/__init__.py,sha256=0,1\n" * lists + f"{info.name}/METADATA,,\n")


def install_whole(site, *, reports):
    """Install version 11.3 of the made-up distribution, with a version that it reports and the hashes of its files."""
    install(site, "made-up-kit", "11.3")
    files = {"__init__.py": "from madeup_kit.about import __version__\n", "about.py": f"__version__ = {reports!r}\n"}
    for name, text in files.items():
        (site / PACKAGE / name).write_text(text)
    hashes = {name: hashlib.sha256(text.encode()).digest() for name, text in files.items()}
    lines = [f"{PACKAGE}/{name},sha256={base64.urlsafe_b64encode(at).decode()[:-1]},1" for name, at in hashes.items()]
    lines += [f"{PACKAGE}/__pycache__/about.cpython-311.pyc,,", "made_up_kit-11.3.dist-info/RECORD,,"]
    record = site / "made_up_kit-11.3.dist-info" / "RECORD"
    record.write_text("\n".join(lines))
    return MadeUp()


def test_the_owner_of_a_package_is_found_without_importing_it(site):
    install(site, "Made.Up-Kit", "1.2")
    install(site, "unrelated", "9", package="madeup_kit_extras")
    assert owners(PACKAGE) == [Distribution("made-up-kit", "1.2")]
    assert PACKAGE not in sys.modules
    assert MadeUp().availability().ok
    assert MadeUp().version() == "1.2"


@pytest.mark.parametrize("engine", [MadeUp, Undeclared, Dependent])
@pytest.mark.parametrize("order", [1, -1])
def test_two_distributions_of_one_package_make_every_engine_that_needs_it_unavailable(site, engine, order):
    for name, version in [("made-up-kit", "11.3"), ("icy-kit", "13.5")][::order]:
        install(site, name, version)
    found = engine().availability()
    assert not found.ok
    assert found.reason == "icy-kit 13.5 and made-up-kit 11.3 brought the same package madeup_kit"
    assert "pip uninstall icy-kit made-up-kit" in found.fix
    assert PACKAGE not in sys.modules


def test_a_fork_alone_is_not_the_engine_but_may_be_one_that_declares_no_distribution(site):
    install(site, "icy-kit", "13.5")
    found = MadeUp().availability()
    assert (found.ok, found.reason) == (False, "the package madeup_kit is from icy-kit 13.5, expected made-up-kit")
    assert Undeclared().availability().ok
    assert Undeclared().version() == "13.5"


def test_a_copy_elsewhere_on_the_path_is_not_what_is_imported(site, tmp_path_factory, monkeypatch):
    later = tmp_path_factory.mktemp("later")
    install(later, "made-up-kit", "1.0")
    install(site, "made-up-kit", "2.0")
    monkeypatch.setattr(sys, "path", [*sys.path, str(later)])
    assert owners(PACKAGE) == [Distribution("made-up-kit", "2.0")]
    assert MadeUp().availability().ok


def test_a_package_that_is_installed_while_the_program_runs_is_seen(site):
    assert owners(PACKAGE) == []
    install(site, "made-up-kit", "1.0")
    sys.path_importer_cache.clear()
    assert MadeUp().version() == "1.0"
    install(site, "icy-kit", "13.5")
    assert not MadeUp().availability().ok


def test_a_module_of_another_version_is_refused_once_it_is_imported(site):
    install(site, "made-up-kit", "11.3", reports="13.5")
    engine = MadeUp()
    assert engine.availability().ok, "its files say nothing before they run"
    engine.start(None)
    with pytest.raises(UnavailableError, match=r"the module madeup_kit reports version 13.5, but 11.3 is installed"):
        engine.check_imported()


def test_a_library_that_reports_another_version_than_it_was_published_under_is_the_published_one(site):
    engine = install_whole(site, reports="11.0")
    assert engine.availability().ok
    engine.start(None)
    engine.check_imported()
    assert engine.version() == "11.3"


@pytest.mark.parametrize("name", ["__init__.py", "about.py"])
def test_another_version_is_refused_where_any_file_was_replaced_or_is_gone(site, name):
    engine = install_whole(site, reports="11.0")
    engine.start(None)
    file = site / PACKAGE / name
    file.write_text(file.read_text() + "# replaced\n")
    with pytest.raises(UnavailableError, match=r"reports version 11.0, but 11.3 is installed"):
        engine.check_imported()
    file.unlink()
    with pytest.raises(UnavailableError, match=r"reports version 11.0, but 11.3 is installed"):
        engine.check_imported()


def test_another_version_is_refused_where_another_folder_hides_the_unaltered_files(site, tmp_path_factory, monkeypatch):
    engine = install_whole(site, reports="11.0")
    other = tmp_path_factory.mktemp("other")
    (other / f"{PACKAGE}.py").write_text("__version__ = '11.0'\n")
    monkeypatch.syspath_prepend(other)
    engine.start(None)
    with pytest.raises(UnavailableError, match=r"reports version 11.0, but 11.3 is installed"):
        engine.check_imported()


@pytest.mark.parametrize("reports", ["26.10.00", "26.10.0", "26.10", "26.10.0+cu13"])
def test_two_spellings_of_one_version_are_one(site, reports):
    install(site, "made-up-kit", "26.10.0", reports=reports)
    engine = MadeUp()
    engine.start(None)
    engine.check_imported()
    assert engine.version() == "26.10.0"


def test_an_editable_install_lists_no_files_and_keeps_its_version(site):
    install(site, "made-up-kit", "3.0", lists=False)
    assert owners(PACKAGE) == []
    assert MadeUp().availability().ok
    assert MadeUp().version() == "3.0"


def test_a_package_without_metadata_reports_its_own_version_once_imported(site):
    (site / f"{PACKAGE}.py").write_text("__version__ = '2.98 (commit 1)'\n")
    engine = MadeUp()
    assert engine.version() is None
    engine.start(None)
    engine.check_imported()
    assert engine.version() == "2.98 (commit 1)"


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("2.98 (commit 1)", "2.98", True),
        ("2.98 (commit 1)", "2.97", False),
        ("r17", "r17", True),
        ("r17", "r18", False),
        ("3.7rc1", "3.7", False),
    ],
)
def test_other_spellings_of_versions(one, two, same):
    assert same_version(one, two) is same_version(two, one) is same


@pytest.mark.parametrize("name", ["graphblas", "igraph", "networkit", "networkx", "scikit-network", "scipy"])
def test_the_libraries_of_this_environment_are_what_they_claim(name):
    engine = registry.engine(name)
    if not engine.availability().ok:
        pytest.skip(engine.availability().reason)
    engine.start(Settings())
    engine.check_imported()


def test_doctor_names_two_distributions_of_one_package(graphbench, monkeypatch):
    twice = [Distribution("icebug", "13.5"), Distribution("networkit", "11.3")]
    real = distributions.owners
    monkeypatch.setattr(
        "graphbench.engines.base.owners", lambda package: twice if package == "networkit" else real(package)
    )
    code, out, _ = graphbench("doctor")
    assert code == 0
    assert "icebug 13.5 and networkit 11.3 brought the same package networkit" in out
    assert re.search(
        r"networkit: icebug \S+ and networkit 11.3 brought .* Keep one of them: pip uninstall icebug networkit,", out
    )
