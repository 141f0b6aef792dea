"""How often intervals contain the true value: simulated, as the documentation of statistics states it."""

import numpy as np
import pytest
from scipy.stats import binom

from graphbench.records import statistics
from helpers.simulation import MAX_TRIALS, coverage, stopped, trials

NUMBER = 250


def reaches(covered, least=0.93, number=NUMBER):
    """Whether the share of hits is what intervals of at least this coverage give in 99 of 100 simulations."""
    return covered * number >= binom.ppf(0.01, number, least)


def of_median(times):
    return statistics.median(times).interval


def of_ratio(sides):
    return statistics.ratio(*sides).interval


@pytest.mark.parametrize("n", [6, 7, 8, 10, 15, 30])
@pytest.mark.parametrize("noise", [0.03, 0.1])
def test_independent_trials_reach_93_percent(n, noise):
    def pair(draw):
        return trials(draw, n, noise=noise), trials(draw, 2 * n, noise=noise)

    assert reaches(coverage(np.random.default_rng(1), lambda draw: trials(draw, n, noise=noise), of_median, NUMBER))
    assert reaches(coverage(np.random.default_rng(2), pair, of_ratio, NUMBER))


@pytest.mark.parametrize("noise", [0.03, 0.05, 0.1])
@pytest.mark.parametrize("autocorrelation", [0.0, 0.3, 0.5])
def test_trials_until_the_rule_stops_reach_93_percent(noise, autocorrelation):
    def sample(draw):
        return stopped(trials(draw, MAX_TRIALS, noise=noise, autocorrelation=autocorrelation))

    def pair(draw):
        return sample(draw), sample(draw)

    assert reaches(coverage(np.random.default_rng(3), sample, of_median, NUMBER))
    assert reaches(coverage(np.random.default_rng(4), pair, of_ratio, NUMBER))


@pytest.mark.parametrize(
    ("n", "autocorrelation", "least"),
    [(10, 0.5, 0.93), (30, 0.5, 0.93), (30, 0.8, 0.93), (6, 0.5, 0.86), (8, 0.5, 0.91), (6, 0.8, 0.60)],
)
def test_few_autocorrelated_trials_cover_what_is_documented(n, autocorrelation, least):
    def sample(draw):
        return trials(draw, n, noise=0.05, autocorrelation=autocorrelation)

    assert reaches(coverage(np.random.default_rng(5), sample, of_median, NUMBER), least)


@pytest.mark.parametrize("n", [6, 8, 16])
@pytest.mark.parametrize(("hardness", "noise"), [(0.2, 0.03), (1.0, 0.03), (1.0, 0.3)])
def test_ratios_over_sources_reach_93_percent(n, hardness, noise):
    def sides(draw):
        hard = draw.normal(size=n) * hardness
        return [np.exp(hard + draw.normal(size=n) * noise) for _ in range(2)]

    found = coverage(
        np.random.default_rng(6), sides, lambda sides: statistics.paired_ratio(*sides).interval, NUMBER // 2
    )
    assert reaches(found, number=NUMBER // 2)
