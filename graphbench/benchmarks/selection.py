"""From the plugin's options to cases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import pytest

_GENERATOR = re.compile(r"\w[\w-]*:")


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

    algorithms = names(config.getoption("graphbench_algorithms")) or registry.algorithm_names()
    problems = dict.fromkeys(registry.algorithm(name).name for name in algorithms)
    engines = registry.engines(names(config.getoption("graphbench_engines")) or registry.usual_engines(Settings()))
    return [
        Case(algorithm, dataset, engine.name)
        for dataset in names(config.getoption("graphbench_datasets"))
        for engine in dict.fromkeys(engines)
        for algorithm in problems
    ]


def names(given: Iterable[str]) -> list[str]:
    """The names in repeated, comma-separated lists, each once; the commas inside a generator separate nothing.

    >>> names(["karate,ba:n=100,m=3,seed=1", "power,karate"])
    ['karate', 'ba:n=100,m=3,seed=1', 'power']
    """
    found: list[str] = []
    for text in given:
        own: list[str] = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            if own and _GENERATOR.match(own[-1]) and re.match(r"\w+=", part):
                own[-1] += f",{part}"
            else:
                own.append(part)
        found += own
    return list(dict.fromkeys(found))
