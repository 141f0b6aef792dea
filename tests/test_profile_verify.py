"""`graphbench profile --verify`: two runs of a program compared, with a backend of NetworkX that is often wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import graphbench
from graphbench.advice.profile.answers import Answer
from graphbench.advice.profile.model import Profile, Site
from graphbench.advice.profile.verify import compare, verify
from helpers import fake_nx_backend

ROOT = Path(graphbench.__file__).parents[1]
PROGRAM = """
import networkx as nx
G = nx.karate_club_graph()
H = nx.Graph([(0, 1), (2, 3), (3, 4)])
nx.pagerank(G)
list(nx.connected_components(H))
next(nx.connected_components(G))
nx.core_number(G)
nx.community.louvain_communities(G, seed=1)
list(nx.bfs_edges(G, 0))
nx.shortest_path(G, 0, 33)
nx.betweenness_centrality(G)
nx.betweenness_centrality(G, weight="weight")
nx.edge_betweenness_centrality(G)
nx.degree_centrality(G)
nx.closeness_centrality(G)
list(nx.jaccard_coefficient(G, [(0, 33), (1, 2)]))
nx.ego_graph(G, 3)
nx.average_shortest_path_length(G)
print("once")
"""


def run(folder, source, *options):
    (folder / "program.py").write_text(source)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [ROOT, ROOT / "tests", folder]))}
    command = [sys.executable, "-m", "graphbench", "profile", "--verify", *options, "program.py"]
    return subprocess.run(
        command, cwd=folder, env=environment, text=True, capture_output=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    """The program in both runs: stdout, and what was found for each function."""
    folder = fake_nx_backend.install(tmp_path_factory.mktemp("verify"))
    found = run(folder, PROGRAM, "--format", "json", "--output", "report.json")
    report = json.loads((folder / "report.json").read_text())
    return found.stdout, {each["function"]: each for each in report["verified"]}, report


def test_the_programs_output_appears_once(verified):
    assert verified[0] == "once\n"


@pytest.mark.parametrize(
    ("function", "agrees", "finding"),
    [
        ("pagerank", True, "of the largest"),
        ("connected_components", True, "up to order"),
        ("core_number", False, "differs by up to 95"),
        ("louvain_communities", False, "worse: modularity"),
        ("bfs_edges", True, "the same"),
        ("edge_betweenness_centrality", True, "the same"),
        ("shortest_path", True, "the same"),
        ("ego_graph", True, "the same graph"),
        ("jaccard_coefficient", True, "the same"),
        ("average_shortest_path_length", True, "the same"),
    ],
)
def test_answers_are_compared_by_what_they_are(verified, function, agrees, finding):
    found = verified[1][function]
    assert found["agrees"] is agrees
    assert finding in found["finding"]


@pytest.mark.parametrize(
    ("function", "on_backend", "fell_back"),
    [
        ("pagerank", 1, ""),
        ("betweenness_centrality", 1, "not weighted"),
        ("degree_centrality", 0, "too quick"),
        ("closeness_centrality", 0, "gave up when it was called"),
        ("jaccard_coefficient", 0, ""),
    ],
)
def test_functions_that_fell_back_are_marked_with_the_reason(verified, function, on_backend, fell_back):
    found = verified[1][function]
    assert found["on_backend"] == on_backend
    assert fell_back in found["fell_back"]
    assert bool(found["fell_back"]) == bool(fell_back)


def test_nested_calls_that_the_backend_ran_are_seen(verified):
    assert verified[1]["average_shortest_path_length"]["on_backend_inside"] > 0


def test_what_an_installed_backend_says_to_the_arguments_is_in_the_table(verified):
    sites = [site for site in verified[2]["profile"]["sites"] if site["function"] == "betweenness_centrality"]
    assert [site["support"][0]["runs"] for site in sites] == [True, False]


def test_an_error_of_the_backend_is_shown(tmp_path):
    fake_nx_backend.install(tmp_path)
    found = run(tmp_path, "import networkx as nx\nprint(nx.triangles(nx.complete_graph(3)))\n")
    assert found.returncode == 0
    assert "ended with exit code 1, and said:" in found.stderr
    assert "ValueError: broken" in found.stderr
    assert "raised 0 and 1 errors" in found.stderr


def test_a_program_that_draws_another_graph_in_each_run_is_told_so(tmp_path):
    fake_nx_backend.install(tmp_path)
    source = "import networkx as nx\nnx.pagerank(nx.gnp_random_graph(30, 0.5))\n"
    found = run(tmp_path, source)
    assert "another graph in the second run: set a random seed" in found.stderr


def test_vertices_of_any_type_have_the_same_order_in_both_runs(tmp_path):
    fake_nx_backend.install(tmp_path)
    source = (
        "import networkx as nx\nG = nx.Graph([(a, b) for a in set('abcdef') for b in set('abcdef')])\nnx.pagerank(G)\n"
    )
    assert "of the largest" in run(tmp_path, source).stderr


def test_without_a_backend_there_is_nothing_to_verify(tmp_path):
    found = run(tmp_path, "print(1)\n")
    assert (found.returncode, found.stdout) == (1, "")
    assert "none is installed in this environment" in found.stderr


def test_another_backend_than_those_installed_is_wrong_usage(tmp_path):
    fake_nx_backend.install(tmp_path)
    found = run(tmp_path, "print(1)\n", "--backend", "cugraph")
    assert found.returncode == 2
    assert "--backend takes one of fake, not 'cugraph'" in found.stderr


def test_a_wrong_answer_is_found_although_it_changed_how_often_the_function_was_called():
    runs = [Profile(sites=[Site(function="pagerank", calls=calls)]) for calls in (3, 4)]
    one, same, other = (Answer("pagerank", "asked", "values", {0: value}) for value in (1.0, 1.0, 2.0))
    for second, agrees in ((same, True), (other, False)):
        (found,) = verify(*runs, [one], [second])
        assert (found.agrees, found.compared) == (agrees, 1)
        assert "called 3 and 4 times: set a random seed" in found.finding


@pytest.mark.parametrize(
    ("function", "one", "two", "agrees"),
    [
        ("pagerank", {0: 0.5, 1: 0.5}, {1: 0.5001, 0: 0.4999}, True),
        ("pagerank", {0: 0.5, 1: 0.5}, {0: 0.51, 1: 0.49}, False),
        ("pagerank", {0: 0.5, 1: 0.5}, {0: 0.5, 2: 0.5}, False),
        ("shortest_path_length", {0: {1: 1000.0}}, {0: {1: 1000.001}}, True),
        ("shortest_path_length", {0: {1: 1000.0}}, {0: {1: 1000.1}}, False),
        ("triangles", {0: 3, 1: 3}, {0: 3, 1: 4}, False),
        ("isolates", [3, 1, 2], [1, 2, 3], True),
        ("is_tree", True, False, False),
        ("bridges", [(0, 1), (2, 3)], [(2, 3), (0, 1)], True),
        ("adamic_adar_index", [(0, 1, 0.5), (0, 2, 0.25)], [(0, 2, 0.25), (0, 1, 0.5)], True),
        ("adamic_adar_index", [(0, 1, 0.5), (0, 2, 0.25)], [(0, 2, 0.5), (0, 1, 0.25)], False),
        ("node_connected_component", frozenset({1, 2}), frozenset({2, 1}), True),
        ("average_clustering", 0.1, 0.1000001, True),
        ("hits", ({0: 1.0}, {0: 0.0}), ({0: 0.9999}, {0: 0.0}), True),
    ],
)
def test_values_agree_by_keys_and_within_a_tolerance(function, one, two, agrees):
    found = compare(*(Answer(function, "", "values", value) for value in (one, two)))
    assert found[0] is agrees
