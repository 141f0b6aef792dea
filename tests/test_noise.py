"""Warnings about noise: each condition has one, with advice; a quiet measurement has none."""

import msgspec
import pytest

from graphbench.measure.noise import noise_warnings
from graphbench.records.model import Trials
from helpers.records import HERE

CALM = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0, 1.01, 0.99]


def environment(load=0.5, **clocks):
    return msgspec.structs.replace(HERE, load_average=load, clocks=clocks)


def said(times, *, stopped="precise", sources=(), where=None):
    return noise_warnings(times, Trials(stopped=stopped, sources=list(sources)), where)


def test_a_quiet_measurement_has_no_warning():
    assert said(CALM, where=environment(throttle_reasons=1, other_processes=0, after={"throttle_reasons": 0})) == []


def test_a_slow_first_trial_has_its_own_warning_and_is_no_outlier():
    (text,) = said([3.0, *CALM])
    assert "3.00 times as long" in text


def test_outliers_are_counted():
    (text,) = said([*CALM, 9.0, 9.5])
    assert text.startswith("2 of 10 trials")


def test_a_wide_interval_has_a_warning_with_its_width():
    (text,) = said([1.0, 1.5, 2.0, 1.2, 1.8, 1.4], stopped="budget")
    assert "after 6 trials" in text
    assert "--budget" in text
    assert said([1.0, 1.5, 2.0, 1.2, 1.8, 1.4], stopped="count") == [], "as many as were asked for"


def test_differences_between_sources_are_no_warning():
    assert said([5.0, 1.0, 1.0, 1.1, 9.0, 1.0], stopped="budget", sources=range(6)) == []


@pytest.mark.parametrize("times", [[], [1.0], [5.0, 1.0, 1.0, 1.0]])
def test_too_few_trials_give_no_warning(times):
    assert said(times) == []


def test_scatter_of_microseconds_is_no_warning():
    assert said([9e-6, 1e-6, 1e-6, 1.1e-6, 1e-6, 1.01e-6, 8e-6]) == []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (environment(load=8.5), "busy"),
        (environment(other_processes=1), "another process used the GPU"),
        (environment(other_processes=3), "3 other processes used the GPU"),
        (environment(throttle_reasons=0x4), "the power cap"),
        (environment(after={"throttle_reasons": 0x60, "sm_mhz": 1200, "sm_max_mhz": 1980}), "1,200 of 1,980 MHz"),
    ],
)
def test_each_disturbance_of_the_machine_has_a_warning(where, expected):
    (text,) = said(CALM, where=where)
    assert expected in text
