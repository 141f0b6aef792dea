"""The store: whole lines only, one writer, and nothing written is lost."""

import errno
import os
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import msgspec
import numpy as np
import pytest

from graphbench.errors import StoreError
from graphbench.records.model import Outcome, Phases, Record, Task
from graphbench.records.store import Store, from_json, load, to_json
from graphbench.system import files as paths


def record(number, **extra):
    return Record(
        id=f"r{number}",
        measured_at="2026-01-01T00:00:00+00:00",
        task=Task(algorithm="bfs", dataset="karate", engine="networkx", params={"sources": 64}),
        outcome=Outcome.OK,
        phases=Phases(call_s=[0.1 * number]),
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


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"schema": 99}', "schema 99.*newer"),
        (b'{"schema": 0}', "schema 0"),
        (b'{"id": "x"}', "has no schema"),
        (b'{"schema": 2, "id": "x"}', "measured_at"),
        (b"[1]", "not a record"),
        (b"\xff\xfe", "not a record"),
    ],
)
def test_invalid_lines_are_reported_with_file_and_line(path, line, says):
    path.write_bytes(to_json(record(1)) + b"\n" + line + b"\n" + to_json(record(2)) + b"\n")
    with pytest.raises(StoreError, match=rf"records\.jsonl, line 2: .*{says}"):
        load([path])


def test_a_torn_last_line_is_set_aside_with_a_warning(path):
    whole, torn = to_json(record(1)) + b"\n", to_json(record(2))[:-20]
    path.write_bytes(whole + torn)
    with pytest.warns(UserWarning, match="line 2: torn"):
        assert list(Store(path).records()) == [record(1)]
    with pytest.warns(UserWarning, match=r"moved to .*\.torn"), Store(path) as store:
        store.append(record(3))
    assert path.read_bytes() == whole + to_json(record(3)) + b"\n"
    assert path.with_name("records.jsonl.torn").read_bytes() == torn + b"\n"


def test_a_torn_line_longer_than_a_block_is_set_aside(path):
    path.write_bytes(b"{" + b"x" * 200_000)
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
