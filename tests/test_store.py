"""The store: whole lines only, one writer, and nothing written is lost."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import msgspec
import numpy as np
import pytest

import helpers.records
from graphbench.cli import invoke
from graphbench.errors import StoreError
from graphbench.records import lines
from graphbench.records import store as store_module
from graphbench.records.lines import from_json, to_json
from graphbench.records.matching import newest
from graphbench.records.model import Outcome, Phases, Record, Task
from graphbench.records.store import Store, load
from graphbench.system import files as paths
from helpers.records import HERE


def record(number, **extra):
    return Record(
        id=f"r{number}",
        measured_at="2026-01-01T00:00:00+00:00",
        task=Task(algorithm="bfs", dataset="karate", engine="networkx", params={"sources": 64}),
        outcome=Outcome.OK,
        phases=Phases(call_s=[0.1 * max(number, 1)]),
        **extra,
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records.jsonl"


def test_records_come_back_in_order_and_equal(path):
    with Store(path) as store:
        for number in range(3):
            store.append(record(number))
    assert list(Store(path).records()) == [record(number) for number in range(3)]
    with Store(path) as store:
        store.append(record(3))
    assert [each.id for each in load([path])] == ["r0", "r1", "r2", "r3"]


def test_heads_lead_to_the_same_records(path):
    wrong = msgspec.structs.replace(record(3), measured_at="2038-01-01T00:00:00+00:00")
    path.write_bytes(b"".join(to_json(one) + b"\n" for one in (record(1), record(1), wrong, record(4))))
    whole = load([path])
    stored = store_module.load_heads([path])
    assert [one.record() for one in stored] == whole
    assert [(one.head.id, one.head.measured_at) for one in stored] == [(one.id, one.measured_at) for one in whole]


def test_a_line_of_which_only_the_head_is_a_record_is_refused_when_it_is_read(path):
    path.write_bytes(to_json(record(1)).replace(b'"call_s":[0.1]', b'"call_s":["long"]', 1) + b"\n")
    (stored,) = store_module.load_heads([path])
    with pytest.raises(StoreError, match="not a record"):
        stored.record()


def test_the_store_is_in_the_home_unless_named():
    with Store() as store:
        store.append(record(1))
    assert (paths.home() / "records.jsonl").read_bytes() == to_json(record(1)) + b"\n"


def test_a_store_that_was_never_written_is_empty_but_a_named_file_must_exist(path):
    assert list(Store(path).records()) == []
    with pytest.raises(StoreError, match="does not exist"):
        load([path])


def test_a_record_in_two_files_is_loaded_once(tmp_path):
    files = [tmp_path / name for name in ("a", "b")]
    for file in files:
        with Store(file) as store:
            store.append(record(1))
            store.append(record(2 if file.name == "a" else 3))
    assert [each.id for each in load(files)] == ["r1", "r2", "r3"]


def test_the_first_file_decides_between_copies_of_a_record(tmp_path):
    for name in ("a", "b"):
        with Store(tmp_path / name) as store:
            store.append(record(1, reason=name))
    assert [each.reason for each in load([tmp_path / "b", tmp_path / "a"])] == ["b"]


def test_numpy_numbers_become_json_numbers():
    made = from_json(to_json(record(1, answer={"a": np.float64(0.5), "b": np.int64(7), "c": np.float32(2)})))
    assert made.answer == {"a": 0.5, "b": 7, "c": 2.0}


FAULTS = [
    (b'{"schema": 99}', "schema 99.*newer"),
    (b'{"schema": 0}', "schema 0"),
    (b'{"id": "x"}', "has no schema"),
    (b'{"schema": 2, "id": "x"}', "measured_at"),
    (b"[1]", "not a record"),
    (b"\xff\xfe", "not a record"),
    (b"\0" * 5000, "not a record"),
    (b'{"schema": 2, "answer": ' + b"[" * 100_000, "not a record"),
    (b"9" * 5000, "not a record"),
    (b"x" * 3000, "longer than 2,000 bytes"),
]


def changed(field, value):
    """A record's line with another value: JSON knows more numbers than Python writes."""
    return to_json(record(1)).replace(field, field.split(b":")[0] + b":" + value)


IMPOSSIBLE = [
    changed(b'"call_s":[0.1]', b"[0.1,-0.2]"),
    changed(b'"call_s":[0.1]', b"[0]"),
    changed(b'"call_s":[0.1]', b"[1e300]"),
    changed(b'"call_s":[0.1]', b"[1e999]"),
    changed(b'"call_s":[0.1]', b"[null]"),
    changed(b'"first_s":null', b"-1"),
    changed(b'"build_s":null', b"-0.001"),
    changed(b'"start_s":null', b"1e10"),
    changed(b'"rounds":[]', b"[2]"),
    changed(b'"rounds":[]', b"[-1,2]"),
    changed(b'"measured_at":"2026-01-01T00:00:00+00:00"', b'"yesterday"'),
    changed(b'"measured_at":"2026-01-01T00:00:00+00:00"', b'"2026-01-01T00:00:00"'),
    changed(b'"measured_at":"2026-01-01T00:00:00+00:00"', b'"2026-01-01T00:00:00+09:00"'),
]


@pytest.mark.parametrize(("line", "says"), [*FAULTS, *((line, "not a record") for line in IMPOSSIBLE)])
def test_a_line_that_is_no_record_is_skipped_with_a_warning_and_a_way_on(path, monkeypatch, line, says):
    assert line != to_json(record(1))
    monkeypatch.setattr(lines, "MAX_LINE", 2_000 if line.startswith(b"x") else lines.MAX_LINE)
    path.write_bytes(to_json(record(1)) + b"\n" + line + b"\n" + to_json(record(2)) + b"\n")
    with pytest.raises(StoreError, match=rf"records\.jsonl, line 2: .*{says}.*records repair --store"):
        load([path], strict=True)
    with pytest.warns(UserWarning, match=rf"1 line skipped.*line 2: .*{says}.*records repair --store"):
        assert [each.id for each in load([path])] == ["r1", "r2"]
    assert Store(path).repair() == (1, path.with_name("records.jsonl.unreadable"))
    assert path.with_name("records.jsonl.unreadable").read_bytes() == line + b"\n"
    assert path.read_bytes() == to_json(record(1)) + b"\n" + to_json(record(2)) + b"\n"
    assert [each.id for each in load([path], strict=True)] == ["r1", "r2"]


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 10_000,
        "\ufeff".encode("utf-16") + to_json(record(1)).decode().encode("utf-16-le"),
        b"[" + to_json(record(1)) + b"]",
        b"[\n" + to_json(record(1)) + b",\n" + to_json(record(2)) + b"\n]\n",
        b" [\n" + to_json(record(1)) + b"\n]\n",
        b"time,engine\n1.0,scipy\n",
        b"\x89PNG\r\n\x1a\n",
        b"null",
        *(line + b"\n" for line in IMPOSSIBLE),
    ],
)
def test_a_file_without_any_record_is_no_store(path, content):
    if content.startswith(b"[\n"):
        content = content.replace(to_json(record(2)), b"{}")
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"line 1: .*not a record"):
        list(Store(path).records())


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 10_000,
        "\ufeff".encode("utf-16") + to_json(record(1)).decode().encode("utf-16-le"),
        b"[" + to_json(record(1)) + b"]\n",
        b"time,engine\n1.0,scipy\n2.0,igraph",
        b"\x1f\x8b\x08junk\njunk",
        to_json(record(1)) + b"\r" + to_json(record(2)) + b"\r",
        b'{\n "benchmarks": [],\n "version": "5"\n}',
        b"{\n",
    ],
)
def test_a_file_that_is_no_store_is_never_changed(path, content):
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"no store of records|graphbench"):
        Store(path).append(record(1))
    with pytest.raises(StoreError, match=r"no store of records|graphbench"):
        Store(path).repair()
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_a_pipe_a_folder_or_a_device_is_no_store(path, make):
    make(path)
    for attempt in (lambda: load([path]), lambda: Store(path).append(record(1)), lambda: Store(path).repair()):
        with pytest.raises(StoreError, match=r"not a file|[Ii]s a directory"):
            attempt()


def test_lines_of_windows_and_a_mark_before_the_first_one_are_read(path):
    path.write_bytes(b"\xef\xbb\xbf" + to_json(record(1)) + b"\r\n" + to_json(record(2)) + b"\r\n")
    with Store(path) as store:
        store.append(record(3))
    assert [each.id for each in load([path], strict=True)] == ["r1", "r2", "r3"]


def test_a_line_that_is_there_twice_counts_once(path):
    path.write_bytes((to_json(record(1)) + b"\n") * 2 + to_json(record(2)) + b"\n")
    assert [each.id for each in Store(path).records()] == ["r1", "r2"]


def test_half_a_line_before_a_whole_one_costs_both_and_no_other(path):
    path.write_bytes(
        to_json(record(1)) + b"\n" + to_json(record(2))[:200] + to_json(record(3)) + b"\n" + to_json(record(4))
    )
    with pytest.warns(UserWarning, match="1 line skipped, the first of them line 2"):
        assert [each.id for each in load([path])] == ["r1", "r4"]


def test_zeros_behind_the_last_line_are_a_torn_line(path):
    path.write_bytes(to_json(record(1)) + b"\n" + b"\0" * 4096)
    with pytest.warns(UserWarning, match=r"records\.jsonl was torn"), Store(path) as store:
        store.append(record(2))
    assert [each.id for each in load([path], strict=True)] == ["r1", "r2"]


def test_a_store_behind_a_link_is_repaired_in_its_own_folder(path, tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    path.symlink_to(real := tmp_path / "there" / "store")
    real.write_bytes(to_json(record(1)) + b"\n{}\n")
    copy, parts = store_module._copy, set()

    def seen(source, target, start, end):
        parts.add(Path(target.name).parent)
        copy(source, target, start, end)

    monkeypatch.setattr(store_module, "_copy", seen)
    assert Store(path).repair()[0] == 1
    assert (path.is_symlink(), real.read_bytes()) == (True, to_json(record(1)) + b"\n")
    assert parts == {tmp_path, real.parent}, "beside the link what was moved, beside the store its new content"


def test_a_disk_that_is_full_during_a_repair_costs_nothing(path, monkeypatch):
    path.write_bytes(content := to_json(record(1)) + b"\n{}\n")
    real = store_module._copy

    def full(source, target, start, end):
        if target.name.endswith(".part"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target, start, end)

    monkeypatch.setattr(store_module, "_copy", full)
    with pytest.raises(StoreError, match="No space left on device"):
        Store(path).repair()
    assert path.read_bytes() == content
    assert not path.with_name("records.jsonl.part").exists()


def test_a_lock_file_that_is_deleted_loses_no_line(path):
    with Store(path) as first:
        first.append(record(1))
        path.with_name("records.jsonl.lock").unlink()
        with Store(path) as second:
            second.append(record(2))
            first.append(record(3))
    assert [each.id for each in load([path], strict=True)] == ["r1", "r2", "r3"]


@pytest.mark.parametrize(
    "remove",
    [
        os.unlink,
        lambda path: path.with_name("edited").replace(path),
        lambda path: shutil.rmtree(path.parent),
    ],
    ids=["removed", "replaced by an editor", "its folder removed"],
)
def test_a_store_that_is_removed_while_it_is_written_loses_no_later_record(tmp_path, remove):
    path = tmp_path / "folder" / "records.jsonl"
    with Store(path) as store:
        store.append(record(1))
        path.with_name("edited").write_bytes(to_json(record(2)) + b"\n")
        remove(path)
        before = path.read_bytes() if path.exists() else b""
        store.append(record(3))
        store.append(record(4))
    assert path.read_bytes() == before + to_json(record(3)) + b"\n" + to_json(record(4)) + b"\n"


@pytest.mark.parametrize("content", [b"", b"\n", b" \n\r\n", b"\xef\xbb\xbf"])
def test_a_file_without_any_line_is_an_empty_store(path, content):
    path.write_bytes(content)
    assert list(Store(path).records()) == []


def test_several_lines_are_repaired_at_once_and_every_byte_is_kept(path):
    good = [to_json(record(number)) + b"\n" for number in range(4)]
    path.write_bytes(b"a\n" + good[0] + b"\xff\n\n" + good[1] + good[2] + b"{}\n" + good[3] + to_json(record(5))[:-9])
    path.chmod(0o640)
    with pytest.warns(UserWarning, match="torn"):
        assert Store(path).repair()[0] == 3
    assert path.read_bytes() == good[0] + b"\n" + b"".join(good[1:])
    assert path.with_name("records.jsonl.unreadable").read_bytes() == b"a\n\xff\n{}\n"
    assert path.with_name("records.jsonl.torn").read_bytes() == to_json(record(5))[:-9] + b"\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert Store(path).repair()[0] == 0


def test_the_command_repairs_a_store(path, capsys):
    path.write_bytes(b"{}\n" + to_json(record(1)) + b"\n")
    assert invoke(["records", "repair", "--store", str(path)]) == 0
    assert "1 line moved to" in capsys.readouterr().out
    assert invoke(["records", "repair", "--store", str(path)]) == 0
    assert "every line is a record" in capsys.readouterr().out
    assert invoke(["records", "repair", "--store", str(path.with_name("none"))]) == 2


def test_a_record_that_is_longer_than_a_line_may_be_is_not_written(path, monkeypatch):
    monkeypatch.setattr(store_module, "MAX_LINE", 1_000)
    with Store(path) as store:
        store.append(record(1))
        with pytest.raises(StoreError, match=r"at most 1,000"):
            store.append(record(2, reason="x" * 1_000))
    assert [each.id for each in load([path])] == ["r1"]


def test_a_clock_that_was_wrong_for_a_while_does_not_make_the_newest_record(path):
    when = ["2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z", "2026-01-01T00:05:00Z", "2026-01-01T00:06:00Z"]
    kept = [msgspec.structs.replace(record(number), measured_at=at) for number, at in enumerate(when)]
    path.write_bytes(b"".join(to_json(each) + b"\n" for each in kept))
    found = load([path])
    later = "2026-01-01T00:05:01Z"
    assert [each.measured_at for each in found] == [when[0], when[2], later, when[3]]
    assert [each.id for each in newest(found)] == ["r3"]
    path.write_bytes(b"".join(to_json(each) + b"\n" for each in kept[:3]))
    assert [each.id for each in newest(load([path]))] == ["r2"], "of equal times the last counts"


def test_a_clock_that_was_not_set_makes_neither_an_old_record_nor_older_ones_before_it(path):
    when = ["2026-01-01T00:00:00Z", "1970-01-01T00:01:00Z"]
    kept = [msgspec.structs.replace(record(number), measured_at=at) for number, at in enumerate(when)]
    path.write_bytes(b"".join(to_json(each) + b"\n" for each in kept))
    found = load([path])
    assert [each.measured_at for each in found] == [when[0], "2026-01-01T00:00:01Z"]
    assert [each.id for each in newest(found)] == ["r1"]
    path.write_bytes(to_json(kept[1]) + b"\n" + to_json(kept[0]) + b"\n")
    assert [each.measured_at for each in load([path])] == [when[1], when[0]]


def test_the_clocks_of_different_machines_have_nothing_to_do_with_each_other(path):
    there = msgspec.structs.replace(HERE, machine="m2")
    kept = [
        record(1, environment=HERE),
        msgspec.structs.replace(record(2, environment=there), measured_at="2025-01-01T00:00:00Z"),
    ]
    path.write_bytes(b"".join(to_json(each) + b"\n" for each in kept))
    assert load([path]) == kept


def test_a_torn_last_line_is_set_aside_with_a_warning(path):
    whole, torn = to_json(record(1)) + b"\n", to_json(record(2))[:-20]
    path.write_bytes(whole + torn)
    with pytest.warns(UserWarning, match="line 2: torn"):
        assert list(Store(path).records()) == [record(1)]
    with pytest.warns(UserWarning, match=r"moved to .*\.torn"), Store(path) as store:
        store.append(record(3))
    assert path.read_bytes() == whole + to_json(record(3)) + b"\n"
    assert path.with_name("records.jsonl.torn").read_bytes() == torn + b"\n"


@pytest.mark.parametrize("size", [1, 5, 9, 10, 11, 500])
def test_a_file_of_a_part_of_a_record_is_torn(path, size):
    path.write_bytes(to_json(record(1))[:size])
    with pytest.warns(UserWarning, match="line 1: torn"):
        assert list(Store(path).records()) == []


@pytest.mark.parametrize("line", [b'{"name": "a graph", "nodes": [', b'{"schema":1}', b"{'schema':1"])
def test_a_file_of_a_part_of_something_else_is_no_store(path, line):
    path.write_bytes(line)
    with pytest.raises(StoreError, match="line 1: "):
        list(Store(path).records())


def test_a_torn_line_longer_than_a_block_is_set_aside(path):
    path.write_bytes(b'{"schema":1,"id":"' + b"x" * 200_000)
    with pytest.warns(UserWarning, match="torn"), Store(path) as store:
        store.append(record(1))
    assert [each.id for each in load([path])] == ["r1"]


def test_a_last_record_without_its_line_end_is_kept(path):
    path.write_bytes(to_json(record(1)))
    assert [each.id for each in load([path])] == ["r1"]
    with Store(path) as store:
        store.append(record(2))
    assert [each.id for each in load([path])] == ["r1", "r2"]


def test_the_lock_ends_with_a_killed_process(path):
    script = (
        "import os, signal, sys; from graphbench.records.store import Store\n"
        "Store(sys.argv[1]).open(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", script, path], check=False, env=env)
    assert killed.returncode == -signal.SIGKILL
    with Store(path) as store:
        store.append(record(1))
    assert list(Store(path).records()) == [record(1)]


def test_a_second_writer_is_refused_with_the_pid_of_the_first(path):
    with Store(path) as store:
        store.append(record(1))
        script = (
            "import sys; from graphbench.records.store import Store; from graphbench.errors import StoreError\n"
            "try: Store(sys.argv[1]).open()\n"
            "except StoreError as error: print(error)"
        )
        env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        second = subprocess.run(
            [sys.executable, "-c", script, path], capture_output=True, text=True, check=True, env=env
        )
        assert f"(pid {os.getpid()}) is writing" in second.stdout
        assert "--store FILE" in second.stdout
        assert list(Store(path).records()) == [record(1)], "reading needs no lock"
    with Store(path) as store:
        store.append(record(2))


def test_a_writer_waits_briefly_for_another(path):
    first = Store(path)
    first.append(record(1))
    done = threading.Timer(0.1, first.close)
    done.start()
    with Store(path) as second:
        second.append(record(2))
    done.join()
    assert [each.id for each in load([path])] == ["r1", "r2"]


def test_a_full_disk_leaves_no_torn_line_and_says_what_to_do(path, monkeypatch):
    with Store(path) as store:
        store.append(record(1))

        def full(_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(StoreError, match=r"No space left on device.*--store FILE"):
                store.append(record(2))
        store.append(record(3))
    assert [each.id for each in load([path])] == ["r1", "r3"]


def test_a_record_that_fits_only_in_part_is_not_written(path):
    script = (
        "import resource, sys, test_store as t\n"
        "with t.Store(sys.argv[1]) as store:\n"
        "    store.append(t.record(1))\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (len(t.to_json(t.record(1))) + 100,) * 2)\n"
        "    try: store.append(t.record(2))\n"
        "    except t.StoreError as error: print(error)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    run = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True, env=env)
    assert "No space left on device" in run.stdout
    assert path.read_bytes() == to_json(record(1)) + b"\n"


def test_a_circle_of_links_is_an_error(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(StoreError, match=r"cannot be written to .*loop"):
        Store(tmp_path / "loop").append(record(1))


def test_a_folder_that_cannot_be_created_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="GRAPHBENCH_HOME"):
        Store(tmp_path / "file" / "records.jsonl").open()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        Store(tmp_path / "records.jsonl").append(record(1))


def test_every_field_survives_a_round_trip(path):
    filled = msgspec.structs.replace(record(1), warnings=["a"], adapter={"threshold": None}, reason="ü\n")
    with Store(path) as store:
        store.append(filled)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(Store(path).records()) == [filled]


def test_links_to_a_store_share_its_lock(tmp_path):
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "records.jsonl")
    with Store(tmp_path / "records.jsonl") as opened:
        opened.open()
        with pytest.raises(StoreError, match="is writing to"):
            Store(tmp_path / "link.jsonl").open()


def test_all_users_of_a_shared_store_can_lock_it(tmp_path):
    before = os.umask(0o077)
    try:
        with Store(tmp_path / "records.jsonl") as opened:
            opened.open()
    finally:
        os.umask(before)
    assert (tmp_path / "records.jsonl.lock").stat().st_mode & 0o777 == 0o666


def test_recent_records_are_those_of_the_work_at_the_end_of_a_store(path):
    work = [("bfs", "igraph"), ("wcc", "igraph"), ("bfs", "scipy")] * 4
    kept = [
        helpers.records.record(id=f"{number}", task=Task(algorithm, "karate", engine, {}))
        for number, (algorithm, engine) in enumerate(work)
    ]
    written = [to_json(one) + b"\n" for one in kept]
    path.write_bytes(b"".join(written) + b'{"torn": "bfs", "igraph"')
    wanted = [one for one in kept if (one.task.algorithm, one.task.engine) == ("bfs", "igraph")]
    assert Store(path).recent({"bfs"}, {"igraph"}) == wanted
    end = sum(map(len, written[6:])) + 24
    assert lines.recent(path, {"bfs"}, {"igraph"}, limit=end) == wanted[2:]
    assert lines.recent(path, {"bfs"}, {"igraph"}, limit=end - 1) == wanted[3:]
    assert lines.recent(path.with_name("none"), {"bfs"}, {"igraph"}) == []
