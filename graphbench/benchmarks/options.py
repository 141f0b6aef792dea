"""From options to what is measured: the cases by this plugin's own, the rounds by pytest-benchmark's."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from graphbench.cli.options import datasets, joined


class Case(NamedTuple):
    """What one test measures."""

    algorithm: str
    dataset: str
    engine: str


def cases(config: pytest.Config) -> list[Case]:
    """All that the options ask for, so ordered that a graph is built once: by dataset, engine and algorithm.

    Raises:
        UsageError: for a name that no algorithm or engine has.
    """
    from graphbench import registry
    from graphbench.engines.base import Settings

    algorithms = registry.algorithms(joined(config.getoption("graphbench_algorithms")) or None)
    problems = dict.fromkeys(algorithm.name for algorithm in algorithms)
    engines = registry.engines(joined(config.getoption("graphbench_engines")) or registry.usual_engines(Settings()))
    return [
        Case(algorithm, dataset, engine.name)
        for dataset in datasets(config.getoption("graphbench_datasets"))
        for engine in dict.fromkeys(engines)
        for algorithm in problems
    ]


def refuse_unknown_datasets(config: pytest.Config) -> None:
    """Refuse what is certainly no dataset; whether a GROUP/NAME is one, only the collection's newest index says.

    Raises:
        UsageError: for a name that no dataset has, a file that does not exist, or an invalid specification.
    """
    from graphbench.errors import UnknownNameError
    from graphbench.graphs import collections
    from graphbench.measure.suites.tasks import Graph

    for name in datasets(config.getoption("graphbench_datasets")):
        in_collection = "/" in (collections.target(name) or name)
        try:
            Graph.described(name)
        except UnknownNameError:
            if not in_collection:
                raise


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """The options that decide on the number of rounds.

    pytest-benchmark settles it only for calls that it may repeat without a pause. Here every call has its own inputs,
    made ready outside the clock, and such calls get a number that was settled beforehand.

    Attributes:
        fewest: `--benchmark-min-rounds`.
        max_s: `--benchmark-max-time`: how long to go on above the fewest rounds.
        precision: `--benchmark-precision`: the relative margin of error of the mean that is small enough, or None.
        confidence: `--benchmark-confidence`, of that margin.
    """

    fewest: int = 5
    max_s: float = 1.0
    precision: float | None = None
    confidence: float = 0.99

    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> Rounds:
        """What the command line says, or the test's mark `benchmark`."""
        mark = request.node.get_closest_marker("benchmark")
        own = mark.kwargs if mark else {}

        def option(name: str, default: Any) -> Any:
            value = own.get(name, request.config.getoption(f"benchmark_{name}", None))
            return default if value is None else value

        precision = option("precision", None)
        return cls(
            fewest=int(option("min_rounds", cls.fewest)),
            max_s=float(option("max_time", cls.max_s)),
            precision=None if precision is None else float(precision),
            confidence=float(option("confidence", cls.confidence)),
        )

    def settle(self, first_s: float, warm: Callable[[], float], most: int) -> int:
        """How many rounds to run.

        If the first call alone takes longer than the time for all rounds, run the minimum, without further warm-up.
        Otherwise one warm call determines how many rounds fit. For a given precision, the sample size is estimated from
        a pilot sample of the minimum number of rounds (Stein, Ann. Math. Statist. 16, 1945).

        Args:
            first_s: what the first call took.
            warm: makes a call, and gives its seconds.
            most: the maximum number of rounds; the minimum is run in any case.
        """
        if first_s >= self.max_s:
            return self.fewest
        pilot = [warm() for _ in range(1 if self.precision is None else max(self.fewest, 2))]
        mean = statistics.mean(pilot)
        rounds = min(most, math.ceil(self.max_s / mean) if mean > 0 else most)
        if self.precision is not None and mean > 0:
            quantile = statistics.NormalDist().inv_cdf(0.5 + self.confidence / 2)
            rounds = min(rounds, math.ceil((quantile * statistics.stdev(pilot) / (self.precision * mean)) ** 2))
        return max(self.fewest, rounds)
