"""Engines that cheat: none gets a ratio that looks like another's, and none leads a summary."""

import importlib
import re
import sys
from statistics import median

import networkx as nx
import pytest

from graphbench import api
from graphbench.records.model import Outcome
from graphbench.records.rules import Verdict, rule_of
from graphbench.reporting.sentences import answer
from graphbench.system import bandwidth

GRAPH = nx.disjoint_union(nx.gnm_random_graph(3000, 9000, seed=1), nx.path_graph(5))


@pytest.fixture(scope="module")
def cheating():
    """The plugin, in this process and in its workers; afterwards nothing of it is left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHBENCH_PLUGINS", "helpers.cheating_engines")
        sys.modules.pop("helpers.cheating_engines", None)
        plugin = importlib.import_module("helpers.cheating_engines")
        yield plugin
    for page in plugin.PAGES:
        for engine in plugin.ENGINES:
            page.adapters.pop(engine.name, None)


@pytest.fixture(scope="module")
def results(cheating, tmp_path_factory):
    """One run for each problem, the cheats and an honest engine in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHBENCH_HOME", str(tmp_path_factory.mktemp("cheats")))
        found = {}
        for page, baseline in ((cheating.wcc, "honest"), (cheating.jaccard, "honest"), (cheating.louvain, "igraph")):
            names = [engine.name for engine in cheating.ENGINES if engine.name in page.adapters]
            engines = list(dict.fromkeys([baseline, *names]))
            found[page.name] = api.run(page.name, GRAPH, engines=engines, baseline=baseline, trials=5, timeout=120)
    return found


@pytest.fixture(scope="module")
def large(cheating, tmp_path_factory):
    """Cheats on a graph that memory needs half a millisecond to read, at ten gigabytes a second a millisecond."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHBENCH_HOME", str(tmp_path_factory.mktemp("large")))
        patch.setattr("graphbench.system.bandwidth.measured", lambda *_: bandwidth.Bandwidth(1e10))
        names = [engine.name for engine in (cheating.honest, cheating.at_build, cheating.by_content)]
        return api.run("wcc", "grid:rows=1000,cols=1000,seed=1", engines=names, baseline="honest", trials=5)


def against(result, engine):
    (made,) = (record for record in result.records if record.task.engine == engine)
    (comparison,) = (comparison for comparison in result.comparisons if comparison.record == made.id)
    return made, comparison


def codes(comparison):
    return {rule_of(text).code for text in (*comparison.reasons, *comparison.notes)}


@pytest.mark.parametrize(
    ("engine", "code"),
    [
        pytest.param("at-build", "heavy_build", id="computes in build"),
        pytest.param("at-read", "heavy_build", id="computes in read"),
        pytest.param("caching", "reuses_work", id="returns the first call's answer"),
        pytest.param("by-content", "heavy_build", id="returns it on a graph built anew, too"),
        pytest.param("at-collect", "lazy_answer", id="computes in collect"),
        pytest.param("sleeping", "lazy_answer", id="waits in collect"),
    ],
)
def test_the_ratio_says_what_the_timed_call_did_not_do(results, engine, code):
    made, comparison = against(results["wcc"], engine)
    assert made.outcome is Outcome.OK
    assert code in codes(comparison)


@pytest.mark.parametrize("engine", ["at-build", "by-content"])
def test_a_call_that_outruns_memory_is_unlike(large, engine):
    made, comparison = against(large, engine)
    assert made.outcome is Outcome.OK
    assert (comparison.verdict, comparison.ratio_call > 100) == (Verdict.UNLIKE, True)
    assert "faster_than_memory" in codes(comparison)
    sentence = " ".join(answer(large.records, large.comparisons))
    assert "faster" not in sentence.replace("faster than memory", ""), sentence


def test_work_on_the_drawn_inputs_is_part_of_the_first_answer(results, cheating):
    made, comparison = against(results["jaccard"], "at-pairs")
    assert made.phases.inputs_s > 10 * cheating.CALL_S
    assert comparison.ratio_first_answer < 1


def test_less_precise_numbers_are_noted_though_nobody_declared_them(results):
    made, comparison = against(results["jaccard"], "single")
    assert made.adapter["dtype"] == "float32"
    assert "dtype" in codes(comparison)


def test_a_library_cannot_slow_the_clock_down(results, cheating):
    made, _ = against(results["wcc"], "slow-clock")
    assert min(made.phases.call_s) >= cheating.CALL_S


def test_more_threads_than_allowed_are_counted(results, cheating):
    made, comparison = against(results["wcc"], "threaded")
    used, took = median(made.cpu.call_s), median(made.phases.call_s)
    assert used > cheating.THREADS * cheating.CALL_S, "the CPU seconds of all threads"
    if used <= 1.3 * took:
        pytest.skip("the machine is too busy to run two threads at once")
    assert comparison.verdict is Verdict.UNLIKE
    assert "threads_exceeded" in codes(comparison)


@pytest.mark.parametrize("engine", ["background", "daemon"])
def test_work_after_the_call_is_noticed(results, engine):
    if engine == "daemon" and sys.platform != "linux":
        pytest.skip("only Linux lets a process adopt the orphans among its descendants")
    made, comparison = against(results["wcc"], engine)
    after, used = max(made.cpu.after_s.values()), max(made.cpu.call_s)
    assert after > 0.001
    if after <= 0.2 * used:
        pytest.skip("the machine is too busy to run the threads within the time that is watched")
    assert comparison.verdict is Verdict.UNLIKE
    assert "works_after_return" in codes(comparison)


@pytest.mark.parametrize("engine", ["caching", "at-collect", "sleeping"])
def test_the_ratio_compares_work_that_was_done(results, engine):
    _, comparison = against(results["wcc"], engine)
    assert comparison.ratio_call < 10, "the calls took microseconds: thousands of times faster"


@pytest.mark.parametrize(
    ("algorithm", "engine"),
    [
        pytest.param("wcc", "at-first", id="right in the first call and in a trial that could be foreseen"),
        pytest.param("jaccard", "for-pairs", id="right at the pairs that could be foreseen"),
    ],
)
def test_an_answer_that_is_right_only_where_one_looks_is_invalid(results, algorithm, engine):
    made, comparison = against(results[algorithm], engine)
    assert made.outcome is Outcome.INVALID
    assert (comparison.verdict, comparison.ratio_call) == (Verdict.REFUSED, None)


def test_a_worthless_partition_is_unlike(results):
    _, comparison = against(results["louvain"], "one-community")
    assert comparison.verdict is Verdict.UNLIKE
    assert "quality" in codes(comparison)


@pytest.mark.parametrize("algorithm", ["wcc", "jaccard", "louvain"])
def test_no_cheat_leads_a_summary(results, algorithm):
    honest = {"wcc": "honest", "jaccard": "honest", "louvain": "igraph"}[algorithm]
    result = results[algorithm]
    sentence = " ".join(answer(result.records, result.comparisons))
    cheats = {record.task.engine for record in result.records} - {honest, "single"}  # which does all of its work
    for cheat in cheats:
        assert not re.search(rf"\b{cheat}( \([^)]*\))? is [^;]*faster|CPU engine: {cheat}\b", sentence), sentence


def test_the_honest_engine_has_no_reason_against_it(results):
    made, _ = against(results["louvain"], "one-community")
    honest = {record.task.engine: record for record in results["wcc"].records}["honest"]
    assert honest.outcome is Outcome.OK
    assert honest.trials.certified[0] == -1
    assert made.task.engine == "one-community"
