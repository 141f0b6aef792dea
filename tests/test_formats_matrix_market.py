"""Matrix Market files: every kind of header, and every kind of invalid file."""

import gzip
import io
import os
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphbench.errors import FormatError
from graphbench.graphs import formats

RECTANGULAR = "rectangular"
ARRAY = "(array)"
NO_BANNER = "expected the banner"

# What each file must come to: "reads" (compared with the slow parser below), or the line and the words of its error.
OUTCOMES = {
    "A.mtx": "reads",
    "A2.mtx": "reads",
    "LFAT5.mtx": "reads",
    "LFAT5_hypersparse.mtx": "reads",
    "LFAT5_two.mtx": "reads",
    "comments_cover.mtx": "reads",
    "comments_full.mtx": (1, ARRAY),
    "comments_west0067.mtx": "reads",
    "complex.mtx": (1, ARRAY),
    "cover.mtx": "reads",
    "cover_structure.mtx": "reads",
    "empty.mtx": (4, RECTANGULAR),
    "full.mtx": (1, ARRAY),
    "full_noheader.mtx": (1, NO_BANNER),
    "full_symmetric.mtx": (1, ARRAY),
    "jagmesh7.mtx": "reads",
    "karate.mtx": "reads",
    "ldbc-cdlp-directed-example.mtx": "reads",
    "ldbc-cdlp-undirected-example.mtx": "reads",
    "ldbc-directed-example-bool.mtx": "reads",
    "ldbc-directed-example-unweighted.mtx": "reads",
    "ldbc-directed-example.mtx": "reads",
    "ldbc-undirected-example-bool.mtx": "reads",
    "ldbc-undirected-example-unweighted.mtx": "reads",
    "ldbc-undirected-example.mtx": "reads",
    "ldbc-wcc-example.mtx": "reads",
    "lp_afiro.mtx": (65, RECTANGULAR),
    "lp_afiro_structure.mtx": (3, RECTANGULAR),
    "mangled1.mtx": (1, "'mangled'; expected 'matrix'"),
    "mangled10.mtx": (4, RECTANGULAR),
    "mangled11.mtx": (4, RECTANGULAR),
    "mangled12.mtx": (4, RECTANGULAR),
    "mangled13.mtx": (4, RECTANGULAR),
    "mangled14.mtx": (5, RECTANGULAR),
    "mangled15.mtx": (1, ARRAY),
    "mangled16.mtx": (1, ARRAY),
    "mangled2.mtx": (1, "'mangled'; expected 'coordinate'"),
    "mangled3.mtx": (1, "'mangled'; expected pattern, real or integer"),
    "mangled4.mtx": (1, "'mangled'; expected general, symmetric or skew-symmetric"),
    "mangled5.mtx": (1, "'hermitian'"),
    "mangled6.mtx": (1, "'hermitian'"),
    "mangled7.mtx": (5, "expected two whole numbers and a number (row column value), found '1 1'"),
    "mangled8.mtx": (4, "expected the size line 'rows columns entries', found '3'"),
    "mangled9.mtx": (4, RECTANGULAR),
    # Mangled only for GraphBLAS: the values do not fit a type that a comment names, and here they need not.
    "mangled_bool.mtx": "reads",
    "mangled_format.mtx": (1, ARRAY),
    "mangled_int16.mtx": "reads",
    "mangled_int32.mtx": "reads",
    "mangled_int8.mtx": "reads",
    "mangled_skew.mtx": "reads",
    "mangled_uint16.mtx": "reads",
    "mangled_uint32.mtx": "reads",
    "mangled_uint8.mtx": "reads",
    "matrix_bool.mtx": "reads",
    "matrix_fp32.mtx": "reads",  # integer, with inf and nan among the values
    "matrix_fp32_structure.mtx": "reads",
    "matrix_fp64.mtx": "reads",
    "matrix_int16.mtx": "reads",
    "matrix_int32.mtx": "reads",
    "matrix_int64.mtx": (7, "beyond 2^53"),
    "matrix_int8.mtx": "reads",
    "matrix_uint16.mtx": "reads",
    "matrix_uint32.mtx": "reads",
    "matrix_uint64.mtx": (8, "beyond 2^53"),  # 2^64 - 1
    "matrix_uint8.mtx": "reads",
    "msf1.mtx": "reads",
    "msf2.mtx": "reads",
    "msf3.mtx": "reads",
    "olm1000.mtx": "reads",
    "sample.mtx": "reads",
    "sample2.mtx": "reads",
    "skew_fp32.mtx": "reads",
    "skew_fp64.mtx": "reads",
    "skew_int16.mtx": "reads",
    "skew_int32.mtx": "reads",
    "skew_int64.mtx": "reads",
    "skew_int8.mtx": "reads",
    "sources_7.mtx": (3, RECTANGULAR),
    "structure.mtx": "reads",
    "test_BF.mtx": "reads",
    "test_FW_1000.mtx": "reads",
    "test_FW_2003.mtx": "reads",
    "test_FW_2500.mtx": "reads",
    "tree-example.mtx": "reads",
    "west0067.mtx": "reads",
    "west0067_jumbled.mtx": "reads",  # comments and blank lines among the entries
    "west0067_noheader.mtx": (1, NO_BANNER),
    "zenios.mtx": "reads",
}


def slowly(text):
    """(size, symmetry, rows of (row, column, value or None)) by the plainest means."""
    lines = text.splitlines()
    _, _, _, field, symmetry = lines[0].lower().split()
    data = [line.split() for line in lines[1:] if line.strip() and not line.strip().startswith("%")]
    size, _, count = map(int, data[0])
    rows = [(int(row[0]) - 1, int(row[1]) - 1, None if field == "pattern" else float(row[2])) for row in data[1:]]
    assert len(rows) == count
    return size, symmetry, rows


def rows_of(raw):
    values = [None] * len(raw.src) if raw.weight is None else raw.weight.tolist()
    return list(zip(raw.src.tolist(), raw.dst.tolist(), values, strict=True))


def test_every_sample_file_has_an_expected_outcome(matrix_market):
    assert {path.name for path in matrix_market.glob("*.mtx")} == set(OUTCOMES)


@pytest.mark.parametrize("name", OUTCOMES)
def test_each_sample_file_has_its_expected_outcome(matrix_market, name):
    path = matrix_market / name
    if OUTCOMES[name] != "reads":
        line, words = OUTCOMES[name]
        with pytest.raises(FormatError) as caught:
            formats.read(path)
        assert words in str(caught.value)
        assert str(caught.value).startswith(f"{path}, line {line}: ")
        return
    size, symmetry, rows = slowly(path.read_text())
    raw = formats.read(path)
    if symmetry != "general":
        rows = [(column, row, value) for row, column, value in rows]
    if symmetry == "skew-symmetric":
        rows = [(src, dst, None) for src, dst, _ in rows]
    assert (raw.num_vertices, raw.directed, raw.names) == (size, symmetry == "general", None)
    np.testing.assert_equal(rows_of(raw), rows)


@pytest.fixture
def write(tmp_path):
    def write(body, header="coordinate pattern general", name="graph.mtx"):
        text = f"%%MatrixMarket matrix {header}\n{body}"
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    return write


@pytest.fixture
def fault(write):
    """The line and the message of the error that a file gives."""

    def fault(*args, **kwargs):
        path = write(*args, **kwargs)
        with pytest.raises(FormatError) as caught:
            formats.read(path)
        assert str(path) in str(caught.value)
        return caught.value.line, caught.value.problem

    return fault


@pytest.mark.parametrize("field", ["pattern", "real", "integer"])
@pytest.mark.parametrize("symmetry", ["general", "symmetric", "skew-symmetric"])
def test_each_kind_of_header_is_read(write, field, symmetry):
    value = "" if field == "pattern" else " -7"
    raw = formats.read(write(f"4 4 2\n2 1{value}\n4 2{value}\n", f"coordinate {field} {symmetry}"))
    assert raw.directed == (symmetry == "general")
    assert (raw.weight is None) == (field == "pattern" or symmetry == "skew-symmetric")
    ends = ([1, 3], [0, 1]) if raw.directed else ([0, 1], [1, 3])
    assert (raw.src.tolist(), raw.dst.tolist()) == ends
    assert raw.weight is None or raw.weight.tolist() == [-7, -7]
    assert raw.num_vertices == 4


def test_directed_false_symmetrises_and_true_leaves_a_symmetric_matrix_undirected(write):
    assert formats.read(write("2 2 1\n1 2\n"), directed=False).directed is False
    symmetric = write("2 2 1\n2 1\n", "coordinate pattern symmetric")
    assert formats.read(symmetric, directed=True).directed is False


def test_banner_is_case_insensitive_and_double_means_real(write):
    raw = formats.read(write("2 2 1\n1 2 .5\n", "COORDINATE Double General"))
    assert raw.weight.tolist() == [0.5]


def test_large_infinite_and_nan_values_are_read(write):
    raw = formats.read(
        write("9 9 4\n1 2 36893488147419103232\n1 3 inf\n1 4 -Infinity\n1 5 NaN\n", "coordinate integer general")
    )
    np.testing.assert_equal(raw.weight, [2.0**65, np.inf, -np.inf, np.nan])


def test_c_and_fortran_numbers_blank_lines_and_comments_are_read(write):
    body = "% note\n\n 3 3 4 \n\n 1\t2 +1.5\n%  here too\n  2 3 1D+02  \r\n1 3 -.5e1\n\n3 1 2.\n\n"
    raw = formats.read(write(body, "coordinate real general"))
    assert rows_of(raw) == [(0, 1, 1.5), (1, 2, 100), (0, 2, -5), (2, 0, 2)]


def test_a_last_line_without_newline_is_read(write):
    assert rows_of(formats.read(write("2 2 2\n1 2\n2 1"))) == [(0, 1, None), (1, 0, None)]


@pytest.mark.parametrize("body", ["0 0 0\n", "5 5 0\n", "5 5 0"])
def test_a_graph_without_edges_is_read(write, body):
    raw = formats.read(write(body))
    assert (raw.num_vertices, len(raw.src)) == (int(body[0]), 0)


def test_ids_beyond_32_bits_have_64_bits(write):
    raw = formats.read(write(f"{2**40} {2**40} 1\n{2**40} {2**33}\n"))
    assert (raw.src.tolist(), raw.dst.tolist(), raw.num_vertices) == ([2**40 - 1], [2**33 - 1], 2**40)


@pytest.mark.parametrize(
    ("body", "header", "line", "words"),
    [
        (
            "3 3 2\n1 2\n4 1\n",
            "coordinate pattern general",
            4,
            "from 1 to 3, as in the size line, found '4 1'. Correct",
        ),
        (
            "3 3 2\n1 2\n1 0\n",
            "coordinate pattern general",
            4,
            "from 1 to 3, as in the size line, found '1 0'. Correct",
        ),
        ("3 3 2\n1 2\n99999999999999999999 1\n", "coordinate pattern general", 4, "a row and a column from 1 to 3"),
        (
            "3 3 2\n1 2\n-1 1\n",
            "coordinate pattern general",
            4,
            "two whole numbers (row column), found '-1 1'",
        ),
        ("3 3 2\n1 2 5\n1 3\n", "coordinate pattern general", 3, "found '1 2 5'"),
        ("3 3 2\n1 2.5\n1 3\n", "coordinate pattern general", 3, "found '1 2.5'"),
        ("3 3 1\n1 2 3,5\n", "coordinate real general", 3, "found '1 2 3,5'"),
        ("3 3 1\n1 2 3 4\n", "coordinate real general", 3, "found '1 2 3 4'"),
        ("3 3 1\n1 2 three\n", "coordinate real general", 3, "found '1 2 three'"),
        ("3 3 1\n1 2 1.2.3\n", "coordinate real general", 3, "found '1 2 1.2.3'"),
        ("3 3 1\n1 2 1.5\n", "coordinate integer general", 3, "a whole value"),
        ("3 3 1\n1 2 1e400\n", "coordinate real general", None, "too large for a 64-bit float"),
        ("3 3 3\n1 2\n", "coordinate pattern general", None, "only 1 of the 3 entries"),
        ("3 3 1\n1 2\n1 3\n", "coordinate pattern general", None, "more than the 1 entries"),
        ("3 3 0\n1 2\n", "coordinate pattern general", None, "more than the 0 entries"),
        ("3 3 2\n1 2 3\n\n", "coordinate pattern general", None, "in each of 2 rows"),
        ("3 3 99999999\n1 2\n", "coordinate pattern general", 2, "has 99,999,999 entries, more than"),
        ("3 3\n1 2\n", "coordinate pattern general", 2, "expected the size line"),
        ("3 -3 1\n1 2\n", "coordinate pattern general", 2, "expected the size line"),
        ("3 4 1\n1 2\n", "coordinate pattern general", 2, "rectangular (3 by 4)"),
        ("3 4 1\n1 2\n", "coordinate pattern general", 2, "write scipy.sparse.block_array([[None, A], [A.T, None]])"),
        (f"{10**30} {10**30} 1\n1 2\n", "coordinate pattern general", 2, "64 bits"),
        ("% nothing follows\n", "coordinate pattern general", 3, "ends before its size line"),
        ("2 2\n1\n1\n1\n1\n", "array real general", 1, "dense"),
        ("2 2 1\n1 2 1 0\n", "coordinate complex general", 1, "complex"),
        ("2 2 1\n2 1 1 0\n", "coordinate real hermitian", 1, "hermitian"),
        ("2 2 1\n1 2\n", "coordinate pattern", 1, "4 words"),
        ("2 2 1\n1 \0 2\n", "coordinate pattern general", 3, "binary data"),
    ],
)
def test_an_invalid_file_is_reported_with_place_and_expectation(fault, body, header, line, words):
    for name in ("graph.mtx", "graph.mtx.gz"):
        at, message = fault(body, header, name)
        assert at == line
        assert words in message


def test_the_reported_line_is_correct_far_into_a_large_file(fault, write):
    rows = [f"{1 + i % 900} {1 + i % 901}" for i in range(700_000)]  # several blocks
    rows[654_321] = "1 2 x"
    line, message = fault(f"1000 1000 {len(rows)}\n" + "\n".join(rows))
    assert (line, "'1 2 x'" in message) == (654_321 + 3, True)
    rows[654_321] = "1 1001"
    line, message = fault(f"1000 1000 {len(rows)}\n" + "\n".join(rows))
    assert line == 654_321 + 3
    rows[654_321] = "1 2"
    raw = formats.read(write(f"1000 1000 {len(rows)}\n" + "\n".join(rows)))
    expected = np.array([row.split() for row in rows], dtype=int) - 1
    assert np.array_equal(np.column_stack([raw.src, raw.dst]), expected)


def test_a_truncated_or_wrongly_compressed_file_is_reported(write):
    whole = write("3 3 2\n1 2\n2 3\n", name="graph.mtx.gz")
    whole.write_bytes(whole.read_bytes()[:-6])
    with pytest.raises(FormatError, match=r"damaged or truncated\. Download the file again"):
        formats.read(whole)
    whole.write_bytes(b"%%MatrixMarket matrix coordinate pattern general\n1 1 0\n")  # gz in name only
    assert formats.read(whole).num_vertices == 1


def test_a_decompression_bomb_is_not_expanded(tmp_path, monkeypatch):
    from graphbench.graphs.formats import packed

    monkeypatch.setattr(packed, "_FLOOR", 1 << 16)
    path = tmp_path / "bomb.mtx.gz"
    blank = b"%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 2\n" + b"\n" * (8 << 20)
    path.write_bytes(gzip.compress(blank))
    with pytest.raises(FormatError, match="decompression bomb"):
        formats.read(path)


def test_an_endless_line_is_refused_before_it_is_all_in_memory(fault):
    _, message = fault("2 2 1\n" + "1" * (6 << 20))
    assert "a line has more than" in message


def test_a_pipe_can_be_read(tmp_path):
    pipe = tmp_path / "pipe.mtx"
    os.mkfifo(pipe)
    text = "%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 2\n"
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    raw = formats.read(pipe)
    writer.join()
    assert rows_of(raw) == [(0, 1, None)]


def test_missing_unreadable_files_and_folders_are_reported(tmp_path):
    with pytest.raises(FormatError, match=r"none\.mtx: cannot be read: No such file"):
        formats.read(tmp_path / "none.mtx")
    with pytest.raises(FormatError, match="is a folder"):
        formats.read(tmp_path)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_format_error(tmp_path_factory, junk):
    path = tmp_path_factory.mktemp("junk") / "junk.mtx"
    path.write_bytes(b"%%MatrixMarket matrix coordinate real general\n" + junk)
    try:
        raw = formats.read(path)
    except FormatError:
        return
    assert len(slowly(path.read_bytes().decode("latin-1"))[2]) == len(raw.src)


numbers = st.one_of(
    st.integers(-(10**25), 10**25).map(str),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["nan", "-inf", "3."]),
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50), numbers)), st.sampled_from([" ", "\t", "   "]))
def test_valid_files_read_as_the_reference_parser_reads_them(tmp_path_factory, rows, gap):
    text = io.StringIO()
    text.write(f"%%MatrixMarket matrix coordinate real general\n50 50 {len(rows)}\n")
    text.writelines(f"{gap.join(map(str, row))}\n" for row in rows)
    path = tmp_path_factory.mktemp("good") / "good.mtx"
    path.write_text(text.getvalue())
    np.testing.assert_equal(rows_of(formats.read(path)), slowly(text.getvalue())[2])
