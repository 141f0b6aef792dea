"""The digest of a large file is read from it once, and again whenever the file may have changed."""

import hashlib
import os

import pytest

from graphbench.graphs import file_digest
from graphbench.graphs.file_digest import remembered_sha256

SIZE = 1000


@pytest.fixture(autouse=True)
def worthwhile(monkeypatch):
    """Files of this size are large."""
    monkeypatch.setattr(file_digest, "_WORTHWHILE", SIZE)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_bytes(b"1" * SIZE)
    return path


@pytest.fixture
def left_alone(monkeypatch):
    """Files count as unchanged for long."""
    monkeypatch.setattr(file_digest, "_STEP_NS", -(10**12))


@pytest.fixture
def reads(monkeypatch):
    """The files that were read."""
    read = []

    def sha256(path):
        read.append(path)
        return hashlib.sha256(path.read_bytes()).hexdigest()

    monkeypatch.setattr(file_digest, "sha256", sha256)
    return read


def right(path):
    return remembered_sha256(path) == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.usefixtures("left_alone")
def test_an_unchanged_file_is_read_once(path, reads):
    assert all(right(path) for _ in range(3))
    assert reads == [path]


def test_a_file_that_changed_just_before_is_read_again(path, reads):
    assert right(path)
    assert right(path)
    assert len(reads) == 2


@pytest.mark.usefixtures("left_alone", "reads")
def test_a_file_of_the_same_size_and_time_is_read_again(path):
    before = path.stat()
    assert right(path)
    path.write_bytes(b"2" * SIZE)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert right(path)


@pytest.mark.usefixtures("left_alone")
@pytest.mark.parametrize("name", ["st_size", "st_mtime_ns", "st_ctime_ns", "st_ino", "st_dev"])
def test_any_difference_has_a_file_read_again(path, reads, monkeypatch, name):
    remembered_sha256(path)
    status = path.stat()
    values = {field: getattr(status, field) for field in dir(status) if field.startswith("st_")}

    class Status:
        def __init__(self):
            vars(self).update(values | {name: values[name] + 1})

    monkeypatch.setattr(type(path), "stat", lambda _path, **_: Status())
    remembered_sha256(path)
    assert len(reads) == 2


@pytest.mark.usefixtures("left_alone", "reads")
def test_a_damaged_note_is_not_believed(path, private_home):
    remembered_sha256(path)
    (note,) = (private_home / "digests").iterdir()
    whole = note.read_bytes()
    for at in range(len(whole)):
        note.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert right(path), at
    for length in range(len(whole)):
        note.write_bytes(whole[:length])
        assert right(path), length


@pytest.mark.usefixtures("left_alone")
def test_a_cache_that_cannot_be_written_only_takes_longer(path, reads, private_home):
    (private_home / "digests").write_text("in the way")
    assert right(path)
    assert right(path)
    assert len(reads) == 2


@pytest.mark.usefixtures("left_alone")
def test_small_files_leave_no_note(path, private_home):
    path.write_bytes(b"1" * (SIZE - 1))
    assert right(path)
    assert not (private_home / "digests").exists()
