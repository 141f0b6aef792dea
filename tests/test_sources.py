"""Paths that are no regular files, and files that change: read once, or refused at once."""

import contextlib
import os
import shutil
import socket
import threading
from types import SimpleNamespace

import pytest

from graphbench import graphs
from graphbench.errors import DatasetError, FormatError
from graphbench.graphs import formats, loading
from graphbench.graphs.formats import sources

EDGES = b"source,target\n1,2\n2,3\n"


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    return path


def written(pipe, data):
    def write():
        with contextlib.suppress(BrokenPipeError):
            pipe.write_bytes(data)

    threading.Thread(target=write, daemon=True).start()


def test_a_graph_is_loaded_from_a_pipe(pipe):
    written(pipe, EDGES)
    found = graphs.load(pipe)
    assert (found.info.name, found.info.num_edges, found.info.source) == ("pipe.csv", 2, str(pipe))


def test_a_graph_is_loaded_from_a_shells_substitution():
    reading, writing = os.pipe()
    os.write(writing, EDGES)
    os.close(writing)
    assert graphs.load(f"/dev/fd/{reading}").info.num_edges == 2
    os.close(reading)


@pytest.mark.parametrize("load", [graphs.load, formats.read])
def test_a_pipe_without_a_writer_is_given_up(pipe, monkeypatch, load):
    monkeypatch.setattr(sources, "WRITER_S", 0.05)
    with pytest.raises(FormatError, match=r"pipe\.csv: is a pipe that nobody has written to"):
        load(pipe)


def test_a_pipe_without_an_end_leaves_space_on_the_disk(pipe, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=0))
    written(pipe, b"1,2\n" * 100_000)
    with pytest.raises(FormatError, match=r"is longer than .* bytes, which fill"):
        graphs.load(pipe)


@pytest.mark.parametrize("load", [graphs.load, formats.read])
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/urandom"])
def test_a_device_is_refused(load, device):
    with pytest.raises(FormatError, match=f"{device}: is a device or a socket; expected a file or a pipe"):
        load(device)


def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("graph.csv")
        with pytest.raises(FormatError, match="is a device or a socket"):
            graphs.load("graph.csv")


@pytest.mark.parametrize("head", [b"", EDGES])
def test_a_file_that_is_a_hole_is_refused_before_it_is_read(tmp_path, head):
    path = tmp_path / "sparse.csv"
    path.write_bytes(head)
    os.truncate(path, 1 << 40)
    with pytest.raises(FormatError, match=r"sparse\.csv: has 1,099,511,627,776 bytes, but only [0-9,]+ were written"):
        graphs.load(path)


def test_a_link_to_itself_is_refused(tmp_path):
    path = tmp_path / "loop.csv"
    path.symlink_to(path)
    with pytest.raises(DatasetError, match=r"loop\.csv"):
        graphs.load(path)


def growing(path, monkeypatch, add):
    """Something writes to the file after its checksum was taken."""
    checksum = loading.remembered_sha256

    def then_add(file):
        found = checksum(file)
        with path.open("ab") as more:
            more.write(add)
        return found

    monkeypatch.setattr(loading, "remembered_sha256", then_add)


@pytest.mark.parametrize("add", [b"3,4\n", b"3,", b"x"])
def test_a_file_that_grows_is_not_cached_under_the_checksum_of_its_beginning(tmp_path, monkeypatch, add):
    path = tmp_path / "growing.csv"
    path.write_bytes(EDGES)
    with monkeypatch.context() as patched:
        growing(path, patched, add)
        with pytest.raises(FormatError, match=r"growing\.csv: changed while it was read. Try again"):
            graphs.load(path)
    path.write_bytes(EDGES)
    assert graphs.load(path).info.num_edges == 2


def test_one_of_several_files_that_changes_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "g.v").write_bytes(b"1\n2\n3\n")
    path = tmp_path / "g.e"
    path.write_bytes(b"1 2\n2 3\n")
    growing(tmp_path / "g.v", monkeypatch, b"4\n")
    with pytest.raises(FormatError, match="changed while it was read"):
        graphs.load(path)
