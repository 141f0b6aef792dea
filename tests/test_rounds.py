"""Rounds of a single run: each in new processes, pooled into one record, and judged by `compare`."""

import json

import pytest

import graphbench as gb
from graphbench.cli import invoke
from graphbench.errors import UsageError
from graphbench.measure.options import Options
from graphbench.measure.plan import Cell, Plan
from graphbench.measure.suites import tasks
from graphbench.measure.suites.rounds import measure_rounds
from graphbench.measure.suites.suite import Suite
from graphbench.records.matching import last_of_rounds
from graphbench.records.model import Matched, Outcome
from graphbench.records.store import load
from helpers.records import record, replace

CHOSEN = Matched(problem="louvain", best=1, within=0.01, setting={}, tried=[])

pytestmark = pytest.mark.usefixtures("warm_workers")


class Dataset:
    """Of a cell, only the name of its dataset is read here."""

    class info:  # noqa: N801 - a stand-in for a field
        name = "coAuthorsDBLP"


def measured(rounds, engines, outcomes):
    """What is measured in each round, and the records that come out."""
    cell = Cell(algorithm="louvain", dataset=Dataset, engines=engines)
    asked = []

    def measure(plan):
        assert plan.options.budget == pytest.approx(6 / rounds)
        for cell in plan.cells:
            asked.append(cell.engines)
            for engine in cell.engines:
                yield replace(record(engine, n=2), outcome=outcomes.get((engine, len(asked)), Outcome.OK))

    plan = Plan(cells=(cell,), options=Options(budget=6.0, rounds=rounds))
    return asked, list(measure_rounds(plan, measure))


def test_every_round_adds_its_trials_to_the_record():
    asked, found = measured(3, ("igraph", "scipy"), {})
    assert asked == [("igraph", "scipy")] * 3
    assert [each.trials.rounds for each in found] == [[2], [2], [2, 2], [2, 2], [2, 2, 2], [2, 2, 2]]
    assert len(found[-1].phases.call_s) == 6


def test_of_the_records_of_all_rounds_the_last_has_them_all():
    once = [record("igraph", 0.5), record("scipy", 0.5)]
    _, found = measured(3, ("igraph", "scipy"), {})
    assert last_of_rounds([*once, *found, *once]) == [*once, *found[-2:], *once]


def test_a_setting_chosen_for_its_quality_separates_no_rounds():
    _, found = measured(2, ("igraph",), {})
    chosen = replace(found[0], matched=CHOSEN)
    assert last_of_rounds([found[0], chosen, found[1]]) == [chosen, found[1]]


def test_a_suite_measures_what_was_only_chosen_for_its_quality(monkeypatch):
    monkeypatch.setattr(tasks, "is_current", lambda *_: True)
    usual = record("igraph", 0.5)
    suite = Suite(name="one", algorithms=("louvain",), datasets=("coAuthorsDBLP",))
    stored = [tasks.StoredRecords(each, suite, None) for each in ([usual], [replace(usual, matched=CHOSEN)])]
    assert [each.reusable(usual.task.key, None) for each in stored] == [usual, None]


def test_an_engine_without_an_answer_is_not_measured_again():
    outcomes = {("igraph", 1): Outcome.TIMEOUT, ("scipy", 2): Outcome.ERROR}
    asked, found = measured(4, ("igraph", "scipy", "networkx"), outcomes)
    assert asked == [("igraph", "scipy", "networkx"), ("scipy", "networkx"), ("networkx",), ("networkx",)]
    assert {each.task.engine: each.outcome for each in found} == {
        "igraph": Outcome.TIMEOUT, "scipy": Outcome.ERROR, "networkx": Outcome.OK,
    }  # fmt: skip
    assert measured(2, ("igraph",), {("igraph", 1): Outcome.ERROR})[0] == [("igraph",)]


def test_a_run_with_rounds_uses_new_processes_and_can_be_judged(tmp_path, capsys):
    stores = [str(tmp_path / name) for name in ("old", "new")]
    for store in stores:
        command = ["wcc", "karate", "--engine", "scipy", "--baseline", "scipy", "--rounds", "3", "--trials", "4"]
        assert invoke([*command, "--store", store, "--format", "json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert [each["trials"]["rounds"] for each in shown["records"]] == [[4, 4, 4]]
        kept = load([store])
        assert [each.trials.rounds for each in kept] == [[4], [4, 4], [4, 4, 4]]
        assert len({each.worker.pid for each in kept}) == 3
    assert invoke(["compare", *stores, "--format", "json"]) == 0
    (change,) = json.loads(capsys.readouterr().out)
    assert change["rounds"] == [3, 3]
    assert change["kind"] in ("slower", "faster", "same")


def test_a_call_returns_one_record_of_all_rounds():
    (found,) = gb.run("wcc", "karate", engines="scipy", baseline="scipy", rounds=2, trials=3).records
    assert found.trials.rounds == [3, 3]


def test_equal_quality_is_searched_in_one_round():
    with pytest.raises(UsageError, match="one round"):
        Options(rounds=3, match_quality=True)
