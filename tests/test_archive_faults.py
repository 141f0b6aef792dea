"""Archives and compressed files that claim, nest or expand to more than they have: refused early, no traceback."""

import bz2
import gzip
import io
import json
import lzma
import struct
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graphbench.errors import FormatError
from graphbench.graphs import formats
from graphbench.graphs.clean import clean
from graphbench.graphs.formats import packed, sniff

EDGES = b"source,target\n1,2\n2,3\n"
END = bytes(1024)


def header(name, size=0, kind=b"0", link=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size, kind, link
    return info.tobuf(tarfile.GNU_FORMAT)


def block(data):
    return data + bytes(-len(data) % 512)


def member(name, data=EDGES):
    return header(name, len(data)) + block(data)


def records(*pairs, kind=b"x"):
    """A pax header with the given keys and values."""
    text = b""
    for key, value in pairs:
        body = b" " + key + b"=" + value + b"\n"
        size = len(body) + 1
        while size != len(body) + len(str(size)):
            size += 1
        text += str(size).encode() + body
    return header("pax", len(text), kind) + block(text)


TARS = {
    "claims a tebibyte": (header("a.csv", 1 << 40), "claims 1,099,511,627,776 bytes; expected at most"),
    "claims less than nothing": (records((b"size", b"-5")) + member("a.csv"), "claims -5 bytes"),
    "claims more than 64 bits": (records((b"size", b"9" * 30)) + member("a.csv"), "claims 999,999,.* bytes"),
    "claims in 5,000 digits": (header("x", 5004, b"x") + block(b"9" * 5000 + b" a=b"), "not a readable tar"),
    "claims in 22 digits": (header("x", 30, b"x") + block(b"9" * 22 + b" a=b\n"), "not a readable tar"),
    "headers of headers": (records((b"comment", b"x")) * 2000 + member("a.csv"), "not a readable tar|No member"),
    "long names of long names": ((header("x", 5, b"L") + block(b"abcde")) * 2000 + member("a.csv"), "not a readable"),
    "a sparse map of words": (records((b"GNU.sparse.map", b"0,a,1")) + member("a.csv"), "not a readable tar"),
    "a sparse size of words": (records((b"GNU.sparse.size", b"abc")) + member("a.csv"), "not a readable tar"),
    "a sparse list without an end": (
        records((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0")) + member("a.csv", b"1000000000\n1\n2\n"),
        "not a readable tar",
    ),
    "thousands of global records": (
        records(*((b"key%d" % at, b"x") for at in range(2000)), kind=b"g") + member("a.csv"),
        "100 global records",
    ),
    "a link out": (header("a.csv", 0, b"2", "/etc/passwd") + END, "found nothing"),
    "a hard link out": (header("a.csv", 0, b"1", "/etc/passwd") + END, "found nothing"),
    "a device": (header("a.csv", 0, b"3") + END, "found nothing"),
    "a pipe": (header("a.csv", 0, b"6") + END, "found nothing"),
    "two graphs of one name": (member("a.csv") + member("a.csv", b"5,6\n") + END, "found 'a.csv', 'a.csv'"),
    "names for a terminal": (member("a\x1b[31m.csv") + member("b\n.csv") + END, r"found 'a\\x1b\[31m.csv', 'b\\n.csv'"),
    "nothing after a header": (header("a.csv", 100), "unexpected end of data|Download the file again"),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["tar", "tar.gz"])
@pytest.mark.parametrize("fault", TARS)
def test_a_tar_archive_is_refused(tmp_path, fault, pack):
    data, message = TARS[fault]
    path = tmp_path / "graph.tar"
    path.write_bytes(pack(data))
    with pytest.raises(FormatError, match=message) as caught:
        formats.read(path)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("name", ["../../evil.csv", "/tmp/evil.csv", "a/../../../b.csv"])
def test_a_member_is_read_in_place_whatever_its_path(tmp_path, name):
    path = tmp_path / "in" / "graph.tar"
    path.parent.mkdir()
    path.write_bytes(member(name) + END)
    assert len(formats.read(path).src) == 2
    assert sorted(tmp_path.rglob("*")) == [path.parent, path]


def test_what_members_claim_counts_together(tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "_FLOOR", 1 << 20)
    path = tmp_path / "graph.tar.gz"
    path.write_bytes(gzip.compress(member("README", bytes(1 << 20)) * 3 + member("a.csv") + END))
    with pytest.raises(FormatError, match=r"'README' claims 1,048,576 bytes; expected at most [0-9]{3},[0-9]{3}\."):
        formats.read(path)


def test_members_of_an_archive_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "_MAX_MEMBERS", 10)
    path = tmp_path / "graph.tar"
    path.write_bytes(b"".join(member(f"README{at}", b"") for at in range(20)) + member("a.csv") + END)
    with pytest.raises(FormatError, match="more than 10 members"):
        formats.read(path)


# Bombs


def lines(count):
    return b"1 2\n" * (count // 4)


def zipped(data, name="g.csv"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def tarred(data):
    return gzip.compress(member("g.csv", data) + END)


BOMBS = {
    "gz": gzip.compress,
    "bz2": lambda data: bz2.compress(data[: 1 << 20]) * (len(data) >> 20),  # it is slow on equal lines
    "xz": lzma.compress,
    "zst": lambda data: pa.compress(data, codec="zstd", asbytes=True),
    "zip": zipped,
    "tar.gz": tarred,
    "gz.gz": lambda data: gzip.compress(gzip.compress(data)),
    "xz.gz": lambda data: gzip.compress(lzma.compress(data)),
    "zip of gz": lambda data: zipped(gzip.compress(data), "g.csv.gz"),
}


@pytest.mark.parametrize("pack", BOMBS)
def test_a_bomb_ends_by_what_was_read_of_it_whatever_its_size(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(packed, "_FLOOR", 1 << 22)
    monkeypatch.setattr(packed, "_OBJECTS_FLOOR", 1 << 22)
    given = []
    counted = packed.Bounded._counted

    def count(self, data):
        given.append(len(data))
        return counted(self, data)

    monkeypatch.setattr(packed.Bounded, "_counted", count)
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[pack](lines(1 << 25)))
    with pytest.raises(FormatError, match=r"expands to more than|claims 33,554,432 bytes; expected at most"):
        formats.read(path)
    assert sum(given) < 1 << 24


@pytest.mark.parametrize("pack", ["gz", "zip"])
def test_a_bomb_ends_early_in_a_file_that_is_large_without_it(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(packed, "_FLOOR", 1 << 20)
    path = tmp_path / "bomb"
    noise = np.random.default_rng(1).bytes(1 << 20)
    bomb = lines(1 << 24)
    path.write_bytes(gzip.compress(bomb) + gzip.compress(noise) if pack == "gz" else zipped(bomb + noise))
    with pytest.raises(FormatError, match=r"expands to more than [1-9],[0-9]{3},[0-9]{3} bytes"):
        formats.read(path)


def test_layers_of_compression_are_counted(tmp_path):
    data = EDGES
    for _ in range(5):
        data = gzip.compress(data)
    (tmp_path / "g.gz").write_bytes(data)
    with pytest.raises(FormatError, match="is compressed more than 4 times"):
        formats.read(tmp_path / "g.gz")


def test_a_zip_archive_that_understates_its_member_is_refused(tmp_path):
    data = bytearray(zipped(lines(1 << 20)))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    (tmp_path / "lie.zip").write_bytes(data)
    with pytest.raises(FormatError, match="CRC"):
        formats.read(tmp_path / "lie.zip")


def test_a_member_of_a_zip_archive_without_a_name_is_no_traceback(tmp_path):
    data = bytearray(zipped(b"", "x"))
    at = data.rfind(b"PK\x01\x02")
    data[at + 28 : at + 30] = b"\0\0"  # the length of the name
    data[at + 30 : at + 32] = b"\1\0"  # its byte is an extra field
    (tmp_path / "g.zip").write_bytes(data)
    with pytest.raises(FormatError, match=r"g\.zip: "):
        formats.read(tmp_path / "g.zip")


@pytest.mark.parametrize(
    ("name", "head", "unit", "tail"),
    [
        ("g.json", b'{"nodes":[{"id":1}],"links":[', b"[],", b"[]]}"),
        ("g.graphml", b"<graphml><graph><node id='1'/>", b"<edge source='1' target='1'/>", b"</graph></graphml>"),
        ("g.gml", b"graph [\nnode [ id 1 ]\n", b"edge [ source 1 target 1 ]\n", b"]\n"),
        ("g.adjlist", b"", b"1 1 1 1 1 1 1 1\n", b""),
        ("g.lgl", b"# 1\n", b"1\n", b""),
        ("g.net", b"*Vertices 2\n*Arcs\n", b"1 2\n", b""),
    ],
)
def test_formats_of_objects_expand_to_less(tmp_path, name, head, unit, tail):
    path = tmp_path / f"{name}.gz"
    path.write_bytes(gzip.compress(head + unit * ((5 << 19) // len(unit)) + tail))
    with pytest.raises(FormatError, match=r"expands to more than [23],[0-9]{3},[0-9]{3} bytes"):
        formats.read(path)


def test_entities_of_xml_are_refused(tmp_path):
    laughs = b'<!ENTITY a "ha">' + b"".join(b'<!ENTITY b%d "%s">' % (at, b"&a;" * 10) for at in range(10))
    for declared in (laughs, b'<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;'):
        path = tmp_path / "g.graphml"
        path.write_bytes(b"<!DOCTYPE g [" + declared + b"]><graphml>&b9;</graphml>")
        with pytest.raises(FormatError, match="declares XML entities"):
            formats.read(path)


def test_a_line_of_objects_is_not_cut_in_two(tmp_path, monkeypatch):
    monkeypatch.setattr(sniff, "HEAD_BYTES", 100)
    monkeypatch.setattr("graphbench.graphs.formats.text._LONGEST", 1000)
    path = tmp_path / "g.adjlist"
    path.write_bytes(b"1 " + b"2 3 " * 500 + b"\n")
    with pytest.raises(FormatError, match="line 1: the line has more than 1,000 bytes"):
        formats.read(path)


# Arrays and tables


def npz(**arrays):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as stream:
                if isinstance(array, str):
                    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {array}, }}".encode()
                    stream.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text) + 1) + text + b"\n")
                else:
                    np.save(stream, np.asarray(array))
    return file.getvalue()


CSR = {"format": b"csr", "shape": [3, 3], "indices": [0], "indptr": [0, 1, 1, 1], "data": [1.0]}
COO = {"format": b"coo", "data": [1.0], "row": [0], "col": [1]}
ARRAYS = {
    "a tebibyte": CSR | {"data": "(1000000000000,)"},
    "a product beyond 64 bits": CSR | {"data": "(4294967296, 4294967296)"},
    "a negative length": CSR | {"data": "(-5,)"},
    "a computed length": CSR | {"data": "(9**9**9,)"},
    "a deep header": CSR | {"data": "(" * 5000 + ")" * 5000},
    "10^18 rows": COO | {"shape": [10**18, 10**18]},
    "300 million rows": COO | {"shape": [3 * 10**8, 3 * 10**8]},
    "rows of NaN": COO | {"shape": [np.nan, np.inf]},
    "blocks of nothing": {
        "format": b"bsr",
        "shape": [3, 3],
        "data": np.zeros((1, 0, 0)),
        "indices": [0],
        "indptr": [0, 1],
    },
    "a format of two": CSR | {"format": [b"csr", b"coo"]},
    "one dimension": COO | {"shape": [3]},
}


@pytest.mark.parametrize("fault", ARRAYS)
def test_an_array_that_claims_more_than_it_has_is_refused(tmp_path, fault):
    path = tmp_path / "g.npz"
    path.write_bytes(npz(**ARRAYS[fault]))
    with pytest.raises(FormatError, match=r"g\.npz: "):
        clean(formats.read(path), "g")


def test_a_matrix_of_more_rows_than_fit_into_memory_is_not_measured(tmp_path, graphbench):
    path = tmp_path / "g.mtx"
    path.write_bytes(b"%%MatrixMarket matrix coordinate pattern general\n" + b"1000000000000000000 " * 2 + b"1\n1 2\n")
    code, _, err = graphbench("wcc", path, "--engine", "scipy")
    assert (code, "g.mtx does not fit into memory: 1,000,000,000,000,000,000 vertices" in err) == (1, True)


def write_parquet(path, table, times=1, **options):
    with pq.ParquetWriter(path, table.schema, compression="zstd", **options) as writer:
        for _ in range(times):
            writer.write_table(table)
    return path


def test_parquet_of_many_equal_rows_is_refused_by_its_footer(tmp_path):
    rows = pa.table({"source": np.zeros(1 << 20, dtype=np.int64), "target": np.zeros(1 << 20, dtype=np.int64)})
    path = write_parquet(tmp_path / "g.parquet", rows, times=30)
    with pytest.raises(FormatError, match="its rows expand to 503,316,480 bytes; expected at most"):
        formats.read(path)


@pytest.mark.parametrize("dictionary", [True, False])
def test_parquet_of_long_names_is_refused_before_they_are_repeated(tmp_path, dictionary):
    names = pa.array(["x" * 1_000_000] * 100)
    rows = pa.table({"source": names, "target": pa.array(["a"] * 100)})
    path = write_parquet(tmp_path / "g.parquet", rows, use_dictionary=dictionary)
    with pytest.raises(FormatError, match=r"its rows expand to 1[0-9]{2},[0-9]{3},[0-9]{3} bytes"):
        formats.read(path)


def test_parquet_of_repeated_names_is_read(tmp_path):
    rows = pa.table({"source": ["ann", "bob", "ann"], "target": pa.array(["cyd", "ann", "bob"]).dictionary_encode()})
    raw = formats.read(write_parquet(tmp_path / "g.parquet", rows))
    assert [raw.names[at] for at in raw.src] == ["ann", "bob", "ann"]
    assert [raw.names[at] for at in raw.dst] == ["cyd", "ann", "bob"]


@pytest.mark.parametrize("column", ["names", "header"])
def test_parquet_of_text_that_is_not_utf_8_is_refused(tmp_path, column):
    text = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(struct.pack("<ii", 0, 1)), pa.py_buffer(b"\xff")])
    path = write_parquet(tmp_path / "g.parquet", pa.table({"source": text, "target": ["a"]}))
    if column == "header":
        path.write_bytes(path.read_bytes().replace(b"source", b"sour\xff\xfe"))
    with pytest.raises(FormatError, match=r"g\.parquet: not a readable Parquet file"):
        formats.read(path)


def test_memory_stays_small_while_bombs_are_refused(tmp_path):
    write_parquet(tmp_path / "rows.parquet", pa.table({"a": np.zeros(1 << 20, int), "b": np.zeros(1 << 20, int)}), 60)
    (tmp_path / "lines.csv.gz").write_bytes(gzip.compress(lines(1 << 27), 1))
    code = (
        "import json, resource, sys\n"
        "from graphbench.errors import FormatError\n"
        "from graphbench.graphs import formats\n"
        "import pyarrow.csv, pyarrow.parquet\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        "for path in sys.argv[1:]:\n"
        "    try: formats.read(path)\n"
        "    except FormatError: pass\n"
        "    else: raise SystemExit(path)\n"
        "print(json.dumps((peak() - before) / 1024))"
    )
    files = map(str, tmp_path.iterdir())
    found = subprocess.run([sys.executable, "-c", code, *files], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) < 600, "MiB"
