"""Simulated trials, whose true median is 1: with noise, autocorrelation, and differences between processes."""

import math

import numpy as np

from graphbench.measure.sampling import Rule, after_trial

MAX_TRIALS = 100
ENDLESS = 1e9


def trials(draw, n, *, noise, autocorrelation=0.0, slower=1.0):
    """The times of n trials, lognormal: each resembles the one before."""
    steps = draw.normal(size=n)
    for i in range(1, n):
        steps[i] = autocorrelation * steps[i - 1] + math.sqrt(1 - autocorrelation**2) * steps[i]
    return slower * np.exp(noise * steps)


def stopped(times):
    """The trials until the stopping rule is satisfied."""
    rule = Rule(budget_s=ENDLESS, max_trials=len(times))
    n = next(n for n in range(1, len(times) + 1) if after_trial(rule, times[:n], longest_lap_s=0, left_s=ENDLESS))
    return times[:n]


def rounds(draw, number, *, trials_each=6, within=0.03, between=0.03, slower=1.0):
    """The times of rounds, each in a process with a speed of its own."""
    return [
        trials(draw, trials_each, noise=within, slower=slower * math.exp(between * draw.normal()))
        for _ in range(number)
    ]


def coverage(draw, times, interval, number):
    """How often the interval of simulated times contains the true value, 1."""
    hits = 0
    for _ in range(number):
        low, high = interval(times(draw))
        hits += low <= 1 <= high
    return hits / number
