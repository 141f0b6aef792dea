"""How far estimates are wrong: each reference is left out with its twin, estimated from the others, and compared.

A whole estimate is made without the graph, its interval included, so what is counted is what a user would have got.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from statistics import median

import msgspec

from graphbench.advice import estimate as estimates
from graphbench.advice.answer import roughly, two, with_article
from graphbench.advice.estimate import MAX_SPREAD, Value
from graphbench.advice.law import MISSES, Law, Span
from graphbench.advice.reference import References
from graphbench.errors import UsageError
from graphbench.reporting import markdown_table, text_table
from graphbench.reporting.numbers import seconds, visible
from graphbench.reporting.wording import kind_of
from graphbench.system.text import listed, three

TARGET_FACTOR = 1.4
"""Half of the estimates are to be at most this many times too long or too short."""
LARGE = 100_000
"""Edges of a graph from which on the target holds."""
WARM, MEMORY = "warm call", "memory"
TOTALS: dict[str, tuple[Value, Callable[[References], Law]]] = {
    WARM: (lambda timing: timing.warm_call_s, estimates.calls),
    "first answer": (
        lambda timing: timing.first_answer_s,
        lambda own: estimates.law(own, lambda timing: timing.first_answer_s),
    ),
    MEMORY: (lambda timing: timing.device_peak_bytes, estimates.peaks),
}
"""What is estimated: the true value, and the law of it."""


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """One estimate against the truth, in seconds or bytes."""

    algorithm: str
    engine: str
    total: str
    graph: str
    estimated: Span
    measured: float
    real: bool
    """A real graph of more than 100,000 edges."""

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return self.estimated.low <= self.measured <= self.estimated.high

    @property
    def error(self) -> float:
        """How many times too long or too short."""
        factor = self.estimated.typical / self.measured
        return max(factor, 1 / factor)

    @property
    def finding(self) -> str:
        """The error in words."""
        ways = ("much", "little") if self.total == MEMORY else ("long", "short")
        way = ways[self.estimated.typical < self.measured]
        return f"{self.error:.1f} times too {way}{'' if self.covered else ', outside of the interval'}"


def validate(
    references: References, graph: str | None = None, progress: Callable[[str], None] = lambda _: None
) -> list[Miss]:
    """Every GPU time of the references, estimated without its graph and the twin of that.

    Args:
        references: of one machine.
        graph: only this one.
        progress: gets the name of each algorithm.

    Raises:
        UsageError: the graph is none of the references.
    """
    if graph is not None and graph not in references.graphs:
        raise UsageError(
            f"--validate compares a graph with what was measured on it, and {graph} is none of the references. "
            f"They are {listed(list(references.graphs))}."
        )
    found: list[Miss] = []
    for algorithm in references.algorithms():
        progress(algorithm)
        for engine, _ in references.engines(algorithm):
            own = references.of(algorithm, engine)
            found += [miss for total in TOTALS for miss in _misses(own, total, graph)]
    return found


def _misses(own: References, total: str, graph: str | None) -> Iterator[Miss]:
    value, law = TOTALS[total]
    groups = {other.group for name, other in own.graphs.items() if graph in (None, name)}
    laws = {group: law(own.without([group])) for group in groups}
    for timing in own.timings:
        name, found, truth = timing.graph, own.graphs[timing.graph], value(timing)
        if graph not in (None, name) or not truth or not laws[found.group].usable:
            continue
        span = laws[found.group].span(found.features, fresh=timing.fresh and total != WARM)
        if total != WARM or span.high <= MAX_SPREAD * span.low:  # with a wider one there is no estimate
            yield Miss(
                algorithm=timing.algorithm,
                engine=timing.engine,
                total=total,
                graph=name,
                estimated=span,
                measured=truth,
                real=kind_of(name) == "real graph" and found.features.num_edges > LARGE,
            )


HEADS = ["algorithm", "engine", "total", "n", "median", "90 % of", "covered", "95 % interval", "real n", "real median"]


def to_text(references: References, misses: list[Miss], form: str = "table", graph: str | None = None) -> str:
    """The table of the misses, the totals, and the largest; of one graph every miss."""
    machine = references.machine
    if not misses:
        return f"Too few graphs on {with_article(machine.name)} to leave one out: {len(references.graphs)}.\n"
    one = graph is not None
    heads, rows = (_HEADS_OF_ONE, list(map(_row, misses))) if one else (HEADS, _rows(misses))
    draw = markdown_table if form == "markdown" else text_table
    lines = [
        f"Estimates for {with_article(machine.name)} against what was measured ({machine.measured}),",
        f"{graph if one else 'each graph'} left out with its twin.",
        "",
        draw(heads, rows, right=range(3, len(heads) - one)),
        "",
        *([_coverage(misses)] if one else [*_MEANING, *_verdict(misses), *_largest(misses)]),
    ]
    return visible("\n".join(lines)) + "\n"


_HEADS_OF_ONE = ["algorithm", "engine", "total", "estimated", "90 % interval", "measured", ""]


def _row(miss: Miss) -> list[str]:
    span = miss.estimated
    if miss.total == MEMORY:
        low, typical, high = (f"{two(value / 1e6)} MB" for value in (span.low, span.typical, span.high))
        measured = f"{three(miss.measured / 1e6)} MB"
    else:
        low, typical, high = map(roughly, (span.low, span.typical, span.high))
        measured = seconds(miss.measured)
    return [miss.algorithm, miss.engine, miss.total, f"~{typical}", f"[{low}, {high}]", measured, miss.finding]


def _coverage(misses: list[Miss]) -> str:
    covered = sum(miss.covered for miss in misses)
    return f"{covered} of {len(misses)} intervals hold what was measured; {100 * (1 - MISSES):.0f} % are to."


_MEANING = [
    "median, 90 % of: so many estimates are at most this many times too long or too short.",
    f"covered: intervals that hold the truth; {100 * (1 - MISSES):.0f} % are to. Their share has a binomial",
    f"(Clopper-Pearson) interval. real: real graphs of more than {LARGE:,} edges alone.",
]


def _rows(misses: list[Miss]) -> list[list[str]]:
    """A row for each algorithm, engine and total, then one for each total."""
    found: dict[tuple[str, str, str], list[Miss]] = {}
    for miss in misses:
        found.setdefault((miss.algorithm, miss.engine, miss.total), []).append(miss)
    for total in TOTALS:
        found["all", "", total] = [miss for miss in misses if miss.total == total]
    return [[*cell, *_numbers(own)] for cell, own in found.items() if own]


def _numbers(misses: list[Miss]) -> list[str]:
    errors = sorted(miss.error for miss in misses)
    real = [miss.error for miss in misses if miss.real]
    covered = sum(miss.covered for miss in misses)
    return [
        str(len(misses)),
        f"{median(errors):.2f}",
        f"{errors[math.ceil(0.9 * len(errors)) - 1]:.2f}",
        f"{covered / len(misses):.0%}",
        "{:.0%} to {:.0%}".format(*binomial(covered, len(misses))),
        str(len(real)),
        f"{median(real):.2f}" if real else "",
    ]


def binomial(hits: int, number: int) -> tuple[float, float]:
    """The Clopper-Pearson interval of a share, 95 %."""
    from scipy.stats import binomtest

    low, high = binomtest(hits, number).proportion_ci(0.95, method="exact")
    return float(low), float(high)


def _verdict(misses: list[Miss]) -> list[str]:
    real = [miss.error for miss in misses if miss.real and miss.total == WARM]
    if not real:
        return [f"No real graph of more than {LARGE:,} edges: the target of {TARGET_FACTOR} is not judged."]
    found = median(real)
    met = "met" if found <= TARGET_FACTOR else "missed"
    return [
        f"Target, a median of at most {TARGET_FACTOR} for warm calls on these: {met} ({found:.2f}, n = {len(real)})."
    ]


def _largest(misses: list[Miss], number: int = 5) -> list[str]:
    worst = sorted((miss for miss in misses if miss.total == WARM), key=lambda miss: -miss.error)[:number]
    lines = (f"  {miss.algorithm}, {miss.engine}, {miss.graph}: {miss.finding}" for miss in worst)
    return ["The largest misses of warm calls:", *lines]
