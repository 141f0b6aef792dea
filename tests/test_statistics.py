"""Statistics, for any timings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap

from graphbench.records import statistics

seconds = st.floats(1e-7, 1e4)
timings = st.lists(seconds, min_size=1, max_size=40)
enough = st.lists(seconds, min_size=5, max_size=40)
scale = st.sampled_from([2.0**k for k in (-20, -3, 1, 10)])


@given(timings)
def test_a_median_comes_with_an_interval_or_a_range_never_both(values):
    found = statistics.median(values)
    assert min(values) <= found.value <= max(values)
    assert found.n == len(values)
    assert (found.interval is not None) == (len(values) >= 5)
    assert (found.range is not None) == (1 < len(values) < 5)
    spread = found.interval or found.range
    if spread:
        assert min(values) <= spread.low <= spread.high <= max(values)


@given(timings, timings)
def test_a_ratio_lies_within_the_extremes_and_its_interval_is_ordered(top, bottom):
    found = statistics.ratio(top, bottom)
    low, high = min(top) / max(bottom), max(top) / min(bottom)
    assert low <= found.value <= high
    if found.interval:
        assert low <= found.interval.low <= found.interval.high <= high


@given(enough, enough, scale)
def test_a_change_of_unit_scales_medians_and_leaves_ratios(top, bottom, factor):
    one, scaled = statistics.median(top), statistics.median([factor * each for each in top])
    assert scaled.interval == pytest.approx([factor * each for each in one.interval])
    same = statistics.ratio([factor * each for each in top], [factor * each for each in bottom])
    assert same.interval == pytest.approx(statistics.ratio(top, bottom).interval)


@given(timings, timings)
def test_swapping_the_sides_inverts_the_ratio(top, bottom):
    assert statistics.ratio(top, bottom).value * statistics.ratio(bottom, top).value == pytest.approx(1)


@given(st.permutations([0.5, 1.0, 1.5, 2.0, 7.0, 9.0]))
def test_the_order_of_trials_does_not_matter(values):
    assert statistics.median(values) == statistics.median(sorted(values))


@given(enough, st.floats(0.01, 100))
def test_pairing_removes_the_difficulty_that_both_sides_share(times, factor):
    found = statistics.paired_ratio([factor * each for each in times], times)
    assert found.interval == pytest.approx((factor, factor))


def test_an_unpaired_ratio_includes_the_spread_of_the_questions():
    times = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    low, high = statistics.ratio(times, times).interval
    assert low < 0.5
    assert high > 2


@pytest.mark.parametrize("n", [5, 6, 7, 20, 101])
def test_the_interval_of_a_median_is_that_of_an_ordinary_bootstrap(n):
    values = np.random.default_rng(n).lognormal(size=n)
    theirs = bootstrap((values,), np.median, method="percentile", n_resamples=20_000, rng=1).confidence_interval
    ranks = np.searchsorted(np.sort(values), [*statistics.median(values).interval, theirs.low, theirs.high])
    assert np.abs(ranks[:2] - ranks[2:]).max() <= 1


def test_the_interval_of_a_ratio_is_that_of_an_ordinary_bootstrap():
    rng = np.random.default_rng(3)
    top, bottom = rng.lognormal(sigma=0.1, size=30), rng.lognormal(sigma=0.1, size=21)

    def of_medians(one, two, axis):
        return np.median(one, axis) / np.median(two, axis)

    theirs = bootstrap((top, bottom), of_medians, method="percentile", n_resamples=20_000, rng=1).confidence_interval
    assert statistics.ratio(top, bottom).interval == pytest.approx(tuple(theirs), rel=0.01)


def test_95_percent_intervals_cover_the_true_median_about_95_percent_of_the_time():
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        low, high = statistics.median(rng.lognormal(size=15)).interval
        hits += low <= 1.0 <= high
    assert 0.90 <= hits / 400 <= 0.99


def test_more_trials_narrow_the_interval():
    rng = np.random.default_rng(6)
    widths = [high - low for low, high in (statistics.median(rng.lognormal(size=n)).interval for n in (10, 100, 1000))]
    assert widths[0] > widths[1] > widths[2]


def test_a_question_asked_twice_counts_once_with_its_median():
    assert statistics.by_question([7, 8, 7, 7], [1.0, 5.0, 2.0, 9.0]) == {7: 2.0, 8: 5.0}


@given(enough)
def test_a_geometric_mean_of_inverses_is_the_inverse(ratios):
    inverses = [1 / each for each in ratios]
    assert statistics.geometric_mean(inverses) * statistics.geometric_mean(ratios) == pytest.approx(1)


def test_compared_means_are_over_the_cells_that_all_sides_completed():
    cells = {"cugraph": {"a": 100.0, "b": 400.0, "big": 9000.0}, "igraph": {"a": 10.0, "b": 40.0, "small": 1.0}}
    means, common = statistics.common_geometric_means(cells)
    assert common == {"a", "b"}
    assert means == pytest.approx({"cugraph": 200.0, "igraph": 20.0})


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 1e4), min_size=1),
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 1e4), min_size=1),
    st.floats(0.01, 1e4),
)
def test_a_cell_that_one_side_completed_does_not_change_any_mean(one, two, extra):
    means, common = statistics.common_geometric_means({"one": one, "two": two})
    again, same = statistics.common_geometric_means({"one": one | {"alone": extra}, "two": two})
    assert (again, same) == (means, common)
    assert common == one.keys() & two.keys()
    for side, ratios in (("one", one), ("two", two)):
        if common:
            values = [ratios[cell] for cell in common]
            assert min(values) <= means[side] * (1 + 1e-12)
            assert means[side] <= max(values) * (1 + 1e-12)


@given(st.lists(st.tuples(seconds, seconds), min_size=5, max_size=30), scale)
def test_a_paired_interval_scales_with_one_side_within_the_extremes(pairs, factor):
    top, bottom = zip(*pairs, strict=True)
    found = statistics.paired_ratio(top, bottom)
    each = [one / two for one, two in pairs]
    assert min(top) / max(bottom) <= found.interval.low <= found.interval.high <= max(top) / min(bottom)
    scaled = statistics.paired_ratio([factor * one for one in top], bottom)
    assert scaled.interval == pytest.approx([factor * end for end in found.interval])
    if max(each) == min(each):
        assert found.interval == pytest.approx((each[0], each[0]))


@given(st.permutations(range(6)))
def test_the_order_of_questions_does_not_change_a_paired_ratio(order):
    top, bottom = [9.0, 1.0, 5.0, 3.0, 7.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    shuffled = statistics.paired_ratio([top[i] for i in order], [bottom[i] for i in order])
    assert shuffled.value == statistics.paired_ratio(top, bottom).value


@pytest.mark.parametrize("cells", [{}, {"one": {}}, {"one": {"a": 1.0}, "two": {"b": 1.0}}])
def test_without_a_common_cell_there_is_no_mean(cells):
    assert statistics.common_geometric_means(cells) == ({}, frozenset())


@pytest.mark.parametrize("wrong", [[], [0.0, 1.0], [-1.0], [float("nan")], [float("inf")]])
def test_ratios_refuse_values_that_are_not_positive_and_finite(wrong):
    for call in (
        lambda: statistics.ratio(wrong, [1.0]),
        lambda: statistics.ratio([1.0], wrong),
        lambda: statistics.paired_ratio(wrong, wrong),
        lambda: statistics.geometric_mean(wrong),
    ):
        with pytest.raises(ValueError, match="value"):
            call()


def test_sides_of_unequal_length_cannot_be_paired():
    with pytest.raises(ValueError, match="paired"):
        statistics.paired_ratio([1.0, 2.0], [1.0])


def test_fewer_than_five_questions_cannot_be_paired():
    with pytest.raises(ValueError, match="5 questions, not of 4"):
        statistics.paired_ratio([1.0] * 4, [1.0] * 4)
