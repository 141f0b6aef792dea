"""What profiling adds to a call that NetworkX dispatches.

What is asked: at most 5 microseconds for a call, and 2 % where calls take 1 ms or more, on a machine that does nothing
else. Both are in the benchmarks' `extra_info`, in CPU time, and so is what an item of a lazy result costs. Run with
`pytest -o addopts= -n 0 tests/benchmarks/test_profile.py --benchmark-json FILE`.
"""

import time
from statistics import median

import networkx as nx
import pytest

from graphbench.advice.profile.calls import Recorder

SMALL = nx.path_graph(5)
LARGE = nx.gnp_random_graph(3000, 0.01, seed=1)
PAIRS = [(u, v) for u in range(200) for v in range(u)]


CASES = {
    "quick call": (lambda: nx.is_isolate(SMALL, 3), 20_000),
    "quick call on a large graph": (lambda: nx.is_isolate(LARGE, 3), 20_000),
    "call with keywords": (lambda: nx.has_path(SMALL, source=0, target=4), 5_000),
    "call of a millisecond": (lambda: nx.single_source_shortest_path_length(LARGE, 0), 300),
    "items of a lazy result": (lambda: sum(1 for _ in nx.jaccard_coefficient(LARGE, PAIRS)), 1),
}


@pytest.mark.parametrize("case", CASES)
def test_added(benchmark, case):
    call, times = CASES[case]

    def took():
        started = time.process_time()
        for _ in range(times):
            call()
        return (time.process_time() - started) / times

    plain, profiled = [], []

    def run():
        plain.append(took())
        with Recorder().start():
            call()
            profiled.append(took())

    benchmark.group = "overhead"
    benchmark.pedantic(run, rounds=7, warmup_rounds=1)
    added = median(profiled) - median(plain)
    benchmark.extra_info["added_s"] = added / (len(PAIRS) if case.startswith("items") else 1)
    benchmark.extra_info["added_share"] = added / median(plain)
    assert len(plain) == len(profiled)
