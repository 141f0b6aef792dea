"""SuiteSparse archives: only the matrix is read, and nothing is written."""

import bz2
import gzip
import io
import lzma
import tarfile

import pytest

from graphbench.errors import FormatError
from graphbench.graphs import formats
from graphbench.graphs.clean import clean

MATRIX = b"%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 1\n"


@pytest.fixture
def pack(tmp_path):
    def pack(*members, name="toy.tar.gz"):
        """Members are (name, bytes) or ready-made TarInfo objects."""
        path = tmp_path / name
        with tarfile.open(path, "w:gz") as archive:
            for member in members:
                info, data = (
                    (member, b"") if isinstance(member, tarfile.TarInfo) else (tarfile.TarInfo(member[0]), member[1])
                )
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return path

    return pack


def link(name, target, kind):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("prefix", ["", "./"])
@pytest.mark.parametrize("name", ["toy.tar.gz", "renamed.TGZ"])
def test_the_matrix_is_found_among_other_members(pack, prefix, name):
    others = ("toy/toy_coord.mtx", b"not this one"), ("toy/toy_nodename.txt", b"nor this"), ("toy.mtx", b"nor this")
    raw = formats.read(pack(*others, (f"{prefix}toy/toy.mtx", MATRIX), ("toy/README", b"x"), name=name))
    assert (raw.num_vertices, raw.src.tolist(), raw.dst.tolist(), raw.directed) == (3, [0, 0], [1, 2], False)


REAL = {
    "DIMACS10/caidaRouterLevel": (192_244, 609_066, False, 0, 0),
    "DIMACS10/coAuthorsDBLP": (299_067, 977_676, False, 0, 0),
    # 479 vertices are in no row; 9 more have nothing but a loop.
    "Gleich/wb-cs-stanford": (9_914, 36_854, True, 1_299, 479 + 9),
}


@pytest.mark.parametrize("name", REAL)
def test_real_archives_match_the_index(mirror, name):
    vertices, entries, directed, loops, isolated = REAL[name]
    raw = formats.read(mirror / "MM" / f"{name}.tar.gz")
    assert (raw.num_vertices, len(raw.src), raw.directed, raw.weight) == (vertices, entries, directed, None)
    edges, cleaning = clean(raw, name)
    assert (cleaning.loops_dropped, cleaning.num_isolated) == (loops, isolated)
    assert edges.num_edges == entries - loops - cleaning.duplicates_merged


def test_archive_members_outside_the_folder_are_ignored(pack, tmp_path):
    evil = [
        ("../evil/evil.mtx", MATRIX),
        ("/tmp/evil.mtx", MATRIX),
        link("toy/toy.mtx", "/etc/passwd", tarfile.SYMTYPE),
        link("toy/toy.mtx", "/etc/passwd", tarfile.LNKTYPE),
        link("toy/toy.mtx", "", tarfile.FIFOTYPE),
    ]
    path = pack(*evil)
    with pytest.raises(FormatError, match=r"expected a member NAME/NAME\.mtx.*found '\.\./evil/evil\.mtx'"):
        formats.read(path)
    assert list(tmp_path.iterdir()) == [path]


def test_an_empty_archive_says_what_was_expected(pack):
    with pytest.raises(FormatError, match="found nothing"):
        formats.read(pack())


def test_an_error_in_the_matrix_names_archive_and_line(pack):
    path = pack(("toy/toy.mtx", MATRIX.replace(b"3 1\n", b"3 x\n")))
    with pytest.raises(FormatError, match=r"toy\.tar\.gz, line 4: .*found '3 x'"):
        formats.read(path)


def test_a_size_line_beyond_the_member_is_refused_before_allocation(pack):
    path = pack(("toy/toy.mtx", MATRIX.replace(b"3 3 2", b"3 3 200000000000")))
    with pytest.raises(FormatError, match="200,000,000,000 entries, more than"):
        formats.read(path)


def test_a_member_longer_than_its_size_line_is_refused(pack):
    path = pack(("toy/toy.mtx", MATRIX + b"3 2\n" * 100_000))
    with pytest.raises(FormatError, match="more than the 2 entries"):
        formats.read(path)


def test_a_decompression_bomb_before_the_matrix_is_not_expanded(pack, monkeypatch):
    from graphbench.graphs.formats import packed

    monkeypatch.setattr(packed, "_FLOOR", 1 << 16)
    path = pack(("toy/toy_big.txt", bytes(16 << 20)), ("toy/toy.mtx", MATRIX))
    with pytest.raises(FormatError, match="claims 16,777,216 bytes; expected at most"):
        formats.read(path)


@pytest.mark.parametrize("keep", [0, 1, 10, 60, -20, -1])
def test_a_truncated_archive_is_reported(pack, keep):
    body = (
        MATRIX[: MATRIX.index(b"3 3 2")]
        + b"300 300 4000\n"
        + b"".join(b"%d %d\n" % (1 + i % 300, 1 + i * i % 300) for i in range(4000))
    )
    path = pack(("toy/toy.mtx", body))
    data = path.read_bytes()
    path.write_bytes(data[:keep])
    with pytest.raises(FormatError, match=r"[Dd]ownload the file again|damaged"):
        formats.read(path)


@pytest.mark.parametrize(
    "data",
    [b"", b"junk" * 100, gzip.compress(b"junk" * 1000, mtime=0), gzip.compress(b"", mtime=0)],
    ids=["nothing", "junk", "packed junk", "packed nothing"],  # of bytes, pytest would make names
)
def test_a_file_that_is_no_archive_is_reported(tmp_path, data):
    path = tmp_path / "toy.tar.gz"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"[Dd]ownload the file again"):
        formats.read(path)


TABLE = b"".join(b"%d,%d\n" % (number, number + 1) for number in range(3000))


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_streams_one_after_another_are_all_read_or_the_file_is_refused(tmp_path, compress):
    half = TABLE.index(b"1500,")
    first, second = compress(TABLE[:half]), compress(TABLE[half:])
    path = tmp_path / "table.csv"
    for padding in (b"", bytes(8)):
        path.write_bytes(first + second + padding)
        assert len(formats.read(path).src) == 3000
    for damaged in (*(flipped(second, at) for at in range(4)), second[:3], second[:-1], b"garbage\n", second + b"x\n"):
        path.write_bytes(first + damaged)
        with pytest.raises(FormatError, match="damaged or truncated"):
            formats.read(path)


@pytest.mark.parametrize("mode", ["gz", "bz2", "xz"])
def test_no_flipped_bit_of_a_compressed_archive_gives_another_graph(tmp_path, mode):
    with tarfile.open(path := tmp_path / "a.tar", f"w:{mode}") as archive:
        member = tarfile.TarInfo("g.csv")
        member.size = len(TABLE)
        archive.addfile(member, io.BytesIO(TABLE))
    data = path.read_bytes()
    assert len(formats.read(path).src) == 3000
    for at in range(20, len(data), len(data) // 60):
        path.write_bytes(flipped(data, at))
        with pytest.raises(FormatError):
            formats.read(path)
