"""Suites: what is planned, what is measured, and that nothing is measured twice after an interruption."""

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from graphbench import graphs as datasets
from graphbench import registry
from graphbench.errors import FetchError, UnknownNameError, UsageError
from graphbench.graphs import catalogue, loading, suitesparse
from graphbench.measure.staleness import present, revisions
from graphbench.measure.suites import suite as definition
from graphbench.measure.suites import tasks as matrix
from graphbench.measure.suites.rounds import pooled
from graphbench.measure.suites.run import Run, past
from graphbench.measure.suites.suite import Suite
from graphbench.measure.suites.tasks import StoredRecords
from graphbench.records.lines import from_json, to_json
from graphbench.records.model import (
    Agreement,
    Censored,
    Certificate,
    Memory,
    Outcome,
    Phases,
    Record,
    Revisions,
    Trials,
)
from graphbench.records.store import Store
from graphbench.system import files
from graphbench.system.machine import usable_cores
from helpers.records import DBLP, HERE, POSED, record, replace, stored
from test_runner import dataset

pytestmark = pytest.mark.usefixtures("warm_workers")

SMALL = ("suite", "--datasets", "karate", "--datasets", "lesmis", "--algorithms", "bfs,wcc", "--engines",
         "networkx,igraph", "--trials", "2")  # fmt: skip


def tasks(records):
    return Counter((each.task.algorithm, each.task.dataset, each.task.engine) for each in records)


# What a suite is


@pytest.mark.parametrize("name", definition.names())
def test_shipped_suites_are_valid_and_name_known_graphs(name):
    suite = definition.read(name)
    matrix.check(suite)
    assert suite.title
    assert [matrix.Graph.described(each).name for each in suite.datasets] == suite.datasets


def test_smoke_and_deck_are_shipped():
    assert {"smoke", "deck"} <= set(definition.names())
    kinds = [datasets.describe(each).kind for each in definition.read("deck").datasets]
    assert (kinds.count("generator"), len(kinds)) == (2, 10)
    assert all((files.data() / "embedded" / f"{each}.mtx.gz").exists() for each in definition.read("smoke").datasets)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("budgt = 3", "budget"),
        ('budget = "much"', "budget takes a finite number of seconds from 0, not 'much'"),
        ("trials = 0", "trials takes a whole number from 1, not 0"),
        ("rounds = 0", "rounds"),
        ("timeout = 0", "timeout"),
        ('allocators = ["arena"]', "arena"),
        ('memory_limit = "lots"', "lots"),
        ("budget = ", "TOML"),
    ],
)
def test_an_invalid_suite_is_refused_with_file_and_key(tmp_path, text, says):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=says) as caught:
        definition.read(str(path))
    assert "mine" in str(caught.value) or "lots" in str(caught.value)


def test_an_unknown_suite_gets_a_suggestion(tmp_path):
    with pytest.raises(UnknownNameError, match="smoke"):
        definition.read("smokey")
    with pytest.raises(UsageError, match=r"no.toml does not exist\. Included are: deck, smoke"):
        definition.read(str(tmp_path / "no.toml"))


def test_options_override_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('datasets = ["karate", "karate"]\nbudget = 3\nmemory_limit = "2GiB"\nseed = 5\n')
    suite = definition.read(str(path))
    assert (suite.name, suite.datasets, suite.budget, suite.memory_limit) == ("mine", ["karate"], 3.0, 2 << 30)
    changed = definition.merged(suite, {"datasets": ["lesmis"], "budget": 1.0, "seed": None, "engines": []})
    assert (changed.datasets, changed.budget, changed.seed) == (["lesmis"], 1.0, 5)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["suite"], "--datasets"),
        (["suite", "smoke", "--engine", "igrph"], "igraph"),
        (["suite", "smoke", "--algorithm", "bsf"], "bfs"),
        (["suite", "smoke", "--allocator", "arena"], "arena"),
        (["suite", "--dataset", "karrate"], "karate"),
        (["suite", "smoke", "--memory-limit", "2Q"], "2Q"),
        (["suite", "smoke", "--newer-than", "soon"], "--newer-than"),
        (["suite", "smoke", "--dry-run", "--format", "json"], "--dry-run prints a plan and excludes --format and"),
        (["suite", "smoke", "--dry-run", "--output", "plan.txt"], "--dry-run prints a plan and excludes --format and"),
    ],
)
def test_wrong_usage_ends_with_2_before_anything_is_measured(graphbench, arguments, says):
    code, out, err = graphbench(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert stored() == []


# Measuring and resuming


def test_a_suite_measures_every_task_once_and_shows_tables_and_a_summary(graphbench):
    code, out, err = graphbench(*SMALL)
    assert code == 0, err
    assert set(tasks(stored()).values()) == {1}
    assert len(stored()) == 8
    assert out.count("\nengine ") == 4
    assert re.search("geometric mean|No mean includes", out)
    assert "[8/8]" in err
    workers = {(each.task.dataset, each.task.engine): each.worker.id for each in stored()}
    assert len(set(workers.values())) == 4, "one worker per dataset and engine"


def test_current_records_are_not_measured_again(graphbench):
    graphbench(*SMALL)
    code, out, err = graphbench(*SMALL, "--format", "csv")
    assert code == 0
    assert "0 tasks to measure, 8 measured before" in err
    assert len(stored()) == 8
    assert len(out.splitlines()) == 9
    graphbench(*SMALL, "--engines", "networkit", "--algorithms", "wcc")
    new = {(record.task.engine, record.task.params.get("threads")) for record in stored()[8:]}
    assert new == {("networkit", number) for number in {1, usable_cores()}}, (
        "only what is new, with both numbers of threads"
    )


def test_fresh_measures_again_and_newer_than_resumes(graphbench):
    graphbench(*SMALL, "--algorithm", "wcc")
    before = len(stored())
    graphbench(*SMALL, "--fresh")
    assert len(stored()) == 2 * before
    graphbench(*SMALL, "--newer-than", "1h")
    assert len(stored()) == 2 * before


def test_a_dry_run_prints_the_plan_and_measures_nothing(graphbench):
    code, out, _ = graphbench(*SMALL, "--dry-run")
    assert code == 0
    assert "8 tasks, 8 to measure" in out
    assert "8 of unknown length" in out
    assert stored() == []
    graphbench(*SMALL, "--datasets", "karate")
    _, out, _ = graphbench(*SMALL, "--dry-run")
    assert "8 tasks, 0 to measure" in out


def test_an_edited_file_is_measured_again_and_its_old_records_are_stale(graphbench, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("0,1\n1,2\n")
    asked = ("suite", "--datasets", path, "--algorithms", "wcc", "--engines", "igraph", "--trials", "2")
    graphbench(*asked)
    assert "1 task, 0 to measure" in graphbench(*asked, "--dry-run")[1]
    path.write_text("0,1\n1,2\n2,3\n")
    assert "1 task, 1 to measure" in graphbench(*asked, "--dry-run")[1]
    assert "t.csv was another file" in graphbench("records")[1]
    graphbench(*asked)
    assert "2 records: 1 stale." in graphbench("records")[1]
    other = tmp_path / "other" / "t.csv"
    other.parent.mkdir()
    other.write_text("0,1\n")
    assert "1 task, 1 to measure" in graphbench("suite", "--datasets", other, *asked[3:], "--dry-run")[1]


def test_a_dry_run_counts_tasks_that_cannot_run_by_reason(graphbench):
    asked = ("suite", "--datasets", "karate", "--algorithms", "coo-to-csr,wcc", "--engines", "scipy,igraph", "--trials",
             "2", "--threads", "max")  # fmt: skip
    for state in ("to measure", "measured before"):
        _, out, _ = graphbench(*asked, "--dry-run")
        rows = [line.split(maxsplit=3)[1:] for line in out.splitlines()[1:4]]
        assert sorted((algorithm, engine) for algorithm, engine, _ in rows) == [
            ("coo-to-csr", "scipy"), ("wcc", "igraph"), ("wcc", "scipy"),
        ]  # fmt: skip
        assert all(rest.startswith(state) for *_, rest in rows)
        assert "1 task left out: the engine does not have the algorithm" in out
        graphbench(*asked)
    assert "4 tasks, 0 to measure. Nothing was measured." in out


def test_an_unavailable_graph_has_a_row_and_the_others_are_measured(graphbench, monkeypatch):
    def load(name, **how):
        if name == "dblp-2010":
            raise FetchError("no network here")
        return loading.load(name, **how)

    monkeypatch.setattr(datasets, "load", load, raising=False)
    arguments = ("suite", "--dataset", "karate", "--dataset", "dblp-2010", "--algorithm", "wcc", "--engine", "igraph",
                 "--trials", "2")  # fmt: skip
    code, out, _ = graphbench(*arguments)
    assert code == 1
    assert "the graph is unavailable: no network here" in out
    assert [each.outcome for each in stored()] == [Outcome.ERROR, Outcome.OK]
    graphbench(*arguments)
    assert len(stored()) == 2, "the same news is not kept twice"


def test_a_graph_that_does_not_fit_a_problem_is_unsupported_and_the_others_are_measured(graphbench, tmp_path):
    path = tmp_path / "negative.csv"
    path.write_text("0,1,-1\n1,2,1\n")
    code, _, _ = graphbench("suite", "--dataset", path, "--algorithm", "sssp,wcc", "--engine", "igraph", "--trials", 2)
    assert code == 0
    found = {each.task.algorithm: each for each in stored()}
    assert (found["sssp"].outcome, found["wcc"].outcome) == (Outcome.UNSUPPORTED, Outcome.OK)
    assert "negative" in found["sssp"].reason


@pytest.mark.parametrize("rows", [1, 2])
def test_a_suite_on_two_or_three_vertices_measures_what_can_be_posed(graphbench, tmp_path, rows):
    path = tmp_path / "small.csv"
    path.write_text("source,target\n" + "".join(f"{v},{v + 1}\n" for v in range(rows)))
    algorithms = "bfs,spectral-modularity,hits"
    code, _, _ = graphbench("suite", "--dataset", path, "--algorithm", algorithms, "--engine", "igraph", "--trials", 1)
    assert code == 0
    found = {each.task.algorithm: each for each in stored()}
    assert [found[name].outcome for name in ("bfs", "hits")] == [Outcome.OK, Outcome.OK]
    assert found["spectral-modularity"].outcome is Outcome.UNSUPPORTED
    assert f"has {rows + 1} vertices and cannot be split into 8 clusters" in found["spectral-modularity"].reason


def test_two_suites_on_one_store_are_refused_by_the_pid(graphbench):
    with Store():
        code, out, err = graphbench(*SMALL)
    assert (code, out) == (1, "")
    assert f"pid {os.getpid()}" in err


def test_a_store_that_cannot_be_written_is_refused_before_anything_is_measured(graphbench, tmp_path):
    (tmp_path / "file").touch()
    code, out, err = graphbench(*SMALL, "--store", tmp_path / "file" / "records.jsonl")
    assert (code, out) == (1, "")
    assert "--store FILE" in err


def start(*arguments):
    command = [sys.executable, "-m", "graphbench", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_a_record(process):
    path = files.home() / "records.jsonl"
    deadline = time.monotonic() + 60
    while not (path.exists() and path.read_bytes().count(b"\n")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_suite_resumes_without_repeating(blow, graphbench):
    process = start(*SMALL)
    wait_for_a_record(process)
    process.send_signal(blow)
    out, err = process.communicate(timeout=60)
    if blow == signal.SIGINT:
        assert process.returncode == 130
        assert "graph: karate" in out, "what is complete is shown"
        assert "for wcc (warm call)" in out
        assert err.rstrip().endswith(" ".join(SMALL))
        assert "Traceback" not in err
    before = len(stored())
    assert 0 < before < 8
    code, _, err = graphbench(*SMALL)
    assert code == 0
    assert f"{8 - before} tasks to measure, {before} measured before" in err
    assert len(stored()) == 8
    assert set(tasks(stored()).values()) == {1}
    assert not list((files.home() / "runs").iterdir())


def test_resuming_a_fresh_run_measures_older_records_only(monkeypatch):
    from graphbench.cli.session import resume_command

    monkeypatch.setattr(sys, "argv", ["graphbench", "suite", "my suite.toml", "--fresh"])
    started = datetime(2026, 1, 31, 18, 30, tzinfo=UTC)
    assert resume_command(started) == "graphbench suite 'my suite.toml' --newer-than 2026-01-31T18:30:00+00:00"


def test_resumed_records_are_compared_with_earlier_ones(graphbench):
    pagerank = ("suite", "--datasets", "karate", "--algorithms", "pagerank", "--trials", 2, "--threads", 1)
    graphbench(*pagerank, "--engines", "igraph")
    graphbench(*pagerank, "--engines", "igraph,networkx")
    assert len(stored()) == 2
    last = stored()[-1]
    assert (last.task.engine, [each.engine for each in last.agreement]) == ("networkx", ["igraph"])


# Inside: limits, rounds, predictions, with engines that do what the test says


def prepared(suite, records=(), *graphs):
    loaded = [matrix.Graph.loaded(each) for each in graphs or [dataset()]]
    return Run(
        suite=suite,
        graphs=loaded,
        missing={},
        stored=StoredRecords(records, suite, present()),
        past=past(list(records)),
    )


def nothing(_):
    pass


@pytest.mark.usefixtures("ordeal")
def test_rounds_interleave_engines_and_make_one_record_of_each_task():
    suite = Suite(algorithms=["ordeal"], engines=["steady", "faulty"], trials=3, rounds=2, datasets=["ring"])
    run = prepared(suite)
    records = list(run.measure(nothing))
    engines = [each.task.engine for each in records]
    assert sorted(engines[:2]) == sorted(engines[2:]) == ["faulty", "steady"]
    assert [len(each.phases.call_s) for each in records] == [3, 3, 6, 6]
    assert [each.trials.rounds for each in records] == [[3], [3], [3, 3], [3, 3]]
    assert len({each.worker.id for each in records}) == 4
    assert run.left() == (0, 0.0)
    halfway = prepared(suite, records[:3])
    assert sorted(item.rounds for item in halfway.items) == [0, 1]
    assert [each.trials.rounds for each in halfway.measure(nothing)] == [[3, 3]]


@pytest.mark.usefixtures("ordeal")
def test_the_order_of_engines_and_problems_is_drawn_with_the_seed():
    def order(seed):
        suite = Suite(
            algorithms=["wcc", "ordeal"], engines=["steady", "gappy", "absent", "faulty"], trials=1, seed=seed
        )
        return [(each.task.engine, each.task.algorithm) for each in prepared(suite).measure(nothing)]

    orders = [order(seed) for seed in (1, 1, 2, 3)]
    assert orders[0] == orders[1]
    assert len(set(map(tuple, orders))) > 1
    assert all([engine for engine, _ in each][::2] == [engine for engine, _ in each][1::2] for each in orders)


def test_small_graphs_come_first():
    suite = Suite(algorithms=["wcc"], engines=["igraph"], trials=1)
    run = prepared(suite, [], dataset(40, name="large"), dataset(8, name="small"))
    assert [each.task.dataset for each in run.measure(nothing)] == ["small", "large"]


def current(suite, **changed):
    """A record that counts for wcc with igraph on the ring."""
    (item,) = prepared(suite).items
    info = dataset().info
    where = msgspec.structs.replace(HERE, machine=present().machine, engine_version=registry.engine("igraph").version())
    made = {
        "task": item.task,
        "environment": where,
        "revisions": revisions(registry.algorithm("wcc"), registry.engine("igraph")),
        "dataset": info,
        "posed": replace(POSED, num_entries=info.num_entries),
    }
    return record("igraph", **(made | changed))


WCC = Suite(algorithms=["wcc"], engines=["igraph"], datasets=["ring"], timeout=60)


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({}, True),
        ({"outcome": Outcome.INVALID}, True),
        ({"outcome": Outcome.ERROR}, False),
        ({"outcome": Outcome.UNAVAILABLE, "environment": None}, False),
        ({"outcome": Outcome.UNSUPPORTED, "environment": None}, True),
        ({"outcome": Outcome.TIMEOUT, "censored": Censored("first", 50.0, limit_s=60.0)}, True),
        ({"outcome": Outcome.TIMEOUT, "censored": Censored("first", 20.0, limit_s=30.0)}, False),
        ({"outcome": Outcome.OUT_OF_MEMORY}, True),
        ({"outcome": Outcome.OUT_OF_MEMORY, "censored": Censored("first", 1.0, limit_bytes=1 << 30)}, False),
        ({"outcome": Outcome.TIMEOUT, "reason": "predicted: hopeless", "environment": None}, False),
        ({"revisions": None}, False),
        ({"revisions": Revisions(algorithm=1, engine=1, trials=0)}, False),
        ({"dataset": DBLP}, False),
        ({"environment": HERE}, False),
    ],
)
def test_records_that_make_measuring_unnecessary(changed, counts):
    (item,) = prepared(WCC, [current(WCC, **changed)]).items
    assert item.rounds == (0 if counts else 1)


def test_an_error_does_not_hide_the_good_record_before_it():
    records = [current(WCC), current(WCC, outcome=Outcome.ERROR)]
    (item,) = prepared(WCC, records).items
    assert item.rounds == 0


def test_tasks_predicted_to_time_out_are_skipped_by_default():
    small, large = dataset(8, name="ring"), dataset(40, name="large")
    limit = Censored("first", 59.0, limit_s=60.0)
    slow = current(WCC, outcome=Outcome.TIMEOUT, censored=limit, phases=Phases(), reason="the limit struck")
    run = prepared(WCC, [slow], small, large)
    (record,) = run.measure(nothing)
    assert (record.task.dataset, record.outcome) == ("large", Outcome.TIMEOUT)
    assert record.predicted
    assert record.censored is None, "what was not measured bounds no ratio"
    again = prepared(msgspec.structs.replace(WCC, skip=False), [slow], small, large)
    assert [each.outcome for each in again.measure(nothing)] == [Outcome.OK]


def test_a_bound_that_was_measured_is_not_replaced_by_a_prediction():
    small, large = dataset(8, name="ring"), dataset(40, name="large")
    limit = Censored("first", 59.0, limit_s=60.0)
    slow = current(WCC, outcome=Outcome.TIMEOUT, censored=limit, phases=Phases())
    shorter = Censored("first", 29.0, limit_s=30.0)
    task = msgspec.structs.replace(slow.task, dataset="large")
    bound = current(WCC, outcome=Outcome.TIMEOUT, censored=shorter, phases=Phases(), task=task, dataset=large.info)
    run = prepared(WCC, [slow, bound], small, large)
    assert [item.rounds for item in run.items] == [0, 1]
    assert list(run.measure(nothing)) == []
    assert run.records[task.key] == bound


def test_pooling_keeps_trials_in_order_and_warns_of_drift():
    one = record(seconds=1.0, n=5)
    two = record(seconds=1.5, n=5, warnings=["busy"])
    both = pooled(one, two)
    assert both.phases.call_s == one.phases.call_s + two.phases.call_s
    assert len(both.trials.seeds) == len(both.trials.quality) == 10
    assert both.trials.rounds == [5, 5]
    assert both.warnings[0] == "busy"
    assert "50 % apart" in both.warnings[1]
    third = pooled(both, record(trials=Trials(certified=[1]), n=2))
    assert (third.trials.rounds, third.trials.certified) == ([5, 5, 2], [11])
    failed = record(outcome=Outcome.ERROR)
    assert pooled(one, failed) is failed


def test_what_a_round_times_once_is_of_the_round_with_the_middle_script():
    rounds = [
        replace(record(), phases__start_s=start, phases__build_s=build, cpu__first_s=cpu)
        for start, build, cpu in ((1.0, 9.0, 0.1), (7.0, 1.0, 0.2), (2.0, 1.0, 0.3))
    ]
    two = pooled(rounds[0], rounds[1])
    assert (two.phases.start_s, two.phases.build_s, two.cpu.first_s) == (7.0, 1.0, 0.2)
    three = pooled(two, rounds[2])
    assert (three.phases.start_s, three.phases.build_s, three.cpu.first_s) == (7.0, 1.0, 0.2)
    assert [each.start_s for each in three.phases.each_round] == [1.0, 7.0, 2.0]
    assert three.cpu.first_each_round_s == [0.1, 0.2, 0.3]
    assert len(three.phases.call_s) == 3 * len(rounds[0].phases.call_s)
    assert from_json(to_json(three)) == three


def test_a_drift_warning_covers_all_rounds():
    both = pooled(record(seconds=1.0), record(seconds=1.5))
    third = pooled(both, record(seconds=1.0))
    assert [warning for warning in third.warnings if "apart" in warning] == third.warnings
    assert "3 rounds" in third.warnings[0]


def test_pooled_memory_is_the_largest_of_all_rounds():
    one = record(memory=Memory(10, 30, [20, 30]))
    two = record(memory=Memory(9, 31, [21, 31]))
    assert pooled(one, two).memory == pooled(two, one).memory == Memory(10, 31, [21, 31])
    unknown = record(memory=Memory())
    assert pooled(one, unknown).memory == pooled(unknown, one).memory == one.memory


def test_pooled_agreement_is_the_worst_of_all_rounds():
    exact, epsilon, differs = (
        Agreement(engine=engine, kind=kind, max_difference=by)
        for engine, kind, by in (("igraph", "exact", 0.0), ("igraph", "epsilon", 1e-9), ("cugraph", "differs", 0.5))
    )
    one, two = record(agreement=[differs, epsilon]), record(agreement=[exact])
    assert pooled(one, two).agreement == [differs, epsilon]
    assert sorted(each.kind for each in pooled(two, one).agreement) == ["differs", "epsilon"]


def test_a_limit_that_struck_in_an_earlier_round_is_kept():
    struck = Censored("call", 2.0, limit_s=60.0)
    assert pooled(record(censored=struck), record()).censored == struck
    later = Censored("call", 3.0, limit_s=60.0)
    assert pooled(record(censored=struck), record(censored=later)).censored == later


@pytest.mark.parametrize(("before", "latest", "checked"), [(2, 1, 3), (None, 1, 1), (2, None, None)])
def test_a_pooled_certificate_counts_the_answers_of_all_rounds(before, latest, checked):
    def rounds(count):
        return record(certificate=count and Certificate(valid=True, detail="shown", checked=count))

    certificate = pooled(rounds(before), rounds(latest)).certificate
    assert (certificate and certificate.checked) == checked


KEPT_OF_THE_LATEST = {
    "schema", "id", "measured_at", "task", "device", "outcome", "reason", "answer", "headline", "quality", "dataset",
    "posed", "draw", "worker", "environment", "matched", "revisions", "adapter", "search", "superseded", "limit",
}  # fmt: skip
POOLED = {"phases", "cpu", "trials", "memory", "energy", "certificate", "agreement", "censored", "warnings"}


def test_every_field_of_a_record_is_pooled_or_kept():
    assert {field.name for field in msgspec.structs.fields(Record)} == KEPT_OF_THE_LATEST | POOLED
    one, two = record(id="one", answer={"digest": "a"}), record(id="two", answer={"digest": "b"})
    both = pooled(one, two)
    assert [getattr(both, name) for name in KEPT_OF_THE_LATEST] == [getattr(two, name) for name in KEPT_OF_THE_LATEST]


@pytest.mark.parametrize(("before", "latest"), [("first_only", "budget"), ("budget", "first_only")])
def test_first_calls_of_a_round_do_not_pass_for_warm_ones(before, latest):
    both = pooled(replace(record(), trials__stopped=before), replace(record(), trials__stopped=latest))
    assert both.trials.stopped == "first_only"


def test_the_summary_averages_only_what_all_completed():
    from graphbench.records.comparison import compare
    from graphbench.reporting.suites import summary

    def row(dataset, engine, seconds, **changed):
        task = msgspec.structs.replace(record(engine).task, dataset=dataset)
        return record(engine, seconds, id=f"{engine}-{dataset}", task=task, **changed)

    records = [
        row("a", "networkx", 8.0), row("a", "igraph", 2.0), row("a", "networkit", 1.0),
        row("b", "networkx", 9.0), row("b", "igraph", 1.0),
        row("b", "networkit", 1.0, outcome=Outcome.ERROR),
        row("b", "cugraph", 1.0, outcome=Outcome.UNAVAILABLE, environment=None),
    ]  # fmt: skip
    text = summary(records, compare(records))
    *_, b, mean = text.splitlines()
    assert re.fullmatch(r"louvain +b +9\.00× / \S+ / \S+ +error", b)  # noqa: RUF001
    what = r"geometric mean +of 1 case on real graphs that all completed"
    assert re.fullmatch(rf"{what} +4\.00× / \S+ / \S+ +8\.00× / \S+ / \S+", mean)  # noqa: RUF001
    assert "cugraph" not in text
    assert summary(records[:1], []) == ""


@pytest.mark.parametrize("order", [1, -1])
def test_the_summary_takes_an_engine_at_its_fastest_number_of_threads_and_names_it(order):
    from graphbench.records.comparison import compare
    from graphbench.reporting.suites import summary

    def on(threads, seconds):
        task = msgspec.structs.replace(record("networkit").task, params={"threads": threads})
        return record("networkit", seconds, id=f"networkit-{threads}", task=task)

    records = [record("networkx", 8.0), *[on(1, 1.0), on(2, 16.0)][::order]]
    cell, mean = summary(records, compare(records)).splitlines()[-2:]
    assert re.fullmatch(r"louvain +coAuthorsDBLP +8\.00× / \S+ / \S+ \(threads 1\)", cell)  # noqa: RUF001
    assert "8.00×" in mean  # noqa: RUF001


def test_results_go_to_programs(graphbench, tmp_path):
    path = tmp_path / "out.json"
    assert graphbench(*SMALL, "--format", "json", "--output", path)[0] == 0
    assert len(json.loads(path.read_text())["records"]) == 8
    assert Path(path).read_text().rstrip().endswith("}")


def test_files_of_one_name_are_labelled_and_duplicates_measured_once(graphbench, tmp_path):
    for folder, text in (("d1", "from,to\na,b\n"), ("d2", "from,to\na,b\nb,c\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "g.csv").write_text(text)
    given = [argument for folder in ("d1", "d2", "d1") for argument in ("--datasets", tmp_path / folder / "g.csv")]
    code, _, err = graphbench("suite", *given, "--algorithms", "wcc", "--engines", "igraph", "--trials", "1")
    assert code == 0, err
    assert tasks(stored()) == {("wcc", "d1/g.csv", "igraph"): 1, ("wcc", "d2/g.csv", "igraph"): 1}


# Twins stand in for graphs that cannot be fetched


def test_a_twin_replaces_an_unavailable_graph_under_its_own_name(graphbench, monkeypatch):
    here = []

    def load(name, **how):
        if name == "dblp-2010" and not here:
            raise FetchError("no network here")
        small = loading.load({"dblp-2010": "karate", "twin:dblp-2010": "lesmis"}[name], **how)
        return dataclasses.replace(small, info=msgspec.structs.replace(small.info, name=name))

    monkeypatch.setattr(datasets, "load", load, raising=False)
    asked = ("suite", "--datasets", "dblp-2010", "--algorithms", "wcc", "--engines", "igraph", "--trials", "1")
    code, out, err = graphbench(*asked, "--twins")
    assert code == 0
    assert "under the name twin:dblp-2010: it is not the same graph" in err
    assert err.index("Notice") < err.index("1 task to measure")
    assert "twin:dblp-2010" in out
    assert [each.task.dataset for each in stored()] == ["twin:dblp-2010"]
    graphbench(*asked, "--twins")
    assert len(stored()) == 1
    here.append("the network")
    code, _, err = graphbench(*asked, "--twins")
    assert (code, "Notice" in err) == (0, False)
    assert [each.task.dataset for each in stored()] == ["twin:dblp-2010", "dblp-2010"]


def test_a_dry_run_counts_records_of_a_twin(graphbench, monkeypatch, tmp_path):
    monkeypatch.setattr(suitesparse, "COLLECTION", "http://127.0.0.1:9")

    def load(name, **how):
        small = loading.load({"twin:preferentialAttachment": "karate"}.get(name, name), **how)
        return dataclasses.replace(small, info=msgspec.structs.replace(small.info, name=name))

    monkeypatch.setattr(datasets, "load", load, raising=False)
    name = "preferentialAttachment"
    asked = ("suite", "--datasets", name, "--algorithms", "bfs,wcc", "--engines", "igraph", "--trials", "1", "--twins")
    _, out, _ = graphbench(*asked, "--dry-run")
    assert "2 tasks, 2 to measure" in out
    assert f"the synthetic twin is measured: twin:{name}." in out
    assert graphbench(*asked)[0] == 0
    _, out, _ = graphbench(*asked, "--dry-run")
    assert "2 tasks, 0 to measure" in out
    assert out.count(f"twin:{name}") == 2
    assert f"Still to be downloaded: {name}. The plan has the synthetic twins" in out
    _, out, _ = graphbench(*asked, "--dry-run", "--no-twins")
    assert "2 tasks, 2 to measure" in out
    archive = tmp_path / "MM" / catalogue.find(name).group / f"{name}.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.touch()
    monkeypatch.setenv("GRAPHBENCH_MIRROR", tmp_path.as_uri())
    _, out, _ = graphbench(*asked, "--dry-run")
    assert "2 tasks, 2 to measure" in out
    assert "twin" not in out


def test_advice_without_a_network_is_given_once(graphbench, monkeypatch):
    monkeypatch.setattr(suitesparse, "COLLECTION", "http://127.0.0.1:9")
    _, _, err = graphbench("suite", "deck", "--datasets", "dblp-2010", "--datasets", "coAuthorsDBLP", "--no-twins",
                           "--algorithms", "wcc", "--engines", "igraph")  # fmt: skip
    assert err.count("could not be downloaded") == 2
    assert err.count("Set GRAPHBENCH_MIRROR") == 1
    _, _, err = graphbench("fetch", "dblp-2010", "coAuthorsDBLP")
    assert err.count("could not be downloaded") == 2
    assert err.count("Set GRAPHBENCH_MIRROR") == 1
    assert "needs no network: twin:coAuthorsDBLP" in err


def test_twins_are_used_only_on_request(graphbench, monkeypatch):
    def load(name, **_):
        raise FetchError(f"{name}: no network here")

    monkeypatch.setattr(datasets, "load", load, raising=False)
    asked = ("suite", "--datasets", "dblp-2010", "--algorithms", "wcc", "--engines", "igraph", "--trials", "1")
    code, _, err = graphbench(*asked)
    assert (code, "twin" in err) == (1, False)
    assert [each.outcome for each in stored()] == [Outcome.ERROR]


def test_deck_uses_twins_by_default_and_a_dry_run_says_so(graphbench):
    assert definition.read("deck").twins
    assert not definition.read("smoke").twins
    few = ("suite", "deck", "--datasets", "dblp-2010", "--algorithm", "wcc", "--dry-run")
    _, out, _ = graphbench(*few)
    assert "If a download fails, the synthetic twin is measured: twin:dblp-2010." in out
    _, out, _ = graphbench(*few, "--no-twins")
    assert "twin" not in out


def test_numbers_of_gpus_apply_to_multi_gpu_engines_only():
    suite = definition.merged(Suite(algorithms=["wcc"], engines=["igraph"], datasets=["ring"]), {"gpus": [1, 2, 2]})
    assert suite.gpus == [1, 2]
    assert len(prepared(suite).items) == 1
    with pytest.raises(UsageError, match="gpus takes a whole number from 1, or all, not 0"):
        definition.merged(suite, {"gpus": [0]})


def test_a_call_on_one_thread_is_one_task_whatever_numbers_of_threads_are_asked_for():
    suite = Suite(datasets=["karate"], algorithms=["bfs", "hits"], engines=["scipy"], threads=[1, 2])
    stored_records = StoredRecords([], suite, present())
    found = matrix.items(suite, [matrix.Graph.described("karate")], stored_records, past([]))
    assert [(item.task.algorithm, item.task.params.get("threads")) for item in found] == [
        ("bfs", None), ("hits", 1), ("hits", 2),
    ]  # fmt: skip
