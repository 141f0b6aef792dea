"""Every flaw found in published comparisons, rebuilt in miniature: graphbench sees each one.

Where an engine can commit it, an unfair engine does (the plugin `unfair`) and is measured like any other; what only a
record can carry is written into one.
"""

import importlib
import sys

import networkx as nx
import pytest

from graphbench import api, registry
from graphbench.records.comparison import compare, set_against
from graphbench.records.model import Outcome
from graphbench.records.rules import Verdict, rule_of
from helpers.records import bfs, pagerank, record, replace

pytestmark = pytest.mark.usefixtures("warm_workers")

KARATE = nx.Graph(nx.karate_club_graph().edges())


@pytest.fixture(scope="module")
def unfair():
    """The plugin, in this process and in its workers; afterwards nothing of it is left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHBENCH_PLUGINS", "helpers.unfair_engines")
        sys.modules.pop("helpers.unfair_engines", None)
        plugin = importlib.import_module("helpers.unfair_engines")
        yield plugin
    for page in plugin.PAGES:
        for engine in _engines(plugin):
            page.adapters.pop(engine.name, None)


def _engines(plugin):
    return [value for value in vars(plugin).values() if isinstance(value, plugin.Unfair)]


@pytest.fixture(scope="module")
def measured(unfair, _warm, tmp_path_factory):
    """One run for each problem, everybody in it: records and comparisons with NetworkX by (algorithm, engine)."""
    names = [engine.name for engine in _engines(unfair)]
    runs = {page.name: ["networkx", *(name for name in names if name in page.adapters)] for page in unfair.PAGES}
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHBENCH_HOME", str(tmp_path_factory.mktemp("flaws")))
        patch.setattr("graphbench.measure.process.start", _warm.start)
        for algorithm, engines in runs.items():
            result = api.run(algorithm, KARATE, engines=engines, trials=5, timeout=60, threads=1)
            for each in result.records:
                against = [comparison for comparison in result.comparisons if comparison.record == each.id]
                found[algorithm, each.task.engine] = each, *against
    return found


def codes(comparison):
    return {rule_of(text).code for text in (*comparison.reasons, *comparison.notes)}


def test_the_fair_baseline_has_no_reason_against_it(measured):
    for algorithm in ("bfs", "jaccard", "pagerank", "louvain"):
        assert measured[algorithm, "networkx"][0].outcome is Outcome.OK


@pytest.mark.parametrize("algorithm", ["bfs", "jaccard"])
def test_an_unread_generator_has_no_speed(measured, algorithm):
    made, comparison = measured[algorithm, "lazy"]
    assert made.outcome is Outcome.INVALID
    assert "unread generator" in made.reason
    assert (comparison.verdict, comparison.ratio_call) == (Verdict.REFUSED, None)
    assert "invalid" in codes(comparison)


@pytest.mark.parametrize(
    ("algorithm", "engine", "because"),
    [
        ("pagerank", "untranslated", "more than the tolerance"),  # N * tol instead of tol
        ("pagerank", "silent", "more than the tolerance"),  # weights of 1/degree on one side, not told
        ("jaccard", "other-pairs", "not a number"),  # a pair that was asked for has no value
        ("bfs", "blind", "the answer has it unreached"),
    ],
)
def test_the_answer_to_an_easier_problem_is_invalid(measured, algorithm, engine, because):
    made, comparison = measured[algorithm, engine]
    assert made.outcome is Outcome.INVALID
    assert because in made.reason
    assert codes(comparison) == {"invalid"}


@pytest.mark.usefixtures("unfair")
@pytest.mark.parametrize("first", ["networkx", "lucky"])
def test_a_wrong_answer_outside_the_sample_is_found_by_disagreement(first, monkeypatch):
    monkeypatch.setattr(importlib.import_module("graphbench.algorithms._similarity"), "SAMPLE", 1)
    monkeypatch.setattr(registry.engine(first), "speed_class", -1)
    result = api.run("jaccard", KARATE, engines=["networkx", "lucky"], trials=5, timeout=60)
    assert result.records[0].task.engine == first
    (comparison,) = result.comparisons
    made = {each.task.engine: each for each in result.records}
    if first == "networkx":
        assert made["lucky"].outcome is Outcome.INVALID
        assert codes(comparison) == {"invalid"}
    else:  # its record was written before anybody knew
        assert comparison.verdict is Verdict.UNLIKE
        assert "disagreement" in codes(comparison)
        assert "those of lucky; these are right (pairs recomputed exactly: 1)" in made["networkx"].warnings[0]


def test_a_problem_without_work_is_not_compared():
    for algorithm in ("wcc", "jaccard"):
        result = api.run(algorithm, nx.empty_graph(4), engines=["networkx", "igraph"], trials=5, timeout=60)
        (comparison,) = result.comparisons
        assert comparison.verdict is Verdict.UNLIKE
        assert "nothing_to_compute" in codes(comparison)


def test_weights_on_one_side_only_are_unlike(measured):
    _, comparison = measured["louvain", "weighting"]
    assert comparison.verdict is Verdict.UNLIKE
    assert "weights" in codes(comparison)
    assert "1/degree" in comparison.reasons[0]


def test_a_faster_partition_of_lower_quality_is_unlike(measured):
    made, comparison = measured["louvain", "sloppy"]
    assert made.outcome is Outcome.OK
    assert comparison.ratio_call > 1
    assert comparison.verdict is Verdict.UNLIKE
    assert "quality" in codes(comparison)


def test_the_quality_claimed_by_an_engine_is_shown_and_not_used(measured):
    made, comparison = measured["louvain", "boastful"]
    assert made.answer["reported_modularity"] == 0.99
    assert made.answer["modularity"] == pytest.approx(0)
    assert "the engine reports a modularity of 0.9900, but that of its answer is 0.0000" in made.warnings
    assert "quality" in codes(comparison)


def test_float32_against_float64_is_noted(measured):
    made, comparison = measured["pagerank", "narrow"]
    assert made.outcome is Outcome.OK
    assert "dtype" in codes(comparison)


@pytest.mark.usefixtures("unfair")
def test_a_float32_engine_misses_a_tight_tolerance():
    result = api.run("pagerank", KARATE, engines="narrow", trials=1, timeout=60, tolerance=1e-10)
    assert result.records[0].outcome is Outcome.INVALID


def test_a_tolerance_that_any_vector_meets_is_unlike():
    result = api.run("pagerank", KARATE, engines=["networkx", "igraph"], trials=5, timeout=60, tolerance=2.5)
    (comparison,) = result.comparisons
    assert comparison.verdict is Verdict.UNLIKE
    assert "vacuous_tolerance" in codes(comparison)


def test_different_pairs_are_unlike():
    records = [
        api.run("jaccard", KARATE, engines=name, trials=1, seed=seed, pairs=20, timeout=60).records[0]
        for name, seed in (("networkx", 0), ("igraph", 1))
    ]
    (comparison,) = compare(records)
    assert comparison.verdict is Verdict.UNLIKE
    assert codes(comparison) >= {"pairs", "few_trials"}
    assert comparison.interval is None


def test_a_search_that_reached_only_its_source_is_unlike():
    lonely = nx.Graph(KARATE)
    lonely.add_node(34)
    result = api.run("bfs", lonely, engines=["networkx", "igraph"], trials=5, timeout=60, source="34")
    (comparison,) = result.comparisons
    assert comparison.verdict is Verdict.UNLIKE
    assert "sources" in codes(comparison)
    assert "reached one vertex of 35" in comparison.reasons[0]


@pytest.mark.parametrize(
    ("flaw", "engine", "reason", "verdict"),
    [
        ("conversion left out", replace(record("cugraph", 0.1), phases__build_s=None), "conversion", "unlike"),
        (
            "conversion timed and not counted",
            replace(record("cugraph", 0.1), phases__build_steps_s={"graph": 0.01, "conversion": 9.0}),
            "conversion",
            "unlike",
        ),
        ("another machine", replace(record("cugraph", 0.1), environment__machine="m2"), "machine", "refused"),
        (
            "entries taken for edges",
            replace(record("cugraph"), dataset__num_edges=1_955_352),
            "dataset",
            "refused",
        ),
    ],
)
def test_flaws_visible_in_a_record_are_flagged(flaw, engine, reason, verdict):
    comparison = set_against(record(), engine)
    assert reason in codes(comparison), flaw
    assert comparison.verdict == verdict


def test_a_stale_record_is_refused():
    comparison = set_against(record(), record("igraph", 0.1), stale={"igraph-1": "its adapter changed"})
    assert comparison.verdict is Verdict.REFUSED
    assert codes(comparison) == {"stale"}


def test_entries_are_twice_the_edges_of_an_undirected_graph():
    made = api.run("wcc", KARATE, engines="igraph", trials=1, timeout=60)
    assert (made.records[0].dataset.num_edges, made.records[0].dataset.num_entries) == (78, 156)
    assert "78 edges (156 entries in both directions)" in str(made)


@pytest.mark.parametrize(
    "pair", [(record(), record("igraph", 0.1)), (bfs(), bfs("igraph")), (pagerank(), pagerank("x"))]
)
def test_a_fair_pair_is_left_alone(pair):
    assert set_against(*pair).verdict is Verdict.LIKE
