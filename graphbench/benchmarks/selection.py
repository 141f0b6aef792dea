"""From the plugin's options to cases."""

from __future__ import annotations

from typing import NamedTuple

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

    algorithms = joined(config.getoption("graphbench_algorithms")) or registry.algorithm_names()
    problems = dict.fromkeys(registry.algorithm(name).name for name in algorithms)
    engines = registry.engines(joined(config.getoption("graphbench_engines")) or registry.usual_engines(Settings()))
    return [
        Case(algorithm, dataset, engine.name)
        for dataset in datasets(config.getoption("graphbench_datasets"))
        for engine in dict.fromkeys(engines)
        for algorithm in problems
    ]
