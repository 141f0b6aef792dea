"""Downloads arrive complete or not at all, whatever the network does."""

import errno
import hashlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from graphbench import graphs
from graphbench.errors import ChecksumError, DatasetError, FetchError, UnknownNameError, UsageError
from graphbench.graphs import checksums, download, suitesparse
from helpers.damage import flip, in_place
from helpers.suitesparse_server import archive, index, serving

BODY = bytes(range(256)) * 4000  # A megabyte, of which every piece is known by its place.
SUM = hashlib.sha256(BODY).hexdigest()
TRIANGLE = "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 3\n2 1\n3 1\n3 2\n"
LINE = "Test,triangle,3,3,6,1,1,0,0,1,1,undirected graph,6"


@pytest.fixture(autouse=True)
def no_waiting_and_no_network(monkeypatch):
    monkeypatch.setattr(download, "BACKOFF_S", 0)
    monkeypatch.setattr(suitesparse, "COLLECTION", "http://127.0.0.1:9")  # nobody listens there


@pytest.fixture
def server():
    with serving() as running:
        running.files["/file"] = BODY
        yield running


@pytest.fixture
def collection(server, monkeypatch):
    server.files["/MM/Test/triangle.tar.gz"] = archive("triangle", TRIANGLE)
    server.files["/files/ssstats.csv"] = index(LINE)
    monkeypatch.setattr(suitesparse, "COLLECTION", server.address)
    return server


def folder_of(path):
    return sorted(each.name for each in path.parent.iterdir())


def get(server, path, **options):
    download.download(path, [f"{server.address}/file"], **options)
    return path.read_bytes()


# One address


def test_file_arrives_with_progress_and_leaves_nothing_else(server, tmp_path):
    seen = []
    path = tmp_path / "deep" / "file"
    assert get(server, path, expected=SUM, progress=lambda done, total: seen.append((done, total))) == BODY
    assert folder_of(path) == ["file"]
    assert seen[-1] == (len(BODY), len(BODY))
    assert seen == sorted(seen)
    assert len(seen) > 3


def test_redirect_is_followed_to_another_host(server, tmp_path):
    with serving() as other:
        other.files["/elsewhere"] = BODY
        server.misdeeds.append(f"{other.address}/elsewhere")
        assert get(server, tmp_path / "file", expected=SUM) == BODY


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_temporary_errors_are_retried(server, tmp_path, status):
    server.misdeeds += [status, status]
    assert get(server, tmp_path / "file", expected=SUM) == BODY
    assert len(server.requests) == 3


def test_retries_of_a_failing_server_end(server, tmp_path):
    server.misdeeds += [500] * 20
    with pytest.raises(FetchError, match=r"/file: HTTP 500 .*, 4 times"):
        get(server, tmp_path / "file", expected=SUM)
    assert len(server.requests) == download.MAX_ATTEMPTS
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_missing_file_is_not_retried(server, tmp_path, status):
    server.misdeeds.append(status)
    with pytest.raises(FetchError, match=f"HTTP {status}"):
        get(server, tmp_path / "file", expected=SUM)
    assert len(server.requests) == 1


def test_silent_server_times_out(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT_S", (1, 0.05))
    server.gate = threading.Event()
    with pytest.raises(FetchError, match="timed out"):
        get(server, tmp_path / "file", expected=SUM)
    server.gate.set()


def test_refused_connection_is_reported_at_once(tmp_path):
    with pytest.raises(
        FetchError,
        match=r"(?s)file could not be downloaded.*127.0.0.1:9/file: cannot connect\n.*GRAPHBENCH_MIRROR",
    ):
        download.download(tmp_path / "file", ["http://127.0.0.1:9/file"])


# Continuing


def test_a_truncated_download_is_resumed(server, tmp_path):
    server.misdeeds += [(300_000,), (300_000,)]
    assert get(server, tmp_path / "file", expected=SUM) == BODY
    offsets = [0 if span is None else int(span[6:-1]) for _, span in server.requests]
    assert offsets[0] == 0 < offsets[1] < offsets[2]


def test_a_truncated_download_without_checksum_is_resumed(server, tmp_path):
    server.misdeeds.append((300_000,))
    assert get(server, tmp_path / "file") == BODY


def test_a_download_that_advances_may_break_often(server, tmp_path):
    server.misdeeds += [(150_000,)] * 6
    assert get(server, tmp_path / "file", expected=SUM) == BODY


def test_a_download_restarts_if_the_server_ignores_ranges(server, tmp_path):
    server.ranges = False
    server.misdeeds.append((300_000,))
    assert get(server, tmp_path / "file", expected=SUM) == BODY


def test_a_server_that_always_truncates_is_given_up(server, tmp_path):
    server.ranges = False
    server.misdeeds += [(300_000,)] * 20
    with pytest.raises(FetchError, match="4 times"):
        get(server, tmp_path / "file", expected=SUM)
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("etags", [True, False])
def test_a_file_that_changes_on_the_server_is_not_mixed(server, tmp_path, etags):
    server.etags = etags
    server.misdeeds.append((300_000,))
    other = BODY[::-1] + b"longer"

    def change(_done, _total):
        server.files["/file"] = other

    assert get(server, tmp_path / "file", progress=change) == other


def test_resumed_download_does_not_mix_files_of_one_size(server, tmp_path):
    server.misdeeds.append((300_000,))
    other = BODY[::-1]

    def change(_done, _total):
        server.files["/file"] = other

    assert get(server, tmp_path / "file", progress=change) == other


def test_an_interrupted_download_is_resumed_by_the_next_run(server, tmp_path):
    def interrupt(done, _total):
        if done > 400_000:
            raise KeyboardInterrupt

    path = tmp_path / "file"
    with pytest.raises(KeyboardInterrupt):
        get(server, path, expected=SUM, progress=interrupt)
    assert folder_of(path) == [".file.part"]
    assert get(server, path, expected=SUM) == BODY
    assert int(server.requests[-1][1][6:-1]) > 400_000
    assert folder_of(path) == ["file"]


def test_interrupted_download_without_checksum_leaves_nothing(server, tmp_path):
    def interrupt(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(server, tmp_path / "file", progress=interrupt)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("old", [b"rubbish" * 1000, b"rubbish" * 1_000_000, BODY])
def test_an_old_partial_file_does_no_harm(server, tmp_path, old):
    (tmp_path / ".file.part").write_bytes(old)
    assert get(server, tmp_path / "file", expected=SUM) == BODY
    assert folder_of(tmp_path / "file") == ["file"]


# Wrong bytes


def test_wrong_bytes_are_refused_and_nothing_is_kept(server, tmp_path):
    server.files["/file"] = b"<html>Please log in</html>"
    got = hashlib.sha256(b"<html>Please log in</html>").hexdigest()
    with pytest.raises(ChecksumError, match=f"expected SHA-256 {SUM}, got {got}") as caught:
        get(server, tmp_path / "file", expected=SUM)
    assert "were deleted" in str(caught.value)
    assert "GRAPHBENCH_MIRROR" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_wrong_bytes_at_one_address_try_the_next(server, tmp_path):
    server.files["/wrong"] = BODY[:-1] + b"x"
    path = tmp_path / "file"
    download.download(path, [f"{server.address}/wrong", f"{server.address}/file"], expected=SUM)
    assert path.read_bytes() == BODY


def test_wrong_bytes_never_replace_an_existing_file(server, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"mine")
    server.files["/file"] = b"wrong"
    with pytest.raises(ChecksumError):
        get(server, path, expected=SUM)
    assert path.read_bytes() == b"mine"


def test_failing_addresses_are_all_named(server, tmp_path):
    server.misdeeds.append(404)
    addresses = [f"{server.address}/file", (tmp_path / "nowhere").as_uri(), "http://127.0.0.1:9/file"]
    with pytest.raises(FetchError) as caught:
        download.download(tmp_path / "file", addresses, expected=SUM)
    for address, reason in zip(addresses, ("HTTP 404", "no such file", "cannot connect"), strict=True):
        assert f"{address}: {reason}" in str(caught.value)


# Several at once


def test_two_processes_fetch_the_same_file_once(server, tmp_path):
    server.gate = threading.Event()
    code = (
        "import sys; from pathlib import Path; from graphbench.graphs.download import download;"
        "print('asks', flush=True);"
        f"download(Path(sys.argv[1]), ['{server.address}/file'], expected='{SUM}')"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "file")]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as one,
        subprocess.Popen(command, stdout=subprocess.PIPE) as two,
    ):
        for process in (one, two):
            assert process.stdout.readline() == b"asks\n"
        while not server.requests:
            time.sleep(0.01)
        time.sleep(0.2)  # The other one may ask as well meanwhile: it should not.
        server.gate.set()
        assert (one.wait(30), two.wait(30)) == (0, 0)
    assert (tmp_path / "file").read_bytes() == BODY
    assert folder_of(tmp_path / "file") == ["file"]
    assert len(server.requests) == 1


def test_a_killed_process_leaves_its_partial_file_to_the_next(server, tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from graphbench.graphs.download import download;"
        "die = lambda done, total: done > 400_000 and os.kill(os.getpid(), 9);"
        f"download(Path(sys.argv[1]), ['{server.address}/file'], expected='{SUM}', progress=die)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "file")], check=False).returncode == -9
    assert get(server, tmp_path / "file", expected=SUM) == BODY
    assert server.requests[-1][1] is not None, "it was not continued"


def test_file_system_without_locks_works_too(server, tmp_path, monkeypatch):
    def refuse(_file, _operation):
        raise OSError(errno.ENOSYS, "not here")

    monkeypatch.setattr("fcntl.flock", refuse)
    assert get(server, tmp_path / "file", expected=SUM) == BODY
    assert (tmp_path / "file").exists()


# The disk


@pytest.mark.parametrize(
    ("number", "message"),
    [(errno.ENOSPC, "No space is left"), (errno.EROFS, "is not writable"), (errno.EIO, "cannot be stored")],
)
def test_disk_errors_are_reported_and_cleaned_up(server, tmp_path, monkeypatch, number, message):
    def write(file, piece):
        file.write(piece[:1000])
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(download, "_write", write)
    with pytest.raises(FetchError, match=f"{message}.*GRAPHBENCH_HOME"):
        get(server, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_created_is_reported(server, tmp_path):
    (tmp_path / "occupied").touch()
    with pytest.raises(FetchError, match=r"cannot be stored in .*occupied.*GRAPHBENCH_HOME"):
        get(server, tmp_path / "occupied" / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_reported(server, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(FetchError, match="is not writable"):
        get(server, tmp_path / "file")


# Mirrors


def test_mirrors_come_first_in_their_order(monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", " file:///a/b  https://host/x/ /plain/folder")
    assert suitesparse.addresses("MM/G/N.tar.gz") == [
        "file:///a/b/MM/G/N.tar.gz",
        "https://host/x/MM/G/N.tar.gz",
        "file:///plain/folder/MM/G/N.tar.gz",
        "http://127.0.0.1:9/MM/G/N.tar.gz",
    ]


@pytest.mark.parametrize("value", ["mirror", "ftp://host", "file://relative/folder", "http://"])
def test_an_invalid_mirror_is_refused(monkeypatch, value):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", value)
    with pytest.raises(UsageError, match=r"GRAPHBENCH_MIRROR contains .*Expected file:///FOLDER"):
        suitesparse.addresses("files/ssstats.csv")


def test_folder_with_blanks_is_a_mirror(tmp_path):
    folder = tmp_path / "with blanks"
    folder.mkdir()
    (folder / "file").write_bytes(BODY)
    download.download(tmp_path / "file", [(folder / "file").as_uri()], expected=SUM)
    assert (tmp_path / "file").read_bytes() == BODY


def test_catalogue_graph_comes_from_a_mirror(mirror, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", f"file:///nowhere {mirror.as_uri()}")
    path = graphs.fetch("caidarouterlevel")
    assert path.name == "caidaRouterLevel.tar.gz"
    assert download.sha256(path).startswith("1242d7f5b2eeb6ff")


def test_catalogue_graph_with_wrong_bytes_is_refused(server, monkeypatch, private_home):
    server.files["/MM/LAW/dblp-2010.tar.gz"] = b"no graph"
    monkeypatch.setenv("GRAPHBENCH_MIRROR", server.address)
    with pytest.raises(ChecksumError, match=r"expected SHA-256 b806042f.*got "):
        graphs.fetch("dblp-2010")
    assert [each for each in (private_home / "downloads").rglob("*") if each.is_file()] == []


def test_embedded_graph_needs_no_network():
    assert graphs.fetch("karate").name == "karate.mtx.gz"


# The whole collection


def test_any_matrix_is_fetched_through_the_index_once(collection):
    first = graphs.fetch("test/TRIANGLE")
    assert first.name == "triangle.tar.gz"
    assert graphs.fetch("Test/triangle") == first
    assert graphs.fetch("triangle") == first
    assert collection.paths() == ["/files/ssstats.csv", "/MM/Test/triangle.tar.gz"]


@pytest.mark.usefixtures("collection")
def test_checksum_is_recorded_as_sha256sum_reads_it():
    path = graphs.fetch("Test/triangle")
    record = path.with_name("triangle.tar.gz.sha256")
    assert record.read_text() == f"{download.sha256(path)}  triangle.tar.gz\n" * 2


DAMAGE = {
    "cut off": lambda path: os.truncate(path, path.stat().st_size // 2),
    "a bit flipped": lambda path: flip(path, path.stat().st_size // 2),
    "emptied": lambda path: path.write_bytes(b""),
    "a pipe": lambda path: in_place(path, os.mkfifo),
    "unreadable": lambda path: in_place(path, lambda path: path.symlink_to("/proc/self/mem")),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.usefixtures("collection")
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_archive_is_fetched_again(damage):
    path = graphs.fetch("Test/triangle")
    whole = path.read_bytes()
    damage(path)
    assert graphs.fetch("Test/triangle").read_bytes() == whole


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_record_of_a_checksum_is_made_anew_without_a_download(collection, damage):
    path = graphs.fetch("Test/triangle")
    record = path.with_name("triangle.tar.gz.sha256")
    asked = len(collection.paths())
    damage(record)
    assert graphs.fetch("Test/triangle") == path
    assert checksums.recorded(path) == download.sha256(path)
    assert len(collection.paths()) == asked


def test_no_flipped_bit_of_a_recorded_checksum_blames_the_server(collection):
    path = graphs.fetch("Test/triangle")
    record = path.with_name("triangle.tar.gz.sha256")
    whole = record.read_bytes()
    for at in range(len(whole)):
        flip(record, at)
        assert checksums.recorded(path) in {None, download.sha256(path)}, at
        record.write_bytes(whole)
    assert len(collection.paths()) == 2


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_index_is_fetched_again(collection, damage):
    graphs.fetch("Test/triangle")
    whole = suitesparse.index_path().read_bytes()
    damage(suitesparse.index_path())
    assert suitesparse.matrix("Test/triangle").rows == 3
    assert suitesparse.index_path().read_bytes() == whole
    assert collection.paths().count("/files/ssstats.csv") == 2


@pytest.mark.usefixtures("collection")
def test_no_flipped_bit_of_the_index_is_believed():
    graphs.fetch("Test/triangle")
    right, whole = suitesparse.matrix("Test/triangle"), suitesparse.index_path().read_bytes()
    for at in range(len(whole)):
        flip(suitesparse.index_path(), at)
        suitesparse._parsed.cache_clear()
        assert suitesparse.known() == {}, at
        suitesparse.index_path().write_bytes(whole)
    assert suitesparse.matrix("Test/triangle") == right


def test_other_bytes_than_at_the_first_fetch_are_refused(collection):
    path = graphs.fetch("Test/triangle")
    path.unlink()
    collection.files["/MM/Test/triangle.tar.gz"] = archive("triangle", TRIANGLE.replace("3 2\n", "2 3\n"))
    with pytest.raises(ChecksumError, match="cache clear Test/triangle"):
        graphs.fetch("Test/triangle")
    assert not path.exists()


def test_index_is_fetched_again_for_a_new_name(collection):
    graphs.fetch("Test/triangle")
    collection.files["/files/ssstats.csv"] = index(LINE, LINE.replace("triangle", "newer"))
    collection.files["/MM/Test/newer.tar.gz"] = archive("newer", TRIANGLE)
    assert graphs.fetch("Test/newer").name == "newer.tar.gz"


@pytest.mark.usefixtures("collection")
def test_an_unknown_name_of_the_collection_gets_a_suggestion():
    with pytest.raises(UnknownNameError, match="Did you mean Test/triangle"):
        graphs.fetch("Test/triangel")


@pytest.mark.usefixtures("collection")
def test_a_name_is_unknown_if_no_newer_index_is_available(monkeypatch):
    graphs.fetch("Test/triangle")
    monkeypatch.setattr(suitesparse, "COLLECTION", "http://127.0.0.1:9")
    assert graphs.fetch("Test/triangle").exists()
    with pytest.raises(UnknownNameError, match=r"newer index.*could not be downloaded"):
        graphs.fetch("Test/newer")


def test_without_any_index_the_addresses_are_named():
    with pytest.raises(FetchError, match=r"(?s)index.*127.0.0.1:9/files/ssstats.csv: cannot connect"):
        graphs.fetch("Test/triangle")


def test_an_invalid_index_is_not_kept(collection):
    collection.files["/files/ssstats.csv"] = b"<html>Please log in</html>"
    with pytest.raises(FetchError, match="not the collection's index"):
        graphs.fetch("Test/triangle")
    assert not suitesparse.index_path().exists()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (index(LINE) + b"Test,more\n", "line 4"),
        (index(LINE).replace(b"1\n", b"5\n", 1), "expected 5, as in the first line"),
    ],
)
def test_torn_index_is_not_kept(collection, body, fault):
    collection.files["/files/ssstats.csv"] = body
    with pytest.raises(FetchError, match=fault):
        graphs.fetch("Test/triangle")


def test_name_in_several_groups_is_ambiguous(collection):
    collection.files["/files/ssstats.csv"] = index(LINE, LINE.replace("Test", "Other"))
    graphs.fetch("Test/triangle")
    with pytest.raises(UnknownNameError, match=r"Other/triangle.*Test/triangle|Test/triangle.*Other/triangle"):
        graphs.fetch("triangle")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Test,wide,3,4,6,1,1,0,0,0,0,least squares problem,6", "is 3 x 4; expected a square matrix"),
        ("Test,wide,3,3,6,0,0,0,0,1,1,electromagnetics, mostly,6", "complex values"),
    ],
)
def test_a_matrix_that_is_no_graph_is_refused_before_download(collection, line, problem):
    collection.files["/files/ssstats.csv"] = index(line)
    with pytest.raises(DatasetError, match=problem):
        graphs.fetch("Test/wide")
    assert collection.paths() == ["/files/ssstats.csv"]


def test_an_archive_placed_by_hand_is_used(collection):
    path = suitesparse.archive_path("Test", "triangle")
    path.parent.mkdir(parents=True)
    path.write_bytes(collection.files["/MM/Test/triangle.tar.gz"])
    assert graphs.fetch("Test/triangle") == path
    assert "/MM/Test/triangle.tar.gz" not in collection.paths()
    assert checksums.recorded(path) == download.sha256(path)


def test_the_real_index_is_read(mirror, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", mirror.as_uri())
    found = suitesparse.matrix("gleich/WB-CS-Stanford")
    assert (found.full_name, found.rows, found.nonzeros) == ("Gleich/wb-cs-stanford", 9914, 36854)
    assert len(suitesparse.known()) == 2893
    assert isinstance(graphs.fetch("Gleich/wb-cs-stanford"), Path)
