"""`graphbench records`: what is listed, what is stale and why, what is exported."""

import csv
import io
import json

import pytest
from msgspec.structs import replace

import graphbench as gb
from graphbench import cli, registry
from graphbench.measure.staleness import Present, changes, is_current, present, revisions, stale
from graphbench.records.comparison import compare
from graphbench.records.lines import from_json, to_json
from graphbench.records.model import Outcome, Revisions, Trials
from graphbench.records.rules import Verdict
from graphbench.records.store import Store, load
from helpers.records import DBLP, bfs
from helpers.records import record as plain_record

ONE = Revisions(algorithm=1, engine=1, trials=1)
NOW = Present(
    machine="m1",
    version=lambda _: "3.4",
    revisions=lambda *_: ONE,
    checksum=lambda _: DBLP.sha256,
    file_checksum=lambda _: None,
)


GONE = "there is no louvain on networkx now (if a plugin has it, name that in GRAPHBENCH_PLUGINS)"


def now(**other):
    return Present(**({name: getattr(NOW, name) for name in Present.__dataclass_fields__} | other))


def record(engine="networkx", seconds=1.0, **changed):
    return plain_record(engine, seconds, **({"revisions": ONE} | changed))


@pytest.mark.parametrize(
    ("present_now", "expected"),
    [
        (NOW, []),
        (now(version=lambda _: "3.5"), ["networkx 3.4 is now 3.5"]),
        (now(version=lambda _: None), ["networkx 3.4 is not installed now"]),
        (now(revisions=lambda *_: replace(ONE, algorithm=2)), ["louvain revision 1 (now 2)"]),
        (now(revisions=lambda *_: replace(ONE, engine=2)), ["networkx revision 1 (now 2)"]),
        (now(revisions=lambda *_: replace(ONE, trials=3)), ["timing of trials revision 1 (now 3)"]),
        (now(revisions=lambda *_: None, version=lambda _: None), [GONE]),
        (now(checksum=lambda _: "00"), ["coAuthorsDBLP was another file"]),
        (now(checksum=lambda _: None), []),
        (now(checksum=lambda _: None, file_checksum=lambda _: DBLP.sha256), []),
        (now(checksum=lambda _: None, file_checksum=lambda _: "00"), ["coAuthorsDBLP was another file"]),
        (now(checksum=lambda _: None, file_checksum=lambda _: "00", machine="m2"), []),
        (now(machine="m2"), []),
        (now(machine="m2", version=lambda _: "3.5"), []),
        (now(machine="m2", revisions=lambda *_: replace(ONE, engine=2)), ["networkx revision 1 (now 2)"]),
    ],
)
def test_changes_since_a_record_make_it_stale(present_now, expected):
    assert changes(record(), present_now) == expected


def test_a_record_from_before_revisions_is_stale():
    assert changes(record(revisions=None), NOW) == ["it was measured before revisions of the code were recorded"]


def test_a_record_of_another_machine_is_not_stale_and_not_current_here():
    assert is_current(record(), NOW)
    assert not is_current(record(), now(version=lambda _: "3.5"))
    assert (changes(record(), now(machine="m2")), is_current(record(), now(machine="m2"))) == ([], False)


def test_a_task_that_never_ran_belongs_to_every_machine():
    assert is_current(record(environment=None, outcome=Outcome.UNSUPPORTED), now(machine="m2"))


def test_ratios_with_stale_records_are_refused():
    pair = [record(), record("igraph", 0.1)]
    (refused,) = compare(pair, stale=stale(pair, now(version=lambda engine: "3.5" if engine == "igraph" else "3.4")))
    assert refused.verdict is Verdict.REFUSED
    assert "igraph 3.4 is now 3.5" in refused.reasons[0]
    (like,) = compare(pair, stale=stale(pair, now(machine="m2")))
    assert like.verdict is Verdict.LIKE


def test_the_present_state_is_this_machine_and_its_libraries():
    here = present()
    assert here.version("networkx") == registry.engine("networkx").version()
    assert here.revisions("wcc", "igraph") == revisions(registry.algorithm("wcc"), registry.engine("igraph"))
    assert here.revisions("wcc", "gone") is here.version("gone") is here.checksum("gone") is None
    assert here.checksum("coAuthorsDBLP").startswith("e74e2319f100b514")


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "records.jsonl"
    with Store(path) as opened:
        opened.append(record())
        opened.append(record("igraph", 0.1, id="igraph-1", measured_at="2026-03-01T00:00:00+00:00"))
        opened.append(bfs(id="bfs-1", outcome=Outcome.TIMEOUT, reason="too | long"))
    return path


@pytest.fixture
def records(store, capsys):
    def run(*arguments):
        code = cli.invoke(["records", *map(str, arguments), "--store", str(store)])
        captured = capsys.readouterr()
        assert code == 0, captured.err
        return captured.out

    return run


def listed(text):
    return [row["id"] for row in csv.DictReader(io.StringIO(text))]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["networkx-1", "bfs-1", "igraph-1"]),
        (["--algorithm", "bfs"], ["bfs-1"]),
        (["--algorithms", "BFS,louvain", "--engine", "igraph"], ["igraph-1"]),
        (["--dataset", "coauthorsdblp", "--outcome", "timeout"], ["bfs-1"]),
        (["--dataset", "karate"], []),
        (["--since", "2026-02-01"], ["igraph-1"]),
        (["--since", "1h"], []),
        (["--machine", "m1"], ["networkx-1", "bfs-1", "igraph-1"]),
        (["--machine", "processor 9000"], ["networkx-1", "bfs-1", "igraph-1"]),
        (["--machine", "here"], []),
        (["--current"], []),
        (["--stale"], ["networkx-1", "bfs-1", "igraph-1"]),
    ],
)
def test_records_are_filtered(records, options, expected):
    assert listed(records("--format", "csv", *options)) == expected


def test_the_table_has_the_newest_last_and_counts_the_stale(records):
    lines = records().splitlines()
    assert "2026-03-01 00:00" in lines[3]
    assert "another machine" not in lines[3]
    assert lines[-1] == "3 records: 3 stale and 3 from other machines."
    assert records("--dataset", "nothing") == "No records.\n"


def test_the_list_is_available_as_json_and_csv(records):
    assert [row["outcome"] for row in json.loads(records("list", "--format", "json"))] == ["ok", "timeout", "ok"]
    markdown = records("--format", "markdown").splitlines()
    assert {line.count(" | ") for line in markdown} == {10}


def test_export_writes_the_stored_records(records, store, tmp_path):
    assert [from_json(line) for line in records("export").splitlines()] == list(Store(store).records())
    target = tmp_path / "out.jsonl"
    assert records("export", "--engine", "igraph", "--output", target) == ""
    assert [each.id for each in Store(target).records()] == ["igraph-1"]


def test_export_for_pytest_benchmark_has_ok_records_and_is_read_back(records, store, tmp_path):
    path = tmp_path / "saved.json"
    assert records("export", "--pytest-benchmark", "--output", path) == ""
    assert load([path]) == [each for each in Store(store).records() if each.outcome is Outcome.OK]
    assert listed(records("list", "--format", "csv", "--store", path)) == ["networkx-1", "bfs-1", "igraph-1"]


def test_export_for_pytest_benchmark_has_the_last_record_of_each_task(store, tmp_path, capsys):
    with Store(store) as opened:
        opened.append(record("igraph", 0.2, id="igraph-2", measured_at="2026-04-01T00:00:00+00:00"))
    path = tmp_path / "saved.json"
    assert cli.invoke(["records", "export", "--pytest-benchmark", "--store", str(store), "--output", str(path)]) == 0
    assert [each.id for each in load([path])] == ["networkx-1", "igraph-2"]
    assert capsys.readouterr().err.splitlines() == [
        "1 of 4 records left out: the task was measured again later.",
        "1 of 4 records left out: not ok, so no time to compare.",
    ]


def test_an_export_counts_the_trials_of_rounds_once(store, records, tmp_path, capsys):
    rounds = [record("scipy", n=6 * n, id=f"scipy-{n}", trials=Trials(rounds=[6] * n)) for n in (1, 2, 3)]
    with Store(store) as opened:
        for each in rounds:
            opened.append(each)
    rows = csv.DictReader(io.StringIO(records("export", "--engine", "scipy", "--format", "csv")))
    assert [(row["id"], row["calls"], row["rounds"]) for row in rows] == [("scipy-3", "18", "3")]
    assert [each.id for each in gb.records(store).records] == ["networkx-1", "igraph-1", "bfs-1", "scipy-3"]
    path = tmp_path / "saved.json"
    assert cli.invoke(["records", "export", "--pytest-benchmark", "--store", str(store), "--output", str(path)]) == 0
    assert [each.id for each in load([path])] == ["networkx-1", "igraph-1", "scipy-3"]
    assert "2 of 6 records left out: a later record has their rounds, too." in capsys.readouterr().err


def test_export_refuses_ratios_of_stale_records(records):
    found = json.loads(records("export", "--format", "json"))
    assert len(found["records"]) == 3
    (comparison,) = found["comparisons"]
    assert comparison["verdict"] == "refused"
    assert comparison["reasons"][0].startswith("stale: ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--outcome", "okay"], "Did you mean ok?"),
        (["--since", "yesterday"], "2026-01-31"),
        (["--store", "no"], "no does"),
        (["--pytest-benchmark"], "works with `export` only"),
        (["export", "--pytest-benchmark", "--format", "csv"], "works with `export` only"),
    ],
)
def test_wrong_usage_is_explained(arguments, expected, capsys):
    assert cli.invoke(["records", *arguments]) in {1, 2}
    assert expected in capsys.readouterr().err


def test_a_table_shows_the_newest_records_unless_all_are_asked_for(tmp_path, capsys):
    path = tmp_path / "many.jsonl"
    made = [record(id=f"{number:08x}", measured_at=f"2026-01-01T00:{number:02}:00+00:00") for number in range(52)]
    path.write_bytes(b"".join(to_json(one) + b"\n" for one in made))
    assert cli.invoke(["records", "--store", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "00000033" in shown
    assert "00000001" not in shown
    assert "50 records" in shown
    assert "2 older records not shown: pass --all, or filter." in shown
    assert cli.invoke(["records", "--store", str(path), "--all"]) == 0
    shown = capsys.readouterr().out
    assert "00000001" in shown
    assert "older" not in shown


def test_a_table_names_what_tells_the_records_of_one_engine_apart(tmp_path, capsys):
    path = tmp_path / "threads.jsonl"
    tasks = [replace(record("igraph").task, params={"threads": threads, "seed": 0}) for threads in (1, 2)]
    made = [record("igraph", id=f"igraph-{number}", task=task) for number, task in enumerate(tasks)]
    path.write_bytes(b"".join(to_json(one) + b"\n" for one in [*made, record()]))
    assert cli.invoke(["records", "--store", str(path)]) == 0
    shown = capsys.readouterr().out
    assert [shown.count(name) for name in ("igraph (threads 1)", "igraph (threads 2)", "seed")] == [1, 1, 0]
