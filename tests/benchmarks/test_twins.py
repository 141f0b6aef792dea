"""Making the three largest twins and a Kronecker graph, cleaning included.

What is asked: 3 million edges each second, in 4 GB, on two idle cores. Run with
`pytest tests/benchmarks/test_twins.py -n 0`; the table at the end has what was seen.
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
def test_make_and_clean(benchmark, target, spec):
    # A process of its own, so that its peak of memory is its own too.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        num_edges, peak = benchmark.pedantic(pool.apply, (make, (spec,)), rounds=1)
    benchmark.extra_info.update(num_edges=num_edges, peak_bytes=peak)
    target.report(f"{spec}: edges per second", num_edges / benchmark.stats.stats.min, at_least=3e6)
    assert peak < 4e9
    if spec == "twin:coPapersDBLP":
        assert num_edges == 15_245_729
