"""A few mutated files for every reader; `benchmarks/fuzz_readers.py` runs many."""

import sys
from pathlib import Path

import pytest

from graphbench.errors import FormatError
from graphbench.graphs import formats
from graphbench.graphs.formats import text
from graphbench.graphs.formats.packed import Bounded

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
import fuzz_readers


@pytest.mark.parametrize("reader", fuzz_readers.seeds())
def test_mutated_files_are_read_or_refused(reader):
    _, outcomes, failures, _, _ = fuzz_readers.fuzz(reader, 60, seed=7)
    assert not failures
    assert outcomes["refused"]


@pytest.mark.parametrize("reader", fuzz_readers.seeds())
def test_what_they_start_from_is_read(reader, tmp_path):
    name, valid = fuzz_readers.seeds()[reader]
    for data in valid:
        outcome, _ = fuzz_readers.attempt(name, data, tmp_path)
        assert outcome == "read"


LONG = b"9" * 5000
FOUND = {
    "size.mtx": b"%%MatrixMarket matrix coordinate pattern general\n" + LONG + b" 3 1\n1 2\n",
    "entries.mtx": b"%%MatrixMarket matrix coordinate pattern general\n3 3 1000000000000000000\n1 2\n",
    "entry.mtx": b"%%MatrixMarket matrix coordinate integer general\n3 3 1\n1 2 " + LONG + b"\n",
    "size.graph": LONG + b" 3\n2\n",
    "ncon.graph": b"3 2 011 " + LONG + b"\n2\n1\n\n",
    "neighbour.graph": b"2 1 1\n1e999 1\n1 1.5\n",
    "constraints.graph": b"3 2 010 999\n2\n1\n\n",
    "size.col": b"p edge " + LONG + b" 1\ne 1 2\n",
    "vertices.gr": b"p sp 999999999999999999 1\na 1 2 3\n",
    "size.net": b"*Vertices " + LONG + b"\n",
    "vertices.net": b"*Vertices 999999999999999999\n*Arcs\n1 2\n",
    "out.counts": b"% sym unweighted\n% 1 999999999999999999\n1 2\n",
    "out.vertex": b"% sym unweighted\n1 999999999999999999\n",
    "id.gml": b"graph [ node [ id " + LONG + b" ] ]",
    "id.json": b'{"nodes":[{"id":' + LONG + b'}],"links":[]}',
    "id.csv": b"1," + LONG + b"\n2,3\n",
    "weight.csv": b"source,target,weight\n1,2," + LONG + b"\n",
    "degree.multiline_adjlist": b"1 999999999\n",
    "returns.csv": b'source,target\r"a"\rb,c\n"x\r",y\n',
    "quote.csv": b'a,b\r"\n',
    "blank.lgl": b"\x1c\n1\n",
    "unmatched.lgl": "# 1\n2\n\u2003\n3 4 5\n".encode(),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_once_was_a_traceback_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FOUND[name])
    with pytest.raises(FormatError, match=f"{name}[,:] "):
        formats.read(path)


def test_a_line_of_unicode_blanks_is_blank(tmp_path):
    path = tmp_path / "g.lgl"
    path.write_text("# 1\n2\n\u2003\x1c\n3\n", encoding="utf-8")
    assert len(formats.read(path).src) == 2


class Piece(bytes):
    """Bytes that notice how a line of many blocks is put together."""

    def __add__(self, _other):
        raise AssertionError("copied at every block, in time that grows with the square of the line")

    __radd__ = __add__


def test_a_line_of_many_blocks_is_joined_once(tmp_path):
    class Stream:
        left = 1000

        def peek(self):
            """Makes it a buffered stream."""

        def read(self, _size):
            self.left -= 1
            return Piece(b"1 " * 50) if self.left > 0 else Piece(b"2\n") if self.left == 0 else b""

    stream = Bounded(Stream(), tmp_path / "g.graph", 1 << 20)
    (block,) = text.blocks(stream, tmp_path / "g.graph", longest=1 << 20)
    assert block == b"1 " * 50 * 999 + b"2\n"
