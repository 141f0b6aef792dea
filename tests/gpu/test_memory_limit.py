"""Device memory is bounded by RMM: what exceeds the limit is out of memory, and what fits is not disturbed."""

import pytest

from graphbench import graphs
from graphbench.measure.options import Options
from graphbench.measure.plan import Cell, Plan
from graphbench.measure.runner import measure
from graphbench.records.model import Outcome


@pytest.mark.parametrize("engine", ["cugraph", "pylibcugraph"])
@pytest.mark.parametrize("allocator", ["default", "pool", "async"])
def test_a_graph_beyond_the_limit_is_out_of_memory(allocator, engine):
    graph = graphs.load("ba:n=200000,m=5,seed=1")
    cell = Cell(algorithm="pagerank", dataset=graph, engines=(engine,))

    def outcome(limit):
        options = Options(trials=2, timeout=120, allocator=allocator, device_memory_limit=limit)
        (record,) = measure(Plan(cells=(cell,), options=options))
        return record.outcome, record.reason

    assert outcome(8 << 20)[0] is Outcome.OUT_OF_MEMORY
    assert outcome(4 << 30) == (Outcome.OK, "")
