"""Answers as pandas objects in the user's own names."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import graphbench as gb
from graphbench.algorithms.base import Algorithm, Form
from graphbench.measure.labelled import labelled

NAMES = np.array(["ann", "bob", "cy", "dan"], dtype=object)
QUICK = {"engines": "networkx", "trials": 1, "budget": 0.1, "store": False}


def answer(kind, values, **options):
    form = Form(directed=False, weights="ignored")
    problem = Algorithm(name="x", title="X", family="structure", form=form, headline="f", kind=kind, **options)
    pairs = np.array([[0, 1], [2, 3]]) if kind == "pair_scores" else None
    return labelled(problem, np.array(values), NAMES, pairs)


@pytest.mark.parametrize("kind", ["partition", "labels", "scores", "counts", "depths", "distances"])
def test_a_value_for_each_vertex_is_a_series_by_name(kind):
    assert answer(kind, [5, 6, 7, 8]).to_dict() == {"ann": 5, "bob": 6, "cy": 7, "dan": 8}


def test_labels_that_are_vertices_have_their_names_unless_one_is_no_vertex():
    assert answer("labels", [1, 1, 2, 1], labels_are_vertices=True).tolist() == ["bob", "bob", "cy", "bob"]
    assert answer("labels", [107, 2, 107, 10], labels_are_vertices=True).tolist() == [107, 2, 107, 10]


def test_several_values_for_each_vertex_are_a_frame():
    frame = answer("vectors", [[1, 2], [3, 4], [5, 6], [7, 8]], columns=("hub", "authority"))
    assert frame.loc["cy"].to_dict() == {"hub": 5, "authority": 6}


def test_pairs_edges_and_entries_are_indexed_by_both_names():
    assert answer("pair_scores", [0.5, 1]).to_dict() == {("ann", "bob"): 0.5, ("cy", "dan"): 1}
    edges = answer("edges", [[0, 2], [1, 3]])
    assert (edges.names, edges.tolist()) == (["source", "target"], [("ann", "cy"), ("bob", "dan")])
    assert answer("arcs", [[3.0, 1.0, 0.5]]).to_dict() == {("dan", "bob"): 0.5}


def test_walks_numberings_and_quantities_have_their_own_index():
    walks = answer("walks", [[2, 3, -1], [0, 1, 0]])
    assert walks.to_dict() == {"cy": ["cy", "dan"], "ann": ["ann", "bob", "ann"]}
    assert answer("numbering", [[0, 2**61], [1, 7], [2, 5], [0, 1], [1, 2]]).to_dict() == {0: 2**61, 1: 7, 2: 5}
    assert answer("quantities", [0.5, 3], columns=("modularity", "cut")).to_dict() == {"modularity": 0.5, "cut": 3}


@pytest.mark.parametrize(
    ("kind", "shape"), [("edges", (0, 2)), ("arcs", (0, 3)), ("walks", (0, 5)), ("numbering", (0, 2))]
)
def test_empty_answers_are_empty(kind, shape):
    assert len(answer(kind, np.empty(shape, dtype=np.int64))) == 0


def test_an_answer_of_a_run_has_the_users_names():
    graph = nx.Graph([("x", "y"), ("y", "z"), ("z", "x"), ("z", "w")])
    assert gb.run("triangle-count", graph, **QUICK).answer("networkx").to_dict() == {"w": 0, "x": 1, "y": 1, "z": 1}
    tree = gb.run("mst", pd.DataFrame({"source": ["b"], "target": ["a"], "weight": [1]}), **QUICK).answer("networkx")
    assert tree.tolist() == [("a", "b")]
    scores = gb.run("jaccard", graph, **QUICK).answer("networkx")
    assert scores.index.names == ["first", "second"]
    assert scores.to_dict() == {
        ends: next(score for *_, score in nx.jaccard_coefficient(graph, [ends])) for ends in scores.index
    }


def test_integers_with_gaps_are_names_too():
    assert gb.run("bfs", [(10, 30), (30, 20)], source="10", **QUICK).answer("networkx").to_dict() == {
        10: 0,
        20: 2,
        30: 1,
    }


def test_an_answer_of_stored_records_has_numbers():
    records = gb.run("wcc", "karate", **QUICK).records
    assert gb.Result(records).answer("networkx").index.tolist() == list(range(34))
