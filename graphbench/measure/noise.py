"""Warnings about noisy measurements, each with what to do about it: pure functions of a record.

The rule for outliers is hyperfine's: modified z-scores (Iglewicz and Hoaglin, How to detect and handle outliers, 1993)
with a far higher threshold, since timings are skewed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from graphbench.measure import sampling
from graphbench.records.model import Environment, Trials
from graphbench.records.statistics import MIN_SAMPLES
from graphbench.records.times import BUSY
from graphbench.system.text import three

SLOW_FIRST_FACTOR = 2.0
"""A first warm trial that takes more than this many times the median of the others is still warming up."""
OUTLIER_SCORE = 14.826
"""The modified z-score of an outlier: ten standard deviations of normally distributed times."""
MIN_SECONDS = 1e-4
"""Shorter trials are always noisy, so there is no warning about them."""
THROTTLE_REASONS = {
    0x4: "the power cap",
    0x8: "a hardware slowdown",
    0x20: "its temperature",
    0x40: "its temperature (hardware)",
    0x80: "the power brake",
}
"""Bits of NVML's `clocksThrottleReasons` that slow a busy GPU; the others are idling and settings (nvml.h)."""


def noise_warnings(times: Sequence[float], trials: Trials, environment: Environment | None) -> list[str]:
    """All warnings that apply to the warm trials, whose seconds are `times`."""
    one_question = len(set(trials.sources)) <= 1  # searches from different sources take different times
    of_times = _of_times(times, trials) if one_question and len(times) >= MIN_SAMPLES else iter(())
    return [*of_times, *(_of_environment(environment) if environment is not None else ())]


def _of_times(times: Sequence[float], trials: Trials) -> Iterator[str]:
    first, others = times[0], times[1:]
    middle = median(others)
    slow_first = middle >= MIN_SECONDS and first > SLOW_FIRST_FACTOR * middle
    if slow_first:
        yield (
            f"the first warm trial took {three(first / middle)} times as long as the others: something was still "
            "warming up. Quote the median, which it hardly affects, not a mean."
        )
    outliers = _outliers(others if slow_first else times)
    if middle >= MIN_SECONDS and outliers:
        yield (
            f"{outliers} of {len(times)} trials took far longer than the others: something disturbed the machine. "
            "Close other programs and measure again."
        )
    wide = sampling.uncertainty(times)
    if trials.stopped in {"budget", "limit"} and wide > sampling.PRECISION:
        yield (
            f"the median is uncertain by ±{three(100 * wide)} % after {len(times)} trials (target "
            f"±{100 * sampling.PRECISION:g} %). Raise --budget or close other programs."
        )


def _outliers(times: Sequence[float]) -> int:
    middle = median(times)
    deviation = median(abs(seconds - middle) for seconds in times)
    return sum(0.6745 * (seconds - middle) > OUTLIER_SCORE * deviation for seconds in times) if deviation else 0


def _of_environment(where: Environment) -> Iterator[str]:
    after = where.clocks.get("after", {})
    bits = where.clocks.get("throttle_reasons", 0) | after.get("throttle_reasons", 0)
    if causes := list(dict.fromkeys(text for bit, text in THROTTLE_REASONS.items() if bits & bit)):
        now, highest = after.get("sm_mhz"), after.get("sm_max_mhz")
        clocks = f" ({now:,} of {highest:,} MHz after the trials)" if now and highest else ""
        yield (
            f"the GPU's clocks were throttled by {' and '.join(causes)}{clocks}. Let it cool down or raise its power "
            "limit; see `nvidia-smi -q -d PERFORMANCE`."
        )
    if others := where.clocks.get("other_processes", 0):
        programs = "another process" if others == 1 else f"{others} other processes"
        yield f"{programs} used the GPU at the same time. End what `nvidia-smi` lists, and measure again."
    if where.load_average is not None and where.load_average > where.cores:
        yield (
            f"{BUSY} at the start: more processes were runnable than it has cores. Close other programs and measure "
            "again."
        )
