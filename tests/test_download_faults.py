"""Servers that do harm: bodies without an end, drips, broken lengths and redirects, and addresses with passwords."""

import errno
import itertools
import os
import shutil
import time
from types import SimpleNamespace

import pytest

from graphbench import graphs
from graphbench.errors import ChecksumError, FetchError, UsageError
from graphbench.graphs import download, suitesparse
from graphbench.system import text
from helpers.suitesparse_server import archive, index, serving

BODY = bytes(range(256)) * 400
PATH = "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 2\n"
LINE = "Test,path,3,3,4,1,1,0,0,1,1,undirected graph,4"
HEADERS = b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n"
CHUNKED = b"HTTP/1.1 %s\r\nTransfer-Encoding: chunked\r\n%s\r\n"
CHUNK = b"10000\r\n" + bytes(1 << 16) + b"\r\n"


@pytest.fixture(autouse=True)
def no_waiting_and_no_network(monkeypatch):
    monkeypatch.setattr(download, "BACKOFF_S", 0)
    monkeypatch.setattr(suitesparse, "COLLECTION", "http://127.0.0.1:9")  # nobody listens there


@pytest.fixture
def server(monkeypatch):
    with serving() as running:
        running.files["/file"] = BODY
        running.files["/files/ssstats.csv"] = index(LINE)
        running.files["/MM/Test/path.tar.gz"] = archive("path", PATH)
        monkeypatch.setenv("GRAPHBENCH_MIRROR", running.address)
        yield running


def get(server, folder, **options):
    path = folder / "file"
    download.download(path, [f"{server.address}/file"], **options)
    return path.read_bytes()


def endless(status, headers=b""):
    """A response whose body goes on until the client hangs up."""

    def answer(write):
        write(CHUNKED % (status, headers))
        while True:
            write(CHUNK)

    return answer


def dripping(start, drop=b"a"):
    """A response that sends a few bytes every few milliseconds after its start."""

    def answer(write):
        write(start)
        while True:
            time.sleep(0.01)
            write(drop)

    return answer


def raw(response):
    return lambda write: write(response)


# More than expected


def test_a_body_without_an_end_is_given_up(server, tmp_path):
    server.misdeeds.append(endless(b"200 OK"))
    with pytest.raises(FetchError, match=r"sends 1,0.* bytes or more; expected at most 1,000,000"):
        get(server, tmp_path, most=1_000_000)
    assert list(tmp_path.iterdir()) == []


def test_a_body_that_is_announced_as_too_long_is_not_read(server, tmp_path):
    with pytest.raises(FetchError, match=r"sends 102,400 bytes or more; expected at most 102,399"):
        get(server, tmp_path, most=len(BODY) - 1)
    assert get(server, tmp_path, most=len(BODY)) == BODY


@pytest.mark.usefixtures("server")
def test_an_index_has_a_largest_size(monkeypatch):
    monkeypatch.setattr(suitesparse, "_INDEX_BYTES", 50)
    with pytest.raises(FetchError, match="expected at most 50"):
        graphs.fetch("Test/path")


@pytest.mark.usefixtures("server")
def test_an_archive_is_no_larger_than_its_entries_in_the_index_suggest(monkeypatch):
    monkeypatch.setattr(suitesparse, "_MARGIN_BYTES", 100)
    with pytest.raises(FetchError, match=r"expected at most 324"):  # 3 rows and 4 entries, 32 bytes each
        graphs.fetch("Test/path")


def test_an_archive_of_the_catalogue_has_a_largest_size(server, monkeypatch):
    monkeypatch.setattr(suitesparse, "_MARGIN_BYTES", -(1 << 40))
    server.files["/MM/LAW/dblp-2010.tar.gz"] = archive("dblp-2010", PATH)
    with pytest.raises(FetchError, match="bytes or more; expected at most"):
        graphs.fetch("dblp-2010")


@pytest.mark.parametrize("misdeed", [None, endless(b"200 OK")], ids=["announced", "endless"])
def test_a_body_of_unknown_size_leaves_space_on_the_disk(server, tmp_path, monkeypatch, misdeed):
    def usage(folder):
        used = sum(path.stat().st_size for path in folder.iterdir())
        return SimpleNamespace(free=download._SPARE_BYTES + 100_000 - used)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    server.misdeeds.extend([misdeed] if misdeed else [])
    with pytest.raises(FetchError, match=f"No space is left for file in {tmp_path}"):
        get(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_is_followed_whatever_its_body_has(server, tmp_path):
    server.misdeeds.append(endless(b"302 Found", b"Location: /file\r\n"))
    assert get(server, tmp_path) == BODY


def test_the_body_of_a_failed_response_is_not_read(server, tmp_path):
    server.misdeeds += [endless(b"503 Busy")] * 2
    assert get(server, tmp_path) == BODY


# Slower than expected


def test_a_drip_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "SLOW_S", 0.1)
    server.misdeeds.append(dripping(HEADERS % (b"200 OK", 1 << 20)))
    with pytest.raises(FetchError, match=r"too slow, [0-9]+ bytes in"):
        get(server, tmp_path)
    assert len(server.requests) == 1


def test_a_drip_over_many_responses_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "SLOW_S", 0.1)
    server.misdeeds.extend([(1,)] * 100_000)
    with pytest.raises(FetchError, match=r"too slow, [0-9]+ bytes in"):
        get(server, tmp_path)


@pytest.mark.parametrize(
    "answer",
    [dripping(b"HTTP/1.1 200 OK\r\nX: "), dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), dripping(b"")],
    ids=["header", "continue", "status"],
)
def test_headers_without_an_end_are_given_up(server, tmp_path, monkeypatch, answer):
    monkeypatch.setattr(download, "SLOW_S", 0.2)
    server.misdeeds += [answer] * download.MAX_ATTEMPTS
    with pytest.raises(FetchError, match=r"/file: timed out, 4 times"):
        get(server, tmp_path)


# Malformed


@pytest.mark.parametrize("length", [b"-5", b"abc", b"9" * 5000, b"1e3", b"0x10", b" ", b"5, 6", b"\xff"])
def test_a_malformed_length_is_no_traceback(server, tmp_path, length):
    server.misdeeds += [raw(b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\n" + BODY)] * 4
    with pytest.raises(ChecksumError, match="expected SHA-256") if b"," not in length else pytest.raises(FetchError):
        get(server, tmp_path, expected="0" * 64)


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"\r\n",
        b"junk",
        b"HTTP/9.9 abc\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        b"HTTP/1.1 206 Partial Content\r\n\r\nx",
        b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 7-3/2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: data:text/plain,1 2\r\n\r\n",
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
def test_a_malformed_response_is_an_error_with_advice(server, tmp_path, response):
    server.misdeeds += [raw(response)] * 4
    with pytest.raises(FetchError, match=r"(?s)file could not be downloaded:.*/file: .*Set GRAPHBENCH_MIRROR"):
        get(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_loop_ends(server, tmp_path):
    server.misdeeds.extend(["/file"] * 100)
    with pytest.raises(FetchError, match="/file: too many redirects"):
        get(server, tmp_path)
    assert len(server.requests) < 40


def test_a_server_cannot_write_to_the_terminal(server, tmp_path):
    server.misdeeds.append(raw(b"HTTP/1.1 404 \x1b[31mred\x1b[0m\r\n\r\n"))
    with pytest.raises(FetchError, match="HTTP 404 Not Found") as caught:
        get(server, tmp_path)
    assert "\x1b" not in str(caught.value)


def test_a_mirror_of_pipes_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FetchError, match="pipe: not a regular file"):
        download.download(tmp_path / "file", [(tmp_path / "pipe").as_uri()])


def test_an_error_of_the_disk_is_not_taken_for_one_of_the_server(server, tmp_path, monkeypatch):
    def fail(_file, _piece):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(download, "_write", fail)
    with pytest.raises(FetchError, match="cannot be stored"):
        get(server, tmp_path)


# Passwords


@pytest.mark.parametrize(
    "address",
    [
        "http://me:secret@host/x",
        "http://me:sec@ret@host/x",
        "http://me:secret/or#so@host/x",
        "http://me:secret?@host/x",
        "http://[::1/me:secret@host/x",
        "http:/me:secret@host/x",
        "me:secret@host/x",
        "ftp://me:secret@host/x",
        "HTTPS://secret@host/x",
        "http://me:secret@host:port/x",
    ],
)
def test_no_address_is_shown_with_its_password(address):
    shown = text.public(address)
    assert "sec" not in shown
    assert shown.endswith(("host/x", "host:port/x"))


@pytest.mark.parametrize("address", ["http://host/@a/b@c?d=e@f", "file:///home/me@work/x", "http://host:8080/x"])
def test_an_address_without_a_password_is_shown_whole(address):
    assert text.public(address) == address


@pytest.mark.parametrize(
    "mirror", ["ftp://me:secret@h", "me:secret@h", "http:me:secret@h", "http://me:secret@", "http://me:secret@[::1"]
)
def test_an_invalid_mirror_is_named_without_its_password(graphbench, monkeypatch, mirror):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", mirror)
    code, out, err = graphbench("fetch", "Test/path")
    assert (code, "GRAPHBENCH_MIRROR contains" in err) == (2, True)
    assert "secret" not in out + err
    with pytest.raises(UsageError):
        suitesparse.addresses("x")


@pytest.mark.usefixtures("warm_workers")
def test_a_password_of_a_mirror_stays_in_the_request(server, graphbench, monkeypatch, private_home):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", server.address.replace("http://", "http://me:secret@"))
    commands = [
        ("fetch", "Test/path"),
        ("wcc", "Test/path", "--engine", "scipy", "--budget", "0.1", "--format", "json"),
        ("show", "Test/path"),
        ("fetch", "Test/other"),
        ("cache", "list"),
        ("doctor",),
    ]
    said = "".join(itertools.chain.from_iterable(graphbench(*command)[1:] for command in commands))
    written = b"".join(path.read_bytes() for path in private_home.rglob("*") if path.is_file())
    assert "Test/path" in said
    assert "secret" not in said
    assert b"secret" not in written


@pytest.mark.usefixtures("warm_workers")
def test_a_password_of_an_address_stays_in_the_request(server, graphbench, private_home):
    server.files["/e.csv"] = b"source,target\n1,2\n2,3\n"
    address = f"{server.address}/e.csv".replace("http://", "http://me:secret@")
    commands = [
        ("wcc", address, "--engine", "scipy", "--budget", "0.1", "--format", "json"),
        ("show", address),
        ("fetch", address),
        ("advise", address, "--algorithm", "wcc", "--engine", "scipy", "--trials", "1"),
        ("suite", "--algorithm", "wcc", "--dataset", address, "--engine", "scipy", "--trials", "1"),
        ("fetch", address.replace("e.csv", "none.csv")),
        ("cache", "clear", "--yes", address.replace("e.csv", "none.csv")),
        ("wcc", address.replace("http://", "ftp://")),
        ("wcc", address.replace("me:", "me /")),
    ]
    said = "".join(itertools.chain.from_iterable(graphbench(*command)[1:] for command in commands))
    written = b"".join(path.read_bytes() for path in private_home.rglob("*") if path.is_file())
    assert "e.csv" in said
    assert "secret" not in said
    assert b"secret" not in written
