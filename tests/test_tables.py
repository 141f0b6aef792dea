"""Tables: one rule gives columns their roles, and a table is read alike as CSV, Parquet, and frames."""

import shlex
import warnings

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import graphbench as gb
from graphbench import graphs
from graphbench.errors import DatasetError, UsageError
from graphbench.graphs.formats.table_roles import Column, Refusal, TableOptions, decide

# Roles


def columns(text):
    """Columns from `name:kind`; the default kind is integer."""
    parts = [part.partition(":") for part in text.split()]
    return [Column(name=name, kind=kind or "integer") for name, _, kind in parts]


def decided(text, **options):
    """The names of source, target and weight, or the problem."""
    found = decide(columns(text), TableOptions(**options))
    if isinstance(found, Refusal):
        return found.problem
    names = [part.partition(":")[0] for part in text.split()]
    return " ".join(names[index] for index in found.used)


@pytest.mark.parametrize(
    ("text", "options", "roles"),
    [
        ("a b", {}, "a b"),
        ("a b x", {}, "a b x"),
        ("a b x:number", {}, "a b x"),
        ("target source", {}, "source target"),
        ("to from", {}, "from to"),
        ("dst src cost", {}, "src dst cost"),
        ("weight a b", {}, "a b weight"),
        ("weight to from", {}, "from to weight"),
        ("a to", {}, "a to"),
        ("a to x", {}, "a to x"),
        ("source b x", {}, "source b x"),
        ("source target kind:text", {}, "source target"),
        ("from to kind:text", {}, "from to"),
        ("source target weight distance", {}, "source target weight"),
        ("id source x target weight note:text", {}, "source target weight"),
        ("Source Target Type:text Id Label:text Weight:number", {}, "Source Target Weight"),
        ("source Source target", {"no_weight": True}, "source target"),
        ("source target kind:text label:text", {}, "source target"),
        ("source target cost distance", {"no_weight": True}, "source target"),
        ("source target cost distance", {"weight": "cost"}, "source target cost"),
        ("txn customer merchant amount", {"source": "customer", "target": "MERCHANT", "weight": "amount"}, None),
        ("a b c", {"source": "c", "target": "a", "weight": "b"}, "c a b"),
        ("a b c", {"source": "c", "target": "a"}, "c a b"),
        ("a b kind:text", {"no_weight": True}, "a b"),
        ("a b", {"source": "b"}, "b a"),
        ("source target timestamp", {}, "source target"),
        ("source target timestamp", {"weight": "timestamp"}, "source target timestamp"),
        ("a b rank", {}, "a b"),
        ("a b year", {"source": "a", "target": "b"}, "a b"),
        ("a b travel_time", {}, "a b travel_time"),
        ("a b flights_per_year", {}, "a b flights_per_year"),
        ("row col value", {}, "row col value"),
        ("gene type weight", {}, "gene type weight"),
        ("from type:text to", {}, "from to"),
    ],
)
def test_roles_that_are_clear_are_decided(text, options, roles):
    assert decided(text, **options) == (roles or "customer merchant amount")


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("a", {}, "found the columns a; expected a source"),
        ("txn customer merchant amount", {}, "found the columns txn, customer, merchant, amount; which of them"),
        ("tx_id date:text payer:text payee:text amount", {}, "payer --target-column payee --weight-column amount (or"),
        ("index created_at:text a:text b:text seconds", {}, "column a --target-column b --weight-column seconds (or"),
        ("id order_id date day", {}, "--source-column id --target-column order_id --no-weight"),
        ("id payer:text note:text payee:text amount", {}, "payer --target-column payee --weight-column amount (or"),
        ("id payer note payee amount", {"source": "payer", "target": "payee"}, "--weight-column note (or"),
        (
            "id note:text payer:text memo:text payee:text",
            {"source": "payer"},
            "payer --target-column payee --no-weight",
        ),
        ("id source kind:text target", {}, "--source-column source --target-column target --no-weight"),
        ("id note:text buyer:text seller:text cost length", {}, "buyer --target-column seller --weight-column cost"),
        ("from to weight kind:text", {}, "--source-column from --target-column to --weight-column weight"),
        ("from src to", {}, "'from' and 'src' could both be the source"),
        ("from to dest", {}, "'to' and 'dest' could both be the target"),
        ("source target cost distance", {}, "'cost', 'distance' could be the weight"),
        ("source target length:number kind:text", {}, "--weight-column length (or --no-weight)"),
        ("source target src", {}, "'src' could be an end"),
        ("id source target", {}, "'id' could be the weight or a number of the row"),
        ("a b kind:text", {}, "'kind' is not numeric, so it is not clear which two"),
        ("a b c:other", {}, "'c' is not numeric"),
        ("source target weight:text", {}, "weights in column 'weight' are not numbers"),
        ("source target cost:text", {}, "weights in column 'cost' are not numbers"),
        ("source target target", {}, "2 columns are named 'target'"),
        ("a a", {}, "('a' repeated); expected different names"),
        ("a b", {"source": "c"}, "no column is named 'c'; found the columns a, b"),
        ("a b", {"source": "a", "target": "a"}, "one column has two roles in --source-column a --target-column a"),
        ("gene_a kind gene_b", {}, "'kind' may have kinds of relations between the other two"),
        ("head relation tail", {}, "--source-column head --target-column tail --no-weight"),
        ("subject:text predicate:text object:text", {}, "--source-column subject --target-column object --no-weight"),
        ("source relation:number target", {}, "--source-column source --target-column target --no-weight"),
        ("index a:text b:text", {}, "--source-column a --target-column b --no-weight"),
        ("id my_src tgt", {}, "--source-column my_src --target-column tgt --no-weight"),
        ("rn from to", {"header": True}, "--source-column from --target-column to --no-weight"),
        ("a b c", {"weight": "c", "no_weight": True}, "--weight-column c --no-weight exclude each other"),
        ("weight a", {}, "expected a source, a target"),
        ("a b c d", {"source": "a"}, "which of them are the ends"),
        ("a b c d", {"source": "c"}, "--source-column c --target-column a --weight-column b (or"),
        ("a b c d", {"target": "a", "weight": "c"}, "--source-column b --target-column a --weight-column c (or"),
        ("a b c d", {"source": "a", "target": "b"}, "'c', 'd' could be the weight"),
    ],
)
def test_roles_that_are_not_clear_are_refused_with_the_way_on(text, options, words):
    assert words in decided(text, **options)


@pytest.mark.parametrize(
    "text",
    ["txn customer merchant amount", "from src to", "source target cost distance", "a b kind:text"],
)
def test_the_options_that_a_refusal_names_work(text):
    advice = decided(text).partition("for example: ")[2].removesuffix(" (or --no-weight)").split()
    given = dict(zip(advice[::2], advice[1::2], strict=False))
    options = {
        "source": given["--source-column"],
        "target": given["--target-column"],
        "weight": given.get("--weight-column"),
        "no_weight": "--no-weight" in advice,
    }
    assert set(decided(text, **options).split()) <= {column.name for column in columns(text)}


def test_columns_without_names_have_numbers():
    unnamed = [Column(name=str(number), kind="integer") for number in range(1, 5)]
    found = decide(unnamed, TableOptions(source="2", target="4", weight="1"), named=False)
    assert found.used == [1, 3, 0]
    assert "found 4 columns without names" in decide(unnamed, named=False).problem


def test_an_index_has_a_role_only_if_it_is_named():
    index = Column(name="id", kind="integer", index=True)
    assert decide([index, *columns("a b")]).used == [1, 2]
    assert decide([index, *columns("a b")], TableOptions(weight="id")).used == [1, 2, 0]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "timestamp",
            "year",
            "rank",
            "type",
            "id",
            "time",
            "date",
            "created_at",
            "Order ID",
            "key",
            "directed",
            "label",
        ),
        *("relation", "osmid", "idx", "pub_year", "stationId"),
    ],
)
def test_a_number_that_is_no_weight_by_its_name_is_ignored_with_a_warning(name):
    found = decide([*columns("source target"), Column(name=name, kind="integer")])
    option = f"--weight-column {shlex.quote(name)}"
    assert found.warnings == [
        f"Column {name!r} is ignored: by its name it is no weight. Pass {option} to use it as the weight."
    ]


@pytest.mark.parametrize("ends", ["node degree", "id label:text", "vertex community", "Name Size"])
def test_a_table_of_vertices_is_a_warning(ends):
    assert "may describe vertices; each row is taken as an edge" in decide(columns(ends)).warnings[0]
    assert not decide(columns(ends), TableOptions(source=ends.split()[0])).warnings


def test_ids_that_may_number_the_rows_are_no_end_beside_two_other_columns():
    frame = pd.DataFrame({"id": range(1, 41), "a": [*range(20)] * 2, "b": [*range(7, 27)] * 2})
    with pytest.raises(DatasetError, match=r"number the rows.* source_column='a', target_column='b', no_weight"):
        graphs.from_object(frame)
    reading = graphs.from_object(frame.rename(columns={"b": "distance"})).info.reading
    assert (reading.source, reading.target, reading.weight) == ("id", "a", "distance")


@pytest.mark.parametrize(
    ("content", "ends"),
    [
        ({"index": range(20), "neighbor": [*range(1, 20), 0], "distance": range(7, 27)}, "index neighbor distance"),
        ({"id": range(20), "nearest": [*range(1, 20), 0], "dist": [0.5] * 20}, "id nearest dist"),
        ({"student": [f"s{at % 9}" for at in range(60)], "course": ["a", "b", "c"] * 20, "grade": [1, 2, 3, 4] * 15},
         "student course grade"),
        ({"source": [1, 2, 3, 4], "target": [2, 3, 4, 1], "weight": range(4), "year": [9] * 4}, "source target weight"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore")
def test_usual_tables_of_weighted_edges_are_read(content, ends, tmp_path):
    frame = pd.DataFrame(content)
    frame.to_csv(tmp_path / "t.csv", index=False)
    for found in (graphs.from_object(frame), graphs.load(tmp_path / "t.csv")):
        reading = found.info.reading
        assert f"{reading.source} {reading.target} {reading.weight}" == ends


def test_a_name_of_weights_is_no_end():
    frame = pd.DataFrame({"neighbor": [*range(1, 20), 0], "distance": range(7, 27)})
    with pytest.raises(DatasetError, match=r"'distance' is a name of weights.* frame\.reset_index\(\)"):
        graphs.from_object(frame)
    named = graphs.from_object(frame, options=TableOptions(source="neighbor", target="distance"))
    assert named.info.reading.target == "distance"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("content", "warned"),
    [
        ({"id": range(20), "x": range(0, 200, 10), "y": range(20)}, True),
        ({"city": [f"c{at}" for at in range(20)], "population": range(20)}, True),
        ({"id": range(20), "inhabitants": range(100, 120)}, True),
        ({"vertex": range(20), "igraph": [0] * 20, "networkx": [0] * 20}, True),
        ({"key": range(20), "country": ["US", "DE"] * 10}, True),
        ({"user": [*range(20)] * 2, "item": range(100, 140)}, False),
        ({"child": range(1, 20), "parent": [at // 2 for at in range(1, 20)]}, False),
        ({"node": range(1, 20), "parent": [at // 2 for at in range(1, 20)]}, False),
        ({"node": ["a", "a", "b"] * 7, "linked": ["b", "c", "c"] * 7}, False),
        ({"leaf": range(20), "root": ["r"] * 20}, False),
    ],
)
def test_rows_that_describe_vertices_are_a_warning(content, warned, tmp_path):
    frame = pd.DataFrame(content)
    frame.to_csv(tmp_path / "t.csv", index=False)
    readings = [
        graphs.from_object(frame).info.reading,
        graphs.load(tmp_path / "t.csv", options=TableOptions(header=True)).info.reading,
    ]
    for reading in readings:
        assert any("may describe vertices; each row is taken as an edge" in text for text in reading.warnings) == warned


# Alike in every form

N = ["ann", "bob", "cyd"]
TABLES = {
    "integers": ({"a": [1, 2, 3], "b": [2, 3, 1]}, {}, "1-2 2-3 1-3"),
    "names": ({"source": N, "target": ["bob", "cyd", "dan"]}, {}, "ann-bob bob-cyd cyd-dan"),
    "names under other words": ({"customer": N, "merchant": ["x", "y", "z"]}, {"header": True}, "ann-x bob-y cyd-z"),
    "weights": ({"src": [1, 2], "dst": [2, 3], "weight": [0.5, 2]}, {}, "1-2:0.5 2-3:2.0"),
    "a third number": ({"a": [1, 2], "b": [2, 3], "km": [7, 8]}, {}, "1-2:7.0 2-3:8.0"),
    "ends in another order": ({"cost": [7], "to": [2], "from": [1]}, {}, "1-2:7.0"),
    "exact names beside others": (
        {"source": [1, 2], "target": [2, 3], "weight": [1, 1], "distance": [11, 21]},
        {},
        "1-2:1.0 2-3:1.0",
    ),
    "export of Gephi": (
        {"Source": ["n1"], "Target": ["n2"], "Type": ["Undirected"], "Id": [0], "Label": ["x"], "Weight": [2.5]},
        {},
        "n1-n2:2.5",
    ),
    "a kind beside the ends": ({"source": [1, 2], "target": [2, 3], "kind": ["x", "y"]}, {}, "1-2 2-3"),
    "transactions": ({"txn": [1], "customer": [7], "merchant": [8], "amount": [5]}, {}, DatasetError),
    "transactions, named": (
        {"txn": [1], "customer": [7], "merchant": [8], "amount": [5]},
        {"source": "customer", "target": "merchant", "weight": "amount"},
        "7-8:5.0",
    ),
    "transactions, no weight": (
        {"txn": [1], "customer": [7], "merchant": [8], "amount": [5]},
        {"source": "customer", "target": "merchant", "no_weight": True},
        "7-8",
    ),
    "two costs": ({"source": [1], "target": [2], "cost": [3], "distance": [4]}, {}, DatasetError),
    "two sources": ({"from": [1], "src": [2], "to": [3]}, {}, DatasetError),
    "times as a third number": ({"a": [1, 2], "b": [2, 3], "c": [1700000000, 1700000001]}, {}, "1-2 2-3"),
    "milliseconds": ({"a": [1, 2], "b": [2, 3], "c": [1700000000000, 1700000001000]}, {}, "1-2 2-3"),
    "fractions of seconds": ({"a": [1, 2], "b": [2, 3], "c": [1700000000.25, 1700000001.0]}, {}, "1-2 2-3"),
    "dates": ({"a": [1, 2], "b": [2, 3], "c": [20200131, 20191201]}, {}, "1-2 2-3"),
    "no dates": ({"a": [1, 2], "b": [2, 3], "c": [20200131, 20201301]}, {}, "1-2:20200131.0 2-3:20201301.0"),
    "lists of neighbours": ({"node": [1, 2, 3], "neighbors": ["2,3", "1,3", "[1]"]}, {}, DatasetError),
    "relations": ({"p": [1, 2, 3], "q": ["pp"] * 3, "r": [2, 3, 1]}, {}, DatasetError),
    "numbers of the rows": ({"index": [4, 5, 9], "a": [1, 2, 3], "b": [2, 3, 4]}, {}, "1-2 2-3 3-4"),
    "large weights": ({"a": [1, 2], "b": [2, 3], "c": [1700000000, 5]}, {}, "1-2:1700000000.0 2-3:5.0"),
    "users and items": ({"user": [1, 2], "item": [2, 3]}, {}, "1-2 2-3"),
    "a number of the row": ({"id": [9], "source": [1], "target": [2]}, {}, DatasetError),
    "weights that are text": ({"source": [1], "target": [2], "weight": ["heavy"]}, {}, DatasetError),
    "padded ids": ({"source": ["00123", "7"], "target": ["124", "008"]}, {}, "00123-124 008-7"),
    "ids in two spellings": ({"source": ["00123", "7"], "target": ["123", "007"]}, {}, DatasetError),
    "ids in two spellings, as names": (
        {"source": ["00123", "7"], "target": ["123", "007"]},
        {"names": True},
        "00123-123 007-7",
    ),
    "a mistake among integers": ({"source": ["1", "2", "n/k"], "target": ["2", "3", "4"]}, {}, DatasetError),
    "a mistake, dropped": (
        {"source": ["1", "2", "n/k"], "target": ["2", "3", "4"], "weight": [1, 2, 3]},
        {"drop_missing": True},
        "1-2:1.0 2-3:2.0",
    ),
    "a mistake, as a name": (
        {"source": ["1", "2", "n/k"], "target": ["2", "3", "4"]},
        {"names": True},
        "1-2 2-3 4-n/k",
    ),
    "integers as names": ({"source": [1, 2], "target": [2, 10]}, {"names": True}, "1-2 10-2"),
    "ids of two kinds": ({"source": ["A12", "7"], "target": ["7", "B3"]}, {}, "7-A12 7-B3"),
    "ids as floats": ({"a": [1.0, 2.0], "b": [2.0, 3.0]}, {}, "1-2 2-3"),
    "ids as floats in one column": ({"a": [1.0, 2.0], "b": [2, 3]}, {}, "1-2 2-3"),
    "fractions as ids": ({"a": [1.5, 2.0], "b": [2.0, 3.0]}, {}, DatasetError),
    "numbers and names": ({"source": [1, 2], "target": ["x", "y"]}, {}, "1-x 2-y"),
    "negative ids": ({"a": [-1, -5], "b": [2, -1]}, {}, "-1-2 -1--5"),
    "a missing vertex": ({"source": ["a", None], "target": ["b", "c"]}, {}, DatasetError),
    "a missing number": ({"source": [1, None], "target": [2, 3]}, {}, DatasetError),
    "a missing weight": ({"source": [1, 2], "target": [2, 3], "weight": [1.5, None]}, {}, DatasetError),
    "an infinite weight": ({"source": [1, 2], "target": [2, 3], "weight": [1.5, -np.inf]}, {}, DatasetError),
    "a large weight": ({"source": [1, 2], "target": [2, 3], "weight": [1, 2**53 + 1]}, {}, DatasetError),
    "a large id": ({"source": np.array([1, 2**63], dtype=np.uint64), "target": [2, 3]}, {}, DatasetError),
    "a missing vertex, dropped": (
        {"source": [1.0, None, 3], "target": [2, 5, 4], "weight": [1, 2, None]},
        {"drop_missing": True},
        "1-2:1.0",
    ),
    "a missing name, dropped": (
        {"source": ["1", "NA", "", "2"], "target": ["2", "3", "4", "3"]},
        {"drop_missing": True},
        "1-2 2-3",
    ),
    "only missing names": ({"source": ["NA", None], "target": ["b", "c"]}, {"drop_missing": True}, DatasetError),
    "only missing weights": (
        {"source": [1, 2], "target": [2, 3], "weight": [None, None]},
        {"drop_missing": True, "weight": "weight"},
        DatasetError,
    ),
    "a word among integers": ({"source": ["1", "NA"], "target": ["x", "y"]}, {}, DatasetError),
    "names like nothing": ({"source": ["NA", "null"], "target": ["nan", "None"]}, {}, "NA-nan None-null"),
    "names with signs": ({"source": ['"x", y', "#1"], "target": ["é", "50%"]}, {}, '"x", y-é #1-50%'),
    "blanks around names": ({"source": [" a", "b "], "target": ["b", "c"]}, {}, "a-b b-c"),
    "a blank name": ({"source": ["a", " "], "target": ["b", "c"]}, {}, DatasetError),
    "an adjacency matrix": ({"": ["a", "b"], "a": [0, 1], "b": [1, 0]}, {}, DatasetError),
    "four columns of numbers": ({"p": [0, 1], "q": [1, 0], "r": [1, 1], "s": [0, 0]}, {}, DatasetError),
}


def as_csv(frame, folder):
    frame.to_csv(folder / "table.csv", index=False)
    return folder / "table.csv"


def as_parquet(frame, folder):
    frame.to_parquet(folder / "table.parquet", index=False)
    return folder / "table.parquet"


def as_polars(frame, _):
    return pytest.importorskip("polars").from_pandas(frame)


FORMS = {
    "csv": as_csv,
    "tsv": lambda frame, folder: (frame.to_csv(folder / "t.tsv", index=False, sep="\t"), folder / "t.tsv")[1],
    "parquet": as_parquet,
    "pandas": lambda frame, _: frame,
    "polars": as_polars,
    "arrow": lambda frame, _: pa.Table.from_pandas(frame, preserve_index=False),
}


def edges_of(loaded):
    """The edges in the user's names: `ann-bob:2.5 ...`, the ends of each in the order of their texts."""
    frame = loaded.to_pandas(names=True)
    weights = [f":{value}" for value in frame["weight"]] if loaded.weighted else [""] * len(frame)
    ends = [sorted((str(one), str(two))) for one, two in zip(frame["source"], frame["destination"], strict=True)]
    return {f"{one}-{two}{weight}" for (one, two), weight in zip(ends, weights, strict=True)}


@pytest.mark.filterwarnings(
    "ignore:.*is ignored",
    "ignore:.*have blanks around them",
    "ignore:.*missing value",
    "ignore:.*left out",
    "ignore:.*in common",
)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read_alike_in_every_form(name, form, tmp_path):
    content, options, expected = TABLES[name]
    given = FORMS[form](pd.DataFrame(content), tmp_path)
    if form not in {"csv", "tsv"}:
        options = {key: value for key, value in options.items() if key != "header"}
    if expected is DatasetError:
        with pytest.raises(DatasetError):
            gb.load(given, **options)
        return
    separator = " " if '"' not in expected else " #"
    parts = expected.split(separator) if separator == " " else ['"x", y-é', "#1-50%"]
    assert edges_of(gb.load(given, **options)) == set(parts)


@pytest.mark.filterwarnings("ignore:.*left out", "ignore:.*in common")
@pytest.mark.parametrize("word", ["x", None])
def test_integers_stay_integers_where_a_mistake_among_them_is_left_out(word, tmp_path):
    sources, targets = [1, 10, 2, word], [2, 3, 10, 4]
    frame = pd.DataFrame({"source": sources, "target": targets})
    frame.to_csv(tmp_path / "table.csv", index=False)
    for given in (frame, tmp_path / "table.csv", [*zip(sources, targets, strict=True)]):
        assert gb.load(given, drop_missing=True).labels.tolist() == [1, 2, 3, 10]
    texts = frame.iloc[:3].astype(int).astype(str)
    texts.loc[3] = ["n/k", "4"]
    assert gb.load(texts, drop_missing=True).labels.tolist() == ["1", "10", "2", "3"]


@pytest.mark.parametrize("form", FORMS)
def test_an_index_that_was_written_is_no_column(form, tmp_path):
    frame = pd.DataFrame({"a": [5, 6, 7], "b": [6, 7, 9]}, index=[0, 1, 2])
    if form == "csv":
        frame.to_csv(tmp_path / "t.csv")
        given = tmp_path / "t.csv"
    elif form == "parquet":
        frame = frame[frame.a > 4].set_axis([10, 11, 12])
        frame.to_parquet(tmp_path / "t.parquet")
        given = tmp_path / "t.parquet"
    elif form == "arrow":
        given = pa.Table.from_pandas(frame, preserve_index=True)
    else:
        frame.to_csv(tmp_path / "t.csv")
        frame = pd.read_csv(tmp_path / "t.csv")
        if form in {"polars", "tsv"}:
            pytest.skip("the same as pandas")
        given = frame
    assert edges_of(gb.load(given)) == {"5-6", "6-7", "7-9"}
    assert not gb.load(given).weighted


@pytest.mark.parametrize("call", ["load", "run"])
def test_a_role_has_one_name_in_python(call):
    frame = pd.DataFrame({"x": [1], "y": [2], "z": [3], "t": [4]})
    first = (gb.load, (frame,)) if call == "load" else (gb.run, ("wcc", frame))
    with pytest.raises(UsageError, match="source='x' and source_column='y' are the same argument"):
        first[0](*first[1], source="x", source_column="y")


def test_a_search_takes_its_vertex_and_its_columns():
    frame = pd.DataFrame({"x": ["a", "b"], "y": ["b", "c"], "z": [3.0, 4.0], "t": [4, 5]})
    columns = {"source_column": "x", "target_column": "y", "weight": "z"}
    options = {"engines": "scipy", "baseline": "scipy", "trials": 1, "budget": 0.1, "store": False}
    result = gb.run("sssp", frame, source="c", **columns, **options)
    assert result.answer("scipy").to_dict() == {"a": 7, "b": 4, "c": 0}
    assert "source 'x', target 'y', weight 'z'; ignored: 't'" in str(result)
    assert result.records[0].dataset.reading.first_rows == [["a", "b", "3.0"], ["b", "c", "4.0"]]


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        ("karate", {"weight": "x"}, "karate is not a table, so weight_column='x' has no effect"),
        ("ba:n=10,m=2", {"no_weight": True}, "so no_weight=True has no effect"),
        (pd.DataFrame({"a": [1], "b": [2]}), {"header": True}, "so header=True has no effect"),
        ([(1, 2)], {"source": "a"}, "so source_column='a' has no effect"),
        (np.ones((4, 4)), {"weight": "a"}, "weight_column='a' has no effect"),
    ],
)
def test_options_without_effect_are_refused(given, options, words):
    with pytest.raises(UsageError) as caught:
        gb.load(given, **options)
    assert words in str(caught.value)


def test_what_should_be_checked_is_a_warning_and_in_the_record():
    frame = pd.DataFrame({"source": ["a ", "b"], "target": ["b", "c"], "kind": ["x", "y"]})
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        reading = graphs.from_object(frame).info.reading
    assert [str(warning.message) for warning in seen] == [f"graph: {text}" for text in reading.warnings]
    assert reading.warnings == [
        "Column 'kind' is not numeric and is ignored; the graph has no weights.",
        "Names in column 'source' have blanks around them, which are dropped.",
    ]


@pytest.mark.parametrize("form", FORMS)
def test_ids_of_two_different_things_are_one_vertex_with_a_warning(form, tmp_path):
    def warned(source, target, ids=(2, 3)):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            gb.load(FORMS[form](pd.DataFrame({source: [1, 2], target: ids}), tmp_path), header=True if text else None)
        return [str(warning.message) for warning in seen]

    text = form in {"csv", "tsv"}
    (warning,) = warned("user", "item")
    assert "Columns 'user' and 'item' have 1 id in common, taken as the same vertices. If they are diff" in warning
    assert "such as item-1" in warning
    for names in (
        ("source", "target"),
        ("id1", "id2"),
        ("node_a", "node_b"),
        ("a", "b"),
        ("payer", "payee"),
        ("one", "other"),
        ("sender_id", "receiver_id"),
        ("user_id", "friend_id"),
        ("start_station_id", "end_station_id"),
        ("account_from", "account_to"),
    ):
        assert not warned(*names)
    assert warned("user_id", "user_group_id")
    assert not warned("user", "item", (3, 4))
    assert not warned("user", "item", ("x", "y"))


@pytest.mark.parametrize("form", ["csv", "pandas"])
def test_merged_rows_that_differ_are_a_warning(form, tmp_path):
    def warned(rows, **options):
        frame = pd.DataFrame(rows, columns=["source", "target", "weight"])
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            gb.load(FORMS[form](frame, tmp_path), **options)
        return " ".join(str(warning.message) for warning in seen)

    assert warned([(1, 2, 5), (1, 2, 5), (2, 3, 1)]) == ""
    different = warned([(1, 2, 5), (1, 2, 7), (2, 3, 1)])
    assert "1 edge has rows of different weights; the smallest stays. Sum them first if they add up" in different
    assert "in both directions" not in different
    both = warned([(1, 2, 5), (2, 1, 5), (2, 3, 1), (3, 4, 1)])
    assert "1 edge has rows in both directions, which are merged. Pass directed=True if (u, v) is not (v, u)." in both
    assert "different weights" not in both
    assert warned([(1, 2, 5), (2, 1, 5), (2, 3, 1), (3, 2, 1)]) == ""
    assert warned([(1, 2, 5), (2, 1, 7), (2, 3, 1)], directed=True) == ""


@pytest.mark.parametrize("form", FORMS)
def test_the_type_column_of_gephi_gives_the_direction_in_every_form(form, tmp_path):
    def given(*types):
        frame = pd.DataFrame({"Source": [1, 2], "Target": [2, 3], "Type": types, "Weight": [1.5, 2.5]})
        return FORMS[form](frame, tmp_path)

    assert gb.load(given("Directed", "directed")).directed
    assert not gb.load(given("Directed", "directed"), directed=False).directed
    assert not gb.load(given("Undirected", "undirected")).directed
    with pytest.raises(DatasetError, match=r"'Type' has directed and undirected rows; .* Pass directed=True or dir"):
        gb.load(given("Directed", "Undirected"))


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, "NA"])
def test_a_frame_says_how_many_values_are_missing_and_how_to_drop_them(missing):
    frame = pd.DataFrame({"source": [1, 2, 3, 4], "target": [5, missing, "6", missing]}, dtype=object)
    with pytest.raises(DatasetError, match=r"2 .* in row 1 .*pass drop_missing=True to leave these rows out"):
        gb.load(frame)
    with pytest.warns(UserWarning, match="2 rows with a missing value left out"):
        assert gb.load(frame, drop_missing=True).num_edges == 2


PAYMENTS = pd.DataFrame({"payer": [5, 5, 6, 1, 2], "payee": [7, 8, 7, 9, 9], "amount": [1.0, 2.0, 4.0, 8.0, 3.0]})
WITH_INDEX = {"pandas": FORMS["pandas"], "arrow": lambda frame, _: pa.Table.from_pandas(frame)}
WITH_INDEX["parquet"] = lambda frame, folder: (frame.to_parquet(folder / "t.parquet"), folder / "t.parquet")[1]


def indexed(index, **data):
    return pd.DataFrame(data).set_index(index)


@pytest.mark.parametrize("form", WITH_INDEX)
@pytest.mark.parametrize(
    ("frame", "edges"),
    [
        (PAYMENTS.set_index("payer"), {"5-7:1.0", "5-8:2.0", "6-7:4.0", "1-9:8.0", "2-9:3.0"}),
        (PAYMENTS.set_index(["payer", "payee"]), {"5-7:1.0", "5-8:2.0", "6-7:4.0", "1-9:8.0", "2-9:3.0"}),
        (indexed("source", source=[5, 7, 6], target=[7, 8, 9], weight=[1, 2, 3]), {"5-7:1.0", "7-8:2.0", "6-9:3.0"}),
        (indexed(["source", "target"], source=[5, 7], target=[7, 8], weight=[1, 2]), {"5-7:1.0", "7-8:2.0"}),
        (indexed("id", id=[9, 8, 5], a=[5, 7, 1], b=[7, 8, 2]), {"5-7", "7-8", "1-2"}),
        (indexed("trip", trip=[9, 8, 5], source=[5, 7, 1], target=[7, 8, 2]), {"5-7", "7-8", "1-2"}),
        (indexed("date", date=["d", "e", "f"], a=[5, 7, 1], b=[7, 8, 2]), {"5-7", "7-8", "1-2"}),
    ],
)
def test_a_named_index_is_a_column_unless_it_numbers_the_rows(frame, edges, form, tmp_path):
    assert edges_of(gb.load(WITH_INDEX[form](frame, tmp_path))) == edges


@pytest.mark.parametrize("form", WITH_INDEX)
@pytest.mark.parametrize(
    ("frame", "ends", "edges"),
    [
        (
            PAYMENTS.groupby(["payer", "payee"]).agg(start=("amount", "size"), end=("amount", "sum")),
            ("payer", "payee", "end"),
            {"5-7:1.0", "5-8:2.0", "6-7:4.0", "1-9:8.0", "2-9:3.0"},
        ),
        (indexed("k", k=[9, 8, 5], a=[5, 7, 1], b=[7, 8, 2]), ("a", "b", None), {"5-7", "7-8", "1-2"}),
        (indexed("k", k=[9, 8, 5], a=[5, 7, 1], b=[7, 8, 2]), ("k", "a", "b"), {"5-9:7.0", "7-8:8.0", "1-5:2.0"}),
    ],
)
def test_ends_that_may_be_in_an_index_are_named_by_the_user(frame, ends, edges, form, tmp_path):
    given = WITH_INDEX[form](frame, tmp_path)
    with pytest.raises(DatasetError, match=r"in the frame's index\); which of them are the ends .* source_column"):
        gb.load(given)
    source, target, weight = ends
    named = gb.load(given, source_column=source, target_column=target, weight_column=weight, no_weight=weight is None)
    assert edges_of(named) == edges


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_an_index_that_the_file_does_not_hold_is_refused(form, tmp_path):
    frame = indexed("source", source=[1, 2, 3], target=[7, 8, 9], n=[7, 8, 9])
    with pytest.raises(DatasetError, match=r"'source' is not among the columns. Write frame.reset_index\(\)"):
        gb.load(WITH_INDEX[form](frame, tmp_path))
    assert edges_of(gb.load(frame)) == {"1-7:7.0", "2-8:8.0", "3-9:9.0"}


def test_a_series_of_pairs_is_a_table():
    counts = PAYMENTS[["payer", "payee"]].head(2).value_counts()
    assert edges_of(gb.load(counts)) == {"5-7:1.0", "5-8:1.0"}
    unnamed = pd.Series([3, 4], index=pd.MultiIndex.from_tuples([(1, 2), (2, 5)]))
    named = gb.load(unnamed, source_column="level_0", target_column="level_1", weight_column="0")
    assert edges_of(named) == {"1-2:3.0", "2-5:4.0"}


def test_objects_without_columns_show_their_first_rows():
    reading = graphs.from_object(nx.Graph([("a", "b", {"weight": 2}), ("b", "c", {"weight": 3})])).info.reading
    assert reading.line == "networkx.classes.graph.Graph; weight 'weight'; 2 rows; vertices are names"
    assert reading.first_rows == [["a", "b", "2.0"], ["b", "c", "3.0"]]


def test_equal_graphs_keep_the_columns_of_their_own_tables():
    one, two = pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"c": [1], "d": [2]})
    readings = [graphs.from_object(frame).info.reading for frame in (one, two)]
    assert [(reading.source, reading.target) for reading in readings] == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize("dtype", [str, object, float, int])
def test_an_empty_frame_is_an_empty_graph(dtype):
    frame = pd.DataFrame(columns=["source", "target", "weight"], dtype=dtype)
    given = gb.load(frame, no_weight=dtype in {str, object})
    assert (given.num_vertices, given.num_edges) == (0, 0)


def test_first_rows_are_printable_and_short():
    reading = graphs.from_object(nx.Graph([("a\x1b[31m", "b" * 500)])).info.reading
    ((one, two),) = reading.first_rows
    assert (one, len(two), two[-4:]) == (r"'a\x1b[31m'", 80, "b...")


def test_rows_of_a_frame_that_are_left_out_are_named_by_their_places_in_it():
    rows = [(str(at), str(at + 1)) for at in range(30)]
    rows[4], rows[9], rows[20], rows[25] = ("4", None), ("5 late", "9"), ("20", "NA"), ("25", "12a")
    frame = pd.DataFrame(rows, columns=["source", "target"])
    words = r"2 rows with a word among integers left out: '5 late' in row 9 .*, '12a' in row 25"
    with pytest.warns(UserWarning, match=words), pytest.warns(UserWarning, match="2 rows with a missing value left"):
        assert gb.load(frame, drop_missing=True).num_edges == 26
    with pytest.warns(UserWarning, match="1 row has a target named like a missing value: 'NA' in row 19"):
        gb.load(frame.drop(4), names=True)
