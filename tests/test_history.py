"""The history of cells: change points found and not invented, lines that break, machines that are never mixed."""

import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest

import graphbench
from graphbench.cli import invoke
from graphbench.errors import GraphbenchError
from graphbench.records.history import history
from graphbench.records.model import Outcome, Revisions
from graphbench.records.regression import changes
from graphbench.records.store import Store
from graphbench.reporting import report
from graphbench.reporting.history import summary
from helpers.own_plugin import ENGINE
from helpers.records import HERE, record, replace
from helpers.simulation import rounds as simulated


def measured(number, rounds, **changes):
    """The record of session `number`, with the times of each round."""
    calls = [float(seconds) for trials in rounds for seconds in trials]
    made = record("igraph", n=len(calls), id=f"r{number}", measured_at=f"2026-01-{number + 1:02d}T00:00:00Z")
    own = {"phases__call_s": calls, "phases__rebuilt_s": [], "trials__rounds": [len(trials) for trials in rounds]}
    return replace(made, **own, environment__engine_version=f"1.{number}", **changes)


def steady(number, seconds, *, rounds=3, **changes):
    """Rounds that differ by one per cent."""
    return measured(number, [[seconds * (1 + 0.01 * (i % 3 - 1))] * 6 for i in range(rounds)], **changes)


def line(records):
    (found,) = history(records)
    return found


def steps(records):
    return [(step.at, step.kind) for step in line(records).steps]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([1, 1, 1], []),
        ([1, 1.15, 1.15], [(1, "slower")]),
        ([1, 1, 1.15], [(2, "slower")]),
        ([1.15, 1, 1], [(1, "faster")]),
        ([1, 1.15, 1], [(1, "slower"), (2, "faster")]),
        ([1, 1.03, 1.06, 1.09, 1.12], [(3, "slower")]),
        ([1, 1.04, 1], []),
    ],
    ids=["steady", "first", "last", "gain", "bump", "drift", "too small"],
)
def test_change_points_are_where_the_level_changes(seconds, expected):
    assert steps([steady(number, taken) for number, taken in enumerate(seconds)]) == expected


def test_a_change_point_has_a_ratio_over_all_rounds_before_and_after_it():
    (step,) = line([steady(number, 1.15 if number > 1 else 1) for number in range(5)]).steps
    assert (step.at, step.rounds) == (2, (6, 9))
    assert step.ratio == pytest.approx(1 / 1.15)
    assert step.interval[0] < step.ratio < step.interval[1] < 1
    assert step.versions == ["igraph 1.1 to 1.2"]


def test_records_of_one_process_are_one_round_each():
    few = [steady(number, 1.5 if number else 1, rounds=1) for number in range(2)]
    assert steps(few) == [(1, "possible")]
    many = [steady(number, 1.5 if number > 2 else 1 + number / 100, rounds=1) for number in range(6)]
    assert steps(many) == [(3, "slower")]


def test_the_order_of_files_does_not_matter():
    records = [steady(number, 1.15 if number else 1) for number in range(3)]
    assert history(records) == history(records[::-1])


@pytest.mark.parametrize(
    "days", [[6, 7, 8, 9, 1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7, 1]], ids=["stores joined", "set back"]
)
def test_a_clock_that_went_back_leaves_the_order_of_lines(tmp_path, days):
    with Store(tmp_path / "all.jsonl") as store:
        for number, day in enumerate(days):
            made = steady(number, 1.15 if number > 3 else 1, id=f"r{(number * 5) % 8}")
            store.append(replace(made, measured_at=f"2026-01-{day:02d}T00:00:00+00:00"))
    found = line(graphbench.records(tmp_path / "all.jsonl").records)
    assert [point.engine_version for point in found.points] == [f"1.{number}" for number in range(8)]
    assert [(step.at, step.kind) for step in found.steps] == [(4, "slower")]


def test_a_line_breaks_where_records_cannot_be_compared():
    records = [steady(0, 1), steady(1, 2, revisions=Revisions(algorithm=2, engine=1, trials=1))]
    (step,) = line(records).steps
    assert (step.kind, step.ratio) == ("apart", None)
    assert "revision of the measuring code" in step.reasons[0]
    assert summary([line(records)]) == "1 line break, in 1 line."
    assert steps([steady(0, 1), steady(1, 1, trials__stopped="first_only")]) == [(1, "apart")]


def test_machines_are_never_mixed():
    records = [steady(0, 1), steady(1, 2, environment__machine="m2"), steady(2, 1)]
    found = history(records)
    assert [(one.machine, len(one.points), one.steps) for one in found] == [("m1", 2, []), ("m2", 1, [])]


def test_a_failure_is_a_step_and_no_time():
    failed = steady(1, 1, outcome=Outcome.ERROR, reason="RuntimeError: no")
    found = line([steady(0, 1), failed, steady(2, 1)])
    assert [(step.at, step.kind, step.reasons) for step in found.steps] == [(1, "failed", ["RuntimeError: no"])]
    assert [point.call_s is None for point in found.points] == [False, True, False]


def test_a_line_has_the_times_that_compare_shows():
    skewed = [measured(0, [[1.0] * 9, [1.3] * 5, [1.6] * 2]), measured(1, [[1.1] * 2, [1.2] * 9, [1.3] * 2])]
    (change,) = changes(skewed[:1], skewed[1:])
    assert [point.call_s for point in line(skewed).points] == [change.old_s, change.new_s]
    few = replace(skewed[0], trials__rounds=[16])
    assert line([few]).points[0].call_s == 1.0, "the median of all calls"


def test_the_reasons_of_a_line_that_breaks_are_not_that_the_machine_was_busy():
    busy = steady(1, 2, environment=replace(HERE, load_average=99.0))
    for changed in ({"dataset__digest": "other"}, {"trials__stopped": "first_only"}):
        (step,) = line([steady(0, 1), replace(busy, **changed)]).steps
        assert len(step.reasons) == 1
        assert "busy" not in step.reasons[0]


def test_a_first_call_that_became_slower_is_a_possible_step_with_its_ratio():
    slow = replace(steady(1, 55), trials__stopped="first_only", phases__first_s=55.0)
    (step,) = line([steady(0, 1), slow]).steps
    assert (step.kind, step.ratio) == ("possible", pytest.approx(1 / 50))
    assert "raise --budget" in step.reasons[0]


def test_earlier_rules_and_rounds_of_one_measurement_are_no_points():
    first = steady(0, 1, rounds=1)
    pooled = replace(steady(0, 1), id="pooled", phases__call_s=[*first.phases.call_s, *[1.0] * 12])
    pooled = replace(pooled, measured_at=first.measured_at)
    for ids in (("a", "b"), ("b", "a")):
        rounds = [replace(record, id=id_) for record, id_ in zip((first, pooled), ids, strict=True)]
        assert [point.record for point in line([*rounds, steady(1, 2)]).points] == [ids[1], "r1"]
    assert history([steady(0, 1, superseded=True)]) == []


@pytest.mark.parametrize(("sessions", "rounds", "least"), [(3, 3, 18), (3, 5, 20), (10, 3, 19)])
def test_a_step_of_15_per_cent_is_found_in_simulated_sessions(sessions, rounds, least):
    draw, middle = np.random.default_rng(7), sessions // 2
    found = 0
    for _ in range(20):
        slower = [1.15 if number >= middle else 1.0 for number in range(sessions)]
        records = [measured(n, simulated(draw, rounds, slower=slower[n])) for n in range(sessions)]
        found += steps(records) == [(middle, "slower")]
    assert found >= least


@pytest.mark.parametrize(("sessions", "rounds", "most"), [(3, 3, 1), (3, 5, 2), (12, 3, 1)])
def test_there_are_few_false_alarms(sessions, rounds, most):
    draw = np.random.default_rng(8)
    alarms = sum(line([measured(n, simulated(draw, rounds)) for n in range(sessions)]).changed for _ in range(25))
    assert alarms <= most


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "all.jsonl"
    with Store(path) as opened:
        for number in range(3):
            opened.append(steady(number, 1.15 if number else 1))
        opened.append(replace(steady(3, 9), id="other", environment__machine="m2"))
    return path


def test_the_command_shows_what_changed_in_every_format(store, capsys):
    assert invoke(["history", str(store)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("1 slower, in 1 line. 1 task measured once, without a history.\n")
    assert "slower  louvain on coAuthorsDBLP  igraph  2026-01-02  +15 % (+12.4 to +17.7)" in shown
    assert invoke(["history", str(store), "--format", "json"]) == 0
    lines = json.loads(capsys.readouterr().out)
    assert [(one["machine"], [step["kind"] for step in one["steps"]]) for one in lines] == [
        ("m1", ["slower"]),
        ("m2", []),
    ]
    assert invoke(["history", str(store), "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["change"] for row in rows] == ["", "slower", "", ""]
    assert rows[1]["versions"] == "igraph 1.0 to 1.1"
    assert invoke(["history", str(store), "--format", "markdown"]) == 0
    assert "| slower | louvain on coAuthorsDBLP |" in capsys.readouterr().out


def test_a_missing_store_is_an_error(tmp_path, capsys):
    assert invoke(["history", str(tmp_path / "none.jsonl")]) == 2
    assert "does not exist" in capsys.readouterr().err
    with pytest.raises(GraphbenchError):
        graphbench.records(tmp_path / "none.jsonl")


@pytest.mark.filterwarnings("always:File skipped")
def test_a_store_that_cannot_be_read_is_skipped_among_others(store, tmp_path, capsys):
    old = tmp_path / "old.jsonl"
    old.write_text('{"schema":1,"id":"x"}\n', encoding="utf-8")
    assert invoke(["history", str(old), str(store)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("1 slower, in 1 line.")
    assert f"File skipped: {old}, line 1: a record of schema 1" in said.err
    assert invoke(["history", str(old)]) == 1


def test_from_python_a_history_is_made_of_records(store):
    found = graphbench.history(graphbench.records(store).records)
    assert [step.kind for step in found[0].steps] == ["slower"]


def test_a_report_has_the_history_of_each_machine_alone():
    records = [steady(number, 1.15 if number else 1) for number in range(3)]
    both = [*records, *(replace(one, id=f"{one.id}-2", environment__machine="m2") for one in records)]
    document = report.build(both, baseline="igraph")
    sections = [section for part in document.parts for section in part.sections if section.title == "History"]
    assert [section.blocks[0].text for section in sections] == ["1 slower, in 1 line."] * 2
    assert [part.title.endswith(f"({name})") for part, name in zip(document.parts, ["m1", "m2"], strict=False)] == [
        True
    ] * 2
    charts = [chart for chart in document.charts if chart.name.endswith("history")]
    assert [mark.label for mark in charts[0].panels[0].marks if mark.label] == ["+15 %"]


def test_without_another_version_or_day_a_report_has_no_history():
    again = replace(steady(0, 1), id="again", measured_at="2026-01-01T01:00:00Z")
    document = report.build([steady(0, 1), again], baseline="igraph")
    assert "History" not in [section.title for part in document.parts for section in part.sections]


LIBRARY = """
import time, numpy
__version__ = "{version}"
def answer(n):
    time.sleep({seconds})
    return numpy.zeros(n, numpy.int64)
"""


@pytest.mark.timeout(300)
def test_a_slow_version_of_a_plugin_in_the_middle_is_found(tmp_path):
    (tmp_path / "own_plugin.py").write_text(ENGINE, encoding="utf-8")
    for version, seconds in (("1.0", 0.01), ("1.1", 0.08), ("1.2", 0.01)):
        folder = tmp_path / version
        folder.mkdir()
        (folder / "own_library.py").write_text(LIBRARY.format(version=version, seconds=seconds), encoding="utf-8")
        paths = [str(tmp_path), str(folder), *filter(None, sys.path)]
        where = os.environ | {"GRAPHBENCH_PLUGINS": "own_plugin", "PYTHONPATH": os.pathsep.join(paths)}
        options = ["--engine", "own", "--baseline", "own", "--rounds", "3", "--trials", "3", "--store", "all.jsonl"]
        command = [sys.executable, "-m", "graphbench", "wcc", "karate", *options]
        subprocess.run(command, check=True, capture_output=True, env=where, cwd=tmp_path)
    found = line(graphbench.records(tmp_path / "all.jsonl").records)
    assert [point.engine_version for point in found.points] == ["1.0", "1.1", "1.2"]
    assert [(step.kind, step.versions) for step in found.steps] == [
        ("slower", ["own 1.0 to 1.1"]),
        ("faster", ["own 1.1 to 1.2"]),
    ]
