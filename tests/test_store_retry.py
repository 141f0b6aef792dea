"""Storing records while they are measured: a store that cannot be written for a while loses nothing."""

import errno
import os
import signal
import warnings

import pytest

from graphbench.cli import invoke
from graphbench.errors import StoreError
from graphbench.records.store import Store
from test_store import record


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records.jsonl"


def ids(path):
    return [each.id for each in Store(path).records()]


def test_records_are_written_at_once_and_the_store_stays_locked(path):
    with Store(path, strict=False) as store:
        store.keep(record(1))
        assert ids(path) == ["r1"]
        with pytest.raises(StoreError, match=f"pid {os.getpid()}"):
            Store(path).open()
    with Store(path) as store:
        store.append(record(2))
    assert ids(path) == ["r1", "r2"]


def test_records_survive_a_disk_that_is_full_for_a_while(path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with Store(path, strict=False) as store:
            store.keep(record(1))
            with monkeypatch.context() as patched:
                patched.setattr(os, "fsync", full)
                store.keep(record(2))
                store.keep(record(3))
            assert ids(path) == ["r1"]
            store.keep(record(4))
    assert ids(path) == ["r1", "r2", "r3", "r4"]
    assert len(told) == 1
    assert "No space left" in str(told[0].message)


def test_ctrl_c_waits_until_a_record_is_written(path, monkeypatch):
    sync = os.fsync

    def interrupted(descriptor):
        signal.raise_signal(signal.SIGINT)
        sync(descriptor)

    handler = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt), Store(path, strict=False) as store:
        store.keep(record(1))
    assert ids(path) == ["r1"]
    assert signal.getsignal(signal.SIGINT) is handler


def test_records_that_were_never_written_are_counted_in_a_warning(path, monkeypatch):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with Store(path, strict=False) as store:
            monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error")))
            store.keep(record(1))
            store.keep(record(2))
    assert "2 records were not stored" in str(told[-1].message)


def test_another_writer_is_a_warning_or_an_error_if_strict(path):
    with Store(path) as first:
        first.append(record(1))
        with pytest.raises(StoreError, match=f"pid {os.getpid()}"), Store(path):
            pass
        second = Store(path, strict=False)
        with pytest.warns(UserWarning, match=f"pid {os.getpid()}"):
            second.__enter__()
    second.keep(record(2))
    second.__exit__()
    assert ids(path) == ["r1", "r2"], "it was free again before the end"


@pytest.mark.parametrize("place", ["folder", "under a file"])
def test_a_named_store_that_cannot_be_written_ends_a_run_at_once(tmp_path, capsys, place):
    (tmp_path / "file").touch()
    store = tmp_path if place == "folder" else tmp_path / "file" / "records.jsonl"
    for command in (["wcc", "karate", "--engine", "scipy"], ["suite", "smoke", "--engines", "scipy"]):
        assert invoke([*command, "--store", str(store)]) != 0
        shown = capsys.readouterr()
        assert shown.out == ""


def test_a_named_store_that_fills_up_during_a_run_shows_the_result_and_exits_with_1(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    command = ["wcc", "karate", "--engine", "scipy", "--baseline", "scipy", "--trials", "1"]
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert invoke([*command, "--store", str(tmp_path / "records.jsonl")]) == 1
    shown = capsys.readouterr()
    assert "scipy" in shown.out
    assert "1 record could not be written" in shown.err
    assert "No space left" in shown.err
