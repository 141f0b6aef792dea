"""From a library's own order to the common form of an answer, which no clock times."""

import numpy as np
import pandas as pd
import pytest

from graphbench import registry
from graphbench.engines._collected import (
    ByPair,
    ByVertex,
    CompressedRows,
    Ends,
    Entries,
    Groups,
    Layout,
    Numbering,
    Walks,
    arrange,
)
from graphbench.engines.base import Engine
from helpers.graphs import graph, path

PATH = graph(path(4), 5)
DIRECTED = graph(path(4), 5, directed=True)
NO_VALUES = [np.nan, np.nan]
INT32 = np.iinfo(np.int32).max
FLOAT32 = np.finfo(np.float32).max


def ids(*numbers, dtype=np.int32):
    return np.array(numbers, dtype=dtype)


@pytest.mark.parametrize(
    ("collected", "kind", "expected"),
    [
        (ByVertex(ids(2, 0), ids(7, 8)), "counts", [8, -1, 7, -1, -1]),
        (ByVertex(ids(2, 0), ids(7, 8)), "labels", [8, -1, 7, -1, -1]),
        (ByVertex(ids(2, 0, 1), ids(1, INT32, 0)), "depths", [-1, 0, 1, -1, -1]),
        (ByVertex(ids(2, 0), np.array([2.5, FLOAT32], np.float32)), "distances", [np.inf, np.inf, 2.5, np.inf, np.inf]),
        (ByVertex(ids(4, 0), np.array([0.5, 1.5])), "scores", [1.5, np.nan, np.nan, np.nan, 0.5]),
        (np.array([0, np.inf, 2, np.finfo(float).max, np.nan]), "depths", [0, -1, 2, -1, -2]),
        (np.array([0, np.inf, 2, np.finfo(float).max, 1]), "distances", [0, np.inf, 2, np.inf, 1]),
        (Groups(ids(3, 1, 0), ids(1, 2)), "partition", [1, 1, -1, 0, -1]),
        (Walks(ids(0, 1, 2, 4), ids(3, 1)), "walks", [[0, 1, 2], [4, -1, -1]]),
        (
            [ByVertex(ids(1), ids(2)), ByVertex(ids(0), ids(3))],
            "vectors",
            [[np.nan, 3], [2, np.nan], *3 * [NO_VALUES]],
        ),
    ],
)
def test_values_of_vertices(collected, kind, expected):
    answer = arrange(collected, kind, PATH, None)
    np.testing.assert_array_equal(answer, expected)
    whole = kind in {"counts", "labels", "depths", "partition", "walks"}
    assert answer.dtype == (np.int64 if whole else np.float64)


def test_scores_of_pairs_are_in_the_given_order_and_missing_ones_are_seen():
    pairs = np.array([[1, 3], [0, 2], [0, 4]])
    collected = ByPair(ids(0, 1), ids(2, 3), np.array([0.25, 0.5]))
    np.testing.assert_array_equal(arrange(collected, "pair_scores", PATH, pairs), [0.5, 0.25, np.nan])


@pytest.mark.parametrize(
    ("edges", "listed", "src", "dst", "expected"),
    [
        (PATH, "once", [2, 1], [1, 0], [[0, 1], [1, 2]]),
        (PATH, "once", [1, 1, 2], [0, 0, 1], [[0, 1], [0, 1], [1, 2]]),
        (PATH, "twice", [2, 1, 1, 0], [1, 2, 0, 1], [[0, 1], [1, 2]]),
        (PATH, "either", [1, 0, 3], [0, 1, 2], [[0, 1], [2, 3]]),
        (DIRECTED, "twice", [2, 1, 1], [1, 2, 0], [[1, 0], [1, 2], [2, 1]]),
        (PATH, "once", [], [], np.empty((0, 2))),
    ],
)
def test_edges_are_sorted_rows(edges, listed, src, dst, expected):
    answer = arrange(Ends(ids(*src), ids(*dst), listed=listed), "edges", edges, None)
    np.testing.assert_array_equal(answer, expected)
    assert answer.dtype == np.int64


def test_edges_between_new_numbers_get_their_vertices_back():
    collected = Ends(ids(0, 0), ids(1, 2), ids=ids(4, 2, 3))
    assert arrange(collected, "edges", PATH, None).tolist() == [[2, 4], [3, 4]]


def test_a_numbering_is_a_table_and_the_edges():
    collected = Numbering(ids(70, 50), ids(1), ids(0), numbers=ids(1, 0))
    assert arrange(collected, "numbering", DIRECTED, None).tolist() == [[0, 50], [1, 70], [1, 0]]


@pytest.mark.parametrize("largest", [5, 1 << 31, 1 << 40], ids=["packed", "just too large", "large"])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("in_order", [False, True], ids=["any order", "in order"])
def test_entries_are_sorted_by_row_and_column(largest, weighted, in_order):
    rng = np.random.default_rng(1)
    entries = np.unique(rng.integers(0, largest, (200, 2)), axis=0)
    values = np.arange(len(entries)) + 0.5 if weighted else None
    order = np.arange(len(entries)) if in_order else rng.permutation(len(entries))
    collected = Entries(*entries[order].T, values if values is None else values[order])
    answer = arrange(collected, "arcs", PATH, None)
    np.testing.assert_array_equal(answer, entries if values is None else np.column_stack([entries, values]))
    assert answer.dtype == (np.float64 if weighted else np.int64)


def test_an_impossible_vertex_stays_what_it_is():
    assert arrange(Entries(ids(1, 0), ids(2, -5)), "arcs", PATH, None).tolist() == [[0, -5], [1, 2]]


def test_compressed_rows_become_sorted_entries():
    collected = CompressedRows(ids(0, 2, 2, 3), ids(4, 1, 0), np.array([1.5, 2.5, 3.5], np.float32))
    assert arrange(collected, "arcs", PATH, None).tolist() == [[0, 1, 2.5], [0, 4, 1.5], [2, 0, 3.5]]


@pytest.mark.parametrize("offsets", [(0, 2, 1, 3), (1, 2, 3), (0, 2), ()])
def test_compressed_rows_whose_offsets_do_not_fit_are_refused(offsets):
    with pytest.raises(ValueError, match="offsets do not ascend from 0 to the 3 indices"):
        arrange(CompressedRows(ids(*offsets), ids(0, 1, 2)), "arcs", PATH, None)


def test_what_would_be_computed_outside_the_clock_is_refused():
    class Lazy:
        def __array__(self, dtype=None, copy=None):
            raise AssertionError("computed outside the clock")

    with pytest.raises(TypeError, match="`collect` returned ByVertex with values of type Lazy, expected a NumPy array"):
        arrange(ByVertex(ids(0), Lazy()), "scores", PATH, None)
    assert isinstance(arrange(Lazy(), "scores", PATH, None), Lazy)  # which is no answer


def test_an_answer_is_collected_and_then_arranged():
    class Library(Engine):
        name = "library"

        def collect(self, raw, kind, edges):
            return ByVertex(*raw)

    raw = ids(1, 0), np.array([0.5, 0.25])
    assert Library().answer(raw, "scores", PATH, None)[:2].tolist() == [0.25, 0.5]
    assert Library().answer({1: 3, 0: 2}, "counts", PATH, None).tolist() == [2, 3, -1, -1, -1]


class LateArray(np.ndarray):
    """An array that computes when it is converted."""

    def astype(self, *_, **__):
        raise AssertionError("computed where no clock runs")


def test_methods_of_a_subclass_of_arrays_are_not_called():
    late = np.array([2, 1], dtype=np.int32).view(LateArray)
    for collected in (late, ByVertex(ids(0, 1), late)):
        assert arrange(collected, "counts", graph(path(2), 2), None).tolist() == [2, 1]


@pytest.mark.parametrize("base", [Layout, ByVertex])
def test_a_layout_of_an_engines_own_is_refused(base):
    class Late(base):
        def arranged(self, *_):
            raise AssertionError("computed where no clock runs")

    late = Late(ids(0), ids(1)) if base is ByVertex else Late()
    with pytest.raises(TypeError, match="returned Late, whose work no clock would see"):
        arrange(late, "counts", PATH, None)


@pytest.mark.parametrize(
    ("engine", "raw"),
    [
        ("networkx", [(0, 2, 0.25), (1, 3, 0.5)]),
        ("nx-cugraph", [(0, 2, 0.25), (1, 3, 0.5)]),
        ("networkit", [((0, 2), 0.25), ((1, 3), 0.5)]),
        ("cugraph", pd.DataFrame({"first": [0, 1], "second": [2, 3], "jaccard_coeff": [0.25, 0.5]})),
    ],
)
def test_pairs_are_collected_where_the_result_holds_them(engine, raw):
    found = registry.engine(engine).collect(raw, "pair_scores", PATH)
    assert isinstance(found, ByPair)
    assert [each.tolist() for each in (found.first, found.second, found.values)] == [[0, 1], [2, 3], [0.25, 0.5]]


@pytest.mark.parametrize("engine", ["igraph", "scipy"])
def test_pairs_are_not_collected_where_the_result_has_values_alone(engine):
    found = registry.engine(engine).collect([0.25, 0.5], "pair_scores", PATH)
    assert found.tolist() == [0.25, 0.5]
