"""The size of an R-MAT graph by its name, and which sizes lie between two."""

import pytest

from graphbench.records.capacity import Capacity, Size, generator_of, size_of, untried
from graphbench.records.model import Memory
from helpers.records import record


def test_a_size_is_read_from_the_name_of_an_rmat_graph():
    name = "rmat:scale=24,edgefactor=27,by=cugraph,seed=1"
    assert (size_of(name), generator_of(name)) == (Size(24, 27), "rmat:,by=cugraph,seed=1")
    assert Size(24, 27).draws == 27 << 24
    assert size_of("twin:coAuthorsDBLP") is None


@pytest.mark.parametrize(
    ("largest", "failed", "left"),
    [
        ((24, 27), (24, 28), []),
        ((24, 31), (25, 16), []),
        ((24, 16), (25, 16), range(17, 32)),
        ((24, 27), (24, 30), [28, 29]),
        ((4, 1), (5, 1), []),
    ],
)
def test_neighbours_have_no_whole_factor_between_them(largest, failed, left):
    assert list(untried(Size(*largest), Size(*failed))) == list(left)


def test_bytes_per_edge_count_the_memory_of_all_gpus():
    largest = record("cugraph-mg", device="gpu", memory=Memory(None, 30, [30, 20, 10]))
    found = Capacity(algorithm="louvain", engine="cugraph-mg", gpu=True, limit_bytes=64, limited=True, largest=largest)
    assert found.peak_bytes == 30
    assert found.bytes_per_edge == 60 / largest.posed.num_edges
