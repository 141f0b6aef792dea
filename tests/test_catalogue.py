"""The catalogue: its counts are those of the graphs, and every graph has a source and a licence."""

import gzip
import hashlib
import sys
import tomllib
from statistics import geometric_mean
from subprocess import run

import pytest
from scipy.sparse.csgraph import connected_components

from graphbench import graphs
from graphbench.errors import UnknownNameError, UsageError
from graphbench.graphs import catalogue
from graphbench.graphs.suitesparse import archive_path
from graphbench.system import files

EMBEDDED = [entry for entry in catalogue.entries().values() if entry.file]
FETCHED = [entry for entry in catalogue.entries().values() if not entry.file]
each_embedded = pytest.mark.parametrize("entry", EMBEDDED, ids=lambda entry: entry.name)


def test_there_are_eight_embedded_and_eight_fetched_graphs():
    assert (len(EMBEDDED), len(FETCHED)) == (8, 8)
    assert graphs.names() == [entry.name for entry in EMBEDDED + FETCHED]


@each_embedded
def test_embedded_file_has_the_checksum_of_the_catalogue(entry):
    assert hashlib.sha256(entry.path.read_bytes()).hexdigest() == entry.sha256


@each_embedded
def test_embedded_graph_has_the_counts_of_the_catalogue(entry):
    loaded = graphs.load(entry.name)
    for field in (
        "num_vertices", "num_edges", "num_entries", "num_isolated", "loops_dropped", "duplicates_merged", "directed",
        "weighted", "sha256",
    ):  # fmt: skip
        assert getattr(loaded.info, field) == getattr(entry, field), field
    assert connected_components(loaded.edges.to_scipy(), directed=False)[0] == entry.num_components


@each_embedded
def test_embedded_file_is_reproducible_and_names_its_source(entry):
    packed = entry.path.read_bytes()
    assert packed[4:8] == bytes(4), "the gzip header holds a time"
    comments = [line for line in gzip.decompress(packed).decode("ascii").splitlines() if line.startswith("%")]
    assert f"% {entry.name}" in comments
    assert any("public domain" in line.lower() for line in comments)


def test_known_details_of_embedded_graphs():
    assert graphs.load("polblogs").info.loops_dropped == 3
    assert graphs.load("lesmis").edges.to_numpy().weight.max() == 31  # Cosette and Valjean
    assert graphs.load("netscience").info.num_isolated == 128


@pytest.mark.parametrize("entry", FETCHED, ids=lambda entry: entry.name)
def test_fetched_graph_has_the_address_of_its_group_and_name(entry):
    assert entry.address == f"https://sparse.tamu.edu/MM/{entry.group}/{entry.name}.tar.gz"
    assert entry.num_entries == 2 * entry.num_edges
    assert len(bytes.fromhex(entry.sha256)) == 32


@pytest.mark.parametrize("entry", catalogue.entries().values(), ids=lambda entry: entry.name)
def test_every_graph_states_its_licence_and_whom_to_cite(entry):
    assert entry.licence in {"public domain", "CC-BY 4.0"}
    assert entry.citation
    assert entry.description.endswith(".")


def test_names_are_found_in_any_case_and_with_their_group():
    assert catalogue.find("COAUTHORSdblp").name == "coAuthorsDBLP"
    assert catalogue.find("dimacs10/coauthorsdblp").name == "coAuthorsDBLP"
    assert catalogue.find("SNAP/coAuthorsDBLP") is None


def test_describing_says_whether_a_graph_is_here():
    assert graphs.describe("karate").state == "embedded"
    assert graphs.describe("dblp-2010").state == "to be fetched"
    path = archive_path("LAW", "dblp-2010")
    path.parent.mkdir(parents=True)
    path.touch()
    assert graphs.describe("dblp-2010").state == "cached"


def test_describing_shows_counts_licence_and_citation():
    text = graphs.describe("as-Skitter").text()
    assert "22,190,596" in text
    assert "11,095,298" in text
    assert "CC-BY 4.0" in text
    assert "Leskovec" in text


def test_describing_generators():
    assert "edgefactor" in graphs.describe("rmat").text()
    assert graphs.describe("rmat:scale=5").num_vertices == 32
    with pytest.raises(UsageError, match="scale"):
        graphs.describe("rmat:scale=x")


def test_a_typo_gets_a_suggestion():
    with pytest.raises(UnknownNameError, match="Did you mean coAuthorsDBLP"):
        graphs.describe("coAutorsDBLP")


def test_describing_needs_no_http_and_no_reader():
    code = (
        "import sys; from graphbench import graphs; [graphs.describe(name) for name in graphs.names()];"
        "print(sorted({'requests', 'scipy', 'pandas', 'pyarrow', 'networkx'} & set(sys.modules)))"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_claims_carry_source_and_conditions():
    claims = tomllib.loads((files.data() / "claims.toml").read_text(encoding="utf-8"))["claim"]
    assert len(claims) == 26
    assert all(claim["source"] and claim["conditions"] for claim in claims)
    runs = [claim for claim in claims if "baseline_seconds" in claim]
    assert geometric_mean(claim["ratio"] for claim in runs) == pytest.approx(9165, rel=1e-3)
    for claim in runs:
        assert claim["baseline_seconds"] / claim["seconds"] == pytest.approx(claim["ratio"], rel=1e-3)
        assert claim["dataset"] in catalogue.entries()
