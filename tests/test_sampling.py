"""Sampling: when there are enough trials, and which answers are kept."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphbench.measure.sampling import (
    MAX_TRIALS,
    Reservoir,
    Rule,
    after_trial,
    before_first,
    precise,
    rebuild,
    uncertainty,
)

seconds = st.floats(1e-6, 1e3)
AMPLE = 1e9


def sample(rule, times, *, lap_s=0.0, left_s=AMPLE):
    """How many of these times a run takes, and why it stops."""
    for n in range(1, len(times) + 1):
        if stop := after_trial(rule, times[:n], longest_lap_s=lap_s, left_s=left_s):
            return n, stop
    return len(times), ""


def test_fewer_than_ten_trials_are_never_precise():
    assert not precise([1.0] * 9)
    assert precise([1.0] * 10)


@pytest.mark.parametrize(("spread", "enough"), [(0.04, True), (0.06, False)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_precise_means_within_5_percent_on_both_sides(spread, enough, sign):
    far = 1 + sign * spread
    assert precise([far, 1.0, 1.0, far, 1.0, 1.0, 1.0, far, 1.0, 1.0]) is enough
    assert uncertainty([far, 1.0, 1.0, far, 1.0, 1.0, 1.0, far, 1.0, 1.0]) == pytest.approx(spread)


def test_trials_that_drift_are_not_precise_however_close():
    drifting = [1 + 0.001 * trial for trial in range(20)]
    assert uncertainty(drifting) < 0.05
    assert not precise(drifting)
    assert precise([drifting[trial * 7 % 20] for trial in range(20)]), "the same trials in another order"


def test_the_uncertainty_of_few_trials_is_that_of_their_range():
    assert uncertainty([2.0, 1.0, 4.0]) == pytest.approx(1.0)
    assert uncertainty([2.0]) == 0.0


@given(st.integers(1, 40), st.lists(seconds, min_size=40, max_size=40), st.floats(0.001, 10))
def test_a_given_number_of_trials_overrides_the_budget(trials, times, budget):
    assert sample(Rule(budget_s=budget, trials=trials), times) == (trials, "count")


@given(st.lists(seconds, min_size=1, max_size=50), st.floats(0.01, 100))
def test_sampling_ends_when_the_budget_is_used_up(times, budget):
    n, stop = sample(Rule(budget_s=budget), times)
    if stop == "budget":
        assert sum(times[: n - 1]) < budget <= sum(times[:n])
    elif stop == "precise":
        assert precise(times[:n])
    else:
        assert (n, stop) == (len(times), "")


def test_steady_times_need_ten_trials_and_each_source_once():
    assert sample(Rule(budget_s=10), [0.01] * 100) == (10, "precise")
    assert sample(Rule(budget_s=10, questions=64), [0.01] * 100) == (64, "precise")
    assert sample(Rule(budget_s=0.3, questions=64), [0.01] * 100)[1] == "budget"


def test_sampling_of_unsteady_microseconds_ends():
    times = [1e-6, 2e-6] * MAX_TRIALS
    assert sample(Rule(budget_s=10), times) == (MAX_TRIALS, "count")
    assert sample(Rule(budget_s=10, max_trials=20), times) == (20, "count")


@pytest.mark.parametrize("trials", [None, 50])
def test_sampling_stops_before_the_time_limit(trials):
    rule = Rule(budget_s=1000, trials=trials)
    assert after_trial(rule, [1.0], longest_lap_s=2.0, left_s=2.1) == "limit"
    assert after_trial(rule, [1.0], longest_lap_s=2.0, left_s=2.3) == ""


def test_a_first_call_longer_than_the_budget_is_the_only_trial():
    assert before_first(Rule(budget_s=10), first_s=10.0, lap_s=10.0, left_s=AMPLE) == "first_only"
    assert before_first(Rule(budget_s=10), first_s=9.9, lap_s=9.9, left_s=AMPLE) == ""
    assert before_first(Rule(budget_s=10, trials=3), first_s=60.0, lap_s=60.0, left_s=AMPLE) == ""
    assert before_first(Rule(budget_s=100, trials=3), first_s=60.0, lap_s=60.0, left_s=60.0) == "first_only"


@given(st.integers(1, 6), st.integers(1, 60), st.integers(1, 8))
def test_a_reservoir_keeps_different_questions_up_to_its_size(size, trials, questions):
    reservoir, held = Reservoir(size, questions=questions), set()
    for trial in range(trials):
        wanted, displaced = reservoir.offer(trial)
        held |= {trial} if wanted else set()
        held -= {displaced}
    assert sorted(held) == reservoir.kept
    assert len(held) == min(size, trials, questions if questions > 1 else trials)
    assert questions == 1 or len({trial % questions for trial in held}) == len(held)


@pytest.mark.parametrize("questions", [1, 4])
def test_every_trial_is_equally_likely_to_be_kept(questions):
    draw, counts = random.Random(0).randrange, Counter()
    for _ in range(4000):
        reservoir = Reservoir(2, questions=questions, draw=draw)
        for trial in range(8):
            reservoir.offer(trial)
        counts.update(reservoir.kept)
    assert set(counts) == set(range(8))
    assert all(abs(count - 1000) < 150 for count in counts.values()), counts  # five standard deviations


def test_nobody_can_foresee_which_answers_are_kept():
    kept = {tuple(sample_of(Reservoir(1), trials=40)) for _ in range(30)}
    assert len(kept) > 5, "the same each time with a probability below 1e-30"


def sample_of(reservoir, *, trials):
    for trial in range(trials):
        reservoir.offer(trial)
    return reservoir.kept


@pytest.mark.parametrize(
    ("spent", "expected"),
    [
        pytest.param({}, True, id="three fit"),
        pytest.param({"budget_s": 2.9}, False, id="three do not fit the budget"),
        pytest.param({"left_s": 3.2}, False, id="the time limit is near"),
        pytest.param({"done": 2, "spent_s": 1.9}, True, id="the third fits"),
        pytest.param({"done": 2, "spent_s": 2.1}, False, id="those before took longer than expected"),
        pytest.param({"done": 3, "spent_s": 0.0}, False, id="three are enough"),
    ],
)
def test_a_graph_is_built_anew_if_three_times_fit_the_budget(spent, expected):
    usual = {"cost_s": 1.0, "done": 0, "spent_s": 0.0, "budget_s": 3.0, "left_s": 60.0}
    assert rebuild(**usual | spent) == expected
