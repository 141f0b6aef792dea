"""What should make a reader of a record careful, in words, with what to do about it: pure functions of the record.

Models: hyperfine, whose rule for outliers this is (modified z-scores: Iglewicz and Hoaglin, How to detect and handle
outliers, 1993, with a far higher threshold, as timings are skewed), and pyperf.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from graphbench.measure import sampling
from graphbench.records.model import Environment, Trials
from graphbench.records.statistics import ENOUGH

SLOW_FIRST = 2.0
"""A first warm trial this many times the median of the others is still warming up."""
FAR_OUT = 14.826
"""The modified z-score of an outlier: ten standard deviations where times are normal."""
LEAST_S = 1e-4
"""Shorter trials are disturbed by everything, and nobody quotes them."""
THROTTLES = {
    0x4: "the power cap",
    0x8: "a hardware slowdown",
    0x20: "its temperature",
    0x40: "its temperature (hardware)",
    0x80: "the power brake",
}
"""Bits of NVML's `clocksThrottleReasons` that slow a busy GPU; the others are idling and settings (nvml.h)."""


def noise_warnings(times: Sequence[float], trials: Trials, environment: Environment | None) -> list[str]:
    """Everything that applies, one sentence or two each.

    Args:
        times: seconds of the warm trials.
        trials: what went into them, and why they ended.
        environment: of the process that measured.
    """
    one_question = len(set(trials.sources)) <= 1  # searches from different sources differ, and nothing is wrong
    of_times = _of_times(times, trials) if one_question and len(times) >= ENOUGH else iter(())
    return [*of_times, *(_of_environment(environment) if environment is not None else ())]


def _of_times(times: Sequence[float], trials: Trials) -> Iterator[str]:
    first, others = times[0], times[1:]
    middle = median(others)
    slow_first = middle >= LEAST_S and first > SLOW_FIRST * middle
    if slow_first:
        yield (
            f"the first warm trial took {first / middle:.3g} times as long as the others: something was still warming "
            "up. The median hardly feels it; do not quote a mean."
        )
    outliers = _outliers(others if slow_first else times)
    if middle >= LEAST_S and outliers:
        yield (
            f"{outliers} of {len(times)} trials took far longer than the others: something disturbed the machine. "
            "Close other programs and measure again."
        )
    if trials.stopped in {"budget", "limit"} and not sampling.precise(times):
        low, high = sampling.median_interval(times)
        centre = median(times)
        wide = max(centre - low, high - centre) / centre if centre else 0.0
        yield (
            f"after {len(times)} trials the median is known to {100 * wide:.2g} % only, {100 * sampling.PRECISION:g} % "
            "was aimed at. Give more time with --budget, or calm the machine."
        )


def _outliers(times: Sequence[float]) -> int:
    middle = median(times)
    deviation = median(abs(each - middle) for each in times)
    return sum(0.6745 * (each - middle) > FAR_OUT * deviation for each in times) if deviation else 0


def _of_environment(where: Environment) -> Iterator[str]:
    after = where.clocks.get("after", {})
    bits = where.clocks.get("throttle_reasons", 0) | after.get("throttle_reasons", 0)
    if held_back := list(dict.fromkeys(text for bit, text in THROTTLES.items() if bits & bit)):
        now, most = after.get("sm_mhz"), after.get("sm_max_mhz")
        clocks = f" ({now:,} of {most:,} MHz after the trials)" if now and most else ""
        yield (
            f"the GPU's clocks were held back by {' and '.join(held_back)}{clocks}. Let it cool down or raise its "
            "power limit; `nvidia-smi -q -d PERFORMANCE` tells more."
        )
    if others := where.clocks.get("other_processes", 0):
        programs = "another process" if others == 1 else f"{others} other processes"
        yield f"{programs} used the GPU meanwhile. End what `nvidia-smi` lists, and measure again."
    if where.load_average is not None and where.load_average > where.cores:
        yield (
            "the machine was busy at the start: more processes wanted to run than it has cores. Wait until they are "
            "done, and measure again."
        )
