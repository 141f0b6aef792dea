"""Cleaning: follows its rules, counts what it does, is idempotent, and ignores the order of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphbench.errors import InputError
from graphbench.graphs.clean import Raw, clean


def raw(rows, *, num_vertices=6, directed=False, weighted=False, dtype=np.int64):
    rows = list(rows)
    ends = np.array([row[:2] for row in rows], dtype=dtype).reshape(-1, 2)
    weight = np.array([row[2] for row in rows], dtype=np.float64) if weighted else None
    return Raw(src=ends[:, 0], dst=ends[:, 1], weight=weight, num_vertices=num_vertices, directed=directed)


def rows_of(edges):
    src, dst, weight = edges.to_numpy()
    columns = [src.tolist(), dst.tolist()] + ([] if weight is None else [weight.tolist()])
    return list(zip(*columns, strict=True))


def slowly(rows, directed):
    """The rules by the plainest means: {(u, v): weight or None}, loops, merged."""
    kept, loops, merged = {}, 0, 0
    for u, v, *rest in rows:
        weight = rest[0] if rest else None
        if u == v:
            loops += 1
            continue
        key = (u, v) if directed else (min(u, v), max(u, v))
        if key in kept:
            merged += 1
            if weight is not None and (np.isnan(kept[key]) or weight < kept[key]):
                kept[key] = weight
        else:
            kept[key] = weight
    return kept, loops, merged


vertices = st.integers(0, 5)
weights = st.sampled_from([-2.5, -0.0, 0.0, 1.0, 3.5, np.inf, -np.inf, np.nan])
weighted_rows = st.lists(st.tuples(vertices, vertices, weights), max_size=25)


@given(weighted_rows, st.booleans(), st.booleans())
def test_cleaning_follows_its_rules_and_counts_everything(rows, directed, weighted):
    if not weighted:
        rows = [row[:2] for row in rows]
    kept, loops, merged = slowly(rows, directed)
    edges, cleaning = clean(raw(rows, directed=directed, weighted=weighted), "toy")
    expected = [(u, v, kept[u, v]) if weighted else (u, v) for u, v in sorted(kept)]
    np.testing.assert_equal(np.array(rows_of(edges)), np.array(expected))
    values = np.array(list(kept.values()), dtype=float) if weighted else np.ones(len(kept))
    assert (cleaning.loops_dropped, cleaning.duplicates_merged) == (loops, merged)
    assert cleaning.num_isolated == 6 - len({end for edge in kept for end in edge})
    assert cleaning.zero_weights == np.sum(values == 0)
    assert cleaning.negative_weights == np.sum(values < 0)
    assert cleaning.nonfinite_weights == np.sum(~np.isfinite(values))
    assert (edges.name, edges.num_vertices, edges.directed, edges.weighted) == ("toy", 6, directed, weighted)


@given(weighted_rows, st.booleans(), st.randoms())
def test_order_of_rows_and_ends_does_not_change_the_result(rows, directed, random):
    one, _ = clean(raw(rows, directed=directed, weighted=True), "one")
    shuffled = [row if directed or random.random() < 0.5 else (row[1], row[0], row[2]) for row in rows]
    random.shuffle(shuffled)
    two, _ = clean(raw(shuffled, directed=directed, weighted=True), "two")
    assert one.digest == two.digest
    np.testing.assert_equal(one.to_numpy(), two.to_numpy())


@given(weighted_rows, st.booleans())
def test_cleaning_is_idempotent(rows, directed):
    once, _ = clean(raw(rows, directed=directed, weighted=True), "toy")
    src, dst, weight = once.to_numpy()
    twice, cleaning = clean(Raw(src=src, dst=dst, weight=weight, num_vertices=6, directed=directed), "toy")
    assert twice.digest == once.digest
    assert (cleaning.loops_dropped, cleaning.duplicates_merged) == (0, 0)


@given(st.lists(st.tuples(vertices, vertices), max_size=25), st.booleans())
def test_an_unweighted_graph_is_cleaned_like_one_of_weights_1(rows, directed):
    plain, one = clean(raw(rows, directed=directed), "plain")
    ones, two = clean(raw([(*row, 1.0) for row in rows], directed=directed, weighted=True), "ones")
    assert ones.unweighted().digest == plain.digest
    assert (ones.to_numpy().weight == 1).all()
    assert one == two


def test_cleaning_does_not_change_the_raw_rows():
    rows = raw([(3, 1, -0.0), (2, 2, 1), (1, 3, 2)], weighted=True)
    before = [column.tobytes() for column in (rows.src, rows.dst, rows.weight)]
    clean(rows, "toy")
    assert [column.tobytes() for column in (rows.src, rows.dst, rows.weight)] == before


@pytest.mark.parametrize(("num_vertices", "dtype"), [(2**31 - 1, np.int32), (2**31, np.int64), (2**40, np.int64)])
def test_ids_have_32_bits_where_possible(num_vertices, dtype):
    last = num_vertices - 1
    edges, cleaning = clean(raw([(last, 0), (0, last), (last, 7), (3, 3)], num_vertices=num_vertices), "wide")
    assert {column.dtype for column in edges.to_numpy()[:2]} == {np.dtype(dtype)}
    assert rows_of(edges) == [(0, last), (7, last)]
    assert (cleaning.duplicates_merged, cleaning.loops_dropped, cleaning.num_isolated) == (1, 1, num_vertices - 3)


def test_weights_are_merged_with_64_bit_ids():
    last = 2**40
    rows = [(last, 0, 5), (0, last, 2), (last, 7, np.nan), (7, last, 1)]
    edges, _ = clean(raw(rows, num_vertices=last + 1, weighted=True), "wide")
    assert rows_of(edges) == [(0, last, 2), (7, last, 1)]


@pytest.mark.parametrize("num_vertices", [0, 1, 5])
def test_graphs_without_edges_are_cleaned(num_vertices):
    edges, cleaning = clean(raw([], num_vertices=num_vertices), "none")
    assert (edges.num_edges, edges.num_vertices, cleaning.num_isolated) == (0, num_vertices, num_vertices)


@pytest.mark.parametrize("bad", [-1, 6, 2**40])
def test_invalid_ids_are_refused_with_the_row(bad):
    with pytest.raises(InputError, match=rf"toy: row 1 has vertex {bad}; expected ids from 0 to 5"):
        clean(raw([(0, 1), (2, bad)]), "toy")
    with pytest.raises(InputError, match="the graph has no vertices"):
        clean(raw([(0, 1)], num_vertices=0), "toy")


def test_columns_and_names_must_match():
    rows = raw([(0, 1), (1, 2)])
    with pytest.raises(InputError, match="different lengths"):
        clean(Raw(src=rows.src, dst=rows.dst[:1], weight=None, num_vertices=6, directed=False), "toy")
    with pytest.raises(InputError, match="2 names for 6 vertices"):
        clean(Raw(src=rows.src, dst=rows.dst, weight=None, num_vertices=6, directed=False, names=np.arange(2)), "toy")
