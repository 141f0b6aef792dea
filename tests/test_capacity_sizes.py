"""Which sizes belong to one search, and which lie between two."""

import pytest

from graphbench.records.capacity import Size, beginnings, generator_of, own, size_of, untried


def test_a_size_is_read_from_the_name_of_an_rmat_graph_alone():
    name = "rmat:scale=24,edgefactor=27,by=cugraph,seed=1"
    assert (size_of(name), generator_of(name)) == (Size(24, 27), "rmat:,by=cugraph,seed=1")
    assert Size(24, 27).draws == 27 << 24
    assert size_of("twin:coAuthorsDBLP") is None


def test_a_search_owns_its_factor_at_every_scale_and_the_next_factors_at_one():
    tried = {Size(10, 16): True, Size(11, 16): True, Size(12, 16): False, Size(11, 24): True, Size(11, 28): False}
    others = {Size(10, 24): True, Size(11, 32): False, Size(11, 4): True, Size(12, 20): False}
    assert own(16, tried | others) == list(tried)
    assert own(4, tried | others) == [Size(11, 4)]


def test_without_a_completed_size_no_factor_was_bisected():
    assert own(16, {Size(11, 16): False, Size(11, 20): False}) == [Size(11, 16)]


def test_a_search_began_with_a_factor_that_no_smaller_one_came_to():
    tried = {Size(10, 16): True, Size(11, 16): False, Size(10, 24): True, Size(10, 50): True, Size(8, 4): True}
    assert beginnings(tried) == [4, 16, 50]
    assert beginnings(tried | {Size(9, 24): True}) == [4, 16, 24, 50]


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
