"""Ratios in words: the three totals, of one comparison or averaged over several, worded the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.statistics import geometric_mean
from graphbench.reporting import numbers
from graphbench.reporting.numbers import TIMES
from graphbench.system.text import count, three

TOTALS: Mapping[RatioName, str] = {
    "ratio_call": "warm call",
    "ratio_first_answer": "first answer",
    "ratio_whole_script": "whole script",
}
"""The names of the totals whose ratios are shown."""
MEANINGS = {
    "warm call": "one more call on a built graph",
    "first answer": "read + build + first call + collect, in a session that has imported the library",
    "whole script": "start + first answer, garbage collector off",
}
"""The totals, in a few words each."""


class Speed(NamedTuple):
    """A ratio of one total, or the geometric mean of several.

    Attributes:
        total: what is compared: `warm call`, `first call`, `first answer`, `whole script`.
        value: baseline time over engine time.
        ends: of its interval, its range, or the smallest and the largest of several ratios.
        is_interval: `ends` are an interval.
        bound: `lower` or `upper` where a side has no answer.
        ratios: of how many it is the mean.
        slower: of these, how many are below 1; those whose interval or range holds 1 are `open`.
        open: see `slower`.
        graphs: on which it was measured.
    """

    total: str
    value: float
    ends: tuple[float, float] | None = None
    is_interval: bool = False
    bound: str | None = None
    ratios: int = 1
    slower: int = 0
    open: int = 0
    graphs: frozenset[str] = frozenset()

    @property
    def no_difference(self) -> bool:
        """Whether the interval or the range of a single ratio contains 1: which side is faster is then open."""
        return self.ratios == 1 and self.bound is None and self.ends is not None and self.ends[0] <= 1 <= self.ends[1]


def speeds(comparison: Comparison, names: Iterable[RatioName] = tuple(TOTALS)) -> list[Speed]:
    """The ratios of a comparison, that which leads first."""
    found = []
    graphs = frozenset([comparison.dataset])
    for name in sorted(names, key=lambda name: name != comparison.leads):
        value = getattr(comparison, name)
        if value is None:
            continue
        if name == "ratio_call":
            total = "first call" if comparison.first_calls else TOTALS[name]
            ends = comparison.interval or comparison.range
            found.append(Speed(total, value, ends, comparison.interval is not None, comparison.bound, graphs=graphs))
        else:
            found.append(Speed(TOTALS[name], value, bound=comparison.bound, graphs=graphs))
    return found


def mean(comparisons: Iterable[Comparison], name: RatioName) -> Speed | None:
    """The geometric mean of the ratios that count; None if none does. Of one, itself with its interval."""
    return _mean([one for one in comparisons if one.counts(name)], name)


def mean_of_first_calls(comparisons: Iterable[Comparison]) -> Speed | None:
    """The same of first calls, which are compared where a side has no warm call."""
    return _mean(of_first_calls(comparisons), "ratio_call")


def of_first_calls(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The comparisons of first calls that count."""
    return [one for one in comparisons if one.first_calls and one.counts("ratio_first_answer")]


def _mean(counted: Sequence[Comparison], name: RatioName) -> Speed | None:
    found = [speed for one in counted for speed in speeds(one, [name])]
    if len(found) < 2:
        return found[0] if found else None
    ratios = [speed.value for speed in found]
    undecided = sum(speed.no_difference for speed in found)
    slower = sum(speed.value < 1 and not speed.no_difference for speed in found)
    return Speed(
        found[0].total,
        geometric_mean(ratios),
        ends=(min(ratios), max(ratios)),
        ratios=len(ratios),
        slower=slower,
        open=undecided,
        graphs=frozenset().union(*(speed.graphs for speed in found)),
    )


def means(comparisons: Sequence[Comparison], names: Iterable[RatioName] = tuple(TOTALS)) -> list[Speed]:
    """The means of several comparisons, one for each total, and that of first calls after that of warm calls."""
    found: list[Speed | None] = []
    for name in names:
        found.append(mean(comparisons, name))
        if name == "ratio_call":
            found.append(mean_of_first_calls(comparisons))
    return [speed for speed in found if speed is not None]


def against(baseline: str, found: Sequence[Speed]) -> str:
    """All of them: `against networkx: warm call 10.0x faster (9.80 to 10.2), first answer 3.00x faster`."""
    return f"against {baseline}: {', '.join(f'{speed.total} {in_words(speed)}' for speed in found)}"


def in_words(speed: Speed) -> str:
    """How much faster or slower a single ratio is: never more than the interval or the range supports."""
    return " ".join(filter(None, phrase(speed)))


def phrase(speed: Speed) -> tuple[str, str]:
    """The same in two parts, between which a sentence may name the other side: the factor, and its ends in brackets."""
    if speed.bound is not None:
        # A bound on the ratio bounds the factor from below only if they point the same way.
        least = (speed.bound == "lower") == (speed.value >= 1)
        return f"at {'least' if least else 'most'} {_factor(speed.value)}", ""
    if speed.ends is None:
        return _factor(speed.value), ""
    if speed.no_difference:
        return "no difference found", numbers.span(*speed.ends, interval=speed.is_interval)
    low, high = sorted(speed.ends if speed.ends[0] > 1 else (1 / speed.ends[0], 1 / speed.ends[1]))
    if speed.is_interval:
        return _factor(speed.value), numbers.span(low, high, interval=True)
    return f"{three(low)} to {three(high)}{TIMES} {_word(speed.value)}", "(range)"


def _factor(value: float) -> str:
    """`2.00x slower` rather than `0.500x faster`."""
    return f"{three(value if value >= 1 else 1 / value)}{TIMES} {_word(value)}"


def _word(value: float) -> str:
    return "faster" if value >= 1 else "slower"


def cell(comparison: Comparison | None, name: RatioName) -> str:
    """A ratio in a cell of a table; empty where there is none. A ratio of first calls is called so."""
    value = getattr(comparison, name) if comparison is not None else None
    if comparison is None or value is None:
        return ""
    of_first = " first calls" if name == "ratio_call" and comparison.first_calls else ""
    return f"{numbers.ratio(value, comparison.bound)}{of_first}"


def spread(comparison: Comparison | None) -> str:
    """The interval or range of the ratio of calls; empty where there is none."""
    ends = comparison and (comparison.interval or comparison.range)
    return numbers.span(*ends, interval=comparison.interval is not None) if comparison and ends else ""


def tail(comparison: Comparison, name: RatioName) -> str:
    """What follows a ratio in a cell: that it does not count, what it is of, its interval or range, what that says."""
    found = [str(comparison.verdict)] if comparison.doubtful else []
    if name == "ratio_call" and comparison.first_calls:
        found.append("first calls")
    elif name == "ratio_call" and comparison.bound is None:
        found.append(spread(comparison))
        found += ["no difference found" for speed in speeds(comparison, [name]) if speed.no_difference]
    return "".join(f" {word}" for word in found if word)


def mean_cell(speed: Speed | None, of: str = "case", on: str = "") -> str:
    """A mean in a cell of a table, with the smallest and the largest ratio and of how many; of one, its interval.

    Args:
        speed: the mean.
        of: what there is a ratio of.
        on: on what alone there are ratios.
    """
    if speed is None:
        return numbers.NOTHING
    label = (
        f"{count(speed.ratios, of)}: "
        if speed.ratios > 1
        else "95 % interval: "
        if speed.is_interval
        else "range of calls: "
    )
    asides = [
        "first calls" if speed.total == "first call" else "",
        on,
        f"{label}{three(speed.ends[0])} to {three(speed.ends[1])}" if speed.ends else "",
        "no difference found" if speed.no_difference else "",
    ]
    aside = "; ".join(filter(None, asides))
    return f"{numbers.ratio(speed.value)}{f' ({aside})' if aside else ''}"
