"""Lists on the command line: names separated by commas, some of which contain commas."""

import pytest

from graphbench.cli.options import datasets, joined


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        (["", " , "], []),
        (["bfs, wcc,", "bfs"], ["bfs", "wcc"]),
        (["ba:n=10,m=2,rmat:scale=4"], ["ba:n=10,m=2", "rmat:scale=4"]),
        (["twin:a,seed=2,twin:b"], ["twin:a,seed=2", "twin:b"]),
        (["twin:coPapersDBLP,twin:as-Skitter"], ["twin:coPapersDBLP", "twin:as-Skitter"]),
        (["karate,twin:a"], ["karate", "twin:a"]),
        (["twin:a,karate,seed=2"], ["twin:a", "karate", "seed=2"]),
        (["BA: n = 10 , m = 2 ,karate"], ["BA: n = 10,m = 2", "karate"]),
        (["rmat:scale=4,edgfactor=3"], ["rmat:scale=4,edgfactor=3"]),
        (["ba:n=10,m=2,./a=b.csv,d/c.mtx"], ["ba:n=10,m=2", "./a=b.csv", "d/c.mtx"]),
        (["karate,ba:n=10,m=2", "m=2"], ["karate", "ba:n=10,m=2", "m=2"]),
    ],
    ids=str,
)
def test_a_comma_begins_the_next_name_unless_a_generators_option_follows(given, expected):
    assert joined(given) == expected
    assert datasets(given) == expected


def test_a_file_that_exists_is_one_dataset_whatever_its_commas(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a,b.csv").write_text("0,1\n")
    assert datasets(["a,b.csv", "karate,b.csv"]) == ["a,b.csv", "karate", "b.csv"]
    assert datasets([f"{tmp_path}/a,b.csv"]) == [f"{tmp_path}/a,b.csv"]


@pytest.mark.parametrize("given", ["ba:n=30,m=2,seed=3,rmat:scale=4", "karate,twin:as-Skitter,seed=2,twin:dblp-2010"])
def test_a_suite_takes_generators_in_one_list(graphbench, given):
    code, out, err = graphbench("suite", "--datasets", given, "--algorithms", "wcc", "--engines", "igraph", "--dry-run")
    assert code == 0, err
    assert f"{len(joined([given]))} tasks, {len(joined([given]))} to measure" in out


def test_records_are_found_by_a_generated_graphs_name(graphbench):
    graphbench("wcc", "ba:n=30,m=2,seed=3", "--engine", "igraph", "--trials", "1")
    graphbench("wcc", "karate", "--engine", "igraph", "--trials", "1")
    _, out, _ = graphbench("records", "list", "--dataset", "ba:n=30,m=2,seed=3")
    assert "ba:n=30,m=2,seed=3" in out
    assert "karate" not in out
