"""Tables of edges: delimiters, comments, headers, names and weights; errors name the line."""

import gzip
import random
import re
import shlex
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphbench.errors import FormatError
from graphbench.graphs import formats
from graphbench.graphs.clean import reading_of
from graphbench.graphs.formats import table, table_rows
from graphbench.graphs.formats.table_roles import TableOptions
from helpers.table_mutations import BLOCKS, check, mutated, rows_in
from helpers.table_mutations import options as said

KM = TableOptions(source="from", target="to", weight="km")


@pytest.fixture
def read(tmp_path):
    def read(text, name="edges.txt", **kwargs):
        data = text if isinstance(text, bytes) else text.encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return formats.read(path, **kwargs)

    return read


def named(raw):
    """Rows with the vertices' own names."""
    names = np.arange(raw.num_vertices) if raw.names is None else raw.names
    rows = [(names[one], names[two]) for one, two in zip(raw.src, raw.dst, strict=True)]
    return rows if raw.weight is None else [(*row, value) for row, value in zip(rows, raw.weight.tolist(), strict=True)]


@pytest.mark.parametrize("delimiter", [",", ", ", ";", "\t", " ", "   ", " \t "])
@pytest.mark.parametrize(
    "name", ["edges.csv", "edges.tsv", "edges.txt", "a.edges", "a.el", "out.ucidata", "edges", "edges.txt.gz"]
)
def test_every_delimiter_is_detected_under_any_file_name(read, delimiter, name):
    text = "".join(delimiter.join(row) + "\n" for row in (("10", "20", ".5"), ("20", "40", "-2e3"), ("10", "40", "7")))
    assert named(read(text, name)) == [(10, 20, 0.5), (20, 40, -2000), (10, 40, 7)]


def test_comments_blank_lines_spaces_and_crlf_are_ignored(read):
    text = "# Directed graph\n   # FromNodeId\tToNodeId\r\n\n% more\n  1\t2 \r\n 2\t 3\n\t\n3  4"
    raw = read(text)
    assert named(raw) == [(1, 2), (2, 3), (3, 4)]
    assert raw.reading.comments == 3


@pytest.mark.parametrize(
    "header",
    [
        "source,target,weight",
        "FromNodeId,ToNodeId,weight",
        '"src","dst","w"',
        "x,y,weight",
        "Source ID,Target ID,Weight",
    ],
)
def test_a_header_row_is_found(read, header):
    assert named(read(f"# c\n\n{header}\n1,2,3\n3,1,4\n", "a.csv")) == [(1, 2, 3), (3, 1, 4)]


def test_a_header_above_names_is_detected(read):
    assert named(read("source,target\nx,y\n")) == [("x", "y")]
    assert named(read("one,two,weight\nx,y,1\n")) == [("x", "y", 1)]


@pytest.mark.parametrize(
    "header",
    [
        "origin,destination", "src,dst", "FromNodeId,ToNodeId", "source_id,target_id", "src_ip,dst_ip", "node1,node2",
        "citing,cited", "Source,Target,Weight", "u,v",
    ],
)  # fmt: skip
def test_a_usual_header_above_names_is_a_header(read, header):
    weight = ",5" * (header.count(",") - 1)
    raw = read(f"{header}\njfk,lax{weight}\nlax,sfo{weight}\n")
    assert [row[:2] for row in named(raw)] == [("jfk", "lax"), ("lax", "sfo")]
    assert raw.reading.header


def test_a_first_row_with_the_names_that_the_user_gives_is_the_header(read):
    text = "payer,payee,amount\nann,bob,EUR 5\nbob,cyd,EUR 6\n"
    named = TableOptions(source="payer", target="payee", no_weight=True)
    assert len(read(text, options=named).src) == 2
    with pytest.raises(FormatError, match="may be a header or an edge"):
        read(text, options=TableOptions(source="1", target="2", no_weight=True))


@pytest.mark.parametrize("block", [64, table.BLOCK_BYTES])
@pytest.mark.parametrize("delimiter", [",", "\t", " ", ", "])
@pytest.mark.parametrize("word", ["NA", "N/A", "nan", "NaN", "null", "NULL", "None", "n/a", "<NA>", "#N/A", ""])
def test_words_for_missing_values_are_no_vertices_among_integers(read, monkeypatch, block, delimiter, word):
    monkeypatch.setattr(table, "BLOCK_BYTES", block)
    if delimiter == " " and not word:
        return
    rows = [f"{at}{delimiter}{at + 1}" for at in range(200)]
    rows[3] = rows[150] = f"5{delimiter}{word}"
    text = "\n".join(["", *rows, ""])
    with pytest.raises(FormatError) as caught:
        read(text)
    problem = f"2 rows have no target, the first at line 5 ({word!r}). Fill them in, or pass --drop-missing to leave"
    assert problem in caught.value.problem
    raw = read(text, options=TableOptions(drop_missing=True))
    assert named(raw) == [(at, at + 1) for at in range(200) if at not in {3, 150}]
    assert raw.reading.ids == "integers"
    assert raw.reading.warnings == ["2 rows with a missing value left out."]


@pytest.mark.parametrize("word", ["", "NA", "nan", "NULL"])
def test_missing_weights_are_counted_and_can_be_left_out(read, word):
    text = f"a,b,1.5\nb,c,{word}\nc,a,2\na,,3\nb,a,{word}\n"
    with pytest.raises(FormatError, match=r"1 row has no target, .* line 4 \(''\); 2 rows have no weight, .* line 2"):
        read(text, options=TableOptions(header=False))
    raw = read(text, options=TableOptions(header=False, drop_missing=True))
    assert named(raw) == [("a", "b", 1.5), ("c", "a", 2)]
    assert (raw.reading.rows, reading_of(raw).first_rows) == (2, [["a", "b", "1.5"], ["c", "a", "2.0"]])
    with pytest.raises(FormatError, match=r"2 rows have no weight, .* or pass --no-weight, or pass --drop-missing"):
        read(text.replace("a,,3\n", ""), options=TableOptions(header=False))


def test_names_like_missing_values_are_kept_with_a_warning_among_names(read):
    text = "source,target\nUS,DE\nNA,ZA\nnull,NA\n"
    raw = read(text)
    assert named(raw) == [("US", "DE"), ("NA", "ZA"), ("null", "NA")]
    warning, other = raw.reading.warnings
    assert other.startswith("1 row has a target named like a missing value: 'NA' in line 4.")
    assert warning.startswith("2 rows have a source named like a missing value: 'NA' in line 3, 'null' in line 4. If")
    assert named(read(text, options=TableOptions(drop_missing=True))) == [("US", "DE")]
    with pytest.raises(
        FormatError, match=r"1 row has a source that is no integer, .* 'NA' in line 3\. Correct them, p"
    ):
        read("user,item\n1,a\nNA,b\n", options=TableOptions(header=True))


def test_quoted_words_for_missing_values_are_names(read):
    for text in ('source,target\nUS,DE\n"NA",ZA\n', 'source target\nUS DE\n"NA" ZA\n', 'source,target\n1,2\n"NA",3\n'):
        raw = read(text)
        assert (named(raw)[1][0], raw.reading.warnings) == ("NA", [])


@pytest.mark.parametrize(
    "text",
    [
        "user,item\nann,tea\nbob,rum\n",
        "word,related\nword,term\nterm,name\n",  # a header of which one name is a vertex
        "source,target\nsource,a\na,target\n",  # a flow network
        "customer,merchant\nx,y\n",
        "parent child\nx y\n",
        "anna,bert\nbert,carl\n",
        "a,b\n",
        "0,1\nann,bob\nbob,cyd\n",  # column numbers of a frame
        "source,target,2020\na,b,5\n",
    ],
)
def test_a_first_row_that_may_be_a_header_is_refused_until_the_user_decides(read, text):
    with pytest.raises(FormatError, match=r"line 1: the first row \(.*\) may be a header or an edge\. Pass --header"):
        read(text)
    rows = len(text.splitlines())
    assert len(read(text, options=TableOptions(header=False)).src) == rows
    if rows > 1:
        assert len(read(text, options=TableOptions(header=True)).src) == rows - 1


def test_a_first_row_of_vertices_that_occur_again_is_an_edge(read):
    raw = read("anna,bert\nbert,carl\ncarl,anna\n")
    assert named(raw) == [("anna", "bert"), ("bert", "carl"), ("carl", "anna")]
    assert raw.reading.header is False
    rows = [f"n{i},n{i + 1}" for i in range(5000)]  # far below the rows that decide on the layout
    assert len(read("\n".join([*rows, "n5000,n0", "n1,n0"])).src) == 5002


def test_a_header_selects_the_columns(read):
    text = "id,weight,target,note,source\n1,.5,8,x,9\n2,.25,9,y,8\n"
    assert named(read(text)) == [(9, 8, 0.5), (8, 9, 0.25)]
    assert named(read("weight;dst;src\n5;1;2\n")) == [(2, 1, 5)]


def test_text_beside_known_ends_is_ignored_and_reported(read):
    raw = read("source,target,kind\n1,2,friend\n2,3,enemy\n")
    assert named(raw) == [(1, 2), (2, 3)]
    assert raw.reading.ignored == ["kind"]
    assert raw.reading.warnings == ["Column 'kind' is not numeric and is ignored; the graph has no weights."]


def test_without_a_header_the_third_column_is_the_weight(read):
    assert named(read("1,2,5\n2,3,6\n")) == [(1, 2, 5), (2, 3, 6)]


def test_semicolons_in_every_row_take_precedence_over_commas(read):
    for text in ("1;2;0,5\n", "source;target;weight\n1;2;0,5\n2;3;1,5\n", "ann;bob;0,5\nbob;cyd;1,5\n"):
        with pytest.raises(FormatError, match=r"found '0,5'\. Use a decimal point, or pass --no-weight\."):
            read(text, "a.csv")
    assert named(read("Doe, Jane;Roe, Max\n", options=TableOptions(header=False))) == [("Doe, Jane", "Roe, Max")]
    assert named(read("source,target,note\n1,2,a;b\n3,4,c;d\n")) == [(1, 2), (3, 4)]


def test_text_in_a_third_column_is_refused_with_advice(read):
    with pytest.raises(
        FormatError, match=r"column '3' is not numeric.* --source-column 1 --target-column 2 --no-weight"
    ):
        read("1,2,friend\n2,3,enemy\n")
    options = TableOptions(source="1", target="2", no_weight=True)
    assert named(read("1,2,friend\n2,3,enemy\n", options=options)) == [(1, 2), (2, 3)]


def test_rows_are_undirected_edges_by_default(read):
    assert not read("1 2\n").directed
    assert not read("1 2\n", directed=False).directed
    assert read("1 2\n", directed=True).directed


def test_integer_names_are_numbered_in_order(read):
    raw = read("7 -3\n1000000000000 7\n")
    assert (raw.names.tolist(), raw.src.tolist(), raw.dst.tolist()) == ([-3, 7, 10**12], [1, 2], [0, 1])
    raw = read("5 9\n9 7\n")
    assert (raw.names.tolist(), raw.src.tolist(), raw.dst.tolist()) == ([5, 7, 9], [0, 2], [2, 1])
    raw = read("2 0\n1 2\n")
    assert (raw.names, raw.num_vertices, raw.src.tolist(), raw.dst.tolist()) == (None, 3, [2, 1], [0, 2])


def test_text_names_are_numbered_in_sorted_order(read):
    text = '"New York, NY",Oslo\nOslo,  Åre \nÅre,"say ""hi"""\n京都,Oslo\n'
    raw = read(text, "a.csv", options=TableOptions(header=False))
    assert raw.names.tolist() == sorted(["New York, NY", "Oslo", "Åre", 'say "hi"', "京都"])
    assert named(raw)[2] == ("Åre", 'say "hi"')
    assert named(read("from\tto\nNew York\tSan José\n", "a.tsv")) == [("New York", "San José")]
    assert named(read('from to\n"New York" Oslo\n')) == [("New York", "Oslo")]


def test_one_word_among_a_million_integers_is_refused_with_its_line(read):
    rows = [f"{i} {i + 1}\n" for i in range(1_200_000)]  # several blocks
    text = "".join(rows[:1000]) + "\n" + "".join(rows[1000:]) + "5 late\n"
    with pytest.raises(
        FormatError, match=r"1 row has a target that is no integer, .*: 'late' in line 1,200,002\. Corr"
    ):
        read(text)
    raw = read(text, options=TableOptions(names=True))
    assert (raw.num_vertices, raw.reading.ids, raw.reading.warnings) == (1_200_002, "names", [])
    assert (named(raw)[0], named(raw)[-1]) == (("0", "1"), ("5", "late"))


def test_mistakes_among_integers_are_refused_with_their_rows_and_left_out_on_demand(read, monkeypatch):
    monkeypatch.setattr(table, "BLOCK_BYTES", 64)
    rows = [f"{at},{at + 1},0.5" for at in range(200)]
    for at, word in ((3, "n/k"), (50, "5 late"), (120, "unknown"), (190, "unknown")):
        rows[at] = f"{word},{at + 1},0.5"
    rows[60] = "60,NA,0.5"
    text = "\n".join(["", *rows, ""])
    with pytest.raises(FormatError) as caught:
        read(text)
    assert caught.value.problem == (
        "4 rows have a source that is no integer, as all others are: 'n/k' in line 5, '5 late' in line 52, "
        "'unknown' in line 122 and 1 more; 1 row has a target that is no integer, as all others are: 'NA' in line 62. "
        "Correct them, pass --drop-missing to leave these rows out, or --names if they are names."
    )
    raw = read(text, options=TableOptions(drop_missing=True))
    kept = [at for at in range(200) if at not in {3, 50, 60, 120, 190}]
    assert named(raw) == [(at, at + 1, 0.5) for at in kept]
    assert (raw.reading.ids, raw.reading.rows) == ("integers", 195)
    assert raw.reading.warnings == [
        (
            "4 rows with a word among integers left out: 'n/k' in line 5, '5 late' in line 52, 'unknown' in line 122 "
            "and 1 more."
        ),
        "1 row with a missing value left out.",
    ]
    assert reading_of(raw).first_rows[3] == ["4", "5", "0.5"]


def test_rows_with_missing_values_and_words_among_integers_are_reported_together(read, monkeypatch):
    monkeypatch.setattr(table, "BLOCK_BYTES", 64)
    rows = [f"{at},{at + 1},0.5" for at in range(200)]
    for at, row in {3: ",4,1", 20: "20,,1", 50: "5 late,9,1", 60: "60,61,", 120: "120,12a,1", 121: "12a,9,1"}.items():
        rows[at] = row
    text = "\n".join(["source,target,weight", *rows, ""])
    with pytest.raises(FormatError) as caught:
        read(text)
    missing, words = caught.value.problem.split(" Also, ")
    assert missing.startswith("1 row has no source, the first at line 5 ('');")
    assert "source that is no integer, as all others are: '5 late' in line 52, '12a' in line 123; 1 row" in words
    assert "no integer, as all others are: '12a' in line 122. Correct" in words
    left_out, dropped = read(text, options=TableOptions(drop_missing=True)).reading.warnings
    assert left_out == (
        "3 rows with a word among integers left out: '5 late' in line 52, '12a' in line 122, '12a' in line 123."
    )
    assert dropped == "3 rows with a missing value left out."


def test_names_on_demand_that_look_like_missing_values_have_a_warning(read):
    text = "source,target\n1,2\nNA,3\nnull,late\n"
    raw = read(text, options=TableOptions(names=True))
    assert raw.names.tolist() == ["1", "2", "3", "NA", "late", "null"]
    assert raw.reading.warnings == [
        (
            "2 rows have a source named like a missing value: 'NA' in line 3, 'null' in line 4. If they are missing, "
            "pass --drop-missing."
        )
    ]
    assert named(read(text, options=TableOptions(names=True, drop_missing=True))) == [("1", "2")]


def test_names_of_which_many_are_integers_are_names_with_a_warning(read):
    text = "".join(f"{at},{at + 1 if at % 4 else f'A{at}'}\n" for at in range(40))
    raw = read(text)
    assert named(raw)[:2] == [("0", "A0"), ("1", "2")]
    (warning,) = raw.reading.warnings
    assert warning == "30 different targets are integers and 10 are not, such as 'A0', so all vertices are names."
    assert read("".join(f"A{at},{at}\nA{at},{at + 1}\n" for at in range(40))).reading.warnings == []


def isbn(number):
    """A text of ten characters; the last, which checks the others, is an X in one of eleven."""
    digits = f"{number:09}"
    check = sum((10 - place) * int(digit) for place, digit in enumerate(digits)) * 10 % 11
    return digits + ("X" if check == 10 else str(check))


HONEST = {
    "a flow from s to t": [*(("s", str(at)) for at in range(5)), *((str(at), "t") for at in range(5))],
    "a hub": [(str(at), "root" if at % 2 else str(at + 1)) for at in range(1000)],
    "ISBNs": [(isbn(300_000_000 + at), isbn(500_000_000 + 7 * at)) for at in range(200)],
    "departments": [(str(at), f"{at % 89 + 10}" if at % 50 else "2A") for at in range(10, 96)],
}


@pytest.mark.parametrize("drop_missing", [False, True])
@pytest.mark.parametrize("rows", HONEST.values(), ids=HONEST)
def test_names_among_integers_are_no_mistakes(read, rows, drop_missing):
    text = "".join(f"{source},{target}\n" for source, target in rows)
    raw = read(f"source,target\n{text}", options=TableOptions(drop_missing=drop_missing))
    assert named(raw) == rows
    assert raw.reading.warnings[0].endswith("so all vertices are names.")


def test_only_rows_that_a_refusal_shows_are_located(read, monkeypatch):
    located = []
    lines = table._lines
    monkeypatch.setattr(table, "_lines", lambda *given: located.append(len(given[2])) or lines(*given))
    rows = [f"{at},{'unknown' if at % 20 == 0 else at + 1}\n" for at in range(2000)]
    with pytest.raises(FormatError, match=r"100 rows have a target .*: 'unknown' in line 1, .* and 97 more\. Correct"):
        read("".join(rows))
    assert sum(located) == 3


@pytest.mark.parametrize(
    ("rows", "read_as"),
    [
        ("1.0,2.0\n2,1\n", [(1, 2), (2, 1)]),
        ("007,008\n008,009\n", [("007", "008"), ("008", "009")]),
        ('"7",8\n7,9\n', [(7, 8), (7, 9)]),
        ("-1,2\n2,-5\n", [(-1, 2), (2, -5)]),
        ("0x10,0x11\n0x11,16\n", [("0x10", "0x11"), ("0x11", "16")]),
        ('"1,234","1,235"\n"1,235",7\n', [("1,234", "1,235"), ("1,235", "7")]),
        ("1e3,2\n2,3\n", "expected vertices that are integers or names, found '1e3'"),
        ("1.5,2\n2,3\n", "expected vertices that are integers or names, found '1.5'"),
        ("1,2\n2,3\n3,0x10\n", "1 row has a target that is no integer, as all others are: '0x10' in line 3"),
        ('1,2\n2,3\n3,"1,234"\n', "1 row has a target that is no integer, .*: '1,234' in line 3"),
        ("007,2\n7,3\n", "the vertices '007' in line 1 and '7' in line 2 are one integer in two spellings"),
        ("+7,2\n7,3\n", r"the vertices '\+7' in line 1 and '7' in line 2 are one integer in two spellings"),
        ("7.0,b\nb,7\n", r"the vertices '7' in line 2 and '7\.0' in line 1 are one integer in two spellings"),
        ("-0,b\nb,0\n", "the vertices '-0' in line 1 and '0' in line 2 are one integer in two spellings"),
        ("pkg,1.0\npkg,1\n", r"the vertices '1' in line 2 and '1\.0' in line 1 are one integer in two spellings"),
        ("1 234,b\nb,1234\n", "the vertices '1 234' in line 1 and '1234' in line 2 are one integer in two spellings"),
        ('"1,234",b\nb,1234\n', "the vertices '1,234' in line 1 and '1234' in line 2 are one integer in two spellings"),
        ("12345678901234567890,2\n2,3\n", "vertex '12345678901234567890' exceeds 64 bits. Pass --names, or renumber"),
    ],
)
def test_unusual_spellings_of_ids_never_change_the_graph_silently(read, rows, read_as):
    as_names = [tuple(field.strip('"') for field in re.findall('"[^"]*"|[^,]+', row)) for row in rows.splitlines()]
    if isinstance(read_as, list):
        assert named(read(rows, "a.csv", options=TableOptions(header=False))) == read_as
    else:
        with pytest.raises(FormatError, match=read_as):
            read(rows, "a.csv", options=TableOptions(header=False))
    assert named(read(rows, "a.csv", options=TableOptions(header=False, names=True))) == as_names


def test_special_words_are_ordinary_names(read):
    assert named(read("Nan,Inf\nEve,1e5\n")) == [("Nan", "Inf"), ("Eve", "1e5")]
    assert named(read("1 2\n0x10 16\n")) == [("1", "2"), ("0x10", "16")]


def test_a_byte_order_mark_is_ignored(read):
    assert named(read(b"\xef\xbb\xbffrom,to\nx,y\n")) == [("x", "y")]
    assert named(read(b"\xef\xbb\xbf1 2\n3 4\n")) == [(1, 2), (3, 4)]
    assert named(read(b"\xef\xbb\xbf# 3 vertices\n1 2\n3 4\n")) == [(1, 2), (3, 4)]
    assert named(read(b"\xef\xbb\xbf" + b"% more\n" * 2_000_000 + b"1 2\n3 4\n")) == [(1, 2), (3, 4)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("1 2\n1 2 3\n", 2, "expected 2 columns, as in the rows before, found 3: '1 2 3'"),
        ("1,2\n\n3\n", 3, "expected 2 columns, as in the rows before, found 1: '3'"),
        ("1,2\n\n# c\n3,4\n", 3, "found '# c'; comments are expected before the first row only"),
        ("1 2\n#x y\n3 4\n", 2, "comments are expected before the first row only"),
        ("from to\nx y\n# z\n", 3, "comments are expected before the first row only"),
        ("u,v\n1,2\n3,4,5\n", 3, "expected 2 columns"),
        ("1 2 3\n3 4 heavy\n", 2, "expected a number as the weight, found 'heavy'"),
        ("1 2 0,5\n2 3 1,5\n", 1, "expected a number as the weight, found '0,5'"),
        ("1,2,\n3,4,1\n", None, "1 row has no weight, the first at line 1 ('')"),
        ("1,2,\n3,4,\n", None, "2 rows have no weight, the first at line 1 ('')"),
        ("1,2,1\n3,4,1_0\n", 2, "expected a number as the weight, found '1_0'"),
        ("1 2 3\n2 3 inf\n", 2, "expected a finite number as the weight, found 'inf'"),
        ("1 2 -inf\n2 3 4\n", 1, "expected a finite number as the weight, found '-inf'"),
        ("1 2 3\n2 3 Nan\n", 2, "expected a finite number as the weight, found 'Nan'"),
        ("1 2 3\n2 3 2+1j\n", 2, "expected a number as the weight, found '2+1j'"),
        ("1 2 3\n2 3 9007199254740993\n", 2, "beyond 2^53, where float64 rounds whole numbers"),
        ("1 2 1e400\n", 1, "too large for a 64-bit float"),
        ("1 2\nNan 3\n", 2, "integers or names, found 'Nan'"),
        ("1 2\n2.5 3\n", 2, "integers or names, found '2.5'"),
        ("1e3 2.0\n", 1, "integers or names, found '1e3'"),
        ("18446744073709551615 2\n1 2\n", 1, "exceeds 64 bits"),
        ("1 2\n1 99999999999999999999\n", 2, "exceeds 64 bits"),
        ("1 2\n1 -9223372036854775809\n", 2, "exceeds 64 bits"),
        ("1,2\n,3\n", None, "1 row has no source, the first at line 2 ('')"),
        ("from,to\nx,y\n,z\n", None, "1 row has no source, the first at line 3 ('')"),
        ("from,to\nx,y\nz, \n", None, "1 row has no target, the first at line 3 ('')"),
        ("x y\nz \0w\n", None, "binary data"),
        ("1 2 3 4\n", 1, "found 4 columns without names"),
        ("1\n2\n", 1, "found '1'"),
        ("", None, "no edges found"),
        ("# nothing\n\n", None, "no edges found"),
        ("source,target\n", None, "no edges found"),
        ('from,to\n3,4"\n"5,6\n', 3, "unexpected end of data"),
        ("from,to\n" + "a,b\n" * 200 + 'p10,"p11\n' + "a,b\n" * 200, 202, "unexpected end of data"),
        ('from,to\na,b\n"a"b,c\n', 3, "expected after"),
        ("from,to\n" + "a,b\n" * 200 + 'p10,"p11"x\n' + "a,b\n" * 200, 202, "expected after"),
        ("from,to\n" + "a,b\n" * 200 + 'p10,"p11\n' + "a,b\n" * 200 + 'c,d"\na,b\n', 202, "unexpected end of data"),
        ('from,to\na,b\n"a,b\nc",d\n', 3, "unexpected end of data"),
        ("1 2\r3 4\r", 1, "found a carriage return without a newline"),
        (b"\xff\xfe1\0 \0002\0\n\0", None, "UTF-16"),
        ("# a b\n#c d\n", None, "2 lines skipped as comments"),
        (b"caf\xe9 bar\n", 1, "not UTF-8"),
        (bytes(range(256)) * 4, None, "binary data"),
        (b"\x01PK\x03" + bytes(60), None, "binary data"),
    ],
)
def test_an_invalid_table_is_reported_with_place_and_expectation(read, text, line, words):
    with pytest.raises(FormatError) as caught:
        read(text)
    assert caught.value.line == line
    assert words in caught.value.problem


def test_the_reported_line_is_correct_far_into_a_large_file(read):
    rows = ["1,2"] * 3_000_000  # more than a block
    rows[2_500_000] = "1;2"
    with pytest.raises(FormatError) as caught:
        read("\n".join(rows))
    assert caught.value.line == 2_500_001


def test_invalid_text_far_into_a_table_is_found(read):
    with pytest.raises(FormatError, match=r"line 900001: not UTF-8"):
        read(b"from to\n" + b"abc def\n" * 899_999 + b"\xff\xfe x\n" + b"abc def\n" * 300_000)


def test_the_number_of_rows_alone_finds_a_stray_quotation_mark(read, monkeypatch):
    monkeypatch.setattr(table_rows, "_quoted", lambda _: "(?s:.*)")  # the other guard lets everything pass
    rows = [f"p{at},p{at + 1},x" for at in range(2000)]
    rows[1000], rows[1010] = 'p10,p11,"x', 'p20,p21,x"'
    with pytest.raises(FormatError, match="line 1002"):
        read("\n".join(["source,target,note", *rows, ""]))


def test_a_byte_order_mark_of_a_second_file_is_refused(read):
    with pytest.raises(FormatError, match=r"line 3: expected a vertex .* found '.ufeff2'"):
        read("source,target\n1,2\n\ufeff2,3\n")


@pytest.mark.parametrize("row", ["{0},{1}", "n{0},n{1}"])
def test_a_header_of_a_second_file_is_refused_however_far_down(read, row):
    rows = "".join(row.format(at, at + 1) + "\n" for at in range(30_000))
    with pytest.raises(FormatError, match=r"row 30,001 \(source, target\) may be an edge, or a header of another file"):
        read(f"source,target\n{rows}source,target\n{rows}")
    options = TableOptions(header=True, names=True)
    assert len(read(f"source,target\n{rows}source,target\n", options=options).src) == 30_001


def test_an_unreadable_file_with_an_unknown_suffix_lists_the_formats(read):
    with pytest.raises(
        FormatError, match=r"binary data.* Supported formats: edge lists.*Matrix Market.*METIS.*Parquet"
    ):
        read(b"\x01\x02\n" + bytes(30), "graph.xyz")


def test_a_truncated_compressed_table_is_reported(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"1,2\n" * 1000)[:-9])
    with pytest.raises(FormatError, match="damaged or truncated"):
        formats.read(path)


names = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(str), st.text("abcXYZ äß", min_size=1).map(str.strip).filter(bool)
)


@given(st.lists(st.tuples(names, names), min_size=1, max_size=20), st.sampled_from([",", ";", "\t"]))
def test_any_names_survive_reading(tmp_path_factory, rows, delimiter):
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_text(
        f"source{delimiter}target\n" + "".join(f"{delimiter.join(row)}\n" for row in rows), encoding="utf-8"
    )
    raw = formats.read(path, options=TableOptions(names=True))
    assert named(raw) == rows
    used = {*raw.src.tolist(), *raw.dst.tolist()}
    assert used == set(range(raw.num_vertices))
    assert raw.names is None or raw.names.tolist() == sorted(raw.names.tolist())


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_read_or_are_a_format_error(tmp_path_factory, junk):
    for name in ("junk.txt", "junk.graph", "junk.parquet", "junk.csv.gz", "junk.tar.gz", "junk.xyz"):
        path = tmp_path_factory.mktemp("junk") / name
        path.write_bytes(junk)
        try:
            raw = formats.read(path)
        except FormatError:
            continue
        assert len(raw.src) == len(raw.dst)


@pytest.mark.parametrize("seed", range(10))
def test_damaged_tables_are_read_with_all_their_rows_or_refused(seed, tmp_path):
    seen = set()
    for number in range(40):
        random_ = random.Random(f"{seed} {number}")
        data, options = mutated(random_), said(random_)
        seen.add(check(data, options, tmp_path / "table.csv", random_.choice(BLOCKS)))
    assert {"read", "refused"} <= seen


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("1 2\n7 8 # trailing comment\n", "Delete the comment: comments are expected in lines above the first row."),
        ("1 2\n2 3 4\n", "If each row lists a vertex and its neighbours, rename the file to edges.adjlist."),
        ("ann,bob\nbob,ann\nDoe, Jane,bob\n", "put a name with commas in quotation marks"),
        ("1 2\n50.1 8\n", "choose the columns of vertices: --source-column NAME --target-column NAME."),
    ],
)
def test_a_row_that_is_no_edge_says_what_to_do(read, text, advice):
    with pytest.raises(FormatError) as caught:
        read(text)
    assert advice in caught.value.problem


def test_neighbours_as_weights_are_a_warning(read):
    (warning,) = read("1 2 3\n2 1 4\n3 1 4\n4 2 3\n").reading.warnings
    assert "Column 3 is taken as the weight, but has numbers of vertices" in warning
    assert "rename the file to edges.adjlist" in warning
    assert not read("1 2 3\n1 3 4\n3 1 4\n4 2 3\n").reading.warnings
    assert not read("1 2 9\n2 1 9\n3 1 8\n4 2 8\n").reading.warnings


RING = [(at, (at * 7 + 3) % 100) for at in range(100)]


def lines(row, rows=RING):
    return "".join(row.format(*ends, at=at) + "\n" for at, ends in enumerate(rows))


def advised(problem):
    """The options that a refusal names."""
    words = shlex.split(re.split(r"for example: |Pass ", problem)[1].partition(" Supported")[0])
    roles = {"--source-column": "source", "--target-column": "target", "--delimiter": "delimiter"}
    options = {roles[word]: words[at + 1].rstrip(".") for at, word in enumerate(words) if word in roles}
    return TableOptions(**options, no_weight="--no-weight" in words)


@pytest.mark.parametrize("mark", ["pp", "--", "->", "-", "=>", "{at}"])
@pytest.mark.parametrize("blank", [" ", "\t", ","])
@pytest.mark.parametrize("row", ["{{0}}{0}{1}{0}{{1}}", "n{{0}}{0}{1}{0}n{{1}}"])
def test_kinds_of_relations_between_vertices_are_no_vertices(read, mark, blank, row):
    text = (
        lines(row.format(blank, mark))
        if mark != "{at}"
        else "".join(row.format(blank, "pp" if at % 3 else "pd").format(*ends) + "\n" for at, ends in enumerate(RING))
    )
    with pytest.raises(FormatError, match=r"column '2' may have kinds of relations|'3' is not numeric") as caught:
        read(text, "a.sif")
    raw = read(text, "a.sif", options=advised(caught.value.problem))
    assert [(int(str(one).strip("n")), int(str(two).strip("n"))) for one, two in named(raw)] == RING


@pytest.mark.parametrize(
    "text",
    [
        lines("{0} tea{1} {at}"),  # as many things as people
        "".join(f"{at} item{at % 5} {at % 7 + 1}\n" for at in range(300)),
        "".join(f"{at} item{at // 1500} {at % 40 + 1}\n" for at in range(2000)),  # sorted by the thing
        lines("{0} root {0}.5"),
        lines("root {0} {1}"),
        lines("{0} n{1} {0}"),
    ],
)
def test_things_beside_integers_keep_their_weights(read, text):
    assert named(read(text))[0][2] == float(text.split()[2])


@pytest.mark.parametrize(
    "text",
    [
        "100 100\n" + lines("{0} {1}"),
        "100 100 100\n" + lines("{0} {1} 7"),
        "5 5 4\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n",
        "100,100\n" + lines("{0},{1}"),
    ],
)
def test_a_first_row_of_sizes_is_refused(read, text):
    with pytest.raises(FormatError, match=r"may be an edge, or the numbers of vertices .* or pass --no-header if it"):
        read(text)
    assert len(read(text, options=TableOptions(header=False)).src) == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "99 100\n" + lines("{0} {1}"),
        "98 99\n" + lines("{0} {1}"),
        lines("{0} {at}", [(9 - at, 0) for at in range(9)]),
        "".join(f"{at + 1} {at}\n" for at in reversed(range(50))),
    ],
)
def test_a_first_row_of_a_large_vertex_is_an_edge(read, text):
    assert len(read(text).src) == text.count("\n")


@pytest.mark.parametrize(
    "cell", ['"{1},{0},3"', '"{1} {0}"', '"[{1}, {0}]"', '"[{1}]"', '"{1};{0},3"', '"({1}, {0})"', '"n{0},n{1}"']
)
def test_a_cell_with_a_list_of_vertices_is_refused(read, cell):
    text = lines(f"{'n' * ('n' in cell)}{{0}},{cell}")
    with pytest.raises(FormatError, match=r"column '(2|neighbors)' has lists of vertices, such as .* or pass --names"):
        read(text, options=TableOptions(header=False))
    assert len(read(text, options=TableOptions(header=False, names=True)).src) == 100


@pytest.mark.parametrize(
    "row",
    [
        '"({0}, 1)","({1}, 1)"',
        '"Doe, {0}","Doe, {1}"',
        "New York {0},York {1}",
        "n{0} m,n{0}",
        "{{6B29-{1}}},n{0}",
        '"1,{0}34","1,{1}34"',
    ],
)
def test_names_with_delimiters_are_no_lists(read, row):
    assert len(read(lines(row), options=TableOptions(header=False)).src) == 100


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("source,target\nSource,Target\n", 2),
        ("source | target\n-------|-------\n", 2),
        ("source,target\nstring,string\n", 2),
        ("source,target,weight\nvarchar,text,3\n", 2),
        ("source | target\n-------+-------\n", 2),
    ],
)
def test_a_second_row_of_the_header_is_refused(read, text, line):
    mark = "|" if "|" in text else ","
    rows = lines(f"n{{0}}{mark}n{{1}}" + ",7" * ("weight" in text))
    with pytest.raises(FormatError, match=r"Delete the line") as caught:
        read(text + rows)
    assert caught.value.line == line
    assert len(read(text.partition("\n")[0] + "\n" + rows).src) == 100


def test_words_of_a_header_that_are_vertices_are_edges(read):
    assert len(read("source,target\ntext,string\nstring,word\nword,text\n").src) == 3
    assert len(read("u,v\nv,w\nw,u\n", options=TableOptions(header=True)).src) == 2


def test_a_quotation_mark_within_a_field_rules_a_delimiter_out(read):
    raw = read('p1,"ann;bob"\np2,"bob;cyd"\n', options=TableOptions(header=False))
    assert named(raw) == [("p1", "ann;bob"), ("p2", "bob;cyd")]
    assert named(read('5" disk,b\nb,5" disk\n')) == [('5" disk', "b"), ("b", '5" disk')]


@pytest.mark.parametrize("row", ["p{0},x;{1}", "p{0}|x,{1}", "p{0},x\t{1},y"])
def test_two_delimiters_that_fit_are_refused(read, row):
    with pytest.raises(FormatError, match=r"could both separate the columns\. Pass --delimiter .* or --del") as caught:
        read(lines(row))
    options = replace(advised(caught.value.problem), header=False)
    assert len(read(lines(row), options=options).src) == 100


def test_commas_before_a_blank_in_names_are_no_delimiters(read):
    assert named(read(lines("Doe, {0}\tDoe, {1}")))[0] == ("Doe, 0", "Doe, 3")


@pytest.mark.parametrize(
    ("above", "advice"),
    [
        ("sep=;\nsource;target\n", "is for spreadsheets; expected a header or an edge. Delete the line."),
        ("Edge list;\nsource;target\n", "may be a title or a size, as all rows below have more columns. Delete the"),
        ("Edge list\nsource;target\n", "'Edge list' may be a title or a size"),
        ("100\n", "'100' may be a title or a size"),
        ("from;to\n", "put a name such as rn before the others"),
    ],
)
@pytest.mark.parametrize("header", [None, True])
def test_lines_above_the_header_are_named(read, above, advice, header):
    rows = lines("{at};{0};{1}" if above.startswith("from") else "{0};{1}")
    with pytest.raises(FormatError) as caught:
        read(above + rows, options=TableOptions(header=header))
    assert caught.value.line == 1
    assert advice in caught.value.problem


@pytest.mark.parametrize("row", ['"{at}" "n{0}" "n{1}"', "{at} {0} {1}"])
def test_a_header_of_r_without_the_name_of_the_rows_says_what_to_add(read, row):
    with pytest.raises(FormatError, match="the header has 2 names, 'from to', but all rows below have 3 columns"):
        read(f"from to\n{lines(row)}")
    raw = read(f"rn from to\n{lines(row)}")
    assert (raw.weight, raw.reading.ignored, len(raw.src)) == (None, ["rn"], 100)


@pytest.mark.parametrize("first", ["", '""', "rn", "index"])
@pytest.mark.parametrize("start", [1, 5])
@pytest.mark.parametrize("ends", ["u,v", "from,to", "a,b"])
def test_numbers_of_the_rows_have_no_role(read, first, start, ends):
    raw = read(f"{first},{ends}\n" + lines("{at},{0},{1}")[start * 8 :].partition("\n")[2])
    assert (raw.reading.source, raw.reading.target, raw.weight) == (*ends.split(","), None)


def test_columns_of_a_spreadsheet_without_a_name_and_values_are_ignored(read):
    raw = read("source,target,,\n1,2,,\n2,3,,\n")
    assert (named(raw), raw.reading.warnings) == ([(1, 2), (2, 3)], [])


def test_a_column_without_a_name_has_no_role(read):
    with pytest.raises(FormatError, match="a column that would be used has no name"):
        read(",target\n1,2\n2,3\n")
    for options in (TableOptions(weight=""), TableOptions()):
        with pytest.raises(FormatError, match=r"a column that would be used has no name; .* Name it in the header"):
            read("source,target,\n1,2,5\n2,3,6\n", options=options)


@pytest.mark.parametrize(
    ("weight", "advice"),
    [
        ("1,234", "Write '1234' if commas separate thousands, or '1.234' if it is a decimal comma"),
        ("12,345,678", "Write '12345678' if commas separate thousands; or pass --no-weight"),
        ("0,500", "Use a decimal point, or pass --no-weight"),
    ],
)
def test_commas_in_weights_may_separate_thousands(read, weight, advice):
    with pytest.raises(FormatError) as caught:
        read(f'source,target,weight\n1,2,"{weight}"\n')
    assert advice in caught.value.problem


def test_times_without_a_header_are_ignored_with_a_warning(read):
    raw = read("1 2 1082040961\n3 4 1082155839\n")
    assert named(raw) == [(1, 2), (3, 4)]
    (warning,) = raw.reading.warnings
    assert warning.endswith("its values look like times. Pass --weight-column 3 to use it as the weight.")
    assert read("1 2 1082040961\n", options=TableOptions(weight="3")).weight.tolist() == [1082040961]


def test_the_type_column_of_gephi_gives_the_direction(read):
    text = "Source,Target,Type,Weight\n1,2,Directed,1\n2,1,directed,2\n"
    assert read(text).directed
    assert not read(text, directed=False).directed
    assert not read(text.replace("Directed", "Undirected").replace("directed,2", "undirected,2")).directed
    assert not read(text.replace("Type", "Kind").replace("irected", "")).directed
    with pytest.raises(FormatError, match=r"'Type' has directed and undirected rows; .* Pass --directed or --undir"):
        read(text.replace(",directed", ",Undirected"))
    assert read(text.replace(",directed", ",Undirected"), directed=True).directed


def test_comments_that_may_be_edges_are_refused(read):
    text = "#ml,#ai\nsource,target\n#ai,#dl\nann,#ml\n"
    with pytest.raises(FormatError, match=r"line 1: '#ml,#ai' may be a comment or an edge, as names of vertices begin"):
        read(text)
    assert len(read(text.replace("#ml,#ai\n", "")).src) == 2
    assert len(read(text.replace("#ml,#ai\n", '"#ml","#ai"\n'), options=TableOptions(header=False)).src) == 4


def test_ids_are_integers_only_in_their_only_spelling(read, monkeypatch):
    monkeypatch.setattr(table, "BLOCK_BYTES", 64)
    assert named(read("1,2\n2,3\n")) == [(1, 2), (2, 3)]
    for odd in ("04", "007", "-0", "+9", "00"):
        assert named(read(f"1,2\n{odd},3\n")) == [("1", "2"), (odd, "3")]
        assert named(read("1,2\n" * 300 + f"{odd},3\n"))[-1] == (odd, "3")  # in a later block


def test_ids_with_a_decimal_zero_are_integers(read, monkeypatch):
    monkeypatch.setattr(table, "BLOCK_BYTES", 64)
    assert named(read("1.0,2.0\n2,10.00\n")) == [(1, 2), (2, 10)]
    assert named(read("1,2\n" * 300 + "1.0,3\n"))[-1] == (1, 3)


@pytest.mark.parametrize(
    "text",
    [
        "0,1,1\n1,0,1\n1,1,0\n",
        "0 1 1 0\n1 0 1 0\n1 1 0 1\n0 0 1 0\n",
        ",a,b\na,0,1\nb,1,0\n",
        "a,b,c\n0,2,1\n2,0,1\n1,1,0\n",
    ],
)
def test_an_adjacency_matrix_is_no_table_of_edges(read, text):
    with pytest.raises(FormatError, match="may be an adjacency matrix"):
        read(text)


def test_three_weighted_edges_are_no_matrix(read):
    assert named(read("0,1,1\n1,2,1\n0,2,5\n")) == [(0, 1, 1), (1, 2, 1), (0, 2, 5)]


@pytest.mark.parametrize(
    ("text", "delimiter", "rows"),
    [
        ("a,b;c\nb,c;a\n", ",", [("a", "b;c"), ("b", "c;a")]),
        ("a:b\nb:a\n", ":", [("a", "b"), ("b", "a")]),
        ("1\t2\n2\t3\n", "tab", [(1, 2), (2, 3)]),
        ("1|2|x y\n2|3|z\n", "|", [(1, 2), (2, 3)]),
        ("a, b c\nc d\n", "space", None),
    ],
)
def test_the_user_chooses_the_delimiter(read, text, delimiter, rows):
    options = TableOptions(delimiter=delimiter, header=False, source="1", target="2", no_weight=True)
    if rows is None:
        with pytest.raises(FormatError, match=r"line 2: expected 3 columns"):
            read(text, options=options)
    else:
        assert named(read(text, options=options)) == rows


def test_a_delimiter_is_one_character(read):
    with pytest.raises(FormatError, match=r"delimiter '::' is not one ASCII character"):
        read("1::2\n", options=TableOptions(delimiter="::"))


def test_the_reading_says_how_the_table_was_understood(read):
    reading = read("% c\n%d\nfrom;to;km;note\nann;bob;1.5;x\nbob;cyd;2;y\n", options=KM).reading
    assert reading.line == (
        "table, columns separated by semicolons, with a header; source 'from', target 'to', weight 'km'; "
        "ignored: 'note'; 2 rows; vertices are names; 2 comment lines skipped"
    )
    assert reading.first_rows == [["ann", "bob", "1.5"], ["bob", "cyd", "2"]]
    assert read("1 2\n2 3\n").reading.line == (
        "table, columns separated by blanks, without a header; source column 1, target column 2, no weight; 2 rows; "
        "vertices are integers"
    )


STRAY = [
    '{0}"{1}',
    '"{0}{1}',
    '{0}{1}"',
    '{0}""{1}',
    '{0}{1}""',
    '"{0}"x{1}',
    '{0}"',
    '{0}{1}"\r',
    '{0}"b\r"',
    '{0}"b\r',
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
@pytest.mark.parametrize("above", ["", '# a "remark\n', "header"])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("compress", [lambda data: data, gzip.compress], ids=["plain", "gz"])
def test_no_stray_quotation_mark_swallows_rows(tmp_path, delimiter, above, weights, compress):
    head = delimiter.join(["source", "target", "weight"][: 2 + weights]) + "\n" if above == "header" else above
    end = f"{delimiter}1.5" if weights else ""
    rows = [f"p{at}{delimiter}p{at + 1}{end}" for at in range(250)]
    path, outcomes = tmp_path / "table.csv", Counter()
    for stray in STRAY:
        line = stray.format(f"a{delimiter}", "b")
        line = line[:-1] + end + "\r" if line.endswith("\r") else line + end
        for places in ((0,), (10,), (10, 13), (120,), (249,), (150, 151)):
            lines = [*rows]
            for place in places:
                lines.insert(place, line)
            data = (head + "\n".join(lines) + "\n").encode()
            path.write_bytes(compress(data))
            try:
                raw = formats.read(path)
            except FormatError:
                outcomes["refused"] += 1
                continue
            assert len(raw.src) == raw.reading.rows == rows_in(data, raw.reading.header) == 250 + len(places)
            outcomes["read"] += 1
    assert outcomes["refused"] > outcomes["read"]


def test_a_stray_quotation_mark_among_ten_thousand_rows_is_refused_with_its_line(tmp_path):
    path = tmp_path / "table.csv"
    rows = [f"p{at},p{at + 1}" for at in range(10_000)]
    rows[10] = 'p10,"p11'
    path.write_text("\n".join(rows) + "\n")
    with pytest.raises(FormatError, match="line 11"):
        formats.read(path)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("0\t1\t7\n1\t2\t8\n", [(0, 1, 7), (1, 2, 8)]),
        ("0\t1\t7\n1\t\t2\t8\n", [(0, 1, 7), (1, 2, 8)]),
        ("0\t1\t7\n\t1\t2\t8\n", [(0, 1, 7), (1, 2, 8)]),
        ("0\t1\t7\t\n1\t2\t8\t\n", [(0, 1, 7), (1, 2, 8)]),
        ("0 1 7\n1  2 8\n", [(0, 1, 7), (1, 2, 8)]),
        ("0 1\t7\n1\t2 8 \n", [(0, 1, 7), (1, 2, 8)]),
    ],
)
def test_blanks_and_tabs_in_any_number_separate_columns(read, rows, found):
    raw = read(rows)
    assert list(zip(raw.src, raw.dst, raw.weight, strict=True)) == found


@pytest.mark.parametrize("rows", ["0\t1\t7\n1\t\t8\n", "0 1 7\n1  8\n", "0 1 7\n 1 8\n"])
def test_an_empty_field_between_blanks_is_none(read, rows):
    with pytest.raises(FormatError, match=r"line 2: expected 3 columns, as in the rows before, found 2"):
        read(rows)


def test_an_empty_field_of_an_ignored_column_is_none(read):
    with pytest.raises(FormatError, match=r"line 3: expected 4 columns, as in the rows before, found 3"):
        read("source\ttarget\tnote\tweight\n0\t1\t3\t5\n1\t2\t\t6\n", options=TableOptions(delimiter="space"))


def test_blocks_that_are_read_at_once_stay_in_order(read, monkeypatch):
    monkeypatch.setattr(table, "BLOCK_BYTES", 64)
    rows = [(row, row + 1) for row in range(999)]
    raw = read("".join(f"{one},{two}\n" for one, two in rows))
    assert list(zip(raw.src, raw.dst, strict=True)) == rows


def test_the_first_of_several_faults_is_reported(read, monkeypatch):
    monkeypatch.setattr(table, "BLOCK_BYTES", 64)
    rows = [f"{row},{row + 1}\n" for row in range(999)]
    rows[300], rows[310], rows[900] = "2.5,1\n", "1\n", "1,2,3\n"
    with pytest.raises(FormatError, match="line 301: "):
        read("".join(rows))


@pytest.mark.parametrize("delimiter", [",", "\t", " "])
@pytest.mark.parametrize("control", ["\x01", "\x0b", "\x1f", "\x7f"])
def test_control_characters_in_names_are_refused(read, monkeypatch, delimiter, control):
    monkeypatch.setattr(table, "BLOCK_BYTES", 64)
    rows = [f"{one}{delimiter}{two}\n" for one, two in ("ab", "bc", "ca")] * 50
    assert named(read("".join(rows)))[-1] == ("c", "a")
    rows[99] = f"c{delimiter}a{control}a\n"
    with pytest.raises(FormatError, match="line 100: "):
        read("".join(rows))
