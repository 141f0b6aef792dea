"""Graphs at addresses, and names of other catalogues that lead to them: fetched once, with the care of any download."""

import gzip
import io
import os
import tarfile
import zipfile

import pyarrow as pa
import pytest

import graphbench as gb
from graphbench import graphs
from graphbench.errors import DatasetError, FetchError, UnknownNameError, UsageError
from graphbench.graphs import cache, collections, suitesparse, web
from graphbench.graphs.formats.table_roles import TableOptions
from graphbench.system import text
from helpers.suitesparse_server import archive, index, serving

EDGES = gzip.compress(b"source,target\n0,1\n1,2\n", mtime=0)
LINE = "Test,path,3,3,4,1,1,0,0,1,1,undirected graph,4"
PATH = "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 2\n"


@pytest.fixture
def server(monkeypatch):
    with serving() as running:
        running.files["/data/edges.csv.gz"] = EDGES
        running.files["/files/ssstats.csv"] = index(LINE)
        running.files["/MM/Test/path.tar.gz"] = archive("path", PATH)
        monkeypatch.setenv("GRAPHBENCH_MIRROR", running.address)
        yield running


def test_the_graph_at_an_address_is_loaded_and_fetched_once(server):
    address = f"{server.address}/data/edges.csv.gz"
    for _ in range(2):
        found = graphs.load(address)
    assert (found.info.name, found.info.num_edges, found.info.source) == ("edges.csv.gz", 2, address)
    assert server.paths() == ["/data/edges.csv.gz"]
    assert gb.load(address).num_vertices == 3


def test_an_address_that_cannot_be_reached_is_not_advised_to_use_a_mirror():
    with pytest.raises(FetchError, match=r"(?s)cannot connect.*Check the address and the network, or fetch") as caught:
        gb.load("http://127.0.0.1:9/edges.csv")
    assert "MIRROR" not in str(caught.value)


def test_an_address_takes_the_options_of_a_table(server):
    server.files["/my.csv?key=1"] = b"id,a,b\n7,x,y\n8,y,z\n"
    options = TableOptions(source="a", target="b", no_weight=True)
    found = graphs.load(f"{server.address}/my.csv?key=1", options=options)
    assert sorted(found.edges.names) == ["x", "y", "z"]


def test_other_bytes_than_at_the_first_fetch_are_refused(server):
    address = f"{server.address}/data/edges.csv.gz"
    path = graphs.fetch(address)
    path.write_bytes(b"changed here")
    assert graphs.fetch(address).read_bytes() == EDGES
    path.unlink()
    server.files["/data/edges.csv.gz"] = gzip.compress(b"source,target\n0,1\n", mtime=0)
    with pytest.raises(FetchError, match=r"recorded at the first download.*cache clear http://127"):
        graphs.fetch(address)
    cache.clear([address])
    assert graphs.load(address).info.num_edges == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><p>Sign in</p>", "HTML page"),
        (b"", "is empty"),
        (EDGES[:-9], "damaged or truncated|ended before"),
        (b"Not found\n", "line 1: "),
        (b'{"error": "no such file"}', "found JSON"),
        (b"\x80\x04\x95junk", "pickle"),
    ],
    ids=["page", "empty", "cut", "text", "json", "pickle"],
)
def test_what_is_not_a_graph_is_not_kept(server, body, words):
    address = f"{server.address}/data/edges.csv.gz"
    server.files["/data/edges.csv.gz"] = body
    with pytest.raises(DatasetError, match=words):
        graphs.fetch(address)
    assert not list(web.path_of(address).parent.glob("*edges*"))
    server.files["/data/edges.csv.gz"] = EDGES
    assert graphs.load(address).info.num_edges == 2


@pytest.mark.parametrize(
    "body",
    [b"<html>Sign in</html>", b"", archive("path", PATH)[:700], gzip.compress(b"hello"), archive("path", "1 2\n")],
    ids=["page", "empty", "cut", "no archive", "no matrix"],
)
def test_an_archive_of_the_collection_is_opened_before_it_is_kept(server, graphbench, body):
    server.files["/MM/Test/path.tar.gz"] = body
    code, _, err = graphbench("fetch", "Test/path")
    assert (code, "bytes are wrong and were deleted" in err) == (1, True)
    path = suitesparse.archive_path("Test", "path")
    assert not path.exists()
    assert not list(path.parent.glob("*.sha256"))
    server.files["/MM/Test/path.tar.gz"] = archive("path", PATH)
    assert graphbench("fetch", "Test/path")[0] == 0
    assert graphs.load("Test/path").info.num_edges == 2


@pytest.mark.parametrize("name", ["edges.csv", "edges.csv.gz", "edges.zip"])
def test_reading_reports_how_much_of_the_file_was_read(tmp_path, name):
    text = b"source,target\n" + b"".join(b"%d,%d\n" % (at, at * 7919 % 100_003) for at in range(100_000))
    path = tmp_path / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("edges.csv", text)
    else:
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    calls = []
    graphs.load(path, reading=lambda done, total: calls.append((done, total)))
    size = path.stat().st_size
    assert {total for _, total in calls} == {size}
    assert 0.9 * size < max(done for done, _ in calls) <= size
    assert len(calls) > 1


def test_passwords_are_in_no_record_and_no_message(server):
    address = f"{server.address}/data/edges.csv.gz".replace("http://", "http://me:secret@")
    assert "secret" not in graphs.load(address).info.source
    with pytest.raises(FetchError) as caught:
        graphs.load(address.replace("edges", "none"))
    assert "secret" not in str(caught.value)
    assert [entry.name for entry in cache.entries() if entry.kind == "download"] == [text.public(address)]


@pytest.mark.parametrize(
    "address", ["ftp://host/a.csv", "s3://bucket/a.csv", "http://[::1", "https:///a.csv", "http://a b"]
)
def test_an_invalid_address_is_wrong_usage(address):
    with pytest.raises(UsageError, match=r"Expected https|expected http or https"):
        graphs.load(address)


@pytest.mark.parametrize(
    "redirect", ["http://[::1", "http://", "//", "http://a..b/", "http://h:99999/", "ftp://h/", "http://%zz/", "a\x7fb"]
)
def test_a_malformed_redirect_is_an_error_with_the_address(server, redirect):
    server.misdeeds.append(redirect)
    with pytest.raises(DatasetError, match=f"{server.address}/data"):
        graphs.fetch(f"{server.address}/data/none.csv")


@pytest.mark.parametrize("name", ["../../x", "..", "a/b", "", "-", "a b"])
def test_a_name_in_the_index_does_not_leave_its_folder(server, name):
    server.files["/files/ssstats.csv"] = index(LINE.replace("Test,path", f"{name},path"))
    if name == "-":
        server.files["/MM/-/path.tar.gz"] = archive("path", PATH)
        assert graphs.fetch("-/path").is_file()
        return
    with pytest.raises(FetchError, match="expected names of a group and a matrix"):
        graphs.fetch(f"{name}/path")


@pytest.mark.parametrize(
    "line",
    [
        LINE.replace("graph", "\x1b[31mgraph"),
        LINE.replace("Test", "address-0123"),
        LINE.replace("3,3", "9" * 5000 + ",3"),
    ],
)
def test_a_line_of_the_index_that_does_harm_is_refused(server, line):
    server.files["/files/ssstats.csv"] = index(line)
    with pytest.raises(FetchError, match=r"line 3: expected ") as caught:
        graphs.fetch("Test/path")
    assert "\x1b" not in str(caught.value)


def test_names_of_other_catalogues_lead_to_the_collection_or_an_address():
    assert collections.target("snap:ca-grqc") == "SNAP/ca-GrQc"
    assert collections.target("gap:road") == collections.target("GAP:GAP-road") == "GAP/GAP-road"
    assert collections.target("ldbc:kgs") == "https://datasets.ldbcouncil.org/graphalytics/kgs.tar.zst"
    assert collections.target("snap:ego-Facebook") == "https://snap.stanford.edu/data/facebook_combined.txt.gz"
    assert collections.target("karate") is collections.target("rmat:scale=4") is None
    assert len(collections.names()) == len(set(collections.names())) == 68 + 3 + 5 + 39


def test_a_name_of_another_catalogue_is_loaded_from_the_mirror(server):
    server.files["/files/ssstats.csv"] = index(LINE.replace("Test,path", "SNAP,ca-GrQc"))
    server.files["/MM/SNAP/ca-GrQc.tar.gz"] = archive("ca-GrQc", PATH)
    assert graphs.load("snap:ca-GrQc").info.name == "SNAP/ca-GrQc"


def test_addresses_and_names_are_described_without_a_download(server):
    address = f"{server.address}/data/edges.csv.gz"
    assert graphs.describe(address).state == "to be fetched"
    assert graphs.describe("ldbc:kgs").address == "https://datasets.ldbcouncil.org/graphalytics/kgs.tar.zst"
    assert server.paths() == []
    graphs.fetch(address)
    assert graphs.describe(address).num_edges == 2


def test_a_file_name_that_is_not_utf_8_is_loaded(tmp_path):
    path = tmp_path / os.fsdecode(b"a\xff.csv")
    path.write_text("source,target\n1,2\n")
    assert graphs.load(path).info.name == "a\ufffd.csv"


def test_a_real_index_has_all_matrices_that_names_lead_to(mirror, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", mirror.as_uri())
    for name in collections.names():
        target = collections.target(name)
        if not web.is_address(target):
            assert suitesparse.matrix(target).full_name == target


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("karatte", "karate"),
        ("ca-GrQx", "snap:ca-GrQc"),
        ("snap:ca-GrQx", "snap:ca-GrQc"),
        ("datagen-7_5-bf", "ldbc:datagen-7_5-fb"),
        ("gap:rode", "gap:road"),
        ("ldbc:kg", "ldbc:kgs"),
        ("graph500-2", "ldbc:graph500-2"),
    ],
)
def test_a_typo_gets_suggestions_of_all_catalogues(typed, suggested):
    with pytest.raises(UnknownNameError, match=f"Did you mean .*{suggested}"):
        graphs.load(typed)


def test_an_archive_of_ldbc_is_a_dataset(server, graphalytics, monkeypatch):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for file in sorted(graphalytics.glob("example-directed*")):
            tar.add(file, file.name)
    server.files["/example-directed.tar.zst"] = pa.compress(packed.getvalue(), codec="zstd", asbytes=True)
    ldbc = collections.collections()["ldbc"]
    own = {"ldbc": type(ldbc)(ldbc.title, f"{server.address}/{{}}.tar.zst", ldbc.names)}
    monkeypatch.setattr(collections, "collections", lambda: own)
    result = gb.run(
        "bfs", "ldbc:example-directed", engines="scipy", baseline="scipy", source="1", trials=1, store=False
    )
    (record,) = result.records
    assert (record.dataset.name, record.dataset.num_vertices, record.dataset.directed) == (
        "ldbc:example-directed",
        10,
        True,
    )
    assert "equal to the reference output of LDBC Graphalytics" in record.certificate.detail
