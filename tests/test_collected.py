"""From a library's own order to the common form of an answer, which no clock times."""

import msgspec
import numpy as np
import pandas as pd
import pytest

from graphbench import registry
from graphbench.algorithms.base import Scaled
from graphbench.engines._collected import (
    ByPair,
    ByVertex,
    CompressedRows,
    Ends,
    Entries,
    GarbageError,
    Groups,
    Layout,
    Numbering,
    SortedByPair,
    Walks,
    arrange,
    precision,
)
from graphbench.engines.base import Engine
from graphbench.errors import UnsupportedError, UsageError
from helpers.engines import each_with
from helpers.graphs import GRAPHS, graph, path, posed, raw

PATH = graph(path(4), 5)
DIRECTED = graph(path(4), 5, directed=True)
NO_VALUES = [np.nan, np.nan]
WHOLE = {"counts", "labels", "depths", "partition", "walks"}
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
        (np.array([0, np.inf, 2, np.finfo(float).max, 1]), "depths", [0, -1, 2, -1, 1]),
        (np.array([0, np.iinfo(np.uint64).max, 2, 1, 1], np.uint64), "depths", [0, -1, 2, 1, 1]),
        (np.array([False, True, True, True, True]), "depths", [0, 1, 1, 1, 1]),
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
    assert answer.dtype == (np.int64 if kind in WHOLE else np.float64)


def test_scores_of_pairs_are_in_the_given_order_and_missing_ones_are_seen():
    pairs = np.array([[1, 3], [0, 2], [0, 4]])
    collected = ByPair(ids(0, 1), ids(2, 3), np.array([0.25, 0.5]))
    np.testing.assert_array_equal(arrange(collected, "pair_scores", PATH, pairs), [0.5, 0.25, np.nan])


@pytest.mark.parametrize(
    ("edges", "listed", "src", "dst", "expected"),
    [
        (PATH, "once", [2, 1], [1, 0], [[0, 1], [1, 2]]),
        (PATH, "once", [1, 1, 2], [0, 0, 1], [[0, 1], [0, 1], [1, 2]]),
        (PATH, "either", [2, 1, 1, 0], [1, 2, 0, 1], [[0, 1], [1, 2]]),
        (PATH, "either", [1, 0, 4, 1], [0, 1, 0, 4], [[0, 1], [0, 4], [1, 4]]),
        (PATH, "either", [1, 0, 3], [0, 1, 2], [[0, 1], [2, 3]]),
        (DIRECTED, "either", [2, 1, 1], [1, 2, 0], [[1, 0], [1, 2], [2, 1]]),
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
    with pytest.raises(GarbageError, match="offsets do not ascend from 0 to the 3 indices"):
        arrange(CompressedRows(ids(*offsets), ids(0, 1, 2)), "arcs", PATH, None)


class Lazy:
    """Computes when it is converted, and claims to be an array."""

    __class__ = np.ndarray

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("computed outside the clock")


def late_factor():
    class Factor(float):
        __array_ufunc__ = None

        def __rmul__(self, scores):
            raise AssertionError("computed outside the clock")

    return Factor(1.0)


ONES = np.ones(5)
OBJECTS = np.array([None, None], dtype=object)


@pytest.mark.parametrize(
    ("collected", "kind", "because"),
    [
        (Lazy(), "scores", "the answer is of type Lazy, expected an array of numbers"),
        (OBJECTS, "scores", "the answer is an array of object, expected an array of numbers"),
        ([Lazy()], "vectors", "the answer is of type list"),
        (ByVertex(ids(0), Lazy()), "scores", "`collect` returned ByVertex with values of type Lazy, expected a NumPy"),
        (ByVertex(ids(0, 1), OBJECTS), "scores", "ByVertex with values of type object, expected an array of numbers"),
        (ByVertex(OBJECTS, ONES[:2]), "scores", "ByVertex with vertices of type object, expected an array of numbers"),
        (ByVertex(ids(0), ONES[:1, None]), "scores", r"values of shape \(1, 1\), expected one dimension"),
        (Scaled(ONES, late_factor()), "scores", "Scaled has a factor of type Factor, expected a number"),
        (Scaled(ONES, 1.0, (0,), late_factor()), "scores", "Scaled has a factor of type Factor, expected a number"),
        (Scaled(ONES, 1.0, Lazy()), "scores", "Scaled has vertices of type Lazy, expected an array of integers"),
        (Scaled(ONES, 1.0, OBJECTS), "scores", "Scaled has vertices of type object"),
        (Scaled(ONES, 1.0, [Lazy()]), "scores", "Scaled has vertices of type list, expected an array of integers"),
        (Scaled(Lazy(), 1.0), "scores", "the answer is of type Lazy"),
    ],
)
def test_what_would_be_computed_outside_the_clock_is_refused(collected, kind, because):
    with pytest.raises(GarbageError, match=because):
        arrange(collected, kind, PATH, None)


@pytest.mark.parametrize(
    ("collected", "kind", "because"),
    [
        (np.array([0, 0.9]), "depths", "depths: found 0.9, expected integers"),
        (np.array([0, np.nan]), "depths", "depths: found nan"),
        (np.array([0, -np.inf]), "depths", "depths: found -inf"),
        (np.array([1, 2.75], np.float32), "counts", "counts: found 2.75"),
        (np.array([1, np.inf]), "counts", "counts: found inf"),
        (np.array([1, 1 << 63], np.uint64), "labels", "labels: found 9223372036854775808"),
        (np.array([[0, 0.5]]), "walks", "walks: found 0.5"),
        (ByVertex(ids(0, 5), ids(1, 1)), "counts", "vertices: found 5, expected 0 to 4"),
        (ByVertex(ids(0, -1), ids(1, 1)), "counts", "vertices: found -1, expected 0 to 4"),
        (ByVertex(ids(0.5, dtype=float), ids(1)), "counts", "vertices: found 0.5, expected integers"),
        (ByVertex(ids(3, 1, 3), ids(1, 1, 1)), "counts", "the vertex 3 is there twice"),
        (ByVertex(ids(0, 1), ids(1)), "counts", "1 values, expected 2"),
        (Groups(ids(0, 1, 0), ids(2, 1)), "labels", "the vertex 0 is there twice"),
        (Groups(ids(0, 1), ids(1)), "labels", "sizes that sum to 1, expected none below 0, and 2 in all"),
        (Groups(ids(0, 1), ids(3, -1)), "labels", "sizes that sum to 2, expected none below 0"),
        (Walks(ids(0, 1), ids(0.5, 1.5, dtype=float)), "walks", "sizes: found 0.5"),
        (ByPair(ids(1), ids(7), ONES[:1]), "pair_scores", "second vertices: found 7, expected 0 to 4"),
        (ByPair(ids(1), ids(-1), ONES[:1]), "pair_scores", "second vertices: found -1, expected 0 to 4"),
        (ByPair(ids(1, 1), ids(2, 2), np.array([0.5, 0.25])), "pair_scores", "a pair has two values"),
        (ByPair(ids(1), ids(2), ONES), "pair_scores", "5 values, expected 1"),
        (SortedByPair(ONES[:1]), "pair_scores", "1 values, expected 2"),
        (Ends(ids(0), ids(-1), ids(4, 2, 3)), "edges", "renumbered vertices: found -1, expected 0 to 2"),
        (Ends(ids(0), ids(1), ids(4, 2, 2)), "edges", "the vertex 2 is there twice"),
        (Ends(ids(0), ids(1, 2)), "edges", "2 dst, expected 1"),
        (Entries(ids(0), ids(1), ONES), "arcs", "5 values, expected 1"),
        (CompressedRows(ids(0, 1.5, 2, dtype=float), ids(0, 1)), "arcs", "offsets: found 1.5"),
        (Numbering(ids(70, 50), ids(1), ids(0), ids(0, 0)), "numbering", "the vertex 0 is there twice"),
        (Numbering(ids(70, 50), ids(1), ids(0), ids(0, 2)), "numbering", "vertices: found 2, expected 0 to 1"),
        (Scaled(ONES, 1.0, [-1]), "scores", "vertices of Scaled: found -1, expected 0 to 4"),
    ],
)
def test_what_arranging_would_round_wrap_or_overwrite_is_refused(collected, kind, because):
    with pytest.raises(GarbageError, match=because):
        arrange(collected, kind, PATH, np.array([[1, 3], [0, 2]]))


def test_a_pair_may_come_back_twice_with_one_value():
    collected = ByPair(ids(0, 1, 0), ids(2, 3, 2), np.array([0.25, 0.5, 0.25]))
    assert arrange(collected, "pair_scores", PATH, np.array([[1, 3], [0, 2]])).tolist() == [0.5, 0.25]


def replaced(collected, kind, change):
    """What was collected, in each way in which one of its arrays of whole numbers can be replaced by `change` of it."""
    if isinstance(collected, np.ndarray):
        if kind in WHOLE:
            yield change(collected)
    elif isinstance(collected, Scaled):
        for result in replaced(collected.result, kind, change):
            yield collected._replace(result=result)
    elif isinstance(collected, list):
        for column in replaced(collected[0], kind, change):
            yield [column, *collected[1:]]
    else:
        for name, value in msgspec.structs.asdict(collected).items():
            if isinstance(value, np.ndarray) and value.size and (name != "values" or kind in WHOLE):
                if name == "ids" and value.max() > 1 << 53:
                    continue  # no float has so many digits
                yield msgspec.structs.replace(collected, **{name: change(value)})


def with_last(change):
    """The array as floats, infinite where it marks a vertex as unreached, and the last of the others changed."""

    def changed(array):
        out = array.astype(np.float64)
        out[array == (np.finfo if array.dtype.kind == "f" else np.iinfo)(array.dtype).max] = np.inf
        last = np.flatnonzero(np.isfinite(out))[-1]
        out.flat[last] = change(out.flat[last])
        return out

    return changed


@pytest.mark.parametrize(("engine", "algorithm"), each_with(registry.algorithm_names()))
def test_whole_numbers_may_be_floats_but_no_others(engine, algorithm):
    edges = GRAPHS["weighted"]
    try:
        page, at, inputs, p = posed(algorithm, edges)
        it, result = registry.engine(engine), raw(engine, algorithm, edges)
    except (UsageError, UnsupportedError) as refusal:
        pytest.skip(f"refused: {refusal}")
    collected = it.to_host(result, page.kind, at)

    def answer(collected):
        return arrange(collected, page.kind, at, inputs.pairs)

    expected = answer(collected)
    for floats in replaced(collected, page.kind, with_last(lambda last: last)):
        np.testing.assert_array_equal(answer(floats), expected)
    for change in (lambda last: last + 0.5, lambda last: last - at.num_vertices, lambda _: np.nan):
        for garbage in replaced(collected, page.kind, with_last(change)):
            assert refusal_of(answer, garbage) or not page.certify(at, answer(garbage), p).valid


def refusal_of(answer, collected):
    try:
        answer(collected)
    except GarbageError as error:
        return str(error)
    return ""


def test_an_answer_is_collected_and_then_arranged():
    class Library(Engine):
        name = "library"

        def collect(self, raw, kind, edges):
            return ByVertex(*raw)

    raw = ids(1, 0), np.array([0.5, 0.25])
    assert Library().answer(raw, "scores", PATH, None)[:2].tolist() == [0.25, 0.5]
    assert Library().answer({1: 3, 0: 2.0}, "counts", PATH, None).tolist() == [2, 3, -1, -1, -1]
    for rounded in ({1: 2.75}, {0.5: 3}):
        with pytest.raises(GarbageError, match="expected integers"):
            Library().answer(rounded, "counts", PATH, None)


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
    with pytest.raises(GarbageError, match="returned Late, whose work no clock would see"):
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


@pytest.mark.parametrize(
    ("collected", "expected"),
    [
        (np.zeros(5), ""),
        (np.zeros(5, dtype=np.int32), ""),
        (np.zeros(5, dtype=np.float32), "float32"),
        (ByVertex(ids(0, 1), np.zeros(2, dtype=np.float32)), "float32"),
        (SortedByPair(np.zeros(2, dtype=np.float16)), "float16"),
        ([ByVertex(ids(0), np.zeros(1)), ByVertex(ids(0), np.zeros(1, dtype=np.float32))], "float32"),
        (Scaled(np.zeros(5, dtype=np.float32), ids(), 0.5, 0.0), "float32"),
        (Entries(ids(0), ids(1)), ""),
        (Groups(ids(0, 1), ids(2)), ""),
    ],
)
def test_the_precision_of_an_answer_is_that_of_its_values(collected, expected):
    assert precision(collected) == expected
