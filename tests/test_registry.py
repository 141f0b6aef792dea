"""Names find their objects, unknown names get suggestions, and every pair has an adapter or a reason."""

import ast
import importlib.util
import itertools
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import graphbench
from graphbench import registry
from graphbench.algorithms.base import Algorithm
from graphbench.engines.base import Availability, Engine
from graphbench.errors import UnknownNameError, UnsupportedError

SIX = ["bfs", "jaccard", "louvain", "pagerank", "sssp", "wcc"]
REFERENCE = ["cugraph", "igraph", "networkit", "networkx", "nx-cugraph"]


def test_the_reference_algorithms_and_engines_exist():
    assert set(SIX) <= set(registry.algorithm_names())
    assert set(REFERENCE) <= set(registry.engine_names())


@pytest.mark.parametrize("name", registry.algorithm_names())
def test_an_algorithm_is_found_by_its_name_and_its_aliases(name):
    found = registry.algorithm(name)
    assert isinstance(found, Algorithm)
    assert found.name == name
    for alias in (*found.aliases, name.upper(), name.replace("-", "_")):
        assert registry.algorithm(alias) is found


@pytest.mark.parametrize("name", registry.engine_names())
def test_an_engine_is_found_by_its_name(name):
    found = registry.engine(name)
    assert isinstance(found, Engine)
    assert found.name == name
    assert registry.engine(name.upper().replace("-", "_")) is found


@pytest.mark.parametrize(
    ("algorithm", "engine"),
    [
        ("wcc", "networkx"),
        ("weighted-jaccard", "scipy"),
        ("random-walks", "scipy"),
        ("spectral-balanced-cut", "scipy"),  # NetworKit has it too, and is faster
        ("ecg", "networkx"),  # no CPU engine has it
    ],
)
def test_the_baseline_is_networkx_or_else_the_slowest_cpu_engine_with_the_algorithm(algorithm, engine):
    assert registry.baseline(algorithm) == engine


def test_components_is_another_name_of_wcc():
    assert registry.algorithm("components").name == "wcc"


def test_no_alias_hides_a_name_or_another_alias():
    aliases = list(
        itertools.chain.from_iterable(registry.algorithm(name).aliases for name in registry.algorithm_names())
    )
    assert len(aliases) == len(set(aliases))
    assert not set(aliases) & set(registry.algorithm_names())


@pytest.mark.parametrize(
    ("find", "typed", "meant"),
    [
        (registry.algorithm, "pagernak", "pagerank"),
        (registry.algorithm, "Louvian", "louvain"),
        (registry.algorithm, "component", "components"),
        (registry.engine, "netwrokx", "networkx"),
        (registry.engine, "nxcugraph", "nx-cugraph"),
    ],
)
def test_a_typo_in_a_name_gets_a_suggestion(find, typed, meant):
    with pytest.raises(UnknownNameError, match=f"Did you mean .*{meant}") as caught:
        find(typed)
    assert meant in caught.value.suggestions


@pytest.mark.parametrize("find", [registry.algorithm, registry.engine])
def test_an_unknown_name_gets_the_list(find):
    with pytest.raises(UnknownNameError, match=r"Known: .*(louvain|igraph)"):
        find("zzzzzz")


@pytest.mark.parametrize("private", ["base", "draws", "__init__"])
def test_private_files_are_not_listed_as_names(private):
    assert private not in registry.algorithm_names() + registry.engine_names()


@pytest.mark.parametrize(
    ("algorithm", "engine"), list(itertools.product(registry.algorithm_names(), registry.engine_names()))
)
def test_every_pair_has_an_adapter_or_a_reason_why_not(algorithm, engine):
    page = registry.algorithm(algorithm)
    assert (engine in page.adapters) != (engine in page.gaps)
    if engine in page.gaps:
        with pytest.raises(UnsupportedError, match=r"\w{3,} \w+"):
            page.adapter(engine)


@pytest.mark.parametrize(("algorithm", "engine"), list(itertools.product(SIX, REFERENCE)))
def test_the_reference_engines_solve_all_six_problems(algorithm, engine):
    adapter = registry.algorithm(algorithm).adapter(engine)
    known = {parameter.name for parameter in registry.algorithm(algorithm).parameters} | {"seed"}
    assert set(adapter.no_equivalent) <= known
    assert adapter.file == str(registry.algorithm(algorithm).page)
    assert adapter.line > 0


def test_an_engine_without_an_adapter_is_unsupported():
    with pytest.raises(UnsupportedError, match="no adapter for bfs"):
        registry.algorithm("bfs").adapter("boost")


def test_fast_engines_come_first():
    speed_classes = [engine.speed_class for engine in registry.engines()]
    assert speed_classes == sorted(speed_classes)
    assert [engine.name for engine in registry.engines(["networkx", "igraph"])] == ["igraph", "networkx"]


@pytest.mark.parametrize("name", registry.algorithm_names())
def test_a_summary_is_one_sentence_of_the_page(name):
    summary = registry.summary(name)
    assert 20 < len(summary) < 160
    assert summary.endswith(".")
    assert "\n" not in summary


@pytest.mark.parametrize("name", registry.algorithm_names())
def test_a_page_declares_its_revision(name):
    assert re.search(r"^    revision=\d+,$", registry.algorithm(name).page.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", registry.engine_names())
def test_an_engine_declares_its_revision(name):
    assert "revision" in vars(type(registry.engine(name)))


@pytest.mark.parametrize("name", registry.algorithm_names())
def test_a_page_uses_no_other_page_whose_revision_would_not_cover_it(name):
    used = set(
        re.findall(r"from graphbench\.algorithms(?: import |\.)(\w+)", registry.algorithm(name).page.read_text())
    )
    assert "base" in used
    assert not used & {each.replace("-", "_") for each in registry.algorithm_names()}


@pytest.mark.parametrize("name", ["networkx", "igraph", "networkit"])
def test_an_engine_that_is_not_installed_says_how_to_get_it(name, monkeypatch):
    engine = registry.engine(name)
    monkeypatch.setattr(engine, "library", "no_such_library_anywhere", raising=False)
    found = engine.availability()
    assert not found.ok
    assert found.reason == "not installed"
    assert "pip install -e '.[cpu]'" in found.fix


@pytest.mark.parametrize(
    ("name", "package"),
    [(name, package) for name in registry.engine_names() for package in registry.engine(name).packages],
)
def test_an_engine_needs_all_its_packages(name, package, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr("graphbench.engines._gpu.availability", lambda *_: Availability(ok=True))
    monkeypatch.setattr(importlib.util, "find_spec", lambda each: None if each == package else real("numpy"))
    found = registry.engine(name).availability()
    assert not found.ok
    assert found.reason in {"not installed", f"{package} not installed"}
    assert "install" in found.fix


def test_only_adapters_and_certificates_are_functions_without_a_name():
    for path in Path(graphbench.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "_":
                decorators = {
                    name.attr for name in map(_called, node.decorator_list) if isinstance(name, ast.Attribute)
                }
                assert decorators & {"on", "solves", "certificate"}, f"{path}:{node.lineno}"


def _called(decorator):
    return decorator.func if isinstance(decorator, ast.Call) else decorator


class Outside(Engine):
    name = "outside"
    gap = "not in this library"


@pytest.fixture
def outside(monkeypatch):
    engine = Outside()
    monkeypatch.setitem(sys.modules, "outside_plugin", SimpleNamespace(engine=engine))
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "outside_plugin")
    yield engine
    registry.engine.cache_clear()
    for name in ("bfs", "wcc"):
        registry.algorithm(name).adapters.pop("outside", None)
        registry.algorithm(name).gaps.pop("outside", None)


def test_an_engine_of_a_plugin_brings_its_adapters_and_the_reason_for_having_no_others(outside):
    @outside.solves("wcc", no_equivalent=("max_level",))
    def adapter(_library, graph, _p):
        return graph

    attached = registry.algorithm("wcc").adapter("outside")
    assert (attached.call, attached.no_equivalent, attached.file) == (adapter, ("max_level",), __file__)
    with pytest.raises(UnsupportedError, match="not in this library"):
        registry.algorithm("bfs").adapter("outside")


def test_aliases_are_those_of_the_pages():
    pages = [registry.algorithm(name) for name in registry.algorithm_names()]
    assert registry.aliases() == {alias: page.name for page in pages for alias in page.aliases}


def test_an_engine_needs_no_more_than_a_name():
    class Bare(Engine):
        name = "bare-engine"

    assert (Bare.title, Bare.library, Bare.packages) == ("bare-engine", "bare_engine", ("bare_engine",))
    assert Bare().availability().reason == "not installed"
