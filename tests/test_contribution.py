"""Contributed records: every committed one passes, each fault is named with its line, and records name nobody."""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import graphbench
from graphbench.cli import invoke
from graphbench.engines.base import Engine
from graphbench.measure.contribution import check
from graphbench.measure.record import public
from graphbench.measure.staleness import present
from graphbench.records.store import load
from graphbench.system import privacy
from helpers.records import record, replace

COMMITTED = sorted((Path(graphbench.__file__).parents[1] / "reports/records").glob("*.jsonl"))
MODEL = next(path for path in COMMITTED if path.name == "2026-11-30-h200-published.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_every_committed_record_can_be_contributed(path):
    assert check(path, present()).faults == []


def changed(path, value, *, line=0):
    """A record of the model file with one field, `a.b.c`, set to a value."""
    made = json.loads(MODEL.splitlines()[line])
    *folders, name = path.split(".")
    inner = made
    for folder in folders:
        inner = inner[folder]
    inner[name] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("schema", 99, "a record of schema 99"),
        ("measured_at", "2026-01-01T00:00:00", "expected a time in UTC"),
        ("measured_at", "2999-01-01T00:00:00+00:00", "in the future"),
        ("measured_at", "1970-01-01T00:00:00+00:00", "before graphbench"),
        ("task.engine", "mine", "Others cannot measure it again"),
        ("task.algorithm", "sorting", "Others cannot measure it again"),
        ("device", "cpu", "computes on the gpu"),
        ("revisions", None, "no revisions of the measuring code"),
        ("revisions.trials", 99, "newer code than this one (trials)"),
        ("dataset.sha256", "ab" * 32, "is not the catalogue's file"),
        ("dataset.num_entries", 5, "have 1,218,132 entries, not 5"),
        ("posed.num_entries", 5, "have 1,218,132 entries, not 5"),
        ("dataset.num_isolated", 10**9, "isolated vertices"),
        ("environment", None, "it ran, and has no environment"),
        ("environment.engine_version", None, "the environment has no engine_version"),
        ("environment.gpus", [], "the environment has no gpus"),
        ("environment.command", "", "the environment has no command"),
        ("environment.cores", 0, "are no machine"),
        ("memory.host_peak_bytes", 1 << 50, "a host peak of"),
        ("memory.device_peak_bytes", 1 << 50, "a device peak of"),
        ("certificate", None, "no valid certificate"),
        ("certificate.valid", False, "no valid certificate"),
        ("certificate.checked", 0, "no valid certificate"),
        ("phases.first_s", None, "it has no first_s"),
        ("phases.first_s", -1.0, "Expected `float` > 0"),
        ("trials.certified", [10**6], "it certified trials"),
        ("worker.stderr_tail", "/home/jane/x.py", "'/home/jane'"),
        ("reason", "ask jane@example.org", "'jane@example.org'"),
        ("reason", "no answer of tcp://192.168.0.7", "'192.168.0.7'"),
        ("reason", "no answer of 10.0.0.7:8786", "'10.0.0.7'"),
    ],
)
def test_each_fault_is_named_with_its_line(tmp_path, capsys, path, value, said):
    line = 0 if json.loads(MODEL.splitlines()[0])["device"] == "gpu" else 1
    file = tmp_path / "mine.jsonl"
    file.write_text(f"\n{json.dumps(changed(path, value, line=line))}\n", encoding="utf-8")
    assert invoke(["records", "check", str(file)]) == 1
    shown = capsys.readouterr().out
    assert f"{file}:2: " in shown
    assert said in shown
    assert ": faulty.\n" in shown


@pytest.mark.parametrize("plugins", ["my_plugin", "no_such_plugin"])
def test_the_check_knows_no_plugins(tmp_path, capsys, monkeypatch, plugins):
    class Mine(Engine):
        name = "mine"

    monkeypatch.setitem(sys.modules, "my_plugin", SimpleNamespace(engine=Mine()))
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", plugins)
    file = tmp_path / "mine.jsonl"
    made = [changed("task.engine", "mine"), json.loads(MODEL.splitlines()[1])]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in made), encoding="utf-8")
    assert invoke(["records", "check", str(file)]) == 1
    shown = capsys.readouterr().out
    assert f"{file}:1: No engine is called 'mine'." in shown
    assert f"{file}: 1 fault in 2 records: faulty.\n" in shown
    assert os.environ["GRAPHBENCH_PLUGINS"] == plugins


def test_records_of_earlier_rules_are_said_to_be_left_out_of_boards(tmp_path, capsys):
    file = tmp_path / "mine.jsonl"
    made = [changed("superseded", True), changed("superseded", False, line=1)]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in made), encoding="utf-8")
    assert invoke(["records", "check", str(file)]) == 0
    said = "2 records; 1 of earlier rules, which a board leaves out (checked for privacy only): can be contributed."
    assert capsys.readouterr().out == f"{file}: {said}\n"


def test_versions_of_four_numbers_name_no_machine():
    assert privacy.personal('"curand":"10.3.9.90","x":"10.2.89"') == []


def test_a_graph_of_ones_own_cannot_be_repeated_and_an_address_can(tmp_path):
    file = tmp_path / "mine.jsonl"
    made = changed("dataset.name", "mine.csv")
    for source, faults in (("mine.csv", 1), ("https://example.org/mine.csv", 0)):
        made["dataset"]["source"] = source
        file.write_text(json.dumps(made), encoding="utf-8")
        assert len(check(file, present()).faults) == faults


def test_qualities_and_cpu_times_must_be_possible(tmp_path):
    file = tmp_path / "mine.jsonl"
    (louvain, *_) = [line for line in MODEL.splitlines() if '"algorithm":"louvain"' in line]
    made = json.loads(louvain)
    made["trials"]["quality"][0] = 1.5
    file.write_text(json.dumps(made), encoding="utf-8")
    assert "a modularity is outside of -0.5 to 1" in str(check(file, present()).faults)
    made["trials"]["quality"].append(0.5)
    file.write_text(json.dumps(made), encoding="utf-8")
    assert "quality for" in str(check(file, present()).faults)


def test_a_record_twice_an_empty_file_and_a_file_of_something_else_are_faults(tmp_path, capsys):
    file = tmp_path / "mine.jsonl"
    first = MODEL.splitlines()[0]
    for text, said in (
        (f"{first}\n{first}\n", ":2: the record of line 1 once more"),
        ("", ":1: the file has no record"),
        ("hello\n", ":1: not a record of graphbench"),
    ):
        file.write_text(text, encoding="utf-8")
        assert invoke(["records", "check", str(file)]) == 1
        assert said in capsys.readouterr().out
    file.write_text(first, encoding="utf-8")
    assert invoke(["records", "check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: 1 record: can be contributed.\n"
    assert invoke(["records", "check", str(tmp_path / "none")]) == 1


@pytest.fixture
def somewhere(monkeypatch, tmp_path):
    """A user `jane_doe` with a home folder, who works in a folder of it on a machine with a name."""
    own = tmp_path / "jane_doe"
    (own / "folder").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(own))
    monkeypatch.setenv("GRAPHBENCH_HOME", str(own / "cache"))
    monkeypatch.setattr("getpass.getuser", lambda: "jane_doe")
    monkeypatch.setattr("platform.node", lambda: "titan7.example.org")
    monkeypatch.chdir(own / "folder")
    return own


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("graphbench bfs {0}/folder/g.csv --store={0}/folder/s.jsonl", "graphbench bfs g.csv --store=s.jsonl"),
        ("graphbench bfs '{0}/my graphs/g.csv'", "graphbench bfs '~/my graphs/g.csv'"),
        ("{0}/cache/answers/1.npy", "$GRAPHBENCH_HOME/answers/1.npy"),
        ('File "{0}/env/lib/python3.12/site-packages/cudf/core.py"', 'File "cudf/core.py"'),
        ("/home/other/x and /Users/Other/y and C:\\Users\\other\\z", "~/x and ~/y and ~\\z"),
        ("/scratch/jane_doe/g.csv", "/scratch/USER/g.csv"),
        ("/root", "~"),
        (
            "/data/home/x /rooted karate https://example.org/home/x",
            "/data/home/x /rooted karate https://example.org/home/x",
        ),
        ("rmat:scale=20", "rmat:scale=20"),
    ],
)
def test_paths_are_written_as_others_may_read_them(somewhere, text, expected):
    found = privacy.scrubbed(text.format(somewhere))
    assert found == expected
    assert privacy.personal(found) == []


@pytest.mark.usefixtures("somewhere")
def test_the_folder_of_the_package_is_not_in_tracebacks():
    assert privacy.scrubbed(f'File "{privacy.__file__}"') == 'File "graphbench/system/privacy.py"'


@pytest.mark.usefixtures("somewhere")
def test_the_name_of_the_machine_goes_but_not_from_commands(monkeypatch):
    assert (
        privacy.without_host("tcp://titan7:8786 and titan7.example.org, titan70") == "tcp://HOST:8786 and HOST, titan70"
    )
    monkeypatch.setattr("platform.node", lambda: "vm")
    assert privacy.without_host("vm.overcommit_memory") == "vm.overcommit_memory"


def test_every_text_of_a_record_is_scrubbed(somewhere):
    path = f"{somewhere}/data/x of titan7"
    made = replace(record(), reason=path, warnings=[path], certificate__detail=path, worker__stderr_tail=path,
                   environment__command=path, dataset__source=path)  # fmt: skip
    found = public(made)
    texts = [found.reason, *found.warnings, found.certificate.detail, found.worker.stderr_tail]
    assert [*texts, found.environment.command, found.dataset.source] == [
        *["~/data/x of HOST"] * 2, "~/data/x of titan7", "~/data/x of HOST", *["~/data/x of titan7"] * 2,
    ]  # fmt: skip


def test_a_measured_record_and_an_exported_one_name_nobody(somewhere, capsys):
    (somewhere / "g.csv").write_text("a,b\n1,2\n2,3\n", encoding="utf-8")
    options = ["--engine", "scipy", "--baseline", "scipy", "--trials", "2", "--store", str(somewhere / "s.jsonl")]
    assert invoke(["wcc", str(somewhere / "g.csv"), *options]) == 0
    (found,) = load([somewhere / "s.jsonl"])
    assert found.dataset.source == "~/g.csv"
    assert "jane_doe" not in (somewhere / "s.jsonl").read_text(encoding="utf-8")
    old = somewhere / "old.jsonl"
    old.write_text(json.dumps(changed("reason", f"{somewhere}/folder/x")), encoding="utf-8")
    capsys.readouterr()
    assert invoke(["records", "export", str(old)]) == 0
    assert json.loads(capsys.readouterr().out)["reason"] == "x"
