"""Heuristics at equal quality: the fastest setting that is good enough is measured."""

import importlib
import sys

import networkx as nx
import pytest

from graphbench import registry
from graphbench.errors import UsageError
from graphbench.graphs import from_object
from graphbench.measure import equal_quality
from graphbench.measure.equal_quality import EFFORTS, choose, efforts, measure_matched
from graphbench.measure.options import Options
from graphbench.measure.plan import Cell, Plan
from graphbench.records.comparison import compare
from graphbench.records.lines import from_json, to_json
from graphbench.records.model import Matched, Outcome, Task, Trials, Tried
from graphbench.reporting import render
from helpers.records import record, replace


def cliques():
    joined = nx.disjoint_union(nx.complete_graph(8), nx.complete_graph(8))
    joined.add_edge(0, 8)
    return from_object(joined, directed=None)


def plan(algorithm="louvain", engines=("tunable", "fixed", "hopeless"), **params):
    cell = Cell(algorithm=algorithm, dataset=cliques(), engines=engines, params=params)
    return Plan(cells=(cell,), options=Options(budget=1.0, timeout=60))


@pytest.fixture(scope="module")
def plugin():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHBENCH_PLUGINS", "helpers.tunable_engines")
        sys.modules.pop("helpers.tunable_engines", None)
        found = importlib.import_module("helpers.tunable_engines")
        yield found
    for page in (found.louvain, found.leiden):
        for name in found.NAMES:
            page.adapters.pop(name, None)


@pytest.fixture(scope="module")
def matched(plugin, tmp_path_factory):
    """Records by engine."""
    assert plugin.NAMES
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHBENCH_HOME", str(tmp_path_factory.mktemp("matching")))
        return {each.task.engine: each for each in measure_matched(plan())}


def test_the_settings_of_an_engine_share_its_budget(plugin, monkeypatch):
    budgets = []
    monkeypatch.setattr(equal_quality, "measure", lambda asked, *_: budgets.append(asked.options.budget) or [])
    list(measure_matched(plan(engines=("tunable", "fixed"))))
    assert budgets == [pytest.approx(1.0 / len(efforts(plugin.louvain, "tunable", {})))]
    assert budgets[0] < 1.0


def test_the_fastest_setting_that_is_good_enough_is_measured(matched):
    assert {name: each.outcome for name, each in matched.items()} == dict.fromkeys(matched, Outcome.OK)
    assert matched["tunable"].task.params["threshold"] == 1e-4
    assert matched["tunable"].matched.setting == {"threshold": 1e-4}
    assert matched["fixed"].matched.setting == {}
    assert matched["hopeless"].answer["modularity"] < 0.99 * matched["hopeless"].matched.best


def test_every_tried_setting_is_recorded(matched):
    found = matched["tunable"].matched
    assert [each.setting["threshold"] for each in found.tried] == [1e-7, 1e-4, 1e-3, 1e-2]
    for each in found.tried:
        assert len(each.call_s) == len(each.quality) >= 1
    assert max(found.tried[2].quality) < 0 < found.best == pytest.approx(max(found.tried[1].quality))
    assert len(matched["fixed"].matched.tried) == 1


def test_the_chosen_setting_is_measured_again(matched):
    assert not any(each.worker.shared_build for each in matched.values())
    assert matched["tunable"].phases.call_s not in [each.call_s for each in matched["tunable"].matched.tried]


def test_a_matched_record_survives_the_store(matched):
    for each in matched.values():
        assert from_json(to_json(each)) == each


def test_settings_that_differ_are_compared_and_shown(matched):
    records = list(matched.values())
    comparisons = compare(records, baseline="fixed")
    found = {each.engine: each for each in comparisons}
    assert found["tunable"].matched
    assert found["tunable"].verdict == "like"
    assert found["tunable"].ratio_call > 1
    assert found["hopeless"].verdict == "unlike"
    text = render(records, comparisons)
    assert "tunable (threshold 0.0001)" in text
    assert "the fastest of 4 settings with a modularity within 1 % of the best seen" in text
    assert "hopeless at equal quality: none of 1 setting has a modularity within 1 %" in text
    assert text.count("problem: louvain") == 1


@pytest.mark.usefixtures("plugin")
def test_an_allowed_heuristic_may_replace_another():
    records = list(measure_matched(plan(engines=("tunable", "fixed")), allow=["leiden"]))
    stand_in = next(each for each in records if each.task.engine == "fixed")
    assert (stand_in.task.algorithm, stand_in.problem) == ("leiden", "louvain")
    assert stand_in.matched.setting == {"iterations": 1}
    assert [each.algorithm for each in stand_in.matched.tried] == ["louvain", "leiden", "leiden", "leiden"]
    (comparison,) = compare(records, baseline="fixed")
    assert (comparison.algorithm, comparison.engine, comparison.verdict) == ("louvain", "tunable", "like")
    assert "fixed (leiden, iterations 1)" in render(records, [comparison])


@pytest.mark.usefixtures("plugin")
def test_a_setting_given_by_the_user_is_not_varied():
    (found,) = measure_matched(plan(engines=("tunable",), threshold=1e-3))
    assert found.task.params["threshold"] == 1e-3
    assert [each.setting for each in found.matched.tried] == [{}]


@pytest.mark.parametrize(
    ("algorithm", "allow", "says"),
    [("wcc", [], "wcc has one right answer"), ("louvain", ["pagerank"], "--allow pagerank")],
)
def test_only_algorithms_with_a_quality_can_be_matched(algorithm, allow, says):
    with pytest.raises(UsageError, match=says):
        list(measure_matched(plan(algorithm, engines=("igraph",)), allow=allow))


@pytest.mark.usefixtures("plugin")
def test_an_engine_without_the_algorithm_says_so_once():
    page = registry.algorithm("leiden")
    (found,) = measure_matched(plan("leiden", engines=("hopeless",)))
    assert found.outcome is Outcome.UNSUPPORTED
    assert found.matched is None
    assert "hopeless" not in page.adapters


# Choosing


def tried(seconds, quality, **more):
    return record("igraph", seconds, trials=Trials(quality=[quality] * 6, seeds=list(range(6))), **more)


@pytest.mark.parametrize(
    ("points", "best", "chosen"),
    [
        ([(9.0, 0.80), (1.0, 0.7921), (0.5, 0.7919)], 0.80, 1),
        ([(9.0, 0.80), (1.0, 0.80)], 0.80, 1),
        ([(1.0, 0.5), (9.0, 0.6)], 0.80, 1),
        ([(1.0, -0.10), (9.0, -0.05)], -0.05, 1),
        ([(1.0, 0.0), (2.0, 0.0)], 0.0, 0),
    ],
)
def test_the_fastest_setting_within_1_percent_of_the_best_is_chosen(points, best, chosen):
    records = [tried(*point) for point in points]
    assert choose(records, best) is records[chosen]


def test_a_setting_without_an_answer_is_no_better_than_one_of_negative_quality():
    failed = record("igraph", 0.1, outcome=Outcome.TIMEOUT, trials=Trials())
    assert choose([failed, answered := tried(1.0, -0.1)], -0.05) is answered


def test_a_quality_of_zero_is_matched(monkeypatch):
    monkeypatch.setattr(equal_quality, "measure", lambda *_: [tried(1.0, 0.0)])
    (found,) = measure_matched(plan(engines=("igraph",)))
    assert found.matched is not None
    assert found.matched.best == 0.0
    assert not found.warnings


def test_an_engine_whose_answers_were_not_certified_is_not_matched_and_says_so(monkeypatch):
    monkeypatch.setattr(equal_quality, "measure", lambda *_: [record("igraph", trials=Trials(), warnings=["other"])])
    (found,) = measure_matched(plan(engines=("igraph",)))
    assert found.matched is None
    assert found.warnings[0] == "other"
    assert found.warnings[1].startswith("the quality is not matched: none of the settings has a certified answer")


def test_candidates_are_settings_of_both_page_and_engine():
    for name, settings in EFFORTS.items():
        page = registry.algorithm(name)
        for setting in settings:
            assert page.resolve(setting) | setting == page.resolve(setting)
    louvain = registry.algorithm("louvain")
    assert efforts(louvain, "igraph", {}) == [{}]
    assert len(efforts(louvain, "networkx", {})) == 6
    assert efforts(louvain, "networkx", {"threshold": 0.1}) == [{}, {"max_level": 3}, {"max_level": 2}]
    assert len(efforts(louvain, "networkx", {"max_level": 2})) == 4
    assert efforts(louvain, "networkx", {"threshold": 0.1, "max_level": 2}) == [{}]
    assert efforts(louvain, "no such engine", {}) == [{}]
    assert efforts(registry.algorithm("wcc"), "networkx", {}) == [{}]


def test_a_matched_record_is_not_compared_with_one_of_another_setting():
    point = Tried(algorithm="louvain", setting={"threshold": 1e-3}, outcome=Outcome.OK, call_s=[1.0], quality=[0.83])
    how = Matched(problem="louvain", best=0.83, within=0.01, setting=point.setting, tried=[point])
    params = record().task.params | {"threshold": 1e-3}
    fast = replace(record("igraph", 0.1, matched=how), task=Task("louvain", "coAuthorsDBLP", "igraph", params))
    (refused,) = compare([record(), fast])
    assert refused.verdict == "refused"
    assert "threshold" in refused.reasons[0]
    baseline = replace(record(), matched=replace(how, setting={"threshold": 1e-7}))
    (like,) = compare([baseline, fast])
    assert (like.verdict, like.matched) == ("like", True)
