"""A plugin of Louvain engines with known quality and time: two cliques, found or not."""
# ruff: noqa: ARG001  adapters all have one signature, whatever they make of it

import time

import numpy as np

from graphbench.algorithms.leiden import leiden
from graphbench.algorithms.louvain import louvain
from graphbench.engines.base import Engine

NAMES = ("tunable", "fixed", "hopeless")


class Known(Engine):
    """Gives the adapter's partition as it is."""

    library = "numpy"
    distributions = ("numpy",)
    speed_class = 0

    def build(self, columns, edges, **options):
        return edges.num_vertices

    def collect(self, raw, kind, edges):
        return raw


tunable, fixed, hopeless = (type(name, (Known,), {"name": name, "title": name})() for name in NAMES)


def halves(n):
    return np.repeat([0, 1], n // 2)


@louvain.on("tunable", no_equivalent=("max_level",))
def _(np_, n, p):
    time.sleep({1e-7: 0.2, 1e-4: 0.01}.get(p.threshold, 0.001))
    return halves(n) if p.threshold <= 1e-4 else np.arange(n)


@louvain.on("fixed", no_equivalent=("threshold", "max_level"))
def _(np_, n, p):
    time.sleep(0.15)
    return halves(n)


@leiden.on("fixed")
def _(np_, n, p):
    time.sleep(0.01 * p.iterations)
    return halves(n)


@louvain.on("hopeless", no_equivalent=("threshold", "max_level"))
def _(np_, n, p):
    return np.arange(n) // 4
