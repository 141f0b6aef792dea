"""Making the three largest twins and a Kronecker graph, cleaning included.

What is asked: `twin:coPapersDBLP` (15.2 million edges) in under 60 s and 4 GB on two cores. Run with
`pytest -o addopts= -n 0 tests/benchmarks/test_twins.py`.
"""

import multiprocessing
import resource

import pytest

from graphbench.graphs.clean import clean
from graphbench.graphs.generators.spec import parse

GRAPHS = ("twin:coPapersDBLP", "twin:coPapersCiteseer", "twin:as-Skitter", "rmat:scale=20,edgefactor=16")


def make(spec):
    """How many edges there are, and the peak of resident memory in bytes (Linux counts it in KiB)."""
    edges, _ = clean(parse(spec).make(), spec)
    return edges.num_edges, 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("spec", GRAPHS)
def test_make_and_clean(benchmark, spec):
    # A process of its own, so that its peak of memory is its own too.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        num_edges, peak = benchmark.pedantic(pool.apply, (make, (spec,)), rounds=1)
    benchmark.extra_info.update(num_edges=num_edges, peak_bytes=peak)
    assert peak < 4e9
    if spec == "twin:coPapersDBLP":
        assert num_edges == 15_245_729
