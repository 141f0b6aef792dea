"""The engines for tests in this process, each marked `gpu` and skipped with a reason where it cannot run."""

import itertools

import pytest

from graphbench import registry

# Several GPUs take a cluster, which is started once: tests/gpu/test_multi_gpu.py has the same questions for them.
NAMES = [name for name in registry.engine_names() if not registry.engine(name).multi_gpu]
AVAILABLE = [name for name in NAMES if registry.engine(name).availability().ok]


def marks(name):
    engine = registry.engine(name)
    found = engine.availability()
    on_gpu = [pytest.mark.gpu] if engine.device == "gpu" else []
    return on_gpu if found.ok else [*on_gpu, pytest.mark.skip(reason=f"{name} is unavailable: {found.reason}")]


ENGINES = [pytest.param(name, marks=marks(name)) for name in NAMES]


def having(algorithm):
    """Those that have the algorithm, as parameters of a test."""
    return [each for each in ENGINES if each.values[0] in registry.algorithm(algorithm).adapters]


def each_with(algorithms):
    """Each engine with each of the algorithms that it has, as parameters of a test."""
    return [
        pytest.param(*engine.values, algorithm, marks=engine.marks)
        for engine, algorithm in itertools.product(ENGINES, algorithms)
        if engine.values[0] in registry.algorithm(algorithm).adapters
    ]
