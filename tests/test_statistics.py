"""Statistics, for any timings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, bootstrap, ttest_ind

from graphbench.records import statistics

seconds = st.floats(1e-7, 1e4)
timings = st.lists(seconds, min_size=1, max_size=40)
enough = st.lists(seconds, min_size=6, max_size=40)
scale = st.sampled_from([2.0**k for k in (-20, -3, 1, 10)])


@given(timings)
def test_a_median_comes_with_an_interval_or_a_range_never_both(values):
    found = statistics.median(values)
    assert min(values) <= found.value <= max(values)
    assert found.n == len(values)
    assert (found.interval is not None) == (len(values) >= 6)
    assert (found.range is not None) == (1 < len(values) < 6)
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


@given(enough, st.floats(0.01, 100))
def test_pairing_removes_the_difficulty_that_both_sides_share(times, factor):
    found = statistics.paired_ratio([factor * each for each in times], times)
    assert found.interval == pytest.approx((factor, factor))


def test_an_unpaired_ratio_includes_the_spread_of_the_questions():
    times = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    low, high = statistics.ratio(times, times).interval
    assert low < 0.5
    assert high > 2


@pytest.mark.parametrize("n", [6, 7, 8, 9, 10, 21, 100, 1000, 3001])
def test_the_interval_of_a_median_has_the_exact_coverage_that_it_names(n):
    values = np.random.default_rng(n).permutation(n).astype(float)
    while statistics.effective_samples(values) < n:
        values = np.random.default_rng(int(values[0]) + n).permutation(values)
    found = statistics.median(values)
    below = int(found.interval.low)
    assert found.interval == (below, n - 1 - below)
    assert found.coverage == pytest.approx(1 - 2 * binom.cdf(below, n, 0.5))
    assert found.coverage >= 0.95 > 1 - 2 * binom.cdf(below + 1, n, 0.5)


@pytest.mark.parametrize("values", [np.arange(9_999.0), np.full(9_999, 3.0), np.geomspace(1e-9, 1e9, 9_999)])
def test_the_ends_of_an_interval_are_numpys_quantiles(values):
    shuffled = np.random.default_rng(0).permutation(values)
    tail = (1 - statistics.CONFIDENCE) / 2
    assert statistics._ends(statistics._tails(shuffled)) == tuple(np.quantile(values, [tail, 1 - tail]))


def test_six_values_have_an_interval_and_five_have_a_range():
    six, five = [3.0, 1.0, 6.0, 2.0, 5.0, 4.0], [3.0, 1.0, 2.0, 5.0, 4.0]
    assert statistics.median(six) == (3.5, (1.0, 6.0), None, 6, 1 - 2 / 64)
    assert statistics.median(five) == (3.0, None, (1.0, 5.0), 5, None)
    assert statistics.ratio(six, five).interval is None


def test_trials_that_drift_know_less_than_trials_that_scatter():
    steady = [1.0, 1.05, 0.98, 1.03, 0.97, 1.02, 0.99, 1.04, 0.96, 1.01] * 3
    drifting = sorted(steady)
    assert statistics.effective_samples(steady) == len(steady)
    assert statistics.effective_samples(drifting) < 5
    for found, wide in (
        (statistics.median(steady), statistics.median(drifting)),
        (statistics.ratio(steady, steady), statistics.ratio(drifting, drifting)),
    ):
        assert wide.value == found.value
        assert wide.interval.low < found.interval.low < found.interval.high < wide.interval.high


@pytest.mark.parametrize("values", [[2.0] * 6, [1.0, 9.0, 1.0, 9.0, 1.0, 9.0], [1.0]])
def test_constant_alternating_and_single_trials_count_in_full(values):
    assert statistics.effective_samples(values) == len(values)


def test_the_interval_of_a_ratio_is_close_to_that_of_an_ordinary_bootstrap_of_many_trials():
    rng = np.random.default_rng(3)
    top, bottom = rng.lognormal(sigma=0.1, size=300), rng.lognormal(sigma=0.1, size=210)

    def of_medians(one, two, axis):
        return np.median(one, axis) / np.median(two, axis)

    theirs = bootstrap((top, bottom), of_medians, method="percentile", n_resamples=20_000, rng=1).confidence_interval
    assert statistics.ratio(top, bottom).interval == pytest.approx(tuple(theirs), rel=0.01)


def drawn_medians(values, rng, number):
    """Where the true median may be, drawn: after a binomial number of the values, and uniformly until the next."""
    n = len(values)
    apart = rng.binomial(n, 0.5, number) + rng.uniform(size=number) - (n + 1) / 2
    places = apart * (n / statistics.effective_samples(values)) ** 0.5 + (n + 1) / 2
    return np.interp(places, np.arange(1, n + 1), np.sort(values))


@pytest.mark.parametrize("noise", [(0.1, 0.1), (0.3, 0.01), (1e-4, 0.1)])
@pytest.mark.parametrize("numbers", [(6, 50), (7, 7), (12, 30), (40, 40), (200, 9)])
def test_the_interval_of_a_ratio_is_that_of_a_million_draws(numbers, noise):
    rng = np.random.default_rng(0)
    top, bottom = (rng.lognormal(sigma=sigma, size=n) for n, sigma in zip(numbers, noise, strict=True))
    drawn = drawn_medians(top, rng, 1_000_000) / drawn_medians(bottom, rng, 1_000_000)
    low, high = statistics.ratio(top, bottom).interval
    assert np.mean(drawn < low) == pytest.approx(0.025, abs=0.001)
    assert np.mean(drawn > high) == pytest.approx(0.025, abs=0.001)


def test_the_ends_of_a_ratio_are_those_among_all_pairs_of_quantiles():
    top, bottom = np.sort(np.random.default_rng(5).lognormal(sigma=0.2, size=(2, 200)))
    every = np.sort(np.divide.outer(top, bottom).ravel())
    assert statistics._ends_of_ratio(top, bottom) == (every[[999, 1000]].mean(), every[[-1000, -1001]].mean())


def test_the_interval_over_rounds_is_students():
    rng = np.random.default_rng(4)
    one, two = rng.lognormal(sigma=0.03, size=3), rng.lognormal(sigma=0.03, size=5)
    theirs = ttest_ind(np.log(one), np.log(two)).confidence_interval(0.98)
    found = statistics.ratio_of_rounds(one, two, 0.98)
    assert np.log(found.interval) == pytest.approx([theirs.low, theirs.high])
    assert (found.n, found.coverage) == (3, 0.98)
    back = statistics.ratio_of_rounds(two, one, 0.98)
    assert back.interval == pytest.approx([1 / end for end in reversed(found.interval)])
    with pytest.raises(ValueError, match="3 on both sides, not 2"):
        statistics.ratio_of_rounds(one[:2], two)


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


@given(st.lists(st.tuples(seconds, seconds), min_size=6, max_size=30), scale)
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


def test_fewer_than_six_questions_cannot_be_paired():
    with pytest.raises(ValueError, match="6 questions, not of 5"):
        statistics.paired_ratio([1.0] * 5, [1.0] * 5)


@pytest.mark.parametrize("number", [6, 7, 64, 301])
def test_medians_of_resamples_are_those_of_their_rows(number):
    values = np.random.default_rng(0).exponential(size=number).round(1)
    counts = statistics._resamples(number)
    assert (counts.sum(axis=0) == number).all()
    rows = [np.repeat(values, often) for often in counts.T[:50]]
    assert statistics._resampled_medians(values, counts)[:50].tolist() == [np.median(row) for row in rows]
