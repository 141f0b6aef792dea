"""How far estimates are wrong: each reference is left out with its twin, estimated from the others, and compared.

A whole estimate is made without the graph, its interval included, so what is counted is what a user would have got.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from statistics import median

import msgspec

from graphbench.advice import estimate as estimates
from graphbench.advice.estimate import Value
from graphbench.advice.law import MISSES, Law
from graphbench.advice.reference import References, Timing
from graphbench.advice.words import with_article
from graphbench.reporting import markdown_table, text_table
from graphbench.reporting.numbers import indented_json, visible
from graphbench.reporting.wording import kind_of

TARGET_FACTOR = 1.4
"""Half of the estimates are to be at most this many times too long or too short."""
LARGE = 100_000
"""Edges of a graph from which on the target holds."""
TOTALS: dict[str, tuple[Value, Callable[[References], Law]]] = {
    "warm call": (lambda timing: timing.warm_call_s, estimates.calls),
    "first answer": (
        lambda timing: timing.first_answer_s,
        lambda own: estimates.law(own, lambda timing: timing.first_answer_s),
    ),
    "memory": (lambda timing: timing.device_peak_bytes, estimates.peaks),
}
"""What is estimated: the true value, and the law of it."""


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """One estimate against the truth.

    Attributes:
        factor: estimated over measured.
        covered: whether the interval holds the measured value.
        width: the upper end of the interval over the lower.
        real: a real graph of more than 100,000 edges.
    """

    algorithm: str
    engine: str
    total: str
    graph: str
    factor: float
    covered: bool
    width: float
    real: bool

    @property
    def error(self) -> float:
        """How many times too long or too short."""
        return max(self.factor, 1 / self.factor)


def validate(references: References, progress: Callable[[str], None] = lambda _: None) -> list[Miss]:
    """Every GPU time of the references, estimated without its graph and the twin of that."""
    found: list[Miss] = []
    for algorithm in references.algorithms():
        progress(algorithm)
        for engine, _ in references.engines(algorithm):
            own = references.of(algorithm, engine)
            found += [miss for total in TOTALS for miss in _misses(own, total)]
    return found


def _misses(own: References, total: str) -> Iterator[Miss]:
    value, law = TOTALS[total]
    for group in dict.fromkeys(graph.group for graph in own.graphs.values()):
        others = law(own.without([group]))
        if others.usable:
            for timing in own.timings:
                if own.graphs[timing.graph].group == group and (truth := value(timing)):
                    yield _miss(own, timing, total, float(truth), others)


def _miss(references: References, timing: Timing, total: str, truth: float, others: Law) -> Miss:
    features = references.graphs[timing.graph].features
    span = others.span(features, fresh=timing.fresh and total != "warm call")
    return Miss(
        algorithm=timing.algorithm,
        engine=timing.engine,
        total=total,
        graph=timing.graph,
        factor=span.typical / truth,
        covered=span.low <= truth <= span.high,
        width=span.high / span.low,
        real=kind_of(timing.graph) == "real graph" and features.num_edges > LARGE,
    )


HEADS = ["algorithm", "engine", "total", "n", "median", "90 % of", "covered", "95 % interval", "real n", "median"]


def to_text(references: References, misses: list[Miss], form: str = "table") -> str:
    """The table of the misses, the totals, and the largest."""
    draw = markdown_table if form == "markdown" else text_table
    cells = dict.fromkeys((miss.algorithm, miss.engine, miss.total) for miss in misses)
    rows = [[*cell, *_numbers([miss for miss in misses if _cell(miss) == cell])] for cell in cells]
    for total in TOTALS:
        own = [miss for miss in misses if miss.total == total]
        if own:
            rows.append(["all", "", total, *_numbers(own)])
    machine = references.machine
    if not rows:
        return f"Too few graphs on {with_article(machine.name)} to leave one out: {len(references.graphs)}.\n"
    lines = [
        f"Estimates for {with_article(machine.name)} against what was measured ({machine.measured}),",
        "each graph left out with its twin.",
        "",
        draw(HEADS, rows, right=range(3, len(HEADS))),
        "",
        "median, 90 % of: so many estimates are at most this many times too long or too short.",
        f"covered: intervals that hold the truth; {100 * (1 - MISSES):.0f} % are to. Their share has a binomial",
        f"(Clopper-Pearson) interval. real: real graphs of more than {LARGE:,} edges alone.",
        *_verdict(misses),
        *_largest(misses),
    ]
    return visible("\n".join(lines)) + "\n"


def _cell(miss: Miss) -> tuple[str, str, str]:
    return miss.algorithm, miss.engine, miss.total


def _numbers(misses: list[Miss]) -> list[str]:
    errors = sorted(miss.error for miss in misses)
    real = [miss.error for miss in misses if miss.real]
    covered = sum(miss.covered for miss in misses)
    low, high = binomial(covered, len(misses))
    return [
        str(len(misses)),
        f"{median(errors):.2f}",
        f"{errors[math.ceil(0.9 * len(errors)) - 1]:.2f}",
        f"{covered / len(misses):.0%}",
        f"{low:.0%} to {high:.0%}",
        str(len(real)),
        f"{median(real):.2f}" if real else "",
    ]


def binomial(hits: int, number: int) -> tuple[float, float]:
    """The Clopper-Pearson interval of a share, 95 %."""
    from scipy.stats import binomtest

    low, high = binomtest(hits, number).proportion_ci(0.95, method="exact")
    return float(low), float(high)


def _verdict(misses: list[Miss]) -> list[str]:
    real = [miss.error for miss in misses if miss.real and miss.total == "warm call"]
    if not real:
        return [f"No real graph of more than {LARGE:,} edges: the target of {TARGET_FACTOR} is not judged."]
    found = median(real)
    met = "met" if found <= TARGET_FACTOR else "missed"
    return [
        f"Target, a median of at most {TARGET_FACTOR} for warm calls on these: {met} ({found:.2f}, n = {len(real)})."
    ]


def _largest(misses: list[Miss], number: int = 5) -> list[str]:
    worst = sorted((miss for miss in misses if miss.total == "warm call"), key=lambda miss: -miss.error)[:number]
    return [
        "The largest misses of warm calls:",
        *(
            f"  {miss.algorithm}, {miss.engine}, {miss.graph}: {miss.error:.1f} times too "
            f"{'long' if miss.factor > 1 else 'short'}{'' if miss.covered else ', outside of the interval'}"
            for miss in worst
        ),
    ]


def to_json(misses: list[Miss]) -> str:
    """Every miss."""
    return indented_json(misses)
