"""When to stop measuring, and which answers to keep: pure functions of the trials so far.

The rules are those of pyperf and hyperfine where they agree, and of Hoefler and Belli (SC'15) on when a median is known
well enough: until its interval is within 5 % of it on both sides. To stop when an interval happens to be narrow selects
intervals that are too narrow, so the rule asks more of them than a table does: 99 %, of at least ten trials that know
as much as six independent ones. Nothing here reads a clock.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from graphbench.records import statistics, times

PRECISION = 0.05
"""The largest half-width of a precise interval, as a fraction of the median."""
STOP_CONFIDENCE = 0.99
"""Of the interval that decides. With 95 %, intervals of 5 trials on covered 76 % where trials are autocorrelated (0.5)
and 83 % at 10 % noise; with 99 % they cover 94 and 96 %."""
MIN_TRIALS = 10
"""The fewest trials that can be precise."""
MAX_TRIALS = 1_000
"""Trials of microseconds would fill the budget by the million without adding precision."""
MAX_QUALITY_TRIALS = 20
"""Heuristics: every trial's quality is computed, which costs more than the trial."""
MARGIN = 1.1
"""The next trial may take this many times the longest so far."""

REBUILDS = times.MIN_REBUILT
"""How many calls on a graph built anew show whether a library reuses work between calls; fewer show nothing."""

Stop = Literal["", "precise", "budget", "count", "limit", "first_only"]
"""Why to stop; empty: continue. `count`: the number asked for, or the largest useful one."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How long to sample one task.

    Attributes:
        budget_s: seconds of warm trials.
        trials: exactly this many, whatever the budget; None: until precise.
        questions: how many sources the trials alternate between; each is asked once before the median counts.
        max_trials: never more trials than this.
    """

    budget_s: float
    trials: int | None = None
    questions: int = 1
    max_trials: int = MAX_TRIALS


def before_first(rule: Rule, *, first_s: float, lap_s: float, left_s: float) -> Stop:
    """Whether the first call has to serve as the only trial.

    Args:
        rule: how long to sample.
        first_s: the first call.
        lap_s: the first call and everything around it.
        left_s: until the time limit of the task.
    """
    too_long_for_budget = rule.trials is None and first_s >= rule.budget_s
    return "first_only" if too_long_for_budget or MARGIN * lap_s >= left_s else ""


def after_trial(rule: Rule, times: Sequence[float], *, longest_lap_s: float, left_s: float) -> Stop:
    """Whether to stop after these warm trials, and why.

    Args:
        rule: how long to sample.
        times: seconds of every trial so far, at least one.
        longest_lap_s: the longest trial so far with everything around it.
        left_s: until the time limit of the task.
    """
    n = len(times)
    if n >= (rule.max_trials if rule.trials is None else rule.trials):
        return "count"
    if rule.trials is None:
        if n >= rule.questions and _check_now(n, rule.questions) and precise(times):
            return "precise"
        if sum(times) >= rule.budget_s:
            return "budget"
    return "limit" if MARGIN * longest_lap_s >= left_s else ""


def rebuild(*, cost_s: float, done: int, spent_s: float, budget_s: float, left_s: float) -> bool:
    """Whether to build the graph anew once more, for a call on it: only if all :data:`REBUILDS` fit.

    Args:
        cost_s: one reading, build and call: expected at first, then as measured.
        done: how often that has been done.
        spent_s: seconds of all these together.
        budget_s: seconds that it may take, on top of the warm trials.
        left_s: until the time limit of the task.
    """
    needed = (REBUILDS - done) * cost_s
    return done < REBUILDS and spent_s + needed <= budget_s and MARGIN * needed < left_s


def precise(times: Sequence[float]) -> bool:
    """Whether the median is known to :data:`PRECISION`; never below :data:`MIN_TRIALS` trials."""
    return (
        len(times) >= MIN_TRIALS
        and statistics.effective_samples(times) >= statistics.MIN_SAMPLES
        and uncertainty(times, STOP_CONFIDENCE) <= PRECISION
    )


def uncertainty(times: Sequence[float], confidence: float = statistics.CONFIDENCE) -> float:
    """The larger half of the median's interval (of the range of few trials), as a fraction of the median."""
    found = statistics.median(times, confidence)
    ends = found.interval or found.range
    if ends is None or not found.value:
        return 0.0
    return max(found.value - ends.low, ends.high - found.value) / found.value


def _check_now(n: int, questions: int) -> bool:
    """After the fewest trials, after each source once, then after every fifth more: an interval takes time."""
    step = math.log(1.2)
    return n in {MIN_TRIALS, questions} or int(math.log(n) / step) != int(math.log(max(n - 1, 1)) / step)


class Reservoir:
    """Which trials' answers to certify: a sample without replacement of a stream whose end is unknown.

    Vitter's algorithm R (ACM TOMS 11, 1985), on the questions in the order in which they are first asked, and on the
    trials of each question that is kept: at most one answer to each. The operating system's randomness decides, so no
    engine can foresee which of its answers are looked at.

    Args:
        size: how many answers to keep.
        questions: how many different questions the trials alternate between; 1: every trial is one of its own.
        draw: an integer below its argument, at random.
    """

    def __init__(self, size: int, *, questions: int = 1, draw: Callable[[int], int] = secrets.randbelow) -> None:
        self._size, self._questions, self._draw = size, questions, draw
        self._kept: dict[int, int] = {}

    @property
    def kept(self) -> list[int]:
        """The trials whose answers are kept."""
        return sorted(self._kept.values())

    def offer(self, trial: int) -> tuple[bool, int | None]:
        """Whether to keep the answer of a trial that has just ended.

        Args:
            trial: its index; all are offered in order, from 0.

        Returns:
            Whether to keep its answer, and the trial whose answer it displaces, if any.
        """
        visit, question = divmod(trial, self._questions) if self._questions > 1 else (0, trial)
        if visit:  # asked again: as likely to be kept as each earlier answer to this question
            if question not in self._kept or self._draw(visit + 1):
                return False, None
            return True, self._replace(question, question, trial)
        if len(self._kept) < self._size:
            self._kept[question] = trial
            return True, None
        place = self._draw(question + 1)
        if place >= self._size:
            return False, None
        return True, self._replace(list(self._kept)[place], question, trial)

    def _replace(self, old: int, question: int, trial: int) -> int:
        displaced = self._kept.pop(old)
        self._kept[question] = trial
        return displaced
